# SPDX-License-Identifier: Apache-2.0
"""On duty at night: another team's case opens only by breaking the glass, for an hour, and a second person sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from tejido.vocabulary import BadInput
from tejido.web.accounts.actions import join_team
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import BrokenGlass, Team
from tejido.web.cases.glass import break_glass, review_glass
from tejido.web.cases.models import Case
from tejido.web.security.belonging import belongings
from tejido.web.security.keyring import NoKey
from tejido.web.security.models import AuditEntry, KeyGrant, RecordKey
from tests.node import whole_database
from tests.web.sharing.conftest import make_case

WHY = "su equipo no contesta y ella está en la carretera"


@pytest.fixture
def made(cast):
    """Eve, of no other team, is on duty; a case of the team of cases."""
    duty = team_of(Team.Kind.DUTY)
    secret = cast.ring("bilal").current_secret(duty.pk)
    join_team(member=cast.member("eve"), team=duty, secret=secret, by=cast.member("bilal"))
    return make_case(cast)


def _break(cast, case, *, login="eve", now=None, **other):
    given = {"code": case.code.lower().replace("-", ""), "basis": "danger", "reason": WHY} | other
    return break_glass(**given, by=cast.member(login), ring=cast.ring(login), now=now or timezone.now())


def test_duty_opens_nothing_until_the_glass_is_broken_and_then_that_case_alone(cast, made):
    other = make_case(cast).case
    for key in RecordKey.objects.filter(scope__in=["case", "contact", "compartment"]):
        with pytest.raises(NoKey):
            cast.ring("eve").raw(key.pk)
    _break(cast, made.case)
    assert made.case.opened(cast.ring("eve")).values == made.case.opened(cast.ring("chen")).values
    with pytest.raises(NoKey):
        other.opened(cast.ring("eve"))
    for key in RecordKey.objects.filter(scope="compartment"):
        with pytest.raises(NoKey):
            cast.ring("eve").raw(key.pk)


def test_it_ends_by_itself(cast, made):
    broken = _break(cast, made.case)
    eve = cast.client("eve")
    assert eve.get(f"/cases/{made.case.pk}/").status_code == 200
    past = timezone.now() - timedelta(minutes=61)
    BrokenGlass.objects.filter(pk=broken.pk).update(opened_at=past, ends_at=past + timedelta(minutes=60))
    assert eve.get(f"/cases/{made.case.pk}/").status_code == 404
    with pytest.raises(NoKey):
        made.case.opened(cast.ring("eve"))


def test_from_the_page_it_is_read_and_cannot_be_changed(cast, made):
    eve, address = cast.client("eve"), f"/cases/{made.case.pk}/"
    assert eve.get(address).status_code == 404
    sent = {"code": made.case.code, "basis": "she_is_here", "reason": WHY}
    assert eve.post("/glass/", sent | {"reason": ""}).status_code == 422
    assert eve.post("/glass/", sent | {"code": "ZZZ-ZZZ"}).status_code == 422
    assert eve.post("/glass/", sent).headers["Location"] == address
    page = eve.get(address)
    assert page.status_code == 200
    assert f"{address}edit/" not in page.content.decode()
    assert eve.get(f"{address}edit/").status_code == 404
    assert eve.post(f"{address}edit/", {"status": "closed"}).status_code == 404
    assert eve.post(f"{address}compartments/whereabouts/").status_code == 404
    lines = AuditEntry.objects.filter(member_id=cast.member("eve").pk)
    assert [lines.filter(event=name).count() for name in ("glass.broken", "glass.read", "case.read")] == [1, 1, 1]
    # The code nobody bears was asked for, and that is known; which one is not written down.
    assert list(lines.filter(event="glass.refused").values_list("record_id", "detail")) == [(None, {})]


def test_a_second_person_sees_it_on_her_desk_and_reviews_it_once(cast, made):
    broken = _break(cast, made.case)
    bilal = cast.client("bilal")
    assert "/glass/list/" in bilal.get("/").content.decode()
    assert WHY in bilal.get("/glass/list/").content.decode()
    address = f"/glass/{broken.pk}/review/"
    assert bilal.post(address, {"word": " "}).status_code == 422
    assert bilal.post(address, {"word": "hizo bien en abrirlo"}).status_code == 302
    assert bilal.post(address, {"word": "otra vez"}).status_code == 422
    assert "/glass/list/" not in bilal.get("/").content.decode()
    assert "hizo bien en abrirlo" in bilal.get("/glass/list/").content.decode()
    for words in (WHY, "hizo bien en abrirlo"):
        assert words.encode() not in whole_database()
    assert AuditEntry.objects.filter(event="glass.reviewed", detail__target=str(made.case.pk)).count() == 1


def test_nobody_reviews_her_own(cast, made):
    Case.objects.filter(pk=made.case.pk).update(team=team_of(Team.Kind.ADMINISTRATION))
    # Bilal holds the team's grant already: it is the duty one that is asked for here.
    broken = _break(cast, made.case, login="bilal")
    with pytest.raises(BadInput) as refused:
        review_glass(broken=broken, word="bien", by=cast.member("bilal"), ring=cast.ring("bilal"), now=timezone.now())
    assert refused.value.code == "glass.second"
    with pytest.raises(IntegrityError), transaction.atomic():
        BrokenGlass.objects.filter(pk=broken.pk).update(reviewed_by=broken.member_id, reviewed_at=timezone.now())
    with pytest.raises(PermissionDenied):
        review_glass(broken=broken, word="bien", by=cast.member("eve"), ring=cast.ring("eve"), now=timezone.now())


def test_only_those_on_duty_and_only_for_anothers_case(cast, made):
    with pytest.raises(PermissionDenied):
        _break(cast, made.case, login="amara")  # may, by her role; is not on duty
    assert cast.client("amara").get("/glass/").status_code == 403
    assert cast.client("noor").get("/glass/").status_code == 403
    for other, code in (({"code": "AAA-AAA"}, "glass.case"), ({"basis": "curious"}, "glass.reason"),
                        ({"reason": " "}, "glass.reason")):  # fmt: skip
        with pytest.raises(BadInput) as refused:
            _break(cast, made.case, **other)
        assert refused.value.code == code
    with pytest.raises(BadInput) as refused:
        _break(cast, made.case, login="bilal")
    assert refused.value.code == "glass.yours"
    assert not BrokenGlass.objects.exists()


def test_a_case_that_duty_holds_no_key_to_gets_one_when_its_team_reads_it(cast, made):
    duty = team_of(Team.Kind.DUTY).pk
    KeyGrant.objects.filter(key=made.case.key_id, team_id=duty).delete()
    with pytest.raises(BadInput) as refused:
        _break(cast, made.case)
    assert refused.value.code == "glass.no_key"
    assert cast.client("chen").get(f"/cases/{made.case.pk}/").status_code == 200
    _break(cast, made.case)
    assert made.case.opened(cast.ring("eve")).values


def test_why_it_was_opened_goes_when_the_case_is_shredded(cast, made):
    broken = _break(cast, made.case)
    assert broken in belongings(made.case)
