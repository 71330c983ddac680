# SPDX-License-Identifier: Apache-2.0
"""The window of a count: two inclusive dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tejido.vocabulary import BadInput


@dataclass(frozen=True)
class Window:
    """From `start` to `end`, both days included, as dates of the node that keeps the records."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise BadInput(
                "window_order",
                en=f"the window ends ({self.end}) before it starts ({self.start})",
                es=f"el periodo termina ({self.end}) antes de empezar ({self.start})",
            )

    @classmethod
    def parse(cls, text: str) -> Window:
        """Read "2015-09-30..2017-07-31"; raises `BadInput`."""
        first, dots, last = text.partition("..")
        try:
            if not dots:
                raise ValueError(text)
            start, end = _day(first), _day(last)
        except ValueError:
            raise BadInput(
                "window_form",
                en=f"expected two dates as 2015-09-30..2017-07-31, not {text!r}",
                es=f"se esperaban dos fechas como 2015-09-30..2017-07-31, no {text!r}",
                where="window",
            ) from None
        return cls(start, end)

    def __str__(self) -> str:
        return f"{self.start}..{self.end}"


def _day(text: str) -> date:
    # Only the extended form: `20150930` and week dates are legal ISO 8601 and easily misread.
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text)


def check_windows(windows: Sequence[Window]) -> None:
    """Raises `BadInput` where two windows share days and neither lies within the other.

    What lies between such editions is no period that anyone would count, so nobody could say what protects it.
    """
    for number, one in enumerate(windows):
        for other in windows[:number]:
            apart = one.end < other.start or other.end < one.start
            nested = _within(one, other) or _within(other, one)
            if not apart and not nested:
                raise BadInput(
                    "windows_overlap",
                    en=f"the windows {other} and {one} overlap; expected one within the other, or no day in common",
                    es=f"los periodos {other} y {one} se traslapan; deben estar uno dentro del otro o aparte",
                )


def _within(small: Window, big: Window) -> bool:
    return big.start <= small.start and small.end <= big.end
