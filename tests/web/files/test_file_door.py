# SPDX-License-Identifier: Apache-2.0
"""Files through a staff door that truly runs: large, slow, broken off, killed; memory stays flat, nothing is left."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from tests.web.files.carried import CANARY
from tests.web.files.member import Member, door_process, memory_of
from tests.web.running_doors import running_doors

pytestmark = pytest.mark.own_database

PART = CANARY.encode() * 4096  # 64 KiB of canaries


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """The folder of a node and its doors."""
    folder = tmp_path_factory.mktemp("node")
    with running_doors(folder) as doors:
        yield folder, doors


@pytest.fixture(scope="module")
def chen(node):
    return Member(node[1], "chen")


def _media(folder):
    return sorted((folder / "media").iterdir()) if (folder / "media").exists() else []


def _rows(folder) -> int:
    with sqlite3.connect(f"file:{folder}/node.sqlite3?mode=ro", uri=True) as database:
        return database.execute("select count(*) from files_attachment").fetchone()[0]


def _clean(folder) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path.name


def test_a_large_file_comes_and_goes_in_constant_memory_with_nothing_in_clear(node, chen):
    folder, doors = node
    chen.add(iter([PART]), len(PART))  # everything is loaded once
    pid, count = door_process(doors), 800  # 50 MiB
    Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak counts from here
    before, summed = memory_of(pid, "VmRSS"), hashlib.sha256(PART * 0)

    def parts():
        for number in range(count):
            if number == count // 2:
                _clean(folder)  # half of it is there
            summed.update(PART)
            yield PART

    where = chen.add(parts(), count * len(PART))
    answer, _said = chen.send("GET", where)
    assert answer.status == 200
    token = chen.token(where)
    connection = chen.connect()
    connection.request("POST", where + "download/", chen.form(token, name="code"),
                       chen.headers() | {"Content-Type": "application/x-www-form-urlencoded"})  # fmt: skip
    answer, found = connection.getresponse(), hashlib.sha256()
    assert answer.status == 200
    while part := answer.read(1 << 20):
        found.update(part)
    assert found.digest() == summed.digest()
    assert memory_of(pid, "VmHWM") - before < 40 * 1024 * 1024
    _clean(folder)


def test_slow_senders_hold_no_page_up_and_strangers_are_not_listened_to(node, chen):
    folder, _doors = node
    before = _media(folder)
    slow = [chen.begin(50_000_000)[0] for _ in range(2)]
    for connection in slow:
        connection.send(b"x" * 70_000)
    strangers = []
    for _ in range(12):
        connection = socket.create_connection((chen.address.hostname, chen.address.port), timeout=20)
        connection.sendall(
            f"POST /cases/{chen.case}/files/new/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; "
            "boundary=X\r\nContent-Length: 50000000\r\n\r\n--X\r\n".encode()
        )
        strangers.append(connection)
    answer, _said = chen.send("GET", "/cases/")
    assert answer.status == 200
    third, _after = chen.begin(50_000_000)
    assert third.getresponse().status == 503  # two are on their way
    for connection in [*slow, third, *strangers]:
        connection.close()
    for _ in range(100):
        if _media(folder) == before:
            break
        time.sleep(0.1)
    assert _media(folder) == before, "what was broken off left something behind"


def test_two_at_once_are_two(node, chen):
    folder, _doors = node
    before, found = _rows(folder), []
    threads = [
        threading.Thread(target=lambda: found.append(chen.add(iter([PART] * 100), 100 * len(PART)))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 2
    assert _rows(folder) == before + 2


def test_more_than_two_gigabytes_is_refused_before_it_comes(node, chen):
    folder, _doors = node
    before = _media(folder)
    connection, _after = chen.begin(3 * 1024**3)
    answer = connection.getresponse()
    assert answer.status == 413
    assert b"2 GB" in answer.read()
    assert _media(folder) == before


def test_a_door_killed_in_the_middle_leaves_sealed_rubbish_that_is_swept(node, chen):
    folder, doors = node
    rows, before = _rows(folder), _media(folder)
    connection, _after = chen.begin(50_000_000)
    for _ in range(100):
        connection.send(PART)
    for _ in range(100):
        if len(_media(folder)) > len(before):
            break
        time.sleep(0.1)
    os.kill(door_process(doors), signal.SIGKILL)
    connection.close()
    (left,) = set(_media(folder)) - set(before)
    assert left.name.endswith(".part")
    _clean(folder)
    assert _rows(folder) == rows
