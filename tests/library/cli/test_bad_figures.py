# SPDX-License-Identifier: Apache-2.0
"""Numbers that cannot be true are found, named in one line and refused with exit code 2."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.library.cli.conftest import Run
from tests.specs.invented import AS_OF, table_of

from tejido.tables.writing import RecordWriter

WINDOW = ("--window", "2016-01-01..2016-12-31")


def refused(done: tuple[int, str, str]) -> str:
    code, out, err = done
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    return err.removeprefix("tejido: ").rstrip("\n")


def written(place: Path, **tables: str) -> Path:
    with RecordWriter(place / "mx", node="mx", as_of=AS_OF, invented=True) as writer:
        for name, text in tables.items():
            writer.write(name, table_of(name, text))
    return place / "mx"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(
        tmp_path,
        cases="case_id, opened_on, indications\na, 2016-02-01, high",
        places="case_id, country\na, MX",
        persons="case_id, gender\na, female\na, male",
    )


def test_a_base_of_zero_is_named_not_divided_by(tejido: Run, folder: Path) -> None:
    count = ("count", "--records", folder, "--indicator")
    assert refused(tejido(*count, "victims", "--by", "gender", "--window", "2015-01-01..2015-12-31")) == (
        "victims: the base is zero: none counted, so there is nothing to divide by gender"
    )
    assert "none of the 2 counted has any information" in refused(
        tejido(*count, "yearly_victims", "--by", "means_of_control")
    )
    assert "la base de cálculo es cero" in refused(tejido(*count, "victims", "--by", "gender", "--window",
                                                          "2015-01-01..2015-12-31", "--language", "es"))  # fmt: skip
    code, out, _ = tejido(*count, "victims", "--window", "2015-01-01..2015-12-31", "--json")  # none is a true count
    assert (code, json.loads(out)) == (0, {"rows": [{"count": 0}]})


def test_a_code_list_newer_than_the_data(tejido: Run, folder: Path) -> None:
    path = folder / "records.json"
    manifest = json.loads(path.read_text("utf-8"))
    assert manifest["code_lists"]["gender"] == "2017"
    path.write_text(json.dumps(manifest | {"code_lists": {"gender": "2009"}}), "utf-8")
    assert refused(tejido("count", "--records", folder, "--indicator", "victims")) == (
        "mx: the rows were coded with version 2009 of the list gender, and are counted with 2017: code them anew first"
    )
    assert tejido("count", "--records", folder, "--indicator", "cases")[0] == 0  # does not read it
    path.write_text(json.dumps(manifest | {"code_lists": {"gender": 3}}), "utf-8")
    assert "must give the version of each list" in refused(tejido("count", "--records", folder, "--indicator", "cases"))


@pytest.mark.parametrize(("number", "says"), [("-3", "'-3' people; expected 1 or more"), ("1.5", "'1.5'")])
def test_negative_and_fractional_counts_in_records(tejido: Run, tmp_path: Path, number: str, says: str) -> None:
    folder = written(
        tmp_path,
        cases="case_id, opened_on\na, 2016-02-01",
        persons="person_id, case_id, unnamed_group, count_low, count_best, count_high\nmany, a, true, 5, 10, 20",
        group_counts="person_id, attribute, code, count\nmany, gender, male, 7",
    )
    path = folder / "group_counts.csv"
    path.write_text(path.read_text("utf-8").replace(",7", f",{number}"), "utf-8")
    err = refused(tejido("count", "--records", folder, "--indicator", "victims"))
    assert err.startswith("mx/group_counts.csv, row 2, column count: ")
    assert says in err


def _figure(sheet: dict[str, Any], by: str | None, cell: str | None, indicator: str = "victims") -> dict[str, Any]:
    return next(f for f in sheet["figures"] if (f["indicator"], f["by"], f["cell"]) == (indicator, by, cell))


def _negative(sheet: dict[str, Any]) -> None:
    _figure(sheet, "gender", "female")["value"] = -1


def _fractional(sheet: dict[str, Any]) -> None:
    _figure(sheet, "gender", "female")["value"] = 608.5


def _other_margin(sheet: dict[str, Any]) -> None:
    _figure(sheet, "gender", "female")["value"] += 5


def _other_base(sheet: dict[str, Any]) -> None:
    _figure(sheet, "gender", "female")["base"] += 5


def _single(sheet: dict[str, Any]) -> None:
    _figure(sheet, "nationality", "MX")["multiple"] = False


def _too_many(sheet: dict[str, Any]) -> None:
    _figure(sheet, "nationality", "MX")["value"] = 5000


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    from tejido.statistics import Window, join, protect, tabulate
    from tejido.synthetic import make_world
    from tejido.tables.reading import open_records

    place = tmp_path_factory.mktemp("figures")
    make_world(like="2017", seed=7, folder=place / "world")
    records = [open_records(place / "world" / node) for node in ("mx", "us")]
    joined = join(tabulate(records, window=Window.parse("2015-09-30..2017-07-31")))
    return protect(joined, k=11).as_json()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_negative, "victims/gender/female: -1 is no count"),
        (_fractional, "victims/gender/female: 608.5 is no count"),
        (_other_margin, "victims/gender: the parts come to 1262, the base to 1257"),
        (_other_base, "victims/gender/female: its base is 1262, elsewhere 1257"),
        (_single, "victims/nationality/MX: written as one answer, but several may hold"),
        (_too_many, "victims/nationality: the parts come to 5000, the base to 1257"),
    ],
)
def test_a_sheet_no_count_can_have_come_to(
    tejido: Run, tmp_path: Path, sheet: dict[str, Any], spoil: Callable[[dict[str, Any]], None], says: str
) -> None:
    spoiled = json.loads(json.dumps(sheet))
    spoil(spoiled)
    path = tmp_path / "sheet.json"
    path.write_text(json.dumps(spoiled), "utf-8")
    assert says in refused(tejido("release", "attack", path))


def test_overlapping_windows(tejido: Run, tmp_path: Path, folder: Path, sheet: dict[str, Any]) -> None:
    outs = []
    for number, (start, end) in enumerate([("2015-09-30", "2017-07-31"), ("2017-01-01", "2017-12-31")]):
        outs.append(tmp_path / f"{number}.json")
        outs[-1].write_text(json.dumps(sheet | {"window": {"start": start, "end": end}}), "utf-8")
    says = "the windows 2015-09-30..2017-07-31 and 2017-01-01..2017-12-31 overlap; expected one within the other"
    assert says in refused(tejido("release", "attack", *outs))
    build = ("factsheet", "build", "--records", folder, "--language", "en", "--out", tmp_path / "out")
    assert "overlap" in refused(tejido(*build, "--window", "2016-01-01..2018-01-01", "--earlier", outs[0]))
    assert not (tmp_path / "out").exists()
