# SPDX-License-Identifier: Apache-2.0
"""Is a plan of the model critical-nodes what it claims? Pairs are counted anew from the file; its bound is not."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from tejido.networks.plans.checking_rows import is_safe, refuse


def check_critical_nodes(network: Mapping[str, Any], said: Mapping[str, Any], unprotected: bool) -> None:
    """Raises `Refused` unless the plan is against whom it may be, and leaves as many pairs as it says."""
    nodes = {str(one["id"]): one for one in network["nodes"]}
    people = [node for node, one in nodes.items() if one.get("role", "unknown") not in ("source", "sink")]
    may = [node for node in people if (unprotected and network["declared"] != "casework") or is_safe(nodes[node])]
    order = list(nodes)
    gone = [_named(one, order, nodes) for one in said["interdicted"]]
    if len(set(gone)) < len(gone) or not set(gone) <= set(may):
        refuse("acts where no plan may act", "actúa donde ningún plan puede actuar")
    if len(gone) > Fraction(str(said["budget"])) or said["spent"] != len(gone):
        refuse("costs more than the budget, or than it says", "cuesta más que el presupuesto, o que lo que dice")
    ties = [(str(tie["from"]), str(tie["to"])) for tie in network["ties"]]
    if (_pairs(people, ties), _pairs(set(people) - set(gone), ties)) != (said["before"], said["objective"]):
        refuse("not as many pairs are connected as it says", "no hay tantos pares conectados como dice")


def _named(told: Any, order: list[str], nodes: Mapping[str, Mapping[str, Any]]) -> str:
    if type(told) is int and 0 < told <= len(order):
        return order[told - 1]
    if told != {"node": told["node"], "role": nodes[told["node"]].get("role", "unknown")}:
        refuse("says against whom otherwise than the network", "dice contra quién de otro modo que la red")
    return str(told["node"])


def _pairs(people: Any, ties: list[tuple[str, str]]) -> int:
    """Pairs that hang together: pieces are joined tie by tie, the smaller into the larger."""
    piece = {node: [node] for node in people}
    for one, other in ties:
        if one in piece and other in piece and piece[one] is not piece[other]:
            small, large = sorted((piece[one], piece[other]), key=len)
            large += small
            piece |= dict.fromkeys(small, large)
    return sum(len(its) - 1 for its in piece.values()) // 2
