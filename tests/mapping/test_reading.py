"""What a mapping changes in reading: sheets, headers, words, notations and fixed values."""

from collections.abc import Generator
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest

from pipeline.common.settings import load_settings
from pipeline.intake.frames import stack
from pipeline.intake.reader import Reading
from pipeline.intake.worker import read_one
from pipeline.submissions.examine import Examined, examine
from pipeline.submissions.mapping.apply import apply_mappings, submission_sheet_keys
from pipeline.submissions.mapping.load import load_mapping
from pipeline.submissions.mapping.model import ExportMapping
from schemas.declaration import submission as declared
from tests.intake.published import Published, publish
from tests.making.together import of_files, together
from tests.making.workbooks import Book, Cell, Grid, save, submission

from .build import add_mapping

HEAD = '[recognise]\nfile = "*"\n'
MEMBERS = f'{HEAD}[[sheets]]\nfrom = "Members"\nto = "Akteure"\n'
NAMES: Grid = [["Firm", "Kind", "Bond"], ["Alpha", "Corp", "in"], ["Beta", "Univ", "out"]]
COLUMNS = 'columns = { Firm = "Name", Kind = "Akteurstyp", Bond = "Bindung" }\n'
WORDS = (
    '[sheets.words.Akteurstyp]\nCorp = "Unternehmen"\nUniv = "Hochschule"\n'
    '[sheets.words.Bindung]\nin = "Mitgliedschaft"\nout = "Kontakt"\n'
)


Asked = tuple[dict[str, Grid], str]
Answered = Generator[Asked, Examined, None]


def examine_all(asked: list[Asked]) -> list[Examined]:
    """Examine workbooks of some sheets, which also have our Stammdaten, each with its mapping."""
    with TemporaryDirectory() as folder:
        read = [read_mapped(Path(folder), number, *own) for number, own in enumerate(asked)]
    mappings, readings = zip(*read, strict=True)
    frames = stack(enumerate(readings))
    files = pl.DataFrame({"source_file": [mapping.file for mapping in mappings]})
    files = files.with_row_index("file")
    foreign = apply_mappings(mappings, files, [frames]).foreign
    done = examine(*frames, load_settings(), foreign=foreign)
    return [of_files(done, number, 1) for number in range(len(asked))]


def read_mapped(
    folder: Path, number: int, sheets: dict[str, Grid], toml: str
) -> tuple[ExportMapping, Reading]:
    """Read a workbook; its mapping is for no other one."""
    book = Book({"Stammdaten": submission().sheets["Stammdaten"], **sheets})
    path = save(folder / f"{number}.xlsx", book)
    mapping = load_mapping(save(folder / "m.toml", toml.encode()))
    assert mapping.file == "*"
    wanted = submission_sheet_keys([mapping])
    reading = read_one(path, load_settings().intake, wanted)
    assert isinstance(reading, Reading)
    return replace(mapping, file=path.name), reading


examined = together(examine_all)


def column(done: Examined, name: str, sheet: str = "actors") -> list[Any]:
    return done.valid.tables[sheet].sort("row")[name].to_list()


def codes(done: Examined) -> set[tuple[str, int, str]]:
    """Findings at cells as (sheet, row, code)."""
    found = done.findings.drop_nulls("row").filter(pl.col("code") != "missing_sheet")
    return set(found.select("sheet", "row", "code").rows())


@examined
def test_headers_and_words_are_ours_in_addition() -> Answered:
    done = yield {"Members": NAMES}, MEMBERS + COLUMNS + WORDS
    assert column(done, "actor_type") == ["Unternehmen", "Hochschule"]
    assert column(done, "commitment") == ["Mitgliedschaft", "Kontakt"]
    assert not codes(done)


@examined
def test_a_mapping_wins_over_our_own_names() -> Answered:
    """ "Name" is a person here, and the sheet "Akteure" something else."""
    grid: Grid = [["Name", "Status", "Firm", "Kind", "Bond"], ["X", 1, "Alpha", "Corp", "in"]]
    sheets: dict[str, Grid] = {"Akteure": [["Name"], ["Actor"]], "Members": grid}
    done = yield sheets, MEMBERS + COLUMNS + WORDS
    assert column(done, "name") == ["Alpha"]
    strange = done.findings.filter(pl.col("code") == "unknown_column")
    assert set(strange["detail"]) == {"Akteure", "Name", "Status"}


@examined
def test_what_is_to_be_ignored_is_neither_read_nor_reported() -> Answered:
    grid: Grid = [["Ort", "Phone", "Firm", "Kind", "Bond"], ["X", "1", "Alpha", "Corp", "in"]]
    sheets: dict[str, Grid] = {"Gremien": [["?"], ["!"]], "Votum": [["x"]], "Members": grid}
    toml = 'ignore = ["gremien", "Votum"]\n' + MEMBERS + 'ignore = ["ort", "Phone"]\n'
    done = yield sheets, toml + COLUMNS + WORDS
    assert column(done, "city") == [None]
    assert done.findings.filter(pl.col("code") != "missing_sheet").is_empty()


@pytest.mark.parametrize(("row", "names"), [(None, ["Alpha", "Beta"]), (30, ["Beta"])])
@examined
def test_a_header_row_may_be_said(row: int | None, names: list[str]) -> Answered:
    grid: Grid = [*NAMES[:2], *([["note"]] * 27), NAMES[0], NAMES[2]]
    said = f"header_row = {row}\n" if row else ""
    done = yield {"Members": grid}, MEMBERS + said + COLUMNS + WORDS
    assert [n for n in column(done, "name") if n != "note"] == names


@examined
def test_a_wrong_header_row_is_a_missing_column() -> Answered:
    done = yield {"Members": NAMES}, f"{MEMBERS}header_row = 2\n{COLUMNS}{WORDS}"
    missing = done.findings.filter(pl.col("code") == "missing_column")
    assert set(missing["field"]) == {"name", "actor_type", "commitment"}


@examined
def test_totals_headings_and_repeated_headers_of_the_export_are_left_out() -> Answered:
    toml = (
        f'{HEAD}[[sheets]]\nfrom = "Events"\nto = "Aktivitäten"\n'
        'columns = { Class = "Art", What = "Bezeichnung", Often = "Häufigkeit pro Jahr" }\n'
        '[sheets.words.Art]\nAdvice = "Service"\n'
    )
    head: list[Cell] = ["Class", "What", "Often"]
    grid: Grid = [
        head,
        ["Internal"],  # nothing that names an activity
        ["Advice", "A", 2],
        ["Advice"],  # nothing but a word of the list
        head,
        ["Advice", "B", 3],
        ["Total", None, 5],
    ]
    done = yield {"Events": grid}, toml
    assert column(done, "title", "activities") == ["A", "B"]
    assert codes(done) == {
        ("Events", 2, "default_rows"),
        ("Events", 4, "default_rows"),
        ("Events", 5, "heading_row"),
        ("Events", 7, "total_row"),
    }


@pytest.mark.parametrize(
    ("field", "words", "cells", "column_name", "expected"),
    [
        # codes in number cells
        ("Akteurstyp", '1 = "Hochschule"', [1, 1.0, "1"], "actor_type", ["Hochschule"] * 3),
        ("KMU", '1 = "nein"\n2 = "ja"', [1, 2, "2"], "sme_stated", [False, True, True]),
        ("KMU", "Y = true\nN = false", ["y", "N", "ja"], "sme_stated", [True, False, True]),
        # not stated
        ("KMU", '"?" = "k. A."', ["?", "ja", None], "sme_stated", [None, True, None]),
        ("Beschäftigte", '"-1" = "–"', [-1, 5, "-1"], "employees", [None, 5, None]),
        (
            "Beitritt",
            '"never" = "n. a."',
            ["Never", "1.3.2024"],
            "joined",
            [None, date(2024, 3, 1)],
        ),
        # no chains of words: each is translated once
        ("Ort", 'A = "B"\nB = "C"', ["a", "B", "X"], "city", ["B", "C", "X"]),
        ("Land", 'Deutschl = "DE"\nOe = "Austria"', ["Deutschl", "oe"], "country", ["DE", "AT"]),
        ("PLZ", '"n. n." = "01067"', ["n. n.", "80331"], "postcode", ["01067", "80331"]),
    ],
)
@examined
def test_words(
    field: str, words: str, cells: list[Cell], column_name: str, expected: list[Any]
) -> Answered:
    grid: Grid = [["Name", "Beschäftigte", "Their column"]]
    grid += [[f"Actor {number}", None, cell] for number, cell in enumerate(cells)]
    toml = (
        f'{MEMBERS}columns = {{ "Their column" = "{field}" }}\n[sheets.words."{field}"]\n{words}\n'
    )
    done = yield {"Members": grid}, toml
    assert column(done, column_name) == expected
    bad = done.findings.filter(pl.col("code").str.starts_with("bad_"))
    assert bad.is_empty()


@examined
def test_words_in_lists_are_items() -> Answered:
    toml = (
        f'{HEAD}[[sheets]]\nto = "Stammdaten"\n[sheets.words.Exzellenzmaßnahmen]\n'
        '"Leading-edge" = "Spitzencluster-Wettbewerb"\n"none yet" = "k. A."\n'
        '[sheets.words."Strategische Handlungsfelder"]\nX = "Transfer"\n'
    ).replace("words.Exzellenzmaßnahmen", 'words."Exzellenzmaßnahmen"')
    book = submission()
    book.master(
        {
            "Exzellenzmaßnahmen": "leading-edge; go-cluster; none yet; Leading-Edge; Gold",
            "Strategische Handlungsfelder": "X; Nachwuchs; Transfer",
        }
    )
    done = yield {"Stammdaten": book.sheets["Stammdaten"]}, toml
    master = done.master.row(0, named=True)
    assert master["excellence_measures"] == ["Spitzencluster-Wettbewerb", "go-cluster", "Gold"]
    assert master["action_fields"] == ["Transfer", "Nachwuchs"]
    assert done.findings.filter(pl.col("code") == "unknown_measure")["detail"].to_list() == ["Gold"]


@pytest.mark.parametrize(
    ("notation", "header", "text", "expected"),
    [
        ('numbers = "1,234.5"', "Beschäftigte", "1,234", 1234),
        ('numbers = "1,234.5"', "Umsatz EUR", "€ 1,234,567.50", 1234567.5),
        ('numbers = "1,234.5"', "Umsatz EUR", "1.234", 1.234),
        ('numbers = "1,234.5"', "Umsatz EUR", "84.000", 84.0),
        ('numbers = "1,234.5"', "Umsatz EUR", "1.234,5", 1234.5),  # can be nothing else
        ('dates = "31.12.26"', "Beitritt", "31.12.26", date(2026, 12, 31)),
        ('dates = "31.12.26"', "Beitritt", "1. 3. 04", date(2004, 3, 1)),
        ('dates = "31.12.26"', "Beitritt", "31.12.69", date(2069, 12, 31)),
        ('dates = "31.12.26"', "Beitritt", "1.1.70", date(1970, 1, 1)),
        ('dates = "31.12.26"', "Beitritt", "31.12.2026", date(2026, 12, 31)),
        ('dates = "31.12.26"', "Beitritt", "31.12.126", None),
        ('numbers = "1,234.5"', "Umsatz EUR", "-", None),
        ('numbers = "1.234,5"', "Umsatz EUR", "1.234", 1234),  # as usual
        ('dates = "12/31/2026"', "Beitritt", "3/1/2024 10:30", date(2024, 3, 1)),
        ('dates = "12/31/2026"', "Beitritt", "31/12/2024", None),
        ('dates = "31/12/2026"', "Beitritt", "1/3/2024", date(2024, 3, 1)),
        ('dates = "31/12/2026"', "Beitritt", "01.03.2024", date(2024, 3, 1)),
        ('dates = "31.12.2026"', "Beitritt", "1/3/2024", None),
        ('numbers = "1,234.5"', "Ort", "1,234", "1,234"),
    ],
)
@examined
def test_notations(notation: str, header: str, text: str, expected: Any) -> Answered:
    grid: Grid = [["Name", header], ["Alpha", text]]
    done = yield {"Members": grid}, f"{notation}\n{MEMBERS}"
    field = next(f.key for f in declared().sheet("actors").fields if f.name["de"] == header)
    assert column(done, field) == [expected]


# ------------------------------------------------------------------------------------------ fixed
FIXED = (
    f'{MEMBERS}{COLUMNS}{WORDS}[sheets.fixed]\nBindung = "Mitgliedschaft"\nBeitritt = 2020-01-01\n'
)


@pytest.mark.parametrize(
    ("factor", "cell", "expected"),
    [
        (1000, 314.5, 314_500.0),
        (1000, 4.35, 4350.0),
        (1000, 1.1, 1100.0),
        (100, 4.35, 435.0),
        (0.01, 50, 0.5),
        (1000, 0, 0.0),
        (1000, "1.234", 1234.0),
        (1000, "84,000", 84_000.0),
        (1000, "1.234,5", 1_234_500.0),
        (1000, "1.234.567", 1_234_567_000.0),
        (1_000_000, "50", 50_000_000.0),
        (1_000_000, "2,5 €", 2_500_000.0),
        (1_000_000, 2_000_000, None),
        (1000, "viel", None),
    ],
)
@examined
def test_a_factor_is_exact_and_the_cell_is_shown_as_it_stands(
    factor: float, cell: Cell, expected: float | None
) -> Answered:
    said = f'columns = {{ Turn = {{ to = "Umsatz EUR", factor = {factor} }}, Firm = "Name" }}'
    done = yield {"Members": [["Firm", "Turn"], ["A", cell]]}, f"{MEMBERS}{said}\n"
    assert column(done, "turnover_eur") == [expected]
    assert not codes(done) or expected is None
    (raw,) = done.parsed.cells.filter(field="turnover_eur")["raw"]
    assert raw == str(cell)


@pytest.mark.parametrize(("header", "expected"), [("T", 5000.0), ("E", 5.0)])
@examined
def test_only_the_column_that_is_read_has_its_factor(header: str, expected: float) -> Answered:
    """The same mapping serves an export in thousands and one in euros."""
    said = 'columns = { T = { to = "Umsatz EUR", factor = 1000 }, E = "Umsatz EUR", F = "Name" }'
    done = yield {"Members": [["F", header], ["A", 5]]}, f"{MEMBERS}{said}\n"
    assert column(done, "turnover_eur") == [expected]


@examined
def test_numbers_of_other_columns_and_of_totals_keep_their_unit() -> Answered:
    said = (
        f'{HEAD}[[sheets]]\nto = "Finanzierung"\ncolumns.A = {{ to = "Betrag", factor = 1000 }}\n'
    )
    grid: Grid = [["Jahr", "Quelle", "A", "Status"], [2025, "Sponsoring", 2.5, "Ist"]]
    grid.append(["Summe", None, 2.5, None])
    done = yield {"Finanzierung": grid}, said
    assert column(done, "amount_eur", "funding") == [2500.0]
    assert done.parsed.totals["number"].to_list() == [2500.0]
    assert column(done, "year", "funding") == [2025]


@pytest.mark.parametrize(
    ("cell", "postcode", "city"),
    [
        ("01067 Dresden", "01067", "Dresden"),
        ("D-01067 Dresden", "D-01067", "Dresden"),
        ("01067  Dresden-Neustadt", "01067", "Dresden-Neustadt"),
        ("Dresden, 01067", "01067", "Dresden"),
        ("80331 München (Bayern)", "80331", "München (Bayern)"),
        ("1010 Wien", "1010", "Wien"),
        ("Dresden", None, "Dresden"),
        ("01067", "01067", None),
        (80331, "80331", None),
        (None, None, None),
    ],
)
@examined
def test_postcode_and_city_of_one_column(
    cell: Cell, postcode: str | None, city: str | None
) -> Answered:
    said = f'{MEMBERS}columns = {{ Place = ["PLZ", "Ort"], Firm = "Name", L = "Land" }}\n'
    country = "AT" if cell == "1010 Wien" else None
    grid: Grid = [["Firm", "Place", "L"], ["A", cell, country]]
    done = yield {"Members": grid}, said
    assert (column(done, "postcode"), column(done, "city")) == ([postcode], [city])
    assert not codes(done)


@pytest.mark.parametrize(
    ("cell", "expected", "code"),
    [
        (2018, date(2018, 1, 1), None),
        ("2018", date(2018, 1, 1), None),
        (date(2018, 5, 2), date(2018, 5, 2), None),
        ("02.05.2018", date(2018, 5, 2), None),
        (18, None, "bad_date"),
        (2018.5, None, "bad_date"),
        (43_221, None, "bad_date"),
        (True, None, "bad_date"),
    ],
)
@examined
def test_years_where_the_mapping_says_so(
    cell: Cell, expected: date | None, code: str | None
) -> Answered:
    said = f'{MEMBERS}columns = {{ Since = {{ to = "Beitritt", years = true }}, Firm = "Name" }}\n'
    grid: Grid = [["Firm", "Since", "Austritt"], ["A", cell, 2018]]
    done = yield {"Members": grid}, said
    assert column(done, "joined") == [expected]
    assert {c for _, _, c in codes(done)} == {"bad_date"}  # of Austritt, which has no years
    at = done.findings.filter(field="joined")
    assert at["code"].to_list() == ([] if code is None else [code])


@pytest.mark.parametrize(
    ("name", "said", "read"),
    [
        ("Members 2026-10", "Members *", True),
        ("members 2026-10", "Members ????-*", True),
        ("Members", "Members *", False),
        ("Members (2026)", "Members (*)", True),
        ("All Members 2026", "Members *", False),
        ("report1764412000", "report*", True),
    ],
)
@examined
def test_names_of_sheets_with_dates(name: str, said: str, *, read: bool) -> Answered:
    """To recognise the export, to read the sheet and to leave one out."""
    toml = (
        f'ignore = ["Akt*"]\n[recognise]\nfile = "*"\nsheets = ["{said}"]\n'
        f'headers = {{ "{said}" = ["Firm"] }}\n'
        f'[[sheets]]\nfrom = "{said}"\nto = "Akteure"\n{COLUMNS}'
    )
    done = yield {name: NAMES, "Akteure": [["Name"], ["Gamma"]]}, toml
    assert column(done, "name") == (["Alpha", "Beta"] if read else ["Gamma"])


@examined
def test_of_two_names_that_hold_for_a_sheet_the_longer_one_counts() -> Answered:
    every = 'ignore = ["M*"]\n' + MEMBERS + COLUMNS
    done = yield {"Members": NAMES}, every
    assert column(done, "name") == ["Alpha", "Beta"]


@examined
def test_fixed_fills_empty_cells_of_rows_that_exist() -> Answered:
    grid: Grid = [
        [*NAMES[0], "Joined"],
        ["Alpha", "Corp", None, "k. A."],
        ["Beta", "Univ", "out", "bad"],
        [],
        ["Gamma", "Corp", " ", date(2021, 1, 1)],
    ]
    done = yield {"Members": grid}, FIXED
    assert column(done, "commitment") == ["Mitgliedschaft", "Kontakt", "Mitgliedschaft"]
    # what cannot be read as a date is bad, not empty
    assert column(done, "joined") == [None, None, date(2021, 1, 1)]
    assert codes(done) == {("Members", 2, "bad_date"), ("Members", 3, "bad_date")}


@examined
def test_fixed_stands_in_for_a_missing_column() -> Answered:
    grid = [line[:2] for line in NAMES]
    done = yield {"Members": grid}, FIXED
    assert column(done, "commitment") == ["Mitgliedschaft"] * 2
    assert column(done, "joined") == [date(2020, 1, 1)] * 2
    assert "missing_column" not in set(done.findings["code"])


# ------------------------------------------------------------------------------------ in a review
def without_a_word() -> Book:
    """Our form, but for the list of actors."""
    book = submission("DE-0003").without("Akteure")
    book.sheets["Members"] = [["Export"], [], *NAMES]
    return book


def own_beside_the_export() -> Book:
    """Our form with a sheet as the export has it."""
    book = submission("DE-0001")
    book.sheets["Members"] = NAMES
    return book


TO_MASTER = '[[sheets]]\nto = "Stammdaten"\n[sheets.fixed]\n'
WHOLE = 'Cluster-ID = "DE-0042"\nStichtag = 2026-09-30\nVersion = 2\nPLZ = "01067"\n'
WHOLE += '"Strategische Handlungsfelder" = "Transfer; Nachwuchs"\n'
# By the name of the file: the submission, and what its own mapping says (if it has one).
SENT: dict[str, tuple[Book, str | None]] = {
    "word": (without_a_word(), MEMBERS + COLUMNS + WORDS.replace('out = "Kontakt"\n', "")),
    "whole": (submission().without("Stammdaten"), TO_MASTER + WHOLE),
    "form": (
        submission("DE-0007", Stichtag=None),
        TO_MASTER + 'Cluster-ID = "DE-0070"\nStichtag = 2026-06-30\n',
    ),
    "late": (
        submission(None, Stichtag=None),
        TO_MASTER + 'Cluster-ID = "DE-0043"\nStichtag = 2026-10-01\n',
    ),
    "doubtful": (
        submission("DE-0044").drop_column("Akteure", "PLZ"),
        '[[sheets]]\nto = "Akteure"\nfixed = { PLZ = "00001" }\n',
    ),
    "crm": (
        Book({"Stammdaten": submission("DE-0002").sheets["Stammdaten"], "Members": NAMES}),
        FIXED,
    ),
    "own": (own_beside_the_export(), None),
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """One review of all of them."""
    root = tmp_path_factory.mktemp("run")
    for name, (_, said) in SENT.items():
        if said is not None:
            said = f'[recognise]\nfile = "{name}*"\n{said.removeprefix(HEAD)}'
            add_mapping(root, said, f"{name}.toml")
    return publish(root, {f"{name}.xlsx": book for name, (book, _) in SENT.items()})


def test_findings_stay_at_the_cells_of_the_foreign_file_with_its_values(
    published: Published,
) -> None:
    (found,) = published.rows("findings", code="bad_value", source_file="word.xlsx")
    assert (found["sheet"], found["cell"], found["value"]) == ("Members", "C5", "out")
    assert "„out“ steht bei „Bindung“ nicht zur Auswahl" in found["message_de"]


def test_fixed_fills_a_whole_form(published: Published) -> None:
    assert published.outcome("whole.xlsx") == ("reviewed", None)
    assert published.cluster("DE-0042")["as_of"] == date(2026, 9, 30)
    assert not published.places("whole.xlsx")


def test_the_form_itself_wins_over_fixed_values(published: Published) -> None:
    assert published.cluster("DE-0007")["as_of"] == date(2026, 6, 30)


def test_a_finding_about_a_fixed_value_names_the_mapping(published: Published) -> None:
    assert published.outcome("late.xlsx") == ("quarantined", "bad_date")
    (found,) = published.rows("findings", code="bad_date")
    assert (found["sheet"], found["cell"]) == ("late.toml: Stammdaten, fixed", "")
    assert found["value"] == "01.10.2026"
    assert found["message_de"].startswith("late.toml: Stammdaten, fixed: „01.10.2026“ ist kein")


def test_a_doubtful_fixed_value_names_the_mapping_in_each_row(published: Published) -> None:
    found = published.rows("findings", code="unknown_postcode")
    assert {(f["sheet"], f["cell"]) for f in found} == {("doubtful.toml: Akteure, fixed", "")}


def test_other_submissions_are_read_as_ever(published: Published) -> None:
    assert published.cluster("DE-0001")["actors"] == 4
    assert published.cluster("DE-0002")["actors"] == 1
    assert not published.places("own.xlsx")
