# SPDX-License-Identifier: Apache-2.0
"""The organisation's signing key is replaced: made by an administrator, pinned by whoever runs the machine."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from click.testing import CliRunner
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from tejido.crypto import BadSignature, BoxKey, SigningKey, UnsignedKey, new_paper_key
from tejido.vocabulary import BadInput
from tejido.web.accounts.actions import SIGNING_SCOPE, renew_team, signing_key
from tejido.web.accounts.keys import anonymous_ring, organisation_key, organisation_keys, team_of
from tejido.web.accounts.models import Member, RecoveryKey, SigningKeyChange, Team, TeamGeneration
from tejido.web.accounts.own_keys import renew_own_keys
from tejido.web.accounts.recovering import recover_members
from tejido.web.accounts.signing_keys import (
    change_under_way,
    make_signing_key,
    message_signing_key,
    signing_record_keys,
)
from tejido.web.accounts.staffing import add_caseload, add_member, let_in, take_out
from tejido.web.config.checking import check_node
from tejido.web.config.rotate_commands import rotate_keys
from tejido.web.mailbox.actions import add_partner
from tejido.web.mailbox.cards import keys_before, our_card
from tejido.web.mailbox.models import Partner
from tejido.web.packets.models import Provider
from tejido.web.packets.providers import found_provider
from tejido.web.security.models import AuditEntry, RecordKey
from tejido.web.sharing.actions import add_agreement
from tejido.web.sharing.models import SharedAgreement
from tejido.web.upkeep.scrubbing import unused_keys
from tejido.web.upkeep.signing_anew import sign_everything_anew, standing
from tests.cast import PASSWORD
from tests.web.sharing.partner import Us, agreement

ENGLISH, PAGE = {"accept-language": "en"}, "/teams/signing-key/"


@dataclass
class Said:
    exit_code: int
    output: str
    stderr: str


@pytest.fixture
def noor(cast):
    return {"by": cast.member("noor"), "ring": cast.ring("noor")}


@pytest.fixture
def signed(cast, noor):
    """One of everything that bears our signature."""
    found_provider(organisation="Casa Inventada", members=[cast.member("rosa")], signing=signing_key(noor["ring"]),
                   by=noor["by"])  # fmt: skip
    us = Us()
    partner = add_partner(card=us.card(), **noor)
    add_agreement(agreement=agreement(), partner=partner, partner_signature=us.agrees(agreement()), **noor)
    return us


def _rotate(folder, *words):
    """As typed on the machine: exit code, and what was said."""
    done = CliRunner().invoke(rotate_keys, [str(folder), "signing", *words, "--language", "en"])
    if isinstance(done.exception, BadInput):  # worded by the entrance of the command line
        return Said(2, done.exception.line("en") + "\n", "")
    return Said(done.exit_code, done.output, done.stderr)


def _all_hold():
    key = organisation_key()
    for row in (*TeamGeneration.objects.all(), *RecoveryKey.objects.all(), *Member.objects.exclude(signature=b"")):
        row.signed_key().checked(key)
    for provider in Provider.objects.all():
        provider.checked(key)
    for partner in Partner.objects.all():
        partner.checked()
    for shared in SharedAgreement.objects.all():
        shared.checked()


def _under_way(noor, folder):
    change = make_signing_key(**noor)
    assert _rotate(folder, change.key().raw.hex()).exit_code == 0
    return change


def test_from_the_press_to_the_end_everything_holds_at_each_step(cast, folder, signed):
    page, old = cast.client("noor"), organisation_keys()[0]
    rows = sum(standing().under.values())
    assert "Make a new signing key" in page.get(PAGE, headers=ENGLISH).content.decode()
    assert page.post(PAGE, {"step": "make"}).status_code == 302
    shown = page.get(PAGE, headers=ENGLISH).content.decode()
    new = re.search(r"signing ([0-9a-f]{64})", shown)[1]
    ring = cast.ring("noor")
    assert signing_key(ring).verify_key == old
    _all_hold()
    assert our_card()["verify_key"] == old.raw.hex()
    refused = page.post(PAGE, {"step": "make"}, headers=ENGLISH)
    assert (refused.status_code, SigningKeyChange.objects.count()) == (422, 1)
    assert not _holds(folder)

    pinned = _rotate(folder, new.upper())
    assert (pinned.exit_code, pinned.stderr) == (0, "")
    assert change_under_way().key().fingerprint in pinned.output
    assert [key.raw.hex() for key in organisation_keys()] == [new, old.raw.hex()]
    assert signing_key(ring).verify_key.raw.hex() == new
    assert message_signing_key(ring).verify_key == old
    _all_hold()
    waiting = _rotate(folder, "--finish")
    assert (waiting.exit_code, waiting.output.count("\n")) == (2, 1)
    assert str(rows) in waiting.output
    assert str(rows) in page.get(PAGE, headers=ENGLISH).content.decode()

    assert page.post(PAGE, {"step": "sign"}).status_code == 302
    assert standing().under == {organisation_keys()[0]: rows}
    _all_hold()
    assert our_card()["verify_key"] == new
    assert [link["key"] for link in our_card()["verify_before"]] == [old.raw.hex()]
    assert keys_before(our_card()) == [old]
    assert "--finish" in page.get(PAGE, headers=ENGLISH).content.decode()
    assert not _holds(folder)

    assert _rotate(folder, "--finish").exit_code == 0
    assert [key.raw.hex() for key in organisation_keys()] == [new]
    assert [key.scope for key in signing_record_keys()] == [f"{SIGNING_SCOPE}/2"]
    assert signing_key(cast.ring("bilal")).verify_key.raw.hex() == new
    _all_hold()
    assert _holds(folder)
    assert not unused_keys()
    assert "nothing was done" in _rotate(folder, "--finish").output
    assert "former signing key" in page.get(PAGE, headers=ENGLISH).content.decode()
    assert page.get(PAGE).status_code == 200
    told = AuditEntry.objects.filter(event__startswith="signing_key.").values_list("event", flat=True)
    assert sorted(told) == ["signing_key.made", "signing_key.signed_anew"]


def _holds(folder):
    return next(check.holds for check in check_node(folder) if check.code == "signing")


def test_once_more_after_it_was_done(cast, folder, noor):
    for number in (2, 3):
        _under_way(noor, folder)
        sign_everything_anew(**noor)
        assert _rotate(folder, "--finish").exit_code == 0
        assert [key.scope for key in signing_record_keys()] == [f"{SIGNING_SCOPE}/{number}"]
    assert len(keys_before(our_card())) == 2
    _all_hold()


def test_whoever_works_meanwhile_is_not_held_up(cast, folder, noor, signed):
    """At every step: a new member, a new team, someone leaves, her own keys, a caseload; and all of it is signed."""
    intake = team_of(Team.Kind.INTAKE)

    def work(number):
        bilal, ring = cast.member("bilal"), cast.ring("bilal")
        renew_team(team=intake, secret=ring.current_secret(intake.pk), signing=signing_key(ring), by=bilal)
        if number == 2:
            let_in(member=cast.member("luz"), team=intake, by=bilal, ring=cast.ring("bilal"))
        if number == 3:
            take_out(member=cast.member("luz"), team=intake, by=bilal, ring=cast.ring("bilal"))
        made, _password = add_member(login=f"new{number}", name="Nueva Prueba", roles=["advocate"], language="es",
                                     by=cast.member("noor"), now=timezone.now())  # fmt: skip
        Member.objects.filter(pk=made.member.pk).update(password_given_at=None)
        let_in(member=made.member, team=intake, by=bilal, ring=cast.ring("bilal"), key=made.member.key_read_aloud)
        add_caseload(name=f"Caseload {number}", by=bilal, ring=cast.ring("bilal"))
        renew_own_keys(member=cast.member("chen"), password=PASSWORD, by=cast.member("chen"), now=timezone.now())
        cast.ring("amara").new_key("contact", [intake.pk])
        cast.client("amara")  # a member whose key the old one signed opens it still
        _all_hold()

    change = make_signing_key(**noor)
    work(1)
    assert _rotate(folder, change.key().raw.hex()).exit_code == 0
    work(2)
    cases = team_of(Team.Kind.CASES)
    renew_team(team=cases, secret=cast.ring("bilal").current_secret(cases.pk), signing=signing_key(cast.ring("bilal")),
               by=cast.member("bilal"))  # fmt: skip
    with pytest.raises(BadInput, match="sign everything anew"):  # no one key stands behind it
        our_card()
    page = cast.client("noor")
    assert "sign everything anew" in page.get("/partners/", headers=ENGLISH).content.decode()
    assert page.get("/partners/card/").status_code == 302
    sign_everything_anew(by=noor["by"], ring=cast.ring("noor"))
    work(3)
    assert _rotate(folder, "--finish").exit_code == 0
    work(4)
    newest = Team.objects.get(name="Caseload 1")
    assert signing_key(cast.ring("bilal")).verify_key == change.key()
    assert RecordKey.objects.get(pk=change.record_key).grants.filter(team_id=newest.pk).exists()


def test_strangers_make_and_sign_nothing(cast, folder, noor):
    for login in ("bilal", "iris", "chen"):
        who = {"by": cast.member(login), "ring": cast.ring(login)}
        for deed in (make_signing_key, sign_everything_anew):
            with pytest.raises(PermissionDenied):
                deed(**who)
        for step in ("make", "sign"):
            assert cast.client(login).post(PAGE, {"step": step}).status_code == 403
    with pytest.raises(PermissionDenied):  # an administrator whose ring does not hold the key
        make_signing_key(by=cast.member("noor"), ring=cast.ring("eve"))
    make_signing_key(**noor)
    with pytest.raises(BadInput):
        make_signing_key(**noor)


@pytest.mark.parametrize("typed", ["", "00", "zz" * 32, "00" * 33, "tejido"])
def test_what_is_no_key_is_said_in_one_line(cast, folder, typed):
    before = (folder / "node.env").read_text()
    said = _rotate(folder, typed)
    assert (said.exit_code, said.output.count("\n")) == (2, 1)
    assert "64 hex digits" in said.output
    assert (folder / "node.env").read_text() == before


def test_a_wrong_pin_leaves_the_old_key_signing_until_the_right_one_is_entered(cast, folder, noor):
    old, change = organisation_keys()[0], make_signing_key(**noor)
    said = _rotate(folder, SigningKey.generate().verify_key.raw.hex())
    assert said.exit_code == 0
    assert "does not vouch" in said.stderr
    assert signing_key(noor["ring"]).verify_key == old
    page = cast.client("noor")
    assert "another key was entered" in page.get(PAGE, headers=ENGLISH).content.decode()
    assert page.post(PAGE, {"step": "sign"}, headers=ENGLISH).status_code == 422
    assert _rotate(folder, "--finish").exit_code == 2
    assert _rotate(folder, change.key().raw.hex()).exit_code == 0
    assert organisation_keys() == (change.key(), old)
    sign_everything_anew(**noor)
    # Now it is in use: another does not take its place, nor does the old one come back.
    for typed in (SigningKey.generate().verify_key, old):
        assert "--finish" in _rotate(folder, typed.raw.hex()).output
    assert organisation_keys() == (change.key(), old)


def test_the_key_in_use_typed_again_takes_the_change_back(cast, folder, noor):
    old = organisation_keys()[0]
    _under_way(noor, folder)
    assert _rotate(folder, old.raw.hex()).exit_code == 0
    assert organisation_keys() == (old,)
    assert _rotate(folder, "--finish").exit_code == 0  # by mistake: what was made stays
    assert signing_record_keys().count() == 2


def test_finishing_goes_on_where_it_was_cut_off(cast, folder, noor):
    change = _under_way(noor, folder)
    sign_everything_anew(**noor)
    kept = (folder / "node.env").read_text()
    pins = ",".join(key.raw.hex() for key in organisation_keys())
    (folder / "node.env").write_text(kept.replace(pins, change.key().raw.hex()))
    assert signing_record_keys().count() == 2
    assert _rotate(folder, "--finish").exit_code == 0
    assert [key.pk for key in signing_record_keys()] == [change.record_key]


@pytest.mark.parametrize("scope", [SIGNING_SCOPE, f"{SIGNING_SCOPE}/2", f"{SIGNING_SCOPE}/3"])
def test_a_key_that_someone_put_into_the_database_signs_nothing_and_is_not_believed(cast, folder, noor, scope):
    """Before the change and after it, with rows that say his key follows ours."""
    his, old = SigningKey.generate(), organisation_keys()[0]
    signers = [team_of(kind).pk for kind in ("administration", "cases", "data", "duty")]

    def he_writes(number):
        record_key = RecordKey(scope=scope)
        cast.ring("bilal").adopt(record_key, his.raw, signers)  # even with a colleague who vouches for it
        SigningKeyChange.objects.create(number=number, public=his.verify_key.raw, before=old.raw, signature=bytes(64),
                                        record_key=record_key.pk)  # fmt: skip

    he_writes(9)
    RecordKey.objects.create(scope=scope)  # and one that opens for nobody
    assert change_under_way() is None
    assert signing_key(cast.ring("noor")).verify_key == old
    change = make_signing_key(by=noor["by"], ring=cast.ring("noor"))
    he_writes(11)
    assert change_under_way() == change
    assert _rotate(folder, change.key().raw.hex()).exit_code == 0
    ring = cast.ring("noor")
    assert signing_key(ring).verify_key == change.key()
    forged = TeamGeneration.objects.filter(team=team_of(Team.Kind.INTAKE)).latest("number")
    public = BoxKey.generate().public.raw
    TeamGeneration.objects.filter(pk=forged.pk).update(public_key=public, signature=his.sign(b"any"))
    sign_everything_anew(by=noor["by"], ring=ring)
    assert standing().nobodys == [f"accounts.teamgeneration {forged.pk}"]  # his row is not made ours
    with pytest.raises(UnsignedKey):
        anonymous_ring().new_key("contact", [team_of(Team.Kind.INTAKE).pk])
    assert "not yours" in cast.client("noor").get(PAGE, headers=ENGLISH).content.decode()
    assert _rotate(folder, "--finish").exit_code == 0
    assert [key.pk for key in signing_record_keys()] == [change.record_key]
    with pytest.raises(BadSignature):
        organisation_key().verify(b"any", his.sign(b"any"))


def test_what_somebody_altered_is_left_alone_whatever_stands_there(cast, folder, noor, signed):
    SharedAgreement.objects.update(document=[])
    Partner.objects.update(name={"en": "Another"})
    _under_way(noor, folder)
    sign_everything_anew(**noor)
    assert sorted(standing().nobodys) == ["mailbox.partner us", "sharing.sharedagreement bridge-1"]
    found = next(check.found for check in check_node(folder) if check.code == "signing")
    assert "mailbox.partner us" in found
    assert _rotate(folder, "--finish").exit_code == 0


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 4])
def test_the_sheets_printed_before_open_at_every_step(cast, folder, noor, steps):
    done = 0
    for deed in (
        lambda: make_signing_key(**noor),
        lambda: _rotate(folder, change_under_way().key().raw.hex()),
        lambda: sign_everything_anew(**noor),
        lambda: _rotate(folder, "--finish"),
    ):
        if done < steps:
            deed()
            done += 1
    recover_members(logins=["noor"], shares=cast.shares[:2], paper=new_paper_key(threshold=2, count=3))
    _all_hold()
    assert cast.member("noor").signed_key().checked(organisation_keys()[0])


def test_a_backup_of_before_with_the_settings_of_its_day_is_whole_and_can_be_given_another(cast, folder, noor, signed):
    kept, old = (folder / "node.env").read_text(), organisation_keys()[0]
    with transaction.atomic():
        _under_way(noor, folder)
        sign_everything_anew(**noor)
        assert _rotate(folder, "--finish").exit_code == 0
        transaction.set_rollback(True)
    (folder / "node.env").write_text(kept)
    _all_hold()
    assert signing_key(cast.ring("noor")).verify_key == old
    _under_way({"by": noor["by"], "ring": cast.ring("noor")}, folder)
    _all_hold()
