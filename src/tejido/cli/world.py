# SPDX-License-Identifier: Apache-2.0
"""`tejido world make`: write an invented world to a folder."""

from __future__ import annotations

from pathlib import Path

import click

from tejido.synthetic import make_world


@click.group()
def world() -> None:
    """Invented worlds to try things on. Nobody in them exists."""


@world.command()
@click.option("--like", help="A world whose joint figures are exactly those of a printed sheet: 2017.")
@click.option(
    "--seed", type=int, default=1, show_default=True, help="The same seed makes the same world, byte for byte."
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write mx, us and truth to.")
@click.option("--form", type=click.Choice(["csv", "parquet"]), help="[default: csv; parquet with --cases]")
@click.option("--force", is_flag=True, help="Replace mx, us and truth in a folder that holds other things too.")
def make(like: str | None, seed: int, out: Path, form: str | None, force: bool) -> None:
    """Write DIR/mx and DIR/us (records) and DIR/truth (never read when counting)."""
    make_world(like=like or "2017", seed=seed, folder=out, form="parquet" if form == "parquet" else "csv", force=force)
