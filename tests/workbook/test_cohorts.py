"""Every statistic of every cohort on a real run: what is stored is what its formula gives."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import polars as pl
import pytest

import schemas.benchmarks
from pipeline.common.texts import texts
from pipeline.evaluation.statistics import SHOWN, STATISTICS, VALUE, Statistic
from pipeline.report.workbook.book import write_workbook
from pipeline.review import Review
from schemas.benchmarks import CohortKind, declared, declared_cohort_kinds, declared_indicators
from schemas.tables import table_models
from tests.declared import changed_in
from tests.libreoffice import Recalculate

from .conftest import Demo, review_of
from .office_suite import differing, opened

LEGAL_FORM = CohortKind(label={"de": "Rechtsform", "en": "legal form"}, column="legal_form")
NEAREST = Statistic(
    VALUE.quantile(0.25, "nearest"), "SMALL({values},ROUND(0.25*(COUNT({values})-1),0)+1)"
)
# Half of a pair: what the review stores, but not what Excel calculates.
HALF = Statistic(VALUE.max(), STATISTICS["p25"].formula)
METHODS = {"shipped": STATISTICS["p25"], "nearest": NEAREST, "half": HALF}
SHEETS = {"Kennzahlen", "ESCA-Benchmark"}
# So that cohorts of every kind are shown.
LEAST = 1


@pytest.fixture(scope="module", autouse=True)
def with_legal_forms() -> Iterator[None]:
    """Declare a further kind of cohorts."""
    kinds = {**declared_cohort_kinds(), "legal_form": LEGAL_FORM}
    more = changed_in(declared(), cohort_kinds=kinds)
    cached = (table_models, texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schemas.benchmarks, "declared", lambda: more)
        for one in cached:
            one.cache_clear()
        yield
    for one in cached:
        one.cache_clear()


def review_with(demo: Demo, p25: Statistic) -> Review:
    """Return the review in which small cohorts are shown, with another lower quartile."""
    cohorts = changed_in(demo.review.settings.cohorts, minimum=LEAST)
    settings = changed_in(demo.review.settings, cohorts=cohorts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(STATISTICS, "p25", p25)  # type: ignore[arg-type]
        return review_of(demo.inputs, settings=settings)


@dataclass(frozen=True)
class Written:
    """A review and its workbook."""

    review: Review
    path: Path


@pytest.fixture(scope="module")
def written(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Written]:
    """Return a function that writes a workbook once and returns it."""
    return cache(partial(write, demo, tmp_path_factory.mktemp("cohorts")))


def write(demo: Demo, folder: Path, method: str) -> Written:
    """Write the workbook with a method for p25."""
    p25, path = METHODS[method], folder / f"{method}.xlsx"
    made = review_with(demo, p25)
    # what fills other sheets only, and takes time to calculate again
    emptied = {name: made.tables[name].clear() for name in ("actors", "rows", "findings")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(STATISTICS, "p25", p25)  # type: ignore[arg-type]
        write_workbook(Review(**{**vars(made), "tables": made.tables | emptied}), path, "de")
    return Written(made, path)


@pytest.mark.parametrize("method", ["shipped", pytest.param("nearest", marks=pytest.mark.soak)])
def test_every_statistic_is_what_another_program_calculates(
    method: str, written: Callable[[str], Written], recalculated: Recalculate, tmp_path: Path
) -> None:
    own = written(method)
    (again,) = recalculated([own.path], tmp_path)
    assert differing(own.path, again) == []
    shown = own.review.tables["cohorts"].filter(~pl.col("suppressed"))
    for column in ("n", *SHOWN):
        there = shown.drop_nulls(column).select("indicator", "cohort_kind").unique().rows()
        ratios = (column != "pooled" or one.is_ratio for one in declared_indicators().values())
        named = [k for k, has in zip(declared_indicators(), ratios, strict=True) if has]
        assert {*there} == {(i, kind) for i in named for kind in declared_cohort_kinds()}


@pytest.mark.soak
def test_half_of_a_pair_is_noticed(
    written: Callable[[str], Written], recalculated: Recalculate, tmp_path: Path
) -> None:
    own = written("half")
    (again,) = recalculated([own.path], tmp_path)
    found = {sheet for sheet, _ in differing(own.path, again)}
    assert found == SHEETS


def test_a_further_kind_stands_on_every_sheet_of_cohorts(written: Callable[[str], Written]) -> None:
    book = opened(written("shipped").path, values=True)
    for sheet in (*SHEETS, "Portfolio", "Methodik & Begriffe"):
        said = " ".join(str(c.value) for row in book[sheet].iter_rows() for c in row if c.value)
        assert "Rechtsform" in said, sheet
    clusters = written("shipped").review.tables["clusters"]
    assert clusters["legal_form"].drop_nulls().len() > LEAST
