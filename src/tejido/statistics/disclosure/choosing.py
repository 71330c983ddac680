# SPDX-License-Identifier: Apache-2.0
"""Which cells to hide beside those that must be: as few as it takes, whoever reads.

Fischetti and Salazar (2001), "Solving the cell suppression problem on tabular data with linear constraints",
Management Science 47: a master programme picks cells; for every hidden cell that a reader could still place too
narrowly, the dual of his linear programme says which others would have opened it, and becomes a constraint of the
master. Here several readers attack at once, and what linear programmes leave open is certified in whole numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import highspy

from tejido.statistics.disclosure.attacking import attack
from tejido.statistics.disclosure.facts import Key, Relation
from tejido.statistics.disclosure.problem import Group, Problem, Reader, cells_of, facts_for
from tejido.statistics.disclosure.readers import ReaderProgramme
from tejido.statistics.disclosure.solver import quiet_solver

_NEARLY = 1e-6
_TOO_MANY = 3000  # cells that may be hidden: above, the fewest are not told apart by their values
_NEAR_ENOUGH = 0.02  # a choice among so many may cost this share more than the bound,
_FEW = 20  # holes: from then on cells are added to it, no longer chosen anew,
_WITH_MORE = 0.05  # as long as it costs at most this share more than the bound with them


@dataclass(frozen=True)
class Choice:
    """Cells to hide; `bound`: no choice with the same `whole` groups costs less."""

    hidden: frozenset[Key]
    bound: int
    whole: frozenset[Group]


def choose(problem: Problem, readers: Sequence[Reader]) -> Choice:
    """The fewest cells to hide, then the least total value. Raises `ValueError` where numbers contradict relations."""
    parts = [_choose(part, readers) for part in _parts(problem, readers)]
    empty = frozenset(key for key in problem.zeros if problem.values[key] == 0)
    return Choice(
        empty.union(*(part.hidden for part in parts)),
        sum(part.bound for part in parts),
        frozenset().union(*(part.whole for part in parts)),
    )


def _parts(problem: Problem, readers: Sequence[Reader]) -> list[Problem]:
    """Cells that bear on each other, where one of them must be hidden; settled cells bear on nothing."""
    leader = {key: key for key in problem.values if key not in problem.settled}

    def find(key: Key) -> Key:
        while leader[key] != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    for group in (
        *(tuple(k for k, _ in relation.terms) for relation in problem.relations),
        *(one.cells for one in (*problem.groups, *problem.whole)),
    ):
        joined = [key for key in group if key in leader]
        for key in joined[1:]:
            leader[find(key)] = find(joined[0])
    musts = {find(key) for reader in readers for key in reader.musts if key in leader}
    musts |= {find(key) for group in problem.whole for key in group.cells if key in leader}
    roots = [root for root in dict.fromkeys(find(key) for key in leader) if root in musts]
    inside = {root: {key for key in leader if find(key) == root} for root in roots} if len(roots) < 2 else {}
    if len(roots) > 1:
        inside = {root: set() for root in roots}
        for key in leader:
            if (root := find(key)) in inside:
                inside[root].add(key)
    parts: dict[Key, list[Relation]] = {root: [] for root in roots}
    for relation in problem.relations:
        for key, _ in relation.terms:
            if key in leader:
                if (root := find(key)) in parts:
                    parts[root].append(relation)
                break

    def inside_of(root: Key, groups: Sequence[Group]) -> list[Group]:
        return [group for group in groups if any(key in leader and find(key) == root for key in group.cells)]

    made = []
    for root in roots:
        touched = {key for relation in parts[root] for key, _ in relation.terms} | inside[root]
        values = {key: value for key, value in problem.values.items() if key in touched}
        made.append(
            Problem(values, parts[root], problem.settled & touched, problem.never & touched,
                    inside_of(root, problem.groups), inside_of(root, problem.whole),
                    problem.zeros & touched, problem.costs)
        )  # fmt: skip
    return made


@dataclass(frozen=True)
class _Cut:
    """Σ weight × hidden(cell) ≥ right × hidden(whose), or ≥ right where `whose` must be hidden anyway."""

    weights: Mapping[Key, float]
    right: float
    whose: Key | None
    guess: bool = False  # it may ask for more than must be: nothing is proven with it


def _choose(problem: Problem, readers: Sequence[Reader]) -> Choice:
    must = {key for reader in readers for key in reader.musts if key in problem.values}
    whole = set(problem.whole)
    while True:
        empty = {key for key in problem.zeros if problem.values[key] == 0}
        fixed = (must | cells_of(whole) | empty) - problem.never
        free = [
            key for key, value in problem.values.items()
            if value > 0 and key not in fixed and key not in problem.settled and key not in problem.never
        ]  # fmt: skip
        search = _Search(problem, readers, fixed, free, frozenset(whole))
        found, hopeless = search.run()
        if found is not None:
            return Choice(frozenset(fixed | found), len(fixed) + search.bound, frozenset(whole))
        # Nothing that may be hidden opens these enough: for each, the smallest group it stands in goes whole. Of a
        # total, its parts: hidden parts are not zero, so that a total is at least as large as there are of them.
        before = len(whole)
        for further in (False, True):
            for key in sorted(hopeless, key=str):
                standing = [group for group in problem.groups if key in group.cells]
                left = [group for group in standing if group not in whole]
                if left and (further or len(left) == len(standing)):
                    whole.add(min(left, key=lambda group: (group.total != key, len(group.cells), str(group.total))))
            if len(whole) > before:
                break
        else:
            raise Unprotectable(", ".join(sorted(map(str, hopeless))))


class Unprotectable(ValueError):
    """These cells cannot be kept from a reader by hiding any other."""


class _Search:
    """The master programme and its readers."""

    def __init__(
        self, problem: Problem, readers: Sequence[Reader], fixed: Set[Key], free: Sequence[Key],
        whole: frozenset[Group],
    ) -> None:  # fmt: skip
        self._problem, self._readers, self._fixed, self._free, self._whole = problem, readers, fixed, free, whole
        self._place = {key: number for number, key in enumerate(free)}
        self._minds = [ReaderProgramme(problem, reader, whole) for reader in readers]
        self._cuts: list[_Cut] = []
        self._certified: dict[str, tuple[frozenset[Key], frozenset[Key]]] = {}
        self._many = len(free) > _TOO_MANY
        self.bound = 0

    def run(self) -> tuple[frozenset[Key] | None, set[Key]]:
        """The cells to hide beside the fixed ones; or None, and the cells that nothing opens enough."""
        chosen, hopeless = self._until_open(frozenset(), None)
        if not chosen or self._many:
            return chosen, hopeless
        return self._until_open(self._cheapest(self.bound) or chosen, self.bound)

    def _until_open(self, chosen: frozenset[Key], limit: int | None) -> tuple[frozenset[Key] | None, set[Key]]:
        growing = False
        while holes := self._holes(chosen):
            hopeless = {key for cut, key in holes if not self._can_be_met(cut)}
            if hopeless:
                return None, hopeless
            self._cuts.extend(cut for cut, _ in holes)
            guess = any(cut.guess for cut, _ in holes)
            growing = guess or (self._many and (growing or len(holes) < _FEW))
            picked = self._with_more(chosen, guess=guess) if growing else None
            growing = picked is not None
            if picked is None and not guess:
                picked = self._cheapest(limit)
            if picked is None:
                return None, {key for _, key in holes}
            chosen = picked
        return chosen, set()

    def _with_more(self, chosen: frozenset[Key], *, guess: bool) -> frozenset[Key] | None:
        """What is hidden stays so, and the fewest are added; None where that is too far from the bound.

        Whatever was possible stays possible when more is hidden. So no reader has to look again at a cell that he
        found open, and no choice goes back and forth between two that are equally near.
        """
        picked = self._cheapest(None, keep=chosen)
        near = picked is not None and (guess or self._cost(picked) <= (1 + _WITH_MORE) * self.bound)
        return picked if near else None

    def _can_be_met(self, cut: _Cut) -> bool:
        return cut.whose in self._place or sum(cut.weights.values()) >= cut.right - _NEARLY

    def _holes(self, chosen: frozenset[Key]) -> list[tuple[_Cut, Key]]:
        hidden = frozenset(self._fixed | chosen)
        minds = zip(self._readers, self._minds, strict=True)
        cuts = [cut for reader, mind in minds for cut in mind.holes(hidden - reader.told)]
        made = [(self._strengthened(weights, right, key), key) for weights, right, key in cuts]
        broken = [
            (cut, key) for cut, key in made if cut.right > _NEARLY
        ]  # what is fixed may be enough for a cell beside
        if broken:
            return broken
        made = []
        # Whole numbers may be narrower than what linear programmes show.
        values = self._problem.values
        for reader in self._readers:
            before, known = self._certified.get(reader.name, (hidden, frozenset()))
            known = known if before <= hidden else frozenset()  # what was possible stays so when more is hidden
            facts = facts_for(self._problem, hidden, reader, self._whole)
            needs = {key: reader.need(key, values[key]) for key in facts.hidden if self._asks(reader, key)}
            asked = {key: need for key, need in needs.items() if need is not None and key not in known}
            fell = attack(facts, asked, witnesses=[values]).fell
            self._certified[reader.name] = hidden, known.union(asked).difference(fell)
            for key in fell:
                others = dict.fromkeys(self._beside(key, hidden), 1.0)
                made.append((_Cut(others, 1.0, key if key in self._place else None, guess=self._many), key))
        return made

    def _beside(self, key: Key, hidden: Set[Key]) -> set[Key]:
        """What may open a cell that falls in whole numbers alone: any; among too many, what it is added up with."""
        others = {other for other in self._free if other not in hidden}
        sums = ({each for each, _ in relation.terms} for relation in self._problem.relations)
        near = set().union(*(cells for cells in sums if key in cells)) if self._many else others
        return near & others or others

    def _asks(self, reader: Reader, key: Key) -> bool:
        return key in reader.musts or key not in self._problem.never

    def _strengthened(self, weights: Mapping[Key, float], right: float, key: Key) -> _Cut:
        """What the cells hidden anyway give is taken off; no cell counts for more than is needed."""
        right -= sum(weight for other, weight in weights.items() if other in self._fixed or other == key)
        inside = {other: min(weight, right) for other, weight in weights.items()
                  if other in self._place and other != key and weight > _NEARLY}  # fmt: skip
        return _Cut(inside, right, key if key in self._place else None)

    def _cost(self, chosen: Set[Key]) -> int:
        return sum(self._problem.costs.get(key, 1) for key in chosen)

    def _cheapest(self, limit: int | None, keep: Set[Key] = frozenset()) -> frozenset[Key] | None:
        model = quiet_solver()
        values = self._problem.values
        costs = {key: self._problem.costs.get(key, 1) for key in self._free}
        for key in self._free:
            cost = costs[key] if limit is None else values[key]
            variable = model.addVariable(lb=float(key in keep), ub=1, obj=float(cost))
            model.changeColIntegrality(variable.index, highspy.HighsVarType.kInteger)
        for cut in self._cuts:
            if cut.guess and not keep:
                continue
            columns = [self._place[key] for key in cut.weights]
            coefficients = [weight / cut.right for weight in cut.weights.values()]
            needs = 1.0
            if cut.whose is not None:
                columns, coefficients, needs = [*columns, self._place[cut.whose]], [*coefficients, -1.0], 0.0
            model.addRow(needs - _NEARLY, highspy.kHighsInf, len(columns), columns, coefficients)
        if limit is not None:
            every = [float(cost) for cost in costs.values()]
            model.addRow(0.0, float(limit), len(self._free), list(range(len(self._free))), every)
        if self._many and not keep:
            model.setOptionValue("mip_rel_gap", _NEAR_ENOUGH)
        model.run()
        if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        if limit is None and not keep:  # fewer constraints than there will be: what is proven of them stays true
            self.bound = max(self.bound, math.ceil(model.getInfo().mip_dual_bound - _NEARLY))
        solution = model.getSolution().col_value
        return frozenset(key for key in self._free if solution[self._place[key]] > 0.5)
