"""The Prefect flow publishes the same as `--direct`, and a good run is quiet."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from prefect import Flow

from pipeline.cli import main
from pipeline.common import periods
from pipeline.flow import review_period
from pipeline.operation.nightly import check_intake
from tests.sparing import ALL_BUT_TABLES, sparing

ROOT = Path(__file__).parent.parent
PERIOD = "2026-Q2"
INPUTS = ["--inputs", str(ROOT / "inputs")]
# Another process has the shipped ones; both are to have the same.
INPUTS += ["--catalogue", str(ROOT / "tests" / "catalogues" / "go-cluster.toml")]


def cluster_review(*arguments: str, outputs: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "pipeline",
        "run",
        PERIOD,
        "--outputs",
        str(outputs),
        *arguments,
    ]
    # As on a user's machine: no server is configured, none is running.
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    return subprocess.run(
        command, cwd=ROOT, env=clean, capture_output=True, text=True, check=False, timeout=900
    )


@pytest.fixture(scope="module")
def by_flow(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    outputs = tmp_path_factory.mktemp("flow")
    return outputs, cluster_review(*INPUTS, outputs=outputs)


def test_a_good_run_ends_with_what_was_published(
    by_flow: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    outputs, done = by_flow
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    last = done.stdout.splitlines()[-1]
    assert last.startswith(f"Veröffentlicht: {outputs / PERIOD}. Einreichungen: 10 bewertet")


def test_only_its_owner_can_read_what_prefect_keeps(
    by_flow: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    home = by_flow[0] / ".prefect"
    kept = {path.name: path.stat().st_mode & 0o777 for path in (home, *home.rglob("*"))}
    assert kept["prefect.db"] == 0o600
    assert {name: oct(mode) for name, mode in kept.items() if mode & 0o077} == {}


def test_the_flow_publishes_what_direct_publishes(
    by_flow: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    outputs, _ = by_flow
    with sparing(*ALL_BUT_TABLES):
        assert main(["run", PERIOD, "--direct", *INPUTS, "--outputs", str(tmp_path)]) == 0
    data, others = (folder / PERIOD / "data" for folder in (tmp_path, outputs))
    names = sorted(path.name for path in data.iterdir())
    assert names == sorted(path.name for path in others.iterdir())
    assert "clusters.parquet" in names
    for name in names:
        one, other = (pl.read_parquet(o / PERIOD / "data" / name) for o in (outputs, tmp_path))
        assert_frame_equal(one, other)


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2027-01-15", "2026-Q4"), ("2026-04-15", "2026-Q1"), ("2026-12-31", "2026-Q3")],
)
def test_a_scheduled_run_reviews_the_quarter_before(day: str, expected: str) -> None:
    import datetime as dt

    assert periods.before(dt.date.fromisoformat(day)) == expected


@pytest.mark.parametrize("flow", [review_period, check_intake], ids=lambda flow: flow.name)
def test_the_form_in_the_interface_explains_every_parameter(flow: Flow[..., Any]) -> None:
    for name, shown in flow.parameters.properties.items():
        german, slash, english = shown["title"].partition(" / ")
        assert german, name
        assert slash, name
        assert english, name
        assert shown["description"], name


@pytest.mark.parametrize("period", ["2026", "2026-Q5", "2026-Q0", "26-Q1", "../2026-Q1", "2026-q1"])
def test_a_bad_period_is_wrong_usage(period: str, tmp_path: Path) -> None:
    assert main(["run", period, "--direct", "--outputs", str(tmp_path)]) == 2
    assert list(tmp_path.iterdir()) == []
