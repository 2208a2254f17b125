"""Formulas of what is missing or unusable in each sheet, and the address of the first problem."""

from pipeline.report.form.calculation import Calculation
from pipeline.report.form.plan import (
    FIRST_ROW,
    FORM_ROW,
    VALUE_COLUMN,
    capacity,
    master,
    place,
    tables,
)
from pipeline.report.form.usable import BAD, MISSING
from schemas.declaration import Field, Sheet

# A position is its row times this plus its column: the smallest of several comes first.
STEP = 100
PROBLEMS = {"missing": MISSING, "bad": BAD}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def add_problems(sums: Calculation) -> None:
    """Add for every sheet <sheet>_missing, _bad (counts), _missing_at, _bad_at (addresses)."""
    for sheet in tables():
        sums.single(f"{sheet.key}_rows", f"SUM([{sheet.key}_row:])")
        sums.single(f"{sheet.key}_over", rows_beyond(sums, sheet))
        for item in sheet.fields:
            add_column(sums, sheet, item)
        add_sheet(sums, sheet)
    for item in master().fields:
        add_cell(sums, item)
    add_sheet(sums, master())


def rows_beyond(sums: Calculation, sheet: Sheet) -> str:
    """Return the formula of how many cells are below the rows that are calculated."""
    whole = f"r_{sheet.key}"
    end = FIRST_ROW + capacity(sheet, sums.filled) - 1
    return f"COUNTA({whole})-COUNTA(INDEX({whole},1,0):INDEX({whole},{end},0))"


def add_column(sums: Calculation, sheet: Sheet, item: Field) -> None:
    """Add the problems of a column."""
    name, at = f"{sheet.key}_{item.key}", place(sheet, item.key) + 1
    if name in sums.columns:
        for problem, sign in PROBLEMS.items():
            sums.single(f"{name}_{problem}", f'COUNTIF([{name}:],"{sign}")')
            first = f'(MATCH("{sign}",[{name}:],0)+{FIRST_ROW - 1})*{STEP}+{at}'
            sums.single(f"{name}_{problem}_at", f'IFERROR({first},"")')
        return
    whole = f"c_{name}"
    end = FIRST_ROW + capacity(sheet, sums.filled) - 1
    cells = f"INDEX({whole},{FIRST_ROW}):INDEX({whole},{end})"
    sums.single(f"{name}_bad", f"SUMPRODUCT(--ISERROR({cells}))")
    first = f"SUMPRODUCT(MIN((1-ISERROR({cells}))*10000000+ROW({cells})))*{STEP}+{at}"
    sums.single(f"{name}_bad_at", f'IF({{{name}_bad}}=0,"",{first})')


def add_cell(sums: Calculation, item: Field) -> None:
    """Add the problems of a cell of Stammdaten."""
    name = f"{master().key}_{item.key}"
    here = (FORM_ROW + place(master(), item.key)) * STEP + VALUE_COLUMN + 1
    for problem, sign in PROBLEMS.items():
        count = f'IF({{{name}}}="{sign}",1,0)'
        sums.single(f"{name}_{problem}", count)
        sums.single(f"{name}_{problem}_at", f'IF({{{name}_{problem}}}=0,"",{here})')


def add_sheet(sums: Calculation, sheet: Sheet) -> None:
    """Add the sums of a sheet, and the address of the first problem of each kind."""
    for problem in PROBLEMS:
        names = [n for f in sheet.fields if (n := f"{sheet.key}_{f.key}_{problem}") in sums.singles]
        counts = ",".join(f"{{{n}}}" for n in names)
        places = ",".join(f"{{{n}_at}}" for n in names)
        sums.single(f"{sheet.key}_{problem}", f"SUM({counts})")
        sums.single(f"{sheet.key}_{problem}_first", f"MIN({places})")
        first = f"{{{sheet.key}_{problem}_first}}"
        address = f'MID("{LETTERS}",MOD({first},{STEP}),1)&INT({first}/{STEP})'
        sums.single(f"{sheet.key}_{problem}_at", f'IF({first}=0,"",{address})')
