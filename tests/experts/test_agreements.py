"""What became of agreements with clusters (contract 1.4): worked by hand."""

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.evaluation.agreements import STATUS_THEN, agreement_outcomes
from pipeline.history.earlier import ratings_left_behind, statuses_when_agreed
from pipeline.history.published import Earlier, Publication
from pipeline.submissions.office import read_office
from tests.making.frames import published, raw_cells

LAST_DAY = dt.date(2026, 9, 30)
A, B = "DE-0001", "DE-0002"
HEADERS = ["Cluster-ID", "Katalog", "Kriterium", "Vereinbarung", "Vereinbart am", "Frist"]
KNOWN = pl.DataFrame({"catalogue": ["go-cluster"] * 2, "criterion_id": ["2.2", "12"]})
NOBODY = pl.DataFrame(schema=STATUS_THEN)


def agreements(*rows: tuple[object, ...]) -> pl.DataFrame:
    """The sheet Vereinbarungen of these rows."""
    grids = {"Register": [["Cluster-ID"], [A]], "Vereinbarungen": [HEADERS, *map(list, rows)]}
    return read_office({"register": 0}, *raw_cells(grids)).agreements


def criteria(status: str) -> pl.DataFrame:
    """A review in which cluster A has this status at 2.2."""
    keys = {"catalogue": ["go-cluster"], "cluster_id": [A], "criterion_id": ["2.2"]}
    return pl.DataFrame({**keys, "status": [status]})


@pytest.mark.parametrize(
    ("cluster", "status", "due", "outcome"),
    [
        (A, "fulfilled", dt.date(2026, 1, 1), "kept"),
        (A, "fulfilled", None, "kept"),
        (A, "not_fulfilled", dt.date(2026, 9, 29), "overdue"),
        (A, "not_fulfilled", LAST_DAY, "running"),
        (A, "not_fulfilled", None, "running"),
        (A, "undetermined", dt.date(2026, 9, 29), "overdue"),
        (A, "undetermined", dt.date(2026, 12, 31), "running"),
        # without a review of the cluster
        (B, "fulfilled", dt.date(2026, 9, 29), "overdue"),
        (B, "fulfilled", dt.date(2026, 12, 31), "running"),
    ],
)
def test_what_became_of_it(cluster: str, status: str, due: dt.date | None, outcome: str) -> None:
    rows = agreements((cluster, None, "2.2", "Zwei Hochschulen gewinnen", None, due))
    (found,) = agreement_outcomes(rows, criteria(status), KNOWN, NOBODY, LAST_DAY).iter_rows(
        named=True
    )
    assert found["outcome"] == outcome
    assert found["status"] == (status if cluster == A else None)


def test_every_agreement_stays_but_one_about_no_criterion() -> None:
    rows = agreements(
        (A, None, "2.2", "Erst", None, None),
        (A, "GO-Cluster", 2.2, "Dann", None, None),
        (A, None, 12, None, None, None),
        (A, None, "99", "Unbekannt", None, None),
        (None, None, "12", "Niemand", None, None),
    )
    found = agreement_outcomes(rows, criteria("fulfilled"), KNOWN, NOBODY, LAST_DAY)
    assert found.select("criterion_id", "agreement", "outcome").rows() == [
        ("2.2", "Erst", "kept"),
        ("2.2", "Dann", "kept"),
        ("12", None, "running"),
    ]


# ---- how it stood when it was agreed ----
def earlier(folder: Path, **statuses: str) -> Earlier:
    """Published periods, each with the status of cluster A at 2.2."""
    for name, status in statuses.items():
        data = folder / name.replace("_", "-") / "data"
        data.mkdir(parents=True)
        criteria(status).write_parquet(data / "criteria.parquet")
    folders = sorted(folder.iterdir())
    return Earlier(folder, [Publication(own, {}) for own in folders])


@pytest.mark.parametrize(
    ("agreed_on", "status_then"),
    [
        (dt.date(2026, 3, 30), None),
        (dt.date(2026, 3, 31), "fulfilled"),
        (dt.date(2026, 6, 29), "fulfilled"),
        (dt.date(2026, 6, 30), "not_fulfilled"),
        (dt.date(2026, 12, 31), "not_fulfilled"),
        (None, None),
    ],
)
def test_the_status_of_then(
    tmp_path: Path, agreed_on: dt.date | None, status_then: str | None
) -> None:
    periods = earlier(tmp_path, **{"2026_Q1": "fulfilled", "2026_Q2": "not_fulfilled"})
    rows = agreements(
        (A, None, "2.2", "x", agreed_on, None), (B, None, "2.2", "y", agreed_on, None)
    )
    then = statuses_when_agreed(periods, rows)
    found = agreement_outcomes(rows, criteria("undetermined"), KNOWN, then, LAST_DAY)
    assert found.select("cluster_id", "status_then").rows() == [(A, status_then), (B, None)]


# ---- ratings of an earlier period ----
@pytest.mark.parametrize(
    ("rating", "left"),
    [
        ({"counts": True}, True),
        ({"counts": True, "valid_until": LAST_DAY}, True),
        ({"counts": True, "valid_until": LAST_DAY - dt.timedelta(days=1)}, False),
        ({"counts": False}, False),
    ],
)
def test_ratings_that_are_still_valid_are_left_behind(
    tmp_path: Path, rating: dict[str, Any], left: bool
) -> None:
    periods = earlier(tmp_path, **{"2026_Q1": "fulfilled", "2026_Q2": "fulfilled"})
    row = {"cluster_id": A, "catalogue": "go-cluster", "criterion_id": "5", **rating}
    assert ratings_left_behind(periods, LAST_DAY).is_empty()  # no table of ratings there
    for name, rows in (("2026-Q1", [{**row, "counts": True}]), ("2026-Q2", [row])):
        published("ratings", rows).write_parquet(tmp_path / name / "data" / "ratings.parquet")
    found = ratings_left_behind(periods, LAST_DAY).select("cluster_id", "criterion_id", "period")
    assert found.rows() == ([(A, "5", "2026-Q2")] if left else [])


def test_of_a_damaged_period_the_one_before_counts(tmp_path: Path) -> None:
    periods = earlier(tmp_path, **{"2026_Q1": "fulfilled", "2026_Q2": "not_fulfilled"})
    (tmp_path / "2026-Q2" / "data" / "criteria.parquet").write_bytes(b"damaged")
    rows = agreements((A, None, "2.2", "x", dt.date(2026, 7, 1), None))
    assert statuses_when_agreed(periods, rows)["status_then"].to_list() == ["fulfilled"]
    assert periods.names == ("2026-Q2/data/criteria.parquet",)
