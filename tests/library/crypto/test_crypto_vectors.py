# SPDX-License-Identifier: Apache-2.0
"""Blobs made once must open for ever, and sums that others published must come out the same here."""

import json
from pathlib import Path

import pytest

from tejido.crypto import (
    BoxKey,
    Context,
    PublicKey,
    SignedKey,
    SigningKey,
    VerifyKey,
    fingerprint,
    open_box,
    open_field,
    open_with_password,
    search_token,
    shared_key,
    totp_code,
    totp_step,
    unwrap_key,
)

FILES = sorted((Path(__file__).parent / "vectors").glob("v*.json"))


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def vectors(request):
    return json.loads(request.param.read_text(encoding="utf-8"))["vectors"]


def raw(vectors, name):
    return bytes.fromhex(vectors[name])


def test_there_are_vectors_of_the_first_version():
    assert FILES[0].name == "v1.json"


def test_context_bytes_are_as_they_were(vectors):
    assert Context(**vectors["context"]).encode() == raw(vectors, "context_bytes")


def test_field_opens(vectors):
    context = Context(**vectors["context"])
    assert open_field(raw(vectors, "key"), raw(vectors, "field"), context) == raw(vectors, "plaintext")


def test_wrapped_key_opens(vectors):
    context = Context(**vectors["context"])
    assert unwrap_key(raw(vectors, "wrapping"), raw(vectors, "wrapped"), context) == raw(vectors, "key")


def test_box_opens(vectors):
    key = BoxKey(raw(vectors, "box_key"))
    assert open_box(key, raw(vectors, "box"), raw(vectors, "box_info")) == raw(vectors, "plaintext")
    assert key.public.raw == raw(vectors, "box_public")


def test_password_blob_opens(vectors):
    found = open_with_password(
        raw(vectors, "password_blob"),
        vectors["password"],
        pepper=raw(vectors, "pepper"),
        context=Context(**vectors["context"]),
    )
    assert found == raw(vectors, "plaintext")


def test_signature_holds_and_comes_out_the_same(vectors):
    signing = SigningKey(raw(vectors, "signing_key"))
    VerifyKey(raw(vectors, "verify_key")).verify(raw(vectors, "plaintext"), raw(vectors, "signature"))
    assert signing.sign(raw(vectors, "plaintext")) == raw(vectors, "signature")  # Ed25519 is deterministic
    assert signing.verify_key.raw == raw(vectors, "verify_key")
    assert fingerprint(raw(vectors, "verify_key")) == vectors["fingerprint"]


def test_signed_key_holds(vectors):
    public = PublicKey(raw(vectors, "box_public"))
    signed = SignedKey(vectors["signed_key_owner"], public, raw(vectors, "signed_key_signature"))
    assert signed.checked(VerifyKey(raw(vectors, "verify_key"))) == public


def test_token_comes_out_the_same(vectors):
    assert search_token(raw(vectors, "token_key"), "phone", "+525512345678") == raw(vectors, "token")


# RFC 6238, appendix B: SHA-1, the shared secret in ASCII. There eight digits are printed; six are the last six.
RFC_6238 = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}


@pytest.mark.parametrize(("at", "printed"), RFC_6238.items())
def test_totp_codes_of_rfc_6238(at, printed):
    assert totp_code(b"12345678901234567890", at) == printed[-6:]
    assert totp_step(b"12345678901234567890", printed[-6:], at) == at // 30


# RFC 8032, section 7.1, test 2.
def test_ed25519_of_rfc_8032():
    signing = SigningKey(bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
    public = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert signing.verify_key.raw.hex() == public
    assert signing.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


def test_what_two_share_is_the_same_to_both_and_as_it_was():
    one, other, stranger = (BoxKey(bytes([number]) * 64 + bytes([number + 1]) * 32) for number in (1, 4, 7))
    shared = shared_key(one, other.public, b"mx/1")
    assert shared.hex() == "7071ff11df96f9c2f3c95c5218894bba35414fb9b73bf67b7db28ced9aea912e"
    assert shared_key(other, one.public, b"mx/1") == shared
    assert shared_key(one, other.public, b"mx/2") != shared
    for mine, theirs in ((stranger, one), (stranger, other), (one, stranger)):
        assert shared_key(mine, theirs.public, b"mx/1") != shared
