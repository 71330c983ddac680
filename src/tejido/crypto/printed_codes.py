# SPDX-License-Identifier: Apache-2.0
"""One-time codes on paper, for rooms where no phone may be: 59 random bits each, in groups that can be typed."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata

# Small letters and digits that cannot be taken for one another.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 3, 4


def new_printed_code() -> str:
    """Such as `k7mp-2xqd-9wtf`."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def printed_code_digest(typed: str) -> bytes:
    """What is kept of a code, however it was typed: capitals, hyphens and spaces say nothing."""
    plain = "".join(each for each in unicodedata.normalize("NFKC", typed).casefold() if each.isalnum())
    return hashlib.sha256(b"tejido/printed-code/1\x00" + plain.encode()).digest()


def is_printed_code(typed: str, digest: bytes) -> bool:
    """Is this the code of which that is kept?"""
    return hmac.compare_digest(printed_code_digest(typed), digest)
