# SPDX-License-Identifier: Apache-2.0
"""Looks at an edition as a stranger would: every byte accounted for, made again, signed by two, and nothing falls."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tejido.crypto import Verifier, VerifyKey
from tejido.statistics.editions.contents import MANIFEST, SIGNATURES, contents, digest
from tejido.statistics.editions.edition import sheet_digest
from tejido.statistics.editions.making import Published
from tejido.statistics.editions.reading import EditionFolder
from tejido.statistics.editions.signing import SCHEMA, SignOff, SignOffs, fallen
from tejido.vocabulary import BadInput, Language, Words

_WORDS: dict[str, Words] = {
    "missing": {"en": "listed in the manifest, and not there", "es": "está en el manifiesto, y no está ahí"},
    "changed": {"en": "is not the file that was signed", "es": "no es el archivo que se firmó"},
    "unlisted": {"en": "there, and not in the manifest", "es": "está ahí, y no en el manifiesto"},
    "not_rebuilt": {"en": "this version makes other bytes of these figures",
                    "es": "esta versión hace otros bytes de estas cifras"},
    "unsigned": {"en": "nobody has signed it", "es": "nadie la ha firmado"},
    "other_manifest": {"en": "the signatures are over another manifest", "es": "las firmas son de otro manifiesto"},
    "bad_form": {"en": "not the form of sign-offs", "es": "no tiene la forma de las firmas"},
    "signed_twice": {"en": "the same person signed twice", "es": "la misma persona firmó dos veces"},
    "bad_signature": {"en": "a signature does not hold", "es": "una firma no es válida"},
    "too_few_signed": {"en": "two different people must sign", "es": "deben firmar dos personas distintas"},
    "earlier_missing": {"en": "published before, and not given: add --earlier",
                        "es": "publicada antes, y no dada: agregue --earlier"},
    "fell": {"en": "what is hidden here can be worked out", "es": "lo oculto aquí se puede deducir"},
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and where."""

    rule: str
    where: str

    def line(self, language: Language) -> str:
        """As it is printed."""
        return f"{self.where}: {_WORDS[self.rule][language]}" if self.where else _WORDS[self.rule][language]

    def as_json(self) -> dict[str, object]:
        """As `--json` prints it."""
        return {"rule": self.rule, "where": self.where, "reason": _WORDS[self.rule]}


def verify(
    found: EditionFolder, *, earlier: Sequence[Published] = (), organisation: Verifier | None = None,
    draft: bool = False,
) -> list[Finding]:  # fmt: skip
    """Everything that is wrong with it; `organisation`: the key that must have signed, else the one it names itself.

    `draft`: it is not signed yet, and need not be.
    """
    return [
        *_files(found),
        *_made_again(found),
        *([] if draft else _signatures(found, organisation)),
        *_earlier(found, earlier),
        *(Finding("fell", place) for place in fallen(found.edition.sheet, earlier=[one.sheet for one in earlier])),
    ]


def _files(found: EditionFolder) -> Iterator[Finding]:
    listed = found.manifest["files"]
    for name, sha in listed.items():
        if name not in found.files:
            yield Finding("missing", name)
        elif digest(found.files[name]) != sha:
            yield Finding("changed", name)
    for name in found.files:
        if name not in listed and name not in (MANIFEST, SIGNATURES):
            yield Finding("unlisted", name)


def _made_again(found: EditionFolder) -> Iterator[Finding]:
    try:
        again = contents(found.edition)
    except (BadInput, KeyError, ValueError, TypeError):  # a sheet no definition knows makes nothing
        yield Finding("not_rebuilt", MANIFEST)
        return
    for name, made in again.items():
        if found.files.get(name) != made:
            yield Finding("not_rebuilt", name)


def _signatures(found: EditionFolder, organisation: Verifier | None) -> Iterator[Finding]:
    if found.signatures is None:
        yield Finding("unsigned", "")
        return
    signed = read_sign_offs(found.signatures)
    if signed is None:
        yield Finding("bad_form", SIGNATURES)
        return
    if signed.manifest != digest(found.files[MANIFEST]):
        yield Finding("other_manifest", SIGNATURES)
    for rule, _signer in signed.problems(organisation or VerifyKey(bytes.fromhex(signed.key))):
        yield Finding(rule, SIGNATURES)


def read_sign_offs(raw: bytes) -> SignOffs | None:
    """The detached manifest; None where it is not exactly what was written."""
    try:
        body = json.loads(raw)
        made = SignOffs(
            body["manifest"], body["organisation"], body["key"],
            tuple(SignOff(one["signer"], one["signed_on"], one["signature"]) for one in body["sign_offs"]),
        )  # fmt: skip
        bytes.fromhex(made.key)
        return made if body["schema"] == SCHEMA and made.encode() == raw else None
    except (ValueError, KeyError, TypeError):
        return None


def _earlier(found: EditionFolder, earlier: Sequence[Published]) -> Iterator[Finding]:
    given = {sheet_digest(one.sheet) for one in earlier}
    for one in found.edition.earlier:
        if one.sheet not in given:
            yield Finding("earlier_missing", one.edition or one.window)
