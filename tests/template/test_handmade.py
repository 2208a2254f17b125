"""The self-check on the hand-worked examples of the criteria, calculated by LibreOffice.

Each example is filled into a form, and must come out as it was worked out by hand. Left out are
examples that no form can be: without a sheet or column, with numbers or dates as text.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.common.texts import say
from pipeline.report.form import plan
from pipeline.report.form.form import write_form
from pipeline.report.form.plan import Filled, text
from pipeline.report.form.selfcheck import TOP
from pipeline.report.form.verdicts import lines
from schemas.declaration import Field, Sheet, submission
from tests.handmade.build import Workbook, changed
from tests.handmade.test_evaluation import ANY, BOOKS, CASES, LODGED, Case
from tests.libreoffice import Recalculate

from .forms import check_sheet

# Dozens of forms take LibreOffice minutes; tests/template/test_selfcheck.py is part of every run.
pytestmark = pytest.mark.soak
# How many forms LibreOffice calculates in one go.
AT_ONCE = 12
OURS = {line.criterion.id for line in lines()}
TYPED = ("number", "integer", "date")


def filled(book: Workbook) -> Filled | None:
    """Return the example as the values of a form; None if no form can hold it."""
    if book.dropped or len(book.sheets) < len(plan.tables()):
        return None
    master = dict(values(plan.master(), book.master))
    rows: dict[str, list[dict[str, Any]]] = {}
    for sheet in plan.tables():
        rows[sheet.key] = [dict(values(sheet, row)) for row in book.sheets[sheet.name["de"]]]
    for number, row in enumerate(rows["actors"], 1):
        row.setdefault("name", f"Akteur {number:03}")
    master["cluster_id"] = "DE-0001"
    return Filled(master, rows)


def values(sheet: Sheet, row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the filled fields of a row by key."""
    by_name = {field.name["de"]: field for field in sheet.fields}
    for label, value in row.items():
        if value is not None:
            yield by_name[label].key, value


def as_text(field: Field, value: Any) -> bool:
    """Whether a number or date is written as text, which the self-check takes for unusable."""
    return field.type in TYPED and isinstance(value, str) and any(c.isdigit() for c in value)


def examples() -> dict[str, tuple[Filled, list[Case]]]:
    """Return the forms, each with the cases that it is an example of."""
    result: dict[str, tuple[Filled, list[Case]]] = {}
    for case in CASES:
        if case.criterion not in OURS:
            continue
        house = LODGED[case.key]
        form = filled(changed(*BOOKS[house]))
        if form is not None and not any(map(has_text, submission().sheets, [form] * 9)):
            result.setdefault(house, (form, []))[1].append(case)
    return result


def has_text(sheet: Sheet, form: Filled) -> bool:
    """Whether a form holds a number or date as text."""
    rows = [form.master] if sheet.layout == "form" else form.rows[sheet.key]
    return any(as_text(sheet.field(key), v) for row in rows for key, v in row.items())


FORMS = examples()


@pytest.fixture(scope="module")
def checks(
    tmp_path_factory: pytest.TempPathFactory, recalculated: Recalculate
) -> dict[str, list[list[Any]]]:
    """The sheet of the self-check of every form, as LibreOffice calculates it."""
    folder = tmp_path_factory.mktemp("handmade")
    paths = {house: folder / f"form{n}.xlsx" for n, house in enumerate(FORMS)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "SPARE_ROWS", {"actors": (2, 2)})
        patch.setattr(plan, "OTHER_SPARE_ROWS", (2, 2))
        for house, (form, _) in FORMS.items():
            write_form(paths[house], "de", form)
    again: list[Path] = []
    every = list(paths.values())
    for first in range(0, len(every), AT_ONCE):
        again += recalculated(every[first : first + AT_ONCE], folder / str(first))
    return {house: check_sheet(p, "de") for house, p in zip(paths, again, strict=True)}


def same(shown: Any, due: Any, unknown: str) -> bool:
    """Whether the sheet shows what is due; a figure that is due as None is unknown."""
    if due is ANY:
        return True
    if due is None:
        return shown in (unknown, "")
    return isinstance(shown, int | float) and shown == pytest.approx(float(due), abs=1e-9)


@pytest.mark.parametrize("house", FORMS)
def test_the_form_says_what_was_worked_out_by_hand(
    house: str, checks: dict[str, list[list[Any]]]
) -> None:
    unknown = text("check", "unknown", "de")
    for case in FORMS[house][1]:
        own = [n for n, line in enumerate(lines()) if line.criterion.id == case.criterion]
        shown = [checks[house][TOP + 1 + n] for n in own]
        assert shown[0][2] == say("status", case.status, "de"), case.key
        for row, due in zip(shown, case.conditions, strict=False):
            if due is ANY:
                continue
            status, low, high, lever = due
            assert status is ANY or row[7] == say("status", status, "de"), case.key
            for value, wanted in ((row[4], low), (row[5], high), (row[8], lever)):
                assert same(value, wanted, unknown), (case.key, row, due)
