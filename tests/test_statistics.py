"""Indicators and cohorts of small tables: what is declared is what is calculated."""

import polars as pl
import pytest

from pipeline.common.settings import load_settings
from pipeline.evaluation.benchmark import as_cohort, benchmark
from pipeline.figures.base import FIGURES
from schemas.benchmarks import declared_cohort_kinds, declared_indicators
from schemas.declaration import measures, submission


@pytest.mark.parametrize(
    ("written", "named"),
    [
        (["e. V.", "E. V.", "e.  V."], ["E. V."] * 3),
        (["GmbH", " gmbh ", None], ["GmbH", "GmbH", None]),
        # what Excel would look for as anything, or as more than
        (["e. V.*", "e. V.", ">GmbH"], ["e. V.", "e. V.", "GmbH"]),
        (["?", "~", '"'], [None] * 3),
        (["a" * 300, "a" * 200, "b"], ["a" * 100, "a" * 100, "b"]),
    ],
)
def test_what_is_written_alike_is_one_cohort(
    written: list[str | None], named: list[str | None]
) -> None:
    table = pl.DataFrame({"form": written}, schema={"form": pl.String})
    assert table.select(as_cohort(pl.col("form")))["form"].to_list() == named


def test_every_indicator_and_cohort_that_is_declared_is_there() -> None:
    figures = {one.figure for one in declared_indicators().values() if one.figure}
    rows = [(file, f, 4.0, 4.0, 4.0, 2.0) for file in range(5) for f in sorted(figures)]
    form = submission().sheet("master_data").fields
    clusters = pl.DataFrame({"file": range(5)}, schema={"file": pl.UInt32}).with_columns(
        *(pl.lit("one").alias(f.key) for f in form),
        measures=pl.Series([[next(iter(measures()))]] * 5),
    )
    found = benchmark(
        pl.DataFrame(rows, schema=FIGURES, orient="row"), clusters, load_settings().cohorts
    )
    both = set(found.cohorts.select("indicator", "cohort_kind").rows())
    assert both == {(i, kind) for i in declared_indicators() for kind in declared_cohort_kinds()}
    values = dict(found.cohorts.select("indicator", "median").iter_rows())
    for name, one in declared_indicators().items():
        # numerator 4 by denominator 2, what is certain, or 4 by 4
        due = 2.0 if one.figure and one.is_ratio else 4.0 if one.figure else 1.0
        assert values[name] == due, name
