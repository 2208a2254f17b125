"""Reads a file as intake does, in this process."""

from pathlib import Path

from pipeline.common.settings import load_settings
from pipeline.intake.gather import Intake, gather
from pipeline.intake.sent_file import numbered
from pipeline.intake.worker import read_one
from pipeline.submissions.examine import Examined, examine
from schemas.declaration import submission, wanted_sheet_keys


def read(*paths: Path) -> Intake:
    """What intake has of files."""
    limits, wanted = load_settings().intake, wanted_sheet_keys(submission())
    outcomes = [read_one(path, limits, wanted) for path in paths]
    files = numbered(paths, [path.name for path in paths])
    return gather(files, outcomes, most_mb=limits.max_file_mb)


def examined(path: Path) -> Examined:
    """A file that can be read, examined."""
    sent = read(path)
    assert sent.refusals.is_empty()
    return examine(*sent.stacked(), load_settings())
