# SPDX-License-Identifier: Apache-2.0
"""Totals go to the partner's data team, and only the tables the agreement names."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from tejido.web.mailbox.models import OutboundMessage, Partner
from tejido.web.sharing.actions import NotAllowed, add_agreement, send_message
from tests.web.sharing.conftest import NOW
from tests.web.sharing.partner import agreement


@pytest.fixture
def counted(cast, us):
    agreed = agreement(
        id="counting-1", purposes={"statistics": []}, message_types=["tabulation"], tables=["cases", "victims/gender"]
    )
    return add_agreement(
        agreement=agreed, partner=Partner.objects.get(pk="us"), partner_signature=us.agrees(agreed),
        by=cast.member("noor"), ring=cast.ring("noor"),
    )  # fmt: skip


def _totals(*tables: tuple[str, str | None]) -> dict[str, Any]:
    return {
        "schema": "tejido.tabulation/1", "node": "mx", "window": {"start": "2026-01-01", "end": "2026-06-30"},
        "as_of": "2026-07-01", "invented": True, "definitions": "abc123", "handed_over": [],
        "cells": [
            {"indicator": name, "by": by, "cell": "female" if by else None, "counted": 12, "held": 15}
            for name, by in tables
        ],
    }  # fmt: skip


def _send(cast, counted, body, login="dora"):
    return send_message(partner=counted.partner, message_type="tabulation", body=body, to="data", agreement=counted,
                        by=cast.member(login), ring=cast.ring(login), now=NOW)  # fmt: skip


def test_tables_the_agreement_names_go_sealed_to_the_data_team(cast, us, counted):
    _send(cast, counted, _totals(("cases", None), ("victims", "gender")))
    opened = us.opens(OutboundMessage.objects.get().raw)
    assert opened.header.recipient_key == "us/team/data/1"
    assert [cell["held"] for cell in opened.body["cells"]] == [15, 15]


def test_a_table_the_agreement_does_not_name_stays_here(cast, counted):
    with pytest.raises(NotAllowed) as refused:
        _send(cast, counted, _totals(("cases", None), ("victims", "nationality")))
    assert [reason.code for reason in refused.value.decision.reasons] == ["agreement_tables"]
    assert not OutboundMessage.objects.exists()


def test_someone_who_does_not_count_sends_no_totals(cast, counted):
    with pytest.raises(PermissionDenied):
        _send(cast, counted, _totals(("cases", None)), login="amara")
