"""A quarter that was drafted and released: published once for all tests."""

import io
import os
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from pipeline.cli import main
from tests.declared import with_office
from tests.handmade.build import PERIOD, Row, Workbook, good, write_inputs

NAMES = {"DE-0001": "Nordlicht", "DE-0002": "Suedwind"}
# What clusters must not see: an expert's sign, a vote that they have not been told.
SIGN, VOTE = "QXZ", "Ablehnung"
REGISTER: list[Row] = [
    {"Cluster-ID": "DE-0001", "Rolle": "Mitglied", "Ansprechperson": "Team Review"},
    {
        "Cluster-ID": "DE-0002",
        "Rolle": "Antrag",
        "Votum": VOTE,
        "Votum am": date(2026, 9, 1),
        "Mitgeteilt am": date(2026, 10, 1),
        "Frist": date(2099, 1, 31),
    },
    {
        "Cluster-ID": "DE-0003",
        "Clustername": "Cluster Fern",
        "Rolle": "Mitglied",
        "Einreichung erwartet": "ja",
    },
]
RATINGS: list[Row] = [
    {
        "Cluster-ID": cluster,
        "Kriterium": criterion,
        "Bewertung": rating,
        "Begründung": f"Das Gutachten zu {criterion}",
        "Gutachter": SIGN,
        "Datum": date(2026, 9, 2),
    }
    for cluster in NAMES
    for criterion, rating in [("2.2", "erfüllt"), ("10.2", "nicht erfüllt")]
]


@dataclass(frozen=True)
class Said:
    """What a command returned and printed."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Story:
    """Draft and release of a quarter.

    refused: a release without an office in the settings. twice: a release of what is released.
    """

    draft: Path
    released: Path
    refused: Said
    done: Said
    twice: Said


def cluster(name: str) -> Workbook:
    """A cluster whose actors and name are its own, with a cell to be marked."""
    book = good()
    rows = [{**row, "Name": f"{name} {i:03}"} for i, row in enumerate(book.sheets["Akteure"])]
    rows[0]["Beschäftigte"] = "viele"
    book.sheets["Akteure"] = rows
    book.master["Clustername"] = f"Cluster {name}"
    return book


def command(name: str, root: Path, *options: str) -> Said:
    """Run a command on the quarter."""
    places = ["--inputs", str(root / "inputs"), "--outputs", str(root / "outputs")]
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([name, PERIOD, *places, *options])
    return Said(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The quarter, published twice; a file that cannot be read is quarantined."""
    root = tmp_path_factory.mktemp("release")
    books = {c: cluster(n) for c, n in NAMES.items()}
    inputs = write_inputs(root / "inputs", books, REGISTER, RATINGS)
    (inputs / PERIOD / "submissions" / "broken.xlsx").write_bytes(b"no workbook")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "cpu_count", lambda: 1)  # a process more costs more than it saves here
        with with_office():
            assert command("run", root, "--direct", "--accept-missing").code == 0
        refused = command("release", root, "--by", "KM")
        with with_office():
            done = command("release", root, "--by", "KM")
            twice = command("release", root, "--by", "KM")
    (draft,) = (root / "outputs" / ".archive" / PERIOD).iterdir()
    return Story(draft, root / "outputs" / PERIOD, refused, done, twice)
