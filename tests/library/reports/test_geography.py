# SPDX-License-Identifier: Apache-2.0
"""The shipped outlines are what the named sources give, small, and inside the drawing."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest

from tejido.reports.geography.prepare import HEIGHT, WIDTH, albers, drawing, thinned

SHIPPED = files("tejido.reports") / "geography" / "states.json"
SOURCES = Path(__file__).parents[3].parent / "shared" / "data" / "geo"


@pytest.mark.skipif(not SOURCES.exists(), reason="the source outlines are not beside the repository")
def test_the_shipped_outlines_are_made_from_their_sources() -> None:
    us, mx = (json.loads((SOURCES / name).read_text()) for name in ("us-states-10m.json", "mx-states.topojson"))
    shapes, outline = drawing(us, mx)
    shipped = json.loads(SHIPPED.read_text(encoding="utf-8"))
    assert shipped == {"width": WIDTH, "height": HEIGHT, "outline_mx": outline, "states": shapes}


def test_the_outlines_are_small() -> None:
    assert len(SHIPPED.read_bytes()) < 80_000


def test_the_projection_keeps_areas_equal() -> None:
    # A degree square's area on the sphere falls with the cosine of its latitude; on the plane it must do so too.
    def area(latitude: float) -> float:
        (ax, ay), (bx, by), (cx, cy) = (
            albers(x, y, -97, (22, 44)) for x, y in ((-90, latitude), (-89.99, latitude), (-90, latitude + 0.01))
        )
        return abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay))

    assert area(17) / area(45) == pytest.approx(0.9563 / 0.7071, rel=0.001)


def test_thinning_keeps_the_ends_and_the_corners() -> None:
    line = [(0.0, 0.0), (5.0, 0.1), (10.0, 0.0), (10.0, 10.0)]
    assert thinned(line) == [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)]
