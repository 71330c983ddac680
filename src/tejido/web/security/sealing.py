# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records whose fields are sealed, and the one way to write and read them."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.db import models

from tejido.crypto import Context, open_field, seal_field
from tejido.web.security.fields import SealedField, decode, encode
from tejido.web.security.keyring import KeyRing
from tejido.web.security.models import RecordKey


class StaleRevision(Exception):
    """Someone else saved this record since it was read. `record` is what stands now."""

    def __init__(self, record: Any) -> None:
        self.record = record
        super().__init__(record._meta.label)


class Opened[Record: SealedRecord]:
    """The sealed values of one record, opened; absent values are None. `opened.record` is the record."""

    def __init__(self, record: Record, values: dict[str, Any]) -> None:
        self.record = record
        self.values = values

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            return getattr(self.record, name)


class SealedRecord(models.Model):
    """A row with its own id before it is saved, a key, a revision, and sealed fields.

    `key_scope`: what its key must have been made for. A key for something else may be open to others.
    """

    key_scope: ClassVar[str]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.ForeignKey(RecordKey, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    @classmethod
    def sealed_names(cls) -> list[str]:
        """Names of the sealed fields."""
        return [field.name for field in cls._meta.concrete_fields if isinstance(field, SealedField)]

    def seal(self, ring: KeyRing, **values: Any) -> Self:
        """Set sealed fields (None clears one); the key must already stand in `key`. Returns itself; does not save.

        Raises `NoKey`, and `NotOurs` for a key that none of our teams made.
        """
        raw = ring.raw_to_seal(self.key_id, self.key_scope)
        for name, value in values.items():
            if name not in self.sealed_names():
                raise AttributeError(f"{self._meta.label}.{name} is not a sealed field")
            blob = None if value is None else seal_field(raw, encode(value), self._context(ring, name))
            setattr(self, name, blob)
        return self

    def opened(self, ring: KeyRing) -> Opened[Self]:
        """All sealed values; raises `NoKey` or `CannotOpen`."""
        raw = ring.raw(self.key_id, self.key_scope)
        values: dict[str, Any] = {}
        for name in self.sealed_names():
            blob = getattr(self, name)
            values[name] = None if blob is None else decode(open_field(raw, blob, self._context(ring, name)))
        return Opened(self, values)

    def sealed_digest(self) -> str:
        """SHA-256 over the sealed fields as they stand: in the audit line, it shows a later swap or roll-back."""
        whole = hashlib.sha256()
        for name in self.sealed_names():
            blob = getattr(self, name)
            part = b"" if blob is None else bytes(blob)
            whole.update(len(part).to_bytes(4, "big") + part)
        return whole.hexdigest()

    def save_revision(self, expected: int) -> None:
        """Save over revision `expected` and no other; raises `StaleRevision` with what stands now."""
        self.revision = expected + 1
        values = {
            field.attname: getattr(self, field.attname) for field in self._meta.concrete_fields if not field.primary_key
        }
        changed = type(self)._default_manager.filter(pk=self.pk, revision=expected).update(**values)
        if changed != 1:
            raise StaleRevision(type(self)._default_manager.get(pk=self.pk))

    def _context(self, ring: KeyRing, name: str) -> Context:
        return Context(ring.node, self._meta.label_lower, str(self.pk), name, str(self.key_id))


def open_all[Record: SealedRecord](records: Iterable[Record], ring: KeyRing) -> list[Opened[Record]]:
    """Open many records with one query for their keys."""
    records = list(records)
    ring.load({record.key_id for record in records})
    return [record.opened(ring) for record in records]
