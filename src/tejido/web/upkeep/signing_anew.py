# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything the organisation signed, signed anew with its newest key, so that the one before can go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import batched
from typing import Any

from django.db import transaction
from django.db.models import Model

from tejido.agreements import Agreement
from tejido.crypto import BadSignature, SigningKey, Verifier, VerifyKey, VerifyKeys
from tejido.vocabulary import BadInput
from tejido.web.accounts.keys import organisation_keys
from tejido.web.accounts.models import Member, RecoveryKey, TeamGeneration
from tejido.web.accounts.signing_keys import signing_key
from tejido.web.mailbox.models import Partner
from tejido.web.packets.models import Provider
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission
from tejido.web.security.signed_here import none_noted, note_signed, signed_here
from tejido.web.sharing.models import SharedAgreement

_AT_ONCE = 100  # about a third of a second on SQLite, which has one writer


@dataclass(frozen=True)
class Signed:
    """A row that bears a signature of ours, and what was signed; `statement` is None where the row says nothing.

    `noted_as`: its name where the node keeps what it signed; empty where it keeps none.
    """

    row: Model
    column: str
    statement: bytes | None
    noted_as: str = ""

    @property
    def signature(self) -> bytes:
        """As it stands in the row."""
        return bytes(getattr(self.row, self.column))

    @property
    def name(self) -> str:
        """What it is called for whoever runs the machine."""
        return f"{self.row._meta.label_lower} {self.row.pk}"

    @property
    def noted(self) -> bool:
        """Did this node sign it, if it keeps what it signs of that kind?"""
        return not self.noted_as or signed_here(self.noted_as, self.statement or b"")

    def stands_under(self, key: Verifier) -> bool:
        """Does the signature hold under `key`?"""
        try:
            key.verify(self.statement or b"", self.signature)
        except BadSignature:
            return False
        return self.statement is not None


@dataclass(frozen=True)
class Standing:
    """How many rows stand under each pinned key, and those under none."""

    under: Counter[VerifyKey] = field(default_factory=Counter)
    nobodys: list[str] = field(default_factory=list)

    def older(self, keys: tuple[VerifyKey, ...]) -> int:
        """How many stand under another than the newest."""
        return sum(self.under[key] for key in keys[1:])


def signed_rows() -> Iterator[Signed]:
    """Every row that bears a signature of ours, in the order in which others take hold of them."""
    # Members first: who changes a member and her teams holds her before them.
    for member in Member.objects.exclude(signature=b"").defer("private_key", "totp").order_by("pk"):
        yield Signed(member, "signature", member.signed_key().statement, member.signed_key().owner)
    for generation in TeamGeneration.objects.select_related("team").order_by("pk"):
        yield Signed(generation, "signature", generation.signed_key().statement, generation.signed_key().owner)
    for on_paper in RecoveryKey.objects.order_by("pk"):
        yield Signed(on_paper, "signature", on_paper.signed_key().statement, on_paper.signed_key().owner)
    for provider in Provider.objects.order_by("pk"):
        yield Signed(provider, "signature", _said(provider.statement), provider.noted_as)
    for partner in Partner.objects.order_by("pk"):
        yield Signed(partner, "signature", _said(partner.statement), partner.noted_as)
    for shared in SharedAgreement.objects.order_by("pk"):
        yield Signed(shared, "our_signature", _said(partial(_terms, shared)))


def standing() -> Standing:
    """Under which of the pinned keys everything stands."""
    keys, found = organisation_keys(), Standing()
    for signed in signed_rows():
        key = next((key for key in keys if signed.stands_under(key)), None)
        if key is None or not signed.noted:
            found.nobodys.append(signed.name)
        else:
            found.under[key] += 1
    return found


def note_what_stands() -> None:
    """Where the node keeps nothing of what it signed, begin with what stands in the database."""
    keys = VerifyKeys(organisation_keys())
    if none_noted():
        note_signed({each.noted_as: each.statement for each in signed_rows()
                     if each.noted_as and each.statement is not None and each.stands_under(keys)})  # fmt: skip


def sign_everything_anew(*, by: Any, ring: KeyRing) -> int:
    """Sign with the newest key what stands under the one before; how many. What stands under none is left alone.

    Some at a time: whoever saves meanwhile waits for those alone, and cut off, the next call goes on. Raises `BadInput`
    where the newest pinned key is none that is kept here.
    """
    require(by, Permission.MEMBER_EDIT)
    keys, signing = organisation_keys(), signing_key(ring)
    if signing.verify_key != keys[0]:
        raise BadInput("signing_key.unknown", en="The key that was entered on the machine is none of yours.",
                       es="La llave que se anotó en la máquina no es ninguna de las suyas.")  # fmt: skip
    older = (signed for signed in signed_rows() if signed.noted and any(map(signed.stands_under, keys[1:])))
    return sum(_sign(some, signing, by) for some in batched(list(older), _AT_ONCE))


@transaction.atomic
def _sign(some: Sequence[Signed], signing: SigningKey, by: Any) -> int:
    count = 0
    for signed in some:
        # Only over what was looked at: whoever changed it meanwhile signed it with the new key.
        still = type(signed.row)._base_manager.filter(pk=signed.row.pk, **{signed.column: signed.signature})
        count += still.update(**{signed.column: signing.sign(signed.statement or b"")})
    audit.record("signing_key.signed_anew", by=by, count=count)
    return count


def _terms(shared: SharedAgreement) -> bytes:
    return Agreement.from_mapping(shared.document, where=shared.pk).statement()


def _said(statement: Callable[[], bytes]) -> bytes | None:
    try:
        return statement()
    except (BadInput, ValueError, TypeError, KeyError, AttributeError):  # altered from outside
        return None
