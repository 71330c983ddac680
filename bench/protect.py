# SPDX-License-Identifier: Apache-2.0
"""How many cells are lost to protection, and how long protecting and attacking takes.

    ./run python bench/protect.py [--json]

1. Tables of invented people, protected by our choice and by tau-argus's exact one (`pip install pytauargus pandas`;
   left out where it is not there), under its own rule: a hidden cell may be anything from 0
   to twice its value.
2. The same tables under ours (a hidden small cell may be anything from 1 to 10), and what of 1. falls under it.
3. A sheet of both countries with three earlier editions, protected and attacked.
4. Linked tables of 10,000 cells, certified.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import platform
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tejido.statistics.disclosure import Key, Need, Problem, Reader, attack, choose, facts_for
from tejido.statistics.disclosure.crossed import TOTAL, crossed, too_small_to_divide, under_margins
from tejido.statistics.disclosure.problem import cells_of

K, PEOPLE = 11, 1257
WEIGHTS: dict[str, list[float]] = {
    "gender": [48, 46, 1, 5],
    "age": [50, 20, 10, 8, 4, 3, 2, 1, 1, 1],
    "country": [1 / (place + 1) ** 1.3 for place in range(52)],
    "year": [1.0] * 22,
    "industry": [1 / (place + 1) for place in range(36)],
}
TABLES = (("gender", "age"), ("gender", "country"), ("year", "gender", "age"), ("gender", "age", "country"))


def main() -> None:
    """Print every table of figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--part", type=int, choices=(1, 2, 3, 4), action="append")
    chosen = options.parse_args()
    parts = chosen.part or [1, 2, 3, 4]
    figures: dict[str, Any] = {"machine": f"{platform.machine()}, {platform.processor() or 'unknown processor'}"}
    if {1, 2} & set(parts):
        figures["tables"] = [_table(dimensions, ours=2 in parts) for dimensions in TABLES]
    if 3 in parts:
        figures["editions"] = _editions()
    if 4 in parts:
        figures["linked"] = _linked()
    if chosen.json:
        print(json.dumps(figures))


def _people(dimensions: tuple[str, ...], people: int = PEOPLE) -> tuple[Counter[Key], list[list[str]]]:
    chance = random.Random(1)
    rows = [
        tuple(f"{chance.choices(range(len(WEIGHTS[d])), WEIGHTS[d])[0]:02}" for d in dimensions) for _ in range(people)
    ]  # fmt: skip
    return Counter(rows), [[f"{place:02}" for place in range(len(WEIGHTS[d]))] for d in dimensions]


def _table(dimensions: tuple[str, ...], *, ours: bool) -> dict[str, Any]:
    counts, categories = _people(dimensions)
    values, relations = crossed(counts, categories)
    small = {key: count for key, count in values.items() if 0 < count < K}
    plain = Problem(values, relations)
    theirs = Reader("its rule", {key: Need(0, 2 * count) for key, count in small.items()}, Need(width=1), floor=0)
    begun = time.monotonic()
    choice = choose(plain, [theirs])
    figures: dict[str, Any] = {
        "table": " x ".join(dimensions), "cells": len(values), "small": len(small),
        "ours_more": len(choice.hidden) - len(small), "ours_s": round(time.monotonic() - begun, 2),
    }  # fmt: skip
    if importlib.util.find_spec("pytauargus") is not None:
        figures |= _tau(dimensions, counts, values)
    if ours:
        groups = under_margins(values)
        strict = Problem(values, relations, groups=groups, whole=too_small_to_divide(values, groups, k=K))
        public = Reader("public", {key: Need(1, K - 1) for key in small}, Need(width=K))
        begun = time.monotonic()
        found = choose(strict, [public])
        figures |= {
            "strict_more": sum(values[key] >= K for key in found.hidden),
            "strict_zeros": sum(values[key] == 0 for key in found.hidden),
            "strict_s": round(time.monotonic() - begun, 2),
            "fell_of_its_rule": len(_fell(strict, choice.hidden, public)),
        }
    print(figures, file=sys.stderr, flush=True)
    return figures


def _fell(problem: Problem, hidden: frozenset[Key], reader: Reader) -> tuple[Key, ...]:
    facts = facts_for(problem, hidden, reader)
    needs = {key: need for key in hidden if (need := reader.need(key, problem.values[key])) is not None}
    return attack(facts, needs, witnesses=[problem.values]).fell


def _tau(dimensions: tuple[str, ...], counts: Counter[Key], values: dict[Key, int]) -> dict[str, Any]:
    import pandas
    import pytauargus

    rows = [dict(zip(dimensions, cell, strict=True)) | {"n": 1} for cell, count in counts.items() for _ in range(count)]
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        done = pytauargus.protect(
            pandas.DataFrame(rows),
            list(dimensions),
            "n",
            safety_rules="FREQ(11,100)",
            suppress="OPT(1)",
            workdir=folder,
        )
        hidden = Counter(row["status"] for row in done.tables[0].rows)
    return {"tau_more": hidden["M"], "tau_s": round(time.monotonic() - begun, 2)}


def _editions() -> dict[str, Any]:
    from tejido.statistics.counting import tabulate
    from tejido.statistics.disclosure.publications import attack_sheets
    from tejido.statistics.joint import join
    from tejido.statistics.protection import protect
    from tejido.statistics.window import Window
    from tejido.synthetic import make_world
    from tejido.tables.reading import open_records

    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "world"
        make_world(like="2017", seed=7, folder=folder)
        records = [open_records(folder / node) for node in ("mx", "us")]
        ends = ("2016-06-30", "2016-12-31", "2017-06-30", "2017-07-31")
        exact = [join(tabulate(records, window=Window.parse(f"2015-09-30..{end}"))) for end in ends]
    published: list[Any] = []
    took = []
    for sheet in exact:
        begun = time.monotonic()
        published.append(protect(sheet, k=K, earlier=published))
        took.append(round(time.monotonic() - begun, 2))
    begun = time.monotonic()
    reading, found = attack_sheets(published)
    figures = {
        "protect_s": took, "attack_s": round(time.monotonic() - begun, 2), "numbers_attacked": len(reading.hidden),
        "fell": len(found.fell), "hidden_by_edition": [sum(f.hidden for f in sheet.figures) for sheet in published],
        "fell_without_earlier": len(attack_sheets([*published[:-1], protect(exact[-1], k=K)])[1].fell),
    }  # fmt: skip
    print(figures, file=sys.stderr, flush=True)
    return figures


def _linked() -> dict[str, Any]:
    """Four tables of the same 40,000 people, which share margins."""
    dimensions = ("gender", "age", "country", "year", "industry")
    counts, categories = _people(dimensions, 40_000)
    tables = ((0, 1, 2), (0, 3, 4), (1, 3, 0), (2, 4))
    values, relations = crossed(counts, categories, tables)
    groups = under_margins(values)
    problem = Problem(values, relations, groups=groups, whole=too_small_to_divide(values, groups, k=K))
    public = Reader("public", {key: Need(1, K - 1) for key, n in values.items() if 0 < n < K}, Need(width=K))
    begun = time.monotonic()
    choice = choose(problem, [public])
    chosen = time.monotonic()
    fell = attack(
        facts_for(problem, choice.hidden, public, choice.whole),
        {key: need for key in choice.hidden if (need := public.need(key, values[key])) is not None},
    ).fell
    anyway = len(cells_of(choice.whole).union(public.musts))
    figures = {
        "cells": len(values), "margins": sum(TOTAL in key for key in values), "small": len(public.musts),
        "hidden": len(choice.hidden), "bound": choice.bound, "beside": len(choice.hidden) - anyway,
        "beside_bound": choice.bound - anyway, "choose_s": round(chosen - begun, 1),
        "certify_s": round(time.monotonic() - chosen, 1), "fell": len(fell),
    }  # fmt: skip
    print(figures, file=sys.stderr, flush=True)
    return figures


if __name__ == "__main__":
    main()
