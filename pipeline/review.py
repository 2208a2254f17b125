"""The story of a review: the stages in their order, over frames. No files, no clock, no Prefect."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import polars as pl

from pipeline.common.catalogue import Catalogue, load, shipped
from pipeline.common.findings import join_findings
from pipeline.common.frames import each_frame, stack_all
from pipeline.common.packed import Packed
from pipeline.common.settings import Settings
from pipeline.evaluation.admission import admission_dates
from pipeline.evaluation.agreements import STATUS_THEN
from pipeline.evaluation.benchmark import Benchmarks, benchmark, supplementary_figures
from pipeline.evaluation.evaluate import Verdicts, evaluate, refuse_uncomputed
from pipeline.evaluation.measures import PARTICIPATION, REGISTER_FILE, measure_tables
from pipeline.evaluation.scenarios import ScenarioInputs, evaluate_scenarios, limits
from pipeline.figures.base import Portfolio
from pipeline.figures.each_submission import Received, SubmissionResults
from pipeline.figures.inputs import INPUT_COLUMNS, RATING
from pipeline.figures.of_funding import money_by_source
from pipeline.history.compare import compare
from pipeline.history.model import EarlierPeriod, EarlierReview
from pipeline.history.revised import Revised
from pipeline.history.state import State
from pipeline.submissions.choose import REVIEWED, choose_submissions, file_findings
from pipeline.submissions.identity import guessed_clusters, identity_findings
from pipeline.submissions.mapping.apply import mappings_used, nothing_mapped
from pipeline.submissions.mapping.model import ExportMapping
from pipeline.submissions.office import Office, coverage
from pipeline.submissions.parse.language import no_languages, of_files
from pipeline.submissions.ratings import RatingScope, no_ratings, opinions
from pipeline.tables.assemble import ReviewResults, assemble, shaped
from pipeline.tables.context import context, features
from pipeline.tables.headlines import decisions_by_role, headline, headlines
from pipeline.tables.missing import missing_names
from pipeline.tables.quarters import Quarters
from pipeline.tables.reasons import catalogue_criteria, unsigned_reasons
from pipeline.tables.todo import todo
from pipeline.tables.unread import unread_frame
from pipeline.tables.wording import NOTHING, wording
from schemas.declaration import submission


def no_wording() -> Packed:
    """Return the wording where it is not known."""
    return Packed.of(NOTHING)


@dataclass(frozen=True)
class Review:
    """A finished review: everything that is published, as the tables of the contract.

    tables: by name, as in section 3 of the contract (submissions, unread, coverage, findings,
    clusters, decisions, robustness, criteria, conditions, rows, actors, benchmarks, cohorts,
    outlook; with an earlier period also those of `history.compare`).
    catalogues: as they were asked for; the first one decides the table `clusters`. mapped:
    source_file, mapping: by which one a foreign export was read. languages: source_file, language:
    of what was sent, where its names tell. unused_mappings: of no file.
    ratings: every rating as it was read, see `ratings.Opinions`.
    context: what pages tell besides, see `tables.context`, and what `without_tables` keeps; empty
    where only the tables are known. wording: see `tables.wording`.
    state: what the verdicts rest on, for the periods to come. since: the period that changes are
    told of, None without one.
    damaged: files of earlier publications that are not what was published. quarters: the headline
    figures of the quarters published before.
    draft: whether pages and sheets are marked as a draft. released_on: the day of the release.
    revised: what has changed since a withdrawn release, None if none is replaced.
    left_behind: see `Task`.
    """

    period: str
    last_day: dt.date
    catalogues: tuple[Catalogue, ...]
    settings: Settings
    tables: Mapping[str, pl.DataFrame]
    mapped: pl.DataFrame = field(default_factory=nothing_mapped)
    languages: pl.DataFrame = field(default_factory=no_languages)
    unused_mappings: tuple[str, ...] = ()
    ratings: pl.DataFrame = field(default_factory=no_ratings)
    context: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    wording: Packed = field(default_factory=no_wording)
    state: State | None = None
    since: EarlierPeriod | None = None
    damaged: tuple[str, ...] = ()
    quarters: Quarters = field(default_factory=Quarters)
    draft: bool = True
    revised: Revised | None = None
    left_behind: pl.DataFrame | None = None
    released_on: dt.date | None = None

    @cached_property
    def headlines(self) -> pl.DataFrame:
        """The headline figures, see `tables.headlines`."""
        return self.known("headlines", lambda: headlines(self.tables))

    @cached_property
    def by_role(self) -> pl.DataFrame:
        """The decisions by role, see `headlines.decisions_by_role`."""
        return decisions_by_role(self.tables)

    @cached_property
    def todo(self) -> pl.DataFrame:
        """What the office has to do next, see `tables.todo`."""
        return self.known(
            "todo", lambda: todo(self.tables, self.catalogues[0].id, self.left_behind)
        )

    @property
    def by_first_role(self) -> pl.DataFrame:
        """The decisions of the first catalogue by role."""
        return self.by_role.filter(pl.col("catalogue") == self.catalogues[0].id)

    def known(self, name: str, work_out: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """Return what `without_tables` has kept under this name, else work it out."""
        kept = self.context.get(name)
        return work_out() if kept is None else kept

    def without_tables(self) -> "Review":
        """Return the review for sending; what it takes from whole tables for reports is kept."""
        kept = {"headlines": self.headlines, "todo": self.todo}
        return replace(self, tables={}, context={**self.context, **kept})

    def headline(self, figure: str, catalogue: str | None = None) -> int:
        """Return a headline figure; catalogue: of figures about decisions."""
        return headline(self.headlines, figure, catalogue)


@dataclass(frozen=True)
class Task:
    """What a review is asked to do.

    frozen: the limits of 4.2 of earlier periods by their names, where a catalogue froze them, see
    `benchmark.stand_in`. mappings: how foreign exports are read. before: the period before, if one
    is published. participation: see `measures.PARTICIPATION`, of the periods published before.
    quarters: their headline figures.
    agreed: see `agreements.STATUS_THEN`, how criteria stood when something was agreed about them.
    left_behind: see `earlier.ratings_left_behind`; None if this period has ratings of its own.
    """

    period: str
    last_day: dt.date
    catalogues: tuple[Catalogue, ...]
    settings: Settings
    frozen: Mapping[str, pl.DataFrame]
    mappings: tuple[ExportMapping, ...] = ()
    before: EarlierReview | None = None
    participation: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PARTICIPATION))
    quarters: Quarters = field(default_factory=Quarters)
    agreed: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=STATUS_THEN))
    left_behind: pl.DataFrame | None = None


def review(
    task: Task,
    sent: Received,
    office: Office,
    office_files: pl.DataFrame,
    unread: pl.DataFrame | None = None,
) -> Review:
    """Return the review of what was sent.

    office_files: file, source_file, sha256 of the office's files. unread: source_file, reason of
    what lay among the submissions and was not read. `MappingError` if several mappings recognise
    one file.
    """
    unread = unread_frame() if unread is None else unread
    master, found, cells, mapped, languages = (
        pl.concat([getattr(part, name) for part in sent.parts])
        for name in ("offices", "findings", "cells", "mapped", "languages")
    )
    named, unused_mappings = mappings_used(task.mappings, sent.files, mapped)
    outcomes = choose_submissions(submission(), sent.files, sent.refusals, master, found)
    reviewed = reviewed_only(sent.parts, outcomes)
    portfolio = reviewed_portfolio(task, reviewed, office)
    figures = reviewed.figures
    known = rating_scope(task, portfolio, outcomes, office)
    judged = opinions(office, known, task.last_day)
    ratings = judged.effective
    benchmarks, verdicts = judge(task, portfolio, figures.usual, ratings)
    basis = ScenarioInputs(
        task.catalogues,
        task.settings,
        portfolio.clusters,
        benchmarks,
        ratings,
        task.frozen,
        task.last_day,
    )
    robust, ahead, lapses = evaluate_scenarios(basis, figures, verdicts)
    found = join_findings(found, office.findings, judged.findings)
    found = join_findings(
        found, file_findings(outcomes, found), identity_findings(office.register, outcomes)
    )
    names = master.select("file", "cluster_name")
    covered = coverage(
        office,
        outcomes.join(names, on="file", how="left"),
        guessed_clusters(office.register, outcomes, unread),
        task.last_day,
        task.settings.review.outdated_days,
    )
    taken = measure_tables(
        portfolio,
        figures.usual,
        benchmarks,
        verdicts[0].decisions,
        covered.select("cluster_id", "role"),
        task.period,
        task.participation,
    )
    found = join_findings(found, taken.crowded)
    missing = missing_names(portfolio, figures.rows)
    dates = admission_dates(office.register, portfolio.clusters)
    described = features(portfolio.clusters, reviewed.described.counts, figures.usual)
    finished = ReviewResults(
        period=task.period,
        last_day=task.last_day,
        catalogues=task.catalogues,
        portfolio=portfolio,
        places=reviewed.places,
        cells=cells,
        office=office,
        files=pl.concat([sent.files, office_files, REGISTER_FILE]),
        outcomes=outcomes,
        unread=unread,
        coverage=covered,
        admission_dates=dates,
        findings=found,
        actors=reviewed.actors,
        rows=figures.rows,
        benchmarks=benchmarks,
        described=described,
        supplementary=supplementary_figures(figures.usual),
        money=money_by_source(portfolio),
        verdicts=verdicts,
        robustness=robust,
        outlook=ahead,
        lapsed=lapses,
        opinions=judged,
        criteria=known.criteria,
        agreed=task.agreed,
        measures=taken,
        missing=missing,
    )
    state = evaluated_state(task, portfolio, ratings)
    tables = with_history(task, assemble(finished), state, figures.usual)
    reduced = replace(portfolio, actors=portfolio.actors.select(INPUT_COLUMNS["actors"]))
    return Review(
        task.period,
        task.last_day,
        task.catalogues,
        task.settings,
        tables,
        mapped=named,
        languages=of_files(languages, sent.files),
        unused_mappings=unused_mappings,
        ratings=judged.ratings,
        context=context(
            portfolio.clusters,
            reviewed.described,
            described,
            dates,
            office.register,
            unsigned_reasons(tables["criteria"], ratings),
            missing,
        ),
        wording=Packed.of(
            wording(
                portfolio.clusters,
                reviewed.written,
                reviewed.cells,
                reviewed.places,
                portfolio.sheets,
                figures.rows,
                task.catalogues,
            )
        ),
        state=replace(state, portfolio=reduced),
        since=task.before.since if task.before else None,
        left_behind=task.left_behind,
        quarters=task.quarters,
    )


def reviewed_only(parts: list[SubmissionResults], outcomes: pl.DataFrame) -> SubmissionResults:
    """Return the stacked results of the submissions that are reviewed.

    The parts are taken off the list one by one: they and their copies would be the largest frames
    of a run, twice.
    """
    reviewed = outcomes.filter(pl.col("outcome") == REVIEWED).select("file")

    def keep(table: pl.DataFrame) -> pl.DataFrame:
        return table.join(reviewed, on="file", how="semi")

    kept = []
    while parts:
        kept.append(each_frame(parts.pop(0), keep))
    return stack_all(kept)


def reviewed_portfolio(task: Task, reviewed: SubmissionResults, office: Office) -> Portfolio:
    """Return what is reviewed, with the measures the office confirmed, in order of cluster_id."""
    confirmed = office.register.select("cluster_id", confirmed="excellence_measures")
    clusters = reviewed.offices.sort("cluster_id")
    clusters = clusters.join(confirmed, on="cluster_id", how="left")
    measures = pl.coalesce("confirmed", "excellence_measures")
    clusters = clusters.with_columns(measures=measures).drop("confirmed")
    return Portfolio(clusters, reviewed.actors, reviewed.tables, reviewed.sheets, task.settings)


def judge(
    task: Task, portfolio: Portfolio, figures: pl.DataFrame, ratings: pl.DataFrame
) -> tuple[Benchmarks, Sequence[Verdicts]]:
    """Return benchmarks, and the verdicts of every catalogue with the ratings that count.

    DeclarationError if a catalogue is about a figure that is not computed.
    """
    refuse_uncomputed(task.catalogues, figures)
    benchmarks = benchmark(figures, portfolio.clusters, task.settings.cohorts)
    verdicts = [
        evaluate(c, figures, portfolio.clusters, limits(c, benchmarks, task.frozen), ratings)
        for c in task.catalogues
    ]
    return benchmarks, verdicts


def rating_scope(
    task: Task, portfolio: Portfolio, outcomes: pl.DataFrame, office: Office
) -> RatingScope:
    """Return the clusters and criteria that the office's rows may be about."""
    reviewed = portfolio.clusters.select("cluster_id", "file", "as_of")
    named = pl.concat([outcomes.select("cluster_id"), office.register.select("cluster_id")])
    others = named.drop_nulls().unique().join(reviewed, on="cluster_id", how="anti")
    clusters = pl.concat([reviewed, others], how="diagonal_relaxed")
    own = {catalogue.id: catalogue for catalogue in task.catalogues}
    more = [load(name) for name in shipped() if name not in own]
    return RatingScope(clusters, catalogue_criteria((*own.values(), *more)), list(own))


def evaluated_state(task: Task, portfolio: Portfolio, ratings: pl.DataFrame) -> State:
    """Return all that the verdicts rest on."""
    catalogues = {catalogue.id: catalogue for catalogue in task.catalogues}
    return State(portfolio, catalogues, ratings.select(RATING), task.frozen)


def with_history(
    task: Task, tables: Mapping[str, pl.DataFrame], state: State, figures: pl.DataFrame
) -> Mapping[str, pl.DataFrame]:
    """Return the tables with what changed since the period before, if there is one."""
    if task.before is None:
        return tables
    found = compare(task.before, tables, state, figures)
    return {
        **tables,
        **{name: shaped(name, t, task.period, task.catalogues) for name, t in found.items()},
    }
