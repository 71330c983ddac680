# SPDX-License-Identifier: AGPL-3.0-or-later
"""ClamAV reads along while a file is sealed (clamd's INSTREAM). Where it is not there, nothing fails: it is said."""

from __future__ import annotations

import contextlib
import socket

from django.conf import settings

_SECONDS = 20
CLEAN, FOUND, NOT_SCANNED = "clean", "found", "not_scanned"  # codes of file_virus_check


class VirusScan:
    """One file read along by clamd. Once something goes wrong it is no longer asked, and the file is "not scanned"."""

    def __init__(self, address: str) -> None:
        """`address`: unix:/path/of/the/socket or tcp:host:port; empty where there is none."""
        self._socket: socket.socket | None = None
        self._said = ""
        if address:
            with contextlib.suppress(OSError):
                self._socket = _connect(address)
                self._socket.sendall(b"zINSTREAM\0")

    def look_at(self, part: bytes) -> None:
        """The file's next bytes."""
        if self._socket is None or not part:
            return
        try:
            self._socket.sendall(len(part).to_bytes(4, "big"))
            self._socket.sendall(part)
        except OSError:  # gone, slow, or more than it is set to read
            self.close()

    def verdict(self) -> str:
        """Clean, found or not scanned."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.sendall(bytes(4))
                self._said = _answer(self._socket)
            self.close()
        if self._said.endswith(" FOUND"):
            return FOUND
        return CLEAN if self._said == "stream: OK" else NOT_SCANNED

    def close(self) -> None:
        """Nothing more is asked."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def virus_scan() -> VirusScan:
    """A scan by the node's antivirus, if it has one."""
    return VirusScan(settings.TEJIDO.clamav)


def _connect(address: str) -> socket.socket:
    kind, _, where = address.partition(":")
    if kind == "unix":
        made = socket.socket(socket.AF_UNIX)
        made.settimeout(_SECONDS)
        made.connect(where)
        return made
    host, _, port = where.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=_SECONDS)


def _answer(connection: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < 1000:
        part = connection.recv(1000)
        if not part:
            break
        said += part
    return said.rstrip(b"\0").decode(errors="replace")
