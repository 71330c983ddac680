# SPDX-License-Identifier: Apache-2.0
"""GraphML in and out: the form in which other programs draw networks.

Attributes that bear our names are read; every other one is left out and told. A file with a document type is refused:
ours needs none, and entities can fill a memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from tejido.networks.assembling import NODE_ENTRIES, TIE_ENTRIES, Assembly, Where, refuse
from tejido.networks.json_form import about_of, about_said, node_said, tie_said
from tejido.networks.network import SCHEMA, Network
from tejido.tables.csv_files import check_readable

_KNOWN = {"node": NODE_ENTRIES, "edge": TIE_ENTRIES, "graph": ("declared", "title", "return_capacity")}
_TYPES = {"capacity": "long", "return_capacity": "long", "cost": "double", "under_18": "boolean",
          "under_control": "boolean"}  # fmt: skip


def read_graphml(path: Path) -> tuple[Network, tuple[str, ...]]:
    """The network in a GraphML file, and the names of attributes that were left out; raises `BadInput`."""
    check_readable(path, path.name)
    reading = _Reading(path.name)
    parser = expat.ParserCreate(namespace_separator=" ")
    reading.line = lambda: parser.CurrentLineNumber
    parser.StartDoctypeDeclHandler = reading.doctype
    parser.StartElementHandler, parser.EndElementHandler = reading.start, reading.end
    parser.CharacterDataHandler = reading.text
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except (expat.ExpatError, LookupError, ValueError):
        refuse("graphml", f"{path.name}, line {parser.CurrentLineNumber}",
               "is no XML from here on: the file may have been cut off, or is in another encoding",
               "desde aquí no es XML: quizá el archivo se cortó o está en otra codificación")  # fmt: skip
    return reading.network()


class _Reading:
    """What has been read so far. Ties may stand before their nodes: they are taken at the end."""

    line: Callable[[], int]

    def __init__(self, name: str) -> None:
        self._name = name
        self._keys: dict[str, str] = {}
        self._within: list[str] = []
        self._said: dict[str, Any] = {}
        self._graph: dict[str, Any] = {}
        self._data: str | None = None
        self._letters: list[str] = []
        self._nodes: list[tuple[dict[str, Any], int]] = []
        self._ties: list[tuple[dict[str, Any], int]] = []
        self._left_out: Counter[str] = Counter()

    def doctype(self, *_: object) -> None:
        refuse("graphml", f"{self._name}, line {self.line()}", "has a document type; expected GraphML without one",
               "tiene un tipo de documento; se esperaba GraphML sin él")  # fmt: skip

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        kind = tag.rpartition(" ")[2]
        if not self._within and kind != "graphml":
            self._refuse(
                f"begins with <{kind[:40]}>; expected <graphml>", f"empieza con <{kind[:40]}>; se esperaba <graphml>"
            )
        self._within.append(kind)
        match kind:
            case "key":
                self._keys[attributes.get("id", "")] = attributes.get("attr.name") or attributes.get("id", "")
            case "graph":
                if self._graph:
                    self._refuse("has a second graph; expected one", "tiene un segundo grafo; se esperaba uno")
                self._graph = {"directed": attributes.get("edgedefault", "directed") != "undirected"}
            case "node":
                self._said = {"id": attributes.get("id")}
            case "edge":
                self._said = {"from": attributes.get("source"), "to": attributes.get("target")}
                one_way = attributes.get("directed")
                if one_way is not None and (one_way == "true") != self._graph.get("directed"):
                    self._refuse("one edge is directed and others are not; expected one way throughout",
                                 "una arista tiene dirección y otras no; se esperaba una sola forma")  # fmt: skip
            case "data":
                self._data, self._letters = attributes.get("key", ""), []
            case "hyperedge" | "port":
                self._refuse(f"has a {kind}; expected nodes and edges", f"tiene {kind!r}; se esperaban nodos y aristas")

    def text(self, letters: str) -> None:
        if self._data is not None:
            self._letters.append(letters)

    def end(self, tag: str) -> None:
        kind = self._within.pop()
        if kind == "data":
            self._take_data(self._within[-1])
        elif kind == "node":
            self._nodes.append((self._said, self.line()))
        elif kind == "edge":
            self._ties.append((self._said, self.line()))

    def _take_data(self, of: str) -> None:
        if self._data is None or of not in _KNOWN:
            self._data = None
            return
        entry, value = self._keys.get(self._data, self._data), "".join(self._letters).strip()
        self._data = None
        said = self._graph if of == "graph" else self._said
        if entry not in _KNOWN[of]:
            self._left_out[entry] += 1
        elif entry in said:
            self._refuse(f"{entry!r} stands twice; expected once", f"{entry!r} aparece dos veces; se esperaba una vez")
        else:
            said[entry] = value

    def _refuse(self, en: str, es: str) -> None:
        refuse("graphml", f"{self._name}, line {self.line()}", en, es)

    def network(self) -> tuple[Network, tuple[str, ...]]:
        made = Assembly(self._name)
        for said, line in self._nodes:
            made.node(said, self._where(line))
        for number, (said, line) in enumerate(self._ties, 1):
            made.tie(said, number, self._where(line))
        most = self._graph.get("return_capacity")
        about = {"schema": SCHEMA, "declared": "casework"} | self._graph
        if most is not None:
            about["return_capacity"] = most or None
        return made.network(**about_of(about, self._name)), tuple(sorted(self._left_out))

    def _where(self, line: int) -> Where:
        return lambda entry: f"{self._name}, line {line}, {entry}"


def graphml_file(network: Network) -> bytes:
    """The whole file."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">']
    for of, entries in _KNOWN.items():
        for entry in entries:
            if entry not in ("id", "from", "to"):
                kind = _TYPES.get(entry, "string")
                lines.append(f'<key id="{of}_{entry}" for="{of}" attr.name="{entry}" attr.type="{kind}"/>')
    lines.append(f'<graph edgedefault="{"directed" if network.directed else "undirected"}">')
    about = about_said(network)
    lines += _data("graph", {entry: about[entry] for entry in _KNOWN["graph"] if entry in about})
    for node in network.nodes.values():
        said = node_said(node)
        lines += [f"<node id={quoteattr(said.pop('id'))}>", *_data("node", said), "</node>"]
    for tie in network.ties:
        said = tie_said(tie)
        ends = f"source={quoteattr(said.pop('from'))} target={quoteattr(said.pop('to'))}"
        lines += [f"<edge {ends}>", *_data("edge", said), "</edge>"]
    return "\n".join([*lines, "</graph>", "</graphml>", ""]).encode()


def _data(of: str, said: dict[str, Any]) -> list[str]:
    cells = {entry: str(value).lower() if isinstance(value, bool) else str(value) for entry, value in said.items()}
    return [f'<data key="{of}_{entry}">{escape(cell)}</data>' for entry, cell in cells.items()]
