# SPDX-License-Identifier: Apache-2.0
"""Everyone has lost her password: the shares on paper let members in again. Nothing is lost, and nobody gains."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

import pypdf
import pytest

from tejido.crypto import CannotOpen, SigningKey, join_shares, new_paper_key, open_box
from tejido.vocabulary import BadInput
from tejido.web.accounts.actions import SIGNING_SCOPE, leave_team
from tejido.web.accounts.keys import recovery_info, team_of
from tejido.web.accounts.models import Member, RecoveryKey, Team, TeamGeneration
from tejido.web.accounts.recovering import recover_members
from tejido.web.security.keyring import NoKey
from tejido.web.security.models import AuditEntry, RecordKey
from tejido.web.security.shares import key_of
from tests.web.security.test_sealing import _contact
from tests.web.test_teams import _secret


def _recovered(cast, *logins, shares=None, paper=None):
    """Recover, and let the cast know the new passwords."""
    found = recover_members(
        logins=logins, shares=shares or cast.shares[:2], paper=paper or new_paper_key(threshold=2, count=3)
    )
    return type(cast)({**cast.logins, **found}, cast.shares)


def test_who_is_let_in_again_opens_what_her_teams_opened_and_nothing_more(cast):
    record = _contact(cast.ring("amara"), "REC-001", own_words="antes de perderlo todo")
    again = _recovered(cast, "chen", "dora")
    assert record.opened(again.ring("chen")).own_words == "antes de perderlo todo"
    with pytest.raises(NoKey):
        record.opened(again.ring("dora"))
    with pytest.raises(CannotOpen):
        cast.ring("chen")  # her old password
    assert record.opened(cast.ring("amara")).own_words == "antes de perderlo todo"  # nobody else was touched
    assert again.client("chen").get("/").headers["Location"] == "/password/"  # her own before anything else
    assert AuditEntry.objects.filter(event="recovery.used").count() == 2


def test_the_organisation_can_sign_again(cast):
    again = _recovered(cast, "noor")
    signing = SigningKey(again.ring("noor").raw(RecordKey.objects.get(scope=SIGNING_SCOPE).id))
    assert again.member("noor").signed_key().checked(signing.verify_key)


def test_records_of_an_older_generation_open_after_recovery(cast):
    team = team_of(Team.Kind.INTAKE)
    record = _contact(cast.ring("amara"), "REC-002", own_words="de la generación anterior")
    signing = SigningKey(cast.ring("noor").raw(RecordKey.objects.get(scope=SIGNING_SCOPE).id))
    leave_team(member=cast.member("bilal"), team=team, secret=_secret(cast.ring("amara"), team), signing=signing,
               by=cast.member("noor"))  # fmt: skip
    assert list(team.generations.filter(recovery=None).values_list("number", flat=True)) == [1]
    again = _recovered(cast, "chen")
    assert record.opened(again.ring("chen")).own_words == "de la generación anterior"
    with pytest.raises(NoKey):
        record.opened(again.ring("bilal"))


def test_shares_that_were_typed_open_nothing_afterwards_and_the_new_ones_do(cast):
    fresh = new_paper_key(threshold=2, count=3)
    recover_members(logins=[], shares=cast.shares[1:], paper=fresh)
    old, newest = join_shares(cast.shares[:2]), RecoveryKey.objects.latest("number")
    for generation in TeamGeneration.objects.exclude(recovery=None):
        for number in (newest.number, newest.number - 1):
            with pytest.raises(CannotOpen):
                open_box(old, generation.recovery, recovery_info(generation, number))
        assert open_box(fresh.key, generation.recovery, recovery_info(generation, newest.number))
    with pytest.raises(BadInput) as refused:
        recover_members(logins=["chen"], shares=cast.shares[:2], paper=new_paper_key(threshold=2, count=3))
    assert refused.value.code == "recover.other_key"
    assert recover_members(logins=["chen"], shares=fresh.shares[:2], paper=new_paper_key(threshold=2, count=3))


@pytest.mark.parametrize(
    ("logins", "shares", "code"),
    [
        (["chen"], lambda cast: cast.shares[:1], "shares.few"),
        (["chen"], lambda cast: (cast.shares[0], cast.shares[0]), "shares.twice"),
        (["chen"], lambda cast: (cast.shares[0], "one two three"), "shares.share"),
        (["chen"], lambda cast: new_paper_key(threshold=2, count=2).shares, "recover.other_key"),
        (["nobody"], lambda cast: cast.shares[:2], "recover.login"),
        (["chen", "nobody"], lambda cast: cast.shares[:2], "recover.login"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(cast, logins, shares, code):
    def everything():
        return (list(Member.objects.order_by("pk").values()), list(TeamGeneration.objects.order_by("pk").values()),
                RecoveryKey.objects.count(), AuditEntry.objects.count())  # fmt: skip

    before = everything()
    with pytest.raises(BadInput) as refused:
        recover_members(logins=logins, shares=shares(cast), paper=new_paper_key(threshold=2, count=3))
    assert refused.value.code == code
    assert everything() == before


def test_a_recovery_key_that_the_organisation_did_not_sign_receives_nothing(cast):
    # Whoever can write the database puts a key of his own there, to have every new team secret sealed to him.
    his, ours = new_paper_key(threshold=2, count=2), RecoveryKey.objects.latest("number")
    RecoveryKey.objects.create(number=9, public_key=his.key.public.raw, signature=b"\x00" * 64, threshold=2, shares=2)
    team = team_of(Team.Kind.INTAKE)
    signing = SigningKey(cast.ring("noor").raw(RecordKey.objects.get(scope=SIGNING_SCOPE).id))
    leave_team(member=cast.member("bilal"), team=team, secret=_secret(cast.ring("amara"), team), signing=signing,
               by=cast.member("noor"))  # fmt: skip
    newest = team.generations.latest("number")
    for number in (ours.number, 9):
        with pytest.raises(CannotOpen):
            open_box(his.key, newest.recovery, recovery_info(newest, number))
    assert open_box(join_shares(cast.shares[:2]), newest.recovery, recovery_info(newest, ours.number))


def test_what_is_wrong_with_a_share_is_said_in_both_languages(cast):
    with pytest.raises(BadInput) as refused:
        key_of((cast.shares[0], "one two three"))
    assert refused.value.line("en").startswith("recover, share 2: not the 33 words")
    assert refused.value.line("es").startswith("recover, parte 2: no son las 33 palabras")


@pytest.mark.slow
def test_the_rehearsal_a_node_is_made_everyone_is_locked_out_and_let_in_again(tmp_path):
    """By the command line alone, the words read from the printed sheets."""

    def tejido(*words, typed=""):
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("TEJIDO_", "DJANGO_"))}
        return subprocess.run([sys.executable, "-m", "tejido.cli", *words], env=clean, input=typed,
                              capture_output=True, text=True, check=False)  # fmt: skip

    (tmp_path / "operator.yaml").write_text(
        "name: {en: Invented Line, es: Línea Inventada}\nlanguages: [es, en]\npack: mx\ncountry: MX\n"
        "lines: [{brand: Línea Inventada, number: '55 5555 0000', channels: [phone]}]\n",
        encoding="utf-8",
    )
    (tmp_path / "staff.yaml").write_text(
        "teams: {intake: Recepción, cases: Seguimiento, data: Datos, duty: Guardia, administration: Administración}\n"
        "members: [{login: ana, name: Ana, roles: [advocate], teams: [intake, administration], language: es}]\n",
        encoding="utf-8",
    )
    node, sheets, renewed = tmp_path / "mx", tmp_path / "sheets", tmp_path / "renewed"
    made = tejido("node", "make", str(node), "--code", "mx", "--operator", str(tmp_path / "operator.yaml"), "--staff",
                  str(tmp_path / "staff.yaml"), "--time-zone", "America/Mexico_City",
                  "--sheets", str(sheets))  # fmt: skip
    assert made.returncode == 0, made.stderr
    printed = sorted(sheets.glob("*.pdf"))
    assert [path.name for path in printed] == ["share-1-of-3.pdf", "share-2-of-3.pdf", "share-3-of-3.pdf"]
    assert {path.stat().st_mode & 0o077 for path in printed} == {0}
    shares = [_words_on(path) for path in printed]

    wrong = tejido("node", "recover", str(node), "--login", "ana", "--sheets", str(renewed),
                   typed=f"{shares[0]}\n{shares[0]}\n")  # fmt: skip
    assert (wrong.returncode, wrong.stderr.count("\n"), renewed.exists()) == (2, 1, False)
    back = tejido("node", "recover", str(node), "--login", "ana", "--sheets", str(renewed),
                  typed=f"{shares[2]}\n{shares[0]}\n")  # fmt: skip
    assert back.returncode == 0, back.stderr
    login, password, uri = back.stdout.strip().split("\t")
    assert (login, password) != (made.stdout.split("\t")[0], made.stdout.split("\t")[1])
    assert len(base64.b32decode(parse_qs(urlsplit(uri).query)["secret"][0])) == 20
    again = tejido("node", "recover", str(node), "--login", "ana", "--sheets", str(tmp_path / "third"),
                   typed=f"{shares[2]}\n{shares[0]}\n")  # fmt: skip
    assert again.returncode == 2
    assert "newer ones were printed" in again.stderr
    assert not (tmp_path / "third").exists()  # its sheets would be kept in a safe and open nothing
    for share in shares:  # the words are on the paper and nowhere else
        for path in node.rglob("*"):
            assert (
                not path.is_file()
                or share.split()[5].encode() + b" " + share.split()[6].encode() not in path.read_bytes()
            )


def _words_on(path) -> str:
    """The numbered words of a sheet, in order."""
    text = pypdf.PdfReader(path).pages[0].extract_text()
    text = re.split(r"Share \d of \d|Para qué", text)[1]
    found = dict(re.findall(r"\b(\d{1,2})\s+([a-z]{3,})\b", text))
    return " ".join(found[str(number)] for number in range(1, 34))
