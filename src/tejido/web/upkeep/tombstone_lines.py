# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tombstones as a file keeps them: one line each, in JSON, signed by the node's transport key and chained.

None can be left out, altered or put in between; only the end can be cut off, and whoever knows a later one sees it.
Reading needs no database.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from tejido.crypto import BadSignature, Verifier
from tejido.vocabulary import BadInput

FILE = "tombstones"
NO_TOMBSTONE = "0" * 64
DOMAIN = b"tejido/tombstone/1\x00"


@dataclass(frozen=True)
class Line:
    """One tombstone as it is kept."""

    entry: dict[str, Any]
    digest: str
    signature: str

    @property
    def number(self) -> int:
        """Its place in the list."""
        return int(self.entry["number"])

    def encode(self) -> bytes:
        """A line of the file."""
        kept = {"entry": self.entry, "digest": self.digest, "signature": self.signature}
        return json.dumps(kept, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def read_lines(raw: bytes, transport: Verifier, *, where: str) -> list[Line]:
    """The list as a file has it, once every link and signature holds; raises `BadInput`."""
    found: list[Line] = []
    for number, text in enumerate(raw.splitlines(), 1):
        try:
            kept = json.loads(text)
            line = Line(kept["entry"], kept["digest"], kept["signature"])
            transport.verify(DOMAIN + line.digest.encode(), bytes.fromhex(line.signature))
            held = line.number == number and digest_of(line.entry) == line.digest
            held = held and line.entry["before"] == (found[-1].digest if found else NO_TOMBSTONE)
        except (BadSignature, ValueError, KeyError, TypeError):
            held = False
        if not held:
            raise BadInput("tombstones.altered", en=f"tombstone {number} was altered, left out or is not of this node",
                           es=f"el registro {number} se alteró, falta o no es de esta organización",
                           where=where)  # fmt: skip
        found.append(line)
    return found


def digest_of(entry: dict[str, Any]) -> str:
    """SHA-256 over an entry, in which the digest of the one before stands."""
    written = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(DOMAIN + written.encode()).hexdigest()
