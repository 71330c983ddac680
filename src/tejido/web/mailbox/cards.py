# SPDX-License-Identifier: AGPL-3.0-or-later
"""An organisation's card: where its partner door is and which keys are its own. Public, and compared by voice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from django.conf import settings

from tejido.agreements import canonical_bytes, policy_packs
from tejido.crypto import BadSignature, PublicKey, SignedKey, UnsignedKey, VerifyKey, fingerprint, follows
from tejido.vocabulary import BadInput
from tejido.web.accounts.keys import newest_generation, organisation_keys, team_of
from tejido.web.accounts.models import Team
from tejido.web.accounts.signing_keys import earlier_keys

CARD_BYTES = 20_000
_KEYS = {"verify_key": 32, "transport_key": 32}  # bytes
_TEAMS = ("handover_key", "data_key")
_MOST_BEFORE = 20
_NEEDED = ("code", "name", "address", *_KEYS, *_TEAMS)


def our_card() -> dict[str, Any]:
    """What a partner must know of us. Raises `BadInput` while its team keys are signed by two different keys."""
    node = settings.TEJIDO
    teams = {"handover_key": _team_key(Team.Kind.CASES), "data_key": _team_key(Team.Kind.DATA)}
    verify_key = _signer_of(teams.values())
    return {
        "code": node.node,
        "name": dict(node.operator.name),
        "address": node.addresses["partners"],
        "pack": node.operator.pack,
        "regimes": list(node.operator.regimes),
        "verify_key": verify_key.raw.hex(),
        "verify_before": [
            {"key": bytes(came.before).hex(), "signature": bytes(came.signature).hex()}
            for came in islice(earlier_keys(verify_key), _MOST_BEFORE)
        ],
        "transport_key": node.transport.published.raw.hex(),
        **teams,
    }


def _signer_of(teams: Iterable[Mapping[str, str]]) -> VerifyKey:
    """The newest of our keys that signed all of `teams`: a card is good under one key."""
    signed = [team_key(each) for each in teams]
    for key in organisation_keys():
        try:
            for each in signed:
                each.checked(key)
        except UnsignedKey:
            continue
        return key
    raise BadInput(
        "card.signing",
        en="The signing key is being replaced: sign everything anew before you send the card.",
        es="Se está cambiando la llave de firma: firme todo de nuevo antes de enviar la tarjeta.",
    )


def keys_before(card: Mapping[str, Any]) -> list[VerifyKey]:
    """The signing keys the card's own came after, newest first, each by the word of the one before it."""
    key, before = VerifyKey(bytes.fromhex(card["verify_key"])), []
    for link in card.get("verify_before", ()):
        earlier = VerifyKey(bytes.fromhex(link["key"]))
        earlier.verify(follows(key), bytes.fromhex(link["signature"]))
        before.append(earlier)
        key = earlier
    return before


def _team_key(kind: Team.Kind) -> dict[str, str]:
    return key_column(newest_generation(team_of(kind).pk).signed_key())


def key_column(signed: SignedKey) -> dict[str, str]:
    """A team's key as a card or a partner's row holds it."""
    return {"owner": signed.owner, "public": signed.public.raw.hex(), "signature": signed.signature.hex(),
            "about": signed.about.hex()}  # fmt: skip


def card_fingerprint(card: Mapping[str, Any]) -> str:
    """What people compare by voice: of everything the card says."""
    return fingerprint(canonical_bytes(dict(card)))


def read_card(text: str) -> dict[str, Any]:
    """A partner's card as it was sent; raises `BadInput` for what is no whole card of another organisation."""
    try:
        card = json.loads(text) if len(text) <= CARD_BYTES else None
    except ValueError:
        card = None
    if not isinstance(card, dict):
        raise BadInput("card", en="This is not a card: paste its whole text, from { to }.",
                       es="Esto no es la tarjeta de una organización: pegue el texto completo, de { a }.")  # fmt: skip
    check_card(card)
    return card


def check_card(card: Mapping[str, Any]) -> None:
    """Return if the card is whole and its team keys are signed by its own signing key; raises `BadInput`."""
    missing = [name for name in _NEEDED if name not in card]
    missing += [name for name, length in _KEYS.items() if name in card and not _is_hex(card[name], length)]
    if missing or not str(card["address"]).startswith(("http://", "https://")) or not _is_name(card["name"]):
        raise _wrong(missing or ["address", "name"])
    if card["code"] == settings.TEJIDO.node:
        raise BadInput("card.own", en="This is the card of your own organisation.",
                       es="Esta es la tarjeta de su propia organización.")  # fmt: skip
    if card.get("pack", card["code"]) not in policy_packs():
        raise _wrong(["pack"])
    try:
        keys_before(card)
    except (BadSignature, KeyError, TypeError, ValueError):
        raise _wrong(["verify_before"]) from None
    for team in _TEAMS:
        try:
            team_key(card[team]).checked(VerifyKey(bytes.fromhex(card["verify_key"])))
        except (UnsignedKey, KeyError, TypeError, ValueError, AttributeError):
            raise _wrong([team]) from None


def team_key(column: Mapping[str, str]) -> SignedKey:
    """What `key_column` wrote."""
    public, signature, about = (bytes.fromhex(column[name]) for name in ("public", "signature", "about"))
    return SignedKey(column["owner"], PublicKey(public), signature, about)


def is_older(fresh: Mapping[str, str], known: Mapping[str, str]) -> bool:
    """Is `fresh` an earlier key of the same team than `known`?"""
    team, _, number = fresh["owner"].rpartition("/")
    same, _, newest = known["owner"].rpartition("/")
    return team == same and int(number) < int(newest)


def _is_hex(value: Any, length: int) -> bool:
    try:
        return len(bytes.fromhex(value)) == length
    except (TypeError, ValueError):
        return False


def _is_name(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(language), str) for language in ("en", "es"))


def _wrong(names: list[str]) -> BadInput:
    listed = ", ".join(names)
    return BadInput("card", en=f"Missing or wrong in this card: {listed}. Ask them to send it again.",
                    es=f"En esta tarjeta falta o está mal: {listed}. Pida que la envíen de nuevo.",
                    where="card")  # fmt: skip
