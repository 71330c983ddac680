# SPDX-License-Identifier: Apache-2.0
"""A release keeps its meaning on the way, and loses only what the other side must not have."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.library.exchange.letters import AGREEMENT, BODIES

from tejido.agreements import Agreement, Release, Request, may_leave, policy_pack
from tejido.exchange import check_body, read_release, write_release
from tejido.vocabulary import BadInput

TODAY = date(2026, 11, 22)
MX, US = policy_pack("mx"), policy_pack("us", regimes=["hhs_otip"])
BACK = Release(
    id="6f1c9d52-64f1-4c1f-9f55-0a2f9c8f2f10",
    case="case-at-mx",
    person="person-at-mx",
    recipient="mx",
    purpose="outcome",
    fields=frozenset({"service_outcome"}),
    given_on=TODAY,
    starts_on=TODAY,
    expires_on=TODAY + timedelta(days=30),
    how="spoken",
    language="es",
    person_language="es",
    notice_version=MX.notice_version,
    exact_words=True,
    authenticated=True,
    minor=False,
)
WIRE = write_release(BACK, until=TODAY + timedelta(days=20))


def test_what_is_read_is_what_was_written_but_for_whose_it_is_and_until_when():
    found = read_release(WIRE, case="case-at-us", person="person-at-us")
    expected = replace(BACK, case="case-at-us", person="person-at-us", expires_on=TODAY + timedelta(days=20))
    assert found == expected
    assert "case-at-mx" not in str(WIRE)
    assert "person-at-mx" not in str(WIRE)


def test_it_has_the_shape_of_the_message():
    check_body("handover", {**BODIES["handover"], "release_back": WIRE})
    with pytest.raises(BadInput):
        check_body("handover", {**BODIES["handover"], "release_back": {**WIRE, "purpose": "hand_over"}})


def test_it_never_runs_longer_than_she_said():
    assert write_release(BACK, until=date(2030, 1, 1))["until"] == BACK.expires_on.isoformat()
    with pytest.raises(ValueError, match="age"):
        write_release(replace(BACK, minor=None), until=TODAY)


def decided(wire):
    terms = {
        **AGREEMENT.as_mapping(),
        "purposes": {"outcome": ["service_outcome"]},
        "message_types": ["handover_outcome"],
    }
    return may_leave(
        Request(
            sender="us",
            recipient="mx",
            purpose="outcome",
            on=TODAY,
            lane="release",
            fields=frozenset({"service_outcome"}),
            case="case-at-us",
            person="person-at-us",
        ),
        agreement=Agreement.from_mapping(terms),
        releases=[read_release(wire, case="case-at-us", person="person-at-us")],
        sender_pack=US,
        recipient_pack=MX,
    )


def test_the_other_gate_can_judge_it_and_judges_what_is_absent_as_not_given():
    assert decided(WIRE).allowed
    for absent in ("recipient", "exact_words", "authenticated", "person_language"):
        less = {name: value for name, value in WIRE.items() if name != absent}
        check_body("handover", {**BODIES["handover"], "release_back": less})
        assert not decided(less).allowed, absent
