# SPDX-License-Identifier: AGPL-3.0-or-later
"""The mark of a browser somebody signed in from. It opens nothing; a mark that somebody made up is worth nothing."""

from __future__ import annotations

import secrets

from django.core.signing import BadSignature, Signer

_signer = Signer(salt="tejido.accounts.device")


def new_device() -> str:
    """A mark for a browser that has none."""
    return str(_signer.sign(secrets.token_hex(16)))


def is_ours(device: str) -> bool:
    """Did this door give it?"""
    try:
        _signer.unsign(device)
    except BadSignature:
        return False
    return True
