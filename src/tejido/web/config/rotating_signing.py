# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pin of the organisation's signing key: a new one is typed here, and the old one goes once nothing needs it.

An administrator makes the key; its public half comes from her screen and never from the database, else whoever writes
the database would choose who signs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tejido.crypto import VerifyKey
from tejido.vocabulary import BadInput
from tejido.web.config.live_keys import read_keys
from tejido.web.config.making import at_the_database, changing, write_environment

VERIFY = "TEJIDO_VERIFY_KEY"


def begin_signing(folder: Path, typed: str) -> tuple[VerifyKey, bool]:
    """Pin the key that was `typed`, before the one in use; it, and whether the one in use vouches for it.

    The key in use, typed again, takes the change back. Raises `BadInput` for what is no key, or where something is
    signed by the first of two pins already.
    """
    raw = _typed(typed)
    with changing(folder) as environment:
        kept = read_keys(VERIFY, environment[VERIFY])
        with at_the_database(environment):
            from tejido.web.accounts.signing_keys import change_under_way
            from tejido.web.security import audit
            from tejido.web.upkeep.signing_anew import standing

            if len(kept) == 2 and raw != kept[0] and (signed := standing().under[VerifyKey(kept[0])]):
                raise BadInput("signing.signed", en=f"{signed} are signed by the new key already: --finish",
                               es=f"{signed} ya tienen la firma de la llave nueva: --finish", where=VERIFY)  # fmt: skip
            change = change_under_way()
            write_environment(folder, environment | {VERIFY: _listed(raw, kept[-1])})
            audit.record("keys.rotated", by=None, kind="signing")
    return VerifyKey(raw), raw == kept[-1] or (change is not None and change.key().raw == raw)


def end_signing(folder: Path) -> bool:
    """Forget the old pin and delete the old private half. False if no change was begun.

    Raises `BadInput` that says what still stands under the old key.
    """
    with changing(folder) as environment:
        kept = read_keys(VERIFY, environment[VERIFY])
        with at_the_database(environment):
            from tejido.web.accounts.models import SigningKeyChange
            from tejido.web.accounts.signing_keys import signing_record_keys
            from tejido.web.security import audit

            came = SigningKeyChange.objects.filter(public=kept[0]).values("record_key")
            kept_here = signing_record_keys().filter(pk__in=came, grants__isnull=False).exists()
            if len(kept) == 2:
                _refuse_early(kept_here)
                write_environment(folder, environment | {VERIFY: kept[0].hex()})
            # Cut off here, the next call goes on. What follows the key in use stays: an administrator may have made it.
            follow = SigningKeyChange.objects.filter(before=kept[0]).values("record_key")
            old = signing_record_keys().exclude(pk__in=came).exclude(pk__in=follow)
            if not kept_here or not old.exists():
                return len(kept) == 2
            old.delete()
            audit.record("keys.rotated", by=None, kind="signing_ended")
    return True


def signing_findings() -> Iterator[str]:
    """What is not as it is when no change of the signing key is under way."""
    from tejido.web.accounts.keys import organisation_keys
    from tejido.web.accounts.signing_keys import change_under_way
    from tejido.web.upkeep.signing_anew import standing

    keys, found = organisation_keys(), standing()
    if len(keys) > 1 or change_under_way():
        yield f"rotate-keys signing --finish ({found.older(keys)})"
    yield from found.nobodys


def _refuse_early(kept_here: bool) -> None:
    from tejido.web.accounts.keys import organisation_keys
    from tejido.web.upkeep.signing_anew import standing

    if not kept_here:
        raise BadInput("signing.unknown", en="the key that was entered is none that is kept here; enter the right one",
                       es="la llave que se anotó no es ninguna de las guardadas aquí; anote la correcta",
                       where=VERIFY)  # fmt: skip
    if left := standing().older(organisation_keys()):
        raise BadInput(
            "signing.waiting",
            en=f"{left} are signed by the old key only; an administrator signs everything anew first (Signing key)",
            es=f"{left} solo tienen la firma de la llave anterior; antes, administración firma todo de nuevo "
            "(Llave de firma)",
            where=VERIFY,
        )


def _listed(*keys: bytes) -> str:
    return ",".join(key.hex() for key in dict.fromkeys(keys))


def _typed(text: str) -> bytes:
    try:
        raw = bytes.fromhex("".join(text.split()))
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise BadInput("signing.key", en="expected the new key's 64 hex digits, as an administrator sees them "
                       "(Members, Signing key)", es="se esperaban los 64 dígitos hexadecimales de la llave nueva, como "
                       "los ve administración (Integrantes, Llave de firma)", where="KEY")  # fmt: skip
    return raw
