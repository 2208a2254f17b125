"""Writes what was measured: as JSON, as Markdown and into docs/performance.md."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from tests.performance.figures import Figure, Growth
from tests.performance.setup import Setup

BEGIN, END = "<!-- figures of `make bench` -->", "<!-- end of the figures -->"


def figures_table(figures: Sequence[Figure]) -> str:
    """Return the figures as a Markdown table."""
    lines = ["| figure | at most | measured | processor time | of |", "|---|---:|---:|---:|---|"]
    for figure in figures:
        mark = "" if figure.holds else " (missed)"
        cpu = f"{figure.cpu} {figure.unit}" if figure.cpu else ""
        measured = f"{figure.wall} {figure.unit}{mark}"
        lines.append(
            f"| {figure.name} | {figure.limit} {figure.unit} | {measured} | {cpu} | {figure.of} |"
        )
    return "\n".join(lines)


def growth_table(grown: Sequence[Growth]) -> str:
    """Return how time and memory grow as a Markdown table."""
    stages = list(grown[0].stages)
    head = ["workbooks", "actors", "s", "ms a workbook", "CPU s", "peak MB", *stages]
    lines = [f"| {' | '.join(head)} |", "|" + "---:|" * len(head)]
    for row in grown:
        each = 1000 * row.wall / row.workbooks
        cells = [row.workbooks, row.actors, f"{row.wall:.1f}", f"{each:.0f}", f"{row.cpu:.1f}"]
        cells += [f"{row.peak_mb:.0f}", *(f"{row.stages.get(name, 0):.1f}" for name in stages)]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def machine() -> str:
    """Return what it was measured on."""
    python, polars = platform.python_version(), version("polars")
    return f"{os.cpu_count()} cores, Python {python}, polars {polars}"


def write(setup: Setup, figures: Sequence[Figure], grown: Sequence[Growth], folder: Path) -> str:
    """Write results.json and results.md; returns the Markdown."""
    text = "\n\n".join(
        [
            f"Middle of {setup.repeats} measurements in turn (least to most); {machine()}.",
            figures_table(figures),
            growth_table(grown),
        ]
    )
    record = {
        "machine": machine(),
        "repeats": setup.repeats,
        "figures": [{**asdict(figure), "holds": figure.holds} for figure in figures],
        "growth": [asdict(row) for row in grown],
    }
    content = json.dumps(record, ensure_ascii=False, indent=2) + "\n"
    (folder / "results.json").write_text(content, encoding="utf-8")
    (folder / "results.md").write_text(text + "\n", encoding="utf-8")
    return text


def renew(page: Path, text: str) -> None:
    """Put the tables between the marks in docs/performance.md."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page.name}: {BEGIN} … {END} is not there")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
