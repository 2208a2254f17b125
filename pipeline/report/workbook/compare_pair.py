"""The block of two cohorts side by side on the sheet ESCA-Benchmark: chosen by drop-down."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from xlsxwriter.utility import xl_col_to_name, xl_range_abs
from xlsxwriter.worksheet import Worksheet

from pipeline.common.rows import Row
from pipeline.common.texts import say
from pipeline.evaluation.benchmark import ALL
from pipeline.report.workbook.bars import Bars, put_bars
from pipeline.report.workbook.benchmark import cohort_names, in_order
from pipeline.report.workbook.cells import Column, Formula, put
from pipeline.report.workbook.changes_medians import median_format
from pipeline.report.workbook.langform import unit
from pipeline.report.workbook.portfolio import indicator_header
from pipeline.report.workbook.sheets import Book
from pipeline.report.workbook.stack import Stack
from schemas.benchmarks import declared_cohort_kinds, declared_indicators

SHOWN = ("n", "p25", "median", "p75")
# how many rows above the table hold the choices
ABOVE = 4
# in pixels: a row, the chart
ROW_HEIGHT, CHART_WIDTH = 20, 980
# the columns (from 0) beside the table: what the chart draws, the kinds, their cohorts, the kinds
DRAWN, KIND, COHORT, KINDS = 20, 21, 22, 23


@dataclass(frozen=True)
class Pair:
    """The choices and what is found for them; top: the row (from 0) of the table's header."""

    book: Book
    top: int

    @cached_property
    def cohorts(self) -> list[tuple[str, str, str]]:
        """Kind, name and label of every cohort, kind by kind; each kind ends with all clusters."""
        rows = in_order(self.book).select("cohort_kind", "cohort")
        named = list(dict.fromkeys(zip(*rows, cohort_names(self.book, rows), strict=True)))
        kinds = [k for k, one in declared_cohort_kinds().items() if one.column is not None]
        all_ = self.book.text("all")
        return [
            entry
            for kind in kinds
            for entry in [*(n for n in named if n[0] == kind), (kind, ALL, all_)]
        ]

    @cached_property
    def sizes(self) -> Mapping[tuple[str, str], int]:
        """How many members each cohort has, by kind and name."""
        rows = self.book.table("cohorts").filter(indicator=next(iter(declared_indicators())))
        return {
            (kind, name): n for kind, name, n in rows.select("cohort_kind", "cohort", "n").rows()
        }

    @cached_property
    def initial(self) -> tuple[str, str, str]:
        """Kind, name, label chosen at first: the largest of the first kind that shows one."""
        least = self.book.review.settings.cohorts.minimum
        own = [entry for entry in self.cohorts if entry[1] != ALL] or self.cohorts
        large_enough = [entry for entry in own if self.sizes.get(entry[:2], 0) >= least] or own
        same = [entry for entry in large_enough if entry[0] == large_enough[0][0]]
        return max(same, key=lambda entry: self.sizes.get(entry[:2], 0))

    @property
    def kind(self) -> str:
        """The kind chosen at first."""
        return self.initial[0]

    @property
    def first(self) -> tuple[str, str]:
        """Name and label of the first cohort chosen at first."""
        return self.initial[1:]

    @property
    def second(self) -> tuple[str, str]:
        """Name and label of the second one: all clusters."""
        return ALL, self.book.text("all")

    @property
    def cells(self) -> tuple[str, str, str]:
        """The cells of the kind and of both cohorts."""
        first = self.top - ABOVE + 1
        return f"$B${first}", f"$B${first + 1}", f"$B${first + 2}"

    @cached_property
    def found(self) -> list[list[Row]]:
        """The statistics of both cohorts, indicator by indicator; n is None without the cohort."""
        table, result = self.book.table("cohorts"), []
        none: Row = {"n": None, "suppressed": True}
        for name, _ in (self.first, self.second):
            kind = "portfolio" if name == ALL else self.kind
            rows = table.filter(cohort_kind=kind, cohort=name).iter_rows(named=True)
            own = {row["indicator"]: row for row in rows}
            result.append([own.get(indicator, none) for indicator in declared_indicators()])
        return result

    # --------------------------------------------------------------------------------- formulas
    def tests(self, cohort: str, row: str) -> str:
        """Return the tests that find a cohort's row of an indicator on the sheet Kennzahlen."""
        ref, all_ = self.book.ref, self.book.text("all")
        portfolio = say("cohort_kind", "portfolio", self.book.lang)
        kind = f'IF({cohort}="{all_}","{portfolio}",{self.cells[0]})'
        columns = (ref("indicators", c) for c in ("indicator", "cohort_kind", "cohort"))
        return ",".join(
            f"{column},{cell}" for column, cell in zip(columns, (row, kind, cohort), strict=True)
        )

    def statistic(self, code: str, number: int) -> Formula:
        """Return the formula of a statistic of one of both cohorts (0, 1)."""
        book, cohort = self.book, self.cells[1 + number]
        dash, least = book.text("unknown_dash"), book.review.settings.cohorts.minimum
        few, column = book.text("too_few", minimum=least), book.ref("indicators", code)
        n = xl_col_to_name(2 + number * len(SHOWN))

        def formula(row: int) -> str:
            tests = self.tests(cohort, f"$B{row}")
            sum_ = f"SUMIFS({column},{tests})"
            if code == "n":
                return f'=IF(COUNTIFS({tests})=0,"{dash}",{sum_})'
            return f'=IF(ISNUMBER(${n}{row}),IF(${n}{row}<{least},"{few}",{sum_}),"{dash}")'

        return formula

    def ratio(self, row: int) -> str:
        """Return the formula of the first median by the second."""
        at = SHOWN.index("median")
        one, other = (f"${xl_col_to_name(2 + n * len(SHOWN) + at)}{row}" for n in (0, 1))
        known = f"IF(AND(ISNUMBER({one}),ISNUMBER({other})),{other},0)"
        return f'=IF({known}=0,"{self.book.text("unknown_dash")}",{one}/{other})'

    # ----------------------------------------------------------------------------------- values
    def values(self, code: str, number: int) -> list[Any]:
        """Return the results of a statistic's formulas, indicator by indicator."""
        least = self.book.review.settings.cohorts.minimum
        few, dash = self.book.text("too_few", minimum=least), self.book.text("unknown_dash")
        return [
            dash
            if r["n"] is None
            else r["n"]
            if code == "n"
            else few
            if r["suppressed"]
            else r[code]
            for r in self.found[number]
        ]

    def ratios(self) -> list[Any]:
        """Return the results of the formulas of the ratio."""
        dash = self.book.text("unknown_dash")
        pairs = zip(*(self.values("median", number) for number in (0, 1)), strict=True)
        return [
            dash if isinstance(one, str) or isinstance(other, str) or not other else one / other
            for one, other in pairs
        ]

    def columns(self) -> list[Column]:
        """Return the columns of the table."""
        book, indicators = self.book, list(declared_indicators())
        units = book.labels("unit", [unit(name) for name in indicators])
        names = [indicator_header(book, name) for name in indicators]
        formats: list[str] = [median_format(name) for name in indicators]
        columns = [
            Column(book.text("h_unit"), units),
            Column(book.text("h_indicator"), names, "wrap"),
        ]
        for number in (0, 1):
            for code in SHOWN:
                kinds: str | Sequence[str] = "int" if code == "n" else formats
                header = f"{book.text(f'h_{code}')} {number + 1}"
                formula = self.statistic(code, number)
                columns.append(Column(header, self.values(code, number), kinds, formula, 13))
        columns.append(Column(book.text("pair_ratio"), self.ratios(), "share", self.ratio, 16))
        return columns


def put_pair(stack: Stack) -> None:
    """Write the block."""
    book = stack.book
    pair = Pair(book, stack.top + ABOVE)
    if not pair.cohorts:
        stack.leave(0)
        return
    columns = pair.columns()
    stack.add(columns, sorts=False, whole=True, above=ABOVE)
    put_choices(pair, stack.sheet)
    last = pair.top + len(columns[0].values)
    stack.row = put_chart(pair, stack.sheet, last)


def put_choices(pair: Pair, sheet: Worksheet) -> None:
    """Write the drop-downs, and beside the table what they offer."""
    book, looks, top = pair.book, pair.book.looks, pair.top
    kinds = list(dict.fromkeys(kind for kind, _, _ in pair.cohorts))
    for at, (kind, _, label) in enumerate(pair.cohorts, top + 1):
        put(sheet, at, KIND, say("cohort_kind", kind, book.lang), looks["text"], book.lang)
        put(sheet, at, COHORT, label, looks["text"], book.lang)
    for at, kind in enumerate(kinds, top + 1):
        put(sheet, at, KINDS, say("cohort_kind", kind, book.lang), looks["text"], book.lang)
    for at, code in ((KIND, "cohort_kind"), (COHORT, "cohort"), (KINDS, "cohort_kind")):
        put(sheet, top, at, book.text(f"h_{code}"), looks["header"], book.lang)
    last = top + len(pair.cohorts)
    of_kinds = xl_range_abs(top + 1, KIND, last, KIND)
    start = xl_range_abs(top + 1, COHORT, top + 1, COHORT).split(":")[0]
    place = f"MATCH({pair.cells[0]},{of_kinds},0)-1"
    own = f"=OFFSET({start},{place},0,COUNTIF({of_kinds},{pair.cells[0]}),1)"
    lists = (f"={xl_range_abs(top + 1, KINDS, top + len(kinds), KINDS)}", own, own)
    chosen = (say("cohort_kind", pair.kind, book.lang), pair.first[1], pair.second[1])
    absent = book.text("pair_absent")
    for number, (code, source, value) in enumerate(
        zip(("kind", "first", "second"), lists, chosen, strict=True)
    ):
        row = top - ABOVE + number
        put(sheet, row, 0, book.text(f"pair_{code}"), looks["label"], book.lang)
        put(sheet, row, 1, value, looks["in_text"], book.lang)
        sheet.data_validation(row, 1, row, 1, {"validate": "list", "source": source})
        if number:
            tests = pair.tests(pair.cells[number], f"$B${top + 2}")
            there = pair.values("n", number - 1)[0] != book.text("unknown_dash")
            formula = f'=IF(COUNTIFS({tests})=0,"{absent}","")'
            sheet.write_formula(row, 2, formula, looks["about"], "" if there else absent)


def put_chart(pair: Pair, sheet: Worksheet, last: int) -> int:
    """Draw each first median in percent of the second; return the row after the chart."""
    book, top = pair.book, pair.top
    ratio = xl_col_to_name(2 + 2 * len(SHOWN))
    put(sheet, top, DRAWN, book.text("pair_ratio"), book.looks["header"], book.lang)
    for row, value in enumerate(pair.ratios(), top + 1):
        cell = f"${ratio}{row + 1}"
        stored = "#N/A" if isinstance(value, str) else value
        sheet.write_formula(
            row, DRAWN, f"=IF(ISNUMBER({cell}),{cell},NA())", book.looks["share"], stored
        )
    title = book.text("pair_title", first='"&{first}&"', second='"&{second}&"')
    formula = f'="{title}"'.format(first=pair.cells[1], second=pair.cells[2]).replace('&""', "")
    stored = book.text("pair_title", first=pair.first[1], second=pair.second[1])
    sheet.write_formula(top - 1, 1, formula, book.looks["label"], stored)
    bars = Bars(
        book.text("pair_axis"),
        book.text("pair_ratio"),
        book.text("pair_alt"),
        (top, last),
        1,
        {DRAWN: "good"},
        "0 %",
    )
    put_bars(book, sheet, bars, (last + 2, 0), CHART_WIDTH)
    return last + 3 + math.ceil(bars.height / ROW_HEIGHT)
