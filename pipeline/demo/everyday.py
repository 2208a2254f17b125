"""Habits of people who fill in forms (everyday.toml), given to some clusters on request."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.demo.events import Rule
from pipeline.demo.faults import add_total
from pipeline.demo.model import Layout, Row, Sheets, Value
from pipeline.demo.profiles import Plan

# Every second cluster; none of them fills in an English form or corrects its file.
RELAXED = Rule(2, 1)
# The ways that the layout knows, too; the second one changes no row.
UNIT, UNSEEN = "unit", "unseen"
ZONE = ZoneInfo("Europe/Berlin")

Habit = Mapping[str, Any]


@cache
def _writers() -> Sequence[Sequence[Habit]]:
    path = Path(__file__).parent / "everyday.toml"
    declared = tomllib.loads(path.read_text(encoding="utf-8"))["writers"]
    return [writer["habits"] for writer in declared]


def habits_of(plan: Plan) -> Sequence[Habit]:
    """Return the habits of a cluster; most clusters have none."""
    writers = _writers()
    return writers[plan.number // RELAXED.every % len(writers)] if RELAXED.holds(plan) else ()


def write_freely(sheets: Sheets, plan: Plan, index: int) -> None:
    """Rewrite the sheets of a period by the cluster's habits."""
    rng = plan.rng("everyday", index)
    for habit in habits_of(plan):
        if habit["way"] != UNSEEN:
            WAYS[habit["way"]](rng, sheets[habit["sheet"]], habit)


def written_freely(layout: Layout, plan: Plan) -> Layout:
    """Return the layout with the units in headers and the unseen characters of the cluster."""
    return replace(layout, units=_texts(plan, UNIT), unseen=_texts(plan, UNSEEN))


def _texts(plan: Plan, kind: str) -> dict[str, str]:
    return {habit["field"]: habit["text"] for habit in habits_of(plan) if habit["way"] == kind}


def _one_word(rng: Random, rows: list[Row], habit: Habit) -> None:
    filled = [row for row in rows if row.get(habit["field"]) is not None]
    if filled:
        rng.choice(filled)[habit["field"]] = habit["text"]


def _total(_: Random, rows: list[Row], habit: Habit) -> None:
    add_total(rows, habit["field"], habit["text"], habit["of"])


def _note(_: Random, rows: list[Row], habit: Habit) -> None:
    rows.append({habit["field"]: habit["text"]})


def _heading(_: Random, rows: list[Row], habit: Habit) -> None:
    rows.insert(max(0, len(rows) - habit["below"]), {habit["field"]: habit["text"]})


def _every_cell(
    written: Callable[[Value, Habit], Value],
) -> Callable[[Random, list[Row], Habit], None]:
    """Return a way to write every filled cell of the field."""

    def write(_: Random, rows: list[Row], habit: Habit) -> None:
        for row in rows:
            value = row.get(habit["field"])
            if value is not None:
                row[habit["field"]] = written(value, habit)

    return write


def _separated(value: Value, habit: Habit) -> Value:
    return value.replace("; ", habit["text"]) if isinstance(value, str) else value


def _divided(value: Value, habit: Habit) -> Value:
    return value / habit["factor"] if isinstance(value, int | float) else value


def _named(value: Value, habit: Habit) -> Value:
    name: str | None = habit["names"].get(str(value))
    return name or value


def _zoned(value: Value, _: Habit) -> Value:
    """Return the day's first moment in Germany as other programs export it."""
    if not isinstance(value, date):
        return value
    moment = datetime.combine(value, time(), ZONE).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _with_commas(value: Value, _: Habit) -> Value:
    return f"{value:,}" if isinstance(value, int) else value


WAYS: Mapping[str, Callable[[Random, list[Row], Habit], None]] = {
    "word": _one_word,
    "total": _total,
    "note": _note,
    "heading": _heading,
    "separator": _every_cell(_separated),
    UNIT: _every_cell(_divided),
    "names": _every_cell(_named),
    "zone": _every_cell(_zoned),
    "thousands": _every_cell(_with_commas),
}
