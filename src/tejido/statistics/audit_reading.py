# SPDX-License-Identifier: Apache-2.0
"""Reads a published sheet written down as YAML, and says in one line where it is not in that form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import yaml

from tejido.statistics.audit_percent import Percent, parse_percent
from tejido.statistics.notes import check_depth
from tejido.vocabulary import BadInput, system_reason

_TOO_LARGE = 5_000_000  # bytes; a sheet has a few thousand


@dataclass(frozen=True)
class PublishedCell:
    """[count, percent as printed]; None: not printed. Both None: hidden."""

    count: int | None
    percent: Percent | None

    @property
    def hidden(self) -> bool:
        """Whether the sheet withholds this cell altogether."""
        return self.count is None and self.percent is None


@dataclass(frozen=True)
class PublishedTable:
    """One table as printed. `multiple` None: the sheet does not say; `top`: only the largest so many are printed."""

    unit: str | None
    by: str
    base: int | None
    multiple: bool | None
    top: int | None
    cells: Mapping[str, PublishedCell]
    is_map: bool = False

    @property
    def complete(self) -> bool:
        """Whether every part is printed (or hidden), so that parts and base bind each other."""
        return self.top is None and not self.is_map


@dataclass(frozen=True)
class PublishedSheet:
    """A printed sheet as somebody copied it out, errors included."""

    headline: Mapping[str, int | None]
    labels: Mapping[str, str]
    sources: Mapping[str, str]
    tables: tuple[PublishedTable, ...]


def read_sheet(path: Path) -> PublishedSheet:
    """The sheet in `path`; raises `BadInput` naming file and line for anything that is not in the form."""
    return _Reader(path.name).sheet(_text(path))


def _text(path: Path) -> str:
    name = path.name
    try:
        if path.stat().st_size > _TOO_LARGE:
            raise BadInput(
                "audit.too_large",
                en="too large for a fact sheet",
                es="demasiado grande para una hoja informativa",
                where=name,
            )
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise BadInput(
            "audit.encoding",
            en=f"byte {problem.start} is not UTF-8; save the file as UTF-8",
            es=f"el byte {problem.start} no es UTF-8; guarde el archivo en UTF-8",
            where=name,
        ) from None
    except OSError as problem:
        reason = system_reason(problem)
        raise BadInput(
            "audit.unreadable",
            en=f"cannot be read: {reason['en']}",
            es=f"no se puede leer: {reason['es']}",
            where=name,
        ) from None


class _Reader:
    """Walks the YAML nodes rather than plain values: nodes know their line, and repeated keys still show."""

    def __init__(self, name: str) -> None:
        self.name = name

    def refuse(self, node: yaml.Node | None, en: str, es: str) -> BadInput:
        where = self.name if node is None else f"{self.name}, line {node.start_mark.line + 1}"
        return BadInput("audit.form", en=en, es=es, where=where)

    def sheet(self, text: str) -> PublishedSheet:
        fields = self.mapping(
            self._root(text), "title", "window", "stated_sources", "headline", "tables", "map", "notes"
        )
        if "tables" not in fields and "headline" not in fields:
            raise self.refuse(None, "expected `headline` or `tables`: no figures", "se esperaba `headline` o `tables`")
        self._unread(fields)
        headline: dict[str, int | None] = {}
        labels: dict[str, str] = {}
        for unit, node in self.entries(fields.get("headline")).items():
            entry = self.mapping(node, "value", "label")
            if "value" not in entry:
                raise self.refuse(node, f"headline {unit}: expected `value`", f"headline {unit}: se esperaba `value`")
            headline[unit] = self.count(entry["value"])
            labels[unit] = self.words(entry.get("label")) or ""
        sources = {key: self.words(node) or "" for key, node in self.entries(fields.get("stated_sources")).items()}
        tables = [self.table(node) for node in self.sequence(fields.get("tables"))]
        if "map" in fields and not self.is_null(fields["map"]):
            tables.append(self.table(fields["map"], is_map=True))
        return PublishedSheet(headline, labels, sources, tuple(tables))

    def _root(self, text: str) -> yaml.Node:
        try:
            check_depth(text)
            root = yaml.compose(text, Loader=yaml.CSafeLoader)
        except yaml.MarkedYAMLError as problem:
            mark = problem.problem_mark or problem.context_mark
            where = self.name if mark is None else f"{self.name}, line {mark.line + 1}"
            said = problem.problem or "not YAML"
            raise BadInput("audit.yaml", en=f"not YAML: {said}", es="no es YAML bien formado", where=where) from None
        except yaml.YAMLError as problem:
            said = str(problem).split("\n")[0]
            raise BadInput(
                "audit.yaml", en=f"not YAML: {said}", es="no es YAML bien formado", where=self.name
            ) from None
        if root is None:
            raise BadInput("audit.empty", en="the file is empty", es="el archivo está vacío", where=self.name)
        return root

    def _unread(self, fields: Mapping[str, yaml.Node]) -> None:
        """What no rule uses is still checked for its form."""
        self.words(fields.get("title"))
        days: dict[str, date] = {}
        for key, node in self.entries(fields.get("window"), "start", "end").items():
            try:
                days[key] = datetime.strptime(self.words(node) or "", "%Y-%m-%d").date()
            except ValueError:
                en, es = f"{key}: expected a date like 2017-07-31", f"{key}: se esperaba una fecha como 2017-07-31"
                raise self.refuse(node, en, es) from None
        if len(days) == 2 and days["end"] < days["start"]:
            en, es = "the window ends before it starts", "el periodo termina antes de empezar"
            raise self.refuse(fields["window"], en, es)
        for note in self.sequence(fields.get("notes")):
            self.words(note)

    def table(self, node: yaml.Node, *, is_map: bool = False) -> PublishedTable:
        fields = self.mapping(node, "unit", "by", "base", "top", "multiple", "cells")
        by = self.words(fields.get("by"))
        if not by:
            raise self.refuse(node, "expected `by`: what the table divides by", "se esperaba `by`: qué divide la tabla")
        cells = {code: self.cell(code, entry) for code, entry in self.entries(fields.get("cells")).items()}
        if not cells and not is_map:
            raise self.refuse(node, f"table {by}: expected `cells`", f"tabla {by}: se esperaba `cells`")
        base = self.count(fields.get("base"))
        # A map that prints no figures needs no base; one that says `base: null` admits that it has none.
        return PublishedTable(
            unit=self.words(fields.get("unit")),
            by=by,
            base=base,
            multiple=self.flag(fields.get("multiple")),
            top=self.count(fields.get("top")),
            cells=cells,
            is_map=is_map,
        )

    def cell(self, code: str, node: yaml.Node) -> PublishedCell:
        if not isinstance(node, yaml.SequenceNode) or len(node.value) != 2:
            raise self.refuse(
                node,
                f'cell {code}: expected [count, percent as printed], such as [12, "1%"] or [null, null]',
                f'celda {code}: se esperaba [número, porcentaje impreso], como [12, "1%"] o [null, null]',
            )
        count, percent = node.value
        printed = self.words(percent)
        parsed = None if printed is None else parse_percent(printed)
        if printed is not None and parsed is None:
            raise self.refuse(
                percent,
                f'cell {code}: expected a percentage in quotes such as "63%" or "<1%", found {printed!r}',
                f'celda {code}: se esperaba un porcentaje entre comillas como "63%" o "<1%", hay {printed!r}',
            )
        return PublishedCell(self.count(count), parsed)

    def mapping(self, node: yaml.Node | None, *allowed: str) -> dict[str, yaml.Node]:
        """Key -> node; refuses anything but a mapping, a key twice, and (where `allowed` is given) unknown keys."""
        if not isinstance(node, yaml.MappingNode):
            raise self.refuse(node, "expected `key: value` entries", "se esperaban entradas `clave: valor`")
        found: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = key_node.value
            if not isinstance(key, str):
                raise self.refuse(key_node, "expected a plain word as key", "se esperaba una palabra como clave")
            if key in found:
                raise self.refuse(key_node, f"`{key}` stands here twice", f"`{key}` aparece dos veces")
            if allowed and key not in allowed:
                raise self.refuse(
                    key_node,
                    f"unknown key `{key}`; expected one of {', '.join(allowed)}",
                    f"clave desconocida `{key}`; se esperaba una de {', '.join(allowed)}",
                )
            found[key] = value
        return found

    def entries(self, node: yaml.Node | None, *allowed: str) -> dict[str, yaml.Node]:
        return {} if node is None or self.is_null(node) else self.mapping(node, *allowed)

    def sequence(self, node: yaml.Node | None) -> list[yaml.Node]:
        if node is None or self.is_null(node):
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise self.refuse(node, "expected a list", "se esperaba una lista")
        found: list[yaml.Node] = node.value
        return found

    def is_null(self, node: yaml.Node) -> bool:
        return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"

    def words(self, node: yaml.Node | None) -> str | None:
        if node is None or self.is_null(node):
            return None
        if not isinstance(node, yaml.ScalarNode):
            raise self.refuse(node, "expected text", "se esperaba texto")
        return str(node.value)

    def count(self, node: yaml.Node | None) -> int | None:
        """A whole number from 0; written without commas, so that 1,257 cannot turn into two numbers."""
        if node is None or self.is_null(node):
            return None
        written = node.value if isinstance(node, yaml.ScalarNode) and node.tag.endswith(":int") else ""
        if not isinstance(written, str) or not re.fullmatch(r"[0-9]{1,15}", written):
            shown = f", found {node.value!r}" if isinstance(node, yaml.ScalarNode) else ""
            raise self.refuse(
                node,
                f"expected a whole number from 0, without commas or quotes{shown}",
                f"se esperaba un número entero desde 0, sin comas ni comillas{shown.replace('found', 'hay')}",
            )
        return int(written)

    def flag(self, node: yaml.Node | None) -> bool | None:
        if node is None or self.is_null(node):
            return None
        written = str(node.value).lower() if isinstance(node, yaml.ScalarNode) else ""
        if written not in ("true", "false"):
            raise self.refuse(node, "expected true or false", "se esperaba true o false")
        return written == "true"
