# SPDX-License-Identifier: Apache-2.0
"""Numbers as readers of each language print them; percentages that never claim what the counts do not say."""

from __future__ import annotations

HIDDEN = "C"  # Eurostat's and INEGI's sign for a confidential cell


def count_text(value: int) -> str:
    """1257 -> "1,257": English and Mexican Spanish both group by comma."""
    return f"{value:,}"


def percent_text(value: int, base: int | None) -> str | None:
    """Whole percent of `base`, half rounded up; "<1%" for more than nothing and under one, ">99%" for nearly all.

    None where there is no base to take it of. Integer arithmetic: 25 of 1,000 is 2.5 and prints "3%".
    """
    if base is None or base <= 0:
        return None
    if 0 < value * 100 < base:
        return "<1%"
    if base > value and value * 100 > 99 * base:
        return ">99%"
    return f"{(200 * value + base) // (2 * base)}%"
