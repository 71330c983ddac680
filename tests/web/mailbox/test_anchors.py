# SPDX-License-Identifier: Apache-2.0
"""Once a day the partner signs where our audit stands: what it signed, no operator of ours can undo."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from tejido.crypto import SigningKey
from tejido.exchange import Anchor, build_anchor, countersign, read_anchor
from tejido.web.accounts.actions import signing_key
from tejido.web.mailbox import anchoring
from tejido.web.mailbox.actions import add_partner
from tejido.web.mailbox.jobs import exchange_anchors
from tejido.web.mailbox.models import KeptAnchor, Partner, RefusedArrival, SentAnchor
from tejido.web.security import audit, guards
from tejido.web.security.models import AuditEntry
from tejido.web.sharing.actions import add_agreement
from tests.web.mailbox.test_two_nodes import _our_card, other  # noqa: F401
from tests.web.sharing.partner import agreement

THEIRS = SigningKey.generate()


@pytest.fixture
def partner(us, monkeypatch):
    """The partner `us`, whose transport key we hold for once."""
    Partner.objects.filter(pk="us").update(transport_key=THEIRS.verify_key.raw)
    monkeypatch.setattr(Partner, "checked", lambda self: self)
    audit.chain()
    return Partner.objects.get(pk="us")


def _signed(sent: SentAnchor, **changed) -> bytes:
    raw = bytes(sent.raw)
    facts = {"anchor": read_anchor(raw), "before": None, "by": "us", "today": timezone.localdate(), "transport": THEIRS}
    return countersign(raw, **(facts | changed))


def _anchor(now=None) -> SentAnchor:
    anchoring.make_anchors(now=now or timezone.now())
    return SentAnchor.objects.latest("pk")


def _lives_in(folder, monkeypatch) -> None:
    monkeypatch.setattr(settings, "TEJIDO", replace(settings.TEJIDO, data=folder))


def _found(folder) -> set[str]:
    return {kind for kind, _where in anchoring.differing(anchoring.countersigned(folder))}


def test_an_anchor_tells_a_digest_and_a_day_and_nothing_of_how_much_was_done(partner):
    anchor = _anchor()
    told = json.loads(bytes(anchor.raw))["anchor"]
    head = AuditEntry.objects.exclude(position=None).latest("position")
    assert told == {"schema": "tejido.anchor/1", "sender": "mx", "recipient": "us",
                    "day": timezone.localdate().isoformat(), "digest": bytes(head.digest).hex()}  # fmt: skip
    audit.record("contact.listed", by=None, count=1)
    audit.chain()
    anchoring.make_anchors(now=timezone.now())
    assert SentAnchor.objects.count() == 1  # however much was done: one a day


def test_what_the_partner_signed_is_kept_in_the_database_and_beside_it(partner, tmp_path, monkeypatch):
    _lives_in(tmp_path, monkeypatch)
    anchor = _anchor()
    anchoring.record_countersignature(anchor=anchor, answer=_signed(anchor))
    assert anchoring.last_seen() == {"us": timezone.localdate()}
    assert list(anchoring.due_anchors(now=timezone.now())) == []
    SentAnchor.objects.update(countersignature=None)
    assert [code for code, _raw, _answer in anchoring.countersigned(tmp_path)] == ["us"]
    assert _found(tmp_path) == set()
    (tmp_path / anchoring.COUNTERSIGNED).write_text("not a line of ours\n")
    assert _found(tmp_path) == {"forged"}


@pytest.mark.parametrize("wrong", [
    {"anchor": Anchor("mx", "us", "2026-01-01", "0" * 64)}, {"by": "mx"}, {"transport": SigningKey.generate()},
])  # fmt: skip
def test_a_partner_that_signs_something_else_is_noticed_and_asked_again(partner, wrong, monkeypatch):
    anchor = _anchor()
    answer = _signed(anchor, **wrong)
    monkeypatch.setattr("tejido.web.mailbox.jobs._post", _answering(answer))
    assert exchange_anchors() == 1
    line = AuditEntry.objects.filter(event="anchor.refused").get()
    assert line.detail == {"partner": "us", "reason_code": "not_countersigned"}
    assert exchange_anchors() == 0  # not before its time
    anchor.refresh_from_db()
    assert (anchor.countersignature, anchor.attempts) == (None, 1)
    assert anchor.next_attempt_at > timezone.now()


def _answering(answer):
    async def post(_address, _raw, **_options):
        return answer

    return post


def test_a_database_set_back_is_found_by_what_the_partner_held_before(partner, tmp_path, monkeypatch):
    _lives_in(tmp_path, monkeypatch)
    anchor = _anchor()
    lost = "ab" * 32  # what we told and no longer know
    anchoring.record_countersignature(anchor=anchor, answer=_signed(anchor, before=lost))
    assert AuditEntry.objects.filter(event="anchor.differs").exists()
    assert _found(tmp_path) == {"partner"}


def test_a_chain_made_anew_with_our_own_key_is_found_by_the_partners_signature(partner, tmp_path, monkeypatch):
    _lives_in(tmp_path, monkeypatch)
    anchor = _anchor()
    anchoring.record_countersignature(anchor=anchor, answer=_signed(anchor))
    assert _found(tmp_path) == set()
    guards.take_down()
    AuditEntry.objects.filter(pk=AuditEntry.objects.order_by("pk")[0].pk).update(event="nothing.happened")
    AuditEntry.objects.update(position=None, digest=None)
    audit.chain()
    assert _found(tmp_path) == {"partner"}


def _theirs(**changed) -> bytes:
    facts = {"sender": "us", "recipient": "mx", "day": "2026-03-02", "digest": "cd" * 32}
    return build_anchor(Anchor(**(facts | changed)), transport=THEIRS)


def test_we_sign_a_partners_anchor_once_and_name_what_we_held_before(partner):
    now = timezone.now()
    first = anchoring.receive_anchor(raw=_theirs(), now=now)
    assert anchoring.receive_anchor(raw=_theirs(), now=now) == first
    second = anchoring.receive_anchor(raw=_theirs(digest="ef" * 32), now=now)
    assert json.loads(first)["countersignature"]["before"] is None
    assert json.loads(second)["countersignature"]["before"] == "cd" * 32
    assert KeptAnchor.objects.count() == 2
    lines = list(anchoring.kept_of("us"))
    assert len(lines) == 2
    for number in range(30):
        anchoring.receive_anchor(raw=_theirs(digest=f"{number:064x}"), now=now + timedelta(minutes=number))
    assert KeptAnchor.objects.count() == 24  # a day's worth: nobody fills us up


def test_what_is_no_partners_is_refused_and_noted(partner, client, settings):
    settings.ROOT_URLCONF = "tejido.web.config.partners_urls"
    stranger = build_anchor(Anchor("zz", "mx", "2026-03-02", "0" * 64), transport=THEIRS)
    forged = build_anchor(Anchor("us", "mx", "2026-03-02", "0" * 64), transport=SigningKey.generate())
    for raw in (stranger, forged, _theirs(recipient="us"), b"", b"{}", b"\xff" * 3000):
        answer = client.post("/anchors/", raw, content_type="application/octet-stream")
        assert (answer.status_code, answer.content) == (422, b"")
    assert KeptAnchor.objects.count() == 0
    assert RefusedArrival.objects.exists()
    assert client.post("/anchors/", _theirs(), content_type="application/octet-stream").status_code == 200


@hypothesis(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_an_anchor_altered_on_its_way_is_none(place, bit, partner):
    raw = bytearray(_theirs())
    raw[place % len(raw)] ^= 1 << bit
    assert anchoring.receive_anchor(raw=bytes(raw), now=timezone.now()) is None


def test_two_real_nodes_countersign_each_other_and_the_one_that_was_set_back_is_told(cast, other, settings, tmp_path):  # noqa: F811
    ring = cast.ring("chen")
    agreed = signing_key(ring).sign(agreement().statement()).hex()
    card = other.run("make", card=_our_card(cast, settings), agreed=agreed, signing=other.signing.raw.hex())
    theirs = bytes.fromhex(card.pop("agreed"))
    noor = {"by": cast.member("noor"), "ring": cast.ring("noor")}
    partner = add_partner(card=card, **noor)
    add_agreement(agreement=agreement(), partner=partner, partner_signature=theirs, **noor)
    audit.chain()
    assert exchange_anchors() == 1  # the other side is down: nothing waits for it
    assert SentAnchor.objects.get().reason_code == "unreachable"
    other.start()
    SentAnchor.objects.update(next_attempt_at=timezone.now())
    assert exchange_anchors() == 1
    assert SentAnchor.objects.get().countersignature is not None
    kept = tmp_path / "mx.anchors"
    kept.write_text("\n".join(other.run("anchors")))
    assert list(anchoring.differing(anchoring.read_lines(kept))) == []
    # Yesterday's copy of the database: it knows nothing of today.
    SentAnchor.objects.all().delete()
    guards.take_down()
    AuditEntry.objects.filter(pk__gt=AuditEntry.objects.order_by("pk")[3].pk).delete()
    assert [kind for kind, _where in anchoring.differing(anchoring.read_lines(kept))] == ["partner"]
    assert exchange_anchors() == 1
    assert AuditEntry.objects.filter(event="anchor.differs").exists()
