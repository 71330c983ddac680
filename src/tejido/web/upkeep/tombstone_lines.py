# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tombstones as a file keeps them: one line each, in JSON, signed by the node's transport key and chained.

None can be left out, altered or put in between; only the end can be cut off, and whoever knows a later one sees it.
Behind the last stands when that list was the whole of it, signed too: a copy says how old it is, and a list that was
cut has no such date. Reading needs no database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tejido.crypto import BadSignature, SigningKey, Verifier
from tejido.vocabulary import BadInput

FILE = "tombstones"
NO_TOMBSTONE = "0" * 64
DOMAIN = b"tejido/tombstone/1\x00"
_DATE_DOMAIN = b"tejido/tombstones-as-of/1\x00"
_AS_OF = b'{"as_of":'


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
    for number, text in enumerate(chain_of(raw).splitlines(), 1):
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


def chain_of(raw: bytes) -> bytes:
    """The lines of a file without the date behind them."""
    last = raw.rstrip(b"\n").rfind(b"\n") + 1
    return raw[:last] if raw.startswith(_AS_OF, last) else raw


def date_line(lines: Sequence[Line], now: datetime, transport: SigningKey) -> bytes:
    """The last line of a file: at `now` these were all there were."""
    at = now.isoformat(timespec="seconds")
    signature = transport.sign(_dated(lines, at)).hex()
    return _AS_OF + json.dumps(at).encode() + b',"signature":' + json.dumps(signature).encode() + b"}\n"


def date_of(raw: bytes, lines: Sequence[Line], transport: Verifier | None) -> datetime | None:
    """When `lines`, those of the file, were all there were; None if no date of ours stands behind them.

    Without `transport` the signature is not looked at.
    """
    try:
        kept = json.loads(raw[len(chain_of(raw)) :])
        at = datetime.fromisoformat(kept["as_of"])
        if transport is not None:
            transport.verify(_dated(lines, kept["as_of"]), bytes.fromhex(kept["signature"]))
    except (BadSignature, ValueError, KeyError, TypeError):
        return None
    return at if at.tzinfo else None


def _dated(lines: Sequence[Line], at: str) -> bytes:
    return _DATE_DOMAIN + f"{at} {len(lines)} {lines[-1].digest if lines else NO_TOMBSTONE}".encode()


def digest_of(entry: dict[str, Any]) -> str:
    """SHA-256 over an entry, in which the digest of the one before stands."""
    written = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(DOMAIN + written.encode()).hexdigest()
