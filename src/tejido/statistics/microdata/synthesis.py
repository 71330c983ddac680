# SPDX-License-Identifier: Apache-2.0
"""From rows about persons to invented rows: measure with noise, agree, fit, draw, weight, write whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from tejido.statistics.microdata.consistency import consistent
from tejido.statistics.microdata.domain import Domain
from tejido.statistics.microdata.measuring import Measured, measure
from tejido.statistics.microdata.mixture import fitted
from tejido.statistics.microdata.noise import Stream
from tejido.statistics.microdata.reading import Codes, impossible_rows
from tejido.statistics.microdata.rows import drawn, moved, raked, targets, whole

LARGEST_POOL = 300_000
STEPS = 5  # of which each reports that it is done

Report = Callable[[int], None]


def _silent(_: int) -> None:
    """For whoever does not wait in front of a terminal."""


@dataclass(frozen=True)
class Effort:
    """How much work goes into the fit; none of it touches what privacy costs."""

    groups: int = 96
    pair_steps: int = 200
    triple_steps: int = 30
    rounds: int = 2

    @classmethod
    def usual(cls, measured: Measured) -> Effort:
        """More steps and rounds where there is less to look at in each."""
        cells = sum(table.size for table in measured.counts.values())
        return cls(
            triple_steps=min(100, max(30, 15_000_000 // cells)), rounds=min(6, max(2, 2400 // len(measured.counts)))
        )  # fmt: skip


@dataclass(frozen=True)
class Synthesis:
    """Invented rows and the noisy marginals that they were made from."""

    codes: Codes
    measured: Measured


def synthesize(
    codes: Codes, public: Domain, *, rho: Fraction, seed: bytes, effort: Effort | None = None, report: Report = _silent
) -> Synthesis:  # fmt: skip
    """Invented rows under rho-zCDP. One seed gives the same marginals anywhere, and the same rows on one machine."""
    stream = Stream(seed)
    measured = measure(codes, public, rho=rho, stream=stream)
    report(1)
    return Synthesis(rows_from(measured, seed=seed, effort=effort, report=report), measured)


def rows_from(
    measured: Measured, *, seed: bytes, effort: Effort | None = None, report: Report = _silent
) -> Codes:  # fmt: skip
    """Invented rows that tell the measured counts. Nothing here has seen a person."""
    public = measured.public
    chance = np.random.Generator(np.random.PCG64(int.from_bytes(Stream(seed).bits("rows", 32), "little")))
    found = consistent(measured)
    count = max(0, round(found.total))
    if count == 0:
        return np.empty((len(public.sizes), 0), dtype=np.uint16)
    effort = effort or Effort.usual(measured)
    mixture = fitted(found, public.sizes, groups=max(1, min(effort.groups, count // 20)),
                     pair_steps=effort.pair_steps, triple_steps=effort.triple_steps, chance=chance)  # fmt: skip
    wanted = targets(found, mixture)
    report(2)
    rows, group = drawn(mixture, min(max(count, 2000), LARGEST_POOL), chance)
    for turn in range(effort.rounds):
        weights = raked(rows, public.sizes, wanted, count, ~impossible_rows(rows, public))
        chosen = np.repeat(np.arange(rows.shape[1]), whole(weights, chance))
        rows, group = rows[:, chosen], group[chosen]
        if turn < effort.rounds - 1:
            rows = moved(mixture, rows, group, chance)
    report(2)
    return np.ascontiguousarray(rows[:, chance.permutation(rows.shape[1])])
