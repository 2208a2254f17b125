"""The places that docs/questions.md names: anchors, sheets, columns and texts of a publication.

In its table `#x` is an anchor of the index, **X** a sheet of the workbook. A text in italics stands
in the index, or in the sheet that was named before it.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "questions.md"
NAMED = re.compile(r"`#([\w-]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*")
# Texts that the index shows only when there is something to tell.
SOMETIMES = {"Cluster, die ohne Neues unter die Schwelle fallen", "Akteure in mehreren Clustern"}


def questions() -> list[Sequence[str]]:
    """Return the cells of each question: number, question, page, workbook, English."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [line.strip("| ").split(" | ") for line in lines if re.match(r"\| \d+ \|", line)]


def unfound(index: str, sheets: Mapping[str, set[str]]) -> Iterator[str]:
    """Yield what is named and is not there; index: its HTML, sheets: the texts of each sheet."""
    anchors = set(re.findall(r'\bid="([^"]+)"', index))
    shown = html.unescape(index)
    for number, _, page, workbook, english in questions():
        for anchor, _, text in NAMED.findall(page):
            if anchor and anchor not in anchors:
                yield f"{number}: #{anchor}"
            if text and text not in shown and text not in SOMETIMES:
                yield f"{number}: {text}"
        sheet = ""
        for _, named, text in NAMED.findall(workbook):
            sheet = named or sheet
            if sheet not in sheets:
                yield f"{number}: {sheet}"
            elif text and text not in sheets[sheet]:
                yield f"{number}: {sheet}: {text}"
        yield from (
            f"{number}: #{anchor}"
            for anchor, *_ in NAMED.findall(english)
            if anchor and anchor not in anchors
        )
