# SPDX-License-Identifier: Apache-2.0
"""The map of cases by resident is mostly the map of who calls; and a line's own series do not move together."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
from bench.public_findings.lines import Line, between, counted, read, times
from bench.public_findings.residents import RESIDENTS_2010
from bench.public_findings.uncertainty import bootstrap, dispersion

_STATE = ("Year_Date", "Calls", "Cases_Reported", "postal")
_YEAR = ("fiscal_year", "total_signals", "signals_from_potential_victims", "potential_situations_identified")


def find(by_state: Path, by_year: Path) -> list[Line]:
    """Cases by resident and by call among 51 states; how three series of the line went from 2013 to 2024."""
    return [*_states(by_state), *_years(by_year)]


def _states(path: Path) -> list[Line]:
    calls: Counter[str] = Counter()
    cases: Counter[str] = Counter()
    years = set()
    for row in read(path, _STATE):
        calls[row["postal"]] += int(row["Calls"])
        cases[row["postal"]] += int(row["Cases_Reported"])
        years.add(row["Year_Date"])
    states = sorted(RESIDENTS_2010)
    if set(calls) != set(states):
        raise SystemExit(f"{path.name}: expected the 50 states and DC")
    called, found, people = (np.array([each[s] for s in states], float) for each in (calls, cases, RESIDENTS_2010))
    by_call, by_person = found / called, found / people / len(years) * 100_000
    due = people * found.sum() / people.sum()
    chance = dispersion(found, due, len(states) - 1)
    of_calls = found.sum() / called.sum()
    chance_by_call = dispersion(found, called * of_calls, len(states) - 1) / (1 - of_calls)
    calling, cases_by_person = np.log(called / people), np.log(by_person)

    def part(drawn: np.ndarray) -> float:
        """Of the spread of log(cases by resident) = log(calls by resident) + log(cases by call), the first's part."""
        return float(np.cov(calling[drawn], cases_by_person[drawn])[0, 1] / np.var(cases_by_person[drawn], ddof=1))

    every = np.arange(len(states))
    others = np.array([n for n in every if states[n] not in ("DC", "NV")])
    return [
        Line("calls and cases, 51 states, 5 years", "llamadas y casos, 51 estados, 5 años",
             f"{counted(int(called.sum()))}, {counted(int(found.sum()))}"),
        Line("cases a year by 100,000 residents: all, least, most",
             "casos al año por cada 100,000 habitantes: todos, menor, mayor",
             f"{found.sum() / people.sum() / len(years) * 1e5:.2f}, {_ends(by_person, states)}"),
        Line("times chance, cases by resident", "veces el azar, casos por habitante", f"{chance:.0f}"),
        Line("times chance, cases by call", "veces el azar, casos por llamada", f"{chance_by_call:.0f}"),
        Line("cases by call: all, least, most", "casos por llamada: todos, menor, mayor",
             f"{of_calls:.2f}, {_ends(by_call, states)}"),
        Line("part of the differences that is calling", "parte de las diferencias que es cuánto se llama",
             f"{part(every):.1%} {between(bootstrap(part, len(states)))}"),
        Line("the same without DC and Nevada", "lo mismo sin DC ni Nevada",
             f"{part(others):.1%} {between(bootstrap(lambda drawn: part(others[drawn]), len(others)))}"),
    ]  # fmt: skip


def _ends(rates: np.ndarray, states: list[str]) -> str:
    low, high = int(rates.argmin()), int(rates.argmax())
    return f"{rates[low]:.2f} ({states[low]}), {rates[high]:.2f} ({states[high]})"


def _years(path: Path) -> list[Line]:
    rows = {row["fiscal_year"]: row for row in read(path, _YEAR)}

    def went(column: str, first: str, last: str) -> str:
        return times(int(rows[last][column]), int(rows[first][column]))

    named = (("total_signals", "signals", "contactos"),
             ("signals_from_potential_victims", "signals from possible victims", "contactos de posibles víctimas"),
             ("potential_situations_identified", "situations", "situaciones"))  # fmt: skip
    return [
        Line(f"{en}, {first} -> {last}", f"{es}, {first} -> {last}", went(column, first, last))
        for first, last in (("2013", "2021"), ("2021", "2024")) for column, en, es in named
    ]  # fmt: skip
