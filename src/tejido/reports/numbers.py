# SPDX-License-Identifier: Apache-2.0
"""Numbers as readers of each language print them; percentages that never claim what the counts do not say."""

from __future__ import annotations

HIDDEN = "C"  # Eurostat's and INEGI's sign for a confidential cell


def count_text(value: int) -> str:
    """1257 -> "1,257": English and Mexican Spanish both group by comma."""
    return f"{value:,}"


def percent_text(value: int, base: int | None) -> str | None:
    """Whole percent of `base`, half rounded up; "<1%" for some that rounds to none, ">99%" for not quite all.

    None where there is no base to take it of. Integer arithmetic: 25 of 1,000 is 2.5 and prints "3%".
    """
    if base is None or base <= 0:
        return None
    rounded = (200 * value + base) // (2 * base)
    if value > 0 and rounded == 0:
        return "<1%"
    if value < base and rounded == 100:
        return ">99%"
    return f"{rounded}%"
