# SPDX-License-Identifier: Apache-2.0
"""The attacker finds what trying every table finds; what is chosen to be hidden stays open to every reader."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.statistics.test_sheet import sheet

from tejido.statistics import Sheet, Window, protect
from tejido.statistics.disclosure import (
    Contradiction,
    Facts,
    Key,
    Need,
    Problem,
    Reader,
    Relation,
    attack,
    attacking,
    choose,
    choosing,
    facts_for,
    tightest,
)
from tejido.statistics.disclosure.attack_report import attack_glotip
from tejido.statistics.disclosure.crossed import TOTAL, crossed, too_small_to_divide, under_margins
from tejido.statistics.disclosure.problem import cells_of
from tejido.statistics.disclosure.publications import attack_sheets
from tejido.statistics.disclosure.readers import ReaderProgramme
from tejido.vocabulary import BadInput

K = 4
GLOTIP = Path(__file__).parents[4] / "shared" / "data" / "unodc" / "data_glotip_2024.csv"


@st.composite
def hidden_tables(draw: st.DrawFn) -> Facts:
    """A small table of two or three dimensions, some of its cells and margins hidden."""
    sizes = draw(st.sampled_from([(2, 2), (2, 3), (3, 2), (2, 2, 2)]))
    categories = [[str(n) for n in range(size)] for size in sizes]
    counts = {cell: draw(st.integers(0, 3)) for cell in product(*categories)}
    values, relations = crossed(counts, categories)
    inner = [key for key in values if TOTAL not in key]
    gone = draw(st.sets(st.sampled_from(inner), min_size=1, max_size=6))
    gone |= draw(st.sets(st.sampled_from([key for key in values if TOTAL in key]), max_size=2))
    return Facts(
        {k: v for k, v in values.items() if k not in gone},
        {key: (0, 99 if TOTAL in key else 9) for key in sorted(gone)},
        relations,
    )


def by_trying(facts: Facts) -> dict[Key, tuple[int, int]]:
    keys = list(facts.hidden)
    seen: dict[Key, list[int]] = {key: [] for key in keys}
    inner = [key for key in keys if TOTAL not in key]
    margins = [key for key in keys if TOTAL in key]
    for tried in product(range(10), repeat=len(inner)) if len(inner) <= 4 else ():
        values = dict(facts.shown) | dict(zip(inner, tried, strict=True))
        for margin in sorted(margins, key=lambda key: key.count(TOTAL)):
            rule = next(r for r in facts.relations if r.terms[-1][0] == margin)
            values[margin] = sum(values[key] for key, _ in rule.terms[:-1])
        if all(sum(c * values[key] for key, c in rule.terms) == 0 for rule in facts.relations):
            for key in keys:
                seen[key].append(values[key])
    return {key: (min(found), max(found)) for key, found in seen.items() if found}


@settings(max_examples=80, deadline=None)
@given(hidden_tables())
def test_the_tightest_intervals_are_those_of_every_table_there_is(facts: Facts) -> None:
    expected = by_trying(facts)
    if expected:
        assert tightest(facts) == expected


@settings(max_examples=60, deadline=None)
@given(hidden_tables(), st.integers(1, 4))
def test_what_is_certified_without_solving_everything_is_what_solving_everything_says(facts: Facts, k: int) -> None:
    needs = {key: Need(0, k, width=k + 1) for key in facts.hidden}
    exact = tightest(facts)
    assert set(attack(facts, needs).fell) == {key for key, found in exact.items() if not needs[key].met(*found)}


def test_a_sum_that_cannot_be_is_said_and_nothing_is_concluded_from_it() -> None:
    rules = [Relation.adds_up([("a",), ("b",)], ("all",))]
    wrong = Facts({("all",): 3, ("a",): 5}, {("b",): (0, None)}, rules)
    assert attack(wrong, {("b",): Need(0, 4)}).inconsistent == ((("b",),),)
    with pytest.raises(Contradiction):
        tightest(wrong)
    assert attack(Facts({("all",): 3, ("a",): 1, ("b",): 1}, {}, rules), {}).inconsistent == (
        (("a",), ("b",), ("all",)),
    )


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """A table of counts with margins, of which some are small."""
    sizes = draw(st.sampled_from([(2, 3), (3, 3), (2, 2, 2)]))
    categories = [[str(n) for n in range(size)] for size in sizes]
    counts = {cell: draw(st.integers(0, 9)) for cell in product(*categories)}
    values, relations = crossed(counts, categories)
    groups = under_margins(values)
    return Problem(values, relations, groups=groups, whole=too_small_to_divide(values, groups, k=K))


def public(problem: Problem) -> Reader:
    return Reader("public", {key: Need(1, K - 1) for key, n in problem.values.items() if 0 < n < K}, Need(width=K))


def holds(problem: Problem, reader: Reader, hidden: frozenset[Key], whole: frozenset[object] = frozenset()) -> bool:
    facts = facts_for(problem, hidden, reader, whole)  # type: ignore[arg-type]
    needs = {key: need for key in hidden if (need := reader.need(key, problem.values[key])) is not None}
    return not attack(facts, needs).fell


@settings(max_examples=60, deadline=None)
@given(problems())
def test_nothing_falls_of_what_was_chosen_and_no_smaller_choice_would_do(problem: Problem) -> None:
    reader = public(problem)
    choice = choose(problem, [reader])
    assert set(reader.musts) <= choice.hidden
    assert holds(problem, reader, choice.hidden, choice.whole)  # type: ignore[arg-type]
    if choice.whole or len(choice.hidden) - len(reader.musts) > 3:
        return
    free = [key for key, n in problem.values.items() if n >= K]
    for size in range(len(choice.hidden) - len(reader.musts)):
        for more in combinations(free, size):
            assert not holds(problem, reader, frozenset(reader.musts) | frozenset(more))


@settings(max_examples=30, deadline=None)
@given(problems(), st.sampled_from([0.05, 1.0]))
def test_among_many_cells_the_choice_is_as_safe_and_near_its_bound(problem: Problem, with_more: float) -> None:
    reader, exact = public(problem), choose(problem, [public(problem)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tejido.statistics.disclosure.choosing._TOO_MANY", 0)
        patch.setattr("tejido.statistics.disclosure.choosing._WITH_MORE", with_more)
        choice = choose(problem, [reader])
    assert holds(problem, reader, choice.hidden, choice.whole)  # type: ignore[arg-type]
    assert choice.bound <= exact.bound
    assert choice.bound <= len(choice.hidden) <= (1 + with_more) * choice.bound


def linked(seed: int) -> tuple[Problem, Reader]:
    """Three tables of the same 6,000 people, which share margins."""
    chance, sizes = random.Random(seed), (5, 8, 10, 20)
    weights = [[1 / (place + 1) for place in range(size)] for size in sizes]
    people = Counter(tuple(str(chance.choices(range(len(w)), w)[0]) for w in weights) for _ in range(6_000))
    values, relations = crossed(people, [[str(n) for n in range(size)] for size in sizes], ((0, 1, 2), (0, 3), (1, 3)))
    groups = under_margins(values)
    problem = Problem(values, relations, groups=groups, whole=too_small_to_divide(values, groups, k=11))
    return problem, Reader("public", {key: Need(1, 10) for key, n in values.items() if 0 < n < 11}, Need(width=11))


def kept_by(patch: pytest.MonkeyPatch) -> list[int]:
    """How many cells each choice that is made from now on had to keep; all of them are made as among many."""
    kept: list[int] = []
    cheapest = choosing._Search._cheapest

    def watched(search: Any, limit: int | None, keep: frozenset[Key] = frozenset()) -> frozenset[Key] | None:
        kept.append(len(keep))
        return cheapest(search, limit, keep)

    patch.setattr(choosing, "_TOO_MANY", 0)
    patch.setattr(choosing._Search, "_cheapest", watched)
    return kept


def test_what_is_added_to_a_choice_among_linked_tables_stays_near_the_bound_and_opens_it() -> None:
    problem, reader = linked(1)
    with pytest.MonkeyPatch.context() as patch:
        kept = kept_by(patch)
        choice = choose(problem, [reader])
    anyway = len(cells_of(choice.whole).union(reader.musts))
    assert any(kept)
    assert choice.bound <= len(choice.hidden) <= anyway + 1.05 * (choice.bound - anyway)
    assert holds(problem, reader, choice.hidden, choice.whole)  # type: ignore[arg-type]


def test_once_cells_are_added_a_choice_only_grows_and_no_search_is_left_without_an_aim() -> None:
    problem, reader = linked(3)
    with pytest.MonkeyPatch.context() as patch:
        kept = kept_by(patch)
        patch.setattr(choosing, "_FEW", 4)
        patch.setattr(choosing, "_WITH_MORE", 100)
        lost = []
        patch.setattr(attacking._Solver, "_whole", lambda *asked: lost.append(asked))
        choice = choose(problem, [reader])
        assert holds(problem, reader, choice.hidden, choice.whole)  # type: ignore[arg-type]
    added = kept[kept.index(next(filter(None, kept))) :]
    assert len(added) > 3
    assert added == sorted(set(added))
    assert not lost


@settings(max_examples=30, deadline=None)
@given(problems(), st.data())
def test_who_looks_again_at_other_choices_finds_what_a_new_reader_finds(problem: Problem, data: st.DataObject) -> None:
    reader, whole = public(problem), frozenset(problem.whole)
    must = frozenset(reader.musts) | cells_of(whole)
    free = [key for key, n in problem.values.items() if n >= K and key not in must]
    again = ReaderProgramme(problem, reader, whole)
    chosen: frozenset[Key] = frozenset()
    for _ in range(4):
        more = data.draw(st.frozensets(st.sampled_from(free))) if free else frozenset()
        chosen = chosen | more if data.draw(st.booleans()) else more
        new = ReaderProgramme(problem, reader, whole).holes(must | chosen)
        assert bool(again.holes(must | chosen)) == bool(new)


@settings(max_examples=30, deadline=None)
@given(problems(), st.data())
def test_a_partner_who_subtracts_what_it_holds_learns_no_more(problem: Problem, data: st.DataObject) -> None:
    inner = {key: data.draw(st.integers(0, n)) for key, n in problem.values.items() if TOTAL not in key}
    categories = [sorted({key[place] for key in inner}) for place in range(len(next(iter(inner))))]
    own, _ = crossed(inner, categories)
    left = {key: n - own[key] for key, n in problem.values.items()}
    musts = {key: Need(own[key] + 1, own[key] + K - 1) for key, n in left.items() if 0 < n < K}
    partner = Reader("partner", musts, Need(width=K), least=own)
    groups = too_small_to_divide(left, problem.groups, k=K)
    both = replace(problem, whole=[*problem.whole, *groups])
    choice = choose(both, [public(problem), partner])
    for reader in (public(problem), partner):
        facts = facts_for(both, choice.hidden, reader, choice.whole)
        asked = {key: reader.musts[key] for key in reader.musts}
        assert attack(facts, asked).fell == ()
    assert set(musts) <= choice.hidden


def later(one: Sheet, month: int) -> Sheet:
    return replace(one, window=Window(one.window.start, date(2017, month, 28)))


def test_two_editions_a_month_apart_are_subtracted_and_then_are_not() -> None:
    first = protect(
        later(sheet(traffickers={"male": 700, "female": 200, "gender_minority": 0, "unknown": 90}), 5), k=11
    )
    grown = later(sheet(traffickers={"male": 712, "female": 204, "gender_minority": 0, "unknown": 90}), 6)
    careless = protect(grown, k=11)
    _reading, found = attack_sheets([first, careless])
    assert [(key[2], key[3], key[4], found.intervals[key]) for key in found.fell] == [
        ("traffickers", "gender", "female", (4, 4))
    ]
    careful = protect(grown, k=11, earlier=[first])
    assert attack_sheets([first, careful])[1].fell == ()
    assert {f.cell for f in careful.table("traffickers", "gender") if f.hidden} >= {"female"}
    assert {figure.cell for figure in careful.table("traffickers", "gender") if not figure.hidden}


def test_a_number_that_was_corrected_since_does_not_stand_in_the_way() -> None:
    first = protect(
        later(sheet(traffickers={"male": 700, "female": 200, "gender_minority": 0, "unknown": 90}), 5), k=11
    )
    fewer = later(sheet(traffickers={"male": 690, "female": 215, "gender_minority": 0, "unknown": 100}), 6)
    assert protect(fewer, k=11, earlier=[first]).headline["traffickers"].joint == 1005


def test_unodcs_form_is_read_and_what_adds_up_is_worked_out(tmp_path: Path) -> None:
    head = "Country,Region,Subregion,Indicator,Dimension,Category,Sex,Age,Year,Unit of measurement,txtVALUE,v\n"
    row = "Nowhere,,,Detected,Total,Total,{},{},2020,Counts,{},x\n".format
    file = tmp_path / "own.csv"
    rows = [("Female", "Total", '"1,003"'), ("Male", "Total", "<5"), ("Total", "Total", '"1,004"')]
    file.write_text(head + "".join(row(*one) for one in rows), encoding="utf-8")
    assert attack_glotip(file).as_json() == {"hidden": 1, "fell": 1, "inconsistent": 0, "known": 1}
    file.write_text(head + "".join(row(*one) for one in (*rows[:2], ("Total", "Total", "900"))), encoding="utf-8")
    assert attack_glotip(file).as_json() == {"hidden": 1, "fell": 0, "inconsistent": 1, "known": 0}
    file.write_text(head + row("Total", "Total", "some"), encoding="utf-8")
    with pytest.raises(BadInput, match="whole number") as refused:
        attack_glotip(file)
    assert refused.value.where == "own.csv, line 2"


@pytest.mark.skipif(not GLOTIP.exists(), reason="UNODC's file is not here")
def test_unodcs_file_gives_up_more_than_a_fifth_of_what_it_hides() -> None:
    found = attack_glotip(GLOTIP)
    assert found.hidden == 22_350
    assert found.known >= 3_635
    assert found.fell >= found.known
    assert found.inconsistent > 0
