# SPDX-License-Identifier: Apache-2.0
"""Tampered, replayed, late, misaddressed, unsigned: refused with its reason. The same bytes again: the same answer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.exchange.letters import AGREEMENT, MX, NOW, WEEK, message, partner

from tejido.crypto import SigningKey
from tejido.exchange import Accepted, Duplicate, Refused, examine, message_digest, read_header
from tejido.vocabulary import code_list

RAW = message()
OTHER_ID = "6f1c9d52-64f1-4c1f-9f55-0a2f9c8f2f10"
LATER = NOW + timedelta(days=400)


def judged(raw=RAW, *, known=None, now=NOW, self_id="us", **change):
    partners = {"mx": partner(**change)} if known is None else known
    return examine(raw, self_id=self_id, partners=partners, now=now, maximum_age=WEEK)


def test_a_good_message_is_taken():
    assert judged() == Accepted(read_header(RAW))


def test_the_same_bytes_again_are_a_duplicate_for_ever():
    seen = {read_header(RAW).id: message_digest(RAW)}
    for now in (NOW, LATER):
        assert judged(seen=seen, used={1}, last=1, now=now) == Duplicate(read_header(RAW))


def test_a_replay_is_refused():
    header = read_header(RAW)
    assert judged(seen={header.id: "0" * 64}) == Refused("replayed", header)
    again = message(id=OTHER_ID)
    assert judged(again, seen={header.id: message_digest(RAW)}, used={1}, last=1).code == "replayed"


def test_gaps_are_taken_and_said_and_may_be_filled_later():
    fourth = message(sequence=4)
    assert judged(fourth, used={1}, last=1).missing == (2, 3)
    second = message(sequence=2, id=OTHER_ID)
    assert judged(second, used={1, 4}, last=4) == Accepted(read_header(second), None)
    assert judged(second, used={1, 2, 4}, last=4).code == "replayed"


@pytest.mark.parametrize(
    ("shift", "code"),
    [
        (timedelta(days=7), None),
        (timedelta(days=7, minutes=1), "late"),
        (timedelta(minutes=-10), None),
        (timedelta(minutes=-11), "from_the_future"),
    ],
)
def test_late_and_future_messages_are_refused(shift, code):
    verdict = judged(now=NOW + shift)
    assert getattr(verdict, "code", None) == code


def test_a_message_for_someone_else_is_refused():
    assert judged(self_id="ca").code == "misaddressed"


def test_an_unknown_or_unsigned_sender_is_refused():
    assert judged(known={}) == Refused("unknown_sender")
    assert judged(message(signing=SigningKey.generate())).code == "unknown_signer"
    assert judged(RAW[:-64] + bytes(64)).code == "bad_signature"
    assert judged(RAW[:-64]).code == "unreadable"


def test_a_key_that_signs_under_another_keys_name_is_refused():
    assert judged(key=SigningKey.generate().verify_key).code == "unknown_signer"


@pytest.mark.parametrize(
    ("agreements", "code"),
    [
        ({}, "agreement_unknown"),
        ({AGREEMENT.id: replace(AGREEMENT, parties=("ca", "us"))}, "agreement_unknown"),
        ({AGREEMENT.id: replace(AGREEMENT, version=2)}, "agreement_differs"),
    ],
)
def test_without_the_same_agreement_it_is_refused(agreements, code):
    assert judged(agreements=agreements).code == code


def under(agreement, **change):
    raw = message(agreement=agreement.id, agreement_digest=agreement.digest(), **change)
    return judged(raw, agreements={agreement.id: agreement})


def test_an_agreement_must_be_in_force_and_allow_the_type():
    ended = replace(AGREEMENT, valid_to=NOW.date() - timedelta(days=1))
    assert under(ended).code == "agreement_not_in_force"
    # A clock set back does not bring an ended agreement to life.
    assert under(ended, sent_at="2026-11-20T10:00Z").code == "agreement_not_in_force"
    assert under(replace(AGREEMENT, message_types=frozenset({"tabulation"}))).code == "type_not_agreed"
    assert under(AGREEMENT, type="withdrawal").code == "type_not_agreed"


def test_every_refusal_is_a_code_of_the_list():
    known = set(code_list("message_refusal"))
    for verdict in (judged(b""), judged(b"TEJ\x02"), judged(known={}), judged(now=LATER)):
        assert verdict.code in known


@given(st.binary(max_size=400), st.integers(0, len(RAW)), st.integers(0, len(RAW)))
@settings(max_examples=200)
def test_nothing_from_the_wire_raises_or_is_taken(noise, start, end):
    spoiled = RAW[:start] + noise + RAW[max(start, end) :]
    verdict = judged(spoiled)
    if spoiled != RAW:
        assert isinstance(verdict, Refused)
        assert verdict.code in code_list("message_refusal")


@given(st.permutations(range(1, 6)), st.lists(st.integers(0, 4), max_size=4))
@settings(max_examples=60, deadline=None)
def test_in_any_order_and_however_often_each_message_is_taken_once(order, again):
    """Delivery that answers twice, comes late or out of order leaves the same state."""
    sent = [message(sequence=n, id=f"1b4e28ba-2fa1-41d2-883f-0016d3cca4{n:02d}") for n in range(1, 6)]
    seen, used, taken = {}, set(), []
    for number in [*(n - 1 for n in order), *again]:
        raw = sent[number]
        verdict = judged(raw, seen=seen, used=used, last=max(used, default=0))
        if isinstance(verdict, Accepted):
            taken.append(verdict.header.sequence)
            seen[verdict.header.id] = message_digest(raw)
            used.add(verdict.header.sequence)
        else:
            assert isinstance(verdict, Duplicate)
    assert sorted(taken) == [1, 2, 3, 4, 5]


def test_the_pinned_key_is_the_one_that_counts():
    assert MX.verify_key == partner().key
    assert datetime(2026, 11, 22, 10, 51, tzinfo=UTC) == read_header(RAW).sent
