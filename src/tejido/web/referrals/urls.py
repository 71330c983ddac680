# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of referrals."""

from __future__ import annotations

from django.urls import path

from tejido.web.referrals import views

urlpatterns = [
    path("cases/<uuid:case_id>/referrals/new/", views.make_referral, name="make_referral"),
    path("referrals/<uuid:referral_id>/outcome/", views.report_outcome, name="report_outcome"),
]
