# SPDX-License-Identifier: Apache-2.0
"""Five findings from public files, each with how far it may be off (docs/explain/what_the_public_data_says.md).

    ./run python -m bench.public_data FINDING FILE... [--language es] [--json]

The files are not part of Tejido: their terms do not let it pass them on.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.public_findings import calls, contributors, hidden, registers, unknown
from bench.public_findings.lines import Line

from tejido.vocabulary import BadInput

FINDINGS: dict[str, tuple[int, Callable[..., list[Line]]]] = {
    "hidden": (1, hidden.find),
    "registers": (1, registers.find),
    "contributors": (1, contributors.find),
    "unknown": (1, unknown.find),
    "calls": (2, calls.find),
}


def printed(lines: Sequence[Line], language: str) -> str:
    """What the command prints: one figure a line."""
    return "\n".join(f"{line.es if language == 'es' else line.en}: {line.figure}" for line in lines)


def lines_of(finding: str, files: Sequence[Path]) -> list[Line]:
    """The figures of a finding; stops with one line where the files are not those it reads."""
    wanted, find = FINDINGS[finding]
    if len(files) != wanted:
        raise SystemExit(f"{finding} takes {wanted} file{'s' * (wanted > 1)}, not {len(files)}")
    try:
        return find(*files)
    except BadInput as problem:
        raise SystemExit(problem.line("en")) from None
    except (KeyError, ValueError) as problem:
        raise SystemExit(f"{', '.join(path.name for path in files)}: not what {finding} reads: {problem}") from None


def _own_language() -> str:
    return "es" if os.environ.get("LANG", "").startswith("es") else "en"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one finding."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("finding", choices=FINDINGS)
    options.add_argument("files", nargs="+", type=Path, metavar="FILE")
    options.add_argument("--language", choices=("en", "es"), default=_own_language())
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args(arguments)
    lines = lines_of(chosen.finding, chosen.files)
    if chosen.json:
        print(json.dumps([line._asdict() for line in lines], ensure_ascii=False))
    else:
        print(printed(lines, chosen.language))


if __name__ == "__main__":
    main(sys.argv[1:])
