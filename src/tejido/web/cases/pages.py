# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything one case's page shows, opened for someone who may see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tejido.vocabulary import code_list
from tejido.web.accounts.language import short_language
from tejido.web.accounts.models import Member
from tejido.web.cases.compartments import openable
from tejido.web.cases.duties import contacts_of, duties_of, duty_task, is_under_18
from tejido.web.cases.models import Case, Note, Person, Place, Task
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
    tasks = open_all(Task.objects.filter(case=case).select_related("owner", "state_changed_by")
                     .order_by("due_on", "pk"), ring)  # fmt: skip
    audit.record("case.read", by=by, record=case)
    return {
        "case": case, "opened": opened, "persons": [shown_person(person) for person in persons],
        "places": open_all(Place.objects.filter(case=case).order_by("pk"), ring),
        "businesses": opened.businesses or [], "entries": timeline(case, contacts, ring),
        "tasks": tasks,
        "compartments": openable(case, by=by),
        "duties": duties_of(persons, contacts), "duty_task": duty_task(tasks),
    }  # fmt: skip


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
        parts = [{"label": codes.label_of_one(code, language), "count": count} for code, count in counts.items()]
        shown.append({"label": attributes.label_of(name, language), "parts": parts})
    return shown


def called(person: Opened) -> str:
    """Full name, else nickname, else empty: the page then says the role."""
    for name in person.names or []:
        parts = [name.get(part) for part in ("given", "paternal_surname", "maternal_surname")]
        if any(parts):
            return " ".join(part for part in parts if part)
    return ""
