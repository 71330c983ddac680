# SPDX-License-Identifier: Apache-2.0
"""What a network looks like before anybody plans anything."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tejido.networks.network import Network
from tejido.networks.protection import NOBODY, is_protected, may_act_on


@dataclass(frozen=True)
class Description:
    """Counts; `reaches`: whether anything can flow from source to sink, None where the file knows no flow."""

    nodes: int
    ties: int
    roles: Mapping[str, int]
    kinds: Mapping[str, int]
    evidence: Mapping[str, int]
    protected: int
    under_18: int
    under_control: int
    may_act_on: int
    without_capacity: int
    parallel: int
    parts: int
    cyclic: bool
    reaches: bool | None


def describe(network: Network) -> Description:
    """Count who and what is in the network, and whether flow can pass."""
    people = [node for node in network.nodes.values() if node.role not in NOBODY]
    ahead: dict[str, list[str]] = {node: [] for node in network.nodes}
    either: dict[str, list[str]] = {node: [] for node in network.nodes}
    for tie in network.ties:
        if tie.capacity != 0:
            ahead[tie.start].append(tie.end)
            if not network.directed:
                ahead[tie.end].append(tie.start)
        either[tie.start].append(tie.end)
        either[tie.end].append(tie.start)
    pairs = Counter((tie.start, tie.end) for tie in network.ties)
    source, sink = network.source, network.sink
    return Description(
        nodes=len(people),
        ties=len(network.ties),
        roles=dict(Counter(node.role for node in people)),
        kinds=dict(Counter(tie.kind for tie in network.ties)),
        evidence=dict(Counter(tie.evidence for tie in network.ties)),
        protected=sum(map(is_protected, people)),
        under_18=sum(node.under_18 is True for node in people),
        under_control=sum(tie.under_control for tie in network.ties),
        may_act_on=sum(may_act_on(network, tie) for tie in network.ties),
        without_capacity=sum(tie.capacity is None for tie in network.ties),
        parallel=sum(count - 1 for count in pairs.values()),
        parts=_parts(either, (node.id for node in people)),
        cyclic=network.directed and _cyclic(ahead),
        reaches=None if source is None or sink is None else sink in _reached(ahead, source),
    )


def _reached(ahead: Mapping[str, list[str]], start: str) -> set[str]:
    seen, waiting = {start}, [start]
    while waiting:
        for node in ahead[waiting.pop()]:
            if node not in seen:
                seen.add(node)
                waiting.append(node)
    return seen


def _parts(either: Mapping[str, list[str]], people: Iterable[str]) -> int:
    """Into how many pieces it falls."""
    seen: set[str] = set()
    parts = 0
    for node in people:
        if node not in seen:
            parts += 1
            seen |= _reached(either, node)
    return parts


def _cyclic(ahead: Mapping[str, list[str]]) -> bool:
    """Whether somebody can be reached from himself (Kahn 1962: what is left when all without a way in are gone)."""
    into = Counter(end for ends in ahead.values() for end in ends)
    free = deque(node for node in ahead if not into[node])
    gone = 0
    while free:
        gone += 1
        for end in ahead[free.popleft()]:
            into[end] -= 1
            if not into[end]:
                free.append(end)
    return gone < len(ahead)
