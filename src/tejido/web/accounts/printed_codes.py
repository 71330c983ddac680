# SPDX-License-Identifier: AGPL-3.0-or-later
"""Codes on paper, for rooms where no phone may be: each works once, in place of the authenticator's."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from tejido.crypto import (
    CannotOpen,
    Context,
    is_printed_code,
    new_printed_code,
    printed_code_digest,
)
from tejido.web.accounts.models import Member, PrintedCode
from tejido.web.accounts.passwords import open_own_key
from tejido.web.accounts.second_factors import open_factor, seal_factor
from tejido.web.security import audit

ON_A_SHEET = 10
FEW = 3  # left: time for a new sheet


def printed_code_context(code: PrintedCode) -> Context:
    """What the digest of a code is bound to."""
    return Context(settings.TEJIDO.node, "accounts.printedcode", str(code.pk), "digest", str(code.member_id))


def print_codes(*, member: Member, password: str, by: Member, now: datetime, device: str = "") -> list[str]:
    """A new sheet, shown once; the old one stops working. Raises `BadInput` for a wrong password."""
    if by.pk != member.pk:
        raise PermissionDenied("codes are made by the member herself")
    open_own_key(member, password, now=now, device=device)
    codes = [new_printed_code() for _ in range(ON_A_SHEET)]
    with transaction.atomic():
        PrintedCode.objects.filter(member=member).delete()
        for code in codes:
            _keep(member, code, now)
        audit.record("codes.printed", by=by, record=member, count=len(codes))
    return codes


def _keep(member: Member, code: str, now: datetime) -> None:
    row = PrintedCode(member=member, made_at=now)
    row.digest = seal_factor(printed_code_digest(code), printed_code_context(row))
    row.save(force_insert=True)


def use_printed_code(member: Member, typed: str) -> bool:
    """Is it one of hers? It is gone with this: of two who type it at once, one is let in."""
    for row in PrintedCode.objects.filter(member=member):
        try:
            digest = open_factor(row.digest, printed_code_context(row))
        except CannotOpen:  # put here from somewhere else
            continue
        if is_printed_code(typed, digest):
            return PrintedCode.objects.filter(pk=row.pk).delete()[0] == 1
    return False


def codes_left(member: Member) -> int:
    """How many of her sheet still work."""
    return PrintedCode.objects.filter(member=member).count()


def forget_printed_codes(member: Member) -> None:
    """Her sheet stops working: she begins again with a new password and a new authenticator."""
    PrintedCode.objects.filter(member=member).delete()
