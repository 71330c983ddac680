# SPDX-License-Identifier: Apache-2.0
"""Time-based one-time codes (RFC 6238): SHA-1, six digits, thirty seconds, as every authenticator app has them."""

from __future__ import annotations

import hmac
import os

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

SECRET_BYTES = 20
STEP_SECONDS = 30


def new_totp_secret() -> bytes:
    """A fresh secret."""
    return os.urandom(SECRET_BYTES)


def totp_code(secret: bytes, at: int) -> str:
    """The code shown at Unix time `at`, in seconds."""
    return _totp(secret).generate(at).decode()


def totp_step(secret: bytes, code: str, at: int) -> int | None:
    """The time step `code` belongs to, one step early or late allowed; None if it is wrong.

    The caller keeps the last step used and refuses it again: a code seen over a shoulder must not open twice.
    """
    # Compared as bytes: a full-width digit typed by accident is a wrong code, not an error.
    given = code.encode("utf-8", "replace")
    now = at // STEP_SECONDS
    for step in (now, now - 1, now + 1):
        if step >= 0 and hmac.compare_digest(_totp(secret).generate(step * STEP_SECONDS), given):
            return step
    return None


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, 6, SHA1(), STEP_SECONDS, enforce_key_length=False)  # noqa: S303
