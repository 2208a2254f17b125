"""The map: every office at its location, sized by actors, shaped and coloured by its decision.

The projection of the outlines keeps circles round (see schemas/registers/build_states.py), so that
the 150 km around an office are a plain circle of 150 units.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl
from pyproj import Proj

from pipeline.report.pages.views import Cell, Table, decision_cell, linked, names_of
from pipeline.report.pages.words import Words
from pipeline.review import Review
from schemas.declaration import HERE

# Units of radius per square root of an actor; the smallest visible radius.
SCALE, LEAST = 1.1, 4.5
# Half a diagonal of a diamond, and half a side of a square, with the area of a circle of radius 1.
DIAMOND, SQUARE = math.sqrt(math.pi / 2), math.sqrt(math.pi) / 2


@dataclass(frozen=True)
class Office:
    """One mark on the map; near: the text about its circle."""

    cluster_id: str
    title: str
    decision: str
    x: str
    y: str
    path: str
    near: str


@dataclass(frozen=True)
class LandMap:
    """The drawing, in kilometres, and the same as a table; the offices with unknown location."""

    width: int
    height: int
    radius: str
    states: Sequence[tuple[str, str]]
    offices: Sequence[Office]
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
    # The largest first, so that small ones are drawn on top and can be selected.
    drawn = sorted((r for r in rows if r["x"] is not None), key=lambda r: -(r["actors"] or 0))
    left_out = [r["cluster_id"] for r in rows if r["x"] is None]
    drawing = outline()
    return LandMap(
        width=drawing["width"],
        height=drawing["height"],
        radius=radius,
        states=list(drawing["states"].items()),
        offices=[_office(r, names, radius, words) for r in drawn],
        table=_table(rows, names, words),
        unplaced=words("unplaced", names=", ".join(left_out)) if left_out else "",
    )


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


def _office(row: Mapping[str, Any], names: Mapping[str, str], radius: str, words: Words) -> Office:
    cluster_id, decision = row["cluster_id"], row["decision"]
    name = f"{cluster_id} {names[cluster_id]}"
    near = words("near_of", name=cluster_id, share=_share(row["near_share"], words), radius=radius)
    count = words.number(row["actors"])
    result = words.code("decision", decision)
    return Office(
        cluster_id=cluster_id,
        title=words("office_title", name=name, actors=count, decision=result),
        decision=decision,
        x=f"{row['x']:.1f}",
        y=f"{row['y']:.1f}",
        path=shape(decision, row["x"], row["y"], row["actors"]),
        near=near,
    )


def _share(value: float | None, words: Words) -> str:
    return words("unknown") if value is None else words.percent(value, 0)


def shape(decision: str, x: float, y: float, actors: float | None) -> str:
    """Return an SVG path whose area grows with the actors: circle, diamond or square."""
    r = round(max(LEAST, SCALE * math.sqrt(actors or 0)), 1)
    if decision == "eligible":
        half = f"a{r:.1f},{r:.1f} 0 1 0"
        return f"M{x - r:.1f},{y:.1f}{half} {2 * r:.1f},0{half} {-2 * r:.1f},0z"
    if decision == "open":
        d = DIAMOND * r
        return f"M{x:.1f},{y - d:.1f}l{d:.1f},{d:.1f} {-d:.1f},{d:.1f} {-d:.1f},{-d:.1f}z"
    s = SQUARE * r
    return f"M{x - s:.1f},{y - s:.1f}h{2 * s:.1f}v{2 * s:.1f}h{-2 * s:.1f}z"


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
