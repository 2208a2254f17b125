"""The office's own files: the register of clusters and the experts' ratings (contract 1.4, 2.4)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.catalogue import shipped
from pipeline.common.findings import findings, join_findings
from pipeline.common.keys import header_key_expr
from pipeline.common.settings import load_settings
from pipeline.common.texts import both
from pipeline.submissions.crosschecks.crosschecks import cross_check
from pipeline.submissions.parse.parse import Parsed, parse
from pipeline.submissions.validate import Valid, validate
from schemas.declaration import Workbook, office, registers
from schemas.words import header_key, word_key

# Roles of the register that something hangs on.
MEMBER, APPLICANT = "Mitglied", "Antrag"
DEPARTED = "Ausgeschieden"
# what an expert says in a row; without any of it the row waits for a rating
RATING = ["rating", "reason", "assessor", "rated_on", "valid_until"]


class OfficeFileError(Exception):
    """A file of the office is there and cannot be read; nothing is published."""

    def __init__(self, source_file: str, code: str, detail: str) -> None:
        super().__init__(f"{source_file}: {code} ({detail})")
        self.source_file, self.code, self.detail = source_file, code, detail


@dataclass(frozen=True)
class Office:
    """register: one row per cluster (see schemas/office.toml); ratings: file, row and the fields.

    findings: about the office's own cells. tables: the valid tables of both files.
    """

    register: pl.DataFrame
    ratings: pl.DataFrame
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
    """Return the office's tables; files: "register" and "assessments" to their file's number.

    last_day: of the period, if there is one. OfficeFileError where a file lacks its sheet or a
    column it cannot do without.
    """
    parsed = parse(office(), sheets, cells)
    for name, file in files.items():
        refuse_incomplete(name, file, parsed)
    valid = validate(office(), parsed)
    register, doubled = unique_clusters(of_file(valid, "register", files))
    blank = blank_ratings(parsed)
    ratings = of_file(valid, "assessments", files).join(blank, on=["file", "row"], how="anti")
    needless = (pl.col("code") == "missing_sheet") | informs()
    return Office(
        register,
        ratings.sort("row"),
        join_findings(
            parsed.findings.filter(~needless.fill_null(value=False)),
            valid.findings.join(blank, on=["file", "sheet_key", "row"], how="anti"),
            doubled,
            cross_check(office(), valid.tables, parsed, load_settings().actors, last_day),
        ),
        parsed,
        valid.tables,
    )


def blank_ratings(parsed: Parsed) -> pl.DataFrame:
    """Return file, sheet_key, row of the rows that wait for a rating: they say nothing yet."""
    nothing = pl.all_horizontal(pl.col(field).is_null() for field in RATING)
    rows = parsed.tables["assessments"].filter(nothing)
    rows = rows.select("file", "row", sheet_key=pl.lit("assessments"))
    bad = parsed.cells.filter(pl.col("field").is_in(RATING) & pl.col("code").is_not_null())
    return rows.join(bad, on=["file", "sheet_key", "row"], how="anti")


def informs() -> pl.Expr:
    """Whether a finding is about a column that stands beside the ratings and is never read."""
    names = {header_key(column[lang]) for column in informing() for lang in ("de", "en")}
    known = header_key_expr(pl.col("value")).is_in(sorted(names))
    return (pl.col("code") == "unknown_column") & (pl.col("sheet_key") == "assessments") & known


def informing() -> Sequence[Mapping[str, str]]:
    """Return the columns that the template of the ratings carries beside them: key, de, en."""
    columns: Sequence[Mapping[str, str]] = office().words["informing"]
    return columns


def refuse_incomplete(name: str, file: int, parsed: Parsed) -> None:
    """Raise OfficeFileError if the file does not hold what its name promises."""
    own = parsed.findings.filter((pl.col("file") == file) & (pl.col("sheet_key") == name))
    lacks = own.filter(pl.col("code").is_in(["missing_sheet", "missing_column"]))
    if lacks.height:
        row = lacks.row(0, named=True)
        detail = name_of_field(office(), name, row["field"]) or row["sheet"]
        raise OfficeFileError(f"{name}.xlsx", row["code"], detail)


def name_of_field(workbook: Workbook, sheet: str, field: str | None) -> str | None:
    """Return the header of a field in both languages; None for no field."""
    if field is None:
        return None
    name = workbook.sheet(sheet).field(field).name
    return both(name["de"], name["en"])


def of_file(valid: Valid, name: str, files: Mapping[str, int]) -> pl.DataFrame:
    """Return the sheet's rows of the file that is meant for them."""
    table = valid.tables[name]
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


# --------------------------------------------------------------------------------------- ratings
def effective_ratings(
    office_: Office,
    clusters: pl.DataFrame,
    criteria: pl.DataFrame,
    default_catalogue: str,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the ratings that replace a computed status, and findings about those that cannot.

    clusters: file, cluster_id, as_of of the reviewed ones, and known: every other cluster's id.
    criteria: catalogue, criterion_id of every catalogue. Of one cluster's and criterion's ratings
    only the newest counts: by date (undated is oldest), then by row.
    """
    ratings = with_catalogue(office_.ratings, default_catalogue)
    names = registers()["ratings"]
    rated = {e.de: e.extra["status"] for e in names if "status" in e.extra}
    keys = ["catalogue", "cluster_id", "criterion_id"]
    newest = ratings.sort("rated_on", "row", nulls_last=False).unique(keys, keep="last")
    newest = newest.with_columns(
        rated=pl.col("rating").replace_strict(rated, default=None, return_dtype=pl.String)
    )
    reviewed = clusters.drop_nulls("file").select("cluster_id", target="file", as_of="as_of")
    applied = newest.join(reviewed, on="cluster_id").join(
        criteria, on=["catalogue", "criterion_id"], how="semi"
    )
    expired = pl.col("valid_until") < pl.col("as_of")
    usable = pl.col("rated").is_not_null() & pl.col("reason").is_not_null()
    good = applied.filter(usable & ~expired.fill_null(value=False))
    late = applied.filter(expired)
    found = join_findings(
        _finding(
            late, "valid_until", pl.col("valid_until").dt.strftime("%d.%m.%Y"), "out_of_range"
        ),
        _unknown(ratings, "cluster_id", clusters.select("cluster_id")),
        _unknown(ratings, "catalogue", criteria.select("catalogue").unique()),
        _unknown_criterion(ratings, criteria),
    )
    return good.drop("file").rename({"target": "file"}), found


def every_rating(office_: Office, clusters: pl.DataFrame, default_catalogue: str) -> pl.DataFrame:
    """Return every rating as it was read (RATING and its keys), with its cluster's as_of.

    clusters: cluster_id, as_of of the reviewed ones.
    """
    ratings = with_catalogue(office_.ratings, default_catalogue)
    ratings = ratings.select("row", "catalogue", "cluster_id", "criterion_id", *RATING)
    return ratings.join(clusters, on="cluster_id", how="left").sort("row")


def no_ratings() -> pl.DataFrame:
    """Return the frame of `every_rating` without a row."""
    texts = ["catalogue", "cluster_id", "criterion_id", "rating", "reason", "assessor"]
    days = ["rated_on", "valid_until", "as_of"]
    return pl.DataFrame(
        schema={"row": pl.UInt32, **dict.fromkeys(texts, pl.String), **dict.fromkeys(days, pl.Date)}
    )


def with_catalogue(ratings: pl.DataFrame, default: str) -> pl.DataFrame:
    """Fill an empty catalogue and write names as the catalogues do."""
    names = {word_key(name): name for name in {*shipped(), default}}
    own = pl.col("catalogue").fill_null(default)
    known = own.str.to_lowercase().replace_strict(names, default=None, return_dtype=pl.String)
    return ratings.with_columns(catalogue=pl.coalesce(known, own))


def _unknown(ratings: pl.DataFrame, field: str, known: pl.DataFrame) -> pl.DataFrame:
    rows = ratings.drop_nulls(field).join(known, on=field, how="anti").sort("row")
    return _finding(rows, field, pl.col(field), "bad_value")


def _unknown_criterion(ratings: pl.DataFrame, criteria: pl.DataFrame) -> pl.DataFrame:
    named = ratings.drop_nulls("criterion_id").join(
        criteria.select("catalogue").unique(), on="catalogue", how="semi"
    )
    rows = named.join(criteria, on=["catalogue", "criterion_id"], how="anti").sort("row")
    return _finding(rows, "criterion_id", pl.col("criterion_id"), "bad_value")


def _finding(rows: pl.DataFrame, field: str, value: pl.Expr, code: str) -> pl.DataFrame:
    place = {"field": pl.lit(field), "value": value, "sheet_key": pl.lit("assessments")}
    return findings(rows.select("file", "row", **place), code)


# -------------------------------------------------------------------------------------- coverage
def coverage(
    office_: Office,
    submissions: pl.DataFrame,
    guesses: pl.DataFrame,
    last_day: dt.date,
    outdated_days: int,
) -> pl.DataFrame:
    """Return every cluster of the register or with a submission, and what became of it.

    submissions: see `choose.settle`, with cluster_name. guesses: see `identity.guessed_clusters`;
    something was sent of these clusters, so they are quarantined and not missing.
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
