"""Faults in the rows: bad cells (faults.toml), repeated rows, totals, group headings."""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from pipeline.demo.events import Rule
from pipeline.demo.model import Formula, Row, Sheets, Value
from pipeline.demo.profiles import Plan

CELLS_PER_FILE = 3
# Clusters without any bad cell, with total rows, with actors under group headings.
CAREFUL, ACTORS_TOTAL, FUNDING_TOTAL, GROUPED = Rule(12, 1), Rule(8, 1), Rule(3, 2), Rule(9, 2)
TWICE = Rule(5, 3)
TOTAL = "Summe"
COMPANIES, OTHERS = "Unternehmen", "Weitere Akteure"


@cache
def _cells() -> Sequence[dict[str, Any]]:
    path = Path(__file__).parent / "faults.toml"
    cells: Sequence[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["cells"]
    return cells


def add_faults(sheets: Sheets, plan: Plan, index: int) -> None:
    """Insert the cluster's faults of a period into its sheets."""
    rng = plan.rng("faults", index)
    if not CAREFUL.holds(plan):
        for fault in _turns(plan, index):
            _spoil_cell(rng, sheets[fault["sheet"]], fault)
    if TWICE.holds(plan):
        _repeat(rng, sheets["actors"])
    if GROUPED.holds(plan):
        sheets["actors"] = _grouped(sheets["actors"])
    if ACTORS_TOTAL.holds(plan):
        add_total(sheets["actors"], "name", TOTAL, "employees")
    if FUNDING_TOTAL.holds(plan):
        add_total(sheets["funding"], "year", TOTAL, "amount_eur")


def _turns(plan: Plan, index: int) -> list[dict[str, Any]]:
    """Return the faults due now: each occurs about once in a dozen clusters."""
    cells = _cells()
    first = plan.number * CELLS_PER_FILE + index
    chosen = [cells[(first + step) % len(cells)] for step in range(CELLS_PER_FILE)]
    return [fault for fault in chosen if plan.block % fault.get("every", 1) == 0]


def _spoil_cell(rng: Random, rows: list[Row], fault: dict[str, Any]) -> None:
    filled = [row for row in rows if row.get(fault["field"]) is not None]
    if filled:
        rng.choice(filled)[fault["field"]] = _bad_value(fault)


def _bad_value(fault: dict[str, Any]) -> Value:
    value: Value = fault["value"]
    if "formula" in fault:
        return Formula(fault["formula"], fault["value"])
    return value if value != "" else None


def _repeat(rng: Random, rows: list[Row]) -> None:
    """List some actors twice: as a contact, or in a slightly different spelling."""
    for row in rng.sample(rows, min(len(rows), rng.randint(1, 3))):
        again = dict(row, joined=None)
        if rng.random() < 0.5:
            again.update(commitment="Kontakt")
        else:
            again.update(name=f" {str(row['name']).replace(' ', '  ').upper()}")
        rows.append(again)


def _grouped(rows: list[Row]) -> list[Row]:
    """Put the actors under two headings."""
    companies = [row for row in rows if row["actor_type"] == COMPANIES]
    others = [row for row in rows if row["actor_type"] != COMPANIES]
    return [{"name": COMPANIES}, *companies, {"name": OTHERS}, *others]


def add_total(rows: list[Row], label: str, word: str, column: str) -> None:
    """Add the total as Excel calculates it: formulas count, numbers entered as text do not."""
    cells = [row.get(column) for row in rows]
    numbers = [cell.value if isinstance(cell, Formula) else cell for cell in cells]
    rows.append({label: word, column: sum(n for n in numbers if isinstance(n, int | float))})


def older_version(sheets: Sheets, plan: Plan) -> Sheets:
    """Return what the cluster sent before its correction: some actors fewer, a figure unknown."""
    rng = plan.rng("older")
    older = {key: [dict(row) for row in rows] for key, rows in sheets.items()}
    older["actors"] = [row for row in older["actors"] if rng.random() < 0.93]
    older["master_data"][0].update(version=None, strategy_actors=None)
    return older
