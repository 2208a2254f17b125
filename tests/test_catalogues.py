"""The shipped catalogues: their own examples and their form. What a slip in one says.

All other tests have frozen catalogues (tests/catalogues): a threshold is changed in the shipped one
alone, and a criterion added there.
"""

from pathlib import Path

import polars as pl
import pytest

from pipeline.catalogue import (
    Catalogue,
    CatalogueError,
    Criterion,
    Example,
    load,
    metrics,
)
from pipeline.evaluate import combine, judge_conditions
from schemas.declaration import HERE, submission

SHIPPED = sorted((HERE / "catalogues").glob("*.toml"))
CASES = [
    pytest.param(catalogue, criterion, example, id=f"{path.stem} {criterion.id} {example.status}")
    for path in SHIPPED
    for catalogue in [load(str(path))]
    for criterion in catalogue.criteria
    for example in criterion.examples
]


def status_of(catalogue: Catalogue, criterion: Criterion, example: Example) -> str:
    clusters = pl.DataFrame({"file": [0], "technology_field": ["IKT"]}, schema_overrides=FILE)
    figures = pl.DataFrame(
        [
            (0, metric, *(interval or (None, None)), None, None)
            for metric, interval in example.given.items()
        ],
        schema=["file", "metric", "low", "high", "numerator", "denominator"],
        schema_overrides=FILE | dict.fromkeys(["numerator", "denominator"], pl.Float64),
        orient="row",
    ).cast({"low": pl.Float64, "high": pl.Float64})
    limits = pl.DataFrame(
        {"file": [0], "limit": [example.limit], "limit_source": ["bands: example"]},
        schema_overrides=FILE | {"limit": pl.Float64},
    )
    conditions = judge_conditions(catalogue, figures, clusters, limits)
    criteria = combine(conditions.lazy()).collect()
    return str(criteria.filter(pl.col("criterion_id") == criterion.id)["computed_status"].item())


FILE: dict[str, pl.DataType | type[pl.DataType]] = {"file": pl.UInt32}


@pytest.mark.parametrize(("catalogue", "criterion", "example"), CASES)
def test_example(catalogue: Catalogue, criterion: Criterion, example: Example) -> None:
    assert status_of(catalogue, criterion, example) == example.status


# As the source numbers them; the others are of its own.
SOURCE = "1 2.1 2.2 3 4.1 4.2 5 6.1 6.2 7.1 7.2 8 9.1 9.2 10.1 10.2 11 12 13"


def test_the_catalogues_are_there_with_the_criteria_of_the_source() -> None:
    by_name = {path.stem: load(str(path)) for path in SHIPPED}
    assert {"eccp-profile", "go-cluster", "zim-nemo"} <= set(by_name)
    assert set(SOURCE.split()) <= {c.id for c in by_name["go-cluster"].criteria}


def test_metrics_read_declared_cells() -> None:
    cells = {f"{s.key}.{f.key}" for s in submission().sheets for f in s.fields}
    for metric in metrics().values():
        assert set(metric.reads) <= cells, metric.key


SLIPS = [
    ('metric = "bound_actors"', 'metric = "bound_actor"', "did you mean 'bound_actors'"),
    ('operator = ">="', 'operator = "=>"', "unknown operator '=>'"),
    ("threshold = 30", 'threshold = "thirty"', "bad threshold 'thirty'"),
    ('kind = "hard"', 'kind = "heard"', "kind must be one of"),
    ("pass_mark = 12", "pass_mark = 20", "pass_mark must be"),
    ("pass_mark = 12", "pass_mrak = 12", "pass_mark is missing"),
    ('stand_in = "quartile"', 'stand_in = "quartil"', "stand_in must be one of"),
    ('stand_in = "quartile"', 'stand_in = "frozen"', "needs frozen_period"),
    ("reference_bands = []", "reference_bands = [{ limit = 9 }]", "source is missing"),
    ("reason = { de =", "raeson = { de =", "reason is missing"),
    ('source = "go-cluster: Exzellent vernetzt! – Aufnahmekriterien, Kriterium 1"', "", "source"),
    ('status = "undetermined"', 'status = "fulfilled"', "has no example that is undetermined"),
    ("bound_actors = [30, 30]", "bound = [30, 30]", "does not give 'bound_actors'"),
    ("category = 1", "category = 9", "there is no category 9"),
    ('id = "2.1"', 'id = "1"', "two criteria share an id"),
    ("{}                # for", '{ "IKTT" = 0.03 } # for', "did you mean 'IKT'"),
]


@pytest.mark.parametrize(("right", "wrong", "message"), SLIPS)
def test_a_slip_is_an_error_that_names_the_place(
    right: str, wrong: str, message: str, tmp_path: Path
) -> None:
    text = load("go-cluster").path.read_text(encoding="utf-8")
    assert right in text
    path = tmp_path / "go-cluster.toml"
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(CatalogueError, match="go-cluster.toml") as error:
        load(str(path))
    assert message in str(error.value)


def test_no_such_catalogue() -> None:
    with pytest.raises(CatalogueError, match="there are eccp-profile, go-cluster, zim-nemo"):
        load("go-clutser")
