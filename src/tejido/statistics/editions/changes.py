# SPDX-License-Identifier: Apache-2.0
"""What differs from the edition before: told from what both published, and so nothing that a reader cannot see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tejido.statistics.sheet import Figure, Sheet

Change = Mapping[str, Any]


def changes_since(sheet: Sheet, head: Mapping[str, Any], before: Sheet, head_before: Mapping[str, Any]) -> list[Change]:
    """Window, definitions, code lists, then figures: all where the window is the same, else headline numbers alone.

    `head` and `head_before` are what the manifests say; a sheet without one has no definitions to compare.
    A number is None where it is confidential.
    """
    found: list[Change] = [{"what": "since", "edition": head_before.get("id"), "window": str(before.window)}]
    for what in ("definitions", "code_lists"):
        now, then = head.get(what, {}), head_before.get(what)
        if then is not None:
            found += [
                {"what": what, "name": name, "before": then.get(name), "now": now.get(name)}
                for name in sorted({*now, *then}) if now.get(name) != then.get(name)
            ]  # fmt: skip
    same = sheet.window == before.window
    then_shown = _shown(before)
    for key, figure in _shown(sheet).items():
        if key[1] is not None and not same:
            continue
        other = then_shown.get(key)
        if other is None or other.value != figure.value:
            found.append(
                {"what": "figure", "indicator": key[0], "by": key[1], "cell": key[2],
                 "before": None if other is None else other.value, "now": figure.value}
            )  # fmt: skip
    return found


def _shown(sheet: Sheet) -> dict[tuple[str, str | None, str | None], Figure]:
    return {(one.indicator, one.by, one.cell): one for one in sheet.figures}
