# SPDX-License-Identifier: Apache-2.0
"""What is no network gets one line that says where, and what was expected; what is unusual gets the right answer."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.library.networks.test_network_files import a_ring

from tejido.networks import describe, read_network, write_network
from tejido.vocabulary import BadInput

LAYERED = "0,3,1\n0,1,5,2,0,0\n1,2,4,2,1,1\n2,3,5,2,0,2\n3,0,9,1000,0,3\n"
RING = "0, 3\n0,1,5,8,0,1,0,0\n1,2,9,4,0,0,1,0\n2,3,4,4,1,0,0,0\n3,0,99,100,0,0,0,0\n"
NODES = [{"id": "s", "role": "source"}, {"id": "t", "role": "sink"}, {"id": "T1", "role": "trafficker"}, {"id": "X1"}]
TIES = [{"from": "s", "to": "T1", "capacity": 5}, {"from": "T1", "to": "t", "capacity": 5}]


def refusal(path: Path) -> BadInput:
    with pytest.raises(BadInput) as refused:
        read_network(path)
    for language in ("en", "es"):
        line = refused.value.line(language)  # type: ignore[arg-type]
        assert "\n" not in line
        assert "Traceback" not in line
    assert refused.value.words["en"] != refused.value.words["es"]
    return refused.value


def said(tmp_path: Path, **changed: Any) -> Path:
    path = tmp_path / "net.json"
    whole = {"schema": "tejido.network/1", "declared": "invented", "nodes": NODES, "ties": TIES} | changed
    path.write_text(json.dumps({name: value for name, value in whole.items() if value is not ...}), "utf-8")
    return path


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("1,2,4,2,1,1", "1,1,4,2,1,1", "row 3, column head: goes from '1' to itself"),
        ("1,2,4,2,1,1", "1,2,-4,2,1,1", "row 3, column capacity: the capacity is '-4'; expected a whole number"),
        ("1,2,4,2,1,1", "1,2,,2,1,1", "row 3, column capacity: the capacity is missing"),
        ("1,2,4,2,1,1", "1,2,4.5,2,1,1", "row 3, column capacity: the capacity is '4.5'"),
        ("1,2,4,2,1,1", "1,2,nan,2,1,1", "row 3, column capacity: the capacity is 'nan'"),
        ("1,2,4,2,1,1", "1,2,9999999999,2,1,1", "row 3, column capacity"),
        ("1,2,4,2,1,1", "1,2,4,-2,1,1", "row 3, column cost: the cost is '-2'"),
        ("1,2,4,2,1,1", "1,x,4,2,1,1", "row 3: 'x' is no node's number"),
        ("1,2,4,2,1,1", "1,2,4,2,3,1", "row 3, column special: expected 0 or 1"),
        ("1,2,4,2,1,1", "1,2,4,2,1", "row 3: the row has 5 of 6 columns: the file may have been cut off"),
        ("3,0,9,1000,0,3\n", "", "row 4: the last row must be the return arc 3,0: the file may have been cut off"),
        ("2,3,5,2,0,2\n3,0,9,1000,0,3\n", "2,3", "row 4: the row has 2 of 6 columns"),
        ("0,3,1\n", "0,0,1\n", "row 1: source and sink are the same"),
        ("0,3,1\n", "0,3,1,1\n", "row 1: expected source and sink"),
        ("0,3,1\n", "0;3;1\n", 'row 1: columns are separated by ";"; expected commas'),
    ],
)
def test_an_archive_that_is_broken(before: str, after: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "net.csv"
    path.write_text(LAYERED.replace(before, after), "utf-8")
    assert expected in refusal(path).line("en")


def test_a_node_with_two_roles(tmp_path: Path) -> None:
    path = tmp_path / "net.csv"
    path.write_text(RING.replace("2,3,4,4,1,0,0,0", "1,3,4,4,1,0,0,1"))
    assert refusal(path).line("en").startswith("net.csv, row 4: '1' is already 'trafficker'; expected one role")
    twice = [*NODES, {"id": "T1", "role": "survivor"}]
    assert "node 5, role: 'T1' is already 'trafficker'" in refusal(said(tmp_path, nodes=twice)).line("en")
    both = [*NODES, {"id": "Z", "role": ["trafficker", "survivor"]}]
    assert "node 5, role: is ['trafficker', 'survivor']; expected one of" in refusal(said(tmp_path, nodes=both)).line(
        "en"
    )
    path = said(tmp_path)
    path.write_text(path.read_text().replace('"role": "trafficker"', '"role": "trafficker", "role": "survivor"'))
    assert "'role' (id 'T1') stands twice" in refusal(path).line("en")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"ties": [{"from": "T1", "to": "T1"}]}, "tie 1, to: goes from 'T1' to itself"),
        ({"ties": [{"from": "s", "to": "T1", "capacity": -1}]}, "tie 1, capacity: the capacity is -1"),
        ({"ties": [{"from": "s", "to": "T1", "capacity": True}]}, "tie 1, capacity: the capacity is True"),
        ({"ties": [{"from": "s", "to": "T1", "capacity": 1e300}]}, "tie 1, capacity: the capacity is 1e+300"),
        ({"ties": [{"from": "s", "to": "T9"}]}, "tie 1, to: there is no node 'T9'"),
        ({"ties": [{"from": "s", "to": "T1", "against": "t"}]}, "tie 1, against: 't' is no end of this tie"),
        ({"ties": [{"from": "s", "to": "T1", "against": "s"}]}, "tie 1, against: 's' is no end of this tie"),
        ({"ties": [{"from": "s", "to": "T1", "kind": "hunts"}]}, "tie 1, kind: is 'hunts'; expected one of works_for"),
        ({"ties": [{"from": "s", "to": "T1", "price": 1}]}, "tie 1, price: is not known; expected from, to"),
        ({"ties": ["s-T1"]}, "tie 1, entry: expected an object"),
        ({"ties": {}}, "net.json, ties: expected a list"),
        ({"nodes": [], "ties": []}, "there is nobody in it"),
        ({"nodes": [{"role": "trafficker"}], "ties": []}, "node 1, id: None names no node"),
        ({"nodes": [{"id": "a\nb"}]}, "node 1, id: 'a\\nb' names no node"),
        ({"nodes": [{"id": "a", "under_18": "maybe"}]}, "node 1, under_18: is 'maybe'; expected true or false"),
        ({"nodes": NODES[:1] + NODES[2:], "ties": []}, "there is a source and no sink; expected both, or neither"),
        ({"nodes": [*NODES, {"id": "s2", "role": "source"}]}, "node 5, role: 's' is already the source"),
        ({"nodes": [*NODES, {"id": "X1"}]}, "node 5, id: 'X1' stands twice"),
        ({"declared": ...}, "declared: is None; expected published, invented, or casework"),
        ({"declared": "fiction"}, "declared: is 'fiction'; expected published"),
        ({"schema": "tejido.network/9"}, 'this version of Tejido reads "tejido.network/1"'),
        ({"about": 1}, "net.json, about: is not known"),
        ({"return_capacity": "much"}, "return_capacity: the capacity is 'much'"),
    ],
)
def test_json_that_is_wrong(changed: dict[str, Any], expected: str, tmp_path: Path) -> None:
    assert expected in refusal(said(tmp_path, **changed)).line("en")


def test_files_in_another_encoding_or_cut_off(tmp_path: Path) -> None:
    for form, name in (("json", "net.json"), ("graphml", "net.graphml")):
        path = tmp_path / name
        write_network(a_ring(), path, form)  # type: ignore[arg-type]
        whole = path.read_bytes()
        for at in range(1, len(whole) - 3, 97):
            path.write_bytes(whole[:at])
            assert "cut off" in refusal(path).line("en")
        path.write_bytes(whole.replace("Ñ".encode(), "Ñ".encode("latin-1")))
        assert re.search("UTF-8|another encoding", refusal(path).line("en"))
    (tmp_path / "net.json").write_bytes(b"[" * 100_000)
    refusal(tmp_path / "net.json")
    (tmp_path / "net.json").write_bytes(json.dumps(TIES).encode("utf-16"))
    assert "expected UTF-8" in refusal(tmp_path / "net.json").line("en")
    for content, expected in (
        (LAYERED.encode("utf-16"), "UTF-16"),
        (b"", "empty"),
        (b"\x89PNG\x00", "no text"),
        (LAYERED.replace("1,2,4", "1,\xf1,4").encode("latin-1"), "row 3: some letters are not UTF-8"),
    ):
        (tmp_path / "net.csv").write_bytes(content)
        assert expected in refusal(tmp_path / "net.csv").line("en")


def test_a_pair_of_csv_files_that_is_broken(tmp_path: Path) -> None:
    folder = tmp_path / "net"
    write_network(a_ring(), folder, "csv")
    whole = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    for name, before, after, expected in (
        ("nodes.csv", "X1,unknown,,\n", "", "net/nodes.csv: has 8 rows; network.json says 9: the file was cut off"),
        ("ties.csv", "capacity", "capacidad", "net/ties.csv, row 1: column 'capacidad' stands twice or is not known"),
        ("ties.csv", "s,T1,,12,8", "s,T1,,x,8", "net/ties.csv, row 2, column capacity: the capacity is 'x'"),
        ("ties.csv", "from,to", "to,to", "net/ties.csv, row 1: column 'to' stands twice"),
        ("nodes.csv", "T1,trafficker,false", "T1,trafficker,no", "net/nodes.csv, row 4, column under_18: is 'no'"),
        ("network.json", '"declared"', '"declares"', "declares: is not known"),
    ):
        (folder / name).write_text(whole[name].replace(before, after, 1), "utf-8")
        assert expected in refusal(folder).line("en")
        (folder / name).write_text(whole[name], "utf-8")
    (folder / "network.json").unlink()  # nobody said of whom it speaks: people who exist
    assert read_network(folder).network.declared == "casework"
    (folder / "ties.csv").unlink()
    assert "expected a file" in refusal(folder).line("en")


def test_graphml_of_other_programs(tmp_path: Path) -> None:
    path = tmp_path / "net.graphml"
    body = (
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="d0" for="node" attr.name="role"/>'
        '<key id="d1" for="node" attr.name="colour"/><graph edgedefault="undirected"><edge source="a" target="b"/>'
        '<node id="a"><data key="d0">official</data><data key="d1">red</data></node><node id="b"/></graph></graphml>'
    )
    path.write_text(body)
    read = read_network(path)
    assert (read.left_out, read.network.directed, read.network.declared) == (("colour",), False, "casework")
    assert [node.role for node in read.network.nodes.values()] == ["official", "unknown"]
    for before, after, expected in (
        ("<graphml ", '<!DOCTYPE g [<!ENTITY a "aaaa">]><graphml ', "line 1: has a document type"),
        ("<graphml ", "<gexf ", "begins with <gexf>"),
        ('<edge source="a" target="b"/>', '<edge source="a" target="b" directed="true"/>', "expected one way"),
        ('<edge source="a" target="b"/>', '<edge source="a"/>', "to: None names no node"),
        ('<edge source="a" target="b"/>', "<hyperedge/>", "has a hyperedge"),
        ("<data key=\"d1\">red", "<data key=\"d0\">red", "'role' stands twice"),
    ):  # fmt: skip
        path.write_text(body.replace(before, after))
        if "gexf" in after:
            path.write_text(body.replace("graphml", "gexf"))
        assert expected in refusal(path).line("en")


def test_what_is_unusual_and_right(tmp_path: Path) -> None:
    path = tmp_path / "net.csv"
    path.write_text(LAYERED.replace("1,2,4,2,1,1\n", "1,2,4,2,1,1\n1,2,4,2,1,1\n2,1,3,2,0,1\n"))  # twice, and a circle
    found = describe(read_network(path).network)
    assert (found.ties, found.parallel, found.cyclic, found.reaches) == (5, 1, True, True)
    path.write_text(LAYERED.replace("1,2,4,2,1,1\n", "2,1,4,2,1,1\n"))  # no way from source to sink
    assert describe(read_network(path).network).reaches is False
    path.write_text(LAYERED.replace("1,2,4,2,1,1\n", "1,2,0,2,1,1\n"))  # a way that carries nothing
    assert describe(read_network(path).network).reaches is False
    path.write_text("\ufeff" + LAYERED.replace("\n", "\r\n").replace(",", " , "))  # as Excel writes it
    assert describe(read_network(path).network).ties == 3
    path.write_text(RING.replace("2,3,4,4,1,0,0,0", "2,3,4,4,1,0,0,1").replace("0, 3", "0,3,,,,,,"))
    assert read_network(path).network.nodes["2"].role == "survivor_made_to_control_others"
