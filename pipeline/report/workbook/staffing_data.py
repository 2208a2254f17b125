"""What the picture of actors per FTE draws: formulas beside the clusters of the sheet Rechnung.

They follow the sheets Annahmen and Sichtweise, and stay right when the table of the sheet
ESCA-Benchmark is sorted.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from pipeline.common.texts import say
from pipeline.report.limit_steps import RATIO, is_outlier, limit_steps, limited
from pipeline.report.workbook.assumptions import Slot
from pipeline.report.workbook.cells import Column, Formula, put, put_column
from pipeline.report.workbook.matrix import Matrix
from pipeline.report.workbook.portfolio import indicator_header
from pipeline.report.workbook.sheets import Book
from pipeline.report.workbook.working import KEY_ROW, TOP, Working
from schemas.benchmarks import SIZE_BAND
from schemas.tables import DECISIONS

# The groups of points: what each is of the decision, and of the verdict on the criterion.
GROUPS = dict(zip(DECISIONS, ("fulfilled", "undetermined", "not_fulfilled"), strict=True))
NUMBERS = {decision: number for number, decision in enumerate(GROUPS, 1)}
CODES = ("x", "y", "group", *GROUPS, "limit", "step_x", "step_own", "step_y")
# what a formula that gives #N/A has as its stored value: it is not drawn
NOTHING = "#N/A"
# The x of a cluster that is not drawn: with a text among them, Excel counts the points instead.
NOWHERE = 1
# of both logarithmic axes: a line of the grid for each doubling
BASE = 2
NOT_DRAWN: Mapping[str, Any] = dict.fromkeys(GROUPS, NOTHING) | {
    "x": NOWHERE,
    "y": "",
    "group": "",
    "limit": "",
    "label": "",
}


def drawn(book: Book) -> dict[str, tuple[float, float] | None]:
    """Return actors and ratio of each cluster; None where one is unknown or zero."""
    rows = book.table("clusters").select("cluster_id", "actors", RATIO).rows()
    return {i: (x, y) if (x or 0) > 0 and (y or 0) > 0 else None for i, x, y in rows}


@dataclass(frozen=True)
class Staffing:
    """The clusters and the steps of the limit as the picture draws them; slot: the limit."""

    matrix: Matrix
    slot: Slot

    @property
    def book(self) -> Book:
        """The workbook."""
        return self.matrix.book

    @property
    def working(self) -> Working:
        """The sheet of the data."""
        return self.matrix.working

    # -------------------------------------------------------------------------------- positions
    @property
    def first(self) -> int:
        """The first column (from 0) of the data, after an empty one."""
        return self.working.valid_at + len(self.working.criteria) + 1

    def at(self, code: str) -> int:
        """Return a column (from 0) of the data."""
        return self.first + CODES.index(code)

    def cell(self, code: str, row: int) -> str:
        """Return the address of a cell, in a row from 1, on its own sheet."""
        return f"${xl_col_to_name(self.at(code))}{row}"

    def place(self, code: str, row: int) -> str:
        """Return the address of a cell, in a row from 1, with its sheet."""
        return self.working.block(self.at(code), rows=(row, row)).split(":")[0]

    def block(self, code: str) -> str:
        """Return the range of a column, with its sheet."""
        last = TOP + 1 + len(self.corners) if code.startswith("step") else self.working.last
        return self.working.block(self.at(code), rows=(TOP + 2, last))

    # ----------------------------------------------------------------------------------- values
    @cached_property
    def corners(self) -> Sequence[tuple[float, float | None]]:
        """Actors and height of the corners of the line of the limit.

        Without a limit, those of a step that an assumption may fill.
        """
        found = limit_steps(self.book.review, self.slot.catalogue, self.slot.condition)
        return corners_of(found or [(0, None, None)], *across(self.book))

    @cached_property
    def rows(self) -> list[Mapping[str, Any]]:
        """What is stored of each cluster, in the order of the sheet Rechnung."""
        decisions = dict(self.matrix.of("decisions").select("cluster_id", "decision").rows())
        of_cluster = self.working.of_condition(self.slot.key)
        result = []
        for cluster, pair in drawn(self.book).items():
            if pair is None:
                result.append(NOT_DRAWN)
                continue
            _, _, limit, _ = of_cluster[cluster]
            decision = decisions[cluster]
            points = {d: pair[1] if d == decision else NOTHING for d in GROUPS}
            row = {"x": pair[0], "y": pair[1], "limit": "" if limit is None else limit}
            result.append(row | points | {"group": NUMBERS[decision]})
        return result

    def counts(self) -> tuple[int, int]:
        """Return how many clusters lie above their limit, and how many have one."""
        limits = [(row["y"], row["limit"]) for row in self.rows if row["limit"] != ""]
        return sum(y > limit for y, limit in limits), len(limits)

    def outliers(self) -> list[str | None]:
        """Return the names of the outliers of their size band, None of all others, row by row."""
        own = (pl.col("indicator") == RATIO) & (pl.col("cohort_kind") == SIZE_BAND)
        placed = self.book.table("benchmarks").filter(own)
        quartiles = {i: p for i, *p in placed.select("cluster_id", "p25", "p75").rows()}
        return [
            i if pair and is_outlier(pair[1], *quartiles.get(i, (None, None))) else None
            for i, pair in drawn(self.book).items()
        ]

    # --------------------------------------------------------------------------------- formulas
    @property
    def assumed(self) -> str:
        """The cell of the limit that is assumed for every size; no number while there is none."""
        return self.working.assumptions.threshold(self.slot)

    @property
    def shows_decisions(self) -> str:
        """The test of whether the groups are those of the decision."""
        return f'{self.book.text("name_colours")}="{self.book.text("h_decision")}"'

    def esca(self, indicator: str, row: int) -> str:
        """Return the expression of a cluster's figure on the sheet ESCA-Benchmark."""
        table, ids = self.book.text("table_esca"), self.book.ref("esca", "cluster_id")
        header = indicator_header(self.book, indicator)
        return f"INDEX({table}[{header}],MATCH($A{row},{ids},0))"

    def y(self, row: int) -> str:
        """Return the formula of the ratio; empty for a cluster that is not drawn."""
        actors, ratio = (self.esca(indicator, row) for indicator in ("actors", RATIO))
        return f'=IF(AND(N({actors})>0,N({ratio})>0),{ratio},"")'

    def x(self, row: int) -> str:
        """Return the formula of the number of actors."""
        return f"=IF(ISNUMBER({self.cell('y', row)}),{self.esca('actors', row)},{NOWHERE})"

    def group(self, row: int) -> str:
        """Return the formula of the number of the cluster's group."""
        lang, working = self.book.lang, self.working
        ids, decisions = self.matrix.ref("cluster_id"), self.matrix.ref("decision")
        decision = f"INDEX({decisions},MATCH($A{row},{ids},0))"
        by_decision = one_of(decision, [say("decision", d, lang) for d in GROUPS])
        at = working.column_of(self.slot.catalogue, self.slot.criterion, working.valid_at)
        sign = f"LEFT(${xl_col_to_name(at)}{row},1)"
        by_verdict = one_of(sign, [say("status_sign", s, lang) for s in GROUPS.values()])
        number = f"IF({self.shows_decisions},{by_decision},{by_verdict})"
        return f'=IF({self.cell("y", row)}="","",{number})'

    def point(self, decision: str) -> Formula:
        """Return the formula of the ratio of a cluster of one group."""
        number = NUMBERS[decision]
        return lambda row: f"=IF({self.cell('group', row)}={number},{self.cell('y', row)},NA())"

    def limit(self, row: int) -> str:
        """Return the formula of a cluster's limit: the assumed one, else its own."""
        own = f"${xl_col_to_name(self.working.figures[self.slot.key] + 2)}{row}"
        held = f'IF(ISNUMBER({self.assumed}),{self.assumed},IF(ISNUMBER({own}),{own},""))'
        return f'=IF({self.cell("y", row)}="","",{held})'

    def step(self, row: int) -> str:
        """Return the formula of the height of a step's corner."""
        own = self.cell("step_own", row)
        usual = f"IF(ISNUMBER({own}),{own},NA())"
        return f"=IF(ISNUMBER({self.assumed}),{self.assumed},{usual})"

    # ---------------------------------------------------------------------------------- columns
    def columns(self) -> Iterator[Column]:
        """Return every column."""
        text, lang = self.book.text, self.book.lang
        points = {d: (say("decision", d, lang), "two", self.point(d)) for d in GROUPS}
        of_clusters = {
            "x": (indicator_header(self.book, "actors"), "int", self.x),
            "y": (indicator_header(self.book, RATIO), "two", self.y),
            "group": (text("p_group"), "int", self.group),
            **points,
            "limit": (text("h_limit"), "two", self.limit),
        }
        for code, (header, kind, formula) in of_clusters.items():
            yield Column(header, [row[code] for row in self.rows], kind, formula, 12)
        corners = self.corners
        own = [value for _, value in corners]
        heights = [NOTHING if value is None else value for value in own]
        yield Column(text("p_step_x"), [x for x, _ in corners], "one", width=12)
        yield Column(text("p_step_own"), own, "two", width=12)
        yield Column(text("p_step_y"), heights, "two", self.step, 12)


def corners_of(
    steps: Iterable[tuple[float, float | None, float | None]], first: float, last: float
) -> list[tuple[float, float | None]]:
    """Return both ends of each step (from, to, height) within an axis from first to last."""
    result = []
    for start, end, height in steps:
        ends = max(start, first), last if end is None else min(end, last)
        if ends[0] < ends[1]:
            result += [(x, height) for x in ends]
    return result


def one_of(cell: str, texts: Sequence[str]) -> str:
    """Return the expression of which of the texts is the cell's, from 1; 0 if none is."""
    expression = "0"
    for number, text in reversed(list(enumerate(texts, 1))):
        expression = f'IF({cell}="{text}",{number},{expression})'
    return expression


def staffing_of(matrices: Sequence[Matrix]) -> Staffing | None:
    """Return what is drawn; None without a limit of the ratio, or without a cluster."""
    book = matrices[0].book
    if not any(drawn(book).values()):
        return None
    for catalogue, criterion_id, condition in limited(book.review):
        for slot in matrices[0].working.assumptions.slots:
            if slot.key[:2] == (catalogue.id, criterion_id) and slot.condition == condition:
                return Staffing(next(m for m in matrices if m.catalogue == catalogue), slot)
    return None


# -------------------------------------------------------------------------------------- the scale
def across(book: Book) -> tuple[float, float]:
    """Return the ends of the axis of actors."""
    sizes = [pair[0] for pair in drawn(book).values() if pair]
    start, end = power(min(sizes), math.floor), power(max(sizes), math.ceil)
    return start, max(end, BASE * start)


def power(value: float, whole: Callable[[float], int]) -> float:
    """Return the power of the base next to a value: above it (ceil) or below it (floor)."""
    return float(BASE) ** whole(math.log(value, BASE))


# --------------------------------------------------------------------------------------- the cells
def put_data(staffing: Staffing, sheet: Worksheet) -> None:
    """Write the data, and above them the names that the picture shows."""
    book = staffing.book
    for at, column in enumerate(staffing.columns(), staffing.first):
        put(sheet, TOP, at, column.header, book.looks["header"], book.lang)
        put_column(sheet, TOP + 1, at, column, book.looks, book.lang)
        sheet.set_column(at, at, column.width)
    heads = {decision: name_of_group(staffing, decision) for decision in GROUPS}
    for code, (formula, name) in {**heads, "step_y": name_of_limit(staffing)}.items():
        sheet.write_formula(KEY_ROW, staffing.at(code), f"={formula}", book.looks["small"], name)


def what_is_seen(staffing: Staffing) -> tuple[str, str]:
    """Return the expression of what is seen, and its result."""
    text = staffing.book.text
    y, limit = staffing.block("y"), staffing.block("limit")
    cells = {
        "n": f"SUMPRODUCT(ISNUMBER({y})*ISNUMBER({limit})*({y}>{limit}))",
        "all": f"COUNT({limit})",
    }
    seen, none = text("p_seen"), text("p_unlimited")
    spelled = f'"{seen}"'
    for gap, cell in cells.items():
        spelled = spelled.replace(f"{{{gap}}}", f'"&{cell}&"')
    above, limits = staffing.counts()
    result = seen.format(n=above, all=limits) if limits else none
    return f'IF({cells["all"]}=0,"{none}",{spelled})', result


def name_of_group(staffing: Staffing, decision: str) -> tuple[str, str]:
    """Return the expression of a group's name, and its result."""
    lang = staffing.book.lang
    status = say("status", GROUPS[decision], lang)
    verdict = f"{staffing.slot.criterion.id} {status}"
    name = say("decision", decision, lang)
    return f'IF({staffing.shows_decisions},"{name}","{verdict}")', name


def name_of_limit(staffing: Staffing) -> tuple[str, str]:
    """Return the expression of what the steps are, and its result."""
    text, criterion = staffing.book.text, staffing.slot.criterion.id
    usual, assumed = (text(f"p_limit{code}", criterion=criterion) for code in ("", "_assumed"))
    return f'IF(ISNUMBER({staffing.assumed}),"{assumed}","{usual}")', usual
