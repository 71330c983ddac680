# SPDX-License-Identifier: AGPL-3.0-or-later
"""Screens that combine domains; nothing imports it."""
