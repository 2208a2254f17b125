"""Contract 1.1 and 1.2 above the single cell: where sheets, headers, rows and lists are found.

All workbooks are variants of one submission, reviewed in one run. A variant that changes the
layout only must give the same figures as the usual one; a planted bad cell shows the addresses.
"""

import io
import re
import zipfile
from datetime import date

import pytest

from tests.making.damage import short_dimension, strict, swap
from tests.making.workbooks import (
    Book,
    Cell,
    Grid,
    formula,
    openpyxl_xlsx,
    rewrite,
    shifted,
    submission,
    xlsx,
)

from .published import Files, Published, publish

Place = tuple[str, str, str]
USUAL = "DE-1000"

# ---- the variants: each a file, its findings (sheet, cell, code) ----------------------------

VARIANTS: dict[str, tuple[Book | bytes, set[Place]]] = {}


def variant(name: str, book: Book, findings: set[Place] | None = None) -> None:
    VARIANTS[name] = (book, findings or set())


def new() -> Book:
    """The usual submission under the next free number."""
    return submission(f"DE-{1000 + len(VARIANTS)}")


def plant(book: Book) -> Book:
    """Three bad cells that change no figure: all are in rows or columns that nothing reads."""
    book.set("Stammdaten", "Antrag am", "bald")  # B21
    book.set("Akteure", "Beschäftigte", "wenige", row=6)  # K6: left before the Stichtag
    book.set("Nachweise", "Beteiligte Akteure", "alle")  # E2: a success story
    return book


PLANTED = {
    ("Stammdaten", "B21", "bad_date"),
    ("Akteure", "K6", "bad_type"),
    ("Nachweise", "E2", "bad_type"),
}

variant("usual", new())
variant("planted", plant(new()), PLANTED)

# Tables from column C on, the header in row 6; in Stammdaten C is then the first used column.
book = plant(new())
for sheet in book.sheets:
    book.sheets[sheet] = shifted(book.sheets[sheet], down=5, right=2)
    if sheet != "Stammdaten":
        book.put(sheet, "C1", f"Angaben zu {sheet}").put(sheet, "C3", "Bitte je Zeile ein Eintrag.")
MOVED = {
    ("Stammdaten", "D26", "bad_date"),
    ("Akteure", "M11", "bad_type"),
    ("Nachweise", "G7", "bad_type"),
}
variant("moved", book, MOVED)

book = plant(new())
book.sheets["Akteure"] = shifted(book.sheets["Akteure"], down=19, right=0)
variant(
    "header-20",
    book,
    (PLANTED - {("Akteure", "K6", "bad_type")}) | {("Akteure", "K25", "bad_type")},
)

# Columns in reverse order, an unknown one between: Akteure has then 16 columns, and
# Beschäftigte, eleventh of 15, stands fifth from the right: E, after the new column A: F.
book = plant(new())
book.sheets["Akteure"] = [
    ["Bemerkung" if row == 0 else "egal", *reversed(line)]
    for row, line in enumerate(book.sheets["Akteure"])
]
variant(
    "permuted",
    book,
    (PLANTED - {("Akteure", "K6", "bad_type")})
    | {("Akteure", "F6", "bad_type"), ("Akteure", "A1", "unknown_column")},
)

ENGLISH = {
    "Stammdaten": "Master data",
    "Akteure": "Actors",
    "Gremien": "Bodies",
    "Finanzierung": "Funding",
    "Aktivitäten": "Activities",
    "Nachweise": "Evidence",
}
ENGLISH_HEADERS = {
    "Stammdaten": [
        "Cluster ID",
        "Cluster name",
        "As of",
        "Version",
        "Founded",
        "Legal form",
        "Federal state",
        "Technology field",
        "Postcode",
        "City",
        "Latitude",
        "Longitude",
        "Excellence measures",
        "Strategic action fields",
        "Strategy dated",
        "Revision concept",
        "Actors in strategy process",
        "Funding secured until",
        "Long-term prospect",
        "Consultation on",
        "Application on",
    ],
    "Akteure": [
        "Name",
        "Actor type",
        "Commitment",
        "Joined",
        "Left",
        "Postcode",
        "City",
        "Country",
        "Latitude",
        "Longitude",
        "Employees",
        "Turnover EUR",
        "Balance sheet EUR",
        "SME",
        "Value chain stage",
    ],
    "Management": ["Function", "FTE", "From", "Until"],
    "Gremien": ["Body", "Group", "Seats"],
    "Finanzierung": ["Year", "Source", "Amount EUR", "Status"],
    "Aktivitäten": ["Kind", "Title", "Action field", "From", "Times per year", "Participants"],
    "Nachweise": ["Kind", "Title", "Date", "Until", "Actors involved", "Reach", "Reference"],
}


def with_headers(book: Book, headers: dict[str, list[str]]) -> Book:
    for sheet, names in headers.items():
        grid: Grid = book.sheets[sheet]
        if sheet == "Stammdaten":
            assert len(grid) == len(names)
            for line, name in zip(grid, names, strict=True):
                line[0] = name
        else:
            assert len(grid[0]) == len(names)
            grid[0] = list(names)
    return book


book = with_headers(plant(new()), ENGLISH_HEADERS).rename(ENGLISH)
variant("english", book, {(ENGLISH[sheet], cell, code) for sheet, cell, code in PLANTED})

# Another spelling; findings name the sheet by its name in the file.
SPELLED = {
    "Stammdaten": "STAMMDATEN",
    "Akteure": " akteure ",
    "Aktivitäten": "Aktivitaeten",
    "Nachweise": "NACHWEISE",
}
book = plant(new())
for sheet, spelled in {
    "Stammdaten": {
        "Cluster-ID": "cluster-id",
        "Stichtag": " STICHTAG ",
        "Formale Gründung": "Formale Gruendung",
        "Längengrad": "LÄNGENGRAD",
        "Exzellenzmaßnahmen": "EXZELLENZMASSNAHMEN",
        "Finanzierung gesichert bis": "Finanzierung\ngesichert  bis",
        "Akteure im Strategieprozess": "Akteure im\u00a0Strategieprozess",
    },
    "Akteure": {
        "Name": "Name *",
        "Akteurstyp": "Akteurstyp*",
        "Bindung": "  BINDUNG * ",
        "Längengrad": "Laengengrad [°]",
        "Beschäftigte": "BESCHAEFTIGTE (Köpfe)",
        "Umsatz EUR": "Umsatz\nEUR",
        "Bilanzsumme EUR": "bilanzsumme  eur [in EUR] *",
        "Wertschöpfungsstufe": "Wertschoepfungsstufe",
    },
    "Management": {"VZÄ": "Vzae [Stellen]"},
    "Finanzierung": {"Betrag EUR": "Betrag\r\nEUR"},
    "Aktivitäten": {"Häufigkeit pro Jahr": "Häufigkeit\npro Jahr [Anzahl]"},
}.items():
    for line in book.sheets[sheet] if sheet == "Stammdaten" else book.sheets[sheet][:1]:
        line[:] = [spelled.get(cell, cell) if isinstance(cell, str) else cell for cell in line]
variant(
    "spelled",
    book.rename(SPELLED),
    {(SPELLED[sheet], cell, code) for sheet, cell, code in PLANTED},
)

# Of two headers with one meaning the first counts; the second has other values everywhere.
book = new()
for row, line in enumerate(book.sheets["Akteure"]):
    line.append("Commitment" if row == 0 else "Kontakt")
for row, line in enumerate(book.sheets["Finanzierung"]):
    line.append("Betrag EUR *" if row == 0 else 7)
variant("two-headers", book)

# Of two sheets with one meaning the first counts.
book = new()
book.sheets["Actors"] = [["Name", "Akteurstyp", "Bindung"], ["Eta", "Hochschule", "Mitgliedschaft"]]
book.sheets["management "] = [["VZÄ"], [99]]
variant("two-sheets", book)

book = plant(new())
book.hidden_sheets = {"Akteure", "Finanzierung"}
book.hidden_rows = {("Akteure", row) for row in (2, 4, 6)} | {("Stammdaten", 3), ("Nachweise", 2)}
variant("hidden", book, PLANTED)

# The example is never read, at every position and under every name.
for name in ("Beispiel", "BEISPIEL ", "Example"):
    book = new()
    example: Grid = [["Name", "Akteurstyp", "Bindung"], [None, "Unsinn", 5], [formula(None)]]
    book.sheets = {name: example} | book.sheets
    variant(f"example-{name.strip()}", book)

book = plant(new())
book.date_1904 = True
variant("1904", book, PLANTED)

book = plant(new())
book.inline_strings = True
variant("inline-strings", book, PLANTED)

# Empty lines within and cells of blanks behind a table are no rows.
book = plant(new())
book.sheets["Akteure"].insert(4, [])
book.sheets["Akteure"] += [[None] * 15, ["", " ", None], []]
variant("gaps", book, (PLANTED - {("Akteure", "K6", "bad_type")}) | {("Akteure", "K7", "bad_type")})

# "Summe" lines and group headings are left out, in every table.
book = plant(new())
book.sheets["Akteure"].insert(1, ["Unternehmen aus der Region"])  # row 2
book.sheets["Finanzierung"].insert(1, ["Haushalt"])  # row 2
book.sheets["Finanzierung"] += [["Summe", None, 340_000.5]]  # row 6
book.sheets["Management"] += [["Summe", 2.25]]  # row 4
book.sheets["Gremien"] += [["SUMME", None, 5]]  # row 4
variant(
    "totals",
    book,
    (PLANTED - {("Akteure", "K6", "bad_type")}) | {("Akteure", "K7", "bad_type")},
)
LEFT_OUT = {
    ("Akteure", 2, "heading_row"),
    ("Finanzierung", 2, "default_rows"),
    ("Finanzierung", 6, "total_row"),
    ("Management", 4, "total_row"),
    ("Gremien", 4, "total_row"),
}

# ... wherever the word stands; but who is called so by name stays in.
book = new()
book.sheets["Finanzierung"] += [[None, "Summe", 340_000.5]]
book.add("Akteure", {"Name": "Summe Handels-GmbH", "Akteurstyp": "Beratung", "Bindung": "Kontakt"})
variant("total-in-the-second-column", book)

# A form field above the table is no header row.
book = plant(new())
book.sheets["Akteure"] = [["Name", "Testcluster"], [], *book.sheets["Akteure"]]
variant(
    "field-above",
    book,
    (PLANTED - {("Akteure", "K6", "bad_type")}) | {("Akteure", "K8", "bad_type")},
)

# Of two labels with one meaning the first counts, and notes beside the values do not.
book = plant(new())
book.sheets["Stammdaten"] = [[*line, None, "Hinweis"] for line in book.sheets["Stammdaten"]]
book.sheets["Stammdaten"] += [["As of", date(2026, 1, 1)], ["Formale Gründung", "früher"]]
variant("two-labels", book, PLANTED)

book = new()
book.sheets["Stammdaten"] += [["Votum", "Aufnahme"]]  # row 22
variant("vote", book, {("Stammdaten", "B22", "office_field")})


def ratings(cluster_id: Cell) -> Grid:
    """The office's sheet of ratings, put into a submission: every figure would change."""
    headers = ["Katalog", "Cluster-ID", "Kriterium", "Bewertung", "Begründung", "Gutachter"]
    rated = [["go-cluster", cluster_id, "1", "erfüllt", "So ist es.", "XY"]]
    return [[*headers, "Datum", "Gültig bis"], [*rated[0], date(2026, 9, 1), None]]


book = new()
book.sheets["Gutachten"] = ratings(book.sheets["Stammdaten"][0][1])
variant("ratings", book)
RATED = f"DE-{1000 + len(VARIANTS) - 1}"

VARIANTS["short-dimension"] = (short_dimension(xlsx(plant(new())), sheet=2), PLANTED)
# A cell that is only formatted, in the last row of Excel: nothing is typed there.
bottom = '<row r="1048576"><c r="C1048576" s="1"/></row></sheetData>'
formatted = {"xl/worksheets/sheet2.xml": swap(("</sheetData>", bottom))}
VARIANTS["formatted-to-the-end"] = (rewrite(xlsx(plant(new())), formatted), PLANTED)
VARIANTS["openpyxl"] = (openpyxl_xlsx(plant(new())), PLANTED)
VARIANTS["strict"] = (strict(xlsx(plant(new()))), PLANTED)

IDS = {name: f"DE-{1000 + number}" for number, name in enumerate(VARIANTS)}

# ---- workbooks whose figures differ ---------------------------------------------------------

FIELDS = [  # of one line all are the same
    ["IKT", "ICT", "ikt", " Ikt "],
    ["Ernährung", "Food industry", "ERNAEHRUNG", "ernährung"],
    ["Gesundheit und Medizin", "Health and  medical science", "GESUNDHEIT\nUND MEDIZIN"],
]
STATES = [
    ["Thüringen", "THUERINGEN", "Thuringia"],  # each list value has an English alias
    ["Bayern", "bayern ", "Bavaria"],
    ["Baden-Württemberg", "Baden-Wuerttemberg"],
]
TYPES = [
    ["Unternehmen", "UNTERNEHMEN", " unternehmen "],
    ["Hochschule", "hochschule"],
    ["FuE-Einrichtung", "fue-einrichtung"],
    ["Bildungseinrichtung"],
    ["Finanzintermediär", "Finanzintermediaer", "FINANZINTERMEDIÄR"],
    ["Beratung"],
    ["Öffentliche Einrichtung", "Oeffentliche  Einrichtung", "öffentliche\neinrichtung"],
    ["Verband oder Netzwerk", "VERBAND ODER NETZWERK"],
    ["Sonstige"],
]

# PLZ, Land -> km from the office in 01067 Dresden (51.05 N, 13.74 E), None: unknown postcode.
# Vienna is 370 km away, Zurich 560, Berlin 165, Magdeburg 187.
POSTCODES: list[tuple[Cell, Cell, tuple[int, int] | None]] = [
    ("01067", None, (0, 5)),
    (1067, None, (0, 5)),
    (1067.0, "DE", (0, 5)),
    (1067, "Deutschland", (0, 5)),
    (1067, " de ", (0, 5)),
    (1067, "DEUTSCHLAND", (0, 5)),
    ("D-01067", None, (0, 5)),
    ("D-01067", "DE", (0, 5)),
    (10115, None, (155, 175)),
    (39104, "DE", (175, 200)),
    (1010, "AT", (355, 385)),  # not 01010
    ("1010", "AT", (355, 385)),
    (1010, "Österreich", (355, 385)),
    (1010, "oesterreich", (355, 385)),
    (8001, "CH", (530, 590)),
    (8001, "Schweiz", (530, 590)),
    ("00000", None, None),
    (99, "AT", None),
]


def actors_book(cluster_id: str, rows: list[dict[str, Cell]]) -> Book:
    """A submission with these actors only; they are bound companies if they do not say."""
    book = submission(cluster_id)
    del book.sheets["Akteure"][1:]
    usual: dict[str, Cell] = {"Akteurstyp": "Unternehmen", "Bindung": "Mitgliedschaft"}
    for number, row in enumerate(rows, 2):
        book.add("Akteure", usual | {"Name": f"Akteur {number}"} | row)
    return book


# Rows 2 to 4 are one actor, bound in row 3; 5 and 6 one without a postcode, bound twice: the
# first counts; 7 to 9 have other postcodes or names; of 10 and 11 neither is bound.
DOUBLE: list[dict[str, Cell]] = [
    {"Name": "Muster AG", "PLZ": "01067", "Bindung": "Kontakt"},
    {"Name": " MUSTER  ag", "PLZ": 1067, "Bindung": "Mitgliedschaft"},
    {"Name": "Muster AG", "PLZ": "01067", "Bindung": "Kontakt", "Beschäftigte": "viele"},
    {"Name": "Theta"},
    {"Name": "theta"},
    {"Name": "Theta", "PLZ": "01067"},
    {"Name": "Muster AG", "PLZ": "01069"},
    {"Name": "Muster", "PLZ": "01067"},
    {"Name": "Iota", "Bindung": "Kontakt"},
    {"Name": "Iota ", "Bindung": "Aktive Mitwirkung"},
]
DUPLICATES = {2, 4, 6, 11}

empty_tables = submission("DE-2008")
for sheet in ("Akteure", "Finanzierung", "Nachweise"):
    del empty_tables.sheets[sheet][1:]

SINGLES: Files = {
    "types": actors_book(
        "DE-2000", [{"Akteurstyp": word, "Name": word} for words in TYPES for word in words]
    ),
    "sizes": actors_book(
        "DE-2001",
        [
            {"Akteurstyp": "KMU"},
            {"Akteurstyp": "kmu ", "KMU": "nein"},  # the type wins over the column
            {"Akteurstyp": "Großunternehmen"},
            {"Akteurstyp": "GROSSUNTERNEHMEN"},
            {"Akteurstyp": "Grossunternehmen", "KMU": "ja"},
            {"Akteurstyp": "Unternehmen"},
        ],
    ),
    "postcodes": actors_book(
        "DE-2002", [{"PLZ": code, "Land": land} for code, land, _ in POSTCODES]
    ),
    "double": actors_book("DE-2003", DOUBLE),
    "measures": submission(
        "DE-2004", Exzellenzmaßnahmen=" GO-CLUSTER ;bioregio-wettbewerb; Exzellenzinitiative"
    ),
    "no-evidence": submission("DE-2005").without("Nachweise"),
    "no-vzae": submission("DE-2006").drop_column("Management", "VZÄ"),
    "no-left": submission("DE-2007").drop_column("Akteure", "Austritt"),
    "empty-sheets": empty_tables,
    "far": actors_book(  # Dresden's postcode with Berlin's coordinates
        "DE-2009", [{"PLZ": "01067", "Breitengrad": 52.52, "Längengrad": 13.405}]
    ),
    "halves": actors_book(  # without them, the place would be on the equator or at Greenwich
        "DE-2010",
        [
            {"PLZ": "01067", "Breitengrad": 51.05},
            {"PLZ": "01067", "Längengrad": 13.74},
            {"PLZ": "01067", "Breitengrad": "Nord", "Längengrad": 13.74},
            {"PLZ": "01067", "Breitengrad": 51.05, "Längengrad": 1374},
        ],
    ),
    "only-name": actors_book(
        "DE-2012",
        [{}, {"Name": "Muster GmbH", "Akteurstyp": None, "Bindung": None}, {}],
    ),
    "statement": actors_book(
        "DE-2011", [{"KMU": "ja", "Beschäftigte": 250}, {"KMU": "ja", "Beschäftigte": 249}]
    ),
}
SPELLINGS: dict[str, tuple[str, str]] = {}
for label, groups in (("Technologiefeld", FIELDS), ("Bundesland", STATES)):
    for word in (word for words in groups for word in words):
        SPELLINGS[word] = (f"DE-3{len(SPELLINGS):03}", label)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Published:
    files: Files = {f"{name}.xlsx": content for name, (content, _) in VARIANTS.items()}
    files |= {f"{name}.xlsx": content for name, content in SINGLES.items()}
    for word, (cluster_id, label) in SPELLINGS.items():
        # without an address no state contradicts it
        nowhere: dict[str, Cell] = {"PLZ": None, "Breitengrad": None, "Längengrad": None}
        files[f"{cluster_id}.xlsx"] = submission(cluster_id, **{label: word}, **nowhere)
    return publish(tmp_path_factory.mktemp("layouts"), files)


every_variant = pytest.mark.parametrize("name", VARIANTS)


@every_variant
def test_reviewed(run: Published, name: str) -> None:
    assert run.outcome(f"{name}.xlsx") == ("reviewed", None)
    assert run.row("submissions", source_file=f"{name}.xlsx")["cluster_id"] == IDS[name]


@every_variant
def test_same_figures(run: Published, name: str) -> None:
    usual, seen = run.cluster(USUAL), run.cluster(IDS[name])
    assert seen | {"cluster_id": USUAL} == usual


SECOND_ONES = ("two-headers", "two-sheets", "two-labels", "ratings")
"""Here what is not read may be mentioned, without a demand."""


@every_variant
def test_findings(run: Published, name: str) -> None:
    found = run.rows("findings", source_file=f"{name}.xlsx")
    demands = {
        (row["sheet"], row["cell"], row["code"])
        for row in found
        if row["code"] not in ("total_row", "heading_row", "default_rows")  # see test_left_out_rows
        and not (name in SECOND_ONES and row["severity"] != "error")
    }
    assert demands == VARIANTS[name][1]


def test_the_usual_figures(run: Published) -> None:
    """The comparison above would be empty if the usual figures were."""
    seen = run.cluster(USUAL)
    expected = {
        "actors": 4,  # one has left, one is still to come
        "fte": 2.25,
        "sme_share": 0.25,
        "rnd_share": 0.5,
        "near_share": 0.75,
        "age_years": 11,
        "own_funds_share": 100_000 / 250_000.5,
        "budget_eur": 250_000.5,
        "secured_months": 39,
        "services_per_year": 12,
        "success_stories": 1,
        "innovation_projects": 1,
    }
    assert {name: seen[name] for name in expected} == pytest.approx(expected)
    assert seen["as_of"] == date(2026, 9, 30)


def test_left_out_rows(run: Published) -> None:
    found = {
        (row["sheet"], int("".join(filter(str.isdigit, row["cell"]))), row["code"])
        for row in run.rows("findings", source_file="totals.xlsx", severity="info")
    }
    assert found == LEFT_OUT


def test_unknown_columns_and_votes_are_information(run: Published) -> None:
    for code in ("unknown_column", "office_field"):
        rows = run.rows("findings", code=code)
        assert {row["severity"] for row in rows} == {"info"}


def test_a_rating_in_a_submission_is_not_read(run: Published) -> None:
    assert {row["basis"] for row in run.rows("criteria", cluster_id=RATED)} == {"computed"}


@pytest.mark.parametrize(
    ("column", "groups"), [("technology_field", FIELDS), ("federal_state", STATES)]
)
def test_spellings_of_lists(run: Published, column: str, groups: list[list[str]]) -> None:
    seen = [{run.cluster(SPELLINGS[word][0])[column] for word in words} for words in groups]
    assert all(len(values) == 1 and None not in values for values in seen)
    assert len(set.union(*seen)) == len(groups)
    for word in (word for words in groups for word in words):
        assert run.places(f"{SPELLINGS[word][0]}.xlsx") == set()


def test_spellings_of_actor_types(run: Published) -> None:
    words = [word for words in TYPES for word in words]
    seen = {word: run.actor("DE-2000", row)["actor_type"] for row, word in enumerate(words, 2)}
    groups = [{seen[word] for word in words} for words in TYPES]
    assert all(len(values) == 1 and None not in values for values in groups)
    assert len(set.union(*groups)) == len(TYPES)


def test_actor_types_that_say_the_size(run: Published) -> None:
    seen = [run.actor("DE-2001", row) for row in range(2, 8)]
    assert [row["sme"] for row in seen] == [True, True, False, False, False, None]
    assert len({row["actor_type"] for row in seen}) == 1


def test_addresses(run: Published) -> None:
    cells = set(run.table("findings")["cell"])
    assert {
        cell for cell in cells if cell and not re.fullmatch(r"[A-Z]{1,3}[1-9]\d*", cell)
    } == set()


@pytest.mark.parametrize("number", range(len(POSTCODES)), ids=lambda n: f"{POSTCODES[n][:2]}")
def test_postcodes(run: Published, number: int) -> None:
    _, _, expected = POSTCODES[number]
    row = number + 2
    distance = run.actor("DE-2002", row)["distance_km"]
    codes = run.codes("postcodes.xlsx", "Akteure", f"F{row}")
    if expected is None:
        assert distance is None
        assert codes == ["unknown_postcode"]
    else:
        assert expected[0] <= distance <= expected[1]
        assert codes == []


def test_postcode_far_from_its_coordinates(run: Published) -> None:
    assert run.codes("far.xlsx", "Akteure", "F2") == ["inconsistent"]
    assert run.actor("DE-2009", 2)["distance_km"] > 150  # own coordinates win


@pytest.mark.parametrize("row", range(2, 6))
def test_the_postcode_serves_for_half_a_pair_of_coordinates(run: Published, row: int) -> None:
    seen = run.actor("DE-2010", row)
    assert seen["distance_km"] < 5
    assert seen["near"] is True


def test_statement_against_the_figures(run: Published) -> None:
    assert run.codes("statement.xlsx", "Akteure", "N2") == ["inconsistent"]
    assert run.codes("statement.xlsx", "Akteure", "N3") == []
    assert run.actor("DE-2011", 2)["sme"] is False


def test_an_actor_counts_once(run: Published) -> None:
    rows = {
        int(row["cell"].lstrip("ABCDEFGHIJKLMNO"))
        for row in run.rows("findings", source_file="double.xlsx", code="duplicate_row")
    }
    assert rows == DUPLICATES
    # rows 3, 5, 7, 8, 9; of Iota the first row counts, and it is not bound
    assert run.condition("DE-2003", "1")["value_low"] == 5


def test_an_actor_of_whom_only_the_name_is_known(run: Published) -> None:
    """A name alone is no heading: the row stays in as a possibly bound actor."""
    assert run.places("only-name.xlsx") == {
        ("Akteure", "B3", "missing_value"),
        ("Akteure", "C3", "missing_value"),
    }
    assert run.actor("DE-2012", 3)["bound"] is None
    known = run.condition("DE-2012", "1")
    assert (known["value_low"], known["value_high"]) == (2, 3)


def test_the_loose_count_chooses_its_own_row(run: Published) -> None:
    """By the loose reading Iota's second row (active participation) is the one that is bound."""
    assert run.cluster("DE-2003")["actors_loose"] == 6


def test_bad_cells_of_duplicates_are_findings(run: Published) -> None:
    assert "bad_type" in run.codes("double.xlsx", "Akteure", "K4")


def test_the_good_items_of_a_list_count(run: Published) -> None:
    assert run.codes("measures.xlsx", "Stammdaten", "B13") == ["unknown_measure"]
    rows = run.rows("benchmarks", cluster_id="DE-2004", cohort_kind="measure")
    assert len({row["cohort"] for row in rows}) == 2


def test_missing_optional_sheet(run: Published) -> None:
    """A warning for the whole sheet; its figures are unknown."""
    (found,) = run.rows("findings", source_file="no-evidence.xlsx")
    assert (found["severity"], found["code"]) == ("warning", "missing_sheet")
    assert not found["cell"]
    assert run.outcome("no-evidence.xlsx") == ("reviewed", None)
    assert run.cluster("DE-2005")["success_stories"] is None
    assert run.condition("DE-2005", "12")["status"] == "undetermined"


def test_missing_optional_column(run: Published) -> None:
    """A missing optional column is a column of empty cells."""
    assert run.outcome("no-vzae.xlsx") == ("reviewed", None)
    assert run.cluster("DE-2006")["fte"] is None
    assert run.outcome("no-left.xlsx") == ("reviewed", None)
    assert run.cluster("DE-2007")["actors"] == 5  # nobody has left


def test_empty_sheets_count_zero(run: Published) -> None:
    assert run.outcome("empty-sheets.xlsx") == ("reviewed", None)
    seen = run.cluster("DE-2008")
    assert (seen["actors"], seen["success_stories"], seen["sme_share"]) == (0, 0, None)


def test_no_sheet_of_the_strict_file_is_lost() -> None:
    """The variant is what it claims to be: no part has a transitional namespace."""
    content = VARIANTS["strict"][0]
    assert isinstance(content, bytes)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [name for name in archive.namelist() if "worksheets/sheet" in name]
        assert len(sheets) == 7
        assert not any(b"openxmlformats.org/spreadsheetml" in archive.read(s) for s in sheets)
