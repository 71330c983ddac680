# SPDX-License-Identifier: Apache-2.0
"""Exact intervals among tables that share margins, beside a search that shares no code with the attacker."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from tejido.statistics.disclosure import Contradiction, Facts, Key, Need, Relation, attack, tightest
from tejido.statistics.disclosure.crossed import TOTAL, crossed

MOST = 40  # no count of these tables is greater


def every_table(facts: Facts) -> Iterator[dict[Key, int]]:
    """Every table that contradicts nothing, by narrowing ranges and trying what is left; no programme is solved."""
    ranges = {key: (low, MOST if high is None else high) for key, (low, high) in facts.hidden.items()}
    rules = []
    for rule in facts.relations:
        known = sum(c * facts.shown[key] for key, c in rule.terms if key in facts.shown)
        unknown = [(key, c) for key, c in rule.terms if key in ranges]
        low = None if rule.low is None else rule.low - known
        high = None if rule.high is None else rule.high - known
        rules.append((unknown, low, high))
    yield from _tried(ranges, rules)


def _tried(ranges: dict[Key, tuple[int, int]], rules: list) -> Iterator[dict[Key, int]]:
    narrowed = _narrowed(dict(ranges), rules)
    if narrowed is None:
        return
    wide = [key for key, (low, high) in narrowed.items() if low < high]
    if not wide:
        yield {key: low for key, (low, _high) in narrowed.items()}
        return
    key = min(wide, key=lambda each: narrowed[each][1] - narrowed[each][0])
    for value in range(narrowed[key][0], narrowed[key][1] + 1):
        yield from _tried(narrowed | {key: (value, value)}, rules)


def _narrowed(ranges: dict[Key, tuple[int, int]], rules: list) -> dict[Key, tuple[int, int]] | None:
    """Ranges after each rule has said what each of its cells can still be; None where one can be nothing."""
    moved = True
    while moved:
        moved = False
        for terms, low, high in rules:
            ends = [(c * ranges[key][0], c * ranges[key][1])[:: 1 if c > 0 else -1] for key, c in terms]
            least, most = sum(end[0] for end in ends), sum(end[1] for end in ends)
            if (high is not None and least > high) or (low is not None and most < low):
                return None
            for (key, c), (own_least, own_most) in zip(terms, ends, strict=True):
                start, end = ranges[key]
                if high is not None:
                    room = high - (least - own_least)  # c × cell ≤ room
                    start, end = (start, min(end, room // c)) if c > 0 else (max(start, -(room // -c)), end)
                if low is not None:
                    need = low - (most - own_most)  # c × cell ≥ need
                    start, end = (max(start, -(-need // c)), end) if c > 0 else (start, min(end, -need // -c))
                if start > end:
                    return None
                if (start, end) != ranges[key]:
                    ranges[key], moved = (start, end), True
    return ranges


def linked(chance: random.Random) -> tuple[dict[Key, int], list[Relation]]:
    """Two or three tables of the same few people, which share margins."""
    sizes = chance.choice([(2, 3, 2), (3, 3, 2), (2, 2, 3)])
    people = Counter(tuple(str(chance.randrange(size)) for size in sizes) for _ in range(chance.randint(8, MOST)))
    tables = chance.choice([((0, 1), (1, 2)), ((0, 1), (1, 2), (0, 2))])
    values, relations = crossed(people, [[str(n) for n in range(size)] for size in sizes], tables)
    if chance.random() < 0.4:  # a table of several answers about the same people: no cell greater than all of them
        everyone = (TOTAL,) * len(sizes)
        answers = [("answer", str(n)) for n in range(3)]
        values |= {key: chance.randint(0, values[everyone]) for key in answers}
        values[answers[0]] = max(values[answers[0]], values[everyone] - values[answers[1]])
        relations += [Relation.at_most([key], everyone) for key in answers]
        relations.append(Relation.at_least(answers, everyone))
    return values, relations


def some_hidden(chance: random.Random) -> Facts:
    """A publication of such tables with small cells and some others hidden, as a reader has it."""
    values, relations = linked(chance)
    gone = {key for key, n in values.items() if 0 < n < 4 and chance.random() < 0.7}
    gone |= set(chance.sample(sorted(values), chance.randint(1, 5)))
    gone = set(sorted(gone, key=lambda _key: chance.random())[:13])
    ranges = {key: (0 if values[key] == 0 else chance.choice([0, 1]), None) for key in sorted(gone)}
    return Facts({key: n for key, n in values.items() if key not in gone}, ranges, relations)


@pytest.mark.parametrize("seed", range(150))
def test_the_tightest_intervals_of_linked_tables_are_those_of_every_table_there_is(seed: int) -> None:
    facts = some_hidden(random.Random(seed))
    seen: dict[Key, list[int]] = {key: [] for key in facts.hidden}
    for count, table in enumerate(every_table(facts)):
        if count > 20_000:
            pytest.skip("more tables than are worth counting")
        for key, value in table.items():
            seen[key].append(value)
    expected = {key: (min(found), max(found)) for key, found in seen.items()}
    found = {key: (low, MOST if high is None else min(high, MOST)) for key, (low, high) in tightest(facts).items()}
    assert found == expected
    needs = {key: Need(1, 3, width=4) for key in facts.hidden}
    fell = {key for key, (low, high) in tightest(facts).items() if not needs[key].met(low, high)}
    assert set(attack(facts, needs).fell) == fell


@pytest.mark.parametrize("seed", range(40))
def test_a_number_changed_by_hand_contradicts_or_moves_the_intervals_as_every_table_says(seed: int) -> None:
    chance = random.Random(1000 + seed)
    facts = some_hidden(chance)
    key = chance.choice(sorted(facts.shown))
    wrong = Facts({**facts.shown, key: facts.shown[key] + chance.choice([-1, 1, 5])}, facts.hidden, facts.relations)
    possible = next(every_table(wrong), None) is not None
    if possible:
        assert tightest(wrong)
    else:
        with pytest.raises(Contradiction):
            tightest(wrong)
