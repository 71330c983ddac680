# SPDX-License-Identifier: Apache-2.0
"""Nothing leaves without a reason: what is refused says why and queues nothing; what leaves is what she allowed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tejido.web.mailbox.models import OutboundMessage
from tejido.web.security.models import AuditEntry
from tejido.web.sharing.actions import NotAllowed, hand_over, recall_handover, revoke_release
from tejido.web.sharing.models import Handover
from tests.web.sharing.conftest import NOW, from_today, release
from tests.web.sharing.partner import agreement

FIELDS = ["person_name", "preferred_language", "coworkers", "trafficker_phone"]


def _hand_over(cast, case, terms, given, fields=FIELDS, now=NOW):
    return hand_over(case=case, agreement=terms, release=given, fields=fields, by=cast.member("chen"),
                     ring=cast.ring("chen"), now=now)  # fmt: skip


def _refused(cast, case, terms, given, fields=FIELDS, now=NOW) -> set[str]:
    with pytest.raises(NotAllowed) as refused:
        _hand_over(cast, case, terms, given, fields, now)
    assert all(refused.value.decision.lines("es"))
    assert not OutboundMessage.objects.exists()
    assert not Handover.objects.exists()
    line = AuditEntry.objects.filter(event="sharing.refused").latest("pk")
    codes = {reason.code for reason in refused.value.decision.reasons}
    assert set(line.detail["reasons"]) == codes
    return codes


def test_hand_over_without_a_release_is_refused(cast, case, terms):
    assert "release_missing" in _refused(cast, case, terms, None)


def test_hand_over_with_an_expired_release_is_refused(cast, case, terms):
    given = release(cast, case)
    assert _refused(cast, case, terms, given, now=NOW + timedelta(days=40)) == {"release_expired"}


def test_hand_over_with_a_revoked_release_is_refused(cast, case, terms):
    given = release(cast, case)
    revoke_release(release=given, by=cast.member("chen"), ring=cast.ring("chen"), now=NOW)
    assert _refused(cast, case, terms, given) == {"release_revoked"}


def test_hand_over_with_a_release_that_begins_tomorrow_is_refused(cast, case, terms):
    given = release(cast, case, starts_on=date(2026, 11, 23))
    assert _refused(cast, case, terms, given) == {"release_not_yet"}


def test_hand_over_with_a_release_for_another_purpose_is_refused(cast, case, terms):
    given = release(cast, case, purpose="matching")
    assert "release_other_purpose" in _refused(cast, case, terms, given)


def test_hand_over_with_a_release_for_another_recipient_is_refused(cast, case, terms):
    given = release(cast, case, recipient="service:ABC")
    assert "release_other_recipient" in _refused(cast, case, terms, given)


def test_hand_over_of_a_field_outside_the_release_is_refused(cast, case, terms):
    given = release(cast, case)
    assert _refused(cast, case, terms, given, [*FIELDS, "own_words"]) == {"release_fields"}


def test_hand_over_of_a_field_outside_the_agreement_is_refused(cast, case, terms):
    given = release(cast, case, fields=frozenset({"person_name", "health"}), how="signed")
    assert "agreement_fields" in _refused(cast, case, terms, given, ["person_name", "health"])


def test_hand_over_under_an_agreement_somebody_altered_is_refused(cast, case, terms):
    given = release(cast, case)
    document = dict(terms.document)
    document["purposes"] = {**document["purposes"], "hand_over": [*document["purposes"]["hand_over"], "health"]}
    type(terms).objects.filter(pk=terms.pk).update(document=document)
    terms.refresh_from_db()
    assert "agreement_missing" in _refused(cast, case, terms, given)


def test_hand_over_of_a_release_of_another_case_is_refused(cast, case, terms):
    from tests.web.sharing.conftest import make_case

    given = release(cast, make_case(cast).case)
    assert "release_other_case" in _refused(cast, case, terms, given)


def test_a_number_that_is_also_hers_is_not_sent_as_the_traffickers(cast, case, terms):
    from tejido.web.cases.actions import edit_person
    from tejido.web.cases.models import Person

    ring = cast.ring("chen")
    accused = next(p for p in Person.objects.filter(case=case) if p.opened(ring).role == "potential_trafficker")
    edit_person(
        person=accused, values={"identifiers": [{"kind": "phone", "value": "(919) 555 0101"}]},
        revision=accused.revision, by=cast.member("chen"), ring=ring,
    )  # fmt: skip
    assert _refused(cast, case, terms, release(cast, case)) == {"protected_contact"}


def test_what_leaves_is_exactly_what_she_allowed_and_was_asked_for(cast, case, terms, us):
    handover = _hand_over(cast, case, terms, release(cast, case))
    message = OutboundMessage.objects.get()
    opened = us.opens(message.raw)
    assert set(opened.body["facts"]) == set(FIELDS)
    assert opened.body["facts"]["coworkers"] == {"low": 30, "best": 40, "high": 50}
    assert opened.body["facts"]["person_name"]["given"] == "Inés"
    assert opened.header.agreement_digest == agreement().digest()
    assert opened.body["release"]["until"] == "2026-12-22"
    assert handover.message_id == message.pk
    assert message.sequence == 1
    # Until the partner says yes, nothing is marked: she is counted here, once.
    case.refresh_from_db()
    assert case.handover_id is None


def test_a_partners_shorter_limit_ends_the_release_earlier(cast, case, terms, us):
    given = release(cast, case, expires_on=date(2027, 4, 22))
    _hand_over(cast, case, terms, given)
    assert us.opens(OutboundMessage.objects.get().raw).body["release"]["until"] == "2027-02-20"


def test_a_case_leaves_once(cast, case, terms):
    from tejido.vocabulary import BadInput

    given = release(cast, case)
    _hand_over(cast, case, terms, given)
    with pytest.raises(BadInput):
        _hand_over(cast, case, terms, given)
    assert OutboundMessage.objects.count() == 1


def test_revoking_the_release_calls_the_hand_over_back(cast, case, terms, us):
    given = release(cast, case)
    handover = _hand_over(cast, case, terms, given)
    by, ring = cast.member("amara"), cast.ring("amara")
    assert revoke_release(release=given, by=by, ring=ring, now=NOW) == 1
    assert revoke_release(release=given, by=by, ring=ring, now=NOW) == 0
    handover.refresh_from_db()
    assert handover.state == Handover.State.WITHDRAWN
    recall = us.opens(OutboundMessage.objects.get(message_type="handover_recall").raw)
    assert recall.body == {"handover_id": str(handover.pk), "reason": "withdrawn", "on": "2026-11-22"}


def test_a_release_withdrawn_while_the_hand_over_is_prepared_stops_it(cast, case, terms, monkeypatch):
    """Between the gate's yes and the queue she changes her mind: whoever writes it down first wins."""
    from tejido.vocabulary import BadInput
    from tejido.web.sharing.actions import sending

    given = release(cast, case)
    decided = sending.decide

    def decide_then_withdraw(*args, **kwargs):
        decision = decided(*args, **kwargs)
        assert decision.allowed
        revoke_release(release=type(given).objects.get(pk=given.pk), by=cast.member("amara"), ring=cast.ring("amara"),
                       now=NOW)  # fmt: skip
        return decision

    monkeypatch.setattr(sending, "decide", decide_then_withdraw)
    with pytest.raises(BadInput) as refused:
        _hand_over(cast, case, terms, given)
    assert refused.value.code == "release_revoked"
    assert not OutboundMessage.objects.exists()
    assert not Handover.objects.exists()


def test_a_call_back_says_whether_the_partner_has_been_told(cast, case, terms, us):
    given = release(cast, case)
    handover = _hand_over(cast, case, terms, given)
    OutboundMessage.objects.update(state="delivered")
    revoke_release(release=given, by=cast.member("amara"), ring=cast.ring("amara"), now=NOW)
    handover.refresh_from_db()
    assert handover.message == OutboundMessage.objects.get(message_type="handover_recall")
    client = cast.client("chen")
    client.cookies["tejido_mx_staff_language"] = "en"
    assert "on its way" in client.get(f"/handovers/{handover.pk}/").content.decode()
    OutboundMessage.objects.update(state="delivered")
    assert "on its way" not in client.get(f"/handovers/{handover.pk}/").content.decode()


def test_the_form_marks_what_she_allowed_and_says_what_is_missing(cast, case, terms):
    client = cast.client("chen")
    address = f"/cases/{case.pk}/hand-over/"
    assert f"/cases/{case.pk}/releases/new/" in client.get(address).content.decode()
    given = release(cast, case, **from_today())
    page = client.get(address)
    assert f"/cases/{case.pk}/releases/new/" not in page.content.decode()
    assert page.context["form"].initial["release"] == str(given.pk)
    assert set(page.context["form"].initial["shared"]) == {*FIELDS, "places"}
    labels = dict(page.context["form"].fields["shared"].choices)
    # Facts nobody wrote down say so; a compartment that was never written in is one of them.
    unknown = {code for code, label in labels.items() if "recorded" in label or "sin registrar" in label}
    assert {"own_words", "whereabouts"} <= unknown
    assert not {"person_name", "coworkers"} & unknown


def test_a_hand_over_sent_by_mistake_is_called_back_and_may_be_made_again(cast, case, terms, us):
    given = release(cast, case)
    handover = _hand_over(cast, case, terms, given)
    recall_handover(handover=handover, reason="sent_by_mistake", by=cast.member("chen"), ring=cast.ring("chen"),
                    now=NOW)  # fmt: skip
    assert us.opens(OutboundMessage.objects.get(message_type="handover_recall").raw).body["reason"] == "sent_by_mistake"
    assert _hand_over(cast, case, terms, given).state == Handover.State.OFFERED


def test_an_advocate_may_not_hand_over(cast, case, terms):
    from django.core.exceptions import PermissionDenied

    with pytest.raises(PermissionDenied):
        hand_over(case=case, agreement=terms, release=None, fields=FIELDS, by=cast.member("amara"),
                  ring=cast.ring("amara"), now=NOW)  # fmt: skip


def test_the_page_says_why_in_the_readers_language(cast, case, terms):
    given = release(cast, case, **from_today())
    client = cast.client("chen")
    sent = {"agreement": terms.pk, "release": str(given.pk), "shared": ["own_words"]}
    answer = client.post(f"/cases/{case.pk}/hand-over/", sent, headers={"Accept-Language": "es"})
    assert answer.status_code == 422
    assert "Ella no autorizó" in answer.content.decode()
    assert not OutboundMessage.objects.exists()
