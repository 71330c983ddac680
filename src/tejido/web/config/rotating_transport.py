# SPDX-License-Identifier: AGPL-3.0-or-later
"""A new transport key: our card tells it first, then it signs. What earlier ones signed stays ours."""

from __future__ import annotations

from pathlib import Path

from tejido.crypto import SigningKey
from tejido.web.config.live_keys import read_keys
from tejido.web.config.making import at_the_database, changing, write_environment
from tejido.web.config.transport_keys import EARLIER, TRANSPORT, earlier_keys


def begin_transport(folder: Path) -> None:
    """The next key stands on our card from now on; the present one goes on signing. Called again, nothing changes."""
    with changing(folder) as environment:
        kept = read_keys(TRANSPORT, environment[TRANSPORT])
        if len(kept) == 1:
            kept = (SigningKey.generate().raw, *kept)
            write_environment(folder, environment | {TRANSPORT: ",".join(key.hex() for key in kept)})
            _noted(environment, "transport")


def end_transport(folder: Path) -> bool:
    """The next key signs from now on; of the one before, the public half is kept. False if none was begun."""
    with changing(folder) as environment:
        kept = read_keys(TRANSPORT, environment[TRANSPORT])
        if len(kept) == 1:
            return False
        new, old = kept
        earlier = (SigningKey(old).verify_key.raw, *earlier_keys(environment))
        fresh = {TRANSPORT: new.hex(), EARLIER: ",".join(key.hex() for key in earlier)}
        write_environment(folder, environment | fresh)
        _noted(environment, "transport_ended")
    return True


def _noted(environment: dict[str, str], kind: str) -> None:
    with at_the_database(environment):
        from tejido.web.security import audit

        audit.record("keys.rotated", by=None, kind=kind)
