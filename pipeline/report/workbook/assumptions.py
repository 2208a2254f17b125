"""The sheet Annahmen: every threshold and pass mark as a cell that the other sheets refer to."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from xlsxwriter.worksheet import Worksheet

from pipeline.common.catalogue import Catalogue, Condition, Criterion
from pipeline.common.texts import say
from pipeline.report.workbook.cells import Column
from pipeline.report.workbook.sheets import HEADER_ROW, Book, colour_column, new_sheet, put_range
from schemas.tables import DECISIONS

# unit of a figure -> kind of its cells
KINDS = {"share": "share", "fte": "two", "actors_per_fte": "two", "per_year": "one", "eur": "cents"}
SIGNS = {">=": "≥", "<=": "≤"}
# the row (from 0) above the header that says what the assumptions come to
EFFECT_ROW = 3
# how many clusters of another decision it names; the sheet Kriterien marks all
NAMED = 8
# letters of the columns: the catalogue's value, the analyst's assumption, the value in force
GIVEN, ASSUMED, HOLDS = "H", "I", "J"


@dataclass(frozen=True)
class Slot:
    """One condition of a catalogue; number: its position in the criterion (from 1)."""

    catalogue: Catalogue
    criterion: Criterion
    number: int

    @property
    def condition(self) -> Condition:
        """The condition."""
        return self.criterion.conditions[self.number - 1]

    @property
    def key(self) -> tuple[str, str, int]:
        """Catalogue, criterion and number, as in the table of conditions."""
        return self.catalogue.id, self.criterion.id, self.number

    @property
    def label(self) -> str:
        """The criterion, with a letter if it has several conditions: 2.2 b."""
        several = len(self.criterion.conditions) > 1
        return f"{self.criterion.id} {letter(self.number)}" if several else self.criterion.id


def letter(number: int) -> str:
    """Return the letter of a condition."""
    return chr(ord("a") + number - 1)


@dataclass(frozen=True)
class Line:
    """One line of the sheet: a pass mark (no slot) or a threshold, of one technology field or all.

    name: the defined name of the cell in force. given: the catalogue's value, None if each cluster
    has its own reference limit.
    """

    catalogue: Catalogue
    name: str
    given: float | None
    slot: Slot | None = None
    field: str | None = None


@dataclass(frozen=True)
class Assumptions:
    """Every line of the sheet and the names by which formulas refer to them."""

    book: Book

    @cached_property
    def slots(self) -> list[Slot]:
        """Every condition of every catalogue in order."""
        return [
            Slot(catalogue, criterion, number)
            for catalogue in self.book.review.catalogues
            for criterion in catalogue.criteria
            for number in range(1, len(criterion.conditions) + 1)
        ]

    @cached_property
    def lines(self) -> list[Line]:
        """Every line of the sheet in order."""
        return [line for c in self.book.review.catalogues for line in self.of_catalogue(c)]

    def of_catalogue(self, catalogue: Catalogue) -> Iterable[Line]:
        """Return a catalogue's pass mark and thresholds."""
        own = "" if catalogue == self.book.first else catalogue.id
        yield Line(catalogue, name(self.book.text("name_mark"), own), catalogue.pass_mark)
        stem = self.book.text("name_threshold")
        for slot in self.slots:
            if slot.catalogue == catalogue:
                cell = name(stem, own, slot.criterion.id, letter(slot.number))
                yield Line(catalogue, cell, slot.condition.threshold, slot)
                fields = slot.condition.threshold_by_technology_field
                for at, (field, value) in enumerate(fields.items(), 1):
                    yield Line(catalogue, f"{cell}_{at}", value, slot, field)

    @cached_property
    def names(self) -> Mapping[tuple[str, str, int, str | None], str]:
        """The cell of each threshold by the slot's key and the technology field."""
        return {(*line.slot.key, line.field): line.name for line in self.lines if line.slot}

    def threshold(self, slot: Slot, field: str | None = None) -> str:
        """Return the cell of a threshold for clusters of a technology field."""
        own = self.names.get((*slot.key, field))
        return own or self.names[(*slot.key, None)]

    def range_of(self, slot: Slot, field: str | None) -> tuple[str, str]:
        """Return the lowest and the highest possible threshold, as in the evaluation.

        They differ only if thresholds depend on the technology field and that is unknown.
        """
        fields = slot.condition.threshold_by_technology_field
        if not fields or field is not None:
            return (self.threshold(slot, field),) * 2
        every = ",".join([self.threshold(slot), *(self.threshold(slot, f) for f in fields)])
        return f"MIN({every})", f"MAX({every})"

    def mark(self, catalogue: Catalogue) -> str:
        """Return the cell of a catalogue's pass mark."""
        return next(x.name for x in self.lines if x.catalogue == catalogue and not x.slot)


def name(*parts: str) -> str:
    """Return a defined name from its parts."""
    return "_".join(re.sub(r"\W", "_", part, flags=re.ASCII) for part in parts if part)


# -------------------------------------------------------------------------------------- the sheet
def write_assumptions(assumptions: Assumptions) -> None:
    """Write the sheet and name the cells in force."""
    book, lines = assumptions.book, assumptions.lines
    sheet = new_sheet(book, "assumptions")
    put_range(book, sheet, [*of_place(book, lines), *of_value(book, lines)], frozen=3)
    own = f"'{book.sheet_name('assumptions')}'"
    for row, line in enumerate(lines, HEADER_ROW + 2):
        book.file.define_name(line.name, f"={own}!${HOLDS}${row}")
    put_effect(book, sheet)
    limit_input(book, sheet, lines)
    colour_column(book, sheet, 10, len(lines), {book.text("yes"): "open"})


def put_effect(book: Book, sheet: Worksheet) -> None:
    """Write above the lines what they come to: the decisions, and whose differ now."""
    table, text = book.text("table_criteria"), book.text
    decisions = book.table("decisions").filter(catalogue=book.first.id)["decision"].to_list()
    formulas, values = [], []
    for code in DECISIONS:
        label = say("decision", code, book.lang)
        formulas.append(f'"{label}: "&COUNTIF({table}[{text("h_decision")}],"{label}")')
        values.append(f"{label}: {decisions.count(code)}")
    changed = text("changed")
    effect, ids = f"{table}[{text('h_effect')}]", f"{table}[{text('h_cluster_id')}]"
    number = f'COUNTIF({effect},"{changed}")'
    rows = f'IF({effect}="{changed}",ROW({effect})-MIN(ROW({effect}))+1)'
    first = "&".join(
        f'IFERROR("{", " if n > 1 else ""}"&INDEX({ids},SMALL({rows},{n})),"")'
        for n in range(1, NAMED + 1)
    )
    more = f'IF({number}>{NAMED}," …","")'
    formulas.append(f'"{changed}: "&{number}&IF({number}=0,""," ("&{first}&{more}&")")')
    values.append(f"{changed}: 0")
    formula, value = '&" · "&'.join(formulas), " · ".join(values)
    place = (EFFECT_ROW, 3, EFFECT_ROW, 3)
    sheet.write_array_formula(*place, f"={formula}", book.looks["label"], value)


def of_place(book: Book, lines: Sequence[Line]) -> Iterable[Column]:
    """Return the subject of each line."""
    text, lang = book.text, book.lang
    slots = [line.slot for line in lines]
    titles = [
        s.condition.metric.title[lang] if s else text("mark", criteria=len(x.catalogue.criteria))
        for s, x in zip(slots, lines, strict=True)
    ]
    operators = [SIGNS[s.condition.operator] if s else SIGNS[">="] for s in slots]
    units = [s.condition.metric.unit if s else "count" for s in slots]
    fields = [None if x.field is None else x.field for x in lines]
    yield Column(text("h_catalogue"), [line.catalogue.id for line in lines])
    yield Column(text("h_criterion"), [s and s.label for s in slots])
    yield Column(
        text("h_criterion_title"), [s and s.criterion.title[lang] for s in slots], "wrap", width=30
    )
    yield Column(text("h_metric"), titles, "wrap", width=40)
    yield Column(text("h_operator"), operators, "sign")
    yield Column(text("h_unit"), book.labels("unit", units))
    yield Column(text("h_technology_field"), book.words(fields))


def of_value(book: Book, lines: Sequence[Line]) -> Iterable[Column]:
    """Return the catalogue's value, the input cell, the value in force, and whether it differs."""
    text = book.text
    kinds = [KINDS.get(x.slot.condition.metric.unit, "int") if x.slot else "int" for x in lines]
    given = [text("m_reference") if line.given is None else line.given for line in lines]
    holds = ["" if line.given is None else line.given for line in lines]
    yield Column(text("h_given"), given, kinds, width=16)
    yield Column(text("h_assumed"), [x.given for x in lines], [f"in_{k}" for k in kinds], width=16)
    yield Column(text("h_holds"), holds, kinds, effective, width=16)
    changed = f'"{text("yes")}",""'
    yield Column(
        text("h_changed"),
        [""] * len(lines),
        formula=lambda row: (
            f"=IF(AND(ISNUMBER({ASSUMED}{row}),{ASSUMED}{row}<>{GIVEN}{row}),{changed})"
        ),
    )


def effective(row: int) -> str:
    """Return the formula of the value in force: the input, else the catalogue's, if any."""
    given = f'IF(ISNUMBER({GIVEN}{row}),{GIVEN}{row},"")'
    return f"=IF(ISNUMBER({ASSUMED}{row}),{ASSUMED}{row},{given})"


def limit_input(book: Book, sheet: Worksheet, lines: Sequence[Line]) -> None:
    """Restrict the input cells to numbers: shares up to 1, pass marks in whole numbers."""
    message = {
        "input_title": book.text("h_assumed"),
        "input_message": book.text("assumed_hint"),
        "error_title": book.text("h_assumed"),
        "error_message": book.text("assumed_error"),
    }
    for row, line in enumerate(lines, HEADER_ROW + 1):
        rule: dict[str, object] = {"validate": "decimal", "criteria": ">=", "value": 0}
        if line.slot is None:
            most = len(line.catalogue.criteria)
            rule = {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": most}
        elif line.slot.condition.metric.unit == "share":
            rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1}
        sheet.data_validation(row, 8, row, 8, {**rule, **message})
