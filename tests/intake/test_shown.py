"""Number formats that show another unit, and names struck through, in every kind of workbook."""

import io
import struct
import zipfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from openpyxl.styles import Font

from pipeline.common.settings import load_settings
from pipeline.intake.cells import Shown
from pipeline.intake.looks import sections_of
from pipeline.intake.reader import Reading, read_content
from pipeline.report.feedback.values import values_workbook
from pipeline.report.form.carry import carried_over
from pipeline.submissions.examine import Examined
from schemas.rows import row_words
from tests.libreoffice import converted
from tests.making.frames import MASTER
from tests.reading import examined

from .raw import binary_cell, ods, ods_cell, ods_row, record, wide, xlsb, zipped

WORDS = row_words().headers
OTHER, REMARK = "other_unit", "inconsistent"
# LibreOffice saves the others.
KINDS = ["xlsx", *(pytest.param(kind, marks=pytest.mark.thorough) for kind in ("xls", "ods"))]
# The format of an amount, what is stored, and what is told: the code and the unit.
AMOUNTS: list[tuple[str, float, tuple[str, str] | None]] = [
    ('0.00 "T€"', 314, (OTHER, "T€")),
    ('#,##0.0" Mio. €"', 3.5, (OTHER, "Mio. €")),
    ('"TEUR "0', 314, (OTHER, "TEUR")),
    ('0" %"', 50, (OTHER, "%")),
    (r"0\%", 50, (OTHER, "%")),
    ('0 "Std."', 38, (OTHER, "Std.")),
    ("[$USD] #,##0", 314, (OTHER, "USD")),
    ("#,##0 [$$-409]", 314, (OTHER, "$")),
    ("#,##0 [$CHF-807]", 314, (OTHER, "CHF")),
    ("[$¥-411]#,##0", 314, (OTHER, "¥")),
    ('0" € pro Monat"', 314, (OTHER, "€ pro Monat")),
    ('0" T"\\€', 314, (OTHER, "T€")),
    ('General" Tsd."', 314, (OTHER, "Tsd.")),
    ('[Red]0" T€";-0" T€"', 314, (OTHER, "T€")),
    ('[<1000]0" T€";0" €"', 314, (OTHER, "T€")),
    ('[<1000]0" T€";0" €"', 3140, None),
    ('#,##0," Mio. €"', 314_000, (OTHER, "Mio. €")),
    ('0," TUSD"', 314_000, (REMARK, "TUSD")),
    ('0" netto"', 314, (REMARK, "netto")),
    ("General", 314, None),
    ("#,##0,", 314_000, None),
    ("0%", 0.5, None),
    ("0.0 %", 0.5, None),
    ('#,##0.00 "€"', 314, None),
    ("#,##0.00 [$€-407]", 314, None),
    ("#,##0 [$EUR]", 314, None),
    ('_-* #,##0.00 "€"_-;-* #,##0.00 "€"_-;_-* "-"?? "€"_-;_-@_-', 314, None),
    ('#,##0," T€"', 314_000, None),
    ('#,##0.0," T€"', 314_159, None),
    ('0.0,," Mio. €"', 3_140_000, None),
    ('[>=1000000]0.0,," Mio. €";[>=1000]0," T€";0" €"', 3_140_000, None),
    ('[>=1000000]0.0,," Mio. €";[>=1000]0," T€";0" €"', 314_000, None),
    ('[>=1000000]0.0,," Mio. €";[>=1000]0," T€";0" €"', 314, None),
    ('0".-"', 314, None),
    ("0.00E+00", 314, None),
    ("#,##0_);(#,##0)", 314, None),
]
# The sheet, its row, the column's header, the format, what is stored, and what is told.
ELSEWHERE: list[tuple[str, int, str, str, float, tuple[str, str] | None]] = [
    ("Management", 2, "VZÄ", '0.00 "VZÄ"', 0.5, None),
    ("Management", 3, "VZÄ", '0 "FTE"', 1, None),
    ("Management", 4, "VZÄ", '0" %"', 50, (OTHER, "%")),
    ("Management", 5, "VZÄ", '0" h"', 38, (OTHER, "h")),
    ("Management", 6, "VZÄ", "0%", 0.5, None),
    ("Akteure", 2, "Umsatz EUR", '0" T€"', 900, (OTHER, "T€")),
    ("Akteure", 3, "Umsatz EUR", '0" km"', 900_000, None),
    ("Akteure", 2, "Beschäftigte", '0" Mitarbeiter/innen"', 12, None),
    ("Akteure", 3, "Beschäftigte", '0" Tsd."', 12, (OTHER, "Tsd.")),
    ("Akteure", 4, "Beschäftigte", '0" %"', 12, (OTHER, "%")),
    ("Akteure", 2, "PLZ", '"D-"00000', 1067, None),
    ("Akteure", 2, "Breitengrad", '0.00"°"', 51.05, None),
    ("Akteure", 2, "Längengrad", "0.00", 13.74, None),
]
STRUCK = [("Akteure", 3, 1, "Beta AG"), ("Management", 3, 1, "Projekte")]
FIELDS = {
    "Umsatz EUR": "turnover_eur",
    "Beschäftigte": "employees",
    "VZÄ": "fte",
    "Betrag EUR": "amount_eur",
    "Breitengrad": "latitude",
}


def workbook(path: Path) -> Path:
    """Write the workbook with all formats and struck names, as .xlsx."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    actors = ["Name", "Akteurstyp", "Bindung", "PLZ", "Beschäftigte", "Umsatz EUR"]
    grids: dict[str, Iterable[list[Any]]] = {
        "Stammdaten": [[*pair] for pair in MASTER.items()],
        "Akteure": [
            [*actors, "Breitengrad", "Längengrad"],
            *([name, "Unternehmen", "Mitgliedschaft"] for name in ("Alpha AG", "Beta AG", "Gamma")),
        ],
        "Management": [
            ["Funktion", "VZÄ"],
            *([role] for role in ("Leitung", "Projekte", "Assistenz", "Presse", "Recht")),
        ],
        "Finanzierung": [
            ["Jahr", "Quelle", "Betrag EUR", "Status"],
            *([2025, "Sponsoring", amount, "Ist"] for _, amount, _ in AMOUNTS),
        ],
    }
    for name, grid in grids.items():
        sheet = book.create_sheet(name)
        for row in grid:
            sheet.append(row)
    for row, (code, _, _) in enumerate(AMOUNTS, 2):
        book["Finanzierung"].cell(row, 3).number_format = code
    for name, row, header, code, value, _ in ELSEWHERE:
        heads = [cell.value for cell in book[name][1]]
        cell = book[name].cell(row, heads.index(header) + 1, value)
        cell.number_format = code
    for name, row, column, _ in STRUCK:
        book[name].cell(row, column).font = Font(strike=True)
    book["Akteure"]["B2"].font = Font(strike=True)  # names no row
    book["Akteure"]["A4"].font = Font(strike=False, bold=True)
    book.save(path)
    return path


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What is told of the workbook, saved as a kind of file, or how it is read."""
    folder = tmp_path_factory.mktemp("shown")

    @cache
    def saved(kind: str) -> Path:
        path = workbook(folder / "submission.xlsx")
        return path if kind == "xlsx" else converted([path], kind, folder)[0]

    @cache
    def seen(kind: str, *, read_only: bool = False) -> Examined | Reading:
        return reading_of(saved(kind)) if read_only else examined(saved(kind))

    return seen


def reading_of(path: Path) -> Reading:
    return read_content(path.read_bytes(), load_settings().intake, lambda _: True)


def findings_of(seen: Examined, *checks: str) -> dict[tuple[str, int, int], tuple[str, str, str]]:
    """Return code, value and detail of findings by sheet, row, column."""
    own = seen.findings.filter(pl.col("check").is_in(checks))
    own = own.select("sheet", "row", "column", "code", "value", "detail")
    return {row[:3]: row[3:] for row in own.iter_rows()}


@pytest.mark.parametrize("kind", KINDS)
def test_another_unit_in_a_format_is_told_at_its_cell(kind: str, told: Any) -> None:
    due: dict[tuple[str, int, int], tuple[str, str, str]] = {
        ("Finanzierung", row, 3): (finding[0], f"{value:g}", finding[1])
        for row, (_, value, finding) in enumerate(AMOUNTS, 2)
        if finding
    }
    columns = {"VZÄ": 2, "Beschäftigte": 5, "Umsatz EUR": 6}
    due |= {
        (sheet, row, columns[header]): (finding[0], f"{value:g}", finding[1])
        for sheet, row, header, _, value, finding in ELSEWHERE
        if finding
    }
    assert findings_of(told(kind), "format") == due


@pytest.mark.parametrize("kind", KINDS)
def test_values_in_another_unit_are_unknown_and_all_others_as_stored(kind: str, told: Any) -> None:
    tables = told(kind).valid.tables
    amounts = tables["funding"].sort("row")["amount_eur"].to_list()
    assert amounts == [None if said and said[0] == OTHER else v for _, v, said in AMOUNTS]
    keys = {"Akteure": "actors", "Management": "management"}
    for sheet, row, header, code, value, said in ELSEWHERE:
        if header in FIELDS:
            (own,) = tables[keys[sheet]].filter(row=row)[FIELDS[header]]
            assert own == (None if said else value), code
    assert tables["actors"].filter(row=2)["postcode"].to_list() == ["1067"]


@pytest.mark.parametrize("kind", KINDS)
def test_names_struck_through_are_told_and_count(kind: str, told: Any) -> None:
    seen = told(kind)
    due = {(sheet, row, column): (REMARK, name, None) for sheet, row, column, name in STRUCK}
    assert findings_of(seen, "struck") == due
    assert seen.valid.tables["actors"]["row"].sort().to_list() == [2, 3, 4]


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_with_the_values_shows_the_same(kind: str, told: Any) -> None:
    reading = told(kind, read_only=True)
    copy = read_content(values_workbook(reading), load_settings().intake, lambda _: True)
    assert copy.cells.shown == reading.cells.shown


def test_values_in_another_unit_are_no_numbers_in_the_next_form(told: Any) -> None:
    filled = carried_over(told("xlsx").parsed, "DE-0001", "de", "2026-Q3")
    amounts = [row.get("amount_eur") for row in filled.rows["funding"]]
    assert amounts == [
        f"{value:g} (andere Einheit)" if said and said[0] == OTHER else value
        for _, value, said in AMOUNTS
    ]


@pytest.mark.parametrize("form", ['0" {}"', '"{} "0', '0.00\\ [Blue]"{}";-0" {}"'])
def test_the_text_of_a_format_is_its_unit(form: str) -> None:
    for unit in (*WORDS.other_units, *WORDS.rates, *WORDS.our_units):
        shown = sections_of(form.replace("{}", unit))
        assert [(s.unit, s.thousands) for s in shown][0] == (" ".join(unit.split()), 0)


# The text that a cell of 314000 shows in an .ods, and what is besides the number.
SHOWN_IN_ODS = [
    ("314000", None),
    ("314.000", None),
    ("314 T€", Shown("T€", 1, struck=False)),
    ("0,3 Mio. €", Shown("Mio. €", 2, struck=False)),
    ("314.000,00 €", Shown("€", 0, struck=False)),
    ("-", None),
    ("9" * 5000 + " T€", None),  # no format shows that
]


@pytest.mark.parametrize(("text", "shown"), SHOWN_IN_ODS)
def test_what_the_text_of_a_cell_shows_besides_its_number(text: str, shown: Any) -> None:
    attributes = 'office:value-type="float" office:value="314000"'
    data = ods(ods_row(ods_cell(f"<text:p>{text}</text:p>", attributes)))
    read = read_content(data, load_settings().intake, lambda _: True).cells.shown
    assert list(read) == ([(0, shown)] if shown else [])


def binary_styles(code: str) -> bytes:
    """Styles of an .xlsb: the first format is plain, the second as given, the third struck."""
    fonts = b"".join(record(43, struct.pack("<HH", 200, flags) + bytes(8)) for flags in (2, 0x8))
    formats = record(44, struct.pack("<H", 164) + wide(code))
    styles = [(0, 0, 0), (0, 164, 0), (0, 0, 1)]
    cells = b"".join(record(47, struct.pack("<HHH", *style) + bytes(10)) for style in styles)
    return formats + fonts + record(617, bytes(4)) + cells + record(618)


@pytest.mark.parametrize(
    ("code", "style", "shown"),
    [
        ('0" T€"', 0, None),
        ('0" T€"', 1, Shown("T€", 0, struck=False)),
        ('0," T€"', 1, Shown("T€", 1, struck=False)),
        ("0.0", 1, None),
        ("0.0", 2, Shown("", 0, struck=True)),
    ],
)
def test_binary_workbooks(code: str, style: int, shown: Any) -> None:
    cells = binary_cell(5, 0, struct.pack("<d", 314.0), style)
    cells += binary_cell(5, 1, struct.pack("<d", 314.0), 0)
    data = with_part(xlsb(cells), "xl/styles.bin", binary_styles(code))
    read = read_content(data, load_settings().intake, lambda _: True).cells.shown
    assert {key: places.tolist() for key, places in read.items()} == (
        {(0, shown): [0]} if shown else {}
    )


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """Return an archive with another content of a part."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts: dict[str, str | bytes] = {own: archive.read(own) for own in archive.namelist()}
    return zipped({**parts, name: content})
