"""Every page for everyone: axe, widths, schemes, forced colours, paper."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import OF_COLOURS, Open, lay_out_all, violations
from playwright.sync_api import Page

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

# The templates are the same; make soak looks at the English texts, too.
LANGUAGES = ["de", pytest.param("en", marks=pytest.mark.soak)]
# Of the pages of clusters every so manieth is printed, and the longest; by make soak all of them.
SOME = 6


def violations_in_both_schemes(page: Page, lang: str) -> list[str]:
    """Return what axe finds with everything unfolded; in the dark only colours are others.

    They are the same in both languages.
    """
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    found = violations(page)
    if lang != "de":
        return found
    page.emulate_media(color_scheme="dark")
    return found + violations(page, rules=OF_COLOURS)


@pytest.mark.soak  # tests/html/test_lists.py and test_browser.py: the same with fewer rows
@pytest.mark.parametrize("lang", ["de", "en"])
def test_axe_finds_nothing_on_the_index(opened: Open, lang: str) -> None:
    page = opened(lang=lang, color_scheme="light", viewport={"width": 1440, "height": 900})
    assert violations_in_both_schemes(page, lang) == []
    if lang == "de":
        page.emulate_media(color_scheme="light")
        page.locator("table.matrix td a").first.click()
        page.locator("dialog[open]").wait_for()
        assert violations(page, within="dialog[open]") == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing_on_a_clusters_page(opened: Open, cluster_page: str, lang: str) -> None:
    page = opened(cluster_page, lang=lang, color_scheme="light")
    assert violations_in_both_schemes(page, lang) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing_on_a_dossier(opened: Open, dossier: str, lang: str) -> None:
    page = opened(dossier, lang=lang, color_scheme="light")
    assert violations_in_both_schemes(page, lang) == []


def test_a_dossier_prints_in_legible_letters_with_room_to_write(opened: Open, dossier: str) -> None:
    page = opened(dossier)
    page.emulate_media(media="print")
    small = page.evaluate(
        """[...document.querySelectorAll("body *")].filter(e => e.checkVisibility()
            && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())
            && parseFloat(getComputedStyle(e).fontSize) < 9 * 96 / 72 - 0.01
        ).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert small == []
    rooms, criteria = page.locator(".room:visible"), page.locator("article.criterion")
    assert rooms.count() == criteria.count() > 0


@pytest.mark.parametrize("width", [pytest.param(1440, marks=pytest.mark.soak), 768, 320])
def test_no_page_scrolls_sideways(
    opened: Open, cluster_page: str, dossier: str, width: int
) -> None:
    """320 px is also 1280 px at 400 %, and 720 px is 1440 px at 200 % (WCAG 1.4.10, 1.4.4)."""
    for path in ("index.html", cluster_page, dossier):
        page = opened(path, viewport={"width": width, "height": 800})
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        lay_out_all(page)
        assert page.evaluate(OVERFLOW) == 0, path


SHEET = 703  # pixels: 186 mm


@pytest.mark.parametrize("step", [SOME, pytest.param(1, marks=pytest.mark.soak)])
def test_a_clusters_page_prints_on_two_tagged_sheets(
    opened: Open, reports: Mapping[str, Path], cluster_page: str, step: int
) -> None:
    """No letter below 8 points, none made smaller because something is wider than the sheet."""
    page = opened(viewport={"width": SHEET, "height": 900})
    page.emulate_media(media="print")
    files = sorted((reports["de"] / "clusters").glob("*.html"))
    for file in {*files[::step], reports["de"] / cluster_page}:
        page.goto(file.as_uri())
        found = page.evaluate(
            """[...document.querySelectorAll("body *")].filter(e => e.checkVisibility()
                && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())
                && !e.matches(".vh, .skip")
                && (parseFloat(getComputedStyle(e).fontSize) < 8 * 96 / 72 - 0.01
                    || getComputedStyle(e).webkitLineClamp !== "none")
            ).map(e => e.outerHTML.slice(0, 80))"""
        )
        assert found == [], file.name
        assert page.evaluate(OVERFLOW) == 0, file.name
        pdf = page.pdf(tagged=True, prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 2, file.name
        assert b"/MarkInfo" in pdf


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (375, 800)])
def test_the_first_screen_reaches_to_what_is_to_do(opened: Open, width: int, height: int) -> None:
    page = opened(viewport={"width": width, "height": height})
    first = page.locator("#todo li").first.bounding_box()
    assert first is not None
    assert first["y"] + first["height"] < height


def test_no_lever_leaves_its_card(opened: Open, cluster_page: str) -> None:
    for width in (1440, 768, 375):
        page = opened(cluster_page, viewport={"width": width, "height": 900})
        wide = page.evaluate(
            """[...document.querySelectorAll("article .conditions li > span")]
            .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"""
        )
        assert wide == [], width


def test_with_forced_colours_the_parts_of_pictures_are_told_apart(opened: Open) -> None:
    page = opened(forced_colors="active")
    look = """selector => { const found = getComputedStyle(document.querySelector(selector));
        return [found.fill, found.fillOpacity, found.stroke].join(" "); }"""
    three = ("eligible", "open", "not_eligible")
    for parts in (
        [f".quarters rect.s-{d}" for d in three],
        [f'.chart path[fill="var(--{colour})"]' for colour in ("good", "open", "bad")],
        [f'#money .chart path[fill="var(--series-{x})"]' for x in "abcde"],
    ):
        looks = [page.evaluate(look, part) for part in parts]
        assert len(set(looks)) == len(parts), dict(zip(parts, looks, strict=True))


def test_motion_and_forced_colours_are_respected(opened: Open, cluster_page: str) -> None:
    still = opened(reduced_motion="reduce")
    assert still.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    page = opened(cluster_page, forced_colors="active")
    fills = page.evaluate(
        "['.line .at', '.line .half'].map(s => getComputedStyle(document.querySelector(s)).fill)"
    )
    assert fills[0] != fills[1]
