# SPDX-License-Identifier: Apache-2.0
"""Someone can write the database, and nothing else: he cannot make anyone seal to his key."""

from __future__ import annotations

import pytest
from django.conf import settings

from tejido.crypto import (
    BoxKey,
    CannotOpen,
    PublicKey,
    SigningKey,
    UnsignedKey,
    new_key,
    new_paper_key,
    open_box,
    seal_box,
)
from tejido.vocabulary import BadInput
from tejido.web.accounts.actions import SIGNING_SCOPE, leave_team, renew_team
from tejido.web.accounts.keys import SignedTeams, anonymous_ring, grant_info, organisation_key, team_of
from tejido.web.accounts.models import Member, RecoveryKey, Team, TeamGeneration, TeamKeyGrant
from tejido.web.accounts.newest import FILE, highest
from tejido.web.accounts.recovering import keep_recovery_key
from tejido.web.accounts.staffing import let_in, take_out
from tejido.web.security.keyring import NoKey, TeamSecret
from tejido.web.security.models import RecordKey
from tests.web.security.test_sealing import _contact

HIS = BoxKey.generate()


@pytest.fixture(autouse=True)
def _as_it_was():
    """The file outside the database is put back, like the database."""
    path = settings.TEJIDO.data / FILE
    before = path.read_bytes() if path.exists() else None
    yield
    path.unlink(missing_ok=True) if before is None else path.write_bytes(before)


def _signing(cast):
    return SigningKey(cast.ring("noor").raw(RecordKey.objects.get(scope=SIGNING_SCOPE).id))


def _newest(kind):
    return TeamGeneration.objects.filter(team=team_of(kind)).latest("number")


def _rotated(cast, kind=Team.Kind.INTAKE):
    team = team_of(kind)
    return renew_team(team=team, secret=cast.ring("bilal").current_secret(team.pk), signing=_signing(cast))


def _set(row, **columns):
    type(row).objects.filter(pk=row.pk).update(**columns)


def _refused_to_seal(kind=Team.Kind.INTAKE):
    with pytest.raises(UnsignedKey):
        anonymous_ring().new_key("contact", [team_of(kind).pk])


def test_a_teams_key_exchanged_for_his(cast):
    _set(_newest(Team.Kind.INTAKE), public_key=HIS.public.raw)
    _refused_to_seal()


def test_a_team_key_signed_for_another_team(cast):
    other = _newest(Team.Kind.ADMINISTRATION)
    _set(_newest(Team.Kind.INTAKE), public_key=other.public_key, signature=other.signature)
    _refused_to_seal()


def test_an_older_signed_key_under_the_number_of_the_newest(cast):
    old = _newest(Team.Kind.INTAKE)
    _rotated(cast)
    _set(_newest(Team.Kind.INTAKE), public_key=old.public_key, signature=old.signature)
    _refused_to_seal()


def test_a_team_set_back_to_an_older_generation(cast, django_capture_on_commit_callbacks):
    # Its private half may be known to whoever was taken out.
    grants = {grant.member_id: bytes(grant.box) for grant in _newest(Team.Kind.INTAKE).grants.all()}
    with django_capture_on_commit_callbacks(execute=True):
        _rotated(cast)
        anonymous_ring().new_key("contact", [team_of(Team.Kind.INTAKE).pk])
    assert highest()[f"mx/team/{team_of(Team.Kind.INTAKE).pk}"] == 2
    _newest(Team.Kind.INTAKE).delete()
    old = _newest(Team.Kind.INTAKE)
    assert {grant.member_id: bytes(grant.box) for grant in old.grants.all()} == grants
    _refused_to_seal()
    # Nor does a member of the team seal with it: to her the team is closed until someone has looked.
    assert team_of(Team.Kind.INTAKE).pk not in cast.ring("amara").team_ids
    with pytest.raises(UnsignedKey):
        cast.ring("amara").new_key("contact", [team_of(Team.Kind.INTAKE).pk])


def test_a_rotation_that_was_undone_was_never_seen(cast):
    anonymous_ring().new_key("contact", [team_of(Team.Kind.INTAKE).pk])
    _rotated(cast)
    SignedTeams().public_key(team_of(Team.Kind.INTAKE).pk)
    assert highest().get(f"mx/team/{team_of(Team.Kind.INTAKE).pk}", 0) <= 1


def test_a_team_secret_of_his_own_making_sealed_to_a_member(cast):
    # Her public key is no secret: without more, whatever she wrote from now on would be wrapped under his key.
    generation, amara = _newest(Team.Kind.INTAKE), cast.member("amara")
    for box in (HIS, BoxKey.generate()):
        made = TeamSecret(box, new_key())
        forged = seal_box(PublicKey(bytes(amara.public_key)), made.encode(), grant_info(generation, amara.pk))
        TeamKeyGrant.objects.filter(generation=generation, member=amara).update(box=forged)
        with pytest.raises(UnsignedKey):
            _contact(cast.ring("amara"), "DBW-001", own_words="nada para él")


def test_a_generation_of_his_own_making(cast):
    team, amara = team_of(Team.Kind.INTAKE), cast.member("amara")
    mine = TeamGeneration.objects.create(team=team, number=9, public_key=HIS.public.raw, signature=bytes(64))
    forged = seal_box(
        PublicKey(bytes(amara.public_key)), TeamSecret(HIS, new_key()).encode(), grant_info(mine, amara.pk)
    )
    TeamKeyGrant.objects.create(generation=mine, member=amara, box=forged)
    _refused_to_seal()
    with pytest.raises(UnsignedKey):
        _contact(cast.ring("amara"), "DBW-002", own_words="nada para él")


def test_a_members_key_exchanged_for_his(cast):
    team = team_of(Team.Kind.INTAKE)
    _set(cast.member("chen"), public_key=HIS.public.raw)
    with pytest.raises(UnsignedKey):  # nobody's leaving seals the new generation to him
        take_out(member=cast.member("amara"), team=team, by=cast.member("bilal"), ring=cast.ring("bilal"))
    _set(cast.member("eve"), public_key=HIS.public.raw)
    with pytest.raises(UnsignedKey):
        let_in(member=cast.member("eve"), team=team, by=cast.member("bilal"), ring=cast.ring("bilal"))


def test_the_signed_key_of_another_member(cast):
    noor = cast.member("noor")
    _set(cast.member("eve"), public_key=noor.public_key, signature=noor.signature, key_number=noor.key_number)
    with pytest.raises(UnsignedKey):
        let_in(member=cast.member("eve"), team=team_of(Team.Kind.INTAKE), by=cast.member("bilal"),
               ring=cast.ring("bilal"))  # fmt: skip


def test_a_key_of_his_set_as_one_nobody_has_vouched_for_yet(cast):
    # It is asked for by voice, and she reads another.
    hers = cast.member("eve").key_read_aloud
    _set(cast.member("eve"), public_key=HIS.public.raw, signature=b"", key_number=7)
    with pytest.raises(BadInput) as refused:
        let_in(member=cast.member("eve"), team=team_of(Team.Kind.INTAKE), by=cast.member("bilal"),
               ring=cast.ring("bilal"), key=hers)  # fmt: skip
    assert refused.value.code == "key_changed"


def test_a_members_older_key_put_back(cast, django_capture_on_commit_callbacks):
    old = {name: getattr(cast.member("eve"), name) for name in ("public_key", "signature", "key_number")}
    fresh, team = BoxKey.generate(), team_of(Team.Kind.INTAKE)
    _set(cast.member("eve"), public_key=fresh.public.raw, signature=b"", key_number=2)
    with django_capture_on_commit_callbacks(execute=True):
        let_in(member=cast.member("eve"), team=team, by=cast.member("bilal"), ring=cast.ring("bilal"),
               key=cast.member("eve").key_read_aloud)  # fmt: skip
    _set(cast.member("eve"), **old)
    with pytest.raises(UnsignedKey):
        _rotated(cast)


def test_a_recovery_key_exchanged_or_set_back(cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        keep_recovery_key(new_paper_key(threshold=2, count=2), _signing(cast))
        _rotated(cast)
    newest = RecoveryKey.objects.latest("number")
    kept = bytes(newest.public_key)
    _set(newest, public_key=HIS.public.raw)
    with pytest.raises(UnsignedKey):
        _rotated(cast)
    _set(newest, public_key=kept)
    newest.delete()  # the shares of the one before were typed somewhere
    with pytest.raises(UnsignedKey):
        _rotated(cast)


def test_what_was_sealed_before_is_not_opened_by_his_key(cast):
    for generation in TeamGeneration.objects.all():
        for grant in generation.grants.all():
            with pytest.raises(CannotOpen):
                open_box(HIS, grant.box, grant_info(generation, grant.member_id))


def test_a_signing_key_of_his_own(cast):
    # He can have a ring use it: what it signs is refused, because the true one is pinned in the settings.
    RecordKey.objects.filter(scope=SIGNING_SCOPE).update(scope="aside")
    ring, his = anonymous_ring(), SigningKey.generate()
    ring.adopt(RecordKey(scope=SIGNING_SCOPE), his.raw, [team_of(kind).pk for kind in ("administration", "cases")])
    team, bilal = team_of(Team.Kind.INTAKE), cast.ring("bilal")
    leave_team(member=cast.member("amara"), team=team, secret=bilal.current_secret(team.pk),
               signing=SigningKey(bilal.raw(RecordKey.objects.get(scope=SIGNING_SCOPE).pk)),
               by=cast.member("bilal"))  # fmt: skip
    _refused_to_seal()
    assert Member.objects.get(login="chen").signed_key().checked(organisation_key())


def test_taken_out_she_gains_nothing_by_a_grant_of_the_database(cast):
    team, record = team_of(Team.Kind.INTAKE), _contact(cast.ring("amara"), "DBW-003", own_words="antes")
    kept = TeamKeyGrant.objects.get(member=cast.member("chen"), generation__team=team)
    take_out(member=cast.member("chen"), team=team, by=cast.member("bilal"), ring=cast.ring("bilal"))
    after = _contact(cast.ring("amara"), "DBW-004", own_words="ya sin ella")
    TeamKeyGrant.objects.create(generation=kept.generation, member=cast.member("chen"), box=kept.box)
    assert record.opened(cast.ring("chen")).own_words == "antes"  # as from any copy she kept
    with pytest.raises((NoKey, UnsignedKey, CannotOpen)):
        after.opened(cast.ring("chen"))
