# SPDX-License-Identifier: Apache-2.0
"""Cards of organisations: compared by voice, then believed; a newer one brings newer keys, an older one is refused."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from tejido.crypto import BoxKey, SignedKey, SigningKey, follows
from tejido.vocabulary import BadInput, code_list
from tejido.web.mailbox.actions import MAXIMUM_AGE, add_partner, receive, renew_partner
from tejido.web.mailbox.cards import card_fingerprint, key_column, our_card, read_card
from tejido.web.mailbox.models import InboundMessage, Partner, RefusedArrival
from tejido.web.sharing.actions import add_agreement, process_arrivals
from tejido.web.sharing.models import Handover, SharedAgreement
from tests.web.sharing.partner import Us, agreement, handover_body

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def noor(cast):
    return {"by": cast.member("noor"), "ring": cast.ring("noor")}


def _newer(us: Us, number: int = 2) -> dict:
    """The card of the same organisation after its teams and its transport key were given new ones."""
    us.transport = SigningKey.generate()

    def key(kind: str) -> dict[str, str]:
        return key_column(SignedKey.sign(us.signing, f"us/team/{kind}/{number}", BoxKey.generate().public))

    return us.card() | {"handover_key": key("cases"), "data_key": key("data"), "address": "https://us.invalid"}


def test_an_administrator_enters_a_card_compares_it_and_it_is_believed(cast):
    noor, us = cast.client("noor"), Us()
    text = json.dumps(us.card(), indent=2)
    page = noor.post("/partners/new/", {"card": text}, headers=ENGLISH)
    read_aloud = card_fingerprint(us.card())
    assert read_aloud in page.content.decode()
    assert not Partner.objects.exists()
    # Something else was read: it is shown again, and nothing is believed.
    again = noor.post("/partners/new/", {"card": text, "compared": "0000 0000"}, headers=ENGLISH)
    assert (again.status_code, Partner.objects.count()) == (200, 0)
    assert noor.post("/partners/new/", {"card": text, "compared": read_aloud}).status_code == 302
    assert Partner.objects.get().checked().transport_key == us.transport.verify_key.raw
    shown = noor.get("/partners/", headers=ENGLISH).content.decode()
    assert "Harbor (invented)" in shown
    assert card_fingerprint(our_card()) in shown


def test_our_card_is_what_the_other_side_takes(cast):
    sent = cast.client("noor").get("/partners/card/")
    assert sent.headers["content-disposition"] == 'attachment; filename="mx-card.json"'
    assert json.loads(sent.content) == our_card()
    with pytest.raises(BadInput, match="own organisation"):
        read_card(sent.content.decode())


@pytest.mark.parametrize("text", ["", "{", "[]", "1", "{}", "null", "x" * 30_000])
def test_what_is_no_card_is_said_in_one_sentence(cast, text):
    page = cast.client("noor").post("/partners/new/", {"card": text}, headers=ENGLISH)
    assert page.status_code == 422
    assert not Partner.objects.exists()


@pytest.mark.parametrize("changed", [
    {"verify_key": "00"}, {"verify_key": 5}, {"transport_key": "zz"}, {"address": "us"}, {"name": "Us"},
    {"pack": "nowhere"}, {"handover_key": {}}, {"data_key": None}, {"handover_key": {"owner": "us/team/x/1"}},
    {"verify_before": 5}, {"verify_before": [{"key": "00", "signature": "00"}]}, {"verify_before": [{}]},
    {"verify_before": [{"key": "11" * 32, "signature": "22" * 64}]},
    {"verify_key": SigningKey.generate().verify_key.raw.hex()},
])  # fmt: skip
def test_a_card_that_lacks_something_or_signs_for_others_is_refused(cast, changed):
    with pytest.raises(BadInput):
        read_card(json.dumps(Us().card() | changed))


def test_a_newer_card_brings_newer_keys_and_the_earlier_is_believed_while_messages_travel(cast, noor):
    us, now = Us(), timezone.now()
    first = us.transport
    add_partner(card=us.card(), **noor)
    card = _newer(us)
    partner = renew_partner(card=card, lost=False, now=now, **noor).checked()
    assert partner.team_key("handover").owner.endswith("/2")
    assert partner.address == "https://us.invalid"
    today = timezone.localdate(now)
    for day, believed in ((today, True), (today + MAXIMUM_AGE, True), (today + MAXIMUM_AGE + timedelta(1), False)):
        keys = [key.raw for key in partner.transport_keys(day).keys]
        assert us.transport.verify_key.raw in keys
        assert (first.verify_key.raw in keys) is believed
    # What came before, and what somebody else signed, does not come back.
    for older in (us.card() | {"transport_key": first.verify_key.raw.hex()}, _newer(us, 1)):
        with pytest.raises(BadInput, match="older"):
            renew_partner(card=older, lost=False, now=now, **noor)


def test_a_key_somebody_else_may_have_is_not_believed_from_that_day_on(cast, noor):
    us, now = Us(), timezone.now()
    first = us.transport
    add_partner(card=us.card(), **noor)
    client, card = cast.client("noor"), _newer(us)
    asked = client.post("/partners/new/", {"card": json.dumps(card)}, headers=ENGLISH).content.decode()
    assert 'name="lost"' in asked
    kept = {"card": json.dumps(card), "compared": card_fingerprint(card), "lost": "on"}
    assert client.post("/partners/new/", kept).status_code == 302
    keys = Partner.objects.get().transport_keys(timezone.localdate(now)).keys
    assert first.verify_key not in keys


# Their signing key is replaced


def _signs_anew(us: Us, times: int = 1) -> dict:
    """Its card after its signing key was replaced, with the word of each one before."""
    chain = []
    for _ in range(times):
        before, us.signing = us.signing, SigningKey.generate()
        word = before.sign(follows(us.signing.verify_key))
        chain.insert(0, {"key": before.verify_key.raw.hex(), "signature": word.hex()})
    return us.card() | {"verify_before": chain}


@pytest.fixture
def partner(cast, noor):
    """A partner with an agreement."""
    us = Us()
    row = add_partner(card=us.card(), **noor)
    add_agreement(agreement=agreement(), partner=row, partner_signature=us.agrees(agreement()), **noor)
    return us


def _comes(us, now):
    return receive(raw=us.message("handover", handover_body(), now), now=now).taken


@pytest.mark.parametrize("times", [1, 2])
def test_a_signing_key_that_the_one_before_vouches_for_is_taken_and_messages_on_their_way_are_read(
    cast, noor, partner, times
):
    us, old, now = partner, partner.signing, timezone.now()
    assert _comes(us, now)
    on_its_way = us.message("handover", handover_body(), now)
    card = _signs_anew(us, times)
    assert not _comes(us, now)  # signed by one we do not know yet: it is tried again
    assert RefusedArrival.objects.get().reason_code == "unknown_signer"
    assert code_list("message_refusal").codes["unknown_signer"].properties["retry"]
    client = cast.client("noor")
    asked = client.post("/partners/new/", {"card": json.dumps(card)}, headers=ENGLISH).content.decode()
    assert "vouches for it" in asked
    assert "does not vouch" not in asked
    kept = {"card": json.dumps(card), "compared": card_fingerprint(card)}
    assert client.post("/partners/new/", kept).status_code == 302
    row = Partner.objects.get().checked()
    assert row.organisation_verify_key() == us.signing.verify_key
    assert len(row.earlier_verify) == times
    assert receive(raw=on_its_way, now=now).taken
    assert _comes(us, now)
    late = now + MAXIMUM_AGE + timedelta(days=1)
    assert old.verify_key in row.verify_keys(timezone.localdate(now + MAXIMUM_AGE)).keys
    assert old.verify_key not in row.verify_keys(timezone.localdate(late)).keys
    # What had come before is opened after it, and long after it.
    assert InboundMessage.objects.count() == 3
    process_arrivals(by=cast.member("chen"), ring=cast.ring("chen"), now=late)
    assert Handover.objects.count() == 3
    assert SharedAgreement.objects.get().checked() == agreement()
    us.signing = old
    with pytest.raises(BadInput, match="older"):
        renew_partner(card=us.card(), lost=False, now=now, **noor)


def test_a_signing_key_that_nothing_vouches_for_is_taken_only_if_the_one_before_was_lost(cast, noor, partner):
    us, old, now = partner, partner.signing, timezone.now()
    on_its_way = us.message("handover", handover_body(), now)
    _signs_anew(us)
    card, client = us.card(), cast.client("noor")
    page = {"card": json.dumps(card)}
    asked = client.post("/partners/new/", page, headers=ENGLISH).content.decode()
    assert "does not vouch for it" in asked
    assert 'name="lost"' in asked
    page |= {"compared": card_fingerprint(card)}
    assert client.post("/partners/new/", page, headers=ENGLISH).status_code == 422
    assert Partner.objects.get().organisation_verify_key() == old.verify_key
    assert client.post("/partners/new/", page | {"lost": "on"}).status_code == 302
    row = Partner.objects.get().checked()
    assert not receive(raw=on_its_way, now=now).taken  # whoever has the old key could have made it
    assert _comes(us, now)
    assert row.verify_keys(timezone.localdate(now)).keys == (us.signing.verify_key,)
    assert SharedAgreement.objects.get().checked() == agreement()


def test_a_chain_made_by_somebody_else_leads_nowhere(cast, noor, partner):
    now, his = timezone.now(), Us()
    for chain in (
        _signs_anew(his),
        his.card() | {"verify_before": [{"key": partner.signing.verify_key.raw.hex(),
                                         "signature": his.signing.sign(follows(his.signing.verify_key)).hex()}]},
    ):  # fmt: skip
        with pytest.raises(BadInput):
            renew_partner(card=chain, lost=False, now=now, **noor)
    assert Partner.objects.get().organisation_verify_key() == partner.signing.verify_key


def test_an_earlier_key_written_into_the_row_is_not_believed(cast, partner):
    his, now = SigningKey.generate(), timezone.now()
    Partner.objects.update(earlier_verify=[{"key": his.verify_key.raw.hex(), "until": "2099-01-01"}])
    partner.signing = his
    assert not _comes(partner, now)
