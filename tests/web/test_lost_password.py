# SPDX-License-Identifier: Apache-2.0
"""Chen loses her password. Nothing is lost, and nobody gains: not the administrator, not who wrote in the database."""

from __future__ import annotations

from base64 import b32decode
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from tejido.crypto import BoxKey, CannotOpen, UnsignedKey, open_box, open_with_password, totp_code
from tejido.vocabulary import BadInput
from tejido.web.accounts.actions import grant_generation, member_context
from tejido.web.accounts.keys import grant_info, ring_of, team_of
from tejido.web.accounts.models import Member, Team
from tejido.web.accounts.staffing import let_in, replace_password
from tejido.web.security.keyring import NoKey
from tejido.web.security.models import AuditEntry
from tests.web.security.test_sealing import _contact

HERS = "palabras que nadie más juntaría"


class Lost:
    """Chen after the administrator has given her a new password: what was shown once."""

    def __init__(self, cast):
        self.cast = cast
        self.old = cast.member("chen")
        page = cast.client("noor").post(f"/members/{self.old.pk}/lost-password/")
        assert page.status_code == 200, page.content.decode()
        self.password, self.secret = page.context["password"], b32decode(page.context["secret"])

    def signs_in(self, password=None):
        """A browser signed in as her."""
        Member.objects.filter(login="chen").update(totp_last_step=0)
        client, code = Client(), totp_code(self.secret, int(datetime.now(UTC).timestamp()))
        sent = {"login": "chen", "password": password or self.password, "code": code}
        assert client.post("/login/", sent).status_code == 302
        return client

    def chooses(self, new=HERS):
        client = self.signs_in()
        assert client.post("/password/", {"current": self.password, "new": new, "again": new}).status_code == 302
        return client

    def ring(self, password=HERS):
        return type(self.cast)({**self.cast.logins, "chen": (password, self.secret)}, self.cast.shares).ring("chen")


@pytest.fixture
def lost(cast):
    return Lost(cast)


def _let_in(cast, kind, *, login="bilal"):
    member, team = cast.member("chen"), team_of(kind)
    return cast.client(login).post(
        f"/teams/{team.pk}/let-in/", {"member": str(member.pk), "key": member.key_read_aloud}
    )


def test_once_let_in_again_she_opens_all_she_opened(cast, lost):
    record = _contact(cast.ring("amara"), "LOS-001", own_words="de antes")
    client = lost.chooses()
    with pytest.raises(NoKey):
        record.opened(lost.ring())
    assert _let_in(cast, Team.Kind.INTAKE).status_code == 302
    assert record.opened(lost.ring()).own_words == "de antes"
    assert client.get("/contacts/").status_code == 200
    # The team that has not done so yet still waits.
    assert [each.team.kind for each in cast.member("chen").awaiting.filter(team__caseload=None)] == ["cases"]
    assert AuditEntry.objects.filter(event="member.key_vouched").count() == 1
    assert _let_in(cast, Team.Kind.CASES).status_code == 302
    assert not cast.member("chen").awaiting.exists()


def test_she_chooses_her_own_password_before_anything_else(cast, lost):
    client = lost.signs_in()
    for address in ("/", "/cases/", "/contacts/"):
        assert client.get(address).headers["Location"] == "/password/"
    assert _let_in(cast, Team.Kind.INTAKE).status_code == 422
    assert client.post("/password/", {"current": lost.password, "new": HERS, "again": "otra"}).status_code == 422
    assert client.post("/password/", {"current": lost.password, "new": HERS, "again": HERS}).status_code == 302
    desk = client.get("/")
    assert cast.member("chen").key_read_aloud in desk.content.decode()


def test_the_administrator_who_knows_her_first_password_opens_nothing(cast, lost):
    record = _contact(cast.ring("amara"), "LOS-002", own_words="solo del equipo")
    kept = bytes(cast.member("chen").private_key)  # from the database or a backup
    with pytest.raises(NoKey):
        record.opened(lost.ring(lost.password))
    with pytest.raises(PermissionDenied):
        let_in(member=cast.member("chen"), team=team_of(Team.Kind.INTAKE), by=cast.member("noor"),
               ring=cast.ring("noor"))  # fmt: skip
    lost.chooses()
    _let_in(cast, Team.Kind.INTAKE)
    # The key that was made with the first password opens none of what was sealed to her since.
    member = cast.member("chen")
    raw = open_with_password(kept, lost.password, pepper=settings.TEJIDO.pepper, context=member_context(member))
    with pytest.raises(CannotOpen):
        record.opened(ring_of(member, BoxKey(raw)))


def test_were_he_to_sign_in_in_her_place_the_key_read_by_voice_would_differ(cast, lost):
    stolen = lost.chooses("contraseña que eligió otra persona")
    his = cast.member("chen").key_read_aloud
    assert his in stolen.get("/").content.decode()
    # She cannot sign in with what she was given, and complains: she is given another, and reads another key.
    again = Lost(cast)
    again.chooses()
    hers = cast.member("chen").key_read_aloud
    assert hers != his
    team = team_of(Team.Kind.INTAKE)
    with pytest.raises(BadInput) as refused:
        let_in(member=cast.member("chen"), team=team, by=cast.member("bilal"), ring=cast.ring("bilal"), key=his)
    assert refused.value.code == "key_changed"


def test_a_colleague_who_compared_nothing_is_shown_the_key_first(cast, lost):
    lost.chooses()
    bilal, team, chen = cast.client("bilal"), team_of(Team.Kind.INTAKE), cast.member("chen")
    page = bilal.post(f"/teams/{team.pk}/let-in/", {"member": str(chen.pk)})
    assert page.status_code == 200
    assert chen.key_read_aloud in page.content.decode()
    assert not cast.member("chen").team_ids


def test_her_lost_key_opens_no_generation_that_came_after(cast):
    old = cast.ring("chen")
    team = team_of(Team.Kind.INTAKE)
    private = _private(cast)
    lost = Lost(cast)
    lost.chooses()
    _let_in(cast, Team.Kind.INTAKE)
    newest = team.generations.order_by("-number")[0]
    assert newest.number == old._teams[team.pk] + 1
    for grant in newest.grants.all():
        with pytest.raises(CannotOpen):
            open_box(private, grant.box, grant_info(newest, grant.member_id))


def _private(cast):
    member = cast.member("chen")
    return BoxKey(open_with_password(member.private_key, cast.logins["chen"][0], pepper=settings.TEJIDO.pepper,
                                     context=member_context(member)))  # fmt: skip


def test_a_key_that_was_never_vouched_for_receives_no_new_generation(cast, lost):
    lost.chooses()
    team = team_of(Team.Kind.INTAKE)
    with pytest.raises(UnsignedKey):
        grant_generation(team.generations.latest("number"), cast.ring("bilal").current_secret(team.pk),
                         cast.member("chen"))  # fmt: skip


def test_whoever_alone_holds_a_team_needs_the_sheets(cast):
    before = bytes(cast.member("dora").private_key)
    answer = cast.client("noor").post(f"/members/{cast.member('dora').pk}/lost-password/")
    assert answer.status_code == 422
    assert "tejido node recover" in answer.content.decode()
    assert bytes(cast.member("dora").private_key) == before


def test_nobody_replaces_her_own_and_only_who_may(cast):
    for login, by in (("noor", "noor"), ("amara", "bilal")):
        with pytest.raises((BadInput, PermissionDenied)):
            replace_password(member=cast.member(login), by=cast.member(by), ring=cast.ring(by), now=timezone.now())


def test_her_open_session_ends(cast):
    client = cast.client("chen")
    Lost(cast)
    assert client.get("/").status_code == 302
    assert client.get("/").headers["Location"].startswith("/login/")


def test_the_desk_says_who_is_to_be_taken_out_and_one_press_does_it(cast):
    noor, bilal, team = cast.client("noor"), cast.client("bilal"), team_of(Team.Kind.INTAKE)
    chen = cast.member("chen")
    noor.post(f"/members/{chen.pk}/end/")
    address = f"/teams/{team.pk}/take-out/{chen.pk}/"
    assert address in bilal.get("/").content.decode()
    assert bilal.post(address).status_code == 302
    assert address not in bilal.get("/").content.decode()


def test_the_desk_says_who_waits(cast, lost):
    lost.chooses()
    desk = cast.client("bilal").get("/").content.decode()
    assert "Chen Prueba" in desk
