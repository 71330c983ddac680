# SPDX-License-Identifier: Apache-2.0
"""The code with which someone nobody knows comes back: digits, because they are the same in every language.

Seven groups of four: 26 random digits (86 bits) and two that tell a slip before anyone is asked. Stretched, so that
each guess at a stolen list costs 20,000 rounds (14 bits more), it gives what the code is found by and a key pair;
neither says anything of the other.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from tejido.crypto.boxes import BoxKey

DIGITS, GROUP = 28, 4
ROUNDS = 20_000
_RANDOM = DIGITS - 2


class BadCode(ValueError):
    """A digit is missing, one too many, or wrong."""


@dataclass(frozen=True, repr=False)
class ReturnCode:
    """What a code stands for at one node: `finder` is shown to the server, `key` opens what was answered."""

    finder: bytes
    key: BoxKey


def new_return_code() -> str:
    """Fresh digits, without spaces."""
    drawn = "".join(secrets.choice("0123456789") for _ in range(_RANDOM))
    return f"{drawn}{98 - int(drawn + '00') % 97:02d}"


def grouped(digits: str) -> str:
    """As it is written down and said aloud: `4821 0937 …`."""
    return " ".join(digits[start : start + GROUP] for start in range(0, len(digits), GROUP))


def typed_code(text: str) -> str:
    """The digits of a code however they were typed; raises `BadCode`."""
    digits = "".join(str(int(letter)) for letter in text if letter.isdecimal())
    if len(digits) != DIGITS or int(digits) % 97 != 1:
        raise BadCode
    return digits


def code_salt(node: str) -> bytes:
    """What a code is stretched with: guessing at one node says nothing of another."""
    return b"tejido/return-code/1\x00" + node.encode()


def derive_return(digits: str, node: str) -> ReturnCode:
    """What the digits of a code stand for at `node`; the browser derives the same."""
    root = hashlib.pbkdf2_hmac("sha256", digits.encode(), code_salt(node), ROUNDS)
    # The 32 bytes of X-Wing's private key, written out as the two keys they are.
    seed = hashlib.shake_256(_part(root, b"key")).digest(96)
    return ReturnCode(_part(root, b"find"), BoxKey(seed))


def _part(root: bytes, info: bytes) -> bytes:
    """HKDF-SHA256 (RFC 5869) without salt, one block."""
    extracted = hmac.new(bytes(32), root, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()
