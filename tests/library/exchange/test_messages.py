# SPDX-License-Identifier: Apache-2.0
"""Messages and receipts: what was sent is what is opened, and nothing that was touched on the way is taken."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.exchange.letters import (
    BODIES,
    INTAKE,
    MX,
    NOW,
    TRANSPORT,
    US,
    header,
    message,
)

from tejido.agreements import canonical_bytes
from tejido.crypto import (
    BadSignature,
    BoxKey,
    CannotOpen,
    SignedKey,
    SigningKey,
    UnsignedKey,
    VerifyKey,
    VerifyKeys,
    seal_box,
)
from tejido.exchange import (
    BadMessage,
    Receipt,
    build_message,
    build_receipt,
    format_minute,
    frames,
    message_digest,
    open_message,
    read_header,
    verify_message,
    verify_receipt,
)
from tejido.vocabulary import BadInput, code_list

REFUSALS = (BadMessage, BadSignature, CannotOpen)
RAW = message()


def opened(raw, *, key=INTAKE, sender=MX.verify_key):
    return open_message(raw, key=key, sender=sender)


@pytest.mark.parametrize("kind", sorted(BODIES))
def test_every_type_of_message_arrives_as_it_was_sent(kind):
    found = opened(message(type=kind))
    assert found.body == BODIES[kind]
    assert found.header == replace(
        header(type=kind), recipient_key="us/team/intake/1", signer=MX.verify_key.fingerprint
    )


def test_the_header_is_read_without_any_key_and_the_body_is_not_there():
    assert read_header(RAW).sender == "mx"
    assert verify_message(RAW, sender=MX.verify_key) == read_header(RAW)
    for told in ("Ana", "de la O", "dejan", "Bodega"):
        assert told.encode() not in RAW


def test_the_length_does_not_tell_how_long_her_story_is():
    lengths = {
        len(message({**BODIES["handover"], "facts": {"own_words": "x" * length}})) for length in (1, 20, 200, 2000)
    }
    assert len(lengths) == 1
    assert len(message({**BODIES["handover"], "facts": {"own_words": "x" * 5000}})) > lengths.pop()


def test_a_message_cut_anywhere_is_refused():
    for length in (*range(1000), *range(1000, len(RAW), 37), len(RAW) - 1):
        with pytest.raises(REFUSALS):
            opened(RAW[:length])


def test_a_message_with_a_bit_turned_is_refused():
    for place in range(len(RAW)):
        spoiled = bytearray(RAW)
        spoiled[place] ^= 1 << place % 8
        with pytest.raises((BadMessage, BadSignature)):
            verify_message(bytes(spoiled), sender=MX.verify_key)


def test_something_after_the_message_is_refused():
    for more in (b"\0", RAW):
        with pytest.raises(BadMessage):
            opened(RAW + more)


@given(st.binary(max_size=300))
def test_random_bytes_raise_nothing_unexpected(raw):
    for candidate in (raw, b"TEJ\x01" + raw, RAW[: len(RAW) // 2] + raw):
        with pytest.raises(REFUSALS):
            opened(candidate)


HEADER_LENGTH = len(frames.split(RAW).header)


@given(st.binary(max_size=200), st.integers(0, HEADER_LENGTH), st.integers(0, HEADER_LENGTH))
@settings(max_examples=150)
def test_a_signed_but_nonsensical_header_raises_nothing_unexpected(noise, start, end):
    """Even a partner with a good key, gone mad, gets a clean refusal."""
    frame = frames.split(RAW)
    odd = replace(frame, header=frame.header[:start] + noise + frame.header[max(start, end) :], signature=b"")
    raw = replace(odd, signature=MX.sign(odd.signed)).encode()
    if odd.header != frame.header:
        with pytest.raises(REFUSALS):
            opened(raw)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"[" * 3000,
        b'{"id":' + b"9" * 4000 + b"}",
        b'{"schema":"tejido.message/1"}',
        b"\xff\xfe",
        b'"\\ud800"',
        b"NaN",
    ],
)
def test_a_header_of_odd_json_is_refused(text):
    frame = frames.Frame(text, b"", b"")
    raw = replace(frame, signature=MX.sign(frame.signed)).encode()
    with pytest.raises(BadMessage):
        verify_message(raw, sender=MX.verify_key)


def resigned(change):
    """A message whose header was changed and signed again by its sender: only the box still knows better."""
    frame = frames.split(RAW)
    odd = replace(frame, header=change(frame.header), signature=b"")
    return replace(odd, signature=MX.sign(odd.signed)).encode()


def test_the_header_is_bound_to_the_box():
    moved = resigned(lambda raw: raw.replace(b'"sequence":1', b'"sequence":2'))
    assert verify_message(moved, sender=MX.verify_key).sequence == 2
    with pytest.raises(CannotOpen):
        opened(moved)


def test_a_header_that_names_another_signer_is_refused():
    named, other = MX.verify_key.fingerprint.encode(), US.verify_key.fingerprint.encode()
    renamed = resigned(lambda raw: raw.replace(named, other))
    with pytest.raises(BadMessage, match="unknown_signer"):
        verify_message(renamed, sender=MX.verify_key)
    for sender in (US.verify_key, VerifyKeys((MX.verify_key, US.verify_key))):
        with pytest.raises(BadSignature):
            verify_message(renamed, sender=sender)


def test_a_sender_with_new_keys_is_verified_by_the_one_the_header_names():
    fresh = SigningKey.generate().verify_key
    assert verify_message(RAW, sender=VerifyKeys((fresh, MX.verify_key))) == read_header(RAW)
    with pytest.raises(BadMessage, match="unknown_signer"):
        verify_message(RAW, sender=VerifyKeys((fresh,)))


def test_a_header_spelt_otherwise_is_refused():
    for change in (
        lambda raw: raw.replace(b",", b", ", 1),
        lambda raw: raw.replace(b'"mx"', b'"\\u006dx"', 1),
        lambda raw: raw[:-1] + b',"sequence":1}',
        lambda raw: raw[:-1] + b',"extra":1}',
        lambda raw: raw.replace(b'"sequence":1', b'"sequence":1.0'),
        lambda raw: raw.replace(b'"sequence":1', b'"sequence":true'),
        lambda raw: raw.replace(b"tejido.message/1", b"tejido.message/2"),
    ):
        with pytest.raises(BadMessage):
            verify_message(resigned(change), sender=MX.verify_key)


def boxed(inner, *, info=None):
    """A message that its sender sealed and signed by hand, around whatever is given."""
    head = read_header(RAW).encode()
    box = seal_box(INTAKE.public, inner, (b"tejido/message-box/1\x00" if info is None else info) + head)
    frame = frames.Frame(head, box, b"")
    return replace(frame, signature=MX.sign(frame.signed)).encode()


def padded(value):
    return canonical_bytes(value).ljust(4096)


def test_the_inside_must_repeat_the_header_and_hold_a_proper_body():
    inside = {"header": read_header(RAW).as_mapping(), "body": BODIES["handover"]}
    assert opened(boxed(padded(inside))).body == BODIES["handover"]
    other = {**inside, "header": {**inside["header"], "sequence": 7}}
    with pytest.raises(BadMessage, match="header_differs"):
        opened(boxed(padded(other)))
    for odd in ({**inside, "extra": 1}, [inside], {"body": {}}, {**inside, "body": None}, {**inside, "body": {}}):
        with pytest.raises(BadMessage, match="bad_body"):
            opened(boxed(padded(odd)))
    with pytest.raises(CannotOpen):
        opened(boxed(padded(inside), info=b""))
    with pytest.raises(CannotOpen):
        opened(boxed(canonical_bytes(inside)))
    with pytest.raises(BadMessage, match="unreadable"):
        opened(boxed(b"{".ljust(4096)))


def test_another_key_or_another_sender_opens_nothing():
    with pytest.raises(CannotOpen):
        opened(RAW, key=BoxKey.generate())
    for raw, sender in ((RAW, US.verify_key), (message(signing=SigningKey.generate()), MX.verify_key)):
        with pytest.raises(BadMessage, match="unknown_signer"):
            opened(raw, sender=sender)


def test_an_unsigned_or_foreign_key_is_never_sealed_to():
    forged = SignedKey.sign(SigningKey.generate(), "us/team/intake/1", BoxKey.generate().public)
    with pytest.raises(UnsignedKey):
        build_message(header(), BODIES["handover"], to=forged, partner=US.verify_key, signing=MX)
    for_someone_else = SignedKey.sign(US, "ca/team/intake/1", INTAKE.public)
    with pytest.raises(BadMessage, match="misaddressed"):
        build_message(header(), BODIES["handover"], to=for_someone_else, partner=US.verify_key, signing=MX)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "1"},
        {"id": "1B4E28BA-2FA1-41D2-883F-0016D3CCA427"},
        {"sequence": 0},
        {"sequence": True},
        {"sequence": 2**53},
        {"sent_at": "2026-11-22"},
        {"sent_at": "2026-11-22T10:51:00Z"},
        {"sent_at": None},
        {"sender": "MX"},
        {"sender": "../mx"},
        {"agreement_digest": "short"},
        {"in_reply_to": "that one"},
    ],
)
def test_a_header_that_is_not_right_is_never_sent(change):
    with pytest.raises(BadMessage):
        message(**change)


def test_a_wrong_body_is_refused_before_it_is_sealed():
    with pytest.raises(BadInput):
        message({**BODIES["handover"], "phone": "+525512345678"})
    with pytest.raises(BadInput):
        message(BODIES["withdrawal"], type="handover")
    with pytest.raises(BadInput, match="unknown type"):
        message(BODIES["withdrawal"], type="letter")


def test_too_large_is_refused_at_both_ends():
    with pytest.raises(BadMessage, match="too_large"):
        frames.split(bytes(frames.MAXIMUM_BYTES + 1))
    with pytest.raises(BadMessage, match="too_large"):
        frames.Frame(b"x" * (frames.MAXIMUM_HEADER + 1), b"", bytes(64)).encode()
    with pytest.raises(BadMessage, match="too_large"):
        frames.Frame(b"x", bytes(frames.MAXIMUM_BYTES), bytes(64)).encode()


def test_every_refusal_has_words_in_both_languages():
    for code in code_list("message_refusal"):
        words = BadMessage(code).words
        assert words["en"]
        assert words["es"]
        assert words["en"] != words["es"]


# Receipts

MESSAGE = header().id


def receipt(status="accepted", reason=None, raw=RAW, signing=TRANSPORT):
    return build_receipt(raw, by="us", message=MESSAGE, status=status, reason=reason, at=NOW, transport=signing)


def verified(given, *, raw=RAW, by="us", message=MESSAGE, key=TRANSPORT.verify_key):
    return verify_receipt(given, raw=raw, message=message, by=by, transport=key)


def test_a_receipt_says_what_became_of_these_very_bytes():
    assert verified(receipt()) == Receipt("us", MESSAGE, message_digest(RAW), "accepted", None, "2026-11-22T10:51Z")
    assert verified(receipt("refused", "late")).reason == "late"
    assert verified(receipt("duplicate")).status == "duplicate"


def test_a_receipt_for_other_bytes_by_another_key_or_node_does_not_hold():
    with pytest.raises(BadMessage):
        verified(receipt(), raw=RAW + b"x")
    with pytest.raises(BadMessage):
        verified(receipt(), message="6f1c9d52-64f1-4c1f-9f55-0a2f9c8f2f10")
    with pytest.raises(BadMessage):
        verified(receipt(), by="ca")
    with pytest.raises(BadSignature):
        verified(receipt(signing=SigningKey.generate()))


@pytest.mark.parametrize(
    ("status", "reason"), [("refused", None), ("refused", "boredom"), ("accepted", "late"), ("lost", None)]
)
def test_a_receipt_that_contradicts_itself_is_never_made(status, reason):
    with pytest.raises(BadMessage):
        receipt(status, reason)


@given(st.integers(0, len(receipt()) - 1), st.integers(0, 7))
def test_a_receipt_with_a_bit_turned_does_not_hold(place, bit):
    spoiled = bytearray(receipt())
    spoiled[place] ^= 1 << bit
    with pytest.raises((BadMessage, BadSignature)):
        verified(bytes(spoiled))


@given(st.one_of(st.binary(max_size=200), st.just(b"[" * 4000), st.just(b"{}"), st.just(bytes(5000))))
def test_random_bytes_are_no_receipt(raw):
    with pytest.raises((BadMessage, BadSignature)):
        verified(raw)


@pytest.mark.parametrize("name", ["by", "message", "sha256", "status", "reason", "recorded_at", "schema"])
@pytest.mark.parametrize("value", [None, 1, [], {}, "x", "\ud800"])
def test_a_receipt_with_an_odd_value_does_not_hold(name, value):
    given_ = json.loads(receipt("refused", "late"))
    given_["receipt"][name] = value
    with pytest.raises((BadMessage, BadSignature)):
        verified(json.dumps(given_).encode())


def test_a_time_without_its_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        format_minute(datetime(2026, 11, 22))


# What was sent once opens for ever

VECTORS = sorted((Path(__file__).parent / "vectors").glob("v*.json"))


def test_there_is_a_message_of_the_first_version():
    assert VECTORS[0].name == "v1.json"


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_messages_and_receipts_of_every_version_open(path):
    kept = json.loads(path.read_text(encoding="utf-8"))["vectors"]
    raw = bytes.fromhex(kept["message"])
    sender, transport = (VerifyKey(bytes.fromhex(kept[name])) for name in ("sender", "transport"))
    found = open_message(raw, key=BoxKey(bytes.fromhex(kept["box_key"])), sender=sender)
    assert found.body == kept["body"]
    assert found.header.as_mapping() == kept["header"]
    held = verify_receipt(
        kept["receipt"].encode(), raw=raw, message=found.header.id, by=found.header.recipient, transport=transport
    )
    assert held.status == "accepted"
