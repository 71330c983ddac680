# SPDX-License-Identifier: Apache-2.0
"""One phone in two caseloads: each finds its own case, and nothing says that there is another."""

from __future__ import annotations

import re

from tejido.web.cases import finding
from tejido.web.cases.models import Case
from tejido.web.intake.naming import phone_values
from tejido.web.security import searching
from tejido.web.security.models import AuditEntry
from tests.web.caseloads import south_for
from tests.web.sharing.conftest import make_case

PHONE = {"phone": "919-555-0101"}  # of the survivor in every `make_case`


def _shown(client) -> str:
    """The page of what was found, but for what is new on every page."""
    answer = client.post("/cases/find/", PHONE)
    assert answer.status_code == 200
    return re.sub(r'(name="csrfmiddlewaretoken" value=|nonce=)"[^"]*"', "", answer.content.decode())


def _codes(page: str) -> set[str]:
    """Which cases of the whole house stand on the page."""
    return {code for code in Case.objects.values_list("code", flat=True) if code in page}


def _told() -> list[tuple[str, dict, object]]:
    """What the audit says of the last search, and of what it matched."""
    last = AuditEntry.objects.filter(event="case.searched").latest("pk")
    lines = AuditEntry.objects.filter(pk__gte=last.pk).order_by("pk")
    return [(line.event, line.detail, line.record_id) for line in lines]


def test_whoever_is_found_last_is_found_by_who_may_see_nobody_else(cast, monkeypatch):
    monkeypatch.setattr(searching, "_FIRST", 1)
    ring, cases = cast.ring("chen"), [make_case(cast).case for _ in range(4)]
    asked = {"table": "cases", "values": phone_values(PHONE["phone"]), "most": 1}
    assert searching.matching(ring, within=Case.objects.all(), **asked)[0] in {case.pk for case in cases}
    for case in cases:
        assert searching.matching(ring, within=Case.objects.filter(pk=case.pk), **asked) == [case.pk]


def test_each_caseloads_search_finds_its_own_case_only_and_the_count_does_not_tell(cast, monkeypatch):
    # Many of another team crowd nobody out, and "there is more" says nothing of them.
    monkeypatch.setattr(finding, "MOST_FOUND", 2)
    south_for(cast, "eve")
    chen, eve = cast.client("chen"), cast.client("eve")
    nothing, north = _shown(eve), make_case(cast).case
    assert _shown(eve) == nothing  # as if there were none
    alone = _shown(chen)
    told = _told()
    assert _codes(alone) == {north.code}
    south = [make_case(cast, "eve").case.code for _ in range(3)]
    assert _shown(chen) == alone
    assert _told()[0][:2] == told[0][:2]
    assert len(_told()) == len(told)
    found = _codes(_shown(eve))
    assert found < set(south)
    # Written over to chen's caseload in the database, it is found, and still she has no key to it.
    Case.objects.filter(code=south[0]).update(team=north.team)
    assert chen.post("/cases/find/", PHONE).status_code == 409
