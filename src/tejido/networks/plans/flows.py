# SPDX-License-Identifier: Apache-2.0
"""A network as numbers that a model over flows works on, and where every variable that must stay zero is fixed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from tejido.networks.assembling import refuse
from tejido.networks.network import Network, Tie
from tejido.networks.protection import may_act_on

_MOST_TIES, _MOST_FLOW = 100_000, 1_000_000
_ROUNDS = 50
_BEFORE = ""  # no node of a file is called so

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class FlowProblem:
    """Ties that can carry flow, as arrays. `may_act` is false wherever a plan must not act: its variable is zero.

    `capacity`: clipped to what can reach the tie and leave it again, which changes no maximum flow. `whole`: as the
    file says it.
    """

    ties: tuple[Tie, ...]
    start: Ints
    end: Ints
    capacity: Ints
    special: Flags
    cost: tuple[Fraction, ...]
    may_act: Flags
    nodes: int
    source: int
    sink: int
    whole: Ints

    @property
    def carrying(self) -> int:
        """How many special ties there are: no plan, and no lack of one, leaves more of them active."""
        return int(self.special.sum())


def flow_problem(
    network: Network, name: str, *, rate: Fraction, unprotected: bool, circles: bool = False
) -> FlowProblem:
    """`rate` multiplies the capacity of every tie into a trafficker, rounded down.

    `circles`: also ties off every way from source to sink, for flow in a circle keeps ties active as well.

    `unprotected` only prices what protection costs: a file about people who exist is refused with `BadInput`.
    """
    if unprotected and network.declared == "casework":
        refuse("unprotected", name, "is about people who exist; --unprotected takes published or invented networks",
               "es sobre personas que existen; --unprotected solo acepta redes publicadas o inventadas")  # fmt: skip
    if network.source is None or network.sink is None or not network.directed:
        refuse("no_flow", name, "knows no flow; expected directed ties, a source and a sink",
               "no conoce flujo; se esperaban vínculos con dirección, un origen y un destino")  # fmt: skip
    traffickers = {node.id for node in network.nodes.values() if node.role == "trafficker"}
    if rate != 1 and not any(tie.end in traffickers for tie in network.ties):
        refuse("rate", name, "no tie leads to a potential trafficker: expected no --rate, for it would change nothing",
               "ningún vínculo lleva a un posible tratante: no se esperaba --rate, pues no cambiaría nada")  # fmt: skip
    carries = [_carries(tie, name, rate if tie.end in traffickers else Fraction(1)) for tie in network.ties]
    ties, source = network.ties, network.source
    place = {node: number for number, node in enumerate(network.nodes)}
    if network.return_capacity is not None:  # the most that may flow in all: one more tie, before the source
        place[_BEFORE] = len(place)
        ties, source = (*ties, Tie(_BEFORE, source)), _BEFORE
        carries.append(network.return_capacity)
    start = np.array([place[tie.start] for tie in ties], dtype=np.int64)
    end = np.array([place[tie.end] for tie in ties], dtype=np.int64)
    ends = (place[source], place[network.sink])
    whole = np.array(carries, dtype=np.int64)
    most = _clipped(whole, start, end, ends, len(place))
    kept = np.flatnonzero(whole if circles else most)
    largest = int(most.max(initial=0))
    if len(kept) > _MOST_TIES or largest > _MOST_FLOW:
        refuse("too_large", name,
               f"{len(kept):,} ties carry up to {largest:,}; expected {_MOST_TIES:,} ties and {_MOST_FLOW:,}",
               f"{len(kept):,} vínculos, hasta {largest:,}; se esperaban {_MOST_TIES:,} y {_MOST_FLOW:,}")  # fmt: skip
    ties = tuple(ties[number] for number in kept.tolist())
    acts = [
        tie.start != _BEFORE and (tie.cost is not None if unprotected else may_act_on(network, tie)) for tie in ties
    ]
    return FlowProblem(
        ties, start[kept], end[kept], most[kept], np.array([tie.under_control for tie in ties], dtype=np.bool_),
        tuple(Fraction(repr(tie.cost or 0)) for tie in ties), np.array(acts, dtype=np.bool_), len(place), *ends,
        whole[kept],
    )  # fmt: skip


def _carries(tie: Tie, name: str, rate: Fraction) -> int:
    if tie.capacity is None:
        refuse("capacity", f"{name}, tie {tie.row}", "the capacity is missing; a plan over flows needs it on every tie",
               "falta la capacidad; un plan sobre flujos la necesita en todos los vínculos")  # fmt: skip
    return int(tie.capacity * rate)


def _clipped(carries: Ints, start: Ints, end: Ints, ends: tuple[int, int], nodes: int) -> Ints:
    """No tie carries more than what reaches its start and leaves its end; nothing off every way from source to sink."""
    source, sink = ends
    passes = _reached(start, end, carries, source, nodes)[start] & _reached(end, start, carries, sink, nodes)[end]
    clipped = np.where(passes & (end != source) & (start != sink), carries, 0)
    for _ in range(_ROUNDS):
        into, out = np.zeros(nodes, dtype=np.int64), np.zeros(nodes, dtype=np.int64)
        np.add.at(into, end, clipped)
        np.add.at(out, start, clipped)
        into[source] = out[sink] = limit = min(int(out[source]), int(into[sink]))
        narrower = np.minimum(np.minimum(clipped, limit), np.minimum(into[start], out[end]))
        if (narrower == clipped).all():
            break
        clipped = narrower
    return clipped


def _reached(start: Ints, end: Ints, carries: Ints, first: int, nodes: int) -> Flags:
    """Nodes that flow from `first` can reach."""
    ahead: list[list[int]] = [[] for _ in range(nodes)]
    for one, other in zip(start[carries > 0].tolist(), end[carries > 0].tolist(), strict=True):
        ahead[one].append(other)
    seen = np.zeros(nodes, dtype=np.bool_)
    seen[first] = True
    waiting = [first]
    while waiting:
        for node in ahead[waiting.pop()]:
            if not seen[node]:
                seen[node] = True
                waiting.append(node)
    return seen
