# SPDX-License-Identifier: Apache-2.0
"""Somebody writes the database, and a colleague who can open the organisation's signing key signs for him.

Dora counts; her team signs. What no process of the node signed is believed by nobody, whatever signature it bears.
"""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from tejido.crypto import BadSignature, BoxKey, CannotOpen, UnsignedKey, new_key, new_paper_key, open_box, seal_box
from tejido.vocabulary import BadInput
from tejido.web.accounts.actions import create_team, signing_key
from tejido.web.accounts.caseloads import readers_of
from tejido.web.accounts.keys import SignedTeams, anonymous_ring, grant_info, newest_generation, recovery_info, team_of
from tejido.web.accounts.models import Member, RecoveryKey, SignedInSession, Team, TeamGeneration, TeamKeyGrant
from tejido.web.accounts.newest import FILE, LEFT, RESTORED, highest
from tejido.web.accounts.own_keys import renew_own_keys
from tejido.web.accounts.recovering import recover_members, still_waiting
from tejido.web.accounts.staffing import end_access, give_access_back, let_in, renew_keys, replace_password
from tejido.web.accounts.vouching import team_word
from tejido.web.cases.search_key import renew_search_key
from tejido.web.config.checking import _vouched_for
from tejido.web.config.keys_back import went_back_by_name
from tejido.web.intake.actions import take_call
from tejido.web.mailbox.cards import key_column, our_card
from tejido.web.mailbox.models import Partner
from tejido.web.packets.providers import found_provider
from tejido.web.security.keyring import KeyRing, TeamSecret
from tejido.web.security.models import KeyGrant, RecordKey
from tejido.web.security.search_keys import FILE as SEARCH_FILE
from tejido.web.security.search_keys import SEARCH_SCOPE, search_keys
from tejido.web.security.signed_here import FILE as SIGNED_FILE
from tejido.web.upkeep.signing_anew import note_what_stands, sign_everything_anew, standing
from tests.cast import PASSWORD

HERS = BoxKey.generate()


@pytest.fixture(autouse=True)
def _as_it_was():
    """The files outside the database are put back, like the database."""
    paths = [settings.TEJIDO.data / name for name in (FILE, LEFT, RESTORED, SEARCH_FILE, SIGNED_FILE)]
    before = [path.read_bytes() if path.exists() else None for path in paths]
    yield
    for path, raw in zip(paths, before, strict=True):
        path.unlink(missing_ok=True) if raw is None else path.write_bytes(raw)


def _signs(cast, statement):
    return signing_key(cast.ring("dora")).sign(statement)


def _set(row, **columns):
    type(row).objects.filter(pk=row.pk).update(**columns)


def _at_work(cast, login="bilal"):
    return {"by": cast.member(login), "ring": cast.ring(login)}


def _renewed(cast, kind=Team.Kind.INTAKE):
    renew_keys(team=team_of(kind), **_at_work(cast))
    return newest_generation(team_of(kind).pk)


def _generation(cast, team, number, secret, public=None):
    made = TeamGeneration(team=team, number=number, public_key=(public or secret.box.public).raw,
                          vouching_key=secret.vouching.verify_key.raw)  # fmt: skip
    made.signature = _signs(cast, made.signed_key().statement)
    made.save()
    return made


def _paper():
    return new_paper_key(threshold=2, count=3)


def _held(login):
    return set(Member.objects.get(login=login).grants.values_list("generation__team__name", flat=True))


def _exchanged(cast, login):
    member = cast.member(login)
    member.public_key = HERS.public.raw
    _set(member, public_key=HERS.public.raw, signature=_signs(cast, member.signed_key().statement))


def test_a_members_key_exchanged_and_signed_receives_nothing(cast):
    _exchanged(cast, "amara")
    assert "amara" not in set(_renewed(cast).grants.values_list("member__login", flat=True))
    _exchanged(cast, "eve")
    with pytest.raises(UnsignedKey):
        let_in(member=cast.member("eve"), team=team_of(Team.Kind.INTAKE), **_at_work(cast))


def test_a_generation_of_her_own_is_passed_over_and_goes(cast):
    intake, dora, hers = team_of(Team.Kind.INTAKE), cast.member("dora"), TeamSecret(HERS, new_key())
    old = newest_generation(intake.pk)
    forged = _generation(cast, intake, 2, hers, public=old.signed_key().public)  # with the team's own public half
    TeamKeyGrant.objects.create(generation=forged, member=dora, box=b"x", signature=team_word(forged, hers, dora))
    new = _renewed(cast)
    assert set(new.grants.values_list("member__login", flat=True)) == {"amara", "chen", "bilal"}
    assert cast.ring("amara").current_secret(intake.pk).box.public == new.signed_key().public


def test_a_high_number_of_hers_closes_no_team(cast, django_capture_on_commit_callbacks):
    intake = team_of(Team.Kind.INTAKE)
    forged = _generation(cast, intake, 2**31 - 1, TeamSecret(HERS, new_key()))
    with django_capture_on_commit_callbacks(execute=True):
        made = anonymous_ring().new_key("contact", [intake.pk])
    assert made.grants.get().generation == highest()[intake.owner] == 1
    forged.delete()
    assert anonymous_ring().new_key("contact", [intake.pk])


def test_a_recovery_key_of_hers_receives_no_secret(cast):
    row = RecoveryKey(number=2, public_key=HERS.public.raw, threshold=2, shares=3)
    row.signature = _signs(cast, row.signed_key().statement)
    row.save(force_insert=True)
    new = _renewed(cast)
    for number in (1, 2):
        with pytest.raises(CannotOpen):
            open_box(HERS, new.recovery, recovery_info(new, number))
    recover_members(logins=["bilal"], shares=cast.shares[:2], paper=_paper())  # ours are the newest still
    assert "Intake" in _held("bilal")


def _team_of_hers(cast, kind):
    team, hers, dora = Team.objects.create(kind=kind, name="AAA"), TeamSecret(HERS, new_key()), cast.member("dora")
    made = _generation(cast, team, 1, hers)
    box = seal_box(dora.signed_key().public, hers.encode(), grant_info(made, dora.pk))
    TeamKeyGrant.objects.create(generation=made, member=dora, box=box, signature=team_word(made, hers, dora))
    return team


@pytest.mark.parametrize("whole", [True, False])
def test_a_team_of_hers_answers_no_form_and_searches_nothing(cast, whole):
    teams = [_team_of_hers(cast, "intake").pk] if whole else []
    Team.objects.create(kind="intake", name="AAAA")  # one row without any key stops nothing
    assert team_of(Team.Kind.INTAKE).name == "Intake"
    renew_search_key(**_at_work(cast))
    given = KeyGrant.objects.filter(key_id=search_keys()[2])
    assert set(given.values_list("team_id", flat=True)).isdisjoint(teams)
    assert {"AAAA"} <= set(_vouched_for(settings.TEJIDO.data))
    with pytest.raises(UnsignedKey):
        cast.ring("amara").new_key("case", teams or [Team.objects.get(name="AAAA").pk])
    recover_members(logins=["bilal"], shares=cast.shares[:2], paper=_paper())
    assert "Intake" in _held("bilal")


def test_a_partner_and_a_provider_of_hers_are_none(cast):
    provider = found_provider(organisation="Otra Casa", members=[], signing=signing_key(cast.ring("noor")), by=None)
    provider.organisation = "Casa Nueva"
    provider.signature = _signs(cast, provider.statement())
    with pytest.raises(BadSignature):
        provider.checked(signing_key(cast.ring("dora")).verify_key)
    partner = Partner(code="us", name={"en": "x"}, address="http://h", verify_key=b"1", transport_key=b"2",
                      handover_key={}, data_key={}, pack="us")  # fmt: skip
    partner.signature = _signs(cast, partner.statement())
    with pytest.raises(UnsignedKey):
        partner.checked()


def test_recovery_gives_nobody_a_secret_of_hers(cast):
    intake, bilal, hers = team_of(Team.Kind.INTAKE), cast.member("bilal"), TeamSecret(HERS, new_key())
    forged, paper = _generation(cast, intake, 2, hers), RecoveryKey.objects.latest("number")
    forged.recovery = seal_box(paper.signed_key().public, hers.encode(), recovery_info(forged, paper.number))
    forged.save()
    TeamKeyGrant.objects.create(generation=forged, member=bilal, box=b"x", signature=team_word(forged, hers, bilal))
    fresh = _paper()
    found = recover_members(logins=["bilal"], shares=cast.shares[:2], paper=fresh)
    again = type(cast)({**cast.logins, **found}, fresh.shares)
    assert again.ring("bilal").current_secret(intake.pk).box.public != HERS.public


def test_what_she_signed_shows_and_is_not_signed_anew(cast):
    _exchanged(cast, "amara")
    assert standing().nobodys == [f"accounts.member {cast.member('amara').pk}"]
    sign_everything_anew(**_at_work(cast, "noor"))
    assert standing().nobodys == [f"accounts.member {cast.member('amara').pk}"]
    (settings.TEJIDO.data / SIGNED_FILE).unlink()  # a node of an earlier version begins with what stands there
    note_what_stands()
    assert not standing().nobodys


# Nobody's signing key is needed for these.


def _members_key_as_a_team(cast, login):
    """Her own signed key, said to be a team's."""
    member = cast.member(login)
    signed = member.signed_key()
    team = Team.objects.create(pk=member.pk, kind="member", name="zzz")
    TeamGeneration.objects.create(team=team, number=member.key_number, public_key=signed.public.raw,
                                  vouching_key=signed.about, signature=signed.signature)  # fmt: skip
    return KeyRing(node="mx", directory=SignedTeams(), teams={team.pk: 1},
                   secret_of=lambda *_which: TeamSecret(HERS, new_key()))  # fmt: skip


@pytest.mark.parametrize("login", ["rosa", "eve"])
def test_a_members_key_is_no_teams(cast, login):
    his, intake = _members_key_as_a_team(cast, login), team_of(Team.Kind.INTAKE)
    made = his.new_key("compartment", [intake.pk])
    with pytest.raises(UnsignedKey):
        cast.ring("amara").raw_to_seal(made.pk, "compartment")
    with pytest.raises(UnsignedKey):
        cast.ring("amara").new_key("compartment", [cast.member(login).pk])


def test_a_newcomer_in_a_colleagues_row_is_given_none_of_her_teams(cast):
    """Eve puts her own key and name into Amara's row, and is let into duty by somebody who compares it with her."""
    amara, eve = cast.member("amara"), cast.member("eve")
    _set(eve, login="nobody", display_name="Nobody")
    _set(amara, login="eve", display_name="Eve Prueba", public_key=HERS.public.raw, signature=b"")
    let_in(member=Member.objects.get(pk=amara.pk), team=team_of(Team.Kind.DUTY),
           key=Member.objects.get(pk=amara.pk).key_read_aloud, **_at_work(cast))  # fmt: skip
    assert not _renewed(cast).grants.filter(member=amara).exists()
    recover_members(logins=["eve"], shares=cast.shares[:2], paper=_paper())
    assert _held("eve") == {"Duty"}


def test_our_card_bears_no_key_that_somebody_put_there(cast):
    _generation(cast, team_of(Team.Kind.DATA), 2, TeamSecret(HERS, new_key()))
    assert our_card()["data_key"] == key_column(newest_generation(team_of(Team.Kind.DATA).pk).signed_key())


def test_a_session_put_back_of_somebody_who_left(cast, django_capture_on_commit_callbacks):
    client = cast.client("bilal")
    rows = [(model, list(model.objects.all())) for model in (Session, SignedInSession)]
    with django_capture_on_commit_callbacks(execute=True):
        end_access(member=cast.member("bilal"), now=timezone.now(), **_at_work(cast, "noor"))
    for model, kept in rows:
        model.objects.bulk_create(kept, ignore_conflicts=True)
    _set(cast.member("bilal"), status=Member.Status.ACTIVE)
    assert client.get("/teams/").status_code == 302


def test_a_false_row_is_no_newer_key_to_a_restore(cast):
    intake = team_of(Team.Kind.INTAKE)
    TeamGeneration.objects.create(team=intake, number=99, public_key=HERS.public.raw, vouching_key=b"", signature=b"")
    RecoveryKey.objects.create(number=99, public_key=HERS.public.raw, signature=b"", threshold=2, shares=3)
    assert went_back_by_name({intake.owner: 2, RecoveryKey.key_owner(): 2}) == ["Intake"]
    assert anonymous_ring().new_key("case", []).pk
    _renewed(cast)


def test_a_restricted_caseload_is_not_opened_by_a_row(cast):
    team, _secret = create_team(kind=Team.Kind.CASES, name="Kept apart", members=[cast.member("eve")], by=None,
                                signing=signing_key(cast.ring("noor")), restricted=True)  # fmt: skip
    assert readers_of(team) == [team.pk]
    for kind in ("cases", "cases-restricted", "cases/restricted", "cases/restricted/-"):
        _set(team, kind=kind, restricted=False)
        with pytest.raises(UnsignedKey):
            cast.ring("eve").new_key("case", readers_of(Team.objects.get(pk=team.pk)))


def test_spoilt_words_close_no_team_for_good(cast):
    duty = team_of(Team.Kind.DUTY)
    TeamKeyGrant.objects.update(signature=bytes(64))
    assert _renewed(cast, Team.Kind.DUTY).grants.get().member.login == "bilal"  # whoever changes the keys holds them
    assert cast.ring("bilal").current_secret(duty.pk)
    _renewed(cast)
    assert still_waiting(["amara", "chen"]) == {"amara": ["Intake"], "chen": ["Intake"]}
    let_in(member=cast.member("amara"), team=team_of(Team.Kind.INTAKE), **_at_work(cast))
    hers = _held("amara")
    renew_own_keys(member=cast.member("amara"), password=PASSWORD, by=cast.member("amara"), now=timezone.now())
    assert _held("amara") == hers


def test_recovery_after_every_word_was_spoilt_says_who_waits_and_gives_it_to_whoever_insists(cast):
    TeamKeyGrant.objects.update(signature=bytes(64))
    hers, fresh = _held("bilal"), _paper()
    recover_members(logins=["bilal"], shares=cast.shares[:2], paper=fresh)
    assert (_held("bilal"), set(still_waiting(["bilal"])["bilal"])) == (set(), hers)
    recover_members(logins=["bilal"], shares=fresh.shares[:2], paper=_paper(), waiting=True)
    assert _held("bilal") == hers


def test_recovery_of_exchanged_logins_gives_nothing(cast):
    bilal, eve = cast.member("bilal"), cast.member("eve")
    _set(eve, login="nobody")
    _set(bilal, login="eve", display_name="Eve Prueba")
    recover_members(logins=["eve"], shares=cast.shares[:2], paper=_paper())
    assert _held("eve") == set()


def test_new_keys_of_her_own_sign_no_name_that_somebody_wrote(cast):
    _set(cast.member("chen"), display_name="Noor Prueba")
    with pytest.raises(UnsignedKey):
        renew_own_keys(member=cast.member("chen"), password=PASSWORD, by=cast.member("chen"), now=timezone.now())


@pytest.mark.parametrize("raw", [b"", b"x", b"x" * 128, b"x" * 129])
def test_rubbish_on_paper_a_role_or_a_row_stops_no_recovery(cast, raw):
    paper, data = RecoveryKey.objects.latest("number"), team_of(Team.Kind.DATA)
    generation = newest_generation(data.pk)
    data.generations.update(recovery=seal_box(paper.signed_key().public, raw, recovery_info(generation, paper.number)))
    RecoveryKey.objects.create(number=9, public_key=HERS.public.raw, signature=bytes(64), threshold=2, shares=3)
    _set(cast.member("bilal"), roles=["provider"])
    recover_members(logins=["bilal", "amara"], shares=cast.shares[:2], paper=_paper())
    assert "Intake" in _held("amara")


def test_an_old_row_put_back_after_a_lost_password(cast, django_capture_on_commit_callbacks):
    columns = ("public_key", "signature", "key_number", "private_key", "password_given_at", "totp")
    chen, grants = cast.member("chen"), list(cast.member("chen").grants.values())
    before = {name: getattr(chen, name) for name in columns}
    with django_capture_on_commit_callbacks(execute=True):
        replace_password(member=chen, now=timezone.now(), **_at_work(cast, "noor"))
    _set(chen, **before)
    TeamKeyGrant.objects.bulk_create(TeamKeyGrant(**grant) for grant in grants)
    with pytest.raises(UnsignedKey):
        _renewed(cast)


def test_who_left_does_not_come_back_by_a_row(cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        end_access(member=cast.member("chen"), now=timezone.now(), **_at_work(cast, "noor"))
    _set(cast.member("chen"), status=Member.Status.ACTIVE)
    with pytest.raises(AssertionError):
        cast.client("chen")
    assert "chen" not in set(_renewed(cast).grants.values_list("member__login", flat=True))


def test_who_returns_after_some_of_her_teams_changed_their_keys_is_let_in_again(cast):
    now = timezone.now()
    end_access(member=cast.member("chen"), now=now, **_at_work(cast, "noor"))
    renew_own_keys(member=cast.member("luz"), password=PASSWORD, by=cast.member("luz"), now=now)
    give_access_back(member=cast.member("chen"), by=cast.member("noor"), now=now)
    assert still_waiting(["chen"])
    let_in(member=cast.member("chen"), team=team_of(Team.Kind.CASES), **_at_work(cast))
    assert not still_waiting(["chen"])


def test_a_search_key_nobody_can_open_is_made_anew(cast):
    KeyGrant.objects.filter(key=RecordKey.objects.get(scope=SEARCH_SCOPE)).delete()
    renew_search_key(**_at_work(cast))
    assert take_call(language="es", now=timezone.now(), **_at_work(cast, "amara")).pk


def test_a_spoilt_row_of_an_older_key_is_left_behind(cast):
    intake, amara = team_of(Team.Kind.INTAKE), cast.member("amara")
    old = newest_generation(intake.pk)
    _renewed(cast)
    TeamKeyGrant.objects.filter(generation=old, member=amara).update(box=b"x")
    renew_own_keys(member=amara, password=PASSWORD, by=amara, now=timezone.now())
    assert not TeamKeyGrant.objects.filter(generation=old, member=amara).exists()


def test_a_file_cut_short_is_named(cast):
    (settings.TEJIDO.data / SIGNED_FILE).write_text("")
    with pytest.raises(BadInput, match=SIGNED_FILE):
        anonymous_ring().new_key("contact", [Team.objects.get(kind="intake").pk])
    with pytest.raises(BadInput):
        _renewed(cast)
