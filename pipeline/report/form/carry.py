"""From a parsed submission to the values of its next form: as typed, in the form's language.

What could not be read is carried over as its original text, so that nothing is lost. Rows of totals
and headings and unknown columns are left out, repeated rows are not.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl

from pipeline.report.form.plan import Filled, Row, Value, text
from pipeline.report.form.plan import master as form
from pipeline.submissions.parse.foreign import FORM_ROW
from pipeline.submissions.parse.headers import OTHER_UNIT
from pipeline.submissions.parse.parse import Parsed
from schemas.declaration import Field, Sheet, submission, word_in

TYPED = ("number", "integer", "date", "yes_no")
# A formula that was never calculated has no value to keep.
NOTHING = ("formula_without_value",)
FIRST_VERSION = 1


def carried_over(
    parsed: Parsed, cluster: str, lang: str, period: str, *, new_day: bool = False
) -> Filled:
    """Return the values of the one submission that was parsed, for the cluster's next form.

    The Stichtag is kept and the Version is raised by 1, so that the form can replace the
    submission. new_day: both are left out, for the form of the next quarter.
    """
    master: dict[str, Value] = {}
    rows = {}
    cells = parsed.cells.sort("row", "column")
    by_sheet = cells.partition_by("sheet_key", as_dict=True)
    for sheet in submission().sheets:
        own = by_sheet.get((sheet.key,), cells.clear())
        values = sheet_rows(own, parsed.tables[sheet.key], sheet, lang)
        if sheet.layout == "form":
            master = dict(values.get(FORM_ROW, {}))
        else:
            rows[sheet.key] = [values[row] for row in sorted(values)]
    if new_day:
        master.pop("version", None)
        master.pop("as_of", None)
    else:
        version = parsed.tables[form().key]["version"].item()
        master["version"] = max(version or FIRST_VERSION, FIRST_VERSION) + 1
    return Filled(master, rows, (cluster, period), new_day)


def sheet_rows(cells: pl.DataFrame, table: pl.DataFrame, sheet: Sheet, lang: str) -> dict[int, Row]:
    """Return the values of a sheet by its row in the file (0 for a form).

    cells: of the sheet, in their order. table: the same as typed rows.
    """
    typed = {r["row"]: r for r in table.iter_rows(named=True)}
    result: dict[int, dict[str, Value]] = {}
    for cell in cells.iter_rows(named=True):
        item = sheet.field(cell["field"])
        value = value_of(item, cell, typed.get(cell["row"], {}), lang)
        if value is not None:
            result.setdefault(cell["row"], {})[item.key] = value
    return dict(result)


def value_of(item: Field, cell: Mapping[str, Any], typed: Mapping[str, Any], lang: str) -> Value:
    """Return the value that the form shows for one cell."""
    raw = str(cell["raw"] or "").strip()
    if cell["code"] in NOTHING or not raw:
        return None
    if cell["code"] == OTHER_UNIT:  # as it stands it would be read as a number in our unit
        return text("guide", OTHER_UNIT, lang, raw=raw)
    if item.type in TYPED:
        known: float | dt.date | bool | None = typed.get(item.key)
        return raw if known is None and cell["code"] is not None else known
    if cell["code"] is not None:  # an error value; as a text it would become one again
        return None
    if item.type in ("choice", "country"):
        return word_in(str(item.list), raw, lang)
    if item.type == "choices":
        parts = (part.strip() for part in raw.split(";"))
        return "; ".join(word_in(str(item.list), part, lang) for part in parts)
    return raw
