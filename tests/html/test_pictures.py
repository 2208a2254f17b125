"""The pictures of the index: what they show is what the tables say; no label covers another."""

import html
import itertools
import math
import random
import re
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
from conftest import CLUSTERS, Open
from playwright.sync_api import expect

from pipeline.report.pages import scatter
from pipeline.report.pages.landmap import BETWEEN, NEAR, spread
from pipeline.report.pages.scatter import Band, Box, Limit, Line, Point, Scales, Scatter

STATUSES = [("fulfilled", "ja"), ("not_fulfilled", "nein"), ("undetermined", "offen")]
ENDS = [0, 50.5, 100.5, 200.5, 500.5, None]


def portfolio(n: int, seed: int) -> Scatter:
    """Return a picture of n made-up clusters, all of them named."""
    draw = random.Random(seed)
    points = []
    for number in range(n):
        actors, ratio = round(draw.lognormvariate(4.4, 1)) + 1, draw.lognormvariate(3, 0.7)
        status = draw.choice(STATUSES)[0]
        points.append(Point(actors, ratio, status, draw.random() < 0.1, f"DE-{number:04}"))
    bands = [
        Band(start, end, 20, f"{start}–{end}", "n = 20", 10.0 + at, 15.0 + at, 25.0 + 9 * at)
        for at, (start, end) in enumerate(itertools.pairwise(ENDS))
        if start is not None
    ]
    limits = [Limit(b.start, b.end, 25.0 + 9 * at, "25,0") for at, b in enumerate(bands)]
    lines = [
        Line(30, "Mindestzahl 30 (Kriterium 1)", upright=True, bold=True),
        Line(100, "höchstens 100 Mitglieder: 65,2 % von 112", upright=True),
        Line(15, "ECCP: 15 Mitglieder", upright=True),
        Line(5, "höchstens 5 VZÄ: 62,5 % von 112", upright=False),
        Line(0.5, "ECCP: 0,5 VZÄ", upright=False),
    ]
    return Scatter(points, bands, limits, lines, STATUSES, ("Akteure", "je VZÄ"))


@pytest.mark.parametrize(("n", "seed"), [(1, 1), (90, 2), (430, 3), (430, 4), (2000, 5)])
def test_no_two_names_overlap_and_no_cluster_is_named_over_another_mark(n: int, seed: int) -> None:
    picture = portfolio(n, seed)
    names = scatter.names(picture)
    pairs = itertools.combinations(names, 2)
    assert not [(a.text, b.text) for a, b in pairs if a.box.meets(b.box)]
    own = [name for name in names if name.cluster is not None]
    assert own
    for name in own:
        assert name.box.left >= 0
        assert name.box.right <= scatter.WIDTH
        for number, point in enumerate(picture.points):
            x, y = picture.scales.across(point.x), picture.scales.down(point.y)
            assert number == name.cluster or not name.box.meets(Box(x - 4, y - 4, x + 4, y + 4))


def test_every_mark_lies_inside_below_the_bands_names_and_above_those_of_lines() -> None:
    picture = portfolio(430, 3)
    for point in picture.points:
        assert 0 < picture.scales.across(point.x) < scatter.WIDTH
        assert scatter.TOP - 1 < picture.scales.down(point.y) < scatter.HEIGHT - 90


def test_a_mark_under_another_is_larger_so_that_it_is_seen() -> None:
    same = [Point(50, 20, "fulfilled", ringed=False)] * 3
    apart = [Point(80, 20, "fulfilled", ringed=False)]
    picture = Scatter([*same, *apart], [], [], [], STATUSES, ("x", "y"))
    found = scatter.sizes(picture)
    assert found[0] > found[1] > found[2] == found[3]


@pytest.mark.parametrize("n", [1, 2, 40])
def test_marks_of_the_map_are_moved_apart_and_stay_where_there_is_room(n: int) -> None:
    draw = random.Random(n)
    crowd = [(300 + draw.random(), 300.0) for _ in range(n - 1)]
    places, radii = [*crowd, (0.0, 0.0)], [draw.uniform(8, 25) for _ in range(n)]
    moved = spread(places, radii)
    assert moved[-1] == (0, 0)
    for one, other in itertools.combinations(range(n), 2):
        away = math.dist(moved[one], moved[other])
        assert away >= radii[one] + radii[other] + BETWEEN - NEAR
    assert spread([(5, 5), (5, 5)], [9, 9])[0] != (5, 5)


def test_places_and_values_are_each_others_inverse() -> None:
    scales = Scales((10, 1000), (1, 100))
    assert (scales.across(10), scales.across(1000)) == (0, scatter.WIDTH)
    assert (scales.down(1), scales.down(100)) == (scatter.HEIGHT, 0)
    assert scales.across(100) == pytest.approx(scatter.WIDTH / 2)
    found = scales.values(scales.across(37), scales.down(8))
    assert (found["x"], found["y"]) == (pytest.approx(37), pytest.approx(8))


# ---- read back from the page ----


def table(reports: Mapping[str, Path], name: str) -> pl.DataFrame:
    """Return a published table of the made-up portfolio."""
    return pl.read_parquet(reports["de"].parent / "data" / f"{name}.parquet")


def test_each_mark_stands_where_the_table_says_and_leads_to_its_page(
    reports: Mapping[str, Path],
) -> None:
    page = (reports["de"] / "index.html").read_text(encoding="utf-8")
    (svg,) = re.findall(r'<svg [^>]*aria-labelledby="staffing-title".*?</svg>', page, re.S)
    assert 'role="group"' in svg[:200]
    mark = (
        r'<a href="clusters/([^"]+)\.html" data-c="([^"]+)"><title>([^<]*)</title>'
        r'<path transform="translate\(([\d.]+),([\d.]+)\)" d="M([^"]+)" fill="var\(--(\w+)\)"'
    )
    marks = {m[0]: m for m in re.findall(mark, svg)}
    rows = table(reports, "clusters").filter(pl.col("actors") > 0, pl.col("actors_per_fte") > 0)
    criteria = table(reports, "criteria").filter(
        pl.col("catalogue") == "go-cluster", pl.col("criterion_id") == "4.2"
    )
    rows = rows.join(criteria.select("cluster_id", "status", "basis"), on="cluster_id")
    assert set(marks) == set(rows["cluster_id"])
    assert len(marks) > CLUSTERS / 2
    colours = {"fulfilled": "good", "not_fulfilled": "bad", "undetermined": "open"}
    ringed = set(re.findall(r'<path data-c="([^"]+)"', svg))
    assert ringed == set(rows.filter(pl.col("basis") == "assessed")["cluster_id"])
    fitted = []
    for row in rows.iter_rows(named=True):
        _, own, title, x, y, _, colour = marks[row["cluster_id"]]
        assert own == row["cluster_id"]
        assert colour == colours[row["status"]]
        assert f"{row['actors']:,.0f}".replace(",", ".") in html.unescape(title)
        logarithms = (math.log(row["actors"]), math.log(row["actors_per_fte"]))
        fitted.append((logarithms[0], float(x), logarithms[1], float(y)))
    # Both axes are logarithms: all marks lie on one straight line of place against logarithm.
    for value, place in ((0, 1), (2, 3)):
        low, high = min(fitted, key=lambda f: f[value]), max(fitted, key=lambda f: f[value])
        slope = (high[place] - low[place]) / (high[value] - low[value])
        for one in fitted:
            expected = low[place] + slope * (one[value] - low[value])
            assert one[place] == pytest.approx(expected, abs=0.3)
    limits = table(reports, "limits")["limit"].drop_nulls().unique()
    shown = set(re.findall(r'font-weight="700" fill="var\(--bad\)"[^>]*>([^<]+)<', svg))
    assert shown
    assert shown <= {f"{one:.1f}".replace(".", ",") for one in limits}


def test_marks_follow_the_filter_and_bands_do_not(opened: Open) -> None:
    page = opened()
    marks = page.locator("svg.chart a")
    every = marks.count()
    rest = page.locator("svg.chart:has(a) text:not([data-c])").count()
    chosen = marks.nth(3).get_attribute("data-c")
    page.locator("input[name=q]").fill(chosen or "")
    left = page.locator("svg.chart a:not(.off)")
    assert [one.get_attribute("data-c") for one in left.all()] == [chosen]
    assert page.locator("svg.chart:has(a) text:not([data-c]):not(.off)").count() == rest
    assert page.locator("svg.chart a[tabindex='0']").count() == 1
    page.locator("button[type=reset]").click()
    expect(left).to_have_count(every)
    page.locator("svg.chart a[tabindex='0']").focus()
    page.keyboard.press("End")
    last = page.evaluate("document.activeElement.dataset.c")
    assert last == marks.nth(every - 1).get_attribute("data-c")
    page.keyboard.press("ArrowLeft")
    before = page.evaluate("document.activeElement.dataset.c")
    assert before == marks.nth(every - 2).get_attribute("data-c")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"clusters/.*\.html$"))
