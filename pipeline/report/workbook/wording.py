"""The wording behind the criteria: a sheet of its own, and a column beside the ratings."""

from collections.abc import Sequence

import polars as pl

from pipeline.common.texts import day, say
from pipeline.report.workbook.cells import Column
from pipeline.report.workbook.sheets import (
    Book,
    colour_column,
    column_at,
    new_sheet,
    print_heading,
    put_table,
)
from pipeline.review import Review
from pipeline.tables.wording import NO, PARTLY, POSSIBLE, REFERENCE, YES

# A colour is chosen by how a text begins: the longer texts first.
COLOURS = {PARTLY: "open", POSSIBLE: "open", NO: "muted", YES: "good"}
KEY = ["catalogue", "cluster_id", "criterion_id"]
# how many columns the printed heading is wide
PRINTED = 7
# Letters beside a rating: about as many as a cell shows at its greatest height.
MOST = 1500


def has_wording(book: Book) -> bool:
    """Whether the file has the sheet: with too many rows only the dossiers have them."""
    return book.review.wording.height <= book.review.settings.workbook.most_rows


def write_wording(book: Book) -> None:
    """Write every piece of evidence under its criterion."""
    sheet, text, lang = new_sheet(book, "wording"), book.text, book.lang
    names = book.table("clusters").select("cluster_id", "name")
    table = book.review.wording.unpacked()
    table = table.join(names, on="cluster_id", how="left", maintain_order="left")
    columns = [
        Column(text("h_cluster_id"), table["cluster_id"].to_list()),
        Column(text("h_name"), table["name"].to_list(), "foreign", width=18),
        Column(text("h_catalogue"), table["catalogue"].to_list()),
        Column(text("h_criterion"), table["criterion_id"].to_list()),
        Column(text("h_sheet"), table["sheet"].to_list(), "foreign", width=13),
        Column(text("h_row"), table["row"].to_list(), "int"),
        Column(text("h_wording"), table[f"wording_{lang}"].to_list(), "foreign_wrap", width=58),
        Column(text("h_date_or_beginning"), table["date"].to_list(), "date"),
        Column(
            text("h_reference"), table[f"{REFERENCE}_{lang}"].to_list(), "foreign_wrap", width=24
        ),
        Column(text("h_counted"), book.labels("counted", table["counted"].to_list())),
        Column(text("h_counted_reason"), table[f"reason_{lang}"].to_list(), "wrap", width=26),
    ]
    put_table(book, sheet, text("table_wording"), columns, frozen=4)
    print_heading(book, sheet, PRINTED)
    looks = {say("counted", code, lang): look for code, look in COLOURS.items()}
    colour_column(book, sheet, column_at(columns, text("h_counted")), table.height, looks)


def beside_ratings(review: Review, rows: pl.DataFrame, lang: str) -> list[str | None]:
    """Return for each row (KEY) the wording behind its criterion, shortened for a cell."""
    asked = rows.lazy().select(KEY).unique()
    table = review.wording.lazy().join(asked, on=KEY, how="semi", maintain_order="left").collect()
    printed = [printed_line(row, lang) for row in table.iter_rows(named=True)]
    lines = table.select(*KEY, line=pl.Series(printed, dtype=pl.String))
    grouped = lines.group_by(KEY, maintain_order=True).agg("line")
    found = {(c, i, k): shortened(own, lang) for c, i, k, own in grouped.iter_rows()}
    return [found.get(key) for key in rows.select(KEY).iter_rows()]


def printed_line(row: dict[str, object], lang: str) -> str:
    """Return a piece of evidence as one line."""
    place = " ".join(filter(None, [str(row["sheet"]), str(row["cell"] or "")]))
    date = row["date"] and day(row["date"], lang)  # type: ignore[arg-type]
    parts = [row[f"wording_{lang}"], date, row[f"{REFERENCE}_{lang}"]]
    counted = row["counted"] and say("counted", str(row["counted"]), lang)
    verdict = ": ".join(str(part) for part in (counted, row[f"reason_{lang}"]) if part)
    return f"{place}: {' · '.join(str(part) for part in parts if part)} – {verdict}"


def shortened(lines: Sequence[str], lang: str) -> str:
    """Return the lines as one text of about MOST letters; a remark says what is left out."""
    kept, room = list[str](), MOST
    for line in lines:
        if len(line) > room:
            break
        kept.append(line)
        room -= len(line) + 1
    if len(kept) == len(lines):
        return "\n".join(kept)
    kept = kept or [f"{lines[0][:MOST]} …"]
    return "\n".join([*kept, say("wording", "cut", lang).format(n=len(kept), all=len(lines))])
