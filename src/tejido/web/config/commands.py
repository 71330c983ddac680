# SPDX-License-Identifier: AGPL-3.0-or-later
"""`tejido demo` and `tejido node …`."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click

from tejido.web.config.backup_commands import ALL
from tejido.web.config.demo.stage import Stage
from tejido.web.config.making import BACKUP_KEY, make_node, read_environment, recover_node
from tejido.web.config.options import database as database_option
from tejido.web.config.options import disk_refusals
from tejido.web.config.paper import new_folder, paper_key
from tejido.web.config.processes import DOORS, door_command, python_environment
from tejido.web.config.rotate_commands import rotate_keys
from tejido.web.config.settings import node_settings
from tejido.web.config.upgrading import upgrade_node
from tejido.web.security.shares import needed

_PRIVATE = 0o077  # what a node writes, its database and its logs included, only its own user may read


@click.command()
@click.option("--fresh", is_flag=True, help="Start over: forget what the demo holds.")
@click.option("--check", is_flag=True, help="Play the whole thread through the running doors, then stop.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), default=Path("demo"), show_default=True,
              help="Where the two organisations live.")  # fmt: skip
@click.option("--first-port", type=click.IntRange(1024, 65528), hidden=True,
              help="Eight ports in a row from here, not the usual ones; kept once the demo is made.")  # fmt: skip
def demo(*, fresh: bool, check: bool, data: Path, first_port: int | None) -> int:
    """Two invented organisations, filled and running, each with its four doors."""
    os.umask(_PRIVATE)
    if check:
        from tejido.web.config.demo.check import check_thread

        # Its own folder and free ports: a check never touches a demo somebody is using.
        with disk_refusals(), tempfile.TemporaryDirectory(prefix="tejido-check-") as folder:
            return check_thread(Path(folder))
    with disk_refusals():
        Stage(data.resolve()).run(fresh=fresh, first_port=first_port)
    return 0


_shares = click.option("--shares", default="2-of-3", show_default=True, metavar="M-of-N",
                       help="How many recovery sheets are printed, and how many of them are needed.")  # fmt: skip
_sheets = click.option("--sheets", required=True, type=click.Path(path_type=Path, file_okay=False),
                       help="New folder for the recovery sheets: print them, then delete it.")  # fmt: skip


@click.group()
def node() -> None:
    """Make a node, run one of its doors or its worker."""
    os.umask(_PRIVATE)


@node.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--code", required=True, help="Short name of the organisation, as its partners write it: mx.")
@click.option("--operator", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="operator.yaml: names, lines, brands, languages, policy pack.")  # fmt: skip
@click.option("--staff", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="staff.yaml: the first members, with roles and teams.")  # fmt: skip
@click.option("--time-zone", required=True, help="Such as America/Mexico_City.")
@click.option("--first-port", type=click.IntRange(1024, 65532), default=8001, show_default=True,
              help="First of the four ports of its doors.")  # fmt: skip
@database_option
@_shares
@_sheets
def make(
    *, folder: Path, code: str, operator: Path, staff: Path, time_zone: str, first_port: int, database: str,
    shares: str, sheets: Path,
) -> None:  # fmt: skip
    """Make a node in FOLDER: secrets, database, teams, first members. Passwords are printed once."""
    paper = paper_key(shares)
    with disk_refusals(), new_folder(sheets):
        logins = make_node(folder=folder.resolve(), code=code, operator=operator, staff=staff, time_zone=time_zone,
                           ports={door: first_port + offset for offset, door in enumerate(DOORS)},
                           paper=paper, sheets=sheets, database=database)  # fmt: skip
    _print_logins(logins, sheets)
    click.echo(_BACKUP_KEY.format(key=sheets / BACKUP_KEY), err=True)


@node.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--login", "logins", multiple=True, help="Whom to let in again; as often as needed. Nobody: new sheets.")
@click.option(
    "--waiting", is_flag=True, help="Also to the teams they wait for, though nobody in those teams vouches for them."
)
@_shares
@_sheets
def recover(*, folder: Path, logins: tuple[str, ...], waiting: bool, shares: str, sheets: Path) -> None:
    """When nobody can sign in any more: the shares on paper let members in again, and new sheets are printed.

    The words of each share are asked for, or read from standard input, one share a line.
    """
    paper = paper_key(shares)
    with disk_refusals(), new_folder(sheets):
        typed = [_share(1)]
        typed += [_share(number) for number in range(2, needed(typed[0]) + 1)]
        recovered, waits = recover_node(folder=folder.resolve(), logins=logins, shares=typed, paper=paper,
                                        sheets=sheets, waiting=waiting)  # fmt: skip
    _print_logins(recovered, sheets)
    for login, teams in waits.items():
        click.echo(f"{login}: {_WAITS} {', '.join(teams)}", err=True)


def _share(number: int) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(f"Share · Parte {number}", err=True))
    return sys.stdin.readline()


def _print_logins(logins: Mapping[str, tuple[str, str]], sheets: Path) -> None:
    click.echo(f"{sheets}: {_PRINT}", err=True)
    if logins:
        click.echo(_ONCE, err=True)
    for login, (password, uri) in logins.items():
        click.echo(f"{login}\t{password}\t{uri}")


_WAITS = "a colleague has to let this member into · alguien del equipo debe incorporar a esta persona a:"
_PRINT = (
    "print the sheets, give each to someone else, then delete them. · "
    "Imprima las hojas, entregue cada una a una persona distinta y bórrelas."
)
_BACKUP_KEY = (
    "{key}: opens the backups. Keep two copies away from this machine, then delete it here. · "
    "Abre los respaldos. Guarde dos copias lejos de este equipo y bórrela aquí."
)
_ONCE = (
    "Write these down now; they are shown once and kept nowhere. · "
    "Anótelo ahora: se muestra una sola vez y no queda en ninguna parte."
)


@node.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@database_option
def upgrade(*, folder: Path, database: str) -> None:
    """Bring the database of the node in FOLDER up to this version. Stop its doors first.

    A door that the node did not have yet gets an address in node.env; it is printed.
    """
    with disk_refusals():
        added = upgrade_node(folder=folder.resolve(), database=database)
    for door in added:
        click.echo(door)


@node.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("door", type=click.Choice([*DOORS, "worker"]))
def run(*, folder: Path, door: str) -> None:
    """Run one door of the node in FOLDER, or its worker, until stopped."""
    kept = read_environment(folder)
    command, settings = door_command(kept, door)
    environment = python_environment(kept, settings)
    # Whatever is wrong with the settings is said here, in one line, rather than by the server in a hundred.
    os.environ.clear()
    os.environ.update(environment)
    node_settings()
    os.chdir(folder)
    sys.stdout.flush()
    os.execvpe(command[0], command, environment)  # noqa: S606


for each in (*ALL, rotate_keys):
    node.add_command(each)
