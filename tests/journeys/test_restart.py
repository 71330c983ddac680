# SPDX-License-Identifier: Apache-2.0
"""The demo as people start and stop it: it ends cleanly, loses nothing, starts over when asked, and refuses clearly."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tejido.web.config.demo.stage import Stage
from tejido.web.config.demo.thread import Thread
from tejido.web.config.processes import Running
from tests.journeys.rehearsal import NODES, execute

pytestmark = pytest.mark.slow
_ROOT = Path(__file__).parents[2]
_MINUTES = 300  # seconds; far more than it takes, for a machine that does something else meanwhile


def _until(look: Callable[[], Any], what: str, seconds: float = _MINUTES) -> Any:
    ending = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < ending, f"waited in vain for {what}"
        time.sleep(0.1)
    return found


def _eight_ports() -> int:
    """The first of eight ports in a row that nobody listens on."""
    for first in range(21000, 30000, 8):
        try:
            for port in range(first, first + 8):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise AssertionError("no free ports")


class Demo:
    """`tejido demo` in one folder, as a process of its own."""

    def __init__(self, folder: Path, first_port: int) -> None:
        self.folder, self.first_port = folder, first_port
        self.said = folder.with_suffix(".txt")
        self.process: subprocess.Popen[bytes] | None = None

    def begin(self, *options: str, stdin: int = subprocess.DEVNULL) -> None:
        """Start it; what it says goes to a file."""
        with self.said.open("wb") as file:
            self.process = subprocess.Popen(self._command(*options), stdin=stdin, stdout=file, stderr=file, cwd=_ROOT)

    def _command(self, *options: str) -> list[str]:
        return [sys.executable, "-m", "tejido.cli", "demo", "--data", str(self.folder), "--first-port",
                str(self.first_port), *options]  # fmt: skip

    def refused(self, *options: str) -> str:
        """Start it where it must not; what it says."""
        done = subprocess.run(self._command(*options), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              cwd=_ROOT, check=False)  # fmt: skip
        assert done.returncode == 2, done.stderr
        assert done.stdout == ""
        return done.stderr

    def until_it_says(self, words: str) -> str:
        """Wait for these words; everything said so far."""

        def look() -> str:
            text = self.said.read_text()
            assert self.process is not None
            assert words in text or self.process.poll() is None, text
            return text if words in text else ""

        return _until(look, words)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal to it alone; its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(60)

    def started(self) -> list[int]:
        """The processes it says it started."""
        return [int(line) for line in (self.folder / ".processes").read_text().split()[1:]]

    def public(self, code: str) -> Any:
        """Someone at the public door."""
        stage = Stage(self.folder, say=False)
        stage.nodes = {each: Running.of(self.folder / each) for each in NODES}
        return Thread(stage, today=None).public(code, "es")  # type: ignore[arg-type]

    def waiting(self) -> list[str]:
        """Codes of the contacts that wait at mx."""
        return [
            row[0] for row in execute(self.folder / "mx", "select code from intake_contact where state = 'waiting'")
        ]


def _alive(group: int) -> bool:
    """Is anything left of the process group? What waits to be buried counts as dead."""
    shown = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    return any(int(line.split()[0]) == group and "Z" not in line.split()[1] for line in shown.splitlines())


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    made = Demo(tmp_path_factory.mktemp("restart") / "demo", _eight_ports())
    yield made
    if made.process is not None and made.process.poll() is None:
        made.stop(signal.SIGTERM)
    if (made.folder / ".processes").is_file():
        for process in filter(_alive, made.started()):
            os.killpg(process, signal.SIGKILL)


# These tests are one story, in order: what one leaves is what the next begins with.


def test_killed_while_it_is_made_it_is_made_again(demo):
    demo.begin()
    demo.until_it_says("2/3")
    children = _until(lambda: len(demo.started()) >= 3 and demo.started(), "all there is to kill")
    assert demo.stop(signal.SIGKILL) == -signal.SIGKILL
    assert not (demo.folder / "complete").exists()
    demo.begin()
    text = demo.until_it_says("Ctrl-C")
    assert "1/3" in text
    assert "Found" not in text
    assert not [process for process in children if _alive(process)]
    for words in ("INVENTED DATA", "DATOS INVENTADOS", "1-888-373-7888", "800 5533 000", "lucia", "joana"):
        assert words in text
    assert "Press Enter" not in text  # nobody sits at a terminal
    assert demo.public("mx").get("/").status == 200


def test_a_second_demo_in_the_folder_is_refused(demo):
    said = demo.refused()
    assert said.count("\n") == 1
    assert "running" in said
    assert demo.public("mx").get("/").status == 200


def test_another_demo_on_the_same_ports_is_refused_before_anything_is_made(demo, tmp_path):
    said = Demo(tmp_path / "other", demo.first_port).refused()
    assert said.count("\n") == 1
    assert f"port {demo.first_port} is in use" in said
    assert not (tmp_path / "other").exists()


def test_ctrl_c_leaves_no_process_behind(demo):
    before = demo.waiting()
    page = demo.public("mx").get("/write/")
    page = page.submit(page.form(having="own_words"), own_words="Una prueba inventada.", language="es")
    assert page.status == 200
    assert len(demo.waiting()) == len(before) + 1
    processes = demo.started()[-8:]
    assert all(map(_alive, processes))
    assert demo.stop() in (0, 130)
    assert not list(filter(_alive, processes))
    assert "Stopping" in demo.said.read_text()
    assert "Traceback" not in demo.said.read_text()


def test_started_again_it_has_kept_what_was_written_and_a_terminal_shows_new_codes(demo):
    before = demo.waiting()
    leader, follower = pty.openpty()
    demo.begin(stdin=follower)
    os.close(follower)
    text = demo.until_it_says("Press Enter")
    assert "Found what was here before" in text
    assert "Presione Entrar" in text
    assert "1/3" not in text
    assert demo.waiting() == before
    shown = len(re.findall(r" \d{6} ", text))
    assert shown == len(execute(demo.folder / "mx", "select 1 from accounts_member")) * 2
    os.write(leader, b"\n")
    _until(lambda: len(re.findall(r" \d{6} ", demo.said.read_text())) == 2 * shown, "the codes again")
    assert not select.select([leader], [], [], 0)[0] or b"Traceback" not in os.read(leader, 4096)
    assert demo.process is not None
    assert demo.process.poll() is None
    os.write(leader, b"\x04")  # the terminal's end of input: the demo stays
    time.sleep(1.5)
    assert demo.process.poll() is None
    os.close(leader)


def test_killed_while_it_runs_the_next_one_ends_what_it_left(demo):
    before, left = demo.waiting(), demo.started()[-8:]
    demo.stop(signal.SIGKILL)
    assert all(map(_alive, left))
    demo.begin()
    demo.until_it_says("Ctrl-C")
    assert not list(filter(_alive, left))
    assert demo.waiting() == before


def test_fresh_starts_over_only_when_asked(demo):
    assert demo.stop(signal.SIGTERM) in (0, 130)
    key = (demo.folder / "mx" / "node.env").read_text()
    demo.begin("--fresh")
    demo.until_it_says("1/3")
    _until(lambda: (demo.folder / "mx" / "node.env").is_file(), "new settings")
    assert demo.stop() in (0, 130)  # Ctrl-C is heard while it is being made, too
    assert not (demo.folder / "complete").exists()
    assert (demo.folder / "mx" / "node.env").read_text() != key
    assert not list(filter(_alive, demo.started()))
    assert "Traceback" not in demo.said.read_text()


@pytest.mark.parametrize("options", [(), ("--fresh",)])
def test_a_folder_that_holds_something_else_is_refused(tmp_path, options):
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "chapter-1.txt").write_text("years of work")
    said = Demo(folder, _eight_ports()).refused(*options)
    assert said.count("\n") == 1
    assert "not the demo" in said
    assert str(folder) in said
    assert (folder / "chapter-1.txt").read_text() == "years of work"
    assert [each.name for each in folder.iterdir()] == ["chapter-1.txt"]
