"""Makes feedback copies in this process, and reads them as intake does."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import polars as pl

from pipeline.common.settings import load_settings
from pipeline.intake.frames import stack
from pipeline.report.feedback.addresses import address
from pipeline.report.feedback.copy import Job, Terms, make_copy
from pipeline.report.feedback.subject import Mark, Subject
from pipeline.report.feedback.values import same_values
from pipeline.submissions.examine import examine
from schemas.declaration import submission, wanted_sheet_keys
from tests.making.together import of_files
from tests.making.workbooks import Book, xlsx

SETTINGS = load_settings()
TERMS = Terms(SETTINGS, wanted_sheet_keys(submission()))
EXAMINED: dict[str, pl.DataFrame] = {}
"""Findings by suffix and checksum of the file."""


def key_of(path: Path) -> str:
    return path.suffix + sha256(path.read_bytes()).hexdigest()


def findings(path: Path) -> pl.DataFrame:
    """Every finding about the file's cells, sorted; the same content is examined once."""
    key = key_of(path)
    if key not in EXAMINED:
        sheets, cells = stack([(0, TERMS.read(path.read_bytes()))])
        EXAMINED[key] = examine(sheets, cells, SETTINGS).findings.sort(pl.all())
    return EXAMINED[key]


def examine_together(paths: Sequence[Path]) -> None:
    """Examine files in one call, which costs hardly more than one file."""
    sheets, cells = stack((n, TERMS.read(path.read_bytes())) for n, path in enumerate(paths))
    found = examine(sheets, cells, SETTINGS).findings
    for number, path in enumerate(paths):
        EXAMINED[key_of(path)] = of_files(found, number, 1).sort(pl.all())


def places(path: Path) -> set[tuple[str, str, str]]:
    """All findings as (sheet, cell, code)."""
    rows = findings(path).select("sheet", "column", "row", "code").iter_rows()
    return {(s or "", address(c, r) if c and r else "", code) for s, c, r, code in rows}


def write(path: Path, content: Book | bytes) -> Path:
    path.write_bytes(xlsx(content) if isinstance(content, Book) else content)
    return path


def mark(cell: str, sheet: str = "Akteure", severity: str = "error") -> Mark:
    said = (f"Bitte {cell} ändern.", f"Please change {cell}.")
    criteria = ("1 Bindung, 2.1 KMU", "1 Commitment, 2.1 SMEs")
    return Mark(severity, sheet, cell, said, criteria, "x")


def about(path: Path, *marks: Mark) -> Subject:
    return Subject(path, path.name, sha256(path.read_bytes()).hexdigest(), marks=marks)


def copy(subject: Subject, terms: Terms = TERMS) -> Path:
    """The feedback copy of a file, which must come about."""
    target = subject.path.with_name(f"{subject.path.name}.feedback.xlsx")
    assert make_copy(Job(subject, target), terms) == ""
    return target


def copied(path: Path) -> Path:
    """The copy of a file with its own findings."""
    return copy(about(path, *(mark(cell, sheet) for sheet, cell, _ in sorted(places(path)))))


def marked(path: Path, *cells: str) -> Path:
    """The copy with findings that we make up, on the sheet Akteure."""
    return copy(about(path, *(mark(cell) for cell in cells)))


def without_sha(subject: Subject) -> Subject:
    return replace(subject, sha256="")


def assert_untouched(original: Path, feedback: Path) -> None:
    """Reading the copy gives what reading the original gives: values, addresses, findings."""
    before, after = (TERMS.read(path.read_bytes()) for path in (original, feedback))
    assert same_values(before, after, exact=True)
    assert findings(original).equals(findings(feedback))
