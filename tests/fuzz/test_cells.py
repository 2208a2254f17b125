"""Nothing is lost: every cell of a column of ours is used, or named by a finding.

Precisely, of every cell that is not blank, below a header or beside a label of ours: either its row
is left out by a finding of that row (a total, a group heading, a repeated header), for a reason
that can be seen in the row; or the cell says what the contract says it does, and then its value
stands in the table of valid values and no error names it; or it says nothing that can be used, and
then the value is unknown and exactly one error with the right code and the cell's text names it.
"""

import math
import re
from collections.abc import Iterator

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.declaration import TOGETHER, Field, Sheet, submission
from schemas.rows import row_words
from schemas.words import collapse, header_key, word_key

from .books import Drawn, Grid, Seen, see
from .drawing import books
from .effort import examples
from .oracle import EMPTY, Given, Said, no_answer, said, says_none, shown

pytestmark = pytest.mark.thorough
LEFT_OUT = ["total_row", "heading_row", "heading_meaning", "note_row"]
TOTALS = row_words().totals
WORDS = [word_key(word) for words in TOTALS.model_dump().values() for word in words]
TOTAL = re.compile("|".join(map(re.escape, WORDS)))


@examples(6)
@given(st.lists(books(), min_size=5, max_size=5))
def test_nothing_is_lost(drawn: list[Drawn]) -> None:
    seen = see(drawn)
    for file, one in enumerate(drawn):
        found = seen.findings(file)
        check_words(found)
        for sheet in submission().sheets:
            grid = one.sheets[sheet.name["de"]]
            own = found.filter(pl.col("sheet") == sheet.name["de"], pl.col("cell") != "")
            check_sheet(sheet, grid, own, seen, file)


def check_words(found: pl.DataFrame) -> None:
    """Every finding has its message in both languages, and no hole in it is left unfilled."""
    for language in ("de", "en"):
        texts = found[f"message_{language}"]
        assert not (texts.fill_null("").str.strip_chars() == "").any()
        holes = r"None|\{(sheet|cell|field|value|detail)\}"
        ours = ~found["value"].str.contains(holes)  # what was typed may look like one
        assert not texts.filter(ours).str.contains(holes).any()


def check_sheet(sheet: Sheet, grid: Grid, own: pl.DataFrame, seen: Seen, file: int) -> None:
    """Hold every cell of one sheet against the table of valid values and the findings."""
    errors = located(own.filter(pl.col("severity") == "error"))
    valid = seen.valid(sheet.key, file)
    gone = {row for row, _ in located(own.filter(pl.col("code").is_in(LEFT_OUT)))}
    told = {row for row, _ in located(own.filter(pl.col("code") == "no_answer"))}
    gone |= {row for row in told if row not in valid and sheet.layout == "table"}
    # A text such as "%" below a header gives its column another unit: its cells are unknown.
    units = {column for _, column in located(own.filter(pl.col("code") == "other_unit"))}
    rows: set[int] = set()
    kept = [
        (field.key, cell)
        for row, cells in data_rows(sheet, grid)
        if row not in gone and (row in valid or is_solid(sheet, cells))
        for field, cell in cells
    ]
    for row, cells in data_rows(sheet, grid):
        if row in gone:
            none = any(says_none(cell) for field, cell in cells if field.key == sheet.title)
            reason = none or left_out_for_a_reason(sheet, [cell for _, cell in cells])
            assert reason, (sheet.key, row, cells)
            assert row not in valid
            continue
        if row not in valid and not is_solid(sheet, cells):
            continue  # nothing but defaults: of a run of such rows the first is told
        if any(said(f, c).code != EMPTY or fills(sheet, f, c) for f, c in cells):
            rows.add(row)
        for field, cell in cells:
            place = address(sheet, field, row)
            if sheet.layout == "table" and place[1] in units:
                continue
            value = valid.get(row, {}).get(field.key)
            column = [other for key, other in kept if key == field.key]
            check_cell(said(field, cell, column), field, cell, value, errors.get(place, []))
    assert set(valid) == (rows if sheet.layout == "table" else {0})
    assert gone <= {row for row, _ in grid}


def fills(sheet: Sheet, field: Field, cell: Given) -> bool:
    """Whether a cell makes a row although it counts as empty: a title of no answer."""
    return field.key == sheet.title and no_answer(cell) and bool(collapse(str(cell.value)))


def located(findings: pl.DataFrame) -> dict[tuple[int, int], list[dict[str, str]]]:
    """Findings by the row and column of their cells."""
    result: dict[tuple[int, int], list[dict[str, str]]] = {}
    for finding in findings.iter_rows(named=True):
        letters = finding["cell"].rstrip("0123456789")
        row = int(finding["cell"][len(letters) :])
        result.setdefault((row, ord(letters) - 64), []).append(finding)
    return result


def data_rows(sheet: Sheet, grid: Grid) -> Iterator[tuple[int, list[tuple[Field, Given]]]]:
    """The rows of a canonical sheet; a form is one row, of the number 0."""
    if sheet.layout == "form":
        yield 0, [(f, grid[i, 2]) for i, f in enumerate(sheet.fields, 1) if (i, 2) in grid]
        return
    for row in sorted({row for row, _ in grid if row > 1}):
        yield row, [(f, grid[row, i]) for i, f in enumerate(sheet.fields, 1) if (row, i) in grid]


def address(sheet: Sheet, field: Field, row: int) -> tuple[int, int]:
    """Where a field's cell stands in a canonical sheet."""
    number = sheet.fields.index(field) + 1
    return (number, 2) if sheet.layout == "form" else (row, number)


def left_out_for_a_reason(sheet: Sheet, cells: list[Given]) -> bool:
    """Whether a row can be seen to be no data: a total's word, a lone text, headers again."""
    texts = [cell.value for cell in cells if cell.kind == "s"]
    filled = [cell for cell in cells if cell.kind != "s" or collapse(cell.value)]
    headers = {key for field in sheet.fields for key in field.keys}
    total = any(TOTAL.search(word_key(text)) for text in texts) or not texts
    lone = len(filled) == 1 and len(texts) >= 1
    again = len(texts) > 1 and all(header_key(t) in headers for t in texts if collapse(t))
    return total or lone or again


def is_solid(sheet: Sheet, cells: list[tuple[Field, Given]]) -> bool:
    """Whether one of the columns that identify a row holds what can be nothing else."""
    alone = {key for key in sheet.identifying if TOGETHER not in key}
    held = [cell for field, cell in cells if field.key in alone]
    return any(c.kind in "de" or (c.kind == "n" and c.value != 0) for c in held)


def check_cell(
    meant: Said, field: Field, cell: Given, value: object, errors: list[dict[str, str]]
) -> None:
    """Hold one cell against its value in the table and the errors that name it."""
    codes = [error["code"] for error in errors]
    where = (field.key, cell, value, codes, meant)
    if meant.code == EMPTY:
        assert value is None, where
        assert codes in ([], ["missing_value"] if field.required else []), where
    elif meant.code:
        assert value is None, where
        assert codes == [meant.code], where
        assert same_text(cell, errors[0]["value"]), where
    else:
        assert meant.vague or same_value(cell, meant.value, value), where
        assert codes == [], where


def same_text(cell: Given, text: str) -> bool:
    """Whether a finding shows what the cell holds."""
    if cell.kind == "f":
        return text == ""
    if cell.kind == "n":
        return math.isclose(float(text), cell.value, rel_tol=1e-14)
    return collapse(text) == shown(cell) or (cell.kind == "s" and text == cell.value)


def same_value(cell: Given, meant: object, value: object) -> bool:
    """Whether the table holds what was meant; numbers read as texts keep their worth."""
    text = value[0] if isinstance(value, list) and len(value) == 1 else value
    if cell.kind == "n" and isinstance(text, str):
        return math.isclose(float(text), cell.value, rel_tol=1e-14)
    return value == meant
