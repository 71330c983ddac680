# SPDX-License-Identifier: Apache-2.0
"""Every shipped list says where it comes from, in two languages, and says the same as its source."""

from __future__ import annotations

import csv
import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from tejido.tables.records import RECORD_TABLES
from tejido.vocabulary import UnknownCode, UnknownCodeList, code_list, code_lists

DATA = Path(__file__).parents[3].parent / "shared" / "data"
FORBIDDEN = re.compile(r"menores|tráfico de personas|padrote|\bnodos?\b|prostitu|rescue|rescat", re.IGNORECASE)


@pytest.mark.parametrize("name", code_lists())
def test_a_list_says_where_it_comes_from_and_speaks_both_languages(name: str) -> None:
    entries = code_list(name)
    assert entries.codes
    assert all(text.strip() for text in (entries.source, entries.version, entries.licence, *entries.label.values()))
    assert set(entries.label) == {"en", "es"}
    for entry in entries.codes.values():
        assert isinstance(entry.label["en"], str)
        assert isinstance(entry.label["es"], str)
        assert entry.label["en"].strip() == entry.label["en"] != ""
        assert entry.label["es"].strip() == entry.label["es"] != ""
        assert not FORBIDDEN.search(entry.label["es"]), entry


@pytest.mark.parametrize("name", code_lists())
def test_no_code_stands_twice(name: str) -> None:
    text = (files("tejido.vocabulary") / "data" / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.startswith("# SPDX-License-Identifier: Apache-2.0\n")
    codes = next(value for key, value in yaml.compose(text, Loader=yaml.SafeLoader).value if key.value == "codes")
    written = [key.value for key, _ in codes.value]
    assert len(written) == len(set(written)) == len(code_list(name).codes)


def test_every_list_a_table_names_is_shipped() -> None:
    for table in RECORD_TABLES:
        for column in table.columns:
            assert column.codes is None or code_list(column.codes).codes
    for entry in code_list("group_attribute").codes.values():
        assert code_list(str(entry.properties["codes"])).codes
        person = next(table for table in RECORD_TABLES if table.name == "persons")
        column = person.column(str(entry.properties["column"]))
        assert column.codes == entry.properties["codes"]
        assert (column.kind == "codes") is entry.properties["multiple"]


def test_what_others_count_on() -> None:
    assert code_list("person_role").where(counted_as="victim") == ["survivor", "survivor_made_to_control_others"]
    assert code_list("contact_topic").where(related_to_trafficking=True) == ["trafficking_situation", "trafficking_tip"]
    assert code_list("age_at_contact").label_of("minor", "es") == "Niñas, niños y adolescentes"
    for name in ("labor_industry", "sex_trafficking_type"):
        entries = code_list(name)
        assert set(entries) - set(entries.where(known=True)) == {"other", "unknown"} & set(entries)
    assert len(code_list("business_type_25").codes) == 25


def test_a_country_is_never_read_as_a_truth_value() -> None:
    countries = code_list("country")
    assert countries.label_of("NO", "es") == "Noruega"
    assert countries.label_of("MX", "es") == "México"
    assert countries.codes["XX"].properties["known"] is False
    assert len(countries.where(known=True)) == 249
    assert len({entry.properties.get("iso3") for entry in countries.codes.values()}) == 250


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UnknownCodeList):
        code_list("nothing")
    with pytest.raises(UnknownCode):
        code_list("gender").label_of("nothing", "en")


@pytest.mark.parametrize(
    ("file", "country", "key"), [("us-states-10m.json", "US", "fips"), ("mx-states.topojson", "MX", "inegi")]
)
def test_states_are_the_shapes_on_the_maps(file: str, country: str, key: str) -> None:
    path = DATA / "geo" / file
    if not path.is_file():
        pytest.skip("the shared map files are not here")
    shapes = {
        shape["id"]: shape["properties"] for shape in json.loads(path.read_text())["objects"]["states"]["geometries"]
    }
    states = code_list("state")
    ours = {states.codes[code].properties[key]: states.codes[code] for code in states.where(country=country)}
    territories = {"60", "66", "69", "78"} if country == "US" else set()  # not among the states we count
    assert set(ours) == set(shapes) - territories
    assert len(ours) == {"US": 52, "MX": 32}[country]
    for number, entry in ours.items():
        assert entry.code.startswith(f"{country}-")
        assert entry.label["en"] == shapes[number].get("name", entry.label["en"])


HTCDS = {
    "org_Type": "organisation_type",
    "hte_Type": "event_type",
    "spl_Type": "support_plan_type",
    "cas_Status": "case_status",
}


def test_htcds_lists_are_the_values_of_the_standard() -> None:
    path = DATA / "htcds" / "htcds_field_standards_2.0.csv"
    if not path.is_file():
        pytest.skip("the shared HTCDS files are not here")
    compared = 0
    for row in csv.DictReader(path.open(encoding="utf-8")):
        field, values = row["Field Name including Prefix"], row["Value Names (if picklist)"] or ""
        if "icklist" not in (row["Field Type"] or "") or not values.strip() or "ISO" in values:
            continue
        own = HTCDS.get(field) or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", field.split("_", 1)[1]).lower()
        assert list(code_list(f"htcds_{own}")) == [
            value.strip() for value in re.split(r"[\n;]", values) if value.strip()
        ]
        compared += 1
    assert compared == 21


@pytest.mark.parametrize("name", ["gender", "age_at_contact"])
def test_one_person_is_not_described_in_the_plural(name):
    codes = code_list(name)
    assert any(codes.label_of_one(code, "es") != codes.label_of(code, "es") for code in codes)
    assert all(codes.label_of_one(code, language) for code in codes for language in ("en", "es"))
    with pytest.raises(UnknownCode):
        codes.label_of_one("nobody", "es")
