# SPDX-License-Identifier: Apache-2.0
"""Is a plan what it claims? Re-checked from the two files alone, in whole numbers.

Nothing is shared with what made the plan: its own reading of rows (`checking_rows`), its own flows, and each step of
the proof anew. A pessimistic plan is proven by a tree. At each node some ties are acted on and some are left alone for
good; either a maximum flow with enough active ties shows that a better plan must act on one of the ties listed, or a
priced flow shows that what passes is more than so few special ties carry.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from tejido.networks.plans.checking_flow import check_max_flow, whole
from tejido.networks.plans.checking_rows import Row, Rows, clipped, refuse

_SCALE = 8
_MODELS = {"special-arcs": ("optimistic", "pessimistic", "mfnip"), "max-flow": (None,), "critical-nodes": (None,)}


def digest(said: Mapping[str, Any]) -> str:
    """Of everything a plan says but this."""
    rest = {entry: value for entry, value in said.items() if entry != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def check_claims(said: Mapping[str, Any]) -> str:
    """The model of a plan; raises `Refused` where it was changed, or its claims do not go together."""
    if said.get("digest") != digest(said):
        refuse("the plan was changed after it was written", "el plan se cambió después de escribirse")
    model = str(said.get("model", "special-arcs"))
    if said["variant"] not in _MODELS.get(model, ()):
        refuse("is of a model that is not known", "es de un modelo que no se conoce")
    if any(type(said[entry]) is not int for entry in ("bound", "objective")):
        refuse("counts people in what is no whole number", "cuenta personas con algo que no es un número entero")
    if not 0 <= said["bound"] <= said["objective"]:
        refuse("the bound is above the objective", "la cota supera al objetivo")
    if (said["status"] == "optimal") != (said["bound"] == said["objective"]):
        refuse("is called optimal, or not, against its bound", "se dice óptimo, o no, en contra de su cota")
    return model


def check_plan(rows: Rows, said: Mapping[str, Any]) -> tuple[bool, bool]:
    """Whether the objective and the bound were proven anew; raises `Refused` where something claimed is not so."""
    model = check_claims(said)
    known = {row.number: row for row in rows.rows}
    acted = [one if type(one) is int else _as_it_stands(one, known) for one in said["interdicted"]]
    if len(set(acted)) < len(acted) or not all(one in known and known[one].may for one in acted):
        refuse("acts where no plan may act", "actúa donde ningún plan puede actuar")
    spent = sum(known[one].cost or 0 for one in acted)
    if spent > rows.budget or Fraction(str(said.get("spent", spent))) != spent:
        refuse("costs more than the budget, or than it says", "cuesta más que el presupuesto, o que lo que dice")
    if said["variant"] not in ("pessimistic", None) or "proof" not in said:
        return False, False
    if model == "max-flow":
        check_max_flow(rows, said, set(acted))
        return True, True
    proof = _Proof(rows, said["bound"])
    flow = {whole(one): whole(amount) for one, amount in said["proof"]["flow"]}
    if proof.active(flow, set(acted), most=True) != said["objective"]:
        refuse("its flow does not show the objective", "su flujo no muestra el objetivo")
    if said["bound"]:
        proof.tree(said["proof"]["tree"])
    return True, True


def _as_it_stands(told: Mapping[str, Any], known: Mapping[int, Row]) -> int:
    """The row an action names; refused where it says another tie, person or cost than the network has there."""
    row = known.get(told["row"])
    if row is None:
        refuse("acts where no plan may act", "actúa donde ningún plan puede actuar")
    there = {"row": row.number, "from": row.start, "to": row.end, "against": sorted(row.against), "cost": row.cost}
    if {**told, "against": sorted(told["against"]), "cost": Fraction(str(told["cost"]))} != there:
        refuse("says against whom otherwise than the network", "dice contra quién de otro modo que la red")
    return row.number


class _Proof:
    def __init__(self, rows: Rows, aim: int) -> None:
        self._rows, self._aim = rows, aim
        self._all = {row.number: row for row in rows.rows}
        self._reach = clipped(rows)
        self._beside = self._passes({n: c for n, c in self._reach.items() if not self._all[n].special}, rows.source)
        self._units = self._one_each()

    def active(self, flow: Mapping[int, int], acted: set[int], *, most: bool) -> int:
        """How many special ties a flow has active; refused unless it is a maximum flow, and, asked for, one with most.

        A maximum flow has no way on from source to sink; one with most active ties no circle that gains any.
        """
        net: dict[str, int] = {}
        for number, amount in flow.items():
            row = self._all.get(number)
            if row is None or number in acted or not 0 < amount <= row.capacity:
                refuse("a flow goes where it cannot", "un flujo pasa por donde no puede")
            net[row.start] = net.get(row.start, 0) - amount
            net[row.end] = net.get(row.end, 0) + amount
        if any(value for node, value in net.items() if node not in (self._rows.source, self._rows.sink)):
            refuse("a flow ends where it must not", "un flujo termina donde no debe")
        ways = list(self._ways(flow, acted))
        far = {self._rows.source}
        waiting = [self._rows.source]
        ahead: dict[str, list[str]] = {}
        for start, end, _ in ways:
            ahead.setdefault(start, []).append(end)
        while waiting:
            for node in ahead.get(waiting.pop(), ()):
                if node not in far:
                    far.add(node)
                    waiting.append(node)
        if self._rows.sink in far:
            refuse("a flow is not the largest", "un flujo no es el mayor")
        if most and _gains(ways):
            refuse("a flow can have more active", "un flujo puede tener más activos")
        return sum(self._all[number].special for number in flow)

    def _ways(self, flow: Mapping[int, int], acted: set[int]) -> Iterator[tuple[str, str, int]]:
        for row in self._rows.rows:
            if row.number not in acted:
                amount = flow.get(row.number, 0)
                if amount < row.capacity:
                    yield row.start, row.end, -1 if row.special and amount == 0 else 0
                if amount:
                    yield row.end, row.start, 1 if row.special and amount == 1 else 0

    def tree(self, told: list[Any]) -> None:
        """No plan leaves fewer than `aim`: every node of the tree is shown, none is missing, none is left over."""
        steps = iter(told)
        open_: list[tuple[set[int], set[int], int]] = [(set(), set(), self._rows.budget_whole)]
        while open_:
            acted, left, money = open_.pop()
            step = next(steps, None)
            if isinstance(step, dict):
                listed = [whole(one) for one in step["act"]]
                flow = {whole(one): whole(amount) for one, amount in step["flow"]}
                if self.active(flow, acted, most=False) < self._aim:
                    refuse("a flow has too few active", "un flujo tiene muy pocos activos")
                can = {one for one in flow if one not in left and self._can(one, money)}
                if can != set(listed) or len(listed) != len(can):
                    refuse("a branch is missing", "falta una rama")
                for place in reversed(range(len(listed))):
                    one = listed[place]
                    open_.append((acted | {one}, left | set(listed[:place]), money - self._all[one].price))
            elif not isinstance(step, list) or not self._bounded(whole(step[0]), whole(step[1]), acted, left, money):
                refuse("a bound does not hold", "una cota no se sostiene")
        if next(steps, None) is not None:
            refuse("the tree says more than was asked", "el árbol dice más de lo preguntado")

    def _can(self, number: int, money: int) -> bool:
        return self._all[number].may and self._all[number].price <= money

    def _bounded(self, which: int, at: int, acted: set[int], left: set[int], money: int) -> bool:
        if at < 0 or (which == 1 and self._units is None):
            return False
        carries = self._units if which == 1 and self._units is not None else self._reach
        capped = {}
        for number, most in carries.items():
            if number not in acted:
                cap = _SCALE * most
                if number not in left and self._can(number, money):
                    cap = min(cap, at * self._all[number].price)
                capped[number] = cap
        most = self._aim - 1 if which == 1 else self._beside + self._ceiling(acted)
        return self._passes(capped, self._rows.source) - at * money > _SCALE * most

    def _ceiling(self, acted: set[int]) -> int:
        into: dict[str, int] = {}
        out: dict[str, int] = {}
        for number, most in self._reach.items():
            if number not in acted:
                row = self._all[number]
                into[row.end] = into.get(row.end, 0) + most
                out[row.start] = out.get(row.start, 0) + most
        into[self._rows.source] = out[self._rows.sink] = 1 << 40
        rooms = sorted(((min(self._reach[row.number], into.get(row.start, 0), out.get(row.end, 0)), row)
                        for row in self._rows.rows if row.special and row.number not in acted),
                       key=lambda pair: -pair[0])  # fmt: skip
        totals = []
        for at_start in (True, False):
            room = dict(into if at_start else out)
            gains = []
            for size, row in rooms:
                node = row.start if at_start else row.end
                gains.append(min(size, room.get(node, 0)))
                room[node] = room.get(node, 0) - gains[-1]
            totals.append(sum(sorted(gains, reverse=True)[: self._aim - 1]))
        return min(totals)

    def _passes(self, carries: Mapping[int, int], source: str) -> int:
        """The maximum flow, by shortest ways."""
        ends = [(self._all[number].start, self._all[number].end, cap) for number, cap in carries.items() if cap]
        spare: dict[str, dict[str, int]] = {}
        for start, end, cap in ends:
            spare.setdefault(start, {})[end] = spare.get(start, {}).get(end, 0) + cap
            spare.setdefault(end, {}).setdefault(start, 0)
        total, sink = 0, self._rows.sink
        while True:
            came: dict[str, str] = {source: source}
            waiting = deque([source])
            while waiting and sink not in came:
                node = waiting.popleft()
                for other, room in spare.get(node, {}).items():
                    if room and other not in came:
                        came[other] = node
                        waiting.append(other)
            if sink not in came:
                return total
            way, node = [], sink
            while node != source:
                way.append((came[node], node))
                node = came[node]
            least = min(spare[start][end] for start, end in way)
            for start, end in way:
                spare[start][end] -= least
                spare[end][start] += least
            total += least

    def _one_each(self) -> dict[int, int] | None:
        """Units where active ties stay active in every larger flow: they leave what the source fully supplies."""
        used = [self._all[number] for number, most in self._reach.items() if most]
        supplied = {self._rows.source}
        while True:
            new = {row.end for row in used} - supplied - {self._rows.sink}
            new = {node for node in new if self._is_supplied(node, supplied, used)}
            if not new:
                break
            supplied |= new
        inside = {row.number for row in used if row.start in supplied and row.end not in supplied}
        if any(row.special and row.number not in inside for row in used):
            return None
        return {row.number: 1 if row.special else 0 if row.number in inside else self._reach[row.number]
                for row in used}  # fmt: skip

    def _is_supplied(self, node: str, supplied: set[str], used: list[Row]) -> bool:
        into = [row for row in used if row.end == node]
        if not all(row.start in supplied for row in into):
            return False
        enough = self._passes(self._reach, node)
        return any(not self._can(row.number, self._rows.budget_whole) and self._reach[row.number] >= enough
                   for row in into)  # fmt: skip


def _gains(ways: list[tuple[str, str, int]]) -> bool:
    far = dict.fromkeys([node for way in ways for node in way[:2]], 0)
    for _ in range(len(far) + 1):
        changed = False
        for start, end, loss in ways:
            if far[start] + loss < far[end]:
                far[end], changed = far[start] + loss, True
        if not changed:
            return False
    return True
