"""The office's own files: the register with its agreements, the experts' ratings and assignments.

Contract 1.4 and 2.4. Which ratings count: see `ratings`.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.catalogue import shipped
from pipeline.common.findings import findings, join_findings
from pipeline.common.keys import header_key_expr, word_key_expr
from pipeline.common.settings import load_settings
from pipeline.common.texts import both
from pipeline.submissions.crosschecks.crosschecks import cross_check
from pipeline.submissions.parse.parse import Parsed, parse
from pipeline.submissions.validate import Valid, is_error, validate
from schemas.declaration import KNOWN, Sheet, Workbook, office
from schemas.words import header_key, word_key

# Roles of the register on which results depend.
MEMBER, APPLICANT = "Mitglied", "Antrag"
DEPARTED = "Ausgeschieden"
# The file of each sheet that is not in a file of its own name; these sheets are optional.
BESIDE = {"agreements": "register", "assignments": "assessments"}
# The variant of a finding: a sheet of ratings that only `adopt` reads.
OF_EXPERT = "of_expert"
# The fields that an expert fills in. A row without any of them waits for its rating.
RATING = ["rating", "reason", "assessor", "rated_on", "valid_until"]


class OfficeFileError(Exception):
    """A file of the office exists but cannot be used; nothing is published."""

    def __init__(self, source_file: str, code: str, detail: str) -> None:
        super().__init__(f"{source_file}: {code} ({detail})")
        self.source_file, self.code, self.detail = source_file, code, detail


@dataclass(frozen=True)
class Office:
    """The contents of the office's files (see schemas/office.toml).

    register: one row per cluster. ratings, assignments, agreements: file, row and the fields; an
    empty catalogue is replaced by the first one. findings: about the cells of these files. tables:
    the valid tables of both files.
    """

    register: pl.DataFrame
    ratings: pl.DataFrame
    assignments: pl.DataFrame
    agreements: pl.DataFrame
    findings: pl.DataFrame
    parsed: Parsed
    tables: Mapping[str, pl.DataFrame]

    def clusters_of_rows(self) -> pl.DataFrame:
        """Return file, sheet_key, row, row_cluster: which cluster a row of the office is about."""
        keys = ["file", "sheet_key", "row", "row_cluster"]
        tables = [
            t.with_columns(sheet_key=pl.lit(name), row_cluster="cluster_id").select(keys)
            for name, t in self.tables.items()
        ]
        return pl.concat(tables)


def read_office(
    files: Mapping[str, int],
    sheets: pl.DataFrame,
    cells: pl.DataFrame,
    last_day: dt.date | None = None,
) -> Office:
    """Return the contents of the office's files.

    files: the numbers of the files "register" and "assessments", as far as they exist. sheets,
    cells: see `intake.frames.stack`. last_day: of the period, if there is one. OfficeFileError if a
    file lacks its sheet or a required column.
    """
    parsed = parse(office(), sheets, cells)
    for sheet in office().sheets:
        refuse_incomplete(sheet, files, parsed)
    valid, settings = validate(office(), parsed), load_settings()
    register, doubled = unique_clusters(rows_in_file(valid, "register", files))
    blank = blank_ratings(parsed)
    ratings = rows_in_file(valid, "assessments", files).join(blank, on=["file", "row"], how="anti")
    # an empty criterion means all soft criteria; a criterion that cannot be read does not
    assignments = rows_in_file(valid, "assignments", files)
    assignments = assignments.join(bad_criteria(parsed), on=["file", "row"], how="anti")
    agreements = rows_in_file(valid, "agreements", files)
    default = settings.review.first_catalogue
    needless = (pl.col("code") == "missing_sheet") | is_informing()
    return Office(
        register,
        with_catalogue(ratings, default).sort("row"),
        with_catalogue(assignments, default).sort("row"),
        with_catalogue(agreements, default).sort("row"),
        join_findings(
            parsed.findings.filter(~needless.fill_null(value=False)),
            valid.findings.join(blank, on=["file", "sheet_key", "row"], how="anti"),
            doubled,
            unread_ratings(sheets),
            cross_check(office(), valid.tables, parsed, settings.actors, last_day),
        ),
        parsed,
        valid.tables,
    )


def blank_ratings(parsed: Parsed) -> pl.DataFrame:
    """Return file, sheet_key, row of the rows that wait for a rating: RATING is empty."""
    nothing = pl.all_horizontal(pl.col(field).is_null() for field in RATING)
    rows = parsed.tables["assessments"].filter(nothing)
    rows = rows.select("file", "row", sheet_key=pl.lit("assessments"))
    bad = parsed.cells.filter(pl.col("field").is_in(RATING) & pl.col("code").is_not_null())
    return rows.join(bad, on=["file", "sheet_key", "row"], how="anti")


def bad_criteria(parsed: Parsed) -> pl.DataFrame:
    """Return file, row of the assignments whose criterion cannot be read."""
    own = (pl.col("sheet_key") == "assignments") & (pl.col("field") == "criterion_id")
    return parsed.cells.filter(own & is_error(pl.col("code"))).select("file", "row")


def has_left() -> pl.Expr:
    """Whether a cluster has left, by its role: it gets no requests."""
    return (pl.col("role") == DEPARTED).fill_null(value=False)


def is_informing() -> pl.Expr:
    """Whether a finding is about a column of the ratings that only informs and is never read."""
    names = {header_key(column[lang]) for column in informing() for lang in ("de", "en")}
    known = header_key_expr(word_key_expr(pl.col("value"))).is_in(sorted(names))
    return (pl.col("code") == "unknown_column") & (pl.col("sheet_key") == "assessments") & known


def sheets_of_experts(names: Iterable[str]) -> list[str]:
    """Return those of a file's sheets that a template gives to the ratings of one expert."""
    starts = tuple(f"{key} " for key in office().sheet("assessments").keys)
    return [name for name in names if word_key(name).startswith(starts)]


def unread_ratings(sheets: pl.DataFrame) -> pl.DataFrame:
    """Return findings for the sheets of experts in what is a filled template: adopt reads them.

    sheets: see `intake.frames.stack`. Sheets of such names in other files are the office's own.
    """
    known = {word_key(name) for name in KNOWN.values()}
    templates = sheets.filter(word_key_expr(pl.col("name")).is_in(sorted(known)))
    own = sheets.join(templates, on="file", how="semi")
    own = own.filter(pl.col("name").is_in(sheets_of_experts(own["name"])))
    own = own.select("file", sheet="name", detail="name", check=pl.lit(OF_EXPERT))
    return findings(own, "unknown_column")


def informing() -> Sequence[Mapping[str, str]]:
    """Return the columns of the ratings' template that only inform the expert: key, de, en."""
    columns: Sequence[Mapping[str, str]] = office().words["informing"]
    return columns


def refuse_incomplete(sheet: Sheet, files: Mapping[str, int], parsed: Parsed) -> None:
    """Raise OfficeFileError if a file lacks its sheet, or a sheet a column that it needs."""
    name = file_of_sheet(sheet.key)
    own = parsed.findings.filter(
        (pl.col("file") == files.get(name, -1)) & (pl.col("sheet_key") == sheet.key)
    )
    needed = ["missing_column", *(["missing_sheet"] if sheet.required else [])]
    lacks = own.filter(pl.col("code").is_in(needed))
    if lacks.height:
        row = lacks.row(0, named=True)
        detail = name_of_field(office(), sheet.key, row["field"]) or row["sheet"]
        raise OfficeFileError(f"{name}.xlsx", row["code"], detail)


def file_of_sheet(sheet: str) -> str:
    """Return the name of the file that contains a sheet of the office."""
    return BESIDE.get(sheet, sheet)


def name_of_field(workbook: Workbook, sheet: str, field: str | None) -> str | None:
    """Return the header of a field in both languages; None for no field."""
    if field is None:
        return None
    name = workbook.sheet(sheet).field(field).name
    return both(name["de"], name["en"])


def rows_in_file(valid: Valid, sheet: str, files: Mapping[str, int]) -> pl.DataFrame:
    """Return the rows of a sheet that are in the right file."""
    table, name = valid.tables[sheet], file_of_sheet(sheet)
    return table.filter(pl.col("file") == files[name]) if name in files else table.clear()


def unique_clusters(register: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the first row of each cluster, and findings about further ones."""
    named = register.drop_nulls("cluster_id").sort("row")
    first = named.unique("cluster_id", keep="first")
    again = named.join(first, on=["file", "row"], how="anti")
    again = again.select(
        "file", "row", field=pl.lit("cluster_id"), value="cluster_id", sheet_key=pl.lit("register")
    )
    return first, findings(again, "duplicate_row")


def with_catalogue(ratings: pl.DataFrame, default: str) -> pl.DataFrame:
    """Fill an empty catalogue with the default; write names of catalogues as their files do."""
    names = {word_key(name): name for name in {*shipped(), default}}
    own = pl.col("catalogue").fill_null(default)
    known = own.str.to_lowercase().replace_strict(names, default=None, return_dtype=pl.String)
    return ratings.with_columns(catalogue=pl.coalesce(known, own))


# -------------------------------------------------------------------------------------- coverage
def coverage(
    office_: Office,
    submissions: pl.DataFrame,
    guesses: pl.DataFrame,
    last_day: dt.date,
    outdated_days: int,
) -> pl.DataFrame:
    """Return the table coverage: the state of every cluster in the register or with a submission.

    submissions: see `choose.choose_submissions`, with cluster_name. guesses: see
    `identity.guessed_clusters`; these clusters did send a file, so they are quarantined, not
    missing. outdated_days: from which age on, in days, a submission is outdated.
    """
    register = office_.register.select(
        "cluster_id", "role", "expected", name="cluster_name"
    ).with_columns(pl.col("expected").fill_null(value=False))
    states: Sequence[str] = ["reviewed", "quarantined"]
    sent = submissions.drop_nulls("cluster_id").filter(pl.col("outcome").is_in(states))
    order = pl.col("outcome").replace_strict(states, [0, 1])
    sent = sent.sort(order, "source_file").unique("cluster_id", keep="first")
    sent = sent.select("cluster_id", "cluster_name", "outcome", "as_of")
    guesses = guesses.with_columns(outcome=pl.lit("quarantined"))
    sent = pl.concat([sent, guesses], how="diagonal")
    table = register.join(sent, on="cluster_id", how="full", coalesce=True)
    reviewed = pl.col("outcome") == "reviewed"
    as_of = pl.when(reviewed).then("as_of")
    age = (pl.lit(last_day) - as_of).dt.total_days()
    return table.select(
        "cluster_id",
        name=pl.coalesce("name", "cluster_name"),
        role="role",
        expected=pl.col("expected").fill_null(value=False),
        state=pl.col("outcome").fill_null("missing"),
        as_of=as_of,
        age_days=age,
        outdated=(age > outdated_days).fill_null(value=False),
        guessed_from="guessed_from",
    ).sort("cluster_id")
