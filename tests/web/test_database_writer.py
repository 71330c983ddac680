# SPDX-License-Identifier: Apache-2.0
"""Someone can write the database, and nothing else: he cannot make anyone seal to his key."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings
from django.utils import timezone

from tejido.crypto import (
    BoxKey,
    CannotOpen,
    Context,
    PublicKey,
    SigningKey,
    UnsignedKey,
    new_key,
    new_paper_key,
    open_box,
    open_field,
    seal_box,
    seal_field,
    search_token,
    shared_key,
    wrap_key,
)
from tejido.vocabulary import BadInput
from tejido.web.accounts.actions import SIGNING_SCOPE, create_team, renew_team, signing_key
from tejido.web.accounts.keys import SignedTeams, anonymous_ring, grant_info, organisation_key, team_of
from tejido.web.accounts.models import Member, RecoveryKey, Team, TeamGeneration, TeamKeyGrant
from tejido.web.accounts.newest import FILE, RESTORED, highest
from tejido.web.accounts.recovering import keep_recovery_key
from tejido.web.accounts.staffing import let_in, take_out
from tejido.web.cases.actions import open_compartment, save_compartment
from tejido.web.cases.finding import find_cases
from tejido.web.cases.models import Case, Compartment
from tejido.web.cases.search_key import remake_tokens, renew_search_key
from tejido.web.config.checking import _not_ours
from tejido.web.config.keys_back import older_than_seen, went_back_by_name
from tejido.web.intake.actions import save_contact, take_call, take_contact
from tejido.web.intake.models import Contact
from tejido.web.security.coded import open_coded
from tejido.web.security.fields import encode
from tejido.web.security.keyring import NoKey, NotOurs, TeamSecret
from tejido.web.security.models import KeyGrant, RecordKey, SearchToken
from tejido.web.security.sealing import SealedRecord
from tejido.web.security.search_keys import SEARCH_SCOPE, search_keys
from tests.web.security.test_sealing import _contact
from tests.web.seeding import seed
from tests.web.sharing.conftest import make_case

HIS = BoxKey.generate()


@pytest.fixture(autouse=True)
def _as_it_was():
    """The files outside the database are put back, like the database."""
    paths = [settings.TEJIDO.data / name for name in (FILE, RESTORED)]
    before = [path.read_bytes() if path.exists() else None for path in paths]
    yield
    for path, raw in zip(paths, before, strict=True):
        path.unlink(missing_ok=True) if raw is None else path.write_bytes(raw)


def _signing(cast):
    return SigningKey(cast.ring("noor").raw(RecordKey.objects.get(scope=SIGNING_SCOPE).id))


def _newest(kind):
    return TeamGeneration.objects.filter(team=team_of(kind)).latest("number")


def _rotated(cast, kind=Team.Kind.INTAKE):
    team = team_of(kind)
    return renew_team(team=team, secret=cast.ring("bilal").current_secret(team.pk), signing=_signing(cast),
                      by=cast.member("bilal"))  # fmt: skip


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


def test_an_older_signed_key_under_the_number_of_the_newest(cast, django_capture_on_commit_callbacks):
    old = _newest(Team.Kind.INTAKE)
    with django_capture_on_commit_callbacks(execute=True):
        _rotated(cast)
    _set(_newest(Team.Kind.INTAKE), public_key=old.public_key, signature=old.signature)
    _refused_to_seal()


def test_a_team_set_back_to_an_older_generation(cast, django_capture_on_commit_callbacks):
    # Its private half may be known to whoever was taken out.
    grants = {grant.member_id: bytes(grant.box) for grant in _newest(Team.Kind.INTAKE).grants.all()}
    with django_capture_on_commit_callbacks(execute=True):
        _rotated(cast)
    intake = team_of(Team.Kind.INTAKE)
    assert highest()[intake.owner] == 2
    _newest(Team.Kind.INTAKE).delete()
    old = intake.generations.get()
    assert {grant.member_id: bytes(grant.box) for grant in old.grants.all()} == grants
    _refused_to_seal()
    # Nor does a member of the team seal with it: to her the team is closed until someone has looked.
    assert intake.pk not in cast.ring("amara").team_ids
    with pytest.raises(UnsignedKey):
        cast.ring("amara").new_key("contact", [intake.pk])


def test_a_rotation_that_was_undone_was_never_seen(cast):
    anonymous_ring().new_key("contact", [team_of(Team.Kind.INTAKE).pk])
    _rotated(cast)
    SignedTeams().public_key(team_of(Team.Kind.INTAKE).pk)
    assert highest().get(team_of(Team.Kind.INTAKE).owner, 0) <= 1


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
    made = anonymous_ring().new_key("contact", [team.pk])
    assert made.grants.get().generation == 1  # to ours, as if his did not stand there
    with pytest.raises(UnsignedKey):
        _contact(cast.ring("amara"), "DBW-002", own_words="nada para él")


def test_a_members_key_exchanged_for_his(cast):
    team = team_of(Team.Kind.INTAKE)
    _set(cast.member("chen"), public_key=HIS.public.raw)
    take_out(member=cast.member("amara"), team=team, by=cast.member("bilal"), ring=cast.ring("bilal"))
    # Nobody's leaving seals the new generation to him.
    assert set(_newest(Team.Kind.INTAKE).grants.values_list("member__login", flat=True)) == {"bilal"}
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
    _rotated(cast)
    assert not _newest(Team.Kind.INTAKE).grants.filter(member__login="eve").exists()


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
    # Nobody signs with it; and if she did, the true one is pinned in the settings.
    _his_key(RecordKey.objects.get(scope=SIGNING_SCOPE))
    for login in ("noor", "bilal", "dora"):
        with pytest.raises(NotOurs):
            signing_key(cast.ring(login))
    with pytest.raises(UnsignedKey):
        renew_team(team=team_of(Team.Kind.INTAKE), signing=SigningKey.generate(), by=cast.member("bilal"),
                   secret=cast.ring("bilal").current_secret(team_of(Team.Kind.INTAKE).pk))  # fmt: skip
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


def _his_key(key, team_ids=None, *, method="arrived", vouched=False):
    """A secret he knows in place of this record key's, sealed to the teams that hold it: anyone can do that."""
    raw, held = new_key(), list(KeyGrant.objects.filter(key=key).values_list("team_id", flat=True))
    KeyGrant.objects.filter(key=key).delete()
    for team_id in team_ids or held:
        newest = TeamGeneration.objects.filter(team_id=team_id).latest("number")
        bound = Context("mx", "security.recordkey", str(team_id), key.scope, f"{key.pk}/{newest.number}")
        public = PublicKey(bytes(newest.public_key))
        said = raw
        if vouched:  # in the name of a team of ours, as well as he can
            between = Context("mx", "security.keygrant", f"{team_id}/1", "to", f"{team_id}/{newest.number}").encode()
            said = team_id.bytes + (1).to_bytes(4, "big") + wrap_key(shared_key(HIS, public, between), raw, bound)
        KeyGrant.objects.create(key=key, team_id=team_id, generation=newest.number, method=method,
                                sealed=seal_box(public, said, bound.encode()))  # fmt: skip
    return raw


def _at_work(cast, login):
    return {"by": cast.member(login), "ring": cast.ring(login)}


_FORGED = [{}, {"method": "boxed"}, {"method": "boxed", "vouched": True}, {"method": "wrapped"}]


@pytest.mark.parametrize("how", _FORGED)
def test_the_search_key_exchanged_for_one_he_knows(cast, how):
    make_case(cast)
    before = set(SearchToken.objects.values_list("pk", flat=True))
    his = _his_key(RecordKey.objects.get(scope=SEARCH_SCOPE), **how)
    with pytest.raises(CannotOpen):
        take_call(language="es", now=timezone.now(), **_at_work(cast, "amara"))
    with pytest.raises(CannotOpen):
        find_cases(phone="919 555 0101", **_at_work(cast, "chen"))
    assert set(SearchToken.objects.values_list("pk", flat=True)) == before
    assert not SearchToken.objects.filter(token=search_token(his, "phone", "+19195550101")).exists()


def test_an_older_search_key_put_back(cast, django_capture_on_commit_callbacks):
    old = RecordKey.objects.get(scope=SEARCH_SCOPE)
    kept = list(old.grants.values("team_id", "generation", "method", "sealed"))
    with django_capture_on_commit_callbacks(execute=True):
        renew_search_key(**_at_work(cast, "bilal"))
        take_call(language="es", now=timezone.now(), **_at_work(cast, "amara"))
        assert remake_tokens(**_at_work(cast, "amara")) == 0
    assert (highest()["mx/search"], list(search_keys())) == (2, [2])
    RecordKey.objects.filter(scope__startswith=SEARCH_SCOPE).delete()
    again = RecordKey.objects.create(pk=old.pk, scope=SEARCH_SCOPE)
    KeyGrant.objects.bulk_create(KeyGrant(key=again, **grant) for grant in kept)
    with pytest.raises(UnsignedKey):
        take_call(language="es", now=timezone.now(), **_at_work(cast, "amara"))
    assert list(older_than_seen()) == ["search"]
    assert went_back_by_name({"mx/search": 2}) == []  # unless it is a backup that was put back: the line goes on
    assert take_call(language="es", now=timezone.now(), **_at_work(cast, "amara")).pk


@pytest.mark.parametrize("how", _FORGED)
def test_a_compartment_with_nothing_in_it_yet_whose_key_is_exchanged(cast, how):
    case = make_case(cast).case
    chen = _at_work(cast, "chen")
    made = open_compartment(case=case, kind="whereabouts", **chen).record
    _his_key(made.key, **how)
    with pytest.raises(CannotOpen):
        open_compartment(case=case, kind="whereabouts", **_at_work(cast, "chen"))
    with pytest.raises(CannotOpen):
        save_compartment(compartment=made, content="en el rancho", revision=1, **_at_work(cast, "chen"))
    assert Compartment.objects.get(pk=made.pk).content is None


def test_a_case_of_his_own_making_in_place_of_one_does_not_open(cast):
    case = make_case(cast).case
    his = _his_key(case.key)
    forged = seal_field(his, encode("Dice que miente."), case._context(cast.ring("chen"), "summary"))
    _set(case, **dict.fromkeys(Case.sealed_names()) | {"summary": forged})
    with pytest.raises(NotOurs):
        Case.objects.get(pk=case.pk).opened(cast.ring("chen"))
    assert set(_not_ours(settings.TEJIDO.data)) == {f"case {case.key_id}"}  # `tejido node check` names it


def test_what_arrived_is_written_anew_by_whoever_takes_it_whatever_key_he_put_there(cast):
    contact = _contact(anonymous_ring(), "DBW-010", own_words="me deben tres meses")
    his = _his_key(contact.key)
    _set(contact, **dict.fromkeys(Contact.sealed_names()))
    taken = take_contact(contact=contact, now=timezone.now(), **_at_work(cast, "amara"))
    taken = save_contact(contact=taken, answers={"advocate_view": "tiene miedo"}, revision=taken.revision,
                         now=timezone.now(), **_at_work(cast, "amara"))  # fmt: skip
    for team in ("intake", "duty"):
        assert taken.key.grants.get(team_id=team_of(Team.Kind(team)).pk).method != KeyGrant.Method.ARRIVED
    with pytest.raises(CannotOpen):
        open_field(his, taken.advocate_view, taken._context(cast.ring("amara"), "advocate_view"))
    assert not RecordKey.objects.filter(pk=contact.key_id).exists()
    # Once it is ours he cannot make it look as if it had just come in.
    _his_key(taken.key)
    _set(taken, **dict.fromkeys(Contact.sealed_names()))
    with pytest.raises(NotOurs):
        save_contact(contact=Contact.objects.get(pk=taken.pk), answers={"advocate_view": "tiene miedo"},
                     revision=taken.revision, now=timezone.now(), **_at_work(cast, "amara"))  # fmt: skip


def test_a_provider_vouches_for_no_key_of_ours(cast):
    team, _secret = create_team(kind=Team.Kind.PROVIDER, name="Casa Prueba", members=[cast.member("rosa")],
                                signing=_signing(cast), by=cast.member("noor"))  # fmt: skip
    made = cast.ring("rosa").new_key("compartment", [team.pk, team_of(Team.Kind.INTAKE).pk])
    assert cast.ring("rosa").raw(made.pk)
    with pytest.raises(UnsignedKey):
        cast.ring("amara").raw(made.pk)
    _set(team, kind="intake")  # what the team is for was signed with its key
    with pytest.raises(UnsignedKey):
        cast.ring("amara").raw(made.pk)


def test_a_team_of_ours_in_anothers_place(cast):
    # Someone of that team may be helping him: what it is for is signed with its key.
    case = make_case(cast).case
    south, _secret = create_team(kind=Team.Kind.CASES, name="A caseload", members=[cast.member("eve")],
                                 signing=_signing(cast), by=cast.member("noor"))  # fmt: skip
    safety = Team.objects.get(caseload=south, kind="safety")
    _set(safety, caseload=None, kind="duty")
    _set(Team.objects.get(caseload=case.team, kind="safety"), caseload=south)
    _set(safety, caseload=case.team, kind="safety")
    with pytest.raises(UnsignedKey):
        cast.ring("chen").new_key("compartment", [safety.pk])
    duty = team_of(Team.Kind.DUTY)
    on_duty = next(login for login in cast.logins if duty.pk in cast.ring(login).team_ids - {case.team_id})
    _set(duty, kind="cases")  # then her ring would open every case without breaking any glass
    ring = cast.ring(on_duty)
    ring._teams = {duty.pk: ring._teams[duty.pk]}
    with pytest.raises(UnsignedKey):
        ring.raw(case.key_id)
    _set(south, kind="duty")
    with pytest.raises(UnsignedKey):
        take_call(language="es", now=timezone.now(), **_at_work(cast, "amara"))


def test_a_record_pointed_at_a_key_that_was_made_for_something_else(cast):
    # A packet's key is open to a provider, who may be helping him.
    case, chen = make_case(cast).case, cast.ring("chen")
    made = open_compartment(case=case, kind="whereabouts", **_at_work(cast, "chen")).record
    packet = chen.new_key("packet", [case.team_id, made.team_id])
    for record in (made, case):
        _set(record, key=packet, **dict.fromkeys(record.sealed_names()))
        with pytest.raises(NotOurs):
            type(record).objects.get(pk=record.pk).seal(cast.ring("chen"), **dict.fromkeys(record.sealed_names(), "x"))


@pytest.mark.slow
def test_whatever_record_there_is_nobody_seals_anything_under_a_key_of_his(cast):
    seed(cast.logins)

    def sealed_by_someone():
        rings = [cast.ring(login) for login in cast.logins]
        for model in filter(lambda each: issubclass(each, SealedRecord), apps.get_models()):
            for record in model._base_manager.all():
                for ring in rings:
                    try:
                        record.seal(ring, **dict.fromkeys(record.sealed_names(), "x"))
                    except (NoKey, CannotOpen, UnsignedKey):
                        continue
                    yield model

    assert len(set(sealed_by_someone())) > 12
    for key in RecordKey.objects.all():
        _his_key(key)
    assert not set(sealed_by_someone())
    with pytest.raises(NotOurs):  # nor is anything counted that he made up
        list(open_coded(cast.ring("dora"), "cases"))
