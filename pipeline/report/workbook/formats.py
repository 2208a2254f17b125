"""Cell formats: number formats by kind, and colours that do not require telling red from green."""

from collections.abc import Mapping

from xlsxwriter import Workbook
from xlsxwriter.format import Format

Look = dict[str, object]

INK = "#1A1A1A"
HEADER = "#1F3A5F"
RULE = "#D0D5DB"
# background and text colour; every pair has a contrast of at least 7:1
COLOURS = {
    "good": ("#CFE3F5", "#0B3558"),
    "bad": ("#F6C9B0", "#6E2800"),
    "open": ("#FBF3C0", "#4A4000"),
    "muted": ("#ECEEF0", "#3D444B"),
}
# colours of marks on white; shapes tell them apart, too
MARKS = {"good": "#2F78B7", "bad": "#C2561A", "open": "#9A7B00"}
# the groups of sheets in their order, with the colour of their tabs
READ, PLAY, LOOK_UP, RAW = GROUPS = ("read", "play", "look_up", "raw")
TABS = {READ: "#1F3A5F", PLAY: "#C98A00", LOOK_UP: "#4F8A5B", RAW: "#8A9099"}
# format of an indicator -> kind
FORMATS = {"count": "int", "share": "share", "decimal": "two", "eur": "eur"}
# kind -> number format; those not named are general. The end keeps a number off its neighbour.
NUMBERS = {
    "int": "#,##0_)",
    "one": "#,##0.0_)",
    "two": "#,##0.00_)",
    "share": "0.0 %_)",
    "eur": "#,##0_)",
    "cents": "#,##0.00_)",
    "change": "+#,##0_);−#,##0_);0_)",
    "change_one": "+#,##0.0_);−#,##0.0_);0_)",
    "change_two": "+#,##0.00_);−#,##0.00_);0_)",
}
# a change of shares, in percentage points
POINTS = "change_points"
POINTS_NAME = {"de": "PP", "en": "pp"}
DATES = {"de": "dd.mm.yyyy", "en": "yyyy-mm-dd"}
# texts of submissions have the quote prefix: editing the cell does not make it a formula
TEXTS: Mapping[str, Look] = {
    "text": {},
    "foreign": {"quote_prefix": True},
    "wrap": {"text_wrap": True},
    "foreign_wrap": {"text_wrap": True, "quote_prefix": True},
    "sign": {"align": "center"},
}
HEAD: Look = {
    "bold": True,
    "font_color": "#FFFFFF",
    "bg_color": HEADER,
    "text_wrap": True,
    "valign": "vcenter",
    "border": 1,
    "border_color": RULE,
}
# cells for the analyst to fill in: marked by their border, not only by their colour
ENTERED: Look = {
    "valign": "top",
    "font_color": "#0B3558",
    "bg_color": "#FFFBE6",
    "border": 1,
    "border_color": "#8A6D00",
    "locked": False,
}
PLAIN: Mapping[str, Look] = {
    "title": {"bold": True, "font_size": 16, "font_color": HEADER},
    "about": {"font_color": "#3D444B"},
    "link": {"font_color": "#0B4F9E", "underline": 1, "valign": "top"},
    "link_in": {"font_color": "#0B4F9E", "underline": 1, "align": "left", "indent": 2},
    "section": {"bold": True, "font_size": 12, "font_color": HEADER, "bottom": 1},
    "section_right": {
        "bold": True,
        "font_color": HEADER,
        "bottom": 1,
        "align": "right",
    },
    "label": {"bold": True},
    "label_right": {"bold": True, "align": "right"},
    "upright": {"rotation": 90, "align": "center", "valign": "bottom", "text_wrap": True},
    "small": {"align": "center", "font_size": 8, "font_color": "#3D444B"},
}


def make_formats(file: Workbook, lang: str) -> Mapping[str, Format]:
    """Return every format by its kind."""
    cell: Look = {"valign": "top", "font_color": INK, "bottom": 7, "bottom_color": RULE}
    points = f'" {POINTS_NAME[lang]}"_)'
    codes = NUMBERS | {POINTS: f"+0.0{points};−0.0{points};0{points}"}
    numbers: dict[str, Look] = {
        kind: {"num_format": code, "align": "right"} for kind, code in codes.items()
    }
    entered: dict[str, Look] = {
        f"in_{kind}": ENTERED | own
        for kind, own in {**TEXTS, **numbers}.items()
        if kind in (*NUMBERS, "foreign_wrap")
    }
    entered["in_date"] = ENTERED | {"num_format": DATES[lang], "align": "center"}
    # a text even if it looks like a date: 2.1 is a criterion
    entered["in_text"] = ENTERED | {"num_format": "@"}
    date: dict[str, Look] = {
        kind: {"num_format": DATES[lang], "align": align}
        for kind, align in {"date": "center", "day": "left"}.items()
    }
    own = {kind: cell | more for kind, more in {**TEXTS, **numbers, **date}.items()}
    header: dict[str, Look] = {"header": HEAD, "header_sign": HEAD | {"align": "center"}}
    colours: dict[str, Look] = {
        kind: {"bg_color": back, "font_color": front} for kind, (back, front) in COLOURS.items()
    }
    every: dict[str, Look] = {**own, **entered, **header, **PLAIN, **colours}
    return {kind: file.add_format(properties) for kind, properties in every.items()}
