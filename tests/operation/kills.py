"""Kills runs at random moments and looks what is left: python -m tests.operation.kills --times 50.

Each round starts a run through the worker, kills (SIGKILL) the run's process, a reader of it, the
worker, or worker and run, and then lets the next scheduled run publish. Two portfolios take turns,
so that an old publication is told from a new one.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

from pipeline.demo import write_portfolio
from pipeline.operation.processes import descendants
from tests.operation.office import ROOT, Office, Run

PERIOD = "2026-Q3"
REVIEW = "quarterly-review"
TARGETS = {"run": 6, "reader": 4, "worker": 4, "worker and run": 1}
Print = dict[str, str]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=600.0, help="stop after the round then on")
    arguments = parser.parse_args()
    folder = Path(mkdtemp(prefix="kills-"))
    office = Office(folder, folder)
    try:
        office.wait_until_serving()
        hasten_dead_runs(office, 75)
        tried = Kills(office, folder, arguments.seed)
        end = time.monotonic() + 60 * arguments.minutes
        for number in range(arguments.times):
            office.slowest = 0.0
            said = tried.once()
            print(f"{number + 1}: {said}; slowest answer {office.slowest:.0f} s", flush=True)
            if time.monotonic() > end:
                break
        print(f"{sum(tried.killed.values())} kills: {dict(tried.killed)}; {dict(tried.left)}")
    finally:
        office.close()
    shutil.rmtree(folder)
    return 0


def hasten_dead_runs(office: Office, seconds: int) -> None:
    """Let runs count as dead sooner than in an office."""
    for automation in office.ask("POST", "/automations/filter", {}):
        automation["trigger"]["within"] = seconds
        wanted = ("name", "description", "enabled", "trigger", "actions")
        content = {key: automation[key] for key in wanted}
        office.ask("PUT", f"/automations/{automation['id']}", content)


class Kills:
    """Kills of runs that take turns with two portfolios, and what they came to."""

    def __init__(self, office: Office, folder: Path, seed: int, clusters: int = 1) -> None:
        self.office, self.chance = office, random.Random(seed)
        self.targets = TARGETS
        self.killed: Counter[str] = Counter()
        self.left: Counter[str] = Counter()
        self.portfolios = [folder / "one", folder / "other"]
        self.prints: list[Print] = []
        self.seconds = 0.0
        for number, portfolio in enumerate(self.portfolios):
            write_portfolio(portfolio, clusters, [PERIOD], seed + number)
            self.prints.append(prints(reference(portfolio)))
        assert self.prints[0] != self.prints[1]
        self.turn = 1
        self.publish()

    def once(self) -> str:
        """Kill once and publish again; says what was killed when, and what stood there then."""
        run, what = self.kill_once()
        self.publish()
        return f"{what}; the run: {self.office.wait_for(run)['state_name']}"

    def kill_once(self) -> tuple[Run, str]:
        """Start a run, kill something, and check whether the publication is complete."""
        self.turn = 1 - self.turn
        folders = {"inputs": str(self.portfolios[self.turn]), "period": PERIOD}
        run = self.office.by_hand(REVIEW, **folders)
        self.office.wait_for(run, "RUNNING", "COMPLETED")
        moment = self.chance.uniform(0, self.seconds)
        time.sleep(moment)
        target = self.kill()
        now = prints(self.published())
        assert now in self.prints, (target, moment)
        left = "new" if now == self.prints[self.turn] else "old"
        self.killed[target] += 1
        self.left[left] += 1
        return run, f"{target} after {moment:.1f} s: {left} publication"

    def publish(self) -> None:
        """Let the scheduler publish, note how long it takes, and look at what is there then."""
        self.office.point(REVIEW, inputs=str(self.portfolios[self.turn]), period=PERIOD)
        run = self.office.on_schedule(REVIEW)
        self.office.wait_for(run, "RUNNING", "COMPLETED")
        start = time.monotonic()
        done = self.office.wait_for(run)
        assert done["state_type"] == "COMPLETED", (done["state"], self.office.words())
        self.seconds = time.monotonic() - start
        assert prints(self.published()) == self.prints[self.turn]
        assert self.leftovers() == []
        for archived in (self.office.outputs / ".archive" / PERIOD).glob("*"):
            assert prints(archived) in self.prints, archived

    def published(self) -> Path:
        """Return the folder of the publication."""
        return self.office.outputs / PERIOD

    def leftovers(self) -> list[str]:
        """Return what is in the outputs' folder and is neither a publication nor expected."""
        known = {PERIOD, ".archive", ".cache", ".lock", ".intake"}
        return sorted(p.name for p in self.office.outputs.iterdir() if p.name not in known)

    # -------------------------------------------------------------------------------- killing
    def kill(self) -> str:
        """Kill something that is there; a run that has ended meanwhile leaves the worker."""
        target = self.chance.choices(list(self.targets), list(self.targets.values()))[0]
        for one in [target, *TARGETS]:
            victims = self.victims(one)
            if victims:
                for victim in victims:
                    end_now(victim)
                return one
        raise AssertionError(self.office.words())

    def victims(self, target: str) -> list[int]:
        """Return the processes of a target, if they are running."""
        below = descendants(self.office.process.pid)
        words = {number: command(number) for number in below}
        workers = [n for n, w in words.items() if "worker start" in w]
        runs = [n for n, w in words.items() if "flow-run" in w or "prefect.engine" in w]
        runs = runs or [n for n, w in words.items() if "_workspace" in w]
        readers = [n for n, w in words.items() if "spawn_main" in w]
        groups = {
            "run": runs,
            "reader": readers[:1],
            "worker": workers,
            "worker and run": workers + runs if runs else [],
        }
        return groups[target]


def reference(portfolio: Path) -> Path:
    """Publish a portfolio without Prefect; returns the folder of the publication."""
    outputs = portfolio / "reference"
    folders = ["--inputs", str(portfolio), "--outputs", str(outputs)]
    command = [sys.executable, "-m", "pipeline", "run", PERIOD, "--direct", *folders]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return outputs / PERIOD


def end_now(number: int) -> None:
    """Kill a process that may have ended by itself."""
    try:
        os.kill(number, signal.SIGKILL)
    except ProcessLookupError:
        return


def command(number: int) -> str:
    """Return a process's command line."""
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def prints(folder: Path) -> Print:
    """Return the sha256 of every file of a publication but run.json, which holds times."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "run.json")
    assert (folder / "run.json").read_text().endswith("}\n")
    return {str(p.relative_to(folder)): sha256(p.read_bytes()).hexdigest() for p in files}


if __name__ == "__main__":
    sys.exit(main())
