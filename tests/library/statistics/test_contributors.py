# SPDX-License-Identifier: Apache-2.0
"""Whoever counted takes its own away; and the world of 2017, whose rows a test may pool, because nobody lives there."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tejido.statistics import Sheet, Tabulation, Window, join, protect, tabulate
from tejido.statistics.contributors import Contributor, contributors, partners_of, table_of
from tejido.statistics.definitions import definitions_hash
from tejido.statistics.disclosure.publications import attack_sheets
from tejido.statistics.layout import layout
from tejido.statistics.tabulation import Cell
from tejido.tables.reading import open_records

WINDOW = Window.parse("2015-09-30..2017-07-31")
NODES = ("mx", "us")
HEADLINE = frozenset(layout().headline)
EVERY_TABLE = HEADLINE | {f"{name}/{by}" for name, by in layout().tables}
K = 11
DOCS = Path(__file__).parents[3] / "docs" / "explain"
PAGES = {
    "joint_counting.md": "a partner learns {0} (mx) and {1} (us) small numbers from the ordinary sheet where nothing "
    "was exchanged, and none from one built `--apart`, which hides {2} of {4} figures instead of {3}",
    "joint_counting.es.md": "una aliada obtiene {0} (mx) y {1} (us) números pequeños de la hoja ordinaria, y ninguno "
    "de la que se elabora con `--apart`, que oculta {2} de {4} cifras en vez de {3}",
}


@pytest.fixture(scope="module")
def counted(world_2017: Path) -> list[Tabulation]:
    """Each counts its own rows; only totals come together."""
    records = {node: open_records(world_2017 / node) for node in NODES}
    return [tabulate([records[a]], window=WINDOW, partners=[b])[0] for a, b in (NODES, NODES[::-1])]


def rows(world: Path, node: str, table: str) -> list[dict[str, str]]:
    with (world / node / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pooled(world: Path, folder: Path) -> Path:
    """All rows in one folder, each case and person once: as the one that counts it wrote it."""
    tables = {path.stem: [{"at": n} | row for n in NODES for row in rows(world, n, path.stem)]
              for path in (world / "mx").glob("*.csv")}  # fmt: skip
    counter = {row["handover_id"]: row["case_id"] for row in tables["cases"] if row["counted_by"] == row["at"]}
    twin = {row["case_id"]: counter[row["handover_id"]] for row in tables["cases"] if row["handover_id"] in counter}
    left = {row["case_id"] for row in tables["cases"] if row["counted_by"] not in ("", row["at"])}
    gone = {row["person_id"] for row in tables["persons"] if row["counted_by"] not in ("", row["at"])}
    manifest = json.loads((world / "mx" / "records.json").read_text("utf-8")) | {"node": "pool"}
    folder.mkdir()
    for name, found in tables.items():
        kept = [row for row in found if row.get("person_id") not in gone
                and not (name in ("cases", "places", "ties") and row["case_id"] in left)]  # fmt: skip
        for row in kept:
            row["case_id"] = twin.get(row.get("case_id", ""), row.get("case_id", ""))
            row |= {"handover_id": "", "counted_by": ""}
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            named = next(csv.reader((world / "mx" / f"{name}.csv").open(encoding="utf-8")))
            writer = csv.DictWriter(file, named, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(kept)
        manifest["rows"][name] = len(kept)
    (folder / "records.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def test_every_joint_cell_is_that_of_all_rows_pooled_and_counted_once(
    world_2017: Path, counted: list[Tabulation], tmp_path: Path
) -> None:  # fmt: skip
    assert any(entry.left_to for one in counted for entry in one.handed_over)
    joint: Counter[tuple[str, str | None, str | None]] = Counter()
    for one in counted:
        joint.update({(cell.indicator, cell.by, cell.cell): cell.counted for cell in one.cells})
    (pool,) = tabulate([open_records(pooled(world_2017, tmp_path / "pool"))], window=WINDOW)
    once = {(cell.indicator, cell.by, cell.cell): cell.held for cell in pool.cells}
    assert len(once) > 150
    assert {key: count for key, count in joint.items() if count} == {key: n for key, n in once.items() if n}
    printed = {(one.indicator, one.by, one.cell): one.value for one in join(counted).figures}
    assert {table_of(key) for key in printed} == EVERY_TABLE
    assert printed == {key: once.get(key, 0) for key in printed}


def found_by(partner: Contributor, public: Sheet) -> tuple[int, int]:
    reading, found = attack_sheets([public], knows=partner)
    assert found.inconsistent == ()
    return len(reading.hidden), len(found.fell) + len(reading.given_away)


@pytest.mark.parametrize(
    "exchanged",
    [frozenset(), HEADLINE, HEADLINE | {"victims/gender", "traffickers/age_at_contact"}, EVERY_TABLE],
    ids=["nothing", "the headline", "some tables", "every table"],
)  # fmt: skip
def test_no_partner_finds_what_was_neither_published_nor_exchanged(
    counted: list[Tabulation], exchanged: frozenset[str]
) -> None:  # fmt: skip
    sheet, partners = join(counted), contributors(counted, exchanged)
    careless, public = protect(sheet, k=K), protect(sheet, k=K, partners=partners)
    for partner in partners:
        kept, fell = found_by(partner, public)
        assert fell == 0
        # There was something to find, and something is kept from it still; where all is exchanged nothing is.
        assert (found_by(partner, careless)[1] > 0, kept > 0) == (exchanged != EVERY_TABLE,) * 2
    assert (public == careless) == (exchanged == EVERY_TABLE)


def test_what_the_page_about_joint_counting_says_of_this_world(counted: list[Tabulation]) -> None:
    sheet, partners = join(counted), contributors(counted)
    careless, public = protect(sheet, k=K), protect(sheet, k=K, partners=partners)
    learned = [found_by(partner, careless)[1] for partner in partners]
    hides = [sum(figure.hidden for figure in one.figures) for one in (public, careless)]
    for page, words in PAGES.items():
        text = " ".join((DOCS / page).read_text(encoding="utf-8").split())
        assert words.format(*learned, *hides, len(sheet.figures)) in text


def test_of_a_shown_cell_what_is_left_without_one_contributor_is_nobody_or_k_and_more(
    counted: list[Tabulation],
) -> None:
    shown = [one for one in protect(join(counted), k=K, partners=contributors(counted)).figures if one.value]
    assert len(shown) > 20
    for one in counted:
        held = {(cell.indicator, cell.by, cell.cell): cell.held for cell in one.cells}
        for figure in shown:
            left = (figure.value or 0) - held.get((figure.indicator, figure.by, figure.cell), 0)
            assert left <= 0 or left >= K, figure


def women_and_men(node: str, women: int, men: int) -> Tabulation:
    total = women + men
    cells = [Cell("contacts", None, None, 100, 100), Cell("cases", None, None, 90, 90)]
    for unit in ("victims", "traffickers"):
        cells += [Cell(unit, None, None, total, total), Cell(unit, "age_at_contact", "unknown", total, total)]
        cells += [Cell(unit, "gender", "female", women, women), Cell(unit, "gender", "male", men, men)]
    cells.append(Cell("victims", "type_of_trafficking", "other_not_specified", total, total))
    definitions = definitions_hash(layout().indicators)
    return Tabulation(node, WINDOW, WINDOW.end, True, definitions, tuple(cells), ())


@pytest.mark.parametrize(("theirs", "hidden"), [(0, set()), (3, {"female", "male"}), (11, set())])
def test_where_one_gives_nearly_all_of_a_cell_it_would_see_the_others_few(theirs: int, hidden: set[str]) -> None:
    both = [women_and_men("mx", 40, 60), women_and_men("us", theirs, 60)]
    sheet = join(both)
    assert not any(figure.hidden for figure in protect(sheet, k=K).table("victims", "gender"))
    public = protect(sheet, k=K, partners=contributors(both))
    assert {figure.cell for figure in public.table("victims", "gender") if figure.hidden} == hidden


def test_one_that_counts_alone_has_no_partner_and_another_window_says_nothing() -> None:
    both = [women_and_men("mx", 40, 60), women_and_men("us", 3, 60)]
    assert contributors(both[:1]) == []
    elsewhen = [replace(one, window=Window.parse("2016-01-01..2016-12-31")) for one in contributors(both)]
    assert protect(join(both), k=K, partners=elsewhen) == protect(join(both), k=K)


def test_of_three_each_partner_takes_away_its_own_and_what_it_was_sent() -> None:
    three = [women_and_men("ca", 30, 60), women_and_men("mx", 40, 60), women_and_men("us", 3, 60)]
    sheet, sent = join(three), {"us": ["victims/gender"]}
    knows = {one.name: one for one in partners_of("mx", three, sent)}
    women = ("victims", "gender", "female")
    assert {name: one.own[women] for name, one in knows.items()} == {"ca": 30, "us": 43}
    assert not any(one.exchanged for one in knows.values())
    shown = {
        one.cell: one.value for one in protect(sheet, k=K, partners=list(knows.values())).table(*women[:2]) if one.value
    }
    assert shown == {"female": 73, "male": 180}
    # Who was sent ours, and counts 30 of the 33 others, would see the 3.
    knows = {one.name: one for one in partners_of("mx", three, {"ca": ["victims/gender"]})}
    assert knows["ca"].own[women] == 70
    public = protect(sheet, k=K, partners=list(knows.values()))
    assert {one.cell for one in public.table(*women[:2]) if one.hidden} == {"female", "male"}


def test_between_two_a_table_that_was_sent_is_told() -> None:
    both = [women_and_men("mx", 3, 60), women_and_men("us", 40, 60)]
    (partner,) = partners_of("mx", both, {"us": ["victims/gender"]})
    assert (partner.name, partner.told(("victims", "gender", "female")), partner.told(("victims", None, None))) == (
        "us", 43, None,
    )  # fmt: skip
