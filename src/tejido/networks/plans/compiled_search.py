# SPDX-License-Identifier: Apache-2.0
"""Is there a plan that leaves fewer than `aim` active? Depth first, in machine code, in slices that can be stopped.

At each node some ties are acted on and some are left alone for good. Either a bound shows that no plan from here
leaves fewer, or a maximum flow with `aim` active ties does: a better plan must act on some tie that carries it.
Two bounds: a priced flow (the dual of Wood's max-flow interdiction) passes whatever the rest of the budget buys, and
is more than `aim` - 1 special ties can carry; or, where active ties stay active in every larger flow, one unit each
passes in `aim` of them.
"""

from __future__ import annotations

from tejido.networks.plans.compiled import Whole, activate, augment, compiled

FREE, ACTED, LEFT = 0, 1, 2  # states of a tie
DONE, MORE, FOUND = 0, 1, 2  # how a slice ends
SCALE = 8  # prices are in eighths
_PLENTY = 1 << 40

Arrays = tuple[Whole, ...]


@compiled
def set_flow(graph: Arrays, special: Whole, capacity: Whole, state: Whole, residual: Whole, rests: bool) -> None:
    """What each edge may carry after the plan: first units only (`rests` false), then the rest of special ties too."""
    own, unit = graph[5], graph[6]
    for edge in range(len(own)):
        tie = own[edge]
        if not rests:
            residual[2 * edge] = residual[2 * edge + 1] = 0
            if state[tie] != 1 and unit[edge] == 1:
                residual[2 * edge] = min(capacity[tie], 1)
            elif state[tie] != 1 and special[tie] == 0:
                residual[2 * edge] = capacity[tie]
        elif state[tie] != 1 and special[tie] == 1 and unit[edge] == 0:
            residual[2 * edge] = max(capacity[tie] - 1, 0)


@compiled
def most_active(graph: Arrays, special: Whole, capacity: Whole, state: Whole, residual: Whole, spare: Arrays,
                enough: int) -> tuple[int, int]:  # fmt: skip
    """A maximum flow, in `residual`, with `enough` active ties or the most there can be: its value, and how many."""
    first, edges, tail, head, loss, own, unit, ends = graph
    came, far = spare[0], spare[1]
    set_flow(graph, special, capacity, state, residual, False)
    value = augment(first, edges, tail, head, residual, ends, came, far)
    set_flow(graph, special, capacity, state, residual, True)
    value += augment(first, edges, tail, head, residual, ends, came, far)
    have = 0
    for edge in range(len(own)):
        if unit[edge] == 1:
            have += residual[2 * edge + 1]
    return value, activate(tail, head, loss, residual, came, far, enough, have)


@compiled
def ceiling(ties: Arrays, state: Whole, ends: Whole, spare: Arrays, most: int) -> int:
    """No more passes `most` special ties after the plan: the largest of them, by what reaches or leaves their nodes."""
    start, end, special, reach = ties[0], ties[1], ties[2], ties[5]
    into, out, used, gains, size, which = spare[2], spare[3], spare[4], spare[5], spare[6], spare[7]
    into[:] = 0
    out[:] = 0
    for tie in range(len(start)):
        if state[tie] != 1:
            into[end[tie]] += reach[tie]
            out[start[tie]] += reach[tie]
    into[ends[0]] = out[ends[1]] = _PLENTY
    count = 0
    for tie in range(len(start)):
        if special[tie] == 1 and state[tie] != 1:
            room, place = min(reach[tie], into[start[tie]], out[end[tie]]), count
            while place > 0 and size[place - 1] < room:
                size[place], which[place] = size[place - 1], which[place - 1]
                place -= 1
            size[place], which[place] = room, tie
            count += 1
    best = _PLENTY
    for side in range(2):
        used[:] = 0
        for place in range(count):
            node = start[which[place]] if side == 0 else end[which[place]]
            gains[place] = min(size[place], (into[node] if side == 0 else out[node]) - used[node])
            used[node] += gains[place]
        gains[:count].sort()
        total = 0
        for place in range(min(most, count)):
            total += gains[count - 1 - place]
        best = min(best, total)
    return best


@compiled
def bought_across(graph: Arrays, ties: Arrays, carries: Whole, state: Whole, left: int, came: Whole, at: int) -> int:
    """What it costs to act on the ties of the cut that carry as much as their price lets them."""
    tail, head, own, unit = graph[2], graph[3], graph[5], graph[6]
    special, may, price, bought = ties[2], ties[3], ties[4], 0
    for edge in range(len(own)):
        tie = own[edge]
        free = state[tie] == 0 and may[tie] == 1 and price[tie] <= left and (special[tie] == 0 or unit[edge] == 1)
        cut = came[tail[2 * edge]] != -1 and came[head[2 * edge]] == -1
        if free and cut and at * price[tie] < SCALE * carries[tie]:
            bought += price[tie]
    return bought


@compiled
def priced(graph: Arrays, ties: Arrays, carries: Whole, state: Whole, left: int, residual: Whole, spare: Arrays,
           price_of_one: int, more_than: int) -> tuple[int, int]:  # fmt: skip
    """What passes whatever is bought, in eighths, and at which price; stops once it is `more_than`."""
    first, edges, tail, head, _loss, own, unit, ends = graph
    may, price = ties[3], ties[4]
    low, high, low_base, high_base, low_slope, high_slope = 0, _PLENTY, 0, 0, 1, -1
    best, best_at, at = -1, 0, price_of_one
    for _ in range(40):
        residual[:] = 0
        for edge in range(len(own)):
            tie = own[edge]
            if state[tie] != 1 and (ties[2][tie] == 0 or unit[edge] == 1):
                carried = SCALE * carries[tie]
                if may[tie] == 1 and state[tie] == 0 and price[tie] <= left:
                    carried = min(carried, at * price[tie])
                residual[2 * edge] = carried
        passed = augment(first, edges, tail, head, residual, ends, spare[0], spare[1])
        if passed - at * left > best:
            best, best_at = passed - at * left, at
        if best > more_than:
            break
        bought = bought_across(graph, ties, carries, state, left, spare[0], at)
        if bought > left:
            low, low_base, low_slope = at, passed - at * bought, bought - left
        elif bought < left:
            high, high_base, high_slope = at, passed - at * bought, bought - left
        if bought == left or high - low <= 1:
            break
        if high == _PLENTY:
            at = 2 * low
        elif low == 0:
            at = high // 2
        else:
            at = min(high - 1, max(low + 1, (high_base - low_base) // (low_slope - high_slope)))
        if at == 0:
            break
    return best, best_at


@compiled
def bounded(graph: Arrays, ties: Arrays, single: Whole, state: Whole, left: int, residual: Whole, spare: Arrays,
            prices: Whole, aim: int, beside: int) -> int:  # fmt: skip
    """Which bound shows that no plan from here leaves fewer than `aim`: 1 by units, 2 by what passes, 0 neither."""
    if len(single):
        best, at = priced(graph, ties, single, state, left, residual, spare, prices[0], SCALE * (aim - 1))
        prices[0] = max(1, at)
        if best > SCALE * (aim - 1):
            return 1
    most = beside + ceiling(ties, state, graph[7], spare, aim - 1)
    best, at = priced(graph, ties, ties[5], state, left, residual, spare, prices[1], SCALE * most)
    prices[1] = max(1, at)
    return 2 if best > SCALE * most else 0


@compiled
def branches(graph: Arrays, ties: Arrays, state: Whole, left: int, residual: Whole, chosen: Whole, flow: Whole) -> int:
    """The flow in `residual`, and the ties in it that a plan can still act on, by how much acting on each stops."""
    may, price, own = ties[3], ties[4], graph[5]
    flow[:] = 0
    for edge in range(len(own)):
        flow[own[edge]] += residual[2 * edge + 1]
    count = 0
    for tie in range(len(flow)):
        if flow[tie] > 0 and state[tie] == 0 and may[tie] == 1 and price[tie] <= left:
            place = count
            while place > 0 and flow[tie] * price[chosen[place - 1]] > flow[chosen[place - 1]] * price[tie]:
                chosen[place] = chosen[place - 1]
                place -= 1
            chosen[place] = tie
            count += 1
    return count


@compiled
def search(graph: Arrays, ties: Arrays, single: Whole, whole: Whole, aim: int, beside: int, at: Whole, state: Whole,
           chosen: Whole, counts: Whole, turns: Whole, lefts: Whole, prices: Whole, spare: Arrays, flow: Whole,
           told: Whole, slice_: int) -> tuple[int, int]:  # fmt: skip
    """Go on from depth `at[0]` for `slice_` nodes, writing the tree in preorder into `told`: how it ended, how much."""
    residual = spare[9]
    price, wrote = ties[4], 0
    for _ in range(slice_):
        depth = at[0]
        prices[depth + 1] = prices[depth]
        which = bounded(graph, ties, single, state, lefts[depth], residual, spare, prices[depth + 1], aim, beside)
        if which:
            told[wrote] = -which
            told[wrote + 1] = prices[depth + 1, which - 1]
            wrote += 2
            depth -= 1
        else:
            _, have = most_active(graph, ties[2], whole, state, residual, spare, aim)
            if have < aim:
                return FOUND, have
            counts[depth] = branches(graph, ties, state, lefts[depth], residual, chosen[depth], flow)
            turns[depth] = 0
            told[wrote] = counts[depth]
            wrote += 1
            told[wrote : wrote + counts[depth]] = chosen[depth, : counts[depth]]
            wrote += counts[depth]
            told[wrote : wrote + len(flow)] = flow
            wrote += len(flow)
        while depth >= 0:
            if turns[depth] > 0:
                state[chosen[depth, turns[depth] - 1]] = LEFT
            if turns[depth] < counts[depth]:
                break
            for place in range(counts[depth]):
                state[chosen[depth, place]] = FREE
            depth -= 1
        at[0] = depth
        if depth < 0:
            return DONE, wrote
        tie = chosen[depth, turns[depth]]
        turns[depth] += 1
        state[tie] = ACTED
        lefts[depth + 1] = lefts[depth] - price[tie]
        at[0] = depth + 1
    return MORE, wrote
