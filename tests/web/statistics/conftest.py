# SPDX-License-Identifier: Apache-2.0
"""Two organisations that agreed to count together; one case here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tejido.statistics import Window
from tests.web.sharing.conftest import NOW, make_case, us  # noqa: F401
from tests.web.sharing.partner import Us, agreement

WINDOW = Window.parse("2026-11-01..2026-11-30")


def agreed(tables, **changes):
    """An agreement about totals, naming `tables`."""
    values = {"id": "counting-1", "purposes": {"statistics": []}, "message_types": ["tabulation"]}
    return agreement(**{**values, "tables": sorted(tables), **changes})


def all_tables() -> set[str]:
    from tejido.statistics.layout import layout

    plan = layout()
    return {*plan.headline, *(f"{name}/{by}" for name, by in plan.tables)}


def signed(cast, partner: Us, terms) -> Any:
    """The agreement in force at both."""
    from tejido.web.mailbox.models import Partner
    from tejido.web.sharing.actions import add_agreement

    return add_agreement(agreement=terms, partner=Partner.objects.get(pk="us"), partner_signature=partner.agrees(terms),
                         by=cast.member("noor"), ring=cast.ring("noor"))  # fmt: skip


def partner_totals(cast, window: Window, **changes: Any) -> dict[str, Any]:
    """The partner's totals for a window: the same things counted, and nothing found."""
    from tejido.web.statistics.frames import own_tabulation

    ours = own_tabulation(ring=cast.ring("dora"), window=window, as_of=window.end).as_json()
    empty = [{**cell, "counted": 0, "held": 0} for cell in ours["cells"]]
    return {**ours, "node": "us", "cells": empty, "handed_over": [], **changes}


@dataclass
class Counting:
    """What a test of counting needs: the partner, the agreement, who counts."""

    cast: Any
    us: Us
    terms: Any

    def dora(self) -> dict[str, Any]:
        return {"by": self.cast.member("dora"), "ring": self.cast.ring("dora"), "now": NOW}

    def totals(self, **changes: Any) -> dict[str, Any]:
        return partner_totals(self.cast, WINDOW, **changes)

    def arrive(self, body: dict[str, Any], *, to: str = "data") -> None:
        from tejido.web.mailbox.actions import receive

        raw = self.us.message("tabulation", body, NOW, to=to, agreement=self.terms.id,
                              agreement_digest=self.terms.digest())  # fmt: skip
        assert receive(raw=raw, now=NOW).taken


@pytest.fixture
def counting(cast, us: Us) -> Counting:  # noqa: F811
    make_case(cast)
    terms = agreed(all_tables())
    signed(cast, us, terms)
    return Counting(cast, us, terms)


@pytest.fixture
def at_once(monkeypatch):
    """Nothing is done beside the request: a test's transaction is not seen from another thread. The process is real."""
    from tejido.web.statistics import attempts

    monkeypatch.setattr(attempts, "_in_background", lambda work: work())
