"""The second half of `check`: judges what was read and prints it, for people or as JSON."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.check import Checked, check, join_checked
from pipeline.commands.check import Groups
from pipeline.common.settings import load_settings
from pipeline.common.terminal import plain
from pipeline.common.texts import say
from pipeline.intake.discover import distinct_names
from pipeline.intake.gather import gather
from pipeline.intake.reader import Reading
from pipeline.intake.refusal import Refusal
from pipeline.intake.sent_file import numbered
from pipeline.submissions.choose import QUARANTINED
from pipeline.tables.short_view import shorten
from pipeline.tables.unread import unread_frame, with_unread_messages

WRONG = 1
# Findings that are usual in exports of other systems.
FOREIGN = ("missing_sheet", "missing_column")
# How many findings of one kind and sheet are shown; --format json has them all.
MOST_SHOWN = 10
STYLES = {"error": "bold red", "warning": "yellow", "info": "dim"}
WORDS = {
    "none": {"de": "ohne Befund", "en": "no findings"},
    "counts": {
        "de": "Fehler: {error}, Warnungen: {warning}, Hinweise: {info}",
        "en": "errors: {error}, warnings: {warning}, notes: {info}",
    },
    "quarantined": {
        "de": "So gesendet würde die Datei zurückgestellt, also nicht bewertet.",
        "en": "Sent like this, the file would be quarantined, that is, not reviewed.",
    },
    "foreign": {
        "de": "Ist die Datei ein Export aus einem anderen System? „cluster-review map DATEI“ "
        "entwirft, welches Blatt und welche Spalte was bedeutet.",
        "en": "Is the file an export of another system? “cluster-review map FILE” drafts which "
        "sheet and column means what.",
    },
    "others": {
        "de": "… weitere dieser Art auf diesem Blatt: {others}",
        "en": "… more of this kind on this sheet: {others}",
    },
    "summary": {
        "de": "Geprüfte Dateien: {files}, mit Fehlern: {wrong}, "
        "zurückgestellt würden: {quarantined}.",
        "en": "Files checked: {files}, with errors: {wrong}, would be quarantined: {quarantined}.",
    },
    "unread": {"de": "Nicht gelesen:", "en": "Not read:"},
    "criteria": {"de": "(betrifft Kriterium {ids})", "en": "(affects criterion {ids})"},
}


def judge(
    groups: Groups, outcomes: Mapping[Path, Reading | Refusal], *, with_requests: bool
) -> Checked:
    """Return what is wrong in files that were read.

    with_requests: also which cells would settle what is undetermined.
    """
    names = named(list(outcomes))
    most = load_settings().intake.max_file_mb
    parts = []
    for mappings, own in groups:
        files = numbered(own, [names[path] for path in own])
        sent = gather(files, [outcomes[path] for path in own], most_mb=most)
        parts.append(check(sent, mappings, with_requests=with_requests))
    return join_checked(parts)


def write_copies(
    checked: Checked,
    paths: Sequence[Path],
    folder: Path,
    sheet_keys: frozenset[str],
    lang: str,
    *,
    beside: bool,
) -> None:
    """Write the marked copies into a folder and print where.

    sheet_keys: the sheets that are read. beside: print to standard error, so that standard output
    stays JSON.
    """
    from pipeline.report.feedback.gather import subjects_of_check
    from pipeline.report.feedback.write import add_feedback

    names = named(paths)
    subjects = list(subjects_of_check(checked, lang, numbered(list(names), list(names.values()))))
    for path in add_feedback(folder, subjects, sheet_keys):
        print(plain(str(path)), file=sys.stderr if beside else sys.stdout)


def named(paths: Sequence[Path]) -> dict[Path, str]:
    """Return the name of each file in messages: its path where several have the same name."""
    repeated = len({path.name for path in paths}) < len(paths)
    return dict(zip(paths, distinct_names(paths, whole=repeated), strict=True))


def print_result(
    checked: Checked, left_out: Sequence[tuple[str, str]], form: str, lang: str
) -> None:
    """Print what was found; left_out: name and reason of what was not read."""
    unread = with_unread_messages(unread_frame(left_out))
    if form == "json":
        print(json.dumps(as_json(checked, unread), ensure_ascii=False, indent=2))
        return
    styled = [*lines(checked, lang), *summary(checked, unread, lang)]
    if sys.stdout.isatty():
        show_in_colour(styled)
    else:
        for _, line in styled:
            print(line)


def as_json(checked: Checked, unread: pl.DataFrame) -> dict[str, Any]:
    """Return everything that was found: files, each with its outcome, counts and findings.

    unread: what was not read, see `tables.unread`.
    """
    by_file = checked.findings.partition_by("source_file", as_dict=True, include_key=False)
    files = []
    for row in checked.files.iter_rows(named=True):
        found = by_file.get((row["source_file"],), checked.findings.clear())
        counts = Counter({name: 0 for name in STYLES}) + Counter(found["severity"].to_list())
        files.append(
            {
                **{name: value for name, value in row.items() if name != "sha256"},
                "counts": {name: counts[name] for name in STYLES},
                "findings": found.drop("source_file", "cluster_id", strict=False).to_dicts(),
            }
        )
    return {"files": files, "unread": unread.to_dicts()}


def show_in_colour(styled: Sequence[tuple[str, str]]) -> None:
    """Print the lines on a terminal."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for style, line in styled:
        console.print(Text(line, style=style))


def lines(checked: Checked, lang: str) -> Iterator[tuple[str, str]]:
    """Yield (style, line) for every file: its findings and their numbers."""
    for file in checked.files.iter_rows(named=True):
        found = checked.findings.filter(pl.col("source_file") == file["source_file"])
        yield "bold", plain(file["source_file"])
        if found.is_empty():
            yield "green", f"  {WORDS['none'][lang]}"
            continue
        for row in shorten(found, MOST_SHOWN).iter_rows(named=True):
            yield from finding_lines(row, lang)
        counts = Counter(found["severity"].to_list())
        yield "bold", "  " + WORDS["counts"][lang].format(**{n: counts[n] for n in STYLES})
        if file["outcome"] == QUARANTINED:
            yield STYLES["error"], f"  {WORDS['quarantined'][lang]}"
        if file["code"] in FOREIGN:
            yield STYLES["error"], f"  {WORDS['foreign'][lang]}"


def summary(checked: Checked, unread: pl.DataFrame, lang: str) -> Iterator[tuple[str, str]]:
    """Yield (style, line): the numbers over several files, and the files that were not read."""
    if checked.files.height > 1:
        errors = checked.findings.filter(pl.col("severity") == "error")
        counts = {
            "files": checked.files.height,
            "wrong": errors["source_file"].n_unique(),
            "quarantined": (checked.files["outcome"] == QUARANTINED).sum(),
        }
        yield "bold", WORDS["summary"][lang].format(**counts)
    if unread.height:
        yield "bold", WORDS["unread"][lang]
    for message in unread[f"message_{lang}"]:
        yield STYLES["warning"], f"  {plain(message)}"


def finding_lines(row: dict[str, Any], lang: str) -> Iterator[tuple[str, str]]:
    """Yield (style, line) of one finding, with the number of similar ones that are not shown."""
    style = STYLES[row["severity"]]
    ids = ", ".join(row["criterion_ids"])
    affects = f" {WORDS['criteria'][lang].format(ids=ids)}" if ids else ""
    label = say("severity", row["severity"], lang)
    yield style, f"  {label:<10} {plain(row[f'message_{lang}'])}{affects}"
    if row["others"]:
        yield "dim", f"  {'':<10} {WORDS['others'][lang].format(others=row['others'])}"
