# SPDX-License-Identifier: AGPL-3.0-or-later
"""The integrity of what was built from packages: `integrity="{% integrity 'tejido/sealing.js' %}"`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from django import template

register = template.Library()


@cache
def built_assets() -> dict[str, dict[str, str]]:
    """What is shipped built, by its path under `static/`: from what, under which licences, with which digest."""
    listed: dict[str, dict[str, str]] = yaml.safe_load(
        (Path(__file__).parents[1] / "assets.yaml").read_text(encoding="utf-8")
    )
    return listed


@register.simple_tag
def integrity(path: str) -> str:
    """The digest a browser compares before it runs the file."""
    return built_assets()[path]["integrity"]
