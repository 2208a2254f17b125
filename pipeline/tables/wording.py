"""The submitted texts behind every criterion, for the office and its experts.

The dossiers, the sheet of evidence and the template of the ratings use it. It is not published as a
table, and no figure is computed from it. Mail addresses and telephone numbers are masked.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from pipeline.common.catalogue import Catalogue, metrics
from pipeline.common.column_letters import column_letters
from pipeline.common.contacts import without_contacts
from pipeline.common.texts import LANGUAGES, day, number, say
from pipeline.figures.inputs import SHEETS
from pipeline.tables.assemble import FIELD_OF_METRIC
from schemas.declaration import Field, Sheet, registers, submission

FORM, ACTORS = "master_data", "actors"
# The Stichtag is shown once at the head of a dossier, not under each criterion.
AS_OF = "as_of"
REFERENCE = "reference"
DIGITS = 4
FREE = ("text", "text_list", "choices")
BETWEEN = " · "
YES, POSSIBLE, NO, PARTLY = "yes", "possible", "no", "partly"
COUNTS = "counts"
KEY = ["catalogue", "criterion_id"]
PLACE = ["file", "sheet_key", "row", "field"]
# sheet: as named in the file. row, cell: null where a mapping fixed the value. counted: YES,
# POSSIBLE, NO, PARTLY where the figures of a criterion differ, null for a cell that is only read.
# written: the parts of the wording that the cluster wrote in its own words.
COLUMNS: Mapping[str, type[pl.DataType] | pl.DataType] = {
    **dict.fromkeys(["catalogue", "cluster_id", "criterion_id", "sheet"], pl.String),
    "row": pl.UInt32,
    "cell": pl.String,
    **dict.fromkeys([f"wording_{lang}" for lang in LANGUAGES], pl.String),
    "date": pl.Date,
    **dict.fromkeys([f"{REFERENCE}_{lang}" for lang in LANGUAGES], pl.String),
    "counted": pl.String,
    **dict.fromkeys([f"reason_{lang}" for lang in LANGUAGES], pl.String),
    "written": pl.List(pl.String),
}
NOTHING = pl.DataFrame(schema=COLUMNS)
TEXTS: Mapping[str, type[pl.DataType] | pl.DataType] = {
    "file": pl.UInt32,
    "sheet_key": pl.String,
    "row": pl.UInt32,
    "field": pl.String,
    "at": pl.UInt32,
    "column": pl.UInt32,
    **dict.fromkeys([f"wording_{lang}" for lang in LANGUAGES], pl.String),
    "date": pl.Date,
    **dict.fromkeys([f"{REFERENCE}_{lang}" for lang in LANGUAGES], pl.String),
    "filled": pl.Boolean,
    "written": pl.List(pl.String),
}


def wording(
    clusters: pl.DataFrame,
    written: Mapping[str, pl.DataFrame],
    cells: pl.DataFrame,
    places: pl.DataFrame,
    sheets: pl.DataFrame,
    rows: pl.DataFrame,
    catalogues: Sequence[Catalogue],
) -> pl.DataFrame:
    """Return one row per criterion and piece of evidence: its text, address and reason (COLUMNS).

    clusters: see `figures.base.Portfolio`. written: see `each_submission.written_rows`. cells,
    places, sheets: see `parse.Parsed`; cells at least of forms and of rows with a finding. rows:
    see `figures.base.ROWS`. A piece belongs to a criterion if a figure of its conditions uses it.
    """
    own = figures_of_criteria(catalogues)
    texts = pl.concat([of_form(clusters, cells, places), *of_sheets(written, cells)])
    judged = judged_pieces(rows, own)
    pieces = pl.concat([judged, read_pieces(texts, judged, own)])
    named = sheets.select("file", "sheet_key", "sheet").unique(["file", "sheet_key"])
    ids = clusters.select("file", "cluster_id")
    table = pieces.join(texts, on=PLACE).join(named, on=["file", "sheet_key"]).join(ids, on="file")
    criteria = [f"{c.id} {criterion.id}" for c in catalogues for criterion in c.criteria]
    order = {
        "catalogue": [c.id for c in catalogues],
        "sheet_key": [FORM, *SHEETS],
    }
    ranks = {name: pl.col(name).replace_strict(o, range(len(o))) for name, o in order.items()}
    criterion = pl.concat_str(KEY, separator=" ").replace_strict(criteria, range(len(criteria)))
    table = table.sort(
        ranks["catalogue"], "cluster_id", criterion, ranks["sheet_key"], "at", "column"
    )
    letters = {n: column_letters(n) for n in table["column"].drop_nulls().unique()}
    letter = pl.col("column").replace_strict(letters, default=None, return_dtype=pl.String)
    return table.with_columns(row="at", cell=letter + pl.col("at").cast(pl.String)).select(*COLUMNS)


# ---------------------------------------------------------------------------- what stands behind
def figures_of_criteria(catalogues: Sequence[Catalogue]) -> pl.DataFrame:
    """Return catalogue, criterion_id, metric, place: the figures of each criterion, in order."""
    found = [
        (catalogue.id, criterion.id, metric, place)
        for catalogue in catalogues
        for criterion in catalogue.criteria
        for place, metric in enumerate(dict.fromkeys(c.metric.key for c in criterion.conditions))
    ]
    schema = {**dict.fromkeys([*KEY, "metric"], pl.String), "place": pl.Int64}
    return pl.DataFrame(found, schema=schema, orient="row")


def judged_pieces(rows: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Return KEY, PLACE, counted, reason_de, reason_en of the rows and cells behind criteria.

    field: of a cell of a form; empty for a row of a table.
    """
    cell = pl.coalesce(pl.col("gaps").list.first(), FIELD_OF_METRIC)
    counted = pl.col("counted").replace_strict({True: YES, False: NO}, default=POSSIBLE)
    table = rows.filter(pl.col("sheet_key") != ACTORS).join(own, on="metric")
    table = table.with_columns(
        field=pl.when(pl.col("sheet_key") == FORM).then(cell).otherwise(pl.lit("")),
        judged=pl.concat_str("metric", counted, "reason_code", separator="|"),
    )
    table = table.group_by(*KEY, *PLACE).agg(pl.col("judged").sort_by("place").str.join(";"))
    judged = table["judged"].unique().to_list()
    answers = {one: answer([tuple(part.split("|")) for part in one.split(";")]) for one in judged}
    columns = ["counted", *(f"reason_{lang}" for lang in LANGUAGES)]
    return table.select(
        *(*KEY, *PLACE),
        *(
            pl.col("judged")
            .replace_strict(judged, [answers[one][at] for one in judged], return_dtype=pl.String)
            .alias(column)
            for at, column in enumerate(columns)
        ),
    )


def answer(answers_of: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return whether a piece counts, and the reason in both languages.

    answers_of: metric, counted, code of the reason, for each figure of the criterion. Where figures
    differ, the reason names each figure.
    """
    verdicts = {(counted, code) for _, counted, code in answers_of}
    if len(verdicts) == 1:
        ((counted, code),) = verdicts
        return counted, *("" if code == COUNTS else say("row_reason", code, x) for x in LANGUAGES)
    answers = {counted for counted, _ in verdicts}
    reasons = (
        "; ".join(
            f"{metrics()[metric].title[lang]}: {say('row_reason', code, lang)}"
            for metric, _, code in answers_of
        )
        for lang in LANGUAGES
    )
    return answers.pop() if len(answers) == 1 else PARTLY, *reasons


def read_pieces(texts: pl.DataFrame, judged: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Return the filled cells of forms that a criterion's figures read but that are not rows."""
    reads = [
        (metric.key, place.removeprefix(f"{FORM}."))
        for metric in metrics().values()
        for place in metric.reads
        if place.startswith(f"{FORM}.") and place != f"{FORM}.{AS_OF}"
    ]
    fields = pl.DataFrame(reads, schema=["metric", "field"], orient="row")
    fields = own.join(fields, on="metric").select(*KEY, "field").unique()
    filled = texts.filter((pl.col("sheet_key") == FORM) & pl.col("filled")).select(PLACE)
    pieces = filled.join(fields, on="field").join(judged, on=[*KEY, *PLACE], how="anti")
    reasons = {f"reason_{lang}": pl.lit(say("wording", "read", lang)) for lang in LANGUAGES}
    pieces = pieces.with_columns(counted=pl.lit(None, pl.String), **reasons)
    return pieces.select(judged.columns)


# ------------------------------------------------------------------------------ what is written
def of_sheets(written: Mapping[str, pl.DataFrame], cells: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the texts (TEXTS) of the rows of each sheet."""
    return [of_sheet(submission().sheet(key), written[key], cells) for key in SHEETS]


def of_sheet(sheet: Sheet, rows: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Return the texts of a sheet's rows: its title, then each filled field with its name."""
    table = rows.join(raw_cells(sheet, cells), on=["file", "row"], how="left")
    date = next((f.key for f in sheet.fields if f.type == "date"), None)
    title = sheet.title or next((f.key for f in sheet.fields if f.type == "text"), None)
    apart = {date, REFERENCE}
    fields = sorted(sheet.fields, key=lambda field: field.key != title)
    referenced = any(field.key == REFERENCE for field in sheet.fields)
    words = {
        f"wording_{lang}": pl.concat_str(
            [
                part
                for field in fields
                for part in value_and_unusable(field, table, lang, name=field.key != title)[
                    field.key in apart :
                ]
            ],
            separator=BETWEEN,
            ignore_nulls=True,
        )
        for lang in LANGUAGES
    }
    return table.select(
        "file",
        sheet_key=pl.lit(sheet.key),
        row="row",
        field=pl.lit(""),
        at="row",
        column="column",
        **words,
        date=pl.col(date) if date else pl.lit(None, pl.Date),
        **{
            f"{REFERENCE}_{lang}": masked(table, REFERENCE, lang) if referenced else pl.lit(None)
            for lang in LANGUAGES
        },
        filled=pl.lit(value=True),
        written=own_words(sheet.fields, table),
    ).cast(TEXTS)  # type: ignore[arg-type]


def of_form(clusters: pl.DataFrame, cells: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Return the texts of the cells of Stammdaten, one row each, also of empty ones."""
    sheet = submission().sheet(FORM)
    raw = raw_cells(sheet, cells)
    where = places.filter(pl.col("sheet_key") == FORM).unique(["file", "field"])
    parts = []
    for field in sheet.fields:
        if field.key not in clusters.columns:
            continue
        at = where.filter(pl.col("field") == field.key).select("file", "column", at="row")
        table = clusters.select("file", field.key).join(at, on="file", how="left")
        table = table.join(raw.select("file", f"{field.key}_raw"), on="file", how="left")
        words = {}
        for lang in LANGUAGES:
            value, unusable = value_and_unusable(field, table, lang, name=True)
            empty = pl.lit(f"{field.name[lang]}: {say('wording', 'empty', lang)}")
            words[f"wording_{lang}"] = pl.coalesce(value, unusable, empty)
        is_filled = pl.col(field.key).is_not_null() | pl.col(f"{field.key}_raw").is_not_null()
        parts.append(
            table.select(
                "file",
                sheet_key=pl.lit(FORM),
                row=pl.lit(0),
                field=pl.lit(field.key),
                at="at",
                column="column",
                **words,
                date=pl.lit(None),
                **dict.fromkeys([f"{REFERENCE}_{lang}" for lang in LANGUAGES], pl.lit(None)),
                filled=is_filled,
                written=own_words([field], table),
            ).cast(TEXTS)  # type: ignore[arg-type]
        )
    return pl.concat(parts)


def raw_cells(sheet: Sheet, cells: pl.DataFrame) -> pl.DataFrame:
    """Return file, row and <field>_raw: the raw text of each field's cell, where it is known."""
    own = cells.filter(pl.col("sheet_key") == sheet.key)
    return own.group_by("file", "row").agg(
        pl.col("raw").filter(pl.col("field") == field.key).first().alias(f"{field.key}_raw")
        for field in sheet.fields
    )


def value_and_unusable(
    field: Field, table: pl.DataFrame, lang: str, *, name: bool
) -> tuple[pl.Expr, pl.Expr]:
    """Return the text of a field's value, and the text of a cell that is not a valid value.

    Both are null where there is none. name: whether the field's name comes before the value.
    """
    unusable = pl.format(say("wording", "unusable", lang), masked(table, f"{field.key}_raw", lang))
    label = pl.lit(f"{field.name[lang]}: ")
    value = value_texts(field, table, lang)
    nothing = pl.col(field.key).is_null()
    return label + value if name else value, pl.when(nothing).then(label + unusable)


def own_words(fields: Sequence[Field], table: pl.DataFrame) -> pl.Expr:
    """Return the list of what the cluster wrote freely in these fields, or wrote there unusably.

    As it stands in the English wording: in the German one nothing is marked.
    """
    free = [value_texts(f, table, "en") for f in fields if f.type in FREE]
    unusable = [
        pl.when(pl.col(f.key).is_null()).then(masked(table, f"{f.key}_raw", "en")) for f in fields
    ]
    return pl.concat_list(*free, *unusable).list.drop_nulls()


def value_texts(field: Field, table: pl.DataFrame, lang: str) -> pl.Expr:
    """Return a field's values as text."""
    if field.type in ("choices", "text_list"):
        items = pl.col(field.key).list.join(", ")
        return each_value(items, table, lambda text: without_contacts(text, lang))
    if field.type == "text":
        return masked(table, field.key, lang)
    return each_value(pl.col(field.key), table, formats(field, lang))


def formats(field: Field, lang: str) -> Callable[[Any], str]:
    """Return how a value of a field is shown."""
    if field.type == "date":
        return lambda value: day(value, lang)
    if field.type == "yes_no":
        return lambda value: say("workbook", "yes" if value else "no", lang)
    if field.type in ("number", "integer"):
        return lambda value: amount(value, field, lang)
    words = {e.de: e.name_in(lang) for e in registers()[field.list]} if field.list else {}
    return lambda value: words.get(value, str(value))


def amount(value: float, field: Field, lang: str) -> str:
    """Return a number; only what has a unit, such as euros, is large enough to be grouped."""
    text = number(value, DIGITS, lang)
    if field.unit:
        return text if field.unit in field.name["de"] else f"{text} {field.unit}"
    return text.replace("." if lang == "de" else ",", "")


def each_value(column: pl.Expr, table: pl.DataFrame, show: Callable[[Any], str]) -> pl.Expr:
    """Return a column as text; each of its different values is formatted once."""
    values = table.select(column.drop_nulls().unique()).to_series()
    texts = pl.Series([show(value) for value in values], dtype=pl.String)
    return column.replace_strict(values, texts, default=None, return_dtype=pl.String)


def masked(table: pl.DataFrame, column: str, lang: str) -> pl.Expr:
    """Return a column of free text without mail addresses and telephone numbers."""
    return each_value(pl.col(column), table, lambda text: without_contacts(text, lang))
