# SPDX-License-Identifier: Apache-2.0
"""Exact discrete Gaussian noise (Canonne, Kamath and Steinke 2020) by inversion, from a secret seed.

A draw is the first bits of a number u in [0, 1); its value is how many steps of the distribution lie at or below u.
Where the bits drawn so far do not say on which side of a step u lies, more bits are drawn and the steps are worked out
more finely. No draw is ever decided by a rounded number, so that nothing is added to delta.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache

import numpy as np
import numpy.typing as npt

SEED_BYTES = 32
WORD = 64  # bits of a first look; one draw in some 10^16 needs a second
_SLACK = 2  # steps are known to within this many units of the last bit

Integers = npt.NDArray[np.int64]


class Stream:
    """Bits that only the seed foretells: SHAKE-256 over the seed and what they are for."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise ValueError(f"expected {SEED_BYTES} bytes of seed")
        self._seed = seed

    def bits(self, purpose: str, length: int) -> bytes:
        """`length` bytes for one purpose; another purpose gets others."""
        return hashlib.shake_256(b"tejido.microdata/1\0" + self._seed + purpose.encode()).digest(length)

    def words(self, purpose: str, count: int) -> npt.NDArray[np.uint64]:
        """`count` numbers of 64 bits."""
        return np.frombuffer(self.bits(purpose, 8 * count), dtype="<u8").astype(np.uint64)


@cache
def steps(variance: Fraction, bits: int) -> tuple[int, tuple[int, ...]]:
    """The least value told apart, and 2^bits times the probability of being at or below it and those after it.

    Each step is within `_SLACK` of the truth; what lies beyond the last is less likely than 2^-bits on either side.
    """
    with localcontext() as context:
        context.prec = bits // 3 + 40
        twice = 2 * Decimal(variance.numerator) / Decimal(variance.denominator)
        least, total, weights = Decimal(2) ** -(bits + 16), Decimal(0), list[Decimal]()
        while not weights or weights[-1] > least:
            weights.append((-(Decimal(len(weights)) ** 2) / twice).exp())
        weights = weights[::-1] + weights[1:]
        total, reached, found = sum(weights, Decimal(0)), Decimal(0), list[int]()
        for weight in weights[:-1]:
            reached += weight
            found.append(min(2**bits - 1, int(reached / total * 2**bits)))
    return -(len(weights) // 2), tuple(found)


def discrete_gaussian(stream: Stream, purpose: str, *, variance: Fraction, count: int) -> Integers:
    """`count` independent draws k, each with probability proportional to exp(-k^2 / (2 variance))."""
    first, reached = steps(variance, WORD)
    words = stream.words(purpose, count)
    table = np.array(reached, dtype=np.uint64)
    index = np.searchsorted(table, words, side="right")
    low = np.searchsorted(table, words - np.minimum(words, np.uint64(_SLACK)), side="right")
    most = np.uint64(2**WORD - 1)
    high = np.searchsorted(table, words + np.minimum(most - words, np.uint64(_SLACK)), side="right")
    values = index.astype(np.int64) + first
    unsure = (low != high) | (index == 0) | (index == len(table))
    for place in np.flatnonzero(unsure):
        values[place] = _decided(stream, f"{purpose}/{place}", variance, int(words[place]), WORD)
    return values


def _decided(stream: Stream, purpose: str, variance: Fraction, drawn: int, bits: int) -> int:
    """The value of a number whose first `bits` bits are `drawn`, with as many more as it takes."""
    while True:
        first, reached = steps(variance, bits)
        low, high = bisect_right(reached, drawn - _SLACK), bisect_right(reached, drawn + _SLACK)
        if low == high and 0 < low < len(reached):
            return first + low
        more = int.from_bytes(stream.bits(f"{purpose}/{bits}", WORD // 8), "little")
        drawn, bits = drawn << WORD | more, bits + WORD
