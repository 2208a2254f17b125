"""One run from the inputs' folder to the published period. The only place that names its order.

An engine carries the stages out: in this process (`--direct`) or as tasks of a flow.
"""

import datetime as dt
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

import polars as pl

from pipeline.common import periods
from pipeline.common.catalogue import Catalogue, load_all
from pipeline.common.errors import NothingPublishedError
from pipeline.common.file_modes import Modes, below, modes_of
from pipeline.common.memory import prepare_memory
from pipeline.common.settings import CohortRules, Settings, load_settings
from pipeline.common.stages import Engine, Stage, in_batches
from pipeline.common.texts import LANGUAGES
from pipeline.evaluation.benchmark import RATIO, band_of, stand_in
from pipeline.evaluation.evaluate import reference_condition
from pipeline.figures.each_submission import ProcessingOptions, Received, join_batches
from pipeline.history.earlier import (
    earlier_participation,
    ratings_left_behind,
    read_before,
    statuses_when_agreed,
)
from pipeline.history.model import EarlierReview
from pipeline.history.notices import Notice, notices
from pipeline.history.published import (
    ARCHIVE,
    RECORD,
    TABLES,
    DamagedError,
    Earlier,
    is_published,
    published_before,
    sound,
)
from pipeline.history.revised import revised
from pipeline.history.standing import Standing, next_draft, standing_now
from pipeline.history.state_files import write_state
from pipeline.intake.discover import (
    Found,
    being_edited,
    discover,
    distinct_names,
    fingerprint,
    shown_name,
)
from pipeline.intake.gather import FILES, Intake, gather
from pipeline.intake.sent_file import SentFile, numbered
from pipeline.intake.worker import read_many
from pipeline.publication.cache import submission_cache
from pipeline.publication.declarations import check_declarations
from pipeline.publication.exclusive import run_exclusively
from pipeline.publication.publications import Release, Work
from pipeline.publication.publish import publish, staging_folder, write_json, write_tables
from pipeline.publication.record import count_outcomes, mappings_record, run_record
from pipeline.publication.request import Request
from pipeline.publication.store import CACHE
from pipeline.read import ReadBatch, read_and_examine
from pipeline.report.earlier import read_earlier
from pipeline.report.feedback.gather import feedback_batches
from pipeline.report.feedback.names import feedback_names
from pipeline.report.feedback.write import make_feedback, write_copies
from pipeline.report.pages.dossier import FOLDER as DOSSIERS
from pipeline.report.pages.pages import make_pages, page_batches, write_pages
from pipeline.report.workbooks import Books, write_books
from pipeline.review import Review, Task, review
from pipeline.submissions.mapping.apply import submission_sheet_keys
from pipeline.submissions.mapping.files import FOLDER, mapping_files
from pipeline.submissions.mapping.load import load_mappings
from pipeline.submissions.office import OfficeFileError, read_office
from pipeline.tables.findings import file_message
from pipeline.tables.quarters import earlier_quarters
from pipeline.tables.unread import unread_frame
from schemas.declaration import office, wanted_sheet_keys
from schemas.slips import DeclarationError, WrongUsageError

# Below a publication.
REPORT = "report"


class NothingSentError(NothingPublishedError):
    """There is no submission at all: perhaps it is too early, or the folder is another one."""


@dataclass
class Clock:
    """How long each stage took, in seconds, in the order in which they ran."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage."""
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 3)


@dataclass(frozen=True)
class Published:
    """What was published where, and the counts of the last line.

    replaced: the standing of the publication that went to the archive, if there was one. notices:
    what the office should know of earlier publications and of the file system, by language.
    """

    folder: Path
    counts: Mapping[str, int]
    review: Review
    standing: Standing = field(default_factory=Standing)
    replaced: Standing | None = None
    being_edited: Sequence[str] = ()
    notices: Sequence[Notice] = ()


@dataclass(frozen=True)
class Plan:
    """What a run has found before its first stage.

    task: what the review is asked to do. found: the files. wanted: keys of the sheets that are
    read of submissions. earlier: the periods published before. modes: who may read what.
    """

    request: Request
    task: Task
    found: Found
    wanted: frozenset[str]
    earlier: Earlier
    modes: Modes

    @cached_property
    def files(self) -> list[SentFile]:
        """The submissions under their numbers."""
        paths = self.found.submissions
        return numbered(paths, distinct_names(paths))

    @property
    def options(self) -> ProcessingOptions:
        """What the results of a submission depend on besides its content."""
        return ProcessingOptions(self.task.settings, self.task.last_day, self.task.mappings)


@run_exclusively
def run(request: Request, engine: Engine, release: Release | None = None) -> Published:
    """Review a period and publish it; NothingPublishedError if nothing could be published.

    WrongUsageError if what was asked for, or a file that people write, is wrong.

    engine: carries out the stages. release: publishes the same as the draft that stands there, as
    a release.
    """
    prepare_memory()
    clock, started = Clock(), dt.datetime.now().astimezone()
    plan = prepare(request)
    outputs, period, lang = request.outputs, request.period, request.lang
    with clock.stage("read"):
        sent, read_now = read_submissions(plan, engine)
        office_sent = read_office_files(plan)
    with clock.stage("review"):
        judge = partial(review_or_refuse, plan, sent, office_sent)
        done = engine.start(Stage.REVIEW, judge).result()
    refuse_thin(request, plan.task.settings, done, plan.task.before)
    counts = count_outcomes(done)
    replaced = standing_now(outputs, period)
    unreadable = replaced is None and is_published(outputs / period)
    standing = release.standing if release else next_draft(outputs, period)
    done = replace(
        done,
        draft=standing.is_draft,
        released_on=standing.released_on,
        damaged=plan.earlier.names,
    )
    record = run_record(
        request=request,
        done=done,
        sent=sent.files,
        office_sent=office_sent.files,
        found=plan.found,
        counts=counts,
        standing=standing,
        started=started,
        earlier=plan.earlier.all,
    )
    record["mappings"] = mappings_record(plan.task.mappings, done)
    record["read"] = {"anew": read_now, "cached": len(plan.files) - read_now}
    record["damaged"] = list(plan.earlier.names)
    del sent, judge  # the results of the submissions: reports need the review alone
    done = replace(done, revised=revised(outputs, period, record, done.tables, done.state))
    with staging_folder(outputs, period) as folder:
        with clock.stage("tables"):
            record[TABLES] = engine.start(Stage.TABLES, partial(write_data, done, folder)).result()
        if release:
            release.confirm(folder, record)
        done = replace(done, state=None)
        with clock.stage("reports"):
            copies = write_reports(plan, done, folder, engine)
        if release:
            with clock.stage("handouts"):
                handouts = Work(folder, done, plan.files, plan.task.mappings, copies, lang)
                engine.start(Stage.HANDOUTS, partial(release.add, handouts)).result()
        write_json({**record, "seconds": dict(clock.seconds)}, folder / RECORD)
        set_modes(plan.modes, folder)
        moment = started.strftime("%Y-%m-%dT%H-%M-%S")
        finish = partial(publish, folder, outputs, period, moment)
        target = engine.start(Stage.PUBLISH, finish).result()
    if (outputs / ARCHIVE).is_dir():
        plan.modes.share([outputs / ARCHIVE])
    period_notices = notices(plan.earlier, plan.modes, period if unreadable else None)
    return Published(
        folder=target,
        counts=counts,
        review=done,
        standing=standing,
        replaced=replaced,
        being_edited=being_edited(plan.found),
        notices=period_notices,
    )


def prepare(request: Request) -> Plan:
    """Return what is to be done; what cannot be is refused before anything is read."""
    check_declarations()
    settings = load_settings()
    modes = modes_of(settings.review.group)
    catalogues = load_all(request.catalogues)
    mappings = load_mappings(mapping_files(request.inputs / request.period / FOLDER))
    found = discover(request.inputs, request.period)
    refuse_empty(request, found)
    earlier = published_before(request.outputs, request.period)
    last_day = periods.last_day(request.period)
    has_ratings = "assessments" in found.office
    task = Task(
        period=request.period,
        last_day=last_day,
        catalogues=catalogues,
        settings=settings,
        frozen=frozen_limits(request, catalogues, settings.cohorts),
        mappings=mappings,
        before=read_before(earlier, request.period, settings),
        participation=earlier_participation(earlier),
        quarters=earlier_quarters(earlier),
        left_behind=None if has_ratings else ratings_left_behind(earlier, last_day),
    )
    wanted = submission_sheet_keys(mappings)
    return Plan(request, task, found, wanted, earlier, modes)


# --------------------------------------------------------------------------------------- reading
def read_submissions(plan: Plan, engine: Engine) -> tuple[Received, int]:
    """Return what was sent, and how many submissions no earlier run knew and were read."""
    limits = plan.task.settings.intake
    rows = [(f.number, f.name, fingerprint(f.path, limits.max_file_mb)) for f in plan.files]
    files = pl.DataFrame(rows, schema=FILES, orient="row")
    if plan.request.cache:
        plan.modes.keep_private(plan.request.outputs / CACHE)
    cache = submission_cache(
        plan.options, plan.wanted, plan.request.outputs, use=plan.request.cache
    )
    parts, refused = cache.find(files), cache.find_refusals(files)
    known = {number for part in parts for number in part.files["file"]} | set(refused["file"])
    new = [file for file in plan.files if file.number not in known]
    batches = [ReadBatch(some, limits, plan.wanted) for some in in_batches(new)]
    work = partial(read_and_examine, plan.options)
    sent = [Received(files.filter(pl.col("file").is_in(known)), refused, parts)]
    for batch in engine.each(Stage.READ, work, batches, lambda read: read.may_pass):
        cache.keep(batch)
        sent.append(batch)
    cache.drop_old()
    return join_batches(sent), len(new)


def read_office_files(plan: Plan) -> Intake:
    """Read the office's files; WrongUsageError if one of them cannot be read."""
    found, limits = plan.found, plan.task.settings.intake
    paths = list(found.office.values())
    files = numbered(paths, list(map(shown_name, paths)), first=len(found.submissions))
    outcomes = list(read_many(paths, limits, wanted_sheet_keys(office())))
    sent = gather(files, outcomes, most_mb=limits.max_file_mb)
    for row in sent.refusals.iter_rows(named=True):
        raise unusable(files[row["file"] - files[0].number].name, row["code"], row["detail"])
    return sent


# ------------------------------------------------------------------------------------------ stages
def review_or_refuse(plan: Plan, sent: Received, office_sent: Intake) -> Review:
    """Return the review; an unusable file of the office ends the run."""
    numbers = dict(zip(plan.found.office, office_sent.files["file"], strict=True))
    try:
        tables = read_office(numbers, *office_sent.stacked(), plan.task.last_day)
        task = replace(plan.task, agreed=statuses_when_agreed(plan.earlier, tables.agreements))
        unread = unread_frame(plan.found.unread)
        return review(task, sent, tables, office_sent.files, unread)
    except OfficeFileError as error:
        raise unusable(error.source_file, error.code, error.detail) from error


def write_data(done: Review, folder: Path) -> dict[str, str]:
    """Write the tables of the contract, and what the verdicts rest on; returns their checksums."""
    assert done.state is not None
    return write_tables(done, folder) | write_state(done.state, folder)


def write_reports(plan: Plan, done: Review, folder: Path, engine: Engine) -> Mapping[str, Path]:
    """Write workbooks, pages and feedback; returns the marked copies, see `write_feedback`."""
    lang = plan.request.lang
    books = Books(done, folder, lang, read_earlier(plan.earlier))
    workbooks = engine.start(Stage.WORKBOOKS, partial(write_books, books))
    for pages in engine.each(Stage.PAGES, make_pages, page_batches(done, lang)):
        write_pages(pages, folder / REPORT)
    copies = write_feedback(plan, done, folder / "feedback", engine)
    workbooks.result()
    return copies


def set_modes(modes: Modes, folder: Path) -> None:
    """Set who may read a publication; no other user may read its dossiers."""
    modes.share(below(folder))
    dossiers = folder / REPORT / DOSSIERS
    if dossiers.is_dir():
        modes.restrict(below(dossiers))


def write_feedback(plan: Plan, done: Review, folder: Path, engine: Engine) -> Mapping[str, Path]:
    """Write the marked copy of every submission; returns where, by the submission's name."""
    names = feedback_names([file.name for file in plan.files])
    batches = feedback_batches(done, plan.files, names, plan.request.lang, plan.wanted)
    for copies in engine.each(Stage.FEEDBACK, make_feedback, batches):
        write_copies(copies, folder)
    return {f.name: folder / name for f, name in zip(plan.files, names, strict=True)}


def unusable(name: str, code: str, why: str) -> WrongUsageError:
    """Return the end of a run whose office file is there but cannot be read."""
    german, english = (file_message(code, why, lang) for lang in LANGUAGES)
    return WrongUsageError(
        f"{name} ist vorhanden, kann aber nicht gelesen werden: {german}. "
        "Bitte die Datei berichtigen oder entfernen.",
        f"{name} is there but cannot be read: {english}. Please correct or remove the file.",
    )


def frozen_limits(
    request: Request, catalogues: Sequence[Catalogue], rules: CohortRules
) -> Mapping[str, pl.DataFrame]:
    """Return the limits of 4.2 of the earlier periods at which catalogues freeze them.

    Found again by the present rules from what was published of the clusters of then.
    """
    result = {}
    for catalogue in catalogues:
        condition = reference_condition(catalogue)
        if condition is not None and condition.stand_in == "frozen":
            period = str(condition.frozen_period)
            place = f"{catalogue.path.name}, frozen_period"
            folder = request.outputs / period
            if period >= request.period or not is_published(folder):
                raise DeclarationError(
                    f"{place}: {period} ist kein früheres veröffentlichtes Quartal "
                    f"({request.outputs}); erlaubt: ein veröffentlichtes Quartal vor "
                    f"{request.period}.",
                    f"{place}: {period} is no earlier published quarter ({request.outputs}); "
                    f"allowed: a published quarter before {request.period}.",
                )
            try:
                clusters = sound(folder).table("clusters", "actors", "fte", RATIO)
                bands = clusters.with_columns(size_band=band_of(pl.col("actors"), rules))
                result[period] = stand_in(bands, rules)
            except DamagedError as error:
                raise DeclarationError(
                    f"{place}: Die Veröffentlichung {period}, deren Grenzwerte festgehalten sind, "
                    f"ist beschädigt ({error}). Bitte sie aus einer Sicherung zurückholen.",
                    f"{place}: the publication {period}, whose limits are frozen, is damaged "
                    f"({error}). Please restore it from a backup.",
                ) from error
    return result


# ------------------------------------------------------------------------------------- refusals
def refuse_empty(request: Request, found: Found) -> None:
    """End the run if there is nothing to review."""
    if not found.submissions:
        folder = request.inputs / request.period / "submissions"
        raise NothingSentError(
            f"In {folder} liegt keine Einreichung.", f"There is no submission in {folder}."
        )


def refuse_thin(
    request: Request, settings: Settings, done: Review, before: EarlierReview | None
) -> None:
    """End the run if too few of the expected clusters would be reviewed (contract 4)."""
    expected = expected_clusters(request, done, before)
    reviewed = set(done.tables["clusters"]["cluster_id"])
    if not reviewed and (request.outputs / request.period / RECORD).exists():
        raise NothingPublishedError(
            "Keine Einreichung konnte bewertet werden; die bisherige Veröffentlichung bleibt.",
            "No submission could be reviewed; the former publication stays.",
        )
    if request.accept_missing or not expected:
        return
    there = len(expected & reviewed)
    if there < settings.review.minimum_share * len(expected):
        raise NothingPublishedError(
            f"Nur {there} von {len(expected)} erwarteten Clustern könnten bewertet werden; "
            "nichts wurde ersetzt. Mit --accept-missing wird dennoch veröffentlicht.",
            f"Only {there} of {len(expected)} expected clusters could be reviewed; nothing was "
            "replaced. Use --accept-missing to publish all the same.",
        )


def expected_clusters(request: Request, done: Review, before: EarlierReview | None) -> set[str]:
    """Return the clusters that were to report: by the register, else those of the period before."""
    coverage = done.tables["coverage"]
    if (request.inputs / "register.xlsx").exists():
        return set(coverage.filter(pl.col("expected"))["cluster_id"])
    return set(before.tables["clusters"]["cluster_id"]) if before else set()
