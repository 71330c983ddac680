# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a door takes a request: whole, within limits of size and time, before one of its few threads begins to work.

Django reads a body inside the thread that answers: two strangers who send one letter a minute would hold both threads
of a door for ever. Here the loop waits for them, and the threads never do. Only files, which no memory holds, are read
bit by bit: in threads of their own, once it is known who sends them.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import parse_cookie
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from granian.rsgi import ProtocolClosed

from tejido.web.accounts.arriving import ARRIVED
from tejido.web.accounts.devices import is_ours
from tejido.web.config.lane import AT_ONCE, Gone, Lane, LaneIsFull
from tejido.web.config.logs import place
from tejido.web.config.streaming import BodyStream, in_loop, send_parts
from tejido.web.security.streaming import BODY, LARGEST_BODY

THREADS = {"public": 2, "staff": 4, "partners": 2, "providers": 2}
FILES = {"staff": 8}  # files on their way in or out at once
SECONDS = 60  # for a whole body: ten pages over a bad mobile line take far less
BUFFERED = 64 * 1024 * 1024  # bytes of bodies on their way in, all together: a door must not eat the machine's memory
_log = logging.getLogger("tejido.server")

_WITH_PASSWORDS = ("staff", "providers")
_OPEN_A_PASSWORD = {("POST", path) for path in ("/login/", "/password/", "/account/codes/", "/account/keys/new/")}
_BUSY_HEADERS = (("content-type", "text/html; charset=utf-8"), ("retry-after", "60"), ("cache-control", "no-store"))

Answer = tuple[int, list[tuple[str, str]], bytes]


class Door:
    """The application of one door, as Granian calls it (RSGI)."""

    def __init__(self, *, threads: int, files: int, largest: int) -> None:
        self._django = get_wsgi_application()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="door")
        self._file_threads = ThreadPoolExecutor(max(files, 1), thread_name_prefix="files")
        self._files, self._most_files = 0, files
        self._largest = largest
        self._buffered = 0
        # Passwords are opened in threads of their own: whoever already works does not wait behind them.
        self._opening = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="opening")
        self._lane = Lane()
        self._busy = render_to_string("busy.html").encode()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Read the body, let a thread answer. Whoever is too slow or comes when too much is on its way is told so."""
        files = bool(self._most_files) and scope.method == "POST" and _streams(scope.path)
        if files and self._largest < _declared(scope.headers) <= LARGEST_BODY:
            await self._pass(scope, protocol, None)
            return
        expected = self._expected(scope.headers)
        if self._buffered + expected > BUFFERED:
            protocol.response_empty(503, [("retry-after", "5")])
            return
        self._buffered += expected
        try:
            async with asyncio.timeout(SECONDS):
                body = await self._read(protocol) if expected else b""
            if len(body) < expected and "content-length" in scope.headers:  # gone before the end: nobody to answer
                protocol.response_empty(400, [("connection", "close")])
                return
        except TimeoutError:
            protocol.response_empty(408, [("connection", "close")])
        else:
            if files:
                await self._pass(scope, protocol, body)
                return
            protocol.response_bytes(*await self._answered(scope, body, protocol))
        finally:
            self._buffered -= expected

    async def _pass(self, scope: Any, protocol: Any, body: bytes | None) -> None:
        """A file on its way in or out, bit by bit. Where all threads for files are busy, a page says so."""
        loop, free = asyncio.get_running_loop(), self._files < self._most_files
        coming = BodyStream(protocol, loop, body=body, expected=_declared(scope.headers), free=free)
        self._files += free
        try:
            threads = self._file_threads if free else self._threads
            answer = await loop.run_in_executor(threads, self._answer_or_send, scope, coming, protocol, loop)
        finally:
            self._files -= free
        if answer is not None:
            await coming.drain()
            protocol.response_bytes(*answer)

    async def _answered(self, scope: Any, body: bytes, protocol: Any) -> Answer:
        loop = asyncio.get_running_loop()
        if settings.DOOR not in _WITH_PASSWORDS or (scope.method, unquote(scope.path)) not in _OPEN_A_PASSWORD:
            return await loop.run_in_executor(self._threads, self._answer, scope, body)
        arrived = time.time()  # the code she typed was right then, however long she waits
        try:
            async with self._lane.turn(known=_known(scope.headers), gone=protocol.client_disconnect):
                return await loop.run_in_executor(self._opening, self._answer, scope, body, arrived)
        except LaneIsFull:
            return 503, [*_BUSY_HEADERS], self._busy
        except Gone:
            return 499, [], b""

    def _expected(self, headers: Any) -> int:
        """Bytes to make room for: none where the body is too large, for it is refused unread."""
        declared = headers.get("content-length")
        if declared is None:
            return self._largest if "transfer-encoding" in headers else 0
        return int(declared) if declared.isdecimal() and int(declared) <= self._largest else 0

    async def _read(self, protocol: Any) -> bytes:
        """The body, or as much of it as shows that it is too large."""
        body = bytearray()
        async for part in protocol:
            body += part
            if len(body) > self._largest:
                break
        return bytes(body)

    def _answer(self, scope: Any, body: bytes, arrived: float | None = None) -> Answer:
        asked = environ(scope, io.BytesIO(body), len(body))
        if arrived is not None:
            asked[ARRIVED] = arrived
        return self._asked(asked, lambda begun, said: (*begun, b"".join(said)))

    def _answer_or_send(self, scope: Any, body: BodyStream, protocol: Any, loop: Any) -> Answer | None:
        """The answer; None where it was sent bit by bit."""

        async def begin(begun: Any) -> Any:
            return protocol.response_stream(*begun)

        def send(begun: Any, said: Any) -> Answer | None:
            if not getattr(said, "streaming", False):
                return *begun, b"".join(said)
            # What breaks from here on, her browser sees as an answer shorter than was announced.
            with contextlib.suppress(ProtocolClosed, TimeoutError):
                send_parts(in_loop(loop, begin(begun)), loop, said)
            return None

        return self._asked(environ(scope, body, 0) | {BODY: body}, send)

    def _asked[Given](self, asked: dict[str, Any], give: Callable[[Any, Any], Given]) -> Given | Answer:
        """What `give` makes of what Django answers: status and headers, and the answer's parts."""
        begun: list[Any] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], _exception: Any = None, /
        ) -> Callable[[bytes], object]:
            begun[:] = [int(status.split(" ", 1)[0]), [(name.lower(), value) for name, value in headers]]
            return io.BytesIO().write  # the old way to answer, which Django does not use

        try:
            said = self._django(asked, start_response)
            try:
                return give(begun, said)
            finally:
                said.close()
        except Exception as problem:  # noqa: BLE001  the server's own handler would print what was being said
            _log.error("not answered [%s%s]", type(problem).__name__, place(problem.__traceback__))
            return 500, [], b""


def _declared(headers: Any) -> int:
    said = headers.get("content-length") or ""
    return int(said) if said.isdecimal() else 0


def _streams(path: str) -> bool:
    """Does the view at this address ask for its body bit by bit?"""
    try:
        return getattr(resolve(unquote(path)).func, "streams", False)
    except Resolver404:
        return False


def environ(scope: Any, body: Any, length: int) -> dict[str, Any]:
    """The WSGI environment of a request: nothing of the process's own environment, where the secrets are, is in it."""
    found = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope.path).decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": "unnamed",  # a request that does not say which host it is for is refused
        "SERVER_PORT": scope.server.rpartition(":")[2],
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "CONTENT_LENGTH": scope.headers.get("content-length") or str(length),
        "CONTENT_TYPE": scope.headers.get("content-type", ""),
        "wsgi.version": (1, 0),
        # As whoever asked sees it: where the door's address is https, a proxy before it has taken that off.
        "wsgi.url_scheme": settings.TEJIDO.addresses[settings.DOOR].partition(":")[0],
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        # "x_y" and "x-y" would become the same key: only the usual spelling is a header.
        if "_" not in name and name not in ("content-length", "content-type"):
            key = f"HTTP_{name.upper().replace('-', '_')}"
            joint = "; " if name == "cookie" else ","
            found[key] = f"{found[key]}{joint}{value}" if key in found else value
    return found


def _known(headers: Any) -> bool:
    """Does the browser bring a mark that this door gave?"""
    cookies = parse_cookie("; ".join(value for name, value in headers.items() if name == "cookie"))
    return is_ours(cookies.get(settings.DEVICE_COOKIE_NAME, ""))


application = Door(
    threads=THREADS[settings.DOOR], files=FILES.get(settings.DOOR, 0), largest=settings.DATA_UPLOAD_MAX_MEMORY_SIZE
)
