# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking up a case that the partner hands over, or saying why not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from tejido.vocabulary import BadInput, code_list
from tejido.web.cases import actions as cases
from tejido.web.cases.models import Case, Compartment
from tejido.web.consents.frames import local_day
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission
from tejido.web.sharing.actions.arriving import shared_person_id
from tejido.web.sharing.actions.messages import send_message
from tejido.web.sharing.models import Handover


@transaction.atomic
def accept_handover(*, handover: Handover, by: Any, ring: KeyRing, now: datetime) -> Case:
    """Open a case of our own from what she allowed us to know, and tell the partner.

    Case and persons carry the ids they have at the partner, and `counted_by` names the partner: whoever sent counts.
    Raises `BadInput` if it was answered, withdrawn, or has run out meanwhile.
    """
    require(by, Permission.HANDOVER_ANSWER, record=handover)
    body = _answerable(handover, ring, now)
    case = _case_of(handover, body, by, ring, now)
    cases.follow_duties(case=case, by=by, ring=ring, now=now)
    handover.case = case
    _settle(handover, Handover.State.ACCEPTED, by, now)
    _answer(handover, {"answer": "accepted", "counted_by": handover.partner_id}, by, ring, now)
    audit.record("handover.accepted", by=by, record=handover, partner=handover.partner_id)
    return case


@transaction.atomic
def decline_handover(*, handover: Handover, reason: str, by: Any, ring: KeyRing, now: datetime) -> None:
    """Say no, with a code of `handover_decline`; what arrived is emptied, for it is not ours to keep."""
    require(by, Permission.HANDOVER_ANSWER, record=handover)
    if reason not in code_list("handover_decline"):
        raise BadInput("unknown_reason", en="a reason is needed", es="hace falta un motivo", where="reason")
    _answerable(handover, ring, now)
    handover.seal(ring, body=None, decline_reason=reason)
    _settle(handover, Handover.State.DECLINED, by, now)
    _answer(handover, {"answer": "declined", "reason": reason}, by, ring, now)
    audit.record("handover.declined", by=by, record=handover, reason_code=reason, partner=handover.partner_id)


def _answerable(handover: Handover, ring: KeyRing, now: datetime) -> dict[str, Any]:
    # Read again under a lock: a colleague may have answered since the page was opened.
    handover.refresh_from_db(from_queryset=Handover.objects.select_for_update())
    if handover.direction != Handover.Direction.IN or handover.state != Handover.State.OFFERED:
        raise BadInput("answered", en="This hand-over was already answered or called back.",
                       es="Este traspaso ya se respondió o se retiró.")  # fmt: skip
    body: dict[str, Any] = handover.opened(ring).body
    release = body.get("release")
    if release is not None and release["until"] < local_day(now).isoformat():
        raise BadInput("release_ended", en="Her release has ended; ask the partner to ask her again.",
                       es="Su autorización ya no está vigente; pida que le pregunten de nuevo.")  # fmt: skip
    return body


def _settle(handover: Handover, state: Handover.State, by: Any, now: datetime) -> None:
    handover.state, handover.state_changed_at, handover.state_changed_by = state, now, by
    handover.save_revision(expected=handover.revision)


def _answer(handover: Handover, answer: Mapping[str, Any], by: Any, ring: KeyRing, now: datetime) -> None:
    body = {"handover_id": str(handover.pk), "on": local_day(now).isoformat(), **answer}
    send_message(partner=handover.partner, message_type="handover_answer", body=body, to="handover",
                 agreement=handover.agreement, by=by, ring=ring, now=now)  # fmt: skip


def _case_of(handover: Handover, body: Mapping[str, Any], by: Any, ring: KeyRing, now: datetime) -> Case:
    facts = body["facts"]
    named = body.get("handover_id", str(handover.pk))
    earlier = Handover.objects.filter(pk=named, direction=Handover.Direction.IN).first()
    if earlier is not None and earlier.case is not None and earlier.pk != handover.pk:
        # An alert of danger about someone whose case is already here: it adds to that case.
        _write_down(earlier.case, facts, by, ring, now)
        return earlier.case
    case = cases.open_case(
        indications=body.get("indications"), handover_id=handover.pk, by=by, ring=ring, now=now,
        counted_by=handover.partner_id,
        priority=1 if handover.lane == "danger" else 0,
    )  # fmt: skip
    for who, values in _people(facts).items():
        cases.add_person(
            case=case,
            values=values,
            by=by,
            ring=ring,
            handover_id=shared_person_id(handover.pk, who),
            counted_by=handover.partner_id,
        )
    for place in facts.get("places", ()):
        cases.add_place(case=case, values=place, by=by, ring=ring)
    if "business_name" in facts:
        cases.add_business(case=case, name=facts["business_name"], revision=case.revision, by=by, ring=ring)
    _write_down(case, facts, by, ring, now)
    return case


def _people(facts: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Persons as the facts tell of them, by the names both organisations give them."""
    victim = code_list("person_role").where(counted_as="victim")[0]
    accused = code_list("person_role").where(counted_as="trafficker")[0]
    people = {"survivor": {"role": victim, **_survivor(facts)}}
    if "coworkers" in facts:
        crew = facts["coworkers"]
        people["coworkers"] = {"role": victim, "unnamed_group": True} | {
            f"count_{which}": crew[which] for which in ("low", "best", "high")
        }
    identifiers = [
        {"kind": kind, "value": facts[name]}
        for name, kind in (("trafficker_phone", "phone"), ("trafficker_vehicle", "vehicle_plate"))
        if name in facts
    ]
    if identifiers or "trafficker_name" in facts:
        names = [_split_name(facts["trafficker_name"])] if "trafficker_name" in facts else []
        people["trafficker"] = {"role": accused, "names": names or None, "identifiers": identifiers or None}
    return people


def _survivor(facts: Mapping[str, Any]) -> dict[str, Any]:
    name = dict(facts.get("person_name", {}))
    called = name.pop("called", None)
    names = [{"kind": "full", **name}] if name else []
    names += [{"kind": "nickname", "given": called}] if called else []
    exploitation = facts.get("exploitation", {})
    values = {
        "names": names,
        "identifiers": [{"kind": "phone", "value": facts["person_phone"]}] if "person_phone" in facts else None,
        "age_at_contact": facts.get("age_band"),
        "gender": facts.get("gender"),
        "nationalities": facts.get("nationality"),
        "primary_language": facts.get("preferred_language"),
        "type_of_trafficking": exploitation.get("type"),
        "labor_industries": exploitation.get("industries"),
        "sex_trafficking_types": exploitation.get("venues"),
        "means_of_control": facts.get("means_of_control", {}).get("codes"),
        "recruitment": facts.get("recruitment", {}).get("codes"),
    }
    return {column: value for column, value in values.items() if value}


def _split_name(text: str) -> dict[str, str]:
    """Given name and the two surnames, as far as a line of text tells: the last two words are surnames."""
    words = text.split()
    if len(words) < 3:
        return dict(zip(("given", "paternal_surname"), words, strict=False)) | {"kind": "full"}
    given = " ".join(words[:-2])
    return {"kind": "full", "given": given, "paternal_surname": words[-2], "maternal_surname": words[-1]}


# Where each fact that is text is written down: a compartment, or a note of a kind.
_COMPARTMENTS = {
    "safe_contact": Compartment.Kind.SAFE_CONTACT,
    "whereabouts": Compartment.Kind.WHEREABOUTS,
    "relatives": Compartment.Kind.RELATIVES,
    "health": Compartment.Kind.HEALTH,
    "immigration_status": Compartment.Kind.STATUS,
    "ethnic_origin": Compartment.Kind.ETHNICITY,
}
_NOTES = {"own_words": "own_words", "safe_times": "view", "wages_owed": "view", "safety_notes": "view"}


def _write_down(case: Case, facts: Mapping[str, Any], by: Any, ring: KeyRing, now: datetime) -> None:
    for name, kind in _COMPARTMENTS.items():
        if name in facts:
            opened = cases.open_compartment(case=case, kind=kind.value, by=by, ring=ring)
            held = f"{opened.content}\n\n{facts[name]}" if opened.content else facts[name]
            record: Any = opened.record
            cases.save_compartment(compartment=record, content=held, revision=record.revision, by=by, ring=ring)
    labels = code_list("shareable_field")
    for name, note in _NOTES.items():
        if name in facts:
            label = labels.label_of(name, "es" if by.language == "es" else "en")
            text = facts[name] if note == "own_words" else f"{label}: {facts[name]}"
            cases.add_note(case=case, kind=note, text=text, by=by, ring=ring, now=now)
