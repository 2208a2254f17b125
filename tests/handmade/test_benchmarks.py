"""Cohorts, quartiles and the limit of 4.2, with results worked out by hand.

Each portfolio holds good clusters that differ in the one figure a test looks at.  A technology
field serves as a cohort of its own, so one portfolio holds many of them.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from .build import (
    Edit,
    Row,
    Workbook,
    changed,
    fte,
    fund,
    master,
    only,
    proof,
    put,
    review,
    sme,
    uni,
    write_inputs,
)

Tables = dict[str, pl.DataFrame]
ALL = "all"


def run(folder: Path, books: dict[str, Workbook], register: list[Row] | None = None) -> Tables:
    return review(write_inputs(folder / "inputs", books, register or []), folder / "outputs")


def close(value: float | None, due: float | None) -> bool:
    if value is None or due is None:
        return value is due
    return value == pytest.approx(due, rel=1e-12)


# --- cohorts ----------------------------------------------------------------------------------


def posts(*vze: float | str) -> Edit:
    return put("Management", [fte(value) for value in vze])


def aged(years: int) -> Edit:
    return master(Formale_Gründung=date(2026 - years, 9, 30))


def successes(n: int) -> Edit:
    return put("Nachweise", [proof("Erfolgsgeschichte", f"Erfolg {i}") for i in range(n)])


def budget(own: float, total: float) -> Edit:
    rows = [fund(2025, "Mitgliedsbeiträge", own), fund(2025, "Förderung Bund", total - own)]
    return put("Finanzierung", rows)


def companies(small: int, others: int = 0) -> Edit:
    return put("Akteure", sme(small), uni(others))


# field -> the clusters in it, one edit (or several) each
IKT, BUILDING, FOOD = "IKT", "Bauwesen", "Ernährung"
ENERGY, SPACE, ARTS = "Energie und Umwelt", "Luft- und Raumfahrt", "Kreativwirtschaft"
FIELDS: dict[str | None, list[list[Edit]]] = {
    IKT: [[aged(years)] for years in (10, 3, 20, 4, 6)],
    BUILDING: [[aged(years)] for years in (5, 6, 7, 8)],
    FOOD: [*([aged(years)] for years in (5, 6, 7, 8)), [master(Formale_Gründung=None)]],
    ENERGY: [[successes(n)] for n in (2, 9, 2, 1, 5, 2)],
    SPACE: [
        [budget(0, 100), posts(10)],
        [budget(10, 100), posts(20)],
        [budget(20, 100), posts(40)],
        [budget(30, 100), posts(40)],
        [budget(200, 500), posts(80)],
        [budget(300, 600), posts("?")],
    ],
    ARTS: [[companies(10, others)] for others in (0, 10, 20, 30, 90)],
    None: [[]],
}
SIZES = [50, 51, 100, 101, 200, 201, 500, 501, 0]
BANDS = ["0–50", "51–100", "51–100", "101–200", "101–200", "201–500", "201–500", "über 500",
         "0–50"]  # fmt: skip
STATES = {IKT: "Bayern", BUILDING: "Hessen", FOOD: "Sachsen"}
TOP = "Spitzencluster-Wettbewerb; InnoRegio"


def member(field: str | None, place: int) -> str:
    """The n-th cluster (from 0) of a field."""
    return f"DE-{list(FIELDS).index(field) + 1}{place:03}"


def sized(actors: int) -> str:
    return f"DE-9{actors:03}"


@pytest.fixture(scope="module")
def cohorts(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    books: dict[str, Workbook] = {}
    for field, members in FIELDS.items():
        for place, edits in enumerate(members):
            where = master(
                Technologiefeld=field,
                Bundesland=STATES.get(field or ""),
                Exzellenzmaßnahmen=TOP if field == IKT else None,
            )
            books[member(field, place)] = changed(where, *edits)
    for size in SIZES:
        lost = master(Technologiefeld=None, Bundesland=None)
        books[sized(size)] = changed(lost, companies(size))
    # The office confirms another measure than the first of the field says, and one for all of
    # a field whose clusters say nothing.
    confirmed = [(member(IKT, 0), "NEMO"), *((member(ENERGY, i), "NEMO") for i in range(5))]
    register: list[Row] = [
        {"Cluster-ID": cluster, "Rolle": "Mitglied", "Exzellenzmaßnahmen": measure}
        for cluster, measure in confirmed
    ]
    return run(tmp_path_factory.mktemp("cohorts"), books, register)


def cohort(tables: Tables, kind: str, cluster: str, indicator: str) -> dict[str, Any]:
    """The statistics of the cluster's cohort of a kind."""
    mine = (pl.col("cluster_id") == cluster) & (pl.col("cohort_kind") == kind)
    names = tables["benchmarks"].filter(mine)["cohort"].unique()
    assert len(names) == 1, names
    where = {"indicator": indicator, "cohort_kind": kind, "cohort": names[0]}
    return only(tables["cohorts"], **where)


# (field, indicator) -> n, min, p25, median, p75, max, pooled; by linear interpolation
STATISTICS: list[tuple[str, str, tuple[float | None, ...]]] = [
    # 3, 4, 6, 10, 20: the quartiles are the second and the fourth.
    (IKT, "age_years", (5, 3, 4, 6, 10, 20, None)),
    # 1, 2, 2, 2, 5, 9: p75 lies three quarters of the way from the 4th to the 5th.
    (ENERGY, "success_stories", (6, 1, 2, 2, 4.25, 9, None)),
    # 0, .1, .2, .3, .4, .5; together 0+10+20+30+200+300 = 560 of 1500.
    (SPACE, "own_funds_share", (6, 0, 0.125, 0.25, 0.375, 0.5, 560 / 1500)),
    # 40 actors each; 1500 in all for 240 actors; 100/40, 100/40, 100/40, 100/40, 12.5, 15.
    (SPACE, "budget_per_actor", (6, 2.5, 2.5, 2.5, 10, 15, 6.25)),
    # 4, 2, 1, 1, 0.5 of the five known: 200 actors for 190 posts.
    (SPACE, "actors_per_fte", (5, 0.5, 1, 1, 2, 4, 200 / 190)),
    # 10, 5, 2.5, 2.5, 6.25: 900 for 190 posts; the budget of the sixth is left out.
    (SPACE, "budget_per_fte", (5, 2.5, 2.5, 5, 6.25, 10, 900 / 190)),
    # 1, 1/2, 1/3, 1/4, 1/10; 50 SMEs of 200 actors.
    (ARTS, "sme_share", (5, 0.1, 0.25, 1 / 3, 0.5, 1, 0.25)),
]
COLUMNS = ("n", "min", "p25", "median", "p75", "max", "pooled")


@pytest.mark.parametrize(("field", "indicator", "due"), STATISTICS)
def test_statistics(
    field: str, indicator: str, due: tuple[float | None, ...], cohorts: Tables
) -> None:
    row = cohort(cohorts, "technology_field", member(field, 0), indicator)
    found = tuple(row[name] for name in COLUMNS)
    assert all(map(close, found, due)), (found, due)
    assert row["suppressed"] is False


@pytest.mark.parametrize(
    ("field", "indicator", "n"),
    [
        (BUILDING, "age_years", 4),
        (BUILDING, "actors", 4),
        (FOOD, "age_years", 4),  # five clusters, one of unknown age
        (IKT, "actors", 5),
        (FOOD, "actors", 5),
    ],
)
def test_suppression(field: str, indicator: str, n: int, cohorts: Tables) -> None:
    row = cohort(cohorts, "technology_field", member(field, 0), indicator)
    assert (row["n"], row["suppressed"]) == (n, n < 5)
    for name in COLUMNS[1:6]:
        assert (row[name] is None) is (n < 5)
    if n < 5:
        assert row["pooled"] is None
    mine = cohorts["benchmarks"].filter(
        (pl.col("cluster_id") == member(field, 0))
        & (pl.col("cohort_kind") == "technology_field")
        & (pl.col("indicator") == indicator)
    )
    shown = mine.row(0, named=True)
    assert (shown["n"], shown["suppressed"]) == (n, n < 5)
    for name in ("percentile_rank", "p25", "median", "p75"):
        assert (shown[name] is None) is (n < 5)
    assert shown["value"] is not None


@pytest.mark.parametrize(
    ("field", "place", "indicator", "rank"),
    [
        # 1, 2, 2, 2, 5, 9
        (ENERGY, 3, "success_stories", 100 * 0.5 / 6),  # the least: half of itself
        (ENERGY, 0, "success_stories", 100 * 2.5 / 6),  # one less, half of three alike
        (ENERGY, 5, "success_stories", 100 * 2.5 / 6),
        (ENERGY, 4, "success_stories", 100 * 4.5 / 6),
        (ENERGY, 1, "success_stories", 100 * 5.5 / 6),
        (IKT, 4, "age_years", 50),  # the middle of five
        (IKT, 1, "actors", 50),  # all alike
        (SPACE, 0, "actors_per_fte", 90),  # four of the five known less
        (SPACE, 5, "actors_per_fte", None),  # not known
        (FOOD, 4, "age_years", None),
    ],
)
def test_rank(field: str, place: int, indicator: str, rank: float | None, cohorts: Tables) -> None:
    found = cohorts["benchmarks"].filter(
        (pl.col("cluster_id") == member(field, place))
        & (pl.col("cohort_kind") == "technology_field")
        & (pl.col("indicator") == indicator)
    )
    ranks = found["percentile_rank"].to_list()
    assert len(ranks) <= 1
    assert close(ranks[0] if ranks else None, rank)


@pytest.mark.parametrize(("size", "band"), list(zip(SIZES, BANDS, strict=True)))
def test_size_band(size: int, band: str, cohorts: Tables) -> None:
    assert only(cohorts["clusters"], cluster_id=sized(size))["size_band"] == band


def test_the_whole_portfolio_is_a_cohort(cohorts: Tables) -> None:
    where = {"indicator": "actors", "cohort_kind": "portfolio", "cohort": ALL}
    row = only(cohorts["cohorts"], **where)
    assert row["n"] == sum(map(len, FIELDS.values())) + len(SIZES)
    assert (row["min"], row["median"], row["max"]) == (0, 40, 501)


# Those of the contract; others may be declared.
KINDS = {"portfolio", "technology_field", "size_band", "federal_state", "measure"}


def test_without_field_or_state_in_no_such_cohort(cohorts: Tables) -> None:
    def kinds(cluster: str) -> set[str]:
        mine = cohorts["benchmarks"].filter(pl.col("cluster_id") == cluster)
        return set(mine["cohort_kind"]) & KINDS

    assert kinds(member(None, 0)) == {"portfolio", "size_band"}
    assert kinds(member(SPACE, 0)) == {"portfolio", "size_band", "technology_field"}
    assert kinds(member(BUILDING, 0)) == kinds(member(SPACE, 0)) | {"federal_state"}
    assert kinds(member(IKT, 1)) == kinds(member(BUILDING, 0)) | {"measure"}
    # Five in Bavaria, four in Hesse.
    assert cohort(cohorts, "federal_state", member(IKT, 0), "actors")["n"] == 5
    assert cohort(cohorts, "federal_state", member(BUILDING, 0), "actors")["n"] == 4


def test_the_office_confirms_measures(cohorts: Tables) -> None:
    """NEMO: five of energy and the first of IKT, which loses what it says itself."""
    found = cohorts["cohorts"].filter(
        (pl.col("cohort_kind") == "measure") & (pl.col("indicator") == "actors")
    )
    counts = {row["cohort"]: (row["n"], row["suppressed"]) for row in found.to_dicts()}
    assert counts == {
        "NEMO": (6, False),
        "Spitzencluster-Wettbewerb": (4, True),
        "InnoRegio": (4, True),
    }
    mine = cohorts["benchmarks"].filter(
        (pl.col("cluster_id") == member(IKT, 0)) & (pl.col("cohort_kind") == "measure")
    )
    assert set(mine["cohort"]) == {"NEMO"}


# --- the limit of 4.2 -------------------------------------------------------------------------

# Actors per FTE 1, 2, 4, 5, 8, 10 in the band to 50; 60 actors and 1, 10 in the next.
LIMITS: dict[str, list[Edit]] = {
    "DE-0001": [posts(40)],
    "DE-0002": [posts(20)],
    "DE-0004": [posts(10)],
    "DE-0005": [posts(8)],
    "DE-0008": [posts(5)],
    "DE-0010": [posts(4)],
    "DE-0601": [companies(30, 30), posts(60)],
    "DE-0610": [companies(30, 30), posts(6)],
}


def built(edits: dict[str, list[Edit]]) -> dict[str, Workbook]:
    return {cluster: changed(*changes) for cluster, changes in edits.items()}


@pytest.fixture(scope="module")
def limits(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return run(tmp_path_factory.mktemp("limits"), built(LIMITS))


@pytest.fixture(scope="module")
def one_more(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """A seventh of 80 actors per FTE in the band."""
    return run(tmp_path_factory.mktemp("one_more"), built(LIMITS | {"DE-0080": [posts(0.5)]}))


@pytest.fixture(scope="module")
def hardly_any(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """A seventh of less than half a post in the band."""
    return run(tmp_path_factory.mktemp("hardly"), built(LIMITS | {"DE-0082": [posts(0.49)]}))


def per_fte(tables: Tables, cluster: str) -> dict[str, Any]:
    where = {"catalogue": "go-cluster", "criterion_id": "4.2", "condition": 1}
    return only(tables["conditions"], cluster_id=cluster, **where)


# The band: p75 of six lies three quarters of the way from 5 to 8.  The next band holds two and
# is suppressed; of all eight (1, 1, 2, 4, 5, 8, 10, 10) p75 lies a quarter from 8 to 10.
@pytest.mark.parametrize(
    ("cluster", "limit", "status", "lever"),
    [
        ("DE-0001", 7.25, "fulfilled", None),
        ("DE-0005", 7.25, "fulfilled", None),
        ("DE-0008", 7.25, "not_fulfilled", 0.52),  # 40/7.25 = 5.5172...
        ("DE-0010", 7.25, "not_fulfilled", 1.52),
        ("DE-0601", 8.5, "fulfilled", None),
        ("DE-0610", 8.5, "not_fulfilled", 1.06),  # 60/8.5 = 7.0588...
    ],
)
def test_limit(
    cluster: str, limit: float, status: str, lever: float | None, limits: Tables
) -> None:
    row = per_fte(limits, cluster)
    assert close(row["threshold"], limit)
    assert (row["status"], row["limit_source"] is None) == (status, False)
    assert close(row["lever_amount"], lever)


def test_the_sources_of_the_limits_differ(limits: Tables) -> None:
    assert per_fte(limits, "DE-0001")["limit_source"] != per_fte(limits, "DE-0601")["limit_source"]


def test_one_more_cluster_moves_only_the_limit(limits: Tables, one_more: Tables) -> None:
    """Of 1, 2, 4, 5, 8, 10, 80 p75 is half way from 8 to 10: the cluster with 8 turns."""
    old, new = per_fte(limits, "DE-0008"), per_fte(one_more, "DE-0008")
    assert close(new["threshold"], 9)
    assert (old["status"], new["status"]) == ("not_fulfilled", "fulfilled")
    assert per_fte(one_more, "DE-0080")["status"] == "not_fulfilled"
    for table in ("criteria", "conditions"):
        keys = [pl.col("cluster_id").is_in(list(LIMITS)), pl.col("criterion_id") != "4.2"]
        before, after = (t[table].filter(*keys).sort(pl.all()) for t in (limits, one_more))
        assert before.equals(after), table


def test_less_than_half_a_post_moves_no_limit(limits: Tables, hardly_any: Tables) -> None:
    """It is judged by the others' limit, and it is one of the cohort all the same."""
    for cluster in LIMITS:
        assert per_fte(hardly_any, cluster) == per_fte(limits, cluster)
    own = per_fte(hardly_any, "DE-0082")
    assert (own["status"], own["threshold"]) == ("not_fulfilled", 7.25)
    assert cohort(hardly_any, "size_band", "DE-0082", "actors_per_fte")["n"] == 7


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Six clusters, of which four have a known number of actors per FTE."""
    edits = {f"DE-000{n}": [posts(10 * n)] for n in (1, 2, 3)}
    edits["DE-0004"] = [posts(0.4)]
    edits["DE-0005"] = [posts(0)]
    edits["DE-0006"] = [posts("?")]
    return run(tmp_path_factory.mktemp("few"), built(edits))


def test_no_limit_from_four_values(few: Tables) -> None:
    for cluster in ("DE-0001", "DE-0002", "DE-0003", "DE-0004", "DE-0006"):
        row = per_fte(few, cluster)
        assert (row["status"], row["threshold"]) == ("undetermined", None)
        assert row["lever_amount"] is None
    for kind in ("portfolio", "size_band"):
        row = cohort(few, kind, "DE-0001", "actors_per_fte")
        assert (row["n"], row["suppressed"], row["p75"]) == (4, True, None)
        assert cohort(few, kind, "DE-0001", "actors")["n"] == 6


def test_fte_0_is_not_fulfilled_without_a_limit(few: Tables) -> None:
    row = per_fte(few, "DE-0005")
    found = (row["status"], row["value_low"], row["value_high"], row["lever_amount"])
    assert found == ("not_fulfilled", None, None, None)


@pytest.mark.parametrize(
    ("cluster", "posts_known", "ratio"),
    [("DE-0003", 30, 40 / 30), ("DE-0004", 0.4, 100), ("DE-0005", 0, None),
     ("DE-0006", None, None)],
)  # fmt: skip
def test_few_posts(
    cluster: str, posts_known: float | None, ratio: float | None, few: Tables
) -> None:
    row = only(few["clusters"], cluster_id=cluster)
    assert close(row["fte"], posts_known)
    assert close(row["actors_per_fte"], ratio)
    assert close(row["budget_per_fte"], None if ratio is None else 200_000 / (posts_known or 1))
