"""The ratings to be given in a published period: all, or one expert's (contract 4)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from pipeline.common.catalogue import load, load_all, shipped
from pipeline.common.frames import stack_all
from pipeline.common.packed import Packed
from pipeline.common.periods import last_day
from pipeline.common.settings import load_settings
from pipeline.common.texts import both
from pipeline.figures.each_submission import ProcessingOptions, process_submissions
from pipeline.history.published import (
    DamagedError,
    Publication,
    is_published,
    published_before,
    published_periods,
    sound,
)
from pipeline.history.standing import standing
from pipeline.intake.discover import discover, distinct_names, fingerprint
from pipeline.intake.frames import stack
from pipeline.intake.gather import detail, gather
from pipeline.intake.refusal import Refusal
from pipeline.intake.sent_file import numbered
from pipeline.intake.worker import Read
from pipeline.read import portions
from pipeline.report.earlier import read_earlier
from pipeline.report.form.source import NoSourceError
from pipeline.report.workbook.assessments import write_assessments
from pipeline.review import Review
from pipeline.submissions.choose import REVIEWED
from pipeline.submissions.mapping.apply import submission_sheet_keys
from pipeline.submissions.mapping.files import FOLDER, mapping_files
from pipeline.submissions.mapping.load import load_mappings
from pipeline.submissions.office import Office, OfficeFileError, read_office
from pipeline.submissions.ratings import RatingScope, opinions
from pipeline.tables.findings import file_message
from pipeline.tables.reasons import catalogue_criteria
from pipeline.tables.wording import NOTHING, wording
from schemas.declaration import office, wanted_sheet_keys
from schemas.words import word_key

FILE = "assessments.xlsx"
READ = ("clusters", "coverage", "criteria", "conditions")


@dataclass(frozen=True)
class Places:
    """Where the periods' inputs and outputs are, and how files are read."""

    inputs: Path
    outputs: Path
    read: Read


def write_ratings_template(
    file: Path, reviewer: str | None, period: str | None, places: Places, lang: str
) -> str:
    """Write the template of a published period's ratings; return the period, the latest if None.

    reviewer: the sign of the expert whose ratings are asked for. NoSourceError if there is no such
    period, an office's file cannot be used, or nothing is assigned to the expert.
    """
    own = period or latest(places.outputs)
    last_day(own)
    publication = published(own, places.outputs)
    review = review_of(publication, own, read_ratings_file(own, places))
    sign = None if reviewer is None else known_sign(reviewer, review, own)
    assigned = (
        review.tables["assignments"].filter(reviewer=sign) if sign else review.tables["criteria"]
    )
    written = wording_of(publication, review, set(assigned["cluster_id"]), places)
    review = replace(review, wording=Packed.of(written))
    earlier = read_earlier(published_before(places.outputs, own))
    write_assessments(review, earlier, file, lang, sign)
    return own


def latest(outputs: Path) -> str:
    """Return the latest published period."""
    periods = published_periods(outputs)
    if not periods:
        raise NoSourceError("no_period", outputs=outputs)
    return periods[-1]


def published(period: str, outputs: Path) -> Publication:
    """Return the period's publication."""
    if not is_published(outputs / period):
        raise NoSourceError("unpublished", period=period, outputs=outputs)
    try:
        return sound(outputs / period)
    except DamagedError as error:
        raise NoSourceError("damaged", period=period, files=error) from error


def read_ratings_file(period: str, places: Places) -> Office:
    """Return the ratings and assignments as they stand now; a file that is missing has none."""
    path, settings = places.inputs / period / FILE, load_settings()
    paths = [path] if path.is_file() else []
    outcomes = list(places.read(paths, wanted_sheet_keys(office())))
    for outcome in outcomes:
        if isinstance(outcome, Refusal):
            raise file_error(outcome.code, detail(outcome))
    files = numbered(paths, [p.name for p in paths])
    sent = gather(files, outcomes, most_mb=settings.intake.max_file_mb)
    try:
        numbers = {"assessments": files[0].number} if files else {}
        return read_office(numbers, *sent.stacked())
    except OfficeFileError as error:
        raise file_error(error.code, error.detail) from error


def file_error(code: str, why: str) -> NoSourceError:
    """Return the error about a file of ratings that cannot be read."""
    reason = both(file_message(code, why, "de"), file_message(code, why, "en"))
    return NoSourceError("unreadable", file=FILE, why=reason)


def review_of(publication: Publication, period: str, ratings: Office) -> Review:
    """Return as much of the review as the template shows, with the present ratings."""
    assert publication.record is not None
    catalogues = load_all([entry["asked_as"] for entry in publication.record["catalogues"]])
    tables = {name: publication.table(name) for name in READ}
    more = [load(name) for name in shipped() if name not in {c.id for c in catalogues}]
    reviewed = tables["clusters"].select("cluster_id", "as_of").with_row_index("file")
    every = tables["coverage"].select("cluster_id").join(reviewed, on="cluster_id", how="left")
    known = RatingScope(every, catalogue_criteria((*catalogues, *more)), [c.id for c in catalogues])
    day, settings = last_day(period), load_settings()
    judged = opinions(ratings, known, day)
    owed = judged.assignments.rename({"assessor": "reviewer"})
    return Review(
        period,
        day,
        catalogues,
        settings,
        {**tables, "assignments": owed},
        ratings=judged.ratings,
        draft=standing(publication.record).is_draft,
    )


def wording_of(
    publication: Publication, review: Review, clusters: Collection[str], places: Places
) -> pl.DataFrame:
    """Return the wording behind the clusters' criteria (see `tables.wording`), read once more.

    A publication does not hold it. Nothing is returned of files that are gone or have changed since
    the review.
    """
    own = pl.col("cluster_id").is_in(list(clusters)) & (pl.col("outcome") == REVIEWED)
    reviewed = publication.table("submissions").filter(own)
    paths = unchanged(reviewed, places.inputs, review)
    if not paths:
        return NOTHING
    mappings = load_mappings(mapping_files(places.inputs / review.period / FOLDER))
    sheet_keys = submission_sheet_keys(mappings)
    outcomes = list(places.read(list(paths.values()), sheet_keys))
    files = numbered(list(paths.values()), list(paths))
    sent = gather(files, outcomes, most_mb=review.settings.intake.max_file_mb)
    options = ProcessingOptions(review.settings, review.last_day, tuple(mappings))
    found = stack_all(
        [process_submissions(options, sent.files, *stack(s)) for s in portions(sent.readings)]
    )
    return wording(
        found.offices.sort("cluster_id"),
        found.written,
        found.cells,
        found.places,
        found.sheets,
        found.figures.rows,
        review.catalogues,
    )


def unchanged(reviewed: pl.DataFrame, inputs: Path, review: Review) -> dict[str, Path]:
    """Return the files of reviewed submissions by name, without those that have changed since."""
    there = discover(inputs, review.period).submissions if inputs.is_dir() else ()
    paths = dict(zip(distinct_names(there), there, strict=True))
    most = review.settings.intake.max_file_mb
    return {
        name: paths[name]
        for name, digest in reviewed.select("source_file", "sha256").sort("source_file").iter_rows()
        if name in paths and fingerprint(paths[name], most) == digest
    }


def known_sign(reviewer: str, review: Review, period: str) -> str:
    """Return an expert's sign as assignments spell it; NoSourceError if there is none of them."""
    signs = review.tables["assignments"]["reviewer"].unique().sort().to_list()
    for sign in signs:
        if word_key(sign) == word_key(reviewer):
            return str(sign)
    known = ", ".join(signs) or "–"
    raise NoSourceError("not_assigned", sign=reviewer, period=period, signs=known, file=FILE)
