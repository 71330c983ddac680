# SPDX-License-Identifier: Apache-2.0
"""A stolen disk: nothing she said lies on it, however it came in and however it might be written.

First after the whole thread between two organisations; then after somebody wrote into every field of every form of
every page and into everything around them, on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from tejido.web.config.demo.scenes_handover import EXACT
from tejido.web.config.demo.scenes_intake import CANARIES, GIVEN, HER_PHONE, HER_WORDS, HIS_PHONE, SECOND, VIEW, WRITTEN
from tejido.web.config.demo.visitor import Visitor
from tejido.web.config.processes import DOORS
from tests import postgresql
from tests.journeys.planting import (
    NAME,
    PHONE,
    RARE,
    plant_around_forms,
    plant_as_a_sign_in,
    plant_in_a_crash,
    plant_in_files,
    plant_in_forms,
    planted_node,
)
from tests.journeys.planting import WORDS as PLANTED_WORDS
from tests.journeys.rehearsal import DATABASE, NODES, execute
from tests.journeys.sealed_eyes import ENCODINGS, needles, search, seen
from tests.web.test_pages_axe import PAGES

pytestmark = pytest.mark.slow
# "de la Cruz" is a name of the invented world as well, "María Guadalupe" of its services' people: whole phrases only.
WORDS = (*CANARIES, WRITTEN, HER_WORDS, VIEW, EXACT, f"{GIVEN} de la Cruz", SECOND, HER_PHONE, HIS_PHONE,
         "Después de las 22 h", "Retención por deuda", "Solo mensajes, domingos", "Citlali", "Abundio")  # fmt: skip


@pytest.mark.parametrize("how", ENCODINGS)
@pytest.mark.parametrize("word", [*CANARIES, HER_WORDS])
def test_the_eyes_see_every_word_however_it_is_written(word, how):
    try:
        planted = ENCODINGS[how](f"before {word} after")
    except UnicodeEncodeError:
        pytest.skip("this alphabet cannot write it")
    around = b"" if how == "deflate" else b"\x00 something else \xff"
    assert {seen_word for seen_word, _how in seen(around + planted + around, WORDS)} >= {word}


def test_the_eyes_see_nothing_where_nothing_is():
    assert not seen(b"x" * 1000 + zlib.compress(b"nothing of the kind") + bytes(range(256)) * 50, WORDS)
    assert all(len(needle) >= 7 for word in WORDS for needle in needles(word).values())


def _packed(folder, table: str, words) -> set[str]:
    """Words in values that are bare deflate streams."""
    found = set()
    for row in execute(folder, f"select * from {table}"):
        for value in row:
            if isinstance(value, bytes):
                opener = zlib.decompressobj(wbits=-15)
                with contextlib.suppress(zlib.error):
                    text = opener.decompress(value, 100_000)
                    found |= {word for word in words if word.encode() in text}
    return found


def test_nothing_she_said_is_on_either_disk(rehearsal):
    folders = [rehearsal.left / code for code in NODES]
    for folder in folders:
        assert {"node.sqlite3", "node.sqlite3-wal", "node.env", "staff.log", "public.log", "partners.log",
                "worker.log"} <= {path.name for path in folder.iterdir()}  # fmt: skip
        # There is a journal to look into, and a log was written by someone.
        assert (folder / "node.sqlite3-wal").stat().st_size > 0
    assert rehearsal.temporary.is_dir()
    assert search([*folders, rehearsal.temporary], WORDS) == {}


@pytest.mark.parametrize("code", NODES)
def test_no_value_of_any_table_holds_what_she_said(rehearsal, code):
    # Value by value, so that a word split over two pages of the file, or a page that is compressed, hides nothing.
    tables = [row[0] for row in execute(rehearsal.left / code, "select name from sqlite_master where type = 'table'")]
    assert {"django_session", "django_tasks_database_dbtaskresult", "security_auditentry", "intake_contact"} <= set(
        tables
    )
    assert execute(rehearsal.left / code, "select count(*) from django_session")[0][0] > 0
    assert execute(rehearsal.left / code, "select count(*) from django_tasks_database_dbtaskresult")[0][0] > 0
    for table in tables:
        values = b"\x00".join(
            value if isinstance(value, bytes) else str(value).encode()
            for row in execute(rehearsal.left / code, f"select * from {table}") for value in row if value is not None
        )  # fmt: skip
        assert not seen(values, WORDS), table
        assert not _packed(rehearsal.left / code, table, WORDS), table


def test_planted_in_a_copy_every_way_of_writing_is_found(rehearsal, tmp_path):
    planted = {how: f"Canario-{place:02}-Xochitl" for place, how in enumerate(ENCODINGS)}
    for code in NODES:
        shutil.copytree(rehearsal.left / code, tmp_path / code)
    with closing(sqlite3.connect(tmp_path / "us" / DATABASE)) as connection:
        connection.execute("create table careless (said blob)")
        for how, word in planted.items():
            connection.execute("insert into careless values (?)", (ENCODINGS[how](f"so {word} went on"),))
        connection.commit()
    with (tmp_path / "mx" / "staff.log").open("ab") as file:
        for how, word in planted.items():
            file.write(b" said: " + ENCODINGS[how](f"so {word} went on"))
    found = search([tmp_path], planted.values())
    # Bare deflate has no mark to begin at: it is looked for value by value, where each begins.
    marked = set(planted.values()) - {planted["deflate"]}
    for code in NODES:
        assert {word for path, what in found.items() if f"/{code}/" in path for word, _how in what} == marked
    assert _packed(tmp_path / "us", "careless", list(planted.values())) == {planted["deflate"]}


ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.skipif(
    postgresql.programs() is None, reason="PostgreSQL's server is not installed here"))]  # fmt: skip


@pytest.fixture(scope="module", params=ENGINES)
def stolen(request, tmp_path_factory):
    """What a thief carries off: the node's folder, its temporary files, the cluster; the node still at work."""
    folder = tmp_path_factory.mktemp(request.param)
    with planted_node(folder, on_postgresql=request.param == "postgresql") as planted:
        for page in PAGES:
            if page.door == "staff" and page.login and "/logout/" not in page.path:
                path = page.path.format(**planted.seeded)
                plant_in_forms(planted, planted.signed_in(page.login), path)
        for path in ("/", "/write/"):
            plant_in_forms(planted, Visitor(planted.at("public")), path)
        for door in DOORS:
            plant_around_forms(planted, door)
        plant_as_a_sign_in(planted)
        plant_in_files(planted)
        planted.ways["answer to the crash"] = plant_in_a_crash(planted)
        stores = [planted.folder, planted.temporary]
        if planted.database:
            planted.execute("checkpoint")
            stores.append(Path(planted.execute("show data_directory")[0][0]).parent)
        left = tmp_path_factory.mktemp(f"stolen-{request.param}") / "left"
        for number, store in enumerate(stores):
            shutil.copytree(store, left / str(number), ignore=_sockets, ignore_dangling_symlinks=True,
                            copy_function=_copied_if_there)  # fmt: skip
        yield planted, left


def _sockets(folder, names):
    return [name for name in names if (Path(folder) / name).is_socket()]


def _copied_if_there(source: str, copy: str) -> None:
    """The node is at work: what it takes away between the listing and the copying, no thief finds either."""
    with contextlib.suppress(FileNotFoundError):
        shutil.copy2(source, copy)


def test_it_was_planted_in_every_way(stolen):
    planted, _left = stolen
    forms = [way for way in planted.ways if way.startswith("form ")]
    assert len(forms) > 25, sorted(planted.ways)
    for wanted in ("/write/", "/cases/*/persons/new/", "/cases/*/notes/new/", "/cases/*/releases/new/", "/cases/find/",
                   "/cases/*/places/new/", "/cases/*/referrals/new/", "/services/new/", "/releases/new/"):  # fmt: skip
        assert any(wanted in way for way in forms), (wanted, forms)
    assert planted.ways["answer to the crash"] in (500, 503)
    assert planted.ways["file"] == 2
    assert {"sign-in", "crash", "public POST /write/", "staff GET /?q=%C3%9", "partners POST /messages"} <= set(
        planted.ways
    )
    # It truly went in: some of it is there to be read by whoever may.
    chen = planted.signed_in("chen")
    assert NAME in chen.get(f"/cases/{planted.seeded['case']}/").text


def test_nothing_planted_is_on_the_disk(stolen):
    _planted, left = stolen
    assert search([left], PLANTED_WORDS) == {}


def test_planted_in_a_copy_of_every_store_it_is_found_however_written(stolen, tmp_path):
    _planted, left = stolen
    stores = [path for path in left.rglob("*") if path.is_file() and path.stat().st_size > 0]
    kinds = {_kind(path): path for path in stores}
    assert {"log", "database"} <= set(kinds), kinds
    for place, (kind, path) in enumerate(sorted(kinds.items())):
        body = path.read_bytes()[:50_000]
        for how, write in ENCODINGS.items():
            for word in (NAME, PHONE[4:], RARE):
                try:
                    said = write(word if how == "deflate" else f"so {word} went on")
                except UnicodeEncodeError:
                    continue
                copy = tmp_path / f"{place} {how}"
                copy.write_bytes(said if how == "deflate" else body + said + body[:100])
                assert word in {found for found, _how in seen(copy.read_bytes(), PLANTED_WORDS)}, (kind, how, word)


def _kind(path: Path) -> str:
    name = path.name
    if "pg_wal" in path.parts:
        return "write-ahead log"
    if "base" in path.parts or name.startswith("node.sqlite3"):
        return "database" if not name.endswith(("-wal", "-shm")) else name
    return "log" if name.endswith(".log") or name == "log" else path.suffix or name
