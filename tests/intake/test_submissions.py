"""Contract 3 and 4: the outcome of each file, the coverage, exit codes, and publishing itself."""

import hashlib
import json
import os
import re
import shutil
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.common.errors import NothingPublishedError
from pipeline.common.settings import load_settings
from pipeline.history.model import EarlierPeriod, EarlierReview
from pipeline.publication.request import Request
from pipeline.run import refuse_thin
from tests.libreoffice import Convert
from tests.making.damage import (
    encrypted,
    flipped_byte,
    macro_enabled,
    plain_zip,
    swap,
    twice,
    wrong_checksum,
)
from tests.making.frames import published, reviewed
from tests.making.workbooks import (
    AS_OF,
    Book,
    Cell,
    error,
    formula,
    register,
    rewrite,
    save,
    shifted,
    submission,
    xlsx,
)
from tests.sparing import REPORTS

from .published import PERIOD, Files, Published, command, publish, run, submit

Outcome = tuple[str | None, ...]
"""The outcome of a file, and the codes that may be given as the reason."""
REVIEWED: Outcome = ("reviewed", None)


def quarantined(code: str) -> Outcome:
    return "quarantined", code


UNDECIDED: Outcome = ("quarantined", "unreadable", "not_a_workbook")
"""The contract names both codes and does not decide between them."""


# ---- one file, one outcome ------------------------------------------------------------------

SINGLE: dict[str, tuple[Book | bytes, Outcome]] = {}


def single(name: str, content: Book | bytes, outcome: Outcome) -> None:
    SINGLE[name] = (content, outcome)


def number() -> str:
    """The next free Cluster-ID."""
    return f"DE-{1000 + len(SINGLE)}"


single("good.xlsx", submission(number()), REVIEWED)
single("last-moment.xlsx", submission(number(), Stichtag=datetime(2026, 9, 30, 23, 59)), REVIEWED)
single("text-date.xlsx", submission(number(), Stichtag="30.9.2026"), REVIEWED)
single("macros.xlsm", macro_enabled(xlsx(submission(number()))), REVIEWED)

# required sheets and columns
single("no-master.xlsx", submission(number()).without("Stammdaten"), quarantined("missing_sheet"))
single("no-actors.xlsx", submission(number()).without("Akteure"), quarantined("missing_sheet"))
for column in ("Name", "Akteurstyp", "Bindung"):
    content = submission(number()).drop_column("Akteure", column)
    single(f"no-{column}.xlsx", content, quarantined("missing_column"))
late = submission(number())
late.sheets["Akteure"] = shifted(late.sheets["Akteure"], down=20, right=0)
single("header-21.xlsx", late, quarantined("missing_column"))
example = submission(number()).rename({"Akteure": "Beispiel"})  # never read
single("only-example.xlsx", example, quarantined("missing_sheet"))

# Cluster-ID
BAD_IDS: list[Cell] = ["DE-42", "DE-00421", "DE0042", "DEU-0042", "DE-004A", 42, True]
BAD_IDS += [date(2026, 1, 1), error(), "DE-\u0660\u0660\u0664\u0662"]  # Arabic digits
for bad in BAD_IDS:
    single(f"id-{len(SINGLE)}.xlsx", submission(bad), quarantined("bad_value"))
for empty in (None, "  ", formula("")):
    single(f"id-{len(SINGLE)}.xlsx", submission(empty), quarantined("missing_value"))
single("lower-case-id.xlsx", submission("de-0042"), REVIEWED)

# Stichtag
BAD_DATES: list[Cell] = ["heute", 2026, 46_295, "2026", "31.09.2026", "30.9.26", True, error()]
BAD_DATES += [date(2026, 10, 1), "1.10.2026", date(2027, 1, 1)]  # after the period's last day
for bad in BAD_DATES:
    book = submission(number(), Stichtag=bad)
    single(f"as-of-{len(SINGLE)}.xlsx", book, quarantined("bad_date"))
for empty in (None, formula("")):
    book = submission(number(), Stichtag=empty)
    single(f"as-of-{len(SINGLE)}.xlsx", book, quarantined("missing_value"))

no_label = submission(number())
del no_label.sheets["Stammdaten"][2]  # Stichtag
single("no-label.xlsx", no_label, quarantined("missing_value"))
# nothing stored: neither empty nor wrong, but no valid value either
ANY_CODE: Outcome = ("quarantined", "missing_value", "bad_value", "bad_date")
single("formula-id.xlsx", submission(formula(None)), ANY_CODE)
single("formula-date.xlsx", submission(number(), Stichtag=formula(None, as_date=True)), ANY_CODE)

# other bad cells keep nothing out
book = submission(number(), Version="zwei", Clustername=error(), Bundesland="Tirol")
single("bad-but-in.xlsx", book.set("Akteure", "Bindung", None), REVIEWED)

# unreadable
good = xlsx(submission())
single("empty.xlsx", b"", UNDECIDED)
single("truncated.xlsx", good[: len(good) // 2], quarantined("unreadable"))
single("cut-end.xlsx", good[:-30], quarantined("unreadable"))
flip = flipped_byte(good, "xl/worksheets/sheet2.xml")
single("flipped-byte.xlsx", flip, quarantined("unreadable"))
rot = wrong_checksum(good, b"<v>1200</v>", b"<v>1900</v>")
single("bit-rot.xlsx", rot, quarantined("unreadable"))
page = b"<html><body><table><tr><td>Name</td></tr></table></body></html>"
single("page.xlsx", page, quarantined("not_a_workbook"))
single("list.xlsx", b"Name;Akteurstyp\nAlpha;Unternehmen\n", quarantined("not_a_workbook"))
single("picture.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(100), quarantined("not_a_workbook"))
single("zip.xlsx", plain_zip(), quarantined("not_a_workbook"))
single("page.xls", page, quarantined("not_a_workbook"))
single("list.ods", b"Name,Akteurstyp\n", quarantined("not_a_workbook"))
single("encrypted.xlsx", encrypted(), quarantined("encrypted"))

# ---- files that are kept out and have three bad cells ---------------------------------------

FAULTS = {
    ("Akteure", "K3", "bad_type"),
    ("Finanzierung", "C2", "ambiguous_number"),
    ("Nachweise", "C2", "bad_date"),
}


def faulty(cluster_id: str | None, **master: Cell) -> Book:
    book = submission(cluster_id, **master)
    book.set("Akteure", "Beschäftigte", "viele", row=3)
    book.set("Finanzierung", "Betrag EUR", "1.234")
    return book.set("Nachweise", "Datum", 2026)


FAULTY: dict[str, tuple[Book, set[tuple[str, str, str]]]] = {
    "f-date.xlsx": (
        faulty("DE-0201", Stichtag=None),
        FAULTS | {("Stammdaten", "B3", "missing_value")},
    ),
    "f-id.xlsx": (faulty(None), FAULTS | {("Stammdaten", "B1", "missing_value")}),
    "f-future.xlsx": (
        faulty("DE-0202", Stichtag=date(2026, 12, 31)),
        FAULTS | {("Stammdaten", "B3", "bad_date")},
    ),
    "f-no-master.xlsx": (faulty("DE-0203").without("Stammdaten"), FAULTS),
    "f-no-type.xlsx": (  # without the column Akteurstyp, K3 is J3
        faulty("DE-0204").drop_column("Akteure", "Akteurstyp"),
        FAULTS - {("Akteure", "K3", "bad_type")} | {("Akteure", "J3", "bad_type")},
    ),
    "f-double-1.xlsx": (faulty("DE-0205"), FAULTS),
    "f-double-2.xlsx": (faulty("DE-0205", Rechtsform="GmbH"), FAULTS),
}

# ---- several files of one cluster: the contract's rules in their order ----------------------

Story = dict[str, tuple[Book, Outcome]]
SUPERSEDED: Outcome = ("superseded", None)
DUPLICATE: Outcome = ("quarantined", "duplicate_cluster")
JUNE = date(2026, 6, 30)


def other(cluster_id: str, **master: Cell) -> Book:
    """Other content with the same Cluster-ID, Stichtag and Version."""
    return submission(cluster_id, **{"Rechtsform": "GmbH", **master})


def incomplete(cluster_id: str, **master: Cell) -> Book:
    return submission(cluster_id, **master).without("Akteure")


STORIES: dict[str, Story] = {
    "DE-0100": {  # the same content twice: the first by name counts
        "copy-b.xlsx": (submission("DE-0100"), SUPERSEDED),
        "copy-a.xlsx": (submission("DE-0100"), REVIEWED),
        "copy-c.xlsx": (submission("DE-0100"), SUPERSEDED),
    },
    "DE-0101": {
        "june-1.xlsx": (submission("DE-0101", Stichtag=JUNE), SUPERSEDED),
        "june-2.xlsx": (submission("DE-0101"), REVIEWED),
    },
    "DE-0102": {  # by Version, whatever the names
        "version-z.xlsx": (submission("DE-0102", Version=1), SUPERSEDED),
        "version-a.xlsx": (submission("DE-0102", Version=10), REVIEWED),
        "version-m.xlsx": (submission("DE-0102", Version="9"), SUPERSEDED),
    },
    "DE-0103": {  # the Stichtag goes before the Version
        "before-1.xlsx": (submission("DE-0103", Stichtag=JUNE, Version=5), SUPERSEDED),
        "before-2.xlsx": (submission("DE-0103", Version=1), REVIEWED),
    },
    "DE-0104": {
        "double-1.xlsx": (submission("DE-0104"), DUPLICATE),
        "double-2.xlsx": (other("DE-0104"), DUPLICATE),
    },
    "DE-0105": {  # only the latest can be duplicates
        "late-1.xlsx": (submission("DE-0105", Stichtag=JUNE), SUPERSEDED),
        "late-2.xlsx": (submission("DE-0105", Version=2), DUPLICATE),
        "late-3.xlsx": (other("DE-0105", Version=2), DUPLICATE),
        "late-4.xlsx": (submission("DE-0105", Version=1), SUPERSEDED),
    },
    "DE-0106": {  # a copy goes first, then the different ones are duplicates
        "mixed-1.xlsx": (submission("DE-0106"), DUPLICATE),
        "mixed-2.xlsx": (submission("DE-0106"), SUPERSEDED),
        "mixed-3.xlsx": (other("DE-0106"), DUPLICATE),
    },
    "DE-0107": {  # a quarantined newer one supersedes nothing
        "newer-1.xlsx": (submission("DE-0107", Version=1), REVIEWED),
        "newer-2.xlsx": (incomplete("DE-0107", Version=2), quarantined("missing_sheet")),
    },
    "DE-0108": {  # an empty Version is 1
        "empty-1.xlsx": (submission("DE-0108", Version=1), DUPLICATE),
        "empty-2.xlsx": (submission("DE-0108", Version=None), DUPLICATE),
    },
    "DE-0109": {  # incompleteness goes before sameness
        "bad-1.xlsx": (incomplete("DE-0109"), quarantined("missing_sheet")),
        "bad-2.xlsx": (incomplete("DE-0109"), quarantined("missing_sheet")),
    },
    "DE-0110": {  # copies of an older one
        "old-1.xlsx": (submission("DE-0110", Stichtag=JUNE), SUPERSEDED),
        "old-2.xlsx": (submission("DE-0110", Stichtag=JUNE), SUPERSEDED),
        "old-3.xlsx": (submission("DE-0110"), REVIEWED),
    },
    "DE-0111": {  # from the future: cannot supersede
        "future-1.xlsx": (submission("DE-0111"), REVIEWED),
        "future-2.xlsx": (submission("DE-0111", Stichtag="1.10.2026"), quarantined("bad_date")),
    },
    "DE-0112": {  # older duplicates are superseded like any other
        "twins-1.xlsx": (submission("DE-0112", Stichtag=JUNE), SUPERSEDED),
        "twins-2.xlsx": (other("DE-0112", Stichtag=JUNE), SUPERSEDED),
        "twins-3.xlsx": (submission("DE-0112"), REVIEWED),
    },
    "DE-0114": {  # only the complete can be duplicates
        "part-1.xlsx": (submission("DE-0114"), REVIEWED),
        "part-2.xlsx": (incomplete("DE-0114"), quarantined("missing_sheet")),
    },
    "DE-0113": {  # copies of the latest beside an older one
        "last-1.xlsx": (submission("DE-0113", Stichtag=JUNE), SUPERSEDED),
        "last-2.xlsx": (submission("DE-0113"), REVIEWED),
        "last-3.xlsx": (submission("DE-0113"), SUPERSEDED),
    },
}

NO_SUBMISSIONS = ("~$good.xlsx", "._good.xlsx", ".good.xlsx", "notes.txt", "list.csv", "good.pdf")

EXPECTED: dict[str, Outcome] = {name: outcome for name, (_, outcome) in SINGLE.items()} | {
    name: outcome for story in STORIES.values() for name, (_, outcome) in story.items()
}


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("outcomes")
    for name in NO_SUBMISSIONS:
        save(root / "inputs" / PERIOD / "submissions" / name, good)
    submit(root, {name: content for name, (content, _) in SINGLE.items()})
    submit(root, {name: book for name, (book, _) in FAULTY.items()})
    for story in STORIES.values():
        submit(root, {name: book for name, (book, _) in story.items()})
    return root


@pytest.fixture(scope="module")
def review(portfolio: Path) -> Published:
    return publish(portfolio, {}, spared=REPORTS)


@pytest.mark.parametrize("name", EXPECTED)
def test_outcome(review: Published, name: str) -> None:
    outcome, code = review.outcome(name)
    expected, *codes = EXPECTED[name]
    assert outcome == expected
    if outcome == "quarantined":
        assert code in codes


def test_every_submission_once(review: Published, portfolio: Path) -> None:
    table = review.table("submissions")
    assert sorted(table["source_file"]) == sorted([*EXPECTED, *FAULTY])
    for row in table.to_dicts():
        content = (portfolio / "inputs" / PERIOD / "submissions" / row["source_file"]).read_bytes()
        assert row["sha256"] == hashlib.sha256(content).hexdigest()
        if row["outcome"] == "quarantined":
            assert row["message_de"]
            assert row["message_en"]


def test_other_files_are_named_and_not_counted(review: Published) -> None:
    (path,) = review.folder.rglob("run.json")
    text = json.dumps(json.loads(path.read_text("utf-8")), ensure_ascii=False)
    for name in NO_SUBMISSIONS:
        assert f'"{name}"' in text or f"/{name}" in text
        assert review.rows("submissions", source_file=name) == []


def test_duplicates_are_asked_to_raise_the_version(review: Published) -> None:
    for row in review.rows("submissions", code="duplicate_cluster"):
        assert "Version" in row["message_de"]
        assert "ersion" in row["message_en"]


TABLES = [
    "submissions",
    "coverage",
    "findings",
    "clusters",
    "decisions",
    "robustness",
    "criteria",
    "conditions",
    "rows",
    "actors",
    "benchmarks",
    "cohorts",
    "outlook",
]


def test_every_table_is_there(review: Published) -> None:
    names = {path.stem for path in (review.folder / "data").glob("*.parquet")}
    assert set(TABLES) - names == set()
    for name in set(TABLES) - {"submissions", "findings"}:
        assert set(review.table(name)["period"]) <= {PERIOD}


def test_only_the_reviewed_have_figures(review: Published) -> None:
    reviewed = review.rows("submissions", outcome="reviewed")
    ids = [row["cluster_id"] for row in reviewed]
    assert len(set(ids)) == len(ids)
    for table in ("clusters", "decisions"):
        assert sorted(set(review.table(table)["cluster_id"])) == sorted(ids)


def test_the_latest_gives_the_figures(review: Published) -> None:
    assert review.cluster("DE-0101")["as_of"] == AS_OF
    assert review.cluster("DE-0103")["as_of"] == AS_OF


@pytest.mark.parametrize(
    ("name", "sheet", "cell", "code"),
    [
        ("no-actors.xlsx", None, None, "missing_sheet"),
        ("no-Bindung.xlsx", "Akteure", None, "missing_column"),
        *((name, "Stammdaten", "B1", None) for name in EXPECTED if name.startswith("id-")),
        *((name, "Stammdaten", "B3", None) for name in EXPECTED if name.startswith("as-of-")),
    ],
)
def test_what_quarantines_is_an_error(
    review: Published, name: str, sheet: str | None, cell: str | None, code: str | None
) -> None:
    """The finding has the submission's code, but an Excel error is always `bad_type`."""
    content = SINGLE[name][0]
    assert isinstance(content, Book)
    typed = content.sheets[sheet][int(cell[1:]) - 1][1] if sheet and cell else None
    code = "bad_type" if typed == error() else code or EXPECTED[name][1]
    found = [
        row
        for row in review.rows("findings", source_file=name, severity="error")
        if sheet in (None, row["sheet"]) and cell in (None, row["cell"])
    ]
    assert [row["code"] for row in found] == [code]


@pytest.mark.parametrize(("name", "cell"), [("formula-id.xlsx", "B1"), ("formula-date.xlsx", "B3")])
def test_formulas_without_a_value(review: Published, name: str, cell: str) -> None:
    assert review.codes(name, "Stammdaten", cell) == ["formula_without_value"]


@pytest.mark.soak  # tests/intake/test_hostile.py has these kinds and more
@pytest.mark.usefixtures("processes")
def test_hostile_files_harm_nobody_else(tmp_path: Path) -> None:
    stray = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    bomb = "</sheetData>" + " " * 300_000_000
    part = "xl/worksheets/sheet2.xml"
    files: Files = {
        "corner.xlsx": rewrite(xlsx(submission("DE-0002")), {part: swap(("</sheetData>", stray))}),
        "bomb.xlsx": rewrite(xlsx(submission("DE-0003")), {part: swap(("</sheetData>", bomb))}),
        "twice.xlsx": twice(xlsx(submission("DE-0004")), part, part.upper()),
        "good.xlsx": submission("DE-0001"),
    }
    (tmp_path / "inputs" / PERIOD / "submissions/folder.xlsx").mkdir(parents=True)
    seen = publish(tmp_path, files, spared=("variants", "workbook", "pages"))
    assert seen.outcome("good.xlsx") == REVIEWED
    # too large, or read to the last cell: both are fine, but nothing between
    for name in ("corner.xlsx", "bomb.xlsx"):
        outcome, code = seen.outcome(name)
        assert outcome == "reviewed" or code in ("too_large", "reader_crash", "timeout")
    # readers take different ones of two parts whose names differ in case only
    assert seen.outcome("twice.xlsx")[0] == "quarantined"


# ---- findings of quarantined files ----------------------------------------------------------


@pytest.mark.parametrize("name", FAULTY)
def test_quarantined_files_get_all_their_findings(review: Published, name: str) -> None:
    assert review.outcome(name)[0] != "reviewed"
    assert FAULTY[name][1] <= review.places(name)


# ---- coverage -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def covered(tmp_path_factory: pytest.TempPathFactory) -> Published:
    root = tmp_path_factory.mktemp("covered")
    rows: list[dict[str, Cell]] = [
        {"Cluster-ID": "DE-0001", "Clustername": "Erstes Netz"},
        {"Cluster-ID": "DE-0002"},
        {"Cluster-ID": "DE-0003"},
        {"Cluster-ID": "DE-0004", "Rolle": "Antrag"},
        {"Cluster-ID": "DE-0005", "Rolle": "Beobachtung", "Einreichung erwartet": "nein"},
        {"Cluster-ID": "DE-0006", "Rolle": "Ausgeschieden", "Einreichung erwartet": 0},
        {"Cluster-ID": "DE-0007", "Rolle": "MITGLIED ", "Einreichung erwartet": "x"},
    ]
    save(root / "inputs/register.xlsx", register(rows))
    # 30.9.2026 minus 180 days: 27 days of April, 31, 30, 31, 31, 30 make 180 from 3.4.2026
    return publish(
        root,
        {
            "1.xlsx": submission("DE-0001"),
            "2.xlsx": incomplete("DE-0002"),
            "4.xlsx": submission("DE-0004", Stichtag=date(2026, 4, 3)),
            "5.xlsx": submission("DE-0005", Stichtag=date(2026, 4, 2)),
            "7-1.xlsx": submission("DE-0007"),
            "7-2.xlsx": incomplete("DE-0007", Version=2),
            "99.xlsx": submission("DE-0099", Clustername="Nicht im Register"),
        },
    )


@pytest.mark.parametrize(
    ("cluster_id", "state", "expected", "age_days", "outdated"),
    [
        ("DE-0001", "reviewed", True, 0, False),
        ("DE-0002", "quarantined", True, ..., ...),
        ("DE-0003", "missing", True, None, ...),
        ("DE-0004", "reviewed", True, 180, False),
        ("DE-0005", "reviewed", False, 181, True),
        ("DE-0006", "missing", False, None, ...),
        ("DE-0007", "reviewed", True, 0, False),
        ("DE-0099", "reviewed", False, 0, False),
    ],
)
def test_coverage(
    covered: Published,
    cluster_id: str,
    state: str,
    expected: bool,
    age_days: Any,
    outdated: Any,
) -> None:
    row = covered.row("coverage", cluster_id=cluster_id)
    assert (row["state"], row["expected"]) == (state, expected)
    if age_days is not ...:
        assert row["age_days"] == age_days
    if outdated is not ...:
        assert row["outdated"] == outdated
    if isinstance(age_days, int):
        assert row["as_of"] == AS_OF - timedelta(days=age_days)


def test_coverage_has_every_cluster_once(covered: Published) -> None:
    ids = sorted(covered.table("coverage")["cluster_id"])
    assert ids == [f"DE-{n:04}" for n in (1, 2, 3, 4, 5, 6, 7, 99)]


def test_roles(covered: Published) -> None:
    role = {row["cluster_id"]: row["role"] for row in covered.rows("coverage")}
    assert role["DE-0001"] == role["DE-0003"] == role["DE-0007"]
    known = {role[f"DE-000{n}"] for n in (1, 4, 5, 6)}
    assert len(known) == 4
    assert None not in known
    assert role["DE-0099"] is None
    assert covered.cluster("DE-0004")["role"] == role["DE-0004"]


def test_without_a_register_nobody_is_expected(review: Published) -> None:
    coverage = review.table("coverage")
    assert not coverage["expected"].any()
    assert coverage["role"].null_count() == len(coverage)
    assert "missing" not in set(coverage["state"])
    assert review.row("coverage", cluster_id="DE-0104")["state"] == "quarantined"
    assert review.row("coverage", cluster_id="DE-0107")["state"] == "reviewed"


# ---- the office's register ------------------------------------------------------------------


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Published:
    root = tmp_path_factory.mktemp("registered")
    rows: list[dict[str, Cell]] = [
        {"Cluster-ID": "DE-0001", "Rolle": "Ehrenmitglied"},  # C2
        {"Cluster-ID": "DE-0002", "Mitglied seit": 2019},  # D3
        {"Cluster-ID": "DE-0003", "Einreichung erwartet": "vielleicht"},  # E4
        {"Cluster-ID": "DE-4"},  # A5
        {"Cluster-ID": "DE-0005", "Exzellenzmaßnahmen": "go-cluster; Exzellenzinitiative"},  # F6
        {"Cluster-ID": "DE-0006", "Antrag am": error()},  # H7
        {"Cluster-ID": "DE-0007", "Votum": "ja"},  # M8
        {"Cluster-ID": "DE-0008", "Votum am": formula(None)},  # N9
        {"Cluster-ID": "DE-0009", "Gutachten am": "31.02.2026", "Votum": "offen"},  # L10
        {"Cluster-ID": "DE-0010", "Beratungsgespräch am": "1.2.2025", "Votum": "offen"},
        {"Cluster-ID": "DE-0011", "Exzellenzmaßnahmen": "InnoRegio; NEMO; BioFuture"},
    ]
    save(root / "inputs/register.xlsx", register(rows))
    return publish(root, {f"{n}.xlsx": submission(f"DE-{n:04}") for n in (1, 11)})


def test_bad_cells_of_the_register_are_findings(registered: Published) -> None:
    found = registered.rows("findings", source_file="register.xlsx")
    assert {(row["sheet"], row["cell"], row["code"]) for row in found} == {
        ("Register", "C2", "bad_value"),
        ("Register", "D3", "bad_date"),
        ("Register", "E4", "bad_value"),
        ("Register", "A5", "bad_value"),
        ("Register", "F6", "unknown_measure"),
        ("Register", "H7", "bad_type"),
        ("Register", "M8", "bad_value"),
        ("Register", "N9", "formula_without_value"),
        ("Register", "L10", "bad_date"),
    }
    warned = {row["code"] for row in found if row["severity"] != "error"}
    assert warned == {"unknown_measure"}


def test_confirmed_measures_win(registered: Published) -> None:
    rows = registered.rows("benchmarks", cluster_id="DE-0011", cohort_kind="measure")
    cohorts = {row["cohort"] for row in rows}
    assert len(cohorts) == 3
    assert "go-cluster" not in cohorts


@pytest.fixture(scope="module")
def one_sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One submission, of which the results are kept from one run to the next."""
    root = tmp_path_factory.mktemp("one")
    submit(root, {"1.xlsx": submission("DE-0001")})
    return root


@pytest.mark.parametrize("name", ["register.xlsx", f"{PERIOD}/assessments.xlsx"])
@pytest.mark.parametrize(
    "content",
    [b"", good[:2000], encrypted(), rot, page],
    ids=["empty", "truncated", "encrypted", "bit-rot", "page"],
)
def test_an_unreadable_office_file_stops_the_publication(
    one_sent: Path, name: str, content: bytes
) -> None:
    path = save(one_sent / "inputs" / name, content)
    assert run(one_sent, "--accept-missing") == 2
    assert not (one_sent / "outputs" / PERIOD).exists()
    path.unlink()


def test_a_register_without_its_sheet_is_not_silent(one_sent: Path) -> None:
    no_register = Book({"Tabelle1": [["Cluster-ID"], ["DE-0001"]]})
    path = save(one_sent / "inputs/register.xlsx", no_register)
    assert run(one_sent, "--accept-missing") == 2
    assert not (one_sent / "outputs" / PERIOD).exists()
    path.unlink()


# ---- the 80 % rule and exit codes -----------------------------------------------------------


def some(count: int, **master: Cell) -> Files:
    ids = [f"DE-{n:04}" for n in range(1, count + 1)]
    return {f"{cluster_id}.xlsx": submission(cluster_id, **master) for cluster_id in ids}


def expect(root: Path, count: int) -> None:
    rows: list[dict[str, Cell]] = [{"Cluster-ID": f"DE-{n:04}"} for n in range(1, count + 1)]
    save(root / "inputs/register.xlsx", register(rows))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but those that remember what was read: they are no publication."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    names = {str(path.relative_to(folder)): path for path in files}
    return {n: path.read_bytes() for n, path in names.items() if not n.startswith(".cache/")}


def test_the_eighty_percent_rule(tmp_path: Path) -> None:
    expect(tmp_path, 5)
    submit(tmp_path, some(3))
    submit(tmp_path, {"4.xlsx": incomplete("DE-0004")})  # the quarantined do not count
    submit(tmp_path, {"99.xlsx": submission("DE-0099")})  # nor the unexpected
    assert run(tmp_path) == 1
    assert not (tmp_path / "outputs" / PERIOD).exists()
    submit(tmp_path, some(4))  # four of five are not fewer than 80 %
    assert run(tmp_path) == 0
    before = contents(tmp_path / "outputs")
    (tmp_path / "inputs" / PERIOD / "submissions/DE-0001.xlsx").unlink()
    assert run(tmp_path) == 1
    assert contents(tmp_path / "outputs") == before


def with_clusters(count: int, *others: str) -> dict[str, pl.DataFrame]:
    """The tables of a review of so many clusters and of others, without a register."""
    ids = [*(f"DE-{n:04}" for n in range(1, count + 1)), *others]
    clusters = published("clusters", [{"cluster_id": cluster_id} for cluster_id in ids])
    return {"clusters": clusters, "coverage": published("coverage", [])}


@pytest.mark.parametrize(
    ("sent", "others", "before", "refused"),
    [
        (3, (), 5, True),
        (4, (), 5, False),
        # other clusters do not stand in for those of the previous period
        (3, ("DE-0101", "DE-0102"), 5, True),
        (1, (), None, False),
    ],
)
def test_the_previous_period_without_a_register(
    sent: int, others: tuple[str, ...], before: int | None, refused: bool, tmp_path: Path
) -> None:
    done = replace(reviewed(), tables=with_clusters(sent, *others))
    earlier = before and EarlierReview(EarlierPeriod("2026-Q2", ()), with_clusters(before))
    asked = Request(PERIOD, tmp_path, tmp_path, ())
    expectation = pytest.raises(NothingPublishedError) if refused else nullcontext()
    with expectation:
        refuse_thin(asked, load_settings(), done, earlier or None)
    refuse_thin(replace(asked, accept_missing=True), load_settings(), done, earlier or None)


def test_without_register_and_previous_period_all_is_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad: Files = {f"bad-{n}.xlsx": plain_zip() + bytes(n) for n in range(7)}
    submit(tmp_path, {"1.xlsx": submission()} | bad)
    assert run(tmp_path) == 0
    # the last line counts the quarantined
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert "7" in re.findall(r"\d+", last.replace(str(tmp_path), ""))


def test_nothing_to_publish(tmp_path: Path) -> None:
    (tmp_path / "inputs" / PERIOD / "submissions").mkdir(parents=True)
    assert run(tmp_path) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["run"],
        ["run", "2026-Q5"],
        ["run", "2026Q3"],
        ["run", "2026-Q3", "--no-such-option"],
        ["run", "2026-Q3", "--lang", "fr"],
        ["run", "2026-Q3", "--catalogue", "no-such-catalogue", "--direct"],
        ["no-such-command"],
        ["check"],
    ],
    ids=" ".join,
)
def test_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    submit(tmp_path, {"1.xlsx": submission()})
    monkeypatch.chdir(tmp_path)  # the folders by default
    assert command(*arguments) == 2
    assert not (tmp_path / "outputs" / PERIOD).exists()


# ---- publishing -----------------------------------------------------------------------------


@pytest.mark.thorough
def test_publishing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    expect(tmp_path, 3)
    files: Files = some(2) | {"bad.xlsx": incomplete("DE-0003")}
    publish(tmp_path, files, spared=("variants",))
    assert not (tmp_path / "outputs/.archive" / PERIOD).exists()
    first = contents(tmp_path / "outputs" / PERIOD)
    publish(tmp_path, files, spared=("variants",))
    (archived,) = (tmp_path / "outputs/.archive" / PERIOD).iterdir()
    assert contents(archived) == first
    second = contents(tmp_path / "outputs" / PERIOD)
    assert sorted(second) == sorted(first)
    # except for the times in run.json
    changed = [name for name in first if first[name] != second[name]]
    assert [name for name in changed if not name.endswith("run.json")] == []
    # and as a whole: nothing of a withdrawn submission stays
    (tmp_path / "inputs" / PERIOD / "submissions/DE-0002.xlsx").unlink()
    seen = publish(tmp_path, {}, spared=("variants", "workbook", "copies"))
    assert len(list((tmp_path / "outputs/.archive" / PERIOD).iterdir())) == 2
    assert seen.table("clusters")["cluster_id"].to_list() == ["DE-0001"]
    assert not any("clusters/DE-0002" in name for name in contents(seen.folder))


SAME = ("clusters", "decisions", "conditions", "criteria", "benchmarks", "cohorts", "coverage")


@pytest.mark.thorough
def test_the_order_of_files_and_rows_changes_nothing(tmp_path: Path) -> None:
    def books() -> list[Book]:
        numbers = (submission(f"DE-000{n}") for n in range(1, 4))
        return [book.set("Management", "VZÄ", f"{n},5") for n, book in enumerate(numbers)]

    turned = books()
    for book in turned:
        for sheet, grid in book.sheets.items():
            head = 0 if sheet == "Stammdaten" else 1
            book.sheets[sheet] = grid[:head] + grid[head:][::-1]
    one = publish(tmp_path / "one", {f"{n}.xlsx": book for n, book in enumerate(books())})
    two = publish(tmp_path / "two", {f"{9 - n}.xlsx": book for n, book in enumerate(books())})
    three = publish(tmp_path / "three", {f"{n}.xlsx": book for n, book in enumerate(turned)})
    for table in SAME:
        assert one.table(table).equals(two.table(table)), table
        # what is asked for names cells, and these have moved with their rows
        drop = ["request_de", "request_en"] if table == "criteria" else []
        assert one.table(table).drop(drop).equals(three.table(table).drop(drop)), table


# ---- other formats --------------------------------------------------------------------------


FORMATS = ("xls", "ods")


@pytest.fixture(scope="module")
def formats(tmp_path_factory: pytest.TempPathFactory, converted: Convert) -> Published:
    root = tmp_path_factory.mktemp("formats")
    folder = root / "inputs" / PERIOD / "submissions"
    for number, extension in enumerate(("xlsx", *FORMATS), 1):
        book = submission(f"DE-000{number}", Bundesland="Tirol")  # B7
        book.set("Stammdaten", "Stichtag", datetime(2026, 9, 30, 12))
        book.set("Stammdaten", "Revisionskonzept vorhanden", True)
        book.set("Akteure", "PLZ", 1067)
        book.set("Akteure", "Beschäftigte", 12.5, row=3)  # K3
        book.set("Akteure", "KMU", False, row=3)
        book.set("Akteure", "Beitritt", 2019, row=4)  # D4
        book.set("Akteure", "Beitritt", "1.10.2026", row=5)
        book.set("Management", "VZÄ", "2.500")
        book.set("Finanzierung", "Betrag EUR", "1.234")  # C2: ambiguous
        book.set("Finanzierung", "Betrag EUR", 1.234, row=3)
        book.set("Nachweise", "Titel", 4711)
        book.set("Nachweise", "Datum", error("#N/A"), row=4)  # C4
        path = save(root / f"{extension}.xlsx", book)
        folder.mkdir(parents=True, exist_ok=True)
        if extension != "xlsx":
            (path,) = converted([path], extension, root)
        shutil.copy(path, folder)
    return publish(root, {})


@pytest.mark.parametrize("extension", ["xlsx", *FORMATS])
def test_findings_of_other_formats(formats: Published, extension: str) -> None:
    assert formats.places(f"{extension}.{extension}") == {
        ("Stammdaten", "B7", "bad_value"),
        ("Akteure", "K3", "bad_value"),
        ("Akteure", "D4", "bad_date"),
        ("Finanzierung", "C2", "ambiguous_number"),
        ("Nachweise", "C4", "bad_type"),
    }


@pytest.mark.parametrize("number", [2, 3])
def test_figures_of_other_formats(formats: Published, number: int) -> None:
    seen = formats.cluster(f"DE-000{number}")
    assert seen | {"cluster_id": "DE-0001"} == formats.cluster("DE-0001")
    assert seen["fte"] == 3.25
    assert seen["budget_eur"] == pytest.approx(1235.23, abs=0.006)


def test_names_that_look_alike_are_told_apart(tmp_path: Path) -> None:
    folder = tmp_path / "inputs" / PERIOD / "submissions"
    folder.mkdir(parents=True)
    alike = [os.fsdecode(b"a\xff.xlsx"), r"a\xff.xlsx"]  # the first is no UTF-8
    for number, name in enumerate(alike, 1):
        save(folder / name, submission(f"DE-000{number}"))
    seen = publish(tmp_path, {}, spared=("variants", "workbook", "pages"))
    files = seen.table("submissions")["source_file"].to_list()
    assert sorted(files) == [r"a\xff.xlsx", r"a\xff.xlsx (2)"]
    assert len(list((seen.folder / "feedback").iterdir())) == 2
