"""Reads the two files: the analyst's workbook, and the existing ratings."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.common.catalogue import load
from pipeline.common.findings import join_findings
from pipeline.common.keys import word_key_expr
from pipeline.common.periods import NAME
from pipeline.common.settings import load_settings
from pipeline.common.texts import texts
from pipeline.intake.discover import shown_name
from pipeline.intake.gather import FILES, Intake, Stacked, detail, gather
from pipeline.intake.refusal import Refusal
from pipeline.intake.sent_file import numbered
from pipeline.intake.worker import Read
from pipeline.submissions.office import blank_ratings, name_of_field, sheets_of_experts
from pipeline.submissions.parse.parse import Parsed, parse
from pipeline.submissions.validate import Valid, is_error, validate
from pipeline.tables.findings import findings_table
from schemas.declaration import Sheet, Workbook, office, views, wanted_sheet_keys
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

    views: file, row, catalogue, cluster_id, criterion_id, rating, reason, assessor. known: the same
    and rated_on of the ratings that the workbook was made with. findings: the table of the
    contract, only for the views. sign: of their author, for rows without a sign. clusters: those
    that the workbook knows, empty where it has no list of them. bad: file and row of the rows with
    a cell that cannot be read. of_template: whether these are the ratings of a template, in which
    every row has its own rated_on and valid_until; then views also have sheet (its name in the
    file) and owner (the expert of that sheet, if it is one expert's), and each sheet of experts has
    a number of its own as file.
    """

    period: str
    catalogue: str
    views: pl.DataFrame
    known: pl.DataFrame
    findings: pl.DataFrame
    sign: str | None = None
    clusters: frozenset[str] = frozenset()
    bad: frozenset[tuple[int, int]] = frozenset()
    of_template: bool = False


@dataclass(frozen=True)
class Ratings:
    """The existing ratings: the frame, its columns and cells (`Parsed.places`, `.cells`)."""

    table: pl.DataFrame
    places: pl.DataFrame
    cells: pl.DataFrame

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows by field; unusable values as they are in the file."""
        fields = [f.key for f in office().sheet("assessments").fields]
        raw = {(r["row"], r["field"]): r["raw"] for r in self.cells.iter_rows(named=True)}
        return [
            {f: raw.get((row["row"], f)) if row[f] is None else row[f] for f in fields}
            for row in self.table.iter_rows(named=True)
        ]


def read_views(path: Path, read: Read) -> Views:
    """Return the views of the workbook, or the ratings of a filled template.

    UnusableFileError if it has neither, or does not say of which period.
    """
    files, (sheets, cells), parsed, valid = read_sheets(path, views(), read)
    names = parsed.sheets.select("file", "sheet_key", "sheet")
    key = next((k for k in ("views", "assessments") if k in set(names["sheet_key"])), None)
    if key is None:
        raise UnusableFileError(path, "no_views")
    names = names.filter(pl.col("sheet_key") == key)
    own = sheets.join(names.select("file", name="sheet"), on=["file", "name"], how="semi")
    head = heads(cells.join(own, on=["file", "sheet"], how="semi"))
    usual = sheet_number(names, views().sheet(key).keys)
    # another sheet with nothing above it is none of the template's
    head = {number: heading for number, heading in head.items() if heading or number == usual}
    periods = {heading.get("o_period", "") for heading in head.values()}
    if len(periods) != 1 or not NAME.match(period := periods.pop()):
        raise UnusableFileError(path, "no_period" if key == "views" else "no_period_ratings")
    first_head, ours = head[min(head)], pl.col("file").is_in(sorted(head))
    table = valid.tables[key].filter(ours).sort("file", "row")
    found = join_findings(parsed.findings, valid.findings)
    found = found.filter(ours, pl.col("sheet_key") == key)
    passed_over = ["unknown_column", "office_field"]
    if key == "assessments":
        blank = blank_ratings(parsed)
        table = table.join(blank, on=["file", "row"], how="anti")
        found = found.join(blank, on=["file", "sheet_key", "row"], how="anti")
        passed_over.append("missing_value")  # of a rating or reason: said of the row
        owners = {number: one.get("o_assessor") for number, one in head.items()}
        owner = pl.col("file").replace_strict(owners, default=None, return_dtype=pl.String)
        table = table.join(names.select("file", "sheet"), on="file", how="left")
        table = table.with_columns(owner=owner).sort("file", "row")
    found = found.filter(~pl.col("code").is_in(passed_over))
    nobody = pl.DataFrame(schema={"file": pl.UInt32, "sheet_key": pl.String, "row": pl.UInt32})
    about = nobody.with_columns(row_cluster=pl.lit(None, pl.String))
    first = load_settings().review.first_catalogue
    named = files.with_columns(cluster_id=pl.lit(None, pl.String))
    listed_findings = findings_table(found, parsed.cells, named, about, [views()], load(first))
    known, listed = ("assessments", "coverage") if key == "views" else ("known", "clusters")
    return Views(
        period,
        first_head.get("o_catalogue", first),
        table,
        valid.tables[known].sort("file", "row"),
        listed_findings,
        first_head.get("o_assessor") if key == "views" else None,
        frozenset(valid.tables[listed]["cluster_id"].drop_nulls()),
        bad=frozenset(found.filter(is_error(pl.col("code"))).select("file", "row").iter_rows()),
        of_template=key == "assessments",
    )


def sheet_number(names: pl.DataFrame, keys: Collection[str]) -> int | None:
    """Return the file whose sheet has its usual name; names: file, sheet."""
    usual = names.filter(word_key_expr(pl.col("sheet")).is_in(sorted(keys)))
    return usual["file"].min()  # type: ignore[return-value]


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


def read_sheets(
    path: Path, workbook: Workbook, read: Read
) -> tuple[pl.DataFrame, Stacked, Parsed, Valid]:
    """Return a file as read_one does, whose sheets of experts are files of their own.

    The first frame is of the files: file, source_file, sha256.
    """
    sent, parsed, valid = read_one(path, workbook, read)
    experts = sheets_of_experts(sent.sheets["name"])
    if not experts:
        return sent.files, sent.stacked(), parsed, valid
    ratings = workbook.sheet("assessments")
    # Their names become names of the sheet of ratings, of which each file has one.
    same = {name: getattr(ratings, name) for name in Sheet.model_fields}
    same["aliases"] = (*ratings.aliases, *experts)
    ratings = Sheet.model_construct(**same)
    others = (sheet for sheet in workbook.sheets if sheet.key != ratings.key)
    workbook = replace(workbook, sheets=(*others, ratings))
    sent = read_file(path, workbook, read)
    apart = pl.DataFrame({"name": experts}).with_row_index("own_file", len(sent.files))
    sheets, cells = sent.stacked()
    sheets = sheets.join(apart, on="name", how="left")
    moved = sheets.drop_nulls("own_file").select("file", "sheet", "own_file")
    cells = cells.join(moved, on=["file", "sheet"], how="left")
    number = pl.coalesce("own_file", "file").cast(pl.UInt32)
    sheets, cells = (f.with_columns(file=number).drop("own_file") for f in (sheets, cells))
    files = sent.files.drop("file").join(sheets.select("file").unique(), how="cross")
    parsed = parse(workbook, sheets, cells)
    return files.select(*FILES), (sheets, cells), parsed, validate(workbook, parsed)


def read_one(path: Path, workbook: Workbook, read: Read) -> tuple[Intake, Parsed, Valid]:
    """Return the content of one file: as read, typed, and valid."""
    sent = read_file(path, workbook, read)
    parsed = parse(workbook, *sent.stacked())
    return sent, parsed, validate(workbook, parsed)


def read_file(path: Path, workbook: Workbook, read: Read) -> Intake:
    """Return what was read of one file; UnusableFileError if it was refused."""
    outcome = next(iter(read([path], wanted_sheet_keys(workbook))))
    if isinstance(outcome, Refusal):
        raise UnusableFileError(path, outcome.code, detail(outcome))
    most = load_settings().intake.max_file_mb
    return gather(numbered([path], [shown_name(path)]), [outcome], most_mb=most)


def heads(cells: pl.DataFrame) -> dict[int, dict[str, str]]:
    """Return by file the values beside the labels of period, catalogue and assessor above a list.

    cells: of the sheets with lists, one in each file.
    """
    labels = {
        header_key(texts("workbook")[code][lang]): code
        for code in ("o_period", "o_catalogue", "o_assessor")
        for lang in ("de", "en")
    }
    top = cells.filter((pl.col("row") < HEAD_ROWS) & pl.col("text").is_not_null())
    found = {(r["file"], r["row"], r["column"]): r["text"] for r in top.iter_rows(named=True)}
    result: dict[int, dict[str, str]] = {file: {} for file in sorted(set(cells["file"]))}
    for (file, row, column), text in found.items():
        if header_key(text) in labels and (file, row, column + 1) in found:
            result[file][labels[header_key(text)]] = found[file, row, column + 1]
    return result
