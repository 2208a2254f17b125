"""The outlines of the states: every state is there, and known places are inside the right one."""

import json
import re
from itertools import pairwise

import pytest
from pyproj import Geod, Proj

from schemas.declaration import HERE, registers

OUTLINE = json.loads((HERE / "registers" / "federal_states_outline.json").read_text("utf-8"))
PLACES = [
    ("BE", 52.520, 13.405),  # Berlin
    ("BB", 52.400, 13.060),  # Potsdam: Brandenburg, whose code the source leaves out
    ("HB", 53.080, 8.810),  # Bremen
    ("HH", 53.555, 10.000),  # Hamburg
    ("BY", 48.140, 11.570),  # München
    ("BW", 48.780, 9.180),  # Stuttgart
    ("NW", 51.220, 6.780),  # Düsseldorf
    ("SN", 51.050, 13.740),  # Dresden
    ("SL", 49.240, 6.990),  # Saarbrücken
    ("MV", 54.090, 12.130),  # Rostock
    ("SH", 54.320, 10.120),  # Kiel
    ("TH", 50.980, 11.030),  # Erfurt
]


def rings(path: str) -> list[list[tuple[float, float]]]:
    """Return the closed lines of a path of moves and relative lines."""
    found = []
    for part in path.removesuffix("z").split("z"):
        start, _, steps = part.removeprefix("M").partition("l")
        x, y = map(float, start.split(","))
        points = [(x, y)]
        for dx, dy in re.findall(r"(-?[\d.]+),(-?[\d.]+)", steps):
            x, y = x + float(dx), y + float(dy)
            points.append((x, y))
        found.append(points)
    return found


def inside(x: float, y: float, path: str) -> bool:
    """Return whether a point lies within a path, by counting the lines to its right."""
    crossings = 0
    for points in rings(path):
        for (a, b), (c, d) in pairwise([*points, points[0]]):
            if (b > y) != (d > y) and x < a + (y - b) * (c - a) / (d - b):
                crossings += 1
    return crossings % 2 == 1


def on_map(latitude: float, longitude: float) -> tuple[float, float]:
    """Return a place's point in the drawing."""
    x, y = Proj(OUTLINE["projection"])(longitude, latitude)
    return x - OUTLINE["origin"][0], OUTLINE["origin"][1] - y


def test_every_state_of_the_register_has_an_outline() -> None:
    assert set(OUTLINE["states"]) == {e.extra["code"] for e in registers()["federal_states"]}


@pytest.mark.parametrize(("state", "latitude", "longitude"), PLACES)
def test_a_city_lies_in_its_state_and_in_no_other(
    state: str, latitude: float, longitude: float
) -> None:
    place = on_map(latitude, longitude)
    assert [code for code, path in OUTLINE["states"].items() if inside(*place, path)] == [state]


@pytest.mark.parametrize(("latitude", "longitude"), [(54.9, 8.3), (47.6, 13.0), (51.2, 6.0)])
@pytest.mark.parametrize("azimuth", [0, 90, 180, 270])
def test_a_circle_of_150_km_is_a_circle_of_150_units(
    latitude: float, longitude: float, azimuth: float
) -> None:
    far_longitude, far_latitude, _ = Geod(ellps="WGS84").fwd(longitude, latitude, azimuth, 150_000)
    (x, y), (a, b) = on_map(latitude, longitude), on_map(far_latitude, far_longitude)
    assert ((x - a) ** 2 + (y - b) ** 2) ** 0.5 == pytest.approx(150, rel=0.004)
