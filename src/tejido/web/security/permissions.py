# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything one may be allowed to do. `TEAM` permissions hold only for records of one's own teams."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """One thing a person may do."""

    CONTACT_TAKE = "contact.take"
    CONTACT_READ = "contact.read"
    CONTACT_EDIT = "contact.edit"
    CASE_OPEN = "case.open"
    CASE_READ = "case.read"
    CASE_EDIT = "case.edit"
    CASE_SEARCH = "case.search"
    COMPARTMENT_SAFETY = "compartment.safety"
    COMPARTMENT_LEGAL = "compartment.legal"
    COMPARTMENT_PERSONAL = "compartment.personal"
    TASK_EDIT = "task.edit"
    RELEASE_RECORD = "release.record"
    REFERRAL_SEND = "referral.send"
    SERVICE_EDIT = "service.edit"
    PACKET_READ = "packet.read"
    PACKET_ANSWER = "packet.answer"
    HANDOVER_SEND = "handover.send"
    HANDOVER_ANSWER = "handover.answer"
    DANGER_SEND = "danger.send"
    REPORT_MAKE = "report.make"
    ALERT_READ = "alert.read"
    AGREEMENT_READ = "agreement.read"
    GLASS_BREAK = "glass.break"
    GLASS_REVIEW = "glass.review"
    COUNT = "count"
    SHEET_BUILD = "sheet.build"
    EDITION_SIGN = "edition.sign"
    TABULATION_SEND = "tabulation.send"
    QUEUE_WATCH = "queue.watch"
    AUDIT_READ = "audit.read"
    MEMBER_EDIT = "member.edit"
    TEAM_EDIT = "team.edit"
    PARTNER_EDIT = "partner.edit"
    SHRED_ASK = "shred.ask"
    SHRED_CONFIRM = "shred.confirm"
    HOLD_EDIT = "hold.edit"


# Permissions that also ask: is the record one of my teams'?
TEAM = frozenset(
    {
        Permission.CONTACT_READ,
        Permission.CONTACT_EDIT,
        Permission.CASE_READ,
        Permission.CASE_EDIT,
        Permission.COMPARTMENT_SAFETY,
        Permission.COMPARTMENT_LEGAL,
        Permission.COMPARTMENT_PERSONAL,
        Permission.RELEASE_RECORD,
        Permission.REFERRAL_SEND,
        Permission.PACKET_READ,
        Permission.PACKET_ANSWER,
        Permission.HANDOVER_SEND,
        Permission.HANDOVER_ANSWER,
        Permission.DANGER_SEND,
        Permission.REPORT_MAKE,
        Permission.SHRED_ASK,
        Permission.SHRED_CONFIRM,
        Permission.HOLD_EDIT,
    }
)
