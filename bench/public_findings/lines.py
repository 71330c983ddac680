# SPDX-License-Identifier: Apache-2.0
"""Lines as a finding prints them: what it is, in both languages, and a figure that reads the same in both."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench.public_findings.uncertainty import ratio, wilson


class Line(NamedTuple):
    """One printed figure."""

    en: str
    es: str
    figure: str


def read(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV file; stops with one line where it cannot be read or a column is missing."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = [name for name in columns if name not in (rows.fieldnames or ())]
            if missing:
                raise SystemExit(f"{path.name}: expected the columns {', '.join(missing)}")
            return list(rows)
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise SystemExit(f"{path.name}: cannot be read as CSV: {problem}") from None


def counted(number: int) -> str:
    """1257 -> "1,257"."""
    return f"{number:,}"


def between(ends: tuple[float, float]) -> str:
    """Shares as "[87.4%, 88.5%]"."""
    return f"[{ends[0]:.1%}, {ends[1]:.1%}]"


def part(count: int, of: int) -> str:
    """Count, base and share, where all were looked at and chance has no say."""
    return f"{count:,} / {of:,} = {count / of:.1%}"


def share(count: int, of: int) -> str:
    """Count, base, share and its interval."""
    return f"{part(count, of)} {between(wilson(count, of))}"


def times(after: int, before: int) -> str:
    """Two counts, how many times one is the other, and the interval of that."""
    low, high = ratio(after, before)
    return f"{before:,} -> {after:,} = x {after / before:.2f} [{low:.2f}, {high:.2f}]"
