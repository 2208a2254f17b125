"""The sheet Überblick: what this is, the key figures as formulas, the way to the other sheets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from xlsxwriter.worksheet import Worksheet

from pipeline.evaluate import ELIGIBLE, NOT_ELIGIBLE, OPEN
from pipeline.report.earlier import Earlier
from pipeline.report.workbook.cells import lines, put
from pipeline.report.workbook.charts import write_charts
from pipeline.report.workbook.criteria import Matrix
from pipeline.report.workbook.sheets import LINE_HEIGHT, Book, new_sheet, sheet_name
from pipeline.texts import say

DECISIONS = (ELIGIBLE, OPEN, NOT_ELIGIBLE)
RESEARCH = ["Hochschule", "FuE-Einrichtung"]
# label, value, of the earlier period, change, remark
WIDTHS = (44, 24, 24, 24, 92)
NOTE = 4
START = 5


@dataclass(frozen=True)
class Line:
    """A line of the overview: what, how much (by which formula), and a remark."""

    label: str
    value: Any
    formula: str | None = None
    kind: str = "int"
    note: str = ""
    before: int | None = None


@dataclass(frozen=True)
class Before:
    """The latest earlier period that is published, if there is one."""

    period: str | None
    earlier: Earlier

    @property
    def clusters(self) -> pl.DataFrame | None:
        """Its clusters."""
        return None if self.period is None else self.earlier[self.period]["clusters"]

    def decided(self, matrix: Matrix, code: str) -> int | None:
        """Return how many clusters had a decision of the catalogue that decides."""
        if self.clusters is None or matrix.catalogue != matrix.book.first:
            return None
        return _count(self.clusters["decision"], code)


# ---------------------------------------------------------------------------------------- lines
def of_review(book: Book) -> Iterable[Line]:
    """Return period, as-of dates and catalogues."""
    days, text = book.table("clusters")["as_of"], book.text
    column = book.ref("portfolio", "as_of")
    yield Line(text("o_period"), book.review.period, kind="text")
    yield Line(text("o_last_day"), book.review.last_day, kind="date")
    yield Line(text("o_as_of_first"), days.min(), f"=MIN({column})", "date")
    yield Line(text("o_as_of_last"), days.max(), f"=MAX({column})", "date")
    for catalogue in book.review.catalogues:
        mark, criteria = catalogue.pass_mark, len(catalogue.criteria)
        parts = {"version": catalogue.version, "mark": mark, "criteria": criteria}
        note = f"{catalogue.title[book.lang]}; {text('o_catalogue_note', **parts)}"
        yield Line(text("o_catalogue"), catalogue.id, kind="text", note=note)


def of_figures(book: Book, before: Before) -> Iterable[Line]:
    """Return clusters, memberships, distinct actors, SMEs and research, fields and states."""
    text, clusters, actors = book.text, book.table("clusters"), book.table("actors")
    bound = actors.filter("bound")
    then = before.clusters
    members = bound.height
    smes = bound.filter("sme").height
    unknown = bound.filter(pl.col("sme").is_null()).height
    tests = f'{book.ref("actors", "bound")},"{text("yes")}"'
    of_sme = f"{tests},{book.ref('actors', 'sme')}"
    yield Line(
        text("o_clusters"),
        clusters.height,
        f"=COUNTA({book.ref('portfolio', 'cluster_id')})",
        before=None if then is None else then.height,
    )
    yield Line(
        text("o_memberships"),
        members,
        f"=COUNTIFS({tests})",
        note=text("o_memberships_note"),
        before=None if then is None else int(then["actors"].sum()),
    )
    yield Line(text("o_smes"), smes, f'=COUNTIFS({of_sme},"{text("yes")}")')
    yield Line(text("o_smes_unknown"), unknown, f'=COUNTIFS({of_sme},"{text("unknown")}")')
    if members:
        # the two lines before last: memberships and SMEs
        yield Line(
            text("o_sme_share"), smes / members, "=B{0-2}/B{0-3}", "share", text("o_sme_share_note")
        )
    distinct = bound["actor_key"].drop_nulls().n_unique() + bound["actor_key"].null_count()
    yield Line(text("o_distinct"), distinct, note=text("o_distinct_note"))
    types = book.ref("actors", "actor_type")
    research = "+".join(f'COUNTIFS({tests},{types},"{word}")' for word in book.words(RESEARCH))
    bodies = bound.filter(pl.col("actor_type").is_in(RESEARCH)).height
    yield Line(text("o_research"), bodies, f"={research}", note=text("o_research_note"))
    for code in ("technology_field", "federal_state"):
        column = book.ref("portfolio", code)
        # each value counts one by its share; none where there is none
        formula = f'=ROUND(SUMPRODUCT(({column}<>"")/COUNTIF({column},{column}&"")),0)'
        number = clusters[code].drop_nulls().n_unique()
        yield Line(text(f"o_{code}"), number, formula)


def of_decisions(matrix: Matrix, before: Before) -> Iterable[Line]:
    """Return how many clusters each decision has, and how firm they are."""
    book, decisions = matrix.book, matrix.of("decisions")
    text, column = book.text, matrix.ref("decision")
    for code in DECISIONS:
        word = say("decision", code, book.lang)
        note = text(f"o_{code}_note", mark=matrix.catalogue.pass_mark)
        yield Line(
            word,
            _count(decisions["decision"], code),
            f'=COUNTIF({column},"{word}")',
            note=note,
            before=before.decided(matrix, code),
        )
        if code == ELIGIBLE:
            confirmed = _count(decisions["decision_confirmed"], code)
            formula = f'=COUNTIF({matrix.ref("decision_confirmed")},"{word}")'
            yield Line(text("o_confirmed"), confirmed, formula, note=text("o_confirmed_note"))
    if stands_in(matrix):
        yield Line(text("o_limit"), None, note=text("o_stand_in"))
    turned = matrix.of("robustness").filter("changed")["cluster_id"].n_unique()
    formula = f'=COUNTIF({matrix.ref("turning")},">0")'
    yield Line(text("o_turning"), turned, formula, note=text("o_turning_note"))


def of_quality(book: Book) -> Iterable[Line]:
    """Return who is missing, what was quarantined, what was found."""
    words = [
        ("missing", "coverage", "state", "outcome", "missing"),
        ("quarantined", "submissions", "outcome", "outcome", "quarantined"),
        ("superseded", "submissions", "outcome", "outcome", "superseded"),
    ]
    outdated = int(book.table("coverage")["outdated"].sum() or 0)
    formula = f'=COUNTIF({book.ref("coverage", "outdated")},"{book.text("yes")}")'
    yield Line(book.text("o_outdated"), outdated, formula)
    for label, table, column, group, code in words:
        formula = f'=COUNTIF({book.ref(table, column)},"{say(group, code, book.lang)}")'
        number = _count(book.table(table)[column], code)
        yield Line(book.text(f"o_{label}"), number, formula)
    for label, code in (("errors", "error"), ("warnings", "warning")):
        # a row of the sheet may stand for many findings
        severities, numbers = book.ref("findings", "severity"), book.ref("findings", "number")
        formula = f'=SUMIF({severities},"{say("severity", code, book.lang)}",{numbers})'
        number = _count(book.table("findings")["severity"], code)
        yield Line(book.text(f"o_{label}"), number, formula)


def _count(values: pl.Series, code: str) -> int:
    return int((values == code).sum())


# -------------------------------------------------------------------------------------- the sheet
def write_overview(
    book: Book,
    matrices: Sequence[Matrix],
    sheets: Sequence[tuple[str, str]],
    earlier: Earlier,
) -> None:
    """Write the sheet. sheets: the name of every other sheet and what it is."""
    before = Before(max(earlier, default=None), earlier)
    sheet = book.file.get_worksheet_by_name(sheet_name(book.text("sheet_overview")))
    row = put_lines(book, sheet, START, book.text("o_review"), of_review(book))
    row = put_lines(
        book, sheet, row, book.text("o_figures"), of_figures(book, before), before.period
    )
    for matrix in matrices:
        title = book.text("o_decisions", catalogue=matrix.catalogue.title[book.lang])
        row = put_lines(book, sheet, row, title, of_decisions(matrix, before), before.period)
    row = put_lines(book, sheet, row, book.text("o_quality"), of_quality(book))
    row = put_links(book, sheet, row, sheets)
    row = write_charts(matrices[0], sheet, row + 2)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, row, len(WIDTHS) - 1)


def open_overview(book: Book) -> Worksheet:
    """Return the sheet, empty, so that it is the first one."""
    sheet = new_sheet(book, "overview", book.text("about_overview"))
    for at, width in enumerate(WIDTHS):
        sheet.set_column(at, at, width)
    return sheet


def stands_in(matrix: Matrix) -> bool:
    """Whether any cluster was judged by a stand-in limit."""
    sources = matrix.of("conditions")["limit_source"]
    return bool(sources.str.contains("^(?:quartile|frozen)").any())


def put_lines(
    book: Book,
    sheet: Worksheet,
    row: int,
    title: str,
    content: Iterable[Line],
    period: str | None = None,
) -> int:
    """Write a section and return the row after it and a blank one; period: the one before."""
    put_section(book, sheet, row, title)
    if period:
        put(sheet, row, 2, period, book.looks["section_right"], book.lang)
        put(sheet, row, 3, book.text("o_change"), book.looks["section_right"], book.lang)
    for line in content:
        row += 1
        put(sheet, row, 0, line.label, book.looks["text"], book.lang)
        put_value(book, sheet, row, line)
        put_before(book, sheet, row, line)
        put(sheet, row, NOTE, line.note, book.looks["wrap"], book.lang)
        sheet.set_row(row, LINE_HEIGHT * lines(line.note, WIDTHS[NOTE]) + 2)
    return row + 2


def put_before(book: Book, sheet: Worksheet, row: int, line: Line) -> None:
    """Write what it was a period before, and the change."""
    if line.before is None or line.value is None:
        put(sheet, row, 2, None, book.looks["text"], book.lang)
        put(sheet, row, 3, None, book.looks["text"], book.lang)
        return
    put(sheet, row, 2, line.before, book.looks["int"], book.lang)
    change = f"=B{row + 1}-C{row + 1}"
    sheet.write_formula(row, 3, change, book.looks["change"], line.value - line.before)


def put_section(book: Book, sheet: Worksheet, row: int, title: str) -> None:
    """Write the heading of a section."""
    put(sheet, row, 0, title, book.looks["section"], book.lang)
    for at in range(1, len(WIDTHS)):
        put(sheet, row, at, None, book.looks["section"], book.lang)


def put_value(book: Book, sheet: Worksheet, row: int, line: Line) -> None:
    """Write a line's value, as a formula where it has one."""
    look = book.looks[line.kind]
    if line.formula is None or line.value is None:
        put(sheet, row, 1, line.value, look, book.lang)
        return
    formula = line.formula.replace("{0-2}", str(row - 1)).replace("{0-3}", str(row - 2))
    sheet.write_formula(row, 1, formula, look, stored(line.value))


def stored(value: Any) -> Any:
    """Return a value as a formula's cell stores it: a date as its number."""
    return value.toordinal() - EXCEL_EPOCH if hasattr(value, "toordinal") else value


EXCEL_EPOCH = 693_594  # 1899-12-30


def put_links(book: Book, sheet: Worksheet, row: int, sheets: Sequence[tuple[str, str]]) -> int:
    """Write a link to every sheet and what it is; return the last row."""
    put_section(book, sheet, row, book.text("o_sheets"))
    for name, about in sheets:
        row += 1
        sheet.write_url(row, 0, f"internal:'{name}'!A1", book.looks["link"], string=name)
        put(sheet, row, 1, about, book.looks["about"], book.lang)
    return row
