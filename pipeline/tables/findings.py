"""The table `findings`: every problem in the data with its place and what to do about it."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import polars as pl

from pipeline.catalogue import Catalogue
from pipeline.tables.templates import fill
from pipeline.texts import LANGUAGES
from schemas.declaration import Field, Workbook, read_toml, registers

# How many words of a list a message names.
MOST_WORDS = 12
EXPECTED = {
    "text": ("einen Text", "a text", "kein Text", "no text"),
    "postcode": ("eine Postleitzahl", "a postcode", "keine Postleitzahl", "no postcode"),
    "country": ("ein Land", "a country", "kein Land", "no country"),
    "text_list": ("eine Liste mit ;", "a list with ;", "keine Liste", "no list"),
    "number": ("eine Zahl", "a number", "keine Zahl", "no number"),
    "integer": ("eine ganze Zahl", "a whole number", "keine ganze Zahl", "no whole number"),
    "date": ("ein Datum", "a date", "kein Datum", "no date"),
    "yes_no": ("ja oder nein", "yes or no", "weder ja noch nein", "neither yes nor no"),
    "criterion": (
        "die Nummer eines Kriteriums als Text",
        "a criterion's number as text",
        "keine Nummer eines Kriteriums",
        "no criterion's number",
    ),
}
Columns = dict[str, pl.DataType | type[pl.DataType]]
# Of what a stranger typed a message shows no more.
LONGEST_VALUE = 120


@cache
def kinds() -> Mapping[str, Mapping[str, Any]]:
    """Return every kind of finding by its code (schemas/findings.toml)."""
    return read_toml("findings.toml")


def findings_table(
    found: pl.DataFrame,
    cells: pl.DataFrame,
    files: pl.DataFrame,
    about: pl.DataFrame,
    workbooks: list[Workbook],
    catalogue: Catalogue,
) -> pl.DataFrame:
    """Return the table of the contract.

    found: see `pipeline.findings`, rows as in the tables (a form's row may be 0). cells: see
    `Parsed.cells`. files: file, source_file, cluster_id. about: file, sheet_key, row, row_cluster:
    the cluster that a row of the office's files is about.
    """
    found = found.join(about, on=["file", "sheet_key", "row"], how="left", maintain_order="left")
    table = addressed(found, cells).join(files, on="file", how="left", maintain_order="left")
    table = table.join(
        fields_frame(workbooks), on=["sheet_key", "field"], how="left", maintain_order="left"
    )
    table = table.join(
        affected(workbooks, catalogue), on=["sheet_key", "field"], how="left", maintain_order="left"
    )
    table = table.join(
        affected_by_sheet(workbooks, catalogue), on="sheet_key", how="left", maintain_order="left"
    )
    table = with_messages(with_severity(table, workbooks))
    return table.sort(
        "source_file", "sheet_order", "row", "column", "code", nulls_last=False
    ).select(
        "source_file",
        pl.coalesce("cluster_id", "row_cluster"),
        pl.col("sheet").fill_null(""),
        cell=pl.col("cell").fill_null(""),
        severity="severity",
        code="code",
        criterion_ids=criterion_ids(),
        message_de="message_de",
        message_en="message_en",
        value=pl.col("value").fill_null(""),
    )


def addressed(found: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Give findings that know only row and field their sheet, column and value."""
    by_cell = cells.select(
        "file",
        "sheet_key",
        "row",
        "field",
        at="at",
        own_column="column",
        own_sheet="sheet",
        raw="raw",
    )
    by_cell = by_cell.unique(["file", "sheet_key", "row", "field"], keep="first")
    keys = ["file", "sheet_key", "row", "field"]
    table = found.join(by_cell, on=keys, how="left", maintain_order="left")
    unplaced = pl.col("column").is_null()
    # What a mapping fixes stands in no cell and calls its place by a name of its own.
    names = cells.select("file", "sheet_key", name="sheet", fixed=pl.col("column").is_null())
    names = names.unique().sort("fixed").unique(["file", "sheet_key"], keep="first").drop("fixed")
    table = table.join(names, on=["file", "sheet_key"], how="left", maintain_order="left")
    table = table.with_columns(
        row=pl.when(unplaced & pl.col("at").is_not_null()).then("at").otherwise("row"),
        column=pl.coalesce("column", "own_column"),
        value=pl.coalesce("value", "raw"),
        sheet=pl.coalesce("sheet", "own_sheet", "name"),
    ).drop("at", "own_column", "own_sheet", "raw", "name")
    return table.with_columns(cell=cell_name(pl.col("row"), pl.col("column")))


def cell_name(row: pl.Expr, column: pl.Expr) -> pl.Expr:
    """Return a cell's address (G17); null without row or column."""
    zero = column.cast(pl.Int64) - 1
    letters = [chr(65 + i) for i in range(26)]

    def letter(index: pl.Expr) -> pl.Expr:
        return index.replace_strict(range(26), letters, default="", return_dtype=pl.String)

    high = pl.when(zero >= 702).then(letter((zero - 702) // 676)).otherwise(pl.lit(""))
    middle = (
        pl.when(zero >= 702)
        .then(letter((zero - 702) // 26 % 26))
        .when(zero >= 26)
        .then(letter((zero - 26) // 26))
        .otherwise(pl.lit(""))
    )
    address = pl.concat_str(high, middle, letter(zero % 26), row.cast(pl.String))
    return pl.when(column.is_not_null() & row.is_not_null()).then(address)


def fields_frame(workbooks: list[Workbook]) -> pl.DataFrame:
    """Return sheet_key, field and what messages say of a field in both languages."""
    rows = []
    for position, (sheet, field) in enumerate(_every_field(workbooks)):
        expected = {lang: expectation(field, lang) for lang in LANGUAGES}
        rows.append(
            {
                "sheet_key": sheet,
                "field": field.key,
                "position": position,
                **{f"field_{lang}": field.name[lang] for lang in LANGUAGES},
                **{f"expected_{lang}": expected[lang][0] for lang in LANGUAGES},
                **{f"not_expected_{lang}": expected[lang][1] for lang in LANGUAGES},
            }
        )
    return pl.DataFrame(rows)


def expectation(field: Field, lang: str) -> tuple[str, str]:
    """Return what the field wants and the denial of it ("eine Zahl", "keine Zahl")."""
    german = lang == "de"
    if field.type in ("choice", "choices"):
        entries = registers()[field.list or ""]
        words = [e.de if german else e.en for e in entries][:MOST_WORDS]
        more = ", …" if len(entries) > MOST_WORDS else ""
        one = "eines von: " if german else "one of: "
        return one + ", ".join(words) + more, "kein Wert der Liste" if german else "not in the list"
    texts = EXPECTED[field.type]
    wanted, denied = (texts[0], texts[2]) if german else (texts[1], texts[3])
    return wanted + limits(field, german=german) + example(field, german=german), denied


def limits(field: Field, *, german: bool) -> str:
    """Return the limits of a number in words."""
    low, high = (None if v is None else f"{v:g}" for v in (field.min, field.max))
    if low is not None and high is not None:
        return f" von {low} bis {high}" if german else f" from {low} to {high}"
    if low is not None:
        return f" ab {low}" if german else f" of at least {low}"
    return ""


def example(field: Field, *, german: bool) -> str:
    """Return an example of a text that must look like something."""
    if not field.example:
        return ""
    return f" wie {field.example}" if german else f" such as {field.example}"


def _every_field(workbooks: list[Workbook]) -> list[tuple[str, Field]]:
    return [(s.key, f) for w in workbooks for s in w.sheets for f in s.fields]


# --------------------------------------------------------------------------------------- criteria
def affected(workbooks: list[Workbook], catalogue: Catalogue) -> pl.DataFrame:
    """Return sheet_key, field, field_criteria: the criteria whose figures read the field."""
    rows = [
        (sheet, field.key, criteria_reading(catalogue, {f"{sheet}.{field.key}"}))
        for sheet, field in _every_field(workbooks)
    ]
    schema: Columns = {
        "sheet_key": pl.String,
        "field": pl.String,
        "field_criteria": pl.List(pl.String),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def affected_by_sheet(workbooks: list[Workbook], catalogue: Catalogue) -> pl.DataFrame:
    """Return sheet_key, sheet_de, sheet_order, sheet_criteria (which read the sheet)."""
    rows = []
    for order, sheet in enumerate(s for w in workbooks for s in w.sheets):
        cells = {f"{sheet.key}.{f.key}" for f in sheet.fields}
        rows.append((sheet.key, sheet.name["de"], order, criteria_reading(catalogue, cells)))
    schema: Columns = {
        "sheet_key": pl.String,
        "sheet_de": pl.String,
        "sheet_order": pl.Int64,
        "sheet_criteria": pl.List(pl.String),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def criteria_reading(catalogue: Catalogue, cells: set[str]) -> list[str]:
    """Return the ids of the criteria whose figures read one of the cells (sheet.field)."""
    if cells & {"master_data.cluster_id", "master_data.as_of"}:
        return [c.id for c in catalogue.criteria]  # without them there is no review at all
    return [
        c.id
        for c in catalogue.criteria
        if any(cells & set(condition.metric.reads) for condition in c.conditions)
    ]


def criterion_ids() -> pl.Expr:
    """Return the criteria a finding can affect, by what its kind says it affects."""
    none = pl.lit([], pl.List(pl.String))
    of_kind = {code: kind["affects"] for code, kind in kinds().items()}
    affects = pl.col("code").replace_strict(of_kind)
    return (
        pl.when(affects == "field")
        .then(pl.coalesce("field_criteria", none))
        .when(affects == "sheet")
        .then(pl.coalesce("sheet_criteria", none))
        .otherwise(none)
    )


# --------------------------------------------------------------------------------------- messages
def with_severity(table: pl.DataFrame, workbooks: list[Workbook]) -> pl.DataFrame:
    """Add severity; what is missing weighs less where it is optional."""
    required = [s.key for w in workbooks for s in w.sheets if s.required]
    usual = {code: kind["severity"] for code, kind in kinds().items()}
    mild = {c: k["severity_optional"] for c, k in kinds().items() if "severity_optional" in k}
    code = pl.col("code")
    optional = code.is_in(list(mild)) & ~pl.col("sheet_key").is_in(required)
    mildly = code.replace_strict(mild, default=None, return_dtype=pl.String)
    return table.with_columns(
        severity=pl.when(optional).then(mildly).otherwise(code.replace_strict(usual))
    )


def with_messages(table: pl.DataFrame) -> pl.DataFrame:
    """Add message_de and message_en from the templates of the kinds."""
    table = table.with_columns(
        place=pl.when(pl.col("sheet").is_null())
        .then("source_file")
        .when(pl.col("cell").is_null())
        .then("sheet")
        .otherwise(pl.concat_str("sheet", pl.lit("!"), "cell"))
    )
    for lang in LANGUAGES:
        texts = pl.lit("")
        for code, kind in kinds().items():
            text = filled(kind["message"][lang], lang)
            texts = pl.when(pl.col("code") == code).then(text).otherwise(texts)
        table = table.with_columns(texts.alias(f"message_{lang}"))
    return table


def filled(template: str, lang: str) -> pl.Expr:
    """Return the template with its placeholders filled from the columns of the same name."""
    values = {name: pl.col(name).str.slice(0, LONGEST_VALUE) for name in ("place", "value")}
    if "{detail}" not in template and "{more}" not in template:  # of a list the item that is wrong
        values["value"] = pl.coalesce("detail", "value").str.slice(0, LONGEST_VALUE)
    for name in ("field", "expected", "not_expected"):
        values[name] = pl.col(f"{name}_{lang}")
    said = pl.col("detail").str.slice(0, LONGEST_VALUE)
    values["detail"] = said
    values["more"] = pl.concat_str(pl.lit(" ("), said, pl.lit(")"))
    values["sheet_de"] = pl.col("sheet_de")
    return fill(template, values)
