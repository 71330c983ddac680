# SPDX-License-Identifier: AGPL-3.0-or-later
"""`tejido audit …`: does the audit of a node hold? For whoever keeps it, its partner, or a court."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import click
import django

from tejido.vocabulary import BadInput
from tejido.web.config.making import read_environment

SCHEMA = "tejido.audit/1"
_SAID = {
    "link": "an audit entry was altered, moved or removed, at place · "
    "se alteró, movió o quitó un registro de la bitácora, en el lugar",
    "gap": "an audit entry was removed, number · se quitó un registro de la bitácora, número",
    "guard": "a guard of the audit in the database is missing, off, altered or none of ours · "
    "un candado de la bitácora en la base de datos falta, está apagado, cambió o no es nuestro",
    "anchor": "the audit was cut short or exchanged: it does not reach · la bitácora se cortó o cambió: no llega a",
    "unanchored": "the audit had an anchor and it is missing: put a copy back, or find out why and then use "
    "`tejido audit anchor` · la bitácora tenía un ancla y falta: reponga una copia, o averigüe por qué y luego use "
    "`tejido audit anchor`",
    "partner": "a partner signed an audit of this node that is not this one; which and when · "
    "otra organización firmó una bitácora de esta que no es la presente; cuál y cuándo",
    "forged": "kept as a partner's signature, but it is none · guardado como firma de otra organización, pero no lo es",
    "told": "a record went back to something older while it was in use · un expediente volvió a algo anterior en uso",
    "record": "a record is not what was last saved · un expediente no es lo que se guardó",
    "unread": "records could not be compared, for a line of the audit cannot be read · "
    "no se pudieron comparar los expedientes, pues una línea de la bitácora no se puede leer",
    "gone": "a record was taken away · se quitó un expediente",
}  # fmt: skip
_BEGUN = "A new anchor was begun, and the audit says so. · Se empezó un ancla nueva, y la bitácora lo dice."
_HOLDS = "The anchor holds; nothing was changed. · El ancla está bien; no se cambió nada."


@click.group()
def audit() -> None:
    """Check the audit of a node, from outside it."""


@audit.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--anchor", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="A copy of audit.anchor kept elsewhere, looked at besides the one in FOLDER.")  # fmt: skip
@click.option("--partner", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="What a partner's `tejido audit anchors` printed about this node: the proof nobody here can "
              "alter.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(*, folder: Path, anchor: Path | None, partner: Path | None, as_json: bool) -> int:
    """Check that the audit of the node in FOLDER holds and that every record is what was last saved. Opens nothing.

    Exit code 1 if something does not fit.
    """
    with node_of(folder) as node:
        from tejido.web.mailbox.anchoring import countersigned, differing, last_seen, read_lines
        from tejido.web.security.anchor import begun_anew
        from tejido.web.security.anchor_file import read_anchor
        from tejido.web.security.models import AuditEntry
        from tejido.web.security.verifying import counted, findings, unchained

        copy = anchor.read_bytes() if anchor else None
        signed = chain(countersigned(folder), read_lines(partner) if partner else ())
        found = counted(chain(findings(read_anchor(folder), node.transport.known, copy=copy), differing(signed)))
        waiting, since = unchained()
        outcome = {
            "schema": SCHEMA,
            "holds": not found,
            "entries": AuditEntry.objects.count(),
            "first_bad": int(found["link"][1][0]) if "link" in found else None,
            "anchored_anew": begun_anew(),
            "unchained": {"entries": waiting, "since": since.isoformat() if since else None},
            "countersigned": {code: day.isoformat() if day else None for code, day in last_seen().items()},
            "findings": [{"kind": kind, "count": count, "first": places} for kind, (count, places) in found.items()],
        }
    click.echo(json.dumps(outcome) if as_json else "\n".join(_lines(outcome)))
    return 1 if found else 0


@audit.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--of", required=True, help="Short name of the partner whose audit is asked about: us.")
def anchors(*, folder: Path, of: str) -> None:
    """Print where a partner's audit stood, day by day, as it told this node and this node signed. Holds no content.

    For the partner's `tejido audit verify --partner`, or for a court.
    """
    with node_of(folder):
        from tejido.web.mailbox.anchoring import kept_of

        for line in kept_of(of):
            click.echo(line)


@audit.command("anchor")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def begin_anchor(*, folder: Path) -> None:
    """Begin audit.anchor anew in FOLDER where the old one is missing or does not hold, once you know why.

    The audit keeps that it was done. An anchor that holds is left alone.
    """
    with node_of(folder) as node:
        from tejido.web.security.anchor import begin_anew

        problem = begin_anew(folder, node.transport.signing, known=node.transport.known)
    click.echo(_BEGUN if problem else _HOLDS)


def _lines(outcome: Mapping[str, Any]) -> Iterator[str]:
    for finding in outcome["findings"]:
        for place in finding["first"]:
            yield f"{_SAID[finding['kind']]}: {place}"
        if (more := finding["count"] - len(finding["first"])) > 0:
            yield f"… and {more} more of these · … y {more} más de estos"
    tail = outcome["unchained"]
    if tail["entries"]:
        yield (f"{tail['entries']} entries since {tail['since']} are not chained yet; does the worker run? · "
               f"{tail['entries']} registros desde {tail['since']} aún no están encadenados; ¿está en marcha el "
               "proceso de trabajo?")  # fmt: skip
    if anew := outcome["anchored_anew"]:
        yield (f"The anchor was begun anew by hand; times, named in the audit: {anew} · "
               f"El ancla se empezó de nuevo a mano; veces, anotadas en la bitácora: {anew}")  # fmt: skip
    for code, day in outcome["countersigned"].items():
        yield f"{code}: countersigned until {day or '—'} · firmada por la otra organización hasta {day or '—'}"
    if not outcome["findings"]:
        count = outcome["entries"]
        yield f"The audit holds: {count} entries. · La bitácora está íntegra: {count} registros."


@contextmanager
def node_of(folder: Path) -> Iterator[Any]:
    """The settings of the node in `folder`, Django set up as its staff door."""
    os.environ.update(read_environment(folder), DJANGO_SETTINGS_MODULE="tejido.web.config.staff")
    django.setup()
    from django.conf import settings
    from django.db import DatabaseError

    try:
        yield settings.TEJIDO
    except DatabaseError as problem:
        said = str(problem).splitlines()[0]
        raise BadInput("node.database", en=f"the database cannot be used: {said}",
                       es=f"la base de datos no se puede usar: {said}", where=str(folder)) from None  # fmt: skip
