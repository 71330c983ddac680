# SPDX-License-Identifier: Apache-2.0
"""A throw-away node for the benchmarks: made in a folder, its staff signed in over HTTP, figures said alike."""

from __future__ import annotations

import os
import platform
import secrets
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tejido.crypto import totp_code
from tejido.web.config.making import StaffMember, make_staff, new_environment, write_environment
from tejido.web.config.processes import DOORS, Running, free_ports

PASSWORD = secrets.token_urlsafe(12)  # everyone here has the same
Logins = dict[str, tuple[str, bytes]]


def make(folder: Path, staff: Sequence[StaffMember]) -> Logins:
    """Make the node and its staff; Django is set up in this process afterwards, with the staff door's settings."""
    operator = folder / "operator.yaml"
    operator.write_text("name: {en: Bench, es: Banco}\nlanguages: [es, en]\npack: mx\ncountry: MX\nlines: []\n")
    ports = dict(zip(DOORS, free_ports(len(DOORS)), strict=True))
    environment, signing = new_environment(
        folder=folder, node="mx", operator=operator, time_zone="America/Mexico_City", ports=ports, demo=True
    )
    write_environment(folder, environment)
    _set_up(environment)
    _migrate()
    names = {kind: kind for kind in ("intake", "cases", "data", "duty", "administration")}
    return make_staff(signing=signing, staff=staff, team_names=names, password=PASSWORD)


def open_again(folder: Path) -> None:
    """Set Django up for a node that `make` left in this folder, perhaps when the program was older."""
    _set_up(Running.of(folder).environment)
    _migrate()


def _set_up(environment: Mapping[str, str]) -> None:
    os.environ.update(environment, DJANGO_SETTINGS_MODULE="tejido.web.config.staff")
    import django

    django.setup()


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


@contextmanager
def running(folder: Path, *doors: str, workers: int = 2) -> Iterator[Running]:
    """The node with these of its doors open."""
    node = Running.of(folder)
    os.environ["TEJIDO_WORKERS"] = str(workers)
    node.start(*doors)
    try:
        node.wait(60)
        yield node
    finally:
        node.stop()


def signed_in(node: Running, login: str, logins: Mapping[str, tuple[str, bytes]]):  # type: ignore[no-untyped-def]
    """A browser in which `login` has signed in at the staff door."""
    from tejido.web.config.demo.visitor import Visitor

    visitor, (password, secret) = Visitor(node.environment["TEJIDO_ADDRESS_STAFF"]), logins[login]
    page = visitor.get("/login/")
    code = totp_code(secret, int(time.time()))
    page = page.submit(page.form(having="password"), login=login, password=password, code=code)
    if page.url.endswith("/login/"):
        raise SystemExit(f"{login} could not sign in: {page.text[:300]}")
    return visitor


def percentile(values: Sequence[float], share: int) -> float:
    """The `share`-th percentile, to a tenth."""
    return round(statistics.quantiles(values, n=100)[share - 1], 1) if len(values) > 1 else 0.0


def machine() -> str:
    """What the figures were measured on."""
    done = subprocess.run(["lscpu"], capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("Model name")]
    processor = lines[0].split(":", 1)[1].strip() if lines else "unknown processor"
    return f"{platform.machine()}, {os.cpu_count()} cores, {processor}"
