"""Our documents are correct: links lead somewhere, commands exist and print what is said."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from pipeline.cli import COMMANDS, application, main
from tests.declared import with_office
from tests.documents.console import Step, carry_out, linked, same, steps, usage_lines
from tests.documents.questions import PAGE as QUESTIONS
from tests.documents.questions import questions, unfound

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PERIODS = ["2026-Q3", "2026-Q4"]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def headings(page: Path) -> set[str]:
    """The places of a page that a link may name, as GitHub makes them of its headings."""
    found = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in found}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for address in linked(page):
        if "://" in address:
            continue
        file, _, place = address.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), address
        if place:
            assert place in headings(target), address


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_are_those_of_the_program(page: Path) -> None:
    app: Any = get_command(application())
    for command, *words in usage_lines(page.read_text(encoding="utf-8")):
        assert command in COMMANDS
        given = [word for word in words if word not in ("…", "|")]
        app.commands[command].make_context(command, given, obj=None)


def test_every_command_is_in_a_document() -> None:
    told = " ".join(page.read_text(encoding="utf-8") for page in PAGES)
    for command in COMMANDS:
        assert f"cluster-review {command} " in told


WITH_COMMANDS = [page for page in PAGES if [*steps(page.read_text(encoding="utf-8"))]]


@pytest.mark.thorough  # a whole quarter
@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name)
def test_commands_print_what_is_said(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["demo", str(tmp_path / "inputs"), "--clusters", "12", "--periods", *PERIODS])
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    for step in steps(page.read_text(encoding="utf-8")):
        with with_office():  # without one nothing is released
            carry_out(step, main)
        output = capsys.readouterr()
        printed = output.out + output.err
        assert same(step.printed, printed), f"$ {' '.join(step.words)}\n{printed}"


@pytest.mark.parametrize(
    ("expected", "printed", "equal"),
    [
        ("a\n", "a", True),
        ("a\n", "b", False),
        ("", "b", False),
        ("a … c\n", "a b c", True),
        ("…\nc\n", "a\nb\nc\n", True),
        ("…\nc\n", "a\nb\n", False),
        ("a (1).\n", "a (1).", True),
        ("a (1).\n", "a (1)x", False),
    ],
)
def test_what_counts_as_the_same(expected: str, printed: str, equal: bool) -> None:
    assert same(expected, printed) is equal


def test_a_document_runs_nothing_else() -> None:
    with pytest.raises(ValueError, match="rm"):
        carry_out(Step(["rm", "x"], ""), main)


def test_the_office_has_fifteen_questions_in_both_languages() -> None:
    rows = questions()
    assert [row[0] for row in rows] == [str(n) for n in range(1, 16)]
    assert all(len(row) == 5 and all(row) for row in rows)


def test_a_place_that_is_not_there_is_named() -> None:
    found = list(unfound("", {"Portfolio": {"Seite"}}))
    assert "1: #outlook" in found
    assert "3: Maßnahmen & Geld" in found
    assert "9: Portfolio: zu Bedingungen" in found
    assert "6: Portfolio: Seite" not in found


def test_commands_beside_the_questions_are_those_of_the_program() -> None:
    app: Any = get_command(application())
    told = re.findall(r"`cluster-review ([^`]+)`", QUESTIONS.read_text(encoding="utf-8"))
    assert told
    for words in map(shlex.split, told):
        app.commands[words[0]].make_context(words[0], words[1:], obj=None)
