# SPDX-License-Identifier: Apache-2.0
"""The audit finds what is wrong with a published sheet, and nothing in a correct one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tejido.statistics.audit import Finding, audit_file
from tejido.statistics.disclosure import CellTable, hidden_cells
from tejido.vocabulary import BadInput

PRINTED = Path(__file__).parents[3].parent / "shared" / "data" / "fact_sheet_2015_2017.yaml"
K = 11


def audited(folder: Path, sheet: object) -> list[Finding]:
    path = folder / "sheet.yaml"
    path.write_text(yaml.safe_dump(sheet, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return audit_file(path)


def rules(findings: list[Finding]) -> set[tuple[str, str | None, str | None, str | None]]:
    return {(entry.rule, entry.unit, entry.by, entry.cell) for entry in findings}


def sheet_of(*tables: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {
        "title": "An invented sheet",
        "window": {"start": "2024-01-01", "end": "2024-12-31"},
        "headline": {"victims": {"value": 400, "label": "Possible victims"}},
        "tables": list(tables),
        **rest,
    }


def single(cells: dict[str, list[Any]], base: int | None = 400, **rest: Any) -> dict[str, Any]:
    return {"unit": "victims", "by": "gender", "base": base, "multiple": False, "cells": cells, **rest}


GENDER = {"male": [200, "50%"], "female": [150, "38%"], "unknown": [50, "13%"]}

CORRECT: dict[str, dict[str, Any]] = {
    "single answers that add up, halves rounded up": sheet_of(single(GENDER)),
    "halves rounded to even": sheet_of(
        single({"male": [200, "50%"], "female": [150, "38%"], "unknown": [50, "12%"]}),
    ),
    "no percentages printed": sheet_of(single({code: [count, None] for code, (count, _) in GENDER.items()})),
    "only percentages printed": sheet_of(single({code: [None, percent] for code, (_, percent) in GENDER.items()})),
    "decimals, also with a comma": sheet_of(
        single({"male": [200, "50.0%"], "female": [150, "37,5 %"], "unknown": [50, "12.5%"]})
    ),
    "fewer than one per cent": sheet_of(
        single({"male": [3985, ">99%"], "female": [15, "<1%"], "gender_minority": [0, "0%"]}, 4000),
    ),
    "a top list of single answers": sheet_of(single({"male": [200, "50%"], "female": [150, "38%"]}, top=2)),
    "a top list of several answers": sheet_of(
        {
            "unit": "victims",
            "by": "nationality",
            "base": 400,
            "multiple": True,
            "top": 2,
            "cells": {"MX": [390, "98%"], "NO": [60, "15%"]},
        }
    ),
    "several answers that exceed the base": sheet_of(
        {
            "unit": "victims",
            "by": "nationality",
            "base": 400,
            "multiple": True,
            "cells": {"MX": [390, "98%"], "HN": [60, "15%"], "XX": [12, "3%"]},
        }
    ),
    "two hidden cells that cover each other": sheet_of(
        single({"male": [300, "75%"], "female": [80, "20%"], "gender_minority": [None, None], "unknown": [None, None]})
    ),
    "a map in bands that says what it counts": sheet_of(
        single(GENDER), map={"unit": "cases", "by": "state_of_potential_trafficking", "multiple": True, "cells": None}
    ),
    "sources that agree": sheet_of(
        single(GENDER),
        headline={
            "contacts": {"value": 900, "label": "Contacts about trafficking"},
            "victims": {"value": 400, "label": "Possible victims"},
        },
        stated_sources={
            "heading": "contacts related to Mexico that both organizations received",
            "footnote": "calls, e-mails and texts received by Línea Alba (Mexico) and Woven Line (United States)",
        },
        notes=["Some people have several nationalities"],
    ),
    "sources that agree, channel by channel": sheet_of(
        stated_sources={
            "heading": "llamadas y mensajes que recibieron ambas organizaciones",
            "footnote": "Mensajes de texto y llamadas recibidas por la Línea Alba y la Línea Tejida",
        }
    ),
    "a headline alone": {"headline": {"victims": {"value": 400, "label": "Possible victims"}}},
}


@pytest.mark.parametrize("name", CORRECT)
def test_a_correct_sheet_has_no_findings(name: str, tmp_path: Path) -> None:
    assert [entry.reason["en"] for entry in audited(tmp_path, CORRECT[name])] == []


@pytest.mark.skipif(not PRINTED.exists(), reason="the printed sheet of 2017 is not beside the repository")
def test_the_printed_sheet_of_2017() -> None:
    found = audit_file(PRINTED)
    assert rules(found) == {
        ("percent", "traffickers", "gender", "gender_minority"),
        ("small", "traffickers", "gender", "gender_minority"),
        ("small", "traffickers", "age_at_contact", "minor"),
        ("unstated", None, "labor_industry", None),
        ("unstated", None, "sex_trafficking_type", None),
        ("unstated", None, "state_of_potential_trafficking", None),
        ("sources", None, None, None),
        ("sources", "contacts", None, None),
    }
    percent = next(entry for entry in found if entry.rule == "percent")
    assert '">1%"' in percent.reason["en"]
    assert '"<1%"' in percent.reason["en"]
    assert "1 de 982" in percent.reason["es"]
    organisations = [
        entry.reason["en"] for entry in found if entry.rule == "sources" and "organisations" in entry.reason["en"]
    ]
    assert len(organisations) == 1


def test_parts_that_do_not_add_up(tmp_path: Path) -> None:
    cells = GENDER | {"unknown": [49, "12%"]}
    assert rules(audited(tmp_path, sheet_of(single(cells)))) == {("sum", "victims", "gender", None)}


def test_parts_of_a_top_list_that_exceed_the_whole(tmp_path: Path) -> None:
    cells = {"male": [300, "75%"], "female": [101, "25%"]}
    assert rules(audited(tmp_path, sheet_of(single(cells, top=2)))) == {("sum", "victims", "gender", None)}


def test_a_part_larger_than_the_whole(tmp_path: Path) -> None:
    table = single({"MX": [401, None]}) | {"by": "nationality", "multiple": True, "top": 1}
    assert rules(audited(tmp_path, sheet_of(table))) == {("sum", "victims", "nationality", "MX")}


def test_several_answers_that_leave_somebody_without_any(tmp_path: Path) -> None:
    table = single({"MX": [300, None], "XX": [50, None]}) | {"by": "nationality", "multiple": True}
    assert rules(audited(tmp_path, sheet_of(table))) == {("sum", "victims", "nationality", None)}


@pytest.mark.parametrize("printed", ["36%", "39%", ">38%", "<37%", "38.0%"])
def test_a_percentage_that_does_not_follow(printed: str, tmp_path: Path) -> None:
    cells = GENDER | {"female": [150, printed]}
    assert rules(audited(tmp_path, sheet_of(single(cells)))) == {("percent", "victims", "gender", "female")}


def test_percentages_that_cannot_make_a_whole(tmp_path: Path) -> None:
    cells = {"male": [None, "50%"], "female": [None, "38%"], "unknown": [None, "20%"]}
    assert rules(audited(tmp_path, sheet_of(single(cells)))) == {("percent", "victims", "gender", None)}


def test_a_table_without_base_or_without_unit(tmp_path: Path) -> None:
    no_base = single({"male": [300, None]}, None, top=1)
    no_unit = single(GENDER) | {"unit": None, "by": "age_at_contact"}
    assert rules(audited(tmp_path, sheet_of(no_base, no_unit))) == {
        ("unstated", "victims", "gender", None),
        ("unstated", None, "age_at_contact", None),
    }


@pytest.mark.parametrize("count", [1, 10])
def test_small_cells_and_what_they_say_about_a_person(count: int, tmp_path: Path) -> None:
    cells = {"male": [350, None], "gender_minority": [count, None], "unknown": [50 - count, None]}
    found = audited(tmp_path, sheet_of(single(cells)))
    assert rules(found) == {("small", "victims", "gender", "gender_minority")}
    assert ("one single person" in found[0].reason["en"]) == (count == 1)


def test_eleven_and_zero_are_not_small(tmp_path: Path) -> None:
    cells = {"male": [389, None], "gender_minority": [11, None], "unknown": [0, None]}
    assert audited(tmp_path, sheet_of(single(cells))) == []


def test_a_hidden_cell_left_alone_is_worked_out(tmp_path: Path) -> None:
    cells = {"male": [350, None], "gender_minority": [None, None], "unknown": [49, None]}
    found = audited(tmp_path, sheet_of(single(cells)))
    assert rules(found) == {("recoverable", "victims", "gender", "gender_minority")}
    assert "can only be 1." in found[0].reason["en"]


def test_hidden_cells_that_together_hold_too_few(tmp_path: Path) -> None:
    cells = {"male": [397, None], "gender_minority": [None, None], "unknown": [None, None]}
    assert rules(audited(tmp_path, sheet_of(single(cells)))) == {
        ("recoverable", "victims", "gender", "gender_minority"),
        ("recoverable", "victims", "gender", "unknown"),
    }


def test_a_base_taken_from_the_top_of_the_sheet_gives_a_hidden_cell_away(tmp_path: Path) -> None:
    cells = {"male": [350, None], "gender_minority": [None, None], "unknown": [45, None]}
    found = audited(tmp_path, sheet_of(single(cells, None)))
    assert ("recoverable", "victims", "gender", "gender_minority") in rules(found)


def test_a_percentage_left_beside_a_hidden_count(tmp_path: Path) -> None:
    cells = {"male": [741, None], "female": [213, None], "gender_minority": [None, "0%"], "unknown": [None, "3%"]}
    found = rules(audited(tmp_path, sheet_of(single(cells, 982))))
    assert ("recoverable", "victims", "gender", "gender_minority") in found
    assert ("recoverable", "victims", "gender", "unknown") in found


def test_a_hidden_headline_that_a_table_gives_away(tmp_path: Path) -> None:
    sheet = sheet_of(single(GENDER), headline={"victims": {"value": None, "label": "Possible victims"}})
    assert ("recoverable", "victims", "gender", None) in rules(audited(tmp_path, sheet))


def test_a_headline_that_names_one_channel_of_several(tmp_path: Path) -> None:
    sheet = sheet_of(
        headline={"contacts": {"value": 900, "label": "Número de llamadas sobre trata"}},
        stated_sources={"footnote": "llamadas, correos y chats recibidos por la Línea Alba"},
    )
    assert rules(audited(tmp_path, sheet)) == {("sources", "contacts", None, None)}


def test_a_label_is_no_source_where_heading_and_footnote_agree(tmp_path: Path) -> None:
    both = "calls, emails and texts received by both organizations"
    labels = {"contacts": {"value": 900, "label": "Number of calls related to trafficking"}}
    agreed = sheet_of(headline=labels, stated_sources={"heading": both, "footnote": both})
    assert audited(tmp_path, agreed) == []
    disputed = sheet_of(
        headline=labels, stated_sources={"heading": "calls received by both organizations", "footnote": both}
    )
    assert rules(audited(tmp_path, disputed)) == {("sources", None, None, None), ("sources", "contacts", None, None)}


def test_a_footnote_that_leaves_one_organisation_out(tmp_path: Path) -> None:
    sheet = sheet_of(
        stated_sources={"heading": "contacts of Línea Alba and Woven Line", "footnote": "contacts of Línea Alba"},
    )
    found = audited(tmp_path, sheet)
    assert rules(found) == {("sources", None, None, None)}
    assert "Woven Line" in found[0].reason["en"]


counts = st.lists(st.integers(0, 200), min_size=2, max_size=6).filter(lambda values: sum(values) >= K)


@settings(max_examples=80, deadline=None)
@given(counts)
def test_what_disclosure_control_protects_the_audit_lets_pass(
    tmp_path_factory: pytest.TempPathFactory, values: list[int]
) -> None:
    cells = {f"part {place}": value for place, value in enumerate(values)}
    base = sum(values)
    gone = hidden_cells([CellTable("t", base, False, True, cells)], k=K)["t"]
    printed = {code: [None, None] if code in gone else [count, None] for code, count in cells.items()}
    assert audited(tmp_path_factory.mktemp("sheet"), sheet_of(single(printed, base))) == []


@pytest.mark.parametrize("text", ["[" * 200_000, "{a: " * 100_000, "title: " + "[" * 60 + "]" * 60])
def test_yaml_that_would_overflow_the_stack_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sheet.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match="too many levels"):
        audit_file(path)
