# SPDX-License-Identifier: Apache-2.0
"""Records as rows of another standard: HTCDS 2.0, or the columns CTDC publishes. One row for each survivor.

Never a name, a number, an address or a locality: what is exported is coded. A row about a person leaves an
organisation only when the gate says so (`tejido.agreements.may_leave`), case by case and by her release; a file of rows
has asked no one. So rows of people who exist are written only as an internal file, for work within the organisation.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tejido.tables.carrying import Carrying, Loss
from tejido.tables.ctdc_forms import FORM_2018, FORM_2024, CtdcForm
from tejido.tables.reading import Records
from tejido.vocabulary import BadInput, Words, code_list

_TABLES = ("cases", "persons", "places", "group_counts")
_VICTIMS = tuple(code_list("person_role").where(counted_as="victim"))
_HTCDS = "tejido_htcds"


@dataclass(frozen=True)
class _Survivor:
    """A survivor's coded values and those of her case."""

    opened_on: Any
    status: str | None
    countries: tuple[str, ...]  # of exploitation
    states: tuple[str, ...]
    person: Mapping[str, Any]


_Row = dict[str, str]
_Writer = Callable[[_Survivor, Carrying], _Row]


def export_rows(records: Records, path: Path, *, form: str, internal: bool) -> tuple[int, list[Loss]]:
    """Write the survivors of `records` to `path` as CSV; the number of rows, and every loss. Raises `BadInput`."""
    if not records.invented and not internal:
        raise BadInput(
            "export.people",
            en="these are rows about people who exist: nothing about a person leaves but by a hand-over she allowed; "
            "for work within the organisation, --internal",
            es="son filas sobre personas que existen: nada sobre una persona sale si no es por un traspaso que ella "
            "autorizó; para trabajar dentro de la organización, --internal",
            where=records.node,
        )
    columns, write = _FORMS[form]
    carrying = Carrying()
    rows = [write(one, carrying) for one in _survivors(records, carrying)]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(columns), lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    try:
        path.write_text(text.getvalue(), encoding="utf-8")
    except OSError as problem:
        raise BadInput(
            "export.file",
            en=f"cannot be written: {problem.strerror}",
            es=f"no se puede escribir: {problem.strerror}",
            where=str(path),
        ) from None
    return len(rows), carrying.losses


def _survivors(records: Records, carrying: Carrying) -> Iterator[_Survivor]:
    connection = duckdb.connect(":memory:")
    records.attach(connection, "r", tables=_TABLES)
    places: dict[str, list[tuple[str, str, str]]] = {}
    for case, kind, country, state in connection.execute(
        "SELECT case_id, kind, country, state FROM r_places ORDER BY rowid"
    ).fetchall():
        places.setdefault(case, []).append((kind, country, state))
    found = connection.execute(
        "SELECT c.opened_on, c.status, p.* FROM r_persons p JOIN r_cases c USING (case_id) ORDER BY p.rowid"
    )
    names = [column[0] for column in found.description]
    while batch := found.fetchmany(10_000):
        for values in batch:
            person = dict(zip(names, values, strict=True))
            if person["role"] not in _VICTIMS:
                carrying.left_out("role", person["role"], _SURVIVORS_ONLY)
            elif person["unnamed_group"]:
                carrying.left_out("unnamed_group", None, _NO_GROUPS)
            else:
                there = [(country, state) for kind, country, state in places.get(person["case_id"], ())
                         if kind == "exploitation"]  # fmt: skip
                yield _Survivor(
                    person["opened_on"],
                    person["status"],
                    tuple(dict.fromkeys(country for country, _ in there if country)),
                    tuple(dict.fromkeys(state for _, state in there if state)),
                    person,
                )


_SURVIVORS_ONLY: Words = {"en": "a row there is one survivor", "es": "una fila allá es una persona sobreviviente"}
_NO_GROUPS: Words = {
    "en": "a row there is one person: a group without names is none",
    "es": "una fila allá es una persona: un grupo sin nombres no lo es",
}
_ONE_ONLY: Words = {
    "en": "several, where the other has room for one: left empty",
    "es": "varios donde allá cabe uno: queda vacío",
}
_SINGLE: Words = {
    "en": "several industries: a single value in the table of fields, several in the form",
    "es": "varios sectores: un solo valor en la tabla de campos, varios en el formulario",
}
_OPENED: Words = {
    "en": "the day the case was opened stands for the day of the referral",
    "es": "el día en que se abrió el caso ocupa el lugar del día de la canalización",
}
_POSSIBLE: Words = {
    "en": "every survivor is a possible victim: records do not say who confirmed it",
    "es": "toda persona sobreviviente es víctima posible: los registros no dicen quién lo confirmó",
}
_NO_AGE: Words = {
    "en": "the standard has only the age when first trafficked",
    "es": "el estándar sólo tiene la edad al inicio de la trata",
}
_BAND: Words = {
    "en": "known by the year of birth only, which lies in two bands: left empty",
    "es": "sólo se conoce el año de nacimiento, que cae en dos grupos: queda vacío",
}
_MAJORITY_ONLY: Words = {
    "en": "only whether she was of age is known: no band of ages",
    "es": "sólo se sabe si era mayor de edad: sin grupo de edad",
}

_CODED = {
    "prs_Gender": ("gender", "gender", "htcds_gender"),
    "vic_MethodOfRecruitment": ("recruitment", "recruitment_method", "htcds_method_of_recruitment"),
    "vic_MethodsOfControl": ("means_of_control", "means_of_control", "htcds_methods_of_control"),
    "vic_TypeOfExploitation": ("type_of_trafficking", "type_of_trafficking", "htcds_type_of_exploitation"),
    "vic_ForcedLabourIndustry": ("labor_industries", "labor_industry", "htcds_forced_labour_industry"),
    "vic_TypeOfSexExploitation": ("sex_trafficking_types", "sex_trafficking_type", "htcds_type_of_sex_exploitation"),
}
_HTCDS_COLUMNS = (
    "prs_Gender", "prs_Citizenship", "prs_PrimaryLanguage", "vic_TraffickingStatus", "vic_MethodOfRecruitment",
    "vic_MethodsOfControl", "vic_TypeOfExploitation", "vic_ForcedLabourIndustry", "vic_TypeOfSexExploitation",
    "cas_Status", "cas_IncomingReferralDate", "hte_Type", "hte_Country", "hte_State",
)  # fmt: skip


def _several(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value] if value else []


def _one(column: str, values: tuple[str, ...], carrying: Carrying) -> str:
    if len(values) > 1:
        carrying.left_out(column, None, _ONE_ONLY)
    return values[0] if len(values) == 1 else ""


def _htcds(one: _Survivor, carrying: Carrying) -> _Row:
    row = {}
    for column, (own, source, target) in _CODED.items():
        codes = carrying.through([(_HTCDS, source, target)], own, _several(one.person[own]))
        if column == "vic_ForcedLabourIndustry" and len(codes) > 1:
            carrying.changed(column, None, _SINGLE)
        row[column] = ";".join(codes)
    status = carrying.through([(_HTCDS, "case_status", "htcds_case_status")], "status", _several(one.status))
    if one.person["age_at_contact"] or one.person["birth_year"]:
        carrying.left_out("age_at_contact", None, _NO_AGE)
    carrying.changed("opened_on", None, _OPENED)
    carrying.changed("role", None, _POSSIBLE)
    country = _one("country", one.countries, carrying)
    return row | {
        "prs_Citizenship": ";".join(_several(one.person["nationalities"])),
        "prs_PrimaryLanguage": one.person["primary_language"] or "",
        "vic_TraffickingStatus": "PossibleVictimOfTrafficking",
        "cas_Status": ";".join(status),
        "cas_IncomingReferralDate": one.opened_on.isoformat(),
        "hte_Type": "Exploitation" if country else "",
        "hte_Country": country,
        "hte_State": _one("state", one.states, carrying) if country else "",
    }


def _ctdc(form: CtdcForm, year: str) -> _Writer:
    walk = f"htcds_{year}"
    groups = {
        "means_of_control": "vic_MethodsOfControl",
        "type_of_exploitation": "vic_TypeOfExploitation",
        "type_of_labour": "vic_ForcedLabourIndustry",
        "type_of_sex": "vic_TypeOfSexExploitation",
    }

    def write(one: _Survivor, carrying: Carrying) -> _Row:
        own, source, target = _CODED["prs_Gender"]
        gender = carrying.through([(_HTCDS, source, target), (walk, target, f"{year}_gender")], own,
                                  _several(one.person["gender"]))  # fmt: skip
        row = {
            "year_of_registration": str(one.opened_on.year),
            "gender": "".join(gender),
            "age_broad": _age(one, form, carrying),
            "citizenship": _country("nationalities", tuple(_several(one.person["nationalities"])), form, carrying),
            "country_of_exploitation": _country("country", one.countries, form, carrying),
        }
        if form is FORM_2018:
            row |= {"datasource": "Hotline", "majority_status": _MAJORITY.get(one.person["age_at_contact"], "Unknown")}
        for group, column in groups.items():
            own, source, target = _CODED[column]
            steps = [(_HTCDS, source, target), (walk, target, f"{year}_{group}")]
            codes = carrying.through(steps, own, _several(one.person[own]))
            if codes:
                # A flag of 0 is written only where something is known of the group, as its publisher does.
                no = "0" if form is FORM_2018 else ""
                row |= {flag: "1" if code in codes else no for code, flag in form.groups[group].items()}
        if one.person["recruitment"]:
            carrying.left_out("recruitment", None, _RECRUITER)
        return {column: value or (form.missing[0] if form is FORM_2018 else "") for column, value in row.items()}

    return write


_MAJORITY = {"adult": "Adult", "minor": "Minor"}
_RECRUITER: Words = {
    "en": "CTDC says who recruited, records say how",
    "es": "CTDC dice quién captó; los registros, cómo",
}


def _country(column: str, codes: tuple[str, ...], form: CtdcForm, carrying: Carrying) -> str:
    code = _one(column, tuple(code for code in codes if code != "XX"), carrying)
    return str(code_list("country").codes[code].properties["iso3"]) if code and form is FORM_2024 else code


def _age(one: _Survivor, form: CtdcForm, carrying: Carrying) -> str:
    """The band of ages, where the year of birth leaves no doubt."""
    born = one.person["birth_year"]
    if born is None:
        if one.person["age_at_contact"] in _MAJORITY:
            carrying.left_out("age_at_contact", None, _MAJORITY_ONLY)
        return ""
    bands = {_band(one.opened_on.year - born - less, form) for less in (0, 1)}
    if len(bands) > 1:
        carrying.left_out("birth_year", None, _BAND)
        return ""
    return bands.pop()


def _band(age: int, form: CtdcForm) -> str:
    for code in code_list(form.table.column("age_broad").codes or ""):
        first, _, last = code.partition("--")
        if code.endswith("+") and age >= int(code[:-1]):
            return code
        if last and int(first) <= max(age, 0) <= int(last):
            return code
    return ""


def _columns(form: CtdcForm) -> tuple[str, ...]:
    texts = {column.name for column in form.table.columns if column.kind == "text"}
    return tuple(name for name in form.table.names if name not in texts and name not in
                 ("is_abduction", "majority_status_at_exploit", "majority_entry", "traffick_months"))  # fmt: skip


_FORMS: Mapping[str, tuple[tuple[str, ...], _Writer]] = {
    "htcds": (_HTCDS_COLUMNS, _htcds),
    "ctdc2018": (_columns(FORM_2018), _ctdc(FORM_2018, "ctdc2018")),
    "ctdc2024": (_columns(FORM_2024), _ctdc(FORM_2024, "ctdc2024")),
}
EXPORTS = tuple(_FORMS)
