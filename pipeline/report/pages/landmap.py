"""The map: one mark per city, sized by its clusters, parted by their decisions.

The projection of the outlines keeps circles round (see schemas/registers/build_states.py), so that
the 150 km around an office are a plain circle of 150 units.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

import polars as pl
from pyproj import Proj

from pipeline.report.pages.views import (
    Cell,
    Table,
    decision_cell,
    linked,
    names_of,
    page_of,
    source_line,
)
from pipeline.report.pages.words import Words
from pipeline.review import Review
from schemas.declaration import HERE
from schemas.tables import DECISIONS

# Units of radius per square root of a cluster; the sizes that the key shows.
SCALE = 8.5
KEY = (1, 5, 20)
SEVERAL = 2
# Units between two marks, what may lack of it, and how often marks are moved apart at most.
BETWEEN, NEAR, ROUNDS = 1.5, 0.1, 500
# A sector is a dash on a circle whose length counts as WHOLE.
WHOLE = 100
# What a mark of one cluster says beside its colour.
SIGNS = dict(zip(DECISIONS, "✓?✗", strict=True))


@dataclass(frozen=True)
class Office:
    """One cluster of a city: what the list says of it, and its circle; near: the text about it."""

    cluster_id: str
    name: str
    actors: str
    decision: str
    decision_text: str
    href: str
    x: str
    y: str
    near: str


@dataclass(frozen=True)
class Sector:
    """The clusters of one decision in a mark: a dash and where it begins, see WHOLE."""

    decision: str
    dash: str
    start: str


@dataclass(frozen=True)
class City:
    """One mark: its clusters, sectors and sign; title: its counts in words.

    half: half the radius: of the circle whose stroke, as broad as the radius, is the mark.
    """

    id: str
    name: str
    title: str
    x: str
    y: str
    radius: str
    half: str
    sign: str
    sectors: Sequence[Sector]
    offices: Sequence[Office]


@dataclass(frozen=True)
class Key:
    """One size of the key."""

    radius: str
    text: str


@dataclass(frozen=True)
class LandMap:
    """The drawing, in kilometres, and the same as a table; the offices with unknown location.

    seen, counted, source: what is seen, what is counted of how many, where it is from.
    """

    seen: str
    counted: str
    source: str
    width: int
    height: int
    radius: str
    unit: str
    states: Sequence[tuple[str, str]]
    cities: Sequence[City]
    offices: Sequence[Office]
    key: Sequence[Key]
    table: Table
    unplaced: str


@cache
def outline() -> Mapping[str, Any]:
    """Return the outlines of the states and their projection."""
    path = HERE / "registers" / "federal_states_outline.json"
    found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def land_map(review: Review, words: Words) -> LandMap | None:
    """Return the map; None if the locations of offices are not known."""
    if "offices" not in review.context:
        return None
    rows = placed(review)
    names, radius = names_of(review), f"{review.settings.actors.radius_km:g}"
    by_city: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        if row["x"] is not None:
            by_city.setdefault(_place(row), []).append(row)
    # The largest first, so that small ones are drawn on top and can be selected.
    ordered = sorted(by_city.values(), key=lambda own: -len(own))
    places = spread([_middle(own) for own in ordered], [_radius(own) for own in ordered])
    cities = [
        _city(n, own, place, names, radius, words)
        for n, (own, place) in enumerate(zip(ordered, places, strict=True), 1)
    ]
    left_out = [r["cluster_id"] for r in rows if r["x"] is None]
    drawing = outline()
    n = sum(map(len, ordered))
    return LandMap(
        seen=seen(ordered, words),
        counted=words("map_unit", n=words.number(n)),
        source=f"{source_line(review, words)} {words('outlines_line')}",
        width=drawing["width"],
        height=drawing["height"],
        radius=radius,
        unit=f"{SCALE:g}",
        states=list(drawing["states"].items()),
        cities=cities,
        offices=[office for city in cities for office in city.offices],
        key=[Key(f"{SCALE * math.sqrt(n):.1f}", words.count("clusters", n)) for n in KEY],
        table=_table(rows, names, words),
        unplaced=words("unplaced", names=", ".join(left_out)) if left_out else "",
    )


def seen(cities: Sequence[Sequence[Mapping[str, Any]]], words: Words) -> str:
    """Return in which cities most clusters are, if some have several. cities: the largest first."""
    most = len(cities[0]) if cities else 0
    named = [own[0]["city"] for own in cities if len(own) == most and own[0]["city"]]
    if most < SEVERAL or not named:
        return words("map_title")
    said = words.count("map_seen", len(named))
    return said.format(names=", ".join(sorted(named)), most=words.number(most))


def _place(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what the offices of one mark have in common: the city, or the location to 1 km."""
    if row["city"]:
        return row["city"], row["federal_state"] or ""
    return f"{row['x']:.0f}", f"{row['y']:.0f}"


def placed(review: Review) -> list[dict[str, Any]]:
    """Return every cluster's row of the table clusters with city, x and y in the drawing."""
    drawing = outline()
    left, top = drawing["origin"]
    offices = review.context["offices"].select("cluster_id", "city", "latitude", "longitude")
    rows = review.tables["clusters"].join(offices, on="cluster_id").sort("cluster_id")
    known = rows.filter(pl.col("latitude").is_not_null())
    x, y = Proj(drawing["projection"])(known["longitude"].to_numpy(), known["latitude"].to_numpy())
    at = {i: (a - left, top - b) for i, a, b in zip(known["cluster_id"], x, y, strict=True)}
    inside = {i: p for i, p in at.items() if _is_inside(p, drawing)}
    nowhere = (None, None)
    return [
        row | dict(zip("xy", inside.get(row["cluster_id"], nowhere), strict=True))
        for row in rows.iter_rows(named=True)
    ]


def _is_inside(point: tuple[float, float], drawing: Mapping[str, Any]) -> bool:
    return 0 <= point[0] <= drawing["width"] and 0 <= point[1] <= drawing["height"]


def _middle(rows: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    x, y = (sum(r[axis] for r in rows) / len(rows) for axis in "xy")
    return x, y


def _radius(rows: Sequence[Mapping[str, Any]]) -> float:
    return SCALE * math.sqrt(len(rows))


def spread(
    places: Sequence[tuple[float, float]], radii: Sequence[float]
) -> list[tuple[float, float]]:
    """Return the places of marks moved apart until none covers another, each as little as needed.

    places: the middles of the marks. A mark under others would not be seen.
    """
    now = [list(place) for place in places]
    for _ in range(ROUNDS):
        covered = False
        for one, other in combinations(range(len(now)), 2):
            (x0, y0), (x1, y1) = now[one], now[other]
            away, wanted = math.hypot(x1 - x0, y1 - y0), radii[one] + radii[other] + BETWEEN
            if away >= wanted - NEAR:
                continue
            covered = True
            # Marks at the same place go apart by their numbers, so that every run does the same.
            angle = math.atan2(y1 - y0, x1 - x0) if away else float(other)
            step = (wanted - away) / 2
            for mark, sign in ((one, -1), (other, 1)):
                now[mark][0] += sign * step * math.cos(angle)
                now[mark][1] += sign * step * math.sin(angle)
        if not covered:
            break
    return [(x, y) for x, y in now]


def _city(
    number: int,
    rows: Sequence[Mapping[str, Any]],
    place: tuple[float, float],
    names: Mapping[str, str],
    radius: str,
    words: Words,
) -> City:
    counts = {d: sum(r["decision"] == d for r in rows) for d in DECISIONS}
    there = {d: n for d, n in counts.items() if n}
    name = rows[0]["city"] or names[rows[0]["cluster_id"]]
    counted = "; ".join(f"{words.number(n)} {words.code('decision', d)}" for d, n in there.items())
    size = _radius(rows)
    return City(
        id=f"city-{number}",
        name=name,
        title=words("city_title", name=name, n=words.count("clusters", len(rows)), counts=counted),
        x=f"{place[0]:.1f}",
        y=f"{place[1]:.1f}",
        radius=f"{size:.1f}",
        half=f"{size / 2:.2f}",
        sign=SIGNS[next(iter(there))] if len(rows) == 1 else words.number(len(rows)),
        sectors=sectors(counts),
        offices=[_office(r, names, radius, words) for r in rows],
    )


def sectors(counts: Mapping[str, int]) -> list[Sector]:
    """Return the sector of every decision, in their order; of none its dash is 0."""
    whole, found, start = sum(counts.values()), [], 0
    for decision, n in counts.items():
        dash, gap = f"{WHOLE * n / whole:.2f}", f"{-WHOLE * start / whole:.2f}"
        found.append(Sector(decision, dash, gap))
        start += n
    return found


def _office(row: Mapping[str, Any], names: Mapping[str, str], radius: str, words: Words) -> Office:
    cluster_id, decision = row["cluster_id"], row["decision"]
    near = words("near_of", name=cluster_id, share=_share(row["near_share"], words), radius=radius)
    actors = row["actors"]
    return Office(
        cluster_id=cluster_id,
        name=names[cluster_id],
        actors=words("unknown") if actors is None else words.count("n_actors", int(actors)),
        decision=decision,
        decision_text=words.code("decision", decision),
        href=page_of(cluster_id),
        x=f"{row['x']:.1f}",
        y=f"{row['y']:.1f}",
        near=near,
    )


def _share(value: float | None, words: Words) -> str:
    return words("unknown") if value is None else words.percent(value, 0)


def _table(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str], words: Words) -> Table:
    heads = ("cluster", "city", "federal_state", "actors", "near_share", "decision", "on_the_map")
    return Table(
        words("map_caption"),
        [words(k) for k in heads],
        [_place_row(r, names, words) for r in rows],
        frozenset({3, 4}),
        [r["cluster_id"] for r in rows],
    )


def _place_row(
    row: Mapping[str, Any], names: Mapping[str, str], words: Words
) -> Sequence[str | Cell]:
    cluster_id = row["cluster_id"]
    circle = Cell(words("show_circle"), f"#ring-{cluster_id}")
    return [
        linked(cluster_id, names),
        row["city"] or words("none"),
        words.name("federal_states", row["federal_state"]),
        words.number(row["actors"]),
        words.percent(row["near_share"]),
        decision_cell(row["decision"], words),
        circle if row["x"] is not None else words("none"),
    ]
