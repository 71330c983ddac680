# SPDX-License-Identifier: Apache-2.0
"""The way in: gathers the command groups and turns every failure into its exit code and one clear line."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TextIO, cast

import click

from tejido.cli.wording import reader_language, speak, worded
from tejido.vocabulary import BadInput, Words, system_reason

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
                short_help=_NEEDS_THE_NODE[reader_language()].format(name=cmd_name),
            )
        return worded(loaded) if isinstance(loaded, click.Command) else None


_NEEDS_THE_NODE: Words = {
    "en": "`tejido {name}` needs the node: pip install 'tejido[web]'",
    "es": "`tejido {name}` necesita la otra mitad: pip install 'tejido[web]'",
}
_STOPPED: Words = {"en": "stopped", "es": "se detuvo"}


def _needs_the_node(name: str):  # type: ignore[no-untyped-def]
    def refuse() -> None:
        raise click.UsageError(_NEEDS_THE_NODE[reader_language()].format(name=name))

    return refuse


@click.command(cls=_Groups, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tejido")
def tejido() -> None:
    """The safety net two anti-trafficking hotlines weave across a border."""


class _UntilClosed:
    """Standard output that goes quiet once its reader has gone (`| head -1`).

    The command still runs to its end, so that its exit code keeps its meaning in a pipe.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._closed = False
        self.problem: OSError | None = None  # why not everything could be written

    def write(self, text: str) -> int:
        self._attempt(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        self._attempt(self._stream.flush)

    def _attempt(self, work: Callable[[], object]) -> None:
        if self._closed:
            return
        try:
            work()
        except BrokenPipeError:
            self._close()
        except OSError as problem:  # a full disk behind `> file`: said at the end, for click tries and swallows writes
            self._close()
            self.problem = problem

    def _close(self) -> None:
        self._closed = True
        # What is still buffered must go somewhere when Python ends, else it complains there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 the answer is no, 2 bad input, 3 our own fault."""
    if sys.stdout is None:  # closed by whoever started us (`>&-`)
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  until the process ends
    printed = _UntilClosed(sys.stdout)
    sys.stdout = cast(TextIO, printed)
    language = reader_language(sys.argv[1:])
    speak(language)
    try:
        outcome = worded(tejido).main(standalone_mode=False)
        printed.flush()
        if printed.problem:
            why = system_reason(printed.problem)
            raise BadInput("output", en=f"not everything could be printed: {why['en']}",
                           es=f"no se pudo imprimir todo: {why['es']}")  # fmt: skip
    except BadInput as problem:
        _say(f"tejido: {problem.line(language)}")
        sys.exit(BAD_INPUT)
    except click.Abort:
        _say(f"tejido: {_STOPPED[language]}.")
        sys.exit(130)
    except click.exceptions.NoArgsIsHelpError as problem:  # a group without a command: its help, not an error line
        _say(problem.format_message())
        sys.exit(BAD_INPUT)
    except click.ClickException as problem:
        _say(f"tejido: {' '.join(problem.format_message().split())}")
        sys.exit(BAD_INPUT)
    except Exception:  # noqa: BLE001  the last line of defence: our fault, with the traceback that mends it
        traceback.print_exc()
        sys.exit(OUR_FAULT)
    sys.exit(outcome if isinstance(outcome, int) else DONE)


def _say(line: str) -> None:
    print(line, file=sys.stderr)
