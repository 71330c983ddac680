# SPDX-License-Identifier: Apache-2.0
"""In which language the command line speaks: its help, click's own words, and what commands print.

Help and click's words go through gettext, as click does by itself; the Spanish stands in `locale/`.
"""

from __future__ import annotations

import copy
import gettext
import os
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import cast

import click

from tejido.vocabulary import Language

_DOMAIN = "tejido"


def reader_language(arguments: Sequence[str] = ()) -> Language:
    """The language asked for with --language, else TEJIDO_LANGUAGE, else the terminal's, else English."""
    for position, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--language":
            asked = value or "".join(arguments[position + 1 : position + 2])
            if asked in ("en", "es"):
                return cast(Language, asked)
    names = ("TEJIDO_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    terminal = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return "es" if re.split(r"[_.@-]", terminal.lower())[0] == "es" else "en"


language_option = click.option(
    "--language",
    type=click.Choice(["en", "es"]),
    default=reader_language,
    help="Of what is printed; without it, the terminal's.",
)


def speak(language: Language) -> None:
    """From here on click says its words in `language`."""
    os.environ["LANGUAGE"] = language  # what gettext asks first, every time
    gettext.bindtextdomain(_DOMAIN, str(files("tejido.cli") / "locale"))
    gettext.textdomain(_DOMAIN)


def worded(command: click.Command) -> click.Command:
    """The same command, its subcommands and options, with their help in the language of `speak`."""
    said = copy.copy(command)
    said.help = gettext.gettext(command.help) if command.help else None
    said.params = [copy.copy(parameter) for parameter in command.params]
    for option in said.params:
        if isinstance(option, click.Option) and option.help:
            option.help = gettext.gettext(option.help)
    if isinstance(said, click.Group):
        said.commands = {name: worded(inner) for name, inner in said.commands.items()}
    return said
