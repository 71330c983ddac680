# SPDX-License-Identifier: Apache-2.0
"""Which rows meet a condition, where some rows point nowhere."""

from __future__ import annotations

import numpy as np
import pytest

from tejido.statistics.conditions import Exists, HasCode, Linked, Not
from tejido.statistics.holdings import Holdings
from tejido.tables.id_sets import NOWHERE
from tejido.tables.rows import Codes, TableRows

# Two cases. Of three contacts the first belongs to case 0, the others to none.
CASES = TableRows(2, {"status": Codes(("open", "closed"), np.array([0, 1], np.int32))})
CONTACTS = TableRows(
    3,
    {"topic": Codes(("tip", "other"), np.array([1, 0, 0], np.int32))},
    points_to={"case_id": np.array([0, NOWHERE, NOWHERE], np.int32)},
)
HOLDINGS = Holdings({"cases": CASES, "contacts": CONTACTS})


@pytest.mark.parametrize(
    ("topic", "cases"),
    [("other", [True, False]), ("tip", [False, False])],  # the tips belong to no case, the last one neither
)
def test_a_row_that_points_nowhere_brings_no_other_row_in(topic, cases):
    about = Exists("contacts", "case_id", "case_id", HasCode("topic", (topic,), several=False))
    assert HOLDINGS.where(about, "cases").tolist() == cases
    assert HOLDINGS.where(Not(about), "cases").tolist() == [not one for one in cases]


def test_a_row_that_points_nowhere_is_linked_to_nothing():
    closed = Linked("case_id", "cases", "case_id", HasCode("status", ("closed",), several=False))
    opened = Linked("case_id", "cases", "case_id", HasCode("status", ("open",), several=False))
    assert HOLDINGS.where(closed, "contacts").tolist() == [False, False, False]
    assert HOLDINGS.where(opened, "contacts").tolist() == [True, False, False]
