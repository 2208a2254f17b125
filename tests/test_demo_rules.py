"""A made-up portfolio in which each rule of the criteria decides about at least one cluster.

The same portfolio is judged once by the rules, and once with one of them taken out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.common.catalogue import FOLDER, Catalogue, load
from pipeline.common.settings import load_settings
from pipeline.demo.grid import workbook_grids
from pipeline.demo.model import Formula, Submission
from pipeline.demo.portfolio import all_plans, all_submissions
from pipeline.evaluation.benchmark import Benchmarks, band_labels, benchmark
from pipeline.evaluation.evaluate import evaluate
from pipeline.evaluation.scenarios import limits
from pipeline.figures import of_activities, of_evidence
from pipeline.figures.base import FiguresAndRows, Portfolio, RowTest, collect_frames
from pipeline.figures.figures import compute_figures
from pipeline.submissions.examine import examine
from pipeline.submissions.parse import words_for_nothing
from pipeline.tables.preview import NO_RATINGS, portfolio_of
from tests.making.frames import raw_cells_of

CLUSTERS, PERIODS = 30, ("2026-Q2", "2026-Q3")
FULFILLED, NOT_FULFILLED, UNDETERMINED = "fulfilled", "not_fulfilled", "undetermined"
SHIPPED = FOLDER / "go-cluster.toml"

Statuses = Mapping[tuple[str, str], str]


# ---------------------------------------------------------------------------------- the portfolio
@cache
def sent() -> list[Submission]:
    """What the clusters send in the last period."""
    every = all_submissions(all_plans(CLUSTERS, PERIODS, 1))
    return [one for one in every if one.period == PERIODS[-1] and one.readable]


def portfolio_of_some(submissions: Sequence[Submission]) -> Portfolio:
    raw = raw_cells_of(
        [
            {
                grid.name: [[stored(cell) for cell in row] for row in grid.rows]
                for grid in workbook_grids(one.sheets, one.layout)
            }
            for one in submissions
        ]
    )
    examined = examine(*raw, load_settings(), with_distances=False)
    return portfolio_of(examined, examined.master.select("file").unique(), load_settings())


def stored(cell: Any) -> Any:
    return cell.value if isinstance(cell, Formula) else cell


@pytest.fixture(scope="module")
def portfolio() -> Portfolio:
    return portfolio_of_some(sent())


@pytest.fixture(scope="module")
def figures(portfolio: Portfolio) -> pl.DataFrame:
    return figures_of(portfolio)


@pytest.fixture(scope="module")
def benchmarks(portfolio: Portfolio, figures: pl.DataFrame) -> Benchmarks:
    return benchmark(figures, portfolio.clusters, load_settings().cohorts)


@pytest.fixture(scope="module")
def judged(portfolio: Portfolio, figures: pl.DataFrame, benchmarks: Benchmarks) -> Statuses:
    return statuses(portfolio, figures, benchmarks, load("go-cluster"))


def figures_of(portfolio: Portfolio) -> pl.DataFrame:
    (found,) = collect_frames(compute_figures(portfolio).figures)
    return found


def statuses(
    portfolio: Portfolio, figures: pl.DataFrame, benchmarks: Benchmarks, catalogue: Catalogue
) -> Statuses:
    """The status of every criterion by Cluster-ID and criterion."""
    reference = limits(catalogue, benchmarks, {})
    nobody = pl.DataFrame(schema=NO_RATINGS)
    found = evaluate(catalogue, figures, portfolio.clusters, reference, nobody).criteria
    ids = portfolio.clusters.select("file", "cluster_id")
    rows = found.join(ids, on="file").select("cluster_id", "criterion_id", "status").iter_rows()
    return {(cluster, criterion): status for cluster, criterion, status in rows}


# ---------------------------------------------------------------------------- rules in the figures
@dataclass(frozen=True)
class Rule:
    """A rule of a criterion, and what stands in its place when it is taken out.

    there: a cluster it decides about, with the status by the rule and without it.
    """

    criterion: str
    what: str
    there: tuple[str, str, str]
    instead: Mapping[tuple[Any, str], Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.criterion}: {self.what}"


def anything_has_begun() -> RowTest:
    return RowTest(pl.lit(value=True), "not_yet_begun", "from_unknown", "from")


strategic_fields = of_activities.strategic_fields_of_rows


def one_field_a_row(rows: pl.LazyFrame, fields: pl.LazyFrame) -> pl.LazyFrame:
    return strategic_fields(rows.filter(pl.col("action_field").list.len() < 2), fields)


def only_recent() -> list[RowTest]:
    return [of_evidence.within_window()]


def as_if_asked(_: Portfolio, found: FiguresAndRows) -> FiguresAndRows:
    return found


BEGUN = {(of_activities, "has_begun"): anything_has_begun}
RULES = [
    Rule("8", "a service must have begun", ("DE-0014", NOT_FULFILLED, FULFILLED), BEGUN),
    Rule(
        "8",
        "innovation support is a service",
        ("DE-0016", FULFILLED, NOT_FULFILLED),
        {(of_activities, "SERVICES"): ("Service",)},
    ),
    Rule(
        "8",
        "a row may serve several fields",
        ("DE-0029", FULFILLED, NOT_FULFILLED),
        {(of_activities, "strategic_fields_of_rows"): one_field_a_row},
    ),
    Rule(
        "9.1",
        "a yearly forum counts",
        ("DE-0017", FULFILLED, NOT_FULFILLED),
        {(of_activities, "MEETINGS"): {"Arbeitsgruppe": 2, "Clusterforum": 2}},
    ),
    Rule("9.2", "a format must have begun", ("DE-0018", NOT_FULFILLED, FULFILLED), BEGUN),
    Rule("11", "communication must have begun", ("DE-0024", NOT_FULFILLED, FULFILLED), BEGUN),
    Rule(
        "11",
        "a standing profile counts",
        ("DE-0023", FULFILLED, NOT_FULFILLED),
        {(of_evidence, "still_visible"): only_recent},
    ),
    Rule(
        "13",
        "who was never asked is undetermined",
        ("DE-0002", UNDETERMINED, NOT_FULFILLED),
        {(of_activities, "unknown_in_old_forms"): as_if_asked},
    ),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_of_rows_decides(
    rule: Rule,
    portfolio: Portfolio,
    figures: pl.DataFrame,
    benchmarks: Benchmarks,
    judged: Statuses,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for (place, name), other in rule.instead.items():
        monkeypatch.setattr(place, name, other)
    parts = of_activities.activity_figures(portfolio), of_evidence.evidence_figures(portfolio)
    fresh = pl.concat(collect_frames(*(part.figures for part in parts)))
    kept = figures.join(fresh, on="metric", how="anti")
    without = statuses(portfolio, pl.concat([kept, fresh]), benchmarks, load("go-cluster"))
    turned = turned_by(rule.criterion, judged, without)
    cluster, by_the_rule, other_status = rule.there
    assert turned[cluster] == (by_the_rule, other_status), turned


def turned_by(criterion: str, judged: Statuses, without: Statuses) -> dict[str, tuple[str, str]]:
    """The clusters of which the criterion has another status: by the rule, and without it."""
    return {
        cluster: (status, without[cluster, own])
        for (cluster, own), status in judged.items()
        if own == criterion and without[cluster, own] != status
    }


def no_word_is_special(*_: object) -> pl.Expr:
    return pl.lit(None, pl.String)


def test_words_for_nothing_decide_about_7_2(
    benchmarks: Benchmarks, judged: Statuses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A prospect is stated by any text; `nein` says that there is none, an open one is unknown."""
    monkeypatch.setattr(words_for_nothing, "nothing_in", no_word_is_special)
    said = {"DE-0017": NOT_FULFILLED, "DE-0028": UNDETERMINED}
    portfolio = portfolio_of_some([one for one in sent() if one.cluster_id in said])
    without = statuses(portfolio, figures_of(portfolio), benchmarks, load("go-cluster"))
    for cluster, status in said.items():
        assert judged[cluster, "7.2"] == status
        assert without[cluster, "7.2"] == FULFILLED


# --------------------------------------------------------------------------- rules in the catalogue
def copied(folder: Path, change: Callable[[str], str]) -> Catalogue:
    """The shipped catalogue with another text."""
    text = SHIPPED.read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text
    (folder / SHIPPED.name).write_text(changed, encoding="utf-8")
    return load(str(folder / SHIPPED.name))


def without_support(text: str) -> str:
    """Without the third condition of 13 and its figures in the examples."""
    head, condition, rest = text.partition('[[criteria.conditions]]\nmetric = "innovation_support"')
    assert condition
    rest = rest[rest.index("[[criteria.examples]]") :]
    for value in ("[1, 2]", '"unknown"'):
        rest = rest.replace(f", innovation_support = {value}", "")
    return head + rest


def test_innovation_support_decides_about_13(
    tmp_path: Path,
    portfolio: Portfolio,
    figures: pl.DataFrame,
    benchmarks: Benchmarks,
    judged: Statuses,
) -> None:
    two_elements = copied(tmp_path, without_support)
    turned = turned_by("13", judged, statuses(portfolio, figures, benchmarks, two_elements))
    assert turned["DE-0002"] == (UNDETERMINED, FULFILLED)
    assert turned["DE-0026"] == (NOT_FULFILLED, FULFILLED)


def test_the_stand_in_never_falls_with_size(
    tmp_path: Path,
    portfolio: Portfolio,
    figures: pl.DataFrame,
    benchmarks: Benchmarks,
    judged: Statuses,
) -> None:
    """A catalogue whose bands are the quartiles of the bands themselves: larger ones fall."""
    quartiles = own_quartiles(benchmarks)
    assert quartiles != sorted(quartiles)
    bounds = [f"up_to = {end}, " for end in load_settings().cohorts.size_bands] + [""]
    listed = ", ".join(
        f'{{ {bound}limit = {limit}, source = "x" }}'
        for bound, limit in zip(bounds, quartiles, strict=True)
    )
    none, some = "\nreference_bands = []", f"\nreference_bands = [{listed}]"
    by_band = copied(tmp_path, lambda text: text.replace(none, some))
    turned = turned_by("4.2", judged, statuses(portfolio, figures, benchmarks, by_band))
    assert set(turned.values()) == {(FULFILLED, NOT_FULFILLED)}
    assert "DE-0022" in turned


def own_quartiles(benchmarks: Benchmarks) -> list[float]:
    """The upper quartile of each size band, or that of the portfolio where it is suppressed."""
    own = benchmarks.cohorts.filter(pl.col("indicator") == "actors_per_fte")
    kinds = ["size_band", "portfolio"]
    found = dict(own.filter(pl.col("cohort_kind").is_in(kinds)).select("cohort", "p75").iter_rows())
    labels = band_labels(load_settings().cohorts)
    return [found.get(label) or found["all"] for label in labels]
