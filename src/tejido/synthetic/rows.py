# SPDX-License-Identifier: Apache-2.0
"""The world as one node writes it down: rows of the record tables, and which true person each row is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

from tejido.synthetic.contacts import Contact
from tejido.synthetic.draws import Dice
from tejido.synthetic.identities import alias, as_written, phone_as_written
from tejido.synthetic.model import MADE_TO_CONTROL, TRAFFICKER, UNKNOWN, Case, Person
from tejido.synthetic.rings import Business
from tejido.synthetic.who import Identity
from tejido.tables import RECORD_TABLES
from tejido.vocabulary import code_list

Row = Mapping[str, object]

_UNCOUNTED = {"gender": UNKNOWN, "age_at_contact": UNKNOWN, "type_of_trafficking": "other_not_specified"}


class NodeRows:
    """Rows of one node, table by table, and the truth about them."""

    def __init__(self, node: str, businesses: Sequence[Business], who: Mapping[str, Identity], dice: Dice) -> None:
        self.node = node
        self.tables: dict[str, list[Row]] = {table.name: [] for table in RECORD_TABLES}
        self.truth: dict[str, list[Row]] = {"persons": [], "cases": [], "contacts": [], "businesses": []}
        self._businesses, self._who, self._dice = businesses, who, dice
        self._case_ids: dict[str, str] = {}
        self._business_ids: dict[int, str] = {}

    def add_case(self, case: Case) -> None:
        """Write a case with everything that belongs to it, as this node knows it."""
        dice, case_id = self._dice, self._dice.identity()
        self._case_ids[case.true_id] = case_id
        handover = case.handover
        shared = _shared(handover.handover_id if handover else "", case)
        closed = dice.weigh({"open": 15, "follow_up": 25, "closed": 35, "closed_referred": 25})
        strength = dice.weigh(
            {"high": 55, "moderate": 45} if case.kind == "counted" else {"moderate": 60, "insufficient": 40}
        )
        self.tables["cases"].append(
            {"case_id": case_id, "opened_on": case.opened_on, "status": closed, "indications": strength, **shared}
        )
        about = {
            "node": self.node,
            "case_id": case_id,
            "true_case_id": case.true_id,
            "kind": case.kind,
            "story": case.story.name,
        }
        self.truth["cases"].append(
            {**about, "origin": case.origin, "destination": case.destination, "ring_id": case.ring_id}
        )
        for place in case.places:
            row = {"kind": place.kind, "country": place.country, "state": place.state, "locality": place.locality}
            self.tables["places"].append({"place_id": dice.identity(), "case_id": case_id, **row})
        ids = {id(person): self._add_person(person, case, case_id) for person in case.people}
        self._add_ties(case, case_id, ids)

    def add_contact(self, contact: Contact) -> None:
        """Write a contact; its case must have been added."""
        contact_id = self._dice.identity()
        self.tables["contacts"].append(
            {
                "contact_id": contact_id,
                "received_on": contact.received_on,
                "channel": contact.channel,
                "language": contact.language,
                "speaker": contact.speaker,
                "topic": contact.topic,
                "outcome": contact.outcome,
                "countries": list(contact.countries),
                "case_id": self._case_ids[contact.case.true_id] if contact.case else None,
            }
        )
        self.truth["contacts"].append(
            {"node": self.node, "contact_id": contact_id, "counted": "true" if contact.counted else "false"}
        )

    def _add_person(self, person: Person, case: Case, case_id: str) -> str:
        person_id = self._dice.identity()
        known: dict[str, object] = {}
        if person.is_group:
            self._add_group_counts(person, person_id)
        else:
            known = _answers(person)
            self._add_identity(person, person_id)
        row: dict[str, object] = {
            "person_id": person_id,
            "case_id": case_id,
            "role": person.role,
            "unnamed_group": person.is_group,
            "count_low": person.low,
            "count_best": person.best,
            "count_high": person.high,
            **known,
            "primary_language": person.language or None,
            "means_of_control": list(person.means),
            "recruitment": list(person.recruitment),
            **_shared(person.handover_id, case),
        }
        self.tables["persons"].append(row)
        ring = self._who[person.true_id].ring_id if person.true_id in self._who else ""
        about = {
            "node": self.node,
            "person_id": person_id,
            "true_person_id": person.true_id,
            "true_case_id": case.true_id,
        }
        self.truth["persons"].append(
            {**about, "role": person.role, "handover_id": person.handover_id or None, "ring_id": ring or None}
        )
        return person_id

    def _add_group_counts(self, person: Person, person_id: str) -> None:
        answers: dict[str, list[tuple[str, ...]]] = {
            "gender": [(member.gender,) for member in person.members],
            "age_at_contact": [(member.age,) for member in person.members],
            "nationalities": [member.nationalities for member in person.members],
            "type_of_trafficking": [(member.trafficking,) for member in person.members if member.trafficking],
            "labor_industries": [member.industries for member in person.members],
            "sex_trafficking_types": [member.venues for member in person.members],
        }
        for attribute in code_list("group_attribute"):
            counts = Counter(code for codes in answers.get(attribute, []) for code in codes)
            for code, count in sorted(counts.items()):
                if code != _UNCOUNTED.get(attribute):
                    row = {"person_id": person_id, "attribute": attribute, "code": code, "count": count}
                    self.tables["group_counts"].append(row)

    def _add_identity(self, person: Person, person_id: str) -> None:
        identity, dice = self._who[person.true_id], self._dice
        names = as_written(identity.name, dice) if identity.named else []
        if not names and person.role == TRAFFICKER and dice.chance(0.3):
            names = [alias(dice)]
        for kind, name in names:
            written = {
                "given": name.given or None,
                "paternal_surname": name.paternal or None,
                "maternal_surname": name.maternal or None,
            }
            self.tables["names"].append({"person_id": person_id, "kind": kind, **written})
        for kind, value in identity.identifiers:
            if dice.chance(0.85):
                text = phone_as_written(value, dice) if kind == "phone" else value
                self.tables["identifiers"].append({"person_id": person_id, "kind": kind, "value": text})

    def _add_ties(self, case: Case, case_id: str, ids: Mapping[int, str]) -> None:
        dice = self._dice
        known = [person for person in case.traffickers if not person.is_group]
        for person in known[1:]:
            kind = dice.weigh({"works_for": 60, "recruits_for": 25, "transports": 0, "relative_of": 15})
            self._tie(case_id, kind, ids[id(person)], ids[id(known[0])])
        for person in case.survivors:
            if known and dice.chance(0.35):
                kind = "transports" if dice.chance(0.2) else "controls"
                self._tie(case_id, kind, ids[id(dice.pick(known))], ids[id(person)])
            if person.role == MADE_TO_CONTROL and known:
                self._tie(case_id, "controls", ids[id(known[0])], ids[id(person)])
            if person.employer is not None:
                self._tie(case_id, "employed_by", ids[id(person)], self._business(person.employer))
        for person in case.contactors:
            if dice.chance(0.5):
                self._tie(case_id, "relative_of", ids[id(person)], ids[id(case.survivors[0])])
        for index in case.businesses:
            business = self._business(index)
            if known and dice.chance(0.5):
                self._tie(case_id, "owns", ids[id(known[0])], business)
        for one, other in combinations(known, 2):
            for kind, shared in (("shares_phone", "phone"), ("shares_address", "address")):
                if self._values(one, shared) & self._values(other, shared):
                    self._tie(case_id, kind, ids[id(one)], ids[id(other)])

    def _values(self, person: Person, kind: str) -> set[str]:
        return {value for one, value in self._who[person.true_id].identifiers if one == kind}

    def _tie(self, case_id: str, kind: str, from_id: str, to_id: str) -> None:
        row = {"case_id": case_id, "kind": kind, "from_id": from_id, "to_id": to_id}
        if row not in self.tables["ties"][-6:]:
            self.tables["ties"].append(row)

    def _business(self, index: int) -> str:
        if index not in self._business_ids:
            business, business_id = self._businesses[index], self._dice.identity()
            self._business_ids[index] = business_id
            facts = {
                "name": business.name,
                "industry": business.industry or None,
                "state": business.state,
                "phone": business.phone,
            }
            self.tables["businesses"].append({"business_id": business_id, **facts})
            self.truth["businesses"].append(
                {"node": self.node, "business_id": business_id, "true_business_id": true_business_id(index)}
            )
        return self._business_ids[index]


def _answers(person: Person) -> dict[str, object]:
    return {
        "gender": person.gender,
        "age_at_contact": person.age,
        "birth_year": person.birth_year,
        "nationalities": list(person.nationalities),
        "type_of_trafficking": person.trafficking or None,
        "labor_industries": list(person.industries),
        "sex_trafficking_types": list(person.venues),
    }


def true_business_id(index: int) -> str:
    """The true id of a business."""
    return f"business-{index + 1:03d}"


def _shared(handover_id: str, case: Case) -> dict[str, object]:
    if case.handover is None or not handover_id:
        return {"handover_id": None, "counted_by": None}
    return {"handover_id": handover_id, "counted_by": case.handover.counted_by}
