# SPDX-License-Identifier: Apache-2.0
"""`tejido release synthesize`: rows for everyone in which no one is found."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import click

from tejido.cli.wording import language_option
from tejido.statistics.microdata import (
    DEFAULT_DELTA,
    Domain,
    Edition,
    Terms,
    domain,
    domain_of_rows,
    read_domain,
    release,
)
from tejido.statistics.microdata.synthesis import STEPS
from tejido.tables.csv_files import csv_header
from tejido.vocabulary import BadInput, Language, Words, code_list, code_lists


@click.command()
@click.argument("file", metavar="FILE.csv", type=click.Path(path_type=Path))
@click.option("--epsilon", type=float, required=True, help="What the edition may cost a person at most; 4 is usual.")
@click.option("--delta", type=float, default=DEFAULT_DELTA, show_default=True,
              help="Chance allowed beside epsilon; not taken from the count of rows, which is not public.")  # fmt: skip
@click.option("--domain", "schema", type=click.Path(path_type=Path), metavar="YAML",
              help="The codes of each column. Without it, columns named as a code list have that list.")  # fmt: skip
@click.option("--domain-from-rows", "trial", is_flag=True,
              help="Take the codes from FILE itself, which gives them away; with --internal only.")  # fmt: skip
@click.option("--ledger", type=click.Path(path_type=Path), metavar="JSON",
              help="Adds up what editions about the same people cost, and refuses above the budget.")  # fmt: skip
@click.option("--budget", type=float, metavar="EPSILON", help="Begins the ledger: what all editions may cost together.")
@click.option("--edition", help="Its name in the ledger; without it, the name of OUT.")
@click.option("--keep-seed", type=click.Path(path_type=Path), metavar="FILE",
              help="Gets the secret seed, to be sealed with the edition; else it is forgotten.")  # fmt: skip
@click.option("--seed", help="Repeats a trial: what --keep-seed wrote, or any text; with --internal only.")
@click.option("--internal", is_flag=True, help="A trial that is never published: it protects no one.")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), metavar="OUT",
              help="Gets the rows; OUT.json says what was measured and what it cost.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@language_option
def synthesize(
    file: Path, epsilon: float, delta: float, schema: Path | None, trial: bool, ledger: Path | None,
    budget: float | None, edition: str | None, keep_seed: Path | None, seed: str | None, internal: bool, out: Path,
    as_json: bool, language: Language,
) -> None:  # fmt: skip
    """Write invented rows that tell the same counts as FILE.csv, with differential privacy for everyone in it.

    One row is one person: an edition about persons with several rows promises less than it says. Empty cells are a
    category of their own.
    """
    terms = Terms(epsilon, delta, internal, None if seed is None else _seed(seed), ledger, budget)
    public = _domain(file, schema, trial, internal)
    with _progress(language) as report:
        made = release(file, public, out, terms=terms, edition=edition, seed_file=keep_seed, report=report)
    click.echo(json.dumps(made.about, ensure_ascii=False) if as_json else _told(made, out, language))


@contextmanager
def _progress(language: Language) -> Iterator[Callable[[int], None] | None]:
    """A bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=STEPS, label=_SAID["bar"][language], file=sys.stderr) as bar:
        yield bar.update


def _seed(text: str) -> bytes:
    return bytes.fromhex(text) if re.fullmatch("[0-9a-f]{64}", text) else sha256(text.encode()).digest()


def _domain(file: Path, schema: Path | None, trial: bool, internal: bool) -> Domain:
    if schema is not None:
        return read_domain(schema)
    if trial:
        if not internal:
            raise BadInput(
                "microdata.domain",
                where="--domain-from-rows",
                en="codes taken from the rows tell who is in them: use it with --internal only",
                es="los códigos tomados de las filas revelan quién está en ellas: úselo sólo con --internal",
            )
        return domain_of_rows(file)
    shipped, columns = set(code_lists()), {}
    for name in csv_header(file, file.name):
        if name not in shipped:
            raise BadInput(
                "microdata.domain",
                where=f"{file.name}, row 1, column {name}",
                en="no code list has this name: say in a file (--domain) what the column may hold",
                es="ninguna lista de códigos se llama así: indique en un archivo (--domain) sus valores",
            )
        columns[name] = ("", *code_list(name))
    return domain(columns, where=file.name)


_SAID: dict[str, Words] = {
    "bar": {"en": "Measure, fit, weight", "es": "Medir, ajustar, ponderar"},
    "rows": {
        "en": "{out}: {rows} invented rows from {marginals} marginals; epsilon {epsilon}, delta {delta}",
        "es": "{out}: {rows} filas inventadas a partir de {marginals} marginales; épsilon {epsilon}, delta {delta}",
    },
    "internal": {
        "en": "internal trial: not to be published, it protects no one",
        "es": "prueba interna: no debe publicarse, no protege a nadie",
    },
    "spent": {
        "en": "all {editions} editions together: epsilon {spent} of {budget}",
        "es": "las {editions} ediciones juntas: épsilon {spent} de {budget}",
    },
}


def _told(made: Edition, out: Path, language: Language) -> str:
    lines = [_SAID["rows"][language].format(out=out, **made.about)]
    if made.about["internal"]:
        lines.append(_SAID["internal"][language])
    if paid := made.about.get("ledger"):
        lines.append(
            _SAID["spent"][language].format(
                editions=paid["editions"], spent=paid["spent"]["epsilon"], budget=paid["budget"]["epsilon"]
            )
        )
    return "\n".join(lines)
