# SPDX-License-Identifier: Apache-2.0
"""`DIR/truth`: figures, who is who across rows, rings, corridors. Never read when counting."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tejido.synthetic.model import Case
from tejido.synthetic.rings import Business, Ring
from tejido.synthetic.rows import NodeRows, Row, true_business_id
from tejido.synthetic.who import Identity


def write_figures(folder: Path, figures: Mapping[str, object]) -> None:
    """Write `figures.json`."""
    folder.mkdir(exist_ok=True)
    text = json.dumps({"schema": "tejido.truth/1", "invented": True, **figures}, ensure_ascii=False, indent=2)
    (folder / "figures.json").write_text(text + "\n", encoding="utf-8")


def write_truth(
    folder: Path,
    nodes: Sequence[NodeRows],
    cases: Sequence[Case],
    rings: Sequence[Ring],
    who: Mapping[str, Identity],
    businesses: Sequence[Business],
) -> None:
    """Write the CSV files: rows (`persons`, `cases`, `contacts`, `businesses`: which row is which true one), the true
    people, businesses, handovers, rings with their members and phones, and corridors with their number of cases."""
    for table in ("persons", "cases", "contacts", "businesses"):
        _write(folder, table, [row for node in nodes for row in node.truth[table]])
    _write(folder, "people", (_person(identity) for identity in who.values()))
    _write(folder, "true_businesses", (_business(number, one) for number, one in enumerate(businesses)))
    _write(folder, "handovers", (_handover(case) for case in cases if case.handover))
    _write_rings(folder, rings, who)
    corridors = Counter((case.origin, case.destination, case.story.type) for case in cases)
    _write(
        folder,
        "corridors",
        (
            {"origin": origin, "destination": destination, "type": kind, "cases": number}
            for (origin, destination, kind), number in sorted(corridors.items(), key=lambda item: (-item[1], item[0]))
        ),
    )


def _business(number: int, one: Business) -> Row:
    facts = {"name": one.name, "industry": one.industry, "state": one.state, "phone": one.phone}
    return {"true_business_id": true_business_id(number), **facts}


def _handover(case: Case) -> Row:
    one = case.handover
    if one is None:
        raise ValueError(f"{case.true_id} was not handed over")
    which = {"handover_id": one.handover_id, "true_case_id": case.true_id}
    return {**which, "sender": one.sender, "receiver": one.receiver, "counted_by": one.counted_by}


def _write_rings(folder: Path, rings: Sequence[Ring], who: Mapping[str, Identity]) -> None:
    _write(
        folder,
        "rings",
        (
            {
                "ring_id": ring.ring_id,
                "type": ring.type,
                "origin": ring.origin,
                "destination": ring.destination,
                "cases": len(ring.cases),
                "phones": ";".join(ring.phones),
                "address": ring.address,
            }
            for ring in rings
        ),
    )
    _write(
        folder,
        "ring_members",
        ({"ring_id": one.ring_id, "true_person_id": one.true_id} for one in who.values() if one.ring_id),
    )


def _person(identity: Identity) -> Row:
    name = identity.name
    return {
        "true_person_id": identity.true_id,
        "role": identity.role,
        "given": name.given,
        "paternal_surname": name.paternal,
        "maternal_surname": name.maternal,
        "name_known": "true" if identity.named else "false",
        "ring_id": identity.ring_id,
        "phones": ";".join(value for kind, value in identity.identifiers if kind == "phone"),
    }


def _write(folder: Path, name: str, rows: Iterable[Row]) -> None:
    listed = list(rows)
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(listed[0]) if listed else [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(listed)
