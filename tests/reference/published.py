"""Compares the tables a review published with the reference model."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isclose
from pathlib import Path
from typing import Any

import polars as pl

from .figures import Figures
from .generate import Scene
from .model import CATALOGUES, INDICATORS, Benchmark, Review, Stats, size_band
from .places import has_coordinates
from .workbooks import SHEETS

Key = tuple[Any, ...]
Values = dict[str, Any]
Table = dict[Key, Values]
STATISTICS = ("min", "p25", "median", "p75", "max", "pooled")
DECISION_COLUMNS = (
    "fulfilled_hard",
    "fulfilled_soft",
    "fulfilled_assessed",
    "fulfilled",
    "not_fulfilled",
    "undetermined",
    "decision",
    "decision_confirmed",
)
POSTCODE_KM = 10.0  # the model knows postcodes to some kilometres only
COORDINATES_KM = 1e-6


class Roughly(float):
    """A number known to some kilometres only."""


@dataclass(frozen=True)
class Difference:
    """One value on which the two sides differ."""

    table: str
    key: Key
    column: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        where = f"{self.table} {self.key} {self.column}"
        return f"{where}: reference {self.expected!r}, pipeline {self.found!r}"


# ---- what the model says ----


def plain(value: Any) -> Any:
    """Fractions as floats."""
    return float(value) if isinstance(value, Fraction) else value


def model_tables(scene: Scene, review: Review) -> dict[str, Table]:
    """The model's side of every table."""
    return {
        "criteria": dict(model_criteria(review)),
        "conditions": dict(model_conditions(review)),
        "decisions": {
            key: {column: getattr(decision, column) for column in DECISION_COLUMNS}
            for key, decision in review.base.decisions.items()
        },
        "robustness": {
            key: {"decision": decision, "changed": changed}
            for key, (decision, changed) in review.robustness.items()
        },
        "clusters": dict(model_clusters(scene, review)),
        "funding": dict(model_funding(review)),
        "cohorts": {key: model_cohort(stats) for key, stats in review.stats.items()},
        "benchmarks": {key: model_benchmark(b) for key, b in review.benchmarks.items()},
        "actors": dict(model_actors(scene, review)),
        "duplicates": dict(model_duplicates(scene, review)),
    }


def model_criteria(review: Review) -> Iterator[tuple[Key, Values]]:
    """Rows of `criteria`."""
    columns = ("kind", "status", "computed_status", "basis", "against_hard")
    for key, result in review.base.criteria.items():
        yield key, {column: getattr(result, column) for column in columns}


def model_conditions(review: Review) -> Iterator[tuple[Key, Values]]:
    """Rows of `conditions`."""
    for key, result in review.base.criteria.items():
        for place, condition in enumerate(result.conditions, start=1):
            yield (
                (*key, place),
                {
                    "value_low": plain(condition.low),
                    "value_high": plain(condition.high),
                    "threshold": plain(condition.threshold),
                    "status": condition.status,
                    "lever_amount": plain(condition.lever),
                },
            )


def model_clusters(scene: Scene, review: Review) -> Iterator[tuple[Key, Values]]:
    """Rows of `clusters`."""
    for cluster in scene.portfolio.clusters:
        name = cluster.cluster_id
        indicators = review.base.figures[name].indicators
        decision = review.base.decisions["go-cluster", name]
        counts = {c: getattr(decision, c) for c in ("fulfilled", "not_fulfilled", "undetermined")}
        actors = indicators["actors"]
        assert actors is not None
        yield (
            (name,),
            {indicator: plain(indicators[indicator]) for indicator in INDICATORS}
            | counts
            | {"decision": decision.decision, "size_band": size_band(actors)}
            | {"as_of": cluster.as_of}
            | beside(review.base.figures[name]),
        )


def beside(figures: Figures) -> Values:
    """What stands beside the indicators."""
    joined, left = figures.joined_left
    return {"joined_12m": joined, "left_12m": left, "public_share": plain(figures.public_share)}


def model_funding(review: Review) -> Iterator[tuple[Key, Values]]:
    """Rows of `funding`."""
    for name, figures in review.base.figures.items():
        for source, (amount, share) in figures.money.items():
            yield (name, source), {"amount_eur": plain(amount), "share": plain(share)}


def model_cohort(stats: Stats) -> Values:
    """A row of `cohorts`."""
    numbers = {name: plain(getattr(stats, name)) for name in STATISTICS}
    return {"n": stats.n, "suppressed": stats.suppressed} | numbers


def model_benchmark(mine: Benchmark) -> Values:
    """A row of `benchmarks`."""
    stats = {name: plain(getattr(mine.stats, name)) for name in ("p25", "median", "p75")}
    own = {"value": plain(mine.value), "percentile_rank": plain(mine.percentile_rank)}
    return own | stats | {"n": mine.stats.n, "suppressed": mine.stats.suppressed}


def sheet_row(scene: Scene, cluster_id: str, index: int) -> int:
    """The row number in the workbook of an actor."""
    return index + 2 + scene.layouts[cluster_id].lines_above.get("actors", 0)


def model_actors(scene: Scene, review: Review) -> Iterator[tuple[Key, Values]]:
    """Rows of `actors`, each actor once."""
    for cluster in scene.portfolio.clusters:
        name, office_exact = cluster.cluster_id, has_coordinates(cluster.master)
        for actor in review.base.figures[name].actors:
            if not actor.duplicate:
                exact = office_exact and has_coordinates(cluster.actors[actor.index])
                flags = {"bound": actor.bound, "sme": actor.sme, "near": actor.near}
                yield (
                    (name, sheet_row(scene, name, actor.index)),
                    flags
                    | {"actor_type": actor.type, "distance_km": kilometres(actor.distance, exact)},
                )


def kilometres(distance: float | None, exact: bool) -> float | None:
    """A distance, marked where a postcode is behind it."""
    return distance if distance is None or exact else Roughly(distance)


def model_duplicates(scene: Scene, review: Review) -> Iterator[tuple[Key, Values]]:
    """The rows of the actors' sheets that repeat another one."""
    for name, figures in review.base.figures.items():
        for actor in figures.actors:
            if actor.duplicate:
                yield (name, sheet_row(scene, name, actor.index)), {}


# ---- what was published ----


def read(data: Path, table: str) -> list[Values]:
    """The rows of a published table."""
    rows: list[Values] = pl.read_parquet(data / f"{table}.parquet").to_dicts()
    return rows


def keyed(rows: list[Values], *columns: str) -> Table:
    """Rows by their key; a repeated key is an error."""
    out: Table = {}
    for row in rows:
        key = tuple(row[column] for column in columns)
        assert key not in out, f"{columns} {key} stands twice"
        out[key] = row
    return out


def published_tables(data: Path) -> dict[str, Table]:
    """The published side of every table."""
    criterion = ("catalogue", "cluster_id", "criterion_id")
    cohort = ("indicator", "cohort_kind", "cohort")
    actors = keyed(read(data, "actors"), "cluster_id", "row")
    repeated = dict(published_duplicates(data))
    return {
        "criteria": keyed(numbered(read(data, "criteria")), *criterion),
        "conditions": keyed(numbered(read(data, "conditions")), *criterion, "condition"),
        "decisions": keyed(read(data, "decisions"), "catalogue", "cluster_id"),
        "robustness": keyed(read(data, "robustness"), "catalogue", "cluster_id", "variant"),
        "clusters": keyed(read(data, "clusters"), "cluster_id"),
        "funding": keyed(read(data, "funding"), "cluster_id", "source"),
        "cohorts": keyed(read(data, "cohorts"), *cohort),
        "benchmarks": keyed(read(data, "benchmarks"), "cluster_id", *cohort),
        "actors": {key: row for key, row in actors.items() if key not in repeated},
        "duplicates": repeated,
    }


def numbered(rows: list[Values]) -> list[Values]:
    """The same rows; in the small catalogues the criteria are numbered in their order."""
    names: dict[str, list[str]] = {}
    for row in rows:
        found = names.setdefault(row["catalogue"], [])
        if row["criterion_id"] not in found:
            found.append(row["criterion_id"])
    out = []
    for row in rows:
        catalogue = row["catalogue"]
        if catalogue != "go-cluster":
            place = sorted(names[catalogue]).index(row["criterion_id"])
            row = row | {"criterion_id": CATALOGUES[catalogue][place].criterion_id}
        out.append(row)
    return out


def published_duplicates(data: Path) -> Iterator[tuple[Key, Values]]:
    """The rows found to repeat another one, by the findings in reviewed submissions."""
    reviewed = {r["source_file"] for r in read(data, "submissions") if r["outcome"] == "reviewed"}
    for row in read(data, "findings"):
        mine = row["source_file"] in reviewed and row["sheet"] in SHEETS["actors"]
        if mine and row["code"] == "duplicate_row":
            found = re.search(r"\d+", row["cell"])
            assert found is not None, row
            yield (row["cluster_id"], int(found.group())), {}


# ---- the comparison ----


def equal(column: str, expected: Any, found: Any) -> bool:
    """Whether two values are the same, numbers up to rounding."""
    if expected is None or found is None:
        return expected is found
    if isinstance(expected, bool) or not isinstance(expected, int | float):
        return bool(expected == found)
    if column == "distance_km":
        tolerance = POSTCODE_KM if isinstance(expected, Roughly) else COORDINATES_KM
        return isclose(expected, found, abs_tol=tolerance)
    return isclose(expected, found, rel_tol=1e-9, abs_tol=1e-9)


def says_nothing(row: Mapping[str, Any] | None) -> bool:
    """Whether a row has no value behind it; such a row may be missing."""
    return row is not None and (row.get("n") == 0 or ("value" in row and row["value"] is None))


def differences_in(table: str, expected: Table, found: Table) -> Iterator[Difference]:
    """All differences of one table."""
    for key in sorted(set(expected) | set(found), key=str):
        mine, theirs = expected.get(key), found.get(key)
        if mine is None or theirs is None:
            if not says_nothing(mine) and not says_nothing(theirs):
                yield Difference(table, key, "row", mine is not None, theirs is not None)
            continue
        for column, value in mine.items():
            if not equal(column, value, theirs[column]):
                yield Difference(table, key, column, value, theirs[column])


def differences(scene: Scene, review: Review, data: Path) -> list[Difference]:
    """All differences between the model and what was published."""
    expected, found = model_tables(scene, review), published_tables(data)
    return [d for table in expected for d in differences_in(table, expected[table], found[table])]
