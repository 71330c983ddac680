# SPDX-License-Identifier: Apache-2.0
"""The anchor beside the database: a new node has none and is well; one that was there and is gone is missed."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from django.conf import settings

from tejido.crypto import SigningKey
from tejido.web.config.auditing import audit as commands
from tejido.web.config.checking import check_node
from tejido.web.mailbox.anchoring import COUNTERSIGNED
from tejido.web.security import audit, guards, verifying
from tejido.web.security.anchor import begin_anew, write_anchor
from tejido.web.security.anchor_file import ANCHOR, EARLIER, read_anchor
from tejido.web.security.models import AuditEntry


@pytest.fixture
def transport():
    return settings.TEJIDO.transport


@pytest.fixture
def worked(cast, folder, transport):
    """The folder of a node whose worker chains and anchors, as often as it is told."""

    def work() -> None:
        audit.record("contact.listed", by=None, count=1)
        audit.chain()
        write_anchor(folder, transport.signing, known=transport.known)

    def clean() -> None:  # whatever another test left is of another audit
        for name in (ANCHOR, EARLIER, COUNTERSIGNED):
            (folder / name).unlink(missing_ok=True)

    clean()
    work.folder = folder
    yield work
    clean()


def _found(folder, **more) -> list[str]:
    known = settings.TEJIDO.transport.known
    return [kind for kind, _where in verifying.findings(read_anchor(folder), known, **more)]


def _marks() -> list[str]:
    marks = AuditEntry.objects.filter(event="audit.anchored").order_by("pk")
    return [detail.get("reason_code", "") for detail in marks.values_list("detail", flat=True)]


def test_a_new_node_has_no_anchor_and_is_well(worked):
    assert _found(worked.folder) == []
    audit.chain()
    assert _found(worked.folder) == []


def test_the_first_anchor_is_noted_once(worked):
    for _ in range(3):
        worked()
    assert (_found(worked.folder), _marks()) == ([], [""])
    # A node from before the note had an anchor and no line about it.
    guards.take_down()
    AuditEntry.objects.filter(event="audit.anchored").delete()
    guards.put_up()
    worked()
    assert _marks() == [""]


def test_an_anchor_that_is_gone_is_missed_and_not_written_anew(worked):
    worked()
    copy = read_anchor(worked.folder)
    (worked.folder / ANCHOR).unlink()
    for _ in range(3):
        worked()
        assert read_anchor(worked.folder) is None
        assert _found(worked.folder) == ["unanchored"]
    # A copy kept elsewhere holds, and the one beside is missed all the same.
    assert _found(worked.folder, copy=copy) == ["unanchored"]
    assert _found(worked.folder, copy=b"1 00 00") == ["unanchored", "anchor"]
    (worked.folder / ANCHOR).write_bytes(copy)
    worked()
    assert (_found(worked.folder), _marks()) == ([], [""])
    assert read_anchor(worked.folder) != copy  # it goes on


def test_an_operator_who_looked_begins_it_anew_and_the_audit_keeps_that(worked, transport):
    worked()
    assert begin_anew(worked.folder, transport.signing, known=transport.known) == ""
    (worked.folder / ANCHOR).unlink()
    assert begin_anew(worked.folder, transport.signing, known=transport.known) == "missing"
    assert _found(worked.folder) == []
    write_anchor(worked.folder, SigningKey.generate())  # of somebody else: it is none
    (worked.folder / ANCHOR).write_bytes(strange := b"2 00 00\n")
    worked()
    assert _found(worked.folder) == ["anchor"]
    assert begin_anew(worked.folder, transport.signing, known=transport.known) == "not_reached"
    assert (worked.folder / EARLIER).read_bytes() == strange
    worked()
    assert (_found(worked.folder), _marks()) == ([], ["", "missing", "not_reached"])
    for name in (ANCHOR, EARLIER):
        assert (worked.folder / name).stat().st_mode & 0o077 == 0


def _said(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(commands, [str(word) for word in words], standalone_mode=False)
    assert done.exception is None, done.exception
    return done.return_value or 0, done.output


def test_verify_and_check_say_it_in_one_line_and_go_on_saying_who_began_it_anew(worked):
    worked()
    code, said = _said("verify", worked.folder)
    assert (code, "anchor" in said) == (0, False), said
    (worked.folder / ANCHOR).unlink()
    code, said = _said("verify", worked.folder)
    missing = [line for line in said.splitlines() if "had an anchor and it is missing" in line]
    assert (code, len(missing), missing[0].endswith(ANCHOR)) == (1, 1, True), said
    assert "tenía un ancla y falta" in missing[0]
    (held,) = [each.found for each in check_node(worked.folder) if each.code == "audit"]
    assert held == (f"unanchored {ANCHOR}",)
    assert "A new anchor was begun" in _said("anchor", worked.folder)[1]
    assert "nothing was changed" in _said("anchor", worked.folder)[1]
    code, said = _said("verify", worked.folder)
    assert code == 0
    assert "begun anew by hand; times, named in the audit: 1" in said
    assert json.loads(_said("verify", worked.folder, "--json")[1])["anchored_anew"] == 1


def test_a_guard_that_is_off_is_said_in_both_languages(worked):
    guards.take_down()
    code, said = _said("verify", worked.folder)
    assert code == 1
    assert "a guard of the audit" in said
    assert "un candado de la bitácora" in said
    (held,) = [each.found for each in check_node(worked.folder) if each.code == "audit"]
    assert "guard audit_never_altered" in held
