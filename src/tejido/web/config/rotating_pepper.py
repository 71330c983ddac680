# SPDX-License-Identifier: AGPL-3.0-or-later
"""A new pepper: each member's key goes under it when she next signs in, for nobody else can open it.

The old one stays until everyone has, or is given a new password.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from tejido.crypto import is_under
from tejido.vocabulary import BadInput
from tejido.web.config.live_keys import read_keys
from tejido.web.config.making import at_the_database, changing, write_environment

PEPPER = "TEJIDO_PEPPER"


def begin_pepper(folder: Path) -> list[str]:
    """From now on a new pepper is used first; returns who must still sign in. Called again, it only says who."""
    with changing(folder) as environment:
        kept = read_keys(PEPPER, environment[PEPPER])
        if len(kept) == 1:
            kept = (secrets.token_bytes(32), *kept)
            write_environment(folder, environment | {PEPPER: ",".join(key.hex() for key in kept)})
        with at_the_database(environment):
            from tejido.web.security import audit

            waiting = still_under_an_older(kept)
            audit.record("keys.rotated", by=None, kind="pepper", count=len(waiting))
    return waiting


def end_pepper(folder: Path) -> None:
    """Forget the old pepper. Raises `BadInput` that names whom it would lock out."""
    with changing(folder) as environment:
        kept = read_keys(PEPPER, environment[PEPPER])
        if len(kept) == 1:
            return
        with at_the_database(environment):
            from tejido.web.security import audit

            waiting = ", ".join(still_under_an_older(kept))
            if waiting:
                raise BadInput(
                    "pepper.waiting",
                    en=f"these could not sign in any more: {waiting}; let them sign in, or give them a new password",
                    es=f"estas personas ya no podrían entrar: {waiting}; que entren antes, o déles otra contraseña",
                    where=PEPPER,
                )
            audit.record("keys.rotated", by=None, kind="pepper_ended")
        write_environment(folder, environment | {PEPPER: kept[0].hex()})


def still_under_an_older(peppers: tuple[bytes, ...]) -> list[str]:
    """Logins of those who may sign in and have not, since the newest of two peppers."""
    from tejido.web.accounts.models import Member

    if len(peppers) == 1:
        return []
    active = Member.objects.filter(status=Member.Status.ACTIVE).order_by("login").values_list("login", "private_key")
    return [login for login, sealed in active if not is_under(sealed, peppers[0])]
