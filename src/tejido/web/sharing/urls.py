# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
