# SPDX-License-Identifier: Apache-2.0
"""Which figures of a sheet to hide, so that neither it nor it beside all earlier editions gives anybody away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tejido.statistics.contributors import Contributor
from tejido.statistics.definitions import indicator
from tejido.statistics.disclosure.attacking import possible
from tejido.statistics.disclosure.choosing import Unprotectable, choose
from tejido.statistics.disclosure.facts import Contradiction, Key, Need
from tejido.statistics.disclosure.problem import Group, Problem, Reader
from tejido.statistics.disclosure.publications import Place, read_sheets
from tejido.statistics.sheet import Sheet
from tejido.vocabulary import BadInput

HEADLINE = "headline"
_DEAR = 1000  # a headline number takes its tables with it: it goes only where nothing else helps


def hidden_in(sheet: Sheet, *, k: int, earlier: Sequence[Sheet] = (), partners: Sequence[Contributor] = ()) -> set[str]:
    """`table/cell` of every figure to hide, as `victims/gender/male` and `headline/victims`; raises `BadInput`."""
    try:
        problem, readers = _problem(sheet, k, earlier, partners)
        choice = choose(problem, readers)
    except (Unprotectable, Contradiction) as problem_found:
        raise BadInput(
            "protection.impossible",
            en=f"no choice of cells protects this beside what was published before: {problem_found}",
            es=f"ninguna elección de celdas protege esto junto a lo ya publicado: {problem_found}",
        ) from None
    return {_name(key) for key in choice.hidden if key[0] == len(earlier)}


def _name(place: Key) -> str:
    _edition, _window, name, by, cell = place
    return f"{HEADLINE}/{name}" if by is None else f"{name}/{by}/{cell}"


def _problem(
    sheet: Sheet, k: int, earlier: Sequence[Sheet], partners: Sequence[Contributor]
) -> tuple[Problem, list[Reader]]:  # fmt: skip
    reading = read_sheets([*earlier, sheet], k=k)
    values: dict[Key, int] = {**reading.shown}
    values |= possible(reading.facts)
    new = {key: value for key, value in values.items() if key[0] == len(earlier)}
    maps = {key for key in new if key[3] is not None and indicator(key[2]).breakdown(key[3]).display == "map"}
    groups = _tables(new)
    public = {key: Need(0 if key in maps else 1, k - 1) for key, value in new.items() if 0 < value < k}
    settled = {key for key in reading.shown if key not in new}
    made = Problem(
        values=values, relations=reading.relations, settled=settled, never=set(reading.hidden), groups=groups,
        whole=[group for group in groups if 0 < new.get(group.total or (), 0) < k], zeros=maps,
        costs={key: _DEAR for key in new if key[3] is None},
    )  # fmt: skip
    readers = [Reader("public", {**public, **reading.needs}, Need(width=k))]
    others = {key: need for key, need in reading.needs.items() if key not in new}
    readers += [_reader(partner, new, others, k) for partner in partners if partner.window == sheet.window]
    return made, readers


def _reader(partner: Contributor, new: Mapping[Key, int], others: Mapping[Key, Need], k: int) -> Reader:
    """What a partner knows of each cell: what it was told, and that its own people are there.

    `others`: what cells of earlier editions, and of the stretches between them, need from everyone.
    """
    told = {key for key in new if partner.told(key[2:]) is not None}
    # Of more than there are it cannot be certain: the one that counts may have answered otherwise.
    own = {key: min(count, partner.own.get(key[2:], 0)) for key, count in new.items()}
    musts = {key: Need(own[key] + 1, own[key] + k - 1) for key in new if 0 < new[key] - own[key] < k}
    least = {key: count for key, count in own.items() if count}
    open_to_it = {**others} | {key: need for key, need in musts.items() if key not in told}
    return Reader(partner.name, open_to_it, Need(width=k), least, told=told)


def _tables(new: Mapping[Key, int]) -> list[Group]:
    """Each table with its headline number; where that goes, all of it does."""
    cells: dict[Key, set[Key]] = {}
    for key in new:
        if key[3] is not None:
            base = Place(key[0], key[1], key[2], None, None)
            cells.setdefault((base, key[3]), {base} if base in new else set()).add(key)
    return [Group(frozenset(found), base if base in new else None) for (base, _by), found in cells.items()]
