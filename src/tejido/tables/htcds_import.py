# SPDX-License-Identifier: Apache-2.0
"""HTCDS rows as records: each row is one case and the person in it. What could not be carried is told, all of it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

from tejido.tables.carrying import Carrying, Loss
from tejido.tables.htcds import CODED, DAY, HtcdsRow, codes_of, defined_only, read_htcds
from tejido.tables.manifest import is_node_name
from tejido.tables.writing import Form, RecordWriter
from tejido.vocabulary import BadInput, Words, code_list

_WALK = "tejido_htcds"
_OURS = {
    "vic_MethodOfRecruitment": ("recruitment", "recruitment_method"),
    "vic_MethodsOfControl": ("means_of_control", "means_of_control"),
    "vic_ForcedLabourIndustry": ("labor_industries", "labor_industry"),
    "vic_TypeOfSexExploitation": ("sex_trafficking_types", "sex_trafficking_type"),
}
_CONTACTS = {"prs_HomePhone": "phone", "prs_MobilePhone": "phone", "prs_Email": "email"}
_ADULT = 18


def import_htcds(
    path: Path, folder: Path, *, node: str, as_of: date, invented: bool, form: Form = "csv"
) -> tuple[int, list[Loss]]:
    """Write `path` as a folder of records; the number of cases, and every loss. Raises `BadInput`, writing nothing."""
    if not is_node_name(node):
        raise BadInput(
            "htcds.node",
            en=f"{node!r} cannot name a node; expected lower-case letters, digits, - and _, such as mx",
            es=f"{node!r} no puede nombrar a una organización; se esperaban minúsculas, dígitos, - y _, como mx",
            where="--node",
        )
    carrying = Carrying()
    cases = 0
    with RecordWriter(folder, node=node, as_of=as_of, invented=invented, form=form) as writer:
        for row in read_htcds(path, carrying):
            cases += 1
            for table, rows in _records(row, path.name, as_of, carrying).items():
                writer.write(table, rows)
        if not cases:
            raise BadInput(
                "htcds.no_rows",
                en="holds a header and no rows",
                es="tiene encabezado y ninguna fila",
                where=path.name,
            )
    return cases, carrying.losses


def _records(row: HtcdsRow, where: str, as_of: date, carrying: Carrying) -> dict[str, list[dict[str, Any]]]:
    key = f"htcds-{row.number}"
    if DAY not in row.cells:
        raise BadInput(
            "htcds.no_day",
            en="a value is required: the day is what places the case in a period",
            es="falta un valor obligatorio: el día es lo que ubica el caso en un periodo",
            where=f"{where}, row {row.number}, column {DAY}",
        )
    day = _day(row, DAY, where, as_of)
    status = carrying.through([(_WALK, "htcds_case_status", "case_status")], "cas_Status",
                              codes_of(row, "cas_Status", carrying))  # fmt: skip
    return {
        "cases": [{"case_id": key, "opened_on": day, "status": status[0] if status else None}],
        "persons": [_person(row, key, day, where, carrying)],
        "places": _places(row, key, carrying),
        "names": _names(row, key, carrying),
        "identifiers": [
            {"person_id": key, "kind": kind, "value": row.cells[column]}
            for column, kind in _CONTACTS.items()
            if column in row.cells
        ],
    }


def _person(row: HtcdsRow, key: str, day: date, where: str, carrying: Carrying) -> dict[str, Any]:
    person: dict[str, Any] = {
        "person_id": key,
        "case_id": key,
        "role": _role(row, carrying),
        "unnamed_group": False,
        "count_low": 1,
        "count_best": 1,
        "count_high": 1,
        "nationalities": _listed(row, "prs_Citizenship", "country", carrying),
    }
    languages = _listed(row, "prs_PrimaryLanguage", "language", carrying)
    person["primary_language"] = languages[0] if languages else None
    gender = _through(row, "prs_Gender", "gender", carrying)
    person["gender"] = gender[0] if gender else None
    for column, (own, listed) in _OURS.items():
        person[own] = _through(row, column, listed, carrying)
    person["means_of_control"] += [
        code for code in defined_only(row, carrying) if code not in person["means_of_control"]
    ]
    person["type_of_trafficking"] = _type(row, carrying)
    if "prs_Birthdate" in row.cells:
        born = _day(row, "prs_Birthdate", where, day)
        person["birth_year"] = born.year
        age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
        person["age_at_contact"] = "adult" if age >= _ADULT else "minor"
        carrying.changed("prs_Birthdate", None, _YEAR)
    return person


_YEAR: Words = {
    "en": "only the year is kept, and whether she was of age on the day of the referral",
    "es": "sólo se conserva el año, y si era mayor de edad el día de la canalización",
}
_NOT_A_VICTIM: Words = {
    "en": "carried as a contactor: counted neither as a victim nor as a trafficker",
    "es": "se traslada como persona usuaria: no se cuenta como víctima ni como tratante",
}
_BOTH_STATUSES: Words = {
    "en": "possible and confirmed victims are both survivors in records",
    "es": "en los registros, las víctimas posibles y las confirmadas son personas sobrevivientes",
}


def _role(row: HtcdsRow, carrying: Carrying) -> str:
    status = codes_of(row, "vic_TraffickingStatus", carrying)
    if "NotAVictimOfTrafficking" in status:
        carrying.changed("vic_TraffickingStatus", status[0], _NOT_A_VICTIM)
        return "contactor"
    for code in status:
        carrying.changed("vic_TraffickingStatus", code, _BOTH_STATUSES)
    return "survivor"  # no status: protected as one


def _through(row: HtcdsRow, column: str, listed: str, carrying: Carrying) -> list[str]:
    return carrying.through([(_WALK, CODED[column], listed)], column, codes_of(row, column, carrying))


def _type(row: HtcdsRow, carrying: Carrying) -> str | None:
    """One type of ours from several forms of exploitation."""
    types = set(_through(row, "vic_TypeOfExploitation", "type_of_trafficking", carrying))
    known = types - {"other_not_specified"}
    if known != types and known:
        carrying.left_out("vic_TypeOfExploitation", None, _BESIDE)
    if known == {"sex", "labor"}:
        return "sex_and_labor"
    return next(iter([*sorted(known), *sorted(types)]), None)


_BESIDE: Words = {
    "en": "a further form of exploitation beside sex or labor trafficking",
    "es": "otra forma de explotación además de la sexual o la laboral",
}


def _listed(row: HtcdsRow, column: str, listed: str, carrying: Carrying) -> list[str]:
    """Codes of ISO lists, in two letters, in three, or by their English names."""
    codes = code_list(listed).codes
    spelled = {code.lower(): code for code in codes}
    spelled |= {
        str(entry.properties["iso3"]).lower(): code for code, entry in codes.items() if "iso3" in entry.properties
    }
    spelled |= {entry.label["en"].lower(): code for code, entry in codes.items()}
    cell = row.cells.get(column, "")
    if cell.lower() in spelled:
        return [spelled[cell.lower()]]
    found: list[str] = []
    for part in filter(None, (part.strip() for part in re.split(r"[;\s]+", cell))):
        code = spelled.get(part.lower())
        if code is None:
            carrying.left_out(column, part, {"en": f"not in the list {listed}", "es": f"no está en la lista {listed}"})
        elif code not in found:
            found.append(code)
    return found


def _places(row: HtcdsRow, key: str, carrying: Carrying) -> list[dict[str, Any]]:
    countries = _listed(row, "hte_Country", "country", carrying)
    kinds = _through(row, "hte_Type", "place_kind", carrying)
    if not countries and "hte_City" not in row.cells:
        return []
    place: dict[str, Any] = {"place_id": key, "case_id": key, "kind": kinds[0] if kinds else "exploitation"}
    if not kinds:
        carrying.changed("hte_Type", None, {"en": "a place without one is taken as a place of exploitation",
                                            "es": "un lugar sin tipo se toma como lugar de explotación"})  # fmt: skip
    place |= {"country": countries[0] if countries else None, "locality": row.cells.get("hte_City")}
    states = code_list("state").codes
    wanted = row.cells.get("hte_State", "").lower()
    state = [
        c for c, e in states.items() if wanted and wanted in (c.lower(), e.label["en"].lower(), e.label["es"].lower())
    ]
    if state and countries and state[0].startswith(countries[0]):
        place["state"] = state[0]
    elif wanted:
        carrying.left_out("hte_State", row.cells["hte_State"], _NO_STATE)
    return [place]


_NO_STATE: Words = {
    "en": "no state of the country in the same row, or of a country whose states have no list here",
    "es": "no es un estado del país de la misma fila, o es de un país cuyos estados no tienen catálogo aquí",
}


def _names(row: HtcdsRow, key: str, carrying: Carrying) -> list[dict[str, Any]]:
    given = " ".join(row.cells[name] for name in ("prs_FirstName", "prs_MiddleName") if name in row.cells)
    surname = row.cells.get("prs_SecondName")
    if surname:
        carrying.changed("prs_SecondName", None, _SURNAME)
    if not given and not surname:
        return []
    return [{"person_id": key, "kind": "full", "given": given or None, "paternal_surname": surname}]


_SURNAME: Words = {
    "en": "carried whole as the first surname: the standard has one field, and does not say which surname it is",
    "es": "se traslada completo como primer apellido: el estándar tiene un solo campo y no dice cuál apellido es",
}


def _day(row: HtcdsRow, column: str, where: str, latest: date) -> date:
    text = row.cells[column]
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}(?:[T ]00:00:00(?:\.0+)?)?", text):
            raise ValueError(text)
        day = date.fromisoformat(text[:10])
    except ValueError:
        # Not guessed: 03/04/2016 is two days.
        raise BadInput(
            "htcds.day",
            en=f"{text!r} is no day; expected year-month-day such as 2016-02-29",
            es=f"{text!r} no es un día; se esperaba año-mes-día, como 2016-02-29",
            where=f"{where}, row {row.number}, column {column}",
        ) from None
    if not date(1900, 1, 1) <= day <= latest:
        raise BadInput(
            "htcds.day",
            en=f"{text} is out of range; expected 1900-01-01 to {latest}",
            es=f"{text} está fuera de rango; se esperaba del 1900-01-01 al {latest}",
            where=f"{where}, row {row.number}, column {column}",
        )
    return day
