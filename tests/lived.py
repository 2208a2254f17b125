"""Quarters as an office lives them, by its own commands: published once for all tests.

A release: two clusters send a submission, a third one nothing, and one file is broken. The office
enters a vote, runs, releases, withdraws.

Two quarters: the office checks before, asks two experts, adopts what they say; the next quarter is
compared with the withdrawn release; then a correction makes the next revision of the first.
"""

import io
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.cli import main
from pipeline.history.standing import archived
from tests.declared import with_office
from tests.handmade.build import PERIOD, Row, Workbook, good, write, write_inputs
from tests.making.workbooks import Book, save, table
from tests.sparing import sparing

NEXT = "2026-Q4"
NAMES = {"DE-0001": "Nordlicht", "DE-0002": "Suedwind"}
# What clusters must not see: an expert's sign, a vote that they have not been told.
SIGN, VOTE = "QXZ", "Ablehnung"
EXPERTS = [f"{SIGN}{number}" for number in (1, 2, 3)]
ASKED = "5"  # a soft criterion that all of them are to rate
REASON = 'Zahlen von DE-0002 <b>falsch</b> & "alt"'
WITHDRAW = ("--withdraw", "--by", "AB", "--reason", REASON)
VOTED: Row = {
    "Votum": VOTE,
    "Votum am": date(2026, 9, 1),
    "Mitgeteilt am": date(2026, 10, 1),
    "Frist": date(2099, 1, 31),
}
REGISTER: list[Row] = [
    {
        "Cluster-ID": "DE-0001",
        "Rolle": "Mitglied",
        "Ansprechperson": "Team Review",
        "ESCA-Label": "Silber",
        "Label gültig bis": date(2026, 12, 31),
    },
    {"Cluster-ID": "DE-0002", "Rolle": "Antrag"},
    {
        "Cluster-ID": "DE-0003",
        "Clustername": "Cluster Fern",
        "Rolle": "Mitglied",
        "Einreichung erwartet": "ja",
    },
]
AGREED: list[Row] = [
    {
        "Cluster-ID": cluster,
        "Kriterium": "10.2",
        "Vereinbarung": f"Mehr Nutzen für {name}",
        "Vereinbart am": date(2026, 10, 5),
        "Frist": date(2026, 12, 1),
    }
    for cluster, name in NAMES.items()
]
ASSIGNED: list[Row] = [
    {"Cluster-ID": "DE-0001", "Kriterium": ASKED, "Gutachter": sign, "Frist": date(2026, 9, 1)}
    for sign in EXPERTS
]


def rating(cluster: str, criterion: str, said: str) -> Row:
    """A row of the sheet Gutachten."""
    return {
        "Cluster-ID": cluster,
        "Kriterium": criterion,
        "Bewertung": said,
        "Begründung": f"Das Gutachten zu {criterion}",
        "Gutachter": SIGN,
        "Datum": date(2026, 9, 2),
    }


RATINGS = [
    rating(cluster, criterion, said)
    for cluster in NAMES
    for criterion, said in [("2.2", "erfüllt"), ("10.2", "nicht erfüllt")]
]


@dataclass(frozen=True)
class Said:
    """What a command returned and printed."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Released:
    """The inputs, what the commands said by their names, and the publications of a revision."""

    root: Path
    said: dict[str, Said]
    draft: Path
    released: Path
    withdrawn: Path


@dataclass(frozen=True)
class Lived(Released):
    """Two quarters.

    first: the draft before the experts rated, without workbook and copies. revised: the second
    revision. later: the draft of the next quarter, made while the release was withdrawn.
    """

    first: Path
    revised: Path
    later: Path


def cluster(name: str, as_of: date | None = None) -> Workbook:
    """A cluster whose actors and name are its own, with a cell to be marked.

    as_of: a later day; then its secured funding lapses in the year after it.
    """
    book = good()
    rows = [{**row, "Name": f"{name} {i:03}"} for i, row in enumerate(book.sheets["Akteure"])]
    rows[0]["Beschäftigte"] = "viele"
    book.sheets["Akteure"] = rows
    book.master |= {"Clustername": f"Cluster {name}", "Exzellenzmaßnahmen": "go-cluster; ZIM-NEMO"}
    if as_of is not None:
        book.master |= {"Stichtag": as_of, "Finanzierung gesichert bis": date(2029, 6, 30)}
    return book


def command(*arguments: str) -> Said:
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(list(arguments))
    return Said(int(code or 0), out.getvalue(), err.getvalue())


def on(name: str, root: Path, *options: str, period: str = PERIOD) -> Said:
    """Run a command on a period below a folder."""
    places = ["--inputs", str(root / "inputs"), "--outputs", str(root / "outputs")]
    return command(name, period, *places, *options)


def write_register(inputs: Path, applicant: Row) -> None:
    """Write the register, with what the office has entered of the applicant."""
    rows = [row | (applicant if row["Rolle"] == "Antrag" else {}) for row in REGISTER]
    sheets = {"Register": rows, "Vereinbarungen": AGREED}
    save(inputs / "register.xlsx", Book({name: table(name, own) for name, own in sheets.items()}))


def write_ratings(inputs: Path, period: str, ratings: Sequence[Row]) -> None:
    """Write the office's ratings of a period, and who is to rate what."""
    sheets = {"Gutachten": table("Gutachten", ratings), "Zuteilung": table("Zuteilung", ASSIGNED)}
    save(inputs / period / "assessments.xlsx", Book(sheets))


def fill(path: Path, criterion: str, **said: Any) -> Path:
    """Enter into the last row of a criterion of DE-0001, or below the table if there is none."""
    book = openpyxl.load_workbook(path)
    sheet = book["Gutachten"]
    head = next(row for row in sheet.iter_rows() if row[1].value == "Cluster-ID")
    columns = {cell.value: cell.column for cell in head}
    at = [
        row[0].row
        for row in sheet.iter_rows(min_row=head[0].row + 1)
        if row[1].value == "DE-0001" and row[2].value == criterion
    ]
    row = at[-1] if at else max(r[0].row for r in sheet.iter_rows() if r[1].value) + 1
    for name, value in said.items():
        cell = sheet.cell(row, columns[name.replace("_", "-")])
        cell.value = value
        cell.data_type = "s" if isinstance(value, str) else cell.data_type
    book.save(path)
    return path


RUN = ("--direct", "--accept-missing")


def send(root: Path) -> Path:
    """Write what the office has at the end of the first quarter; return the submissions."""
    inputs = root / "inputs"
    sent = inputs / PERIOD / "submissions"
    write_inputs(inputs, {c: cluster(n) for c, n in NAMES.items()})
    (sent / "broken.xlsx").write_bytes(b"no workbook")
    write_register(inputs, {})
    write_ratings(inputs, PERIOD, RATINGS)
    return sent


def release(root: Path, said: dict[str, Said]) -> None:
    """Enter a vote, make a draft, release it, take it back; add what the commands said."""
    write_register(root / "inputs", VOTED)
    with with_office():
        said["draft"] = on("run", root, *RUN)
    said["too early"] = on("release", root, *WITHDRAW)
    said["refused"] = on("release", root, "--by", "KM")
    with with_office():
        said["released"] = on("release", root, "--by", "KM")
        said["released twice"] = on("release", root, "--by", "KM")
    said["withdrawn"] = on("release", root, *WITHDRAW)
    said["withdrawn twice"] = on("release", root, *WITHDRAW)
    said["withdrawn released"] = on("release", root, "--by", "KM")


def keep(root: Path, said: dict[str, Said]) -> None:
    """Write down what the commands said."""
    saved = {name: asdict(own) for name, own in said.items()}
    (root / "said.json").write_text(json.dumps(saved), encoding="utf-8")


def kept(root: Path) -> dict[str, Said]:
    """Return what the commands said."""
    saved = json.loads((root / "said.json").read_text(encoding="utf-8"))
    return {name: Said(**own) for name, own in saved.items()}


def live_a_release(root: Path) -> None:
    """Live a release below a folder, without the experts and without what only drafts show."""
    said: dict[str, Said] = {}
    send(root)
    with one_core(), sparing("variants"):
        release(root, said)
    keep(root, said)


def released_in(root: Path) -> Released:
    """Return the release that was lived below a folder."""
    outputs = root / "outputs"
    draft, released = archived(outputs, PERIOD)
    return Released(root, kept(root), draft, released, outputs / PERIOD)


@contextmanager
def one_core() -> Iterator[None]:
    """Start no process more: it costs more than it saves here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "cpu_count", lambda: 1)
        yield


def live(root: Path) -> None:
    """Live both quarters below a folder."""
    inputs = root / "inputs"
    places = ["--inputs", str(inputs), "--outputs", str(root / "outputs")]
    said: dict[str, Said] = {}
    sent = send(root)
    with one_core():
        said["check"] = command("check", str(sent), "--feedback", str(root / "checked"))
        with sparing("workbook", "copies"), with_office():
            said["first"] = on("run", root, *RUN)
        # Two experts fill their templates and do not agree.
        for sign, own, day in (
            (EXPERTS[0], "nicht erfüllt", "2026-09-20"),
            (EXPERTS[1], "erfüllt", "2026-09-25"),
        ):
            file = root / f"{sign}.xlsx"
            said[f"template {sign}"] = command(
                "template", str(file), "--ratings", "--reviewer", sign, *places
            )
            fill(file, ASKED, Bewertung=own, Begründung=f"Gesehen: {own}.")
            said[sign] = command("adopt", str(file), "--inputs", str(inputs), "--date", day)
        again = root / f"{EXPERTS[0]}.xlsx"
        said["adopted again"] = command("adopt", str(again), "--inputs", str(inputs))
        release(root, said)
        # The next quarter: one cluster has kept what was agreed, the other one has not.
        for own, name in NAMES.items():
            write(cluster(name, date(2026, 12, 31)), own, inputs / NEXT / "submissions")
        write_ratings(inputs, NEXT, [rating("DE-0001", "10.2", "nicht erfüllt")])
        with sparing("copies"), with_office():
            said["later"] = on("run", root, *RUN, period=NEXT)
        # A correction of the withdrawn quarter.
        corrected = cluster(NAMES["DE-0001"])
        corrected.sheets["Management"] = []
        write(corrected, "DE-0001", sent)
        with with_office():
            with sparing("workbook", "pages", "copies"):
                said["again"] = on("run", root, *RUN)
            said["revised"] = on("release", root, "--by", "KM")
    keep(root, said)


def lived_in(root: Path) -> Lived:
    """Return the story that was lived below a folder."""
    outputs = root / "outputs"
    first, draft, released, withdrawn, _ = archived(outputs, PERIOD)
    present = outputs / PERIOD
    said = kept(root)
    return Lived(root, said, draft, released, withdrawn, first, present, outputs / NEXT)
