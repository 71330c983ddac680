# SPDX-License-Identifier: Apache-2.0
"""A mixture of groups in which columns are independent, fitted to noisy marginals: what is common to all of them.

It has far fewer numbers than the marginals have cells, so that most of the noise finds no place in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from tejido.statistics.microdata.consistency import Consistent
from tejido.statistics.microdata.measuring import Columns, Real
from tejido.statistics.microdata.noise import Integers

Single = npt.NDArray[np.float32]
MOST_TRIPLES = 40_000_000  # cells of all triples, three times each; above, the fit sees pairs only


@dataclass(frozen=True)
class Mixture:
    """`weights`: how large each group is; `chances`: of each category in each group, columns side by side."""

    sizes: tuple[int, ...]
    weights: Single
    chances: Single

    @property
    def starts(self) -> list[int]:
        """Where each column begins in `chances`."""
        return [0, *np.cumsum(self.sizes)[:-1].tolist()]

    def column(self, place: int) -> Single:
        """Chances of one column."""
        start = self.starts[place]
        return self.chances[:, start : start + self.sizes[place]]

    def table(self, columns: Columns) -> Real:
        """The marginal that the mixture tells, summing to one."""
        reached = self.weights[:, None] * self.column(columns[0])
        for place in columns[1:-1]:
            reached = (reached[:, :, None] * self.column(place)[:, None, :]).reshape(len(reached), -1)
        if len(columns) > 1:
            reached = reached.T @ self.column(columns[-1])
        else:
            reached = reached.sum(axis=0)
        return np.asarray(reached, dtype=np.float64).reshape([self.sizes[place] for place in columns])


class _Fit:
    """Parameters as logarithms, moved down the slope of squared error by Adam."""

    def __init__(self, start: Consistent, sizes: tuple[int, ...], groups: int, chance: np.random.Generator) -> None:
        self.sizes = sizes
        self.starts = np.concatenate([[0], np.cumsum(sizes)])
        singles = [np.maximum(start.tables[(place,)], 0.5) for place in range(len(sizes))]
        level = np.concatenate([np.log(table / table.sum()) for table in singles])
        self.logits = (level + 0.7 * chance.standard_normal((groups, len(level)))).astype(np.float32)
        self.sizes_of_groups = np.zeros(groups, dtype=np.float32)
        self.moments = [np.zeros_like(array) for array in (self.logits, self.logits, self.sizes_of_groups,
                                                           self.sizes_of_groups)]  # fmt: skip
        self.step = 0

    def current(self) -> Mixture:
        """The mixture as it stands."""
        raised = self.logits - np.repeat(
            np.maximum.reduceat(self.logits, self.starts[:-1], axis=1), self.sizes, axis=1
        )  # fmt: skip
        chances = np.exp(raised)
        chances /= np.repeat(np.add.reduceat(chances, self.starts[:-1], axis=1), self.sizes, axis=1)
        weights = np.exp(self.sizes_of_groups - self.sizes_of_groups.max())
        return Mixture(self.sizes, weights / weights.sum(), chances)

    def move(self, now: Mixture, by_chance: Single, by_weight: Single, rate: float) -> None:
        """One step against the slopes, taken through the two soft maxima."""
        inside = now.chances * by_chance
        inside -= now.chances * np.repeat(np.add.reduceat(inside, self.starts[:-1], axis=1), self.sizes, axis=1)
        outside = now.weights * (by_weight - np.float32(now.weights @ by_weight))
        self.step += 1
        for place, (values, slope) in enumerate(((self.logits, inside), (self.sizes_of_groups, outside))):
            first, second = self.moments[2 * place], self.moments[2 * place + 1]
            first += np.float32(0.1) * (slope - first)
            second += np.float32(0.01) * (slope * slope - second)
            scale = np.sqrt(second / np.float32(1 - 0.99**self.step)) + np.float32(1e-12)
            values -= np.float32(rate / (1 - 0.9**self.step)) * first / scale


def fitted(
    found: Consistent, sizes: tuple[int, ...], *, groups: int, pair_steps: int, triple_steps: int,
    chance: np.random.Generator,
) -> Mixture:  # fmt: skip
    """The mixture closest to the marginals: first to all pairs, then to all triples."""
    fit = _Fit(found, sizes, groups, chance)
    if len(sizes) > 1:
        target, mask = _pair_target(found, sizes, fit.starts)
        for step in range(pair_steps):
            now = fit.current()
            weighted = now.weights[:, None] * now.chances
            wrong = (weighted.T @ now.chances - target) * mask
            slope = np.asarray(now.chances @ wrong, dtype=np.float32)
            fit.move(now, 2 * now.weights[:, None] * slope, (now.chances * slope).sum(axis=1), _rate(step, pair_steps))
    cells = len(fit.logits[0]) * sum(sizes[b] * sizes[c] for b, c in combinations(range(len(sizes)), 2))
    if len(sizes) > 2 and cells <= MOST_TRIPLES:
        _fit_triples(fit, found, triple_steps)
    return fit.current()


def _rate(step: int, steps: int) -> float:
    return 0.12 * (1 - 0.9 * step / steps)


def _pair_target(found: Consistent, sizes: tuple[int, ...], starts: Integers) -> tuple[Single, Single]:
    target, mask = np.zeros((2, starts[-1], starts[-1]), dtype=np.float32)
    for b, c in combinations(range(len(sizes)), 2):
        rows, across = slice(starts[b], starts[b + 1]), slice(starts[c], starts[c + 1])
        target[rows, across] = found.tables[(b, c)] / found.total
        target[across, rows] = target[rows, across].T
        mask[rows, across] = 1
        mask[across, rows] = 1
    return target, mask


def _fit_triples(fit: _Fit, found: Consistent, steps: int) -> None:
    """Every triple as three slices (column, pair of the others): one product gives all, and another the slope."""
    sizes, starts = fit.sizes, fit.starts
    pairs = list(combinations(range(len(sizes)), 2))
    begins = dict(zip(pairs, np.cumsum([0, *(sizes[b] * sizes[c] for b, c in pairs)]).tolist(), strict=False))
    width = sum(sizes[b] * sizes[c] for b, c in pairs)
    target, mask = np.zeros((2, starts[-1], width), dtype=np.float32)
    for columns, table in found.tables.items():
        if len(columns) < 3:
            continue
        for axis, place in enumerate(columns):
            b, c = columns[:axis] + columns[axis + 1 :]
            rows = slice(starts[place], starts[place + 1])
            across = slice(begins[b, c], begins[b, c] + sizes[b] * sizes[c])
            target[rows, across] = np.moveaxis(table, axis, 0).reshape(sizes[place], -1) / found.total
            mask[rows, across] = 1
    for step in range(steps):
        now = fit.current()
        products = np.empty((len(now.weights), width), dtype=np.float32)
        for b, c in pairs:
            across = slice(begins[b, c], begins[b, c] + sizes[b] * sizes[c])
            np.multiply(
                now.column(b)[:, :, None], now.column(c)[:, None, :],
                out=products[:, across].reshape(len(products), sizes[b], sizes[c]),
            )  # fmt: skip
        wrong = (now.weights[:, None] * now.chances).T @ products
        wrong -= target
        wrong *= mask
        slope = np.asarray((wrong @ products.T).T, dtype=np.float32)
        by_weight = (now.chances * slope).sum(axis=1) / np.float32(3)
        fit.move(now, now.weights[:, None] * slope, by_weight, _rate(step, steps))
