# SPDX-License-Identifier: Apache-2.0
"""How many of the counts that UNODC hides can be worked out, and how sure that is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from bench.public_findings.lines import Line, counted, part

from tejido.statistics.disclosure import Facts, attack
from tejido.statistics.disclosure.glotip import read_glotip

_COUNTRIES = (("Mexico", "Mexico", "México"), ("United States of America", "United States", "Estados Unidos"))


def find(glotip: Path) -> list[Line]:
    """Hidden, fallen, contradictory; what holds of the sums that are printed whole; both countries."""
    facts, needs = read_glotip(glotip)
    found = attack(facts, needs)
    apart = {key[0] for cells in found.inconsistent for key in cells}
    fell = [key for key in found.fell if key[0] not in apart]
    judged = [key for key in facts.hidden if key[0] not in apart]
    exactly = sum(found.intervals[key][0] == found.intervals[key][1] for key in fell)
    right, wrong = _printed_sums(facts)
    sound = {country for country in right if right[country] >= 10 and not wrong[country]}
    lines = [
        Line("hidden counts", "conteos ocultos", counted(len(facts.hidden))),
        Line("in tables that contradict themselves", "en tablas que se contradicen",
             counted(len(facts.hidden) - len(judged))),
        Line("fell, of those in the other tables", "caen, de los que están en las demás tablas",
             part(len(fell), len(judged))),
        Line("of these, known exactly", "de ellos, se saben con exactitud", part(exactly, len(fell))),
        Line("sums printed whole that add up", "sumas impresas completas que cuadran",
             part(right.total(), right.total() + wrong.total())),
        Line("fell in countries where all such sums add up (10 or more)",
             "caen en países donde cuadran todas esas sumas (10 o más)",
             part(sum(key[0][0] in sound for key in fell), sum(key[0][0] in sound for key in judged))),
    ]  # fmt: skip
    for name, en, es in _COUNTRIES:
        theirs, of = sum(key[0][0] == name for key in fell), sum(key[0][0] == name for key in judged)
        lines.append(Line(f"fell, {en}", f"caen, {es}", part(theirs, of)))
    return lines


def _printed_sums(facts: Facts) -> tuple[Counter[str], Counter[str]]:
    """By country: sums of which nothing is hidden, that add up and that do not."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for relation in facts.relations:
        if all(key in facts.shown for key, _ in relation.terms):
            off = sum(sign * facts.shown[key] for key, sign in relation.terms)
            (wrong if off else right)[relation.terms[0][0][0][0]] += 1
    return right, wrong
