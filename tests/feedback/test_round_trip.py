"""The copy is read exactly like its original, and can be corrected and submitted."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from tests.feedback.making import (
    assert_untouched,
    copied,
    examine_together,
    findings,
    marked,
    places,
    write,
)
from tests.feedback.package import MAIN, check_package, parts_of
from tests.making.damage import macro_enabled, short_dimension, strict, swap
from tests.making.workbooks import (
    Book,
    Rich,
    Styled,
    error,
    formula,
    openpyxl_xlsx,
    rewrite,
    submission,
    xlsx,
)

STYLES, ACTORS = "xl/styles.xml", "xl/worksheets/sheet2.xml"


def faulty() -> Book:
    """One of everything: errors, formulas with and without value, dates, wrong words, gaps."""
    book = submission(Bundesland="Tirol", Clustername=Rich("Halb fett"))
    book.set("Akteure", "Beschäftigte", error("#N/A"))
    book.set("Akteure", "Umsatz EUR", formula(1234.5))
    book.set("Akteure", "Beitritt", formula(None), row=3)
    book.set("Akteure", "Austritt", "31.02.2024", row=3)
    book.set("Akteure", "Bindung", None, row=4)
    book.set("Akteure", "PLZ", Styled(1067, "00000"), row=5)
    book.set("Akteure", "Ort", formula("Köln"), row=5)
    book.set("Akteure", "KMU", True, row=6)
    book.set("Management", "Beginn", datetime(2020, 1, 1, 12, 30))
    book.set("Finanzierung", "Betrag EUR", "1.234")
    book.set("Nachweise", "Datum", formula(45000, as_date=True))
    return book


def with_1904() -> Book:
    book = faulty()
    book.date_1904 = True
    return book


def with_inline() -> Book:
    book = faulty()
    book.inline_strings = True
    return book


def with_hidden() -> Book:
    book = faulty()
    book.hidden_sheets, book.hidden_rows = {"Akteure", "Stammdaten"}, {("Management", 2)}
    return book


def with_odd_names() -> Book:
    book = submission().rename({"Akteure": "AKTEURE "})
    book.sheets["O'Brien & <Söhne>"] = [["x"]]
    return book.set("AKTEURE ", "Akteurstyp", "Quatsch")


def prefixed(data: bytes) -> bytes:
    def edit(xml: bytes) -> bytes:
        return re.sub(rb"<(/?)(\w+)", rb"<\1x:\2", xml).replace(b"xmlns=", b"xmlns:x=", 1)

    return rewrite(data, {ACTORS: edit, "xl/workbook.xml": edit})


def without(data: bytes, *dropped: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            if name not in dropped:
                new.writestr(name, old.read(name))
    return target.getvalue()


def without_styles() -> bytes:
    data = openpyxl_xlsx(Book({"Stammdaten": [["Cluster-ID", "x"]], "Akteure": [["Name"], ["A"]]}))
    rels = b"xl/_rels/workbook.xml.rels".decode()
    edited = rewrite(
        data,
        {
            rels: lambda xml: re.sub(rb"<Relationship [^>]*styles[^>]*/>", b"", xml),
            "[Content_Types].xml": lambda xml: re.sub(rb"<Override [^>]*styles[^>]*/>", b"", xml),
        },
    )
    return without(edited, STYLES)


BOOKS: dict[str, Callable[[], bytes]] = {
    "plain": lambda: xlsx(submission()),
    "faulty": lambda: xlsx(faulty()),
    "1904": lambda: xlsx(with_1904()),
    "inline": lambda: xlsx(with_inline()),
    "hidden": lambda: xlsx(with_hidden()),
    "odd names": lambda: xlsx(with_odd_names()),
    "xlsm": lambda: macro_enabled(xlsx(faulty())),
    "openpyxl": lambda: openpyxl_xlsx(submission(Bundesland="Tirol")),
    "prefixed": lambda: prefixed(xlsx(faulty())),
    "dimension": lambda: short_dimension(xlsx(faulty()), 2),
    "without styles": without_styles,
    "no cells": lambda: xlsx(submission().rename({"Gremien": "Leer"})),
    "spill": lambda: xlsx(submission().set("Akteure", "Beschäftigte", error("#SPILL!"))),
}


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path]]:
    """All books and their copies, examined together."""
    folder = tmp_path_factory.mktemp("books")
    originals = [write(folder / f"{name}.xlsx", make()) for name, make in BOOKS.items()]
    examine_together(originals)
    made = [copied(path) for path in originals]
    examine_together(made)
    return dict(zip(BOOKS, zip(originals, made, strict=True), strict=True))


@pytest.mark.parametrize("name", BOOKS)
def test_the_copy_reads_as_the_original(name: str, copies: dict[str, tuple[Path, Path]]) -> None:
    original, copy = copies[name]
    check_package(copy.read_bytes())
    assert_untouched(original, copy)


@pytest.mark.parametrize("name", ["plain", "faulty", "hidden", "prefixed", "xlsm", "odd names"])
def test_a_copy_of_a_copy_is_the_same(name: str, tmp_path: Path) -> None:
    first = copied(write(tmp_path / "x.xlsx", BOOKS[name]()))
    again = copied(write(tmp_path / "y.xlsx", first.read_bytes()))
    one, two = parts_of(first.read_bytes()), parts_of(again.read_bytes())
    protocol = "xl/worksheets/sheet1.xml"  # it names the file
    assert one.pop(protocol).replace(b"x.xlsx", b"y.xlsx") == two.pop(protocol)
    assert one == two


def test_what_is_not_touched_is_copied_as_it_is(tmp_path: Path) -> None:
    original = write(tmp_path / "x.xlsx", faulty())
    one, two = (parts_of(p.read_bytes()) for p in (original, copied(original)))
    for part in ("xl/sharedStrings.xml", "xl/theme/theme1.xml"):
        assert one[part] == two[part]

    def cells(xml: bytes) -> bytes:
        data = next(etree.fromstring(xml).iter(f"{MAIN}sheetData"))
        return bytes(etree.tostring(data, method="c14n"))

    for number in range(1, 8):
        before, after = (f"xl/worksheets/sheet{n}.xml" for n in (number, number + 1))
        assert cells(one[before]) == cells(two[after])


def test_a_corrected_copy_gives_the_corrected_values(tmp_path: Path) -> None:
    book = submission(Bundesland="Tirol").set("Akteure", "Beitritt", "31.02.2024", row=3)
    copy = copied(write(tmp_path / "x.xlsx", book))
    assert len(places(copy)) == 2
    sent = openpyxl.load_workbook(copy)
    sent["Stammdaten"]["B7"] = "Sachsen"
    sent["Akteure"]["D3"] = date(2024, 2, 29)
    sent.save(tmp_path / "sent.xlsx")
    assert findings(tmp_path / "sent.xlsx").is_empty()
    clean = openpyxl.load_workbook(copied(tmp_path / "sent.xlsx"))
    assert not clean["Akteure"].conditional_formatting
    assert not any(cell.comment for row in clean["Akteure"].iter_rows() for cell in row)
    assert clean.sheetnames[0] == "Prüfprotokoll"


def test_strict_workbooks_are_copied_by_values(tmp_path: Path) -> None:
    original = write(tmp_path / "x.xlsx", strict(xlsx(submission(Bundesland="Tirol"))))
    if places(original) != {("Stammdaten", "B7", "bad_value")}:
        pytest.skip("intake does not read strict workbooks")
    copy = copied(original)
    check_package(copy.read_bytes())
    assert_untouched(original, copy)


def test_the_sender_keeps_a_sheet_of_the_same_name(tmp_path: Path) -> None:
    book = submission()
    book.sheets["prüfprotokoll"] = [["unseres"]]
    copy = marked(write(tmp_path / "x.xlsx", book), "C3")
    names = openpyxl.load_workbook(copy).sheetnames
    assert names[0] == "Prüfprotokoll 2"
    assert names[-1] == "prüfprotokoll"
    again = marked(write(tmp_path / "y.xlsx", copy.read_bytes()), "C3")
    assert openpyxl.load_workbook(again).sheetnames == names


def test_a_sheet_of_theirs_that_names_us_is_never_lost(tmp_path: Path) -> None:
    """A sender who plants our sign on Akteure gets a copy by values, with that sheet in it."""
    rule = (
        '<conditionalFormatting sqref="A1"><cfRule type="expression" priority="1"><formula>'
        "LEN(&quot;cluster-review: protocol&quot;)&gt;0</formula></cfRule></conditionalFormatting>"
    )
    edit = swap(("</sheetData>", f"</sheetData>{rule}"))
    original = write(tmp_path / "x.xlsx", rewrite(xlsx(submission()), {ACTORS: edit}))
    assert_untouched(original, copied(original))
