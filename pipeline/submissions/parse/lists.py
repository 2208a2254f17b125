"""Splits cells that hold several items (contract 1.2, "Lists").

A cell is split at separators that leave no doubt. It is split at a comma, a slash or an "und" only
if every piece is known: a word of the register, or an action field that another sheet names.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.common.findings import findings, join_findings
from pipeline.common.keys import choice_key_expr, word_key_expr
from pipeline.submissions.parse.facts import CELL, TEXT
from pipeline.submissions.parse.foreign import Foreign, our_items
from pipeline.submissions.parse.tables import translated
from pipeline.submissions.parse.words_for_nothing import NONE, forms, nothing_in
from schemas.declaration import LISTS, Field, Sheet, Workbook, words
from schemas.words import choice_key, collapse

LIST_SEPARATOR, UNKNOWN_FIELD = "list_separator", "unknown_field"
# Separators that leave no doubt. Some forms put numbers between the items: "A;#12;#B;#7".
NUMBERED = ";#"
LINES = re.compile(r"[\n\r\v\f\x85\u2028\u2029|•▪▫◦‣∙●■□○]|(?:(?<=\s)|^)·|·(?=\s|$)")
# Marks before an item. Where a line begins with one, the same mark between blanks separates items.
DASH, NUMBER = r"[-\u2010-\u2015\u2212*]", r"(?:\(?\d{1,2}[.)]|\(?[a-z]\))"
MARK = re.compile(rf"^\s*(?:{DASH}\s*(?=\S)|{NUMBER}(?:\s+|(?=[^\d\s])))")
MARKS = [(re.compile(rf"\s*{s}\s"), re.compile(rf" {s} ")) for s in (DASH, NUMBER)]
# Before the last of several items: "A; B; und C".
JOINING = "und|and|sowie"
LAST = re.compile(rf"(?i)^(?:{JOINING})\s+(?=\S)")
WHITE = re.compile(r"\s+")
ENDS = " \t;,."
# Separators that are used, in this order, only if every piece is known.
DOUBTFUL = [re.compile(","), re.compile("/"), re.compile(rf"(?i)\s+(?:{JOINING}|u\.|&|\+)\s+")]
IN_DOUBT = re.compile("[,/]")

Known = Callable[[str], bool]


# ------------------------------------------------------------------------------------- one cell
def sure_pieces(text: str) -> list[str]:
    """Return the pieces of a text, split where there is no doubt, without marks."""
    pieces = text.split(NUMBERED)
    if len(pieces) > 1:
        pieces = [p for p in pieces if not p.strip(ENDS).isdecimal()] or pieces
    pieces = [part for piece in pieces for part in piece.split(";")]
    pieces = [line for piece in pieces for line in LINES.split(piece)]
    pieces = [part for piece in pieces for part in at_marks(piece)]
    return without_joining([item for piece in pieces if (item := without_mark(piece))])


def without_joining(pieces: list[str]) -> list[str]:
    """Return the pieces without an "und" before the last of them."""
    return [*pieces[:-1], LAST.sub("", pieces[-1])] if len(pieces) > 1 else pieces


def at_marks(line: str) -> list[str]:
    """Split a line that begins with a mark at further such marks between blanks."""
    for begins, between in MARKS:
        if begins.match(line):
            return between.split(WHITE.sub(" ", line))
    return [line]


def without_mark(piece: str) -> str:
    """Return a piece without the mark before it and punctuation after it."""
    plain = MARK.sub("", collapse(piece)).rstrip(ENDS)
    return plain or collapse(piece)


def known_pieces(piece: str, known: Known) -> list[str] | None:
    """Return the pieces of a text, split where a name may have such signs, too.

    None if one of the pieces is not known.
    """
    for separator in DOUBTFUL:
        parts = without_joining([p for part in separator.split(piece) if (p := without_mark(part))])
        if len(parts) < 2:
            continue
        found = [[p] if known(p) else known_pieces(p, known) for p in parts]
        if None not in found:
            return [p for one in found if one is not None for p in one]
    return None


def items_of(text: str, known: Known) -> tuple[list[str], bool]:
    """Return a cell's items, and whether it is one item that may be meant as several."""
    whole = without_mark(text)
    if known(whole):
        return [whole], False
    pieces = sure_pieces(text)
    parted = [[p] if known(p) else known_pieces(p, known) or [p] for p in pieces]
    items = [item for one in parted for item in one]
    return items, len(items) == 1 and IN_DOUBT.search(items[0]) is not None and not known(items[0])


# ----------------------------------------------------------------------------------- all cells
@dataclass(frozen=True)
class Lists:
    """The items of all cells that hold lists.

    items: file, sheet_key, row, field, position, item. A cell that states that there is none has
    one row without an item. findings: see `common.findings`.
    """

    items: pl.DataFrame
    findings: pl.DataFrame


def read_lists(workbook: Workbook, typed: pl.DataFrame, foreign: Foreign) -> Lists:
    """Return the items of typed cells (see `cells.read_cells`; with at, their row in the file).

    Of items that are the same word the first stays; words of a register are translated.
    """
    listed = typed.filter(pl.col("type").is_in(LISTS), ~pl.col("empty"), pl.col("code").is_null())
    filled = listed.filter((pl.col("nothing") != NONE).fill_null(value=True))
    none = listed.join(filled, on=CELL, how="anti").select(CELL)
    none = none.with_columns(position=pl.lit(0, pl.Int64), item=pl.lit(None, pl.String))
    text = pl.when(pl.col("kind") == TEXT).then("text").otherwise("raw")
    filled = filled.with_columns(whole=pl.coalesce(text, "raw"))
    parted, doubtful = split_cells(workbook, filled, foreign)
    key = choice_key_expr(word_key_expr(pl.col("item")))
    parted = our_items(parted.with_columns(key=key), foreign)
    parted = with_words(workbook, parted.filter(pl.col("key") != ""))
    parted, unknown = with_stated_items(workbook, parted, typed)
    parted = pl.concat([parted.select(none.columns), none])
    doubtful = findings(with_addresses(doubtful, typed), LIST_SEPARATOR)
    return Lists(parted, join_findings(doubtful, unknown))


def split_cells(
    workbook: Workbook, cells: pl.DataFrame, foreign: Foreign
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return CELL, position, item of cells (CELL, whole), and CELL of those split in doubt."""
    partners = stated_together(workbook)
    theirs = words_of_partners(cells, partners)
    registers = {(s.key, f.key): f.list for s in workbook.sheets for f in s.fields if f.list}
    mapped: dict[tuple[int, str, str], set[str]] = {}
    for file, sheet, field, key in foreign.items.select(
        "file", "sheet_key", "field", "key"
    ).iter_rows():
        mapped.setdefault((file, sheet, field), set()).add(key)
    rows, doubtful = [], []
    for file, sheet, row, field, whole in cells.select(*CELL, "whole").iter_rows():
        register = registers.get((sheet, field))
        known = one_of(
            words(register) if register else (),
            theirs.get((file, partners.get((sheet, field))), ()),
            mapped.get((file, sheet, field), ()),
        )
        items, in_doubt = items_of(whole, known)
        rows += [(file, sheet, row, field, at, item) for at, item in enumerate(items)]
        doubtful += [(file, sheet, row, field)] if in_doubt else []
    schema = {name: cells.schema[name] for name in CELL}
    return (
        pl.DataFrame(rows, {**schema, "position": pl.Int64, "item": pl.String}, orient="row"),
        pl.DataFrame(doubtful, schema=schema, orient="row"),
    )


def one_of(*keys: Collection[str]) -> Known:
    """Return whether a piece is one of the words with these keys."""

    def known(piece: str) -> bool:
        key = choice_key(piece)
        return any(key in some for some in keys)

    return known


def stated_together(workbook: Workbook) -> Mapping[tuple[str, str], tuple[str, str]]:
    """Return by (sheet, field) of each of two fields with items in common the other one."""
    result = {}
    for sheet, field, other in stated_fields(workbook):
        result[sheet.key, field.key] = other
        result[other] = sheet.key, field.key
    return result


def stated_fields(workbook: Workbook) -> Iterator[tuple[Sheet, Field, tuple[str, str]]]:
    """Yield the fields whose items another field states, with (sheet, field) of that."""
    for sheet in workbook.sheets:
        for field in sheet.fields:
            if field.stated_in is not None:
                other, _, key = field.stated_in.partition(".")
                yield sheet, field, (other, key)


def words_of_partners(
    cells: pl.DataFrame, partners: Collection[tuple[str, str]]
) -> Mapping[tuple[int, tuple[str, str] | None], set[str]]:
    """Return by file and (sheet, field) the keys of what is one item without doubt.

    A cell without comma and slash, or an item of one that is parted without doubt.
    """
    result: dict[tuple[int, tuple[str, str] | None], set[str]] = {}
    for file, sheet, field, whole in cells.select(
        "file", "sheet_key", "field", "whole"
    ).iter_rows():
        if (sheet, field) in partners:
            pieces = sure_pieces(whole)
            if len(pieces) > 1 or not IN_DOUBT.search(whole):
                result.setdefault((file, (sheet, field)), set()).update(map(choice_key, pieces))
    return result


def with_words(workbook: Workbook, items: pl.DataFrame) -> pl.DataFrame:
    """Leave items that say something, each once, as tables carry their words.

    items: CELL, position, key, item. Of a cell whose every item is a word for nothing, one of them
    for none, that is left.
    """
    items = items.with_columns(nothing=nothing_in(workbook, forms(pl.col("key"))))
    nothing, is_item = pl.col("nothing").is_not_null(), pl.col("nothing").is_null()
    none = (pl.col("nothing") == NONE) & ~is_item.any().over(CELL)
    items = items.filter(~nothing | none)
    items = items.with_columns(item=pl.when(~nothing).then("item"))
    items = items.sort("position").unique([*CELL, "key"], keep="first")
    for sheet in workbook.sheets:
        for field in sheet.fields:
            if field.type in LISTS and field.list:
                here = (pl.col("sheet_key") == sheet.key) & (pl.col("field") == field.key)
                item = pl.when(here).then(translated(field.list, pl.col("key"), pl.col("item")))
                items = items.with_columns(item=item.otherwise(pl.col("item")))
    return items.drop("nothing")


# ------------------------------------------------------------------------- what is stated elsewhere
def with_stated_items(
    workbook: Workbook, items: pl.DataFrame, typed: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Put what is stated in place of words for all of it, and return what is not stated.

    items: CELL, position, key, item. Nothing is unknown where nothing is stated.
    """
    found = []
    every = [choice_key(word) for word in workbook.words.get("all_fields", ())]
    for sheet, field, (other, key) in stated_fields(workbook):
        own = (pl.col("sheet_key") == sheet.key) & (pl.col("field") == field.key)
        theirs = (pl.col("sheet_key") == other) & (pl.col("field") == key)
        stated = items.filter(theirs, pl.col("item").is_not_null())
        stated = stated.select("file", "key", stated="item", at_row="row", order="position")
        mine = items.filter(own, pl.col("item").is_not_null())
        mine = mine.join(stated.select("file").unique(), on="file", how="semi")
        mine = mine.join(stated, on=["file", "key"], how="left")
        whole = mine.filter(pl.col("stated").is_null(), pl.col("key").is_in(every))
        strange = mine.filter(pl.col("stated").is_null(), ~pl.col("key").is_in(every))
        if whole.height:
            more = whole.select(CELL).unique().join(stated, on="file")
            more = more.select(*CELL, "key", position="order", item="stated")
            for replaced in (whole, more):
                items = items.join(replaced, on=[*CELL, "key"], how="anti")
            items = pl.concat([items, more.select(items.columns)])
        if strange.height:
            found += not_stated(strange, stated, items.filter(own), typed, (other, key))
    return items, join_findings(*found)


def not_stated(
    strange: pl.DataFrame,
    stated: pl.DataFrame,
    named: pl.DataFrame,
    typed: pl.DataFrame,
    place: tuple[str, str],
) -> list[pl.DataFrame]:
    """Return findings: each strange word at its first cell, and what is stated and named nowhere.

    place: (sheet, field) where it is stated.
    """
    first = strange.sort(*CELL, "position").unique(["file", "key"], keep="first")
    unnamed = stated.join(strange.select("file").unique(), on="file", how="semi")
    unnamed = unnamed.join(named, on=["file", "key"], how="anti")
    unnamed = unnamed.select(
        "file",
        sheet_key=pl.lit(place[0]),
        row="at_row",
        field=pl.lit(place[1]),
        detail="stated",
        check=pl.lit("unnamed"),
    )
    return [
        findings(with_addresses(first.with_columns(detail="item"), typed), UNKNOWN_FIELD),
        findings(with_addresses(unnamed, typed), UNKNOWN_FIELD),
    ]


def with_addresses(rows: pl.DataFrame, typed: pl.DataFrame) -> pl.DataFrame:
    """Add to cells (CELL) where they stand in the file, and what they hold."""
    where = typed.select(*CELL, "sheet", "column", "at", value="raw")
    rows = rows.join(where, on=CELL, how="left")
    return rows.with_columns(row="at")
