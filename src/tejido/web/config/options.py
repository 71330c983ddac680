# SPDX-License-Identifier: AGPL-3.0-or-later
"""What several `tejido node …` commands have in common."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click

from tejido.vocabulary import BadInput, system_reason

database = click.option("--database", default="", envvar="TEJIDO_DATABASE_OWNER", metavar="URL",
                        help="PostgreSQL instead of SQLite: postgresql://owner:password@host/name. The owner may "
                        "create roles; each door gets one.")  # fmt: skip

language_option = click.option(
    "--language", type=click.Choice(["en", "es"]),
    default=lambda: "es" if os.environ.get("LANGUAGE") == "es" else "en",  # the entrance speaks it already
    help="Of what is printed; without it, the terminal's.",
)  # fmt: skip


@contextmanager
def disk_refusals() -> Iterator[None]:
    """A folder that cannot be written, or a full disk, is said in one line."""
    try:
        yield
    except OSError as problem:
        why = system_reason(problem)
        raise BadInput(
            "folder.write", en=f"cannot write here: {why['en']}", es=f"no se puede escribir aquí: {why['es']}",
            where=str(problem.filename or ""),
        ) from None  # fmt: skip
