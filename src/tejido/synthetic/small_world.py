# SPDX-License-Identifier: Apache-2.0
"""A world of exact size: the joint, deduplicated figures are those of its plan, to the last person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tejido.synthetic.answers import answer_traffickers, answer_victims
from tejido.synthetic.cases import plan_cases
from tejido.synthetic.contacts import call
from tejido.synthetic.draws import Dice
from tejido.synthetic.figures import count_world
from tejido.synthetic.flavour import Flavour, flavour
from tejido.synthetic.folder import building, mark, record_writer
from tejido.synthetic.handovers import as_known_to, hand_over
from tejido.synthetic.identities import Numbers
from tejido.synthetic.journeys import date_cases, place_case, settle_home
from tejido.synthetic.limits import check_seed
from tejido.synthetic.model import NODES, Case
from tejido.synthetic.noise import call_again, plan_noise
from tejido.synthetic.particulars import complete
from tejido.synthetic.rings import form_rings, name_people, settle_businesses
from tejido.synthetic.rows import NodeRows
from tejido.synthetic.truth import write_figures, write_truth
from tejido.synthetic.who import identify
from tejido.tables.writing import Form


def make_world(*, like: str, seed: int, folder: Path, form: Form = "csv", force: bool = False) -> None:
    """Write an invented world to `folder`: `mx` and `us` (records), `truth` (what a test may know, never counted from).

    The same `seed` (0 or more) gives the same bytes; another one other people with the same joint figures. Raises
    BadInput for an unknown `like`, a bad seed, a folder in use (see `folder.building`) or a disk that refuses.
    """
    world = flavour(like)
    check_seed(seed)
    with building(Path(folder), force=force) as place:
        _make(world, seed, place, form)
        mark(place, like=like, seed=seed, form=form)


def _make(world: Flavour, seed: int, place: Path, form: Form) -> None:
    cases = _happen(world, seed)
    numbers = Numbers(Dice(seed, "numbers"))
    dice = Dice(seed, "rings")
    rings = form_rings(cases, world, numbers, dice)
    name_people(cases, rings, dice)
    businesses = settle_businesses(cases, rings, numbers, dice)
    who = identify(cases, rings, numbers, Dice(seed, "who"))
    retelling = Dice(seed, "retelling")
    known = {
        node: [as_known_to(case, node, world, retelling) for case in cases if _knows(case, node)] for node in NODES
    }
    opened = {case.true_id: case.opened_on for node in NODES for case in known[node] if case.home == node}
    contacts = call([(case, opened[case.true_id]) for case in cases], world, Dice(seed, "contacts"))
    nodes = []
    for node in NODES:
        rows = NodeRows(node, businesses, who, Dice(seed, f"rows {node}"))
        for case in sorted(known[node], key=lambda case: case.opened_on):
            rows.add_case(case)
        for contact in sorted(contacts, key=lambda contact: contact.received_on):
            if contact.node == node:
                rows.add_contact(contact)
        nodes.append(rows)
    figures = count_world({rows.node: rows.tables for rows in nodes}, world.start, world.end)
    _check_exact(figures, world)
    for rows in nodes:
        with record_writer(place, rows.node, world, form) as writer:
            for table, listed in rows.tables.items():
                writer.write(table, listed)
    write_figures(place / "truth", {"like": world.name, "seed": seed, **figures})
    write_truth(place / "truth", nodes, cases, rings, who, businesses)


def _happen(world: Flavour, seed: int) -> list[Case]:
    counted = plan_cases(world, seed)
    answer_victims(counted, world, seed)
    answer_traffickers(counted, world, seed)
    cases = [*counted, *plan_noise(world, seed)]
    where, other = Dice(seed, "places"), Dice(seed, "particulars")
    for case in cases:
        place_case(case, where)
        settle_home(case, where)
    date_cases(cases, world, Dice(seed, "days"))
    for case in cases:
        complete(case, world, other)
    call_again(cases, Dice(seed, "again"))
    hand_over(counted, world, Dice(seed, "handovers"))
    return cases


def _knows(case: Case, node: str) -> bool:
    return case.home == node or case.handover is not None


def _check_exact(figures: Mapping[str, Any], world: Flavour) -> None:
    """Refuse to write a world that misses its figures: that would be our fault, not the reader's."""
    wanted = world.figures
    names: Sequence[tuple[str, str]] = [(unit, by) for unit in ("victims", "traffickers") for by in wanted[unit]]
    for unit, value in wanted["headline"].items():
        if figures["headline"][unit]["joint"] != value:
            raise ArithmeticError(f"{unit}: {figures['headline'][unit]['joint']} instead of {value}")
    for unit, by in names:
        found = figures["tables"][unit][by]
        for code, value in wanted[unit][by].items():
            if found.get(code, 0) != value:
                raise ArithmeticError(f"{unit} by {by}, {code}: {found.get(code, 0)} instead of {value}")
