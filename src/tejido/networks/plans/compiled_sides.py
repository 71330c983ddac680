# SPDX-License-Identifier: Apache-2.0
"""Flow between nodes held on the source's side of a cut and nodes held on the sink's, in machine code.

`side`: 1 held with the source, -1 held with the sink, 0 either. Each tie stands as an edge and its way back.
"""

from __future__ import annotations

from tejido.networks.plans.compiled import Whole, compiled

SOURCE, SINK = 1, -1


@compiled
def _layers(first: Whole, edges: Whole, head: Whole, residual: Whole, side: Whole, level: Whole, queue: Whole) -> int:
    """How many steps each node is from the source's side; how many nodes are there, or 0 where no flow arrives."""
    level[:] = -1
    put = 0
    for node in range(len(side)):
        if side[node] == 1:
            level[node] = 0
            queue[put] = node
            put += 1
    sources, taken, arrives = put, 0, False
    while taken < put:
        node = queue[taken]
        taken += 1
        if side[node] == -1:
            continue
        for place in range(first[node], first[node + 1]):
            other = head[edges[place]]
            if residual[edges[place]] > 0 and level[other] == -1:
                level[other] = level[node] + 1
                arrives = arrives or side[other] == -1
                queue[put] = other
                put += 1
    return sources if arrives else 0


@compiled
def push(first: Whole, edges: Whole, tail: Whole, head: Whole, residual: Whole, side: Whole, level: Whole,
         queue: Whole, turn: Whole, path: Whole, most: int) -> int:  # fmt: skip
    """Push up to `most` more from the source's side to the sink's (Dinic 1970); how much that was.

    Where it is less than `most`, `level` is 0 or more exactly at the nodes that more flow could still reach.
    """
    total = 0
    while total < most:
        sources = _layers(first, edges, head, residual, side, level, queue)
        if sources == 0:
            return total
        turn[: len(side)] = first[:-1]
        for source in range(sources):
            node, depth = queue[source], 0
            while True:
                if side[node] == -1:
                    least = most - total
                    for step in range(depth):
                        least = min(least, residual[path[step]])
                    back = -1
                    for step in range(depth):
                        residual[path[step]] -= least
                        residual[path[step] ^ 1] += least
                        if back == -1 and residual[path[step]] == 0:
                            back = step
                    total += least
                    if total == most:
                        return total
                    depth = back
                    node = tail[path[depth]]
                    continue
                ahead = -1
                while turn[node] < first[node + 1] and ahead == -1:
                    edge = edges[turn[node]]
                    if residual[edge] > 0 and level[head[edge]] == level[node] + 1:
                        ahead = edge
                    else:
                        turn[node] += 1
                if ahead >= 0:
                    path[depth] = ahead
                    depth += 1
                    node = head[ahead]
                elif depth == 0:
                    break
                else:
                    depth -= 1
                    node = tail[path[depth]]
                    turn[node] += 1
    return total


@compiled
def hold(first: Whole, edges: Whole, tail: Whole, head: Whole, residual: Whole, side: Whole, level: Whole,
         queue: Whole, turn: Whole, path: Whole, enough: int, begin: int, end: int, held: Whole) -> None:  # fmt: skip
    """Of the nodes from `begin` to `end`: which cannot be on one side, for then `enough` more would pass.

    Writes into `held` the side where each such node must be. `residual` and `side` are left as they were.
    """
    kept = residual.copy()
    for node in range(begin, end):
        if side[node] == 0:
            for which in (-1, 1):
                side[node] = which
                passed = push(first, edges, tail, head, residual, side, level, queue, turn, path, enough)
                side[node] = 0
                if passed:
                    residual[:] = kept
                if passed >= enough:
                    held[node] = -which
                    break
