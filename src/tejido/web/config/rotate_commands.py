# SPDX-License-Identifier: AGPL-3.0-or-later
"""`tejido node rotate-keys`: new keys for a node whose `node.env` somebody may have seen."""

from __future__ import annotations

from pathlib import Path

import click

from tejido.vocabulary import BadInput, Language
from tejido.web.config.options import disk_refusals, language_option
from tejido.web.config.rotating import rotate_doors, rotate_environment
from tejido.web.config.rotating_pepper import begin_pepper, end_pepper
from tejido.web.config.rotating_signing import begin_signing, end_signing
from tejido.web.config.rotating_transport import begin_transport, end_transport

_REQUEST = 60  # seconds: longer than any request of a door lives


@click.command(name="rotate-keys")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("kind", type=click.Choice(["environment", "doors", "pepper", "transport", "signing"]))
@click.argument("key", default="")
@click.option("--wait", type=click.FloatRange(0), default=_REQUEST, show_default=True,
              help="Seconds for which what a door began before may go on; 0 if the doors are stopped.")  # fmt: skip
@click.option("--finish", is_flag=True,
              help="The second step: of the pepper, once everyone has signed in; of the transport key, once the "
              "partners have our new card; of the signing key, once everything is signed anew.")  # fmt: skip
@language_option
def rotate_keys(*, folder: Path, kind: str, key: str, wait: float, finish: bool, language: Language) -> None:
    """Give the node in FOLDER new keys. Its doors may go on running.

    environment: what second factors are sealed under. doors: the secret of each door; everyone signs in again.
    pepper: what is mixed into passwords; each member's key goes under the new one when she next signs in.
    transport: what signs receipts, anchors and backups; partners are given our new card first.
    signing: KEY, which an administrator made and reads from her screen, is pinned as what signs everything here.

    Cut off at any moment, the same call goes on where it was.
    """
    with disk_refusals():
        if kind == "doors":
            rotate_doors(folder.resolve())
            click.echo(_DOORS[language])
            return
        if key and (kind != "signing" or finish):
            raise BadInput("rotate.key", en="a key is given where a signing key is begun, and only there",
                           es="solo al empezar con la llave de firma se indica una llave", where="KEY")  # fmt: skip
        if kind == "signing":
            _signing(folder.resolve(), key, finish, language)
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


def _signing(folder: Path, key: str, finish: bool, language: Language) -> None:
    if finish:
        click.echo((_ONE_SIGNS if end_signing(folder) else _NONE_BEGUN)[language])
        return
    pinned, vouched_for = begin_signing(folder, key)
    click.echo(_PINNED[language].format(fingerprint=pinned.fingerprint))
    if not vouched_for:
        click.echo(_NOT_VOUCHED_FOR[language], err=True)


_PINNED = {
    "en": "Pinned: {fingerprint}. Compare it by voice with the administrator, who then signs everything anew (Members, "
    "Signing key). The doors need no restart. When she has, and the partners have the card: --finish.",
    "es": "Llave anotada: {fingerprint}. Compárela de viva voz con administración, que después firma todo de nuevo "
    "(Integrantes, Llave de firma). No hace falta reiniciar las puertas. Cuando termine y las demás organizaciones "
    "tengan la tarjeta: --finish.",
}
_NOT_VOUCHED_FOR = {
    "en": "The present key does not vouch for this one: nothing is signed with it. Ask for the digits again, and run "
    "the command with the right ones.",
    "es": "La llave actual no responde por esta: nada se firma con ella. Pida otra vez los dígitos y repita el comando "
    "con los correctos.",
}
_ONE_SIGNS = {
    "en": "The old signing key is deleted. Put a copy of node.env in the safe, and keep the one before as long as "
    "older backups are kept.",
    "es": "Se borró la llave de firma anterior. Guarde una copia de node.env en la caja fuerte y conserve la anterior "
    "mientras haya respaldos de antes.",
}
_NONE_BEGUN = {
    "en": "No change of the signing key was begun; nothing was done.",
    "es": "No se había empezado a cambiar la llave de firma; no se hizo nada.",
}
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
