# SPDX-License-Identifier: Apache-2.0
"""The best plan of the model critical-nodes: a programme of parts, and a tree over who is acted on.

What the rows of the programme are worth, rounded to whole steps, gives a bound that anybody can add up; only what that
sum proves is believed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tejido.networks.plans.connections import connected_pairs, exchanged, pieces
from tejido.networks.plans.flows import Ints
from tejido.networks.plans.programme import Floats, Programme, Tell

_ONE = 1 << 20  # in how many steps what a row is worth is counted
_SAID_EACH = 0.2  # seconds
Row = tuple[str, tuple[int, ...]]


class Open(NamedTuple):
    """A question: `least` and `most` of each node, 1 for acted on; by `worth` no plan leaves less than `bound`."""

    bound: int
    worth: Ints
    least: Floats
    most: Floats


class Search:
    """After `solve`: `gone`, `left`, `bound`, and `proof`."""

    def __init__(self, beside: Sequence[set[int]], may: Sequence[bool], most: int, start: set[int]) -> None:
        self._beside, self._may, self._most = beside, may, most
        self._pairs: dict[tuple[int, int], int] = {}
        self._rows: list[Row] = []
        self._columns: list[list[int]] = []
        self._signs: list[list[int]] = []
        self._needs: list[int] = []
        self._over: list[list[int]] = [[] for _ in may]  # who must go before each
        self._under: list[list[int]] = [[] for _ in may]
        self._make()
        sizes = [len(columns) for columns in self._columns]
        self._row_of = np.repeat(np.arange(len(sizes)), sizes)
        self._column_of = np.array([one for columns in self._columns for one in columns], dtype=np.int64)
        self._sign_of = np.array([one for signs in self._signs for one in signs], dtype=np.int64)
        self._need = np.array(self._needs, dtype=np.int64)
        self.gone, self.left, self.bound = start, connected_pairs(beside, start), 0
        self._steps: list[int | Ints] = []

    def solve(self, time_limit: float, tell: Tell | None) -> None:
        """Go through the tree until it ends or time runs out."""
        ends, said = time.monotonic() + time_limit, 0.0
        relaxed = self._programme().relaxed()
        nobody = np.zeros(len(self._need), dtype=np.int64)
        waiting = [Open(0, nobody, np.zeros(len(self._may)), np.array(self._may, dtype=np.float64))]
        while waiting:
            asked = waiting.pop()
            if asked.bound < self.left:
                values, worth = relaxed.solve(asked.least, asked.most, ends - time.monotonic())
                asked = self._bounded(asked, worth)
                if values is None and asked.bound < self.left:
                    waiting.append(asked)
                    break
                if values is not None:
                    self._try(values)
                if values is not None and asked.bound < self.left:
                    waiting += self._halves(asked, values)
                    continue
            self._steps.append(asked.worth)
            if tell and time.monotonic() > said + _SAID_EACH:
                said = time.monotonic()
                tell(self.left, min([self.left, *(one.bound for one in waiting)]))
        self.bound = min([self.left, *(one.bound for one in waiting)])
        self._steps += [one.worth for one in reversed(waiting)]

    def _make(self) -> None:
        """Rows: a number of columns, each more or less once, make at least what is needed."""
        nodes = len(self._may)
        pairs = [(one, other) for piece in pieces(self._beside) for one in piece for other in piece if one < other]
        self._pairs = {pair: nodes + place for place, pair in enumerate(pairs)}
        self._row("count", (), list(range(nodes)), [-1] * nodes, -self._most)
        for one, other in pairs:
            if other in self._beside[one]:  # neighbours are connected unless one is gone
                self._row("ties", (one, other), [self._pairs[one, other], one, other], [1, 1, 1], 1)
                continue
            # Others are if a neighbour of one of them is, to the other. Of the end with fewer: the next on a shortest
            # way is nearer.
            end, far = sorted((one, other), key=lambda node: len(self._beside[node]))
            for near in sorted(self._beside[end]):
                columns = [self._pairs[one, other], self._pairs[min(near, far), max(near, far)], end]
                self._row("ways", (end, near, far), columns, [1, -1, 1], 0)
        self._rank()

    def _row(self, kind: str, who: tuple[int, ...], columns: list[int], signs: list[int], need: int) -> None:
        self._rows.append((kind, who))
        self._columns.append(columns)
        self._signs.append(signs)
        self._needs.append(need)

    def _rank(self) -> None:
        """Nobody goes before whoever has all the same neighbours and more: in his place he would connect no more."""
        for one, its in enumerate(self._beside):
            for other in sorted({two for node in its for two in (node, *self._beside[node])} - {one}):
                theirs = self._beside[other] - {one}
                alike = theirs == its - {other}
                if self._may[one] and self._may[other] and (one < other if alike else theirs < its - {other}):
                    self._row("ranks", (one, other), [one, other], [1, -1], 0)
                    self._over[other].append(one)
                    self._under[one].append(other)

    def _programme(self) -> Programme:
        programme = Programme()
        programme.columns([float(one) for one in self._may])
        programme.columns([1.0] * len(self._pairs), cost=1.0)
        for columns, signs, need in zip(self._columns, self._signs, self._needs, strict=True):
            programme.row(columns, [float(one) for one in signs], low=float(need))
        return programme

    def _bounded(self, asked: Open, duals: Floats) -> Open:
        """What the rows prove together, in whole steps: each column is as small or as large as helps most."""
        if len(duals) != len(self._need) or not np.isfinite(duals).all():
            return asked
        # No row is worth more than all pairs; an end that came too early may say so, and sums must stay whole.
        worth = np.rint(np.clip(duals, 0.0, len(self._pairs)) * _ONE).astype(np.int64)
        cost = np.zeros(len(self._may) + len(self._pairs), dtype=np.int64)
        cost[len(self._may) :] = _ONE
        np.subtract.at(cost, self._column_of, self._sign_of * worth[self._row_of])
        nodes = cost[: len(self._may)]
        least, most = asked.least.astype(np.int64), asked.most.astype(np.int64)
        total = int((worth * self._need).sum() + np.minimum(nodes * least, nodes * most).sum()
                    + np.minimum(0, cost[len(self._may) :]).sum())  # fmt: skip
        bound = -(-total // _ONE)
        return asked._replace(bound=bound, worth=worth) if bound > asked.bound else asked

    def _try(self, values: Floats) -> None:
        """The plan that the parts suggest."""
        order = np.argsort(-values[: len(self._may)], kind="stable").tolist()
        gone = set([node for node in order if self._may[node]][: self._most])
        if connected_pairs(self._beside, gone) < self.left:
            self.gone = exchanged(self._beside, self._may, gone)
            self.left = connected_pairs(self._beside, self.gone)

    def _halves(self, asked: Open, values: Floats) -> list[Open]:
        """Left alone, and acted on: of those in parts whoever is nearest to a half. The second is asked first.

        With who must go before, and who must not go without: so there is always a plan.
        """
        parts = np.abs(values[: len(self._may)] - 0.5)
        parts[asked.least == asked.most] = 2.0
        node = int(np.argmin(parts))
        if parts[node] > 1.0:
            raise AssertionError("nothing left to decide and nothing proven")
        self._steps.append(node)
        least, most = asked.least.copy(), asked.most.copy()
        least[[node, *self._over[node]]], most[[node, *self._under[node]]] = 1.0, 0.0
        acted = [asked._replace(least=least)] if least.sum() <= self._most else []
        return [asked._replace(most=most), *acted]

    def proof(self, numbers: Sequence[int]) -> dict[str, object]:
        """The tree for `checking`: whom is decided on, or what which rows are worth; nodes by these numbers."""
        return {"one": _ONE, "tree": [numbers[step] if isinstance(step, int) else self._listed(step, numbers)
                                      for step in self._steps]}  # fmt: skip

    def _listed(self, worth: Ints, numbers: Sequence[int]) -> dict[str, object]:
        told: dict[str, list[list[int]]] = {"count": [], "ties": [], "ways": [], "ranks": []}
        for row in np.flatnonzero(worth).tolist():
            kind, who = self._rows[row]
            told[kind].append([*(numbers[node] for node in who), int(worth[row])])
        return dict(told)
