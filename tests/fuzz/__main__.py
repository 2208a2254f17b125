"""`make fuzz`: round after round with new seeds until the time is up, then the long portfolio.

FUZZ_MINUTES says how long the rounds go on (default 30; the last one is finished), FUZZ_SEED where
to begin (default: the clock). The same seed makes the same round. The portfolio is 429 healthy
clusters and each attack in turn; it needs no seed and takes about half an hour.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
PORTFOLIO = HERE / "test_portfolio.py"


def found(seed: int, *chosen: str) -> bool:
    """Run a part of the suite by the seed; whether it found something."""
    print(f"FUZZ_SEED={seed}", flush=True)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-x", "-m", "not soak"]
    command += chosen
    environment = {**os.environ, "FUZZ_SEED": str(seed)}
    return subprocess.run(command, env=environment, check=False).returncode != 0


def main() -> int:
    """Fuzz until the time is up; 1 when something was found."""
    end = time.monotonic() + 60 * float(os.environ.get("FUZZ_MINUTES") or "30")
    seed = int(os.environ.get("FUZZ_SEED") or time.time())
    while not found(seed, str(HERE), f"--ignore={PORTFOLIO}"):
        if time.monotonic() > end:
            return int(found(seed, str(PORTFOLIO)))
        seed += 1
    print(f"again: make fuzz FUZZ_SEED={seed}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
