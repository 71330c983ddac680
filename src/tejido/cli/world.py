# SPDX-License-Identifier: Apache-2.0
"""`tejido world make`: write an invented world to a folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Protocol

import click

from tejido.cli.wording import reader_language
from tejido.synthetic import make_large_world, make_world
from tejido.vocabulary import BadInput, Words


@click.group()
def world() -> None:
    """Invented worlds to try things on. Nobody in them exists."""


@world.command()
@click.option("--like", help="Like a printed sheet; without --cases its joint figures are met exactly. Known: 2017.")
@click.option("--cases", type=int, help="Any number of cases instead; the figures are whatever they happen to be.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same bytes.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder for mx, us and truth.")
@click.option("--form", type=click.Choice(["csv", "parquet"]), help="[default: csv; parquet with --cases]")
@click.option("--force", is_flag=True, help="Replace mx, us and truth in a folder that holds other things too.")
def make(
    like: str | None, cases: int | None, seed: int, out: Path, form: Literal["csv", "parquet"] | None, force: bool
) -> None:
    """Write OUT/mx and OUT/us (records) and OUT/truth (never read when counting)."""
    if cases is not None:
        with _progress(cases) as report:
            make_large_world(
                cases=cases,
                seed=seed,
                folder=out,
                form=form or "parquet",
                like=like or "2017",
                report=report,
                force=force,
            )
    elif like is not None:
        make_world(like=like, seed=seed, folder=out, form=form or "csv", force=force)
    else:
        raise BadInput(
            "world.which",
            en="say which world to make: --like 2017 or --cases N",
            es="diga qué mundo hacer: --like 2017 o --cases N",
        )


_CASES: Words = {"en": "Cases", "es": "Casos"}


class _Report(Protocol):
    def __call__(self, done: int, total: int, /) -> None: ...


@contextmanager
def _progress(cases: int) -> Iterator[_Report | None]:
    """A bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty() or cases < 1:
        yield None
        return
    with click.progressbar(length=cases, label=_CASES[reader_language()], file=sys.stderr) as bar:
        yield lambda done, total: bar.update(done - bar.pos)
