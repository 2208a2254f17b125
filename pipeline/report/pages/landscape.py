"""The portfolio by the six features that define a cluster; counts without an evaluation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.report.pages.features import Feature
from pipeline.report.pages.views import Table
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.tables.insights import research_by_field, uncovered_stages
from schemas.declaration import registers

Row = Mapping[str, Any]
STAGES_NAMED = 12


@dataclass(frozen=True)
class Landscape:
    """The six features; by field its research, and the stages that nobody in it covers."""

    features: tuple[Feature, ...]
    research: Table
    stages: Table


def landscape(review: Review, words: Words) -> Landscape | None:
    """Return the features of the portfolio; None if only its tables are known."""
    if "features" not in review.context:
        return None
    every, stages = review.context["features"], review.context["stages"]
    sums = every.select(pl.col(pl.Int64).sum()).row(0, named=True)
    parts = {
        "region": _region(sums, words),
        "companies": _companies(every, sums, words),
        "science": _science(every, sums, words),
        "field": _field(review, words),
        "chain": _chain(every, stages, sums, words),
        "relations": _relations(every, words),
    }
    features = tuple(Feature(words(f"feature_{k}"), said) for k, said in parts.items())
    return Landscape(features, _research(review, every, words), _uncovered(review, stages, words))


def _part(key: str, n: int, whole: int, words: Words) -> str:
    share = words.percent(n / whole) if whole else words("unknown")
    return words(key, n=words.number(n), all=words.number(whole), share=share)


def _region(sums: Row, words: Words) -> list[str]:
    return [
        _part("all_near", sums["near"], sums["actors"], words),
        _part("all_abroad", sums["abroad"], sums["country_known"], words),
    ]


def _companies(every: pl.DataFrame, sums: Row, words: Words) -> list[str]:
    several = every.filter(pl.col("company_stages") > 1).height
    return [
        _part("all_companies", sums["companies"], sums["actors"], words),
        _part("all_company_stages", several, every.height, words),
    ]


def _science(every: pl.DataFrame, sums: Row, words: Words) -> list[str]:
    without = every.filter(pl.col("science") == 0).height
    return [
        _part("all_science", sums["science"], sums["actors"], words),
        _part("all_without_science", without, every.height, words),
    ]


def _field(review: Review, words: Words) -> list[str]:
    covered = set(review.tables["clusters"]["technology_field"].drop_nulls())
    every = [entry.value for entry in registers()["technology_fields"]]
    missing = [words.name("technology_fields", one) for one in every if one not in covered]
    said = [_part("all_fields", len(every) - len(missing), len(every), words)]
    return [*said, words("all_fields_missing", names=", ".join(missing))] if missing else said


def _chain(every: pl.DataFrame, stages: pl.DataFrame, sums: Row, words: Words) -> list[str]:
    counts = stages.group_by("stage").agg(n=pl.col("cluster_id").n_unique())
    counts = counts.sort("n", "stage", descending=[True, False])
    shown = [f"{stage} ({words.number(n)})" for stage, n in counts.head(STAGES_NAMED).iter_rows()]
    more = counts.height - len(shown)
    if more > 0:
        shown.append(words("and_more", n=words.number(more)))
    said = [_part("all_stages", sums["stage_known"], sums["actors"], words)]
    return [*said, words("all_stages_named", names=", ".join(shown))] if shown else said


def _relations(every: pl.DataFrame, words: Words) -> list[str]:
    found = []
    for key in ("working_structures", "internal_communication", "innovation_projects"):
        known = every.drop_nulls(key)
        some = known.filter(pl.col(key) > 0).height
        found.append(_part(f"all_{key}", some, known.height, words))
    return found


def _research(review: Review, every: pl.DataFrame, words: Words) -> Table:
    found = research_by_field(review.tables["clusters"], every)
    rows = [
        [
            words.name("technology_fields", r["technology_field"]),
            *(words.number(r[k]) for k in ("clusters", "research", "without")),
        ]
        for r in found.iter_rows(named=True)
    ]
    heads = ("technology_field", "axis_clusters", "research_actors", "without_research")
    return Table(words("research_caption"), [words(k) for k in heads], rows, frozenset({1, 2, 3}))


def _uncovered(review: Review, stages: pl.DataFrame, words: Words) -> Table:
    found = uncovered_stages(review.tables["clusters"], stages)
    rows = [
        [
            words.name("technology_fields", r["technology_field"]),
            words.number(r["clusters"]),
            words.number(r["covered"]),
            ", ".join(r["missing"]) or words("none"),
        ]
        for r in found.iter_rows(named=True)
    ]
    heads = [
        words(k) for k in ("technology_field", "axis_clusters", "stages_covered", "stages_missing")
    ]
    return Table(words("stages_caption"), heads, rows, frozenset({1, 2}))
