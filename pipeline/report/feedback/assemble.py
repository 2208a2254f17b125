"""Assembles a marked copy: the protocol, the cleaned parts of a workbook, and our marks."""

import zipfile
from collections import defaultdict
from dataclasses import dataclass, field, replace
from io import BytesIO

from lxml import etree

from pipeline.common.settings import FeedbackRules
from pipeline.report.feedback.addresses import free_name, link_to
from pipeline.report.feedback.book import (
    LOST,
    OldBook,
    OldSheet,
    read_book,
    rules_of_book,
    without_protocol,
    workbook_part,
)
from pipeline.report.feedback.comments import all_notes, comments_part, own_notes
from pipeline.report.feedback.drawing import blocks_of, drawing_part
from pipeline.report.feedback.formulas import Harmless
from pipeline.report.feedback.grid import sheet_part
from pipeline.report.feedback.marks import PROTOCOL, add_marks, forget_marks
from pipeline.report.feedback.package import (
    HEAD,
    MAIN,
    RELATION,
    CannotCopyError,
    Element,
    Package,
    Source,
    parse,
    serialised,
    tag,
)
from pipeline.report.feedback.protocol import Words, protocol
from pipeline.report.feedback.styles import Styles, with_ours
from pipeline.report.feedback.subject import Mark, Result, Subject
from pipeline.report.feedback.tables import clean_table, read_table
from pipeline.report.feedback.worksheet import clean, insert
from schemas.words import visible

BOOK = "xl/workbook.xml"
EMPTY_SHEET = f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'
DOUBTFUL = (b"<!DOCTYPE", b"<!ENTITY", b"\0")


@dataclass
class Draft:
    """A copy under construction. block: the first free block of numbers for comment boxes."""

    subject: Subject
    rules: FeedbackRules
    styles: Styles
    package: Package = field(default_factory=Package)
    left: set[str] = field(default_factory=set)
    block: int = 1
    tables: int = 0


@dataclass(frozen=True)
class Copy:
    """A finished copy. doubtful: a cell was changed or is written in an unusual way."""

    data: bytes
    sheets: int
    doubtful: bool


def alone(subject: Subject, why: str, rules: FeedbackRules) -> bytes:
    """Return a workbook that contains only the protocol."""
    book = OldBook(BOOK, [], [], False, {}, set())
    draft = Draft(subject, rules, with_ours(None))
    return finished(draft, book, Harmless(frozenset()), Result(alone=why)).data


def marked(data: bytes, subject: Subject, rules: FeedbackRules, left: set[str]) -> Copy:
    """Return the marked copy of an OOXML workbook.

    left: codes of what was left out of the submission before. Raises CannotCopyError if the
    workbook cannot be copied part by part.
    """
    source = Source(zipfile.ZipFile(BytesIO(data)))
    book = read_book(source)
    came_back = without_protocol(book)
    styles, strings, theme = shared_parts(source, book)
    draft = Draft(subject, rules, with_ours(styles), left=left | book.left)
    if strings is not None:
        draft.package.add("xl/sharedStrings.xml", "sharedStrings", strings)
    if theme is not None:
        kind = "application/vnd.openxmlformats-officedocument.theme+xml"
        draft.package.add("xl/theme/theme1.xml", kind, theme)
    tables = tables_of(source, book)
    names = (t.get("displayName", "").lower() for own in tables.values() for t in own)
    rules_ = rules_of_book(book, frozenset(names))
    of_sheet: dict[str, list[Mark]] = defaultdict(list)
    for mark in subject.marks:
        of_sheet[mark.sheet].append(mark)
    for number, sheet in enumerate(book.sheets, 2):
        part = f"xl/worksheets/sheet{number}.xml"
        add_sheet(draft, source, sheet, part, rules_, of_sheet[visible(sheet.name)], tables)
    copy = finished(draft, book, rules_, Result(left=tuple(sorted(draft.left))))
    doubtful = came_back or "formulas" in draft.left or any(sheet.odd for sheet in book.sheets)
    return replace(copy, doubtful=doubtful)


def shared_parts(source: Source, book: OldBook) -> tuple[bytes | None, ...]:
    """Return styles, shared texts and theme; None for a part that is missing or may not be kept."""
    targets = {r.kind: r.target for r in source.relations(book.part).values() if r.target}
    styles, strings, theme = (
        source.read(targets[kind]) if kind in targets else None
        for kind in ("styles", "sharedStrings", "theme")
    )
    if strings is not None and any(mark in strings for mark in DOUBTFUL):
        raise CannotCopyError("shared strings")
    if theme is not None and _uses_relations(theme):
        theme = None
    return styles, strings, theme


def _uses_relations(theme: bytes) -> bool:
    root = parse(theme)  # an ill-formed one cannot be kept either
    return bool(root.xpath("//@*[namespace-uri() = $relation]", relation=RELATION))


def tables_of(source: Source, book: OldBook) -> dict[str, list[Element]]:
    """Return the tables of every sheet by the name of the sheet's part."""
    result: dict[str, list[Element]] = {}
    for sheet in book.sheets:
        targets = [r.target for r in source.relations(sheet.part).values() if r.kind == "table"]
        data = [source.read(target) for target in targets if target]
        found = [read_table(d) for d in data if d is not None]
        result[sheet.part] = [table for table in found if table is not None]
    return result


# ----------------------------------------------------------------------------------------- sheets
def add_sheet(
    draft: Draft,
    source: Source,
    sheet: OldSheet,
    part: str,
    rules: Harmless,
    marks: list[Mark],
    tables: dict[str, list[Element]],
) -> None:
    """Add one sheet, cleaned and marked. What is not a worksheet becomes an empty sheet."""
    root = sheet.root if sheet.root is not None else parse(EMPTY_SHEET.encode())
    relations = list(source.relations(sheet.part).values())
    draft.left |= {LOST[r.kind] for r in relations if r.kind in LOST}
    draft.left |= clean(root, rules, odd=sheet.odd)
    forget_marks(root)
    add_marks(root, marks, draft.styles.marks)
    root = with_relations(root)
    if sheet.root is not None:
        comments = [source.read(r.target) for r in relations if r.kind == "comments" and r.target]
        add_comments(draft, root, part, marks, comments[0] if comments else None)
        add_tables(draft, root, part, tables[sheet.part], rules)
    draft.package.add(part, "worksheet", serialised(root))


def with_relations(root: Element) -> Element:
    """Return the sheet's root element with a prefix for the namespace of relations."""
    if root.nsmap.get("r") == RELATION:
        return root
    prefixes = {p: uri for p, uri in root.nsmap.items() if p != "r"} | {"r": RELATION}
    if "r" in root.nsmap:  # the prefix has another meaning here
        raise CannotCopyError("prefix r")
    new = etree.Element(root.tag, dict(root.attrib), nsmap=prefixes)
    new.extend(list(root))
    return new


def add_comments(
    draft: Draft, root: Element, part: str, marks: list[Mark], data: bytes | None
) -> None:
    """Add the comments of a sheet and their boxes."""
    notes = all_notes(own_notes(data), marks, draft.rules.comments_per_sheet, draft.subject.lang)
    if not notes:
        return
    stem = part.rpartition("/")[2].removeprefix("sheet").removesuffix(".xml")
    words, boxes = f"xl/comments{stem}.xml", f"xl/drawings/vmlDrawing{stem}.vml"
    link = draft.package.relate(part, "vmlDrawing", boxes)
    draft.package.relate(part, "comments", words)
    drawing = root.makeelement(tag("legacyDrawing"), {f"{{{RELATION}}}id": link})
    insert(root, drawing)
    draft.package.add(words, "comments", comments_part(notes))
    kind = "application/vnd.openxmlformats-officedocument.vmlDrawing"
    draft.package.add(boxes, kind, drawing_part(notes, root, draft.block))
    draft.block += blocks_of(notes)


def add_tables(
    draft: Draft, root: Element, part: str, tables: list[Element], rules: Harmless
) -> None:
    """Add the tables of a sheet."""
    if not tables:
        return
    parts = root.makeelement(tag("tableParts"), {"count": str(len(tables))})
    for table in tables:
        draft.tables += 1
        name = f"xl/tables/table{draft.tables}.xml"
        link = draft.package.relate(part, "table", name)
        parts.append(parts.makeelement(tag("tablePart"), {f"{{{RELATION}}}id": link}))
        draft.package.add(name, "table", serialised(clean_table(table, rules)))
    insert(root, parts)


# --------------------------------------------------------------------------------- whole package
def finished(draft: Draft, book: OldBook, rules: Harmless, result: Result) -> Copy:
    """Return the copy, with our sheets, workbook part and the parts every package has."""
    package, names = draft.package, [sheet.name for sheet in book.sheets]
    words, styles = Words(draft.subject.lang), draft.styles
    first = free_name(words("sheet"), names)
    second = free_name(words("second"), [*names, first])
    usable = {visible(s.name): s.name for s in book.sheets if s.root is not None}
    grids = protocol(draft.subject, result, usable, draft.rules, second)
    ours = dict(zip((first, second), grids, strict=False))
    numbers = [1, len(names) + 2][: len(ours)]  # the sheets of the submission are between them
    for number, grid in zip(numbers, grids, strict=True):
        sign, below = (PROTOCOL, styles.sign), foot(draft.subject, words)
        own = sheet_part(grid, styles.looks, sign, below, is_first=number == 1)
        package.add(f"xl/worksheets/sheet{number}.xml", "worksheet", own)
    numbers += range(2, len(names) + 2)
    links = [package.relate(BOOK, "worksheet", f"xl/worksheets/sheet{n}.xml") for n in numbers]
    repeated = {
        name: link_to(name, f"${grid.head}:${grid.head}") if grid.head else ""
        for name, grid in ours.items()
    }
    package.add(BOOK, "sheet.main", workbook_part(book, links, repeated, rules))
    package.add("xl/styles.xml", "styles", styles.data)
    for part, kind in {
        "xl/styles.xml": "styles",
        "xl/sharedStrings.xml": "sharedStrings",
        "xl/theme/theme1.xml": "theme",
    }.items():
        if part in package.parts:
            package.relate(BOOK, kind, part)
    package.relate("", "officeDocument", BOOK)
    return Copy(packed_in_order(package), len(links), doubtful=False)


def foot(subject: Subject, words: Words) -> tuple[str, str]:
    """Return the texts in the footer of every page, left and right."""
    mark = words("draft") if subject.draft else ""
    return " · ".join(filter(None, (mark, subject.name))), words("page")


def packed_in_order(package: Package) -> bytes:
    """Return the package's bytes, with the parts in the order in which Excel writes them."""
    first = sorted(package.parts, key=lambda part: (part != BOOK, part))
    return replace(package, parts={part: package.parts[part] for part in first}).packed()
