# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was sealed on the device of whoever wrote: kept as it came, opened in an advocate's session, never believed.

An arrival is mark (16 bytes) ‖ generation of the team's key (4) ‖ box. The mark comes from the page that was written on
and is in the box's `info`: the same box sent again is the same contact, and on another page's mark it does not open.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from tejido.crypto import CannotOpen, Context, PublicKey, open_box, seal_box
from tejido.web.accounts.keys import SignedTeams
from tejido.web.intake.channels.web_form.forms import WebForm
from tejido.web.intake.models import Contact
from tejido.web.security.keyring import KeyRing, NoKey

FORM = "web_form/1"  # another shape of the answers is another number
MARK_BYTES = 16
LARGEST = 160 * 1024  # of a box: the longest text this form takes, padded, is 128 KB
_SMALLEST = 1 + 1120 + 16


class BadBox(ValueError):
    """Not the bytes a box of this form is made of: refused at the door."""


@dataclass(frozen=True)
class Lock:
    """What a page is told so that the browser can seal: the team's signed key, its generation, what the box is for."""

    generation: int
    public: str
    info: str


def lock_for(team_id: UUID, mark: bytes) -> Lock:
    """The lock of one page; raises `UnsignedKey` if the organisation did not sign the team's key."""
    generation, public = SignedTeams().public_key(team_id)
    info = _info(team_id, generation, mark)
    return Lock(generation, b64encode(public.raw).decode(), b64encode(info).decode())


def arrival_of(mark: bytes, generation: int, box: str) -> bytes:
    """The bytes to keep of a box as it was posted; raises `BadBox`."""
    try:
        raw = b64decode(box, validate=True)
    except ValueError:
        raise BadBox from None
    if not _SMALLEST <= len(raw) <= LARGEST:
        raise BadBox
    return mark + generation.to_bytes(4, "big") + raw


def contact_id(mark: bytes, said: bytes) -> UUID:
    """The id of what was written on one page: sent twice it is one contact, changed in between it is two."""
    return UUID(bytes=hashlib.sha256(b"tejido/contact/1\x00" + mark + said).digest()[:16], version=4)


def arrived_values(contact: Contact, ring: KeyRing) -> dict[str, Any] | None:
    """The answers in a contact's box as its sealed fields; None where the box cannot be read, for whatever reason."""
    arrival = bytes(contact.arrival or b"")
    mark, generation, box = arrival[:MARK_BYTES], arrival[MARK_BYTES:][:4], arrival[MARK_BYTES + 4 :]
    number = int.from_bytes(generation, "big")
    try:
        key = ring.box_key(contact.team_id, number)
        said = json.loads(open_box(key, box, _info(contact.team_id, number, mark)))
    except (CannotOpen, NoKey, ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    return_key = said.pop("return_key", None)
    # A stranger's bytes: what the form would not have taken from a person is not taken from a box either.
    if not all(isinstance(value, str | bool) for value in said.values()):
        return None
    form = WebForm(said)
    return answers_of(form.cleaned_data, _believed(return_key)) if form.is_valid() else None


def answers_of(cleaned: Mapping[str, Any], return_key: str = "") -> dict[str, Any]:
    """The form's answers as the contact's sealed fields; what was left empty stays absent."""
    how = "\n".join(part for part in (cleaned.get("email"), cleaned.get("reply_how")) if part)
    values = {
        "own_words": cleaned.get("own_words"),
        "language": cleaned.get("language"),
        "under_18": cleaned.get("under_18"),
        "reply_safety": cleaned.get("reply_safety"),
        "reply_how": how,
        "contactor_phone": cleaned.get("phone"),
        "return_key": return_key,
        "voluntary": bool(cleaned.get("voluntary")),
    }
    return {name: value for name, value in values.items() if value not in (None, "")}


def _believed(return_key: Any) -> str:
    """The key an answer can be sealed to, tried out; empty for anything else."""
    try:
        seal_box(PublicKey(b64decode(return_key, validate=True)), b"", b"")
    except (TypeError, ValueError):
        return ""
    return str(return_key)


def _info(team_id: UUID, generation: int, mark: bytes) -> bytes:
    node = settings.TEJIDO.node
    return Context(node, "intake.contact", mark.hex(), FORM, f"{team_id}/{generation}").encode()
