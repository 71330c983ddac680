# SPDX-License-Identifier: Apache-2.0
"""Someone works here, or did, and can write the database too: rows of his give nobody the next keys."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.utils import timezone

from tejido.crypto import BoxKey, SigningKey, UnsignedKey, new_key, new_paper_key, seal_box
from tejido.vocabulary import BadInput
from tejido.web.accounts.actions import SIGNING_SCOPE, create_member, create_team, signing_key
from tejido.web.accounts.keys import grant_info, organisation_key, recovery_info, team_of
from tejido.web.accounts.models import AwaitingRegrant, Member, RecoveryKey, Team, TeamKeyGrant
from tejido.web.accounts.newest import FILE, RESTORED, newest_key
from tejido.web.accounts.recovering import recover_members, still_waiting
from tejido.web.accounts.staffing import end_access, give_access_back, let_in, renew_keys, take_out
from tejido.web.accounts.vouching import _statement, vouched_for
from tejido.web.cases.finding import find_cases
from tejido.web.cases.search_key import renew_search_key
from tejido.web.config.checking import _not_ours, _vouched_for
from tejido.web.intake.actions import take_call
from tejido.web.packets.providers import readers_of
from tejido.web.security.keyring import NotOurs, TeamSecret
from tejido.web.security.models import AuditEntry, KeyGrant, RecordKey, SearchToken
from tejido.web.security.search_keys import FILE as SEARCH_FILE
from tejido.web.security.search_keys import SEARCH_SCOPE, search_keys
from tests.cast import PASSWORD


@pytest.fixture(autouse=True)
def _as_it_was():
    """The files outside the database are put back, like the database."""
    paths = [settings.TEJIDO.data / name for name in (FILE, RESTORED, SEARCH_FILE)]
    before = [path.read_bytes() if path.exists() else None for path in paths]
    yield
    for path, raw in zip(paths, before, strict=True):
        path.unlink(missing_ok=True) if raw is None else path.write_bytes(raw)


def _newest(team):
    return team.generations.order_by("-number")[0]


def _plant(team, member, signature=b"\x00" * 64):
    """What a database writer can add."""
    return TeamKeyGrant.objects.create(generation=_newest(team), member=member, box=b"x", signature=signature)


def _renewed(cast, kind=Team.Kind.INTAKE):
    renew_keys(team=team_of(kind), by=cast.member("bilal"), ring=cast.ring("bilal"))
    return set(_newest(team_of(kind)).grants.values_list("member__login", flat=True))


def _own_signature(cast, team, member):
    """Of somebody who holds the organisation's signing key."""
    return signing_key(cast.ring("dora")).sign(_statement(_newest(team), member))


def test_a_planted_row_receives_no_key_and_goes(cast):
    intake = team_of(Team.Kind.INTAKE)
    _plant(intake, cast.member("dora"))
    _plant(intake, cast.member("iris"), b"")
    _plant(intake, cast.member("eve"), _own_signature(cast, intake, cast.member("eve")))
    assert set(_vouched_for(settings.TEJIDO.data)) == {"Intake: dora", "Intake: eve", "Intake: iris"}
    assert _renewed(cast) == {"amara", "chen", "bilal"}
    assert not TeamKeyGrant.objects.filter(generation__team=intake, member__login__in=["dora", "eve", "iris"]).exists()
    gone = AuditEntry.objects.filter(event="team.left", detail__reason_code="not_vouched_for")
    assert {entry.record_id for entry in gone} == {cast.member(login).pk for login in ("dora", "eve", "iris")}
    assert not list(_vouched_for(settings.TEJIDO.data))


def test_a_provider_who_was_made_an_advocate_in_the_database_receives_nothing(cast):
    rosa = cast.member("rosa")
    Member.objects.filter(pk=rosa.pk).update(roles=["advocate"])
    _plant(team_of(Team.Kind.INTAKE), rosa)
    assert "rosa" not in _renewed(cast)
    with pytest.raises(UnsignedKey):  # that she is a provider's was signed with her key
        let_in(member=cast.member("rosa"), team=team_of(Team.Kind.INTAKE), by=cast.member("bilal"),
               ring=cast.ring("bilal"))  # fmt: skip


def test_a_colleagues_name_on_another_member(cast):
    names = {"eve": "Noor Prueba", "noor": "Eve Prueba"}
    for login, name in names.items():
        Member.objects.filter(login=login).update(display_name=name)
    with pytest.raises(UnsignedKey):
        let_in(member=cast.member("noor"), team=team_of(Team.Kind.INTAKE), by=cast.member("bilal"),
               ring=cast.ring("bilal"))  # fmt: skip
    page = cast.client("bilal").post(
        f"/teams/{team_of(Team.Kind.INTAKE).pk}/let-in/", {"member": cast.member("noor").pk}
    )
    assert page.status_code == 409


def test_who_was_taken_out_does_not_come_back_by_her_old_row(cast):
    intake, chen = team_of(Team.Kind.INTAKE), cast.member("chen")
    old = TeamKeyGrant.objects.get(member=chen, generation__team=intake)
    take_out(member=chen, team=intake, by=cast.member("bilal"), ring=cast.ring("bilal"))
    _plant(intake, chen, bytes(old.signature))
    assert "chen" not in _renewed(cast)


def test_who_left_receives_nothing_and_is_let_in_again_when_she_is_back(cast):
    intake, cases, now = team_of(Team.Kind.INTAKE), team_of(Team.Kind.CASES), timezone.now()
    end_access(member=cast.member("chen"), by=cast.member("noor"), ring=cast.ring("noor"), now=now)
    assert "chen" not in _renewed(cast)
    assert intake.pk in cast.member("chen").team_ids  # her colleagues still see her there, and take her out
    give_access_back(member=cast.member("chen"), by=cast.member("noor"), now=now)
    assert cast.member("chen").team_ids & {intake.pk, cases.pk} == {cases.pk}
    assert still_waiting(["chen"]) == {"chen": ["Intake"]}
    let_in(member=cast.member("chen"), team=intake, by=cast.member("bilal"), ring=cast.ring("bilal"))
    assert "chen" in _renewed(cast)


def test_whoever_is_let_in_is_vouched_for_by_the_team(cast):
    intake, eve = team_of(Team.Kind.INTAKE), cast.member("eve")
    let_in(member=eve, team=intake, by=cast.member("bilal"), ring=cast.ring("bilal"))
    assert eve in vouched_for(_newest(intake))
    assert "eve" in _renewed(cast)


def test_a_secret_of_the_teams_with_another_key_inside_is_not_believed(cast):
    """A colleague seals to her the private half that was signed, and a wrapping key of another generation."""
    intake, amara = team_of(Team.Kind.INTAKE), cast.member("amara")
    secret = TeamSecret(cast.ring("bilal").current_secret(intake.pk).box, new_key())
    box = seal_box(amara.signed_key().public, secret.encode(), grant_info(_newest(intake), amara.pk))
    TeamKeyGrant.objects.filter(generation=_newest(intake), member=amara).update(box=box)
    with pytest.raises(UnsignedKey):
        cast.ring("amara").current_secret(intake.pk)


def _provider(cast, name, *logins):
    signing = SigningKey(cast.ring("noor").raw(RecordKey.objects.get(scope=SIGNING_SCOPE).pk))
    made = [cast.member("rosa")] if "rosa" in logins else []
    for login in set(logins) - {"rosa"}:
        made.append(create_member(login=login, name=f"{login} Prueba", roles=["provider"], language="es",
                                  password=PASSWORD, given_at=None, signing=signing, by=None).member)  # fmt: skip
    return create_team(kind=Team.Kind.PROVIDER, name=name, members=made, signing=signing, by=None)[0]


def test_a_provider_of_another_service_receives_none_of_the_next_keys(cast):
    here = _provider(cast, "Casa Prueba", "rosa", "pilar")
    _provider(cast, "Otra Casa", "otto")
    _plant(here, cast.member("otto"))
    assert [reader.login for reader in readers_of(here)] == ["rosa", "pilar"]
    end_access(member=cast.member("pilar"), by=cast.member("noor"), ring=cast.ring("noor"), now=timezone.now())
    assert _newest(here).number == 2
    assert set(_newest(here).grants.values_list("member__login", flat=True)) == {"rosa"}
    give_access_back(member=cast.member("pilar"), by=cast.member("noor"), now=timezone.now())
    assert still_waiting(["pilar"]) == {"pilar": ["Casa Prueba"]}


def _recovered(cast, *logins, **options):
    fresh = new_paper_key(threshold=2, count=3)
    found = recover_members(logins=logins, shares=cast.shares[:2], paper=fresh, **options)
    return type(cast)({**cast.logins, **found}, fresh.shares)


def _held(login):
    return set(Member.objects.get(login=login).grants.values_list("generation__team__name", flat=True))


def test_recovery_gives_nobody_a_team_that_only_a_row_names(cast):
    duty, chen = team_of(Team.Kind.DUTY), cast.member("chen")
    hers = _held("chen")
    AwaitingRegrant.objects.create(team=duty, member=chen, since=timezone.now())
    _plant(team_of(Team.Kind.ADMINISTRATION), chen)
    again = _recovered(cast, "chen")
    assert _held("chen") == hers
    assert still_waiting(["chen", "dora"]) == {"chen": ["Administration", "Duty"]}
    AwaitingRegrant.objects.filter(team__name="Administration").delete()
    _recovered(again, "chen", waiting=True)  # whoever holds the shares says so
    assert _held("chen") == hers | {"Duty"}
    assert not still_waiting(["chen"])


def test_recovery_goes_on_without_a_team_whose_paper_was_spoilt(cast):
    intake, cases = team_of(Team.Kind.INTAKE), team_of(Team.Kind.CASES)
    newest = RecoveryKey.objects.latest("number")
    his = seal_box(newest.signed_key().public, TeamSecret(BoxKey.generate(), new_key()).encode(),
                   recovery_info(_newest(intake), newest.number))  # fmt: skip
    intake.generations.update(recovery=his)
    team_of(Team.Kind.DATA).generations.update(recovery=None)
    again = _recovered(cast, "bilal")
    assert _held("bilal") & {intake.name, cases.name} == {cases.name}
    assert still_waiting(["bilal"]) == {"bilal": ["Intake"]}
    for kind in (Team.Kind.ADMINISTRATION, Team.Kind.CASES, Team.Kind.DUTY):
        team_of(kind).generations.update(recovery=None)
    with pytest.raises(BadInput) as refused:
        recover_members(logins=["bilal"], shares=again.shares[:2], paper=new_paper_key(threshold=2, count=3))
    assert refused.value.code == "recover.signing"


def test_without_its_rows_the_recovery_key_is_missed(cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        newest_key(RecoveryKey.objects.latest("number").signed_key(), organisation_key())
    RecoveryKey.objects.all().delete()
    with pytest.raises(UnsignedKey):
        _renewed(cast)


def _at_work(cast, login):
    return {"by": cast.member(login), "ring": cast.ring(login)}


@pytest.mark.parametrize("number", ["7", "x", "02", "²", ""])
def test_a_search_key_that_a_colleague_put_there_is_used_by_nobody(cast, number):
    dora, teams = cast.ring("dora"), [team.pk for team in Team.objects.filter(kind__in=["intake", "cases", "duty"])]
    planted = dora.new_key(f"{SEARCH_SCOPE}/{number}", teams)
    assert cast.ring("amara").raw_to_seal(planted.pk)  # her team vouches for it
    assert list(search_keys()) == [1]
    assert take_call(language="es", now=timezone.now(), **_at_work(cast, "amara")).pk
    assert not SearchToken.objects.exclude(generation=1).exists()
    assert set(_not_ours(settings.TEJIDO.data)) == {f"search {planted.pk}"}


def test_another_secret_under_the_search_keys_own_name(cast):
    ours = RecordKey.objects.get(scope=SEARCH_SCOPE)
    pk, teams = ours.pk, list(ours.grants.values_list("team_id", flat=True))
    ours.delete()
    cast.ring("dora").adopt(RecordKey(pk=pk, scope=SEARCH_SCOPE), new_key(), teams)  # her team vouches for it
    with pytest.raises(NotOurs):
        take_call(language="es", now=timezone.now(), **_at_work(cast, "amara"))
    with pytest.raises(NotOurs):
        find_cases(phone="919 555 0101", **_at_work(cast, "chen"))
    page = cast.client("amara").post("/contacts/call/")
    assert page.status_code == 409
    assert "no la hizo ninguno de nuestros equipos" in page.content.decode()
    assert AuditEntry.objects.get(event="record.did_not_open").detail["reason_code"] == "NotOurs"
    assert not SearchToken.objects.exists()


def test_the_next_search_key_goes_to_the_teams_that_search_whatever_rows_say(cast):
    here, data = _provider(cast, "Casa Prueba", "rosa"), team_of(Team.Kind.DATA)
    for team in (here, data):
        KeyGrant.objects.create(key_id=search_keys()[1], team_id=team.pk, generation=1, method="boxed", sealed=b"x")
    renew_search_key(**_at_work(cast, "bilal"))
    given = set(KeyGrant.objects.filter(key_id=search_keys()[2]).values_list("team_id", flat=True))
    assert given == {team_of(kind).pk for kind in (Team.Kind.INTAKE, Team.Kind.CASES, Team.Kind.DUTY)}


def test_a_node_made_before_there_was_the_file_notes_the_search_key_it_has(cast):
    (settings.TEJIDO.data / SEARCH_FILE).unlink()
    assert take_call(language="es", now=timezone.now(), **_at_work(cast, "amara")).pk
    dora = cast.ring("dora")
    dora.new_key(f"{SEARCH_SCOPE}/2", [team_of(Team.Kind.INTAKE).pk])
    assert list(search_keys()) == [1]
