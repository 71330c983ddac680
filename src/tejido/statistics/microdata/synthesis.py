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
from tejido.statistics.microdata.rows import drawn, raked, targets, whole

LARGEST_POOL = 300_000
STEPS = 5  # of which each reports that it is done

Report = Callable[[int], None]


def _silent(_: int) -> None:
    """For whoever does not wait in front of a terminal."""


@dataclass(frozen=True)
class Effort:
    """How much work goes into the fit; none of it touches what privacy costs."""

    groups: int = 96
    pair_steps: int = 300
    triple_steps: int = 80
    passes: int = 3


@dataclass(frozen=True)
class Synthesis:
    """Invented rows and the noisy marginals that they were made from."""

    codes: Codes
    measured: Measured


def synthesize(
    codes: Codes, public: Domain, *, rho: Fraction, seed: bytes, effort: Effort = Effort(), report: Report = _silent
) -> Synthesis:  # fmt: skip
    """Invented rows under rho-zCDP. One seed gives the same marginals anywhere, and the same rows on one machine."""
    stream = Stream(seed)
    measured = measure(codes, public, rho=rho, stream=stream)
    report(1)
    return Synthesis(rows_from(measured, seed=seed, effort=effort, report=report), measured)


def rows_from(
    measured: Measured, *, seed: bytes, effort: Effort = Effort(), report: Report = _silent
) -> Codes:  # fmt: skip
    """Invented rows that tell the measured counts. Nothing here has seen a person."""
    public = measured.public
    chance = np.random.Generator(np.random.PCG64(int.from_bytes(Stream(seed).bits("rows", 32), "little")))
    found = consistent(measured)
    count = max(0, round(found.total))
    if count == 0:
        return np.empty((len(public.sizes), 0), dtype=np.uint16)
    groups = max(1, min(effort.groups, count // 20))
    mixture = fitted(found, public.sizes, groups=groups, pair_steps=effort.pair_steps,
                     triple_steps=effort.triple_steps, chance=chance)  # fmt: skip
    report(2)
    pool = drawn(mixture, min(max(count, 2000), LARGEST_POOL), chance)
    possible = ~impossible_rows(pool, public)
    weights = raked(pool, public.sizes, targets(found, mixture), count, passes=effort.passes, possible=possible,
                    chance=chance)  # fmt: skip
    report(2)
    chosen = np.repeat(np.arange(pool.shape[1]), whole(weights, chance))
    return np.ascontiguousarray(pool[:, chance.permutation(chosen)])
