# SPDX-License-Identifier: AGPL-3.0-or-later
"""A member chooses her own password: her private key is sealed under it, and nothing else changes."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from tejido.crypto import BoxKey, CannotOpen, open_and_renew, seal_with_password
from tejido.vocabulary import BadInput
from tejido.web.accounts.actions import member_context, password_cost
from tejido.web.accounts.models import Member
from tejido.web.accounts.newest import unseen
from tejido.web.accounts.tries import Tries
from tejido.web.security import audit

SHORTEST = 14


def choose_password(
    *, member: Member, current: str, new: str, by: Any, now: datetime, device: str = ""
) -> BoxKey:  # fmt: skip
    """Seal her private key under `new` instead of `current`; her other sessions end, for they hang on the sealed key.

    Returns the key her next requests open with. Where someone else made it and no team has let her in yet, it is a new
    one: whoever knows the first password and kept a copy of the database has nothing.

    Raises `BadInput`.
    """
    if by.pk != member.pk:
        raise PermissionDenied("a password is chosen by the member herself")
    _check(member.login, current, new)
    sealed, raw = open_own_key(member, current, now=now, device=device)
    private = BoxKey(raw)
    if member.password_given_at is not None and not member.team_ids:
        private = BoxKey.generate()
    fresh = seal_with_password(private.raw, new, pepper=settings.TEJIDO.pepper, context=member_context(member),
                               cost=password_cost())  # fmt: skip
    _keep(member, sealed, fresh, private, by)
    return private


def open_own_key(member: Member, password: str, *, now: datetime, device: str = "") -> tuple[bytes, bytes]:
    """Her private key, sealed as it is kept and opened: she is asked again before anything that outlives her session.

    Raises `BadInput`. Whoever sits at a desk left open must know the password, and gets as few tries as at the sign-in.
    """
    tries = Tries(member.login, device)
    if tries.must_wait(now):
        raise BadInput("password.wait", en="Too many wrong tries. Wait a few minutes.",
                       es="Demasiados intentos. Espere unos minutos.", where="current")  # fmt: skip
    sealed = bytes(Member.objects.values_list("private_key", flat=True).get(pk=member.pk))
    try:
        raw, _fresh = open_and_renew(sealed, password, peppers=settings.TEJIDO.peppers, context=member_context(member))
    except CannotOpen:
        tries.failed(now)
        raise BadInput("password.current", en="This is not your present password.",
                       es="Esta no es su contraseña actual.", where="current") from None  # fmt: skip
    tries.forget()
    return sealed, raw


@transaction.atomic
def _keep(member: Member, sealed: bytes, fresh: bytes, private: BoxKey, by: Any) -> None:
    # Only over the very key that was opened: meanwhile it may have been given up for a new one.
    mine = Member.objects.filter(pk=member.pk, private_key=sealed, status=Member.Status.ACTIVE)
    changed: dict[str, Any] = {"private_key": fresh, "password_given_at": None}
    if private.public.raw != bytes(member.public_key):
        number = unseen(member.key_owner, member.key_number + 1)
        changed |= {"public_key": private.public.raw, "key_number": number, "signature": b""}
    if mine.update(**changed) != 1:
        raise BadInput("password.changed", en="Your password was changed somewhere else just now. Sign in again.",
                       es="Su contraseña se acaba de cambiar en otro lugar. Entre de nuevo.")  # fmt: skip
    for name, value in changed.items():
        setattr(member, name, value)
    audit.record("member.password_changed", by=by, record=member)


def _check(login: str, current: str, new: str) -> None:
    typed, given = (unicodedata.normalize("NFC", each) for each in (new, login))
    if len(typed) < SHORTEST:
        raise BadInput("password.short", en=f"At least {SHORTEST} characters: four or five words are easiest to keep.",
                       es=f"Al menos {SHORTEST} caracteres: cuatro o cinco palabras son lo más fácil de recordar.",
                       where="new")  # fmt: skip
    if given.casefold() in typed.casefold() or len(set(typed)) < 5:
        raise BadInput("password.weak", en="Too easy to guess: not your user name, nor a few letters over and over.",
                       es="Muy fácil de adivinar: ni su usuario ni unas cuantas letras repetidas.",
                       where="new")  # fmt: skip
    if typed == unicodedata.normalize("NFC", current):
        raise BadInput("password.same", en="This is the one you have. Choose another.",
                       es="Es la que ya tiene. Elija otra.", where="new")  # fmt: skip
