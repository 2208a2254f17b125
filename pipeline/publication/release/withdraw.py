"""Takes a release back: marks it, removes its hand-outs, lists whom to tell.

The release itself goes to the archive as it was, hand-outs included.
"""

import datetime as dt
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import polars as pl

from pipeline.common import periods
from pipeline.common.file_modes import below, modes_of
from pipeline.common.settings import load_settings
from pipeline.common.texts import day, say
from pipeline.history.published import (
    ARCHIVE,
    RECORD,
    DamagedError,
    Publication,
    is_published,
    sound,
)
from pipeline.history.standing import WITHDRAWN, Standing, day_of, standing
from pipeline.intake.discover import discover
from pipeline.intake.gather import gather
from pipeline.intake.sent_file import numbered
from pipeline.intake.worker import read_many
from pipeline.publication.exclusive import run_exclusively
from pipeline.publication.publish import publish, staging_folder, write_json
from pipeline.publication.release.confirm import refusal, refused_as
from pipeline.publication.release.handout import FOLDER
from pipeline.publication.release.marks import UnmarkedError, mark_book, mark_copy, mark_report
from pipeline.report.workbook.cells import Column
from pipeline.report.workbook.files import write_file
from pipeline.report.workbook.sheets import Book, put_range, sheet_name
from pipeline.report.workbooks import TEMPLATE, WORKBOOK
from pipeline.review import Review
from pipeline.submissions.office import OfficeFileError, read_office
from schemas.declaration import office, wanted_sheet_keys
from schemas.slips import WrongUsageError

REGISTER = "register"
OF_COVERAGE = ("cluster_id", "name", "role")
LISTED = {"cluster_id": pl.String, "files": pl.String}
NOTICE_COLUMNS = ["cluster_id", "name", "role", "contact", "period", "released", "files", "reason"]
FOREIGN = {"name", "contact", "files", "reason"}


@dataclass(frozen=True)
class Withdrawal:
    """The request: which release is taken back, by whom (a short sign), and why."""

    period: str
    inputs: Path
    outputs: Path
    by: str
    reason: str
    wait_seconds: float = 0


@dataclass(frozen=True)
class Withdrawn:
    """What was taken back.

    to_notify: a row for each cluster to notify, columns NOTICE_COLUMNS. list: the file with them.
    archive: where the release is kept as it was. has_register: whether the register could be read,
    for the contacts.
    """

    folder: Path
    standing: Standing
    to_notify: pl.DataFrame
    list: Path
    archive: Path
    has_register: bool


@run_exclusively
def withdraw(request: Withdrawal) -> Withdrawn:
    """Take a release back; NothingPublishedError if there is none, or it cannot be marked."""
    now = dt.datetime.now().astimezone()
    publication = released(request.outputs / request.period)
    assert publication.record is not None
    stands = replace(
        standing(publication.record),
        state=WITHDRAWN,
        withdrawn_by=request.by,
        withdrawn_at=now.isoformat(timespec="seconds"),
        withdrawn_reason=request.reason,
    )
    lang = "en" if publication.record.get("language") == "en" else "de"
    contacts = contacts_of(request.inputs, request.period)
    to_notify = clusters_to_notify(publication, stands, contacts, lang)
    modes = modes_of(load_settings().review.group)
    name = say("withdraw", "file", lang)
    with staging_folder(request.outputs, request.period) as folder:
        leave = shutil.ignore_patterns(FOLDER)
        shutil.copytree(publication.folder, folder, ignore=leave, dirs_exist_ok=True)
        mark(folder, lang, now.date(), request.reason)
        (folder / FOLDER).mkdir()
        write_list(to_notify, request.period, folder / FOLDER / name, lang)
        write_json({**publication.record, **asdict(stands)}, folder / RECORD)
        modes.share(below(folder))
        moment = now.strftime("%Y-%m-%dT%H-%M-%S")
        target = publish(folder, request.outputs, request.period, moment)
    archive = request.outputs / ARCHIVE
    modes.share([archive])
    place = target / FOLDER / name
    return Withdrawn(
        target, stands, to_notify, place, archive / request.period, contacts is not None
    )


def released(folder: Path) -> Publication:
    """Return the release in the folder; NothingPublishedError if there is no sound one."""
    period = folder.name
    if not is_published(folder):
        raise refusal("not_there", period=period, outputs=str(folder.parent))
    try:
        publication = sound(folder)
    except DamagedError as error:
        raise refusal("damaged_release", period=period, files=str(error)) from error
    assert publication.record is not None
    stands = standing(publication.record)
    if stands.is_withdrawn:
        raise refused_as("withdrawn_already", period, stands)
    if stands.is_draft:
        raise refused_as("not_released", period, stands)
    return publication


def mark(folder: Path, lang: str, on: dt.date, reason: str) -> None:
    """Mark every page and every sheet of ours in a copy of the release."""
    place = folder
    try:
        mark_report(folder / "report", lang, on, reason)
        for name in (WORKBOOK, TEMPLATE):
            place = folder / name
            mark_book(place, lang)
        for place in sorted((folder / "feedback").glob("*.xlsx")):
            mark_copy(place)
    except UnmarkedError as error:
        name = place.name if place != folder else "report"
        raise refusal("cannot_mark", period=folder.name, file=name) from error


# ------------------------------------------------------------------------------------ whom to tell
def clusters_to_notify(
    publication: Publication, stands: Standing, contacts: Mapping[str, str] | None, lang: str
) -> pl.DataFrame:
    """Return a row for each cluster that has hand-outs, columns NOTICE_COLUMNS.

    contacts: the role or team to write to, by cluster; None where they are not known.
    """
    clusters = sorted(path for path in (publication.folder / FOLDER).glob("*") if path.is_dir())
    files = {
        path.name: "; ".join(sorted(file.name for file in path.iterdir())) for path in clusters
    }
    known = publication.table("coverage", *OF_COVERAGE)
    table = pl.DataFrame({"cluster_id": list(files), "files": list(files.values())}, LISTED)
    table = table.join(known, on="cluster_id", how="left").sort("cluster_id")
    contact = pl.col("cluster_id").replace_strict(
        contacts or {}, default=None, return_dtype=pl.String
    )
    return table.with_columns(
        contact=contact,
        period=pl.lit(publication.folder.name),
        released=pl.lit(day(day_of(stands.released_at), lang)),
        reason=pl.lit(stands.withdrawn_reason, pl.String),
    ).select(NOTICE_COLUMNS)


def contacts_of(inputs: Path, period: str) -> Mapping[str, str] | None:
    """Return whom to write to, by cluster; None if the register cannot be read."""
    try:
        path = discover(inputs, period).office.get(REGISTER)
        if path is None:
            return {}
        files = numbered([path], [path.name])
        limits = load_settings().intake
        sent = gather(
            files,
            list(read_many([path], limits, wanted_sheet_keys(office()))),
            most_mb=limits.max_file_mb,
        )
        if sent.refusals.height:
            return None
        own = read_office({REGISTER: files[0].number}, *sent.stacked()).register
    except (WrongUsageError, OfficeFileError):
        return None
    return dict(own.select("cluster_id", "contact").drop_nulls().iter_rows())


def write_list(to_notify: pl.DataFrame, period: str, path: Path, lang: str) -> None:
    """Write the list as a workbook of one sheet, whose headers are names of merge fields."""

    def write(book: Book) -> None:
        sheet = book.file.add_worksheet(sheet_name(say("withdraw", "sheet", lang)))
        columns = [
            Column(
                say("withdraw", name, lang),
                to_notify[name].to_list(),
                "foreign" if name in FOREIGN else "text",
            )
            for name in NOTICE_COLUMNS
        ]
        put_range(book, sheet, columns, top=0, frozen=1)
        sheet.autofilter(0, 0, to_notify.height, to_notify.width - 1)
        sheet.set_landscape()

    bare = Review(period, periods.last_day(period), (), load_settings(), {}, draft=False)
    write_file(bare, path, lang, write)
