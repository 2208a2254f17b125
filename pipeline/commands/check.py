"""`cluster-review check`: says what is wrong in submissions, sheet by sheet.

The reader's process starts at once; the libraries that judge what it read are loaded while it is at
work.
"""

import gc
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands.options import Format, Lang
from pipeline.common.settings import load_settings
from pipeline.common.terminal import fail
from pipeline.intake.discover import shown_name, shown_path, sorted_out, unread

if TYPE_CHECKING:
    from pipeline.submissions.mapping.model import ExportMapping

WRONG, USAGE_ERROR = 1, 2
# The files that are read with each set of mappings.
Groups = Sequence[tuple[Sequence["ExportMapping"], Sequence[Path]]]


@contextmanager
def without_collector() -> Iterator[None]:
    """Let Python not look for cycles of objects: a check makes few, the search takes a tenth."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def on_one_core() -> Iterator[None]:
    """Keep this thread and those that it starts to one core.

    polars works in a thread of its own. Most steps on one file are shorter than it takes to wake
    that thread on another core: a fifth of the time of a check.
    """
    if not hasattr(os, "sched_setaffinity"):  # only Linux lets a program choose
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


@without_collector()
def command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE | FOLDER")],
    lang: Lang = "de",
    format: Format = "text",
    feedback: Annotated[Path | None, typer.Option("--feedback", metavar="DIR")] = None,
    mapping: Annotated[list[Path] | None, typer.Option("--mapping", metavar="FILE")] = None,
) -> int:
    """Check files and all submissions of folders.

    Exit codes: 0 no errors in the data, 1 errors, 2 no file to check or wrong usage.
    """
    # With one file each step is small: threads take longer to wake than to work.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    from pipeline.intake.worker import read_many

    lost = [shown_name(path) for path in files if not path.exists() and not path.is_symlink()]
    if lost:
        return fail(USAGE_ERROR, f"nicht gefunden / not found: {', '.join(dict.fromkeys(lost))}")
    paths, left_out = opened(list(dict.fromkeys(files)))
    if not paths:
        named = ", ".join(map(shown_path, files))
        return fail(USAGE_ERROR, f"keine Einreichung / no submission: {named}")
    groups, sheet_keys = by_mappings(paths, mapping)
    paths = [path for _, group in groups for path in group]
    with ThreadPoolExecutor(1) as background:
        reading = background.submit(
            lambda: list(read_many(paths, load_settings().intake, sheet_keys))
        )
        with on_one_core():
            from pipeline.commands.check_report import judge, print_result, write_copies

            outcomes = dict(zip(paths, reading.result(), strict=True))
            checked = judge(groups, outcomes, with_requests=feedback is not None)
    print_result(checked, left_out, format, lang)
    if feedback is not None:
        write_copies(checked, paths, feedback, sheet_keys, lang, beside=format == "json")
    return WRONG if (checked.findings["severity"] == "error").any() else 0


def opened(given: Sequence[Path]) -> tuple[list[Path], list[tuple[str, str]]]:
    """Return the files with the submissions of folders in their place, and what was left out.

    Left out is what is no submission in a folder: its name and the reason, see `discover.unread`.
    """
    paths, left_out = list[Path](), list[tuple[str, str]]()
    for path in given:
        own, others = sorted_out(path) if path.is_dir() else ([path], [])
        paths += own
        left_out += unread(others)
    return list(dict.fromkeys(paths)), left_out


def by_mappings(
    paths: Sequence[Path], given: Sequence[Path] | None
) -> tuple[Groups, frozenset[str]]:
    """Return the files by their mappings, and the keys of all sheets that are read.

    given: mappings for all files; without them those of a file's period are taken.
    """
    from pipeline.submissions.mapping.files import mappings_beside
    from schemas.declaration import submission, wanted_sheet_keys

    ours = wanted_sheet_keys(submission())
    groups: dict[tuple[Path, ...], list[Path]] = {}
    for path in paths:
        groups.setdefault(tuple(given or mappings_beside(path)), []).append(path)
    if not any(groups):
        return [((), paths)], ours
    from pipeline.submissions.mapping.apply import submission_sheet_keys
    from pipeline.submissions.mapping.load import load_mappings

    loaded = [(load_mappings(own), group) for own, group in groups.items()]
    return loaded, ours.union(*(submission_sheet_keys(mappings) for mappings, _ in loaded))
