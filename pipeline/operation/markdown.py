"""Strangers' texts in Markdown: shown as they are, never obeyed."""

import re
from collections.abc import Iterable, Mapping, Sequence

from pipeline.common.terminal import plain

# Every mark of ASCII may be escaped, and none of them means anything then: no link, picture, HTML,
# address that becomes a link by itself, or end of a table's cell.
MARKS = re.compile(r"([!-/:-@\[-`{-~])")


def escaped(text: str) -> str:
    """Return a text in one line that Markdown shows letter by letter."""
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
    """Return rows whose texts are shown letter by letter: Prefect's tables, too, take Markdown."""
    return [{k: escaped(v) if isinstance(v, str) else v for k, v in row.items()} for row in rows]
