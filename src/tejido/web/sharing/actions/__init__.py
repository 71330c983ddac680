# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every verb of sharing: what leaves, what arrives, what is answered."""

from __future__ import annotations

from tejido.web.consents.frames import NotAllowed
from tejido.web.sharing.actions.alerts import see_alert
from tejido.web.sharing.actions.answering import accept_handover, decline_handover
from tejido.web.sharing.actions.arriving import process_arrivals, use_message
from tejido.web.sharing.actions.danger import send_danger_alert
from tejido.web.sharing.actions.messages import add_agreement, send_message
from tejido.web.sharing.actions.outcomes import report_handover_outcome
from tejido.web.sharing.actions.reporting import prepare_report, report_not_required, report_told
from tejido.web.sharing.actions.sending import hand_over, recall_handover, revoke_release

__all__ = [
    "NotAllowed", "accept_handover", "add_agreement", "decline_handover", "hand_over", "prepare_report",
    "process_arrivals", "recall_handover", "report_handover_outcome", "report_not_required", "report_told",
    "revoke_release", "see_alert", "send_danger_alert", "send_message", "use_message",
]  # fmt: skip
