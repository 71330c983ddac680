# SPDX-License-Identifier: AGPL-3.0-or-later
"""`tejido node backup`, `restore`, `check`, `scrub`: done by whoever runs the machine; no case is opened."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tejido.vocabulary import Language
from tejido.web.config.backing_up import backup_node, renew_backup_key
from tejido.web.config.checking import as_json, check_node
from tejido.web.config.making import at_the_database, read_environment
from tejido.web.config.options import database, disk_refusals, language_option
from tejido.web.config.restoring import restore_node

_folder = click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
_file = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@_folder
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--with-environment", is_flag=True,
              help="Put the node's secrets in too; whoever has the backup and its key then has them.")  # fmt: skip
@database
def backup(*, folder: Path, target: Path, with_environment: bool, database: str) -> None:
    """Back up the node in FOLDER into TARGET, a new file or a folder. Its doors may go on running.

    The file is sealed to the backup key; its name is printed.
    """
    with disk_refusals():
        made = backup_node(folder=folder.resolve(), target=target.resolve(), database=database,
                           with_environment=with_environment)  # fmt: skip
    click.echo(str(made))


@click.command(name="backup-key")
@_folder
@click.argument("keep", type=click.Path(path_type=Path))
def backup_key(*, folder: Path, keep: Path) -> None:
    """Make a new backup key for the node in FOLDER. Its private half is written to KEEP: take it away from the machine.

    Older backups still open with the key they were made under. Restart the node's doors afterwards.
    """
    with disk_refusals():
        renew_backup_key(folder.resolve(), keep)
    click.echo(_TAKE_AWAY.format(keep=keep), err=True)


@click.command()
@click.argument("backup", type=_file)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--key", required=True, type=_file, help="The file backup.key.")
@click.option("--environment", type=_file, help="The node's node.env, kept apart; not needed if the backup has it.")
@click.option("--tombstones", type=_file, help="The newest copy of the file `tombstones`, of the last three days: what "
              "it names is destroyed again.")  # fmt: skip
@click.option("--accept-older-tombstones", is_flag=True,
              help="No newer list is left, or none but the backup's own: whatever was destroyed after it comes "
              "back.")  # fmt: skip
@click.option("--newest", type=_file, help="The newest copy of the file `keys.newest`: nothing is sealed to keys that "
              "were replaced after the backup.")  # fmt: skip
@click.option("--newer-environment", type=_file, help="Today's node.env, if the transport key was replaced after the "
              "backup: it knows who signed the newest list.")  # fmt: skip
@database
@language_option
def restore(
    *, backup: Path, folder: Path, key: Path, environment: Path | None, tombstones: Path | None,
    accept_older_tombstones: bool, newest: Path | None, newer_environment: Path | None, database: str,
    language: Language,
) -> None:  # fmt: skip
    """Restore a node from BACKUP into the new FOLDER, and on PostgreSQL into an empty database."""
    with disk_refusals():
        done = restore_node(backup=backup, folder=folder.resolve(), key=key, environment=environment,
                            tombstones=tombstones, accept_older=accept_older_tombstones, database=database,
                            newest=newest, newer_environment=newer_environment)  # fmt: skip
    as_of = done.as_of.isoformat(timespec="seconds") if done.as_of else "?"
    click.echo(_RESTORED[language].format(made_at=done.made_at, lines=done.tombstones, again=done.shredded_again,
                                          as_of=as_of))  # fmt: skip
    if done.went_back:
        click.echo(_WENT_BACK[language].format(names=", ".join(done.went_back)))
    elif newest is None:
        click.echo(_UNKNOWN[language])


@click.command()
@_folder
@click.option("--json", "as_object", is_flag=True, help="One JSON object instead of lines.")
@click.option("--mend", is_flag=True, help="Write the file `tombstones` anew from the database if it is not whole.")
@language_option
def check(*, folder: Path, as_object: bool, mend: bool, language: Language) -> int:
    """Look at everything that must hold about the node in FOLDER. Opens nothing.

    Exit code 1 if something does not hold.
    """
    checks = check_node(folder.resolve(), mend=mend)
    if as_object:
        click.echo(json.dumps(as_json(checks), ensure_ascii=False))
    for each in () if as_object else checks:
        found = ": " + " · ".join(each.found) if each.found else ""
        click.echo(f"{'✓' if each.holds else '✗'} {each.words[language]}{found}")
    return 0 if all(each.holds for each in checks) else 1


@click.command()
@_folder
@database
def scrub(*, folder: Path, database: str) -> None:
    """After something was destroyed: overwrite what the database of the node in FOLDER still keeps of it.

    On PostgreSQL its owner does this, and the doors wait meanwhile; on SQLite the worker does it by itself.
    """
    with at_the_database(read_environment(folder.resolve()), database, whole=False):
        from tejido.web.upkeep.scrubbing import scrub_everything

        scrub_everything()


_TAKE_AWAY = (
    "{keep}: take it away from this machine and keep two copies; without it no backup opens. · "
    "Llévesela de este equipo y guarde dos copias: sin ella no se abre ningún respaldo."
)
_RESTORED = {
    "en": "Restored as of {made_at}. {lines} tombstones; {again} records destroyed again. That list is as of {as_of}: "
    "whatever was destroyed later is back, and must be destroyed again. Now: tejido node check.",
    "es": "Restaurado como estaba en {made_at}. {lines} registros de destrucción; {again} expedientes se volvieron a "
    "destruir. Esa lista es de {as_of}: lo que se destruyó después está de vuelta y debe destruirse otra vez. Ahora: "
    "tejido node check.",
}
_WENT_BACK = {
    "en": "Their keys had been replaced after this backup: {names}. Nothing is sealed to them. First an administrator "
    "gives those members a new password, then each team gives itself new keys (Teams).",
    "es": "Sus llaves se habían cambiado después de este respaldo: {names}. Nada se sella con ellas. Primero "
    "administración da a esas personas otra contraseña; luego cada equipo se da llaves nuevas (Equipos).",
}
_UNKNOWN = {
    "en": "Without --newest nobody knows which keys had been replaced after this backup: they count again. Have every "
    "team give itself new keys, and see who should no longer have access.",
    "es": "Sin --newest no se sabe qué llaves se habían cambiado después de este respaldo: vuelven a valer. Que cada "
    "equipo se dé llaves nuevas, y revise quién ya no debería tener acceso.",
}
ALL = (backup, backup_key, restore, check, scrub)
