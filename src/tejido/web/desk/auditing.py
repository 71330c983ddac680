# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding one's way in the audit: by case and all that hangs on it, by member, by what was done, by day."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db.models import Model, QuerySet, UUIDField

from tejido.vocabulary import Language, code_list
from tejido.web.accounts.models import Member
from tejido.web.cases.models import Case
from tejido.web.intake.models import Contact
from tejido.web.mailbox.models import InboundMessage, OutboundMessage
from tejido.web.packets.models import Packet
from tejido.web.security.models import AuditEntry
from tejido.web.sharing.models import Handover

NODE = "node"  # instead of a member: what the system did by itself
MOST_EXPORTED = 50_000  # lines of one file; a door holds what it answers in memory
# A record that points to one of these brings it along: the contact of a case, the message that carried a hand-over.
_BROUGHT_ALONG = (Contact, InboundMessage, OutboundMessage, Packet)
_HEADINGS = ("place", "number", "at", "who", "event", "done", "about", "record", "detail", "digest")


def apart_from(user: Any) -> set[UUID]:
    """Ids of restricted cases she is not of, and of all that hangs on them: to her the audit does not name them."""
    cases = Case.objects.filter(team__restricted=True).exclude(team_id__in=user.team_ids).values_list("pk", flat=True)
    return set().union(*(_with_all_that_hangs_on(Case, pk) for pk in cases))


def records_about(asked: str, *, by: Any) -> set[UUID] | None:
    """Ids of what `asked` names: the code of a case or contact, or the id of any record; None if nothing bears it.

    A case brings everything that hangs on it: its parts, contacts, releases, referrals, hand-overs and their messages.
    What is kept apart from whoever asks bears no name.
    """
    try:
        record_id = UUID(asked)
    except ValueError:
        record_id = None
    named = {"pk": record_id} if record_id else {"code": asked.strip().upper()}
    for model in (Case, Contact):
        found = model._default_manager.filter(**named).values_list("pk", flat=True).first()
        if found is not None and found in apart_from(by):
            return None
        if found is not None:
            return _with_all_that_hangs_on(model, found)
    return {record_id} if record_id and record_id not in apart_from(by) else None


def _with_all_that_hangs_on(model: type[Model], pk: UUID) -> set[UUID]:
    found: dict[type[Model], set[Any]] = {}
    waiting: list[tuple[type[Model], set[Any]]] = [(model, {pk})]
    while waiting:
        where, pks = waiting.pop()
        fresh = pks - found.setdefault(where, set())
        if not fresh:
            continue
        found[where] |= fresh
        if where is Handover:  # what was said about it later
            waiting.append((InboundMessage, _ids(InboundMessage._default_manager.filter(about__in=fresh))))
        waiting += [(each, ids) for each, ids in _next_to(where, fresh) if ids]
    return {each for where, pks in found.items() if isinstance(where._meta.pk, UUIDField) for each in pks}


def _next_to(model: type[Model], pks: set[Any]) -> Iterator[tuple[type[Model], set[Any]]]:
    for field in model._meta.get_fields(include_hidden=True):
        other = field.related_model
        if not field.is_relation or not isinstance(other, type):
            continue
        if field.auto_created and not field.concrete:  # whatever points here, a part written tomorrow too
            pointing = other._default_manager.filter(**{f"{field.field.name}__in": pks})  # type: ignore[union-attr]
            yield other, _ids(pointing)
        elif other in _BROUGHT_ALONG:
            mine = model._default_manager.filter(pk__in=pks, **{f"{field.name}__isnull": False})
            yield other, set(mine.values_list(field.name, flat=True))
    if isinstance(model._meta.pk, UUIDField):
        for other in _naming_a_record():
            yield other, _ids(other._default_manager.filter(record_id__in=pks))


def _naming_a_record() -> Iterator[type[Model]]:
    """Whatever says which record it is about without a relation: a hold, a shredding, an opening in an emergency."""
    for each in apps.get_models():
        own = each._meta.pk
        if isinstance(own, UUIDField) and own.name == "id" and any(f.name == "record_id" for f in each._meta.fields):
            yield each


def _ids(records: QuerySet[Any]) -> set[Any]:
    return set(records.values_list("pk", flat=True))


def audit_entries(
    *, about: Iterable[UUID] | None = None, member: str = "", event: str = "", first: date | None = None,
    last: date | None = None,
) -> QuerySet[AuditEntry]:  # fmt: skip
    """Entries about these records, of one member, of one kind, between two local days, both included; or all."""
    entries = AuditEntry.objects.all()
    if about is not None:
        entries = entries.filter(record_id__in=about)
    if member:
        entries = entries.filter(member_id=None if member == NODE else member)
    if event:
        entries = entries.filter(event=event)
    if first is not None:
        entries = entries.filter(at__gte=_begins(first))
    if last is not None:
        entries = entries.filter(at__lt=_begins(last + timedelta(days=1)))
    return entries


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=settings.TEJIDO.time_zone)


def written(
    entries: QuerySet[AuditEntry], *, language: Language, apart: Set[UUID] = frozenset()
) -> tuple[str, int] | None:
    """The entries as CSV, the oldest first, and how many they are; None if they are too many for one file.

    Lines about records in `apart` do not say which.
    """
    rows = list(entries.order_by("at", "pk")[: MOST_EXPORTED + 1])
    if len(rows) > MOST_EXPORTED:
        return None
    names = dict(Member.objects.values_list("pk", "display_name"))
    done = code_list("audit_event").codes
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(_HEADINGS)
    unsaid = frozenset(map(str, apart))
    writer.writerows(_cells(_unnamed(entry, unsaid), names, done, language) for entry in rows)
    return file.getvalue(), len(rows)


def _unnamed(entry: AuditEntry, apart: Set[str]) -> AuditEntry:
    if not apart.isdisjoint([str(entry.record_id), *map(str, entry.detail.values())]):
        entry.record_id, entry.detail, entry.digest = None, {}, None
    return entry


def _cells(entry: AuditEntry, names: Mapping[Any, str], done: Mapping[str, Any], language: Language) -> list[Any]:
    said = done[entry.event].label[language] if entry.event in done else entry.event
    who = names.get(entry.member_id, entry.member_id or NODE)
    digest = bytes(entry.digest).hex() if entry.digest is not None else ""
    detail = json.dumps(entry.detail, sort_keys=True, ensure_ascii=False)
    cells = [entry.position, entry.pk, entry.at.astimezone(UTC).isoformat(), who, entry.event, said, entry.table,
             entry.record_id, detail, digest]  # fmt: skip
    return [_harmless(cell) for cell in cells]


def _harmless(cell: Any) -> Any:
    """A member called "=…" must not become a formula where the file is opened."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
