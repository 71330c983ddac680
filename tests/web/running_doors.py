# SPDX-License-Identifier: Apache-2.0
"""A node of its own whose doors truly run, for tests that look through a browser."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tejido.crypto import totp_code
from tejido.web.config.processes import door_command

# Runs in the new node's staff door before the doors open. What `seeded` names can stand in a page's address.
_MAKE = """
import json, sys
import django
django.setup()
from django.core.management import call_command
from tejido.crypto import SigningKey
from tejido.web.accounts.demo import DEMO_PASSWORD
from tejido.web.config.making import make_staff
from tests import cast
call_command("migrate", verbosity=0)
logins = make_staff(signing=SigningKey(bytes.fromhex(sys.argv[1])), staff=cast.STAFF, team_names=cast.TEAM_NAMES,
                    password=DEMO_PASSWORD)

from tests.web import seeding
seeded = seeding.seed(logins, edition=True) if sys.argv[2] == "mx" else {}  # its partner is the other
print(json.dumps({"logins": {login: [password, secret.hex()] for login, (password, secret) in logins.items()},
                  "seeded": seeded}))
"""


# Runs beside the doors, on the same node, as someone who signed in: what a test must look at from inside.
_INSIDE = """
import json, sys
import django
django.setup()
from tests.web.seeding import SeatedCast
cast = SeatedCast({login: (word, bytes.fromhex(raw)) for login, (word, raw) in json.loads(sys.argv[1]).items()})
"""


@dataclass
class Doors:
    """Addresses of the running doors, who may sign in, and ids of what was put in."""

    addresses: dict[str, str]
    logins: dict[str, tuple[str, bytes]]
    seeded: dict[str, str]
    environment: dict[str, str]
    processes: dict[str, int]  # the first process of each door

    def run(self, code: str) -> Any:
        """What `code` prints as JSON: run inside the node, where `cast` has the members and their rings."""
        logins = json.dumps({login: [word, secret.hex()] for login, (word, secret) in self.logins.items()})
        ran = subprocess.run(
            [sys.executable, "-c", _INSIDE + code, logins], capture_output=True, text=True, check=False,
            env=self.environment | {"DJANGO_SETTINGS_MODULE": "tejido.web.config.staff"},
        )  # fmt: skip
        if ran.returncode != 0:
            raise RuntimeError(ran.stderr)
        return json.loads(ran.stdout.splitlines()[-1])

    def credentials(self, login: str) -> dict[str, str]:
        """What she types at the sign-in page right now."""
        password, secret = self.logins[login]
        return {"login": login, "password": password, "code": totp_code(secret, int(datetime.now(UTC).timestamp()))}


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def write_operator(folder: Path) -> Path:
    """The invented organisation's own file."""
    operator = folder / "operator.yaml"
    operator.write_text(
        "name: {en: Invented Line, es: Línea Inventada}\nlanguages: [es, en]\npack: mx\ncountry: MX\n"
        "lines: [{brand: Línea Inventada, number: '55 5555 0000', channels: [phone, web_form]}]\n",
        encoding="utf-8",
    )
    return operator


def _environment(folder: Path, ports: dict[str, int], node: str) -> tuple[dict[str, str], str]:
    from tejido.web.config.making import new_environment

    operator = write_operator(folder)
    made, signing = new_environment(
        folder=folder, node=node, operator=operator, time_zone="America/Mexico_City", ports=ports, demo=True
    )
    settings = {"TEJIDO_TESTING": "1", "TEJIDO_PASSWORD_MEMORY_MIB": "8", "PYTHONPATH": str(Path(__file__).parents[2])}
    # A database of its own, also where these tests run on PostgreSQL.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TEJIDO_DATABASE")}
    return inherited | made | settings, signing.raw.hex()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("a door did not open")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("a door did not open in time")


@contextmanager
def running_doors(folder: Path, *, host: str = "127.0.0.1", node: str = "mx") -> Iterator[Doors]:
    """Make a node in `folder`, open its public, staff and providers' doors on free ports, close them at the end.

    `host` is what browsers call the staff door: security keys need a name.
    """
    public, staff, partners, providers = _free_ports(4)
    ports = {"public": public, "staff": staff, "partners": partners, "providers": providers}
    environment, signing = _environment(folder, ports, node)
    environment["TEJIDO_ADDRESS_STAFF"] = f"http://{host}:{staff}"
    made = subprocess.run(
        [sys.executable, "-c", _MAKE, signing, node], capture_output=True, text=True, check=False,
        env=environment | {"DJANGO_SETTINGS_MODULE": "tejido.web.config.staff"},
    )  # fmt: skip
    if made.returncode != 0:
        raise RuntimeError(made.stderr)
    told = json.loads(made.stdout.splitlines()[-1])
    processes = []
    try:
        for door, port in (("public", public), ("staff", staff), ("providers", providers)):
            command, _door = door_command(environment, door)
            settings = {"DJANGO_SETTINGS_MODULE": f"tejido.web.config.{door}"}
            processes.append(subprocess.Popen(command, env=environment | settings))
            _wait_for(port, processes[-1])
        yield Doors(
            addresses={
                door: f"http://{host if door == 'staff' else '127.0.0.1'}:{ports[door]}"
                for door in ("public", "staff", "providers")
            },
            logins={login: (password, bytes.fromhex(raw)) for login, (password, raw) in told["logins"].items()},
            seeded=told["seeded"],
            environment=environment,
            processes=dict(zip(("public", "staff", "providers"), (each.pid for each in processes), strict=True)),
        )
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=20)
