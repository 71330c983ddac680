# SPDX-License-Identifier: Apache-2.0
"""Audits a published fact sheet: what does not add up, what is not said, and whom it exposes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path

from tejido.statistics.audit_finding import Finding, finding
from tejido.statistics.audit_reading import PublishedCell, PublishedSheet, PublishedTable, read_sheet
from tejido.statistics.audit_sources import source_findings
from tejido.statistics.disclosure import is_small

__all__ = ["Finding", "audit", "audit_file", "read_sheet"]

UNKNOWN_CODES = ("unknown", "XX", "und", "other_not_specified")  # the rest category, by the code lists in use
Interval = tuple[int, int | None]


def audit_file(path: Path, *, k: int = 11) -> list[Finding]:
    """Findings of the sheet in `path`, in the order of the sheet; raises `BadInput` where it is no such sheet."""
    return audit(read_sheet(path), k=k)


def audit(sheet: PublishedSheet, *, k: int = 11) -> list[Finding]:
    """Every finding: headline first, then table by table, then the statements of source. `k`: least count to print."""
    findings = list(_headline(sheet, k))
    for table in sheet.tables:
        for rule in (_unstated, _sums, _percents):
            findings.extend(rule(table))
        findings.extend(_small(table, k))
        findings.extend(_recoverable(table, sheet.headline, k))
    findings.extend(source_findings(sheet))
    return findings


def _headline(sheet: PublishedSheet, k: int) -> Iterator[Finding]:
    for unit, value in sheet.headline.items():
        if value is not None and is_small(value, k):
            yield finding("small", "small_whole", unit=unit, count=value, k=k)
        if value is None:
            for table in sheet.tables:
                total = _whole(table) if table.unit == unit else None
                if total is not None:
                    yield finding("recoverable", "recoverable_headline", unit=unit, by=table.by, low=total)
                    break


def _whole(table: PublishedTable) -> int | None:
    """The whole that a table's parts add up to, where all of them are printed and each is counted once."""
    counts = [cell.count for cell in table.cells.values()]
    if table.multiple is not False or not table.complete or not counts or None in counts:
        return None
    return sum(count for count in counts if count is not None)


def _unstated(table: PublishedTable) -> Iterator[Finding]:
    # A map in bands prints no figures: what it counts must be said, a base need not.
    no_base = table.base is None and not (table.is_map and not table.cells)
    if table.unit is None:
        reason = "unit_and_base_unstated" if no_base or table.is_map else "unit_unstated"
        yield finding("unstated", reason, by=table.by)
    elif no_base:
        yield finding("unstated", "base_unstated", unit=table.unit, by=table.by)
    elif table.multiple is None and table.complete and table.base is not None:
        total = _printed(table)
        if total > table.base:
            yield finding("unstated", "answers_unstated", unit=table.unit, by=table.by, total=total, base=table.base)


def _printed(table: PublishedTable) -> int:
    return sum(cell.count or 0 for cell in table.cells.values())


def _sums(table: PublishedTable) -> Iterator[Finding]:
    if table.base is None or not table.cells:
        return
    place = {"unit": table.unit, "by": table.by}
    total, all_printed = _printed(table), all(cell.count is not None for cell in table.cells.values())
    for code, cell in table.cells.items():
        if cell.count is not None and cell.count > table.base:
            yield finding("sum", "part_exceeds", **place, cell=code, count=cell.count, base=table.base)
            return
    if table.multiple is False:
        if table.complete and all_printed and total != table.base:
            yield finding("sum", "sum_differs", **place, total=total, base=table.base)
        elif total > table.base:
            yield finding("sum", "sum_exceeds", **place, total=total, base=table.base)
    elif table.complete and all_printed and total < table.base and _has_unknown(table):
        yield finding("sum", "sum_short", **place, total=total, base=table.base)


def _has_unknown(table: PublishedTable) -> bool:
    return any(code in table.cells for code in UNKNOWN_CODES)


def _percents(table: PublishedTable) -> Iterator[Finding]:
    base = table.base
    if base is None:
        return
    place = {"unit": table.unit, "by": table.by}
    impossible = False
    for code, cell in table.cells.items():
        if cell.percent is None:
            continue
        if cell.count is None:
            least, greatest = cell.percent.counts(base)
            if least > greatest:
                impossible = True
                yield finding(
                    "percent", "percent_impossible", **place, cell=code, base=base, printed=cell.percent.printed
                )
        elif not cell.percent.fits(cell.count, base):
            yield _wrong_percent(table, code, cell.count, base, cell)
    bounds = _bounds(table, base)
    if impossible or not bounds or table.multiple is not False or not any(c.percent for c in table.cells.values()):
        return
    unprinted = any(cell.count is None for cell in table.cells.values())
    if unprinted and _printed(table) <= base and not _feasible(bounds, base, table.complete):
        yield finding("percent", "percent_sum", **place, base=base)


def _wrong_percent(table: PublishedTable, code: str, count: int, base: int, cell: PublishedCell) -> Finding:
    percent = cell.percent
    printed = percent.printed if percent else ""
    exact = f"{float(Fraction(100 * count, base)):.2f}" if base else "0"
    place = {"unit": table.unit, "by": table.by, "cell": code}
    if percent is not None and percent.sign == ">" and Fraction(100 * count, base or 1) < percent.value:
        mended = printed.replace(">", "<")
        return finding(
            "percent", "percent_sign", **place, count=count, base=base, exact=exact, printed=printed, mended=mended
        )
    return finding("percent", "percent_wrong", **place, count=count, base=base, exact=exact, printed=printed)


def _small(table: PublishedTable, k: int) -> Iterator[Finding]:
    for code, cell in table.cells.items():
        if cell.count is None or not is_small(cell.count, k):
            continue
        reason = "small_one" if cell.count == 1 else "small_few"
        yield finding(
            "small", reason, unit=table.unit, by=table.by, cell=code, count=cell.count, k=k, others=cell.count - 1
        )
    if table.base is not None and is_small(table.base, k):
        yield finding("small", "small_whole", unit=table.unit, by=table.by, count=table.base, k=k)


def _bounds(table: PublishedTable, base: int | None) -> dict[str, Interval]:
    """What each cell can be, taken alone."""
    bounds: dict[str, Interval] = {}
    for code, cell in table.cells.items():
        if cell.count is not None:
            bounds[code] = (cell.count, cell.count)
        elif cell.percent is not None and base is not None:
            bounds[code] = cell.percent.counts(base)
        else:
            bounds[code] = (0, base)
    return bounds


def _feasible(bounds: Mapping[str, Interval], base: int, complete: bool) -> bool:
    least = sum(low for low, _ in bounds.values())
    most = sum(base if high is None else high for _, high in bounds.values())
    return least <= base and (most >= base or not complete)


def _intervals(table: PublishedTable, base: int | None) -> dict[str, Interval]:
    """What each cell can be, given all others: exact, because one sum binds them."""
    bounds = _bounds(table, base)
    if base is None or table.multiple is None or not _feasible(bounds, base, table.complete and not table.multiple):
        return bounds
    least = sum(low for low, _ in bounds.values())
    most = sum(base if high is None else high for _, high in bounds.values())
    narrowed: dict[str, Interval] = {}
    for code, (low, high) in bounds.items():
        top = base if high is None else high
        if not table.multiple:
            top = min(top, base - (least - low))
        if table.complete and (not table.multiple or _has_unknown(table)):
            low = max(low, base - (most - (base if high is None else high)))
        narrowed[code] = (low, top)
    return narrowed


def _recoverable(table: PublishedTable, headline: Mapping[str, int | None], k: int) -> Iterator[Finding]:
    # Where a table of single answers prints no base, a reader takes the number at the top of the sheet.
    base = table.base
    if base is None and table.unit is not None and table.multiple is False:
        base = headline.get(table.unit)
    if base is not None and is_small(base, k):
        return  # the small base is the finding; every part of it is narrow
    some_counts = any(cell.count is not None for cell in table.cells.values())
    for code, (low, high) in _intervals(table, base).items():
        cell = table.cells[code]
        if cell.count is not None or high is None or low > high:
            continue
        place = {"unit": table.unit, "by": table.by, "cell": code}
        if cell.percent is not None:
            narrow = high - low + 1 < k and some_counts
            if narrow or (low >= 1 and high < k):
                printed = cell.percent.printed
                yield finding(
                    "recoverable", "recoverable_percent", **place, printed=printed, base=base, low=low, high=high
                )
        elif low == high:
            yield finding("recoverable", "recoverable_exact", **place, low=low)
        elif high < k - 1 or high - low + 1 < k - 1:
            yield finding("recoverable", "recoverable_narrow", **place, low=low, high=high, last=k - 1)
