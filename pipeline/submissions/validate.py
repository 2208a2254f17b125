"""The stage: typed tables against the schemas of their sheets. Failures become findings.

A value that fails becomes unknown (null) and a finding with its cell; its row stays.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
from pandera.errors import SchemaErrors

from pipeline.common.findings import findings, join_findings
from pipeline.submissions.parse.parse import Parsed
from schemas.checking import pa
from schemas.declaration import LISTS, Sheet, Workbook
from schemas.sheets import items_schema, sheet_schema

CELL = ["file", "sheet_key", "row", "field"]
# Where one cell fails several checks, the finding has the first of these codes.
PRECEDENCE = ["bad_type", "bad_date", "bad_value", "out_of_range", "missing_value"]
CODES = {"not_nullable": "missing_value"}
FAILURES = {
    "index": pl.UInt32,
    "field": pl.String,
    "code": pl.String,
    "file": pl.UInt32,
    "row": pl.UInt32,
    "sheet_key": pl.String,
}
# Types of fields where an empty cell has a meaning of its own, other than that of a bad cell.
MARKED = ("date", "country", "postcode")


@dataclass(frozen=True)
class Valid:
    """Tables in which every value is valid, and the findings about the others.

    tables: by sheet key, as in `Parsed`, with a list column for each list field, and `<field>_bad`
    (bool) for fields of the types MARKED.
    """

    tables: Mapping[str, pl.DataFrame]
    findings: pl.DataFrame


def validate(workbook: Workbook, parsed: Parsed, last_day: dt.date | None = None) -> Valid:
    """Check every table against its schema. last_day: of the period, if there is one."""
    tables, found = {}, []
    bad = parsed.cells.filter(is_error(pl.col("code"))).select(CELL)
    for sheet in workbook.sheets:
        table = parsed.tables[sheet.key].with_row_index("index")
        failures = failed_values(sheet, table, last_day)
        if failures.height:
            failures = without_finding(sheet, failures, parsed, bad)
        unknown = unknown_items(sheet, parsed.items)
        if failures.height or unknown.height:
            every = [failures.drop("index"), unknown]
            found.append(located(parsed, sheet, pl.concat(every, how="diagonal_relaxed")))
        clean = without(table, failures).drop("index")
        unusable = pl.concat([bad, failures.select(CELL)])
        clean = add_lists(sheet, mark_bad(sheet, clean, unusable), parsed.items)
        tables[sheet.key] = clean.sort("file", "row")
    return Valid(tables, join_findings(*found))


def without_finding(
    sheet: Sheet, failures: pl.DataFrame, parsed: Parsed, bad: pl.DataFrame
) -> pl.DataFrame:
    """Return the failures that have no finding yet.

    bad: CELL of cells that could not be read: these have a finding, and are not empty. A column
    that is missing as a whole has one finding, not one for each row.
    """
    rest = failures.join(bad, on=CELL, how="anti")
    if sheet.layout == "form":
        return rest
    return rest.join(parsed.places, on=["file", "sheet_key", "field"], how="semi")


def is_error(code: pl.Expr) -> pl.Expr:
    """Whether a cell with the code cannot be used; an ambiguous number is used."""
    return code.is_not_null() & (code != "ambiguous_number")


def failed_values(sheet: Sheet, table: pl.DataFrame, last_day: dt.date | None) -> pl.DataFrame:
    """Return index and CELL, code of every value that fails; one row per value."""
    failures = failed(sheet_schema(sheet, last_day), table)
    failures = failures.join(table.select("index", "file", "row"), on="index")
    return failures.with_columns(sheet_key=pl.lit(sheet.key)).select(list(FAILURES))


def failed(schema: pa.DataFrameSchema, table: pl.DataFrame) -> pl.DataFrame:
    """Return index (as in the table), field, code of every value that fails; one row per value."""
    try:
        schema.validate(table, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return pl.DataFrame(schema=FAILURES).select("index", "field", "code")
    ours = cases.filter(pl.col("index").is_not_null())
    if ours.height < cases.height:  # a column is missing or of the wrong type: our mistake
        raise ValueError(f"{schema.name}: {cases.filter(pl.col('index').is_null())}")
    code = pl.col("check").replace(CODES)
    order = code.replace_strict(PRECEDENCE, range(len(PRECEDENCE)), default=len(PRECEDENCE))
    rows = table["index"].gather(ours["index"].cast(pl.UInt32))
    named = ours.select(rows.alias("index"), field="column", code=code, order=order)
    return (
        named.sort("index", "field", "order").unique(["index", "field"], keep="first").drop("order")
    )


def unknown_items(sheet: Sheet, items: pl.DataFrame) -> pl.DataFrame:
    """Return CELL, code, detail (the item) of items that are not a word of their list.

    The items stay in the table: a list may name more than its register knows.
    """
    own = items.filter(pl.col("sheet_key") == sheet.key).drop_nulls("item")
    bad = [own.clear().select(*CELL, code=pl.lit(""), detail="item")]
    for field in sheet.fields:
        if field.type in LISTS and field.list:
            of_field = own.filter(pl.col("field") == field.key).with_row_index("index")
            wrong = failed(items_schema(field.list), of_field).select("index", "code")
            hit = of_field.join(wrong, on="index")
            bad.append(hit.select(*CELL, "code", detail="item"))
    return pl.concat(bad)


def located(parsed: Parsed, sheet: Sheet, failures: pl.DataFrame) -> pl.DataFrame:
    """Return failures (CELL, code, detail) as findings at their cells, with what the cell holds."""
    places = parsed.places.filter(pl.col("sheet_key") == sheet.key)
    places = places.select("file", "field", "column", form_row="row")
    cells = parsed.cells.filter(pl.col("sheet_key") == sheet.key)
    nowhere = pl.col("column").is_null()
    raw = cells.select(*CELL, value="raw", at_sheet="sheet", at_column="column", fixed=nowhere)
    names = parsed.sheets.select("file", "sheet_key", "sheet")
    rows = failures.join(names, on=["file", "sheet_key"], how="left")
    rows = rows.join(places, on=["file", "field"], how="left")
    rows = rows.join(raw, on=CELL, how="left")
    row = pl.col("form_row") if sheet.layout == "form" else pl.col("row")
    stands = ~pl.col("fixed").fill_null(value=False)  # a value fixed by a mapping has no cell
    rows = rows.with_columns(
        sheet=pl.coalesce("at_sheet", "sheet"),
        row=pl.when(stands).then(row),
        column=pl.when(stands).then(pl.coalesce("at_column", "column")),
    )
    return findings(rows)


def without(table: pl.DataFrame, failures: pl.DataFrame) -> pl.DataFrame:
    """Return the table with the failing values made unknown."""
    for (field,), rows in failures.partition_by("field", as_dict=True).items():
        is_removed = pl.col("index").is_in(rows["index"].implode())
        table = table.with_columns(pl.when(~is_removed).then(pl.col(str(field))).alias(str(field)))
    return table


def mark_bad(sheet: Sheet, table: pl.DataFrame, unusable: pl.DataFrame) -> pl.DataFrame:
    """Add `<field>_bad` for dates, countries and postcodes."""
    marked = {f.key: f"{f.key}_bad" for f in sheet.fields if f.type in MARKED}
    field = pl.col("field")
    bad = unusable.filter(pl.col("sheet_key") == sheet.key, field.is_in(list(marked)))
    if bad.is_empty():
        return table.with_columns(pl.lit(value=False).alias(name) for name in marked.values())
    rows = bad.group_by("file", "row").agg(
        (field == key).any().alias(name) for key, name in marked.items()
    )
    table = table.join(rows, on=["file", "row"], how="left")
    return table.with_columns(pl.col(name).fill_null(value=False) for name in marked.values())


def add_lists(sheet: Sheet, table: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Add the list fields as columns of lists: null for an empty cell, empty for stated none."""
    for field in sheet.fields:
        if field.type in LISTS:
            own = items.filter(pl.col("sheet_key") == sheet.key, pl.col("field") == field.key)
            lists = own.group_by("file", "row").agg(
                pl.col("item").sort_by("position", "item").drop_nulls().alias(field.key)
            )
            table = table.join(lists, on=["file", "row"], how="left")
    return table
