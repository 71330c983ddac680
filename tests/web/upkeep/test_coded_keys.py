# SPDX-License-Identifier: Apache-2.0
"""Every key of coded rows is replaced while sessions write: counts stay as they are, and the old keys go."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from tejido.web.cases.actions import add_person
from tejido.web.security.coded import open_coded
from tejido.web.security.models import CodedRow, RecordKey
from tejido.web.upkeep.models import OldBatch
from tejido.web.upkeep.renewing import renew_batches, renew_coded_keys
from tests.web.sharing.conftest import make_case
from tests.web.test_rotation import cut_off_everywhere


def counted(cast):
    return dict(open_coded(cast.ring("dora"), "cases"))


def test_all_replaced_cut_off_at_every_statement_with_a_session_at_work(cast):
    made = [make_case(cast) for _ in range(3)]
    chen, ring, before = cast.member("chen"), cast.ring("chen"), counted(cast)
    add_person(case=made[0].case, values={"role": "contactor"}, by=chen, ring=ring)  # a session's key, in use
    before = counted(cast)
    old = set(RecordKey.objects.filter(scope="coded").values_list("pk", flat=True))
    assert len(old) == 4

    def same():
        assert counted(cast) == before

    dora = cast.member("dora")
    cut_off_everywhere(lambda: renew_coded_keys(by=dora, now=timezone.now()), same)
    cut_off_everywhere(lambda: renew_batches(by=dora, ring=cast.ring("dora"), most=2), same)
    while OldBatch.objects.exists():
        renew_batches(by=dora, ring=cast.ring("dora"), most=2)
        same()
    assert not RecordKey.objects.filter(pk__in=old).exists()
    add_person(case=made[1].case, values={"role": "contactor"}, by=chen, ring=ring)  # the same session goes on
    assert counted(cast).keys() == before.keys()
    assert CodedRow.objects.get(record_id=made[1].case.pk).batch_id not in old


def test_only_the_data_team(cast):
    for login in ("chen", "noor", "bilal"):
        with pytest.raises(PermissionDenied):
            renew_coded_keys(by=cast.member(login), now=timezone.now())
    make_case(cast)
    old = RecordKey.objects.get(scope="coded").pk
    dora = cast.client("dora")
    assert "coded-keys" in dora.get("/teams/").content.decode()
    assert dora.post("/teams/coded-keys/").status_code == 302
    assert not RecordKey.objects.filter(pk=old).exists()
