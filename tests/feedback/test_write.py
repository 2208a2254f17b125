"""One copy for every submission, of every kind: by run and by check."""

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from pipeline.common.texts import say
from pipeline.report.feedback import copy as copying
from pipeline.report.feedback import write as writing
from pipeline.report.feedback.names import feedback_names, short
from pipeline.report.feedback.subject import Subject
from pipeline.report.feedback.write import add_feedback, write_all
from schemas.declaration import submission as declared
from schemas.words import header_key, word_key
from tests.declared import changed_in
from tests.feedback.making import TERMS, about, copied, mark, marked, places, write
from tests.feedback.package import check_package
from tests.intake.published import Published, command, publish
from tests.libreoffice import Convert
from tests.making.damage import encrypted
from tests.making.workbooks import error, openpyxl_xlsx, submission, xlsx
from tests.misfortunes import hanging_copy

SECRET = "GEHEIM-anderes-Cluster.xlsx"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a.xlsx", "a.ods"], ["a.xlsx.feedback.xlsx", "a.ods.feedback.xlsx"]),
        (["a.xlsx.feedback.xlsx"], ["a.xlsx.feedback.xlsx"]),
        (
            ["a.xlsx.feedback.xlsx", "a.xlsx"],
            ["a.xlsx.feedback.xlsx.feedback.xlsx", "a.xlsx.feedback.xlsx"],
        ),
        (["a.xlsx", "A.XLSX"], ["a.xlsx.feedback.xlsx", "A.XLSX.feedback-2.xlsx"]),
    ],
)
def test_names(names: list[str], expected: list[str]) -> None:
    assert feedback_names(names) == expected


def test_names_that_are_in_use_are_left_alone() -> None:
    taken = ["a.xlsx.feedback.xlsx", "a.xlsx.feedback-2.xlsx"]
    assert feedback_names(["a.xlsx"], taken) == ["a.xlsx.feedback-3.xlsx"]
    assert feedback_names([taken[0]], taken) == ["a.xlsx.feedback.xlsx.feedback.xlsx"]


def test_long_names_are_cut() -> None:
    one, two = (short("ä" * 120 + end + ".xlsx", ".feedback.xlsx") for end in "ab")
    assert one != two
    assert all(len(name.encode()) <= 255 for name in (one, two))


def test_our_sheet_is_none_that_is_read() -> None:
    key = word_key("Prüfprotokoll")
    assert key not in TERMS.wanted
    assert key not in {header_key(w) for w in declared().words["office_fields"]}


# ---- run ----


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Published:
    root = tmp_path_factory.mktemp("feedback")
    faulty = submission("DE-0003", Bundesland="Tirol", **{"Akteure im Strategieprozess": None})
    faulty.set("Akteure", "Beschäftigte", error("#N/A"))
    files = {
        "good.xlsx": submission("DE-0001"),
        "faulty.xlsx": faulty,
        "broken.xlsx": xlsx(submission("DE-0002"))[:3000],
        "secret.xlsx": encrypted(),
        "text.xls": b"kein Excel",
        "incomplete.xlsx": submission("DE-0004", Bundesland="Tirol").without("Akteure"),
        "double.xlsx": submission("DE-0005"),
        SECRET: submission("DE-0005", Clustername="anders"),
        "old.xlsx": submission("DE-0001", Version=None, Stichtag="01.09.2026"),
    }
    contents = {name: content for name, content in files.items()}
    return publish(root, contents, spared=("variants", "workbook", "pages"))


SEVERITIES = {say("severity", code, "de") for code in ("error", "warning", "info")}


def rows(run: Published, name: str) -> list[list[str]]:
    """The rows of our sheets."""
    book = openpyxl.load_workbook(run.folder / "feedback" / f"{name}.feedback.xlsx")
    ours = [s for s in book if s.title in ("Prüfprotokoll", "Alle Befunde")]
    values = [row for sheet in ours for row in sheet.iter_rows(values_only=True)]
    return [[str(cell) for cell in row if cell is not None] for row in values]


def fact(run: Published, name: str, label: str) -> str:
    return next(row[1] for row in rows(run, name) if row and row[0] == label)


def test_every_submission_has_one(run: Published) -> None:
    expected = {f"{n}.feedback.xlsx" for n in run.table("submissions")["source_file"]}
    folder = run.folder / "feedback"
    assert {path.name for path in folder.iterdir()} == expected
    for path in folder.iterdir():
        check_package(path.read_bytes())


@pytest.mark.parametrize(
    ("name", "sheets", "outcome"),
    [
        ("good.xlsx", 8, "bewertet"),
        ("faulty.xlsx", 8, "bewertet"),
        ("broken.xlsx", 1, "zurückgestellt"),
        ("secret.xlsx", 1, "zurückgestellt"),
        ("text.xls", 1, "zurückgestellt"),
        ("incomplete.xlsx", 7, "zurückgestellt"),
        ("double.xlsx", 8, "zurückgestellt"),
        ("old.xlsx", 8, "ersetzt"),
    ],
)
def test_outcomes(run: Published, name: str, sheets: int, outcome: str) -> None:
    book = openpyxl.load_workbook(run.folder / "feedback" / f"{name}.feedback.xlsx")
    assert len(book.sheetnames) == sheets
    assert fact(run, name, "Ergebnis") == outcome


def test_findings_of_the_table_stand_in_the_protocol(run: Published) -> None:
    for name in run.table("submissions")["source_file"]:
        found = run.rows("findings", source_file=name)
        shown = [row for row in rows(run, name) if row and row[0] in SEVERITIES]
        listed = [row[1] for row in shown]
        expected = ["!".join(p for p in (f["sheet"], f["cell"]) if p) for f in found]
        assert sorted(listed) == sorted(p or "ganze Datei" for p in expected)


def test_a_quarantined_file_has_all_its_findings(run: Published) -> None:
    book = openpyxl.load_workbook(run.folder / "feedback" / "incomplete.xlsx.feedback.xlsx")
    assert book["Stammdaten"]["B7"].comment is not None


def test_requests_stand_below(run: Published) -> None:
    asked = run.rows("criteria", cluster_id="DE-0003", status="undetermined")
    shown = {row[0]: row[2] for row in rows(run, "faulty.xlsx") if len(row) == 3}
    assert {a["criterion_id"]: a["request_de"] for a in asked}.items() <= shown.items()
    assert asked


def test_no_other_file_is_named(run: Published) -> None:
    for name in ("double.xlsx", "old.xlsx"):
        said = str(rows(run, name))
        assert SECRET not in said
        assert "good.xlsx" not in said


def test_a_review_of_the_copies_finds_the_same(run: Published, tmp_path: Path) -> None:
    """Every copy under its submission's name: the same findings, verdicts and outcomes."""
    readable = [r["source_file"] for r in run.table("submissions").to_dicts() if r["cluster_id"]]
    copies = {n: (run.folder / f"feedback/{n}.feedback.xlsx").read_bytes() for n in readable}
    spared = ("variants", "workbook", "pages")
    again = publish(tmp_path, dict(copies), spared=spared)
    for name in ("findings", "criteria", "conditions", "rows", "actors", "clusters"):
        table = run.table(name)
        if name == "findings":
            table = table.filter(table["source_file"].is_in(readable))
        assert table.equals(again.table(name)), name
    outcomes = run.table("submissions").drop("sha256").to_dicts()
    assert again.table("submissions").drop("sha256").to_dicts() == [
        row for row in outcomes if row["source_file"] in readable
    ]
    for name, content in copies.items():
        assert (again.folder / f"feedback/{name}.feedback.xlsx").read_bytes() == content


# ---- one copy costs one copy ----


def write_copies_of(subjects: list[Subject], folder: Path) -> list[Path]:
    jobs = [copying.Job(one, folder / f"{n}.feedback.xlsx") for n, one in enumerate(subjects)]
    return write_all(jobs, TERMS.wanted)


def test_a_changed_file_has_the_protocol_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlsx", submission())
    subject = replace(about(path, mark("C3")), sha256="0" * 64)
    (made,) = write_copies_of([subject], tmp_path)
    book = openpyxl.load_workbook(made)
    assert len(book.sheetnames) == 1
    assert "nach dem Lesen verändert" in str(list(book.worksheets[0].iter_rows(values_only=True)))


def test_a_file_that_is_gone_costs_its_copy_alone(tmp_path: Path) -> None:
    gone, good = (write(tmp_path / f"{n}.xlsx", submission()) for n in ("gone", "good"))
    subjects = [about(gone), about(good, mark("C3"))]
    gone.unlink()
    one, two = write_copies_of(subjects, tmp_path)
    assert [len(openpyxl.load_workbook(path).sheetnames) for path in (one, two)] == [1, 8]
    check_package(one.read_bytes())


@pytest.mark.usefixtures("processes")
def test_a_copy_that_takes_too_long_is_the_protocol_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "x.xlsx", submission())
    rules = changed_in(TERMS.settings.feedback, max_seconds=1)
    monkeypatch.setattr(
        writing, "load_settings", lambda: changed_in(TERMS.settings, feedback=rules)
    )
    monkeypatch.setattr(writing, "make_copy", hanging_copy)
    (made,) = write_copies_of([about(path)], tmp_path)
    book = openpyxl.load_workbook(made)
    assert len(book.sheetnames) == 1
    assert "zu lange gedauert" in str(list(book.worksheets[0].iter_rows(values_only=True)))


def test_a_copy_that_reads_otherwise_is_not_given_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "x.xlsx", submission())
    other = write(tmp_path / "y.xlsx", submission(Ort="Leipzig")).read_bytes()

    def forged(*_: object) -> copying.Copy:
        return copying.Copy(other, 8, doubtful=True)

    monkeypatch.setattr(copying, "part_by_part", forged)
    monkeypatch.setattr(copying, "by_values", forged)
    job = copying.Job(about(path), tmp_path / "z.xlsx")
    assert copying.make_copy(job, TERMS) == copying.FAILED


# ---- check ----


def test_check_writes_beside_and_overwrites_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "x.xlsx", submission(Bundesland="Tirol"))
    made = tmp_path / "x.xlsx.feedback.xlsx"
    for _ in range(2):  # the second time nothing is new
        assert command("check", str(path), "--feedback", str(tmp_path)) == 1
        assert {p.name for p in tmp_path.iterdir()} == {path.name, made.name}
    assert made.name in capsys.readouterr().out
    assert openpyxl.load_workbook(made)["Stammdaten"]["B7"].comment is not None
    corrected = openpyxl_xlsx(submission())
    made.write_bytes(corrected)
    assert command("check", str(path), "--feedback", str(tmp_path)) == 1
    assert made.read_bytes() == corrected
    assert (tmp_path / "x.xlsx.feedback-2.xlsx").exists()


def test_the_folder_of_the_originals(tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlsx.feedback.xlsx", submission())
    before = path.read_bytes()
    (made,) = add_feedback(tmp_path, [about(path, mark("C3"))], TERMS.wanted)
    assert path.read_bytes() == before
    assert made != path


# ---- other programs ----


def test_marks_are_known_again_after_libreoffice_has_saved_them(
    tmp_path: Path, converted: Convert
) -> None:
    path = write(tmp_path / "x.xlsx", submission(Bundesland="Tirol"))
    (saved,) = converted([marked(path, "C3", "D4")], "xlsx", tmp_path / "out")
    assert places(saved) == places(path)
    actors = openpyxl.load_workbook(saved)["Akteure"]
    (rule,) = [r for group in actors.conditional_formatting for r in group.rules]
    assert rule.dxf.fill.bgColor.rgb == "FFF8CBAD"
    again = openpyxl.load_workbook(copied(saved))
    assert again.sheetnames.count("Prüfprotokoll") == 1
    assert len(again.sheetnames) == 8
    assert not again["Akteure"].conditional_formatting
    assert not any(cell.comment for row in again["Akteure"].iter_rows() for cell in row)


@pytest.mark.parametrize("extension", ["ods", "xls"])
def test_other_formats_are_copied_by_values(
    tmp_path: Path, extension: str, converted: Convert
) -> None:
    book = submission(Bundesland="Tirol").set("Akteure", "Beschäftigte", error("#N/A"))
    book.set("Akteure", "Beitritt", "31.02.2024", row=3).set("Akteure", "KMU", True, row=4)
    (path,) = converted([write(tmp_path / "x.xlsx", book)], extension, tmp_path / "out")
    result = copied(path)
    check_package(result.read_bytes())
    assert places(result) == places(path)
    # a university that says it is an SME is a contradiction, placed by its field
    assert {cell for _, cell, _ in places(path)} == {"B7", "K2", "D3", ""}
