"""Makes feedback copies in this process, and reads them as intake does."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import polars as pl

from pipeline.check import check
from pipeline.intake.pool import read_one
from pipeline.intake.reader import Reading
from pipeline.intake.refusal import Refusal
from pipeline.parse.layout import wanted_sheet_keys
from pipeline.report.feedback.copy import Job, Terms, make_copy, values_of
from pipeline.report.feedback.gather import subjects_of_check
from pipeline.report.feedback.subject import Mark, Subject
from pipeline.settings import load_settings
from schemas.declaration import submission
from tests.intake.build import Book, xlsx

SETTINGS = load_settings()
TERMS = Terms("de", SETTINGS.intake, SETTINGS.feedback, wanted_sheet_keys(submission()))
PLACES = ("source_file", "message_de", "message_en")


def read_here(paths: Sequence[Path], wanted: frozenset[str]) -> Iterator[Reading | Refusal]:
    return (read_one(path, SETTINGS.intake, wanted) for path in paths)


def findings(path: Path) -> pl.DataFrame:
    return check([path], read_here)


def places(path: Path) -> set[tuple[str, str, str]]:
    return set(findings(path).select("sheet", "cell", "code").iter_rows())


def write(path: Path, content: Book | bytes) -> Path:
    path.write_bytes(xlsx(content) if isinstance(content, Book) else content)
    return path


def subject(path: Path) -> Subject:
    """The file with its own findings."""
    (made,) = subjects_of_check([path], findings(path))
    return replace(made, sha256=sha256(path.read_bytes()).hexdigest())


def copy(about: Subject, terms: Terms = TERMS) -> Path:
    """The feedback copy of a file, which must come about."""
    target = about.path.with_name(f"{about.path.name}.feedback.xlsx")
    assert make_copy(Job(about, target), terms) == ""
    return target


def copied(path: Path) -> Path:
    return copy(subject(path))


def marked(path: Path, *cells: str, sheet: str = "Akteure", severity: str = "error") -> Path:
    """The copy with findings that we make up."""
    marks = tuple(mark(cell, sheet, severity) for cell in cells)
    return copy(Subject(path, path.name, marks=marks))


def mark(cell: str, sheet: str = "Akteure", severity: str = "error") -> Mark:
    said = (f"Bitte {cell} ändern.", f"Please change {cell}.")
    return Mark(severity, sheet, cell, said, "1, 2.1", "x")


def assert_untouched(original: Path, feedback: Path) -> None:
    """Reading the copy gives what reading the original gives: values, addresses, findings."""
    one, two = (read_one(p, SETTINGS.intake, TERMS.wanted) for p in (original, feedback))
    assert isinstance(one, Reading)
    assert isinstance(two, Reading)
    assert values_of(one, exact=True) == values_of(two, exact=True)
    assert findings(original).drop(PLACES).equals(findings(feedback).drop(PLACES))
