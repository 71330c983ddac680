# SPDX-License-Identifier: Apache-2.0
"""Makes `states.json` from two TopoJSON files: one equal-area plane for both countries, borders thinned once per arc.

Run when a source changes: `python -m tejido.reports.geography.prepare US.topojson MX.topojson`.
Thinning whole arcs keeps the border that two states share identical on both sides (Visvalingam and Whyatt 1993,
"Line generalisation by repeated elimination of points"). Projection: Albers equal-area conic (Snyder 1987,
"Map Projections: A Working Manual", p. 100), so that a large state is not made to look larger than it is.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from math import cos, radians, sin, sqrt
from pathlib import Path
from typing import Any

from tejido.vocabulary import code_list

Point = tuple[float, float]
WIDTH, HEIGHT = 1000, 860
LEAST_TRIANGLE = 3.0  # square units of the drawing; about a third of a point on a printed page
LEAST_ISLAND = 6.0
# Alaska and Hawaii would treble the map: drawn apart, smaller. Puerto Rico larger than life, or it could not be seen.
# code -> (central longitude, parallels, scale against the mainland, where its centre is put)
APART = {
    "US-AK": (-154.0, (55.0, 65.0), 0.33, (75.0, 668.0)),
    "US-HI": (-157.5, (8.0, 18.0), 1.0, (75.0, 800.0)),
    "US-PR": (-66.4, (15.0, 20.0), 1.5, (785.0, 665.0)),
}
MAINLAND = (-97.0, (22.0, 44.0))


def albers(longitude: float, latitude: float, centre: float, parallels: tuple[float, float]) -> Point:
    """Degrees to a plane on the unit sphere, y downwards."""
    first, second = (radians(parallel) for parallel in parallels)
    n = (sin(first) + sin(second)) / 2
    constant = cos(first) ** 2 + 2 * n * sin(first)
    rho = sqrt(constant - 2 * n * sin(radians(latitude))) / n
    turn = (longitude - centre + 180) % 360 - 180  # the Aleutians cross the date line
    theta = n * radians(turn)
    return rho * sin(theta), rho * cos(theta)


def decoded_arcs(topology: dict[str, Any]) -> list[list[Point]]:
    """Arcs in degrees: TopoJSON stores steps on a grid."""
    (scale_x, scale_y), (start_x, start_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for steps in topology["arcs"]:
        x = y = 0
        arc = []
        for step in steps:
            x, y = x + step[0], y + step[1]
            arc.append((x * scale_x + start_x, y * scale_y + start_y))
        arcs.append(arc)
    return arcs


def _triangle(a: Point, b: Point, c: Point) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2


def thinned(arc: list[Point]) -> list[Point]:
    """The arc without the points that change the drawing least; its ends, and three points of a ring, stay."""
    points = list(arc)
    least = 4 if arc[0] == arc[-1] else 2
    while len(points) > least:
        areas = [_triangle(points[i - 1], points[i], points[i + 1]) for i in range(1, len(points) - 1)]
        smallest = min(range(len(areas)), key=areas.__getitem__)
        if areas[smallest] >= LEAST_TRIANGLE:
            break
        del points[smallest + 1]
    return points


def _rings(geometry: dict[str, Any]) -> Iterator[list[int]]:
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    for polygon in polygons:
        yield from polygon


def _ring(numbers: list[int], arcs: list[list[Point]]) -> list[Point]:
    points: list[Point] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points.extend(arc if not points else arc[1:])
    return points


def _area(ring: list[Point]) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))) / 2


def _path(rings: list[list[Point]], *, closed: bool = True) -> str:
    """SVG path in whole tenths, relative steps: half the bytes of absolute ones."""
    parts = []
    for ring in rings:
        steps = []
        last = (0, 0)
        for number, (x, y) in enumerate(ring[:-1] if closed else ring):
            here = (round(x * 10), round(y * 10))
            if number and here == last:
                continue
            steps.append(f"{'l' if number else 'M'}{_tenth(here[0] - last[0])},{_tenth(here[1] - last[1])}")
            last = here
        parts.append("".join(steps) + ("z" if closed else ""))
    return "".join(parts)


def _tenth(tenths: int) -> str:
    text = f"{tenths / 10:.1f}".removesuffix(".0")
    return text.replace("-0.", "-.") if text.startswith("-0.") else text.removeprefix("0") if "." in text else text


def _places(codes: dict[str, str], topology: dict[str, Any]) -> dict[str, list[list[int]]]:
    return {
        codes[str(geometry["id"])]: list(_rings(geometry))
        for geometry in topology["objects"]["states"]["geometries"]
        if str(geometry["id"]) in codes
    }


def outer_arcs(rings: Iterable[list[int]]) -> list[int]:
    """Arcs that bound one place only: coasts and the border of the country."""
    used = Counter(number if number >= 0 else ~number for ring in rings for number in ring)
    return sorted(number for number, times in used.items() if times == 1)


def drawing(us: dict[str, Any], mx: dict[str, Any]) -> tuple[dict[str, str], str]:
    """ISO 3166-2 code -> SVG path inside WIDTH x HEIGHT, for 52 US and 32 Mexican units; and the outline of Mexico."""
    listed = code_list("state").codes.values()
    sources = [
        (us, {str(entry.properties["fips"]): entry.code for entry in listed if "fips" in entry.properties}),
        (mx, {str(entry.properties["inegi"]): entry.code for entry in listed if "inegi" in entry.properties}),
    ]
    drawn: dict[str, list[list[Point]]] = {}
    flat: list[tuple[list[list[Point]], dict[str, list[list[int]]]]] = []
    for topology, codes in sources:
        degrees = decoded_arcs(topology)
        places = _places(codes, topology)
        for code in [code for code in places if code in APART]:
            drawn[code] = _apart(code, places.pop(code), degrees)
        flat.append(([[albers(x, y, *MAINLAND) for x, y in arc] for arc in degrees], places))
    used = [point for arcs, places in flat for rings in places.values() for r in rings for point in _ring(r, arcs)]
    left, top = min(x for x, _ in used), min(y for _, y in used)
    scale = _scale(used)
    for arcs, places in flat:
        thin = [thinned([((x - left) * scale + 5, (y - top) * scale + 5) for x, y in arc]) for arc in arcs]
        for code, rings in places.items():
            drawn[code] = _without_islets([_ring(ring, thin) for ring in rings])
        # The second source is Mexico: `thin` and `places` are its own after the loop.
    outer = [thin[number] for number in outer_arcs(ring for rings in places.values() for ring in rings)]
    outline = _path([arc for arc in outer if arc[0] != arc[-1] or _area(arc) >= LEAST_ISLAND], closed=False)
    return {code: _path(drawn[code]) for code in code_list("state") if code in drawn}, outline


def _scale(used: list[Point]) -> float:
    across = max(x for x, _ in used) - min(x for x, _ in used)
    down = max(y for _, y in used) - min(y for _, y in used)
    return min((WIDTH - 10) / across, (HEIGHT - 10) / down)


def _apart(code: str, rings: list[list[int]], degrees: list[list[Point]]) -> list[list[Point]]:
    centre, parallels, size, place = APART[code]
    # The same scale as the mainland's, times the size: the mainland is about 990 units for 0.91 of the sphere's radius.
    scale = size * 1030
    shapes = [
        [(x * scale, y * scale) for x, y in (albers(*p, centre, parallels) for p in _ring(r, degrees))] for r in rings
    ]
    points = [point for shape in shapes for point in shape]
    middle = [(max(p[i] for p in points) + min(p[i] for p in points)) / 2 for i in (0, 1)]
    moved = [[(x - middle[0] + place[0], y - middle[1] + place[1]) for x, y in shape] for shape in shapes]
    return _without_islets([thinned(shape) for shape in moved])


def _without_islets(rings: list[list[Point]]) -> list[list[Point]]:
    largest = max(rings, key=_area)
    return [ring for ring in rings if ring is largest or _area(ring) >= LEAST_ISLAND]


def main() -> None:
    """Write `states.json` beside this file from the two files named on the command line."""
    us, mx = (json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:3])
    shapes, outline = drawing(us, mx)
    made = {"width": WIDTH, "height": HEIGHT, "outline_mx": outline, "states": shapes}
    target = Path(__file__).parent / "states.json"
    target.write_text(json.dumps(made, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
