# SPDX-License-Identifier: Apache-2.0
"""The states of both countries in bands, as SVG.

Drawn directly and not through a chart grammar: 84 shipped paths need no projection at run time, every state carries its
own title, bands differ by hatching as well as by lightness, and the same bytes come out everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from tejido.reports.document import SheetMap
from tejido.vocabulary import Language, code_list

NONE_COLOUR = "#f6f4ef"
LINE_COLOUR = "#5c6b70"
BORDER_COLOUR = "#17262c"  # the border is what the sheet is about
# One hue from light to dark: readable in black and white and by colour-blind readers; hatching says it a second time.
SCALES: Mapping[int, Sequence[str]] = {
    1: ("#6fabb0",),
    2: ("#b5d6d6", "#2f727c"),
    3: ("#cfe4e3", "#78b0b5", "#215f6a"),
    4: ("#d6e8e7", "#93c1c4", "#47888f", "#17505b"),
    5: ("#dcebea", "#a9cfd0", "#6fa9ae", "#377983", "#12444e"),
    6: ("#e0edec", "#b8d7d8", "#89bbbf", "#559299", "#2a6772", "#0e3a43"),
}
# Pattern per band: spacing of the lines and their slope; the first is plain.
HATCHES: Sequence[str] = (
    "",
    '<path d="M4,4.5h1" stroke-width="1.5"/>',
    '<path d="M-1,1l2,-2M0,9l9,-9M8,10l2,-2"/>',
    '<path d="M-1,8l2,2M0,0l9,9M8,-1l2,2"/>',
    '<path d="M0,0l9,9M0,9l9,-9"/>',
    '<path d="M0,4.5h9M4.5,0v9"/>',
)
_LIGHT_HATCH, _DARK_HATCH = "#ffffff", "#0e3a43"


@cache
def _shapes() -> dict[str, Any]:
    text = (files("tejido.reports") / "geography" / "states.json").read_text(encoding="utf-8")
    shapes: dict[str, Any] = json.loads(text)
    return shapes


def drawn_states() -> tuple[str, ...]:
    """ISO 3166-2 codes that the map can show, in the order of the code list."""
    return tuple(_shapes()["states"])


def band_words(sheet_map: SheetMap, code: str) -> str:
    """What the legend says of a state."""
    band = sheet_map.states.get(code)
    return sheet_map.none_label if band is None else sheet_map.band_labels[band]


def description(sheet_map: SheetMap, language: Language) -> str:
    """The whole map in words, darkest band first: what a reader who cannot see it is told."""
    states = code_list("state")
    parts = [f"{sheet_map.title}."]
    for band in reversed(range(len(sheet_map.band_labels))):
        named = [states.label_of(code, language) for code in drawn_states() if sheet_map.states.get(code) == band]
        if named:
            parts.append(f"{sheet_map.band_labels[band]}: {', '.join(named)}.")
    return " ".join(parts)


def colours(sheet_map: SheetMap) -> Sequence[str]:
    """One colour per band, lightest first; raises ValueError for no band, more than six, or a band without a label."""
    count = len(sheet_map.band_labels)
    if count not in SCALES:
        raise ValueError(f"a map has one to six bands, not {count}")
    wrong = sorted({band for band in sheet_map.states.values() if band is not None and not 0 <= band < count})
    if wrong:
        raise ValueError(f"band {wrong[0]} has no label")
    unknown = sorted(set(sheet_map.states) - set(drawn_states()))
    if unknown:
        raise ValueError(f"{unknown[0]} is not on the map")
    return SCALES[count]


def _patterns(scale: Sequence[str]) -> str:
    """Hatching alone, on nothing: the colour is a solid fill below it, so that no viewer shows seams between tiles."""
    parts = []
    for band in range(1, len(scale)):
        line = _LIGHT_HATCH if band >= len(scale) / 2 else _DARK_HATCH
        parts.append(
            f'<pattern id="band-{band}" width="9" height="9" patternUnits="userSpaceOnUse">'
            f'<g stroke="{line}" stroke-opacity=".5" fill="none">{HATCHES[band]}</g></pattern>'
        )
    return "".join(parts)


def map_svg(sheet_map: SheetMap, language: Language) -> str:
    """The map as one SVG element with title and description; raises ValueError as `colours` does."""
    scale = colours(sheet_map)
    states = code_list("state")
    paths = []
    for code, path in _shapes()["states"].items():
        band = sheet_map.states.get(code)
        fill = NONE_COLOUR if band is None else scale[band]
        told = escape(f"{states.label_of(code, language)}: {band_words(sheet_map, code)}")
        hatch = f'<path fill="url(#band-{band})" d="{path}"/>' if band else ""
        paths.append(f'<g><title>{told}</title><path fill="{fill}" d="{path}"/>{hatch}</g>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_shapes()["width"]} {_shapes()["height"]}" role="img" '
        f'aria-labelledby="map-title map-description"><title id="map-title">{escape(sheet_map.title)}</title>'
        f'<desc id="map-description">{escape(description(sheet_map, language))}</desc>'
        f"<defs>{_patterns(scale)}</defs>"
        f'<g stroke="{LINE_COLOUR}" stroke-width=".8" stroke-linejoin="round">{"".join(paths)}'
        f'<path d="{_shapes()["outline_mx"]}" fill="none" stroke="{BORDER_COLOUR}" stroke-width="1.9"/></g></svg>'
    )


def key_svg(sheet_map: SheetMap, band: int | None, *, alone: bool = True) -> str:
    """The swatch of one band for the legend, decorative: its words stand beside it.

    `alone` False leaves the patterns out, for a page that already holds the map and its ids.
    """
    scale = colours(sheet_map)
    fill = NONE_COLOUR if band is None else scale[band]
    hatch = f'<rect x=".5" y=".5" width="44" height="26" fill="url(#band-{band})"/>' if band else ""
    defined = f"<defs>{_patterns(scale)}</defs>" if alone else ""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 45 27" width="30" height="18" aria-hidden="true">'
        f'{defined}<rect x=".5" y=".5" width="44" height="26" fill="{fill}" stroke="{LINE_COLOUR}"/>{hatch}</svg>'
    )
