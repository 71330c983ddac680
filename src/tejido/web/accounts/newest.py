# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers of signed keys only go up: the highest seen of each is kept in a file, outside the database.

Whoever can write the database could set an older key back as the newest: the organisation did sign it, and a member who
was taken out, or whose password was stolen, may hold its private half.

A backup that is put back goes back too, and a key that was replaced since is in it. `tejido node restore` says so in a
second file, `keys.restored`: such a key opens what was sealed to it, and nothing is sealed to it any more.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from tejido.crypto import PublicKey, SignedKey, UnsignedKey, Verifier
from tejido.web.security.beside import keep_beside, kept_beside
from tejido.web.security.signed_here import signed_here

FILE = "keys.newest"
RESTORED = "keys.restored"
LEFT = "members.left"


def highest() -> Mapping[str, int]:
    """The highest number seen of each owner, such as `mx/intake/…`."""
    return kept_beside(FILE)


def was_restored(owner: str, number: int) -> bool:
    """Did a backup that was put back bring this key, older than one that had been in use?"""
    return _restored().get(owner) == number


def went_back(owner: str, number: int) -> bool:
    """Was a newer key of this owner in use? Nothing is sealed to this one."""
    return number < highest().get(owner, 0)


def unseen(owner: str, number: int) -> int:
    """A number for a new key: `number`, or the first that was never in use, should a backup have been put back."""
    return max(number, highest().get(owner, 0) + 1)


def note_restored(newer: Mapping[str, int], there: Mapping[str, int]) -> list[str]:
    """After a restoring: `newer` was seen before it, `there` is what the database has; the owners whose key went back.

    The recovery and the search key are left out: until they are made anew, what is there is all there is.
    """
    seen = {owner: max(number, highest().get(owner, 0)) for owner, number in {**highest(), **newer}.items()}
    seen = {owner: min(number, there[owner]) if owner.endswith(("/recovery", "/search")) else number
            for owner, number in seen.items() if owner in there}  # fmt: skip
    back = {owner: there[owner] for owner, number in seen.items() if there[owner] < number}
    keep_beside(RESTORED, lambda _before: back)
    keep_beside(FILE, lambda _before: seen)
    return sorted(back)


def our_key(signed: SignedKey, organisation: Verifier) -> PublicKey:
    """The key, once the organisation's signature holds and this node made it; raises `UnsignedKey`."""
    public = signed.checked(organisation)
    if not signed_here(signed.owner, signed.statement):
        raise UnsignedKey(f"{signed.owner}: not signed by this node")
    return public


def newest_key(signed: SignedKey, organisation: Verifier) -> PublicKey:
    """The key, once it is ours and no newer one of this owner was seen; raises `UnsignedKey`.

    `signed.owner` ends with the key's number.
    """
    public = our_key(signed, organisation)
    owner, _slash, number = signed.owner.rpartition("/")
    refuse_older(owner, int(number))
    return public


def refuse_older(owner: str, number: int) -> None:
    """This key of `owner` is in use, and no older one from now on; raises `UnsignedKey` if a newer one was."""
    seen = highest().get(owner, 0)
    if number < seen:
        raise UnsignedKey(f"{owner}/{number}: a newer key was in use")
    if number > seen:
        # Only what stands in the database for good: a rotation that was undone was never seen.
        transaction.on_commit(lambda: _remember(owner, number))


def note_left(owner: str, *, left: bool) -> None:
    """A member's access ended, or she has it again: whoever writes the database does not give it back."""
    keep_beside(LEFT, lambda kept: {each: 1 for each in {*kept, owner} if left or each != owner})


def has_left(owner: str) -> bool:
    """Did her access end?"""
    return owner in kept_beside(LEFT)


def _restored() -> Mapping[str, int]:
    return kept_beside(RESTORED)


def _remember(owner: str, number: int) -> None:
    keep_beside(FILE, lambda kept: kept | {owner: max(number, kept.get(owner, 0))})
