# SPDX-License-Identifier: AGPL-3.0-or-later
"""The audit's anchor: its newest place and digest, signed, in a file outside the database. A chain cut short shows.

The audit itself says that it is anchored (`audit.anchored`), so that a file which is gone is missed, too.
"""

from __future__ import annotations

import os
from pathlib import Path

from tejido.crypto import BadSignature, SigningKey, Verifier
from tejido.web.security import audit
from tejido.web.security.anchor_file import ANCHOR, EARLIER, read_anchor
from tejido.web.security.models import AuditEntry

ANCHORED = "audit.anchored"
_DOMAIN = b"tejido/anchor/1\x00"


def anchored() -> bool:
    """Does the audit say that there is an anchor?"""
    return AuditEntry.objects.filter(event=ANCHORED).exists()


def begun_anew() -> int:
    """How often an operator began an anchor anew, after one was gone or did not hold any more."""
    return AuditEntry.objects.filter(event=ANCHORED, detail__has_key="reason_code").count()


def reaches(anchor: bytes, transport: Verifier) -> bool:
    """Does the chain still go through the anchor?"""
    try:
        statement, _, signature = anchor.strip().rpartition(b" ")
        transport.verify(_DOMAIN + statement, bytes.fromhex(signature.decode()))
        position, digest = statement.decode().split(" ")
    except (BadSignature, ValueError):
        return False
    return AuditEntry.objects.filter(position=int(position), digest=bytes.fromhex(digest)).exists()


def write_anchor(folder: Path, transport: SigningKey, *, known: Verifier | None = None) -> None:
    """Move the anchor to the chain's newest place, and the first time note in the audit that there is one.

    An anchor that the chain does not reach stays, and one that is gone stays away: a newer one would hide that
    somebody cut the one or removed the other. `known`: the keys it may be signed with, where there are more than this.
    """
    if _problem(read_anchor(folder), known or transport.verify_key):
        return
    # The file first: cut off between the two, the next round notes it.
    if _write(folder, transport) and not anchored():
        audit.record("audit.anchored", by=None)


def begin_anew(folder: Path, transport: SigningKey, *, known: Verifier) -> str:
    """Begin an anchor where the chain stands, once an operator looked into why the old one does not hold.

    Returns why it did not: `missing`, `not_reached`; empty if it holds, and nothing was done. The audit keeps the why,
    and the folder what did not hold.
    """
    anchor = read_anchor(folder)
    problem = _problem(anchor, known)
    if not problem:
        return ""
    # Noted first: cut off after it, the old problem stands and this is done again; never the other way round.
    audit.record("audit.anchored", by=None, reason_code=problem)
    if anchor is not None:
        _add(folder / EARLIER, anchor.strip() + b"\n", os.O_APPEND)
    _write(folder, transport)
    return problem


def _problem(anchor: bytes | None, known: Verifier) -> str:
    if anchor is None:
        return "missing" if anchored() else ""
    return "" if reaches(anchor, known) else "not_reached"


def _write(folder: Path, transport: SigningKey) -> bool:
    last = AuditEntry.objects.filter(position__isnull=False).order_by("-position").first()
    if last is None:
        return False
    statement = f"{last.position} {bytes(last.digest or b'').hex()}".encode()
    fresh = folder / f"{ANCHOR}.new"
    _add(fresh, statement + b" " + transport.sign(_DOMAIN + statement).hex().encode() + b"\n", os.O_TRUNC)
    fresh.replace(folder / ANCHOR)
    return True


def _add(path: Path, raw: bytes, how: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600), "wb") as file:
        file.write(raw)
