# SPDX-License-Identifier: Apache-2.0
"""The organisation's own keys among as many keys as there are records: looked up, not looked through."""

from __future__ import annotations

import pytest
from django.db import connection

from tejido.web.accounts.signing_keys import SIGNING_SCOPE
from tejido.web.security.models import RecordKey
from tejido.web.security.search_keys import SEARCH_SCOPE


@pytest.mark.parametrize("scope", [SEARCH_SCOPE, SIGNING_SCOPE])
def test_they_are_found_through_the_index_and_no_other_with_them(scope, cast):
    others = ("case", "organisation", f"{scope}ed", f"{scope[:-1]}z", "packet", "z")
    RecordKey.objects.bulk_create(RecordKey(scope=each) for each in (*others, f"{scope}/2", f"{scope}/11"))
    keys = RecordKey.objects.numbered(scope)
    assert sorted(keys.values_list("scope", flat=True)) == sorted([scope, f"{scope}/11", f"{scope}/2"])
    if connection.vendor == "postgresql":  # so few rows it would rather read whole
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "record_key_scope" in keys.explain()
