# SPDX-License-Identifier: Apache-2.0
"""Shift start: how long until everybody is at work? Real staff door, real Argon2id of 256 MiB, one address.

`./run python bench/logins.py [--advocates 30] [--workers 1] [--json]`. Wanted on two cores: 30 in less than 30 s.
GlobaLeaks opens one password at a time (one lock); here it is four, and those who already work do not wait behind them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tejido.crypto import totp_code
from tejido.web.config.making import new_environment
from tejido.web.config.processes import DOORS, door_command, free_ports

PASSWORD = "an-invented-password-for-shift-start"  # noqa: S105  invented
MEMORY_MIB = 256
# Runs as the new node before its door opens.
_MAKE = """
import json, sys
import django
django.setup()
from django.core.management import call_command
from tejido.crypto import SigningKey
from tejido.web.config.making import TEAM_KINDS, StaffMember, make_staff
call_command("migrate", verbosity=0)
staff = [StaffMember(f"advocate{n}", f"Advocate {n}", ("advocate",), ("intake",), "en")
         for n in range(int(sys.argv[2]))]
names = {kind: kind for kind in TEAM_KINDS}
made = make_staff(signing=SigningKey(bytes.fromhex(sys.argv[1])), staff=staff, team_names=names, password=sys.argv[3])
print(json.dumps({login: secret.hex() for login, (_password, secret) in made.items()}))
"""


@dataclass
class Floor:
    """A staff door that runs, and the second factors of who may sign in."""

    address: str
    secrets: dict[str, bytes]
    process: subprocess.Popen[bytes]
    used: dict[str, int] = field(default_factory=dict)

    def visitor(self) -> httpx.Client:
        """A browser: from this machine's address, like everybody's."""
        return httpx.Client(base_url=self.address, timeout=240)

    def sign_in(self, visitor: httpx.Client, login: str, password: str = PASSWORD) -> httpx.Response:
        """Load the page, type, send."""
        page = visitor.get("/login/").text
        token = page.split('name="csrfmiddlewaretoken" value="', 1)[1].split('"', 1)[0]
        code = self._code(login) if login in self.secrets and password == PASSWORD else "000000"
        typed = {"csrfmiddlewaretoken": token, "login": login, "password": password, "code": code}
        return visitor.post("/login/", data=typed)

    def _code(self, login: str) -> str:
        """A code works once: the one of the moment, or the next, which the door takes half a minute early."""
        step = max(int(time.time()) // 30, self.used.get(login, 0) + 1)
        time.sleep(max(0.0, (step - 1) * 30 - time.time()))
        self.used[login] = step
        return totp_code(self.secrets[login], step * 30)

    @contextmanager
    def peak_memory(self) -> Iterator[list[int]]:
        """MiB of the door's processes together at their most, as the first of the list afterwards."""
        found, over = [0], threading.Event()

        def watch() -> None:
            while not over.wait(0.05):
                found[0] = max(found[0], _resident(self.process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield found
        finally:
            over.set()
            watcher.join()


def _resident(pid: int) -> int:
    pages, waiting = 0, [pid]
    while waiting:
        each = waiting.pop()
        try:
            pages += int(Path(f"/proc/{each}/statm").read_text().split()[1])
            for task in Path(f"/proc/{each}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


@contextmanager
def floor(folder: Path, *, advocates: int, workers: int = 1) -> Iterator[Floor]:
    """A node of its own in `folder` with that many advocates, its staff door open."""
    operator = folder / "operator.yaml"
    operator.write_text("name: {en: Bench, es: Banco}\nlanguages: [es, en]\npack: mx\ncountry: MX\nlines: []\n")
    ports = dict(zip(DOORS, free_ports(len(DOORS)), strict=True))
    made, signing = new_environment(
        folder=folder, node="mx", operator=operator, time_zone="America/Mexico_City", ports=ports, demo=True
    )
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TEJIDO_")}
    environment = inherited | made | {"DJANGO_SETTINGS_MODULE": "tejido.web.config.staff", "TEJIDO_DEMO": "0",
                                      "TEJIDO_PASSWORD_MEMORY_MIB": str(MEMORY_MIB)}  # fmt: skip
    told = subprocess.run([sys.executable, "-c", _MAKE, signing.raw.hex(), str(advocates), PASSWORD],
                          env=environment, check=True, capture_output=True, text=True).stdout  # fmt: skip
    command = door_command(environment, "staff")[0]
    command[command.index("--workers") + 1] = str(workers)
    process = subprocess.Popen(command, env=environment)
    try:
        opened = Floor(environment["TEJIDO_ADDRESS_STAFF"], {login: bytes.fromhex(raw) for login, raw in
                                                             json.loads(told).items()}, process)  # fmt: skip
        _wait(opened)
        yield opened
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(opened: Floor) -> None:
    for _ in range(300):
        try:
            with opened.visitor() as visitor:
                visitor.get("/login/")
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError("the staff door did not open")


def main() -> None:
    """Everybody at once; print seconds and memory."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--advocates", type=int, default=30)
    options.add_argument("--workers", type=int, default=1)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tejido-bench-"))
    try:
        with floor(folder, advocates=chosen.advocates, workers=chosen.workers) as opened:
            figures = shift_start(opened)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    figures |= {"workers": chosen.workers, "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}"}
    print(json.dumps(figures) if chosen.json else
          f"{figures['let_in']} of {figures['asked']} let in within {figures['seconds']} s "
          f"(half of them within {figures['median_seconds']} s), peak {figures['peak_mib']} MiB, "
          f"Argon2id {MEMORY_MIB} MiB, {figures['machine']}, {chosen.workers} worker(s)")  # fmt: skip


def shift_start(opened: Floor) -> dict[str, float]:
    """Sign everybody in at the same moment; counts, seconds until the last and the middle one, MiB."""
    begun = time.monotonic()

    def one(login: str) -> tuple[int, float]:
        with opened.visitor() as visitor:
            return opened.sign_in(visitor, login).status_code, time.monotonic() - begun

    with opened.peak_memory() as peak, ThreadPoolExecutor(len(opened.secrets)) as pool:
        answers = list(pool.map(one, opened.secrets))
    took = [seconds for _status, seconds in answers]
    return {"asked": len(answers), "let_in": sum(status == 302 for status, _seconds in answers),
            "seconds": round(max(took), 1), "median_seconds": round(statistics.median(took), 1),
            "peak_mib": peak[0]}  # fmt: skip


if __name__ == "__main__":
    main()
