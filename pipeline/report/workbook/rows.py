"""The sheet Zeilen: which rows count for which figure, and why the others do not."""

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from pipeline.common.catalogue import metrics
from pipeline.common.texts import say, texts
from pipeline.report.workbook.cells import Column, Formula
from pipeline.report.workbook.cluster_columns import named_columns
from pipeline.report.workbook.sheets import Book, new_sheet, print_heading
from pipeline.report.workbook.stack import Stack
from schemas.declaration import submission
from schemas.properties import shown_properties

COUNTS = "bound"
# how many columns the printed heading is wide
PRINTED = 6
ANSWER_COLOURS = {"yes": "good", "possible": "open", "no": "muted"}


def write_rows(book: Book) -> None:
    """Write the sheet; of very many rows only the counts."""
    codes = ["counts", "actors", "rows"] if book.has_rows else ["counts"]
    about = book.text("about_sheet_rows" if book.has_rows else "about_sheet_rows_apart")
    sheet = new_sheet(book, "rows", about)
    stack = Stack(book, sheet, codes, intro=[book.text("not_printed")])
    put_counts(stack)
    if book.has_rows:
        put_actors(stack)
        put_rows(stack)
    stack.close()
    print_heading(book, sheet, PRINTED)


# ------------------------------------------------------------------------------------- the counts
def put_counts(stack: Stack) -> None:
    """Write for every cluster how many rows of Akteure count, and why the others do not."""
    book = stack.book
    numbers = counted(book.lazy("actors"))
    table = book.table("clusters").select("cluster_id").join(numbers, on="cluster_id", how="left")
    table = table.fill_null(0).sort("cluster_id")
    stack.add([*named_columns(book, table), *count_columns(book, table)])


def reasons() -> list[str]:
    """Return the codes of the reasons why a row does not count."""
    return [code for code in texts("bound_reason") if code != COUNTS]


def counted(actors: pl.LazyFrame) -> pl.DataFrame:
    """Return how many rows each cluster has, how many count, and how many have each reason."""
    bound, reason = pl.col("bound"), pl.col("bound_reason")
    by_reason = {f"r_{code}": (reason == code).sum() for code in reasons()}
    table = actors.group_by("cluster_id").agg(
        rows=pl.len(),
        count=bound.sum(),
        possible=bound.is_null().sum(),
        not_counted=(~bound).sum(),
        **by_reason,
    )
    return table.collect()


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
def put_actors(stack: Stack) -> None:
    """Write every row of Akteure."""
    book = stack.book
    columns = list(actor_columns(book, book.table("actors")))
    stack.add(columns, {book.text("h_bound"): answer_looks(book)})


def actor_columns(book: Book, actors: pl.DataFrame) -> Iterable[Column]:
    """Return the columns: who it is, whether it counts, is an SME, is near, and why."""
    text = book.text
    yield Column(text("h_cluster_id"), actors["cluster_id"].to_list())
    yield Column(text("h_actor"), actors["name"].to_list(), "foreign")
    yield Column(text("h_row"), actors["row"].to_list(), "int")
    yield Column(text("h_actor_type"), book.words(actors["actor_type"].to_list()))
    yield Column(text("h_bound"), book.yes_no(actors["bound"].to_list(), text("possible")))
    yield because(book, actors, "bound_reason")
    yield Column(text("h_sme"), book.yes_no(actors["sme"].to_list(), text("unknown")))
    yield because(book, actors, "sme_reason")
    yield Column(text("h_near"), book.yes_no(actors["near"].to_list(), text("unknown")))
    yield Column(text("h_distance_km"), actors["distance_km"].to_list(), "one")
    yield because(book, actors, "near_reason")
    for key, header in shown_properties().items():
        yield Column(header[book.lang], book.yes_no(actors[key].to_list(), text("unknown")))


def because(book: Book, actors: pl.DataFrame, name: str) -> Column:
    """Return a column of reasons."""
    return Column(book.text(f"h_{name}"), book.labels(name, actors[name].to_list()))


def put_rows(stack: Stack) -> None:
    """Write the rows of the other sheets behind every figure."""
    book = stack.book
    rows, text = book.table("rows"), book.text
    columns = [
        Column(text("h_cluster_id"), rows["cluster_id"].to_list()),
        Column(text("h_metric"), titles(book, rows["metric"].to_list())),
        Column(text("h_sheet"), sheet_names(book, rows["sheet"].to_list()), "foreign"),
        Column(text("h_row"), rows["row"].to_list(), "int"),
        Column(text("h_counted"), [answer and text(answer) for answer in rows["counted"]]),
        Column(text("h_counted_reason"), book.labels("row_reason", rows["reason_code"].to_list())),
    ]
    stack.add(columns, {text("h_counted"): answer_looks(book)})


def titles(book: Book, keys: Sequence[str]) -> list[str]:
    """Return the names of figures."""
    known = {key: metric.title[book.lang] for key, metric in metrics().items()}
    return [known.get(key, key) for key in keys]


def sheet_names(book: Book, names: Sequence[str]) -> list[str]:
    """Return sheets by their name in the form instead of their key."""
    known = {sheet.key: sheet.name[book.lang] for sheet in submission().sheets}
    return [known.get(name, name) for name in names]


def answer_looks(book: Book) -> Mapping[str, str]:
    """Return the colours of whether a row counts."""
    return {book.text(answer): look for answer, look in ANSWER_COLOURS.items()}
