# SPDX-License-Identifier: Apache-2.0
"""The danger lane: a basis, the least, a second person who truly is another, the survivor told."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from tejido.web.cases.models import Person, Task
from tejido.web.mailbox.models import OutboundMessage
from tejido.web.sharing.actions import NotAllowed, see_alert, send_danger_alert
from tejido.web.sharing.models import Alert, Handover
from tests.web.sharing.conftest import NOW


def _alert(
    cast, case, terms, *, by="amara", second="bilal", fields=("person_name", "person_phone"), basis="imminent_harm"
):
    ring = cast.ring(by)
    survivor = next(p for p in Person.objects.filter(case=case) if p.opened(ring).identifiers and
                    p.opened(ring).role == "survivor")  # fmt: skip
    return send_danger_alert(
        case=case, agreement=terms, basis=basis, fields=fields, survivor=survivor.pk,
        second=cast.member(second) if second else None, by=cast.member(by), ring=ring, now=NOW,
    )  # fmt: skip


def test_danger_leaves_without_a_release_and_alerts_a_second_person(cast, case, terms, us):
    handover = _alert(cast, case, terms)
    body = us.opens(OutboundMessage.objects.get().raw).body
    assert body["basis"] == "imminent_harm"
    assert body["alert_id"] == str(handover.pk)
    assert set(body["facts"]) == {"person_name", "person_phone"}
    alert = Alert.objects.get()
    assert (alert.case, alert.handover, alert.raised_by) == (case, handover, cast.member("amara"))
    # She is told when it is safe: someone has that to do.
    task = Task.objects.get(case=case)
    assert task.opened(cast.ring("chen")).kind == "call_back"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"second": None}, "second_person_missing"),
        ({"second": "chen"}, "second_person_missing"),  # not on duty: cannot be alerted
        ({"by": "bilal", "second": "bilal"}, "second_person_same"),
        ({"basis": "a_hunch"}, "basis_unknown"),
        ({"fields": ("person_name", "own_words")}, "basis_fields"),
    ],
)
def test_danger_is_refused_without_its_conditions(cast, case, terms, changes, reason):
    with pytest.raises(NotAllowed) as refused:
        _alert(cast, case, terms, **changes)
    assert reason in {each.code for each in refused.value.decision.reasons}
    assert not OutboundMessage.objects.exists()
    assert not Alert.objects.exists()
    assert not Handover.objects.exists()


def test_whoever_raised_the_alert_cannot_be_the_one_who_sees_it(cast, case, terms):
    _alert(cast, case, terms)
    alert = Alert.objects.get()
    with pytest.raises(PermissionDenied):
        see_alert(alert=alert, by=cast.member("amara"), now=NOW)
    Alert.objects.update(raised_by=cast.member("bilal"))
    alert.refresh_from_db()
    with pytest.raises(PermissionDenied):
        see_alert(alert=alert, by=cast.member("bilal"), now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.update(seen_by=cast.member("bilal"), seen_at=NOW)


def test_the_second_person_sees_it_once(cast, case, terms):
    _alert(cast, case, terms)
    client = cast.client("bilal")
    page = client.get("/alerts/").content.decode()
    alert = Alert.objects.get()
    assert case.code in page
    assert client.post(f"/alerts/{alert.pk}/seen/").status_code == 302
    alert.refresh_from_db()
    assert alert.seen_by == cast.member("bilal")


def test_the_danger_form_offers_only_what_the_basis_names(cast, case, terms):
    page = cast.client("amara").get(f"/cases/{case.pk}/danger/").content.decode()
    assert 'value="whereabouts"' in page
    assert 'value="own_words"' not in page
