# SPDX-License-Identifier: Apache-2.0
"""From exact counts to an edition: protected beside all that was published before; why each hidden cell is hidden."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Any

from tejido.statistics.contributors import CellName, Contributor
from tejido.statistics.definitions import indicator
from tejido.statistics.editions.changes import changes_since
from tejido.statistics.editions.edition import Before, Edition, canonical
from tejido.statistics.protection import protect
from tejido.statistics.sheet import Figure, Sheet
from tejido.vocabulary import BadInput, Words

REASONS: dict[str, Words] = {
    "small": {"en": "fewer than the smallest count shown", "es": "menos que el menor conteo que se muestra"},
    "small_or_none": {"en": "on a map: fewer than the smallest count shown, or none",
                      "es": "en un mapa: menos que el menor conteo que se muestra, o ninguno"},
    "with_headline": {"en": "its headline number is hidden", "es": "su cifra principal está oculta"},
    "contributor": {"en": "one organisation that counted would see how few are the others'",
                    "es": "una de las organizaciones que contaron vería cuán pocos son de las demás"},
    "complementary": {"en": "another could be worked out from it", "es": "permitiría deducir otra"},
}  # fmt: skip


@dataclass(frozen=True)
class Published:
    """What readers already have: a sheet, and what the manifest says of it if it is an edition."""

    sheet: Sheet
    head: Mapping[str, Any] = field(default_factory=dict)

    @property
    def edition(self) -> str | None:
        """Its id; None for a sheet without a manifest."""
        return self.head.get("id")

    @property
    def number(self) -> int:
        """How often these figures were published."""
        return int(self.head.get("number", 0))


@dataclass(frozen=True)
class Made:
    """An edition and, for the data team alone, why each cell of it is hidden: never how many it holds."""

    edition: Edition
    reasons: tuple[dict[str, Any], ...]


def snapshot_of(counted: Sheet, salt: bytes) -> str:
    """A commitment to the counts. Salted: a hash of small numbers alone could be undone by trying them all."""
    return hashlib.sha256(b"tejido/snapshot/1\x00" + salt + canonical(counted.as_json())).hexdigest()


def make_edition(
    counted: Sheet, *, salt: bytes, k: int = 11, earlier: Sequence[Published] = (),
    partners: Sequence[Contributor] = (), replaces: Published | None = None, because: Words | None = None,
    operators: Sequence[Words] = (),
) -> Made:  # fmt: skip
    """Protect exact counts beside everything published before, and beside what each partner knows itself.

    `salt`: 32 secret bytes kept with the counts; same counts, same salt, same edition. `earlier`: in the order in which
    they were published; changes are told since the last, or since what this one `replaces`.
    Raises `BadInput` for a sheet that is protected already, and for a correction of another window or without a reason.
    """
    if counted.protection is not None:
        raise BadInput(
            "edition.protected",
            en="an edition is made from exact counts: build the sheet with --protect none",
            es="una edición se hace de conteos exactos: elabore la hoja con --protect none",
        )
    before = [*earlier]
    if replaces is not None and replaces not in before:
        before.append(replaces)
    _check_correction(counted, before, replaces, because)
    sheet = protect(counted, k=k, earlier=[one.sheet for one in before], partners=partners)
    edition = Edition(
        sheet=sheet,
        number=replaces.number + 1 if replaces else 1,
        snapshot=snapshot_of(counted, salt),
        made_by=f"tejido {version('tejido')}",
        earlier=tuple(Before.of(one.sheet, one.edition) for one in before),
        replaces=replaces.edition if replaces else None,
        because=because,
        operators=tuple(operators),
    )
    if before:
        last = replaces or before[-1]
        edition = replace(edition, changes=tuple(changes_since(sheet, edition.head(), last.sheet, last.head)))
    return Made(edition, tuple(reasons(counted, sheet, k, partners)))


def _check_correction(
    counted: Sheet, before: Sequence[Published], replaces: Published | None, because: Words | None
) -> None:  # fmt: skip
    newest = max((one.number for one in before if one.sheet.window == counted.window), default=0)
    if newest > (replaces.number if replaces else 0):
        raise BadInput(
            "edition.replaces",
            en="this period was published already: name its newest edition with --replaces",
            es="este periodo ya se publicó: indique su edición más reciente con --replaces",
        )
    if replaces is None:
        return
    if replaces.edition is None:
        raise BadInput("edition.replaces", en="what a correction replaces must be an edition",
                       es="lo que una corrección sustituye debe ser una edición")  # fmt: skip
    if replaces.sheet.window != counted.window:
        raise BadInput(
            "edition.replaces",
            en=f"a correction keeps the period of what it replaces: {replaces.sheet.window}",
            es=f"una corrección conserva el periodo de lo que sustituye: {replaces.sheet.window}",
        )
    refuse_unexplained(because)


def refuse_unexplained(because: Words | None) -> None:
    """Raises `BadInput` where a correction does not say why."""
    if because is None or not (because["en"].strip() and because["es"].strip()):
        raise BadInput("edition.because", en="a correction says why, in English and in Spanish",
                       es="una corrección dice por qué, en inglés y en español")  # fmt: skip


def reasons(
    counted: Sheet, shown: Sheet, k: int, partners: Sequence[Contributor] = ()
) -> list[dict[str, Any]]:  # fmt: skip
    """Why each hidden cell is hidden. For the data team: outside, nothing may tell a small cell from one beside it."""
    exact = {(one.indicator, one.by, one.cell): one.value or 0 for one in counted.figures}
    hidden_headlines = {one.indicator for one in shown.figures if one.by is None and one.hidden}
    found = []
    for one in shown.figures:
        name = (one.indicator, one.by, one.cell)
        if one.hidden:
            reason = _reason(one, exact[name], one.indicator in hidden_headlines, k)
            if reason == "complementary" and any(_sees_few(each, name, exact[name], k) for each in partners):
                reason = "contributor"
            found.append({"indicator": one.indicator, "by": one.by, "cell": one.cell, "reason": reason})
    return found


def _sees_few(partner: Contributor, name: CellName, value: int, k: int) -> bool:
    return partner.told(name) is None and 0 < value - partner.own.get(name, 0) < k


def _reason(figure: Figure, value: int, headline_hidden: bool, k: int) -> str:
    on_map = figure.by is not None and indicator(figure.indicator).breakdown(figure.by).display == "map"
    if on_map and value < k:
        return "small_or_none"
    if 0 < value < k:
        return "small"
    return "with_headline" if headline_hidden and figure.by is not None else "complementary"
