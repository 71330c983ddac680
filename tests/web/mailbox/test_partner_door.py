# SPDX-License-Identifier: Apache-2.0
"""The partner door as it runs, and people who mean it ill: it answers everyone else meanwhile."""

from __future__ import annotations

import os
import socket
import sqlite3
import stat
import subprocess
import sys
from contextlib import ExitStack, closing

import httpx
import pytest

from tejido.exchange import MAXIMUM_BYTES
from tests.web.mailbox.other_node import OtherNode


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    """A node's partner door on a free port; its database is empty but whole."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("door")
    node = OtherNode(folder, port)
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity", "0"], check=True,
        env=node.environment | {"DJANGO_SETTINGS_MODULE": "tejido.web.config.staff"},
    )  # fmt: skip
    node.start()
    node.folder = folder
    yield node
    node.stop()


def _send(door, request: bytes) -> bytes:
    with closing(socket.create_connection(("127.0.0.1", door.port), timeout=30)) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
            if b"\r\n\r\n" in answer:
                break
        return answer


def _head(door, line: str, *headers: str) -> bytes:
    lines = (line, f"Host: 127.0.0.1:{door.port}", "Connection: close", *headers)
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _url(door, path: str) -> str:
    return f"http://127.0.0.1:{door.port}{path}"


def _refused(door) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(door.folder / "node.sqlite3", timeout=30)) as connection:
        return connection.execute("select reason_code, size from mailbox_refusedarrival order by id").fetchall()


def test_many_who_send_one_letter_and_wait_keep_nobody_out(door):
    with ExitStack() as waiting:
        for _ in range(40):
            connection = socket.create_connection(("127.0.0.1", door.port), timeout=30)
            waiting.enter_context(closing(connection))
            connection.sendall(_head(door, "POST /messages/ HTTP/1.1", "Content-Length: 1000") + b"T")
        for _ in range(5):
            assert httpx.get(_url(door, "/health/"), timeout=30).text == "ok\n"
            assert httpx.post(_url(door, "/messages/"), content=b"x", timeout=30).status_code == 422


def test_what_broke_off_on_its_way_is_no_message(door):
    before = len(_refused(door))
    with closing(socket.create_connection(("127.0.0.1", door.port), timeout=30)) as connection:
        connection.sendall(_head(door, "POST /messages/ HTTP/1.1", "Content-Length: 1000") + b"TEJ")
        connection.shutdown(socket.SHUT_WR)
        connection.recv(65536)
    assert httpx.post(_url(door, "/messages/"), content=b"yz", timeout=30).status_code == 422
    assert _refused(door)[before:] == [("unreadable", 2)]


def test_a_giant_is_refused_before_it_is_read_and_noted(door):
    request = _head(door, "POST /messages/ HTTP/1.1", "Content-Length: 99999999999")
    assert b" 413 " in _send(door, request + b"TEJ").split(b"\r\n")[0]
    assert _refused(door)[-1] == ("too_large", 0)


def test_a_giant_that_does_not_say_so_is_cut_off_and_refused(door):
    def endless():
        for _ in range(10):
            yield bytes(MAXIMUM_BYTES // 4)

    try:
        status = httpx.post(_url(door, "/messages/"), content=endless(), timeout=60).status_code
    except httpx.HTTPError:  # the door may close before we have sent everything
        status = 413
    assert status == 413
    assert httpx.get(_url(door, "/health/"), timeout=30).text == "ok\n"


def test_a_message_in_pieces_is_read_whole(door):
    answer = httpx.post(_url(door, "/messages/"), content=iter([b"not", b" a message"]), timeout=30)
    assert answer.status_code == 422
    assert _refused(door)[-1] == ("unreadable", 13)


def test_the_largest_message_fits(door):
    answer = httpx.post(_url(door, "/messages/"), content=bytes(MAXIMUM_BYTES), timeout=60)
    assert answer.status_code == 422
    assert _refused(door)[-1] == ("unreadable", MAXIMUM_BYTES)


@pytest.mark.parametrize("host", ["evil.example", "", "127.0.0.1@evil", "x'\"<script>"])
def test_another_host_is_refused(door, host):
    request = f"GET /health/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    assert b" 400 " in _send(door, request).split(b"\r\n")[0]


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_request_without_a_host_is_refused(door, version):
    assert b" 400 " in _send(door, f"GET /health/ HTTP/{version}\r\nConnection: close\r\n\r\n".encode())


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "GET", "NONSENSE"])
def test_only_posting_a_message_does_anything(door, method):
    before = _refused(door)
    assert b" 405 " in _send(door, _head(door, f"{method} /messages/ HTTP/1.1", "Content-Length: 0")).split(b"\r\n")[0]
    assert _refused(door) == before


@pytest.mark.parametrize(
    "path",
    ["/login/", "/cases/", "/write/", "/static/tejido/tejido.css", "/static/%2e%2e/%2e%2e/settings.py", "/%00", "/%ff",
     "//evil.example/", "/messages/../../etc/passwd", "/messages", "/" + "a" * 20_000],
)  # fmt: skip
def test_there_is_nothing_else_behind_it(door, path):
    assert _send(door, _head(door, f"GET {path} HTTP/1.1")).split(b" ")[1] in (b"404", b"301")


def test_a_header_spelt_with_an_underscore_is_no_header(door):
    request = _head(door, "POST /messages/ HTTP/1.1", "Content_Length: 5", "Content-Length: 3") + b"abc"
    assert b" 422 " in _send(door, request)
    assert _refused(door)[-1] == ("unreadable", 3)


def test_nobody_else_on_the_machine_can_read_what_the_node_command_writes(tmp_path, monkeypatch):
    from click.testing import CliRunner

    from tejido.web.config.commands import node

    umask = os.umask(0o022)
    monkeypatch.setenv("TEJIDO_TESTING", "1")
    try:
        CliRunner().invoke(node, ["run", str(tmp_path), "worker"])
        (tmp_path / "written").touch()
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "written").stat().st_mode) == 0o600
