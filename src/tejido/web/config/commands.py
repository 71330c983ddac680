# SPDX-License-Identifier: AGPL-3.0-or-later
"""`tejido demo` and `tejido node …`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from tejido.web.config.demo.stage import Stage


@click.command()
@click.option("--fresh", is_flag=True, help="Start over: forget what the demo holds.")
@click.option("--check", is_flag=True, help="Play the whole thread through the running doors, then stop.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), default=Path("demo"), show_default=True,
              help="Where the two organisations live.")  # fmt: skip
def demo(*, fresh: bool, check: bool, data: Path) -> int:
    """Two invented organisations, filled and running, each with its three doors."""
    if check:
        from tejido.web.config.demo.thread import check_thread

        # Its own folder and free ports: a check never touches a demo somebody is using.
        with tempfile.TemporaryDirectory(prefix="tejido-check-") as folder:
            return check_thread(Path(folder))
    Stage(data.resolve()).run(fresh=fresh)
    return 0


@click.group()
def node() -> None:
    """Make a node, run one of its doors, look after it."""
