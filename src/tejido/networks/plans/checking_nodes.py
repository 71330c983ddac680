# SPDX-License-Identifier: Apache-2.0
"""Is a plan of the model critical-nodes what it claims? Gone through anew in whole numbers, as `checking` does.

Pairs are counted from the file. The bound's proof is a tree over who is acted on. It ends where sums of what is true of
every plan are above the bound, whatever is not decided:

- ties: of two neighbours one is acted on, or they are connected;
- ways: whoever is a neighbour of somebody connected with a third is acted on, or connected with that third;
- ranks: whoever has all neighbours of another, and more, is acted on if that other is (in his place he connects no
  more pairs than that other; who has the same is ranked as in the file);
- count: no more are acted on than the budget says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from tejido.networks.plans.checking_flow import whole
from tejido.networks.plans.checking_rows import is_safe, refuse

_Ties = list[tuple[int, int]]


def check_critical_nodes(network: Mapping[str, Any], said: Mapping[str, Any], unprotected: bool) -> None:
    """Raises `Refused` unless the plan is against whom it may be, and leaves what it says, and no plan less."""
    number = {str(one["id"]): place for place, one in enumerate(network["nodes"], 1)}
    nodes = dict(enumerate(network["nodes"], 1))
    people = [one for one in nodes if nodes[one].get("role", "unknown") not in ("source", "sink")]
    priced = unprotected and network["declared"] != "casework"
    may = {one for one in people if priced or is_safe(nodes[one])}
    gone = [_named(one, number, nodes) for one in said["interdicted"]]
    if len(set(gone)) < len(gone) or not set(gone) <= may:
        refuse("acts where no plan may act", "actúa donde ningún plan puede actuar")
    most = Fraction(str(said["budget"]))
    if len(gone) > most or said["spent"] != len(gone):
        refuse("costs more than the budget, or than it says", "cuesta más que el presupuesto, o que lo que dice")
    ties = [(number[str(tie["from"])], number[str(tie["to"])]) for tie in network["ties"]]
    if (_pairs(people, ties), _pairs(set(people) - set(gone), ties)) != (said["before"], said["objective"]):
        refuse("not as many pairs are connected as it says", "no hay tantos pares conectados como dice")
    if said["bound"]:
        _Tree(people, may, ties, min(int(most), len(may)), said["bound"]).holds(said["proof"])


def _named(told: Any, number: Mapping[str, int], nodes: Mapping[int, Mapping[str, Any]]) -> int:
    if type(told) is int:
        return told
    one = number[told["node"]]
    if told != {"node": told["node"], "role": nodes[one].get("role", "unknown")}:
        refuse("says against whom otherwise than the network", "dice contra quién de otro modo que la red")
    return one


def _pairs(people: Iterable[int], ties: _Ties) -> int:
    """Pairs that hang together: pieces are joined tie by tie, the smaller into the larger."""
    piece = {node: [node] for node in people}
    for one, other in ties:
        if one in piece and other in piece and piece[one] is not piece[other]:
            small, large = sorted((piece[one], piece[other]), key=len)
            large += small
            piece |= dict.fromkeys(small, large)
    return sum(len(its) - 1 for its in piece.values()) // 2


class _Tree:
    def __init__(self, people: list[int], may: set[int], ties: _Ties, most: int, aim: int) -> None:
        self._people, self._may, self._most, self._aim = people, may, most, aim
        self._beside: dict[int, set[int]] = {node: set() for node in people}
        for one, other in ties:
            if one in self._beside and other in self._beside:
                self._beside[one].add(other)
                self._beside[other].add(one)
        self._before = {(one, other) for one in may for other in may if one != other and self._goes_before(one, other)}

    def _goes_before(self, one: int, other: int) -> bool:
        its, theirs = self._beside[one] - {other}, self._beside[other] - {one}
        near = bool(theirs) or one in self._beside[other]
        return near and theirs <= its and (theirs < its or one < other)

    def holds(self, proof: Mapping[str, Any]) -> None:
        steps, unit = iter(proof["tree"]), whole(proof["one"])
        if unit < 1:
            refuse("a bound does not hold", "una cota no se sostiene")
        waiting: list[tuple[set[int], set[int]]] = [(set(), set())]
        while waiting:
            (acted, left), step = waiting.pop(), next(steps, None)
            if isinstance(step, dict):
                if self._sum(step, unit, acted, left) <= (self._aim - 1) * unit:
                    refuse("a bound does not hold", "una cota no se sostiene")
                continue
            node = whole(step)
            if node not in self._may or node in acted | left:
                refuse("a branch acts where it cannot", "una rama actúa donde no puede")
            waiting.append((acted, left | {node} | {other for one, other in self._before if one == node}))
            more = acted | {node} | {one for one, other in self._before if other == node}
            if len(more) <= self._most:
                waiting.append((more, left))
        if next(steps, None) is not None:
            refuse("the tree says more than was asked", "el árbol dice más de lo preguntado")

    def _sum(self, told: Mapping[str, Any], unit: int, acted: set[int], left: set[int]) -> int:
        """What weighted truths add up to, with each person and pair as they make it smallest."""
        total, person, pair = 0, Counter[int](), Counter[tuple[int, int]]()
        for (weight,) in _weighed(told["count"], 1):
            total -= weight * self._most
            person.update(dict.fromkeys(self._people, weight))
        for one, other, weight in _weighed(told["ties"], 3):
            self._true(other in self._beside[one])
            total += weight
            pair[_both(one, other)] -= weight
            person.subtract({one: weight, other: weight})
        for one, near, far, weight in _weighed(told["ways"], 4):
            self._true(near in self._beside[one] and far in self._beside and far not in (one, near))
            pair[_both(one, far)] -= weight
            pair[_both(near, far)] += weight
            person[one] -= weight
        for one, other, weight in _weighed(told["ranks"], 3):
            self._true((one, other) in self._before)
            person.update({other: weight})
            person[one] -= weight
        total += sum(min(0, unit + value) for value in pair.values())
        free = self._may - acted - left
        return total + sum(person[one] for one in acted) + sum(min(0, person[one]) for one in free)

    def _true(self, holds: bool) -> None:
        if not holds:
            refuse("a sum takes for true what is not", "una suma da por cierto lo que no lo es")


def _both(one: int, other: int) -> tuple[int, int]:
    return min(one, other), max(one, other)


def _weighed(told: Iterable[Any], size: int) -> Iterable[list[int]]:
    for line in told:
        if len(line) != size or any(type(one) is not int or one < 0 for one in line):
            raise TypeError(line)
        yield line
