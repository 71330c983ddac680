# SPDX-License-Identifier: Apache-2.0
"""One fact sheet in both languages, with the printed figures of 2017 protected at k = 11 and an invented map."""

from __future__ import annotations

from tejido.reports.document import (
    INVENTED_STAMP,
    FactSheetDocument,
    HeadlineNumber,
    SheetMap,
    SheetTable,
    TableRow,
)
from tejido.reports.map import drawn_states
from tejido.reports.numbers import count_text, percent_text
from tejido.vocabulary import Language, Words, code_list

HIDDEN = -1
_PEOPLE: dict[str, Words] = {
    "victims": {"en": "Possible victims", "es": "Posibles víctimas"},
    "traffickers": {"en": "Potential traffickers", "es": "Posibles tratantes"},
}
_TABLES: list[tuple[str, str, int | None, str, dict[str, int]]] = [
    (
        "victims",
        "type_of_trafficking",
        1257,
        "",
        {"labor": 793, "sex": 389, "sex_and_labor": 50, "other_not_specified": 25},
    ),
    ("victims", "labor_industry", None, "", {"agriculture_farms": 329, "domestic_work": 91, "illicit_activities": 72}),
    (
        "victims",
        "sex_trafficking_type",
        None,
        "",
        {"residence_based": 78, "hotel_motel_based": 58, "escort_services": 38},
    ),
    ("victims", "gender", 1257, "victims", {"male": 572, "female": 609, "gender_minority": 12, "unknown": 64}),
    ("victims", "age_at_contact", 1257, "victims", {"adult": 881, "minor": 203, "unknown": 173}),
    ("victims", "country", 1257, "victims", {"MX": 758, "US": 117, "HN": 57, "GT": 30}),
    (
        "traffickers",
        "gender",
        982,
        "traffickers",
        {"male": 741, "female": 213, "gender_minority": HIDDEN, "unknown": HIDDEN},
    ),
    ("traffickers", "age_at_contact", 982, "traffickers", {"adult": 875, "minor": HIDDEN, "unknown": HIDDEN}),
    ("traffickers", "country", 982, "traffickers", {"MX": 289, "US": 101, "HN": 25, "GT": 18}),
]
_NOTES: dict[Language, tuple[str, ...]] = {
    "en": (
        "Some people have several nationalities: the parts add up to more than the whole.",
        "Age when the organisation was first contacted.",
        "Only cases in which the state was known; some involve several states.",
        "People who are unnamed but counted by an advocate are included by their best estimate. All figures are of "
        "potential trafficking as reported, not verified.",
        "These figures do not show how much trafficking there is. Cases known to both organisations are counted once.",
    ),
    "es": (
        "Algunas personas tienen varias nacionalidades: las partes suman más que el total.",
        "Edad al momento del primer contacto con la organización.",
        "Sólo los casos en que se conoce el estado; algunos abarcan varios estados.",
        "Se incluye a las personas sin nombre que contó la persona consejera, con su mejor estimación. Todas las "
        "cifras son de posible trata según lo reportado, sin verificar.",
        "Estas cifras no muestran cuánta trata existe. Los casos que ambas organizaciones conocen se cuentan una vez.",
    ),
}
_SAID: dict[str, Words] = {
    "title": {
        "en": "Human trafficking across the U.S.–Mexico border",
        "es": "Trata de personas en la frontera entre México y Estados Unidos",
    },
    "operators": {
        "en": "Línea Tejida (invented) · Woven Line (invented)",
        "es": "Línea Tejida (inventada) · Woven Line (inventada)",
    },
    "period": {"en": "September 30, 2015 to July 31, 2017", "es": "30 de septiembre de 2015 al 31 de julio de 2017"},
    "as_of": {"en": "Records as of August 15, 2017", "es": "Registros al 15 de agosto de 2017"},
    "contacts": {
        "en": "contacts about trafficking related to Mexico",
        "es": "contactos sobre trata relacionados con México",
    },
    "cases": {
        "en": "cases with a Mexico nexus, exploitation in the U.S. or Mexico",
        "es": "casos con vínculo con México y explotación en EE. UU. o México",
    },
    "victims": {"en": "possible victims", "es": "posibles víctimas"},
    "traffickers": {"en": "potential traffickers", "es": "posibles tratantes"},
    "known": {"en": "top known answers, several possible", "es": "principales respuestas conocidas, varias posibles"},
    "base": {"en": "base", "es": "base"},
    "map": {"en": "State of potential trafficking", "es": "Estado de la posible trata"},
    "map_unit": {
        "en": "Cases per state, in bands. A case counts in every state it involves.",
        "es": "Casos por estado, en rangos. Un caso cuenta en cada estado que abarca.",
    },
    "none": {"en": "no known case", "es": "sin casos conocidos"},
    "note": {"en": "State not known: 48 cases", "es": "Estado desconocido: 48 casos"},
}


def _row(by: str, code: str, value: int, base: int | None, language: Language) -> TableRow:
    label = code_list(by).label_of(code, language)
    if value == HIDDEN:
        return TableRow(label, None, None, hidden=True)
    return TableRow(label, value, percent_text(value, base))


def example(language: Language, *, stamps: tuple[str, ...] = (INVENTED_STAMP,)) -> FactSheetDocument:
    """The example sheet; its map's bands follow from the order of the states, not from any figure."""
    tables = []
    for unit, by, base, section, cells in _TABLES:
        asked = f"{_SAID['base'][language]} {count_text(base)}" if base else _SAID["known"][language]
        tables.append(
            SheetTable(
                title=code_list(by).label[language],
                unit_line=f"{_PEOPLE[unit][language]} · {asked}",
                rows=tuple(_row(by, code, value, base, language) for code, value in cells.items()),
                section=_PEOPLE[section][language] if section else "",
                base=base,
                marks={"country": ("1",), "age_at_contact": ("2",)}.get(by, ()),
                ranked=base is None or by == "country",
            )
        )
    states = {code: (index * 7) % 6 for index, code in enumerate(drawn_states()) if index % 5}
    return FactSheetDocument(
        language=language,
        title=_SAID["title"][language],
        operators=_SAID["operators"][language],
        period=_SAID["period"][language],
        as_of=_SAID["as_of"][language],
        headline=tuple(
            HeadlineNumber(_SAID[unit][language], count_text(value))
            for unit, value in (("contacts", 1189), ("cases", 727), ("victims", 1257), ("traffickers", 982))
        ),
        tables=tuple(tables),
        map=SheetMap(
            title=_SAID["map"][language],
            unit_line=_SAID["map_unit"][language],
            states={code: band if band < 5 else None for code, band in states.items()},
            band_labels=("1–10", "11–20", "21–40", "41–80", "81+"),
            none_label=_SAID["none"][language],
            marks=("3",),
            note=_SAID["note"][language],
        ),
        footnotes=tuple((str(n) if n < 4 else "", text) for n, text in enumerate(_NOTES[language], 1)),
        stamps=stamps,
    )
