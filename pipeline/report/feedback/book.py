"""The workbook part of a submission: reads its sheets and defined names, and writes it again."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from pipeline.report.feedback.addresses import fit
from pipeline.report.feedback.formulas import Harmless, harmless_names
from pipeline.report.feedback.marks import is_protocol
from pipeline.report.feedback.package import (
    HEAD,
    MAIN,
    RELATION,
    CannotCopyError,
    Element,
    Source,
    parse,
    tag,
)
from pipeline.report.feedback.worksheet import is_odd

# The longest name of a sheet that Excel accepts.
LONGEST_NAME = 31
BAD_NAME = re.compile(r"[\x00-\x1f\\/?*\[\]:]|^'|'$")
# Kinds of relations whose loss is reported to the reader, with the code of the text.
LOST = {
    "vbaProject": "macros",
    "xlMacrosheet": "macros",
    "xlIntlMacrosheet": "macros",
    "drawing": "drawings",
    "image": "drawings",
    "chartsheet": "drawings",
    "dialogsheet": "drawings",
    "control": "drawings",
    "oleObject": "drawings",
    "package": "drawings",
    "externalLink": "links",
    "connections": "links",
    "queryTable": "links",
    "pivotTable": "pivots",
    "pivotCacheDefinition": "pivots",
}
STATES = ("hidden", "veryHidden")


@dataclass
class OldSheet:
    """A sheet of the workbook. root: None if it is not a worksheet (a chart, macros).

    odd: see `worksheet.is_odd`.
    """

    name: str
    state: str
    part: str
    root: Element | None
    odd: bool


@dataclass
class OldBook:
    """What was read of a workbook. names: (attributes, formula) of every defined name."""

    part: str
    sheets: list[OldSheet]
    names: list[tuple[dict[str, str], str]]
    is_1904: bool
    calculation: dict[str, str]
    left: set[str]


def read_book(source: Source) -> OldBook:
    """Read the workbook's own part and its sheets."""
    part = _workbook_part(source)
    root = parse(source.read(part) or b"")
    if root.tag != tag("workbook"):
        raise CannotCopyError(f"root {root.tag}")
    relations = source.relations(part)
    left = {LOST[r.kind] for r in relations.values() if r.kind in LOST}
    refuse_names([element.get("name", "") for element in root.iter(tag("sheet"))])
    sheets = []
    for element in root.iter(tag("sheet")):
        relation = relations.get(element.get(f"{{{RELATION}}}id", ""))
        if relation is None or not relation.target:
            raise CannotCopyError("sheet without a part")
        own = relation.kind == "worksheet"
        data = source.read(relation.target) if own else None
        sheets.append(_sheet(element, relation.target, data))
        left |= {LOST[relation.kind]} if relation.kind in LOST else set()
    properties = root.find(tag("workbookPr"))
    date_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    names = [(dict(e.attrib), e.text or "") for e in root.iter(tag("definedName"))]
    return OldBook(part, sheets, names, date_1904, _calculation(root), left)


def refuse_names(names: Sequence[str]) -> None:
    """Refuse sheet names that Excel does not accept: it would offer to repair the copy."""
    if len({name.casefold() for name in names}) < len(names):
        raise CannotCopyError("two sheets of one name")
    for name in names:
        if not 0 < len(name) <= LONGEST_NAME or BAD_NAME.search(name):
            raise CannotCopyError("name of a sheet")


def _workbook_part(source: Source) -> str:
    for relation in source.relations("").values():
        if relation.kind == "officeDocument" and relation.target:
            return relation.target
    raise CannotCopyError("no workbook")


def _sheet(element: Element, part: str, data: bytes | None) -> OldSheet:
    state = element.get("state", "")
    root = None if data is None else parse(data)
    odd = data is None or is_odd(data)
    return OldSheet(element.get("name", ""), state if state in STATES else "", part, root, odd)


def _calculation(root: Element) -> dict[str, str]:
    """Return the calculation settings, without those that force a calculation on opening."""
    element = root.find(tag("calcPr"))
    names = ("calcId", "calcMode", "iterate", "iterateCount", "iterateDelta", "refMode")
    return {} if element is None else {k: v for k, v in element.attrib.items() if k in names}


def without_protocol(book: OldBook) -> bool:
    """Remove the protocol of an earlier copy and its names; return whether there was one."""
    protocols = {i for i, s in enumerate(book.sheets) if s.root is not None and is_protocol(s.root)}
    stay = [i for i in range(len(book.sheets)) if i not in protocols]
    place = {old: new for new, old in enumerate(stay)}
    book.sheets = [book.sheets[i] for i in stay]
    names = []
    for attributes, formula in book.names:
        local_to = attributes.get("localSheetId")
        if local_to is None:
            names.append((attributes, formula))
        elif local_to.isdecimal() and int(local_to) in place:
            names.append((attributes | {"localSheetId": str(place[int(local_to)])}, formula))
    book.names = names
    return bool(protocols)


def rules_of_book(book: OldBook, tables: frozenset[str]) -> Harmless:
    """Return what the workbook's formulas may refer to."""
    sheets = frozenset(s.name.lower() for s in book.sheets if s.root is not None)
    formulas: dict[str, list[str]] = defaultdict(list)
    for attributes, formula in book.names:
        if not _is_macro(attributes):
            formulas[attributes.get("name", "")].append(formula)
    return harmless_names(formulas, sheets, tables)


def _is_macro(attributes: dict[str, str]) -> bool:
    return any(attributes.get(k) in ("1", "true") for k in ("function", "vbProcedure", "xlm"))


# --------------------------------------------------------------------------------------- writing
def workbook_part(
    book: OldBook, links: Sequence[str], ours: Mapping[str, str], rules: Harmless
) -> str:
    """Return the workbook's part again, with our sheets before the others.

    links: the ids of the relations, of our sheets first. ours: the names of our sheets, with the
    rows that are repeated on every printed page.
    """
    named = [*((name, "") for name in ours), *((s.name, s.state) for s in book.sheets)]
    sheets = "".join(
        _sheet_element(number, name, state, link)
        for number, ((name, state), link) in enumerate(zip(named, links, strict=True), 1)
    )
    calculation = "".join(f" {name}={_quoted(v)}" for name, v in sorted(book.calculation.items()))
    return (
        f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATION}">'
        f"<workbookPr{' date1904=' + _quoted('1') if book.is_1904 else ''}/>"
        '<bookViews><workbookView xWindow="0" yWindow="0" windowWidth="24000"'
        ' windowHeight="12000" firstSheet="0" activeTab="0"/></bookViews>'
        f"<sheets>{sheets}</sheets>{_names(book, ours, rules)}"
        f"{f'<calcPr{calculation}/>' if calculation else ''}</workbook>"
    )


def _sheet_element(number: int, name: str, state: str, link: str) -> str:
    hidden = f" state={_quoted(state)}" if state else ""
    return f'<sheet name={_quoted(name)} sheetId="{number}"{hidden} r:id="{link}"/>'


def _names(book: OldBook, ours: Mapping[str, str], rules: Harmless) -> str:
    own: list[tuple[dict[str, Any], str]] = [
        ({"name": "_xlnm.Print_Titles", "localSheetId": str(at)}, repeated)
        for at, repeated in enumerate(ours.values())
        if repeated
    ]
    for attributes, formula in book.names:
        name = attributes.get("name", "").lower()
        if name in rules.names and rules.allows(formula) and not _is_macro(attributes):
            own.append((_name_attributes(attributes, len(ours)), formula))
    names = "".join(
        f"<definedName{''.join(f' {k}={_quoted(v)}' for k, v in attributes.items())}>"
        f"{escape(fit(formula))}</definedName>"
        for attributes, formula in own
    )
    return f"<definedNames>{names}</definedNames>" if names else ""


def _name_attributes(attributes: dict[str, str], before: int) -> dict[str, str]:
    stored: dict[str, str] = {
        k: attributes[k] for k in ("name", "localSheetId", "hidden") if k in attributes
    }
    if "localSheetId" in stored:  # our sheets come before the others
        stored["localSheetId"] = str(int(stored["localSheetId"]) + before)
    return stored


def _quoted(text: str) -> str:
    return quoteattr(fit(text))
