# SPDX-License-Identifier: Apache-2.0
"""Nothing the command line offers is without its Spanish."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path

import click
import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from tejido.cli.entrance import tejido
from tejido.cli.wording import reader_language
from tests.rules.source import WEB

CATALOGUE = WEB.parent / "cli" / "locale" / "es" / "LC_MESSAGES" / "tejido.po"
TERMINAL = ("TEJIDO_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def _spanish() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        read = read_po(file, locale="es")
    found = {}
    for message in read:
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        found |= dict(zip(ids, strings, strict=True))
    return {key: value for key, value in found.items() if key}


def _commands(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for inner, found in command.commands.items():
            yield from _commands(f"{name} {inner}", found)


def _offered() -> dict[str, str]:
    """Help by where it stands: `tejido count`, `tejido count --by`."""
    groups = {point.name: point.load() for point in entry_points(group="tejido.commands")}
    all_commands = [
        ("tejido", tejido),
        *(pair for name in groups for pair in _commands(f"tejido {name}", groups[name])),
    ]
    found = {}
    for name, command in all_commands:
        found[name] = command.help or ""
        for option in command.params:
            if isinstance(option, click.Option):
                found[f"{name} {option.opts[0]}"] = option.help or ""
    return found


def test_every_command_and_option_has_help_in_both_languages() -> None:
    offered, spanish = _offered(), _spanish()
    assert len(offered) > 50
    assert [place for place, text in offered.items() if not text] == []
    assert [place for place, text in offered.items() if not spanish.get(text)] == []


def test_the_catalogue_holds_nothing_that_is_not_said() -> None:
    words = {"_": None, "ngettext": (1, 2), "gettext": None}
    said = set(_offered().values()) | {"required"}  # click looks this one up by a variable
    for path in Path(str(files("click"))).glob("*.py"):
        for _line, message, _comments, _context in extract("python", io.BytesIO(path.read_bytes()), words):
            said.update(part for part in (message if isinstance(message, tuple) else (message,)) if part)
    assert [text for text in _spanish() if text not in said] == []


@pytest.mark.parametrize(
    ("environment", "arguments", "expected"),
    [
        ({}, ["count"], "en"),
        ({"LANG": "es_MX.UTF-8"}, ["count"], "es"),
        ({"LANG": "es"}, ["count"], "es"),
        ({"LANG": "est_EE"}, ["count"], "en"),
        ({"LANG": "es_MX.UTF-8", "LC_ALL": "C"}, ["count"], "en"),
        ({"LC_ALL": "C", "TEJIDO_LANGUAGE": "es"}, ["count"], "es"),
        ({"LANG": "es_MX.UTF-8"}, ["count", "--language", "en"], "en"),
        ({"LANG": "es_MX.UTF-8"}, ["count", "--language"], "es"),
        ({}, ["factsheet", "build", "--language=es"], "es"),
    ],
)
def test_who_chooses_the_language(
    environment: dict[str, str], arguments: list[str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in TERMINAL:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert reader_language(arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "spanish", "english"),
    [
        (["--help"], "Comandos:", "Commands:"),
        (["world", "make", "--help"], "La misma semilla produce los mismos bytes.", "The same seed makes"),
        (["world", "make"], "tejido: Falta la opción '--out'.", "tejido: Missing option '--out'."),
        (["nosuch"], "tejido: No existe el comando 'nosuch'.", "tejido: No such command 'nosuch'."),
        (["indicators", "show", "victims"], "respuesta múltiple", "several answers"),
        (["tables", "show", "cases"], "obligatorio", "required"),
    ],
)
def test_the_terminal_is_answered_in_its_language(arguments: list[str], spanish: str, english: str) -> None:
    said = {}
    for language in ("en", "es"):
        environment = {**os.environ, "TEJIDO_LANGUAGE": language}
        ended = subprocess.run(
            [sys.executable, "-m", "tejido.cli", *arguments],
            capture_output=True, text=True, check=False, env=environment,
        )  # fmt: skip
        said[language] = ended.stdout + ended.stderr
    assert spanish in said["es"]
    assert spanish not in said["en"]
    assert english in said["en"]
    assert english not in said["es"]
