# SPDX-License-Identifier: Apache-2.0
"""Our own file: one JSON object, whose form `schemas/network.schema.json` publishes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, NoReturn

from tejido.networks.assembling import Assembly, Where, capacity, declared_as, refuse
from tejido.networks.network import SCHEMA, Network, Node, Tie
from tejido.tables.csv_files import check_readable

_ABOUT = ("schema", "declared", "title", "directed", "return_capacity")


def schema() -> dict[str, Any]:
    """The published JSON schema."""
    text = (files("tejido.networks") / "schemas" / "network.schema.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def read_json(path: Path) -> Network:
    """The network in a JSON file; raises `BadInput`."""
    name = path.name
    said = json_object(path, name)
    nodes, ties = _list(said, "nodes", name), _list(said, "ties", name)
    about = about_of(said, name)
    made = Assembly(name)
    for number, node in enumerate(nodes, 1):
        where = _where(f"{name}, node {number}")
        made.node(_object(node, where), where)
    for number, tie in enumerate(ties, 1):
        where = _where(f"{name}, tie {number}")
        made.tie(_object(tie, where), number, where)
    return made.network(**about)


class _Twice(ValueError):
    """An entry that stands twice in one object."""


def json_object(path: Path, name: str) -> dict[str, Any]:
    """The one object in a file; raises `BadInput` where it is cut off, no UTF-8, no object, or says a thing twice."""
    check_readable(path, name)
    raw = path.read_bytes()
    try:
        said = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError:
        refuse("encoding", name, "is not UTF-8; expected UTF-8", "no está en UTF-8; se esperaba UTF-8")
    except json.JSONDecodeError as wrong:
        refuse("json", f"{name}, line {wrong.lineno}, column {wrong.colno}",
               "is no JSON from here on: the file may have been cut off",
               "desde aquí no es JSON: quizá el archivo se cortó")  # fmt: skip
    except _Twice as wrong:
        refuse("two_values", name, f"{wrong} stands twice in one object; expected once",
               f"{wrong} aparece dos veces en un objeto; se esperaba una sola vez")  # fmt: skip
    except (ValueError, RecursionError):
        refuse("json", name, "is no JSON that can be read; expected finite numbers and few levels",
               "no es JSON que se pueda leer; se esperaban números finitos y pocos niveles")  # fmt: skip
    if not isinstance(said, dict):
        refuse("json", name, "expected one JSON object", "se esperaba un objeto JSON")
    return said


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        whose = f" (id {made['id']!r})" if "id" in made else ""
        raise _Twice(f"{twice!r}{whose}"[:100])
    return made


def _no_number(constant: str) -> NoReturn:
    raise ValueError(constant)


def about_of(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What a file says of the whole network, as `Assembly.network` takes it; raises `BadInput`."""
    if (form := said.get("schema")) != SCHEMA:
        refuse("schema", f"{name}, schema", f'is {str(form)[:40]!r}; this version of Tejido reads "{SCHEMA}"',
               f'dice {str(form)[:40]!r}; esta versión de Tejido lee "{SCHEMA}"')  # fmt: skip
    for entry in said:
        if entry not in (*_ABOUT, "nodes", "ties"):
            refuse("entry", f"{name}, {entry[:40]}", f"is not known; expected {', '.join(_ABOUT)}, nodes, ties",
                   f"no se conoce; se esperaba {', '.join(_ABOUT)}, nodes, ties")  # fmt: skip
    title, directed, most = said.get("title", ""), said.get("directed", True), said.get("return_capacity")
    if not isinstance(title, str) or len(title) > 200 or not isinstance(directed, bool):
        refuse("about", name, "title must be one line, directed true or false",
               "title debe ser una línea y directed, true o false")  # fmt: skip
    return {
        "declared": declared_as(said.get("declared"), f"{name}, declared"),
        "title": title,
        "directed": directed,
        "return_capacity": None if most is None else capacity(most, f"{name}, return_capacity"),
    }


def _list(said: Mapping[str, Any], entry: str, name: str) -> list[Any]:
    value = said.get(entry)
    if not isinstance(value, list):
        refuse("json", f"{name}, {entry}", "expected a list", "se esperaba una lista")
    return value


def _object(value: object, where: Where) -> dict[str, Any]:
    if not isinstance(value, dict):
        refuse("json", where("entry"), "expected an object", "se esperaba un objeto")
    return value


def _where(place: str) -> Where:
    return lambda entry: f"{place}, {entry}"


def node_said(node: Node) -> dict[str, Any]:
    """A node as our file says it, without what is not known."""
    said = {"id": node.id, "role": node.role, "under_18": node.under_18, "label": node.label}
    return {name: value for name, value in said.items() if value is not None and value != ""}


def tie_said(tie: Tie) -> dict[str, Any]:
    """A tie as our file says it, without what is not known."""
    price = int(tie.cost) if tie.cost is not None and tie.cost.is_integer() else tie.cost
    said = {"from": tie.start, "to": tie.end, "kind": tie.kind, "capacity": tie.capacity, "cost": price,
            "evidence": tie.evidence, "against": tie.against, "under_control": tie.under_control or None}  # fmt: skip
    return {name: value for name, value in said.items() if value is not None and value != ""}


def about_said(network: Network) -> dict[str, Any]:
    """What a file says of the whole network."""
    said = {"schema": SCHEMA, "declared": network.declared, "title": network.title, "directed": network.directed,
            "return_capacity": network.return_capacity}  # fmt: skip
    return {name: value for name, value in said.items() if value is not None and value != ""}


def about_written(network: Network, rows: Mapping[str, int]) -> bytes:
    """What stands beside a pair of CSV files."""
    return (json.dumps(about_said(network) | {"rows": dict(rows)}, ensure_ascii=False, indent=1) + "\n").encode()


def json_file(network: Network) -> bytes:
    """The whole file, one line for each node and tie."""
    head = json.dumps(about_said(network), ensure_ascii=False)[:-1]
    parts = []
    for name, said in (("nodes", map(node_said, network.nodes.values())), ("ties", map(tie_said, network.ties))):
        lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in said)
        parts.append(f'"{name}": [\n{lines}\n]')
    return f"{head},\n{',\n'.join(parts)}}}\n".encode()
