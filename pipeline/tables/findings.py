"""The table `findings`: every problem in the data with its address and what to do about it."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Literal

import polars as pl
from pydantic import Field

from pipeline.common.catalogue import Catalogue
from pipeline.common.findings import CODES
from pipeline.common.texts import BETWEEN_LANGUAGES, LANGUAGES, in_language
from pipeline.submissions.crosschecks.declared import checks
from pipeline.submissions.field_messages import every_field, fields_frame
from pipeline.tables.hints import with_hints
from pipeline.tables.suggestions import with_suggestions
from pipeline.tables.templates import fill
from schemas.checked import Declared, Text, exactly, filled_from, load
from schemas.declaration import Workbook
from schemas.tables import ORDER

Columns = dict[str, pl.DataType | type[pl.DataType]]
# How many letters of a submitted text a message shows.
LONGEST_VALUE = 120


Severity = Literal["error", "warning", "info"]
Said = Annotated[
    Text,
    filled_from("place", "field", "value", "wrong", "remedy", "detail", "more", "sheet_de"),
]


class Variant(Declared):
    """A case of a kind of finding with another severity or another message."""

    severity: Severity
    message: Said


class Kind(Declared):
    """One kind of finding: its severity, what it affects, its texts.

    severity_optional: the severity on a sheet that is not required. affects: whether the criteria
    of the field, of the whole sheet or none are affected. suggestion: what may have been meant.
    """

    severity: Severity
    severity_optional: Severity | None = None
    affects: Literal["field", "sheet", "none"]
    title: Text
    message: Said
    suggestion: Annotated[Text, filled_from("nearest", "sheet_de")] | None = None
    variants: dict[str, Variant] = Field(default_factory=dict)


Kinds = Annotated[dict[str, Kind], exactly(*CODES)]


def kinds() -> Mapping[str, Kind]:
    """Return every kind of finding by its code (schemas/findings.toml)."""
    return load("findings.toml", Kinds)


def file_message(code: str, detail: str, lang: str) -> str:
    """Return what is wrong with a whole file: the title of the finding, and its detail."""
    title, more = kinds()[code].title[lang], in_language(detail, lang)
    return f"{title} ({more})" if more else title


def findings_table(
    found: pl.DataFrame,
    cells: pl.DataFrame,
    files: pl.DataFrame,
    about: pl.DataFrame,
    workbooks: list[Workbook],
    catalogue: Catalogue,
) -> pl.DataFrame:
    """Return the table of the contract, in its order.

    found: see `pipeline.common.findings`, rows as in the tables (a form's row may be 0). cells: see
    `Parsed.cells`. files: file, source_file, cluster_id. about: file, sheet_key, row, row_cluster:
    the cluster that a row of the office's files is about.
    """
    found = found.join(about, on=["file", "sheet_key", "row"], how="left")
    table = with_addresses(found, cells).join(files, on="file", how="left")
    named = set(found.select("sheet_key", "field").unique().iter_rows())
    table = table.join(fields_frame(workbooks, named), on=["sheet_key", "field"], how="left")
    table = table.join(affected(workbooks, catalogue), on=["sheet_key", "field"], how="left")
    table = table.join(affected_by_sheet(workbooks, catalogue), on="sheet_key", how="left")
    table = with_suggestions(with_severity(with_quoted_value(table), workbooks), cells, workbooks)
    table = with_messages(with_hints(table))
    place = pl.col("value").str.find(pl.col("detail"), literal=True)
    return (
        table.with_columns(place_in_cell=place)
        .sort(ORDER["findings"])
        .select(
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
    )


def with_addresses(found: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Add sheet, column, value and cell to findings that have only row and field."""
    keys = ["file", "sheet_key", "row", "field"]
    cells_of_findings = cells.join(found.select(keys).unique(), on=keys, how="semi")
    by_cell = cells_of_findings.select(
        "file",
        "sheet_key",
        "row",
        "field",
        at="at",
        own_column="column",
        own_sheet="sheet",
        raw="raw",
    )
    by_cell = by_cell.sort("own_column").unique(keys, keep="first")
    table = found.join(by_cell, on=keys, how="left")
    unplaced = pl.col("column").is_null()
    # A value that a mapping fixes has no cell; its sheet has a name of its own.
    names = cells.select("file", "sheet_key", name="sheet", fixed=pl.col("column").is_null())
    names = (
        names.unique()
        .sort("fixed", "name")
        .unique(["file", "sheet_key"], keep="first")
        .drop("fixed")
    )
    table = table.join(names, on=["file", "sheet_key"], how="left")
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


# --------------------------------------------------------------------------------------- criteria
def affected(workbooks: list[Workbook], catalogue: Catalogue) -> pl.DataFrame:
    """Return sheet_key, field, field_order, field_criteria (whose figures read the field)."""
    rows = [
        (sheet, field.key, order, criteria_reading(catalogue, {f"{sheet}.{field.key}"}))
        for order, (sheet, field) in enumerate(every_field(workbooks))
    ]
    schema: Columns = {
        "sheet_key": pl.String,
        "field": pl.String,
        "field_order": pl.Int64,
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
    """Return the criteria that a finding can affect, by `affects` of its kind."""
    none = pl.lit([], pl.List(pl.String))
    of_kind = {code: kind.affects for code, kind in kinds().items()}
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
    """Add severity: that of the variant or kind, a milder one for what is optional."""
    required = [s.key for w in workbooks for s in w.sheets if s.required]
    usual = {code: kind.severity for code, kind in kinds().items()}
    mild = {c: k.severity_optional for c, k in kinds().items() if k.severity_optional}
    code = pl.col("code")
    optional = code.is_in(list(mild)) & ~pl.col("sheet_key").is_in(required)
    mildly = code.replace_strict(mild, default=None, return_dtype=pl.String)
    table = table.join(variants(), on=["code", "check"], how="left")
    return table.with_columns(
        severity=pl.when(optional)
        .then(mildly)
        .otherwise(pl.coalesce("severity", code.replace_strict(usual)))
    )


def variants() -> pl.DataFrame:
    """Return code, check, severity of the variants of kinds."""
    rows = [(c, name, v.severity) for c, k in kinds().items() for name, v in k.variants.items()]
    return pl.DataFrame(rows, schema=["code", "check", "severity"], orient="row")


def with_quoted_value(table: pl.DataFrame) -> pl.DataFrame:
    """Add quoted: the value that a message quotes; of a list the wrong item."""
    item = pl.when(pl.col("code").is_in(["bad_value", "unknown_measure"])).then("detail")
    return table.with_columns(quoted=pl.coalesce(item, "value"))


def with_messages(table: pl.DataFrame) -> pl.DataFrame:
    """Add message_de and message_en, kind by kind and cross check by cross check."""
    table = table.with_columns(
        place=pl.when(pl.col("sheet").is_null())
        .then("source_file")
        .when(pl.col("cell").is_null())
        .then("sheet")
        .otherwise(pl.concat_str("sheet", pl.lit("!"), "cell"))
    )
    of_kind = table.partition_by("code", "check", as_dict=True)
    parts = [
        rows.with_columns(
            message(str(code), check, lang).alias(f"message_{lang}") for lang in LANGUAGES
        )
        for (code, check), rows in of_kind.items()
    ]
    empty = table.clear().with_columns(message_de=pl.lit(""), message_en=pl.lit(""))
    return pl.concat([empty, *parts])


def message(code: str, check: str | None, lang: str) -> pl.Expr:
    """Return the message of a kind of finding (or a cross check), with its suggestion."""
    kind = kinds()[code]
    text = filled(message_template(kind, check), code, lang)
    if kind.suggestion is None:
        return text
    near = shorten_value(pl.col(f"nearest_{lang}"))
    meant = fill(kind.suggestion[lang], {"nearest": near, "sheet_de": pl.col("sheet_de")})
    meant = pl.when(near.is_not_null()).then(pl.concat_str(pl.lit(" "), meant))
    return pl.concat_str(text, meant.otherwise(pl.lit("")))


def message_template(kind: Kind, check: str | None) -> Mapping[str, str]:
    """Return the message of a kind, of its variant, or of a cross check."""
    if check is None:
        return kind.message
    return kind.variants[check].message if check in kind.variants else messages_of_checks()[check]


@cache
def messages_of_checks() -> Mapping[str, Mapping[str, str]]:
    """Return the message of each cross check."""
    return {check.id: check.message for check in checks()}


def filled(message: Mapping[str, str], code: str, lang: str) -> pl.Expr:
    """Return the message with its placeholders filled from the columns of the same name."""
    remedy = "remedy_limits" if code == "out_of_range" else "remedy"
    values = {name: in_form(name, lang) for name in ("detail", "other")}
    values["place"] = shorten_value(pl.col("place"))
    values["value"] = shorten_value(pl.col("quoted"))
    values["remedy"] = pl.coalesce(f"hint_{lang}", f"{remedy}_{lang}")
    values["more"] = pl.concat_str(pl.lit(" ("), values["detail"], pl.lit(")"))
    for name in ("field", "wrong"):
        values[name] = pl.col(f"{name}_{lang}")
    values["sheet_de"] = pl.col("sheet_de")
    return fill(message[lang], values)


def in_form(name: str, lang: str) -> pl.Expr:
    """Return a column's text in one language; it may have one form for both."""
    forms = pl.col(name).str.split(BETWEEN_LANGUAGES)
    first_or_last = forms.list.first() if lang == "de" else forms.list.last()
    # a text with both languages is ours and is not shortened
    return pl.when(forms.list.len() > 1).then(first_or_last).otherwise(shorten_value(first_or_last))


def shorten_value(text: pl.Expr) -> pl.Expr:
    """Return the part of a submitted text that a message shows."""
    return text.str.slice(0, LONGEST_VALUE)
