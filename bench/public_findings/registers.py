# SPDX-License-Identifier: Apache-2.0
"""What two countries' registers, as UNODC prints them, change by from year to year, and where they contradict."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench.public_findings.lines import Line, between, counted, read, share, times
from bench.public_findings.uncertainty import bounds, wilson

_MX, _US = "Mexico", "United States of America"
_VICTIMS, _OFFENCES = "Detected trafficking victims", "Offences of trafficking in persons"
_LABOUR, _SEX, _OTHER = "Forced labour", "Sexual exploitation", "Other forms of exploitation"
_COLUMNS = ("Country", "Indicator", "Category", "Sex", "Age", "Year", "txtVALUE")
_Cells = Mapping[tuple[str, ...], str]


def find(glotip: Path) -> list[Line]:
    """Jumps, units, the share of labour, and a table whose columns stand under the wrong sex."""
    cells = {tuple(row[name] for name in _COLUMNS[:-1]): row["txtVALUE"] for row in read(glotip, _COLUMNS)}
    return [*_jumps(cells), *_labour(cells), *_sexes(cells)]


def _count(cells: _Cells, country: str, indicator: str, year: int, form: str = "Total", sex: str = "Total",
           age: str = "Total") -> int | None:  # fmt: skip
    """None where the count is hidden or absent."""
    written = cells.get((country, indicator, form, sex, age, str(year)), "").replace(",", "")
    return int(written) if written.isdecimal() else None


def _known(cells: _Cells, country: str, indicator: str, year: int, **cell: str) -> int:
    found = _count(cells, country, indicator, year, **cell)
    if found is None:
        raise SystemExit(f"this edition prints no {indicator} of {country} for {year}")
    return found


def _jumps(cells: _Cells) -> list[Line]:
    def change(country: str, indicator: str, year: int) -> str:
        return times(_known(cells, country, indicator, year), _known(cells, country, indicator, year - 1))

    same = [
        year for year in range(2003, 2023)
        if (found := _count(cells, _MX, _VICTIMS, year)) and found == _count(cells, _MX, _OFFENCES, year)
    ]  # fmt: skip
    return [
        Line("Mexico, victims 2014 -> 2015", "México, víctimas 2014 -> 2015", change(_MX, _VICTIMS, 2015)),
        Line("Mexico, offences 2014 -> 2015", "México, delitos 2014 -> 2015", change(_MX, _OFFENCES, 2015)),
        Line("Mexico, victims 2020 -> 2021", "México, víctimas 2020 -> 2021", change(_MX, _VICTIMS, 2021)),
        Line("Mexico, years with as many victims as offences", "México, años con tantas víctimas como delitos",
             ", ".join(map(str, same))),
        Line("United States, victims 2012 -> 2013", "Estados Unidos, víctimas 2012 -> 2013",
             change(_US, _VICTIMS, 2013)),
        Line("United States, prosecuted 2012 -> 2013", "Estados Unidos, personas procesadas 2012 -> 2013",
             change(_US, "Persons prosecuted", 2013)),
    ]  # fmt: skip


def _labour(cells: _Cells) -> list[Line]:
    """Share of forced labour among victims of a stated form; a hidden count is anything from 0 to 4."""
    lines = []
    for country, en, es, years in ((_US, "United States", "Estados Unidos", (2012, 2013, 2016, 2018)),
                                   (_MX, "Mexico", "México", (2017, 2018, 2020))):  # fmt: skip
        for year in years:
            labour, sex, other = (_known(cells, country, _VICTIMS, year, form=form) for form in (_LABOUR, _SEX, _OTHER))
            lines.append(Line(f"{en}, forced labour {year}", f"{es}, trabajo forzado {year}",
                              share(labour, labour + sex + other)))  # fmt: skip
    return lines


def _sexes(cells: _Cells) -> list[Line]:
    lines = []
    for year in (2018, 2019):
        by_sex = {
            sex: sum(_known(cells, _US, _VICTIMS, year, form=_SEX, sex=sex, age=age)
                     for age in ("0 to 17 years", "18 years or over"))
            for sex in ("Female", "Male")
        }  # fmt: skip
        total = _known(cells, _US, _VICTIMS, year, form=_SEX)
        lines.append(Line(
            f"United States, sexual exploitation {year}: total, rows of women, rows of men",
            f"Estados Unidos, explotación sexual {year}: total, filas de mujeres, filas de hombres",
            ", ".join(map(counted, (total, by_sex["Female"], by_sex["Male"]))),
        ))  # fmt: skip
    stated = sum(_known(cells, _US, _VICTIMS, 2019, form=form) for form in (_LABOUR, _SEX, _OTHER))
    labour = _known(cells, _US, _VICTIMS, 2019, form=_LABOUR)
    every = max(stated, _known(cells, _US, _VICTIMS, 2019))
    lines.append(Line(
        "United States, forced labour 2019: by chance, and by whose form is not stated",
        "Estados Unidos, trabajo forzado 2019: por azar, y por quienes no tienen forma registrada",
        f"{between(wilson(labour, stated))}, {between(bounds(labour, stated, every))}",
    ))  # fmt: skip
    return lines
