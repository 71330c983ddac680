# SPDX-License-Identifier: Apache-2.0
"""`tejido release attack`: what it prints, how it ends, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.library.cli.conftest import Run

from tejido.synthetic import make_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("worlds") / "world"
    make_world(like="2017", seed=7, folder=folder)
    return folder


def built(tejido: Run, world: Path, out: Path, end: str, *more: object, nodes: tuple[str, ...] = ("mx", "us")) -> Path:
    records = [part for node in nodes for part in ("--records", world / node)]
    code, _, told = tejido("factsheet", "build", *records, "--window", f"2015-09-30..{end}", "--language", "es",
                        "--out", out, *more)  # fmt: skip
    assert code == 0, told
    return out


def test_one_sheet_gives_nothing_away_and_hides_four_table_cells(tejido: Run, world: Path, tmp_path: Path) -> None:
    out = built(tejido, world, tmp_path / "out", "2017-07-31")
    code, said, _ = tejido("release", "attack", out, "--json")
    assert (code, json.loads(said)["fell"]) == (0, 0)
    figures = json.loads((out / "sheet.json").read_text("utf-8"))["figures"]
    hidden = [(f["indicator"], f["by"]) for f in figures if f["hidden"] and f["by"] != "state_of_potential_trafficking"]
    assert hidden == [("traffickers", "gender")] * 2 + [("traffickers", "age_at_contact")] * 2


def test_editions_are_attacked_together_and_built_beside_each_other(tejido: Run, world: Path, tmp_path: Path) -> None:
    first = built(tejido, world, tmp_path / "first", "2017-06-30")
    careless = built(tejido, world, tmp_path / "careless", "2017-07-31")
    code, said, _ = tejido("release", "attack", first, careless, "--language", "es")
    assert code == 1
    assert "2017-07-01..2017-07-31 · traffickers · nationality · GT (entre ediciones): exactamente 1" in said
    careful = built(tejido, world, tmp_path / "careful", "2017-07-31", "--earlier", first)
    code, said, _ = tejido("release", "attack", first, careful, "--json")
    assert (code, json.loads(said)["fell"]) == (0, 0)


def test_a_partner_subtracts_what_it_holds(tejido: Run, world: Path, tmp_path: Path) -> None:
    out = built(tejido, world, tmp_path / "out", "2017-07-31")
    own = built(tejido, world, tmp_path / "own", "2017-07-31", "--protect", "none", "--internal", nodes=("us",))
    code, said, _ = tejido("release", "attack", out, "--knows", own, "--json")
    found = json.loads(said)
    assert (code, found["fell"]) == (1, len([cell for cell in found["cells"] if cell["fell"]]))
    assert all(0 < cell["high"] < 11 for cell in found["cells"] if cell["low"] == cell["high"])
    apart = built(tejido, world, tmp_path / "apart", "2017-07-31", "--apart")
    code, said, _ = tejido("release", "attack", apart, "--knows", own, "--json")
    assert (code, json.loads(said)["fell"]) == (0, 0)


def test_every_interval_is_told_when_asked_for(tejido: Run, world: Path, tmp_path: Path) -> None:
    out = built(tejido, world, tmp_path / "out", "2017-07-31")
    _, said, _ = tejido("release", "attack", out, "--exact", "--json")
    found = json.loads(said)
    assert len(found["cells"]) == found["hidden"]
    gender = [cell for cell in found["cells"] if (cell["indicator"], cell["by"]) == ("traffickers", "gender")]
    assert {(cell["cell"], cell["low"]) for cell in gender} == {("gender_minority", 1), ("unknown", 1)}


def test_a_sheet_in_the_audits_form(tejido: Run, tmp_path: Path) -> None:
    file = tmp_path / "printed.yaml"
    cells = "{male: [741, null], female: [213, null], gender_minority: [null, null], unknown: [27, null]}"
    file.write_text(f"headline:\n  traffickers: {{value: 982}}\ntables:\n"
                    f"  - {{unit: traffickers, by: gender, base: 982, multiple: false, cells: {cells}}}\n")  # fmt: skip
    code, said, _ = tejido("release", "attack", file, "--language", "en")
    assert (code, said.splitlines()[0]) == (1, "traffickers · gender · gender_minority: exactly 1")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("sheet.json", "{}", "tejido.sheet/1"),
        ("sheet.json", "no", "expected the JSON that `factsheet build` wrote"),
        ("absent.json", None, "cannot be read"),
    ],
)
def test_what_is_no_sheet_is_refused_in_one_line(
    tejido: Run, tmp_path: Path, name: str, text: str | None, expected: str
) -> None:  # fmt: skip
    if text is not None:
        (tmp_path / name).write_text(text)
    code, _, told = tejido("release", "attack", tmp_path / name, "--language", "en")
    assert code == 2
    assert expected in told
    assert told.count("\n") == 1
    code, _, told = tejido("release", "attack", "--as", "glotip", tmp_path / "a.csv", tmp_path / "b.csv")
    assert (code, told.count("\n")) == (2, 1)
