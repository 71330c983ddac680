# SPDX-License-Identifier: Apache-2.0
"""`tejido edition`: figures made ready to be published, and an edition looked at as a stranger would."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tejido.cli.wording import language_option
from tejido.crypto import VerifyKey
from tejido.statistics.contributors import Contributor
from tejido.statistics.editions import (
    MANIFEST,
    keep_counts,
    make_edition,
    published_before,
    read_edition,
    read_sign_offs,
    salt_in,
    verify,
    write_edition,
)
from tejido.statistics.editions.writing import check_free
from tejido.statistics.sheet_file import published_sheet
from tejido.vocabulary import BadInput, Language, Words

_WORDS: dict[str, Words] = {
    "sound": {"en": "Nothing is wrong with {id}.", "es": "Nada está mal en {id}."},
    "key": {"en": "Signed with the key {key}: compare it with the organisation's own.",
            "es": "Firmada con la llave {key}: compárela con la de la organización."},
}  # fmt: skip
_earlier = click.option("--earlier", "before", multiple=True, type=click.Path(path_type=Path), metavar="OUT",
                        help="An edition or sheet published before; give it once for each.")  # fmt: skip


@click.group()
def edition() -> None:
    """Editions: published once, signed by two, made again byte for byte."""


@edition.command()
@click.argument("sheet", type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="Gets the edition.")
@_earlier
@click.option("--private", required=True, type=click.Path(path_type=Path), metavar="DIR",
              help="Keeps the exact counts and why each cell is hidden; never publish it.")  # fmt: skip
@click.option("--k", type=click.IntRange(min=2), default=11, show_default=True, help="Least count that may be printed.")
@click.option("--knows", "held", multiple=True, type=click.Path(path_type=Path), metavar="TABLES",
              help="What a partner holds itself: a sheet built from its own records with --protect none.")  # fmt: skip
@click.option("--replaces", type=click.Path(path_type=Path), metavar="OUT", help="The edition that this one corrects.")
@click.option("--because-en", default="", help="Why it was wrong, in English.")
@click.option("--because-es", default="", help="Why it was wrong, in Spanish.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def build(
    sheet: Path, out: Path, before: tuple[Path, ...], private: Path, k: int, held: tuple[Path, ...],
    replaces: Path | None, because_en: str, because_es: str, as_json: bool,
) -> None:  # fmt: skip
    """Make an edition of exact counts: SHEET is what `factsheet build --protect none --internal` wrote."""
    check_free(out)
    counted = published_sheet(sheet)
    salt = salt_in(private, counted)
    made = make_edition(
        counted,
        salt=salt,
        k=k,
        earlier=[published_before(path) for path in before],
        partners=[Contributor.of(published_sheet(path)) for path in held],
        replaces=published_before(replaces) if replaces else None,
        because={"en": because_en, "es": because_es} if replaces else None,
    )
    files = write_edition(made, out)
    keep_counts(made, counted, salt, files[MANIFEST], private)
    if as_json:
        click.echo(files[MANIFEST].decode())
    else:
        click.echo("\n".join(str(out / name) for name in files))


@edition.command("verify")
@click.argument("out", type=click.Path(path_type=Path))
@_earlier
@click.option("--key", metavar="HEX", help="The organisation's signing key, as it publishes it.")
@click.option("--draft", is_flag=True, help="Nobody has signed yet: look at the rest.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@language_option
@click.pass_context
def verify_edition(
    context: click.Context, out: Path, before: tuple[Path, ...], key: str | None, draft: bool, as_json: bool,
    language: Language,
) -> None:  # fmt: skip
    """Check every file, make it again, check who signed, and attack it. Exit 0: sound; 1: not; 2: not readable."""
    found = read_edition(out)
    findings = verify(found, earlier=[published_before(path) for path in before], organisation=_key(key), draft=draft)
    signed = read_sign_offs(found.signatures) if found.signatures else None
    if as_json:
        told = {"edition": found.edition.id, "findings": [one.as_json() for one in findings]}
        click.echo(json.dumps(told | {"key": signed.key if signed else None}, ensure_ascii=False))
    else:
        for one in findings:
            click.echo(one.line(language))
        if not findings:
            click.echo(_WORDS["sound"][language].format(id=found.edition.id))
            if signed and not key:
                said = VerifyKey(bytes.fromhex(signed.key)).fingerprint
                click.echo(_WORDS["key"][language].format(key=said))
    if findings:
        context.exit(1)


def _key(text: str | None) -> VerifyKey | None:
    if text is None:
        return None
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise BadInput("edition.key", en="expected 64 hex digits", es="se esperaban 64 dígitos hexadecimales",
                       where="--key")  # fmt: skip
    return VerifyKey(raw)
