"""Random portfolios through the pipeline and through the reference model: both must agree.

The first is published whole, as chance data for the reports too: by make soak.

More seeds: `REFERENCE_SEEDS=200 pytest tests/reference/test_differential.py`.
"""

import os
from pathlib import Path

import pytest

from pipeline.cli import main
from tests.sparing import REPORTS, sparing

from .generate import Scene, scene
from .model import CATALOGUES, review
from .published import differences
from .workbooks import write_scene

SEEDS = int(os.environ.get("REFERENCE_SEEDS", "2"))
SHOWN = 25


def run_pipeline(made: Scene, folder: Path) -> Path:
    """Publish the portfolio's review; the folder of its tables."""
    inputs, outputs = folder / "inputs", folder / "outputs"
    write_scene(made, inputs)
    arguments = ["run", made.portfolio.period, "--inputs", str(inputs), "--outputs", str(outputs)]
    for catalogue in CATALOGUES:
        arguments += ["--catalogue", catalogue]
    with sparing(*(REPORTS if made.seed else ())):
        code = main([*arguments, "--direct", "--accept-missing"])
    assert code == 0, f"seed {made.seed}: exit code {code}"
    return outputs / made.portfolio.period / "data"


@pytest.mark.parametrize("seed", [pytest.param(0, marks=pytest.mark.soak), *range(1, SEEDS)])
def test_pipeline_agrees_with_the_reference(seed: int, tmp_path: Path) -> None:
    made = scene(seed)
    data = run_pipeline(made, tmp_path)
    found = differences(made, review(made.portfolio), data)
    if found:
        lines = [f"seed {seed}: {difference}" for difference in found[:SHOWN]]
        pytest.fail("\n".join([f"{len(found)} differences", *lines]), pytrace=False)
