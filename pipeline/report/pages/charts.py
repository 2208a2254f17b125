"""Charts of the portfolio: Vega-Lite specifications drawn to SVG when the pages are made.

The page contains no code of the library. Its English descriptions are removed, and its colours are
replaced by the page's own (`var(--ink)`), so that a chart follows the dark scheme and forced
colours. The whole is one picture with a title and a description in the page's language.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from markupsafe import Markup, escape

from pipeline.common.rows import rows_by

Spec = dict[str, Any]
Rows = Sequence[Mapping[str, object]]
# Placeholders for the page's own colours; no two may be equal.
COLOURS = {
    "ink": "#010101",
    "soft": "#020202",
    "line": "#030303",
    "accent": "#040404",
    "accent-bg": "#050505",
    "good": "#060606",
    "open": "#070707",
    "bad": "#080808",
    "paper": "#090909",
    "series-a": "#0a0a0a",
    "series-b": "#0b0b0b",
    "series-c": "#0c0c0c",
    "series-d": "#0d0d0d",
    "series-e": "#0e0e0e",
    "series-f": "#0f0f0f",
    "series-g": "#101010",
    "series-h": "#111111",
}
SERIES = [name for name in COLOURS if name.startswith("series-")]
STATUS_COLOURS = {
    **{"fulfilled": "good", "undetermined": "open", "not_fulfilled": "bad"},
    **{"eligible": "good", "open": "open", "not_eligible": "bad"},
}
FONT_SIZE = 12
WIDTH, SMALL = 620, 210
ROW, SMALL_ROW, BAR_ROW = 30, 22, 26
TIMELINE_ROOM = 14
# Of small lines: how many stand side by side, and how large each is.
PANELS, PANEL_WIDTH, PANEL_HEIGHT = 3, 280, 80
# Leaves room for a wider font than the library's own.
LEGEND_PADDING = 30
KEY_LINE = 3
# So few marks on an axis that their texts keep apart.
FEW = {"tickCount": 7, "labelFlush": False}
# A part narrower than this share of its bar has no room for its number.
PART_ROOM = 0.06
# As in the texts: "1.200,5" or "1,200.5", and "20 %" with a space that does not break.
LOCALES: Mapping[str, dict[str, Any]] = {
    "de": {
        "decimal": ",",
        "thousands": ".",
        "grouping": [3],
        "currency": ["", "\u00a0€"],
        "percent": "\u00a0%",
    },
    "en": {
        "decimal": ".",
        "thousands": ",",
        "grouping": [3],
        "currency": ["€", ""],
        "percent": "\u00a0%",
    },
}
BOX = {"type": "bar", "height": 12, "color": COLOURS["accent-bg"], "stroke": COLOURS["accent"]}
# Of a text that may cross lines.
HALO = {"stroke": COLOURS["paper"], "strokeWidth": 3, "strokeJoin": "round"}
MEDIAN = {"type": "tick", "thickness": 3, "size": 16, "color": COLOURS["accent"], "opacity": 1}
LIMIT = {"type": "tick", "thickness": 4, "size": 24, "color": COLOURS["bad"], "opacity": 1}
RUG = {
    "type": "tick",
    "thickness": 1,
    "size": 5,
    "yOffset": 11,
    "color": COLOURS["soft"],
    "opacity": 1,
}
# Marks of one colour side by side that nothing else belongs to.
ALIKE = re.compile(r'<path d="[^"]*"( fill="[^"]*")/>(?:<path d="[^"]*"\1/>)+')
# A mark, or a text, that has the number of a link.
MARK = re.compile(r'(<(?:path|text)) data-link="(leads|belongs)-(\d+)"([^>]*>)')
# A start without a bar, an end that is not known, one that is still to come, an event.
MARK_SHAPES = ("stroke", "circle", "triangle-right", "diamond")


@dataclass(frozen=True)
class Caption:
    """The texts around a chart and inside it.

    name: unique on the page, for the ids inside. title: what is seen. unit: what is counted, in
    which unit, of how many. description: for those who do not see it. source: with its day.
    """

    name: str
    title: str
    unit: str
    description: str
    source: str


@dataclass(frozen=True)
class Link:
    """Where the mark of a cluster leads, and what it shows, as text."""

    cluster_id: str
    href: str
    title: str


@dataclass(frozen=True)
class Chart:
    """A drawn chart: its SVG with title and description inside, and what stands around it."""

    svg: Markup
    caption: Caption


def leads(number: int) -> str:
    """Return the description of a mark that is the link of this number."""
    return f"leads-{number}"


def belongs(number: int | None) -> str:
    """Return the description of what is shown with the link of this number: a ring, a name."""
    return f"belongs-{number}"


def draw(spec: Spec, caption: Caption, lang: str, links: Sequence[Link] = ()) -> Chart:
    """Return a chart as SVG; the same specification gives the same bytes.

    links: by their numbers, see `leads`.
    """
    # Loaded here: the library starts an engine, which pages without charts do not need.
    import vl_convert

    whole = {"config": config(), **spec}
    svg = vl_convert.vegalite_to_svg(whole, format_locale=LOCALES[lang])
    return Chart(Markup(dressed(svg, caption, links)), caption)


def config() -> Spec:
    """Return the style that all charts share."""
    label = {"labelColor": COLOURS["ink"], "labelFontSize": FONT_SIZE, "labelLimit": 0}
    title = {"titleColor": COLOURS["ink"], "titleFontSize": FONT_SIZE, "titleFontWeight": 600}
    lines = {"domainColor": COLOURS["soft"], "tickColor": COLOURS["soft"]}
    return {
        "background": None,
        "font": "sans-serif",
        "view": {"stroke": None},
        "axis": {**label, **title, **lines, "gridColor": COLOURS["line"]},
        "axisY": {"domain": False, "ticks": False, "grid": False, "labelPadding": 8},
        "text": {"color": COLOURS["ink"], "fontSize": FONT_SIZE},
        "legend": {**label, **title, "orient": "top", "title": None},
    }


# ------------------------------------------------------------------------------------ the drawing
def dressed(svg: str, caption: Caption, links: Sequence[Link] = ()) -> str:
    """Return the SVG as one picture with a description, in the page's own colours.

    With links it is a group: a picture would hide them from those who hear the page.
    """
    name = caption.name
    svg = re.sub(r'aria-label="((?:leads|belongs)-\d+)"', r'data-link="\1"', svg)
    svg = re.sub(r' (?:aria-[a-z]+|role|class|font-family|pointer-events)="[^"]*"', "", svg)
    svg = re.sub(r'<path d="M0,0h0v0h0Z"/>|<path d=""(?: display="none")?/>', "", svg)
    svg = re.sub(r"<g>\s*</g>|<g/>", "", svg)
    svg = re.sub(r' (?:opacity="1"|stroke-width="1"|transform="translate\(0,0\)")', "", svg)
    svg = re.sub(r"<[^>]+>", lambda tag: re.sub(r"(\d\.\d)\d+", r"\1", tag[0]), svg)
    svg = ALIKE.sub(_as_one, svg)
    svg = re.sub(r'( id="|url\(#)(\w+)', rf"\g<1>{name}-\g<2>", svg)
    for word, colour in COLOURS.items():
        svg = svg.replace(f'"{colour}"', f'"var(--{word})"')
    role = "group" if links else "img"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="{role}" '
        f'aria-labelledby="{name}-title" aria-describedby="{name}-desc"'
    )
    # At the end: what is put in here is not to be changed by the above.
    svg = MARK.sub(lambda mark: _linked(mark, links), svg)
    texts = (
        f'<title id="{name}-title">{escape(caption.title)}</title>'
        f'<desc id="{name}-desc">{escape(caption.description)}</desc>'
    )
    start = re.compile(r"<svg [^>]*?( width=\"[\d.]+\" height=\"[\d.]+\" viewBox=\"[^\"]+\")>")
    return start.sub(lambda match: f"{head}{match[1]}>{texts}", svg, count=1)


def _as_one(marks: re.Match[str]) -> str:
    """Return marks that look alike as one path with a part for each, which is drawn the same."""
    parts = re.findall(r' d="([^"]*)"', marks[0])
    return f'<path d="{"".join(parts)}"{marks[1]}/>'


def _linked(mark: re.Match[str], links: Sequence[Link]) -> str:
    """Return a mark inside its link, or what is shown with it marked as the cluster's own."""
    start, kind, number, end = mark.groups()
    link = links[int(number)]
    own = f' data-c="{escape(link.cluster_id)}"'
    if kind == "belongs":
        return f"{start}{own}{end}"
    title = f"<title>{escape(link.title)}</title>"
    return f'<a href="{escape(link.href)}"{own}>{title}{start}{end}</a>'


# -------------------------------------------------------------------------------- distributions
def distribution(
    groups: Sequence[tuple[str, Rows]],
    values: Rows,
    axis: str,
    fmt: str,
    limits: Rows = (),
    width: int = WIDTH,
) -> Spec:
    """Return box plots in groups of rows on one axis, each group under its title.

    groups: (title, rows): a row has label, and min, p25, median, p75, max unless it is suppressed.
    values: label and value of single members, drawn as a rug below their row. limits: label and
    limit of a row. fmt: of numbers on the axis. width: in pixels; a small one has no title.
    """
    titles = [title for title, _ in groups if title]
    labels = [
        label for title, rows in groups for label in (title, *(r["label"] for r in rows)) if label
    ]
    known = [row for _, rows in groups for row in rows if row.get("median") is not None]
    bold = {"test": f"indexof({json.dumps(titles)}, datum.value) >= 0", "value": 700}
    x = {
        "type": "quantitative",
        "scale": {"zero": True, "nice": True},
        "axis": {
            "grid": True,
            "format": fmt,
            "tickCount": 6 if width == WIDTH else 3,
            "title": axis if width == WIDTH else None,
        },
    }
    y = rows_axis(labels) | {"axis": {"labelFontWeight": {"condition": bold, "value": 400}}}
    return {
        "width": width,
        "height": {"step": ROW if width == WIDTH else SMALL_ROW},
        "encoding": {"x": x, "y": y},
        "layer": [
            *_box(known),
            _marks(values, "value", RUG),
            _marks(limits, "limit", LIMIT),
            _blank(labels),
        ],
        **room(labels),
    }


def rows_axis(labels: Sequence[object]) -> Spec:
    """Return the vertical axis: one row per label, in their order."""
    scale = {"domain": list(labels)}
    return {"field": "label", "type": "nominal", "sort": None, "title": None, "scale": scale}


def room(labels: Sequence[object], behind: Sequence[object] = ()) -> Spec:
    """Return the padding that leaves room for texts in a wider font than the library's own.

    labels: at the left. behind: at the right.
    """
    left, right = (max((len(str(text)) for text in texts), default=0) for texts in (labels, behind))
    return {"padding": {"left": 5 + left, "right": 12 + 2 * right, "top": 5, "bottom": 10}}


def _box(rows: Rows) -> list[Spec]:
    return [
        _span(rows, "min", "max", {"type": "rule", "color": COLOURS["soft"]}),
        _span(rows, "p25", "p75", BOX),
        _marks(rows, "median", MEDIAN),
    ]


def _span(rows: Rows, start: str, end: str, mark: Spec) -> Spec:
    x = {"field": start, "type": "quantitative"}
    return {
        "data": {"values": list(rows)},
        "mark": mark,
        "encoding": {"x": x, "x2": {"field": end}},
    }


def _marks(rows: Rows, field: str, mark: Spec) -> Spec:
    encoding = {"x": {"field": field, "type": "quantitative"}}
    return {"data": {"values": list(rows)}, "mark": mark, "encoding": encoding}


def _texts(rows: Rows, field: str, look: Spec) -> Spec:
    """Return the texts of rows (`text`), each at a place on the axis."""
    texts = _marks(rows, field, {"type": "text", **look})
    texts["encoding"]["text"] = {"field": "text", "type": "nominal"}
    return texts


def _by_row(
    labels: Sequence[object], x: Spec, layers: Sequence[Spec], behind: Sequence[object] = ()
) -> Spec:
    """Return a picture of full width with a row per label.

    x: scale and axis. behind: texts at the right end of rows.
    """
    return {
        "width": WIDTH,
        "height": {"step": BAR_ROW},
        "encoding": {"x": {"type": "quantitative", **x}, "y": rows_axis(labels)},
        "layer": list(layers),
        **room(labels, behind),
    }


def _blank(labels: Sequence[object]) -> Spec:
    """Return an invisible mark on every row, so that a row without figures has its position too."""
    return {
        "data": {"values": [{"label": label, "at": 0} for label in labels]},
        "mark": {"type": "point", "opacity": 0, "size": 0, "color": COLOURS["line"]},
        "encoding": {"x": {"field": "at", "type": "quantitative"}},
    }


# ------------------------------------------------------------------------------ criteria, measures
def one_bar(label: str, parts: Iterable[tuple[str, float, str]]) -> Iterator[dict[str, object]]:
    """Yield the rows of one bar of `bars`: each part begins where the one before ends.

    parts: name, amount, text. A part with room for its text has it inside.
    """
    every = list(parts)
    start, whole = 0.0, sum(amount for _, amount, _ in every)
    for name, amount, text in every:
        ends = {"start": start, "end": start + amount, "middle": start + amount / 2}
        inside = text if amount and amount >= PART_ROOM * whole else ""
        yield {"label": label, "part": name, "text": inside, "number": text, **ends}
        start += amount


def outside(rows: Rows) -> list[Mapping[str, object]]:
    """Return what stands behind bars: the numbers of their parts that have no room for them."""
    found = rows_by(rows, "label")
    left = {k: [r["number"] for r in own if _is_left_out(r)] for k, own in found.items()}
    return [
        {"label": label, "end": found[label][-1]["end"], "text": " · ".join(texts)}
        for label, texts in left.items()
    ]


def _is_left_out(row: Mapping[str, Any]) -> bool:
    return not row["text"] and row["end"] > row["start"]


def bars(rows: Rows, parts: Sequence[tuple[str, str]], x: Spec, behind: Rows = ()) -> Spec:
    """Return a bar per row in parts, which the key names.

    rows: see `one_bar`. parts: (name, word of COLOURS) in their order. x: scale and axis. behind:
    label, end, text: what stands behind a bar.
    """
    labels = list(dict.fromkeys(row["label"] for row in rows))
    scale = {
        "domain": [name for name, _ in parts],
        "range": [COLOURS[colour] for _, colour in parts],
    }
    legend = {"columns": min(len(parts), KEY_LINE), "columnPadding": LEGEND_PADDING}
    drawn = _span(rows, "start", "end", {"type": "bar", "height": 20, "stroke": COLOURS["paper"]})
    drawn["encoding"]["color"] = {
        "field": "part",
        "type": "nominal",
        "scale": scale,
        "legend": legend,
    }
    within = [row for row in rows if row["text"]]
    numbers = _texts(within, "middle", {"color": COLOURS["paper"], "fontWeight": 600})
    totals = _texts(behind, "end", {"align": "left", "dx": 8, **HALO})
    return _by_row(labels, x, [drawn, numbers, totals], [row["text"] for row in behind])


def counts_axis(title: str) -> Spec:
    """Return the axis of a number of clusters."""
    return {"axis": {"title": title, "tickMinStep": 1, "format": ",d", **FEW}}


def shares_axis(title: str) -> Spec:
    """Return the axis of shares of a whole."""
    return {
        "scale": {"domain": [0, 1], "nice": False},
        "axis": {"title": title, "format": ".0%", **FEW},
    }


def dumbbells(rows: Rows, names: tuple[str, str], x: Spec) -> Spec:
    """Return a row per label with a ring for before, a dot for now, and its text at the right.

    rows: label, before, now, text. names: of before and of now. x: its axis.
    """
    labels = [row["label"] for row in rows]
    line = _span(rows, "before", "now", {"type": "rule", "strokeWidth": 4})
    line["encoding"]["color"] = {"value": COLOURS["line"]}
    marks = [
        {"label": row["label"], "at": row[key], "kind": name}
        for key, name in zip(("before", "now"), names, strict=True)
        for row in rows
    ]
    scale = {"domain": list(names)}
    # The ring of before is larger: where nothing changed it stands around the dot.
    points = _marks(marks, "at", {"type": "point", "stroke": COLOURS["accent"], "opacity": 1})
    points["encoding"] |= {
        "fill": _named(scale | {"range": [COLOURS["paper"], COLOURS["accent"]]}, "top"),
        "size": _named(scale | {"range": [130, 50]}, "top"),
    }
    # The text stands behind the mark that is farther to the right.
    ends = pl.DataFrame(rows).with_columns(end=pl.max_horizontal("before", "now")).to_dicts()
    texts = _texts(ends, "end", {"align": "left", "dx": 12, **HALO})
    # The room at both ends keeps a mark off the names and texts.
    x = {"scale": {"zero": False, "nice": True, "padding": 10}, **x}
    return _by_row(labels, x, [line, points, texts], [row["text"] for row in rows])


def small_lines(panels: Sequence[str], rows: Rows, fmt: str) -> Spec:
    """Return a small line over time for each panel, all on one scale, under its title.

    rows: panel, time, value (None where it is not known), text (beside the value, or empty). fmt:
    of numbers on the axis.
    """
    times = sorted({str(row["time"]) for row in rows})
    title = {"labelFontSize": FONT_SIZE, "labelFontWeight": 600, "labelColor": COLOURS["ink"]}
    head = {"title": None, "labelAnchor": "start", "labelLimit": 0, **title}
    x = {"title": None, "labelAngle": 0}
    y = {"title": None, "format": fmt, "tickCount": 3, "grid": True}
    line = {"type": "line", "color": COLOURS["accent"], "strokeWidth": 2}
    dot = {"type": "point", "filled": True, "color": COLOURS["accent"], "size": 30, "opacity": 1}
    numbers = {"text": {"field": "text", "type": "nominal"}}
    return {
        "data": {"values": list(rows)},
        "facet": {"field": "panel", "type": "nominal", "sort": list(panels), "header": head},
        "columns": PANELS,
        "spacing": {"column": 36, "row": 40},
        "bounds": "flush",
        "spec": {
            "width": PANEL_WIDTH,
            "height": PANEL_HEIGHT,
            "encoding": {
                "x": {"field": "time", "type": "ordinal", "scale": {"domain": times}, "axis": x},
                "y": {
                    "field": "value",
                    "type": "quantitative",
                    # Room for the numbers above the line.
                    "scale": {"zero": False, "nice": True, "padding": 22},
                    "axis": y,
                },
            },
            "layer": [
                {"mark": line},
                {"mark": dot},
                {"mark": {"type": "text", "dy": -11, **HALO}, "encoding": numbers},
            ],
        },
        "padding": {"left": 8, "right": 30, "top": 5, "bottom": 10},
    }


def timeline(
    labels: Sequence[str],
    spans: Rows,
    marks: Rows,
    texts: Rows,
    years: tuple[int, int],
    axis: str,
    kinds: tuple[Sequence[str], Sequence[str]],
) -> Spec:
    """Return a row per label with its bars and marks, and its text at the right.

    spans: label, start, end, kind. marks: label, at, kind. texts: label, text. years: the first and
    the last. kinds: those of spans (full, empty, dotted) and of marks, in the order of the legend.
    """
    first, last = years
    scale = {"domain": [first - 1, last + TIMELINE_ROOM], "nice": False, "zero": False}
    ticks = {"title": axis, "format": "d", "values": list(range(first, last + 1, 5))}
    bars = _span(spans, "start", "end", {"type": "bar", "height": 12, "stroke": COLOURS["accent"]})
    of_spans, of_marks = ({"domain": list(names)} for names in kinds)
    fills = [COLOURS["accent-bg"], COLOURS["paper"], COLOURS["paper"]]
    bars["encoding"] |= {
        "fill": _named(of_spans | {"range": fills}, "top"),
        "strokeDash": _named(of_spans | {"range": [[1, 0], [6, 3], [1, 3]]}, "top"),
    }
    points = _marks(marks, "at", {"type": "point", "size": 60, "opacity": 1})
    inks = [COLOURS["accent"], COLOURS["soft"], COLOURS["accent"], COLOURS["ink"]]
    points["encoding"] |= {
        "shape": _named(of_marks | {"range": list(MARK_SHAPES)}, "bottom"),
        "color": _named(of_marks | {"range": inks}, "bottom"),
    }
    row_texts = _texts([{**row, "at": last} for row in texts], "at", {"align": "left", "dx": 10})
    return _by_row(labels, {"scale": scale, "axis": ticks}, [bars, points, row_texts])


def _named(scale: Spec, orient: str) -> Spec:
    """Return the encoding of a kind, which the legend names above or below."""
    legend = {"orient": orient, "columnPadding": LEGEND_PADDING}
    return {"field": "kind", "type": "nominal", "scale": scale, "legend": legend}
