"""A submission's worksheet, cleaned: what is allowed is kept unchanged, everything else is removed.

Cells keep their values, types and styles; only formulas with access to the outside lose their text.
"""

import re
from collections.abc import Iterator

from pipeline.report.feedback.formulas import Harmless
from pipeline.report.feedback.package import (
    MAIN,
    RELATION,
    CannotCopyError,
    Element,
    is_main,
    local,
    remove,
    tag,
)

# The children of a worksheet in the order that the standard (CT_Worksheet) requires.
CHILDREN = """
sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection
protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells
phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup
headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing
legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls webPublishItems tableParts
extLst
"""
DROPPED = """
sheetCalcPr protectedRanges scenarios dataConsolidate customSheetViews customProperties cellWatches
smartTags drawing legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls
webPublishItems
"""
ORDER = CHILDREN.split()
ALLOWED = frozenset(ORDER) - frozenset(DROPPED.split())
# Elements whose loss is reported to the reader, with the code of the text.
REPORTED = {"controls": "drawings", "oleObjects": "drawings", "picture": "drawings"}
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
# Extensions that are kept: rules and drop-downs that refer to other sheets.
RULES_EXT = "{78C0D931-6437-407D-A8EE-F0AAD7539E65}"
LISTS_EXT = "{CCE6A557-97BC-4B89-ADB6-D9C93CAAB3DF}"
UNKNOWN_VALUE = "NA()"
# Markup that is rare in cells. A search in the bytes tells whether the cells need a closer check.
ODD = (b"<!", b"<?", b"&#", b":id", b"xmlns", b"cm=", b"vm=", b"cm ", b"vm ", b"extLst")
PREFIX = re.compile(rb"xmlns:([^\s=:]+)\s*=")


def is_odd(data: bytes) -> bool:
    """Whether a worksheet's cells contain more markup than usual."""
    start = data.find(b"<sheetData")
    if start < 0 or b"\0" in data[:100]:
        return True
    end = data.find(b"</sheetData>", start)
    cells = data[start : end if end > 0 else len(data)]
    prefixed = tuple(b"<" + prefix + b":" for prefix in PREFIX.findall(data, 0, start))
    return any(sign in cells for sign in ODD + prefixed)


def outside(root: Element, *names: str) -> Iterator[Element]:
    """Yield a worksheet's elements of these names, without descending into its many cells."""
    for child in root:
        if child.tag != tag("sheetData"):
            yield from child.iter(*names)


def insert(root: Element, element: Element) -> None:
    """Insert a child at the position the standard requires, after others of its name."""
    place = ORDER.index(local(element))
    for at, child in enumerate(root):
        if ORDER.index(local(child)) > place:
            root.insert(at, element)
            return
    root.append(element)


def clean(root: Element, rules: Harmless, *, odd: bool) -> set[str]:
    """Remove everything that is not allowed; return codes of what was removed.

    odd: see `is_odd`.
    """
    if root.tag != tag("worksheet"):
        raise CannotCopyError(f"root {root.tag}")
    left = _clean_children(root)
    if odd:
        _clean_cells(root)
    left |= _clean_formulas(root, rules)
    left |= _clean_rules(root, rules)
    left |= _clean_links(root, rules)
    for element in outside(root, tag("sheetView"), tag("sheetPr")):
        element.attrib.pop("tabSelected", None)
        element.attrib.pop("codeName", None)
    _forget_relations(root)
    if root.find(tag("sheetData")) is None:
        insert(root, root.makeelement(tag("sheetData")))
    return left


def _clean_children(root: Element) -> set[str]:
    left: set[str] = set()
    for child in list(root):
        name = local(child)
        if not is_main(child) or name not in ALLOWED:
            left |= {REPORTED[name]} if name in REPORTED else set()
            root.remove(child)
    for element in list(outside(root, tag("extLst"), tag("pivotSelection"))):
        # in a rule (cfRule) the extension only names its counterpart among the sheet's own rules
        if element.getparent() is not root and local(element.getparent()) != "cfRule":
            remove(element)
    for element in root.findall(f"{tag('extLst')}/{tag('ext')}"):
        if element.get("uri", "").upper() not in (RULES_EXT, LISTS_EXT):
            remove(element)
    return left


def _drop_if_empty(root: Element, name: str) -> None:
    for element in root.findall(tag(name)):
        if len(element) == 0:
            root.remove(element)


# ----------------------------------------------------------------------------------------- cells
def _clean_cells(root: Element) -> None:
    """Remove what no cell needs, and what refers to parts that are left out."""
    for data in root.findall(tag("sheetData")):
        for element in data.xpath(".//*[namespace-uri() != $main]", main=MAIN):
            remove(element)
        for element in list(data.iter(tag("extLst"))):
            remove(element)
        for element in data.iter():
            bad = [
                n for n in element.attrib if n in ("cm", "vm") or n.startswith(f"{{{RELATION}}}")
            ]
            for name in bad:
                del element.attrib[name]


def _clean_formulas(root: Element, rules: Harmless) -> set[str]:
    """Remove formulas with access to the outside; return the codes to report."""
    formulas = [f for data in root.findall(tag("sheetData")) for f in data.iter(tag("f"))]
    allowed: dict[str, bool] = {}
    for formula in formulas:
        text = formula.text or ""
        if text and text not in allowed:
            allowed[text] = rules.allows(text)
    bad_shared = {
        f.get("si")
        for f in formulas
        if f.get("t") == "shared" and not allowed.get(f.text or "", True)
    }
    losses: set[str] = set()
    for formula in formulas:
        bad = not allowed.get(formula.text or "", True) or formula.get("t") == "dataTable"
        if bad or (formula.get("t") == "shared" and formula.get("si") in bad_shared):
            _drop_formula(formula)
            losses = {"formulas"}
    return losses


def _drop_formula(formula: Element) -> None:
    """Keep only the stored value; a formula without a stored value is kept as it is."""
    cell = formula.getparent()
    if _has_value(cell):
        cell.remove(formula)
        return
    formula.attrib.clear()
    formula.text = UNKNOWN_VALUE


def _has_value(cell: Element) -> bool:
    value = cell.find(tag("v"))
    stored = value is not None and bool(value.text)
    return stored or cell.get("t") in ("str", "e", "inlineStr")


# ----------------------------------------------------------------------------- rules, drop-downs
def _clean_rules(root: Element, rules: Harmless) -> set[str]:
    """Remove conditional formats and data validations whose formulas have access to the outside."""
    bad = [e for e, formulas in rules_of(root) if not all(rules.allows(f) for f in formulas)]
    for element in bad:
        remove(element)
    for name in ("conditionalFormatting", "dataValidations"):
        for element in _named(root, name):
            _update_count(element)
    for element in root.findall(f"{tag('extLst')}/{tag('ext')}"):
        if not any(len(group) for group in element):
            remove(element)
    _drop_if_empty(root, "extLst")
    return {"rules"} if bad else set()


def rules_of(root: Element) -> Iterator[tuple[Element, list[str]]]:
    """Yield every rule (conditional format, data validation) with the formulas it uses."""
    for name in ("cfRule", "dataValidation"):
        for element in _named(root, name):
            yield element, _formulas(element)


def _named(root: Element, name: str) -> list[Element]:
    return list(outside(root, tag(name), f"{{{X14}}}{name}"))


def _formulas(rule: Element) -> list[str]:
    names = {"formula", "formula1", "formula2", "f"}
    inside = [e for e in rule.iter() if local(e) in names]
    bounds = [e for e in rule.iter() if local(e) == "cfvo" and e.get("type") == "formula"]
    texts = [e.text or "" for e in inside] + [e.get("val", "") for e in bounds]
    return [text for text in texts if text.strip()]


def _update_count(element: Element) -> None:
    """Remove a list of rules that has become empty, else update its count."""
    rules = [e for e in element if local(e) in ("cfRule", "dataValidation")]
    if not rules:
        remove(element)
    elif element.get("count"):
        element.set("count", str(len(rules)))


# ----------------------------------------------------------------------------------------- links
def _clean_links(root: Element, rules: Harmless) -> set[str]:
    """Keep links into the file itself."""
    left = set()
    for link in list(outside(root, tag("hyperlink"))):
        inside = link.get("location", "")
        if link.get(f"{{{RELATION}}}id") or not inside or not rules.allows(inside):
            left.add("links")
            remove(link)
    _drop_if_empty(root, "hyperlinks")
    return left


def _forget_relations(root: Element) -> None:
    """Remove all other references to parts; those to tables are added again later."""
    for parts in root.findall(tag("tableParts")):
        root.remove(parts)
    for element in outside(root):
        _forget_relations_of(element)


def _forget_relations_of(element: Element) -> None:
    for name in [n for n in element.attrib if n.startswith(f"{{{RELATION}}}")]:
        del element.attrib[name]
