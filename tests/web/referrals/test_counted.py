# SPDX-License-Identifier: Apache-2.0
"""What comes of referrals is counted from coded rows that follow each of them as long as it lives."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tejido.statistics import tabulate
from tejido.tables.records import REFERRALS
from tejido.vocabulary import BadInput
from tejido.web.cases.models import Case
from tejido.web.referrals.actions import make_referral, report_outcome
from tejido.web.referrals.models import Referral
from tejido.web.security.coded import open_coded
from tejido.web.statistics.frames import own_records
from tests.web.directory.services import load
from tests.web.sharing.conftest import NOW
from tests.web.upkeep.conftest import shred_it

ASKED = NOW.date()  # half past midnight in Mexico City
LATER = NOW + timedelta(days=6)


@pytest.fixture
def referral(cast, case) -> Referral:
    load(cast)
    return made(cast, case)


def made(cast, case, need="shelter"):
    from tejido.web.directory.models import Service

    return make_referral(case=case, service=Service.objects.first(), need=need, how="read_out_by_phone",
                         by=cast.member("amara"), ring=cast.ring("amara"), now=NOW)  # fmt: skip


def reported(cast, referral, outcome, **changes):
    standing = Referral.objects.get(pk=referral.pk)
    report_outcome(referral=standing, outcome=outcome, note="Palabras de nadie.", expected=standing.revision,
                   by=cast.member("amara"), ring=cast.ring("amara"), now=LATER, **changes)  # fmt: skip


def rows(cast) -> list[dict]:
    return [row for _, row in open_coded(cast.ring("dora"), "referrals")]


def counted(cast, indicator: str, by: str) -> dict[str, int]:
    """Cells of a table that hold anything."""
    records = own_records(ring=cast.ring("dora"), as_of=LATER.date())
    (totals,) = tabulate([records], window=None, names=[indicator])
    return {cell.cell: cell.counted for cell in totals.cells if cell.by == by and cell.counted}


def test_the_row_follows_the_referral_and_says_nothing_but_codes(cast, case, referral):
    (row,) = rows(cast)
    assert row == {
        "referral_id": str(referral.pk), "case_id": str(case.pk), "need": "shelter", "asked_on": ASKED.isoformat(),
        "outcome": "given_by_phone", "served_on": None,
    }  # fmt: skip
    assert set(row) == set(REFERRALS.names)
    assert counted(cast, "needs", "unmet") == {"shelter": 1}
    assert counted(cast, "time_to_shelter", "wait") == {"not_served": 1}
    reported(cast, referral, "served", served_on=ASKED + timedelta(days=2))
    assert counted(cast, "needs", "met") == {"shelter": 1}
    assert counted(cast, "needs", "unmet") == {}
    assert counted(cast, "time_to_shelter", "wait") == {"1_to_3_days": 1}
    reported(cast, referral, "served")  # the day left empty
    assert counted(cast, "time_to_shelter", "wait") == {"4_to_7_days": 1}
    reported(cast, referral, "declined_no_capacity", served_on=ASKED)  # it was a mistake: no service, no day
    assert (rows(cast)[0]["outcome"], rows(cast)[0]["served_on"]) == ("declined_no_capacity", None)
    made(cast, case)  # another shelter is asked
    assert counted(cast, "referrals", "outcome") == {"declined_no_capacity": 1, "given_by_phone": 1}
    assert counted(cast, "needs", "unmet") == {"shelter": 1}
    assert "Palabras" not in str(rows(cast))


@pytest.mark.parametrize("days", [-1, 7])
def test_nobody_is_served_before_she_asks_or_after_today(cast, referral, days):
    with pytest.raises(BadInput, match="out of range"):
        reported(cast, referral, "served", served_on=ASKED + timedelta(days=days))
    assert rows(cast)[0]["outcome"] == "given_by_phone"


def test_the_page_asks_for_the_day(cast, referral):
    client, address = cast.client("amara"), f"/referrals/{referral.pk}/outcome/"
    answer = client.post(address, {"outcome": "served", "served_on": "2026-11-01", "revision": 1})
    assert answer.status_code == 422
    assert "está fuera de rango" in answer.content.decode()
    assert client.post(address, {"outcome": "served", "served_on": ASKED.isoformat(), "revision": 1}).status_code == 302
    assert rows(cast)[0]["served_on"] == ASKED.isoformat()
    assert f'value="{ASKED}"' in client.get(address).content.decode()


def test_what_is_shredded_is_counted_no_more_and_a_row_without_its_case_neither(cast, case, referral):
    from tejido.web.referrals.frames import referrals_table

    assert referrals_table(open_coded(cast.ring("dora"), "referrals"), {str(case.pk)}).num_rows == 1
    assert referrals_table(open_coded(cast.ring("dora"), "referrals"), set()).num_rows == 0
    shred_it(cast, Case.objects.get(pk=case.pk))
    assert rows(cast) == []
    assert counted(cast, "needs", "asked") == {}
