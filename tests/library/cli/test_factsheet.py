# SPDX-License-Identifier: Apache-2.0
"""`tejido factsheet build`: files, exit codes, and what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.library.cli.conftest import Run

from tejido.synthetic import make_world

WINDOW = ("--window", "2015-09-30..2017-07-31")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("worlds") / "world"
    make_world(like="2017", seed=3, folder=folder)
    return folder


@pytest.fixture
def run(tejido: Run) -> Run:
    return lambda *arguments: tejido("factsheet", "build", *arguments)


def both(world: Path) -> list[object]:
    return ["--records", world / "mx", "--records", world / "us", *WINDOW]


def test_the_joint_sheet_is_written_and_printed_as_json(run: Run, world: Path, tmp_path: Path) -> None:
    code, out, _ = run(*both(world), "--language", "en", "--out", tmp_path / "out", "--json")
    assert code == 0
    printed = json.loads(out)
    assert printed == json.loads((tmp_path / "out" / "sheet.json").read_text("utf-8"))
    assert {unit: entry["joint"] for unit, entry in printed["headline"].items()} == {
        "contacts": 1189,
        "cases": 727,
        "victims": 1257,
        "traffickers": 982,
    }
    hidden = {(f["unit"], f["by"], f["cell"]) for f in printed["figures"] if f["hidden"] and f["unit"] != "cases"}
    assert ("traffickers", "gender", "gender_minority") in hidden
    assert ("traffickers", "age_at_contact", "minor") in hidden
    assert all(
        figure["value"] is None and figure["percent"] is None for figure in printed["figures"] if figure["hidden"]
    )
    assert sorted(entry.name for entry in (tmp_path / "out").iterdir()) == ["sheet.html", "sheet.json", "sheet.pdf"]


def test_internal_and_unprotected_shows_sums_for_each_cell(run: Run, world: Path, tmp_path: Path) -> None:
    arguments = (*both(world), "--language", "es", "--out", tmp_path / "out", "--protect", "none")
    code, _, err = run(*arguments)
    assert code == 2
    assert "internal" in err
    assert not (tmp_path / "out").exists()
    assert run(*arguments, "--internal")[0] == 0
    written = json.loads((tmp_path / "out" / "sheet.json").read_text("utf-8"))
    assert (written["internal"], written["protection"]) == (True, None)
    for figure in written["figures"]:
        assert figure["sum"] == figure["both"] + figure["value"]
    assert "USO INTERNO" in (tmp_path / "out" / "sheet.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--protect", "11"], "expected k=N"),
        (["--protect", "k=1"], "2 or more"),
        (["--protect", "k=-3"], "expected k=N"),
        (["--window", "2017-07-31..2015-09-30"], "before it starts"),
        (["--language", "fr"], "'fr' is not one of"),
    ],
)
def test_bad_arguments(run: Run, world: Path, tmp_path: Path, arguments: list[str], says: str) -> None:
    code, out, err = run(*both(world), "--language", "en", "--out", tmp_path / "out", *arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert list(tmp_path.iterdir()) == []


def test_a_doubled_row_writes_nothing(run: Run, world: Path, tmp_path: Path) -> None:
    """A handed-over case copied under another id would be counted twice."""
    shutil.copytree(world, tmp_path / "world")
    file = tmp_path / "world" / "us" / "cases.csv"
    header, *lines = file.read_text("utf-8").splitlines()
    at = header.split(",").index("handover_id")
    handed = next(line for line in lines if line.split(",")[at])
    copied = ",".join(["doubled", *handed.split(",")[1:]])
    file.write_text("\n".join([header, *lines, copied]) + "\n", "utf-8")
    arguments = ["--records", tmp_path / "world" / "mx", "--records", tmp_path / "world" / "us", *WINDOW]
    code, _, err = run(*arguments, "--language", "en", "--out", tmp_path / "out")
    assert code == 2
    assert err.startswith("tejido: us/cases, handover_id ")
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_the_same_records_twice(run: Run, world: Path, tmp_path: Path) -> None:
    code, _, err = run(
        "--records", world / "mx", "--records", world / "mx", *WINDOW, "--language", "en", "--out", tmp_path / "out"
    )
    assert (code, err) == (2, "tejido: mx: the records of mx were given twice\n")


def test_an_out_that_cannot_be_written_is_one_line(run: Run, world: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    for out in (tmp_path / "file" / "out", Path("/proc/none/out"), tmp_path / "file"):
        code, printed, err = run(*both(world), "--language", "en", "--out", out)
        assert (code, printed) == (2, "")
        assert err.startswith(f"tejido: {out}: ")
        assert len(err.splitlines()) == 1
    assert (tmp_path / "file").read_text("utf-8") == "in the way"


def test_an_empty_folder_is_filled_where_it_stands(
    run: Run, world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder may be a mount, a link or where one stands: it is never taken away and made anew."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.chdir(tmp_path / "real")
    for out in (".", tmp_path / "link"):
        assert run(*both(world), "--language", "en", "--out", out)[0] == 0
        assert sorted(entry.name for entry in Path.cwd().iterdir()) == ["sheet.html", "sheet.json", "sheet.pdf"]
    assert (tmp_path / "link").is_symlink()


def test_what_is_wrong_is_said_in_the_language_asked_for(run: Run, world: Path, tmp_path: Path) -> None:
    arguments = ["--records", world / "mx", "--window", "2017-07-31..2015-09-30", "--out", tmp_path / "out"]
    assert "antes de empezar" in run(*arguments, "--language", "es")[2]
    assert "before it starts" in run(*arguments, "--language", "en")[2]


def test_the_sheet_is_signed_by_the_organisations(run: Run, world: Path, tmp_path: Path) -> None:
    assert run(*both(world), "--language", "es", "--out", tmp_path / "out")[0] == 0
    page = (tmp_path / "out" / "sheet.html").read_text("utf-8")
    assert "Cifras conjuntas de Red Cempasúchil (inventada) y Línea Harbor Lantern (inventada)" in page


def test_a_period_that_outlasts_the_records_is_said_or_refused(run: Run, world: Path, tmp_path: Path) -> None:
    said = {}
    for name, window in {"whole": "2017-06-01..2017-08-31", "more": "2017-06-01..2017-09-01"}.items():
        records = ["--records", world / "mx", "--records", world / "us", "--window", window]
        code, out, _ = run(*records, "--language", "en", "--out", tmp_path / name, "--json")
        assert code == 0
        said[name] = {note["id"]: note["text"]["en"] for note in json.loads(out)["footnotes"]}
    assert "not_whole" not in said["whole"]
    assert "August 31, 2017" in said["more"]["not_whole"]
    records = ["--records", world / "mx", "--window", "2017-09-01..2017-09-30"]
    code, _, err = run(*records, "--language", "en", "--out", tmp_path / "none")
    assert (code, (tmp_path / "none").exists()) == (2, False)
    assert "every figure would be 0" in err
