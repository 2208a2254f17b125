"""What is missing up to a threshold is counted in the figure's own unit, whatever the figure."""

import polars as pl
import pytest

from pipeline.common.catalogue import load, metrics
from pipeline.common.settings import load_settings
from pipeline.evaluation.evaluate import judge_conditions
from pipeline.figures.figures import compute_figures
from pipeline.submissions.examine import examine
from pipeline.tables.preview import portfolio_of
from tests.making.frames import raw_cells
from tests.making.workbooks import submission

CATALOGUE = load("go-cluster")
COUNTED = sorted(key for key, metric in metrics().items() if metric.lever == "missing")
MISSING = 7.0


@pytest.fixture(scope="module")
def figures() -> pl.DataFrame:
    settings = load_settings()
    examined = examine(*raw_cells(submission().sheets), settings, with_distances=False)
    files = examined.master.select("file").unique()
    return compute_figures(portfolio_of(examined, files, settings)).figures.collect()


@pytest.mark.parametrize("key", COUNTED)
def test_the_missing_amount_and_what_is_certain_make_the_threshold(
    key: str, figures: pl.DataFrame
) -> None:
    # Nothing more is possible, and what is unknown is not there.
    certain = figures.with_columns(pl.col("low").fill_null(0)).with_columns(high="low")
    (low,) = certain.filter(metric=key)["low"]
    first = CATALOGUE.criteria[0]
    own = {"metric": metrics()[key], "operator": ">=", "threshold": low + MISSING}
    condition = first.conditions[0].model_copy(update=own)
    criterion = first.model_copy(update={"conditions": (condition,)})
    catalogue = CATALOGUE.model_copy(update={"criteria": (criterion,)})
    clusters = pl.DataFrame({"file": figures["file"].unique(), "technology_field": ["IKT"]})
    limits = pl.DataFrame(
        schema={"file": pl.UInt32, "limit": pl.Float64, "limit_source": pl.String}
    )
    (row,) = judge_conditions(catalogue, certain, clusters, limits).to_dicts()
    assert (row["status"], row["lever_amount"]) == ("not_fulfilled", MISSING)


def test_the_budget_is_in_euros(figures: pl.DataFrame) -> None:
    assert figures.filter(metric="budget_eur")["low"].to_list() == [250_000.5]
