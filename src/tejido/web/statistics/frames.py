# SPDX-License-Identifier: AGPL-3.0-or-later
"""From coded rows to the declared record tables: the bridge the counts walk over. Opens no case."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.conf import settings

from tejido.statistics import Tabulation, Window, tabulate
from tejido.tables.reading import Records
from tejido.web.cases.frames import records_tables
from tejido.web.mailbox.models import Partner
from tejido.web.referrals.frames import referrals_table
from tejido.web.security.coded import open_coded
from tejido.web.security.keyring import KeyRing


def own_records(*, ring: KeyRing, as_of: date) -> Records:
    """This organisation's coded rows as record tables. The ring must be of the data team; raises `NoKey`."""
    tables = records_tables(open_coded(ring, "contacts"), open_coded(ring, "cases"))
    cases = set(tables["cases"]["case_id"].to_pylist())
    return Records.in_memory(
        node=settings.TEJIDO.node,
        as_of=as_of,
        invented=settings.TEJIDO.demo,
        tables={**tables, "referrals": referrals_table(open_coded(ring, "referrals"), cases)},
    )


def own_tabulation(*, ring: KeyRing, window: Window, as_of: date, names: Collection[str] = ()) -> Tabulation:
    """This organisation's exact totals for a window: of indicators `names`, or all of the cross-border sheet."""
    partners = Partner.objects.values_list("code", flat=True)
    return tabulate([own_records(ring=ring, as_of=as_of)], window=window, partners=list(partners), names=names)[0]
