# SPDX-License-Identifier: Apache-2.0
"""Two people sign an edition, and neither can while anything in it falls.

The organisation's key signs each sign-off, at the hand of a member whose keys open it. A signer stands there as a code:
who works at a hotline is nobody's business outside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tejido.crypto import BadSignature, SigningKey, Verifier
from tejido.statistics.contributors import Contributor
from tejido.statistics.disclosure.facts import Interval
from tejido.statistics.disclosure.publications import Place, attack_sheets
from tejido.statistics.editions.edition import canonical, printed
from tejido.statistics.sheet import Sheet
from tejido.vocabulary import BadInput

SCHEMA = "tejido.sign-offs/1"
NEEDED = 2


@dataclass(frozen=True)
class SignOff:
    """One person's word that this edition may go out."""

    signer: str
    signed_on: str
    signature: str

    def as_json(self) -> dict[str, str]:
        """As `signatures.json` holds it."""
        return {"signer": self.signer, "signed_on": self.signed_on, "signature": self.signature}


@dataclass(frozen=True)
class SignOffs:
    """The detached manifest: what was signed, by whose key, and every sign-off over it."""

    manifest: str
    organisation: str
    key: str
    sign_offs: tuple[SignOff, ...]

    def encode(self) -> bytes:
        """The bytes of `signatures.json`."""
        head: dict[str, Any] = {"schema": SCHEMA, "manifest": self.manifest, "organisation": self.organisation}
        return printed(head | {"key": self.key, "sign_offs": [one.as_json() for one in self.sign_offs]})

    @property
    def complete(self) -> bool:
        """Whether enough different people signed."""
        return len({one.signer for one in self.sign_offs}) >= NEEDED

    def problems(self, organisation: Verifier) -> list[tuple[str, str]]:
        """What is wrong with each sign-off: (rule, signer); nothing where all hold and two people signed."""
        found = []
        for place, one in enumerate(self.sign_offs):
            if any(one.signer == other.signer for other in self.sign_offs[:place]):
                found.append(("signed_twice", one.signer))
            try:
                message = statement(self.manifest, self.organisation, one.signer, one.signed_on)
                organisation.verify(message, bytes.fromhex(one.signature))
            except (BadSignature, ValueError):
                found.append(("bad_signature", one.signer))
        if not self.complete:
            found.append(("too_few_signed", ""))
        return found


def statement(manifest: str, organisation: str, signer: str, signed_on: str) -> bytes:
    """What is signed: the manifest's hash, in whose name, by whom and on what day."""
    said = {"manifest": manifest, "organisation": organisation, "signer": signer, "signed_on": signed_on}
    return b"tejido/edition-sign-off/1\x00" + canonical(said)


def sign_off(
    *, sheet: Sheet, manifest: str, earlier: Sequence[Sheet], signing: SigningKey, organisation: str, signer: str,
    signed_on: date, before: Sequence[SignOff] = (), partners: Sequence[Contributor] = (),
) -> SignOff:  # fmt: skip
    """One more sign-off over `manifest`, its SHA-256; `earlier` must be everything that was published before.

    Raises `BadInput` where the same person signed before, and where a hidden cell falls: it names the place alone.
    """
    refuse_twice(signer, before)
    refuse_fallen(sheet, earlier=earlier, partners=partners)
    return signed(manifest=manifest, signing=signing, organisation=organisation, signer=signer, signed_on=signed_on)


def signed(*, manifest: str, signing: SigningKey, organisation: str, signer: str, signed_on: date) -> SignOff:
    """The signature alone, for whoever had `refuse_twice` and `refuse_fallen` look at what the manifest names."""
    day = signed_on.isoformat()
    signature = signing.sign(statement(manifest, organisation, signer, day))
    return SignOff(signer, day, signature.hex())


def refuse_twice(signer: str, before: Sequence[SignOff]) -> None:
    """Raises `BadInput` where the same person signed before."""
    if any(one.signer == signer for one in before):
        raise BadInput("edition.signed_twice", en="the second signature must be another person's",
                       es="la segunda firma debe ser de otra persona")  # fmt: skip


def refuse_fallen(sheet: Sheet, *, earlier: Sequence[Sheet] = (), partners: Sequence[Contributor] = ()) -> None:
    """Attack the sheet beside all earlier ones, as everyone and as each partner; raises `BadInput` if a cell falls."""
    fell = fallen(sheet, earlier=earlier, partners=partners)
    if fell:
        more = len(fell) - 5
        listed = "; ".join(fell[:5])
        and_more = {"en": f" and {more} more", "es": f" y {more} más"} if more > 0 else {"en": "", "es": ""}
        raise BadInput(
            "edition.fell",
            en=f"cannot be signed: what is hidden can be worked out at {listed}{and_more['en']}",
            es=f"no se puede firmar: se puede deducir lo oculto en {listed}{and_more['es']}",
        )


def fallen(sheet: Sheet, *, earlier: Sequence[Sheet] = (), partners: Sequence[Contributor] = ()) -> list[str]:
    """Places that fall with this sheet, by name; what earlier publications alone give away is past mending."""
    found: dict[str, None] = {}
    for knows in (None, *partners):
        fell = _fell([*earlier, sheet], knows)
        if fell and earlier:
            already = _fell(earlier, knows)
            fell = {place for place in fell if place not in already}
        found |= dict.fromkeys(sorted(map(place_name, fell)))
    return list(found)


def _fell(sheets: Sequence[Sheet], knows: Contributor | None) -> set[Place]:
    reading, attacked = attack_sheets(sheets, knows=knows)
    contradicted = {key for cells in attacked.inconsistent for key in cells}
    fell = {key for key in attacked.fell if key not in contradicted} | set(reading.given_away)
    return {key for key in fell if isinstance(key, Place)}


def intervals(sheet: Sheet, *, earlier: Sequence[Sheet] = ()) -> dict[tuple[str, str | None, str | None], Interval]:
    """From where to where a stranger can place each hidden cell of the sheet, beside all that was published before."""
    _reading, attacked = attack_sheets([*earlier, sheet], exact=True)
    return {
        (key.indicator, key.by, key.cell): interval
        for key, interval in attacked.intervals.items()
        if isinstance(key, Place) and key.edition == len(earlier)
    }


def place_name(place: Place) -> str:
    """The window, the table and the cell: `2017-07-01..2017-07-31 victims/gender/male`."""
    parts = [part for part in (place.indicator, place.by, place.cell) if part is not None]
    return f"{place.window} {'/'.join(parts)}"
