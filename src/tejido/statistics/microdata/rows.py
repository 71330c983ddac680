# SPDX-License-Identifier: Apache-2.0
"""Invented rows that tell the same counts: drawn from the mixture, weighted towards the marginals, then whole."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tejido.statistics.microdata.consistency import Consistent
from tejido.statistics.microdata.measuring import Columns, Real, keys_of
from tejido.statistics.microdata.mixture import Mixture
from tejido.statistics.microdata.noise import Integers
from tejido.statistics.microdata.reading import Codes

_BINS = 40  # of the size of counts, where it is asked how far the mixture is off
NUDGE, MOVED = 0.15, 0.2
_PRIOR = 30.0  # cells' worth of what holds for all marginals, beside what one marginal shows


def targets(found: Consistent, mixture: Mixture) -> dict[Columns, Real]:
    """Each marginal between what the mixture says and what was measured, by how far each of them is off.

    How far the mixture is off is seen from the measured counts: their squared distance is its error and the noise.
    """
    said = {columns: mixture.table(columns) * found.total for columns in found.tables if columns}
    excess, cells = np.zeros(_BINS), np.zeros(_BINS)
    bins = {}
    for columns, model in said.items():
        bins[columns] = np.clip(4 * np.log1p(np.maximum(model, 0)), 0, _BINS - 1).astype(np.int64)
        apart = (found.tables[columns] - model) ** 2 - found.variances[columns]
        excess += np.bincount(bins[columns].ravel(), apart.ravel(), _BINS)
        cells += np.bincount(bins[columns].ravel(), minlength=_BINS)
    off = np.maximum(excess, 0) / np.maximum(cells, 1)
    result = {}
    for columns, model in said.items():
        usual, variance = off[bins[columns]], found.variances[columns]
        apart = (found.tables[columns] - model) ** 2 - variance
        expected = float(usual.mean()) + 1e-9
        factor = max(0.0, (float(apart.sum()) / expected + _PRIOR) / (apart.size + _PRIOR))
        own = usual * factor
        share = own / (own + variance)
        result[columns] = np.maximum(model + share * (found.tables[columns] - model), 0.05 * model)
    return result


def drawn(mixture: Mixture, count: int, chance: np.random.Generator) -> tuple[Codes, Integers]:
    """Rows of the mixture and their groups; in each every column has its shares exactly, in random order."""
    group = np.searchsorted(np.cumsum(mixture.weights, dtype=np.float64), (np.arange(count) + 0.5) / count)
    group = np.minimum(group, len(mixture.weights) - 1)
    begins = np.searchsorted(group, np.arange(len(mixture.weights)))
    sizes = np.bincount(group, minlength=len(mixture.weights))
    codes = np.empty((len(mixture.sizes), count), dtype=np.uint16)
    for place in range(len(mixture.sizes)):
        order = np.argsort(group + chance.random(count))  # random within each group
        rank = np.empty(count)
        rank[order] = np.arange(count)
        level = (rank - begins[group] + chance.random(count)) / sizes[group]
        codes[place] = _category(mixture, place, group, level)
    return codes, group


def moved(mixture: Mixture, codes: Codes, group: Integers, chance: np.random.Generator) -> Codes:
    """The same rows with some cells drawn anew from their group: rows chosen several times are no longer alike."""
    fresh = codes.copy()
    for place in range(len(mixture.sizes)):
        changed = np.flatnonzero(chance.random(codes.shape[1]) < MOVED)
        fresh[place, changed] = _category(mixture, place, group[changed], chance.random(len(changed)))
    return fresh


def _category(mixture: Mixture, place: int, group: Integers, level: Real) -> Codes:
    reached = np.cumsum(mixture.column(place), axis=1, dtype=np.float64) + np.arange(len(mixture.weights))[:, None]
    reached[:, -1] = np.arange(1, len(mixture.weights) + 1)
    cell = np.searchsorted(reached.ravel(), np.minimum(level, 1 - 1e-9) + group, side="right")
    return (cell - group * mixture.sizes[place]).astype(np.uint16)


def raked(
    codes: Codes, sizes: tuple[int, ...], wanted: dict[Columns, Real], total: float, possible: npt.NDArray[np.bool_]
) -> Real:  # fmt: skip
    """A weight for each row, so that weighted counts come closer to the wanted ones: marginal after marginal.

    Triples only nudge, because each carries noise of its own; pairs and single columns, which are known well, come last
    and are met.
    """
    weights = possible * (total / max(1, int(possible.sum())))
    order = sorted(wanted, key=lambda columns: (-len(columns), columns))
    for columns, keys in keys_of(codes, sizes, tuple(order)):
        table = wanted[columns].ravel()
        now = np.bincount(keys, weights, table.size)
        ratio = np.clip(table / np.maximum(now, 1e-9), 0.25, 4.0)
        weights *= (ratio**NUDGE if len(columns) == 3 else ratio).take(keys)
    return np.asarray(weights * (total / max(float(weights.sum()), 1e-9)), dtype=np.float64)


def whole(weights: Real, chance: np.random.Generator) -> Integers:
    """How often each row is written: its weight rounded up or down, the sum kept."""
    reached = np.floor(np.cumsum(weights) + chance.random())
    reached[-1:] = round(float(weights.sum()))
    return np.diff(reached, prepend=0.0).astype(np.int64)
