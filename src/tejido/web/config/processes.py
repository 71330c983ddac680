# SPDX-License-Identifier: AGPL-3.0-or-later
"""Starting, watching and stopping the processes of a node: its doors and one worker."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tejido.vocabulary import BadInput
from tejido.web.config.making import read_environment
from tejido.web.config.settings import DOORS

_HEALTH = {"public": "/", "staff": "/login/", "partners": "/health/", "providers": "/login/"}


def python_environment(environment: Mapping[str, str], door: str = "staff") -> dict[str, str]:
    """The environment of one process of a node: of the database's roles it is told its own."""
    others = {f"TEJIDO_DATABASE_{each.upper()}" for each in DOORS if each != door}
    environment = {name: value for name, value in environment.items() if name not in others}
    settings = {"DJANGO_SETTINGS_MODULE": f"tejido.web.config.{door}", "PYTHONUNBUFFERED": "1"}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TEJIDO_")}
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)
    return inherited | dict(environment) | settings


def address(environment: Mapping[str, str], door: str) -> str:
    """Where a door of the node answers."""
    return environment.get(f"TEJIDO_ADDRESS_{door.upper()}", "")


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on right now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def refuse_busy(ports: Iterable[int]) -> None:
    """Raise `BadInput` if someone already listens on one of `ports`."""
    for port in ports:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                raise BadInput(
                    "demo.port",
                    en=f"port {port} is in use; is another demo running? Stop it first",
                    es=f"el puerto {port} está ocupado; ¿hay otra demostración en marcha? Deténgala primero",
                )


def door_command(environment: Mapping[str, str], name: str) -> tuple[list[str], str]:
    """The command that runs a door or the worker, and the door whose settings it uses."""
    if name == "worker":
        return [sys.executable, "-m", "tejido.web.config.worker"], "staff"
    port = address(environment, name).rpartition(":")[2]
    if not port.isdecimal():
        raise BadInput("setting.port", en="the door's address must end with its port, such as :8001",
                       es="la dirección de la puerta debe terminar con su puerto, como :8001",
                       where=f"TEJIDO_ADDRESS_{name.upper()}")  # fmt: skip
    return [
        sys.executable, "-m", "granian", "--interface", "rsgi", "--http", "1", "--host", "127.0.0.1", "--port", port,
        "--workers", os.environ.get("TEJIDO_WORKERS", "1"), "--no-ws", "--no-access-log", "--log-level", "warning",
        "--http1-header-read-timeout", "10000", "tejido.web.config.server:application",
    ], name  # fmt: skip


@dataclass
class Running:
    """The processes of one node."""

    folder: Path
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> Running:
        """The node that lives in `folder`."""
        return cls(folder, read_environment(folder))

    def start(self, *names: str) -> None:
        """Start doors and the worker, or those named."""
        for name in names or (*DOORS, "worker"):
            log = (self.folder / f"{name}.log").open("ab")
            command, door = door_command(self.environment, name)
            self.processes[name] = subprocess.Popen(
                command, env=python_environment(self.environment, door), stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, start_new_session=True, cwd=self.folder,
            )  # fmt: skip
            log.close()

    def wait(self, seconds: float, *, unless: threading.Event | None = None) -> None:
        """Return once every started door answers, or `unless` is set; raises `BadInput` naming one that does not."""
        deadline = time.monotonic() + seconds
        for door in DOORS:
            while door in self.processes and not (unless and unless.is_set()) and not self._answers(door):
                if time.monotonic() > deadline or self.processes[door].poll() is not None:
                    tail = (self.folder / f"{door}.log").read_text(errors="replace")[-600:]
                    raise BadInput(
                        "demo.door",
                        en=f"the {door} door did not start: {tail}",
                        es=f"la puerta {door} no arrancó: {tail}",
                        where=str(self.folder),
                    )
                time.sleep(0.1)

    def _answers(self, door: str) -> bool:
        try:
            return httpx.get(address(self.environment, door) + _HEALTH[door], timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self, *names: str) -> None:
        """Stop processes cleanly; whoever does not listen within five seconds is killed."""
        chosen = [self.processes.pop(name) for name in names or tuple(self.processes) if name in self.processes]
        for process in chosen:
            _signal(process, signal.SIGTERM)
        for process in chosen:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
