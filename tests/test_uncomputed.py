"""A figure that is declared and that no code computes is refused by name."""

import datetime as dt

import polars as pl
import pytest

from pipeline.common.catalogue import load, metrics
from pipeline.common.settings import load_settings
from pipeline.evaluation.evaluate import refuse_uncomputed
from pipeline.figures.figures import compute_figures
from pipeline.submissions.examine import examine
from pipeline.tables.preview import portfolio_of, preview
from schemas.slips import DeclarationError
from tests.making.frames import raw_cells

CATALOGUE = load("go-cluster")
KEYS = sorted({one.metric.key for own in CATALOGUE.criteria for one in own.conditions})
GRIDS = {
    "Stammdaten": [["Cluster-ID", "DE-0001"], ["Stichtag", dt.date(2026, 9, 30)]],
    "Akteure": [["Name", "Akteurstyp", "Bindung"], ["A", "Unternehmen", "Mitgliedschaft"]],
}


def figures(*keys: str) -> pl.DataFrame:
    return pl.DataFrame({"metric": keys}, schema={"metric": pl.String})


@pytest.mark.parametrize("key", KEYS)
def test_a_condition_on_a_figure_that_is_not_computed_is_refused(key: str) -> None:
    others = figures(*(own for own in KEYS if own != key))
    with pytest.raises(DeclarationError) as error:
        refuse_uncomputed([CATALOGUE], others)
    for text in error.value.messages.values():
        assert f'"{key}"' in text
        assert text.startswith("go-cluster.toml, ")


@pytest.mark.parametrize("computed", [figures(*KEYS), figures(*KEYS, "more"), figures()])
def test_what_is_computed_is_not_refused(computed: pl.DataFrame) -> None:
    """Without any submission there is no figure at all."""
    refuse_uncomputed([CATALOGUE], computed)


def test_every_figure_is_there_even_of_a_submission_without_optional_sheets() -> None:
    settings = load_settings()
    examined = examine(*raw_cells(GRIDS), settings, with_distances=False)
    files = examined.master.select("file").unique()
    portfolio = portfolio_of(examined, files, settings)
    found = compute_figures(portfolio).figures.collect()
    assert set(metrics()) <= set(found["metric"])


def test_check_refuses_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    examined = examine(*raw_cells(GRIDS), settings, with_distances=False)
    files = examined.master.select("file").unique()
    condition = CATALOGUE.criteria[0].conditions[0]
    unknown = condition.metric.model_copy(update={"key": "guests"})
    criterion = CATALOGUE.criteria[0].model_copy(
        update={"conditions": (condition.model_copy(update={"metric": unknown}),)}
    )
    catalogue = CATALOGUE.model_copy(update={"criteria": (criterion,)})
    monkeypatch.setattr("pipeline.tables.preview.load", lambda _: catalogue)
    with pytest.raises(DeclarationError, match="guests"):
        preview(examined, files, settings)
