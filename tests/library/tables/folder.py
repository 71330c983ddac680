# SPDX-License-Identifier: Apache-2.0
"""A small invented folder of records for these tests, and ways to spoil it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Literal

import duckdb
import pytest

from tejido.tables.reading import open_records
from tejido.tables.writing import RecordWriter
from tejido.vocabulary import BadInput

AS_OF = date(2017, 8, 31)
ONE = {"unnamed_group": False, "count_low": 1, "count_best": 1, "count_high": 1}

ROWS: dict[str, list[dict[str, object]]] = {
    "contacts": [
        {
            "contact_id": "k1",
            "received_on": date(2016, 5, 1),
            "channel": "phone",
            "language": "es",
            "countries": ["MX", "US"],
            "case_id": "c1",
        },
        {"contact_id": "k2", "received_on": date(2016, 5, 2), "channel": "web_form", "language": "en"},
    ],
    "cases": [
        {"case_id": "c1", "opened_on": date(2016, 5, 1), "status": "open", "handover_id": "h1", "counted_by": "us"},
        {"case_id": "c2", "opened_on": date(2016, 5, 3)},
    ],
    "persons": [
        {"person_id": "p1", "case_id": "c1", "role": "survivor", **ONE, "gender": "female", "nationalities": ["MX"]},
        {
            "person_id": "p2",
            "case_id": "c1",
            "role": "survivor",
            "unnamed_group": True,
            "count_low": 30,
            "count_best": 40,
            "count_high": 45,
        },
        {"person_id": "p3", "case_id": "c2", "role": "potential_trafficker", **ONE, "birth_year": 1980},
    ],
    "group_counts": [
        {"person_id": "p2", "attribute": "gender", "code": "male", "count": 25},
        {"person_id": "p2", "attribute": "gender", "code": "female", "count": 15},
        {"person_id": "p2", "attribute": "nationalities", "code": "MX", "count": 40},
        {"person_id": "p2", "attribute": "nationalities", "code": "GT", "count": 3},
    ],
    "places": [{"place_id": "l1", "case_id": "c1", "kind": "exploitation", "country": "US", "state": "US-NC"}],
    "names": [{"person_id": "p1", "kind": "full", "given": "Itzel", "paternal_surname": "de la O"}],
    "identifiers": [{"person_id": "p3", "kind": "phone", "value": "+525500000000"}],
    "businesses": [{"business_id": "b1", "name": "Invented Farms", "industry": "agriculture_farms"}],
    "ties": [
        {"case_id": "c1", "kind": "works_for", "from_id": "p1", "to_id": "b1"},
        {"case_id": "c2", "kind": "recruits_for", "from_id": "p3", "to_id": "p1"},
    ],
    "answers": [],  # both stand in tests/specs
    "referrals": [],
}


def make(folder: Path, form: Literal["csv", "parquet"] = "csv", **changed: list[dict[str, object]]) -> Path:
    """The folder `mx` under `folder`, with the tables in `changed` instead of the usual ones."""
    with RecordWriter(folder / "mx", node="mx", as_of=AS_OF, invented=True, form=form) as writer:
        for table, rows in {**ROWS, **changed}.items():
            writer.write(table, rows)
    return folder / "mx"


def attached(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    open_records(folder).attach(connection, "mx")
    return connection


def refusal(folder: Path) -> str:
    """The one line that refuses the folder."""
    with pytest.raises(BadInput) as caught:
        attached(folder)
    line = caught.value.line("en")
    assert "\n" not in line
    assert "\n" not in caught.value.line("es")
    assert caught.value.words["en"] != caught.value.words["es"]
    return line


def edit(path: Path, change: Callable[[str], str]) -> None:
    path.write_bytes(change(path.read_bytes().decode("utf-8")).encode("utf-8"))
