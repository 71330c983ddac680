# SPDX-License-Identifier: Apache-2.0
"""What can go wrong. Nothing here says why a blob would not open: the reason would help whoever is trying keys."""


class CannotOpen(Exception):
    """The blob is damaged, moved, older than asked for, or sealed to someone else."""


class BadSignature(Exception):
    """The signature does not belong to these bytes and this key."""


class UnsignedKey(Exception):
    """The public key is not signed by the organisation: whoever can write the database may have put it there."""
