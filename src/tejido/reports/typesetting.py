# SPDX-License-Identifier: Apache-2.0
"""A Typst template filled with values, as PDF: tagged (PDF/UA-1), US letter (carta), with the shipped fonts only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import as_file, files

import typst


def typeset(template: str, values: Mapping[str, object]) -> bytes:
    """The PDF. No date and no font of the machine goes in: same template and values, same bytes."""
    text = (files("tejido.reports") / "templates" / template).read_bytes()
    with as_file(files("tejido.reports") / "fonts") as fonts:
        made: bytes = typst.compile(
            text,
            font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(fonts)]),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"sheet": json.dumps(values, ensure_ascii=False)},
            pdf_standards="ua-1",
        )
    return made
