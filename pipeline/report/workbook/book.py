"""Writes portfolio.xlsx: its sheets in their order, and the settings of the whole file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType

from pipeline.report.earlier import Earlier
from pipeline.report.workbook import benchmark, conditions, criteria, method, overview, portfolio
from pipeline.report.workbook.admission import write_admission
from pipeline.report.workbook.assessments import write_ratings
from pipeline.report.workbook.assumptions import Assumptions, write_assumptions
from pipeline.report.workbook.changes import write_changes
from pipeline.report.workbook.esca import write_esca
from pipeline.report.workbook.files import write_file
from pipeline.report.workbook.formats import LOOK_UP, PLAY, RAW, READ, TABS
from pipeline.report.workbook.langform import has_langform, write_langform
from pipeline.report.workbook.matrix import Matrix
from pipeline.report.workbook.measures import write_money
from pipeline.report.workbook.overview import Described
from pipeline.report.workbook.returns import write_returns
from pipeline.report.workbook.rows import write_rows
from pipeline.report.workbook.sheets import Book
from pipeline.report.workbook.views import write_views
from pipeline.report.workbook.wording import has_wording, write_wording
from pipeline.report.workbook.working import Working
from pipeline.report.workbook.working_sheet import write_working
from pipeline.review import Review
from schemas.benchmarks import declared_indicators


@dataclass(frozen=True)
class Parts:
    """What the sheets are written from; earlier: what earlier periods published."""

    book: Book
    earlier: Earlier

    @cached_property
    def assumptions(self) -> Assumptions:
        """The lines of the sheet Annahmen."""
        return Assumptions(self.book)

    @cached_property
    def working(self) -> Working:
        """The layout of the sheet Rechnung."""
        return Working(self.assumptions)

    @cached_property
    def matrices(self) -> Sequence[Matrix]:
        """The matrix of each catalogue, the one that decides first."""
        return [Matrix(self.working, catalogue) for catalogue in self.book.review.catalogues]


def always(_: Parts) -> bool:
    """Whether a sheet is there that every file has."""
    return True


def one_line(_: Parts) -> str:
    """Return the end of the code of a sheet's description: usually there is one description."""
    return ""


@dataclass(frozen=True)
class Planned:
    """A sheet: the code of its name and its description, its group, and who writes it.

    is_there: whether the file has it. variant: the end of the code of its description, where that
    says something else of some files.
    """

    code: str
    group: str
    write: Callable[[Parts], object]
    is_there: Callable[[Parts], bool] = always
    variant: Callable[[Parts], str] = one_line


def write_matrices(parts: Parts) -> None:
    """Write a sheet for each catalogue."""
    for matrix in parts.matrices:
        criteria.write_criteria(matrix)


def of_rows(parts: Parts) -> str:
    """Return which description fits: very many rows of members are not in the file."""
    return "" if parts.book.has_rows else "_apart"


def of_wording(parts: Parts) -> str:
    """Return which description fits: very many pieces of evidence are not in the file."""
    return "" if has_wording(parts.book) else "_apart"


# Every sheet in its order. A new one is a line here; its name, its description in the guide and its
# explanation are sheet_, guide_ and about_ in the texts.
SHEETS = (
    Planned("overview", READ, lambda p: overview.open_overview(p.book)),
    Planned(
        "portfolio",
        READ,
        lambda p: portfolio.write_portfolio(p.book, p.matrices[0], p.earlier),
    ),
    Planned("criteria", READ, write_matrices),
    Planned("esca", READ, lambda p: write_esca(p.working, p.matrices)),
    Planned(
        "changes",
        READ,
        lambda p: write_changes(p.book, p.matrices),
        is_there=lambda p: p.book.review.since is not None,
    ),
    Planned("admission", READ, lambda p: write_admission(p.book, p.matrices[0])),
    Planned("assumptions", PLAY, lambda p: write_assumptions(p.assumptions)),
    Planned("views", PLAY, lambda p: write_views(p.working)),
    Planned("conditions", LOOK_UP, lambda p: conditions.write_conditions(p.working)),
    Planned(
        "assessments",
        LOOK_UP,
        lambda p: write_ratings(p.book, p.earlier),
        variant=of_wording,
    ),
    Planned(
        "wording",
        LOOK_UP,
        lambda p: write_wording(p.book),
        is_there=lambda p: has_wording(p.book),
    ),
    Planned("indicators", LOOK_UP, lambda p: benchmark.write_indicators(p.book)),
    Planned("money", LOOK_UP, lambda p: write_money(p.book)),
    Planned("returns", LOOK_UP, lambda p: write_returns(p.book, p.matrices[0])),
    Planned("method", LOOK_UP, lambda p: method.write_method(p.book)),
    Planned(
        "langform",
        RAW,
        lambda p: write_langform(p.book, p.earlier),
        variant=lambda p: "" if has_langform(p.book, p.earlier) else "_apart",
    ),
    Planned("rows", RAW, lambda p: write_rows(p.book), variant=of_rows),
    Planned("working", RAW, lambda p: write_working(p.working, p.matrices)),
)


def write_workbook(
    review: Review, path: Path, lang: str, earlier: Earlier = MappingProxyType({})
) -> None:
    """Write the comparative workbook of a review.

    Every formula has a stored value, so that the file shows the same before and after Excel has
    calculated. earlier: what earlier periods published.
    """
    write_file(review, path, lang, partial(write_sheets, earlier=earlier))


def write_sheets(book: Book, earlier: Earlier) -> None:
    """Write every sheet in its order; the overview is filled last: it refers to the others."""
    parts, described = Parts(book, earlier), list[Described]()
    for planned in SHEETS:
        if not planned.is_there(parts):
            continue
        before = len(book.file.worksheets())
        planned.write(parts)
        guide = f"guide_{planned.code}{planned.variant(parts)}"
        for sheet in book.file.worksheets()[before:]:
            sheet.set_tab_color(TABS[planned.group])
            if planned.code != "overview":
                text = book.text(guide, number=len(declared_indicators()))
                name = sheet.get_name()
                blocks = book.blocks.get(name, ())
                described.append(Described(name, text, planned.group, blocks))
    overview.write_overview(book, parts.matrices, described, earlier)
