# SPDX-License-Identifier: AGPL-3.0-or-later
"""Columns that hold sealed bytes, and how every other column says how sensitive it is."""

from __future__ import annotations

import json
from typing import Any

from django.db import models


class SealedField(models.BinaryField):
    """A sealed value: the database holds ciphertext only. Values are anything JSON can write.

    Set and read through `SealedRecord.seal` and `SealedRecord.opened`; the attribute itself is the blob.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        kwargs.setdefault("default", None)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)


def encode(value: Any) -> bytes:
    """A value as the bytes that are sealed."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def decode(raw: bytes) -> Any:
    """The value those bytes hold."""
    return json.loads(raw)
