# SPDX-License-Identifier: Apache-2.0
"""A wire with an ear on it: stands where a door stood, passes every byte on, and keeps what went each way."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tejido.web.config.processes import Running, free_ports

_DOOR = "TEJIDO_ADDRESS_PARTNERS"


@dataclass
class Wire:
    """What was sent to a door and what it answered, one entry for each connection."""

    asked: list[bytearray] = field(default_factory=list)
    answered: list[bytearray] = field(default_factory=list)

    @property
    def everything(self) -> bytes:
        """Every byte of both directions."""
        return b"\x00".join(map(bytes, [*self.asked, *self.answered]))

    def posted(self) -> list[bytes]:
        """The bodies of what was posted."""
        return [bytes(each).partition(b"\r\n\r\n")[2] for each in self.asked if each.startswith(b"POST ")]


@contextmanager
def recorded(node: Running) -> Iterator[Wire]:
    """The partner door of a node, moved behind a wire. Needs its process stopped or running under `node`."""
    port = int(node.environment[_DOOR].rsplit(":", 1)[1])
    (moved,) = free_ports(1)
    node.stop("partners")
    usual = dict(node.environment)
    wire = Wire()
    listener = socket.create_server(("127.0.0.1", port), reuse_port=False)
    listener.settimeout(0.2)
    ended = threading.Event()
    ear = threading.Thread(target=_listen, args=(listener, moved, wire, ended))
    try:
        node.environment[_DOOR] = f"http://127.0.0.1:{moved}"
        node.start("partners")
        node.wait(60)
        ear.start()
        yield wire
    finally:
        ended.set()
        if ear.is_alive():
            ear.join(10)
        listener.close()
        node.stop("partners")
        node.environment = usual
        node.start("partners")
        node.wait(60)


def _listen(listener: socket.socket, door: int, wire: Wire, ended: threading.Event) -> None:
    while not ended.is_set():
        try:
            caller, _address = listener.accept()
        except TimeoutError:
            continue
        behind = socket.create_connection(("127.0.0.1", door))
        for source, target, kept in ((caller, behind, wire.asked), (behind, caller, wire.answered)):
            kept.append(bytearray())
            threading.Thread(target=_pass_on, args=(source, target, kept[-1]), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket, kept: bytearray) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(65536):
            kept += part
            target.sendall(part)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
