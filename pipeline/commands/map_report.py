"""What `map` found in an export, on the terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.common.terminal import printable
from pipeline.submissions.mapping.columns import Column, Word
from pipeline.submissions.mapping.draft import in_language
from pipeline.submissions.mapping.propose import Found, Proposal

LONGEST, MOST_LINES = 60, 20


def safe_text(text: str) -> Text:
    """Return a submitted text for the terminal: no markup, no control codes, not too long."""
    text = printable(text).replace("\n", " ")
    return Text(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")


class Report:
    """Prints a proposal on the terminal."""

    def __init__(self, say: dict[str, str], lang: str) -> None:
        self.say, self.lang = say, lang
        self.console = Console(highlight=False)

    def show(self, proposal: Proposal) -> None:
        """Print every sheet of the proposal, and our sheets that the file lacks."""
        for found in proposal.sheets:
            self.sheet(found)
        if proposal.lacking:
            names = ", ".join(sheet.name[self.lang] for sheet in proposal.lacking)
            self.console.print(Text(self.say["lacking"].format(sheets=names), style="yellow"))
        if all(found.sheet is None for found in proposal.sheets):
            self.console.print(Text(self.say["nothing"], style="bold red"))

    def sheet(self, found: Found) -> None:
        """Print one sheet: which of ours it is, its columns and its words."""
        ours = found.sheet.name[self.lang] if found.sheet else self.say["none"]
        row = self.say["row"].format(row=found.header_row) if found.header_row else ""
        self.console.print(Text.assemble((safe_text(found.name).plain, "bold"), f" → {ours}{row}"))
        if found.sheet is None:
            return
        table = Table(box=None, pad_edge=True, header_style="dim")
        for head in ("column", "field", "why"):
            table.add_column(self.say[head])
        for column in found.columns:
            table.add_row(safe_text(column.text), *self.column(column))
        for word in found.words[:MOST_LINES]:
            table.add_row(safe_text(f"  „{word.text}“ ({word.count}×)"), *self.word(word))
        self.console.print(table)
        self.rest(found)

    def rest(self, found: Found) -> None:
        """Print how many columns are not shown, and which required fields were not found."""
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
        """Return our word for an unknown one, or the nearest one."""
        near = [in_language(word.field, ours, self.lang) for ours in word.near]
        field = f"{self.say['word_of']} {word.field.name[self.lang]}"
        if word.ours is not None:
            return Text(in_language(word.field, word.ours, self.lang), style="green"), Text(field)
        nearest = f"; {self.say['nearest']}: {', '.join(near)}" if near else ""
        return Text("?", style="yellow"), Text(field + nearest, style="dim")
