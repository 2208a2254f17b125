"""One run from the inputs' folder to the published period. The only place that names its order.

`read` is the one step that differs: in this process (`--direct`) or by tasks of a flow.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import repeat
from pathlib import Path
from types import MappingProxyType

import polars as pl

from pipeline import periods
from pipeline.alone import alone
from pipeline.catalogue import Catalogue, CatalogueError, load_all
from pipeline.collector import give_back
from pipeline.evaluate import reference_condition
from pipeline.history.earlier import read_before
from pipeline.history.model import Before
from pipeline.history.state_files import write_state
from pipeline.intake.discover import (
    Found,
    being_edited,
    discover,
    distinct_names,
    fingerprint,
    shown_name,
)
from pipeline.intake.gather import Intake, Known, gather
from pipeline.intake.worker import Read
from pipeline.mapping.apply import mapping_sheet_keys
from pipeline.mapping.files import FOLDER, mapping_files
from pipeline.mapping.load import load_mappings
from pipeline.mapping.model import ExportMapping, MappingError
from pipeline.memory import LARGE
from pipeline.modes import below, modes_of
from pipeline.notices import Notice, notices
from pipeline.office import Office, OfficeFileError
from pipeline.publications import Release, Standing, Work, next_draft, standing_now
from pipeline.publish import ARCHIVE, publish, write_json, write_tables
from pipeline.published import RECORD, TABLES, DamagedError, is_published, published_before, sound
from pipeline.recall import Recall, recalling
from pipeline.record import count_outcomes, mappings_record, run_record
from pipeline.remember import remembering
from pipeline.report.apart import Books, books_apart
from pipeline.report.earlier import read_earlier
from pipeline.report.feedback.gather import subjects_of_review
from pipeline.report.feedback.write import write_feedback
from pipeline.report.html.pages import write_pages
from pipeline.request import Request
from pipeline.review import Review, Task, review
from pipeline.settings import Settings, load_settings
from pipeline.store import CACHE
from pipeline.survey import Asked, Survey
from pipeline.texts import LANGUAGES, in_language
from pipeline.trouble import NothingPublishedError
from schemas.declaration import office, submission, wanted_sheet_keys


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


@alone
def run(request: Request, read: Read, release: Release | None = None) -> Published:
    """Review a period and publish it; NothingPublishedError if nothing could be published.

    release: publishes the same as the draft that stands there, as a release.
    """
    clock, started = Clock(), dt.datetime.now().astimezone()
    settings = load_settings()
    modes = modes_of(settings.group)
    last_day = periods.last_day(request.period)
    catalogues = load_all(request.catalogues)
    frozen = frozen_limits(request, catalogues)
    mappings = mappings_or_refuse(request)
    found = discover(request.inputs, request.period)
    refuse_empty(request, found)
    if request.cache:
        modes.keep_private(request.outputs / CACHE)
    read = remembering(read, request.outputs, settings.intake, use=request.cache)
    wanted = wanted_sheet_keys(submission()) | mapping_sheet_keys(mappings)
    recall = recalling(
        Asked(settings, last_day, mappings), wanted, request.outputs, use=request.cache
    )
    with clock.stage("read"):
        # A release's hand-outs are made from what was read.
        sent, office_sent, known = recall_or_read(
            found, read, wanted, recall, settings, every=release is not None
        )
        numbers = {name: len(found.submissions) + i for i, name in enumerate(found.office)}
    with clock.stage("review"):
        earlier = published_before(request.outputs, request.period)
        before = read_before(earlier, request.period, settings)
        task = Task(request.period, last_day, catalogues, settings, frozen, mappings, before)
        surveyed = recall.parts(sent, let_go=release is None)
        if len(found.submissions) > LARGE:
            give_back()
        done = review_or_refuse(task, sent, office_sent, surveyed, partial(recall.office, numbers))
    refuse_thin(request, settings, done, before)
    counts = count_outcomes(done)
    replaced = standing_now(request.outputs, request.period)
    unreadable = replaced is None and is_published(request.outputs / request.period)
    standing = release.standing if release else next_draft(request.outputs, request.period)
    assert done.state is not None
    state = [done.state]  # as large as all submissions, and not needed once it is written
    done = replace(done, draft=standing.is_draft, state=None)
    record = run_record(
        request, done, sent, office_sent, found, counts, standing, started, earlier.all
    )
    record["mappings"] = mappings_record(mappings, done)

    def write(folder: Path) -> None:
        with clock.stage("tables"), ThreadPoolExecutor(1) as aside:
            written = aside.submit(write_state, state.pop(), folder)
            record[TABLES] = write_tables(done, folder) | written.result()
        give_back()
        if release:
            release.confirm(folder, record)
        tables_before = read_earlier(earlier)
        shown = replace(done, damaged=earlier.names)
        with books_apart(Books(shown, folder, request.lang, tables_before), clock.seconds):
            with clock.stage("pages"):
                write_pages(shown, folder / "report", request.lang)
            with clock.stage("feedback"):
                names = distinct_names(found.submissions)
                subjects = subjects_of_review(done, found.submissions, request.lang)
                copies = write_feedback(folder / "feedback", names, subjects, request.lang, wanted)
        if release:
            with clock.stage("release"):
                feedback = dict(zip(names, copies, strict=True))
                release.add(Work(folder, shown, sent, mappings, feedback, request.lang))
        anew = read.anew(len(found.submissions) - len(known))
        record["read"] = {"anew": anew, "cached": len(found.submissions) - anew}
        record["damaged"] = list(earlier.names)
        write_json({**record, "seconds": dict(clock.seconds)}, folder / RECORD)
        modes.share(below(folder))

    moment = started.strftime("%Y-%m-%dT%H-%M-%S")
    folder = publish(request.outputs, request.period, moment, write)
    if (request.outputs / ARCHIVE).is_dir():
        modes.share([request.outputs / ARCHIVE])
    said = notices(earlier, modes, request.period if unreadable else None)
    return Published(folder, counts, done, standing, replaced, being_edited(found), said)


# --------------------------------------------------------------------------------------- reading
def recall_or_read(
    found: Found,
    read: Read,
    wanted: frozenset[str],
    recall: Recall,
    settings: Settings,
    *,
    every: bool = False,
) -> tuple[Intake, Intake, Mapping[int, Known]]:
    """Read what no earlier run knows, see `read_all`, while what is known is loaded.

    every: read all the same what is known. Returns also which submissions were not read.
    """
    known = look_up(found, recall, settings)
    with ThreadPoolExecutor(1) as aside:
        loading = aside.submit(recall.load)
        skipped = {} if every else known
        sent, office_sent = read_all(found, read, wanted, skipped)
        sound = loading.result()
    if sound or every:
        return sent, office_sent, skipped
    names = distinct_names(found.submissions)
    sure = recall.known(recall.by_key((n, (names[n], k.sha256)) for n, k in known.items()))
    skipped = {number: known[number] for number in sure}
    return *read_all(found, read, wanted, skipped), skipped


def look_up(found: Found, recall: Recall, settings: Settings) -> Mapping[int, Known]:
    """Return which submissions seem to be known from earlier runs, by their places."""
    with ThreadPoolExecutor() as many:
        most = repeat(settings.intake.max_file_mb)
        prints = list(many.map(fingerprint, found.submissions, most))
    known = recall.look_up(distinct_names(found.submissions), prints)
    return {number: Known(prints[number]) for number in known}


def read_all(
    found: Found,
    read: Read,
    wanted: frozenset[str],
    known: Mapping[int, Known] = MappingProxyType({}),
) -> tuple[Intake, Intake]:
    """Read the submissions and the office's files in one go; a file's number is its place.

    wanted: keys of the sheets of submissions. known: submissions that need not be read.
    NothingPublishedError if a file of the office cannot be read.
    """
    paths = [*found.submissions, *found.office.values()]
    names = [*distinct_names(found.submissions), *map(shown_name, found.office.values())]
    others = [path for number, path in enumerate(paths) if number not in known]
    anew = iter(list(read(others, wanted | wanted_sheet_keys(office()))))
    outcomes = [known[number] if number in known else next(anew) for number in range(len(paths))]
    most = load_settings().intake.max_file_mb
    end = len(found.submissions)
    theirs, ours = slice(end), slice(end, None)
    office_sent = gather(paths[ours], names[ours], outcomes[ours], start=end, most_mb=most)
    for row in office_sent.refusals.iter_rows(named=True):
        raise unusable(names[row["file"]], row["code"], row["detail"])
    return gather(
        paths[theirs], names[theirs], outcomes[theirs], start=0, most_mb=most
    ), office_sent


def review_or_refuse(
    task: Task,
    sent: Intake,
    office_sent: Intake,
    surveyed: list[Survey],
    read_office: Callable[[Intake], Office],
) -> Review:
    """Return the review; an unusable file of the office ends the run."""
    try:
        return review(task, sent, read_office(office_sent), office_sent.files, surveyed)
    except MappingError as error:
        raise NothingPublishedError(error.messages["de"], error.messages["en"]) from error
    except OfficeFileError as error:
        raise unusable(error.source_file, error.code, error.detail) from error


def mappings_or_refuse(request: Request) -> tuple[ExportMapping, ...]:
    """Return the period's mappings; a mistake in one of them ends the run."""
    try:
        return load_mappings(mapping_files(request.inputs / request.period / FOLDER))
    except MappingError as error:
        raise NothingPublishedError(error.messages["de"], error.messages["en"]) from error


def unusable(name: str, code: str, why: str) -> NothingPublishedError:
    """Return the end of a run whose office file is there but cannot be read."""
    german, english = (in_language(why, lang) for lang in LANGUAGES)
    return NothingPublishedError(
        f"{name} ist vorhanden, kann aber nicht gelesen werden ({code}: {german}). "
        "Bitte die Datei berichtigen oder entfernen.",
        f"{name} is there but cannot be read ({code}: {english}). "
        "Please correct or remove the file.",
    )


def frozen_limits(request: Request, catalogues: Sequence[Catalogue]) -> Mapping[str, pl.DataFrame]:
    """Return the cohorts of the earlier periods whose limits the catalogues freeze."""
    result = {}
    for catalogue in catalogues:
        condition = reference_condition(catalogue)
        if condition is not None and condition.stand_in == "frozen":
            period = str(condition.frozen_period)
            folder = request.outputs / period
            if not is_published(folder):
                raise CatalogueError(f"{catalogue.path.name}: {period} is not published here")
            try:
                result[period] = sound(folder).table("cohorts")
            except DamagedError as error:
                raise CatalogueError(
                    f"{catalogue.path.name}: Die Veröffentlichung {period}, deren Grenzwerte "
                    f"festgehalten sind, ist beschädigt ({error}). Bitte sie aus einer Sicherung "
                    f"zurückholen. / The publication {period}, whose limits are frozen, is damaged "
                    f"({error}). Please restore it from a backup."
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


def refuse_thin(request: Request, settings: Settings, done: Review, before: Before | None) -> None:
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
    if there < settings.minimum_share * len(expected):
        raise NothingPublishedError(
            f"Nur {there} von {len(expected)} erwarteten Clustern könnten bewertet werden; "
            "nichts wurde ersetzt. Mit --accept-missing wird dennoch veröffentlicht.",
            f"Only {there} of {len(expected)} expected clusters could be reviewed; nothing was "
            "replaced. Use --accept-missing to publish all the same.",
        )


def expected_clusters(request: Request, done: Review, before: Before | None) -> set[str]:
    """Return the clusters that were to report: by the register, else those of the period before."""
    coverage = done.tables["coverage"]
    if (request.inputs / "register.xlsx").exists():
        return set(coverage.filter(pl.col("expected"))["cluster_id"])
    return set(before.tables["clusters"]["cluster_id"]) if before else set()
