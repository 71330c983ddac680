# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of sharing."""

from __future__ import annotations

from django.urls import path

from tejido.web.sharing import partner_views, report_views, views

urlpatterns = [
    path("cases/<uuid:case_id>/hand-over/", views.hand_over, name="hand_over"),
    path("cases/<uuid:case_id>/danger/", views.send_danger_alert, name="send_danger_alert"),
    path("cases/<uuid:case_id>/reports/new/", report_views.prepare_report, name="prepare_report"),
    path("reports/<uuid:report_id>/", report_views.show_report, name="show_report"),
    path("reports/<uuid:report_id>/told/", report_views.report_told, name="report_told"),
    path("reports/<uuid:report_id>/not-required/", report_views.report_not_required, name="report_not_required"),
    path("handovers/", views.list_handovers, name="list_handovers"),
    path("handovers/<uuid:handover_id>/", views.show_handover, name="show_handover"),
    path("handovers/<uuid:handover_id>/accept/", views.accept_handover, name="accept_handover"),
    path("handovers/<uuid:handover_id>/decline/", views.decline_handover, name="decline_handover"),
    path("handovers/<uuid:handover_id>/recall/", views.recall_handover, name="recall_handover"),
    path("handovers/<uuid:handover_id>/outcome/", views.report_handover_outcome, name="report_handover_outcome"),
    path("releases/<uuid:release_id>/revoke/", views.revoke_release, name="revoke_release"),
    path("alerts/", views.list_alerts, name="list_alerts"),
    path("alerts/<uuid:alert_id>/seen/", views.see_alert, name="see_alert"),
    path("partners/", partner_views.list_partners, name="list_partners"),
    path("partners/card/", partner_views.download_card, name="download_card"),
    path("partners/new/", partner_views.take_card, name="take_card"),
    path("agreements/", views.list_agreements, name="list_agreements"),
    path("agreements/<str:agreement_id>/", views.show_agreement, name="show_agreement"),
]
