# SPDX-License-Identifier: Apache-2.0
"""Noisy marginals: the only thing here that looks at persons. What comes after sees its result and nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

import numpy as np
import numpy.typing as npt

from tejido.statistics.microdata.domain import Domain
from tejido.statistics.microdata.noise import Integers, Stream, discrete_gaussian
from tejido.statistics.microdata.reading import Codes
from tejido.vocabulary import BadInput

Columns = tuple[int, ...]  # places of one, two or three columns
Real = npt.NDArray[np.float64]
MOST_CELLS = 20_000_000  # of all marginals together
_FINEST = 1024  # the variance is a whole number of these parts


@dataclass(frozen=True)
class Measured:
    """Counts of each marginal with noise of one variance; `rho` is what they cost together."""

    public: Domain
    counts: dict[Columns, Integers]
    variance: Fraction
    rho: Fraction


def planned(public: Domain) -> tuple[Columns, ...]:
    """Which marginals are measured: every three columns; two or one where three would be too many cells.

    A smaller marginal that lies in a measured one is not measured besides: it is known from the larger.
    """
    sizes, chosen, cells = public.sizes, list[Columns](), 0
    told = set[Columns]()  # pairs and single columns that a measured marginal tells of
    for length in (3, 2, 1):
        found = [columns for columns in combinations(range(len(sizes)), length) if columns not in told]
        for columns in sorted(found, key=lambda c: math.prod(sizes[place] for place in c)):
            size = math.prod(sizes[place] for place in columns)
            if cells + size <= MOST_CELLS:
                chosen.append(columns)
                cells += size
                told.update(part for part_length in (1, 2) for part in combinations(columns, part_length))
    if missing := [columns for columns in combinations(range(len(sizes)), 2) if columns not in told]:
        names = " × ".join(repr(public.names[place]) for place in missing[0])
        raise BadInput("microdata.large", en=f"{names} has too many categories to be measured; group them",
                       es=f"{names} tiene demasiadas categorías para medirse; agrúpelas")  # fmt: skip
    return tuple(sorted(chosen))


def measure(codes: Codes, public: Domain, *, rho: Fraction, stream: Stream) -> Measured:
    """Every planned marginal of the rows with exact discrete Gaussian noise, all of them together within `rho`.

    A person who comes or goes changes one cell of each of the m marginals by one: squared sensitivity m, and noise of
    variance v costs m / (2 v).
    """
    marginals = planned(public)
    variance = Fraction(math.ceil(len(marginals) / (2 * rho) * _FINEST), _FINEST)
    counts = {}
    for columns, exact in counted(codes, public.sizes, marginals):
        purpose = "marginal/" + ",".join(map(str, columns))
        counts[columns] = exact + discrete_gaussian(
            stream, purpose, variance=variance, count=exact.size
        ).reshape(exact.shape)  # fmt: skip
    return Measured(public, counts, variance, len(marginals) / (2 * variance))


def keys_of(codes: Codes, sizes: tuple[int, ...], marginals: tuple[Columns, ...]) -> Iterator[tuple[Columns, Integers]]:
    """For each marginal the cell of each row, as one number. Pairs are worked out once for the triples they begin."""
    pair, held = Columns(), np.empty(0, dtype=np.int32)
    for columns in marginals:
        if len(columns) < 3:
            yield columns, _cell(codes, sizes, columns).astype(np.int64)
            continue
        if columns[:2] != pair:
            pair, held = columns[:2], _cell(codes, sizes, columns[:2])
        yield columns, (held * np.int32(sizes[columns[2]]) + codes[columns[2]]).astype(np.int64)


def _cell(codes: Codes, sizes: tuple[int, ...], columns: Columns) -> npt.NDArray[np.int32]:
    cell: npt.NDArray[np.int32] = codes[columns[0]].astype(np.int32)
    for place in columns[1:]:
        cell = (cell * np.int32(sizes[place]) + codes[place]).astype(np.int32, copy=False)
    return cell


def counted(codes: Codes, sizes: tuple[int, ...], marginals: tuple[Columns, ...]) -> Iterator[tuple[Columns, Integers]]:
    """Each marginal of the rows, exactly."""
    for columns, keys in keys_of(codes, sizes, marginals):
        shape = tuple(sizes[place] for place in columns)
        yield columns, np.bincount(keys, minlength=math.prod(shape)).astype(np.int64).reshape(shape)
