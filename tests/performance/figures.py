"""The figures: each compares one of our commands with its reference, several times in turn."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copy2, copytree, rmtree
from zipfile import ZIP_DEFLATED, ZipFile

import polars as pl

from tests.performance.floor_cells import save_cells
from tests.performance.measuring import Spread, Taken, measure
from tests.performance.prefect_server import running_server
from tests.performance.setup import HERE, PERIOD, ROOT, Setup, review

CHANGED_SHARE = 0.01
SHORT_REPEATS = 7
# One difference of two long runs says nothing: it is smaller than what disturbs them.
LEAST_DIFFERENCES = 3
# Python caches compiled modules, ours like those of packages, regardless of the environment.
COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was measured by the clock and by processor time, and the limit.

    Ratios have the unit "×". `of` says what the two sides took, in the middle.
    """

    name: str
    limit: float
    unit: str
    wall: Spread
    cpu: Spread | None = None
    of: str = ""

    @property
    def holds(self) -> bool:
        """Whether the limit is met, by the clock."""
        return self.wall.middle <= self.limit


def ratio(name: str, limit: float, pairs: Sequence[tuple[Taken, Taken]], of: str) -> Figure:
    """Return the figure of pairs (ours, reference) that were measured in turn."""
    walls, cpus = ([getattr(a, k) / getattr(b, k) for a, b in pairs] for k in ("wall", "cpu"))
    sides = [Spread.of([pair[i].wall for pair in pairs]) for i in (0, 1)]
    text = f"{of}: {sides[0]} s / {sides[1]} s"
    return Figure(name, limit, "×", Spread.of(walls), Spread.of(cpus), text)


def in_turn(times: int, *commands: Callable[[], Taken]) -> list[tuple[Taken, ...]]:
    """Run the commands one after the other, several times."""
    return [tuple(command() for command in commands) for _ in range(times)]


# --------------------------------------------------------------------------- against the floor
def against_floor(setup: Setup) -> list[Figure]:
    """Measure a whole run against the floor."""
    inputs, folder = setup.portfolio(setup.base), setup.submissions(setup.base)
    published = setup.outputs("published") / PERIOD
    review(inputs, published.parent, "--direct")
    cells = setup.scratch / "cells.marshal"
    save_cells(published, cells)

    def whole() -> Taken:
        return review(inputs, setup.outputs("run"), "--direct")

    def bare() -> Taken:
        return floor(folder, cells, published, setup.outputs("floor"))

    pairs = [(run, bottom) for run, bottom in in_turn(setup.repeats, whole, bare)]
    return [ratio("run against the floor", 1.5, pairs, f"{setup.base} workbooks")]


def floor(folder: Path, cells: Path, published: Path, target: Path) -> Taken:
    """Measure the floor; what it loads beforehand does not count."""
    taken = measure([sys.executable, HERE / "floor.py", folder, cells, published, target])
    parts = json.loads(taken.output)
    wall, cpu = (sum(part[clock] for part in parts.values()) for clock in ("wall", "cpu"))
    return Taken(wall, cpu, taken.peak_mb)


# ------------------------------------------------------------------------------- a second run
def second_run(setup: Setup) -> list[Figure]:
    """Measure a run after one in a hundred submissions has changed against the run before."""

    def both() -> tuple[Taken, Taken]:
        outputs, inputs = setup.outputs("second"), setup.scratch / "changed"
        rmtree(inputs, ignore_errors=True)
        copy_portfolio(setup.portfolio(setup.base), inputs)
        first = review(inputs, outputs, "--direct")
        change_some(inputs / PERIOD / "submissions")
        return review(inputs, outputs, "--direct"), first

    pairs = [both() for _ in range(setup.repeats)]
    return [ratio("second run with 1 % changed", 0.7, pairs, f"{setup.base} workbooks")]


def copy_portfolio(source: Path, target: Path) -> None:
    """Copy a portfolio's files."""
    for path in source.rglob("*"):
        if path.is_file():
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy2(path, copy)


def change_some(folder: Path) -> None:
    """Change a text in one of a hundred workbooks: the cluster has a new name."""
    paths = [path for path in sorted(folder.glob("*.xlsx")) if is_whole(path)]
    step = round(1 / CHANGED_SHARE)
    for path in paths[step // 2 :: step]:
        with ZipFile(path) as archive:
            parts = {info: archive.read(info) for info in archive.infolist()}
        with ZipFile(path, "w", ZIP_DEFLATED) as archive:
            for info, content in parts.items():
                archive.writestr(info, re.sub(rb"Demo-Cluster", rb"Neuer Demo-Cluster", content))


def is_whole(path: Path) -> bool:
    """Whether the workbook can be opened at all; some of a made-up portfolio cannot."""
    try:
        with ZipFile(path) as archive:
            return archive.testzip() is None
    except (OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return False
    except Exception:
        return False


# -------------------------------------------------------------------------------- a release
OFFICE = {
    'name = ""': 'name = "Programmbüro"',
    "address = []": 'address = ["Musterweg 1", "12345 Musterstadt"]',
    'mail = ""': 'mail = "buero@example.org"',
    "answer_days = 0": "answer_days = 28",
}
"""What a release needs in settings.toml: who writes the letters."""
OF_RELEASE = 90


def releasing(setup: Setup) -> list[Figure]:
    """Measure a release (pages, letters, prefilled forms) against the review before it."""
    program = setup.scratch / "released"
    rmtree(program, ignore_errors=True)
    copytree(ROOT / "schemas", program / "schemas")
    settings = program / "schemas" / "settings.toml"
    text = settings.read_text(encoding="utf-8")
    for empty, filled in OFFICE.items():
        text = text.replace(empty, filled, 1)
    settings.write_text(text, encoding="utf-8")
    inputs = setup.portfolio(OF_RELEASE)

    def there(outputs: Path, *arguments: str) -> Taken:
        """Measure a command in the folder whose schemas/ come before ours."""
        options = ["--inputs", inputs, "--outputs", outputs]
        command = [sys.executable, "-m", "pipeline", *arguments, *options]
        return measure(command, folder=program, env={"PYTHONPATH": str(ROOT)})

    def both() -> tuple[Taken, Taken]:
        outputs = setup.outputs("release")
        first = there(outputs, "run", PERIOD, "--direct")
        return there(outputs, "release", PERIOD, "--by", "AB"), first

    pairs = [both() for _ in range(setup.repeats)]
    return [ratio("release against its review", 2.0, pairs, f"{OF_RELEASE} clusters")]


# -------------------------------------------------------------------------- check and Prefect
def checking(setup: Setup) -> list[Figure]:
    """Measure the check of a workbook, without and with errors, against only importing polars."""
    paths = [p for p in sorted(setup.submissions(setup.base).glob("*.xlsx")) if is_whole(p)]
    kinds = {"without errors": 0, "with errors": 1}
    return [
        checking_one(setup, next(p for p in paths if exit_code_of_check(p) == code), kind)
        for kind, code in kinds.items()
    ]


def exit_code_of_check(path: Path) -> int:
    """Return what the check of a workbook ends with: 1 if it has errors."""
    command = [sys.executable, "-m", "pipeline", "check", path]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode


def checking_one(setup: Setup, path: Path, kind: str) -> Figure:
    """Measure the check of one workbook against only importing polars."""

    def check() -> Taken:
        # Exit code 1 says that the workbook has errors, which one of the two kinds has.
        code = f"import sys; sys.argv[1:] = ['check', {str(path)!r}];"
        code += "from pipeline.cli import main; sys.exit(main() > 1)"
        return measure([sys.executable, "-c", code], folder=ROOT, env=COMPILED)

    def bare() -> Taken:
        return measure([sys.executable, "-c", "import polars"], folder=ROOT, env=COMPILED)

    pairs = in_turn(max(setup.repeats, SHORT_REPEATS), check, bare)
    name = f"check of a workbook {kind} against importing polars"
    return ratio(name, 5.0, [(a, b) for a, b in pairs], path.name)


def with_prefect(setup: Setup) -> list[Figure]:
    """Measure what Prefect adds with a running server, for the whole and for each workbook.

    The first run is not counted: it fills the caches of the machine and of the new server.
    """
    sizes = (max(1, setup.base // 10), setup.base)
    pairs: dict[int, list[tuple[Taken, Taken]]] = {size: [] for size in sizes}

    def flow(size: int) -> Taken:
        return review(setup.portfolio(size), setup.outputs("flow"), env=env)

    def direct(size: int) -> Taken:
        return review(setup.portfolio(size), setup.outputs("direct"), "--direct")

    with running_server(setup.scratch / "prefect") as env:
        flow(sizes[0])
        for turn in range(max(setup.repeats, LEAST_DIFFERENCES)):
            for size in sizes:
                if turn % 2:  # a machine that becomes slower or faster must favour neither side
                    reference = direct(size)
                    pairs[size].append((flow(size), reference))
                else:
                    pairs[size].append((flow(size), direct(size)))
    few, many = (pairs[size] for size in sizes)
    step, name = sizes[1] - sizes[0], "what Prefect adds"
    whole = [added(many, clock) for clock in ("wall", "cpu")]
    each = [added_for_each(few, many, clock, step) for clock in ("wall", "cpu")]
    quickest = [f"{min(pair[side].wall for pair in many):.3g} s" for side in (0, 1)]
    return [
        Figure(
            f"{name} with a running server",
            5.0,
            "s",
            *whole,
            of=f"{sizes[1]} workbooks: quickest {' / '.join(quickest)}",
        ),
        Figure(
            f"{name} for each workbook", 5.0, "ms", *each, of=f"{sizes[0]} and {sizes[1]} workbooks"
        ),
    ]


def added(pairs: Sequence[tuple[Taken, Taken]], clock: str) -> Spread:
    """Return what ours takes more than the reference, in seconds: of the quickest run of each.

    What else runs on the machine only makes a run slower, but often by more than Prefect adds. The
    least and the most are those of the pairs. clock: wall or cpu.
    """
    both = [(getattr(a, clock), getattr(b, clock)) for a, b in pairs]
    ours, theirs = (min(pair[side] for pair in both) for side in (0, 1))
    differences = [a - b for a, b in both]
    return Spread(ours - theirs, min(differences), max(differences))


def added_for_each(
    few: Sequence[tuple[Taken, Taken]],
    many: Sequence[tuple[Taken, Taken]],
    clock: str,
    step: int,
) -> Spread:
    """Return in milliseconds how much `added` grows with each workbook, and between what bounds.

    few, many: pairs with a portfolio, and with one that has `step` workbooks more.
    """
    a, b = added(few, clock), added(many, clock)
    grown = (b.middle - a.middle, b.least - a.most, b.most - a.least)
    return Spread(*(1000 * seconds / step for seconds in grown))


# ------------------------------------------------------------------------------------- growth
TIMES = 10


@dataclass(frozen=True)
class Growth:
    """What a portfolio of a size took."""

    workbooks: int
    actors: int
    wall: float
    cpu: float
    peak_mb: float
    stages: dict[str, float]


def growth(setup: Setup, size: int) -> Growth:
    """Review a portfolio of a size once."""
    inputs, outputs = setup.portfolio(size), setup.outputs("growth")
    taken = review(inputs, outputs, "--direct")
    record = json.loads((outputs / PERIOD / "run.json").read_text(encoding="utf-8"))
    actors = pl.scan_parquet(outputs / PERIOD / "data" / "actors.parquet").select(pl.len())
    number = int(actors.collect().item())
    rmtree(outputs)
    return Growth(
        len(record["inputs"]), number, taken.wall, taken.cpu, taken.peak_mb, record["seconds"]
    )


def of_growth(grown: Sequence[Growth]) -> list[Figure]:
    """Return the figures that compare the portfolio ten times as large with the first."""
    first = grown[0]
    last = min(grown, key=lambda one: abs(one.workbooks - TIMES * first.workbooks))
    clocks = {
        clock: Spread.of(
            [(getattr(last, clock) / last.workbooks) / (getattr(first, clock) / first.workbooks)]
        )
        for clock in ("wall", "cpu")
    }
    of = f"{last.workbooks} workbooks against {first.workbooks}"
    name, memory = "seconds per workbook", "peak memory of all processes"
    return [
        Figure(name, 1.1, "×", clocks["wall"], clocks["cpu"], of),
        Figure(
            memory,
            2.0,
            "GB",
            Spread.of([last.peak_mb / 1024]),
            of=f"{last.workbooks} workbooks, {last.actors} actors",
        ),
    ]
