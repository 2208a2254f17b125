"""An attack costs its own file and nothing else: the healthy are reviewed with the same figures."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.intake.published import PERIOD, Published, command
from tests.making.workbooks import save, submission
from tests.sparing import REPORTS, sparing

from .attacks import ATTACKS, INCOMPLETE, Attack
from .effort import LONG

pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("processes")]
HEALTHY = 429 if LONG else 6
ALONE = ATTACKS if LONG else [a for a in ATTACKS if a[0] == "repeated.ods"]
OF_ALL_FILES = ("submissions", "findings", "coverage")


@dataclass(frozen=True)
class Portfolio:
    """Healthy submissions and what was published about them in a run without others."""

    root: Path
    alone: Published

    def with_attacks(self, outputs: Path, attacks: list[Attack]) -> Published:
        """Review the portfolio with some attacks beside it, which are taken away again."""
        paths = [self.root / PERIOD / "submissions" / name for name, _, _ in attacks]
        for path, (_, make, _) in zip(paths, attacks, strict=True):
            save(path, make())
        try:
            return review(self.root, outputs)
        finally:
            for path in paths:
                path.unlink()


def review(inputs: Path, outputs: Path) -> Published:
    """Review the period as a user does."""
    folders = ["--inputs", str(inputs), "--outputs", str(outputs)]
    assert command("run", PERIOD, *folders, "--direct", "--accept-missing") == 0
    return Published(outputs / PERIOD)


@pytest.fixture(scope="session")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Portfolio:
    root = tmp_path_factory.mktemp("portfolio")
    for number in range(HEALTHY):
        book = submission(f"DE-{number:04d}", Stichtag=f"{1 + number % 30}.9.2026")
        book.set("Management", "VZÄ", 0.5 + number % 7)
        for actor in range(number % 9):
            book.add("Akteure", {"Name": f"Akteur {actor} GmbH", "Akteurstyp": "KMU", "PLZ": 1067})
        save(root / PERIOD / "submissions" / f"healthy-{number:03d}.xlsx", book)
    with sparing(*REPORTS):
        return Portfolio(root, review(root, root / "alone"))


def test_the_healthy_ones_are_reviewed(portfolio: Portfolio) -> None:
    outcomes = portfolio.alone.table("submissions")["outcome"]
    assert outcomes.to_list() == ["reviewed"] * HEALTHY


def test_all_attacks_at_once(portfolio: Portfolio, tmp_path: Path) -> None:
    every = [*ATTACKS, *INCOMPLETE]
    with sparing(*(() if LONG else REPORTS)):  # tests/intake/test_hostile.py publishes all
        seen = portfolio.with_attacks(tmp_path, every)
    check(portfolio, seen, every)


@pytest.mark.parametrize("attack", ALONE, ids=lambda attack: attack[0])
def test_one_attack(portfolio: Portfolio, tmp_path: Path, attack: Attack) -> None:
    with sparing(*(() if LONG else REPORTS)):
        seen = portfolio.with_attacks(tmp_path, [attack])
    check(portfolio, seen, [attack])


def check(portfolio: Portfolio, seen: Published, attacks: list[Attack]) -> None:
    """The attacks are quarantined, each for its reason, and every other figure is as before."""
    codes = {name: code for name, _, code in attacks}
    found = seen.table("submissions").filter(pl.col("outcome") != "reviewed")
    assert dict(found.select("source_file", "code").iter_rows()) == codes
    assert set(found["outcome"]) == {"quarantined"}
    names = [path.name for path in (portfolio.alone.folder / "data").glob("*.parquet")]
    assert len(names) > len(OF_ALL_FILES)
    for name in (path.removesuffix(".parquet") for path in names):
        table = seen.table(name)
        if name in OF_ALL_FILES:
            table = table.filter(pl.col("cluster_id").str.contains("^DE-0[0-4]"))
            if "source_file" in table.columns:
                table = table.filter(~pl.col("source_file").is_in(list(codes)))
        assert_frame_equal(table, portfolio.alone.table(name))
