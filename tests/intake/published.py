"""Run a review and look things up in what it published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from tests.making.workbooks import Book, save
from tests.sparing import ALL, sparing

PERIOD = "2026-Q3"
Files = dict[str, Book | bytes]


def run(root: Path, *options: str, period: str = PERIOD, spared: Sequence[str] = ALL) -> int:
    """Run a period in `root` and return the exit code; with `spared=()` all of it."""
    folders = ["--inputs", str(root / "inputs"), "--outputs", str(root / "outputs")]
    with sparing(*spared):
        return command("run", period, *folders, "--direct", *options)


def command(*arguments: str) -> int:
    from pipeline.cli import main

    try:
        return int(main(list(arguments)) or 0)
    except SystemExit as stop:  # as argparse does on wrong usage
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)


def submit(root: Path, files: Mapping[str, Book | bytes], period: str = PERIOD) -> None:
    for name, content in files.items():
        save(root / "inputs" / period / "submissions" / name, content)


def publish(
    root: Path,
    files: Mapping[str, Book | bytes],
    *options: str,
    period: str = PERIOD,
    spared: Sequence[str] = ALL,
) -> "Published":
    submit(root, files, period)
    assert run(root, "--accept-missing", *options, period=period, spared=spared) == 0
    return Published(root / "outputs" / period)


@dataclass(frozen=True)
class Published:
    folder: Path

    def table(self, name: str) -> pl.DataFrame:
        return self._tables.setdefault(name, pl.read_parquet(self.folder / f"data/{name}.parquet"))

    @cached_property
    def _tables(self) -> dict[str, pl.DataFrame]:
        return {}

    def rows(self, table: str, **equal: Any) -> list[dict[str, Any]]:
        """The rows of a table in which all the given columns have the given values."""
        return self.table(table).filter(**equal).to_dicts()

    def row(self, table: str, **equal: Any) -> dict[str, Any]:
        (only,) = self.rows(table, **equal)
        return only

    def codes(self, source_file: str, sheet: str, cell: str) -> list[str]:
        found = self.rows("findings", source_file=source_file, sheet=sheet, cell=cell)
        return sorted(row["code"] for row in found)

    def places(self, source_file: str) -> set[tuple[str, str, str]]:
        """All findings of a file as (sheet, cell, code)."""
        found = self.rows("findings", source_file=source_file)
        return {(row["sheet"] or "", row["cell"] or "", row["code"]) for row in found}

    def outcome(self, source_file: str) -> tuple[str, str | None]:
        row = self.row("submissions", source_file=source_file)
        return row["outcome"], row["code"] or None

    def cluster(self, cluster_id: str) -> dict[str, Any]:
        return self.row("clusters", cluster_id=cluster_id)

    def condition(self, cluster_id: str, criterion_id: str, condition: int = 1) -> dict[str, Any]:
        return self.row(
            "conditions",
            catalogue="go-cluster",
            cluster_id=cluster_id,
            criterion_id=criterion_id,
            condition=condition,
        )

    def actor(self, cluster_id: str, row: int) -> dict[str, Any]:
        return self.row("actors", cluster_id=cluster_id, row=row)
