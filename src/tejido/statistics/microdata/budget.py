# SPDX-License-Identifier: Apache-2.0
"""What a release may cost: zero-concentrated differential privacy (rho), and what it says as (epsilon, delta)."""

from __future__ import annotations

import math
from fractions import Fraction

from tejido.vocabulary import BadInput

_FINEST = 2**20  # rho is kept as a whole number of these parts


def delta_of(rho: float, epsilon: float) -> float:
    """The least delta known for (epsilon, delta) under rho-zCDP: Canonne, Kamath and Steinke 2020, corollary 13.

    The least over alpha > 1 of exp((alpha - 1)(alpha rho - epsilon)) / (alpha - 1) * (1 - 1 / alpha)^alpha; every alpha
    gives a true bound, so that stopping the search early is safe.
    """
    if rho <= 0:
        return 0.0

    def exponent(alpha: float) -> float:
        return (
            (alpha - 1) * (alpha * rho - epsilon) + alpha * math.log1p(-1 / alpha) - math.log(alpha - 1)
        )  # fmt: skip

    # The exponent is convex in alpha: search its valley.
    low, high = 1 + 1e-9, (epsilon + 1) / (2 * rho) + 2
    for _ in range(200):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        if exponent(left) < exponent(right):
            high = right
        else:
            low = left
    return min(1.0, math.exp(min(0.0, exponent((low + high) / 2) + 1e-12)))


def epsilon_of(rho: float, delta: float) -> float:
    """The least epsilon that `delta_of` grants, rounded up."""
    low, high = 0.0, rho + 2 * math.sqrt(rho * math.log(1 / delta)) + 1e-9
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (low, middle) if delta_of(rho, middle) <= delta else (middle, high)
    return high


def rho_for(epsilon: float, delta: float) -> Fraction:
    """The most rho that (epsilon, delta) covers, rounded down; raises `BadInput`."""
    check(epsilon, delta)
    low, high = 0, int(epsilon * _FINEST) + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if delta_of(middle / _FINEST, epsilon) <= delta else (low, middle)
    if low == 0:
        raise BadInput("microdata.epsilon", where="--epsilon", en="too small to say anything at this delta",
                       es="demasiado pequeño para decir algo con este delta")  # fmt: skip
    return Fraction(low, _FINEST)


def check(epsilon: float, delta: float, where: str = "--epsilon") -> None:
    """Raises `BadInput` unless 0 < epsilon <= 100 and 0 < delta < 1."""
    if not (math.isfinite(epsilon) and 0 < epsilon <= 100):
        raise BadInput("microdata.epsilon", where=where, en=f"expected more than 0 and at most 100, not {epsilon}",
                       es=f"se esperaba más de 0 y cuando mucho 100, no {epsilon}")  # fmt: skip
    if not (math.isfinite(delta) and 0 < delta < 1):
        raise BadInput("microdata.delta", where="--delta", en=f"expected between 0 and 1, not {delta}",
                       es=f"se esperaba entre 0 y 1, no {delta}")  # fmt: skip
