"""Puts the results of the stages into the tables of the contract: its names, columns and types."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.catalogue import Catalogue
from pipeline.common.texts import LANGUAGES
from pipeline.evaluation.benchmark import Benchmarks
from pipeline.evaluation.evaluate import Verdicts
from pipeline.figures.base import Portfolio
from pipeline.submissions.office import Office
from pipeline.tables.findings import findings_table, kinds
from pipeline.tables.missing import missing_names
from pipeline.tables.reasons import with_reasons
from pipeline.tables.requests import with_requests
from pipeline.tables.templates import fill
from schemas.benchmarks import declared_indicators
from schemas.declaration import office, submission
from schemas.tables import columns_of_clusters, is_sound, table_models


@dataclass(frozen=True)
class Finished:
    """The results of all stages of one review.

    places, cells: see `parse.Parsed`; cells also of submissions that are not reviewed. actors: what
    the table tells of each, by file and row, see `survey.told_actors`. rows: see
    `measures.base.ROWS`.
    """

    period: str
    catalogues: tuple[Catalogue, ...]
    portfolio: Portfolio
    places: pl.DataFrame
    cells: pl.DataFrame
    office: Office
    files: pl.DataFrame
    settled: pl.DataFrame
    coverage: pl.DataFrame
    findings: pl.DataFrame
    actors: pl.DataFrame
    rows: pl.DataFrame
    benchmarks: Benchmarks
    verdicts: Sequence[Verdicts]
    robustness: pl.DataFrame
    outlook: pl.DataFrame
    ratings: pl.DataFrame


def assemble(done: Finished) -> Mapping[str, pl.DataFrame]:
    """Return every table of the contract, validated."""
    found = findings(done)
    # Each is made and shaped before the next one: of a large portfolio they fill the memory.
    made: Mapping[str, Callable[[], pl.DataFrame]] = {
        "submissions": lambda: submissions(done, found),
        "coverage": lambda: done.coverage,
        "findings": lambda: found,
        "clusters": lambda: clusters(done),
        "decisions": lambda: of_clusters(
            done, "decisions", pl.concat([v.decisions for v in done.verdicts])
        ),
        "robustness": lambda: of_clusters(done, "robustness", done.robustness),
        "criteria": lambda: criteria(done),
        "conditions": lambda: conditions(done),
        "rows": lambda: rows(done),
        "actors": lambda: actors(done),
        "benchmarks": lambda: of_clusters(done, "benchmarks", done.benchmarks.ranks),
        "cohorts": lambda: done.benchmarks.cohorts,
        "outlook": lambda: of_clusters(done, "outlook", done.outlook),
    }
    return {name: shaped(name, make(), done.period) for name, make in made.items()}


def shaped(name: str, table: pl.DataFrame, period: str) -> pl.DataFrame:
    """Return the table with the contract's columns and types, checked by its model."""
    schema = table_models()[name]
    if "period" in schema.columns:
        table = table.with_columns(period=pl.lit(period))
    wanted = {c: column.dtype.type for c, column in schema.columns.items()}
    table = table.select(pl.col(c).cast(t) for c, t in wanted.items())
    return table if is_sound(schema, table) else schema.validate(table)


def of_clusters(done: Finished, name: str, table: pl.DataFrame) -> pl.DataFrame:
    """Return what the table of that name tells of the rows, by cluster_id instead of file.

    In order of cluster_id, as the portfolio's clusters are.
    """
    ids = done.portfolio.clusters.select("file", "cluster_id")
    told = [column for column in table_models()[name].columns if column in table.columns]
    rows_ = ids.join(table.select("file", *told), on="file", maintain_order="left_right")
    return rows_.drop("file")


# ----------------------------------------------------------------------------- files and findings
def findings(done: Finished) -> pl.DataFrame:
    """Return the table of findings, of submissions and of the office's files."""
    cells = pl.concat([done.cells, done.office.parsed.cells])
    ids = done.settled.select("file", "cluster_id")
    files = done.files.join(ids, on="file", how="left", maintain_order="left")
    about = done.office.clusters_of_rows()
    workbooks = [submission(), office()]
    return findings_table(done.findings, cells, files, about, workbooks, done.catalogues[0])


def submissions(done: Finished, found: pl.DataFrame) -> pl.DataFrame:
    """Return what became of each submission; a quarantine's message is that of its finding."""
    texts = [f"message_{lang}" for lang in LANGUAGES]
    said = found.select("source_file", "code", *texts).unique(
        ["source_file", "code"], keep="first", maintain_order=True
    )
    table = done.settled.join(said, on=["source_file", "code"], how="left", maintain_order="left")
    fallback = found.filter(pl.col("severity") == "error")
    fallback = fallback.unique("source_file", keep="first", maintain_order=True)
    fallback = fallback.select("source_file", *(pl.col(t).alias(f"other_{t}") for t in texts))
    table = table.join(fallback, on="source_file", how="left", maintain_order="left")
    quarantined = pl.col("outcome") == "quarantined"
    superseded = pl.col("outcome") == "superseded"
    for lang in LANGUAGES:
        newer, same = (_message(kind, lang) for kind in ("superseded", "same_content"))
        table = table.with_columns(
            pl.when(quarantined)
            .then(pl.coalesce(f"message_{lang}", f"other_message_{lang}"))
            .when("is_copy")
            .then(same)
            .when(superseded)
            .then(newer)
            .otherwise(pl.lit(""))
            .alias(f"message_{lang}")
        )
    return table


def _message(kind: str, lang: str) -> pl.Expr:
    values = {"place": pl.col("source_file"), "detail": pl.col("detail")}
    return fill(kinds()[kind].message[lang], values)


# --------------------------------------------------------------------------------------- clusters
def clusters(done: Finished) -> pl.DataFrame:
    """Return one row per reviewed cluster: who it is, its indicators, its decision."""
    wide = done.benchmarks.values.pivot(on="indicator", index="file", values="value")
    missing = [pl.lit(None, pl.Float64).alias(i) for i in declared_indicators() if i not in wide]
    wide = wide.with_columns(missing)
    first = done.verdicts[0].decisions.drop("catalogue")
    role = done.coverage.select("cluster_id", "name", "role")
    names = done.benchmarks.names
    given = [c for c in columns_of_clusters() if c not in names.columns]
    table = done.portfolio.clusters
    table = table.join(done.benchmarks.bands, on="file", how="left", maintain_order="left")
    table = table.select("file", "cluster_id", "as_of", *given)
    for other in (names, wide, first):
        table = table.join(other, on="file", how="left", maintain_order="left")
    return table.join(role, on="cluster_id", how="left", maintain_order="left")


def criteria(done: Finished) -> pl.DataFrame:
    """Return every criterion of every cluster with its reason and request."""
    every = pl.concat([v.criteria for v in done.verdicts])
    conditions_ = pl.concat([v.conditions for v in done.verdicts])
    missing = missing_names(done.portfolio, done.rows)
    table = with_reasons(every, conditions_, done.ratings, missing)
    table = with_requests(table, conditions_, done.rows, done.places)
    return of_clusters(done, "criteria", table)


def conditions(done: Finished) -> pl.DataFrame:
    """Return every condition; no upper limit and beyond every limit are null."""
    table = pl.concat([v.conditions for v in done.verdicts])
    finite = [
        pl.when(pl.col(c).is_finite()).then(pl.col(c)).alias(f"value_{c}") for c in ("low", "high")
    ]
    lever_unit = pl.when(pl.col("lever_amount").is_not_null()).then("lever_unit")
    return of_clusters(done, "conditions", table.with_columns(*finite, lever_unit=lever_unit))


# ------------------------------------------------------------------------------------------- rows
def rows(done: Finished) -> pl.DataFrame:
    """Return which rows stand behind which figure, of every sheet but Akteure."""
    table = done.rows.filter(pl.col("sheet_key") != "actors")
    places = done.places.select("file", "sheet_key", "field", form_row="row", form_sheet="sheet")
    cell = pl.when(pl.col("row") == 0).then(FIELD_OF_METRIC)
    table = table.with_columns(field=pl.coalesce(pl.col("gaps").list.first(), cell))
    table = table.join(places, on=["file", "sheet_key", "field"], how="left", maintain_order="left")
    names = done.portfolio.sheets.select("file", "sheet_key", name="sheet")
    table = table.join(names, on=["file", "sheet_key"], how="left", maintain_order="left")
    counted = (
        pl.when(pl.col("counted").is_null())
        .then(pl.lit("possible"))
        .when("counted")
        .then(pl.lit("yes"))
        .otherwise(pl.lit("no"))
    )
    row = pl.when(pl.col("row") == 0).then("form_row").otherwise("row")
    table = table.with_columns(counted=counted, row=row, sheet="name").drop_nulls("row")
    table = table.sort("file", "metric", "sheet_key", "row", maintain_order=True)
    return of_clusters(done, "rows", table)


FIELD_OF_METRIC = pl.col("metric").replace(
    {"age_years": "founded", "secured_months": "funding_secured_until"}
)


def actors(done: Finished) -> pl.DataFrame:
    """Return every row of Akteure: whether it is bound, an SME, near, and why."""
    named = pl.col("name_key").is_not_null()
    key = pl.concat_str("name_key", pl.lit("|"), pl.col("postcode_key").fill_null(""))
    return of_clusters(done, "actors", done.actors.with_columns(actor_key=pl.when(named).then(key)))
