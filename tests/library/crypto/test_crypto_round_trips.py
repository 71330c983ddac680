# SPDX-License-Identifier: Apache-2.0
"""What goes in comes out, whatever it is; and lengths tell only the next 64·2ⁿ."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tejido.crypto import (
    BoxKey,
    Context,
    new_key,
    open_box,
    open_field,
    seal_box,
    seal_field,
    search_token,
    spoken_code,
    unwrap_key,
    wrap_key,
)

PARTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
CONTEXTS = st.builds(Context, node=PARTS, table=PARTS, record=PARTS, field=PARTS, key_id=PARTS)
BOX = BoxKey.generate()
OVERHEAD = 1 + 12 + 16


@given(st.binary(max_size=2000), CONTEXTS)
def test_fields_round_trip(plaintext, context):
    key = new_key()
    assert open_field(key, seal_field(key, plaintext, context), context) == plaintext


@given(CONTEXTS)
def test_keys_round_trip_in_61_bytes(context):
    wrapping, key = new_key(), new_key()
    blob = wrap_key(wrapping, key, context)
    assert len(blob) == 61
    assert unwrap_key(wrapping, blob, context) == key


@given(st.binary(max_size=500), st.binary(max_size=200))
@settings(max_examples=25)
def test_boxes_round_trip(plaintext, info):
    assert open_box(BOX, seal_box(BOX.public, plaintext, info), info) == plaintext


@given(CONTEXTS, CONTEXTS)
def test_two_places_have_the_same_bytes_only_if_they_are_the_same_place(one, other):
    assert (one.encode() == other.encode()) == (one == other)


def test_sealed_lengths_are_64_times_a_power_of_two():
    key, context = new_key(), Context("mx", "cases", "one", "name", "k1")
    expected = {0: 64, 1: 64, 60: 64, 61: 128, 124: 128, 125: 256, 252: 256, 253: 512, 1020: 1024, 1021: 2048}
    for length, padded in expected.items():
        assert len(seal_field(key, b"x" * length, context)) == padded + OVERHEAD, length


def test_the_same_words_sealed_twice_do_not_look_alike():
    key, context = new_key(), Context("mx", "cases", "one", "name", "k1")
    assert len({seal_field(key, b"Ana", context) for _ in range(50)}) == 50
    assert seal_box(BOX.public, b"Ana", b"") != seal_box(BOX.public, b"Ana", b"")


def test_zeros_at_the_end_are_kept():
    key, context = new_key(), Context("mx", "cases", "one", "name", "k1")
    for plaintext in (b"\0", b"a\0\0", b"\0" * 64):
        assert open_field(key, seal_field(key, plaintext, context), context) == plaintext


def test_a_box_of_a_record_key_is_about_as_long_as_the_design_says():
    assert 1100 <= len(seal_box(BOX.public, new_key(), b"info")) <= 1300


def test_tokens_depend_on_key_kind_and_value_and_not_on_where_one_ends():
    key = new_key()
    token = search_token(key, "phone", "+525512345678", length=32)
    assert token == search_token(key, "phone", "+525512345678", length=32)
    others = {
        search_token(new_key(), "phone", "+525512345678", length=32),
        search_token(key, "email", "+525512345678", length=32),
        search_token(key, "phone", "+525512345679", length=32),
        search_token(key, "phone+", "525512345678", length=32),
    }
    assert len(others) == 4
    assert token not in others
    assert search_token(key, "phone", "+525512345678") == token[:4]


def test_spoken_codes_have_no_letter_that_sounds_or_looks_like_another():
    codes = [spoken_code() for _ in range(300)]
    assert all(len(code) == 7 and code[3] == "-" for code in codes)
    assert not set("".join(codes)) & set("BIOLUVSZ01258")
    assert len(set(codes[:50])) == 50
