"""What is measured and with what: sizes, repetitions, folders, the commands of both sides."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.performance.measuring import Taken, measure

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
PERIOD = "2026-Q3"


@dataclass(frozen=True)
class Setup:
    """How to measure.

    sizes: workbooks of the portfolios, ascending; the first is compared with the floor.
    scratch: where portfolios are kept and outputs are written.
    """

    sizes: tuple[int, ...]
    repeats: int
    scratch: Path

    @classmethod
    def of_environment(cls) -> "Setup":
        """Return what the environment asks for."""
        sizes = os.environ.get("BENCH_SIZES") or "430,1500,4300"
        return cls(
            tuple(sorted(int(size) for size in sizes.split(","))),
            int(os.environ.get("BENCH_REPEATS") or 3),
            Path(os.environ.get("BENCH_SCRATCH") or ROOT / "build" / "bench").absolute(),
        )

    @property
    def base(self) -> int:
        """The size that is compared with the floor."""
        return self.sizes[0]

    def portfolio(self, size: int) -> Path:
        """Return a made-up portfolio of that many clusters, made if it is not there."""
        folder = self.scratch / f"portfolio-{size}"
        if not folder.exists():
            half = folder.with_suffix(".half")
            shutil.rmtree(half, ignore_errors=True)
            ours("demo", half, "--clusters", str(size), "--periods", PERIOD)
            half.rename(folder)
        return folder

    def submissions(self, size: int) -> Path:
        """Return the folder of a portfolio's submissions."""
        return self.portfolio(size) / PERIOD / "submissions"

    def outputs(self, name: str) -> Path:
        """Return an empty folder for outputs."""
        folder = self.scratch / f"outputs-{name}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


def ours(*arguments: str | Path, env: dict[str, str] | None = None) -> Taken:
    """Measure one of our commands, run with the code of this folder."""
    command = [sys.executable, "-m", "pipeline", *arguments]
    return measure(command, folder=ROOT, env=env)


def review(inputs: Path, outputs: Path, *options: str, env: dict[str, str] | None = None) -> Taken:
    """Measure the review of a portfolio."""
    return ours("run", PERIOD, "--inputs", inputs, "--outputs", outputs, *options, env=env)
