"""`cluster-review check`: says what is wrong in submissions, sheet by sheet.

Only what reading needs is imported here: the reader's process starts at once, and the libraries
that judge what it read are loaded while it is at work.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from pipeline.intake.discover import shown_name
from pipeline.intake.pool import read_many
from pipeline.intake.reader import Reading
from pipeline.intake.refusal import Refusal
from pipeline.settings import load_settings
from schemas.declaration import submission, wanted_sheet_keys

WRONG, USAGE_ERROR = 1, 2
Outcomes = list[Reading | Refusal]


def command(arguments: argparse.Namespace) -> int:
    """Check the files; 0 without errors, 1 with, 2 if a file is not there."""
    paths = list(dict.fromkeys(arguments.files))
    lost = [shown_name(path) for path in paths if not path.exists() and not path.is_symlink()]
    if lost:
        print(f"nicht gefunden / not found: {', '.join(lost)}", file=sys.stderr)
        return USAGE_ERROR
    with ThreadPoolExecutor(1) as background:
        outcomes = background.submit(read_all, paths)
        with without("hypothesis"):
            from pipeline.commands.checking import report

            return report(arguments, paths, outcomes)


def read_all(paths: Sequence[Path]) -> Outcomes:
    """Read the files in processes of their own."""
    return list(read_many(paths, load_settings().intake, wanted_sheet_keys(submission())))


@contextmanager
def without(name: str) -> Iterator[None]:
    """Let nothing import a package that others load only because it is there, and never use.

    pandera imports hypothesis where it is installed, which takes a quarter of a second.
    """
    missing = name not in sys.modules
    if missing:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if missing:
            del sys.modules[name]
