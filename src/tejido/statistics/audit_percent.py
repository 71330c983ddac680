# SPDX-License-Identifier: Apache-2.0
"""Printed percentages: what a count must be for one to be true."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Literal

_FORM = re.compile(r"\s*(<|>|≤|≥)?\s*([0-9]{1,3})(?:[.,]([0-9]{1,6}))?\s*%\s*")


@dataclass(frozen=True)
class Percent:
    """`printed` word for word; `value` the number; `step` the last digit's worth (1 for "63%", 1/10 for "2.5%")."""

    printed: str
    sign: Literal["", "<", ">", "≤", "≥"]
    value: Fraction
    step: Fraction

    def fits(self, count: int, base: int) -> bool:
        """Whether `count` of `base` may print so. Half-way values may have been rounded either way."""
        if base == 0:
            return count == 0 and self.sign == "" and self.value == 0
        exact = Fraction(100 * count, base)
        match self.sign:
            case "<":
                return exact < self.value
            case ">":
                return exact > self.value
            case "≤":
                return exact <= self.value
            case "≥":
                return exact >= self.value
        return abs(exact - self.value) <= self.step / 2

    def counts(self, base: int) -> tuple[int, int]:
        """Least and greatest count of `base` that may print so; least > greatest where none does."""
        whole = Fraction(base, 100)
        least, greatest = 0, base
        match self.sign:
            case "<":
                least = 1  # "<1%" is printed of some, not of none
                greatest = ceil(self.value * whole) - 1
            case "≤":
                greatest = floor(self.value * whole)
            case ">":
                least = floor(self.value * whole) + 1
            case "≥":
                least = ceil(self.value * whole)
            case _:
                least = max(0, ceil((self.value - self.step / 2) * whole))
                greatest = floor((self.value + self.step / 2) * whole)
        return least, min(greatest, base)


def parse_percent(printed: str) -> Percent | None:
    """ "63%", "<1%", "2.5 %" or "2,5%" as a value; None for anything else."""
    found = _FORM.fullmatch(printed)
    if found is None:
        return None
    sign, digits, decimals = found.groups()
    step = Fraction(1, 10 ** len(decimals or ""))
    value = Fraction(int(digits + (decimals or ""))) * step
    allowed: dict[str, Literal["", "<", ">", "≤", "≥"]] = {"": "", "<": "<", ">": ">", "≤": "≤", "≥": "≥"}
    return Percent(printed.strip(), allowed[sign or ""], value, step)
