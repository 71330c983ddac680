# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recovery shares as people type them from paper: the key they bring back, or one clear line."""

from __future__ import annotations

from collections.abc import Sequence

from tejido.crypto import BadShares, BoxKey, join_shares, shares_needed
from tejido.vocabulary import BadInput


def key_of(shares: Sequence[str]) -> BoxKey:
    """The key that the shares bring back; raises `BadInput`."""
    try:
        return join_shares(shares)
    except BadShares as problem:
        raise _said(problem) from None


def needed(share: str) -> int:
    """How many shares its set needs; raises `BadInput`."""
    try:
        return shares_needed(share)
    except BadShares as problem:
        raise _said(problem) from None


def _said(problem: BadShares) -> BadInput:
    en, es = _WORDS[problem.reason]
    where = f"recover, share {problem.share}" if problem.share else "recover"
    return BadInput(f"shares.{problem.reason}", en=en, es=es, where=where)


_WORDS = {
    "share": (
        "not the 33 words of a share; look for a slip: the last words tell whether the others are right",
        "no son las 33 palabras de una parte; revise si hay un error: las últimas dicen si las demás están bien",
    ),
    "twice": ("the same share twice; expected another", "la misma parte dos veces; se esperaba otra"),
    "strangers": (
        "of another set: these shares were not printed together",
        "de otro juego: estas partes no se imprimieron juntas",
    ),
    "few": ("more shares are needed", "hacen falta más partes"),
}
