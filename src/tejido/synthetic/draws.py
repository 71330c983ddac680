# SPDX-License-Identifier: Apache-2.0
"""Chance from a seed, and answers dealt out so that the totals come out exactly."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_FITTING_ROUNDS = 200


def generator(seed: int, purpose: str) -> np.random.Generator:
    """A stream of chance for one purpose: changing how names are drawn never moves a date."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, zlib.crc32(purpose.encode())])))


class Dice:
    """Seeded choices, one at a time. Only uniform numbers are drawn: every numpy release gives the same world."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._stream = generator(seed, purpose)

    def uniform(self) -> float:
        """A number in [0, 1)."""
        return float(self._stream.random())

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self.uniform() < probability

    def below(self, end: int) -> int:
        """A whole number from 0 to `end` - 1."""
        return min(int(self.uniform() * end), end - 1)

    def between(self, first: int, last: int) -> int:
        """A whole number from `first` to `last`, both possible."""
        return first + self.below(last - first + 1)

    def pick[T](self, options: Sequence[T]) -> T:
        """One of `options`."""
        return options[self.below(len(options))]

    def pick_early[T](self, options: Sequence[T], skew: float = 2.0) -> T:
        """One of `options`; the earlier the likelier, as names are in a population."""
        return options[min(int(self.uniform() ** skew * len(options)), len(options) - 1)]

    def weigh(self, weights: Mapping[str, float]) -> str:
        """A key of `weights`, by weight."""
        left = self.uniform() * sum(weights.values())
        for key, weight in weights.items():
            left -= weight
            if left < 0:
                return key
        return next(reversed(list(weights)))

    def shuffled[T](self, options: Sequence[T]) -> list[T]:
        """All of `options` in another order."""
        order = np.argsort(self._stream.random(len(options)), kind="stable")
        return [options[int(place)] for place in order]

    def matrix(self, rows: int) -> Floats:
        """`rows` uniform numbers."""
        return self._stream.random(rows)

    def identity(self) -> str:
        """An id shaped like every other record's: UUID version 4."""
        raw = bytes(int(value * 256) for value in self._stream.random(16))
        return str(uuid.UUID(bytes=raw, version=4))


def apportion(shares: Mapping[str, float], total: int) -> dict[str, int]:
    """`total` divided by `shares`, whole numbers, by largest remainders; ties go to the earlier key."""
    whole = sum(shares.values())
    exact = {key: share * total / whole for key, share in shares.items()}
    parts = {key: int(value) for key, value in exact.items()}
    for key in sorted(exact, key=lambda key: parts[key] - exact[key])[: total - sum(parts.values())]:
        parts[key] += 1
    return parts


def fill_exactly(weights: Floats, totals: Sequence[int], dice: Dice) -> Integers:
    """For each row one column, so that column j is given exactly `totals[j]` times.

    `weights` (rows × columns, ≥ 0) say how well each answer suits each row; 0 forbids. The weights are fitted to the
    totals by iterative proportional fitting (Deming & Stephan 1940), an answer is drawn for every row, and what is
    over in one column moves to a column that lacks, where it costs least. Raises ArithmeticError where the totals
    do not add up to the rows or no move is allowed.
    """
    wanted = np.asarray(totals, dtype=np.int64)
    if int(wanted.sum()) != len(weights):
        raise ArithmeticError(f"totals add up to {int(wanted.sum())}, there are {len(weights)} rows")
    fitted = _fitted(weights, wanted)
    reach = np.cumsum(fitted, axis=1)
    chosen = (reach < dice.matrix(len(fitted))[:, None] * reach[:, -1:]).sum(axis=1).astype(np.int64)
    _repair(chosen, fitted, wanted)
    return chosen


def _fitted(weights: Floats, wanted: Integers) -> Floats:
    fitted = weights.astype(np.float64).copy()
    for _ in range(_FITTING_ROUNDS):
        sums = fitted.sum(axis=0)
        fitted *= np.divide(wanted, sums, out=np.zeros_like(sums), where=sums > 0)
        fitted /= np.maximum(fitted.sum(axis=1, keepdims=True), 1e-300)
    return fitted


def _repair(chosen: Integers, fitted: Floats, wanted: Integers) -> None:
    surplus = np.bincount(chosen, minlength=len(wanted)) - wanted
    everyone = np.arange(len(chosen))
    while surplus.any():
        movable = surplus[chosen] > 0
        lacking = np.flatnonzero(surplus < 0)
        gain = fitted[:, lacking] / np.maximum(fitted[everyone, chosen], 1e-300)[:, None]
        gain[~movable] = -1.0
        row, column = divmod(int(gain.argmax()), len(lacking))
        if gain[row, column] <= 0:
            raise ArithmeticError("the weights forbid the totals")
        surplus[chosen[row]] -= 1
        chosen[row] = lacking[column]
        surplus[chosen[row]] += 1
