"""Submissions as people send them: what a cell says. See `test_rows` for how a case is written."""

import re
from datetime import date
from typing import Any

import pytest

from tests.cases.test_rows import BASE, FILES, SAME, Codes, figures, file_of, statuses
from tests.intake.published import Published, publish
from tests.making.workbooks import rewrite

NOTHING: Codes = set()


def at(sheet: str, code: str, *cells: str) -> Codes:
    return {(sheet, cell, code) for cell in cells}


STRATEGY = at("Stammdaten", "bad_date", "B15")
FOUNDED = at("Stammdaten", "bad_date", "B5")
JOINED = at("Akteure", "bad_date", "D2", "D3")
# The file's beginning: the figures that differ from the base, the findings, and what messages say.
REVIEWED: dict[str, tuple[dict[str, Any], Codes, tuple[str, ...]]] = {
    **{
        f"DE-{name}": (SAME, NOTHING, ())
        for name in (
            *("1010_n10", "1013_n13", "1015_n15", "1023_d08", "1024_d09", "1026_d11", "1028_d13"),
            *("1029_p01", "1030_p02", "1033_u01", "1034_u02", "1035_u03", "1044_u12", "1086_x15"),
            *("1088_x17", "1090_x19", "1091_x20", "1093_x22", "1262_t10", "1274_t16", "1277_t19"),
            *("1306_r06", "1311_r11"),
        )
    },
    "DE-1005_n05": ({"fte": None}, at("Management", "bad_type", "B4"), ("50 % sind 0,5",)),
    "DE-1009_n09": (
        {"fte": None},
        at("Management", "bad_type", "B2", "B3"),
        ("Excel hat daraus ein Datum gemacht",),
    ),
    "DE-1016_d01": ({"actors": 36}, STRATEGY | JOINED, ("den Monat als Zahl schreiben",)),
    "DE-1018_d03": (
        {"actors": 37, "age_years": None, "secured_months": None},
        FOUNDED | at("Stammdaten", "bad_date", "B18") | at("Akteure", "bad_date", "E2"),
        ("das Jahr mit vier Ziffern",),
    ),
    "DE-1020_d05": (
        {"actors": 36, "age_years": None},
        FOUNDED | JOINED,
        ("ein Datum, das als Zahl angezeigt wird",),
    ),
    "DE-1022_d07": (
        {"actors": 36, "age_years": None},
        FOUNDED | JOINED,
        ("mit Punkten schreiben, zuerst den Tag",),
    ),
    "DE-1027_d12": ({"actors": 38, "secured_months": 95_679}, NOTHING, ()),
    "DE-1043_u11": (
        {"actors": 40},
        at("Akteure", "duplicate_row", "A42", "A43", "A44", "A45")
        | at("Akteure", "inconsistent", "A46"),
        ("sind es verschiedene, bitte an Name oder PLZ unterscheiden",),
    ),
    "DE-1045_u13": (
        {"actors": 37, "own_funds_share": None},
        at("Akteure", "bad_value", "C2") | at("Finanzierung", "bad_value", "B4", "B5"),
        ("Meinten Sie „Kooperationsvereinbarung“?", "Meinten Sie „Förderung Land“?"),
    ),
    "DE-1070_l25": (
        {"actors": 33},
        at("Akteure", "bad_value", "C3", "C4", "C5", "C6", "C7"),
        ("bitte das Wort in jeder Zeile ausschreiben",),
    ),
    "DE-1072_x01": (
        SAME,
        at("Akteure", "bad_type", "G2", "A3"),
        ("verknüpfter Datentyp oder ein Bild in der Zelle",),
    ),
    "DE-1096_x25": ({"actors": 38}, STRATEGY, ("ohne Satzzeichen am Ende schreiben (14.2.2025)",)),
    "DE-1263_t11": (
        {"budget_eur": 314_000},
        at("Finanzierung", "ambiguous_number", "C2", "C3", "C4", "C5"),
        ("als Tausenderzahl gelesen: 84000",),
    ),
    "DE-1283_t25": (
        {"fte": 250},
        at("Management", "inconsistent", "B2", "B3", "B4"),
        ("als 100 volle Stellen gelesen",),
    ),
    "DE-1284_t26": (
        {"fte": 100},
        at("Management", "inconsistent", "B2", "B3", "B4"),
        ("als 40 volle Stellen gelesen", "Wochenstunden"),
    ),
    "DE-1308_r08": ({"fte": 3.5}, NOTHING, ()),
}
# The file's beginning: the code of what puts it back, and what is said to be done.
QUARANTINED = {
    "DE-1017_d02": ("bad_date", "in der Form 31.12.2025"),
    "DE-1074_x03": ("bad_date", "in Excel öffnen, neu berechnen und speichern"),
    "DE-1085_x14": (
        "missing_sheet",
        "Bitte das Blatt „Stammdaten“ aus dem Erhebungsbogen ergänzen",
    ),
}
FORMATTED = "DE-1054_formatted_empty.xlsx"


def formatted_empty() -> bytes:
    """The base with 20,000 rows of formatted empty cells, and a used range to the last row."""

    def edit(xml: bytes) -> bytes:
        text = re.sub(r'<dimension ref="[^"]*"/>', '<dimension ref="A1:XFD1048576"/>', xml.decode())
        cells = "".join(f'<c r="{letter}{{0}}" s="0"/>' for letter in "ABCDEFGHIJKLMN")
        rows = (f'<row r="{n}">{cells.format(n)}</row>' for n in range(200, 20_200))
        return text.replace("</sheetData>", f"{''.join(rows)}</sheetData>").encode()

    def rename(xml: bytes) -> bytes:
        return xml.replace(b"DE-1000", b"DE-1054")

    base = (FILES / BASE).read_bytes()
    return rewrite(base, {"xl/worksheets/sheet2.xml": edit, "xl/worksheets/sheet1.xml": rename})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Published:
    paths = [FILES / BASE, *(file_of(start) for start in (*REVIEWED, *QUARANTINED))]
    files = {path.name: path.read_bytes() for path in paths} | {FORMATTED: formatted_empty()}
    return publish(tmp_path_factory.mktemp("cases"), files)


@pytest.mark.parametrize("start", REVIEWED)
def test_what_is_reviewed(run: Published, start: str) -> None:
    wanted, codes, words = REVIEWED[start]
    name, cluster_id = file_of(start).name, start[:7]
    assert run.outcome(name) == ("reviewed", None)
    assert run.places(name) == codes
    messages = [row["message_de"] for row in run.rows("findings", source_file=name)]
    for text in words:
        assert any(text in message for message in messages), messages
    seen, base = figures(run, cluster_id), figures(run, "DE-1000")
    if wanted == SAME:
        assert seen == base
        assert statuses(run, cluster_id) == statuses(run, "DE-1000")
    else:
        assert {key: seen[key] for key in wanted} == wanted


def test_formatted_empty_cells_are_nothing(run: Published) -> None:
    assert run.places(FORMATTED) == set()
    assert figures(run, "DE-1054") == figures(run, "DE-1000")


@pytest.mark.parametrize("start", QUARANTINED)
def test_what_is_put_back(run: Published, start: str) -> None:
    code, words = QUARANTINED[start]
    name = file_of(start).name
    assert run.outcome(name) == ("quarantined", code)
    assert any(words in row["message_de"] for row in run.rows("findings", source_file=name))


def test_a_stichtag_with_a_zone_is_the_day_in_berlin(run: Published) -> None:
    assert run.cluster("DE-1311")["as_of"] == date(2026, 9, 30)
