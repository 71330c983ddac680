# SPDX-License-Identifier: Apache-2.0
"""Whatever is damaged, moved, older than asked for, or sealed to someone else does not open."""

from dataclasses import replace

import pytest

from tejido.crypto import (
    BadSignature,
    BoxKey,
    CannotOpen,
    Context,
    PasswordCost,
    SignedKey,
    SigningKey,
    UnsignedKey,
    VerifyKey,
    VerifyKeys,
    follows,
    new_key,
    new_totp_secret,
    open_box,
    open_field,
    open_with_password,
    seal_box,
    seal_field,
    seal_with_password,
    totp_code,
    totp_step,
    unwrap_key,
    wrap_key,
)

HERE = Context(node="mx", table="cases", record="one", field="name", key_id="k2")
KEY = new_key()
SECRET = b"Ana"
SMALL = PasswordCost(memory_mib=1, passes=1, lanes=1)
PEPPER = b"p" * 32


def flips(blob):
    """The blob with each bit of it turned over in turn."""
    for position in range(len(blob) * 8):
        spoiled = bytearray(blob)
        spoiled[position // 8] ^= 1 << position % 8
        yield bytes(spoiled)


def test_a_field_cut_at_any_length_does_not_open():
    blob = seal_field(KEY, SECRET, HERE)
    for length in range(len(blob)):
        with pytest.raises(CannotOpen):
            open_field(KEY, blob[:length], HERE)
    with pytest.raises(CannotOpen):
        open_field(KEY, blob + b"\0", HERE)


def test_a_field_with_any_bit_turned_does_not_open():
    for spoiled in flips(seal_field(KEY, SECRET, HERE)):
        with pytest.raises(CannotOpen):
            open_field(KEY, spoiled, HERE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        pytest.param({"record": "two"}, id="swapped record"),
        pytest.param({"field": "phone"}, id="swapped field"),
        pytest.param({"table": "contacts"}, id="swapped table"),
        pytest.param({"node": "us"}, id="other node"),
        pytest.param({"key_id": "k1"}, id="rolled back to an older key"),
        pytest.param({"table": "case", "record": "sone"}, id="letters moved between the parts"),
    ],
)
def test_what_was_sealed_elsewhere_does_not_open_here(elsewhere):
    there = replace(HERE, **elsewhere)
    with pytest.raises(CannotOpen):
        open_field(KEY, seal_field(KEY, SECRET, there), HERE)
    with pytest.raises(CannotOpen):
        unwrap_key(KEY, wrap_key(KEY, new_key(), there), HERE)


def test_another_key_opens_nothing():
    with pytest.raises(CannotOpen):
        open_field(new_key(), seal_field(KEY, SECRET, HERE), HERE)
    with pytest.raises(CannotOpen):
        open_field(KEY[:16], seal_field(KEY, SECRET, HERE), HERE)
    with pytest.raises(CannotOpen):
        open_field(b"", seal_field(KEY, SECRET, HERE), HERE)


def test_a_field_is_not_a_key_and_a_key_is_not_a_field():
    with pytest.raises(CannotOpen):
        unwrap_key(KEY, seal_field(KEY, SECRET, HERE), HERE)
    with pytest.raises(CannotOpen):
        open_field(KEY, wrap_key(KEY, new_key(), HERE), HERE)
    with pytest.raises(ValueError, match="32 bytes"):
        wrap_key(KEY, b"short", HERE)


@pytest.mark.parametrize("version", [0, 2, 255])
def test_an_unknown_version_does_not_open(version):
    box = BoxKey.generate()
    head = bytes([version])
    with pytest.raises(CannotOpen):
        open_field(KEY, head + seal_field(KEY, SECRET, HERE)[1:], HERE)
    with pytest.raises(CannotOpen):
        open_box(box, head + seal_box(box.public, SECRET, b"i")[1:], b"i")
    sealed = seal_with_password(SECRET, "x", pepper=PEPPER, context=HERE, cost=SMALL)
    head = bytes([version + 1]) if version == sealed[0] else head
    with pytest.raises(CannotOpen):
        open_with_password(head + sealed[1:], "x", pepper=PEPPER, context=HERE)


def test_a_later_version_relabelled_as_ours_does_not_open(monkeypatch):
    box = BoxKey.generate()
    with monkeypatch.context() as later:
        later.setattr("tejido.crypto.boxes.VERSION", 2)
        later.setattr("tejido.crypto.envelopes.VERSION", 2)
        boxed, sealed = seal_box(box.public, SECRET, b"i"), seal_field(KEY, SECRET, HERE)
        assert open_box(box, boxed, b"i") == open_field(KEY, sealed, HERE) == SECRET
    with pytest.raises(CannotOpen):
        open_box(box, b"\x01" + boxed[1:], b"i")
    with pytest.raises(CannotOpen):
        open_field(KEY, b"\x01" + sealed[1:], HERE)


def test_a_key_signed_by_another_organisation_is_refused_under_ours():
    ours, theirs = SigningKey.generate(), SigningKey.generate()
    signed = SignedKey.sign(theirs, "mx/team/intake/2", BoxKey.generate().public)
    assert signed.checked(theirs.verify_key) == signed.public
    with pytest.raises(UnsignedKey):
        signed.checked(ours.verify_key)


def test_nothing_at_all_and_a_great_deal_are_sealed_and_opened():
    box = BoxKey.generate()
    for plaintext in (b"", b"x" * 3_000_000):
        assert open_field(KEY, seal_field(KEY, plaintext, HERE), HERE) == plaintext
        assert open_box(box, seal_box(box.public, plaintext, b""), b"") == plaintext


def test_a_box_cut_anywhere_does_not_open():
    box = BoxKey.generate()
    blob = seal_box(box.public, SECRET, b"info")
    for length in range(len(blob)):
        with pytest.raises(CannotOpen):
            open_box(box, blob[:length], b"info")


def test_a_box_with_a_bit_turned_does_not_open():
    box = BoxKey.generate()
    blob = seal_box(box.public, SECRET, b"info")
    for place in (*range(0, len(blob), 29), len(blob) - 1):
        spoiled = bytearray(blob)
        spoiled[place] ^= 1
        with pytest.raises(CannotOpen):
            open_box(box, bytes(spoiled), b"info")


def test_another_team_or_purpose_does_not_open_a_box():
    box, other = BoxKey.generate(), BoxKey.generate()
    blob = seal_box(box.public, SECRET, b"mx/cases/one")
    assert open_box(box, blob, b"mx/cases/one") == SECRET
    with pytest.raises(CannotOpen):
        open_box(other, blob, b"mx/cases/one")
    with pytest.raises(CannotOpen):
        open_box(box, blob, b"mx/cases/two")
    with pytest.raises(CannotOpen):
        open_box(BoxKey(b"too short"), blob, b"mx/cases/one")


def test_a_signature_is_over_these_bytes_by_this_key():
    signing, other = SigningKey.generate(), SigningKey.generate()
    signature = signing.sign(b"message")
    signing.verify_key.verify(b"message", signature)
    for spoiled in flips(signature):
        with pytest.raises(BadSignature):
            signing.verify_key.verify(b"message", spoiled)
    with pytest.raises(BadSignature):
        signing.verify_key.verify(b"messagf", signature)
    with pytest.raises(BadSignature):
        other.verify_key.verify(b"message", signature)
    with pytest.raises(BadSignature):
        signing.verify_key.verify(b"message", b"")
    with pytest.raises(BadSignature):
        VerifyKey(b"short").verify(b"message", signature)


def test_of_a_signer_with_two_keys_either_is_believed_and_each_is_found_by_its_fingerprint():
    new, old, other = (SigningKey.generate() for _ in range(3))
    keys, public = VerifyKeys((new.verify_key, old.verify_key)), BoxKey.generate().public
    for signing in (new, old):
        assert SignedKey.sign(signing, "mx/team/intake/2", public).checked(keys) == public
        assert keys.named(signing.verify_key.fingerprint) == signing.verify_key
    with pytest.raises(UnsignedKey):
        SignedKey.sign(other, "mx/team/intake/2", public).checked(keys)
    for signer in (keys, new.verify_key):
        with pytest.raises(BadSignature):
            signer.named(other.verify_key.fingerprint)


def test_that_a_key_follows_is_said_of_no_other_key_and_of_nothing_else():
    old, new, other = (SigningKey.generate() for _ in range(3))
    word = old.sign(follows(new.verify_key))
    old.verify_key.verify(follows(new.verify_key), word)
    for statement in (follows(other.verify_key), new.verify_key.raw):
        with pytest.raises(BadSignature):
            old.verify_key.verify(statement, word)


def test_a_key_that_the_organisation_did_not_sign_is_refused():
    organisation, whoever = SigningKey.generate(), SigningKey.generate()
    mine, theirs = BoxKey.generate().public, BoxKey.generate().public
    signed = SignedKey.sign(organisation, "mx/team/intake/2", mine)
    assert signed.checked(organisation.verify_key) == mine
    forged = (
        SignedKey.sign(whoever, "mx/team/intake/2", theirs),
        replace(signed, public=theirs),
        replace(signed, owner="mx/team/intake/3"),
        replace(signed, signature=b""),
    )
    for each in forged:
        with pytest.raises(UnsignedKey):
            each.checked(organisation.verify_key)


def test_a_key_signature_is_no_message_signature():
    organisation = SigningKey.generate()
    public = BoxKey.generate().public
    plain = organisation.sign(b"mx/team/intake/2" + public.raw)
    with pytest.raises(UnsignedKey):
        SignedKey("mx/team/intake/2", public, plain).checked(organisation.verify_key)


@pytest.fixture(scope="module")
def password_blob():
    return seal_with_password(SECRET, "mañana será otro día", pepper=PEPPER, context=HERE, cost=SMALL)


def test_the_password_opens_however_its_letters_were_typed(password_blob):
    for typed in ("mañana será otro día", "man\u0303ana sera\u0301 otro di\u0301a"):
        assert open_with_password(password_blob, typed, pepper=PEPPER, context=HERE) == SECRET


@pytest.mark.parametrize(
    ("password", "pepper", "context"),
    [
        pytest.param("manana sera otro dia", PEPPER, HERE, id="wrong password"),
        pytest.param("", PEPPER, HERE, id="no password"),
        pytest.param("mañana será otro día", b"q" * 32, HERE, id="wrong pepper"),
        pytest.param("mañana será otro día", PEPPER, replace(HERE, record="two"), id="another member's"),
    ],
)
def test_a_wrong_password_pepper_or_member_does_not_open(password_blob, password, pepper, context):
    with pytest.raises(CannotOpen):
        open_with_password(password_blob, password, pepper=pepper, context=context)


def test_a_password_blob_cut_anywhere_does_not_open(password_blob):
    for length in range(0, len(password_blob), 3):
        with pytest.raises(CannotOpen):
            open_with_password(password_blob[:length], "mañana será otro día", pepper=PEPPER, context=HERE)


@pytest.mark.parametrize(
    "cost",
    [
        pytest.param((0xFFFF).to_bytes(2, "big") + bytes([1, 1]), id="64 GiB of memory"),
        pytest.param((1).to_bytes(2, "big") + bytes([255, 1]), id="255 passes"),
        pytest.param((1).to_bytes(2, "big") + bytes([1, 255]), id="255 lanes"),
        pytest.param(bytes(4), id="nothing at all"),
    ],
)
def test_a_cost_nobody_can_bear_is_refused_before_it_is_paid(password_blob, cost):
    with pytest.raises(CannotOpen):
        open_with_password(
            password_blob[:1] + cost + password_blob[5:], "mañana será otro día", pepper=PEPPER, context=HERE
        )
    with pytest.raises(ValueError, match="cost"):
        seal_with_password(SECRET, "x", pepper=PEPPER, context=HERE, cost=PasswordCost.decode(cost))


def test_the_default_cost_is_what_the_design_promises():
    assert PasswordCost().memory_mib >= 256
    assert PasswordCost().passes >= 3
    assert PasswordCost().bearable


def test_one_time_codes_are_wrong_outside_their_minute_and_never_an_error():
    secret, at = new_totp_secret(), 1_900_000_000
    assert totp_step(secret, totp_code(secret, at - 30), at) == at // 30 - 1
    assert totp_step(secret, totp_code(secret, at + 30), at) == at // 30 + 1
    far = totp_code(secret, at - 3000)
    if far not in {totp_code(secret, at + shift) for shift in (-30, 0, 30)}:
        assert totp_step(secret, far, at) is None
    for typed in ("", "12345", "１２３４５６", "\ud800", "abcdef", "0" * 1000):
        assert totp_step(secret, typed, at) is None
    assert totp_step(secret, totp_code(secret, 0), 0) == 0


def test_private_keys_do_not_print_themselves():
    for key in (BoxKey.generate(), SigningKey.generate()):
        assert key.raw.hex()[:16] not in repr(key)
        assert str(key.raw) not in repr(key)
