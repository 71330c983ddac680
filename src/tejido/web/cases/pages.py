# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything one case's page shows, opened for someone who may see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tejido.vocabulary import code_list
from tejido.web.accounts.language import short_language
from tejido.web.accounts.models import Member
from tejido.web.cases.models import Case, Compartment, Note, Person, Place, Task
from tejido.web.intake.actions import duties_for
from tejido.web.intake.models import Contact
from tejido.web.security import audit
from tejido.web.security.keyring import KeyRing
from tejido.web.security.sealing import Opened, open_all


@dataclass(frozen=True)
class Entry:
    """One moment of the timeline: what was said, verbatim, and apart from it what the writer made of it."""

    at: Any
    who: Any
    own_words: str | None = None
    view: str | None = None
    contact: Opened | None = None
    kind: str = ""


def read_case(case: Case, *, by: Member, ring: KeyRing) -> dict[str, Any]:
    """Context of the case's page; writes one audit line. Compartments stay closed."""
    opened = case.opened(ring)
    persons = open_all(Person.objects.filter(case=case).order_by("added_at", "pk"), ring)
    contacts = contacts_of(case, ring)
    audit.record("case.read", by=by, record=case)
    held = set(Compartment.objects.filter(case=case, revision__gt=1).values_list("kind", flat=True))
    return {
        "case": case, "opened": opened, "persons": [shown_person(person) for person in persons],
        "places": open_all(Place.objects.filter(case=case).order_by("pk"), ring),
        "businesses": opened.businesses or [], "entries": timeline(case, contacts, ring),
        "tasks": open_all(Task.objects.filter(case=case).select_related("owner").order_by("due_on", "pk"), ring),
        "compartments": [(kind, kind in held) for kind in Compartment.Kind.values],
        "duties": _duties(persons, contacts),
    }  # fmt: skip


def contacts_of(case: Case, ring: KeyRing) -> list[Opened]:
    """The case's contacts this ring can open, oldest first."""
    contacts = list(Contact.objects.filter(case_link__case=case).select_related("owner").order_by("received_at"))
    ring.load({contact.key_id for contact in contacts})
    return [contact.opened(ring) for contact in contacts if ring.holds(contact.key_id)]


def timeline(case: Case, contacts: list[Opened], ring: KeyRing) -> list[Entry]:
    """Contacts and notes in the order they happened, newest first."""
    entries = [
        Entry(contact.record.received_at, contact.record.owner, contact.own_words, contact.advocate_view, contact)
        for contact in contacts
    ]
    verbatim = set(code_list("note_kind").where(verbatim=True))
    for note in open_all(Note.objects.filter(case=case).select_related("written_by"), ring):
        said, view = (note.text, None) if note.kind in verbatim else (None, note.text)
        entries.append(Entry(note.record.written_at, note.record.written_by, said, view, kind=note.kind))
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def shown_person(person: Opened) -> dict[str, Any]:
    """A person with what the page calls her: a name, a nickname, or nothing."""
    return {
        "record": person.record, "opened": person, "called": called(person), "under_18": is_under_18(person),
        "groups": _groups(person) if person.unnamed_group else [],
    }  # fmt: skip


def _groups(person: Opened) -> list[dict[str, Any]]:
    """The counts of an unnamed group in the reader's words."""
    attributes, language = code_list("group_attribute"), short_language()
    shown = []
    for name, counts in (person.group_counts or {}).items():
        codes = code_list(attributes.codes[name].properties["codes"])
        parts = [{"label": codes.label_of(code, language), "count": count} for code, count in counts.items()]
        shown.append({"label": attributes.label_of(name, language), "parts": parts})
    return shown


def called(person: Opened) -> str:
    """Full name, else nickname, else empty: the page then says the role."""
    for name in person.names or []:
        parts = [name.get(part) for part in ("given", "paternal_surname", "maternal_surname")]
        if any(parts):
            return " ".join(part for part in parts if part)
    return ""


def is_under_18(person: Opened) -> bool:
    """Is she, or is anyone in the group, said to be under 18? (An unknown age is not said to be.)"""
    ages = code_list("age_at_contact")
    young = set(ages.where(protected=True)) - set(ages.where(known=False))
    counts = (person.group_counts or {}).get("age_at_contact", {})
    return person.age_at_contact in young or any(counts.get(code) for code in young)


def _duties(persons: list[Opened], contacts: list[Opened]) -> Any:
    """What must be done where someone in the case is under 18."""
    for contact in contacts:
        if duties := duties_for(contact.under_18):
            return duties
    if any(is_under_18(person) for person in persons):
        return duties_for(code_list("minor_present").where(duty=True)[0])
    return ()
