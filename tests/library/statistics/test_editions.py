# SPDX-License-Identifier: Apache-2.0
"""An edition: the same bytes again, every changed byte found, two people, and no signature while a cell falls."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.library.cli.conftest import Run
from tests.library.statistics.conftest import SALT, counted

from tejido.crypto import SigningKey
from tejido.statistics import Sheet, Window, protect
from tejido.statistics.editions import (
    Edition,
    EditionFolder,
    Made,
    Published,
    SignOffs,
    contents,
    digest,
    fallen,
    make_edition,
    read_edition,
    sign_off,
    verify,
    write_edition,
)
from tejido.statistics.editions.tables import COLUMNS, csv_files, plain
from tejido.tables.reading import Records
from tejido.vocabulary import BadInput

DAY = date(2017, 9, 1)
KEY = SigningKey(bytes(range(32)))
BECAUSE = {"en": "Two cases were counted twice.", "es": "Dos casos se contaron dos veces."}


@pytest.fixture(scope="module")
def written(first: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first edition in a folder, signed by two people."""
    out = tmp_path_factory.mktemp("editions") / "first"
    manifest = digest(write_edition(first, out)["manifest.json"])
    (out / "signatures.json").write_bytes(signed(first.edition, manifest).encode())
    return out


def signed(edition: Edition, manifest: str, signers: tuple[str, ...] = ("a1", "b2")) -> SignOffs:
    given = [
        sign_off(sheet=edition.sheet, manifest=manifest, earlier=[], signing=KEY, organisation="mx", signer=signer,
                 signed_on=DAY)
        for signer in signers
    ]  # fmt: skip
    return SignOffs(manifest, "mx", KEY.verify_key.raw.hex(), tuple(given))


def rules(found: EditionFolder, **more: object) -> set[str]:
    return {one.rule for one in verify(found, **more)}  # type: ignore[arg-type]


def test_same_counts_and_same_salt_make_the_same_bytes(june: Sheet, first: Made, written: Path) -> None:
    again = contents(make_edition(june, salt=SALT).edition)
    assert {name: (written / name).read_bytes() for name in again} == again
    assert {"en/sheet.pdf", "es/sheet.pdf", "sheet.json", "dictionary.csv", "manifest.json"} <= set(again)
    other = make_edition(june, salt=bytes(31) + b"\x01").edition
    assert other.snapshot != first.edition.snapshot, "small counts must not be found by hashing guesses"


def test_a_sound_edition_has_no_findings_and_one_key_holds(written: Path) -> None:
    found = read_edition(written)
    assert verify(found, organisation=KEY.verify_key) == []
    assert rules(found, organisation=SigningKey.generate().verify_key) == {"bad_signature"}
    assert rules(EditionFolder(found.edition, found.manifest, found.files | {"more.txt": b""})) == {"unlisted"}


def test_one_changed_byte_of_any_file_is_found(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tejido.statistics.editions import verifying

    found = read_edition(written)
    made = contents(found.edition)  # the same for every file but the sheet and the manifest: printed once here
    monkeypatch.setattr(verifying, "contents", lambda _edition: made)
    monkeypatch.setattr(verifying, "fallen", lambda *_args, **_more: [])
    for name, content in found.files.items():
        place = len(content) // 2
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        findings = verify(EditionFolder(found.edition, found.manifest, found.files | {name: changed}))
        assert findings, name
    for name in ("es/sheet.pdf", "tables/headline.csv"):
        rest = {path: content for path, content in found.files.items() if path != name}
        assert "missing" in rules(EditionFolder(found.edition, found.manifest, rest))


def test_a_figure_changed_with_its_hash_does_not_pass(written: Path, tmp_path: Path) -> None:
    """Whoever mends the manifest after the sheet still cannot make the other files follow, nor the signatures."""
    copy = tmp_path / "copy"
    for path in written.rglob("*"):
        if path.is_file():
            (copy / path.relative_to(written)).parent.mkdir(parents=True, exist_ok=True)
            (copy / path.relative_to(written)).write_bytes(path.read_bytes())
    sheet = (copy / "sheet.json").read_text("utf-8").replace('"value": 573', '"value": 574')
    before, after = digest((copy / "sheet.json").read_bytes()), digest(sheet.encode())
    (copy / "sheet.json").write_text(sheet, "utf-8")
    manifest = (copy / "manifest.json").read_text("utf-8")
    (copy / "manifest.json").write_text(manifest.replace(before, after), "utf-8")
    assert {"not_rebuilt", "other_manifest"} <= rules(read_edition(copy))


def test_one_person_cannot_sign_twice_and_one_is_not_enough(first: Made, written: Path) -> None:
    manifest = digest((written / "manifest.json").read_bytes())
    alone = signed(first.edition, manifest, ("a1",))
    with pytest.raises(BadInput, match="another person"):
        sign_off(sheet=first.edition.sheet, manifest=manifest, earlier=[], signing=KEY, organisation="mx", signer="a1",
                 signed_on=DAY, before=alone.sign_offs)  # fmt: skip
    assert alone.problems(KEY.verify_key) == [("too_few_signed", "")]
    twice = replace(alone, sign_offs=alone.sign_offs * 2)
    assert ("signed_twice", "a1") in twice.problems(KEY.verify_key)
    renamed = replace(alone, sign_offs=(*alone.sign_offs, replace(alone.sign_offs[0], signer="b2")))
    assert renamed.problems(KEY.verify_key) == [("bad_signature", "b2")]


def test_an_edition_that_forgets_an_earlier_one_cannot_be_signed(records: list[Records], first: Made) -> None:
    careless = protect(counted(records, "2017-07-31"), k=11)
    with pytest.raises(BadInput) as refused:
        sign_off(sheet=careless, manifest="0" * 64, earlier=[first.edition.sheet], signing=KEY, organisation="mx",
                 signer="a1", signed_on=DAY)  # fmt: skip
    for language in ("en", "es"):
        said = refused.value.line(language)  # type: ignore[arg-type]
        assert re.search(r" 2017-07-01\.\.2017-07-31 [a-z]+/[a-z_]+/[A-Za-z_]+[; ]", said)
        assert not re.search(r"(from|exactly|de|exactamente) \d", said), "the place, never the value"
    assert "2017-07-01..2017-07-31 traffickers/nationality/GT" in fallen(careless, earlier=[first.edition.sheet])


def test_reasons_tell_small_from_complementary_inside_and_nowhere_else(first: Made) -> None:
    by_cell = {(one["indicator"], one["by"], one["cell"]): one["reason"] for one in first.reasons}
    assert by_cell["traffickers", "gender", "gender_minority"] == "small"
    assert by_cell["traffickers", "gender", "unknown"] == "complementary"
    assert all(set(one) == {"indicator", "by", "cell", "reason"} for one in first.reasons)
    manifest = json.loads(contents_of_manifest(first))
    assert {one["reason"] for one in manifest["hidden"]} == {"confidential"}
    assert len(manifest["hidden"]) == len(first.reasons)


def contents_of_manifest(made: Made) -> bytes:
    from tejido.statistics.editions.contents import manifest_bytes

    return manifest_bytes(made.edition, csv_files(made.edition))


def test_a_correction_names_what_it_replaces_and_says_why(june: Sheet, first: Made) -> None:
    exact = june
    wrong = Published(first.edition.sheet, first.edition.head())
    made = make_edition(exact, salt=SALT, replaces=wrong, because=BECAUSE).edition
    assert (made.number, made.replaces) == (2, "2015-09-30_2017-06-30_1")
    assert made.head()["replaces"] == {"edition": "2015-09-30_2017-06-30_1", "because": BECAUSE}
    with pytest.raises(BadInput, match="says why"):
        make_edition(exact, salt=SALT, replaces=wrong, because={"en": "", "es": "x"})
    with pytest.raises(BadInput, match="keeps the period"):
        make_edition(
            replace(exact, window=Window.parse("2015-09-30..2017-07-31")), salt=SALT, replaces=wrong, because=BECAUSE
        )


def test_a_protected_sheet_is_no_count(first: Made) -> None:
    with pytest.raises(BadInput, match="exact counts"):
        make_edition(first.edition.sheet, salt=SALT)


def test_tables_say_what_is_confidential_and_start_no_formula(first: Made) -> None:
    files = csv_files(first.edition)
    assert len(files) == len(first.edition.tables) + 2
    rows = list(csv.DictReader(io.StringIO(files["tables/traffickers-gender.csv"].decode())))
    assert [(row["code"], row["count"], row["status"]) for row in rows if row["status"] == "C"] == [
        ("gender_minority", "", "C"), ("unknown", "", "C"),
    ]  # fmt: skip
    assert list(rows[0]) == list(COLUMNS)
    assert [plain(text) for text in ("=1+1", "-2", "@x", "+1", "\tx", "Hombres", None, 12)] == [
        "'=1+1", "'-2", "'@x", "'+1", "'\tx", "Hombres", "", "12",
    ]  # fmt: skip
    dictionary = list(csv.DictReader(io.StringIO(files["dictionary.csv"].decode())))
    assert {row["file"] for row in dictionary} == set(files) - {"dictionary.csv"}
    assert all(row["meaning_en"] and row["meaning_es"] for row in dictionary)


def test_the_command_line_builds_verifies_and_refuses(tejido: Run, june: Sheet, tmp_path: Path) -> None:
    exact, out, private = tmp_path / "sheet.json", tmp_path / "out", tmp_path / "private"
    exact.write_text(json.dumps(june.as_json()), "utf-8")
    build = ("edition", "build", exact, "-o", out, "--private", private)
    assert tejido(*build)[0] == 0
    manifest = (out / "manifest.json").read_bytes()
    assert tejido(*build)[0] == 0, "a draft may be made again"
    assert (out / "manifest.json").read_bytes() == manifest
    assert (private.stat().st_mode & 0o777, (private / "snapshot.json").stat().st_mode & 0o777) == (0o700, 0o600)
    assert tejido("edition", "verify", out, "--draft")[0] == 0
    code, said, _ = tejido("edition", "verify", out, "--language", "es")
    assert (code, said.strip()) == (1, "nadie la ha firmado")
    code, said, _ = tejido("release", "attack", out, "--json")
    assert (code, json.loads(said)["fell"], json.loads(said)["hidden"]) == (0, 0, 4)

    (out / "signatures.json").write_text("{}")
    code, _, told = tejido(*build)
    assert (code, told.count("\n")) == (2, 1), "what somebody signed is never replaced"
    (out / "manifest.json").write_text("{}")
    assert tejido("edition", "verify", out)[0] == 2
    assert tejido("edition", "verify", tmp_path)[0] == 2
    assert tejido("edition", "verify", out, "--key", "12")[0] == 2
