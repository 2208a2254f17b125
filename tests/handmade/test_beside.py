"""Who pays for a cluster, and who joined or left: by hand, one cluster for each case."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from pipeline.common.settings import load_settings
from pipeline.tables.payers import of_cohorts
from tests.sparing import REPORTS

from .build import (
    Edit,
    Row,
    actors,
    as_of,
    changed,
    drop,
    fund,
    master,
    only,
    proof,
    put,
    review,
    write_inputs,
)

EU, STATE, TOWN = "Förderung EU", "Förderung Land", "Förderung Kommune"
BUND, FEES, OTHER = "Förderung Bund", "Mitgliedsbeiträge", "Sonstige"
Money = dict[str | None, tuple[float | None, float | None]]
SAME_NAME: Row = {"Name": "Muster AG"}


def paid(*rows: Row) -> Edit:
    return put("Finanzierung", rows)


# rows, public_share, budget_eur, source → amount and share
MONEY: dict[str, tuple[Edit, float | None, float | None, Money]] = {
    "all four grants are public, the rest is not": (
        paid(fund(2025, EU, 10), fund(2025, BUND, 20), fund(2025, STATE, 30), fund(2025, TOWN, 5),
             fund(2025, FEES, 25), fund(2025, OTHER, 10)),
        0.65, 100,
        {EU: (10, 0.1), BUND: (20, 0.2), STATE: (30, 0.3), TOWN: (5, 0.05), FEES: (25, 0.25),
         OTHER: (10, 0.1)},
    ),
    "rows of one source are added": (
        paid(fund(2025, BUND, 0.1), fund(2025, BUND, 0.2), fund(2025, FEES, 0.7)),
        0.3, 1, {BUND: (0.3, 0.3), FEES: (0.7, 0.7)},
    ),
    "only the year that counts": (
        paid(fund(2024, BUND, 900), fund(2025, FEES, 100), fund(2026, BUND, 900, "Plan")),
        0, 100, {FEES: (100, 1)},
    ),
    "the plan where nothing has been spent": (
        paid(fund(2026, BUND, 300), fund(2027, BUND, 50, "Plan"), fund(2027, FEES, 150, "Plan")),
        0.25, 200, {BUND: (50, 0.25), FEES: (150, 0.75)},
    ),
    "only rows of the running year": (paid(fund(2026, BUND, 300)), None, None, {}),
    "an empty sheet": (paid(), None, None, {}),
    "no sheet": (drop("Finanzierung"), None, None, {}),
    "an unknown source": (
        paid(fund(2025, BUND, 60), fund(2025, None, 40)), None, 100,
        {BUND: (60, None), None: (40, None)},
    ),
    "an unknown amount": (
        paid(fund(2025, BUND, 60), fund(2025, BUND, None), fund(2025, FEES, 40)), None, None,
        {BUND: (None, None), FEES: (40, None)},
    ),
    "an unknown amount of another year": (
        paid(fund(2025, BUND, 60), fund(2024, BUND, None), fund(2025, FEES, 40)), 0.6, 100,
        {BUND: (60, 0.6), FEES: (40, 0.4)},
    ),
    "an unknown year": (paid(fund(2025, BUND, 60), fund(None, FEES, 40)), None, None, {}),
    "an unknown status": (paid(fund(2025, BUND, 60), fund(2024, FEES, 40, None)), None, None, {}),
    "nothing was paid": (paid(fund(2025, BUND, 0)), None, 0, {BUND: (0, None)}),
}  # fmt: skip

# As of 30 September 2026: within twelve months is from 30 September 2025 on.
FIRST, LAST, BEFORE = date(2025, 9, 30), date(2026, 9, 30), date(2025, 9, 29)


def one(**cells: Any) -> Row:
    return actors(1, "Unternehmen", cells)[0]


def listed(*rows: Row) -> Edit:
    return put("Akteure", actors(5, "Hochschule"), *rows)


MOVED: dict[str, tuple[Edit, int, int]] = {
    "nobody": (listed(), 0, 0),
    "first and last day": (listed(one(Beitritt=FIRST), one(Beitritt=LAST)), 2, 0),
    "a day too early": (listed(one(Beitritt=BEFORE)), 0, 0),
    "not yet": (listed(one(Beitritt=date(2026, 10, 1))), 0, 0),
    "left on the first and on the last day": (
        listed(one(Austritt=FIRST), one(Austritt=LAST, Beitritt=date(2010, 1, 1))), 0, 2),
    "left a day too early": (listed(one(Austritt=BEFORE)), 0, 0),
    "will leave": (listed(one(Austritt=date(2026, 10, 1))), 0, 0),
    "came and went": (listed(one(Beitritt=FIRST, Austritt=LAST)), 0, 1),
    "came, will leave": (listed(one(Beitritt=FIRST, Austritt=date(2026, 12, 31))), 1, 0),
    "only a contact": (
        listed(one(Bindung="Kontakt", Beitritt=FIRST), one(Bindung="Kontakt", Austritt=LAST)),
        0, 0),
    "only active": (listed(one(Bindung="Aktive Mitwirkung", Beitritt=FIRST)), 0, 0),
    "of unknown commitment": (
        listed(one(Bindung=None, Beitritt=FIRST), one(Bindung=None, Austritt=LAST)), 0, 0),
    "of a bad day": (
        listed(one(Beitritt="bald"), one(Austritt="bald"), one(Beitritt=FIRST, Austritt="bald"),
               one(Beitritt="bald", Austritt=LAST)), 0, 0),
    "left and came back: it is a member": (
        listed(one(Austritt=FIRST, **SAME_NAME), one(Beitritt=LAST, **SAME_NAME)), 1, 0),
    "listed twice, both left": (
        listed(one(Austritt=FIRST, **SAME_NAME), one(Austritt=LAST, **SAME_NAME)), 0, 1),
    "an earlier row may be the one that counts": (
        listed(one(Bindung=None, Beitritt=BEFORE, **SAME_NAME), one(Beitritt=LAST, **SAME_NAME)),
        0, 0),
    "either row came lately": (
        listed(one(Bindung=None, Beitritt=FIRST, **SAME_NAME), one(Beitritt=LAST, **SAME_NAME)),
        1, 0),
}  # fmt: skip


def named(cases: dict[str, Any], first: int) -> dict[str, str]:
    return {case: f"DE-{first + n:04}" for n, case in enumerate(cases)}


PAYERS, MOVERS = named(MONEY, 1), named(MOVED, 101)
OLD = as_of(date(2026, 3, 31))


def stories(day: date) -> Edit:
    return put("Nachweise", [proof("Erfolgsgeschichte", f"Erfolg {c}", day) for c in "ABC"])


# What held on 31 March 2026 and no longer does on 30 September 2026.
LAPSED: dict[str, tuple[list[Edit], list[str]]] = {
    "nothing": ([OLD], []),
    "24 months secured, then 18": (
        [OLD, master(Finanzierung_gesichert_bis=date(2028, 4, 30))], ["7.2"]),
    "secured until 24 months after the end": (
        [OLD, master(Finanzierung_gesichert_bis=date(2028, 9, 30))], []),
    "stories of June 2024": ([OLD, stories(date(2024, 6, 1))], ["12"]),
    "stories of the last day that counts": ([OLD, stories(date(2024, 9, 30))], []),
    "too few months already": ([OLD, master(Finanzierung_gesichert_bis=date(2028, 3, 30))], []),
    "as of the last day": ([master(Finanzierung_gesichert_bis=date(2028, 9, 30))], []),
}  # fmt: skip
AGEING = named(LAPSED, 201)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    folder = tmp_path_factory.mktemp("beside")
    books = {PAYERS[case]: changed(own[0]) for case, own in MONEY.items()}
    books |= {MOVERS[case]: changed(own[0]) for case, own in MOVED.items()}
    books |= {AGEING[case]: changed(*own[0]) for case, own in LAPSED.items()}
    inputs = write_inputs(folder / "inputs", books)
    return review(inputs, folder / "outputs", REPORTS)


@pytest.mark.parametrize("case", MONEY)
def test_who_pays(case: str, tables: dict[str, pl.DataFrame]) -> None:
    _, public, budget, money = MONEY[case]
    row = only(tables["clusters"], cluster_id=PAYERS[case])
    assert (row["public_share"], row["budget_eur"]) == (public, budget)
    if row["own_funds_share"] is None:
        assert row["public_share"] is None
    own = tables["funding"].filter(pl.col("cluster_id") == PAYERS[case])
    assert dict(own.select("source", pl.struct("amount_eur", "share")).rows()) == {
        source: {"amount_eur": amount, "share": share} for source, (amount, share) in money.items()
    }


@pytest.mark.parametrize("case", MOVED)
def test_who_joined_and_who_left(case: str, tables: dict[str, pl.DataFrame]) -> None:
    row = only(tables["clusters"], cluster_id=MOVERS[case])
    assert (row["joined_12m"], row["left_12m"]) == MOVED[case][1:]


def test_the_sums_of_a_cohort_are_those_of_the_clusters_whose_money_is_known(
    tables: dict[str, pl.DataFrame],
) -> None:
    """Those of MONEY: 100 + 1 + 100 + 200 + 100; all others 140,000 of 200,000 from their state."""
    row = only(of_cohorts(tables, load_settings()), cohort_kind="portfolio", cohort="all")
    others = len(MOVED) + len(LAPSED)
    assert (row["clusters"], row["n"]) == (len(MONEY) + others, 5 + others)
    assert row["total"] == pytest.approx(501 + 200_000 * others)
    assert row[STATE] == pytest.approx(30 + 140_000 * others)
    assert (row[EU], row[TOWN], row["other"]) == (10, 5, 10)
    assert row[BUND] == pytest.approx(20 + 0.3 + 50 + 60)
    assert row["public_share"] == pytest.approx((row["total"] - row["own"] - 10) / row["total"])
    assert row["joined_12m"] == sum(own[1] for own in MOVED.values())
    assert row["left_12m"] == sum(own[2] for own in MOVED.values())


@pytest.mark.parametrize("case", LAPSED)
def test_what_has_lapsed_since_the_day_of_the_submission(
    case: str, tables: dict[str, pl.DataFrame]
) -> None:
    own = tables["lapsed"].filter(
        pl.col("cluster_id") == AGEING[case], pl.col("catalogue") == "go-cluster"
    )
    expected = [(criterion, "not_fulfilled") for criterion in LAPSED[case][1]]
    assert own.select("criterion_id", "status").rows() == expected
