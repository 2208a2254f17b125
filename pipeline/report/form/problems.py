"""Formulas of what is missing or unusable in each sheet, and the address of the first problem."""

from pipeline.report.form.calculation import Calculation, Over, cell
from pipeline.report.form.cell_formulas import BAD, MISSING, is_bad, is_missing
from pipeline.report.form.plan import (
    FIRST_ROW,
    FORM_ROW,
    VALUE_COLUMN,
    capacity,
    master,
    place,
    tables,
)
from schemas.declaration import Field, Sheet

# A position is its row times this plus its column: the smallest of several comes first.
STEP = 100
PROBLEMS = {"missing": MISSING, "bad": BAD}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def add_problems(sums: Calculation) -> None:
    """Add for every sheet <sheet>_missing, _bad (counts), _missing_at, _bad_at (addresses)."""
    for sheet in tables():
        sums.single(f"{sheet.key}_rows", f"SUM([{sheet.key}_row])")
        sums.single(f"{sheet.key}_over", rows_beyond(sums, sheet))
        for item in sheet.fields:
            add_column(sums, sheet, item)
        add_sheet(sums, sheet)
    add_form(sums)


def rows_beyond(sums: Calculation, sheet: Sheet) -> str:
    """Return the formula of how many cells are below the rows that are calculated."""
    whole = f"r_{sheet.key}"
    end = FIRST_ROW + capacity(sheet, sums.filled) - 1
    return f"COUNTA({whole})-COUNTA(INDEX({whole},1,0):INDEX({whole},{end},0))"


def add_column(sums: Calculation, sheet: Sheet, item: Field) -> None:
    """Add the problems of a column."""
    name, at, every = f"{sheet.key}_{item.key}", place(sheet, item.key) + 1, cell(sheet, item.key)
    problems = {"bad": is_bad(item, every)}
    if item.required:
        problems["missing"] = f"[{sheet.key}_row]*{is_missing(item, every)}"
    for problem, each in problems.items():
        own = f"{name}_{problem}"
        sums.single(own, Over(f"SUM({each})"))
        first = f"MIN(IF({each}=1,ROW({every})))*{STEP}+{at}"
        sums.single(f"{own}_at", Over(f'IF({{{own}}}=0,"",{first})'))


def add_form(sums: Calculation) -> None:
    """Add the same of Stammdaten, from the values of its cells."""
    sheet = master()
    first, last = (f"{{{sheet.key}_{sheet.fields[at].key}}}" for at in (0, -1))
    for problem, sign in PROBLEMS.items():
        sums.single(f"{sheet.key}_{problem}", f'COUNTIF({first}:{last},"{sign}")')
        row = f'{FORM_ROW - 1}+MATCH("{sign}",{first}:{last},0)'
        sums.single(f"{sheet.key}_{problem}_at", f'IFERROR("{LETTERS[VALUE_COLUMN]}"&{row},"")')


def add_sheet(sums: Calculation, sheet: Sheet) -> None:
    """Add the sums of a table, and the address of the first problem of each kind."""
    for problem in PROBLEMS:
        names = [n for f in sheet.fields if (n := f"{sheet.key}_{f.key}_{problem}") in sums.singles]
        counts = ",".join(f"{{{n}}}" for n in names) or "0"
        places = ",".join(f"{{{n}_at}}" for n in names) or "0"
        sums.single(f"{sheet.key}_{problem}", f"SUM({counts})")
        sums.single(f"{sheet.key}_{problem}_first", f"MIN({places})")
        first = f"{{{sheet.key}_{problem}_first}}"
        address = f'MID("{LETTERS}",MOD({first},{STEP}),1)&INT({first}/{STEP})'
        sums.single(f"{sheet.key}_{problem}_at", f'IF({first}=0,"",{address})')
