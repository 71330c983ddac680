# SPDX-License-Identifier: AGPL-3.0-or-later
"""New keys for what stands in `node.env`, while the doors run. Cut off at any step, the next call goes on."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import Any

from tejido.crypto import CannotOpen, open_field, seal_field
from tejido.web.config.live_keys import read_keys
from tejido.web.config.making import at_the_database, changing, write_environment
from tejido.web.config.settings import DOORS

ENVIRONMENT_KEY = "TEJIDO_ENVIRONMENT_KEY"
_AT_ONCE = 200


@dataclass(frozen=True)
class Resealed:
    """What a rotation of the environment key did: rows sealed anew, and rows that neither key opens."""

    count: int
    unreadable: int


def rotate_doors(folder: Path) -> None:
    """Each door another secret. Whoever is signed in signs in again."""
    with changing(folder) as environment:
        fresh = {f"TEJIDO_SECRET_{door.upper()}": secrets.token_urlsafe(50) for door in DOORS}
        write_environment(folder, environment | fresh)
        with at_the_database(environment):
            from django.contrib.sessions.models import Session

            from tejido.web.accounts.models import SignedInSession
            from tejido.web.security import audit

            SignedInSession.objects.all().delete()
            Session.objects.all().delete()
            audit.record("keys.rotated", by=None, kind="doors")


def rotate_environment(folder: Path, *, wait: float, pause: Callable[[float], None] = time.sleep) -> Resealed:
    """A new environment key; every second factor is sealed under it, then the old one is forgotten.

    Doors read the file anew whenever they seal or open one. `wait`: seconds for which what they began may go on.
    """
    with changing(folder) as environment:
        kept = read_keys(ENVIRONMENT_KEY, environment[ENVIRONMENT_KEY])
        if len(kept) == 1:  # two: a rotation was cut off, and goes on
            kept = (secrets.token_bytes(32), *kept)
            environment |= {ENVIRONMENT_KEY: ",".join(key.hex() for key in kept)}
            write_environment(folder, environment)
        new, old = kept
        with at_the_database(environment):
            _written_for_good()
            count = _reseal(new, old).count
            pause(wait)
            done = _reseal(new, old)
            from tejido.web.security import audit

            done = Resealed(count + done.count, done.unreadable)
            audit.record("keys.rotated", by=None, kind="environment", count=done.count)
        write_environment(folder, environment | {ENVIRONMENT_KEY: new.hex()})
    return done


def sealed_factors() -> Iterator[tuple[type[Any], str, Callable[[Any], Any]]]:
    """Every column that is sealed under the environment key: model, column, and what a row's value is bound to."""
    from tejido.web.accounts.actions import member_context
    from tejido.web.accounts.models import Member, PrintedCode, SecurityKey
    from tejido.web.accounts.printed_codes import printed_code_context
    from tejido.web.accounts.security_keys import security_key_context

    yield Member, "totp", member_context
    yield PrintedCode, "digest", printed_code_context
    yield SecurityKey, "credential", security_key_context


def _reseal(new: bytes, old: bytes) -> Resealed:
    from django.db import transaction

    count = unreadable = 0
    for model, column, context in sealed_factors():
        for some in batched(list(model.objects.order_by("pk").values_list("pk", flat=True)), _AT_ONCE):
            with transaction.atomic():
                for row in model.objects.filter(pk__in=some):
                    blob = bytes(getattr(row, column))
                    if _opens(new, blob, context(row)) is not None:
                        continue
                    plain = _opens(old, blob, context(row))
                    if plain is None:
                        unreadable += 1
                        continue
                    # Only over what was opened: meanwhile she may have been given another.
                    fresh = {column: seal_field(new, plain, context(row))}
                    count += model.objects.filter(pk=row.pk, **{column: blob}).update(**fresh)
    return Resealed(count, unreadable)


def _opens(key: bytes, blob: bytes, context: Any) -> bytes | None:
    try:
        return open_field(key, blob, context)
    except CannotOpen:
        return None


def unreadable_factors(keys: tuple[bytes, ...]) -> Iterator[str]:
    """Rows that none of `keys` opens."""
    for model, column, context in sealed_factors():
        for row in model.objects.order_by("pk").iterator():
            if all(_opens(key, bytes(getattr(row, column)), context(row)) is None for key in keys):
                yield f"{model._meta.label_lower} {row.pk}"


def _written_for_good() -> None:
    """What is sealed anew must reach the disk before the old key leaves it."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")


def under_way(environment: Mapping[str, str]) -> bool:
    """Was a rotation of the environment key begun and not ended?"""
    return "," in environment.get(ENVIRONMENT_KEY, "")
