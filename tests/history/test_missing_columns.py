"""States and tables of a version that did not keep every column are read as far as they go."""

import json
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline import run as runs
from pipeline.common.settings import load_settings
from pipeline.common.stages import Direct
from pipeline.demo import write_portfolio
from pipeline.figures.inputs import INPUT_COLUMNS, SCHEMAS
from pipeline.history.causes import KEYS, STEPS, Steps, evaluate_steps, with_figures
from pipeline.history.earlier import read_before
from pipeline.history.missing_columns import NEEDED, codes_of_unknown, figures_of, indicators_of
from pipeline.history.model import TABLES
from pipeline.history.published import Publication, published_before
from pipeline.history.state import ASSUMED, State, from_frames, to_frames
from pipeline.history.state_files import UnusableStateError, read_state
from pipeline.report.since import since_sentences
from tests.sparing import ALL, sparing

from . import world

EARLIER, PERIOD = "2026-Q2", "2026-Q3"
CATALOGUES = ("go-cluster",)
# Many clusters turn, and some have ratings.
SEED = 11
# Limits of 4.2 are only kept where a catalogue froze them.
COLUMNS = [
    (table, c) for table, kept in INPUT_COLUMNS.items() for c in kept if table != "reference"
]


def one_of_each_table() -> list[Any]:
    """Return every column that may lack; all but the first of each table are tried by make soak."""
    seen: set[str] = set()
    cases = []
    for table, column in COLUMNS:
        if (table, column) not in NEEDED:
            marks = [pytest.mark.soak] if table in seen else []
            cases.append(pytest.param(table, column, marks=marks))
            seen.add(table)
    return cases


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two periods, published."""
    root = tmp_path_factory.mktemp("lacking")
    write_portfolio(root / "inputs", 5, [EARLIER, PERIOD], SEED)
    for period in (EARLIER, PERIOD):
        run(root, root / "outputs", period)
    return root


def run(root: Path, outputs: Path, period: str, *spared: str) -> runs.Published:
    """Publish a period without reports, or sparing something else."""
    with sparing(*(spared or ALL)):
        return runs.run(runs.Request(period, root / "inputs", outputs, CATALOGUES), Direct())


def state_of(outputs: Path, period: str) -> State:
    """Return the state of a published period."""
    return read_state(Publication(outputs / period, {}), load_settings())


@pytest.fixture(scope="module")
def states(root: Path) -> tuple[State, State, pl.DataFrame, Steps]:
    """Both states, the figures of the later one, and every step with nothing lacking."""
    then, now = (state_of(root / "outputs", period) for period in (EARLIER, PERIOD))
    figures = with_figures(now.portfolio).figures
    return then, now, figures, evaluate_steps(then, now, figures)


def test_the_types_of_what_is_kept_are_those_that_are_declared(root: Path) -> None:
    for name, schema in SCHEMAS.items():
        kept = pl.read_parquet(root / "outputs" / PERIOD / "state" / f"{name}.parquet")
        assert dict(kept.schema) == dict(schema)


@pytest.mark.parametrize(("table", "column"), one_of_each_table())
def test_what_is_told_without_a_column_is_what_is_told_with_it(
    table: str, column: str, states: tuple[State, State, pl.DataFrame, Steps]
) -> None:
    then, now, figures, whole = states
    frames = {**to_frames(then), table: to_frames(then)[table].drop(column)}
    less = from_frames(frames, then.catalogues, then.portfolio.settings)
    assert less.missing == [(table, column)] * ((table, column) not in ASSUMED)
    told = evaluate_steps(less, now, figures)
    unknown = indicators_of(figures_of(less.missing))
    for name, keys in KEYS.items():
        every, some = getattr(whole, name), getattr(told, name)
        expected = every.join(some, on=keys, how="semi").select(*keys, *STEPS)
        assert some.select(*keys, *STEPS).sort(keys).equals(expected.sort(keys))
    assert set(whole.values["indicator"]) - set(told.values["indicator"]) == set(unknown)
    assert told.criteria is not None
    assert told.criteria.height
    if not list(codes_of_unknown(less.missing)):
        assert told.criteria.height == whole.criteria.height  # type: ignore[union-attr]


@pytest.mark.parametrize("column", INPUT_COLUMNS["reference"])
def test_frozen_limits_that_were_kept_otherwise_are_not_told(column: str) -> None:
    then = world.state({"a": world.Says()})
    frames = {**to_frames(then), "reference": to_frames(then)["reference"].drop(column)}
    less = from_frames(frames, then.catalogues, then.portfolio.settings)
    assert less.missing == [("reference", column)]
    assert list(codes_of_unknown(less.missing)) == ["reference"]
    told = evaluate_steps(less, then, world.figures(then)).criteria
    assert told is not None
    assert "4.2" not in told["criterion_id"].to_list()


def rewrite(outputs: Path, name: str, table: pl.DataFrame) -> None:
    """Put another table there, with its checksums, as another version would have published it."""
    folder = outputs / EARLIER
    table.write_parquet(folder / name)
    digest = sha256((folder / name).read_bytes()).hexdigest()
    listed = folder / "state" / "state.json"
    content = json.loads(listed.read_text())
    if name.startswith("state/"):
        content["files"][name.removeprefix("state/")] = digest
        listed.write_text(json.dumps(content))
    record = json.loads((folder / "run.json").read_text())
    record["tables"] |= {name: digest, "state/state.json": sha256(listed.read_bytes()).hexdigest()}
    (folder / "run.json").write_text(json.dumps(record))


@pytest.fixture
def outputs(root: Path, tmp_path: Path) -> Path:
    """The earlier period alone, to be changed."""
    shutil.copytree(root / "outputs" / EARLIER, tmp_path / EARLIER)
    shutil.copytree(root / "outputs" / ".cache", tmp_path / ".cache")  # what was read is known
    return tmp_path


@pytest.mark.parametrize(
    ("name", "columns", "said", "spared"),
    [
        ("state/actors.parquet", "sme", "Anteil der KMU", ALL),
        # an earlier version kept other columns; what stands in is found again
        ("state/reference.parquet", "size_band limit", None, ALL),
        ("state/ratings.parquet", "rated", "Gutachten", ALL),
        *(
            pytest.param(*case, marks=pytest.mark.soak)
            for case in (
                # with pages and a workbook: they read the earlier state too
                ("state/actors.parquet", "sme", "Anteil der KMU", ("variants", "copies")),
                ("data/clusters.parquet", "fte actors", "Vollzeitäquivalente", ALL),
                ("data/decisions.parquet", "undetermined", None, ALL),
            )
        ),
    ],
)
def test_the_next_quarter_says_what_it_could_not_compare(
    name: str, columns: str, said: str | None, spared: tuple[str, ...], root: Path, outputs: Path
) -> None:
    rewrite(outputs, name, pl.read_parquet(outputs / EARLIER / name).drop(columns.split()))
    done = run(root, outputs, PERIOD, *spared)
    assert done.review.since is not None
    assert (done.review.since.period, done.review.since.problem) == (EARLIER, None)
    text = " ".join(since_sentences(done.review, "de"))
    assert (said in text) if said else ("Nicht vergleichbar" not in text)
    changes = pl.read_parquet(done.folder / "data" / "changes.parquet")
    whole = pl.read_parquet(root / "outputs" / PERIOD / "data" / "changes.parquet")
    assert changes.drop("cause").equals(whole.drop("cause"))
    causes = pl.DataFrame({"told": changes["cause"], "whole": whole["cause"]}).drop_nulls("told")
    assert causes["told"].equals(causes["whole"], check_names=False)
    assert causes.height


def test_another_column_more_is_no_matter(root: Path, outputs: Path) -> None:
    name = "state/actors.parquet"
    more = pl.read_parquet(outputs / EARLIER / name).with_columns(abroad=pl.lit(value=True))
    rewrite(outputs, name, more)
    assert not state_of(outputs, EARLIER).missing


@pytest.mark.parametrize(("table", "column"), sorted(NEEDED))
def test_without_its_keys_a_state_is_of_no_use(table: str, column: str, outputs: Path) -> None:
    name = f"state/{table}.parquet"
    rewrite(outputs, name, pl.read_parquet(outputs / EARLIER / name).drop(column))
    with pytest.raises(UnusableStateError, match="older"):
        state_of(outputs, EARLIER)


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, column) for table, columns in TABLES.items() for column in columns.split()],
)
def test_a_table_that_cannot_be_compared_is_passed_over(
    table: str, column: str, outputs: Path
) -> None:
    name = f"data/{table}.parquet"
    rewrite(outputs, name, pl.read_parquet(outputs / EARLIER / name).drop(column))
    earlier = published_before(outputs, PERIOD)
    assert read_before(earlier, PERIOD, load_settings()) is None
    assert earlier.names == (f"{EARLIER}/{name}",)
