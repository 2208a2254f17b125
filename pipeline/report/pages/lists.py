"""Tables too long for the office's page: it shows their first rows, separate pages contain all.

The page's script has all rows too, packed, so that a filter searches the whole table.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import count

from markupsafe import Markup

from pipeline.common.settings import PageRules
from pipeline.report.pages.dossier import FOLDER as DOSSIERS
from pipeline.report.pages.matrix import Matrix
from pipeline.report.pages.rendering import part
from pipeline.report.pages.views import Head, Table
from pipeline.report.pages.words import Words

ROW_END = "</tr>\n"


@dataclass(frozen=True)
class Part:
    """Some rows of a long table on a separate page; title: the range of row numbers."""

    href: str
    title: str
    rows: Markup


@dataclass(frozen=True)
class LongTable:
    """A table that is split: the rows on the page, all rows, the pages that contain them."""

    key: str
    source: Table | Matrix
    first: Markup
    rows: Markup
    height: int
    parts: Sequence[Part]


@dataclass(frozen=True)
class ListView:
    """One page of a long table; source: the table, for its headers."""

    head: Head
    long: LongTable
    part: Part


Lists = Mapping[str, LongTable]


def long_tables(view: object, rules: PageRules, words: Words) -> Lists:
    """Return by caption the tables of a view that have more rows than its page may show."""
    numbers = count(1)
    return {
        caption(found): _long(found, next(numbers), rules, words)
        for found in tables_of(view)
        if len(found.rows) > rules.rows_on_index
    }


def tables_of(view: object) -> Iterator[Table | Matrix]:
    """Yield all tables of a view, in their order."""
    if isinstance(view, Table | Matrix):
        yield view
    elif is_dataclass(view):
        for own in fields(view):
            yield from tables_of(getattr(view, own.name))
    elif isinstance(view, list | tuple):
        for one in view:
            yield from tables_of(one)


def caption(table: Table | Matrix) -> str:
    """Return a table's caption, which identifies it on its page: no two are equal."""
    return table.caption


def list_pages(lists: Lists, head: Head, words: Words) -> Iterator[ListView]:
    """Yield the pages of all long tables; head: of the page they belong to."""
    for name, long in lists.items():
        for one in long.parts:
            title = words("rows_of", caption=name, rows=one.title, all=words.number(long.height))
            yield ListView(replace(head, title=title), long, one)


def _long(table: Table | Matrix, number: int, rules: PageRules, words: Words) -> LongTable:
    macro = "matrix_rows" if isinstance(table, Matrix) else "rows"
    rows = part(macro, words, table).split(ROW_END)[:-1]
    whole = [Markup(row + ROW_END) for row in rows]
    starts = range(0, len(whole), rules.rows_on_list)
    return LongTable(
        key=str(number),
        source=table,
        first=_joined(whole[: rules.rows_at_first]),
        rows=_joined(whole),
        height=len(whole),
        parts=[_part(whole, number, n, start, rules, words) for n, start in enumerate(starts, 1)],
    )


def _part(
    rows: Sequence[Markup], number: int, n: int, start: int, rules: PageRules, words: Words
) -> Part:
    own = [Markup(_from_below(row)) for row in rows[start : start + rules.rows_on_list]]
    first, last = words.number(start + 1), words.number(start + len(own))
    return Part(f"lists/{number}-{n}.html", f"{first}–{last}", _joined(own))


def _from_below(row: str) -> str:
    """Return a row with its links relative to a folder below the index.

    A value cannot look like a link: its quotation marks are escaped.
    """
    inside = str(row).replace('href="#', 'href="../index.html#')
    for folder in ("clusters/", f"{DOSSIERS}/"):
        inside = inside.replace(f'href="{folder}', f'href="../{folder}')
    return inside


def _joined(rows: Sequence[Markup]) -> Markup:
    return Markup("").join(rows)
