"""Puts the results of the stages into the tables of the contract: its names, columns and types."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.catalogue import Catalogue
from pipeline.common.declared_order import declared_order
from pipeline.common.texts import LANGUAGES
from pipeline.evaluation.admission import admission
from pipeline.evaluation.agreements import agreement_outcomes
from pipeline.evaluation.benchmark import Benchmarks
from pipeline.evaluation.evaluate import Verdicts
from pipeline.evaluation.measures import MeasureTables, order_of_measures
from pipeline.figures.base import Portfolio
from pipeline.submissions.office import Office
from pipeline.submissions.ratings import Opinions
from pipeline.tables.features import portfolio_features, statements
from pipeline.tables.findings import findings_table, kinds
from pipeline.tables.headlines import role_places
from pipeline.tables.reasons import with_reasons
from pipeline.tables.requests import with_requests
from pipeline.tables.templates import fill
from pipeline.tables.unread import with_unread_messages
from schemas.benchmarks import declared_cohort_kinds, declared_indicators
from schemas.declaration import office, submission
from schemas.tables import ORDER, columns_of_clusters, is_sound, table_models


@dataclass(frozen=True)
class ReviewResults:
    """The results of all stages of one review.

    places: see `parse.Parsed`. cells: the same, also of submissions that are not reviewed.
    outcomes: see `choose.choose_submissions`. unread: see `tables.unread`. admission_dates: see
    `admission.admission_dates`. actors: see `each_submission.actors_with_reasons`. rows: see
    `figures.base.ROWS`. described: see `context.features`. supplementary: see
    `benchmark.supplementary_figures`. money: see `of_funding.money_by_source`. criteria: catalogue,
    criterion_id of every shipped catalogue. agreed: see `agreements.STATUS_THEN`. missing: see
    `missing.missing_names`.
    """

    period: str
    last_day: dt.date
    catalogues: tuple[Catalogue, ...]
    portfolio: Portfolio
    places: pl.DataFrame
    cells: pl.DataFrame
    office: Office
    files: pl.DataFrame
    outcomes: pl.DataFrame
    unread: pl.DataFrame
    coverage: pl.DataFrame
    admission_dates: pl.DataFrame
    findings: pl.DataFrame
    actors: pl.DataFrame
    rows: pl.DataFrame
    benchmarks: Benchmarks
    described: pl.DataFrame
    supplementary: pl.DataFrame
    money: pl.DataFrame
    verdicts: Sequence[Verdicts]
    robustness: pl.DataFrame
    outlook: pl.DataFrame
    lapsed: pl.DataFrame
    opinions: Opinions
    criteria: pl.DataFrame
    agreed: pl.DataFrame
    measures: MeasureTables
    missing: pl.DataFrame


def assemble(done: ReviewResults) -> Mapping[str, pl.DataFrame]:
    """Return every table of the contract, validated."""
    found = findings(done)
    # Tables are made and shaped one after the other: those of a large portfolio fill the memory.
    made: Mapping[str, Callable[[], pl.DataFrame]] = {
        "submissions": lambda: submissions(done, found),
        "unread": lambda: with_unread_messages(done.unread),
        "coverage": lambda: done.coverage,
        "admission": lambda: admission_table(done),
        "ratings": lambda: ratings(done),
        "assignments": lambda: done.opinions.assignments.with_columns(reviewer="assessor"),
        "agreements": lambda: agreements(done),
        "findings": lambda: found,
        "clusters": lambda: clusters(done),
        "decisions": lambda: of_clusters(done, pl.concat([v.decisions for v in done.verdicts])),
        "robustness": lambda: of_clusters(done, done.robustness),
        "criteria": lambda: criteria(done),
        "conditions": lambda: conditions(done),
        "rows": lambda: rows(done),
        "actors": lambda: actors(done),
        "benchmarks": lambda: of_clusters(done, done.benchmarks.ranks),
        "cohorts": lambda: done.benchmarks.cohorts,
        "outlook": lambda: of_clusters(done, done.outlook),
        "measures": lambda: done.measures.measures,
        "measure_overlap": lambda: done.measures.overlap,
        "measure_roles": lambda: done.measures.by_role,
        "participation": lambda: done.measures.participation,
        "other_measures": lambda: of_clusters(done, done.measures.others),
        "features": lambda: portfolio_features(done.described),
        "limits": lambda: done.benchmarks.stand_in,
        "funding": lambda: of_clusters(done, done.money),
        "lapsed": lambda: of_clusters(done, done.lapsed),
    }
    return {name: shaped(name, make(), done.period, done.catalogues) for name, make in made.items()}


def shaped(
    name: str, table: pl.DataFrame, period: str, catalogues: Sequence[Catalogue]
) -> pl.DataFrame:
    """Return the table sorted, with the columns and types of the contract, checked by its model.

    pandera's SchemaError if a value does not fit the model.
    """
    schema = table_models()[name]
    if name != "findings":  # they are already sorted
        table = in_order(name, table, catalogues)
    if "period" in schema.columns:
        table = table.with_columns(period=pl.lit(period))
    dtypes = {c: column.dtype.type for c, column in schema.columns.items()}
    table = table.select(pl.col(c).cast(t) for c, t in dtypes.items())
    return table if is_sound(schema, table) else schema.validate(table)


def in_order(name: str, table: pl.DataFrame, catalogues: Sequence[Catalogue]) -> pl.DataFrame:
    """Return the table sorted by its ORDER; declared words sort in the order of declaration."""
    criteria_ = [f"{c.id} {criterion.id}" for c in catalogues for criterion in c.criteria]
    criterion = pl.concat_str("catalogue", "criterion_id", separator=" ")
    declared = {
        "catalogue": declared_order("catalogue", [c.id for c in catalogues], others_last=True),
        # rows of the office about catalogues and criteria of other reviews come last
        "criterion_id": criterion.replace_strict(
            criteria_, range(len(criteria_)), default=len(criteria_)
        ),
        "indicator": declared_order("indicator", declared_indicators()),
        "cohort_kind": declared_order("cohort_kind", declared_cohort_kinds()),
        "measure": order_of_measures("measure"),
        "other": order_of_measures("other"),
        "role": role_places(),
        "statement": declared_order("statement", statements()),
        "size_band": pl.col("size_band").str.extract(r"(\d+)").cast(pl.Int64),
    }
    return table.sort([declared.get(column, pl.col(column)) for column in ORDER[name]])


def of_clusters(done: ReviewResults, table: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of reviewed clusters with cluster_id instead of file."""
    ids = done.portfolio.clusters.select("file", "cluster_id")
    return ids.join(table, on="file").drop("file")


# ----------------------------------------------------------------------------- files and findings
def findings(done: ReviewResults) -> pl.DataFrame:
    """Return the table of findings, of submissions and of the office's files."""
    cells = pl.concat([done.cells, done.office.parsed.cells])
    ids = done.outcomes.select("file", "cluster_id")
    files = done.files.join(ids, on="file", how="left")
    about = done.office.clusters_of_rows()
    workbooks = [submission(), office()]
    return findings_table(done.findings, cells, files, about, workbooks, done.catalogues[0])


def submissions(done: ReviewResults, found: pl.DataFrame) -> pl.DataFrame:
    """Return the table submissions: the outcome of each, with its message.

    found: the table of findings; the message of a quarantine is that of its finding.
    """
    texts = [f"message_{lang}" for lang in LANGUAGES]
    messages = found.select("source_file", "code", *texts).unique(
        ["source_file", "code"], keep="first"
    )
    table = done.outcomes.join(messages, on=["source_file", "code"], how="left")
    fallback = found.filter(pl.col("severity") == "error")
    fallback = fallback.unique("source_file", keep="first")
    fallback = fallback.select("source_file", *(pl.col(t).alias(f"other_{t}") for t in texts))
    table = table.join(fallback, on="source_file", how="left")
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
def clusters(done: ReviewResults) -> pl.DataFrame:
    """Return the table clusters: of each reviewed cluster its data, indicators and decision."""
    wide = done.benchmarks.values.pivot(on="indicator", index="file", values="value")
    missing = [pl.lit(None, pl.Float64).alias(i) for i in declared_indicators() if i not in wide]
    wide = wide.with_columns(missing)
    first = done.verdicts[0].decisions.drop("catalogue")
    role = done.coverage.select("cluster_id", "name", "role")
    names = done.benchmarks.names
    given = [c for c in columns_of_clusters() if c not in names.columns]
    table = done.portfolio.clusters
    table = table.join(done.benchmarks.bands, on="file", how="left")
    table = table.select("file", "cluster_id", "as_of", *given)
    for other in (names, wide, done.supplementary, first):
        table = table.join(other, on="file", how="left")
    return table.join(role, on="cluster_id", how="left")


def admission_table(done: ReviewResults) -> pl.DataFrame:
    """Return the table admission: the step each applicant has reached, by the first catalogue."""
    first = done.verdicts[0]
    unrated = (pl.col("kind") == "soft") & (pl.col("basis") == "computed")
    counts = first.criteria.group_by("file").agg(soft_unrated=unrated.sum().cast(pl.Int64))
    results = first.decisions.select("file", "decision").join(counts, on="file")
    results = done.portfolio.clusters.select("file", "cluster_id").join(results, on="file")
    every = done.coverage.select("cluster_id", "name", "role")
    every = every.join(results.drop("file"), on="cluster_id", how="left")
    return admission(done.admission_dates, every, done.last_day, done.portfolio.settings.admission)


def ratings(done: ReviewResults) -> pl.DataFrame:
    """Return the table ratings: whether each counts and why, and whether experts differ."""
    return done.opinions.ratings.with_columns(rating="rated", reviewer="assessor", date="rated_on")


def agreements(done: ReviewResults) -> pl.DataFrame:
    """Return the table agreements: each agreement with its outcome."""
    now = of_clusters(done, pl.concat([v.criteria for v in done.verdicts]))
    rows = done.office.agreements
    return agreement_outcomes(rows, now, done.criteria, done.agreed, done.last_day)


def criteria(done: ReviewResults) -> pl.DataFrame:
    """Return every criterion of every cluster with its reason and request."""
    every = pl.concat([v.criteria for v in done.verdicts])
    conditions_ = pl.concat([v.conditions for v in done.verdicts])
    table = with_reasons(every, conditions_, done.opinions.effective, done.missing)
    table = with_requests(table, conditions_, done.rows, done.places, done.cells)
    return of_clusters(done, table)


def conditions(done: ReviewResults) -> pl.DataFrame:
    """Return the table conditions; an infinite end of an interval becomes null."""
    table = pl.concat([v.conditions for v in done.verdicts])
    finite = [
        pl.when(pl.col(c).is_finite()).then(pl.col(c)).alias(f"value_{c}") for c in ("low", "high")
    ]
    lever_unit = pl.when(pl.col("lever_amount").is_not_null()).then("lever_unit")
    return of_clusters(done, table.with_columns(*finite, lever_unit=lever_unit))


# ------------------------------------------------------------------------------------------- rows
def rows(done: ReviewResults) -> pl.DataFrame:
    """Return the table rows: the rows behind each figure, of every sheet but Akteure."""
    table = done.rows.filter(pl.col("sheet_key") != "actors")
    places = done.places.select("file", "sheet_key", "field", form_row="row", form_sheet="sheet")
    cell = pl.when(pl.col("row") == 0).then(FIELD_OF_METRIC)
    table = table.with_columns(field=pl.coalesce(pl.col("gaps").list.first(), cell))
    table = table.join(places, on=["file", "sheet_key", "field"], how="left")
    names = done.portfolio.sheets.select("file", "sheet_key", name="sheet")
    table = table.join(names, on=["file", "sheet_key"], how="left")
    counted = (
        pl.when(pl.col("counted").is_null())
        .then(pl.lit("possible"))
        .when("counted")
        .then(pl.lit("yes"))
        .otherwise(pl.lit("no"))
    )
    row = pl.when(pl.col("row") == 0).then("form_row").otherwise("row")
    table = table.with_columns(counted=counted, row=row, sheet="name").drop_nulls("row")
    return of_clusters(done, table)


FIELD_OF_METRIC = pl.col("metric").replace(
    {"age_years": "founded", "secured_months": "funding_secured_until"}
)


def actors(done: ReviewResults) -> pl.DataFrame:
    """Return the table actors: whether each row of Akteure is bound, an SME, near, and why."""
    named = pl.col("name_key").is_not_null()
    key = pl.concat_str("name_key", pl.lit("|"), pl.col("postcode_key").fill_null(""))
    return of_clusters(done, done.actors.with_columns(actor_key=pl.when(named).then(key)))
