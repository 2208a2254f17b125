"""`cluster-review map`: proposes how an unknown export is read, and writes a draft mapping."""

import argparse
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.check import check
from pipeline.common.new_file import write_new
from pipeline.common.settings import load_settings
from pipeline.common.terminal import fail, printable
from pipeline.common.texts import texts
from pipeline.intake.discover import shown_name, shown_path
from pipeline.intake.frames import stack
from pipeline.intake.gather import gather
from pipeline.intake.reader import Reading
from pipeline.intake.refusal import Refusal
from pipeline.intake.sent import numbered
from pipeline.read import read_here
from pipeline.submissions.mapping.columns import Column, Word
from pipeline.submissions.mapping.draft import draft, in_language
from pipeline.submissions.mapping.propose import Found, Proposal, propose
from schemas.words import word_key

UNREADABLE, USAGE_ERROR = 1, 2
LONGEST, MOST_LINES = 60, 20


def command(arguments: argparse.Namespace) -> int:
    """Draft a mapping; 0 written, 1 if the file cannot be read, 2 on wrong usage."""
    file, lang = arguments.file, arguments.lang
    target = arguments.output or file.with_suffix(".toml")
    say = {code: entry[lang] for code, entry in texts("mapping_map").items()}
    if not file.exists():
        return fail(USAGE_ERROR, say["lost"].format(file=shown_path(file)))
    if target.exists() or target.suffix.lower() != ".toml":
        wrong = "there" if target.exists() else "ending"
        return fail(USAGE_ERROR, say[wrong].format(file=shown_path(target)))
    reading = read_all_sheets(file)
    if isinstance(reading, Refusal):
        most = load_settings().intake.max_file_mb
        sent = gather(numbered([file], [shown_name(file)]), [reading], most_mb=most)
        return fail(UNREADABLE, "\n".join(check(sent).findings[f"message_{lang}"]))
    proposal = propose(*stack([(0, reading)]))
    try:
        write_new(target, draft(proposal, shown_name(file), lang).encode())
    except FileExistsError:  # it has come into being meanwhile
        return fail(USAGE_ERROR, say["there"].format(file=shown_path(target)))
    Report(say, lang).show(proposal)
    print(printable(say["written"].format(file=shown_path(target))))
    return 0


def read_all_sheets(file: Path) -> Reading | Refusal:
    """Return the file with all its sheets, or why it cannot be read."""
    (names,) = read_here([file], frozenset())
    if isinstance(names, Refusal):
        return names
    (reading,) = read_here([file], frozenset(map(word_key, names.sheets)))
    return reading


def shown(text: str) -> Text:
    """Return what a stranger wrote as it is to be shown: no markup, no commands, not too long."""
    text = printable(text).replace("\n", " ")
    return Text(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")


class Report:
    """What was found, on the terminal."""

    def __init__(self, say: dict[str, str], lang: str) -> None:
        self.say, self.lang = say, lang
        self.console = Console(highlight=False)

    def show(self, proposal: Proposal) -> None:
        """Print every sheet, and what of ours the file lacks."""
        for found in proposal.sheets:
            self.sheet(found)
        if proposal.lacking:
            names = ", ".join(sheet.name[self.lang] for sheet in proposal.lacking)
            self.console.print(Text(self.say["lacking"].format(sheets=names), style="yellow"))
        if all(found.sheet is None for found in proposal.sheets):
            self.console.print(Text(self.say["nothing"], style="bold red"))

    def sheet(self, found: Found) -> None:
        """Print what one sheet was taken for, its columns and its words."""
        ours = found.sheet.name[self.lang] if found.sheet else self.say["none"]
        row = self.say["row"].format(row=found.header_row) if found.header_row else ""
        self.console.print(Text.assemble((shown(found.name).plain, "bold"), f" → {ours}{row}"))
        if found.sheet is None:
            return
        table = Table(box=None, pad_edge=True, header_style="dim")
        for head in ("column", "field", "why"):
            table.add_column(self.say[head])
        for column in found.columns:
            table.add_row(shown(column.text), *self.column(column))
        for word in found.words[:MOST_LINES]:
            table.add_row(shown(f"  „{word.text}“ ({word.count}×)"), *self.word(word))
        self.console.print(table)
        self.rest(found)

    def rest(self, found: Found) -> None:
        """Print how much is not shown, and what is required and was not found."""
        if len(found.words) > MOST_LINES:
            count = len(found.words) - MOST_LINES
            self.console.print(Text("  " + self.say["more_words"].format(count=count)))
        if found.missing:
            names = ", ".join(field.name[self.lang] for field in found.missing)
            self.console.print(Text("  " + self.say["missing"].format(fields=names), style="red"))

    def column(self, column: Column) -> tuple[Text, Text]:
        """Return the field of a column and why it was chosen."""
        if column.left_out:
            return Text("–"), Text(self.say[column.left_out], style="dim")
        if column.field is not None:
            return Text(column.field.name[self.lang], style="green"), Text(self.say[column.basis])
        near = ", ".join(field.name[self.lang] for field in column.near)
        why = f"{self.say['nearest']}: {near}" if near else self.say["unknown"]
        return Text("?", style="yellow"), Text(why, style="dim")

    def word(self, word: Word) -> tuple[Text, Text]:
        """Return our word for a strange one, or the nearest."""
        near = [in_language(word.field, ours, self.lang) for ours in word.near]
        field = f"{self.say['word_of']} {word.field.name[self.lang]}"
        if word.ours is not None:
            return Text(in_language(word.field, word.ours, self.lang), style="green"), Text(field)
        nearest = f"; {self.say['nearest']}: {', '.join(near)}" if near else ""
        return Text("?", style="yellow"), Text(field + nearest, style="dim")
