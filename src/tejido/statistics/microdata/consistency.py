# SPDX-License-Identifier: Apache-2.0
"""Noisy marginals that overlap say the same thing several times: the best of all of them, which no longer disagree.

Each marginal falls apart into a total, effects of single columns, of pairs and of three (as an analysis of variance
does). The same effect measured in several marginals is averaged by how exactly each measures it: that is least squares.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from tejido.statistics.microdata.measuring import Columns, Measured, Real


@dataclass(frozen=True)
class Consistent:
    """Marginals that agree with one another, and the variance that is left in a cell of each."""

    tables: dict[Columns, Real]
    variances: dict[Columns, float]
    total: float


def consistent(measured: Measured) -> Consistent:
    """All one-, two- and three-way marginals that the measured ones tell of, by least squares."""
    sizes = measured.public.sizes
    sums, weights = dict[Columns, Real](), defaultdict[Columns, float](float)
    for columns, counts in measured.counts.items():
        for part in _parts(columns):
            summed = counts.sum(axis=tuple(columns.index(c) for c in columns if c not in part), dtype=np.float64)
            weight = 1 / math.prod(sizes[c] for c in columns if c not in part)
            sums[part] = sums.get(part, 0) + weight * _effect(summed, part)
            weights[part] += weight
    effects = {part: table / weights[part] for part, table in sums.items()}
    left = {
        part: float(measured.variance) / weights[part] * math.prod(1 - 1 / sizes[c] for c in part) for part in effects
    }
    tables, variances = dict[Columns, Real](), dict[Columns, float]()
    for columns in effects:
        shape = tuple(sizes[c] for c in columns)
        table, variance = np.zeros(shape), 0.0
        for part in _parts(columns):
            spread = math.prod(sizes[c] for c in columns if c not in part)
            table += effects[part].reshape([sizes[c] if c in part else 1 for c in columns]) / spread
            variance += left[part] / spread**2
        tables[columns], variances[columns] = table, variance
    return Consistent(tables, variances, float(effects[()]))


def _parts(columns: Columns) -> list[Columns]:
    return [part for length in range(len(columns) + 1) for part in combinations(columns, length)]


def _effect(table: Real, columns: Columns) -> Real:
    """What is left of a table once all that its margins tell is taken out."""
    for axis in range(len(columns)):
        table = table - table.mean(axis=axis, keepdims=True)
    return np.asarray(table, dtype=np.float64)
