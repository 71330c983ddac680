# SPDX-License-Identifier: AGPL-3.0-or-later
"""A new search key: one press, then every record's tokens are made again, a slice with each search, by whoever may.

Tokens say nothing of the value they stand for, so that each record must be opened once. Meanwhile searches look under
both keys. Each record is done whole or not at all: cut off anywhere, the next slice goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from tejido.crypto import CannotOpen
from tejido.web.accounts.keys import our_teams
from tejido.web.accounts.models import SEARCH_TEAMS, Member
from tejido.web.cases.finding import case_terms
from tejido.web.cases.models import Case, Person
from tejido.web.intake.actions import contact_terms
from tejido.web.intake.models import Contact
from tejido.web.intake.naming import Values
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing, NoKey
from tejido.web.security.permissions import Permission
from tejido.web.security.sealing import open_all
from tejido.web.security.search_keys import add_search_key, forget_older_search_key, search_keys, tokens_to_remake
from tejido.web.security.searching import hold_tokens, index


@transaction.atomic
def renew_search_key(*, by: Member, ring: KeyRing) -> None:
    """A new search key: the old one may have been seen, or a year has gone by. Raises `BadInput` while one is new."""
    require(by, Permission.TEAM_EDIT)
    require(by, Permission.CASE_SEARCH)
    teams = [team.pk for team in our_teams(SEARCH_TEAMS)]
    if ring.team_ids.isdisjoint(teams):  # whoever does not search changes nothing
        raise PermissionDenied(Permission.CASE_SEARCH.value)
    audit.record("search_key.renewed", by=by, record=add_search_key(ring, teams))


def remake_tokens(*, by: Member, ring: KeyRing, most: int = 100) -> int:
    """Make the tokens of up to `most` contacts and as many cases again under the newest key; how many records are left.

    Any number of times, from any number of sessions. When none is left the old key goes.
    """
    require(by, Permission.CASE_SEARCH)
    if len(search_keys()) < 2:
        return 0
    _remake("contacts", Contact.objects.visible_to(by), contact_terms, by, ring, most)
    _remake("cases", Case.objects.visible_to(by), _terms_of_case, by, ring, most)
    if left := records_left():
        return left
    _forget(by)
    return 0


def records_left() -> int:
    """How many records of any team still stand under an older key."""
    count: int = tokens_to_remake().values("table", "record_id").distinct().count()
    return count


@transaction.atomic
def _forget(by: Member) -> None:
    if forget_older_search_key():
        audit.record("search_key.old_deleted", by=by)


def _remake(
    table: str, visible: QuerySet[Any], terms_of: Callable[[Any, KeyRing], Values], by: Member, ring: KeyRing, most: int
) -> None:  # fmt: skip
    hers = visible.filter(key__grants__team_id__in=ring.team_ids)
    older = tokens_to_remake().filter(table=table)
    some = older.filter(record_id__in=hers.values("pk")).order_by("record_id").values_list("record_id", flat=True)
    for record_id in some.distinct()[:most]:
        # Each by itself: whoever saves another of them meanwhile waits for nobody.
        with transaction.atomic():
            # Whoever is saving this one makes its tokens herself; else nobody changes it until they are made.
            if hold_tokens(older.filter(record_id=record_id)):
                _remake_one(table, visible.model.objects.get(pk=record_id), terms_of, by, ring)


def _remake_one(table: str, record: Any, terms_of: Callable[[Any, KeyRing], Values], by: Member, ring: KeyRing) -> None:
    try:
        # A restricted one answers no search.
        terms: Values = set() if record.team.restricted else terms_of(record, ring)
        index(ring, table=table, record_id=record.pk, values=terms)
    except NoKey:  # a colleague's to do
        return
    except CannotOpen:  # spoilt from outside: it must not keep the old key for ever
        audit.record("record.did_not_open", by=by, record=record)
        index(ring, table=table, record_id=record.pk, values=())
    else:
        audit.record("record.tokens_remade", by=by, record=record)


def _terms_of_case(case: Case, ring: KeyRing) -> Values:
    persons = open_all(Person.objects.filter(case=case), ring)
    return case_terms([person.values for person in persons], case.opened(ring).businesses)
