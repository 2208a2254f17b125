"""The picture of clusters by two figures: both axes logarithmic, one linked mark per cluster.

All places are calculated here, in pixels of the drawing, so that no label covers another.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.report.pages.charts import (
    COLOURS,
    FONT_SIZE,
    HALO,
    LEGEND_PADDING,
    STATUS_COLOURS,
    Spec,
    belongs,
    leads,
)

WIDTH, HEIGHT = 860, 480
# Room above the marks for the names of bands, and below for the names of upright lines.
TOP, LINE_HEIGHT = 46, 17
# Pixels that a letter takes at most on average, from the middle of a mark to its label, of a mark.
LETTER, GAP, RADIUS = 7.2, 9, 6
# Areas in square pixels: of a mark, what it grows by for each other at its place (that is, not so
# many pixels away), and how much larger its ring is.
AREA, MORE, SAME_PLACE, RING = 70, 110, 3, 130
LEAST_X, ROUND = 10, (1, 2, 3, 5)
SHAPES = {"fulfilled": "circle", "undetermined": "diamond", "not_fulfilled": "square"}
# Places of a sloping line's name, as shares of the line.
ALONG = [share / 40 for share in range(1, 40)]


@dataclass(frozen=True)
class Point:
    """A cluster: its figures, the code of its verdict, whether experts gave it.

    label: written beside the mark, if there is room; empty for none.
    """

    x: float
    y: float
    status: str
    ringed: bool
    label: str = ""


@dataclass(frozen=True)
class Band:
    """A range of x with the quartiles of its members; None where they are not shown.

    end: None for the last one. n: how many. note: the second line of its name.
    """

    start: float
    end: float | None
    n: int
    name: str
    note: str
    p25: float | None = None
    median: float | None = None
    p75: float | None = None


@dataclass(frozen=True)
class Limit:
    """The greatest y that is adequate from one x to another (None: to the end), and its text."""

    start: float
    end: float | None
    value: float
    text: str


@dataclass(frozen=True)
class Line:
    """An upright line at x = value, or a rising one where x / y = value; bold: it is a rule."""

    value: float
    label: str
    upright: bool
    bold: bool = False


@dataclass(frozen=True)
class Box:
    """A rectangle of the drawing, in pixels from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether both share a point."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


@dataclass(frozen=True)
class Name:
    """A text with its place.

    cluster: the number of the mark that it names, None of none. bold: it is a limit.
    """

    text: str
    box: Box
    cluster: int | None = None
    bold: bool = False


@dataclass(frozen=True)
class Scales:
    """The logarithmic scales: the smallest and the greatest value of each axis."""

    x: tuple[float, float]
    y: tuple[float, float]

    def across(self, x: float) -> float:
        """Return how many pixels from the left a value of x is."""
        return WIDTH * _part(x, self.x)

    def down(self, y: float) -> float:
        """Return how many pixels from above a value of y is."""
        return HEIGHT * (1 - _part(y, self.y))

    def values(self, across: float, down: float) -> dict[str, float]:
        """Return the values of x and y at a place."""
        (left, right), (low, high) = self.x, self.y
        x = left * (right / left) ** (across / WIDTH)
        return {"x": x, "y": low * (high / low) ** (1 - down / HEIGHT)}


def _part(value: float, ends: tuple[float, float]) -> float:
    return math.log(value / ends[0]) / math.log(ends[1] / ends[0])


@dataclass(frozen=True)
class Scatter:
    """All that the picture shows. statuses: (code, text) in the order of the key."""

    points: Sequence[Point]
    bands: Sequence[Band]
    limits: Sequence[Limit]
    lines: Sequence[Line]
    statuses: Sequence[tuple[str, str]]
    axes: tuple[str, str]
    scales: Scales = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "scales", self._scales())

    def _scales(self) -> Scales:
        xs = [p.x for p in self.points]
        ys = [p.y for p in self.points] + [one.value for one in self.limits]
        ys += [v for b in self.bands for v in (b.p25, b.p75) if v is not None]
        below = LINE_HEIGHT * (1 + len(self.lines))
        left, right = min(LEAST_X, *xs) * 0.9, max(*xs, 10 * LEAST_X) * 1.15
        least, most = min(ys) / 1.05, max(ys) * 1.05
        step = math.log(most / least) / (HEIGHT - TOP - below)
        return Scales((left, right), (least * math.exp(-step * below), most * math.exp(step * TOP)))

    @property
    def shown_bands(self) -> list[Band]:
        """The bands of which a part lies between the ends of the axis."""
        return [b for b in self.bands if b.start < self.scales.x[1]]

    def ends(self, start: float, end: float | None) -> tuple[float, float]:
        """Return the part of a range between the ends of the axis."""
        left, right = self.scales.x
        return max(start, left), min(right if end is None else end, right)


# ---------------------------------------------------------------------------------------- the names
def names(picture: Scatter) -> list[Name]:
    """Return every text inside the picture with its place: no two share a point."""
    marks = [_around(picture.scales, p) for p in picture.points]
    found = [*_of_bands(picture), *_of_limits(picture, marks), *_of_upright(picture)]
    for line in picture.lines:
        if not line.upright:
            found += _of_sloping(picture.scales, line, [n.box for n in found], marks)
    for number, point in enumerate(picture.points):
        if point.label:
            others = [*(n.box for n in found), *marks[:number], *marks[number + 1 :]]
            found += _beside(picture.scales, point, number, others)
    return found


def _around(scales: Scales, point: Point) -> Box:
    x, y = scales.across(point.x), scales.down(point.y)
    return Box(x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS)


def _box(text: str, left: float, middle: float) -> Box:
    half = LINE_HEIGHT / 2
    return Box(left, middle - half, left + LETTER * len(text), middle + half)


def _inside(box: Box) -> bool:
    return box.left >= 0 and box.right <= WIDTH and box.top >= 0 and box.bottom <= HEIGHT


def _of_bands(picture: Scatter) -> Iterator[Name]:
    for band in picture.shown_bands:
        left = picture.scales.across(picture.ends(band.start, band.end)[0]) + 4
        for row, text in enumerate((band.name, band.note)):
            yield Name(text, _box(text, left, LINE_HEIGHT * (row + 0.5)))


def _of_limits(picture: Scatter, marks: Sequence[Box]) -> Iterator[Name]:
    """Yield the numbers of the steps, each above or below it where it covers the fewest marks."""
    for limit in picture.limits:
        start, end = map(picture.scales.across, picture.ends(limit.start, limit.end))
        if end <= start:
            continue
        step, off = picture.scales.down(limit.value), LINE_HEIGHT / 2 + 2
        last = end - 4 - LETTER * len(limit.text)
        places = [
            _box(limit.text, max(last - k * (last - start), start + 3), middle)
            for middle in (step - off, step + off)
            for k in ALONG
        ]
        yield Name(limit.text, min(places, key=lambda box: _covered(box, marks)), bold=True)


def _covered(box: Box, marks: Sequence[Box]) -> int:
    return sum(box.meets(mark) for mark in marks)


def _of_upright(picture: Scatter) -> Iterator[Name]:
    upright = sorted((one for one in picture.lines if one.upright), key=lambda one: one.value)
    left, right = picture.scales.x
    for row, line in enumerate(one for one in upright if left <= one.value <= right):
        middle = HEIGHT - LINE_HEIGHT * (row + 0.5) - 2
        yield Name(line.label, _box(line.label, picture.scales.across(line.value) + 5, middle))


def _of_sloping(
    scales: Scales, line: Line, taken: Sequence[Box], marks: Sequence[Box]
) -> Iterator[Name]:
    """Yield the name of a rising line where it covers no other text and the fewest marks."""
    ends = _sloping(scales, line)
    if ends is None:
        return
    (x0, y0), (x1, y1) = ((scales.across(x), scales.down(y)) for x, y in ends)
    places = [_box(line.label, x0 + k * (x1 - x0) + 9, y0 + k * (y1 - y0) + 5) for k in ALONG]
    free = [b for b in places if _inside(b) and not any(b.meets(other) for other in taken)]
    if free:
        yield Name(line.label, min(free, key=lambda box: _covered(box, marks)))


def _sloping(scales: Scales, line: Line) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Return both ends of a rising line inside the picture; None if it is outside."""
    (left, right), (low, high) = scales.x, scales.y
    start, end = max(left, low * line.value), min(right, high * line.value)
    if start >= end:
        return None
    return (start, start / line.value), (end, end / line.value)


def _beside(scales: Scales, point: Point, number: int, others: Sequence[Box]) -> Iterator[Name]:
    x, y = scales.across(point.x), scales.down(point.y)
    wide = LETTER * len(point.label)
    places = [(x + GAP, y), (x - GAP - wide, y), (x - wide / 2, y - 16), (x - wide / 2, y + 16)]
    for left, middle in places:
        box = _box(point.label, left, middle)
        if _inside(box) and not any(box.meets(other) for other in others):
            yield Name(point.label, box, number)
            return


# ----------------------------------------------------------------------------------- the drawing
def scatter(picture: Scatter) -> Spec:
    """Return the picture; marks are numbered in the order of the points, see `charts.draw`."""
    scales = picture.scales
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "encoding": {
            "x": _axis("x", scales.x, picture.axes[0]),
            "y": _axis("y", scales.y, picture.axes[1]),
        },
        "layer": [
            *_bands(picture),
            *_rules(picture),
            *_limits(picture),
            *_marks(picture),
            *_texts(picture),
        ],
        "padding": {"left": 8, "right": 12, "top": 5, "bottom": 10},
    }


def _axis(name: str, ends: tuple[float, float], title: str) -> Spec:
    return {
        "field": name,
        "type": "quantitative",
        "scale": {"type": "log", "domain": list(ends), "nice": False},
        "axis": {"title": title, "values": _round(ends), "format": ",d", "grid": False},
    }


def _round(ends: tuple[float, float]) -> list[float]:
    powers = range(math.floor(math.log10(ends[0])), math.ceil(math.log10(ends[1])) + 1)
    every = (digit * 10**power for power in powers for digit in ROUND)
    return [one for one in every if ends[0] <= one <= ends[1] and one >= 1]


def _layer(rows: Iterable[object], mark: Spec, **encoding: object) -> Spec:
    return {"data": {"values": list(rows)}, "mark": mark, "encoding": encoding}


def _bands(picture: Scatter) -> list[Spec]:
    rows, edges = [], []
    low, high = picture.scales.y
    for band in picture.shown_bands:
        start, end = picture.ends(band.start, band.end)
        if band.p25 is not None:
            half = {"y": band.p25, "y2": band.p75, "median": band.median}
            rows.append({"x": start, "x2": end, **half})
        if band.start > picture.scales.x[0]:
            edges.append({"x": start, "y": low, "y2": high})
    area = {"type": "rect", "color": COLOURS["accent-bg"], "stroke": COLOURS["line"]}
    dashed = {"type": "rule", "color": COLOURS["accent"], "strokeDash": [4, 3], "strokeWidth": 1.5}
    return [
        _layer(edges, {"type": "rule", "color": COLOURS["line"]}, y2={"field": "y2"}),
        _layer(rows, area, x2={"field": "x2"}, y2={"field": "y2"}),
        _layer(rows, dashed, x2={"field": "x2"}, y={"field": "median", "type": "quantitative"}),
    ]


def _rules(picture: Scatter) -> Iterator[Spec]:
    low, high = picture.scales.y
    left, right = picture.scales.x
    for line in picture.lines:
        ends = _sloping(picture.scales, line)
        if line.upright:
            inside = left <= line.value <= right
            ends = ((line.value, low), (line.value, high)) if inside else None
        mark: Spec = {"type": "line", "color": COLOURS["soft"], "strokeWidth": 0.7}
        if line.bold:
            mark |= {"color": COLOURS["open"], "strokeWidth": 1.8, "strokeDash": [2, 3]}
        yield _layer([{"x": x, "y": y} for x, y in ends or ()], mark)


def _limits(picture: Scatter) -> Iterator[Spec]:
    """Yield the limit as steps; where there is none for a range, the line has a gap."""
    rows: list[dict[str, float]] = []
    run, last = 0, None
    for limit in picture.limits:
        start, end = picture.ends(limit.start, limit.end)
        if end <= start:
            continue
        run += last != start
        last = end
        rows += [
            {"x": x, "y": limit.value, "run": run, "at": len(rows) + k}
            for k, x in enumerate((start, end))
        ]
    mark = {"type": "line", "color": COLOURS["bad"], "strokeWidth": 3, "strokeCap": "square"}
    yield _layer(rows, mark, detail={"field": "run"}, order={"field": "at"})


def _marks(picture: Scatter) -> list[Spec]:
    texts = dict(picture.statuses)
    rows = [
        {
            "x": p.x,
            "y": p.y,
            "status": texts[p.status],
            "size": size,
            "ring": size + RING,
            "link": leads(n),
            "of": belongs(n),
        }
        for n, (p, size) in enumerate(zip(picture.points, sizes(picture), strict=True))
    ]
    codes = [code for code, _ in picture.statuses]
    scale = {"domain": list(texts.values())}
    colours = {"range": [COLOURS[STATUS_COLOURS[c]] for c in codes]}
    named = {"field": "status", "type": "nominal"}
    point = {"type": "point", "filled": True, "opacity": 1, "fillOpacity": 0.85}
    key = {"columnPadding": LEGEND_PADDING}
    point |= {"stroke": COLOURS["paper"], "strokeWidth": 1}
    ring = {"type": "point", "filled": False, "shape": "circle", "opacity": 1}
    ringed = [row for row, p in zip(rows, picture.points, strict=True) if p.ringed]
    return [
        _layer(
            ringed,
            ring | {"color": COLOURS["ink"]},
            description={"field": "of"},
            size=_size("ring"),
        ),
        _layer(
            rows,
            point,
            shape=named | {"legend": key, "scale": scale | {"range": [SHAPES[c] for c in codes]}},
            color=named | {"legend": key, "scale": scale | colours},
            description={"field": "link"},
            size=_size("size"),
        ),
    ]


def _size(field: str) -> Spec:
    return {"field": field, "type": "quantitative", "scale": None, "legend": None}


def sizes(picture: Scatter) -> list[int]:
    """Return the area of each mark: larger if others are drawn over it, so that all are seen."""
    places = [(picture.scales.across(p.x), picture.scales.down(p.y)) for p in picture.points]
    return [
        AREA + MORE * sum(math.dist(place, other) < SAME_PLACE for other in places[n + 1 :])
        for n, place in enumerate(places)
    ]


def _texts(picture: Scatter) -> Iterator[Spec]:
    rows: dict[str, list[dict[str, object]]] = {"plain": [], "limit": [], "cluster": []}
    for name in names(picture):
        middle = (name.box.top + name.box.bottom) / 2
        row = {"text": name.text, **picture.scales.values(name.box.left, middle)}
        if name.cluster is not None:
            rows["cluster"].append(row | {"of": belongs(name.cluster)})
        else:
            rows["limit" if name.bold else "plain"].append(row)
    mark = {"type": "text", "align": "left", "baseline": "middle", "fontSize": FONT_SIZE, **HALO}
    encoding = {"text": {"field": "text", "type": "nominal"}}
    yield _layer(rows["plain"], mark | {"color": COLOURS["soft"]}, **encoding)
    yield _layer(rows["limit"], mark | {"color": COLOURS["bad"], "fontWeight": 700}, **encoding)
    yield _layer(rows["cluster"], mark, **encoding, description={"field": "of"})
