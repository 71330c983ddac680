# SPDX-License-Identifier: Apache-2.0
"""Keys change with everyone at work, and the change is cut off at every statement: everything opens all the same."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tejido.crypto import BoxKey, PublicKey, SigningKey
from tejido.vocabulary import BadInput
from tejido.web.accounts.actions import SIGNING_SCOPE, create_team, join_team
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Team, TeamGeneration
from tejido.web.accounts.passwords import choose_password
from tejido.web.accounts.staffing import let_in, renew_keys, replace_password, take_out
from tejido.web.cases.actions import add_note, move_case, open_compartment, renew_case_key
from tejido.web.cases.models import Case, Compartment, Note, Person
from tejido.web.security.coded import open_coded
from tejido.web.security.keyring import NoKey
from tejido.web.security.models import AuditEntry, KeyGrant, RecordKey
from tejido.web.security.verifying import findings
from tests.web.security.test_sealing import _contact
from tests.web.sharing.conftest import make_case


class Killed(Exception):
    """The machine went off here."""


@contextmanager
def killed_before(statement):
    """The `statement`-th statement from here is never run."""
    count = 0

    def run(execute, sql, params, many, context):
        nonlocal count
        count += 1
        if count == statement:
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(run):
        yield


def cut_off_everywhere(deed, still_opens):
    """Do `deed`, cut off before its first statement, its second, …, until it goes through; look after each."""
    for statement in range(1, 2000):
        try:
            with transaction.atomic(), killed_before(statement):
                deed()
        except Killed:
            still_opens()
        else:
            still_opens()
            return statement
    raise AssertionError("it never ends")


def _signing(cast):
    return SigningKey(cast.ring("noor").raw(RecordKey.objects.get(scope=SIGNING_SCOPE).id))


@pytest.fixture
def south(cast):
    """Another team that carries cases: Eve's."""
    team, _secret = create_team(kind=Team.Kind.CASES, name="Caseload south", members=[cast.member("eve")],
                                signing=_signing(cast), by=cast.member("noor"))  # fmt: skip
    return team


def test_a_teams_keys_renewed_and_cut_off_at_every_statement(cast):
    team = team_of(Team.Kind.INTAKE)
    records = [_contact(cast.ring("amara"), "ROT-001", own_words="antes")]

    def opens():
        records.append(_contact(cast.ring("chen"), f"ROT-{len(records):03}x", own_words="antes"))
        for login in ("amara", "chen", "bilal"):
            assert {record.opened(cast.ring(login)).own_words for record in records} == {"antes"}

    before = team.generations.count()
    cut_off_everywhere(lambda: renew_keys(team=team, by=cast.member("bilal"), ring=cast.ring("bilal")), opens)
    assert team.generations.count() == before + 1


def test_who_began_before_the_change_still_writes_what_everyone_opens(cast):
    team, early = team_of(Team.Kind.INTAKE), cast.ring("amara")
    renew_keys(team=team, by=cast.member("bilal"), ring=cast.ring("bilal"))
    late = _contact(early, "ROT-100", own_words="escrito con la llavera de antes")
    assert late.opened(cast.ring("chen")).own_words
    # And whoever opens it next brings it to the newest keys.
    grant = KeyGrant.objects.get(key=late.key_id, team_id=team.pk)
    assert grant.generation == team.generations.latest("number").number


def test_who_began_before_the_change_opens_what_another_brought_to_the_new_keys(cast):
    contact, begun = _contact(cast.ring("amara"), "ROT-200", own_words="antes"), cast.ring("amara")
    renew_keys(team=team_of(Team.Kind.INTAKE), by=cast.member("bilal"), ring=cast.ring("bilal"))
    cast.ring("bilal").raw(contact.key_id)  # brings it to the newest generation
    assert KeyGrant.objects.filter(key_id=contact.key_id, generation__gt=1).exists()
    assert begun.raw(contact.key_id)
    gone = cast.ring("amara")
    take_out(member=cast.member("amara"), team=team_of(Team.Kind.INTAKE), by=cast.member("bilal"),
             ring=cast.ring("bilal"))  # fmt: skip
    cast.ring("bilal").raw(contact.key_id)
    with pytest.raises(NoKey):
        gone.raw(contact.key_id)


def test_two_who_change_a_team_at_once_leave_it_whole(cast):
    team, early = team_of(Team.Kind.INTAKE), cast.ring("bilal")
    renew_keys(team=team, by=cast.member("bilal"), ring=cast.ring("bilal"))
    for deed in (
        lambda: renew_keys(team=team, by=cast.member("bilal"), ring=early),
        lambda: let_in(member=cast.member("eve"), team=team, by=cast.member("bilal"), ring=early),
        lambda: take_out(member=cast.member("chen"), team=team, by=cast.member("bilal"), ring=early),
    ):
        with pytest.raises(BadInput) as refused:
            deed()
        assert refused.value.code == "team.changed"


def test_the_data_teams_keys_renewed_counts_as_before(cast):
    make_case(cast)
    before = dict(open_coded(cast.ring("dora"), "cases"))
    team = team_of(Team.Kind.DATA)
    cut_off_everywhere(
        lambda: renew_keys(team=team, by=cast.member("dora"), ring=cast.ring("dora")),
        lambda: dict(open_coded(cast.ring("dora"), "cases")) == before or pytest.fail("a row no longer opens"),
    )
    make_case(cast)
    assert len(dict(open_coded(cast.ring("dora"), "cases"))) == len(before) + 1


def test_joining_and_leaving_cut_off_at_every_statement(cast):
    team, record = team_of(Team.Kind.INTAKE), _contact(cast.ring("amara"), "ROT-200", own_words="sigue")

    def opens():
        assert record.opened(cast.ring("chen")).own_words == "sigue"
        assert record.opened(cast.ring("bilal")).own_words == "sigue"

    bilal, eve = cast.member("bilal"), cast.member("eve")
    cut_off_everywhere(lambda: let_in(member=eve, team=team, by=bilal, ring=cast.ring("bilal")), opens)
    assert record.opened(cast.ring("eve")).own_words == "sigue"
    cut_off_everywhere(lambda: take_out(member=eve, team=team, by=bilal, ring=cast.ring("bilal")), opens)
    with pytest.raises(NoKey):
        record.opened(cast.ring("eve"))


def test_a_cases_key_renewed_and_cut_off_at_every_statement(cast):
    made = make_case(cast)
    before = _content(made.case, cast.ring("chen"))
    old = made.case.key_id

    def opens():
        assert _content(Case.objects.get(pk=made.case.pk), cast.ring("chen")) == before

    cut_off_everywhere(
        lambda: renew_case_key(case=Case.objects.get(pk=made.case.pk), by=cast.member("chen"), ring=cast.ring("chen"),
                               now=timezone.now()), opens,
    )  # fmt: skip
    assert not RecordKey.objects.filter(pk=old).exists()
    # What was sealed anew stands in the audit, and it holds.
    from tejido.web.security.audit import chain

    chain()
    transport = SigningKey.generate().verify_key
    assert [found for found in findings(None, transport) if found[0] != "gap"] == []
    add_note(case=Case.objects.get(pk=made.case.pk), kind="view", text="después", by=cast.member("chen"),
             ring=cast.ring("chen"), now=timezone.now())  # fmt: skip


def _content(case, ring):
    parts = [*Person.objects.filter(case=case).order_by("pk"), *Note.objects.filter(case=case).order_by("pk")]
    return [record.opened(ring).values for record in (case, *parts)]


def test_a_case_given_to_another_team_opens_there_and_here_no_longer(cast, south):
    # Bilal is in both teams while he gives it away.
    made = make_case(cast)
    before = _content(made.case, cast.ring("chen"))
    contacts = [link.contact for link in made.case.contact_links.all()]
    said = open_compartment(case=made.case, kind="whereabouts", by=cast.member("bilal"), ring=cast.ring("bilal")).values
    moved = move_case(case=made.case, team=south, by=cast.member("bilal"), ring=cast.ring("bilal"), now=timezone.now())
    assert (moved.team, moved.owner) == (south, None)
    assert _content(moved, cast.ring("eve")) == before
    assert all(contact.opened(cast.ring("eve")) for contact in contacts)
    kept = Compartment.objects.get(case=moved, kind="whereabouts")
    assert kept.opened(cast.ring("eve")).values == said
    with pytest.raises(NoKey):
        kept.opened(cast.ring("chen"))
    for login in ("chen", "luz", "amara"):
        with pytest.raises(NoKey):
            moved.opened(cast.ring(login))
        assert not Case.objects.visible_to(cast.member(login)).filter(pk=moved.pk).exists()
    assert cast.client("eve").get(f"/cases/{moved.pk}/").status_code == 200
    assert cast.client("chen").get(f"/cases/{moved.pk}/").status_code == 404
    line = AuditEntry.objects.get(event="case.moved")
    assert line.detail["team"] == str(south.pk)


def test_only_a_supervisor_of_its_team_gives_a_case_away_and_to_a_team_that_carries_cases(cast, south):
    case = make_case(cast).case
    for login, team in (("chen", south), ("eve", south)):
        with pytest.raises(PermissionDenied):
            move_case(case=case, team=team, by=cast.member(login), ring=cast.ring(login), now=timezone.now())
    with pytest.raises(BadInput):
        move_case(case=case, team=team_of(Team.Kind.INTAKE), by=cast.member("bilal"), ring=cast.ring("bilal"),
                  now=timezone.now())  # fmt: skip
    assert cast.client("bilal").post(f"/cases/{case.pk}/move/", {"team": str(south.pk)}).status_code == 302


def test_a_part_written_under_the_old_key_meanwhile_stops_the_change_rather_than_be_lost(cast):
    case = make_case(cast).case
    late = Note(case=case, key=case.key, written_at=timezone.now(), written_by=cast.member("chen"))
    late.seal(cast.ring("chen"), kind="view", text="escrita mientras tanto")
    renewed = renew_case_key(case=case, by=cast.member("chen"), ring=cast.ring("chen"), now=timezone.now())
    with pytest.raises(IntegrityError):
        _keep(late)
    assert renewed.opened(cast.ring("chen"))


@transaction.atomic
def _keep(note):
    note.save(force_insert=True)
    connection.check_constraints()


def test_a_password_replaced_and_chosen_cut_off_at_every_statement(cast):
    team, record = team_of(Team.Kind.INTAKE), _contact(cast.ring("amara"), "ROT-300", own_words="sigue")

    def opens():
        assert record.opened(cast.ring("amara")).own_words == "sigue"
        assert record.opened(cast.ring("bilal")).own_words == "sigue"

    shown = []
    cut_off_everywhere(
        lambda: shown.append(
            replace_password(
                member=cast.member("chen"), by=cast.member("noor"), ring=cast.ring("noor"), now=timezone.now()
            )
        ),
        opens,
    )
    first = shown[-1][1]
    chen = cast.member("chen")
    choose_password(member=chen, current=first, new="palabras solo suyas", by=chen, now=timezone.now())

    def let_her_in():
        member = cast.member("chen")
        let_in(member=member, team=team, by=cast.member("bilal"), ring=cast.ring("bilal"), key=member.key_read_aloud)

    cut_off_everywhere(let_her_in, opens)
    again = type(cast)({**cast.logins, "chen": ("palabras solo suyas", b"")}, cast.shares)
    assert record.opened(again.ring("chen")).own_words == "sigue"


def test_every_generation_of_a_team_changed_many_times_is_one_chain(cast):
    team = team_of(Team.Kind.INTAKE)
    records = []
    for turn in range(5):
        records.append(_contact(cast.ring("amara"), f"ROT-4{turn}", own_words=str(turn)))
        renew_keys(team=team, by=cast.member("bilal"), ring=cast.ring("bilal"))
    join_team(member=cast.member("eve"), team=team, secret=cast.ring("bilal").current_secret(team.pk),
              by=cast.member("bilal"))  # fmt: skip
    assert [record.opened(cast.ring("eve")).own_words for record in records] == ["0", "1", "2", "3", "4"]
    keys = [bytes(each.public_key) for each in TeamGeneration.objects.filter(team=team)]
    assert len(set(keys)) == 6
    assert PublicKey(keys[-1]) == cast.ring("eve").current_secret(team.pk).box.public
    assert isinstance(cast.ring("eve").current_secret(team.pk).box, BoxKey)
