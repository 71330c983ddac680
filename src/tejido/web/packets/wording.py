# SPDX-License-Identifier: AGPL-3.0-or-later
"""Facts that may be shared, as a person reads them: providers here, partners and authorities in `sharing`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tejido.vocabulary import Language, code_list

# Code lists of facts that are a code, or several.
_LISTS = {"preferred_language": "language", "age_band": "age_at_contact", "gender": "gender", "nationality": "country"}
_PARTS = {
    ("exploitation", "type"): "type_of_trafficking",
    ("exploitation", "industries"): "labor_industry",
    ("exploitation", "venues"): "sex_trafficking_type",
    ("means_of_control", "codes"): "means_of_control",
    ("recruitment", "codes"): "recruitment_method",
    ("needs", "codes"): "service_need",
    ("places", "kind"): "place_kind",
    ("places", "country"): "country",
    ("places", "state"): "state",
}


# Messages hold their keys in alphabetical order; people read these in another.
_ORDER = {
    "person_name": ("given", "paternal_surname", "maternal_surname", "called"),
    "places": ("kind", "locality", "state", "country"),
    "exploitation": ("type", "industries", "venues", "note"),
}


def facts_in_words(facts: Mapping[str, Any], language: Language) -> list[tuple[str, str]]:
    """Each fact's label and value, in the order of the code list."""
    labels = code_list("shareable_field")
    return [(labels.label_of(code, language), _said(code, facts[code], language)) for code in labels if code in facts]


def _said(code: str, value: Any, language: Language) -> str:
    if code in _LISTS:
        return _labels(_LISTS[code], value, language)
    if code == "coworkers":
        return f"{value['low']}–{value['high']} ({value['best']})"
    if isinstance(value, Mapping):
        keys = [key for key in _ORDER.get(code, tuple(value)) if key in value]
        between = " " if code == "person_name" else " · "
        return between.join(_part(code, key, value[key], language) for key in keys)
    if isinstance(value, list):
        return "; ".join(_said(code, inner, language) for inner in value)
    return str(value)


def _part(code: str, key: str, value: Any, language: Language) -> str:
    return _labels(_PARTS[code, key], value, language) if (code, key) in _PARTS else str(value)


def _labels(name: str, value: Any, language: Language) -> str:
    codes = value if isinstance(value, list) else [value]
    return ", ".join(code_list(name).label_of_one(code, language) for code in codes)
