# SPDX-License-Identifier: Apache-2.0
"""The shape of every table: columns, code list, sensitivity; reading, checking and writing them."""

from tejido.tables.records import RECORD_TABLES, REQUIRED_TABLES, record_table
from tejido.tables.shape import Column, Kind, Sensitivity, Table

__all__ = ["RECORD_TABLES", "REQUIRED_TABLES", "Column", "Kind", "Sensitivity", "Table", "record_table"]
