# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of referrals."""

from __future__ import annotations

from django.urls import path

from tejido.web.referrals import provider_views, views

urlpatterns = [
    path("cases/<uuid:case_id>/referrals/new/", views.make_referral, name="make_referral"),
    path("referrals/<uuid:referral_id>/outcome/", views.report_outcome, name="report_outcome"),
    path("referrals/<uuid:referral_id>/withdraw/", views.withdraw_referral, name="withdraw_referral"),
    path("providers/", provider_views.list_providers, name="list_providers"),
    path("providers/new/", provider_views.give_account, name="give_account"),
    path("providers/<uuid:member_id>/key/", provider_views.vouch_for_provider, name="vouch_for_provider"),
]
