"""The sheets of rows: which rows count for which figure, and why the others do not."""

from collections.abc import Iterable, Sequence

import polars as pl
from xlsxwriter.worksheet import Worksheet

from pipeline.common.catalogue import metrics
from pipeline.common.texts import say, texts
from pipeline.report.workbook.cells import Column, Formula
from pipeline.report.workbook.sheets import Book, colour_column, column_at, new_sheet, put_table
from schemas.declaration import submission

COUNTS = "bound"
ANSWER_COLOURS = {"yes": "good", "possible": "open", "no": "muted"}


# ------------------------------------------------------------------------------------- the counts
def write_counts(book: Book) -> None:
    """Write for every cluster how many rows of Akteure count, and why the others do not."""
    about = None if book.has_rows else book.text("about_counts_apart")
    sheet = new_sheet(book, "counts", about)
    names = book.table("clusters").select("cluster_id", "name")
    numbers = counted(book.table("actors"))
    table = names.join(numbers, on="cluster_id", how="left").fill_null(0).sort("cluster_id")
    columns = [
        Column(book.text("h_cluster_id"), names["cluster_id"].to_list()),
        Column(book.text("h_name"), names["name"].to_list(), "foreign"),
        *count_columns(book, table),
    ]
    put_table(book, sheet, book.text("table_counts"), columns)


def reasons() -> list[str]:
    """Return the codes of the reasons why a row does not count."""
    return [code for code in texts("bound_reason") if code != COUNTS]


def counted(actors: pl.DataFrame) -> pl.DataFrame:
    """Return how many rows each cluster has, how many count, and how many have each reason."""
    bound, reason = pl.col("bound"), pl.col("bound_reason")
    by_reason = {f"r_{code}": (reason == code).sum() for code in reasons()}
    return actors.group_by("cluster_id").agg(
        rows=pl.len(),
        count=bound.sum(),
        possible=bound.is_null().sum(),
        not_counted=(~bound).sum(),
        **by_reason,
    )


def count_columns(book: Book, table: pl.DataFrame) -> Iterable[Column]:
    """Return the columns of numbers, each a formula over the rows of actors if there are any."""
    tests = {"rows": None, "count": "yes", "possible": "possible", "not_counted": "no"}
    for code, word in tests.items():
        test = (book.ref("actors", "bound"), book.text(word)) if word else None
        yield Column(book.text(f"h_{code}"), table[code].to_list(), "int", tally(book, test))
    for code in reasons():
        text = say("bound_reason", code, book.lang)
        test = (book.ref("actors", "bound_reason"), text)
        yield Column(text, table[f"r_{code}"].to_list(), "int", tally(book, test))


def tally(book: Book, test: tuple[str, str] | None) -> Formula | None:
    """Return the formula that counts a cluster's rows of actors; column A contains its ID."""
    if not book.has_rows:
        return None
    ids = book.ref("actors", "cluster_id")
    more = f',{test[0]},"{test[1]}"' if test else ""
    return lambda row: f"=COUNTIFS({ids},$A{row}{more})"


# ------------------------------------------------------------------------------------- every row
def write_actors(book: Book) -> None:
    """Write every row of Akteure."""
    sheet = new_sheet(book, "actors")
    columns = list(actor_columns(book, book.table("actors")))
    put_table(book, sheet, book.text("table_actors"), columns, frozen=3)
    colour_answers(book, sheet, columns, "bound")


def actor_columns(book: Book, actors: pl.DataFrame) -> Iterable[Column]:
    """Return the columns: who it is, whether it counts, is an SME, is near, and why."""
    text = book.text
    yield Column(text("h_cluster_id"), actors["cluster_id"].to_list())
    yield Column(text("h_row"), actors["row"].to_list(), "int")
    yield Column(text("h_actor"), actors["name"].to_list(), "foreign")
    yield Column(text("h_actor_type"), book.words(actors["actor_type"].to_list()))
    yield Column(text("h_bound"), book.yes_no(actors["bound"].to_list(), text("possible")))
    yield because(book, actors, "bound_reason")
    yield Column(text("h_sme"), book.yes_no(actors["sme"].to_list(), text("unknown")))
    yield because(book, actors, "sme_reason")
    yield Column(text("h_near"), book.yes_no(actors["near"].to_list(), text("unknown")))
    yield Column(text("h_distance_km"), actors["distance_km"].to_list(), "one")
    yield because(book, actors, "near_reason")


def because(book: Book, actors: pl.DataFrame, name: str) -> Column:
    """Return a column of reasons."""
    return Column(book.text(f"h_{name}"), book.says(name, actors[name].to_list()))


def write_rows(book: Book) -> None:
    """Write the rows of the other sheets behind every figure."""
    sheet = new_sheet(book, "rows")
    rows, text = book.table("rows"), book.text
    columns = [
        Column(text("h_cluster_id"), rows["cluster_id"].to_list()),
        Column(text("h_metric"), titles(book, rows["metric"].to_list())),
        Column(text("h_sheet"), sheet_names(book, rows["sheet"].to_list()), "foreign"),
        Column(text("h_row"), rows["row"].to_list(), "int"),
        Column(text("h_counted"), [answer and text(answer) for answer in rows["counted"]]),
        Column(text("h_counted_reason"), book.says("row_reason", rows["reason_code"].to_list())),
    ]
    put_table(book, sheet, text("table_rows"), columns)
    colour_answers(book, sheet, columns, "counted")


def titles(book: Book, keys: Sequence[str]) -> list[str]:
    """Return the names of figures."""
    known = {key: metric.title[book.lang] for key, metric in metrics().items()}
    return [known.get(key, key) for key in keys]


def sheet_names(book: Book, names: Sequence[str]) -> list[str]:
    """Return sheets by their name in the form instead of their key."""
    known = {sheet.key: sheet.name[book.lang] for sheet in submission().sheets}
    return [known.get(name, name) for name in names]


def colour_answers(book: Book, sheet: Worksheet, columns: Sequence[Column], code: str) -> None:
    """Colour whether a row counts."""
    looks = {book.text(answer): look for answer, look in ANSWER_COLOURS.items()}
    at = column_at(columns, book.text(f"h_{code}"))
    colour_column(book, sheet, at, len(columns[0].values), looks)
