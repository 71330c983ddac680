# SPDX-License-Identifier: Apache-2.0
"""Checking a value against a shape declared in YAML: every key known, every value of its kind and size."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from tejido.exchange.headers import is_uuid, parse_minute
from tejido.vocabulary import BadInput, code_list

Shape = Mapping[str, Any]
_MARK = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+-]{0,126}")
_LARGEST = 2**53 - 1


def check(value: object, shape: Shape, shapes: Mapping[str, Shape], where: str) -> None:
    """Return if `value` has `shape`; raises `BadInput` that names the place and never quotes the value."""
    if value is None and shape.get("nullable"):
        return
    kind = shape["kind"]
    if kind == "shared":
        check(value, shapes[shape["shape"]], shapes, where)
    elif kind == "object":
        _keys(value, shape["keys"], shapes, where)
    elif kind == "by_code":
        facts = {code: {**inner, "optional": True} for code, inner in shape["keys"].items()}
        _keys(value, facts, shapes, where)
    elif kind == "list":
        for number, entry in enumerate(_entries(value, shape["most"], where)):
            check(entry, shape["of"], shapes, f"{where}[{number}]")
    else:
        test, en, es = _KINDS[kind]
        if not test(value, shape):
            raise bad(f"not_{kind}", where, en, es)


def _keys(value: object, keys: Mapping[str, Shape], shapes: Mapping[str, Shape], where: str) -> None:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise bad("not_object", where, "keys and values were expected", "se esperaban claves y valores")
    unknown = sorted(set(value) - set(keys))
    if unknown:
        # A key may itself be data that was put in the wrong place: it is counted, not quoted.
        raise bad("unknown_key", where, f"{len(unknown)} unknown key(s)", f"{len(unknown)} clave(s) desconocida(s)")
    missing = [key for key, inner in keys.items() if key not in value and not inner.get("optional")]
    if missing:
        names = ", ".join(missing)
        raise bad("missing_key", where, f"missing {names}", f"falta {names}")
    for key, entry in value.items():
        check(entry, keys[key], shapes, f"{where}.{key}")


def _entries(value: object, most: int, where: str) -> list[object]:
    if not isinstance(value, list) or len(value) > most:
        raise bad("not_list", where, f"a list of at most {most} was expected", f"se esperaba una lista de hasta {most}")
    return value


def bad(code: str, where: str, en: str, es: str) -> BadInput:
    """The error to raise."""
    return BadInput(code, en=en, es=es, where=where)


def _is_text(value: object, shape: Shape) -> bool:
    # A lone surrogate is a string that cannot be written as UTF-8.
    return (
        isinstance(value, str)
        and 0 < len(value) <= shape["most"]
        and not any("\ud800" <= letter <= "\udfff" for letter in value)
    )


def _is_mark(value: object, shape: Shape) -> bool:
    return isinstance(value, str) and _MARK.fullmatch(value) is not None


def _is_date(value: object, shape: Shape) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_minute(value: object, shape: Shape) -> bool:
    try:
        return isinstance(value, str) and bool(parse_minute(value))
    except ValueError:
        return False


def _is_number(value: object, shape: Shape) -> bool:
    return type(value) is int and 0 <= value <= _LARGEST


def _is_code(value: object, shape: Shape) -> bool:
    return isinstance(value, str) and value in code_list(shape["list"]) and value in shape.get("among", [value])


def _is_codes(value: object, shape: Shape) -> bool:
    return isinstance(value, list) and all(_is_code(entry, shape) for entry in value) and len(value) == len(set(value))


def _is_numbers(value: object, shape: Shape) -> bool:
    return isinstance(value, dict) and all(
        _is_mark(key, shape) and _is_number(entry, shape) for key, entry in value.items()
    )


_KINDS: Mapping[str, tuple[Callable[[object, Shape], bool], str, str]] = {
    "text": (_is_text, "text of the allowed length was expected", "se esperaba un texto del largo permitido"),
    "mark": (_is_mark, "a short name without spaces was expected", "se esperaba un nombre corto sin espacios"),
    "uuid": (lambda value, _: is_uuid(value), "a UUID was expected", "se esperaba un UUID"),
    "date": (_is_date, "a date such as 2026-03-21 was expected", "se esperaba una fecha como 2026-03-21"),
    "minute": (_is_minute, "a UTC minute was expected", "se esperaba un minuto en UTC"),
    "flag": (lambda value, _: isinstance(value, bool), "true or false was expected", "se esperaba verdadero o falso"),
    "number": (_is_number, "a whole number from 0 was expected", "se esperaba un entero desde 0"),
    "constant": (
        lambda value, shape: value == shape["value"],
        "another schema was expected",
        "se esperaba otro esquema",
    ),
    "code": (_is_code, "a code of the list was expected", "se esperaba un código de la lista"),
    "codes": (_is_codes, "different codes of the list were expected", "se esperaban códigos distintos de la lista"),
    "numbers": (_is_numbers, "numbers by name were expected", "se esperaban números por nombre"),
}
