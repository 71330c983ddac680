# SPDX-License-Identifier: Apache-2.0
"""The command line, as a person runs it, in this process."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from tejido.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def tejido(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """`tejido ARGUMENTS…`: its exit code, what it printed, and what it said on standard error."""

    def command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tejido", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr()
        return int(left.value.code or 0), told.out, told.err

    return command
