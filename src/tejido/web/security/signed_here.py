# SPDX-License-Identifier: AGPL-3.0-or-later
"""What this node itself signed, by digest, in the file `keys.signed` outside the database.

Many colleagues can open the organisation's signing key. One of them who writes the database too could sign a key of her
own as a team's or a member's; what no process of the node signed is not believed, whatever signature it bears.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from tejido.web.security.beside import keep_beside, kept_beside

FILE = "keys.signed"


def note_signed(statements: Mapping[str, bytes]) -> None:
    """Believe these statements from now on, each under its name: before they stand in the database.

    What was noted for that name before is believed still: a change may be undone, and done again.
    """

    def noted(kept: dict[str, list[str]]) -> dict[str, list[str]]:
        for name, statement in statements.items():
            kept[name] = list(dict.fromkeys([*kept.get(name, []), _digest(statement)]))
        return kept

    keep_beside(FILE, noted)


def signed_here(name: str, statement: bytes) -> bool:
    """Did a process of this node sign that?"""
    return _digest(statement) in kept_beside(FILE).get(name, ())


def none_noted() -> bool:
    """Is the file missing: a node of an earlier version, or somebody lost it?"""
    return not kept_beside(FILE)


def _digest(statement: bytes) -> str:
    return hashlib.sha256(statement).hexdigest()
