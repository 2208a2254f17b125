"""Every number that the pages and their pictures show is that of the published tables.

Pages are read as a reader sees them: numbers from their German text, those of pictures from the
places of marks between the texts of the axis.
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from conftest import PERIOD

from pipeline.common.catalogue import load
from pipeline.report.pages.words import Words
from schemas.benchmarks import declared_indicators

DE = Words("de")
CATALOGUES = ("go-cluster", "zim-nemo")
NUMBER = re.compile(r"−?\d+(?:\.\d{3})*(?:,\d+)?")
SIGNS = {"✓": "fulfilled", "✗": "not_fulfilled", "?": "undetermined"}
COLOURS = {"good": "fulfilled", "bad": "not_fulfilled", "open": "undetermined"}
DECISIONS = ("eligible", "open", "not_eligible")
PUBLIC = ("Förderung EU", "Förderung Bund", "Förderung Land", "Förderung Kommune")
QUARTILES = ("min", "p25", "median", "p75", "max")
NOTHING = ("–", "unbekannt", "zu wenige")


@pytest.fixture(scope="module")
def data(reports: Mapping[str, Path]) -> Mapping[str, pl.DataFrame]:
    """Return the published tables by name."""
    folder = reports["de"].parent / "data"
    return {path.stem: pl.read_parquet(path) for path in folder.glob("*.parquet")}


@pytest.fixture(scope="module")
def index(reports: Mapping[str, Path]) -> str:
    """Return the office's page."""
    return (reports["de"] / "index.html").read_text(encoding="utf-8")


class Tables(HTMLParser):
    """The texts of all tables by caption: rows of cells, without the heads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self.rows: list[list[str]] = []
        self.into: list[str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"} and self.rows:
            self.rows[-1].append("")
            self.into = self.rows[-1]
        elif tag == "caption":
            self.rows, self.into = [], [""]
            self.caption = self.into

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self.found[self.caption[0].strip()] = self.rows
        elif tag == "thead":
            self.rows.clear()
        if tag in {"table", "thead", "caption", "td", "th"}:
            self.into = None

    def handle_data(self, data: str) -> None:
        if self.into is not None:
            self.into[-1] += data


def numbers(text: str) -> list[float]:
    """Return the numbers of a German text; shares as parts of 1."""
    scale = 100 if "%" in text else 1
    return [number(one) / scale for one in NUMBER.findall(text)]


def number(text: str) -> float:
    """Return a number as German pages write it."""
    return float(text.replace(".", "").replace(",", ".").replace("−", "-"))


def assert_shows(text: str, *values: float | None) -> None:
    """Check that a text shows these values, each up to its last digit; equal ones once."""
    if all(value is None for value in values):
        assert text.strip() in NOTHING, (text, values)
        return
    written, scale = NUMBER.findall(text), 100 if "%" in text else 1
    wanted = [value for value in values if value is not None]
    if len(written) == 1:
        wanted = wanted[:1] if max(wanted) - min(wanted) < 0.5 else wanted
    assert len(written) == len(wanted), (text, values)
    for one, value in zip(written, wanted, strict=True):
        digits = len(one.partition(",")[2])
        assert number(one) == pytest.approx(value * scale, abs=0.5001 * 10**-digits), (text, values)


# ---- tables ----


def test_cohorts(index: str, data: Mapping[str, pl.DataFrame]) -> None:
    shown, seen = Tables(index).found, 0
    for (name, kind), own in data["cohorts"].group_by("indicator", "cohort_kind"):
        caption = f"{DE.code('indicator', str(name))}: {DE.code('cohort_kind', str(kind))}"
        if caption not in shown:
            continue
        seen += 1
        rows = sorted(shown[caption])
        assert len(rows) == own.height
        kept = own.filter(~pl.col("suppressed"))
        assert sum("zu wenige" in row[2] for row in rows) == own.height - kept.height
        there = [row for row in rows if "zu wenige" not in row[2]]
        statistics = [*QUARTILES, "pooled"][: len(there[0]) - 2] if there else []
        left = kept.to_dicts()
        for row in there:
            # Groups are told apart by their numbers: names are those of registers.
            fits = [r for r in left if shows_all(row[1:], [r[s] for s in ("n", *statistics)])]
            assert fits, row
            left.remove(fits[0])
    assert seen >= 2 * len(declared_indicators())


def shows_all(texts: Sequence[str], values: Sequence[float]) -> bool:
    """Whether texts show these values."""
    try:
        for text, value in zip(texts, values, strict=True):
            assert_shows(text, value)
    except AssertionError:
        return False
    return True


def test_the_matrix(index: str, data: Mapping[str, pl.DataFrame]) -> None:
    for number_, name in enumerate(CATALOGUES, 1):
        catalogue = load(name)
        body = re.search(rf'<table[^>]*id="m{number_}".*?</table>', index, re.S)
        assert body
        order = [c.id for c in catalogue.criteria]
        decided = {r["cluster_id"]: r for r in data["decisions"].filter(catalogue=name).to_dicts()}
        judged = data["criteria"].filter(catalogue=name)
        status = {(r["cluster_id"], r["criterion_id"]): r["status"] for r in judged.to_dicts()}
        rows = re.findall(r'<tr data-c="([^"]+)">(.*?)</tr>', body[0], re.S)
        assert {cluster for cluster, _ in rows} == set(decided)
        for cluster, row in rows:
            cells = re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)
            own = decided[cluster]
            assert f's-{own["decision"]}"' in cells[0]
            assert [int(c) for c in cells[1:3]] == [own["fulfilled"], own["fulfilled_soft"]]
            signs = [SIGNS[re.sub(r"<[^>]+>", "", c)] for c in cells[3:]]
            assert signs == [status[cluster, one] for one in order]


def known_funding(data: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the funding of the clusters whose public share is known."""
    known = data["clusters"].filter(pl.col("public_share").is_not_null())
    return data["funding"].join(known.select("cluster_id"), on="cluster_id")


def by_cluster(rows: Iterable[Sequence[str]]) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the rows of a table by the cluster that they begin with."""
    for row in rows:
        yield row[0].strip()[:7], row[1:]


def test_tables_with_a_row_for_each_cluster(index: str, data: Mapping[str, pl.DataFrame]) -> None:
    shown = Tables(index).found
    clusters = {r["cluster_id"]: r for r in data["clusters"].to_dicts()}
    limits = data["conditions"].filter(metric="actors_per_fte", catalogue=CATALOGUES[0])
    limit = dict(limits.select("cluster_id", "threshold").iter_rows())
    paid: dict[str, dict[str, float]] = {}
    for r in known_funding(data).iter_rows(named=True):
        paid.setdefault(r["cluster_id"], {})[r["source"]] = r["amount_eur"]
    counted = {"staffing": 0, "money": 0, "map": 0}
    for cluster, row in by_cluster(shown["Akteure je VZÄ und Urteil zu 4.2 je Cluster"]):
        own = clusters[cluster]
        for text, key in zip(row[1:4], ("actors", "fte", "actors_per_fte"), strict=True):
            assert_shows(text, own[key])
        assert_shows(row[4], limit[cluster])
        counted["staffing"] += 1
    for cluster, row in by_cluster(shown["Geldgeber je Cluster"]):
        own, amounts = clusters[cluster], paid.get(cluster)
        assert_shows(row[0], own["joined_12m"])
        assert_shows(row[1], own["left_12m"])
        assert_shows(row[2], None if amounts is None else sum(amounts.values()))
        assert_shows(row[-1], own["public_share"])
        for text, source in zip(row[3:7], PUBLIC, strict=True):
            assert_shows(text, amounts and amounts.get(source, 0) / sum(amounts.values()))
        shares = [s for text in row[3:-1] for s in numbers(text)]
        assert sum(shares) == pytest.approx(1 if amounts else 0, abs=0.004)
        counted["money"] += 1
    for cluster, row in by_cluster(shown["Geschäftsstellen"]):
        own = clusters[cluster]
        assert_shows(row[2], own["actors"])
        assert_shows(row[3], own["near_share"])
        assert row[4].strip() == DE.code("decision", own["decision"])
        counted["map"] += 1
    assert counted == dict.fromkeys(counted, len(clusters))


def test_counts_of_criteria_roles_and_measures(
    index: str, data: Mapping[str, pl.DataFrame]
) -> None:
    shown = Tables(index).found
    for name in CATALOGUES:
        catalogue = load(name)
        own = data["criteria"].filter(catalogue=name)
        title = catalogue.title["de"]
        rows = shown[f"{title}: Cluster je Kriterium und Urteil"]
        for criterion, row in zip(catalogue.criteria, rows, strict=True):
            found = own.filter(criterion_id=criterion.id)["status"].to_list()
            order = ("fulfilled", "undetermined", "not_fulfilled")
            assert [int(text) for text in row[2:5]] == [found.count(s) for s in order]
        decided = data["decisions"].filter(catalogue=name)
        roles = decided.join(data["clusters"].select("cluster_id", "role"), on="cluster_id")
        for row in shown[f"{title}: Ergebnisse nach Rolle"]:
            role = None if row[0] == DE.role(None) else row[0]
            those = roles.filter(pl.col("role").eq_missing(role))["decision"].to_list()
            assert [int(text) for text in row[1:5]] == [len(those), *map(those.count, DECISIONS)]
    measures = {DE.name("measures", r["measure"]): r for r in data["measures"].to_dicts()}
    now = data["measure_roles"].filter(pl.col("at_period") == pl.col("period"), role="Mitglied")
    members = dict(now.select("measure", "clusters").iter_rows())
    for row in shown["Wie die Cluster je Maßnahme stehen"]:
        own_ = measures[row[0]]
        assert_shows(row[1], own_["clusters"])
        assert_shows(row[2], members.get(own_["measure"], 0))
        for text, key in zip(row[3:6], DECISIONS, strict=True):
            assert_shows(text, own_[key])
        assert_shows(row[6], own_["median_fulfilled"])
        assert_shows(row[7], own_["median_actors_per_fte"])
        assert_shows(row[9], own_["pooled_public_share"])


def test_figures_of_the_overview(index: str, data: Mapping[str, pl.DataFrame]) -> None:
    figures = dict(re.findall(r'data-figure="(\w+)"><dt>.*?<span class="value">([^<]+)<', index))
    bound = data["actors"].filter("bound")
    decided = data["decisions"].filter(catalogue=CATALOGUES[0])["decision"].to_list()
    distinct = data["actors"].filter("bound").height
    assert figures["memberships"] == DE.number(distinct)
    assert figures["smes"] == DE.number(int(bound["sme"].sum()))
    assert figures["reviewed"] == DE.number(data["clusters"].height)
    assert [int(figures[d]) for d in DECISIONS] == [decided.count(d) for d in DECISIONS]


# ---- a cluster's page ----


def test_every_figure_of_every_clusters_page(
    reports: Mapping[str, Path], data: Mapping[str, pl.DataFrame]
) -> None:
    values = {(r["cluster_id"], r["indicator"]): r["value"] for r in data["benchmarks"].to_dicts()}
    conditions: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    ordered = data["conditions"].sort("catalogue", "cluster_id", "criterion_id", "condition")
    for r in ordered.to_dicts():
        conditions.setdefault((r["catalogue"], r["cluster_id"], r["criterion_id"]), []).append(r)
    compared = 0
    for file in sorted((reports["de"] / "clusters").glob("*.html")):
        page, cluster = file.read_text(encoding="utf-8"), file.stem
        blocks = re.split(r'<(?:article|details) class="criterion s-', page)[1:]
        for block in blocks:
            head = re.match(r'(\w+)" id="k(\d)-([\d.]+)"', block)
            assert head
            name = CATALOGUES[int(head[2]) - 1]
            own = conditions[name, cluster, head[3]]
            texts = re.findall(r'<span class="value">(.*?)</span>', block)
            # Of fulfilled criteria each figure stands in the line and in what it opens.
            assert len(texts) == len(own) * (2 if head[1] == "fulfilled" else 1)
            for text, row in zip(texts, own * 2, strict=False):
                if row["unit"] == "yes_no":
                    both = {row["value_low"], row["value_high"]}
                    wanted = (
                        {"ja"}
                        if both == {1}
                        else {"nein"}
                        if both == {0}
                        else {"unbekannt", "nein bis ja"}
                    )
                    assert html.unescape(text) in wanted
                else:
                    assert_shows(text, row["value_low"], row["value_high"])
                compared += 1
        for row in Tables(page).found["Kennzahlen und Vergleichsgruppen"]:
            (key,) = (k for k in declared_indicators() if DE.code("indicator", k) == row[0])
            assert_shows(row[1], values.get((cluster, key)))
            compared += 1
    assert compared > 40 * data["clusters"].height


# ---- pictures ----


@dataclass(frozen=True)
class Picture:
    """What a picture of rows shows: places of its axis as values, rows by their labels."""

    svg: str
    places: Sequence[tuple[float, float]]
    rows: Sequence[tuple[float, str]]

    def value(self, x: float) -> float:
        """Return the value at a place, by the first and the last text of the axis."""
        (x0, v0), (x1, v1) = self.places[0], self.places[-1]
        return v0 + (x - x0) * (v1 - v0) / (x1 - x0)

    def row(self, y: float) -> str:
        """Return the label of the row at a height."""
        return min(self.rows, key=lambda row: abs(row[0] - y))[1]

    @property
    def pixel(self) -> float:
        """What a pixel is worth."""
        return abs(self.value(1) - self.value(0))


def picture(page: str, name: str) -> Picture:
    """Return a picture by its name."""
    found = re.search(rf'<svg [^>]*aria-labelledby="{name}-title".*?</svg>', page, re.S)
    assert found, name
    text = r'<text text-anchor="(\w+)" transform="translate\(([-\d.]+),([-\d.]+)\)"[^>]*>([^<]*)<'
    texts = re.findall(text, found[0])
    axis = sorted((float(x), numbers(t)[0]) for _, x, y, t in texts if y == "16")
    rows = [(float(y) - 3.5, html.unescape(t)) for a, x, y, t in texts if a == "end" and x == "-8"]
    return Picture(found[0], axis, rows)


def bars(drawn: Picture, colour: str) -> Iterator[tuple[str, float, float]]:
    """Yield of every bar of a colour the label of its row, its start and its end as values."""
    for path in re.findall(rf'<path d="([^"]*)" fill="var\(--{colour}\)"', drawn.svg):
        for x, y, wide, high in re.findall(r"M([\d.]+),([\d.]+)h([\d.]+)v([\d.]+)", path):
            left, middle = float(x), float(y) + float(high) / 2
            yield drawn.row(middle), drawn.value(left), drawn.value(left + float(wide))


def test_boxes_stand_where_the_cohorts_say(index: str, data: Mapping[str, pl.DataFrame]) -> None:
    compared = 0
    for name in data["cohorts"]["indicator"].unique():
        drawn = picture(index, f"chart-{name.replace('_', '-')}")
        own = data["cohorts"].filter(~pl.col("suppressed"), indicator=name)
        portfolio = own.filter(cohort_kind="portfolio").to_dicts()
        sizes = own.filter(cohort_kind="size_band").to_dicts()
        wanted = {("Portfolio" if r in portfolio else r["cohort"]): r for r in (*portfolio, *sizes)}
        boxes = {label.partition(" (n")[0]: ends for label, *ends in bars(drawn, "accent-bg")}
        medians = {label.partition(" (n")[0]: ends for label, *ends in bars(drawn, "accent")}
        assert set(wanted) <= set(boxes)
        for label, row in wanted.items():
            near = 1.2 * drawn.pixel
            assert boxes[label] == pytest.approx([row["p25"], row["p75"]], abs=near)
            assert sum(medians[label]) / 2 == pytest.approx(row["median"], abs=near)
            compared += 1
    assert compared >= 3 * len(declared_indicators())


def test_parts_of_bars_are_as_long_as_the_counts(
    index: str, data: Mapping[str, pl.DataFrame]
) -> None:
    for at, name in enumerate(CATALOGUES, 1):
        drawn = picture(index, f"profile-{at}")
        own = data["criteria"].filter(catalogue=name)
        assert len(drawn.rows) == len(load(name).criteria)
        for colour, status in COLOURS.items():
            found = {label.split()[0]: end - start for label, start, end in bars(drawn, colour)}
            for (criterion,), rows in own.group_by("criterion_id"):
                wanted = (rows["status"] == status).sum()
                assert found.get(str(criterion), 0) == pytest.approx(wanted, abs=1.2 * drawn.pixel)
    whole = picture(index, "roles")
    decided = data["decisions"].filter(catalogue=CATALOGUES[0])
    roles = decided.join(data["clusters"].select("cluster_id", "role"), on="cluster_id")
    for colour, decision in zip(("good", "open", "bad"), DECISIONS, strict=True):
        for label, start, end in bars(whole, colour):
            role, _, period = label.rpartition(" ")
            if period != PERIOD:
                continue
            those = roles.filter(pl.col("role").fill_null(DE.role(None)) == role)
            wanted = (those["decision"] == decision).sum()
            assert end - start == pytest.approx(wanted, abs=1.2 * whole.pixel), label


def test_shares_of_payers(index: str, data: Mapping[str, pl.DataFrame]) -> None:
    drawn = picture(index, "money")
    (row,) = (label for _, label in drawn.rows if label == "Portfolio")
    paid = known_funding(data).group_by("source").agg(pl.col("amount_eur").sum())
    amounts = dict(paid.iter_rows())
    start = 0.0
    for source, colour in zip(PUBLIC, "abcd", strict=True):
        share = amounts.get(source, 0) / sum(amounts.values())
        parts = [ends for label, *ends in bars(drawn, f"series-{colour}") if label == row]
        assert parts == [pytest.approx([start, start + share], abs=1.2 * drawn.pixel)]
        start += share
