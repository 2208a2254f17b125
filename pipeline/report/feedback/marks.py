"""Colours cells with findings by conditional formats that name us, and finds such marks again.

Cell styles are not changed, and a copy that is submitted again loses its old marks, whichever
program saved it.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from pipeline.report.feedback.addresses import address, cell_of
from pipeline.report.feedback.package import Element, local, remove, tag
from pipeline.report.feedback.subject import SEVERITIES, Mark
from pipeline.report.feedback.worksheet import insert, rules_of

SIGN = 'LEN("cluster-review'
MARK = SIGN + ': {severity}")>0'
PROTOCOL = SIGN + ': protocol")>0'
MOST_RANGES = 250


def forget_marks(root: Element) -> None:
    """Remove the marks of an earlier copy."""
    for rule, formulas in list(rules_of(root)):
        if any(formula.lstrip("=").startswith(SIGN) for formula in formulas):
            parent = rule.getparent()
            parent.remove(rule)
            if not any(local(e) == "cfRule" for e in parent):
                remove(parent)


def is_protocol(root: Element) -> bool:
    """Whether a worksheet is the protocol of an earlier copy."""
    return any(f.lstrip("=") == PROTOCOL for _, formulas in rules_of(root) for f in formulas)


def add_marks(root: Element, marks: Iterable[Mark], looks: Mapping[str, int]) -> None:
    """Colour the cells of findings by the most severe finding of each cell."""
    cells = gravest(marks)
    if not cells:
        return
    groups = []
    for severity in SEVERITIES:
        ranges = ranges_of(sorted(place for place, found in cells.items() if found == severity))
        for at in range(0, len(ranges), MOST_RANGES):
            groups.append((severity, " ".join(ranges[at : at + MOST_RANGES])))
    _make_room(root, len(groups))
    for priority, (severity, places) in enumerate(groups, 1):
        formula = MARK.format(severity=severity)
        insert(root, _format(root, places, formula, looks[severity], priority))


def gravest(marks: Iterable[Mark]) -> dict[tuple[int, int], str]:
    """Return the most severe severity of every marked cell, by (column, row)."""
    cells: dict[tuple[int, int], str] = {}
    for mark in sorted(marks, key=lambda m: SEVERITIES.index(m.severity)):
        place = cell_of(mark.cell)
        if place is not None:
            cells.setdefault(place, mark.severity)
    return cells


def ranges_of(cells: Sequence[tuple[int, int]]) -> list[str]:
    """Return sorted cells (column, row) as ranges within their columns: G17 or G17:G19."""
    result = []
    for _, run in groupby(enumerate(cells), lambda pair: (pair[1][0], pair[1][1] - pair[0])):
        cells_of_run = [cell for _, cell in run]
        (column, first), (_, last) = cells_of_run[0], cells_of_run[-1]
        start = address(column, first)
        result.append(start if first == last else f"{start}:{address(column, last)}")
    return result


def _make_room(root: Element, number: int) -> None:
    """Give the sender's own rules a priority after ours, in their order."""
    own = [r for r, _ in rules_of(root) if (r.get("priority") or "").isdecimal()]
    used = sorted({int(rule.get("priority")) for rule in own})
    rank = {priority: number + at for at, priority in enumerate(used, 1)}
    for rule in own:
        rule.set("priority", str(rank[int(rule.get("priority"))]))


def _format(root: Element, places: str, text: str, look: int, priority: int) -> Element:
    element = root.makeelement(tag("conditionalFormatting"), {"sqref": places})
    attributes = {"type": "expression", "dxfId": str(look), "priority": str(priority)}
    rule = element.makeelement(tag("cfRule"), attributes)
    formula = rule.makeelement(tag("formula"), {})
    formula.text = text
    rule.append(formula)
    element.append(rule)
    return element
