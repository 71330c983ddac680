# SPDX-License-Identifier: Apache-2.0
"""Definitions: the shipped ones hold together, and a wrong one gets one clear line."""

from __future__ import annotations

from importlib.resources import files

import pytest
import yaml

from tejido.statistics.definitions import check_definition, definitions_hash, indicators
from tejido.statistics.layout import layout
from tejido.vocabulary import BadInput, code_list


def shipped(name: str) -> dict:
    return yaml.safe_load((files("tejido.statistics") / "indicators" / f"{name}.yaml").read_text("utf-8"))


def changed(name: str, **changes: object) -> str:
    return yaml.safe_dump(shipped(name) | changes, allow_unicode=True)


def line_for(name: str, text: str) -> str:
    with pytest.raises(BadInput) as refused:
        check_definition(f"{name}.yaml", text)
    line = refused.value.line("en")
    assert line.startswith(f"{name}.yaml")
    assert "\n" not in line
    assert refused.value.line("es") != line
    return line


def test_an_unchanged_definition_is_in_order() -> None:
    check_definition("victims.yaml", changed("victims"))


@pytest.mark.parametrize(
    ("name", "changes", "says"),
    [
        ("victims", {"unit": "person"}, "unit is one of"),
        ("victims", {"source": "files"}, "source is one of"),
        ("victims", {"colour": "red"}, "unknown key 'colour'"),
        ("victims", {"label": {"en": "Victims"}}, "words in en and es"),
        ("victims", {"footnotes": ["unnamed_people", "no_such_note"]}, "no footnote 'no_such_note'"),
        ("victims", {"footnotes": []}, "needs footnote unnamed_people"),
        ("victims", {"filter": {"column": "gender", "in": ["female"]}}, "groups hold several"),
        ("victims", {"filter": {"column": "role", "in": ["pimp"]}}, "'pimp' is not in person_role"),
        ("victims", {"filter": {"column": "role", "where": {"counted_as": "nobody"}}}, "no code of person_role"),
        ("victims", {"filter": {"linked": "case_id", "is": {"meets": "contacts"}}}, "contacts is not about cases"),
        ("victims", {"filter": {"linked": "gender", "is": {"meets": "cases"}}}, "points to no table"),
        ("victims", {"filter": {"sometimes": True}}, "a condition begins with one of"),
        ("victims", {"window": {"date": "opened_on"}}, "has no column 'opened_on'"),
        ("victims", {"window": {"linked": "case_id", "date": "status"}}, "is no date"),
        ("victims", {"estimate": "middle"}, "low, best or high"),
        ("cases", {"filter": {"meets": "cases"}}, "go in a circle: cases -> cases"),
        ("cases", {"filter": {"meets": "no_such"}}, "no indicator 'no_such'"),
        (
            "cases",
            {"filter": {"exists": "names", "is": {"column": "kind", "in": ["alias"]}}},
            "does not point to cases",
        ),
        ("cases", {"id": "other"}, "not the name of its file"),
    ],
)
def test_a_wrong_definition_gets_one_clear_line(name: str, changes: dict, says: str) -> None:
    assert says in line_for(name, changed(name, **changes))


@pytest.mark.parametrize(
    ("by", "changes", "says"),
    [
        ("gender", {"response": "some"}, "single or multiple"),
        ("gender", {"unknown": None}, "which code an empty column counts as"),
        ("gender", {"unknown": "missing"}, "'missing' is not in gender"),
        ("gender", {"codes": "genders"}, "no code list 'genders'"),
        ("gender", {"codes": "country", "where": {"known": True}, "unknown": "XX"}, "its parts must add up"),
        ("nationality", {"response": "single"}, "may hold several answers"),
        ("nationality", {"footnotes": []}, "several answers need a footnote"),
        ("nationality", {"top": 0}, "top is a number above zero"),
        ("nationality", {"topp": 4}, "unknown key 'topp'"),
        ("nationality", {"base": "known"}, "base is everyone"),
        ("nationality", {"display": "pie"}, "display is table or map"),
    ],
)
def test_a_wrong_breakdown_says_which(by: str, changes: dict, says: str) -> None:
    raw = shipped("victims")
    raw["by"][by] |= changes
    line = line_for("victims", yaml.safe_dump(raw, allow_unicode=True))
    assert says in line
    assert f"by {by}" in line


def test_text_that_is_no_yaml_names_the_line() -> None:
    assert "line 3: this is not YAML" in line_for("victims", "schema: tejido.indicator/1\nid: [victims\nunit: victim")


def test_what_stands_on_the_sheet_is_declared_with_its_notes() -> None:
    for indicator, breakdown in layout().breakdowns():
        assert breakdown.label["en"] != breakdown.label["es"], breakdown.name
        assert breakdown.codes in {"gender", "age_at_contact", "country", "state", "type_of_trafficking",
                                   "labor_industry", "sex_trafficking_type"}  # fmt: skip
        if breakdown.multiple:
            assert breakdown.footnotes, f"{indicator.id} by {breakdown.name}"
    assert layout().headline == ("contacts", "cases", "victims", "traffickers")


def test_top_lists_rank_known_codes_only() -> None:
    ranked = [b for _, b in layout().breakdowns() if b.top is not None]
    assert len(ranked) == 4
    for breakdown in ranked:
        unknown = {code for code in code_list(str(breakdown.codes)) if code in {"other", "unknown", "XX"}}
        assert unknown
        assert unknown.isdisjoint(breakdown.listed)


def test_the_hash_covers_what_an_indicator_names() -> None:
    assert definitions_hash(["victims"]) == definitions_hash(["victims", "cases", "mexico_nexus"])
    assert definitions_hash(["victims"]) != definitions_hash(["cases"])
    assert set(indicators()) >= {"contacts", "cases", "victims", "traffickers", "mexico_nexus", "hotline_victims"}
