# SPDX-License-Identifier: Apache-2.0
"""A network as it is worked with, whatever file it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

Declared = Literal["published", "invented", "casework"]
DECLARED: tuple[Declared, ...] = ("published", "invented", "casework")
SCHEMA = "tejido.network/1"


class Node(NamedTuple):
    """A person, place or thing in a network: a code, never a name that finds somebody."""

    id: str
    role: str = "unknown"
    under_18: bool | None = None
    label: str = ""


class Tie(NamedTuple):
    """From one node to another.

    `cost`: of acting on it; None where nothing can be done. `against`: the end that such an action falls on; empty:
    both. `under_control`: while it carries flow, a survivor is under control. `row`: its number in the file.
    """

    start: str
    end: str
    kind: str = ""
    capacity: int | None = None
    cost: float | None = None
    evidence: str = ""
    against: str = ""
    under_control: bool = False
    row: int = 0


@dataclass(frozen=True)
class Network:
    """Nodes by id, and ties in the order of the file. `return_capacity`: the most that may flow in all, if anything."""

    nodes: Mapping[str, Node]
    ties: tuple[Tie, ...]
    declared: Declared = "casework"
    title: str = ""
    directed: bool = True
    return_capacity: int | None = None

    @cached_property
    def source(self) -> str | None:
        """Where the flow begins; None in a network without flow."""
        return self._only("source")

    @cached_property
    def sink(self) -> str | None:
        """Where the flow ends; None in a network without flow."""
        return self._only("sink")

    def _only(self, role: str) -> str | None:
        return next((node.id for node in self.nodes.values() if node.role == role), None)
