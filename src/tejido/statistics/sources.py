# SPDX-License-Identifier: Apache-2.0
"""The tables that indicators may count over."""

from __future__ import annotations

from collections.abc import Mapping

from tejido.tables import RECORD_TABLES, Column, Kind, Sensitivity, Table

# The public k-anonymised file of the Counter Trafficking Data Collaborative, September 2018: one row per person.
CTDC_2018 = Table(
    "ctdc_2018",
    tuple(
        Column(name, Kind.TEXT, Sensitivity.OPEN)
        for name in (
            "year_of_registration",
            "datasource",
            "gender",
            "majority_status",
            "citizenship",
            "country_of_exploitation",
        )
    ),
)

SOURCES: Mapping[str, Mapping[str, Table]] = {
    "records": {table.name: table for table in RECORD_TABLES},
    "ctdc_2018": {CTDC_2018.name: CTDC_2018},
}
