"""Texts of submissions in Markdown: displayed as they are, never interpreted."""

import re
from collections.abc import Iterable, Mapping, Sequence

from pipeline.common.terminal import plain

# Every ASCII punctuation mark may be escaped and then has no meaning: no link, picture, HTML,
# address that becomes a link, or end of a table's cell.
MARKS = re.compile(r"([!-/:-@\[-`{-~])")


def escaped(text: str) -> str:
    """Return a text in one line that Markdown displays character by character."""
    return MARKS.sub(r"\\\1", plain(text))


def code(text: str) -> str:
    """Return a path of ours as code."""
    return "`" + plain(text).replace("`", "'") + "`"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return the lines of a table; the first column is text, the others are numbers."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    body = [[escaped(str(cell)) for cell in row] for row in rows]
    return ["| " + " | ".join(cells) + " |" for cells in ([*head], rule, *body)]


def safe_rows(rows: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    """Return rows whose texts are displayed literally; Prefect's tables accept Markdown."""
    return [{k: escaped(v) if isinstance(v, str) else v for k, v in row.items()} for row in rows]
