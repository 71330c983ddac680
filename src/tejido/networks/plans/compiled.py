# SPDX-License-Identifier: Apache-2.0
"""Whole flows in machine code: each tie stands as an edge and its way back, `residual` is what both may still carry.

A special tie stands twice, as the unit that makes it active and as the rest, so that the most active special ties in
a maximum flow are a flow of least cost: every unit edge that carries earns one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
_PLENTY = 1 << 50


def compiled[F: Callable[..., Any]](function: F) -> F:
    """In machine code, kept on disk where that can be written."""
    try:
        made: F = numba.njit(cache=True)(function)
    except RuntimeError:  # neither the package's folder nor a cache of the user's can be written
        made = numba.njit(function)
    return made


@compiled
def augment(first: Whole, edges: Whole, tail: Whole, head: Whole, residual: Whole, ends: Whole, came: Whole,
            queue: Whole) -> int:  # fmt: skip
    """Push as much as passes from source to sink; `came` is -1 where nothing more arrives: the sink's side of a cut."""
    source, sink, total = ends[0], ends[1], 0
    while True:
        came[:] = -1
        came[source] = -2
        queue[0] = source
        taken, put, found = 0, 1, False
        while taken < put and not found:
            node = queue[taken]
            taken += 1
            for place in range(first[node], first[node + 1]):
                edge = edges[place]
                other = head[edge]
                if residual[edge] > 0 and came[other] == -1:
                    came[other] = edge
                    if other == sink:
                        found = True
                        break
                    queue[put] = other
                    put += 1
        if not found:
            return total
        least, node = _PLENTY, sink
        while node != source:
            least = min(least, residual[came[node]])
            node = tail[came[node]]
        node = sink
        while node != source:
            residual[came[node]] -= least
            residual[came[node] ^ 1] += least
            node = tail[came[node]]
        total += least


@compiled
def activate(tail: Whole, head: Whole, loss: Whole, residual: Whole, came: Whole, far: Whole, enough: int,
             have: int) -> int:  # fmt: skip
    """Turn circles that gain active ties until there are `enough`, or no more can be; how many there are then."""
    nodes = len(came)
    while have < enough:
        came[:] = -1
        far[:] = 0
        on_circle, changed = -1, -1
        for turn in range(nodes):
            changed = -1
            for edge in range(len(tail)):
                if residual[edge] > 0 and far[tail[edge]] + loss[edge] < far[head[edge]]:
                    far[head[edge]] = far[tail[edge]] + loss[edge]
                    came[head[edge]] = edge
                    changed = head[edge]
            if changed == -1:
                return have
            if turn > 0:
                node, steps = changed, 0
                while came[node] != -1 and steps <= nodes:
                    node = tail[came[node]]
                    steps += 1
                if steps > nodes:
                    on_circle = node
                    break
        if on_circle == -1:
            on_circle = changed
            for _ in range(nodes):
                on_circle = tail[came[on_circle]]
        least, lost, node = _PLENTY, 0, on_circle
        while True:
            least = min(least, residual[came[node]])
            lost += loss[came[node]]
            node = tail[came[node]]
            if node == on_circle:
                break
        while True:
            edge = came[node]
            residual[edge] -= least
            residual[edge ^ 1] += least
            node = tail[edge]
            if node == on_circle:
                break
        have -= least * lost
    return have
