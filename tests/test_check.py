"""`cluster-review check`, as a manager and as a program uses it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from pipeline.commands.check import on_one_core
from pipeline.common.terminal import plain
from pipeline.tables.short_view import shorten
from tests.intake.published import command
from tests.making.damage import plain_zip
from tests.making.workbooks import Book, save, submission


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    command("check", *arguments)
    return capsys.readouterr().out


def as_json(capsys: pytest.CaptureFixture[str], *paths: Path | str) -> list[dict[str, Any]]:
    files: list[dict[str, Any]] = json.loads(
        check(capsys, "--format", "json", *(str(p) for p in paths))
    )["files"]
    return files


def test_lines_name_place_and_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = submission().set("Finanzierung", "Betrag EUR", "viel")
    path = save(tmp_path / "form.xlsx", book)
    german = check(capsys, str(path))
    assert german.splitlines()[0] == "form.xlsx"
    assert "Fehler" in german
    assert "Finanzierung!C" in german
    assert "„viel“ ist keine Zahl" in german
    assert "(betrifft Kriterium 7.1)" in german
    assert "Fehler: 1, Warnungen: 0, Hinweise: 0" in german
    assert "zurückgestellt" not in german
    english = check(capsys, "--lang", "en", str(path))
    assert "“viel” is no number" in english
    assert "errors: 1, warnings: 0, notes: 0" in english


FAULTY = submission().set("Finanzierung", "Betrag EUR", "viel")
# what is sent, its outcome, its code, its errors
SENT: dict[str, tuple[Book | bytes, str, str | None, int]] = {
    "good": (submission(), "reviewed", None, 0),
    "warning": (submission().set("Finanzierung", "Betrag EUR", "1.234"), "reviewed", None, 0),
    "no evidence": (submission().without("Nachweise"), "reviewed", None, 0),
    "text": (FAULTY, "reviewed", None, 1),
    "empty cell": (submission().set("Akteure", "Bindung", None), "reviewed", None, 1),
    "no actors": (submission().without("Akteure"), "quarantined", "missing_sheet", 1),
    "no date": (submission(Stichtag=None), "quarantined", "missing_value", 1),
    "zip": (plain_zip(), "quarantined", "not_a_workbook", 1),
}


@pytest.mark.parametrize(("least", "code"), [(0, 0), (1, 1)], ids=["good ones", "all"])
def test_outcomes_in_json_and_the_exit_code(
    least: int, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = {name: own for name, own in SENT.items() if own[3] <= least}
    paths = [str(save(tmp_path / f"{name}.xlsx", own[0])) for name, own in sent.items()]
    assert command("check", "--format", "json", *paths) == code
    files = json.loads(capsys.readouterr().out)["files"]
    assert [(f["outcome"], f["code"], f["counts"]["error"]) for f in files] == [
        own[1:] for own in sent.values()
    ]
    for file in files:
        errors = sum(finding["severity"] == "error" for finding in file["findings"])
        assert errors == file["counts"]["error"]


def test_json_holds_what_the_table_of_findings_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = save(tmp_path / "form.xlsx", FAULTY)
    assert command("check", "--format", "json", str(path)) == 1
    (file,) = json.loads(capsys.readouterr().out)["files"]
    (finding,) = file["findings"]
    assert sorted(finding) == sorted(
        ["sheet", "cell", "severity", "code", "criterion_ids", "message_de", "message_en", "value"]
    )
    assert (finding["sheet"], finding["code"], finding["value"]) == (
        "Finanzierung",
        "bad_type",
        "viel",
    )
    assert file["cluster_id"] == "DE-0001"


def test_versions_and_copies_of_one_cluster_do_not_contradict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [
        save(tmp_path / name, book)
        for name, book in {
            "a.xlsx": submission(),
            "b.xlsx": submission(),
            "c.xlsx": submission(Clustername="Anders"),
        }.items()
    ]
    assert [f["outcome"] for f in as_json(capsys, *paths)] == ["reviewed"] * 3


def test_files_of_one_name_are_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = save(tmp_path / "1" / "form.xlsx", submission())
    two = save(tmp_path / "2" / "form.xlsx", submission(Stichtag=None))
    files = as_json(capsys, one, two)
    assert [f["source_file"] for f in files] == [str(one), str(two)]
    assert [f["counts"]["error"] for f in files] == [0, 1]


def test_what_strangers_typed_commands_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = "[bold]viel[/] \u202e\x85 [link=file:///x]Geld"
    path = save(tmp_path / "form.xlsx", submission().set("Finanzierung", "Betrag EUR", typed))
    out = check(capsys, str(path))
    assert "„[bold]viel[/] [link=file:///x]Geld“" in " ".join(out.split())
    assert not set(out) & set("\u202e\x85\x1b")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Akteure!G17: „k. A.“", "Akteure!G17: „k. A.“"),
        ("\x1b[31mrot\x1b[0m", "\ufffd[31mrot\ufffd[0m"),
        ("a\r\nb\tc", "a b c"),
        ("\u202eabc\u2066", "\ufffdabc\ufffd"),
        ("\x9b5m", "\ufffd5m"),
    ],
)
def test_plain(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_readable_number_per_kind_and_sheet() -> None:
    found = pl.DataFrame(
        {
            "source_file": ["a"] * 5 + ["b"],
            "sheet": ["S", "S", "S", "S", "T", "S"],
            "code": ["x", "x", "x", "y", "x", "x"],
            "cell": ["A1", "A2", "A3", "A1", "A1", "A1"],
        }
    )
    shown = shorten(found, 2)
    assert shown.select("cell", "others").rows() == [
        ("A1", 0),
        ("A2", 1),
        ("A1", 0),
        ("A1", 0),
        ("A1", 0),
    ]


def test_missing_files_are_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("check", str(tmp_path / "none.xlsx")) == 2
    assert "none.xlsx" in capsys.readouterr().err


def test_without_colours_server_or_noise_when_piped(tmp_path: Path) -> None:
    path = save(tmp_path / "form.xlsx", submission().set("Finanzierung", "Betrag EUR", "viel"))
    seen = tmp_path / "modules"
    code = (
        "import sys; from pathlib import Path; from pipeline.cli import main; code = main(); "
        f"Path({str(seen)!r}).write_text(' '.join(sys.modules)); sys.exit(code)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, "check", str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={"FORCE_COLOR": "1", "PATH": ""},
    )
    assert (run.returncode, run.stderr) == (1, "")
    assert "\x1b" not in run.stdout
    modules = set(seen.read_text().split())
    assert "polars" in modules
    assert not modules & {"prefect", "rich", "jinja2", "xlsxwriter", "openpyxl", "hypothesis"}
    assert not modules & {"pyproj", "rapidfuzz"}  # each takes a while to load


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux lets a program choose")
def test_the_work_on_one_core_leaves_the_others_to_what_follows() -> None:
    before = os.sched_getaffinity(0)
    with on_one_core():
        assert os.sched_getaffinity(0) == {max(before)}
    assert os.sched_getaffinity(0) == before


def test_a_system_without_a_choice_of_cores_checks_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "sched_setaffinity", raising=False)
    assert "form.xlsx" in check(capsys, str(save(tmp_path / "form.xlsx", submission())))


def test_feedback_asks_for_the_cells_that_would_settle_what_is_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = submission(**{"Akteure im Strategieprozess": None})
    path = save(tmp_path / "form.xlsx", book)
    out = check(capsys, str(path), "--feedback", str(tmp_path / "out"))
    copy = tmp_path / "out" / "form.xlsx.feedback.xlsx"
    assert str(copy) in out
    sheet = openpyxl.load_workbook(copy).worksheets[0]
    texts = [str(c.value) for row in sheet.iter_rows() for c in row if c.value is not None]
    assert any("Stammdaten!B" in text and "Akteure im Strategieprozess" in text for text in texts)
    as_json(capsys, path, "--feedback", str(tmp_path / "out"))  # where is said beside the JSON


def test_names_that_look_alike_are_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [os.fsdecode(b"a\xff.xlsx"), r"a\xff.xlsx"]  # the first is no UTF-8
    one, two = (tmp_path / name for name in names)
    save(one, submission())
    save(two, submission(Stichtag=None))
    files = as_json(capsys, one, two, "--feedback", str(tmp_path / "out"))
    assert [f["source_file"] for f in files] == [r"a\xff.xlsx", r"a\xff.xlsx (2)"]
    assert [f["counts"]["error"] for f in files] == [0, 1]
    assert len(list((tmp_path / "out").iterdir())) == 2


# ---- folders ----


def test_all_submissions_of_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(tmp_path / "a.xlsx", submission())
    save(tmp_path / "b.xlsx", submission("DE-0002").without("Akteure"))
    save(tmp_path / "c.xlsx", submission("DE-0003").set("Finanzierung", "Betrag EUR", "viel"))
    save(tmp_path / "Notiz.docx", b"PK")
    save(tmp_path / "~$a.xlsx", b"")
    (tmp_path / "Altes").mkdir()
    assert command("check", str(tmp_path)) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.endswith(".xlsx")] == ["a.xlsx", "b.xlsx", "c.xlsx"]
    summary = "Geprüfte Dateien: 3, mit Fehlern: 2, zurückgestellt würden: 1."
    at = lines.index(summary)
    assert lines[at + 1] == "Nicht gelesen:"
    assert [line.split(":")[0].strip() for line in lines[at + 2 :]] == ["Altes", "Notiz.docx"]


def test_a_folder_without_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(tmp_path / "a.xlsx", submission())
    save(tmp_path / "scan.pdf", b"%PDF")
    assert command("check", "--format", "json", str(tmp_path)) == 0
    said = json.loads(capsys.readouterr().out)
    assert [file["source_file"] for file in said["files"]] == ["a.xlsx"]
    (unread,) = said["unread"]
    assert (unread["source_file"], unread["reason"]) == ("scan.pdf", "other_extension")


def test_a_folder_without_submissions_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "leer").mkdir()
    assert command("check", str(tmp_path / "leer")) == 2
    said = capsys.readouterr().err
    assert "keine Einreichung" in said
    assert "no submission" in said
