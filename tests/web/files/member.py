# SPDX-License-Identifier: Apache-2.0
"""Someone who sends files to a staff door that runs, with cookies and without a browser; and that door's memory."""

from __future__ import annotations

import http.client
import os
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.web.files.carried import CANARY
from tests.web.running_doors import Doors


class Member:
    """Someone signed in with a browser's cookies and nothing else of a browser."""

    def __init__(self, doors: Doors, login: str) -> None:
        self.address = urlsplit(doors.addresses["staff"])
        self.cookies: dict[str, str] = {}
        self.case = doors.seeded["case"]
        self.send("POST", "/login/", self.form(self.token("/login/"), **doors.credentials(login)))

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=60)

    def headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
                "Origin": self.address.geturl()}  # fmt: skip

    @staticmethod
    def form(token: str, **fields: str) -> bytes:
        return urlencode({"csrfmiddlewaretoken": token, **fields}).encode()

    def send(self, method: str, path: str, body: bytes = b""):
        connection = self.connect()
        headers = self.headers() | ({"Content-Type": "application/x-www-form-urlencoded"} if body else {})
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        said = answer.read()
        for cookie in answer.headers.get_all("set-cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer, said

    def token(self, path: str) -> str:
        _answer, said = self.send("GET", path)
        return re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', said)[1].decode()

    def around(self, **fields: str) -> tuple[bytes, bytes]:
        """What stands before the file's bytes in a form, and after them."""
        fields = {"csrfmiddlewaretoken": self.token(f"/cases/{self.case}/files/new/"), **fields}
        begin = "".join(
            f'--X\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
        )
        begin += f'--X\r\nContent-Disposition: form-data; name="file"; filename="{CANARY}.bin"\r\n\r\n'
        return begin.encode(), b"\r\n--X--\r\n"

    def begin(self, length: int, **fields: str):
        """A connection on which a form with a file of `length` bytes has begun, and the form's end."""
        before, after = self.around(**fields)
        connection = self.connect()
        connection.putrequest("POST", f"/cases/{self.case}/files/new/")
        for name, value in self.headers().items():
            connection.putheader(name, value)
        connection.putheader("Content-Type", "multipart/form-data; boundary=X")
        connection.putheader("Content-Length", str(len(before) + length + len(after)))
        connection.endheaders()
        connection.send(before)
        return connection, after

    def add(self, parts: Iterable[bytes], length: int, **fields: str) -> str:
        connection, after = self.begin(length, **fields)
        for part in parts:
            connection.send(part)
        connection.send(after)
        answer = connection.getresponse()
        said = answer.read()
        assert answer.status == 302, said
        return answer.headers["location"]


def door_process(doors: Doors) -> int:
    """The worker process that answers at the staff door."""
    port = urlsplit(doors.addresses["staff"]).port
    inodes = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        parts = line.split()
        if int(parts[1].rpartition(":")[2], 16) == port and parts[3] == "0A":
            inodes.add(parts[9])
    holders = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            held = {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
        except OSError:
            continue
        if any(f"socket:[{inode}]" in held for inode in inodes):
            holders.append(int(pid))
    return max(holders)  # the parent was first


def memory_of(pid: int, what: str) -> int:
    return int(re.search(rf"{what}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1]) * 1024
