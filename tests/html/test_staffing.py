"""The steps of the limit in the picture of actors per FTE, from wherever a catalogue has it."""

from types import SimpleNamespace
from typing import Any, cast

import polars as pl
import pytest

from pipeline.common.catalogue import Band as ReferenceBand
from pipeline.common.catalogue import Catalogue, Condition, load
from pipeline.common.settings import load_settings
from pipeline.report.limit_steps import edges, is_outlier
from pipeline.report.pages.staffing import limits
from pipeline.report.pages.words import Words
from pipeline.review import Review

DE = Words("de")
CATALOGUE = load("go-cluster")
(LIMITED,) = (c for k in CATALOGUE.criteria for c in k.conditions if c.threshold is None)


def review() -> Review:
    """Return a review of two clusters, judged by limits that differ from those of the table."""
    bands = ["0–50", "51–100", "101–200", "201–500", "über 500"]
    tables = {
        "limits": pl.DataFrame({"size_band": bands, "limit": [20.0, 22.5, 30.0, 30.0, 60.04]}),
        "clusters": pl.DataFrame({"cluster_id": ["A", "B"], "size_band": ["0–50", "201–500"]}),
        "conditions": pl.DataFrame(
            {
                "catalogue": CATALOGUE.id,
                "cluster_id": ["A", "B"],
                "metric": "actors_per_fte",
                "threshold": [18.0, 33.0],
            }
        ),
    }
    return cast(Review, SimpleNamespace(tables=tables, settings=load_settings()))


def steps(**changed: Any) -> list[tuple[float, float | None, float, str]]:
    """Return the steps where the condition is another."""
    condition: Condition = LIMITED.model_copy(update=changed)
    found = limits(review(), cast(Catalogue, CATALOGUE), condition, DE)
    return [(one.start, one.end, one.value, one.text) for one in found]


def test_bands_end_between_two_numbers_of_actors() -> None:
    assert [end for _, _, end in edges(review())] == [50.5, 100.5, 200.5, 500.5, None]


def test_the_stand_in_of_this_review() -> None:
    found = steps(stand_in="quartile")
    assert [text for *_, text in found] == ["20,0", "22,5", "30,0", "30,0", "60,0"]
    assert found[0][:3] == (0, 50.5, 20.0)
    assert found[-1][:3] == (500.5, None, 60.04)


def test_that_of_an_earlier_period_as_its_clusters_were_judged() -> None:
    assert steps(stand_in="frozen") == [(0, 50.5, 18.0, "18,0"), (200.5, 500.5, 33.0, "33,0")]


def test_none_where_experts_decide() -> None:
    assert steps(stand_in="none") == []


def test_bands_of_the_catalogue() -> None:
    own = (ReferenceBand(limit=15.0, source="S", up_to=80.0), ReferenceBand(limit=40.0, source="S"))
    assert steps(reference_bands=own) == [(0, 80.5, 15.0, "15,0"), (80.5, None, 40.0, "40,0")]


@pytest.mark.parametrize(
    ("value", "expected"), [(34.9, False), (35.0, False), (35.1, True), (-5.0, False), (-5.1, True)]
)
def test_outliers_lie_beyond_tukeys_fences(value: float, *, expected: bool) -> None:
    assert is_outlier(value, 10.0, 20.0) is expected
    assert not is_outlier(value, None, None)
