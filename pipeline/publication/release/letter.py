"""The list for a serial letter: a row per cluster, as a word processor expects it.

The header is in the first row; fields are short texts (a merge truncates longer ones at 255 letters
and turns dates into American ones); no personal data.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import polars as pl

from pipeline.common.texts import day, say, texts
from pipeline.publication.release.content import Item, agreed, contents
from pipeline.report.answers import answer_of, answers
from pipeline.report.revised import changed_text
from pipeline.report.workbook.cells import Column
from pipeline.report.workbook.files import write_file
from pipeline.report.workbook.sheets import Book, put_range, sheet_name
from pipeline.review import Review
from pipeline.submissions.office import has_left
from pipeline.tables.headlines import role_word
from pipeline.tables.todo import answerable
from pipeline.tables.unread import CANNOT_BE_READ, shown_states

COLUMNS = [
    "cluster_id",
    "name",
    "role",
    "period",
    "state",
    "as_of",
    "decision",
    "result",
    "fulfilled",
    "unrated",
    "undetermined",
    "criteria",
    "pass_mark",
    "not_fulfilled",
    "open",
    "agreed",
    "errors",
    "asked",
    "changed",
    "deadline",
    "contact",
    "folder",
    "page",
    "marked",
    "form",
    "letter",
]
FOREIGN = {"name", "not_fulfilled", "open", "agreed", "asked", "contact", "marked"}
LONGEST = 250
BETWEEN = " · "  # of items, which hold semicolons and brackets themselves
LONGEST_NAME = 120  # of a file, within a sentence
LETTER = "Anschreiben.docx"
RESULTS = pl.Schema(
    {
        **dict.fromkeys(("cluster_id", "result", "not_fulfilled", "open"), pl.String()),
        **dict.fromkeys(("missed_items", "open_items"), pl.List(pl.String())),
    }
)


# ------------------------------------------------------------------------------------------ rows
def letters(review: Review, files: pl.DataFrame, lang: str) -> pl.DataFrame:
    """Return a row per cluster to write to: the reviewed, the quarantined and the missing.

    files: cluster_id, folder, page, marked, form: names of files. Columns are those of COLUMNS, and
    for the letters opening, reply, missed_items, open_items and agreed_items (lists of text, whole
    where COLUMNS have room for the first ones).
    """
    first = review.catalogues[0]
    due = pl.col("expected") | (pl.col("state") != "missing")
    table = shown_states(review.tables).filter(due)
    table = table.join(verdicts(review), on="cluster_id", how="left")
    table = table.join(errors(review), on="cluster_id", how="left")
    table = table.join(open_criteria(review), on="cluster_id", how="left")
    table = table.join(results(review, lang), on="cluster_id", how="left")
    table = table.join(agreements(review, lang), on="cluster_id", how="left")
    table = table.join(files, on="cluster_id", how="left").sort("cluster_id")
    table = table.with_columns(to_answer(review, table["cluster_id"].to_list(), lang))
    reviewed = pl.col("state") == "reviewed"
    return table.select(
        "cluster_id",
        pl.col("name").fill_null("").str.slice(0, LONGEST),
        role=pl.col("role").map_elements(lambda role: role_word(role, lang), pl.String),
        period=pl.lit(review.period),
        state=in_words("shown_state", "outcome", lang),
        as_of=pl.col("as_of").map_elements(lambda d: day(d, lang), pl.String),
        decision=in_words("decision", "decision", lang),
        result="result",
        fulfilled="fulfilled",
        unrated="fulfilled_soft",
        undetermined="undetermined",
        criteria=pl.when(reviewed).then(pl.lit(len(first.criteria))),
        pass_mark=pl.when(reviewed).then(pl.lit(first.pass_mark)),
        not_fulfilled="not_fulfilled",
        open="open",
        agreed="agreed",
        errors=pl.when(reviewed).then(pl.col("errors").fill_null(0)),
        asked=request_text(lang),
        changed=changed(review, lang),
        deadline="deadline",
        contact=pl.col("contact").str.slice(0, LONGEST),
        folder="folder",
        page="page",
        marked=pl.col("marked").str.slice(0, LONGEST),
        form="form",
        letter=pl.format("handout/{}/{}", "cluster_id", pl.lit(LETTER)),
        opening=opening(lang),
        missed_items="missed_items",
        open_items="open_items",
        agreed_items="agreed_items",
        reply=reply(review.settings.office.mail, lang),
    )


def results(review: Review, lang: str) -> pl.DataFrame:
    """Return the result of every reviewed cluster, columns RESULTS."""
    rows = [
        (
            cluster,
            own.decision,
            listed(own.missed),
            listed(own.open),
            [item.whole for item in own.missed],
            [item.whole for item in own.open],
        )
        for cluster, own in contents(review, lang).items()
    ]
    return pl.DataFrame(rows, schema=RESULTS, orient="row")


def agreements(review: Review, lang: str) -> pl.DataFrame:
    """Return cluster_id, agreed (one text), agreed_items: see `content.agreed`."""
    rows = [
        (cluster, "; ".join(items)[:LONGEST], items)
        for cluster, items in agreed(review, lang).items()
    ]
    schema = pl.Schema(
        {"cluster_id": pl.String(), "agreed": pl.String(), "agreed_items": pl.List(pl.String())}
    )
    return pl.DataFrame(rows, schema=schema, orient="row")


def listed(items: Sequence[Item]) -> str:
    """Return all items as one text; the first have levers or requests while a field has room."""
    for whole in range(len(items), -1, -1):
        shorts = [item.short for item in items[:whole]]
        text = BETWEEN.join(shorts + [item.criterion for item in items[whole:]])
        if len(text) <= LONGEST:
            break
    return text[:LONGEST]


def to_answer(review: Review, clusters: Sequence[str], lang: str) -> list[pl.Series]:
    """Return deadline and contact of each cluster: until when and whom to answer."""
    assert review.released_on is not None
    known, office = answers(review), review.settings.office
    own = [answer_of(cluster, known, office) for cluster in clusters]
    days = [day(answer.deadline(review.released_on), lang) for answer in own]
    return [
        pl.Series("deadline", days, pl.String),
        pl.Series("contact", [answer.addressee for answer in own], pl.String),
    ]


def opening(lang: str) -> pl.Expr:
    """Return the first sentence of a letter: what was sent and what became of it."""
    as_of = pl.col("as_of").map_elements(lambda d: day(d, lang), pl.String)

    def first(code: str, *parts: pl.Expr) -> pl.Expr:
        return pl.format(say("letter", f"opening_{code}", lang), *parts)

    return (
        pl.when(pl.col("state") == "reviewed")
        .then(first("reviewed", as_of))
        .when(pl.col("state") == "missing")
        .then(first("missing", pl.col("period")))
        .when(pl.col("marked").is_null())
        .then(first("unread"))
        .otherwise(first("quarantined", pl.col("marked")))
    )


def verdicts(review: Review) -> pl.DataFrame:
    """Return the decisions of the first catalogue by cluster."""
    own = pl.col("catalogue") == review.catalogues[0].id
    columns = ["cluster_id", "decision", "fulfilled", "fulfilled_soft", "undetermined"]
    return review.tables["decisions"].filter(own).select(columns)


def errors(review: Review) -> pl.DataFrame:
    """Return cluster_id, errors: how many findings of the reviewed file are errors."""
    own = review.tables["submissions"].filter(pl.col("outcome") == "reviewed")
    found = review.tables["findings"].filter(pl.col("severity") == "error")
    found = found.join(own, on="source_file", how="semi")
    return found.group_by("cluster_id").agg(errors=pl.len().cast(pl.Int64))


def open_criteria(review: Review) -> pl.DataFrame:
    """Return cluster_id, settles: the undetermined criteria that filled cells would settle."""
    requested = answerable(review.tables["criteria"], review.catalogues[0].id)
    return requested.select("cluster_id", settles=pl.col("criteria").list.join(", "))


def request_text(lang: str) -> pl.Expr:
    """Return the request to a cluster in one or two sentences."""

    def request(code: str) -> pl.Expr:
        return pl.lit(say("serial_letter", f"ask_{code}", lang))

    has_errors, is_open = pl.col("errors") > 0, pl.col("settles").is_not_null()
    protocol = pl.col("marked").fill_null("").str.slice(0, LONGEST_NAME)
    cells = pl.format(say("serial_letter", "ask_errors", lang), pl.col("errors"), protocol)
    criteria = pl.format(say("serial_letter", "ask_open", lang), pl.col("settles"), protocol)
    unread = pl.format(
        say("serial_letter", "ask_unread", lang), pl.col("guessed_from").str.slice(0, LONGEST_NAME)
    )
    return (
        pl.when(has_left())
        .then(request("nothing"))
        .when(pl.col("state") == "missing")
        .then(request("missing"))
        .when(pl.col("shown_state") == CANNOT_BE_READ)
        .then(unread)
        .when(pl.col("state") == "quarantined")
        .then(request("quarantined"))
        .when(has_errors & is_open)
        .then(pl.concat_str(cells, criteria, separator=" "))
        .when(has_errors)
        .then(cells)
        .when(is_open)
        .then(criteria)
        .otherwise(request("nothing"))
    )


def reply(mail: str, lang: str) -> pl.Expr:
    """Return the sentence until when and whom to answer: with a submission, or if need be."""

    def sentence(code: str) -> pl.Expr:
        text = say("letter", f"reply_{code}", lang)
        return pl.format(text, pl.col("deadline"), pl.col("contact"), pl.lit(mail))

    is_asked = (pl.col("errors") > 0) | pl.col("settles").is_not_null()
    return (
        pl.when(has_left())
        .then(sentence("nothing"))
        .when(pl.col("state") != "reviewed")
        .then(sentence("send"))
        .when(is_asked.fill_null(value=False))
        .then(sentence("asked"))
        .otherwise(sentence("nothing"))
    )


def changed(review: Review, lang: str) -> pl.Expr:
    """Return what has changed since the withdrawn release that this one replaces; else nothing."""
    found = review.revised
    if found is None:
        return pl.lit(None, pl.String)
    text = partial(changed_text, found, lang=lang, most=LONGEST)
    return pl.col("cluster_id").map_elements(text, pl.String)


def in_words(column: str, group: str, lang: str) -> pl.Expr:
    """Return the texts for the codes of a column."""
    words = {code: entry[lang] for code, entry in texts(group).items()}
    return pl.col(column).replace_strict(words, default=None, return_dtype=pl.String)


# ---------------------------------------------------------------------------------------- the file
def write_letters(rows: pl.DataFrame, review: Review, path: Path, lang: str) -> None:
    """Write the list as a workbook of one sheet."""
    write_file(review, path, lang, partial(write_sheet, rows=rows))


def write_sheet(book: Book, rows: pl.DataFrame) -> None:
    """Write the sheet of the list."""
    sheet = book.file.add_worksheet(sheet_name(say("serial_letter", "sheet", book.lang)))
    put_range(book, sheet, columns(book, rows), top=0, frozen=1)
    sheet.autofilter(0, 0, rows.height, len(COLUMNS) - 1)
    sheet.set_landscape()


def columns(book: Book, rows: pl.DataFrame) -> list[Column]:
    """Return the columns with their headers."""
    return [
        Column(
            say("serial_letter", name, book.lang),
            rows[name].to_list(),
            "foreign" if name in FOREIGN else "int" if rows[name].dtype.is_integer() else "text",
        )
        for name in COLUMNS
    ]
