# SPDX-License-Identifier: Apache-2.0
"""A network is the same in every form; the published archive is read as published."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest
from tests.library.networks.published import published
from tests.library.statistics.test_edition_files import wrong

from tejido.networks import (
    FORMS,
    Form,
    Network,
    Node,
    Tie,
    describe,
    is_protected,
    may_act_on,
    read_network,
    write_network,
)
from tejido.networks.json_form import json_file, schema
from tejido.networks.protection import PROTECTED_ROLES
from tejido.vocabulary import code_list

ARCHIVE = "ijoc_2023_0423/data"
ENDINGS: dict[Form, str] = {"json": "net.json", "csv": "net", "graphml": "net.graphml"}


def a_ring() -> Network:
    """Invented: everything a file can say, said at least once."""
    nodes = [
        Node("s", "source"), Node("t", "sink"), Node("T1", "trafficker", False),
        Node("R<&1", "recruiter", None, "«Ñandú»"),
        Node("B1", "premises", None, "Bar, \"El Sol\""), Node("M1", "survivor_made_to_control_others"),
        Node("S1", "survivor", True), Node("Y1", "transporter", True), Node("X1"),
    ]  # fmt: skip
    ties = (
        Tie("s", "T1", "", 12, 8, "high", row=1), Tie("T1", "M1", "controls", 5, 2.5, "moderate", "T1", row=2),
        Tie("R<&1", "S1", "recruits_for", 3, 4, "", "R<&1", True, row=3),
        Tie("M1", "t", "", 2, 4, under_control=True, row=4), Tie("S1", "t", "", 0, 0, under_control=True, row=5),
        Tie("T1", "B1", "owns", None, 6, row=6),
        Tie("Y1", "B1", "transports", 1, 3, row=7), Tie("X1", "B1", row=8), Tie("T1", "R<&1", row=9),
    )  # fmt: skip
    return Network({node.id: node for node in nodes}, ties, "invented", "Una red · a ring", True, 99)


def bare(network: Network) -> Network:
    """Without the rows of the file it came from."""
    ties = tuple(tie._replace(row=0) for tie in network.ties)
    return Network(network.nodes, ties, network.declared, network.title, network.directed, network.return_capacity)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_is_read_again(form: Form, tmp_path: Path) -> None:
    for number, network in enumerate((a_ring(), Network(a_ring().nodes, (), "casework", "", False))):
        out = tmp_path / str(number) / ENDINGS[form]
        out.parent.mkdir()
        write_network(network, out, form)
        again = read_network(out)
        assert (bare(again.network), again.left_out) == (bare(network), ())


def test_the_json_is_as_its_schema_says() -> None:
    published_form = schema()
    said = json.loads(json_file(a_ring()))
    assert list(wrong(said, published_form, published_form)) == []
    assert list(wrong(said | {"more": 1}, published_form, published_form)) == ["$: more"]
    for entry, name in (("role", "network_role"), ("kind", "tie_kind"), ("evidence", "strength_of_indications")):
        of = "node" if entry == "role" else "tie"
        assert published_form["$defs"][of]["properties"][entry]["enum"] == list(code_list(name))


def test_who_is_protected_and_what_a_plan_may_act_on() -> None:
    network = a_ring()
    assert {node.id for node in network.nodes.values() if is_protected(node)} == {"s", "t", "M1", "S1", "Y1", "X1"}
    assert {"survivor", "survivor_made_to_control_others", "survivor_made_to_recruit", "unknown"} <= PROTECTED_ROLES
    # Of a tie to a survivor only what its file says falls on the other end; nothing without a cost.
    assert [tie.row for tie in network.ties if may_act_on(network, tie)] == [1, 2, 3, 6]
    found = describe(network)
    assert (found.nodes, found.protected, found.under_18, found.may_act_on, found.under_control) == (7, 4, 2, 4, 3)
    assert (found.reaches, found.cyclic, found.without_capacity, found.parts) == (True, False, 3, 1)


@pytest.mark.parametrize("instance", range(1, 6))
def test_a_published_ring_is_read_as_published(instance: int, tmp_path: Path) -> None:
    path = published(f"{ARCHIVE}/HT/Network{instance}.csv")
    network = read_network(path).network
    rows = [[int(cell) for cell in line.split(",")] for line in path.read_text().splitlines()[1:]]
    back = rows.pop()
    assert [(int(t.start), int(t.end), t.capacity, t.cost, t.under_control) for t in network.ties] == [
        (*row[:4], bool(row[4])) for row in rows
    ]
    assert [tie.row for tie in network.ties] == list(range(2, len(rows) + 2))
    assert (network.declared, network.source, network.sink, network.return_capacity) == (
        "published", str(back[1]), str(back[0]), back[2])  # fmt: skip
    roles = Counter(node.role for node in network.nodes.values())
    marked = [sum(row[column] for row in rows) for column in (5, 6, 7)]
    assert [roles[role] for role in ("trafficker", "survivor_made_to_control_others", "survivor")] == marked
    assert roles["unknown"] == 0
    # Only whoever controls others without being a survivor may be acted against.
    assert sum(may_act_on(network, tie) for tie in network.ties) == marked[0]
    write_network(network, tmp_path / "net.graphml", "graphml")
    assert bare(read_network(tmp_path / "net.graphml").network) == bare(network)


@pytest.mark.parametrize("family", ["Type1", "Type2"])
def test_in_a_published_layered_network_everybody_is_protected(family: str) -> None:
    network = read_network(published(f"{ARCHIVE}/{family}/Net1.csv")).network
    found = describe(network)
    assert (found.nodes, found.protected, found.may_act_on) == (20, 20, 0)


@pytest.mark.slow
def test_a_million_ties(tmp_path: Path) -> None:
    drawn = random.Random(5)
    ends = [(drawn.randrange(500), drawn.randrange(500, 1000)) for _ in range(10_000)]
    body = "".join(f"{a},{b},7,3,{a % 2},2\n" for a, b in ends) * 100
    path = tmp_path / "large.csv"
    path.write_text(f"0,999,1\n{body}999,0,100,10000,0,5\n")
    network = read_network(path).network
    assert len(network.ties) == 1_000_000
    assert network.ties[-1].row == 1_000_001
    assert {tie.under_control for tie in network.ties[:100]} == {False, True}
