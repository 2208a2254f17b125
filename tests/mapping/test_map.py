"""`map`: the draft for an unknown export, from which the office makes its mapping."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from pipeline.submissions.mapping import propose
from pipeline.submissions.mapping.draft import quoted
from pipeline.submissions.mapping.load import load_mapping
from tests.intake.published import command, publish
from tests.making.workbooks import Book, Grid, save, submission

from .build import MAPPING, add_mapping, crm_export

FOREIGN: Grid = [
    ["Mitgliederliste"],
    [],
    [
        "Nr.",
        "Firma",
        "Straße",
        "PLZ",
        "Ansprechpartner/in",
        "Kontakt-Info",
        "Mitgliedsstatus",
        "Seit wann",
        "Branche",
        "Umsatz in T€",
        "Typ der Org.",
    ],
    [
        1,
        "Alpha",
        "A 1",
        "01067",
        "X",
        "x@example.org",
        "Vollmitglied",
        date(2016, 1, 1),
        "B",
        5,
        "KMU",
    ],
    [
        2,
        "Beta",
        "B 2",
        "80331",
        "Y",
        "y@example.org",
        "Sondermitglied",
        date(2017, 1, 1),
        "C",
        7,
        "Bank",
    ],
    [
        3,
        "Gamma",
        "C 3",
        "10115",
        "Z",
        "z@example.org",
        "weiß nicht",
        date(2018, 1, 1),
        "D",
        9,
        "Hochschule",
    ],
]


def drafted(path: Path, *options: str) -> str:
    assert command("map", str(path), *options) == 0
    return path.with_suffix(".toml").read_text(encoding="utf-8")


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    return save(tmp_path / "Liste 2026.xlsx", Book({"Mitglieder": FOREIGN, "Rest": [["?", 1]]}))


def test_the_draft_of_the_crm_export_is_the_mapping_made_by_hand(tmp_path: Path) -> None:
    """Except for what only a person knows, nothing has to be added to the draft."""
    path = save(tmp_path / "crm_2026-09-30.xlsx", crm_export())
    drafted(path)
    draft = load_mapping(path.with_suffix(".toml"))
    by_hand = load_mapping(save(tmp_path / "hand.toml", MAPPING.encode()))
    said = {sheet.sheet_key: sheet for sheet in draft.sheets}
    assert (draft.numbers, draft.dates, draft.file) == ("english", "month/day", by_hand.file)
    for sheet in by_hand.sheets:
        assert said[sheet.sheet_key].key == sheet.key
        assert sheet.columns.items() <= said[sheet.sheet_key].columns.items()
        assert sheet.words == said[sheet.sheet_key].words
        assert sheet.left_out == said[sheet.sheet_key].left_out


def test_a_draft_that_was_completed_makes_the_export_reviewable(tmp_path: Path) -> None:
    export = crm_export().without("Initiative")
    path = save(tmp_path / "crm_1.xlsx", export)
    text = drafted(path)
    assert command("check", str(path), "--mapping", str(path.with_suffix(".toml"))) == 1
    text = text.replace('# "Cluster-ID" = "DE-0042"', '"Cluster-ID" = "DE-0077"')
    text = text.replace('# "Stichtag" = ', '"Stichtag" = ')
    mapping = add_mapping(tmp_path, text)
    assert command("check", str(path), "--mapping", str(mapping)) == 0
    published = publish(tmp_path, {"crm_1.xlsx": export})
    assert published.cluster("DE-0077")["actors"] == 4


def test_what_is_clear_is_filled_in_and_the_rest_commented(foreign: Path) -> None:
    text = drafted(foreign)
    sheet = tomllib.loads(text)["sheets"][0]
    assert sheet["columns"] == {
        "Firma": "Name",
        "PLZ": "PLZ",
        "Mitgliedsstatus": "Bindung",
        "Seit wann": "Beitritt",
        "Umsatz in T€": {"to": "Umsatz EUR", "factor": 1000},
        "Typ der Org.": "Akteurstyp",
    }
    assert sheet["ignore"] == ["Ansprechpartner/in", "Kontakt-Info"]
    assert sheet["words"]["Bindung"] == {"Vollmitglied": "Mitgliedschaft", "weiß nicht": "k. A."}
    assert '# "Branche" = ""' in text
    assert '# "Sondermitglied" = ""   # 1×, nächste: ' in text
    assert 'file = "Liste *.xlsx"' in text


def test_the_terminal_shows_what_was_found(
    foreign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drafted(foreign, "--lang", "en")
    said = capsys.readouterr().out
    assert "Mitglieder → Actors (headers in row 3)" in said
    assert "Rest → not read" in said
    assert "Not found: Master data, Management" in said
    assert "„Sondermitglied“ (1×)" in said
    assert "example.org" not in said


def test_what_is_required_and_missing_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grid = [line[:6] for line in FOREIGN]
    path = save(tmp_path / "m.xlsx", Book({"Mitglieder": grid}))
    text = drafted(path)
    assert "Pflichtangaben ohne Spalte: Akteurstyp, Bindung" in capsys.readouterr().out
    assert '# "Bindung" = ""   # Pflichtangabe, fehlt im Export. möglich: Mitgliedschaft' in text


def test_our_own_form_needs_no_mapping_and_its_draft_changes_nothing(tmp_path: Path) -> None:
    path = save(tmp_path / "own.xlsx", submission())
    text = drafted(path)
    assert "bitte prüfen" not in text.split("title = ")[1]
    assert command("check", str(path), "--mapping", str(path.with_suffix(".toml"))) == 0


def test_a_sheet_that_only_has_our_name_is_not_read_as_ours(tmp_path: Path) -> None:
    book = Book({"Mitglieder": FOREIGN, "Management": [["Termin"], ["Montag"]]})
    path = save(tmp_path / "m.xlsx", book)
    assert tomllib.loads(drafted(path))["ignore"] == ["Management"]


def test_a_file_without_anything_of_ours_gets_a_frame(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = save(tmp_path / "2026.xlsx", Book({"Tabelle1": [["a", 1]], "Leer": []}))
    tomllib.loads(drafted(path))
    assert "Kein Blatt ähnelt dem Erhebungsbogen" in capsys.readouterr().out


NASTY = [
    'a"b',
    "a\\b",
    "a\nb = 1",
    "a\r\n[x]",
    "\x1b[31mred",
    "\u202egnp.exe",
    "[bold]x[/bold]",
    "\u2028line",
    "=1+1",
    "'''",
    "\U000e0041tag",
    "ä" * 100,
]


@pytest.mark.parametrize("text", [*NASTY, "\x00\x7f\x85", "\ud800"])
def test_a_quoted_text_is_one_toml_string_on_one_line(text: str) -> None:
    written = quoted(text)
    assert len(f"# {written}".splitlines()) == 1
    assert tomllib.loads(f"x = {written}")["x"] == text.replace("\ud800", "\ufffd")


def test_strings_of_strangers_stay_strings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As headers, words and names of sheets; in the file and on the terminal."""
    header = [*FOREIGN[2], *NASTY]
    long = "a@" + "." * 30_000  # costly for a pattern that tries again and again
    rows = [[*FOREIGN[3], *NASTY], *([[None, long, long]] * 20)] + [
        [*FOREIGN[4][:6], text, *FOREIGN[4][7:]] for text in NASTY for _ in range(2)
    ]
    book = Book({"Mitglieder": [header, *rows], "x\u202ey": [["a", "b"]]})
    path = save(tmp_path / "nasty.xlsx", book)
    text = drafted(path)
    sheets = tomllib.loads(text)["sheets"]
    assert [sheet["to"] for sheet in sheets] == ["Akteure", "Stammdaten"]
    load_mapping(path.with_suffix(".toml"))
    said = capsys.readouterr().out
    for letter in "\x1b\u202e\u2028\r":
        assert letter not in text
        assert letter not in said
    assert "[bold]x[/bold]" in said
    assert command("check", str(path), "--mapping", str(path.with_suffix(".toml"))) == 1


@pytest.mark.parametrize(
    ("name", "options", "code", "said"),
    [
        ("own.xlsx", [], 2, "own.toml gibt es schon und wird nicht überschrieben"),
        ("own.xlsx", ["--output", "own.toml"], 2, "gibt es schon"),
        ("own.xlsx", ["--output", "draft.txt"], 2, "muss auf .toml enden"),
        ("own.xlsx", ["--output", "no/draft.toml"], 2, "Der Ordner ist keiner"),
        ("none.xlsx", [], 2, "nicht gefunden"),
        ("text.xlsx", [], 1, "keine Excel-Arbeitsmappe"),
        ("folder.xlsx", [], 1, "folder.xlsx"),
    ],
)
def test_exit_codes_and_reasons(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    options: list[str],
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    save(Path("own.xlsx"), submission())
    save(Path("own.toml"), b"mine")
    save(Path("text.xlsx"), b"no workbook")
    Path("folder.xlsx").mkdir()
    assert command("map", name, *options) == code
    assert said in capsys.readouterr().err
    assert Path("own.toml").read_bytes() == b"mine"
    assert {p.name for p in Path().iterdir()} == {
        "own.xlsx",
        "own.toml",
        "text.xlsx",
        "folder.xlsx",
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("map", "{file}"),
        ("map", "{there}", "--output", "{file}"),
        ("adopt", "{file}"),
        ("template", "{file}"),
        ("check", "{file}"),
    ],
)
def test_a_file_is_named_in_one_line(
    arguments: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = save(tmp_path / "a.xlsx", submission())
    paths = {"file": tmp_path / "b\n\u202e\x1bc.txt", "there": there}
    assert command(*(a.format(**paths) for a in arguments)) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "b c.txt" in line


def test_long_texts_are_no_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even to fold them would take long: they are left out before that."""
    looked_at: list[str] = []
    monkeypatch.setattr(propose, "collapse", lambda text: looked_at.append(text) or text)
    row = {1: (ord("s"), 0.0, "Name"), 2: (ord("s"), 0.0, "x" * 500)}
    assert propose.header_texts(row) == {1: "Name"}
    assert looked_at == ["Name"]
