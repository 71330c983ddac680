# SPDX-License-Identifier: Apache-2.0
"""What CTDC's k-anonymous file of 2018 says depends on who reported, and hiding rare rows leaves what all share."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from bench.public_findings.lines import Line, between, counted, read, share
from bench.public_findings.uncertainty import bounds

_COLUMNS = ("year_of_registration", "datasource", "gender", "majority_status", "citizenship", "country_of_exploitation")
_GROUP = ("year_of_registration", "datasource", "citizenship", "country_of_exploitation")
_SOURCES = (("Hotline", "hotlines", "líneas de ayuda"), ("Case Management", "case work", "atención de casos"))
_Row = dict[str, str]


def find(kanon: Path) -> list[Line]:
    """Who reported; women and under-18s by who reported; nationals of Mexico; groups that share a gender."""
    rows = read(kanon, _COLUMNS)
    hotline = [row for row in rows if row["datasource"] == "Hotline"]
    lines = [
        Line("rows", "filas", counted(len(rows))),
        Line("of hotlines, exploited in the United States", "de líneas de ayuda, explotación en Estados Unidos",
             f"{_with(hotline, country_of_exploitation='US'):,} / {len(hotline):,}"),
        Line("of hotlines, citizenship unknown", "de líneas de ayuda, nacionalidad desconocida",
             share(sum(row["citizenship"] in ("00", "ZZ", "") for row in hotline), len(hotline))),
    ]  # fmt: skip
    for source, en, es in _SOURCES:
        theirs = [row for row in rows if row["datasource"] == source]
        women, men = _with(theirs, gender="Female"), _with(theirs, gender="Male")
        minors, adults = _with(theirs, majority_status="Minor"), _with(theirs, majority_status="Adult")
        missing = bounds(minors, minors + adults, len(theirs))
        lines += [
            Line(f"women, {en}", f"mujeres, {es}", share(women, women + men)),
            Line(f"under 18, {en}", f"menos de 18 años, {es}", share(minors, minors + adults)),
            Line(f"under 18, {en}, whatever the unknown are",
                 f"menos de 18 años, {es}, sea cual sea el dato desconocido", between(missing)),
        ]  # fmt: skip
    mexican = [row for row in rows if row["citizenship"] == "MX"]
    return [
        *lines,
        Line("nationals of Mexico: rows, of hotlines, exploited in Mexico",
             "de nacionalidad mexicana: filas, de líneas de ayuda, explotación en México",
             f"{len(mexican):,}, {_with(mexican, datasource='Hotline'):,}, "
             f"{_with(mexican, country_of_exploitation='MX'):,}"),
        Line("of any nationality, exploited in Mexico", "de cualquier nacionalidad, explotación en México",
             counted(_with(rows, country_of_exploitation="MX"))),
        Line("in a group (year, source, citizenship, country) of one gender",
             "en un grupo (año, fuente, nacionalidad, país) de un solo género", share(_of_one_gender(rows), len(rows))),
    ]  # fmt: skip


def _with(rows: list[_Row], **wanted: str) -> int:
    return sum(all(row[name] == value for name, value in wanted.items()) for row in rows)


def _of_one_gender(rows: list[_Row]) -> int:
    """Rows whose group of eleven or more holds one gender: knowing the group is knowing it."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in rows:
        group = tuple(
            row[name] for name in ("year_of_registration", "datasource", "citizenship", "country_of_exploitation")
        )
        groups[group].append(row["gender"])
    return sum(len(found) for found in groups.values() if len(found) >= 11 and len(set(found)) == 1)
