# SPDX-License-Identifier: Apache-2.0
"""The tables that indicators may count over."""

from __future__ import annotations

from collections.abc import Mapping

from tejido.tables import RECORD_TABLES, Table
from tejido.tables.ctdc_forms import FORMS

SOURCES: Mapping[str, Mapping[str, Table]] = {
    "records": {table.name: table for table in RECORD_TABLES},
    **{name: {name: form.people} for name, form in FORMS.items()},
}
