# SPDX-License-Identifier: Apache-2.0
"""What stands in a running test node before anyone looks: one of each thing a page can show, made by actions."""

from __future__ import annotations

from datetime import UTC, datetime


def seed() -> dict[str, str]:
    """Put invented records in; returns the ids that pages' addresses name."""
    from tejido.web.intake.channels.web_form import actions as web_form

    now = datetime.now(UTC)
    contact = web_form.receive(
        notice_version="2026-11", notice_at=now, notice_language="es", now=now,
        answers={"own_words": "Palabras inventadas.", "language": "es", "reply_safety": "safe_any_time"},
    )  # fmt: skip
    return {"waiting_contact": str(contact.pk)}
