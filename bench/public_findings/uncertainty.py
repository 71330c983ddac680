# SPDX-License-Identifier: Apache-2.0
"""How far a number may be off: by chance, by what was not recorded, by more than chance. Intervals are of 95 %."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

_Z = 1.959964
_DRAWS = 2000


def wilson(count: int, of: int) -> tuple[float, float]:
    """Interval of a share (Wilson 1927): never below 0 or above 1, sound for few cases too."""
    share, room = count / of, _Z * _Z / of
    middle = (share + room / 2) / (1 + room)
    reach = _Z * sqrt(share * (1 - share) / of + room / (4 * of)) / (1 + room)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def ratio(after: int, before: int) -> tuple[float, float]:
    """Interval of after : before where both counts vary by chance alone (Poisson): of both, `after` is a share."""
    low, high = wilson(after, after + before)
    return low / (1 - low), high / (1 - high)


def bounds(count: int, known: int, of: int) -> tuple[float, float]:
    """Where the share lies if nothing is assumed about those whose answer is missing: none of them, or all."""
    return count / of, (count + of - known) / of


def dispersion(counts: Sequence[float], expected: Sequence[float], free: int) -> float:
    """Pearson's chi-square by degree of freedom: 1 where counts differ from what is expected by chance alone."""
    return sum((found - due) ** 2 / due for found, due in zip(counts, expected, strict=True)) / free


def bootstrap(statistic: Callable[[NDArray[np.int64]], float], size: int) -> tuple[float, float]:
    """Interval of a statistic over `size` units that are drawn anew, with replacement; the same each time."""
    chance = np.random.Generator(np.random.PCG64(1))
    drawn = [statistic(chance.integers(0, size, size)) for _ in range(_DRAWS)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)
