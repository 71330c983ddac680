# SPDX-License-Identifier: Apache-2.0
"""Reads what `factsheet build` wrote."""

from __future__ import annotations

import json
from pathlib import Path

from tejido.statistics.sheet import Sheet
from tejido.vocabulary import BadInput, system_reason


def published_sheet(path: Path) -> Sheet:
    """The sheet in a folder, or in its `sheet.json`; raises `BadInput`."""
    file = path / "sheet.json" if path.is_dir() else path
    try:
        return Sheet.from_json(json.loads(file.read_text(encoding="utf-8")))
    except OSError as problem:
        reason = system_reason(problem)
        raise BadInput("sheet.unreadable", en=f"cannot be read: {reason['en']}",
                       es=f"no se puede leer: {reason['es']}", where=str(file)) from None  # fmt: skip
    except ValueError:
        raise BadInput("sheet.form", en="expected the JSON that `factsheet build` wrote",
                       es="se esperaba el JSON que escribió `factsheet build`", where=str(file)) from None  # fmt: skip
