# SPDX-License-Identifier: Apache-2.0
"""The two forms in which the Counter-Trafficking Data Collaborative publishes rows about people, from its codebooks.

The k-anonymised files of 2017 to 2020 (data dictionary of 28 November 2017) write a missing value as an empty cell or
-99 and a flag as 0 or 1; `ZZ`, `00` and `Unknown` are codes of their own. The synthetic files of 2024 (codebook,
version 2) leave missing cells empty, write a flag as 1 or nothing, and countries in three letters. Releases name
columns in camelCase, extracts of them in snake_case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tejido.tables.shape import Column, Kind, Sensitivity, Table
from tejido.vocabulary import Words, code_list


def snake_case(name: str) -> str:
    """`CountryOfExploitation` as `country_of_exploitation`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip()).lower()


@dataclass(frozen=True)
class CtdcForm:
    """One form: its columns, those that must be there, and how values are written.

    `people` is the same rows as they are counted: a column of several codes for each group of flags.
    """

    table: Table
    people: Table
    core: tuple[str, ...]
    groups: Mapping[str, Mapping[str, str]]  # by group: code and the column of its flag
    years: tuple[int, int]
    missing: tuple[str, ...]
    label: Words

    def spellings(self, column: Column) -> Mapping[str, str]:
        """Every way the file may write a code of `column`, with the code."""
        listed = code_list(column.codes or "")
        if listed.name == "country":
            return {str(entry.properties["iso3"]): code for code, entry in listed.codes.items() if "iso3" in
                    entry.properties}  # fmt: skip
        # The codebook prints a long dash between the ends of a band; files differ.
        dashes = ("--", "—", "–", "-")
        return {code.replace("--", dash): code for code in listed for dash in dashes}


def _group(name: str) -> dict[str, str]:
    entries = code_list(name).codes
    return {code: str(entry.properties.get("column", snake_case(code))) for code, entry in entries.items()}


def _form(
    name: str, codes: Mapping[str, str], groups: Mapping[str, str], others: tuple[Column, ...],
    *, core: tuple[str, ...], required: bool, years: tuple[int, int], missing: tuple[str, ...], label: Words,
) -> CtdcForm:  # fmt: skip
    opened = Sensitivity.OPEN
    year = Column("year_of_registration", Kind.INTEGER, opened, required=required)
    coded = tuple(
        Column(column, Kind.CODE, opened, codes=listed, required=required and column in core)
        for column, listed in codes.items()
    )
    found = {group: _group(listed) for group, listed in groups.items()}
    flags = (Column(flag, Kind.FLAG, opened) for group in found.values() for flag in group.values())
    several = (Column(group, Kind.CODES, opened, codes=listed) for group, listed in groups.items())
    return CtdcForm(
        Table(name, (year, *coded, *flags, *others)),
        Table(name, (year, *coded, *several)),
        core, found, years, missing, label,
    )  # fmt: skip


_GROUPS = ("means_of_control", "type_of_exploitation", "type_of_labour", "type_of_sex", "recruiter_relation")
_CORE_2018 = (
    "year_of_registration",
    "datasource",
    "gender",
    "majority_status",
    "citizenship",
    "country_of_exploitation",
)
_TEXTS = (
    "means_of_control_concatenated", "type_of_exploit_concatenated", "type_of_labour_concatenated",
    "type_of_sex_concatenated", "recruiter_relationship",
)  # fmt: skip

FORM_2018 = _form(
    "ctdc_2018",
    {
        name: f"ctdc2018_{name}"
        for name in (*_CORE_2018[1:], "age_broad", "majority_status_at_exploit", "majority_entry")
    },
    {name: f"ctdc2018_{name}" for name in _GROUPS},
    (
        Column("is_abduction", Kind.FLAG, Sensitivity.OPEN),
        *(Column(name, Kind.TEXT, Sensitivity.OPEN) for name in _TEXTS),
    ),
    core=_CORE_2018,
    required=True,
    years=(2002, 2020),  # from the first records of a contributor to the last release of this form
    missing=("-99", "-99.0"),
    label={"en": "the CTDC k-anonymised dataset", "es": "el conjunto k-anonimizado de CTDC"},
)

FORM_2024 = _form(
    "ctdc_2024",
    {
        "gender": "ctdc2024_gender",
        "age_broad": "ctdc2024_age_broad",
        "citizenship": "country",
        "country_of_exploitation": "country",
        "traffick_months": "ctdc2024_traffick_months",
    },
    {name: f"ctdc2024_{name}" for name in _GROUPS},
    (),
    core=("year_of_registration", "gender", "age_broad", "citizenship", "country_of_exploitation"),
    required=False,
    years=(2002, 2022),
    missing=("", "NULL"),
    label={"en": "the CTDC global synthetic dataset of 2024", "es": "el conjunto sintético mundial de CTDC de 2024"},
)

FORMS: Mapping[str, CtdcForm] = {form.table.name: form for form in (FORM_2018, FORM_2024)}
