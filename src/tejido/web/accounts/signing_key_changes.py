# SPDX-License-Identifier: AGPL-3.0-or-later
"""The organisation's signing keys, one after another."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tejido.crypto import BadSignature, VerifyKey, follows


class SigningKeyChange(models.Model):
    """The organisation's signing key that follows another, with the word of the one before: partners go by it."""

    OPEN_COLUMNS: ClassVar = {
        "number": "which of the organisation's signing keys, the first is 1",
        "public": "public",
        "before": "public: the key before",
        "signature": "of the key before, over this one",
        "record_key": "random: where its private half is kept, sealed",
        "made_at": "when it was made",
    }

    number = models.PositiveIntegerField(primary_key=True)
    public = models.BinaryField()
    before = models.BinaryField()
    signature = models.BinaryField()
    record_key = models.UUIDField()
    made_at = models.DateTimeField(auto_now_add=True)

    def key(self) -> VerifyKey:
        """The public half, as the operator pins it."""
        return VerifyKey(bytes(self.public))

    def vouched_for(self) -> bool:
        """Does the signature of the key before hold? A row anyone else wrote says nothing."""
        try:
            VerifyKey(bytes(self.before)).verify(follows(self.key()), bytes(self.signature))
        except BadSignature:
            return False
        return True
