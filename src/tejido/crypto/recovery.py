# SPDX-License-Identifier: Apache-2.0
"""A key that exists only on paper: m of n shares of words (SLIP-39) bring it back, fewer say nothing about it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics

from tejido.crypto.boxes import BoxKey

MOST_SHARES = 16
_SECRET_BYTES = 32
_KEY_BYTES = 96


class BadShares(Exception):
    """The words do not bring the key back. `reason` is share, twice, strangers or few; `share` counts from 1.

    Says why, unlike the rest of this room: whoever types them has paper in hand and makes mistakes.
    """

    def __init__(self, reason: str, share: int | None = None) -> None:
        self.reason = reason
        self.share = share
        super().__init__(reason)


@dataclass(frozen=True, repr=False)
class PaperKey:
    """A fresh recovery key and the shares to print: any `threshold` of them bring it back."""

    key: BoxKey
    threshold: int
    shares: tuple[str, ...]


def new_paper_key(*, threshold: int, count: int) -> PaperKey:
    """Make a key and its shares of 33 words; raises ValueError unless 2 ≤ threshold ≤ count ≤ 16."""
    if not 2 <= threshold <= count <= MOST_SHARES:
        raise ValueError(f"between 2 and {MOST_SHARES} shares, and no more needed than there are")
    secret = os.urandom(_SECRET_BYTES)
    shares = generate_mnemonics(1, [(threshold, count)], secret)[0]
    return PaperKey(_key(secret), threshold, tuple(shares))


def shares_needed(share: str) -> int:
    """How many shares of this set are needed; raises `BadShares` where the words are no share."""
    return int(_read(share, 1).member_threshold)


def join_shares(shares: Sequence[str]) -> BoxKey:
    """The key that the shares bring back; raises `BadShares`."""
    read = [_read(share, number) for number, share in enumerate(shares, 1)]
    for number, one in enumerate(read, 1):
        if one.identifier != read[0].identifier:
            raise BadShares("strangers", number)
        if one.index in {other.index for other in read[: number - 1]}:
            raise BadShares("twice", number)
    if not read or len(read) < read[0].member_threshold:
        raise BadShares("few")
    chosen = [_plain(share) for share in shares[: read[0].member_threshold]]
    try:
        return _key(combine_mnemonics(chosen))
    except MnemonicError:
        raise BadShares("strangers") from None


def _plain(share: str) -> str:
    return " ".join(share.lower().split())


def _read(share: str, number: int) -> Share:
    try:
        return Share.from_mnemonic(_plain(share))
    except (MnemonicError, ValueError):
        raise BadShares("share", number) from None


def _key(secret: bytes) -> BoxKey:
    derived = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=b"tejido/recovery/1").derive(secret)
    return BoxKey(derived)
