# SPDX-License-Identifier: Apache-2.0
"""What a message may hold is declared, and nothing else gets in."""

import copy
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.exchange.letters import BODIES, FACTS, RELEASE

from tejido.exchange import check_body, tables_of
from tejido.exchange.bodies import _declared, message_types
from tejido.vocabulary import BadInput, code_list

KINDS = sorted(BODIES)


def places(value, path=()):
    """Every place in a body."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*path, number))


def put(body, path, value):
    changed = copy.deepcopy(body)
    if not path:
        return value
    spot = changed
    for step in path[:-1]:
        spot = spot[step]
    spot[path[-1]] = value
    return changed


def at(body, path):
    for step in path:
        body = body[step]
    return body


@pytest.mark.parametrize("kind", KINDS)
def test_a_proper_body_is_taken(kind):
    check_body(kind, BODIES[kind])


def test_the_types_and_the_facts_are_those_of_the_lists():
    assert sorted(message_types()) == sorted(code_list("message_type")) == KINDS
    assert set(_declared()["shapes"]["facts"]["keys"]) == set(code_list("shareable_field"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_that_was_not_declared_is_refused_anywhere(kind):
    refused = 0
    for path in places(BODIES[kind]):
        spot = at(BODIES[kind], path)
        if isinstance(spot, dict) and path[-1:] != ("left_to",):
            with pytest.raises(BadInput, match="unknown key") as caught:
                check_body(kind, put(BODIES[kind], path, {**spot, "Ana de la O": "5512345678"}))
            assert "Ana" not in str(caught.value)  # an error may be logged; what is in it must be no one's name
            refused += 1
    assert refused


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_key_is_refused(kind):
    optional = {"indications", "counted_by", "privacy_notice"}
    for key in set(BODIES[kind]) - optional:
        short = {name: value for name, value in BODIES[kind].items() if name != key}
        with pytest.raises(BadInput):
            check_body(kind, short)


ODD = st.one_of(
    st.none(),
    st.floats(allow_nan=True),
    st.integers(max_value=-1),
    st.just(2**60),
    st.just("\ud800"),
    st.just("two words, no code"),
    st.just([[]]),
    st.just([{"name": "Ana", "phone": "5512345678"}]),
    st.just({"name": "Ana"}),
    st.just(object()),
    st.just(b"bytes"),
    st.just({1: 2}),
)


@given(st.sampled_from([(kind, path) for kind in KINDS for path in places(BODIES[kind])]), ODD)
@settings(max_examples=400)
def test_an_odd_value_anywhere_is_refused_and_raises_nothing_else(spot, value):
    kind, path = spot
    free_text = value == "two words, no code" and path[-1:] in {
        ("own_words",), ("given",), ("paternal_surname",), ("whereabouts",), ("notice_version",)
    }  # fmt: skip
    nullable = value is None and path[-1:] in {("by",), ("cell",)}
    changed = put(BODIES[kind], path, value)
    if free_text or (nullable and at(BODIES[kind], path) is None):
        check_body(kind, changed)
        return
    with pytest.raises(BadInput) as caught:
        check_body(kind, changed)
    assert caught.value.words["en"]
    assert caught.value.words["es"]


def test_nothing_beyond_the_release_gets_in_and_never_an_empty_hand_over():
    for facts in ({**FACTS, "health": "…"}, {}):
        with pytest.raises(BadInput):
            check_body("handover", {**BODIES["handover"], "facts": facts})
    with pytest.raises(BadInput):
        check_body("handover", {**BODIES["handover"], "release": {**RELEASE, "purpose": "prosecution"}})
    with pytest.raises(BadInput):
        check_body("handover_outcome", {**BODIES["handover_outcome"], "release": RELEASE})


def test_a_count_of_people_is_low_best_high():
    for low, best, high in ((41, 40, 45), (35, 46, 45), (-1, 40, 45)):
        facts = {**FACTS, "coworkers": {"low": low, "best": best, "high": high}}
        with pytest.raises(BadInput):
            check_body("handover", {**BODIES["handover"], "facts": facts})


def test_declining_needs_a_reason_and_accepting_takes_none():
    answer = BODIES["handover_answer"]
    check_body("handover_answer", {**answer, "answer": "declined", "reason": "no_capacity"})
    for odd in ({"answer": "declined"}, {"reason": "no_capacity"}, {"answer": "sent"}):
        with pytest.raises(BadInput):
            check_body("handover_answer", {**answer, **odd})


def test_a_danger_alert_says_something():
    with pytest.raises(BadInput):
        check_body("danger_alert", {**BODIES["danger_alert"], "facts": {}})


CELLS = BODIES["tabulation"]["cells"]


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param([CELLS[0], CELLS[0]], id="twice"),
        pytest.param([{**CELLS[0], "by": "gender"}], id="by without cell"),
        pytest.param([{**CELLS[0], "counted": 13}], id="more counted than held"),
        pytest.param([{**CELLS[0], "counted": True}], id="a flag for a number"),
        pytest.param([{**CELLS[0], "person_id": "p1"}], id="a row about someone"),
        pytest.param([{**CELLS[1], "cell": "Ana de la O, 55 1234 5678"}], id="a name for a code"),
        pytest.param([CELLS[0]] * 20001, id="too many"),
    ],
)
def test_a_tabulation_has_no_place_for_anyone(cells):
    with pytest.raises(BadInput):
        check_body("tabulation", {**BODIES["tabulation"], "cells": cells})


def test_the_tables_of_a_tabulation_are_named_as_agreements_name_them():
    assert tables_of(BODIES["tabulation"]) == {"contacts", "victims/state"}


def test_a_tabulation_is_what_statistics_writes():
    statistics = pytest.importorskip("tejido.statistics.tabulation")
    window = pytest.importorskip("tejido.statistics.window").Window(date(2026, 1, 1), date(2026, 10, 31))
    made = statistics.Tabulation(
        node="mx",
        window=window,
        as_of=date(2026, 11, 15),
        invented=True,
        definitions="ab" * 32,
        cells=(statistics.Cell("victims", "gender", "female", 2, 3), statistics.Cell("contacts", None, None, 5, 5)),
        handed_over=(statistics.HandedOver("cases", 1, {"us": 2}),),
    )
    check_body("tabulation", made.as_json())
    assert statistics.Tabulation.from_json(BODIES["tabulation"]).as_json() == BODIES["tabulation"]
