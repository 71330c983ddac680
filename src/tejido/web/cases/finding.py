# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding a case again by a phone, a name or a code: tokens first, then open and compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from tejido.web.accounts.models import Member
from tejido.web.cases.models import Case, CaseContact, Person
from tejido.web.intake.models import Contact
from tejido.web.intake.naming import Values, full_name_values, phone_values, spoken_name_values
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing, NoKey
from tejido.web.security.permissions import Permission
from tejido.web.security.sealing import open_all
from tejido.web.security.searching import matching, require_search_key

MOST_FOUND = 20  # more than this is not a search but a listing


@dataclass
class Found:
    """A case, and why it was found: (kind of term, role of the person it belongs to or "contact" or "business")."""

    case: Case | None
    reasons: list[tuple[str, str]] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    shared: int = 0  # terms held by the person who holds most of them: two surnames match better than one


def name_terms(person: Mapping[str, Any]) -> Values:
    """What one person is found by among names."""
    names = person.get("names") or []
    given = [name.get("given") for name in names]
    surnames = [name.get(part) for name in names for part in ("paternal_surname", "maternal_surname")]
    return full_name_values(given, surnames, birth_year=person.get("birth_year"))


def phone_terms(person: Mapping[str, Any]) -> Values:
    """What one person is found by among phones."""
    held = [each["value"] for each in person.get("identifiers") or [] if each["kind"] == "phone"]
    return set().union(*map(phone_values, held))


_TERMS_OF = {"name": name_terms, "phone": phone_terms}


def person_terms(person: Mapping[str, Any]) -> Values:
    """What one person is found by."""
    return name_terms(person) | phone_terms(person)


def case_terms(persons: Iterable[Mapping[str, Any]], businesses: Iterable[Mapping[str, Any]] | None) -> Values:
    """What a whole case is found by."""
    found: Values = set()
    for person in persons:
        found |= person_terms(person)
    for business in businesses or []:
        found |= phone_values(business.get("phone"))
    return found


@transaction.atomic
def find_cases(*, phone: str = "", name: str = "", code: str = "", by: Member, ring: KeyRing) -> list[Found]:
    """Cases and contacts of her teams that hold the phone, the name or the code, the closest first.

    At most `MOST_FOUND` cases and as many contacts of each kind. One audit line, and one per match.
    """
    require(by, Permission.CASE_SEARCH)
    try:
        require_search_key(ring)
    except NoKey:  # whoever is in no team that searches
        raise PermissionDenied(Permission.CASE_SEARCH.value) from None
    found: dict[UUID, Found] = {}
    loose: list[Found] = []
    by_kind = {"phone": phone_values(phone), "name": spoken_name_values(name)}
    if code.strip():
        for case in Case.objects.visible_to(by).filter(code=spoken(code)):
            found[case.pk] = Found(case, [("code", "case")])
    for kind, terms in by_kind.items():
        if terms:
            with ring.looking_through():
                _in_cases(found, kind, terms, by, ring)
                loose += _in_contacts(found, kind, terms, by, ring)
    asked = sorted(kind for kind, given in (("phone", phone), ("name", name), ("code", code)) if given.strip())
    audit.record("case.searched", by=by, filter=",".join(asked), count=len(found) + len(loose))
    audit.record_each("case.matched", by=by, records=[match.case for match in found.values() if match.case])
    audit.record_each("contact.matched", by=by, records=[match.contacts[0] for match in loose])
    return sorted([*found.values(), *loose], key=lambda match: -match.shared)


def spoken(code: str) -> str:
    """A code as it stands, however it was typed: `k7m3qa` is `K7M-3QA`."""
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return "-".join(letters[start : start + 3] for start in range(0, len(letters), 3))


def _in_cases(found: dict[UUID, Found], kind: str, terms: Values, by: Member, ring: KeyRing) -> None:
    ids = matching(ring, table="cases", values=terms, within=Case.objects.visible_to(by), most=MOST_FOUND)
    ids += Case.objects.visible_to(by).filter(team__restricted=True).values_list("pk", flat=True)  # has no tokens
    cases = Case.objects.in_bulk(ids)
    # Tokens are shared by several values: only what is there once opened counts as found.
    for person in open_all(Person.objects.filter(case_id__in=cases), ring):
        if held := terms & _TERMS_OF[kind](person.values):
            case = cases[person.record.case_id]
            _add(found, case, kind, str(person.values.get("role") or ""), len(held))
    if kind == "phone":
        for opened in open_all(cases.values(), ring):
            if any(terms & phone_values(business.get("phone")) for business in opened.businesses or []):
                _add(found, opened.record, kind, "business")


def _in_contacts(found: dict[UUID, Found], kind: str, terms: Values, by: Member, ring: KeyRing) -> list[Found]:
    """Contacts that hold the term: added to their case's match, or returned apart where they belong to none."""
    ids = matching(ring, table="contacts", values=terms, within=Contact.objects.visible_to(by), most=MOST_FOUND)
    ids += Contact.objects.visible_to(by).filter(team__restricted=True).values_list("pk", flat=True)
    contacts = list(Contact.objects.filter(pk__in=ids).order_by("-received_at"))
    links = {
        link.contact_id: link.case for link in CaseContact.objects.filter(contact__in=contacts).select_related("case")
    }
    loose = []
    for opened in open_all(contacts, ring):
        values = phone_values(opened.contactor_phone) | spoken_name_values(opened.contactor_name)
        if not (held := terms & values):
            continue
        case = links.get(opened.record.pk)
        if case is None:
            loose.append(Found(None, [(kind, "contact")], [opened.record], len(held)))
        elif case.team_id in by.team_ids:
            _add(found, case, kind, "contact", len(held)).contacts.append(opened.record)
    return loose


def _add(found: dict[UUID, Found], case: Case, kind: str, whose: str, shared: int = 1) -> Found:
    match = found.setdefault(case.pk, Found(case))
    match.shared = max(match.shared, shared)
    if (kind, whose) not in match.reasons:
        match.reasons.append((kind, whose))
    return match


def related_to(case: Case, *, by: Member, ring: KeyRing) -> list[Found]:
    """Other cases, and contacts of no case, that share a phone or a full name with a person of this one."""
    asked: set[tuple[str, str]] = set()
    for person in open_all(Person.objects.filter(case=case), ring):
        asked |= {("phone", each["value"]) for each in person.identifiers or [] if each["kind"] == "phone"}
        for name in person.names or []:
            if name.get("given") and name.get("paternal_surname"):
                asked.add(("name", f"{name['given']} {name['paternal_surname']}"))
    found: dict[UUID, Found] = {}
    for kind, value in sorted(asked):
        for match in find_cases(**{kind: value}, by=by, ring=ring):
            record = match.case or match.contacts[0]
            if record.pk != case.pk:
                found.setdefault(record.pk, match)
    return list(found.values())
