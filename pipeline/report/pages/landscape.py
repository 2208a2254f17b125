"""The portfolio by the six features that define a cluster; counts without an evaluation."""

from dataclasses import dataclass

import polars as pl

from pipeline.common.rows import Row
from pipeline.report.pages.features import Feature
from pipeline.report.pages.views import Cell, Table
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.tables.insights import research_by_field, stage_counts, uncovered_stages
from schemas.declaration import registers

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
    sentences: dict[str, list[str]] = {}
    for row in review.tables["features"].iter_rows(named=True):
        sentences.setdefault(row["feature"], []).append(_statement(row, words))
    sentences["field"] += _missing_fields(review, words)
    sentences["chain"] += _stages_named(stages, words)
    written = stages["stage"].drop_nulls().unique().to_list()
    features = tuple(
        Feature(words(f"feature_{k}"), parts, written=written if k == "chain" else ())
        for k, parts in sentences.items()
    )
    return Landscape(features, _research(review, every, words), _uncovered(review, stages, words))


def _statement(row: Row, words: Words) -> str:
    name = row["statement"]
    share = words.percent(row["n"] / row["of"]) if row["of"] else words("unknown")
    counts = {"n": words.number(row["n"]), "all": words.number(row["of"]), "share": share}
    return words(f"all_{name}", **counts)


def _missing_fields(review: Review, words: Words) -> list[str]:
    """Return a sentence that names the fields without a cluster, if there are any."""
    covered = set(review.tables["clusters"]["technology_field"].drop_nulls())
    every = [entry.value for entry in registers()["technology_fields"]]
    missing = [words.name("technology_fields", one) for one in every if one not in covered]
    return [words("all_fields_missing", names=", ".join(missing))] if missing else []


def _stages_named(stages: pl.DataFrame, words: Words) -> list[str]:
    """Return a sentence that names the most frequent stages, if any are named."""
    counts = stage_counts(stages)
    named = [f"{stage} ({words.number(n)})" for stage, n in counts.head(STAGES_NAMED).iter_rows()]
    more = counts.height - len(named)
    if more > 0:
        named.append(words("and_more", n=words.number(more)))
    return [words("all_stages_named", names=", ".join(named))] if named else []


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
    rows: list[list[str | Cell]] = [
        [
            words.name("technology_fields", r["technology_field"]),
            words.number(r["clusters"]),
            words.number(r["covered"]),
            Cell(", ".join(r["missing"]) or words("none"), written=r["missing"]),
        ]
        for r in found.iter_rows(named=True)
    ]
    heads = [
        words(k) for k in ("technology_field", "axis_clusters", "stages_covered", "stages_missing")
    ]
    return Table(words("stages_caption"), heads, rows, frozenset({1, 2}))
