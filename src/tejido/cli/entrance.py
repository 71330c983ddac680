# SPDX-License-Identifier: Apache-2.0
"""The way in: gathers the command groups and turns every failure into its exit code and one clear line."""

from __future__ import annotations

import sys
import traceback
from importlib.metadata import EntryPoint, entry_points

import click

from tejido.vocabulary import BadInput

DONE, NO, BAD_INPUT, OUR_FAULT = 0, 1, 2, 3


class _Groups(click.Group):
    """Loads a command group only when it is asked for, so that `tejido count` never waits for the web half."""

    def _points(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group="tejido.commands")}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self._points())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        point = self._points().get(cmd_name)
        if point is None:
            return None
        try:
            loaded = point.load()
        except ModuleNotFoundError as missing:
            if missing.name and missing.name.split(".")[0] == "tejido":
                raise
            return click.Command(
                cmd_name,
                callback=_needs_the_node(cmd_name),
                short_help="(needs the node: pip install tejido[web])",
            )
        return loaded if isinstance(loaded, click.Command) else None


def _needs_the_node(name: str):  # type: ignore[no-untyped-def]
    def refuse() -> None:
        raise click.UsageError(f"`tejido {name}` needs the node: pip install 'tejido[web]'.")

    return refuse


@click.command(cls=_Groups, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tejido")
def tejido() -> None:
    """The safety net two anti-trafficking hotlines weave across a border."""


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 the answer is no, 2 bad input, 3 our own fault."""
    try:
        outcome = tejido.main(standalone_mode=False)
    except BadInput as problem:
        _say(f"tejido: {problem.line('en')}")
        sys.exit(BAD_INPUT)
    except click.Abort:
        _say("tejido: stopped.")
        sys.exit(130)
    except click.ClickException as problem:
        _say(f"tejido: {problem.format_message()}")
        sys.exit(BAD_INPUT)
    except BrokenPipeError:
        sys.exit(DONE)
    except Exception:  # noqa: BLE001  the last line of defence: our fault, with the traceback that mends it
        traceback.print_exc()
        sys.exit(OUR_FAULT)
    sys.exit(outcome if isinstance(outcome, int) else DONE)


def _say(line: str) -> None:
    print(line, file=sys.stderr)
