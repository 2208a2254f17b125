"""From the outcomes of reading to the frames that the stages work on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.intake.discover import fingerprint
from pipeline.intake.frames import stack
from pipeline.intake.reader import Reading
from pipeline.intake.refusal import Refusal
from pipeline.texts import LANGUAGES, both, say_refusal

REFUSALS = {"file": pl.UInt32, "code": pl.String, "detail": pl.String}


@dataclass(frozen=True)
class Intake:
    """What was read.

    files: file, source_file, sha256. refusals: file, code, detail. sheets and cells of the other
    files: see `intake.frames.stack`.
    """

    files: pl.DataFrame
    refusals: pl.DataFrame
    sheets: pl.DataFrame
    cells: pl.DataFrame


def gather(
    paths: Sequence[Path],
    names: Sequence[str],
    outcomes: Sequence[Reading | Refusal],
    *,
    start: int,
    most_mb: int,
) -> Intake:
    """Stack what was read, and note what was refused; files are numbered from start.

    names: how findings name the files. most_mb: larger files were not read and have no
    fingerprint.
    """
    numbered = list(enumerate(outcomes, start))
    # Of what died while it was read nobody knows the bytes.
    prints = [o.sha256 or fingerprint(p, most_mb) for p, o in zip(paths, outcomes, strict=True)]
    files = pl.DataFrame(
        [(n, name, sha) for (n, _), name, sha in zip(numbered, names, prints, strict=True)],
        schema={"file": pl.UInt32, "source_file": pl.String, "sha256": pl.String},
        orient="row",
    )
    refused = [(n, r.code, detail(r)) for n, r in numbered if isinstance(r, Refusal)]
    refusals = pl.DataFrame(refused, schema=REFUSALS, orient="row")
    sheets, cells = stack((n, r) for n, r in numbered if isinstance(r, Reading))
    return Intake(files, refusals, sheets, cells)


def detail(refusal: Refusal) -> str:
    """Return in both languages what a refusal's message needs to say besides its code."""
    return both(*(say_refusal(refusal.reason, refusal.details, lang) for lang in LANGUAGES))
