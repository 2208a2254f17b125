"""The state beside a publication: the same bytes, the same verdicts, and what is wrong with it."""

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipeline.common import periods
from pipeline.common.catalogue import load
from pipeline.common.settings import load_settings
from pipeline.figures.inputs import INPUT_COLUMNS, SHEETS, input_tables
from pipeline.history.causes import evaluate_steps
from pipeline.history.earlier import read_before
from pipeline.history.model import TABLES, EarlierReview
from pipeline.history.published import Publication, published_before
from pipeline.history.state import State, to_frames
from pipeline.history.state_files import UnusableStateError, read_state, write_state

from .world import DAY_NOW, Says, figures, state

SAID = {"DE-0001": Says(), "DE-0002": Says(competitors=1, fte=3.0)}


def kept() -> State:
    """Return a state under the catalogue as it is shipped."""
    return state(SAID, load("go-cluster"))


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    paths = sorted(p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in paths}


def test_a_state_is_read_back_as_it_was_written_in_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_state(kept(), tmp_path / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "other")
    again = read_state(Publication(tmp_path / "one", {}), load_settings())
    now = state({i: s.but(as_of=DAY_NOW) for i, s in SAID.items()}, load("go-cluster"))
    before, after = (evaluate_steps(then, now, figures(now)) for then in (kept(), again))
    assert after.criteria is not None
    assert before.criteria is not None
    assert after.criteria.equals(before.criteria)
    assert after.values.equals(before.values)
    write_state(again, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(tmp_path / "one")


def test_no_names_titles_or_turnover_are_kept() -> None:
    whole = kept()
    said = {"name_key": "muster ag", "postcode_key": "99084", "several": True, "turnover_eur": 1.0}
    whole.portfolio.actors.insert_column(0, pl.lit("Muster AG").alias("name"))
    actors = whole.portfolio.actors.with_columns(**{k: pl.lit(v) for k, v in said.items()})
    portfolio = whole.portfolio
    tables = {
        **portfolio.tables,
        "evidence": portfolio.tables["evidence"].with_columns(title=pl.lit("Unser Erfolg")),
    }
    clusters = portfolio.clusters.with_columns(long_term_prospect=pl.lit("Wir wachsen."))
    frames = to_frames(
        State(
            type(portfolio)(clusters, actors, tables, portfolio.sheets, portfolio.settings),
            whole.catalogues,
            whole.ratings,
            whole.frozen,
        )
    )
    texts = {
        str(value).casefold()
        for frame in frames.values()
        for column in frame.select(pl.col(pl.String))
        for value in column.drop_nulls().unique()
    }
    assert not [t for t in texts if "muster" in t or "erfolg" in t and "unser" in t or "wir" in t]
    assert "99084" not in texts
    assert "turnover_eur" not in frames["actors"].columns


def test_titles_that_are_the_same_up_to_case_and_white_space_have_one_number() -> None:
    said = [(1, "Unser  Erfolg"), (1, "Ein anderer"), (1, "unser Erfolg "), (1, None), (2, "Neu")]
    rows = pl.DataFrame(said, schema={"file": pl.UInt32, "title": pl.String}, orient="row")
    nothing = {
        name: pl.DataFrame(schema=dict.fromkeys(INPUT_COLUMNS[name], pl.String)) for name in SHEETS
    }
    others = (pl.lit(None).alias(c) for c in INPUT_COLUMNS["evidence"] if c not in rows.columns)
    kept_ = input_tables({**nothing, "evidence": rows.with_columns(others)})["evidence"]
    assert kept_["title"].to_list() == ["2", "1", "2", None, "1"]


def flip(path: Path) -> None:
    """Change one byte of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def rewrite(path: Path, **changes: object) -> None:
    """Change entries of the list of a state."""
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


TROUBLES: list[tuple[str, Callable[[Path], None]]] = [
    ("missing", lambda folder: (folder / "state.json").unlink()),
    ("damaged", lambda folder: flip(folder / "actors.parquet")),
    ("damaged", lambda folder: (folder / "sheets.parquet").unlink()),
    ("damaged", lambda folder: flip(folder / "catalogues" / "go-cluster.toml")),
    ("damaged", lambda folder: (folder / "state.json").write_text("{") and None),
    ("older", lambda folder: rewrite(folder / "state.json", format=0)),
    ("older", lambda folder: rewrite(folder / "state.json", settings={"actors": {}})),
    ("older", lambda folder: rewrite(folder / "state.json", catalogues=["other"])),
]


@pytest.mark.parametrize(("trouble", "harm"), TROUBLES)
def test_a_state_that_cannot_be_used_says_why(
    tmp_path: Path, trouble: str, harm: Callable[[Path], None]
) -> None:
    write_state(kept(), tmp_path)
    harm(tmp_path / "state")
    with pytest.raises(UnusableStateError, match=f"^{trouble}$"):
        read_state(Publication(tmp_path, {}), load_settings())


def published(outputs: Path, period: str, *, whole: bool = True) -> None:
    """Put something like a publication there."""
    (outputs / period / "data").mkdir(parents=True)
    (outputs / period / "run.json").write_text("{}")
    for name in TABLES if whole else list(TABLES)[:1]:
        table = pl.DataFrame(dict.fromkeys(TABLES[name].split(), ["a"]))
        table.write_parquet(outputs / period / "data" / f"{name}.parquet")


def before_q3(outputs: Path) -> EarlierReview | None:
    """Return the period before 2026-Q3."""
    return read_before(published_before(outputs, "2026-Q3"), "2026-Q3", load_settings())


def test_the_period_before_is_the_latest_that_can_be_read_and_gaps_are_named(
    tmp_path: Path,
) -> None:
    assert before_q3(tmp_path) is None
    for period in ("2025-Q2", "2025-Q4", "2026-Q3", "2026-Q4"):
        published(tmp_path, period)
    published(tmp_path, "2026-Q1", whole=False)  # damaged: passed over, but no gap
    before = before_q3(tmp_path)
    assert before is not None
    assert before.since.period == "2025-Q4"
    assert before.since.skipped == ("2026-Q2",)
    assert (before.since.problem, before.state) == ("missing", None)


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        ("2026-Q2", "2026-Q3", []),
        ("2025-Q4", "2026-Q2", ["2026-Q1"]),
        ("2025-Q2", "2026-Q1", ["2025-Q3", "2025-Q4"]),
    ],
)
def test_the_quarters_between(earlier: str, later: str, expected: list[str]) -> None:
    assert periods.between(earlier, later) == expected
