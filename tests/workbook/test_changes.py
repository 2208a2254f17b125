"""What changed since the period before, in the workbook: its formulas, its sparklines."""

import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from pipeline.history.causes import with_figures
from pipeline.history.compare import compare
from pipeline.history.model import EarlierPeriod
from pipeline.history.model import EarlierReview as PeriodBefore
from pipeline.history.state import as_of_days
from pipeline.report.workbook.book import write_workbook
from pipeline.report.workbook.overview_lines import Before
from pipeline.review import Review
from pipeline.tables.assemble import shaped
from pipeline.tables.headlines import FIGURE, headlines
from tests.libreoffice import Recalculate

from .conftest import PERIOD, Demo
from .office_suite import differing, opened, table_rows

EARLIER = "2026-Q1"
THEN = {"memberships": 10, "smes": 6, "smes_unknown": 1, "research": 2, "distinct": 9}
THEN |= {"quarantined": 3, "clusters": 5, "technology_field": 4, "federal_state": 3}
FIGURES = pl.DataFrame(
    [(figure, None, value) for figure, value in THEN.items()], schema=FIGURE, orient="row"
)


def with_history(done: Review) -> Review:
    """Return the review as one after a period two quarters before, of which three clusters came."""
    assert done.state is not None
    state, tables = done.state, dict(done.tables)
    days = state.portfolio.clusters.select("cluster_id", pl.col("as_of").dt.offset_by("-6mo"))
    then = replace(state, portfolio=as_of_days(state.portfolio, days))
    turned = pl.when(pl.col("criterion_id") == "5").then(pl.lit("undetermined")).otherwise("status")
    earlier = {
        "criteria": tables["criteria"].with_columns(status=turned),
        "decisions": tables["decisions"].with_columns(
            fulfilled=pl.col("fulfilled") - 1, decision=pl.lit("open")
        ),
        "clusters": tables["clusters"].with_columns(pl.col("actors") + 1).slice(3),
    }
    since = EarlierPeriod(EARLIER, ("2026-Q2",))
    figures = with_figures(state.portfolio).figures
    found = compare(PeriodBefore(since, earlier, then), tables, state, figures)
    tables |= {name: shaped(name, table, PERIOD, done.catalogues) for name, table in found.items()}
    # what only fills other sheets, and takes time to calculate again
    tables |= {name: tables[name].clear() for name in ("actors", "rows", "findings")}
    return replace(done, tables=tables, since=since)


@pytest.fixture(scope="module")
def review(demo: Demo) -> Review:
    """Return the review with an earlier period."""
    return with_history(demo.review)


@pytest.fixture(scope="module")
def book(review: Review, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return its workbook."""
    path = tmp_path_factory.mktemp("changes") / "portfolio.xlsx"
    clusters, conditions = (review.tables[name] for name in ("clusters", "conditions"))
    earlier = {"clusters": clusters.head(5), "conditions": conditions.clear()}
    earlier |= {"headlines": FIGURES, "cohorts": review.tables["cohorts"].clear()}
    write_workbook(review, path, "de", {EARLIER: earlier})
    return path


@pytest.fixture(scope="module")
def sheets(book: Path) -> openpyxl.Workbook:
    """Return its stored values."""
    return opened(book, values=True)


def part(path: Path, name: str) -> str:
    """Return a part of a workbook's file."""
    with zipfile.ZipFile(path) as package:
        return package.read(f"xl/{name}").decode()


def test_the_formulas_of_changes_are_what_another_program_calculates(
    book: Path, tmp_path: Path, recalculated: Recalculate
) -> None:
    assert not differing(book, recalculated([book], tmp_path)[0])


def test_the_sheet_tells_causes_movers_newcomers_and_the_gap(
    sheets: openpyxl.Workbook, review: Review
) -> None:
    sheet = sheets["Veränderungen"]
    told = {cell.value for row in sheet.iter_rows() for cell in row}
    assert "Für 2026-Q2 ist nichts veröffentlicht" in " ".join(map(str, told))
    moved = review.tables["decision_changes"]["cluster_id"].to_list()
    came = review.tables["movements"]["cluster_id"].to_list()
    assert len(came) == 3
    assert moved
    assert {*moved, *came} <= told
    counted = review.tables["changes"].group_by("cause").len()
    words = {"own_data": "eigene Angaben", "time": "Zeitablauf", "rule": "anderer Katalog"}
    numbers = {row["Ursache"]: row["Anzahl"] for row in table_rows(sheets, "Ursachen")}
    assert {words[c]: n for c, n in counted.iter_rows()}.items() <= numbers.items()


def test_shares_change_in_percentage_points(sheets: openpyxl.Workbook) -> None:
    rows = table_rows(sheets, "Medianwerte")
    shares = [
        r for r in rows if r["Kennzahl"].endswith("in %") and isinstance(r["Änderung"], float)
    ]
    assert shares
    for row in shares:
        assert row["Änderung"] == pytest.approx(100 * (row["jetzt"] - row["vorher"]))
    sheet = next(sheet for sheet in sheets.worksheets if "Medianwerte" in sheet.tables)
    first, last = sheet.tables["Medianwerte"].ref.split(":")
    changes = [row[-1] for row in sheet[f"{first}:{last}"][1:]]
    in_points = {c.row for c in changes if "PP" in c.number_format}
    top = changes[0].row
    assert in_points == {top + n for n, r in enumerate(rows) if r["Kennzahl"].endswith("in %")}


def test_sparklines_draw_the_published_periods_in_the_clusters_own_row(
    book: Path, sheets: openpyxl.Workbook
) -> None:
    sheet = sheets["Portfolio"]
    heads = {cell.value: cell.column_letter for cell in sheet[5]}
    first, last = heads["erfüllt 2026-Q1"], heads["erfüllt 2026-Q3"]
    assert sheet.column_dimensions[first].hidden
    xml = part(book, "worksheets/sheet2.xml")
    assert f"<xm:f>'Portfolio'!{first}6:{last}6</xm:f><xm:sqref>{heads['Verlauf erfüllt']}6<" in xml


def test_without_an_earlier_period_there_is_no_sheet_of_changes(demo: Demo, book: Path) -> None:
    assert "Veränderungen" in part(book, "workbook.xml")
    assert "Veränderungen" not in part(demo.workbook, "workbook.xml")


def test_the_overview_tells_what_was_counted_then(sheets: openpyxl.Workbook) -> None:
    then = {row[0].value: row[2].value for row in sheets["Überblick"].iter_rows(min_row=6)}
    names = ["davon KMU", "verschiedene Akteure", "zurückgestellte Einreichungen"]
    assert [then[name] for name in names] == [6, 9, 3]
    assert Before(EARLIER, {EARLIER: {"headlines": FIGURES}}).sme_share == 0.6


def test_what_an_earlier_period_counted() -> None:
    actors = pl.LazyFrame(
        {
            "bound": [True, True, True, True, False, None],
            "sme": [True, False, None, True, True, True],
            "actor_type": ["Hochschule", "Beratung", None, "FuE-Einrichtung", "Hochschule", None],
            "actor_key": ["a", "a", None, None, "b", "c"],
        }
    )
    sent = pl.LazyFrame({"outcome": ["quarantined", "reviewed", "superseded"]})
    expected = {"memberships": 4, "smes": 2, "smes_unknown": 1, "smes_distinct": 2, "research": 2}
    expected |= {"distinct": 3, "reviewed": 1, "quarantined": 1, "superseded": 1}
    found = headlines({"actors": actors, "submissions": sent})
    assert dict(found.select("figure", "value").iter_rows()) == expected
