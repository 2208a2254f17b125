"""A cluster's page does not show a limit that is another cluster's value."""

from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.demo import write_portfolio
from tests.sparing import sparing

PERIOD = "2026-Q3"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("discretion")
    write_portfolio(root / "inputs", clusters=8, periods=[PERIOD])
    arguments = ["--inputs", str(root / "inputs"), "--outputs", str(root / "outputs")]
    with sparing("variants", "workbook", "copies"):
        assert main(["run", PERIOD, "--direct", "--accept-missing", *arguments]) == 0
    return root / "outputs" / PERIOD / "report"


def test_a_small_cohorts_limit_is_named_but_not_shown(pages: Path) -> None:
    """Fewer than ten clusters: the portfolio's quartile may be a single cluster's value."""
    texts = [path.read_text(encoding="utf-8") for path in (pages / "clusters").glob("*.html")]
    named = [t for t in texts if "ersatzweise oberes Quartil" in t]
    assert named
    for text in named:
        assert "Zahl nicht gezeigt: weniger als 10 Cluster" in text
    assert "Quartil" in (pages / "index.html").read_text(encoding="utf-8")
