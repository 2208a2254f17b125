"""The palette has contrast in both schemes (WCAG 1.4.3, 1.4.11), and charts use only it."""

import re
from pathlib import Path

import pytest

from pipeline.common.texts import LANGUAGES
from pipeline.report.pages import charts
from pipeline.report.pages.rendering import style

LIGHT, DARK = (
    dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", block))
    for block in re.findall(r":root \{(.*?)\}", style(), re.DOTALL)[:2]
)
TEXT = [
    *((ink, ground) for ink in ("ink", "soft", "accent") for ground in ("paper", "shade", "page")),
    ("good", "good-bg"),
    ("bad", "bad-bg"),
    ("open", "open-bg"),
    ("paper", "good"),  # numbers on the bars of a chart
    ("paper", "open"),
    ("paper", "bad"),
    ("bad", "paper"),
    ("open", "paper"),
]
GRAPHICS = [
    *((mark, ground) for mark in ("good", "open", "bad", "accent") for ground in ("land", "shade")),
    ("accent", "accent-bg"),
    ("border", "paper"),
    ("soft", "paper"),
]


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_the_formula() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_graphics_stand_out(palette: dict[str, str]) -> None:
    assert not [p for p in TEXT if contrast(palette[p[0]], palette[p[1]]) < 4.5]
    assert not [p for p in GRAPHICS if contrast(palette[p[0]], palette[p[1]]) < 3]


def test_both_schemes_and_paper_name_the_same_colours() -> None:
    assert set(LIGHT) == set(DARK)
    assert set(charts.COLOURS) <= set(LIGHT)
    paper = style().rpartition("color-scheme: light;")[2].partition("}")[0]
    printed = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", paper))
    assert printed == LIGHT | {"page": "#ffffff"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_chart_is_one_described_picture_in_the_pages_colours(lang: str) -> None:
    box = {"label": "IKT <b>", "min": 1.0, "p25": 2.0, "median": 3.0, "p75": 4.0, "max": 1234.5}
    groups = [("", [box]), ("Gruppe", [{"label": "leer (n = 2)"}])]
    values = [{"label": "IKT <b>", "value": 2.5}]
    spec = charts.distribution(groups, values, "Achse", ",.1f")
    caption = charts.Caption("one", "Titel & mehr", "Einheit", "Worte", "Quelle")
    drawn = str(charts.draw(spec, caption, lang).svg)
    assert drawn == str(charts.draw(spec, caption, lang).svg)
    assert '<title id="one-title">Titel &amp; mehr</title>' in drawn
    assert 'role="img" aria-labelledby="one-title"' in drawn
    assert not re.findall(r"aria-(?:label|roledescription|hidden)=|font-family|style=", drawn)
    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawn))
    assert all(c in ("none", "transparent") or c.startswith("var(--") for c in colours)
    assert "IKT &lt;b&gt;" in drawn
    assert ("1.200,0" if lang == "de" else "1,200.0") in drawn
    assert "leer (n = 2)" in drawn


def test_the_sources_name_no_colour_of_their_own() -> None:
    folder = Path(charts.__file__).parent / "templates"
    for path in folder.rglob("*.j2"):
        assert not re.findall(r"#[0-9a-f]{6}\b|style=", path.read_text(encoding="utf-8")), path.name
