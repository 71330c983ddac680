# SPDX-License-Identifier: AGPL-3.0-or-later
"""Setting the stage: makes the two organisations where they are missing, starts them, says where they are."""

from __future__ import annotations

import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from pathlib import Path

import click

from tejido.crypto import SigningKey
from tejido.vocabulary import BadInput
from tejido.web.config.demo.leftovers import claim, end_leftovers, remember
from tejido.web.config.demo.people import NODES, DemoNode
from tejido.web.config.making import new_environment, read_environment, write_environment
from tejido.web.config.processes import DOORS, Running, address, free_ports, python_environment, refuse_busy

_MARK = ".tejido-demo"
_COMPLETE = "complete"  # written last: a demo cut off half-way is made again
_SPACE = 100_000_000  # bytes the demo may need: what it is made with, and a few days of looking around
SEED = 2017


class Stage:
    """The demo in one folder: `folder/mx`, `folder/us`, `folder/world`."""

    def __init__(self, folder: Path, *, say: bool = True) -> None:
        self.folder = folder
        self.nodes: dict[str, Running] = {}
        self._say_aloud = say
        self._stopping = threading.Event()

    def say(self, line: str) -> None:
        """One line of progress, on the error stream."""
        if self._say_aloud:
            click.echo(line, err=True)

    def run(self, *, fresh: bool, first_port: int | None = None) -> None:
        """Make what is missing, start, print addresses and logins, and stay until Ctrl-C. Raises `BadInput`."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self._stopping.set())
        begun = time.monotonic()
        ports = _ports_from(first_port)
        end_leftovers(self.folder)
        refuse_busy(self._kept_ports() if self._is_complete and not fresh else _flat(ports))
        self.make(fresh=fresh, ports=ports)
        try:
            self.start()
            self.say(f"Ready in {time.monotonic() - begun:.0f} s · Lista en {time.monotonic() - begun:.0f} s")
            self.print_addresses()
            self._stay()
        finally:
            self.say("Stopping … · Cerrando …")
            self.stop()

    def _stay(self) -> None:
        """Until told to stop. Enter shows the codes of the moment, where somebody sits at a terminal."""
        watched = [sys.stdin] if sys.stdin is not None and sys.stdin.isatty() else []
        if watched:
            self.say("Press Enter to see the current codes again. · Presione Entrar para ver de nuevo los códigos.")
        while not self._stopping.is_set():
            if watched and select.select(watched, [], [], 1)[0]:
                if sys.stdin.readline():
                    self.print_codes()
                else:
                    watched = []
            elif not watched:
                self._stopping.wait(1)
            self._check_alive()

    @property
    def _is_complete(self) -> bool:
        return (self.folder / _COMPLETE).is_file() and (self.folder / _MARK).is_file() and self._has_every_door()

    def _has_every_door(self) -> bool:
        """Not where an earlier version, which had fewer, made the demo: it is made again."""
        return all(address(read_environment(self.folder / code), door) for code in NODES for door in DOORS)

    def _kept_ports(self) -> list[int]:
        environments = [read_environment(self.folder / code) for code in NODES]
        return [int(address(each, door).rsplit(":", 1)[1]) for each in environments for door in DOORS]

    def make(self, *, fresh: bool = False, ports: Mapping[str, Mapping[str, int]] | None = None) -> None:
        """Make both organisations and fill them, unless that was done."""
        if self.folder.exists() and (fresh or not self._is_complete):
            self._refuse_other_folders()
            shutil.rmtree(self.folder)
        if self._is_complete:
            claim(self.folder)
            self.say("Found what was here before (--fresh starts over) · Se conserva lo anterior")
            for code in NODES:  # made, perhaps, by an earlier version
                self._finish([sys.executable, "-m", "django", "migrate", "--verbosity", "0"],
                             read_environment(self.folder / code))  # fmt: skip
            return
        self.folder.mkdir(parents=True)
        _refuse_full(self.folder, _SPACE)
        (self.folder / _MARK).touch()
        claim(self.folder)
        self.say("1/3 Making the invented world · Creando el mundo inventado")
        self.say("2/3 Making two organisations · Creando dos organizaciones")
        for node in NODES.values():
            self._write_settings(node, (ports or _ports_from(None))[node.code])
        nodes = list(NODES.values())
        self._together(self._world, *(partial(self._phase, node, "found") for node in nodes))
        self.say("3/3 Filling them · Llenándolas")
        self._together(*(partial(self._phase, node, "fill", self._world_folder) for node in nodes))
        (self.folder / _COMPLETE).touch()

    def _together(self, *works: Callable[[], None]) -> None:
        """Do all of them side by side; when one fails, or somebody says stop, none goes on."""
        with ThreadPoolExecutor(len(works)) as pool:
            try:
                for done in as_completed([pool.submit(work) for work in works]):
                    done.result()
            except BaseException:
                self._stopping.set()
                raise

    @property
    def _world_folder(self) -> Path:
        return self.folder / "world"

    def _refuse_other_folders(self) -> None:
        if not (self.folder / _MARK).is_file() and any(self.folder.iterdir()):
            raise BadInput(
                "demo.folder",
                en="this folder holds something that is not the demo; choose another with --data",
                es="esta carpeta tiene algo que no es la demostración; elija otra con --data",
                where=str(self.folder),
            )

    def _write_settings(self, node: DemoNode, ports: Mapping[str, int]) -> None:
        folder = self.folder / node.code
        folder.mkdir()
        operator = folder / "operator.yaml"
        shutil.copy(Path(__file__).with_name("operators") / f"{node.code}.yaml", operator)
        environment, signing = new_environment(
            folder=folder, node=node.code, operator=operator, time_zone=node.time_zone, ports=ports, demo=True
        )
        write_environment(folder, environment)
        self._keep_signing_key(folder, signing)

    def _keep_signing_key(self, folder: Path, signing: SigningKey) -> None:
        # For the seconds until the founding process has sealed it to the administration team and removed this file.
        path = folder / "signing.key"
        path.touch(mode=0o600)
        path.write_text(signing.raw.hex(), encoding="ascii")

    def _world(self) -> None:
        self._finish([sys.executable, "-m", "tejido.cli", "world", "make", "--like", "2017", "--seed", str(SEED),
                      "--out", str(self._world_folder)], {})  # fmt: skip

    def _phase(self, node: DemoNode, phase: str, *rest: Path) -> None:
        folder = self.folder / node.code
        command = [sys.executable, "-m", "tejido.web.config.demo.fill", phase, node.code, str(folder), *map(str, rest)]
        self._finish(command, read_environment(folder))

    def start(self) -> None:
        """Start both organisations' doors and workers and wait until they answer."""
        self.nodes = {code: Running.of(self.folder / code) for code in NODES}
        refuse_busy(self._kept_ports())
        self.say("Starting eight doors · Abriendo ocho puertas")
        for node in self.nodes.values():
            for name in (*DOORS, "worker"):
                node.start(name)
                remember(self.folder, node.processes[name].pid)
        for node in self.nodes.values():
            node.wait(60, unless=self._stopping)
        if self._stopping.is_set():
            raise click.Abort

    def stop(self) -> None:
        """Stop everything."""
        for node in self.nodes.values():
            node.stop()

    def _check_alive(self) -> None:
        for node in self.nodes.values():
            for name, process in node.processes.items():
                if process.poll() is not None:
                    raise BadInput(
                        "demo.died",
                        en=f"the {name} process stopped; its log: {node.folder / (name + '.log')}",
                        es=f"el proceso {name} se detuvo; su bitácora: {node.folder / (name + '.log')}",
                    )

    def print_addresses(self) -> None:
        """Where to look, who to sign in as, and what is going on."""
        self.say("\nINVENTED DATA · DATOS INVENTADOS.")
        self.say("Nobody reads what is written here · Nadie lee lo que aquí se escribe.")
        self.say("Real help: US 1-888-373-7888 · Ayuda real: México 800 5533 000\n")
        for code, node in self.nodes.items():
            doors = "   ".join(f"{door} {address(node.environment, door)}" for door in DOORS)
            self.say(f"{code}  {doors}")
            self.say(self._codes(node))
        self.say("Each code lasts half a minute; the sign-in page shows the current one. Ctrl-C stops the demo.")
        self.say("Cada código dura medio minuto; la página de acceso muestra el vigente. Ctrl-C cierra la demo.")

    def print_codes(self) -> None:
        """The codes of the moment, of both organisations."""
        for code, node in self.nodes.items():
            self.say(f"{code}\n{self._codes(node)}")

    def _codes(self, node: Running) -> str:
        return subprocess.run(
            [sys.executable, "-m", "tejido.web.config.demo.codes"], env=python_environment(node.environment),
            capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL,
        ).stdout  # fmt: skip

    def _finish(self, command: list[str], environment: Mapping[str, str]) -> None:
        """Run a command to its end; raises `click.Abort` if told to stop meanwhile, `RuntimeError` if it fails."""
        process = subprocess.Popen(
            command, env=python_environment(environment), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        remember(self.folder, process.pid)
        while True:
            try:
                _out, said = process.communicate(timeout=0.2)
                break
            except subprocess.TimeoutExpired:
                if self._stopping.is_set():
                    process.kill()
                    process.communicate()
                    raise click.Abort from None
        if process.returncode:
            _refuse_full(self.folder, _SPACE // 10)
            raise RuntimeError(f"{' '.join(command[1:4])} failed:\n{said[-4000:]}")


def _refuse_full(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        megabytes = f"{free // 1_000_000}", f"{_SPACE // 1_000_000}"
        raise BadInput(
            "demo.disk",
            en="the disk is full: {} MB are free, the demo needs {}".format(*megabytes),
            es="el disco está lleno: hay {} MB libres, la demostración necesita {}".format(*megabytes),
            where=str(folder),
        )


def _ports_from(first: int | None) -> dict[str, dict[str, int]]:
    """Four ports for each organisation: its usual ones, or eight in a row from `first`."""
    begins = {node.code: node.first_port if first is None else first + len(DOORS) * place
              for place, node in enumerate(NODES.values())}  # fmt: skip
    return {code: {door: begin + place for place, door in enumerate(DOORS)} for code, begin in begins.items()}


def _flat(ports: Mapping[str, Mapping[str, int]]) -> list[int]:
    return [port for doors in ports.values() for port in doors.values()]


def ports_for_check() -> dict[str, dict[str, int]]:
    """Eight ports nobody listens on."""
    each, drawn = len(DOORS), free_ports(len(DOORS) * len(NODES))
    return {
        code: dict(zip(DOORS, drawn[each * place : each * (place + 1)], strict=True))
        for place, code in enumerate(NODES)
    }
