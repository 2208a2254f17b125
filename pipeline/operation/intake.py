"""The nightly check: marked copies of submissions that are new or have changed, by their content.

outputs/.intake/<period>/feedback/    the marked copies of what lies there now
outputs/.intake/<period>/checked.json what has been checked; safe to delete
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from pipeline.check import check, join_checked
from pipeline.common.file_modes import below, modes_of
from pipeline.common.settings import load_settings
from pipeline.common.stages import Engine, Stage, in_batches
from pipeline.intake.discover import discover, distinct_names, fingerprint
from pipeline.intake.sent_file import numbered
from pipeline.read import ReadBatch, read_batch
from pipeline.report.feedback.gather import subjects_of_check
from pipeline.report.feedback.names import feedback_names
from pipeline.report.feedback.write import FeedbackBatch, make_feedback, write_copies
from pipeline.submissions.choose import QUARANTINED
from pipeline.submissions.mapping.apply import submission_sheet_keys
from pipeline.submissions.mapping.files import FOLDER, mapping_files
from pipeline.submissions.mapping.load import load_mappings
from pipeline.submissions.mapping.model import ExportMapping
from schemas import declaration

PLACE, MEMORY, COPIES = ".intake", "checked.json", "feedback"
SCHEMAS = Path(declaration.__file__).parent


@dataclass(frozen=True)
class NightlyCheck:
    """The result of a nightly check.

    rows: the entry in `checked.json` of each submission that was new or has changed. all: how many
    submissions there are. copies: the folder of the marked copies.
    """

    rows: list[dict[str, Any]]
    all: int
    copies: Path

    @property
    def quarantined(self) -> int:
        """How many of the checked submissions would be quarantined."""
        return sum(row["outcome"] == QUARANTINED for row in self.rows)


def check_new(inputs: Path, outputs: Path, period: str, lang: str, engine: Engine) -> NightlyCheck:
    """Check what is new or has changed since the last check, and write marked copies.

    Only the folder outputs/.intake is written to. MappingError if a mapping is wrong.
    """
    folder = outputs / PLACE / period
    modes = modes_of(load_settings().review.group)
    modes.keep_private(outputs / PLACE)
    (folder / COPIES).mkdir(parents=True, exist_ok=True)
    mappings = load_mappings(mapping_files(inputs / period / FOLDER))
    paths = discover(inputs, period).submissions
    names = distinct_names(paths)
    files = dict(zip(names, paths, strict=True))
    copies = dict(zip(names, feedback_names(names), strict=True))
    basis = basis_of(mappings, lang)
    prints = {name: f"{fingerprint_of(path)} {basis}" for name, path in files.items()}
    known = read_checked(folder / MEMORY)
    new = [
        name
        for name in names
        if known.get(name, {}).get("print") != prints[name]
        or not (folder / COPIES / copies[name]).is_file()
    ]
    rows = check_these({name: files[name] for name in new}, copies, folder, lang, mappings, engine)
    for row in rows:
        known[row["source_file"]] = {**row, "print": prints[row["source_file"]]}
    remove_outdated(folder / COPIES, set(copies.values()))
    store_checked(folder / MEMORY, {name: known[name] for name in names})
    modes.restrict(below(outputs / PLACE))  # the next review reports what was refused
    return NightlyCheck(rows, len(names), folder / COPIES)


def check_these(
    files: Mapping[str, Path],
    copies: Mapping[str, str],
    folder: Path,
    lang: str,
    mappings: Sequence[ExportMapping],
    engine: Engine,
) -> list[dict[str, Any]]:
    """Check these files, replace their marked copies, and return the entries for `checked.json`."""
    if not files:
        return []
    wanted = submission_sheet_keys(mappings)
    sent = numbered(list(files.values()), list(files))
    batches = [ReadBatch(some, load_settings().intake, wanted) for some in in_batches(sent)]
    read = engine.each(Stage.READ, read_batch, batches, lambda intake: intake.may_pass)
    parts = [check(intake, mappings, with_requests=True) for intake in read]
    jobs = [
        FeedbackBatch(
            batch.files,
            [copies[file.name] for file in batch.files],
            partial(subjects_of_check, part, lang),
            wanted,
        )
        for batch, part in zip(batches, parts, strict=True)
    ]
    checked = join_checked(parts)
    with TemporaryDirectory(dir=folder, prefix=".") as staging:
        for made in engine.each(Stage.FEEDBACK, make_feedback, jobs):
            write_copies(made, Path(staging))
            for name in made:
                (Path(staging) / name).replace(folder / COPIES / name)
    counts = checked.findings.group_by("source_file").agg(
        (pl.col("severity") == severity).sum().alias(f"{severity}s")
        for severity in ("error", "warning")
    )
    table = checked.files.join(counts, on="source_file", how="left", maintain_order="left")
    columns = ("source_file", "cluster_id", "outcome", "code", "errors", "warnings")
    return table.select(columns).with_columns(pl.col("errors", "warnings").fill_null(0)).to_dicts()


# --------------------------------------------------------------------------- what was checked
# before
def fingerprint_of(path: Path) -> str:
    """Return an identifier of a file's content: its sha256, or its size if it is too large."""
    most = load_settings().intake.max_file_mb
    return fingerprint(path, most) or f"{path.lstat().st_size}-{path.lstat().st_mtime_ns}"


def basis_of(mappings: Sequence[ExportMapping], lang: str) -> str:
    """Return what else a check depends on: our version, our declarations, mappings, language."""
    digest = sha256(f"{version('cluster-review')} {lang}".encode())
    for path in sorted(SCHEMAS.rglob("*.toml")):
        digest.update(path.read_bytes())
    for mapping in mappings:
        digest.update(mapping.sha256.encode())
    return digest.hexdigest()


def read_checked(path: Path) -> dict[str, dict[str, Any]]:
    """Return the entries of `checked.json`; empty if the file is missing or damaged."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    sound = isinstance(known, dict) and all(isinstance(row, dict) for row in known.values())
    return known if sound else {}


def store_checked(path: Path, known: Mapping[str, Mapping[str, Any]]) -> None:
    """Replace `checked.json` in one step."""
    draft = path.with_suffix(".part")
    text = json.dumps(known, ensure_ascii=False, indent=1)
    draft.write_text(text + "\n", encoding="utf-8")
    draft.replace(path)


def remove_outdated(copies: Path, names: set[str]) -> None:
    """Remove marked copies of files that no longer exist, and leftovers of a killed check."""
    for path in copies.iterdir():
        if path.name not in names:
            path.unlink()
    for path in copies.parent.iterdir():
        if path.is_dir() and path.name.startswith("."):
            shutil.rmtree(path)
