"""Reads the two files: the analyst's workbook, and the existing ratings."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.common.catalogue import load
from pipeline.common.findings import join_findings
from pipeline.common.periods import NAME
from pipeline.common.settings import load_settings
from pipeline.common.texts import texts
from pipeline.intake.discover import shown_name
from pipeline.intake.gather import Intake, detail, gather
from pipeline.intake.refusal import Refusal
from pipeline.intake.sent import numbered
from pipeline.intake.worker import Read
from pipeline.submissions.office import blank_ratings, name_of_field
from pipeline.submissions.parse.parse import Parsed, parse
from pipeline.submissions.validate import Valid, is_error, validate
from pipeline.tables.findings import findings_table
from schemas.declaration import Workbook, office, views, wanted_sheet_keys
from schemas.words import header_key

# rows above the list of views that contain period and catalogue, each after its label
HEAD_ROWS = 5


class UnusableFileError(Exception):
    """A file cannot be used; codes and details as in the findings about files.

    Besides: no_folder (the period of the views has none), no_period (the views name none).
    """

    def __init__(self, path: Path, code: str, detail: str = "") -> None:
        super().__init__(f"{path.name}: {code} {detail}".strip())
        self.path, self.code, self.detail = path, code, detail


@dataclass(frozen=True)
class Views:
    """The content of an analyst's workbook.

    views: row, catalogue, cluster_id, criterion_id, rating, reason, assessor. known: the same and
    rated_on of the ratings that the workbook was made with. findings: the table of the contract,
    only for the views. sign: of their author, for rows without a sign. clusters: those that the
    workbook knows, empty where it has no list of them. bad: the rows with a cell that cannot be
    read. of_template: whether these are the ratings
    of a template, in which every row has its own rated_on and valid_until.
    """

    period: str
    catalogue: str
    views: pl.DataFrame
    known: pl.DataFrame
    findings: pl.DataFrame
    sign: str | None = None
    clusters: frozenset[str] = frozenset()
    bad: frozenset[int] = frozenset()
    of_template: bool = False


@dataclass(frozen=True)
class Ratings:
    """The existing ratings: the frame, its columns and cells (`Parsed.places`, `.cells`)."""

    table: pl.DataFrame
    places: pl.DataFrame
    cells: pl.DataFrame

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows by field; unusable values as they are in the file."""
        wanted = [f.key for f in office().sheet("assessments").fields]
        raw = {(r["row"], r["field"]): r["raw"] for r in self.cells.iter_rows(named=True)}
        return [
            {f: raw.get((row["row"], f)) if row[f] is None else row[f] for f in wanted}
            for row in self.table.iter_rows(named=True)
        ]


def read_views(path: Path, read: Read) -> Views:
    """Return the views of the workbook, or the ratings of a filled template.

    UnusableFileError if it has neither, or does not say of which period.
    """
    sent, parsed, valid = read_one(path, views(), read)
    names = dict(parsed.sheets.select("sheet_key", "sheet").iter_rows())
    key = next((own for own in ("views", "assessments") if own in names), None)
    if key is None:
        raise UnusableFileError(path, "no_views")
    own = sent.sheets.filter(pl.col("name") == names[key]).select("sheet")
    head = heads(sent.cells.join(own, on="sheet", how="semi"))
    period = head.get("o_period", "")
    if not NAME.match(period):
        raise UnusableFileError(path, "no_period" if key == "views" else "no_period_ratings")
    table = valid.tables[key].sort("row")
    found = join_findings(parsed.findings, valid.findings).filter(pl.col("sheet_key") == key)
    passed_over = ["unknown_column", "office_field"]
    if key == "assessments":
        blank = blank_ratings(parsed)
        table = table.join(blank, on=["file", "row"], how="anti")
        found = found.join(blank, on=["file", "sheet_key", "row"], how="anti")
        passed_over.append("missing_value")  # of a rating or reason: said of the row
    found = found.filter(~pl.col("code").is_in(passed_over))
    nobody = pl.DataFrame(schema={"file": pl.UInt32, "sheet_key": pl.String, "row": pl.UInt32})
    about = nobody.with_columns(row_cluster=pl.lit(None, pl.String))
    first = load_settings().review.first_catalogue
    owners = sent.files.with_columns(cluster_id=pl.lit(None, pl.String))
    told = findings_table(found, parsed.cells, owners, about, [views()], load(first))
    known, listed = ("assessments", "coverage") if key == "views" else ("known", "clusters")
    return Views(
        period,
        head.get("o_catalogue", first),
        table,
        valid.tables[known].sort("row"),
        told,
        head.get("o_assessor"),
        frozenset(valid.tables[listed]["cluster_id"].drop_nulls()),
        bad=frozenset(found.filter(is_error(pl.col("code")))["row"].drop_nulls()),
        of_template=key == "assessments",
    )


def read_ratings(path: Path, read: Read) -> Ratings:
    """Return the ratings of the file; UnusableFileError if it is not a file of ratings."""
    _, parsed, valid = read_one(path, office(), read)
    places = parsed.places.filter(pl.col("sheet_key") == "assessments")
    own = parsed.findings.filter(pl.col("sheet_key") == "assessments")
    lacks = own.filter(pl.col("code").is_in(["missing_sheet", "missing_column"]))
    if lacks.height:
        field = name_of_field(office(), "assessments", lacks["field"][0])
        raise UnusableFileError(path, lacks["code"][0], field or lacks["sheet"][0])
    needed = {"rated_on", "assessor"} - set(places["field"])
    if needed:
        name = name_of_field(office(), "assessments", min(needed)) or ""
        raise UnusableFileError(path, "missing_column", name)
    cells = parsed.cells.filter(pl.col("sheet_key") == "assessments")
    return Ratings(valid.tables["assessments"].sort("row"), places, cells)


def read_one(path: Path, workbook: Workbook, read: Read) -> tuple[Intake, Parsed, Valid]:
    """Return the content of one file: as read, typed, and valid."""
    outcome = next(iter(read([path], wanted_sheet_keys(workbook))))
    if isinstance(outcome, Refusal):
        raise UnusableFileError(path, outcome.code, detail(outcome))
    most = load_settings().intake.max_file_mb
    sent = gather(numbered([path], [shown_name(path)]), [outcome], most_mb=most)
    parsed = parse(workbook, *sent.stacked())
    return sent, parsed, validate(workbook, parsed)


def heads(cells: pl.DataFrame) -> dict[str, str]:
    """Return the values beside the labels of period, catalogue and assessor above the views."""
    labels = {
        header_key(texts("workbook")[code][lang]): code
        for code in ("o_period", "o_catalogue", "o_assessor")
        for lang in ("de", "en")
    }
    top = cells.filter((pl.col("row") < HEAD_ROWS) & pl.col("text").is_not_null())
    found = {(r["sheet"], r["row"], r["column"]): r["text"] for r in top.iter_rows(named=True)}
    return {
        labels[header_key(text)]: found[sheet, row, column + 1]
        for (sheet, row, column), text in found.items()
        if header_key(text) in labels and (sheet, row, column + 1) in found
    }
