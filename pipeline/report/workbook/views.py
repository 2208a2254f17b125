"""The sheet Sichtweise: what the analyst would grant; the matrix follows, `adopt` reads it."""

from collections.abc import Iterable

from xlsxwriter.worksheet import Worksheet

from pipeline.common.texts import say
from pipeline.report.workbook.cells import Column, Formula, put
from pipeline.report.workbook.sheets import Book, new_sheet, put_range
from pipeline.report.workbook.working import Working
from schemas.declaration import registers

# rows (from 0): period, header; number of lines to fill in
PERIOD_ROW, TOP, LINES = 3, 5, 300
# number of printed lines, with the columns that matter in print
PRINTED = 60
# letters of the columns
CATALOGUE, CLUSTER, CRITERION, VIEW, REASON, ASSESSOR = "ABCDEF"
COMPUTED, RATED, KIND, HINT, KEY, SIGN = "HIJKLM"
# the author of views whose row names none
EVERY_ASSESSOR = f"${ASSESSOR}${PERIOD_ROW + 1}"
VIEWS = {"fulfilled": "fulfilled", "not_fulfilled": "not_fulfilled", "open": "undetermined"}


def write_views(working: Working) -> None:
    """Write the sheet, empty lines to fill in, and the names that other sheets refer to."""
    book = working.book
    about = book.text("about_views", catalogue=book.first.id)
    sheet = new_sheet(book, "views", about)
    put(sheet, PERIOD_ROW, 0, book.text("o_period"), book.looks["label"], book.lang)
    put(sheet, PERIOD_ROW, 1, book.review.period, book.looks["text"], book.lang)
    put(sheet, PERIOD_ROW, 2, book.text("o_catalogue"), book.looks["label"], book.lang)
    put(sheet, PERIOD_ROW, 3, book.first.id, book.looks["text"], book.lang)
    put(sheet, PERIOD_ROW, 4, book.text("o_assessor"), book.looks["label_right"], book.lang)
    put(sheet, PERIOD_ROW, 5, None, book.looks["in_text"], book.lang)
    put_range(book, sheet, [*entered(book), *derived(working)], TOP, frozen=0)
    sheet.freeze_panes(TOP + 1, 0)
    sheet.print_area(PERIOD_ROW, 0, TOP + PRINTED, 9)
    own = f"'{book.sheet_name('views')}'"
    for code, first, last in (("views", KEY, SIGN), ("view_clusters", CLUSTER, CLUSTER)):
        where = f"{own}!${first}${TOP + 2}:${last}${TOP + 1 + LINES}"
        book.file.define_name(book.text(f"name_{code}"), f"={where}")
    limit_entries(working, sheet)
    sheet.ignore_errors({"number_stored_as_text": f"A{TOP + 2}:F{TOP + 1 + LINES}"})


def entered(book: Book) -> Iterable[Column]:
    """Return the columns for the analyst to fill in."""
    blank = [None] * LINES
    for code, kind, width in (
        ("catalogue", "in_text", 14),
        ("cluster_id", "in_text", 12),
        ("criterion", "in_text", 12),
        ("view", "in_text", 15),
        ("view_reason", "in_foreign_wrap", 60),
        ("assessor", "in_text", 14),
    ):
        yield Column(book.text(f"h_{code}"), blank, kind, width=width)


def derived(working: Working) -> Iterable[Column]:
    """Return what is derived from an entry: its cluster, the computed status, a hint, the key."""
    book = working.book
    formulas: list[tuple[str, Formula, float]] = [
        ("name", cluster_name(book), 30),
        ("computed", looked_up(working, "computed"), 12),
        ("rated", looked_up(working, "rated"), 12),
        ("kind", looked_up(working, "kinds"), 8),
        ("hint", hint(book), 46),
        ("key", key(book), 26),
        ("sign", sign(book), 10),
    ]
    for code, formula, width in formulas:
        yield Column(book.text(f"h_{code}"), [""] * LINES, formula=formula, width=width)


def catalogue(book: Book, row: int) -> str:
    """Return the expression of an entry's catalogue: empty means the first."""
    return f'IF({CATALOGUE}{row}="","{book.first.id}",{CATALOGUE}{row})'


def cluster_name(book: Book) -> Formula:
    """Return the formula of a cluster's name."""
    names, ids = book.ref("portfolio", "name"), book.ref("portfolio", "cluster_id")
    return lambda row: (
        f'=IF({CLUSTER}{row}="","",IFERROR(INDEX({names},MATCH({CLUSTER}{row},{ids},0))&"",""))'
    )


def looked_up(working: Working, part: str) -> Formula:
    """Return the formula of a value on the sheet Rechnung for an entry's criterion."""
    block, keys = working.name(part), working.name("keys")
    line = "" if part == "kinds" else f"MATCH({CLUSTER}{{row}},{working.name('clusters')},0),"

    def formula(row: int) -> str:
        at = f'MATCH({catalogue(working.book, row)}&"|"&{CRITERION}{row},{keys},0)'
        found = f"INDEX({block},{line.format(row=row)}{at})"
        return f'=IF({CRITERION}{row}="","",IFERROR({found}&"",""))'

    return formula


def hint(book: Book) -> Formula:
    """Return the formula of the hint on the effect of an entry."""
    lines = f"${KEY}${TOP + 2}:${KEY}${TOP + 1 + LINES}"
    views = [word(book, code) for code in VIEWS]

    def formula(row: int) -> str:
        filled = f"COUNTA({CATALOGUE}{row}:{ASSESSOR}{row})=0"
        known = "OR(" + ",".join(f'{VIEW}{row}="{view}"' for view in views) + ")"
        against = (
            f'AND({KIND}{row}="{say("kind", "hard", book.lang)}",'
            f"LEFT({SIGN}{row},1)<>LEFT({COMPUTED}{row},1))"
        )
        steps = [
            (filled, ""),
            (f'{COMPUTED}{row}=""', book.text("hint_unknown")),
            (f"NOT({known})", book.text("hint_no_view")),
            (f"MATCH({KEY}{row},{lines},0)<>ROW()-{TOP + 1}", book.text("hint_doubled")),
            (f'TRIM({REASON}{row})=""', book.text("hint_no_reason")),
            (f'TRIM({ASSESSOR}{row}&{EVERY_ASSESSOR})=""', book.text("hint_no_sign")),
            (against, book.text("hint_against_hard")),
        ]
        text = f'"{book.text("hint_good")}"'
        for test, text_if in reversed(steps):
            text = f'IF({test},"{text_if}",{text})'
        return f"={text}"

    return formula


def word(book: Book, code: str) -> str:
    """Return a rating as the office writes it."""
    status = VIEWS[code]
    for entry in registers()["ratings"]:
        if entry.extra.get("status", "undetermined") == status:
            return entry.de if book.lang == "de" else entry.en
    raise KeyError(code)


def key(book: Book) -> Formula:
    """Return the formula of the key by which an entry is found; empty while it is incomplete."""
    return lambda row: (
        f'=IF(OR({COMPUTED}{row}="",{SIGN}{row}=""),"",'
        f'{catalogue(book, row)}&"|"&{CRITERION}{row}&"|"&{CLUSTER}{row})'
    )


def sign(book: Book) -> Formula:
    """Return the formula of an entry's sign; a view that is open revokes a rating."""
    mark = f" {book.text('view_sign')}"
    yes, no = (say("status_sign", code, book.lang) for code in ("fulfilled", "not_fulfilled"))
    hard = say("kind", "hard", book.lang)

    def formula(row: int) -> str:
        def given(sign: str) -> str:
            against = f'IF(AND({KIND}{row}="{hard}",{COMPUTED}{row}<>"{sign}"),"!","")'
            return f'"{sign}{mark}"&{against}'

        good, bad, open_ = (f'{VIEW}{row}="{word(book, code)}"' for code in VIEWS)
        return f'=IF({good},{given(yes)},IF({bad},{given(no)},IF({open_},{COMPUTED}{row},"")))'

    return formula


def limit_entries(working: Working, sheet: Worksheet) -> None:
    """Offer clusters, criteria and views by drop-down."""
    book = working.book
    rows = (TOP + 1, TOP + LINES)
    wrong = {"error_type": "warning", "error_title": book.text("sheet_views")}
    wrong["error_message"] = book.text("view_error")
    lists: dict[str, object] = {
        CLUSTER: f"={working.name('clusters')}",
        VIEW: [word(book, code) for code in VIEWS],
        CATALOGUE: [k.id for k in book.review.catalogues],
        CRITERION: f"={working.name('criteria')}",
    }
    for column, source in lists.items():
        at = "ABCDE".index(column)
        rule = {"validate": "list", "source": source, **wrong}
        sheet.data_validation(rows[0], at, rows[1], at, rule)
