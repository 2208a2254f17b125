"""The sheet Langform: every cluster, quarter and indicator, with the medians of its cohorts."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import openpyxl
import polars as pl
import pytest
from xlsxwriter import Workbook

from pipeline.common.texts import say
from pipeline.report.earlier import Earlier
from pipeline.report.workbook.formats import make_formats
from pipeline.report.workbook.langform import long_form, write_langform
from pipeline.report.workbook.sheets import Book
from schemas.benchmarks import declared_indicators, one_cohort_kinds
from tests.declared import changed_in
from tests.workbook.conftest import Demo
from tests.workbook.office_suite import agree, opened, table_rows

BEFORE = "2026-Q2"
KEYS = ["cluster_id", "indicator"]


@pytest.fixture(scope="module")
def earlier(demo: Demo) -> Earlier:
    """An earlier quarter with other figures, which knew neither states nor budgets."""
    tables = demo.review.tables
    clusters = tables["clusters"].with_columns(pl.col("actors") + 1).head(5)
    cohorts = tables["cohorts"].filter(pl.col("cohort_kind") != "federal_state")
    cohorts = cohorts.with_columns(pl.col("median") * 2)
    return {BEFORE: {"clusters": clusters.drop("federal_state", "budget_eur"), "cohorts": cohorts}}


@pytest.fixture(scope="module")
def both(demo: Demo, earlier: Earlier) -> pl.DataFrame:
    """The rows of that quarter and of the one reviewed."""
    book = cast(Book, SimpleNamespace(review=demo.review))
    return long_form(book, earlier)


def test_the_sheet_says_what_the_benchmarks_say(demo: Demo) -> None:
    """Of each cluster, indicator and kind; what is unknown is empty."""
    kinds = {kind: f"Median {say('cohort_kind', kind, 'de')}" for kind in one_cohort_kinds()}
    names = {say("indicator", key, "de"): key for key in declared_indicators()}
    found = {
        (row["Cluster-ID"], names[row["Kennzahl"]], kind): (row["Wert"], row[header])
        for row in table_rows(opened(demo.workbook, values=True), "Langform")
        for kind, header in kinds.items()
    }
    assert len(found) == len(kinds) * len(names) * demo.review.tables["clusters"].height
    own = demo.review.tables["benchmarks"].filter(pl.col("cohort_kind").is_in(list(kinds)))
    assert own["median"].null_count() > 0
    assert own["median"].drop_nulls().len() > 0
    for row in own.iter_rows(named=True):
        value, median = found[row["cluster_id"], row["indicator"], row["cohort_kind"]]
        assert agree(value, row["value"]), row
        assert agree(median, row["median"]), row


def test_each_quarter_has_its_own_figures(demo: Demo, both: pl.DataFrame) -> None:
    then, now = (
        both.filter(period=period, indicator="actors") for period in (BEFORE, demo.review.period)
    )
    assert then.height == 5
    pairs = then.join(now, on=KEYS, suffix="_now").drop_nulls("value")
    assert (pairs["value"] - pairs["value_now"]).unique().to_list() == [1]
    assert (pairs["portfolio"] / pairs["portfolio_now"]).unique().to_list() == [2]


def test_what_an_earlier_quarter_did_not_publish_is_empty(both: pl.DataFrame) -> None:
    then = both.filter(period=BEFORE)
    assert then["federal_state"].drop_nulls().is_empty()
    assert then.filter(indicator="budget_eur")["value"].drop_nulls().is_empty()
    assert then.filter(indicator="fte")["value"].drop_nulls().len() > 0


def test_the_quarters_of_a_cluster_stand_together(demo: Demo, both: pl.DataFrame) -> None:
    first = both.filter(cluster_id=both["cluster_id"][0])["period"].to_list()
    count = len(declared_indicators())
    assert first == [BEFORE] * count + [demo.review.period] * count


@pytest.mark.parametrize(("spare", "is_there"), [(0, True), (-1, False)])
def test_too_many_rows_are_named_instead(
    demo: Demo, earlier: Earlier, tmp_path: Path, *, spare: int, is_there: bool
) -> None:
    clusters = 5 + demo.review.tables["clusters"].height
    most = clusters * len(declared_indicators()) + spare
    rules = changed_in(demo.review.settings.workbook, most_rows=most)
    settings = changed_in(demo.review.settings, workbook=rules)
    path = tmp_path / "langform.xlsx"
    with Workbook(path) as file:
        review = replace(demo.review, settings=settings)
        write_langform(Book(file, review, "de", make_formats(file, "de")), earlier)
    sheet = openpyxl.load_workbook(path)["Langform"]
    assert bool(sheet.tables) is is_there
    assert ("data/cohorts.parquet" in str(sheet["A2"].value)) is not is_there
