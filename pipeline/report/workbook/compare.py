"""The block Vergleich of ESCA-Benchmark: one cluster and one indicator by drop-down, compared."""

from collections.abc import Iterable, Mapping
from typing import Any

from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from pipeline.common.texts import say
from pipeline.evaluation.statistics import SHOWN, rank_formula
from pipeline.report.workbook.cells import Column, put
from pipeline.report.workbook.compare_chart import put_chart, put_chart_rows
from pipeline.report.workbook.compare_choice import ABOVE, NAMES, Choice
from pipeline.report.workbook.portfolio import ESCA, indicator_header
from pipeline.report.workbook.sheets import Book
from pipeline.report.workbook.stack import Stack
from pipeline.report.workbook.working import Working
from schemas.benchmarks import declared_indicators, one_cohort_kinds

HEADS = ["cohort_kind", "cohort", "n", *SHOWN, "own_value", "rank", "quarter"]


def put_compare(stack: Stack, working: Working) -> None:
    """Write the block."""
    book = working.book
    headers = [
        book.text(f"h_{code}", kind="").strip() if code == "rank" else book.text(f"h_{code}")
        for code in HEADS
    ]
    columns = [Column(header, ()) for header in headers]
    top = stack.add(columns, sorts=False, above=ABOVE)
    if book.table("clusters").is_empty():
        return
    choice = Choice(book, top)
    put_choices(working, stack.sheet, choice)
    put_rows(book, stack.sheet, choice)
    put_chart_rows(book, stack.sheet, choice)
    put_chart(book, stack.sheet, choice)
    stack.row = choice.end + 1


def put_choices(working: Working, sheet: Worksheet, choice: Choice) -> None:
    """Write the drop-down cells, and the selected entries as text."""
    book, looks = working.book, working.book.looks
    names = [indicator_header(book, i) for i in declared_indicators()]
    row = choice.top - ABOVE
    put(sheet, row, 0, book.text("choose_cluster"), looks["label"], book.lang)
    put(sheet, row + 1, 0, book.text("choose_indicator"), looks["label"], book.lang)
    put(sheet, row, 1, choice.cluster["cluster_id"], looks["in_text"], book.lang)
    put(sheet, row + 1, 1, indicator_header(book, ESCA), looks["in_text"], book.lang)
    found = cell_of_cluster(book, choice, book.ref("portfolio", "name"))
    sheet.write_formula(row, 2, f'={found}&""', looks["text"], choice.cluster["name"] or "")
    ids = {"validate": "list", "source": f"={working.name('clusters')}"}
    sheet.data_validation(row, 1, row, 1, ids)
    # too long for a list inside the rule
    for at, name in enumerate(names, choice.top):
        put(sheet, at, NAMES, name, looks["text"], book.lang)
    own = xl_range_abs(choice.top, NAMES, choice.top + len(names) - 1, NAMES)
    sheet.data_validation(row + 1, 1, row + 1, 1, {"validate": "list", "source": f"={own}"})


def cell_of_cluster(book: Book, choice: Choice, column: str) -> str:
    """Return the expression of the chosen cluster's cell in a column of the portfolio."""
    ids = book.ref("portfolio", "cluster_id")
    return f"INDEX({column},MATCH({choice.cluster_cell},{ids},0))"


# -------------------------------------------------------------------------------------- the table
def put_rows(book: Book, sheet: Worksheet, choice: Choice) -> None:
    """Write one row for each kind of cohort."""
    for row, kind in enumerate(one_cohort_kinds(), choice.top + 1):
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
        own = cell_of_cluster(book, choice, book.ref("portfolio", kind))
        yield f'{own}&""', book.words([name])[0] or "", "text"
    for code in ("n", *SHOWN):
        sum_ = sum_of(choice, code, row)
        if code == "n":
            yield sum_, found["n"], "int"
            continue
        there = counted(choice, code, row)
        value = few if found["suppressed"] else found[code]
        dash = book.text("unknown_dash")
        yield f'IF($C{row}<{least},"{few}",IF({there}=0,"{dash}",{sum_}))', value, "two"
    yield from of_cluster(book, choice, kind, row)


def of_cluster(book: Book, choice: Choice, kind: str, row: int) -> Iterable[tuple[str, Any, str]]:
    """Return the cluster's value, its rank in the cohort, and the quarter of its value."""
    found, dash = choice.statistics(kind), book.text("unknown_dash")
    few = book.text("too_few", minimum=book.review.settings.cohorts.minimum)
    value, name = choice.cluster[ESCA], book.text("name_figures")
    column = f"MATCH({choice.indicator_cell},{book.text('name_figure_heads')},0)"
    ids = book.ref("portfolio", "cluster_id")
    cell = f"INDEX({name},MATCH({choice.cluster_cell},{ids},0),{column})"
    yield f'IF({cell}="","{dash}",{cell})', dash if value is None else value, "two"
    hidden = f"OR(NOT(ISNUMBER($E{row})),NOT(ISNUMBER($J{row})))"
    values = f"INDEX({name},0,{column})"
    mine = f"ISNUMBER({values})"
    if kind != "portfolio":
        mine += f"*({book.ref('portfolio', kind)}=$B{row})"
    is_visible = not found["suppressed"] and value is not None
    rank = choice.rank(kind) if is_visible else dash
    ranked = rank_formula(mine, values, f"$J{row}", f"$C{row}")
    yield f'IF({hidden},"{dash}",{ranked})', rank, "one"
    words = {code: book.text(f"q_{code}") for code in ("below", "low", "high", "above")}
    position = (
        f'IF($J{row}<$E{row},"{words["below"]}",IF($J{row}<$F{row},"{words["low"]}",'
        f'IF($J{row}<=$G{row},"{words["high"]}","{words["above"]}")))'
    )
    word = words[quarter(value, found)] if is_visible else few if found["suppressed"] else dash
    few_or_dash = f'IF(ISNUMBER($E{row}),"{dash}","{few}")'
    yield f"IF({hidden},{few_or_dash},{position})", word, "text"


def quarter(value: float, found: Mapping[str, Any]) -> str:
    """Return the quarter of a value."""
    if value < found["p25"]:
        return "below"
    if value < found["median"]:
        return "low"
    return "high" if value <= found["p75"] else "above"


def tests(choice: Choice, row: int) -> str:
    """Return the tests that find the cohort's row in the table of indicators."""
    ref = choice.book.ref
    parts = [
        (ref("indicators", "indicator"), choice.indicator_cell),
        (ref("indicators", "cohort_kind"), f"$A{row}"),
        (ref("indicators", "cohort"), f"$B{row}"),
    ]
    return ",".join(f"{column},{cell}" for column, cell in parts)


def sum_of(choice: Choice, code: str, row: int) -> str:
    """Return the expression of a statistic."""
    return f"SUMIFS({choice.book.ref('indicators', code)},{tests(choice, row)})"


def counted(choice: Choice, code: str, row: int) -> str:
    """Return the expression of whether the cohort has the statistic (pooled: only ratios)."""
    return f'COUNTIFS({tests(choice, row)},{choice.book.ref("indicators", code)},"<>")'
