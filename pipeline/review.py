"""The story of a review: the stages in their order, over frames. No files, no clock, no Prefect."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from pipeline.actors.status import Definition
from pipeline.benchmark import Benchmarks, benchmark
from pipeline.catalogue import Catalogue, load, shipped
from pipeline.evaluate import (
    OWN,
    Verdicts,
    catalogue_limits,
    evaluate,
    without_stand_in,
)
from pipeline.examine import Examined, examine_many
from pipeline.findings import join_findings
from pipeline.history.compare import compare
from pipeline.history.model import Before, Since
from pipeline.history.state import RATING, State
from pipeline.intake.gather import Intake
from pipeline.mapping.apply import apply_mappings, nothing_mapped
from pipeline.mapping.model import ExportMapping
from pipeline.measures.base import Measures, Portfolio
from pipeline.measures.measures import independent, with_actors
from pipeline.office import (
    Office,
    coverage,
    effective_ratings,
    every_rating,
    no_ratings,
    read_office,
)
from pipeline.settings import Settings
from pipeline.submissions import REVIEWED, file_findings, settle
from pipeline.tables.assemble import Finished, assemble, shaped
from pipeline.tables.context import context
from pipeline.tables.reasons import catalogue_criteria
from schemas.declaration import submission


@dataclass(frozen=True)
class Review:
    """A finished review: everything that is published, as the tables of the contract.

    tables: by name, as in section 3 of the contract (submissions, coverage, findings, clusters,
    decisions, robustness, criteria, conditions, rows, actors, benchmarks, cohorts, outlook; with
    an earlier period also those of `history.compare`).
    catalogues: as they were asked for; the first one decides the table `clusters`. mapped:
    source_file, mapping: by which one a foreign export was read. unused_mappings: of no file.
    ratings: every rating as it was read, see `office.every_rating`.
    context: what pages tell besides, see `tables.context`; empty where only the tables are known.
    state: what the verdicts rest on, for the periods to come. since: the period that changes are
    told of, None without one.
    draft: whether pages and sheets are marked as a draft.
    """

    period: str
    last_day: dt.date
    catalogues: tuple[Catalogue, ...]
    settings: Settings
    tables: Mapping[str, pl.DataFrame]
    mapped: pl.DataFrame = field(default_factory=nothing_mapped)
    unused_mappings: tuple[str, ...] = ()
    ratings: pl.DataFrame = field(default_factory=no_ratings)
    context: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    state: State | None = None
    since: Since | None = None
    draft: bool = True


@dataclass(frozen=True)
class Task:
    """What a review is asked to do.

    frozen: the cohorts of earlier periods by their names, where a catalogue's limits of 4.2 are
    frozen. mappings: how foreign exports are read. before: the period before, if one is published.
    lets_go: whether what was read may go once it is parsed: nobody needs it later.
    """

    period: str
    last_day: dt.date
    catalogues: tuple[Catalogue, ...]
    settings: Settings
    frozen: Mapping[str, pl.DataFrame]
    mappings: tuple[ExportMapping, ...] = ()
    before: Before | None = None
    lets_go: bool = False


def review(
    task: Task, sent: Intake, office_files: Mapping[str, int], office_sent: Intake
) -> Review:
    """Return the review of what was sent.

    `OfficeFileError` if a file of the office is unusable, `MappingError` if several mappings
    recognise one file.
    """
    mapped = apply_mappings(task.mappings, sent.files, sent.batches())
    batches = sent.batches(let_go=task.lets_go)
    examined = examine_many(batches, task.settings, task.last_day, mapped.foreign)
    office = read_office(office_files, *office_sent.stacked())
    settled = settle(submission(), sent.files, sent.refusals, examined.master, examined.findings)
    portfolio = reviewed_portfolio(task, examined, settled, office)
    examined = examined.without_tables()
    others = independent(portfolio)
    measures, benchmarks, verdicts, ratings, rating_findings = judge(
        task, portfolio, others, settled, office
    )
    usual = Usual(measures.figures, benchmarks, verdicts)
    robust = robustness(task, portfolio, others, usual, ratings)
    ahead = outlook(task, portfolio, benchmarks, ratings)
    found = join_findings(examined.findings, office.findings, rating_findings)
    found = join_findings(found, file_findings(settled, found))
    names = examined.master.select("file", "cluster_name")
    covered = coverage(
        office,
        settled.join(names, on="file", how="left"),
        task.last_day,
        task.settings.outdated_days,
    )
    finished = Finished(
        task.period,
        task.catalogues,
        portfolio,
        examined.parsed,
        office,
        pl.concat([sent.files, office_sent.files]),
        settled,
        covered,
        found,
        examined.counted,
        measures,
        benchmarks,
        verdicts,
        robust,
        ahead,
        ratings,
    )
    state = evaluated_state(task, portfolio, benchmarks, ratings)
    tables = with_history(task, assemble(finished), state, measures)
    beside = context(
        portfolio, examined.counted, measures.figures, office.register, examined.findings
    )
    days = portfolio.clusters.select("cluster_id", "as_of")
    return Review(
        task.period,
        task.last_day,
        task.catalogues,
        task.settings,
        tables,
        mapped=mapped.used,
        unused_mappings=mapped.unused,
        ratings=every_rating(office, days, task.settings.first_catalogue),
        context=beside,
        state=state,
        since=task.before.since if task.before else None,
    )


def reviewed_portfolio(
    task: Task,
    examined: Examined,
    settled: pl.DataFrame,
    office: Office,
) -> Portfolio:
    """Return what is reviewed: the submissions left, with the measures the office confirmed."""
    reviewed = settled.filter(pl.col("outcome") == REVIEWED).select("file")
    confirmed = office.register.select("cluster_id", confirmed="excellence_measures")
    clusters = examined.located.offices.join(reviewed, on="file", how="semi").sort("cluster_id")
    clusters = clusters.join(confirmed, on="cluster_id", how="left", maintain_order="left")
    measures = pl.coalesce("confirmed", "excellence_measures")
    clusters = clusters.with_columns(measures=measures).drop("confirmed", "row")

    def keep(table: pl.DataFrame) -> pl.DataFrame:
        return table.join(reviewed, on="file", how="semi", maintain_order="left")

    return Portfolio(
        clusters,
        keep(examined.located.actors),
        {name: keep(table) for name, table in examined.valid.tables.items()},
        keep(examined.parsed.sheets),
        task.settings,
    )


def judge(
    task: Task, portfolio: Portfolio, others: Measures, settled: pl.DataFrame, office: Office
) -> tuple[Measures, Benchmarks, Sequence[Verdicts], pl.DataFrame, pl.DataFrame]:
    """Return figures, benchmarks, the verdicts of every catalogue, and the ratings they rest on.

    others: the figures that no definition of actors changes.
    """
    measures = with_actors(portfolio, others, Definition())
    benchmarks = benchmark(measures.figures, portfolio.clusters, task.settings.cohorts)
    ratings, found = ratings_in_force(task, portfolio, settled, office)
    verdicts = [
        evaluate(c, measures.figures, portfolio.clusters, limits(task, c, benchmarks), ratings)
        for c in task.catalogues
    ]
    return measures, benchmarks, verdicts, ratings, found


def ratings_in_force(
    task: Task, portfolio: Portfolio, settled: pl.DataFrame, office: Office
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the ratings that replace a computed status, and findings about the others."""
    reviewed = portfolio.clusters.select("cluster_id", "file", "as_of")
    named = pl.concat([settled.select("cluster_id"), office.register.select("cluster_id")])
    others = named.drop_nulls().unique().join(reviewed, on="cluster_id", how="anti")
    clusters = pl.concat([reviewed, others], how="diagonal_relaxed")
    shipped_too = {c.id: c for c in (*map(load, shipped()), *task.catalogues)}
    criteria = catalogue_criteria(tuple(shipped_too.values()))
    return effective_ratings(office, clusters, criteria, task.settings.first_catalogue)


def limits(task: Task, catalogue: Catalogue, benchmarks: Benchmarks) -> pl.DataFrame:
    """Return the reference limit of every cluster for criterion 4.2 of the catalogue."""
    return catalogue_limits(
        catalogue, benchmarks.values, benchmarks.bands, references(task, benchmarks)
    )


def references(task: Task, benchmarks: Benchmarks) -> Mapping[str, pl.DataFrame]:
    """Return the cohorts that limits of 4.2 may be taken from."""
    return {OWN: benchmarks.cohorts, **task.frozen}


def evaluated_state(
    task: Task, portfolio: Portfolio, benchmarks: Benchmarks, ratings: pl.DataFrame
) -> State:
    """Return all that the verdicts rest on."""
    catalogues = {catalogue.id: catalogue for catalogue in task.catalogues}
    reference = references(task, benchmarks)
    return State(portfolio, catalogues, ratings.select(RATING), reference)


def with_history(
    task: Task, tables: Mapping[str, pl.DataFrame], state: State, measures: Measures
) -> Mapping[str, pl.DataFrame]:
    """Return the tables with what changed since the period before, if there is one."""
    if task.before is None:
        return tables
    found = compare(task.before, tables, state, measures.figures)
    return {**tables, **{name: shaped(name, t, task.period) for name, t in found.items()}}


@dataclass(frozen=True)
class Usual:
    """What a review found by the usual definitions, with which variants are compared."""

    figures: pl.DataFrame
    benchmarks: Benchmarks
    verdicts: Sequence[Verdicts]


def robustness(
    task: Task,
    portfolio: Portfolio,
    others: Measures,
    usual: Usual,
    ratings: pl.DataFrame,
) -> pl.DataFrame:
    """Return each cluster's decision under every variant: again with one thing changed."""
    low, high = task.settings.radii_km
    definitions = {
        f"radius_{low:g}": Definition(radius_km=low),
        f"radius_{high:g}": Definition(radius_km=high),
        "sme_ifm": Definition(ifm=True),
        "loose_actors": Definition(loose=True),
        "without_stand_in": Definition(),
    }
    parts = []
    for variant, definition in definitions.items():
        figures, benchmarks = usual.figures, usual.benchmarks
        if definition != Definition():
            figures = with_actors(portfolio, others, definition).figures
            benchmarks = benchmark(figures, portfolio.clusters, task.settings.cohorts)
        for catalogue, verdict in zip(task.catalogues, usual.verdicts, strict=True):
            limit = limits(task, catalogue, benchmarks)
            limit = without_stand_in(limit) if variant == "without_stand_in" else limit
            again = evaluate(catalogue, figures, portfolio.clusters, limit, ratings)
            before = verdict.decisions.select("catalogue", "file", usual="decision")
            both = again.decisions.join(before, on=["catalogue", "file"], maintain_order="left")
            parts.append(
                both.select(
                    "catalogue",
                    "file",
                    variant=pl.lit(variant),
                    decision="decision",
                    changed=pl.col("decision") != pl.col("usual"),
                )
            )
    return pl.concat(parts)


def outlook(
    task: Task, portfolio: Portfolio, benchmarks: Benchmarks, ratings: pl.DataFrame
) -> pl.DataFrame:
    """Return every criterion's status some months on, if nothing new comes in (contract 2.6).

    The same data at a later as_of: funding runs out, success stories age, ratings expire; the
    limit of 4.2 stays.
    """
    parts = []
    for months in task.settings.outlook_months:
        later = at_later(portfolio, months)
        figures = with_actors(later, independent(later), Definition()).figures
        valid = pl.col("valid_until") >= pl.col("as_of").dt.offset_by(f"{months}mo")
        still = ratings.filter(valid.fill_null(value=True))
        for catalogue in task.catalogues:
            limit = limits(task, catalogue, benchmarks)
            criteria = evaluate(catalogue, figures, later.clusters, limit, still).criteria
            parts.append(criteria.with_columns(months=pl.lit(months, pl.Int64)))
    return pl.concat(parts).select("catalogue", "file", "criterion_id", "months", "status")


def at_later(portfolio: Portfolio, months: int) -> Portfolio:
    """Return the portfolio as it will be seen some months on."""
    on = pl.col("as_of").dt.offset_by(f"{months}mo")
    return replace(
        portfolio,
        clusters=portfolio.clusters.with_columns(as_of=on),
        actors=portfolio.actors.with_columns(as_of=on),
    )
