# SPDX-License-Identifier: Apache-2.0
"""Numbers as they are printed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tejido.reports.numbers import count_text, percent_text


@pytest.mark.parametrize(
    ("value", "base", "printed"),
    [
        (793, 1257, "63%"),
        (12, 1257, "1%"),
        (1, 982, "<1%"),
        (0, 982, "0%"),
        (982, 982, "100%"),
        (981, 982, ">99%"),
        (25, 1000, "3%"),
        (5, 1000, "1%"),
        (4, 1000, "<1%"),
        (3, None, None),
        (0, 0, None),
    ],
)
def test_percentages(value: int, base: int | None, printed: str | None) -> None:
    assert percent_text(value, base) == printed


@given(st.integers(1, 5000), st.integers(0, 5000))
def test_some_never_prints_as_none_and_part_never_as_all(base: int, value: int) -> None:
    value = min(value, base)
    printed = percent_text(value, base)
    assert (printed == "0%") == (value == 0)
    assert (printed == "100%") == (value == base)


def test_thousands_have_a_comma_in_both_languages() -> None:
    assert count_text(1257) == "1,257"
