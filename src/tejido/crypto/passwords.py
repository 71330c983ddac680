# SPDX-License-Identifier: Apache-2.0
"""A member's private key sealed under her password: opening it is the password check, there is no other verifier."""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from argon2.low_level import Type, hash_secret_raw

from tejido.crypto.envelopes import Context, open_field, seal_field
from tejido.crypto.errors import CannotOpen

VERSION = 2  # version 1 did not say under which pepper it was sealed
_SALT, _MARK = 16, 4
_MOST_MIB, _MOST_PASSES, _MOST_LANES = 1024, 10, 16
# Four at once use a gigabyte; more would let a burst of logins starve the machine of memory.
PASSWORDS_AT_ONCE = 4
_HERE = threading.BoundedSemaphore(PASSWORDS_AT_ONCE)
_turn: Callable[[], AbstractContextManager[object]] = nullcontext  # among the machine's processes


def take_turns(turn: Callable[[], AbstractContextManager[object]]) -> None:
    """From now on this process also waits for `turn` before it stretches a password: several processes, one machine."""
    global _turn
    _turn = turn


@dataclass(frozen=True)
class PasswordCost:
    """Argon2id cost (RFC 9106): memory in MiB, passes, lanes. Stored with the blob so that it can be raised."""

    memory_mib: int = 256
    passes: int = 3
    lanes: int = 4

    def encode(self) -> bytes:
        """Four bytes."""
        return self.memory_mib.to_bytes(2, "big") + bytes([self.passes, self.lanes])

    @property
    def bearable(self) -> bool:
        """Within what a node may spend on one login: whoever can write a blob must not starve the machine with it."""
        return (
            8 * self.lanes <= self.memory_mib * 1024 <= _MOST_MIB * 1024
            and 1 <= self.passes <= _MOST_PASSES
            and 1 <= self.lanes <= _MOST_LANES
        )

    @classmethod
    def decode(cls, raw: bytes) -> PasswordCost:
        """The cost written in a blob."""
        return cls(int.from_bytes(raw[:2], "big"), raw[2], raw[3])


def seal_with_password(
    secret: bytes, password: str, *, pepper: bytes, context: Context, cost: PasswordCost | None = None
) -> bytes:
    """Seal `secret` under a key from `password` and the node's pepper, which is kept outside the database."""
    cost = cost or PasswordCost()
    if not cost.bearable:
        raise ValueError(f"a cost that no login can bear: {cost}")
    salt = os.urandom(_SALT)
    return _seal(secret, _stretch(password, salt, cost), cost.encode(), salt, pepper, context)


def open_with_password(blob: bytes | memoryview, password: str, *, pepper: bytes, context: Context) -> bytes:
    """What `seal_with_password` sealed; raises `CannotOpen` for a wrong password, pepper or place."""
    return open_and_renew(blob, password, peppers=(pepper,), context=context)[0]


def open_and_renew(
    blob: bytes | memoryview, password: str, *, peppers: Sequence[bytes], context: Context
) -> tuple[bytes, bytes]:  # fmt: skip
    """What is sealed under one of `peppers`, the newest first; and `blob` under the newest, empty if it was already.

    The password is stretched once, however many peppers there are. Raises `CannotOpen`.
    """
    blob = bytes(blob)
    head = 5 if blob[:1] == b"\x01" else 5 + _MARK
    if blob[:1] not in (b"\x01", bytes([VERSION])) or len(blob) < head + _SALT:
        raise CannotOpen
    cost, salt = PasswordCost.decode(blob[1:5]), blob[head : head + _SALT]
    if not cost.bearable:
        raise CannotOpen
    stretched = _stretch(password, salt, cost)
    for pepper in peppers:
        if blob[0] == VERSION and not is_under(blob, pepper):
            continue
        try:
            secret = open_field(_key(pepper, stretched), blob[head + _SALT :], context)
        except CannotOpen:
            continue
        fresh = b"" if is_under(blob, peppers[0]) else _seal(secret, stretched, blob[1:5], salt, peppers[0], context)
        return secret, fresh
    raise CannotOpen


def is_under(blob: bytes | memoryview, pepper: bytes) -> bool:
    """Says the blob that it is sealed under this pepper? Those of version 1 say nothing."""
    blob = bytes(blob)
    return blob[:1] == bytes([VERSION]) and blob[5 : 5 + _MARK] == _mark(pepper)


def _seal(secret: bytes, stretched: bytes, cost: bytes, salt: bytes, pepper: bytes, context: Context) -> bytes:
    return bytes([VERSION]) + cost + _mark(pepper) + salt + seal_field(_key(pepper, stretched), secret, context)


def _mark(pepper: bytes) -> bytes:
    # Enough to tell one pepper from the next; of 256 random bits it says nothing that helps anyone.
    return hashlib.sha256(b"tejido/pepper/1\x00" + pepper).digest()[:_MARK]


def _key(pepper: bytes, stretched: bytes) -> bytes:
    return hmac.new(pepper, b"tejido/password/1\x00" + stretched, hashlib.sha256).digest()


def _stretch(password: str, salt: bytes, cost: PasswordCost) -> bytes:
    with _HERE, _turn():
        stretched: bytes = hash_secret_raw(
            # An ñ may be typed as one character or as two; RFC 8265 makes them one password.
            secret=unicodedata.normalize("NFC", password).encode(),
            salt=salt,
            time_cost=cost.passes,
            memory_cost=cost.memory_mib * 1024,
            parallelism=cost.lanes,
            hash_len=32,
            type=Type.ID,
        )
    return stretched
