# SPDX-License-Identifier: AGPL-3.0-or-later
"""`tejido demo` and `tejido node …`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import click
import django  # noqa: F401  where the node's half is not installed, the command line says so from this line

from tejido.web.config.demo.stage import Stage
from tejido.web.config.making import make_node, read_environment
from tejido.web.config.processes import DOORS, door_command, python_environment


@click.command()
@click.option("--fresh", is_flag=True, help="Start over: forget what the demo holds.")
@click.option("--check", is_flag=True, help="Play the whole thread through the running doors, then stop.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), default=Path("demo"), show_default=True,
              help="Where the two organisations live.")  # fmt: skip
@click.option("--first-port", type=click.IntRange(1024, 65530), hidden=True,
              help="Six ports in a row from here, instead of the usual ones; kept once the demo is made.")  # fmt: skip
def demo(*, fresh: bool, check: bool, data: Path, first_port: int | None) -> int:
    """Two invented organisations, filled and running, each with its three doors."""
    if check:
        from tejido.web.config.demo.check import check_thread

        # Its own folder and free ports: a check never touches a demo somebody is using.
        with tempfile.TemporaryDirectory(prefix="tejido-check-") as folder:
            return check_thread(Path(folder))
    Stage(data.resolve()).run(fresh=fresh, first_port=first_port)
    return 0


@click.group()
def node() -> None:
    """Make a node, run one of its doors or its worker."""


@node.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--code", required=True, help="Short name of the organisation, as its partners write it: mx.")
@click.option("--operator", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="operator.yaml: names, lines, brands, languages, policy pack.")  # fmt: skip
@click.option("--staff", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="staff.yaml: the first members, with roles and teams.")  # fmt: skip
@click.option("--time-zone", required=True, help="Such as America/Mexico_City.")
@click.option("--first-port", type=click.IntRange(1024, 65533), default=8001, show_default=True,
              help="First of the three ports of its doors.")  # fmt: skip
def make(*, folder: Path, code: str, operator: Path, staff: Path, time_zone: str, first_port: int) -> None:
    """Make a node in FOLDER: secrets, database, teams, first members. Passwords are printed once."""
    logins = make_node(folder=folder.resolve(), code=code, operator=operator, staff=staff, time_zone=time_zone,
                       ports={door: first_port + place for place, door in enumerate(DOORS)})  # fmt: skip
    click.echo("Write these down now; they are shown once and kept nowhere.", err=True)
    for login, (password, uri) in logins.items():
        click.echo(f"{login}\t{password}\t{uri}")


@node.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("door", type=click.Choice([*DOORS, "worker"]))
def run(*, folder: Path, door: str) -> None:
    """Run one door of the node in FOLDER, or its worker, until stopped."""
    environment = read_environment(folder)
    command, settings = door_command(environment, door)
    os.chdir(folder)
    sys.stdout.flush()
    os.execvpe(command[0], command, python_environment(environment, settings))  # noqa: S606
