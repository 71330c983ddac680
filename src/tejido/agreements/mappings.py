# SPDX-License-Identifier: Apache-2.0
"""Reading a mapping that came from a file or a form: every key known, every value of its kind, or `BadInput`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from tejido.vocabulary import BadInput, code_list


def only_keys(value: object, allowed: Iterable[str], *, required: Iterable[str], where: str) -> Mapping[str, object]:
    """`value` as a mapping with every required key and no key that is not allowed; raises `BadInput`."""
    if not isinstance(value, Mapping):
        raise bad("not_a_mapping", where, "a mapping was expected", "se esperaba una lista de claves y valores")
    unknown = sorted(str(key) for key in value if key not in set(allowed))
    missing = sorted(key for key in required if key not in value)
    if unknown:
        names = ", ".join(unknown)
        raise bad("unknown_key", where, f"unknown key {names}", f"clave desconocida: {names}")
    if missing:
        names = ", ".join(missing)
        raise bad("missing_key", where, f"missing {names}", f"falta {names}")
    return value


def text(value: object, where: str) -> str:
    """A string that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise bad("not_text", where, "text was expected", "se esperaba un texto")
    return value


def day(value: object, where: str) -> date:
    """A date, given as such or as ISO text."""
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(text(value, where))
    except ValueError:
        raise bad(
            "not_a_date", where, "a date such as 2026-03-21 was expected", "se esperaba una fecha como 2026-03-21"
        ) from None


def codes(value: object, name: str, where: str) -> frozenset[str]:
    """A list of codes, all of them in the code list `name`."""
    found = texts(value, where)
    for code in sorted(found):
        if code not in code_list(name):
            raise bad("unknown_code", where, f"{code} is not in {name}", f"{code} no está en {name}")
    return found


def texts(value: object, where: str) -> frozenset[str]:
    """A list of strings that are not empty."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise bad("not_a_list", where, "a list was expected", "se esperaba una lista")
    return frozenset(text(entry, where) for entry in value)


def flag(value: object, where: str) -> bool:
    """True or false, nothing that is merely like it."""
    if not isinstance(value, bool):
        raise bad("not_a_flag", where, "true or false was expected", "se esperaba verdadero o falso")
    return value


def bad(code: str, where: str, en: str, es: str) -> BadInput:
    """The error to raise."""
    return BadInput(code, en=en, es=es, where=where)
