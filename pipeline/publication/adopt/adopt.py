"""From an analyst's workbook to the office's file: read, decide, write a new file, check, replace.

A file that would lose content is not changed: a new file beside it contains the ratings.
"""

import datetime as dt
import io
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as replace_fields
from pathlib import Path

import polars as pl
from xlsxwriter import Workbook

from pipeline.intake.worker import Read
from pipeline.publication.adopt.append import Loss, Value, append_rows, losses
from pipeline.publication.adopt.decide import ADOPTED, Outcome, decide
from pipeline.publication.adopt.reading import (
    Ratings,
    UnusableFileError,
    Views,
    read_ratings,
    read_views,
)
from pipeline.publication.adopt.template import decide_rows
from pipeline.report.workbook.formats import DATES
from pipeline.submissions.office import name_of_field
from schemas.declaration import office, registers

SHEET = "assessments"
COMPARED = [
    "catalogue",
    "cluster_id",
    "criterion_id",
    "rating",
    "reason",
    "assessor",
    "rated_on",
    "valid_until",
]


@dataclass(frozen=True)
class Adopted:
    """The result: the file, its backup (None for a new file), the outcome of each view.

    beside: the new file with all ratings, if the office's own would have lost content.
    """

    path: Path
    views: Views
    outcomes: Sequence[Outcome]
    backup: Path | None = None
    beside: Path | None = None
    lost: Sequence[Loss] = ()

    @property
    def count(self) -> int:
        """How many views became ratings."""
        return sum(outcome.code == ADOPTED for outcome in self.outcomes)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left out and the ratings are in the office's file."""
        left_out = any(outcome.code not in (ADOPTED, "there") for outcome in self.outcomes)
        return self.views.findings.is_empty() and not left_out and self.beside is None


def adopt(file: Path, inputs: Path, sign: str | None, day: dt.date, read: Read) -> Adopted:
    """Copy the views of a workbook into its period's assessments.xlsx.

    sign: sign of their author; None: as in the sheet of views, in the row or once above the list.

    Existing content is kept: rows are appended, the old file is copied, and the new file replaces
    it in one step after it was read back correctly. Otherwise the file is not changed, and a new
    one beside it contains all ratings. UnusableFileError if a file cannot be used.
    """
    views = read_views(file, read)
    views = replace_fields(views, sign=sign or views.sign)
    path = inputs / views.period / "assessments.xlsx"
    if not path.parent.is_dir():
        raise UnusableFileError(path.parent, "no_folder")
    content = path.read_bytes() if path.is_file() else file_of([])
    ratings = read_content(content, path, read)
    decides = decide_rows if views.of_template else decide
    outcomes = decides(views, ratings.table, day, sign)
    rows = [row_of(outcome, day) for outcome in outcomes if outcome.code == ADOPTED]
    refuse_loss(rows, ratings, path)
    if not rows:
        return Adopted(path, views, outcomes)
    if lost := losses(content):
        beside = free_path(path, day, "merged")
        replace(beside, file_of([*ratings.rows(), *rows]))
        return Adopted(path, views, outcomes, beside=beside, lost=lost)
    new = append_rows(content, sheet_of(ratings), rows_by_column(rows, ratings))
    check(ratings, rows, read_content(new, path, read).table)
    backup = keep(path, day)
    replace(path, new)
    return Adopted(path, views, outcomes, backup)


def read_content(content: bytes, path: Path, read: Read) -> Ratings:
    """Return the ratings of a file that may not be in its final place yet."""
    staged = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        staged.write_bytes(content)
        return read_ratings(staged, read)
    finally:
        staged.unlink(missing_ok=True)


# ------------------------------------------------------------------------------------------- rows
def row_of(outcome: Outcome, day: dt.date) -> dict[str, Value]:
    """Return the rating for a view or a row of a template, by field."""
    same = ("catalogue", "cluster_id", "criterion_id", "rating", "reason")
    own = {field: outcome.view[field] for field in same}
    own |= {"assessor": str(outcome.by), "rated_on": outcome.view.get("rated_on") or day}
    until = outcome.view.get("valid_until")
    return own if until is None else own | {"valid_until": until}


def refuse_loss(rows: Sequence[Mapping[str, Value]], ratings: Ratings, path: Path) -> None:
    """Raise UnusableFileError if a rating's validity has no column in the office's file."""
    if any("valid_until" in row for row in rows) and "valid_until" not in set(
        ratings.places["field"]
    ):
        name = name_of_field(office(), SHEET, "valid_until")
        raise UnusableFileError(path, "missing_column", name or "")


def rows_by_column(rows: Sequence[Mapping[str, Value]], ratings: Ratings) -> list[dict[int, Value]]:
    """Return the rows by column, ratings in the language of the sheet."""
    columns = dict(zip(ratings.places["field"], ratings.places["column"], strict=True))
    is_english = sheet_of(ratings) == office().sheet(SHEET).name["en"]
    english = {e.de: e.en for e in registers()["ratings"]} if is_english else {}
    words = [{**row, "rating": english.get(str(row["rating"]), row["rating"])} for row in rows]
    return [{columns[f]: value for f, value in row.items() if f in columns} for row in words]


def sheet_of(ratings: Ratings) -> str:
    """Return the name of the sheet of ratings."""
    name: str = ratings.places["sheet"][0]
    return name


def check(before: Ratings, rows: Sequence[Mapping[str, Value]], after: pl.DataFrame) -> None:
    """Raise if the new file does not hold the old rows followed by the new ones (a bug of ours)."""
    old, fields = before.table, [f for f in COMPARED if f in set(before.places["field"])]
    unchanged = after.head(old.height).select(fields)
    added = after.tail(len(rows)).select(fields).to_dicts()
    appended = [{field: row.get(field) for field in fields} for row in rows]
    whole = after.height == old.height + len(rows)
    if not whole or not unchanged.equals(old.select(fields)) or added != appended:
        raise RuntimeError("the ratings would not read as they were written; nothing was replaced")


# ------------------------------------------------------------------------------------------ files
def file_of(rows: Sequence[Mapping[str, Value | None]]) -> bytes:
    """Return a file of ratings: its headers, and the rows by field."""
    target = io.BytesIO()
    sheet = office().sheet(SHEET)
    with Workbook(target, {"in_memory": True}) as file:
        own = file.add_worksheet(sheet.name["de"])
        bold = file.add_format({"bold": True, "bottom": 1})
        day = file.add_format({"num_format": DATES["de"]})
        for at, field in enumerate(sheet.fields):
            own.write_string(0, at, field.name["de"], bold)
            for number, row in enumerate(rows, 1):
                value = row.get(field.key)
                if isinstance(value, dt.date):
                    own.write_datetime(number, at, value, day)
                elif value is not None:
                    own.write_string(number, at, value)
        own.set_column(0, len(sheet.fields) - 1, 18)
        own.freeze_panes(1, 0)
    return target.getvalue()


def keep(path: Path, day: dt.date) -> Path | None:
    """Copy the file beside itself under a free name; None if there is no file."""
    if not path.is_file():
        return None
    backup = free_path(path, day, "bak")
    shutil.copy2(path, backup)
    return backup


def free_path(path: Path, day: dt.date, kind: str) -> Path:
    """Return the name of a new file beside another: its day, a free number, its kind."""
    number, stem = 1, f"{path.stem}-{day:%Y-%m-%d}"
    while (free := path.with_name(f"{stem}-{number}.{kind}{path.suffix}")).exists():
        number += 1
    return free


def replace(path: Path, content: bytes) -> None:
    """Replace the file's content in one step."""
    staged = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        with staged.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if path.is_file():
            shutil.copymode(path, staged)
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)
