# SPDX-License-Identifier: AGPL-3.0-or-later
"""`tejido node rotate-keys`: new keys for a node whose `node.env` somebody may have seen."""

from __future__ import annotations

from pathlib import Path

import click

from tejido.vocabulary import Language
from tejido.web.config.options import disk_refusals, language_option
from tejido.web.config.rotating import rotate_doors, rotate_environment
from tejido.web.config.rotating_pepper import begin_pepper, end_pepper
from tejido.web.config.rotating_transport import begin_transport, end_transport

_REQUEST = 60  # seconds: longer than any request of a door lives


@click.command(name="rotate-keys")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("kind", type=click.Choice(["environment", "doors", "pepper", "transport"]))
@click.option("--wait", type=click.FloatRange(0), default=_REQUEST, show_default=True,
              help="Seconds for which what a door began before may go on; 0 if the doors are stopped.")  # fmt: skip
@click.option("--finish", is_flag=True,
              help="The second step: of the pepper, once everyone has signed in; of the transport key, once the "
              "partners have our new card.")  # fmt: skip
@language_option
def rotate_keys(*, folder: Path, kind: str, wait: float, finish: bool, language: Language) -> None:
    """Give the node in FOLDER new keys. Its doors may go on running.

    environment: what second factors are sealed under. doors: the secret of each door; everyone signs in again.
    pepper: what is mixed into passwords; each member's key goes under the new one when she next signs in.
    transport: what signs receipts, anchors and backups; partners are given our new card first.

    Cut off at any moment, the same call goes on where it was.
    """
    with disk_refusals():
        if kind == "doors":
            rotate_doors(folder.resolve())
            click.echo(_DOORS[language])
            return
        if kind == "transport":
            _transport(folder.resolve(), finish, language)
            return
        if kind == "pepper":
            _pepper(folder.resolve(), finish, language)
            return
        done = rotate_environment(folder.resolve(), wait=wait)
    click.echo(_ENVIRONMENT[language].format(count=done.count))
    if done.unreadable:
        click.echo(_UNREADABLE[language].format(count=done.unreadable), err=True)


def _pepper(folder: Path, finish: bool, language: Language) -> None:
    if finish:
        end_pepper(folder)
        click.echo(_ENDED[language])
        return
    waiting = begin_pepper(folder)
    click.echo(_PEPPER[language].format(count=len(waiting), names=", ".join(waiting)))


def _transport(folder: Path, finish: bool, language: Language) -> None:
    if finish:
        click.echo((_SIGNS if end_transport(folder) else _NOT_BEGUN)[language])
        return
    begin_transport(folder)
    click.echo(_TOLD[language])


_TOLD = {
    "en": "The next transport key stands on your card. Restart the doors and the worker; an administrator sends the "
    "card to every partner (Agreements, Partner organisations). When they have it: --finish. Until then the present "
    "key signs.",
    "es": "La siguiente llave de transporte ya está en su tarjeta. Reinicie las puertas y el proceso de fondo; quien "
    "administra envía la tarjeta a cada organización (Convenios, Organizaciones con convenio). Cuando la tengan: "
    "--finish. Mientras tanto firma la llave actual.",
}
_SIGNS = {
    "en": "The new transport key signs. Restart the doors and the worker, and put a copy of node.env in the safe: it "
    "is what a restore of an older backup asks for (--newer-environment).",
    "es": "Ya firma la llave de transporte nueva. Reinicie las puertas y el proceso de fondo, y guarde una copia de "
    "node.env en la caja fuerte: es la que se pide al restaurar un respaldo anterior (--newer-environment).",
}
_NOT_BEGUN = {
    "en": "No change of the transport key was begun; nothing was done.",
    "es": "No se había empezado a cambiar la llave de transporte; no se hizo nada.",
}
_PEPPER = {
    "en": "A new pepper is in use; the doors need no restart. {count} must still sign in: {names}. Then: --finish. "
    "Put a copy of node.env in the safe.",
    "es": "Ya se usa un valor nuevo; no hace falta reiniciar las puertas. Falta que entren {count}: {names}. Después: "
    "--finish. Guarde una copia de node.env en la caja fuerte.",
}
_ENDED = {
    "en": "The old pepper is forgotten here. Put a copy of node.env in the safe, and keep the one before as long as "
    "older backups are kept.",
    "es": "El valor anterior ya no está aquí. Guarde una copia de node.env en la caja fuerte y conserve la anterior "
    "mientras haya respaldos de antes.",
}
_ENVIRONMENT = {
    "en": "{count} second factors sealed under a new key; the old one is forgotten here. The doors need no restart. "
    "Put a copy of node.env in the safe, and keep the one before as long as older backups are kept.",
    "es": "{count} segundos factores sellados con una llave nueva; la anterior ya no está aquí. No hace falta "
    "reiniciar las puertas. Guarde una copia de node.env en la caja fuerte y conserve la anterior mientras haya "
    "respaldos de antes.",
}
_UNREADABLE = {
    "en": "{count} rows open under neither key; `tejido node check` names them. Give those people a new second factor.",
    "es": "{count} filas no se abren con ninguna de las dos llaves; `tejido node check` dice cuáles. Dé a esas "
    "personas un segundo factor nuevo.",
}
_DOORS = {
    "en": "Every door has a new secret. Restart the four doors now and the worker; everyone signs in again.",
    "es": "Cada puerta tiene un secreto nuevo. Reinicie ahora las cuatro puertas y el proceso de fondo; todas las "
    "personas vuelven a iniciar sesión.",
}
