# SPDX-License-Identifier: Apache-2.0
"""The seed of public rows is sealed beside an edition: only the data team opens it, and the audit says who did."""

from __future__ import annotations

import pytest

from tejido.statistics.microdata import seed_digest
from tejido.web.security.models import AuditEntry
from tejido.web.statistics import publishing
from tejido.web.statistics.actions import build_sheet, take_in_tabulations
from tejido.web.statistics.models import EditionSeed
from tests.node import whole_database
from tests.web.statistics.conftest import WINDOW

SEED = bytes(range(32))


@pytest.fixture
def edition(counting):
    counting.arrive(counting.totals())
    take_in_tabulations(**counting.dora())
    return publishing.make_edition(run=build_sheet(window=WINDOW, **counting.dora()), **counting.dora())


def test_a_seed_is_sealed_and_opened_again_on_the_page_of_the_edition(counting, edition):
    dora, address = counting.cast.client("dora"), f"/editions/{edition.pk}/"
    assert dora.post(f"{address}seed/", {"seed": "12"}).status_code == 422
    for _ in range(2):  # twice is once
        assert dora.post(f"{address}seed/", {"seed": SEED.hex()}).headers["Location"] == address
    kept = EditionSeed.objects.get()
    assert (kept.digest, kept.edition) == (seed_digest(SEED), edition)
    written = whole_database()
    assert SEED not in written
    assert SEED.hex().encode() not in written
    page = dora.get(address).content.decode()
    assert kept.digest[:16] in page
    assert SEED.hex() not in page
    assert SEED.hex() in dora.post(f"{address}seeds/").content.decode()
    assert [one.event for one in AuditEntry.objects.filter(event__startswith="seed.").order_by("pk")] == [
        "seed.kept", "seed.read",
    ]  # fmt: skip
    assert counting.cast.client("eve").post(f"{address}seeds/").status_code == 403
