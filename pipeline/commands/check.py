"""`cluster-review check`: says what is wrong in submissions, sheet by sheet."""

import argparse
import sys

import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.check import check
from pipeline.commands.run import read_here
from pipeline.intake.discover import shown_name
from pipeline.report.feedback.gather import subjects_of_check
from pipeline.report.feedback.write import add_feedback
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
    found = check(arguments.files, read_here)
    console = Console(highlight=False)
    for name in dict.fromkeys(shown_name(path) for path in arguments.files):
        show(console, name, found.filter(pl.col("source_file") == name), arguments.lang)
    if arguments.feedback:
        for path in add_feedback(
            arguments.feedback, subjects_of_check(arguments.files, found), arguments.lang
        ):
            print(path)
    return WRONG if (found["severity"] == "error").any() else 0


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
