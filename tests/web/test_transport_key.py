# SPDX-License-Identifier: Apache-2.0
"""A new transport key: the partner learns it before it signs, and what earlier ones signed stays ours."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.conf import settings

from tejido.crypto import BadSignature, SigningKey
from tejido.vocabulary import BadInput
from tejido.web.config.live_keys import parse_environment
from tejido.web.config.rotating_transport import begin_transport, end_transport
from tejido.web.config.transport_keys import TRANSPORT, transport_keys
from tejido.web.mailbox.cards import our_card
from tejido.web.security import audit
from tejido.web.security.anchor import write_anchor
from tejido.web.security.anchor_file import ANCHOR
from tejido.web.security.verifying import findings
from tejido.web.upkeep.tombstones import add_tombstone, kept_lines, read_lines


def _now(folder):
    return transport_keys(parse_environment((folder / "node.env").read_text()))


def test_the_card_tells_the_next_key_and_the_present_one_signs_until_the_end(cast, folder):
    first = _now(folder).signing
    begin_transport(folder)
    told = _now(folder)
    assert told.signing == first
    assert told.published not in (first.verify_key,)
    begin_transport(folder)  # once more changes nothing
    assert _now(folder) == told
    assert end_transport(folder)
    ended = _now(folder)
    assert ended.signing.verify_key == ended.published == told.published
    assert first.verify_key in ended.known.keys
    assert first.raw.hex() not in (folder / "node.env").read_text()
    assert not end_transport(folder)
    begin_transport(folder)
    end_transport(folder)
    message = b"of the first"
    _now(folder).known.verify(message, first.sign(message))
    with pytest.raises(BadSignature):
        _now(folder).known.verify(message, SigningKey.generate().sign(message))


def test_the_card_of_a_node_that_changes_says_the_next_key(cast, folder, monkeypatch):
    from dataclasses import replace

    begin_transport(folder)
    monkeypatch.setattr(settings, "TEJIDO", replace(settings.TEJIDO, transport=_now(folder)))
    assert our_card()["transport_key"] == _now(folder).published.raw.hex()
    assert our_card()["transport_key"] != _now(folder).signing.verify_key.raw.hex()


def test_what_the_earlier_key_signed_still_holds(cast, folder, tmp_path):
    audit.chain()
    first = _now(folder).signing
    entry = {"table": "case", "record": "0", "day": "2026-11-27", "basis": "mistake"}
    add_tombstone(dict(entry), transport=first, by=cast.member("bilal"))
    write_anchor(tmp_path, first)
    begin_transport(folder)
    end_transport(folder)
    add_tombstone(dict(entry), transport=_now(folder).signing, by=cast.member("bilal"))
    whole = b"".join(line.encode() for line in kept_lines())
    assert len(read_lines(whole, _now(folder).known, where="tombstones")) == 2
    with pytest.raises(BadInput):
        read_lines(whole, first.verify_key, where="tombstones")
    kept = (tmp_path / ANCHOR).read_bytes()
    assert not [kind for kind, _where in findings(kept, _now(folder).known) if kind == "anchor"]
    assert [kind for kind, _where in findings(kept, _now(folder).published) if kind == "anchor"]


@pytest.mark.parametrize(
    "value", ["", "zz", "00" * 31, "11" * 32 + "," + "11" * 32, ",".join(["11" * 32, "22" * 32, "33" * 32])]
)
def test_a_setting_that_is_no_key_is_refused_by_name(value):
    with pytest.raises(BadInput, match=TRANSPORT):
        transport_keys({TRANSPORT: value})


def test_a_key_made_today_is_noted_without_its_bytes(cast, folder):
    from tejido.web.security.models import AuditEntry

    before = datetime.now(UTC)
    begin_transport(folder)
    end_transport(folder)
    lines = AuditEntry.objects.filter(event="keys.rotated", at__gte=before)
    assert lines.count() == 2
