"""`cluster-review check`: says what is wrong in submissions, sheet by sheet.

Only what reading needs is imported here: the reader's process starts at once, and the libraries
that judge what it read are loaded while it is at work.
"""

import argparse
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipeline.common.settings import load_settings
from pipeline.common.terminal import fail
from pipeline.intake.discover import shown_name
from pipeline.intake.reader import Reading
from pipeline.intake.refusal import Refusal
from pipeline.intake.worker import read_many
from pipeline.submissions.mapping.files import mappings_beside
from schemas.declaration import submission, wanted_sheet_keys

WRONG, USAGE_ERROR = 1, 2
OUR_SHEETS = wanted_sheet_keys(submission())
Groups = dict[tuple[Path, ...], list[Path]]


def command(arguments: argparse.Namespace) -> int:
    """Check the files; 0 without errors, 1 with, 2 if a file is not there."""
    paths = list(dict.fromkeys(arguments.files))
    lost = [shown_name(path) for path in paths if not path.exists() and not path.is_symlink()]
    if lost:
        return fail(USAGE_ERROR, f"nicht gefunden / not found: {', '.join(lost)}")
    groups = by_mappings(paths, arguments.mapping)
    if any(groups):
        return with_mappings(arguments, groups)
    with ThreadPoolExecutor(1) as background:
        outcomes = background.submit(read_all, paths, OUR_SHEETS)
        from pipeline.commands.checking import report

        return report(arguments, [((), paths)], OUR_SHEETS, outcomes.result)


def with_mappings(arguments: argparse.Namespace, groups: Groups) -> int:
    """Check files of which some are read by mappings: they say which sheets to read."""
    from pipeline.commands.checking import report
    from pipeline.submissions.mapping.apply import mapping_sheet_keys
    from pipeline.submissions.mapping.load import load_mappings

    loaded = [(load_mappings(files), paths) for files, paths in groups.items()]
    paths = [path for group in groups.values() for path in group]
    wanted = OUR_SHEETS.union(*(mapping_sheet_keys(mappings) for mappings, _ in loaded))
    return report(arguments, loaded, wanted, lambda: read_all(paths, wanted))


def by_mappings(paths: Sequence[Path], given: Sequence[Path] | None) -> Groups:
    """Return the files by their mappings: those given, else those of their period."""
    groups: Groups = {}
    for path in paths:
        groups.setdefault(tuple(given or mappings_beside(path)), []).append(path)
    return groups


def read_all(paths: Sequence[Path], wanted: frozenset[str]) -> list[Reading | Refusal]:
    """Read the files in processes of their own."""
    return list(read_many(paths, load_settings().intake, wanted))
