# SPDX-License-Identifier: Apache-2.0
"""After the whole thread: nothing she said lies on the disk of either organisation, however it might be written."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import zlib
from contextlib import closing

import pytest

from tejido.web.config.demo.scenes_handover import EXACT
from tejido.web.config.demo.scenes_intake import CANARIES, GIVEN, HER_PHONE, HER_WORDS, HIS_PHONE, SECOND, VIEW, WRITTEN
from tests.journeys.rehearsal import DATABASE, NODES, execute
from tests.journeys.sealed_eyes import ENCODINGS, needles, search, seen

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
