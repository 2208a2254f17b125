"""The maker of workbooks: submissions and the office's files from plain values, cell by cell.

Also what no spreadsheet library would write (`Raw`). Columns are those that are declared: a new one
needs nothing here.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import openpyxl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_cell_to_rowcol, xl_rowcol_to_cell

from schemas.declaration import office
from schemas.declaration import submission as declared


@dataclass(frozen=True)
class Raw:
    """A cell whose XML is given: the attributes of `<c>` and its content."""

    attributes: str
    inner: str
    as_date: bool = False


@dataclass(frozen=True)
class Formula:
    """A formula with the value that is stored with it."""

    text: str
    stored: str | float


@dataclass(frozen=True)
class Styled:
    """A number shown in a given number format."""

    number: float
    number_format: str


@dataclass(frozen=True)
class Rich:
    """A text whose second half is bold: two runs in the shared strings."""

    text: str


Cell = None | str | bool | int | float | date | datetime | Raw | Formula | Styled | Rich
Grid = list[list[Cell]]
Edit = Callable[[bytes], bytes]


def error(text: str = "#REF!") -> Raw:
    return Raw('t="e"', f"<v>{text}</v>")


def formula(stored: str | float | None, *, as_date: bool = False) -> Raw:
    """A formula with a stored number or text, or (None) without a stored value."""
    if stored is None:
        return Raw("", "<f>1+1</f>", as_date)
    kind = 't="str"' if isinstance(stored, str) else ""
    return Raw(kind, f"<f>1+1</f><v>{stored}</v>", as_date)


# ---- tables ---------------------------------------------------------------------------------


def headers(sheet: str) -> list[str]:
    """The headers of one of our sheets, as they are declared."""
    every = {own.name["de"]: own for own in (*declared().sheets, *office().sheets)}
    return [field.name["de"] for field in every[sheet].fields]


def table(sheet: str, rows: Iterable[Mapping[str, Cell]]) -> Grid:
    """One of our sheets, of rows by their headers; what a row does not say is empty."""
    heads, own = headers(sheet), list(rows)
    unknown = {key for row in own for key in row} - set(heads)
    assert not unknown, f"no such column: {unknown}"
    return [list[Cell](heads), *([row.get(head) for head in heads] for row in own)]


# ---- the submission -------------------------------------------------------------------------

AS_OF = date(2026, 9, 30)
"""The last day of 2026-Q3: the Stichtag of every submission without another one."""

MASTER: dict[str, Cell] = {
    "Cluster-ID": "DE-0001",
    "Clustername": "Testcluster",
    "Stichtag": AS_OF,
    "Version": 1,
    "Formale Gründung": date(2015, 5, 20),
    "Rechtsform": "e. V.",
    "Bundesland": "Sachsen",
    "Technologiefeld": "IKT",
    "PLZ": "01067",
    "Ort": "Dresden",
    "Breitengrad": 51.05,
    "Längengrad": 13.74,
    "Exzellenzmaßnahmen": "go-cluster",
    "Strategische Handlungsfelder": "Transfer; Nachwuchs",
    "Strategiedokument vom": date(2025, 1, 15),
    "Revisionskonzept vorhanden": "ja",
    "Akteure im Strategieprozess": 12,
    "Finanzierung gesichert bis": date(2029, 12, 31),
    "Langfristige Perspektive": "Beiträge decken die Geschäftsstelle",
    "Beratungsgespräch am": date(2016, 2, 1),
    "Antrag am": date(2016, 5, 1),
}

ALPHA: dict[str, Cell] = {
    "Name": "Alpha GmbH",
    "Akteurstyp": "Unternehmen",
    "Bindung": "Mitgliedschaft",
    "Beitritt": date(2016, 1, 1),
    "PLZ": "01067",
    "Ort": "Dresden",
    "Land": "DE",
    "Beschäftigte": 40,
    "Umsatz EUR": 5_000_000,
    "Bilanzsumme EUR": 4_000_000,
    "KMU": "ja",
    "Wertschöpfungsstufe": "Fertigung",
}
BETA: dict[str, Cell] = {
    "Name": "Beta AG",
    "Akteurstyp": "Unternehmen",
    "Bindung": "Mitgliedschaft",
    "Beitritt": date(2017, 3, 1),
    "PLZ": "70173",
    "Ort": "Stuttgart",
    "Beschäftigte": 1200,
    "Umsatz EUR": 300_000_000,
    "Bilanzsumme EUR": 200_000_000,
    "KMU": "nein",
}
GAMMA: dict[str, Cell] = {
    "Name": "Hochschule Gamma",
    "Akteurstyp": "Hochschule",
    "Bindung": "Kooperationsvereinbarung",
    "Beitritt": date(2016, 1, 1),
    "PLZ": "01069",
}
DELTA: dict[str, Cell] = {
    "Name": "Institut Delta",
    "Akteurstyp": "FuE-Einrichtung",
    "Bindung": "Regelmäßiger Beitrag",
    "Breitengrad": 51.03,
    "Längengrad": 13.73,
}
EPSILON: dict[str, Cell] = {  # left before the Stichtag
    "Name": "Epsilon GmbH",
    "Akteurstyp": "Unternehmen",
    "Bindung": "Mitgliedschaft",
    "Beitritt": date(2016, 1, 1),
    "Austritt": date(2025, 6, 30),
    "PLZ": "01067",
    "Beschäftigte": 12,
}
ZETA: dict[str, Cell] = {  # joins after the Stichtag
    "Name": "Zeta GmbH",
    "Akteurstyp": "KMU",
    "Bindung": "Absichtserklärung",
    "Beitritt": date(2026, 10, 15),
    "PLZ": "01067",
    "Beschäftigte": 8,
}
ACTORS = table("Akteure", [ALPHA, BETA, GAMMA, DELTA, EPSILON, ZETA])

MANAGEMENT: Grid = [
    ["Funktion", "VZÄ", "Beginn", "Ende"],
    ["Geschäftsführung", 1.5, date(2016, 1, 1), None],
    ["Projektleitung", 0.75, date(2020, 1, 1), date(2027, 12, 31)],
]
BODIES: Grid = [
    ["Gremium", "Akteursgruppe", "Sitze"],
    ["Beirat", "Wirtschaft", 3],
    ["Beirat", "Wissenschaft", 2],
]
FUNDING: Grid = [
    ["Jahr", "Quelle", "Betrag EUR", "Status"],
    [2025, "Mitgliedsbeiträge", 100_000, "Ist"],
    [2025, "Förderung Land", 150_000.5, "Ist"],
    [2026, "Förderung Bund", 90_000, "Plan"],
]
ACTIVITIES: Grid = [
    ["Art", "Bezeichnung", "Handlungsfeld", "Beginn", "Häufigkeit pro Jahr", "Teilnehmende"],
    ["Service", "Beratung", "Transfer", date(2020, 1, 1), 12, 80],
    ["Arbeitsgruppe", "Normung", "Nachwuchs", date(2021, 5, 1), 4, 15],
]
EVIDENCE: Grid = [
    ["Art", "Titel", "Datum", "Ende", "Beteiligte Akteure", "Reichweite", "Verweis"],
    ["Erfolgsgeschichte", "Neues Verfahren", date(2026, 1, 10), None, None, "national", None],
    ["Innovationsprojekt", "Leichte Akkus", date(2025, 1, 1), date(2026, 12, 31), 4, None, None],
    ["Messe", "Gemeinschaftsstand", date(2025, 4, 1), None, 6, "international", None],
]


@dataclass
class Book:
    """A workbook as grids of cells, with the few settings that matter to a reader."""

    sheets: dict[str, Grid]
    hidden_sheets: set[str] = field(default_factory=set)
    hidden_rows: set[tuple[str, int]] = field(default_factory=set)
    date_1904: bool = False
    inline_strings: bool = False

    def put(self, sheet: str, address: str, cell: Cell) -> "Book":
        row, column = xl_cell_to_rowcol(address)
        grid = self.sheets[sheet]
        grid.extend([] for _ in range(row + 1 - len(grid)))
        grid[row].extend([None] * (column + 1 - len(grid[row])))
        grid[row][column] = cell
        return self

    def where(self, sheet: str, name: str, row: int = 2) -> str:
        """The address of a Stammdaten value, or of a table's cell in the given (Excel) row."""
        grid = self.sheets[sheet]
        if sheet == "Stammdaten":
            return f"B{[line[0] for line in grid].index(name) + 1}"
        return str(xl_rowcol_to_cell(row - 1, grid[0].index(name)))

    def set(self, sheet: str, name: str, cell: Cell, row: int = 2) -> "Book":
        return self.put(sheet, self.where(sheet, name, row), cell)

    def master(self, values: dict[str, Cell]) -> "Book":
        for name, cell in values.items():
            self.set("Stammdaten", name, cell)
        return self

    def add(self, sheet: str, values: dict[str, Cell]) -> int:
        """Append a row and return its number in Excel."""
        grid = self.sheets[sheet]
        grid.append([values.get(str(header)) for header in grid[0]])
        return len(grid)

    def rename(self, names: dict[str, str]) -> "Book":
        """Rename sheets, in their order."""
        self.sheets = {names.get(name, name): grid for name, grid in self.sheets.items()}
        return self

    def without(self, *sheets: str) -> "Book":
        self.sheets = {name: grid for name, grid in self.sheets.items() if name not in sheets}
        return self

    def drop_column(self, sheet: str, header: str) -> "Book":
        column = self.sheets[sheet][0].index(header)
        for line in self.sheets[sheet]:
            del line[column]
        return self


def submission(cluster_id: Cell = "DE-0001", **master: Cell) -> Book:
    """A complete submission without a finding; keywords replace Stammdaten by their label."""
    grids: dict[str, Grid] = {
        "Stammdaten": [[label, value] for label, value in MASTER.items()],
        "Akteure": ACTORS,
        "Management": MANAGEMENT,
        "Gremien": BODIES,
        "Finanzierung": FUNDING,
        "Aktivitäten": ACTIVITIES,
        "Nachweise": EVIDENCE,
    }
    return Book(deepcopy(grids)).master({"Cluster-ID": cluster_id, **master})


def shifted(grid: Grid, down: int, right: int) -> Grid:
    return [[] for _ in range(down)] + [[None] * right + line for line in grid]


# ---- writing --------------------------------------------------------------------------------


def xlsx(book: Book) -> bytes:
    """Write with XlsxWriter, then put the raw cells into the XML."""
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "date_1904": book.date_1904,
        "constant_memory": book.inline_strings,  # writes texts into the cells
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    workbook = xlsxwriter.Workbook(target, options)
    workbook.set_properties({"created": datetime(2026, 1, 1)})
    day = workbook.add_format({"num_format": "dd.mm.yyyy"})
    edits: dict[str, Edit] = {}
    for number, (name, grid) in enumerate(book.sheets.items(), 1):
        sheet = workbook.add_worksheet(name)
        if name in book.hidden_sheets:
            sheet.hide()
        for row, line in enumerate(grid):
            if (name, row + 1) in book.hidden_rows:
                sheet.set_row(row, None, None, {"hidden": True})
            for column, cell in enumerate(line):
                _write(workbook, sheet, row, column, cell, day)
        raw = {
            xl_rowcol_to_cell(row, column): cell
            for row, line in enumerate(grid)
            for column, cell in enumerate(line)
            if isinstance(cell, Raw)
        }
        if raw:
            edits[f"xl/worksheets/sheet{number}.xml"] = _raw_cells(raw)
    if book.sheets:  # the first sheet of a file cannot be hidden and active
        visible = next(name for name in book.sheets if name not in book.hidden_sheets)
        workbook.get_worksheet_by_name(visible).activate()
        workbook.get_worksheet_by_name(visible).set_first_sheet()
    workbook.close()
    return rewrite(target.getvalue(), edits) if edits else target.getvalue()


def _write(
    workbook: xlsxwriter.Workbook,
    sheet: xlsxwriter.worksheet.Worksheet,
    row: int,
    column: int,
    cell: Cell,
    day: Format,
) -> None:
    match cell:
        case None:
            pass
        case bool():
            sheet.write_boolean(row, column, cell)
        case str():
            sheet.write_string(row, column, cell)
        case date():
            sheet.write_datetime(row, column, cell, day)
        case Raw():
            sheet.write_number(row, column, 0, day if cell.as_date else None)
        case Formula():
            sheet.write_formula(row, column, cell.text, None, cell.stored)
        case Styled():
            style = workbook.add_format({"num_format": cell.number_format})
            sheet.write_number(row, column, cell.number, style)
        case Rich():
            half = len(cell.text) // 2
            bold = workbook.add_format({"bold": True})
            sheet.write_rich_string(row, column, cell.text[:half], bold, cell.text[half:])
        case _:
            sheet.write_number(row, column, cell)


def _raw_cells(cells: dict[str, Raw]) -> Edit:
    def edit(xml: bytes) -> bytes:
        text = xml.decode()
        for address, cell in cells.items():
            pattern = rf'<c r="{address}"( s="\d+")?[^>]*>.*?</c>'
            new = rf'<c r="{address}"\1 {cell.attributes}>{cell.inner}</c>'
            text, count = re.subn(pattern, new, text, count=1)
            assert count == 1, address
        return text.encode()

    return edit


def openpyxl_xlsx(book: Book) -> bytes:
    """The same workbook written by openpyxl (plain cells only)."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, grid in book.sheets.items():
        sheet = workbook.create_sheet(name)
        for line in grid:
            sheet.append(line)
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


# ---- changing a written file ----------------------------------------------------------------


def rewrite(data: bytes, edits: dict[str, Edit], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Copy a zip file; `edits` maps the names of members to what is done to them."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.infolist():
            content = old.read(member)
            edit = edits.get(member.filename)
            new.writestr(member, edit(content) if edit else content, compression)
    return target.getvalue()


# ---- the office's register ------------------------------------------------------------------


def register(rows: Iterable[dict[str, Cell]]) -> Book:
    """The register; a row without a role or an expectation is an expected member."""
    usual: dict[str, Cell] = {"Rolle": "Mitglied", "Einreichung erwartet": "ja"}
    return Book({"Register": table("Register", [usual | row for row in rows])})


def save(path: Path, content: Book | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(xlsx(content) if isinstance(content, Book) else content)
    return path
