"""The Prefect flow publishes the same as `--direct`, and a good run is quiet."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect import Flow

from pipeline.cli import main
from pipeline.common import periods
from pipeline.demo import write_portfolio
from pipeline.flow import review_period, run_flow
from pipeline.operation.nightly import check_intake
from pipeline.publication.request import Request
from pipeline.run import Published
from schemas import checked
from tests.sparing import sparing
from tests.test_wrong_usage import (
    damaged_register,
    slip_in_a_mapping,
    with_slip,
    without_inputs,
)

ROOT = Path(__file__).parent.parent
PERIOD = "2026-Q3"


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    write_portfolio(folder, 2, [PERIOD], 1)
    return folder


@pytest.fixture(scope="module")
def prefect() -> Iterator[None]:
    """One server for all flows of these tests: starting one takes many seconds."""
    # loads Prefect's server: no test beside this file needs it
    from prefect.testing.utilities import prefect_test_harness

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_API_BLOCKS_REGISTER_ON_START", "false")  # nothing here needs a block
        with prefect_test_harness(server_startup_timeout=300):
            yield


@pytest.fixture(scope="module")
def by_flow(tmp_path_factory: pytest.TempPathFactory, inputs: Path, prefect: None) -> Published:
    outputs = tmp_path_factory.mktemp("flow")
    with sparing("workbook", "copies"):
        return run_flow(Request(PERIOD, inputs, outputs, ("go-cluster",)))


def test_the_flow_publishes_what_direct_publishes(
    by_flow: Published, inputs: Path, tmp_path: Path
) -> None:
    given = ["--inputs", str(inputs), "--outputs", str(tmp_path), "--catalogue", "go-cluster"]
    with sparing("workbook", "copies"):
        assert main(["run", PERIOD, "--direct", *given]) == 0
    one, other = (published(folder) for folder in (by_flow.folder, tmp_path / PERIOD))
    assert one == other
    assert {"data/clusters.parquet", "report/index.html"} <= set(one)


def published(folder: Path) -> dict[str, bytes]:
    """Return what was published, without the record of the run."""
    paths = [p for p in folder.rglob("*") if p.is_file() and p.name != "run.json"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def on_its_own(tmp_path_factory: pytest.TempPathFactory, inputs: Path) -> tuple[Path, str, str]:
    """As on a user's machine: no server is configured, none is running."""
    outputs = tmp_path_factory.mktemp("own")
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    folders = ["--inputs", str(inputs), "--outputs", str(outputs)]
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "run", PERIOD, *folders],
        cwd=ROOT,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    return outputs, done.stdout, done.stderr


@pytest.mark.soak
def test_a_good_run_ends_with_what_was_published(on_its_own: tuple[Path, str, str]) -> None:
    outputs, said, complained = on_its_own
    assert complained == ""
    last = said.splitlines()[-1]
    assert last.startswith(f"Veröffentlicht: {outputs / PERIOD}. Einreichungen: 2 bewertet")


@pytest.mark.soak
def test_only_its_owner_can_read_what_prefect_keeps(on_its_own: tuple[Path, str, str]) -> None:
    home = on_its_own[0] / ".prefect"
    kept = {path.name: path.stat().st_mode & 0o777 for path in (home, *home.rglob("*"))}
    assert kept["prefect.db"] == 0o600
    assert {name: oct(mode) for name, mode in kept.items() if mode & 0o077} == {}


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


def test_the_form_asks_for_a_quarter_without_a_choice_of_type() -> None:
    shown = review_period.parameters.properties["period"]
    assert (shown["type"], shown["default"]) == ("string", "")
    assert [bool(re.search(shown["pattern"], one)) for one in ("", "2026-Q3", "2026-Q5")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("period", ["2026", "2026-Q5", "2026-Q0", "26-Q1", "../2026-Q1", "2026-q1"])
def test_a_bad_period_is_wrong_usage(period: str, tmp_path: Path) -> None:
    assert main(["run", period, "--direct", "--outputs", str(tmp_path)]) == 2
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------------------------ wrong usage
@pytest.mark.usefixtures("prefect")
# Found before anything is read, while mappings are read, and while the office's files are read.
@pytest.mark.parametrize("mistake", [without_inputs, slip_in_a_mapping, damaged_register])
def test_a_mistake_ends_the_flow_as_refused(
    mistake: Callable[[Path], list[str]], inputs: Path, tmp_path: Path
) -> None:
    shutil.copytree(inputs, tmp_path / "inputs")
    catalogues = mistake(tmp_path / "inputs")[1:] or None
    state = review_period(
        PERIOD, tmp_path / "inputs", tmp_path / "outputs", catalogues, return_state=True
    )
    assert (state.name, state.type.value) == ("Refused", "FAILED")
    assert " / " in str(state.message)


@pytest.mark.usefixtures("prefect")
def test_a_slip_in_the_settings_ends_the_flow_as_refused(
    inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_slip(tmp_path, "settings.toml", "minimum = 5", "minimum = 0")
    monkeypatch.setattr(checked, "HERE", tmp_path / "schemas")
    for state in (
        review_period(PERIOD, inputs, tmp_path / "outputs", return_state=True),
        check_intake([PERIOD], inputs, tmp_path / "outputs", return_state=True),
    ):
        assert state.name == "Refused"
        assert "settings.toml, cohorts.minimum: da steht 0" in str(state.message)


@pytest.mark.usefixtures("prefect")
def test_the_nightly_check_refuses_inputs_that_are_not_there(tmp_path: Path) -> None:
    state = check_intake([], tmp_path / "none", tmp_path / "outputs", return_state=True)
    assert state.name == "Refused"
    assert "There is no folder" in str(state.message)
