# SPDX-License-Identifier: Apache-2.0
"""From what a file says to a network, refusing in one line what cannot be taken. Every form of file goes through here.

Values come as JSON has them or as text; "" and null both say that nothing is known.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import NoReturn

from tejido.networks.network import DECLARED, Declared, Network, Node, Tie
from tejido.networks.protection import NOBODY
from tejido.vocabulary import BadInput, code_list

NODE_ENTRIES = ("id", "role", "under_18", "label")
TIE_ENTRIES = ("from", "to", "kind", "capacity", "cost", "evidence", "against", "under_control")
_LONGEST_ID, _LARGEST = 64, 10**9
_LISTS = {"role": "network_role", "kind": "tie_kind", "evidence": "strength_of_indications"}
_CODES = {entry: frozenset(code_list(name)) for entry, name in _LISTS.items()}

Where = Callable[[str], str]  # an entry's place, such as "net.json, tie 3, capacity"


def refuse(code: str, where: str, en: str, es: str) -> NoReturn:
    """Raise the `BadInput`."""
    raise BadInput(f"network.{code}", en=en, es=es, where=where)


class Assembly:
    """Takes nodes, then ties, one after the other."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: dict[str, Node] = {}
        self._ties: list[Tie] = []

    def node(self, said: Mapping[str, object], where: Where) -> None:
        """Take a node."""
        _only_known(said, NODE_ENTRIES, where)
        node = Node(
            _id(said.get("id"), where("id")),
            _code("role", said.get("role"), where) or "unknown",
            _flag(said.get("under_18"), where("under_18")),
            _text(said.get("label"), where("label")),
        )
        there = self._nodes.get(node.id)
        if there and there.role != node.role:
            refuse("two_roles", where("role"), f"{node.id!r} is already {there.role!r}; expected one role a node",
                   f"{node.id!r} ya es {there.role!r}; se esperaba un solo papel por punto")  # fmt: skip
        if there:
            refuse("twice", where("id"), f"{node.id!r} stands twice; expected each node once",
                   f"{node.id!r} aparece dos veces; se esperaba cada punto una sola vez")  # fmt: skip
        other = next((one.id for one in self._nodes.values() if one.role == node.role), None) if (
            node.role in NOBODY
        ) else None  # fmt: skip
        if other is not None:
            refuse("two_ends", where("role"), f"{other!r} is already the {node.role}; expected one",
                   f"{other!r} ya es {node.role!r}; se esperaba uno solo")  # fmt: skip
        self._nodes[node.id] = node

    def tie(self, said: Mapping[str, object], row: int, where: Where) -> None:
        """Take a tie between nodes already taken."""
        _only_known(said, TIE_ENTRIES, where)
        self.take(
            Tie(
                _id(said.get("from"), where("from")),
                _id(said.get("to"), where("to")),
                _code("kind", said.get("kind"), where),
                None if _nothing(said.get("capacity")) else capacity(said["capacity"], where("capacity")),
                None if _nothing(said.get("cost")) else cost(said["cost"], where("cost")),
                _code("evidence", said.get("evidence"), where),
                "" if _nothing(said.get("against")) else _id(said["against"], where("against")),
                _flag(said.get("under_control"), where("under_control")) is True,
                row,
            ),
            where,
        )

    def take(self, tie: Tie, where: Where) -> None:
        """Take a tie whose values have been read."""
        if tie.start not in self._nodes or tie.end not in self._nodes:
            entry, end = ("to", tie.end) if tie.start in self._nodes else ("from", tie.start)
            refuse("no_such_node", where(entry), f"there is no node {end!r}; expected one of the nodes above",
                       f"no hay ningún punto {end!r}; se esperaba uno de los puntos anteriores")  # fmt: skip
        if tie.start == tie.end:
            refuse("self_loop", where("to"), f"goes from {tie.end!r} to itself; expected two different nodes",
                   f"va de {tie.end!r} a sí mismo; se esperaban dos puntos distintos")  # fmt: skip
        if tie.against and (
            tie.against not in (tie.start, tie.end) or self._nodes[tie.against].role in NOBODY
        ):  # fmt: skip
            refuse("against", where("against"),
                   f"{tie.against!r} is no end of this tie that somebody stands at; expected one, or nothing for both",
                   f"{tie.against!r} no es un extremo de este vínculo con alguien; se esperaba uno")  # fmt: skip
        self._ties.append(tie)

    def network(
        self, *, declared: Declared, title: str = "", directed: bool = True, return_capacity: int | None = None
    ) -> Network:
        """All that was taken. Flow needs where it begins and where it ends, or it has neither."""
        roles = {node.role for node in self._nodes.values()} & NOBODY
        if len(roles) == 1:
            there = roles.pop()
            missing = "sink" if there == "source" else "source"
            refuse("one_end", self._name, f"there is a {there} and no {missing}; expected both, or neither",
                   f"hay {there!r} y no hay {missing!r}; se esperaban ambos, o ninguno")  # fmt: skip
        if not self._nodes:
            refuse("empty", self._name, "there is nobody in it; expected nodes", "no hay nadie; se esperaban puntos")
        return Network(self._nodes, tuple(self._ties), declared, title, directed, return_capacity)


def capacity(value: object, where: str) -> int:
    """How much a tie can carry: a whole number. Raises `BadInput`, also where it is missing."""
    if _nothing(value):
        refuse("capacity", where, "the capacity is missing; expected a whole number, 0 or more",
               "falta la capacidad; se esperaba un número entero, 0 o mayor")  # fmt: skip
    number = _number(value)
    if number is None or number != int(number) or not 0 <= number <= _LARGEST:
        refuse("capacity", where, f"the capacity is {value!r}; expected a whole number from 0 to {_LARGEST:,}",
               f"la capacidad es {value!r}; se esperaba un número entero de 0 a {_LARGEST:,}")  # fmt: skip
    return int(number)


def cost(value: object, where: str) -> float:
    """What acting on a tie costs. Raises `BadInput`, also where it is missing."""
    number = None if _nothing(value) else _number(value)
    if number is None or not 0 <= number <= _LARGEST:
        refuse("cost", where, f"the cost is {value!r}; expected a number from 0 to {_LARGEST:,}",
               f"el costo es {value!r}; se esperaba un número de 0 a {_LARGEST:,}")  # fmt: skip
    return number


def declared_as(value: object, where: str) -> Declared:
    """What the file says of whom it speaks; raises `BadInput`."""
    for one in DECLARED:
        if value == one:
            return one
    refuse("declared", where, f"is {value!r}; expected published, invented, or casework (people who exist)",
           f"dice {value!r}; se esperaba published, invented o casework (personas que existen)")  # fmt: skip


def _only_known(said: Mapping[str, object], known: tuple[str, ...], where: Where) -> None:
    for entry in said:
        if entry not in known:
            refuse("entry", where(entry), f"is not known; expected {', '.join(known)}",
                   f"no se conoce; se esperaba {', '.join(known)}")  # fmt: skip


def _nothing(value: object) -> bool:
    return value is None or value == ""


def _number(value: object) -> float | None:
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?", value.strip()):
        return float(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 10**15 and math.isfinite(value):
        return float(value)
    return None


def _id(value: object, where: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**15:
        return str(value)
    if isinstance(value, str) and value.strip() == value and 0 < len(value) <= _LONGEST_ID and value.isprintable():
        return value
    refuse("id", where, f"{_short(value)} names no node; expected 1 to {_LONGEST_ID} letters or digits",
           f"{_short(value)} no nombra un punto; se esperaban de 1 a {_LONGEST_ID} letras o dígitos")  # fmt: skip


def _code(entry: str, value: object, where: Where) -> str:
    if _nothing(value):
        return ""
    if isinstance(value, str) and value in _CODES[entry]:
        return value
    codes = ", ".join(code_list(_LISTS[entry]))
    refuse(entry, where(entry), f"is {_short(value)}; expected one of {codes}",
           f"dice {_short(value)}; se esperaba uno de {codes}")  # fmt: skip


def _flag(value: object, where: str) -> bool | None:
    if _nothing(value):
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    refuse("flag", where, f"is {_short(value)}; expected true or false, or nothing if it is not known",
           f"dice {_short(value)}; se esperaba true o false, o nada si no se sabe")  # fmt: skip


def _text(value: object, where: str) -> str:
    if _nothing(value):
        return ""
    if isinstance(value, str) and len(value) <= 200 and value.isprintable():
        return value.strip()
    refuse("text", where, f"is {_short(value)}; expected one line of at most 200 letters",
           f"dice {_short(value)}; se esperaba una línea de 200 letras o menos")  # fmt: skip


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
