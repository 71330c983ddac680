# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case as the facts that may be shared, one value for each code of `shareable_field`, in the form messages hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tejido.vocabulary import code_list
from tejido.web.cases.compartments import read_compartments
from tejido.web.cases.frames import identifiers_of
from tejido.web.cases.models import Case, Compartment, Note, Person, Place
from tejido.web.intake.models import Contact
from tejido.web.referrals.frames import referrals_of
from tejido.web.security.keyring import KeyRing
from tejido.web.security.sealing import Opened, open_all

_NAME = ("given", "paternal_surname", "maternal_surname")


@dataclass
class Known:
    """What the case holds, opened, from the side of one survivor."""

    case: Opened
    survivor: Opened | None
    group: Opened | None
    trafficker: Opened | None
    others: list[Opened]
    places: list[Opened]
    notes: list[Opened]
    contacts: list[Opened]
    compartments: dict[str, Opened]
    needs: list[str]
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def persons(self) -> dict[str, str]:
        """Whose facts are among the values, as ids: the survivor always, the others if something is said of them."""
        told = {"survivor": self.survivor}
        if "coworkers" in self.values:
            told["coworkers"] = self.group
        if any(name.startswith("trafficker") for name in self.values):
            told["trafficker"] = self.trafficker
        return {name: str(person.record.pk) for name, person in told.items() if person is not None}

    @property
    def reply_safety(self) -> str:
        """Whether it is safe to reply, as she last said."""
        said = [contact.reply_safety for contact in self.contacts if contact.reply_safety]
        return said[0] if said else "unknown"


def facts_of(
    case: Case, ring: KeyRing, *, survivor: UUID | str | None, fields: Collection[str], by: Any
) -> Known:  # fmt: skip
    """Open the case for `survivor`, one or a group, and gather the values of `fields`; what is not known is left out.

    Safety compartments are opened only if a field asks for them: they are in `compartments` for the audit. Raises
    `BadInput` if one of them is not for `by` to open.
    """
    people = open_all(Person.objects.filter(case=case).order_by("added_at", "pk"), ring)
    protected = set(code_list("person_role").where(counted_as="victim"))
    chosen = next((one for one in people if one.role in protected and str(one.record.pk) == str(survivor)), None)
    kinds = {_COMPARTMENTS[name] for name in fields if name in _COMPARTMENTS}
    contacts = Contact.objects.filter(case_link__case=case).order_by("-received_at")
    known = Known(
        case=case.opened(ring),
        survivor=chosen,
        group=next((one for one in people if one.unnamed_group and one.role in protected), None),
        trafficker=next((one for one in people if one.role not in protected and _accused(one)), None),
        others=[one for one in people if one.role in protected and one is not chosen],
        places=open_all(Place.objects.filter(case=case).order_by("pk"), ring),
        notes=open_all(Note.objects.filter(case=case).order_by("written_at"), ring),
        contacts=open_all(contacts, ring),
        compartments=read_compartments(case, kinds, by=by, ring=ring),
        needs=sorted({one.referral.need for one in referrals_of(case, ring)}) if "needs" in fields else [],
    )
    known.values = _values(known, fields)
    return known


def held_in(case: Case, ring: KeyRing, fields: Collection[str]) -> set[str]:
    """Which of `fields` the case holds about anyone in it. Opens no compartment: that one was written in is enough."""
    written = set(Compartment.objects.filter(case=case, revision__gt=1).values_list("kind", flat=True))
    held = {name for name in fields if _COMPARTMENTS.get(name) in written}
    rest = [name for name in fields if name not in _COMPARTMENTS]
    known = facts_of(case, ring, survivor=None, fields=rest, by=None)
    for person in known.others:
        known.survivor = person
        held |= set(_values(known, rest))
    return held | set(known.values)


def _values(known: Known, fields: Collection[str]) -> dict[str, Any]:
    values = {name: _READ[name](known) for name in sorted(fields) if name in _READ}
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def _accused(person: Opened) -> bool:
    return person.role in code_list("person_role").where(counted_as="trafficker")


def _first(values: list[str]) -> str | None:
    return values[0] if values else None


def _names(person: Opened | None, *, nickname: bool = False) -> list[dict[str, Any]]:
    held = (person.names or []) if person is not None else []
    return [name for name in held if (name.get("kind") != "full") == nickname]


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "", [])}


def _person_name(known: Known) -> dict[str, str]:
    full = _names(known.survivor)
    called = _names(known.survivor, nickname=True)
    name = _filled({part: full[0].get(part) for part in _NAME}) if full else {}
    return name | (_filled({"called": called[0].get("given")}) if called else {})


def _trafficker_name(known: Known) -> str | None:
    names = _names(known.trafficker) or _names(known.trafficker, nickname=True)
    return " ".join(filter(None, (names[0].get(part) for part in _NAME))) if names else None


def _own_words(known: Known) -> str:
    said = [contact.own_words for contact in reversed(known.contacts) if contact.own_words]
    said += [note.text for note in known.notes if note.kind in code_list("note_kind").where(verbatim=True)]
    return "\n\n".join(said)


def _exploitation(known: Known) -> dict[str, Any]:
    who = known.survivor
    if who is None:
        return {}
    return _filled(
        {"type": who.type_of_trafficking, "industries": who.labor_industries, "venues": who.sex_trafficking_types}
    )


def _coworkers(known: Known) -> dict[str, int] | None:
    group = known.group
    if group is None:
        return None
    return {"low": group.count_low, "best": group.count_best, "high": group.count_high}


def _wages(known: Known) -> str | None:
    owed = known.survivor.owed if known.survivor is not None else None
    return " ".join(str(owed[key]) for key in ("amount", "currency", "on") if owed.get(key)) if owed else None


def _of(column: str) -> Callable[[Known], Any]:
    return lambda known: getattr(known.survivor, column) if known.survivor is not None else None


def _compartment(kind: str) -> Callable[[Known], Any]:
    return lambda known: known.compartments[kind].content if kind in known.compartments else None


# Fields whose value lies in a safety compartment.
_COMPARTMENTS = {
    "safe_contact": Compartment.Kind.SAFE_CONTACT.value,
    "whereabouts": Compartment.Kind.WHEREABOUTS.value,
    "relatives": Compartment.Kind.RELATIVES.value,
    "health": Compartment.Kind.HEALTH.value,
    "immigration_status": Compartment.Kind.STATUS.value,
    "ethnic_origin": Compartment.Kind.ETHNICITY.value,
}

_READ: dict[str, Callable[[Known], Any]] = {
    **{name: _compartment(kind) for name, kind in _COMPARTMENTS.items()},
    "person_name": _person_name,
    "person_phone": lambda known: _first(identifiers_of(known.survivor, "phone")),
    "safe_times": lambda known: _first([one.reply_how for one in known.contacts if one.reply_how]),
    "preferred_language": _of("primary_language"),
    "age_band": _of("age_at_contact"),
    "gender": _of("gender"),
    "nationality": _of("nationalities"),
    "own_words": _own_words,
    "exploitation": _exploitation,
    "means_of_control": lambda known: _filled({"codes": _of("means_of_control")(known)}),
    "recruitment": lambda known: _filled({"codes": _of("recruitment")(known)}),
    "places": lambda known: [
        _filled({"kind": one.kind, "country": one.country, "state": one.state, "locality": one.locality})
        for one in known.places
    ],
    "coworkers": _coworkers,
    "wages_owed": _wages,
    "needs": lambda known: _filled({"codes": known.needs}),
    "trafficker_name": _trafficker_name,
    "trafficker_phone": lambda known: _first(identifiers_of(known.trafficker, "phone")),
    "trafficker_vehicle": lambda known: _first(identifiers_of(known.trafficker, "vehicle_plate")),
    "business_name": lambda known: _first([one["name"] for one in known.case.businesses or [] if one.get("name")]),
}
