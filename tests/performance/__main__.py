"""`make bench`: measures every figure, prints the table and renews docs/performance.md.

BENCH_SIZES=430,1500,4300 (the first is compared with the floor, all are in the table of growth),
BENCH_REPEATS=3, BENCH_SCRATCH=build/bench, BENCH_ONLY=names of figures (nothing is written then).
"""

import os
import sys
from collections.abc import Callable

from tests.performance.figures import (
    Figure,
    Growth,
    against_floor,
    checking,
    growth,
    of_growth,
    releasing,
    second_run,
    with_prefect,
)
from tests.performance.setup import HERE, ROOT, Setup
from tests.performance.table import figures_table, growth_table, renew, write

PARTS: dict[str, Callable[[Setup], list[Figure]]] = {
    "floor": against_floor,
    "second": second_run,
    "release": releasing,
    "check": checking,
    "prefect": with_prefect,
}


def main() -> None:
    """Measure and write."""
    setup = Setup.of_environment()
    only = os.environ.get("BENCH_ONLY", "").split()
    figures: list[Figure] = []
    for name, part in PARTS.items():
        if not only or name in only:
            print(f"{name} …", file=sys.stderr)
            found = part(setup)
            figures += found
            print(figures_table(found), flush=True)  # of what comes later something may fail
    if not only or "growth" in only:
        print("growth …", file=sys.stderr)
        grown: list[Growth] = []
        for size in setup.sizes:
            grown.append(growth(setup, size))
            print(growth_table(grown), flush=True)
            if not only:  # the next may be too large for this machine
                every = [*figures, *of_growth(grown)]
                renew(ROOT / "docs/performance.md", write(setup, every, grown, HERE))
        figures += of_growth(grown)
    print(figures_table(figures))


if __name__ == "__main__":
    main()
