"""The sheet Vergleich: one cluster and one indicator by drop-down, compared with its cohorts."""

from collections.abc import Iterable, Mapping
from typing import Any

from xlsxwriter.worksheet import Worksheet

from pipeline.common.texts import say
from pipeline.evaluation.statistics import SHOWN, rank_formula
from pipeline.report.workbook.benchmark import ESCA
from pipeline.report.workbook.cells import put
from pipeline.report.workbook.compare_chart import put_chart, put_chart_rows
from pipeline.report.workbook.compare_choice import INDICATOR, TOP, Choice
from pipeline.report.workbook.portfolio import indicator_header
from pipeline.report.workbook.sheets import LINE_HEIGHT, Book, new_sheet
from pipeline.report.workbook.working import Working
from schemas.benchmarks import declared_indicators, one_cohort_kinds

# rows (from 0) of the two choices
CLUSTER_ROW, INDICATOR_ROW = 3, 4
CLUSTER = "$B$4"
WIDTHS = [22, 38, *[13] * 7, 16, 14, 34]


def write_compare(working: Working) -> None:
    """Write the sheet."""
    book = working.book
    about = book.text("about_compare", minimum=book.review.settings.cohorts.minimum)
    sheet = new_sheet(book, "compare", about)
    for at, width in enumerate(WIDTHS):
        sheet.set_column(at, at, width)
    if book.table("clusters").is_empty():
        return
    choice = Choice(book)
    put_choices(working, sheet, choice)
    put_rows(book, sheet, choice)
    put_chart_rows(book, sheet, choice)
    put_chart(book, sheet, choice)
    sheet.print_area(0, 0, choice.data - 2, len(WIDTHS) - 1)
    sheet.fit_to_pages(1, 1)


def put_choices(working: Working, sheet: Worksheet, choice: Choice) -> None:
    """Write the drop-down cells, and the selected entries as text."""
    book, looks = working.book, working.book.looks
    names = [indicator_header(book, i) for i in declared_indicators()]
    put(sheet, CLUSTER_ROW, 0, book.text("choose_cluster"), looks["label"], book.lang)
    put(sheet, INDICATOR_ROW, 0, book.text("choose_indicator"), looks["label"], book.lang)
    put(sheet, CLUSTER_ROW, 1, choice.cluster["cluster_id"], looks["in_text"], book.lang)
    put(sheet, INDICATOR_ROW, 1, indicator_header(book, ESCA), looks["in_text"], book.lang)
    found = cell_of_cluster(book, book.ref("portfolio", "name"))
    sheet.write_formula(CLUSTER_ROW, 2, f'={found}&""', looks["text"], choice.cluster["name"] or "")
    ids = {"validate": "list", "source": f"={working.name('clusters')}"}
    sheet.data_validation(CLUSTER_ROW, 1, CLUSTER_ROW, 1, ids)
    # too long for a list inside the rule
    for at, name in enumerate(names):
        put(sheet, choice.names + at, 0, name, looks["text"], book.lang)
    first, last = choice.names + 1, choice.names + len(names)
    own = f"='{book.sheet_name('compare')}'!$A${first}:$A${last}"
    sheet.data_validation(INDICATOR_ROW, 1, INDICATOR_ROW, 1, {"validate": "list", "source": own})


def cell_of_cluster(book: Book, column: str) -> str:
    """Return the expression of the chosen cluster's cell in a column of the portfolio."""
    return f"INDEX({column},MATCH({CLUSTER},{book.ref('portfolio', 'cluster_id')},0))"


# -------------------------------------------------------------------------------------- the table
def put_rows(book: Book, sheet: Worksheet, choice: Choice) -> None:
    """Write one row for each kind of cohort."""
    heads = ["cohort_kind", "cohort", "n", *SHOWN, "own_value", "rank", "quarter"]
    for at, code in enumerate(heads):
        header = (
            book.text(f"h_{code}", kind="").strip() if code == "rank" else book.text(f"h_{code}")
        )
        put(sheet, TOP, at, header, book.looks["header"], book.lang)
    sheet.set_row(TOP, 2 * LINE_HEIGHT + 8)
    for row, kind in enumerate(one_cohort_kinds(), TOP + 1):
        put(sheet, row, 0, say("cohort_kind", kind, book.lang), book.looks["text"], book.lang)
        for at, (formula, value, look) in enumerate(of_kind(book, choice, kind, row + 1), 1):
            sheet.write_formula(row, at, f"={formula}", book.looks[look], value)


def of_kind(book: Book, choice: Choice, kind: str, row: int) -> Iterable[tuple[str, Any, str]]:
    """Return formula, value and format of each cell of a row (from 1)."""
    found, least = choice.statistics(kind), book.review.settings.cohorts.minimum
    few = book.text("too_few", minimum=least)
    name = choice.cohort(kind)
    if kind == "portfolio":
        yield f'"{book.text("all")}"', book.text("all"), "text"
    else:
        own = cell_of_cluster(book, book.ref("portfolio", kind))
        yield f'{own}&""', book.words([name])[0] or "", "text"
    for code in ("n", *SHOWN):
        sum_ = sum_of(book, code, row)
        if code == "n":
            yield sum_, found["n"], "int"
            continue
        there = counted(book, code, row)
        value = few if found["suppressed"] else found[code]
        dash = book.text("unknown_dash")
        yield f'IF($C{row}<{least},"{few}",IF({there}=0,"{dash}",{sum_}))', value, "two"
    yield from of_cluster(book, choice, kind, row)


def of_cluster(book: Book, choice: Choice, kind: str, row: int) -> Iterable[tuple[str, Any, str]]:
    """Return the cluster's value, its rank in the cohort, and the quarter of its value."""
    found, dash = choice.statistics(kind), book.text("unknown_dash")
    few = book.text("too_few", minimum=book.review.settings.cohorts.minimum)
    value, name = choice.cluster[ESCA], book.text("name_figures")
    column = f"MATCH({INDICATOR},{book.text('name_figure_heads')},0)"
    cell = f"INDEX({name},MATCH({CLUSTER},{book.ref('portfolio', 'cluster_id')},0),{column})"
    yield f'IF({cell}="","{dash}",{cell})', dash if value is None else value, "two"
    hidden = f"OR(NOT(ISNUMBER($E{row})),NOT(ISNUMBER($J{row})))"
    values = f"INDEX({name},0,{column})"
    mine = f"ISNUMBER({values})"
    if kind != "portfolio":
        mine += f"*({book.ref('portfolio', kind)}=$B{row})"
    shown = not found["suppressed"] and value is not None
    rank = choice.rank(kind) if shown else dash
    ranked = rank_formula(mine, values, f"$J{row}", f"$C{row}")
    yield f'IF({hidden},"{dash}",{ranked})', rank, "one"
    words = {code: book.text(f"q_{code}") for code in ("below", "low", "high", "above")}
    position = (
        f'IF($J{row}<$E{row},"{words["below"]}",IF($J{row}<$F{row},"{words["low"]}",'
        f'IF($J{row}<=$G{row},"{words["high"]}","{words["above"]}")))'
    )
    word = words[quarter(value, found)] if shown else few if found["suppressed"] else dash
    few_or_dash = f'IF(ISNUMBER($E{row}),"{dash}","{few}")'
    yield f"IF({hidden},{few_or_dash},{position})", word, "text"


def quarter(value: float, found: Mapping[str, Any]) -> str:
    """Return the quarter of a value."""
    if value < found["p25"]:
        return "below"
    if value < found["median"]:
        return "low"
    return "high" if value <= found["p75"] else "above"


def tests(book: Book, row: int) -> str:
    """Return the tests that find the cohort's row in the table of indicators."""
    parts = [
        (book.ref("indicators", "indicator"), INDICATOR),
        (book.ref("indicators", "cohort_kind"), f"$A{row}"),
        (book.ref("indicators", "cohort"), f"$B{row}"),
    ]
    return ",".join(f"{column},{cell}" for column, cell in parts)


def sum_of(book: Book, code: str, row: int) -> str:
    """Return the expression of a statistic."""
    return f"SUMIFS({book.ref('indicators', code)},{tests(book, row)})"


def counted(book: Book, code: str, row: int) -> str:
    """Return the expression of whether the cohort has the statistic (pooled: only ratios)."""
    return f'COUNTIFS({tests(book, row)},{book.ref("indicators", code)},"<>")'
