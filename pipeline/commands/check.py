"""`cluster-review check`: says what is wrong in submissions, sheet by sheet."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.check import check
from pipeline.commands.run import read_here
from pipeline.intake.discover import shown_name
from pipeline.mapping.load import load_mappings, mappings_beside
from pipeline.mapping.model import MappingError
from pipeline.texts import say

WRONG, USAGE_ERROR = 1, 2
STYLES = {"error": "bold red", "warning": "yellow", "info": "dim"}
NOTHING = {"de": "ohne Befund", "en": "no findings"}
COUNTS = {
    "de": "{error} Fehler, {warning} Warnungen, {info} Hinweise",
    "en": "{error} errors, {warning} warnings, {info} notes",
}


def command(arguments: argparse.Namespace) -> int:
    """Check the files; 0 without errors, 1 with, 2 if a file is not there."""
    lost = [str(path) for path in arguments.files if not path.exists()]
    if lost:
        print(f"nicht gefunden / not found: {', '.join(lost)}", file=sys.stderr)
        return USAGE_ERROR
    try:
        found = check_files(arguments.files, arguments.mapping)
    except MappingError as error:
        print(error.messages[arguments.lang], file=sys.stderr)
        return USAGE_ERROR
    console = Console(highlight=False)
    for name in dict.fromkeys(shown_name(path) for path in arguments.files):
        show(console, name, found.filter(pl.col("source_file") == name), arguments.lang)
    return WRONG if (found["severity"] == "error").any() else 0


def check_files(files: Sequence[Path], given: Sequence[Path] | None) -> pl.DataFrame:
    """Return the findings of the files, read by the given mappings or those of their period."""
    groups: dict[tuple[Path, ...], list[Path]] = {}
    for file in files:
        groups.setdefault(tuple(given or mappings_beside(file)), []).append(file)
    return pl.concat(check(own, read_here, load_mappings(m)) for m, own in groups.items())


def show(console: Console, name: str, found: pl.DataFrame, lang: str) -> None:
    """Print one file's findings; what strangers typed is printed as it is, never as markup."""
    console.print(Text(name, style="bold"))
    if found.is_empty():
        console.print(f"  {NOTHING[lang]}")
        return
    table = Table(show_header=False, box=None, pad_edge=True)
    for row in found.iter_rows(named=True):
        style = STYLES[row["severity"]]
        label = Text(say("severity", row["severity"], lang), style=style)
        table.add_row(label, Text(row[f"message_{lang}"]))
    console.print(table)
    counts = {name: int((found["severity"] == name).sum()) for name in STYLES}
    console.print(f"  {COUNTS[lang].format(**counts)}")
