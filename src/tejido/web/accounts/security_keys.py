# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hardware keys and passkeys (WebAuthn) as the second factor: the password is always asked first.

What a key signs names this door's address, so that it signs nothing for a page that only looks like ours.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    UserVerificationRequirement,
)

from tejido.crypto import CannotOpen, Context
from tejido.vocabulary import BadInput
from tejido.web.accounts.models import Member, SecurityKey
from tejido.web.accounts.second_factors import open_factor, seal_factor
from tejido.web.security import audit

MOST = 10
_PREFERRED = UserVerificationRequirement.PREFERRED


@dataclass(frozen=True, repr=False)
class HeldKey:
    """One of a member's keys, opened."""

    row: SecurityKey
    name: str
    credential: AttestedCredentialData


def keys_work_here() -> bool:
    """Browsers use keys only for a name, and only over https (or on one's own machine)."""
    address = urlsplit(settings.TEJIDO.addresses[settings.DOOR])
    host = address.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return address.scheme == "https" or host == "localhost"
    return False


def _server() -> Fido2Server:
    ours = settings.TEJIDO.addresses[settings.DOOR]
    # Named after the address alone: a list of passkeys on a telephone others see must not name the organisation.
    host = urlsplit(ours).hostname or ""
    return Fido2Server(PublicKeyCredentialRpEntity(id=host, name=host), verify_origin=lambda origin: origin == ours)


def security_key_context(key: SecurityKey) -> Context:
    """What a key's row is bound to."""
    return Context(settings.TEJIDO.node, "accounts.securitykey", str(key.pk), "credential", str(key.member_id))


def keys_of(member: Member) -> list[HeldKey]:
    """Her keys, the first added first; a row that does not open is none."""
    found = []
    for row in SecurityKey.objects.filter(member=member).order_by("added_at"):
        try:
            held = json.loads(open_factor(row.credential, security_key_context(row)))
        except CannotOpen:
            continue
        found.append(HeldKey(row, held["name"], AttestedCredentialData(b64decode(held["credential"]))))
    return found


def begin_adding(member: Member) -> tuple[dict[str, Any], dict[str, Any]]:
    """What her browser is asked, and what the answer is checked against; raises `BadInput` where she has too many."""
    held = keys_of(member)
    if len(held) >= MOST:
        raise BadInput("keys.many", en=f"At most {MOST} keys: remove one first.",
                       es=f"Máximo {MOST} llaves: quite una primero.")  # fmt: skip
    user = PublicKeyCredentialUserEntity(id=member.pk.bytes, name=member.login, display_name=member.login)
    options, state = _server().register_begin(user, [each.credential for each in held], user_verification=_PREFERRED)
    return dict(options), state


def add_security_key(
    *, member: Member, name: str, answer: str, state: Mapping[str, Any], by: Member, now: datetime
) -> SecurityKey:
    """Keep a key of hers; `state` is used once. Raises `BadInput` for an answer that is not to this question."""
    if by.pk != member.pk:
        raise PermissionDenied("a key is added by the member herself")
    try:
        said = RegistrationResponse.from_dict(json.loads(answer))
        made = _server().register_complete(state, said)
        credential = made.credential_data
        if said.response.client_data.cross_origin or credential is None:
            raise ValueError("from inside another page")
    except (ValueError, TypeError, KeyError, AttributeError, AssertionError):
        raise BadInput("keys.answer", en="The key's answer could not be used. Try once more.",
                       es="La respuesta de la llave no sirvió. Inténtelo otra vez.") from None  # fmt: skip
    row = SecurityKey(member=member, sign_count=made.counter, added_at=now)
    plain = json.dumps({"name": name, "credential": b64encode(bytes(credential)).decode()}).encode()
    row.credential = seal_factor(plain, security_key_context(row))
    with transaction.atomic():
        row.save(force_insert=True)
        audit.record("key.added", by=by, record=member)
    return row


@transaction.atomic
def remove_security_key(*, key: UUID, by: Member) -> None:
    """Remove one of her own keys; the authenticator stays, so that she is never without a second factor."""
    if SecurityKey.objects.filter(pk=key, member=by).delete()[0]:
        audit.record("key.removed", by=by, record=by)


def forget_security_keys(member: Member) -> None:
    """Her keys stop working: she begins again with a new password and a new authenticator."""
    SecurityKey.objects.filter(member=member).delete()


def begin_proving(login: str, member: Member | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the browser of whoever gave a password is asked: alike for a login nobody has, which is shown an invented
    key, always the same."""
    ids = [each.credential.credential_id for each in keys_of(member)] if member else []
    invented = salted_hmac("tejido.accounts.key", login, algorithm="sha256").digest()
    asked = [
        PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=one) for one in ids or [invented]
    ]
    options, state = _server().authenticate_begin(asked, user_verification=_PREFERRED)
    return dict(options), state


def proves(member: Member, answer: str, state: Mapping[str, Any], now: datetime) -> bool:
    """Did one of her keys sign this question, here, and not as a copy of itself? `state` is used once."""
    held = keys_of(member)
    try:
        said = AuthenticationResponse.from_dict(json.loads(answer))
        credential = _server().authenticate_complete(state, [each.credential for each in held], said)
        if said.response.client_data.cross_origin:
            return False
    except (ValueError, TypeError, KeyError, AttributeError, AssertionError):
        return False
    count = said.response.authenticator_data.counter
    row = next(each.row for each in held if each.credential.credential_id == credential.credential_id)
    # A key that counts must count up, or it is a copy; passkeys kept in step between devices never count.
    counts_up = Q(sign_count__lt=count) if count else Q(sign_count=0)
    if SecurityKey.objects.filter(counts_up, pk=row.pk).update(sign_count=count, used_at=now) == 1:
        return True
    audit.record("key.copied", by=None, record=member)
    return False
