"""What may stay in a copy and what may not: formulas, parts, links, names of persons."""
# ruff: noqa: E501  (a package in words)

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from pipeline.report.feedback.copy import Job, make_copy
from pipeline.report.feedback.formulas import Harmless, harmless_names
from tests.feedback.making import TERMS, about, assert_untouched, copied, copy, mark, marked, write
from tests.feedback.package import check_package
from tests.making.damage import swap
from tests.making.workbooks import Raw, formula, rewrite, submission, xlsx

RULES = Harmless(
    frozenset({"akteure", "o'brien", "leer zeichen"}), frozenset({"satz"}), frozenset({"tabelle1"})
)
ACTORS, RELS = "xl/worksheets/sheet2.xml", "xl/worksheets/_rels/sheet2.xml.rels"
TYPES, BOOK, BOOK_RELS = "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("1+1", True),
        ("SUM(A1:B2)*$C$3", True),
        ("sum(A:A,1:2)", True),
        ("Akteure!A1+'O''Brien'!B2", True),
        ("'leer zeichen'!A1", True),
        ('IF(A1="http://x.org|cmd",TRUE,#N/A)', True),
        ("_xlfn.XLOOKUP(A1,B:B,C:C)", True),
        ("Tabelle1[[#This Row],[Betrag]]*satz", True),
        ("LOG10(A1)+{1,2;3,4}", True),
        ("A1%^2&\"x\"<>B2", True),
        # what reaches out, or might
        ("[1]Akteure!A1", False),
        ("'[1]Akteure'!A1", False),
        (r"'C:\[x.xlsx]Akteure'!A1", False),
        (r"'\\host\x.xlsx'!Name", False),
        ("cmd|'/c calc'!A0", False),
        ('WEBSERVICE("http://x.org")', False),
        ('_xlfn.WEBSERVICE("http://x.org")', False),
        ('HYPERLINK("http://x.org","x")', False),
        ('1+INDIRECT("[x.xlsx]A!A1")', False),
        ('IF(TRUE,RTD("a",,"b"))', False),
        ("CALL(1)", False),
        ("REGISTER.ID(1)", False),
        ('IMAGE("http://x.org")', False),
        ("CELL(\"filename\")", False),
        ("unbekannt+1", False),
        ("Fremd!A1", False),
        ("Fremd[Betrag]", False),
        ("A1#", False),
        ('"offen', False),
        ("GETPIVOTDATA(\"x\",A1)", False),
    ],
)  # fmt: skip
def test_formulas(text: str, harmless: bool) -> None:
    assert RULES.allows(text) is harmless


def test_names_stay_only_with_all_they_speak_of() -> None:
    names = {
        "gut": ["Akteure!$A$1"],
        "böse": ["[1]X!A1"],
        "über_böse": ["Böse+1"],
        "Auto_Open": ["1"],
        "_xlnm.Print_Area": ["Akteure!$A$1:$B$2"],
        "_xlnm.Other": ["1"],
    }
    kept = harmless_names(names, frozenset({"akteure"}), frozenset()).names
    assert kept == {"gut", "_xlnm.print_area"}


# ---- formulas in cells ----


def test_harmful_formulas_lose_their_text_and_keep_their_value(tmp_path: Path) -> None:
    book = submission()
    cells = {
        "K2": Raw("", "<f>WEBSERVICE(1)</f><v>40</v>"),
        "L2": Raw("", "<f>SUM(1,2)</f><v>3</v>"),
        "K3": Raw('t="str"', "<f>[1]A!A1</f><v>zwölf</v>"),
        "K4": Raw("", "<f>cmd|'x'!A0</f>"),
        "L4": formula(None),
        "M2": Raw('cm="1"', '<f t="array" ref="M2">SUM(A1:A2)</f><v>7</v>'),
        "K5": Raw("", '<f t="shared" ref="K5:K6" si="0">[1]A!B1</f><v>5</v>'),
        "K6": Raw("", '<f t="shared" si="0"/><v>6</v>'),
        "K7": Raw("", '<f t="dataTable" ref="K7" r1="A1"/><v>8</v>'),
    }
    for place, cell in cells.items():
        book.put("Akteure", place, cell)
    original = write(tmp_path / "x.xlsx", book)
    feedback = copied(original)
    assert_untouched(original, feedback)
    part = check_package(feedback.read_bytes())["xl/worksheets/sheet3.xml"].decode()
    found = dict(re.findall(r'<c r="(\w+)"[^>]*>(?:(?!</c>).)*?<f[^>]*>([^<]*)</f>', part))
    assert found == {"K4": "NA()", "L4": "1+1", "L2": "SUM(1,2)", "M2": "SUM(A1:A2)"}
    assert "cm=" not in part


# ---- parts ----

LEFT_OUT = {
    "xl/vbaProject.bin": b"macro",
    "xl/externalLinks/externalLink1.xml": b"<externalLink/>",
    "xl/media/image1.png": b"png",
    "xl/drawings/drawing1.xml": b"<wsDr/>",
    "xl/embeddings/oleObject1.bin": b"ole",
    "xl/activeX/activeX1.xml": b"<ocx/>",
    "xl/connections.xml": b"<connections/>",
    "xl/queryTables/queryTable1.xml": b"<queryTable/>",
    "xl/persons/person.xml": b"<personList>Erika Muster</personList>",
    "xl/threadedComments/threadedComment1.xml": b"<ThreadedComments/>",
    "xl/printerSettings/printerSettings1.bin": b"printer",
    "xl/calcChain.xml": b"<calcChain/>",
    "xl/metadata.xml": b"<metadata/>",
    "xl/pivotTables/pivotTable1.xml": b"<pivotTableDefinition/>",
    "customXml/item1.xml": b"<x/>",
    "customUI/customUI.xml": b"<customUI/>",
    "docProps/custom.xml": b"<Properties>Erika Muster</Properties>",
}
SHEET_RELATIONS = f"""<Relationships xmlns="{PACKAGE}">
<Relationship Id="d" Type="{OFFICE}/drawing" Target="../drawings/drawing1.xml"/>
<Relationship Id="v" Type="{OFFICE}/vmlDrawing" Target="../drawings/vmlDrawing1.vml"/>
<Relationship Id="c" Type="{OFFICE}/comments" Target="../comments1.xml"/>
<Relationship Id="t" Type="{OFFICE}/table" Target="../tables/table1.xml"/>
<Relationship Id="q" Type="{OFFICE}/queryTable" Target="../queryTables/queryTable1.xml"/>
<Relationship Id="p" Type="{OFFICE}/printerSettings" Target="../printerSettings/printerSettings1.bin"/>
<Relationship Id="o" Type="{OFFICE}/oleObject" Target="../embeddings/oleObject1.bin"/>
<Relationship Id="h" Type="{OFFICE}/hyperlink" Target="http://x.org" TargetMode="External"/>
</Relationships>"""
BEFORE = """<sheetProtection sheet="1"/><customSheetViews><customSheetView guid="{0}"/></customSheetViews>"""
AFTER = """<conditionalFormatting sqref="A2"><cfRule type="expression" priority="1" dxfId="0">
<formula>Bezug&gt;1</formula></cfRule><cfRule type="expression" priority="5"><formula>A2=1</formula>
</cfRule></conditionalFormatting><dataValidations count="2"><dataValidation type="list" sqref="B2">
<formula1>INDIRECT(A1)</formula1></dataValidation><dataValidation type="list" sqref="C2"><formula1>
"ja,nein"</formula1></dataValidation></dataValidations><hyperlinks><hyperlink ref="A2" r:id="h"/>
<hyperlink ref="A3" location="Management!A1"/></hyperlinks><pageSetup orientation="landscape" r:id="p"/>
<headerFooter><oddHeader>&amp;L&amp;G</oddHeader></headerFooter><drawing r:id="d"/><legacyDrawing r:id="v"/>
<oleObjects><oleObject progId="x" shapeId="1" r:id="o"/></oleObjects>
<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice
 Requires="x14"><controls/></mc:Choice></mc:AlternateContent><tableParts count="1"><tablePart r:id="t"/>
</tableParts><extLst><ext uri="{05C60535-1F16-4fd2-B633-F4F36F0B64E0}"/></extLst>"""
COMMENTS = """<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><authors>
<author>Erika Muster</author><author>tc={1}</author></authors><commentList><comment ref="C3"
 authorId="0"><text><r><rPr><b/></rPr><t>Erika Muster:</t></r><r><t>
bitte prüfen</t></r></text></comment><comment ref="C5" authorId="1"><text><t>[Threaded comment]

Your version of Excel allows you to read this.

Comment:
    wirklich?</t></text></comment></commentList></comments>"""
TABLE = """<table xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" id="1" name="T"
 displayName="Akteursliste" ref="A1:B3" tableType="queryTable"><autoFilter ref="A1:B3"/>
<tableColumns count="2"><tableColumn id="1" name="Name" queryTableFieldId="1"/><tableColumn id="2"
 name="Akteurstyp"><calculatedColumnFormula>[1]A!A1</calculatedColumnFormula></tableColumn>
</tableColumns></table>"""
NAMES = """<definedNames><definedName name="Bezug">[1]X!A1</definedName><definedName
 name="Summe">Akteure!$A$1</definedName><definedName name="_xlnm.Print_Area" localSheetId="1">
Akteure!$A$1:$B$9</definedName></definedNames>"""


def crowded() -> bytes:
    """A macro workbook with everything in it that is left out."""
    data = rewrite(
        xlsx(submission()),
        {
            ACTORS: swap(("</sheetData>", f"</sheetData>{BEFORE}"), ("<pageMargins", f"{AFTER}<x")),
            TYPES: swap(
                ("spreadsheetml.sheet.main+xml", "spreadsheetml.sheet.main+xml"),
                (
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                    "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
                ),
            ),
            BOOK: swap(
                ("<calcPr", f"{NAMES}<calcPr"),
                ("<bookViews>", '<fileSharing userName="Erika Muster"/><bookViews>'),
            ),
            BOOK_RELS: swap(
                (
                    "</Relationships>",
                    f'<Relationship Id="v" Type="{OFFICE}/vbaProject" Target="vbaProject.bin"/>'
                    f'<Relationship Id="e" Type="{OFFICE}/externalLink"'
                    ' Target="externalLinks/externalLink1.xml"/></Relationships>',
                )
            ),
        },
    )
    stream = io.BytesIO(data)
    more = LEFT_OUT | {
        RELS: SHEET_RELATIONS.encode(),
        "xl/comments1.xml": COMMENTS.encode(),
        "xl/drawings/vmlDrawing1.vml": b"<xml/>",
        "xl/tables/table1.xml": TABLE.encode(),
    }
    with zipfile.ZipFile(stream, "a") as archive:
        for name, content in more.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.fixture(scope="module")
def feedback(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = write(tmp_path_factory.mktemp("crowded") / "x.xlsm", crowded())
    result = marked(path, "C3", "D4")
    assert_untouched(path, result)
    return result


def test_only_what_is_allowed_comes_out(feedback: Path) -> None:
    parts = check_package(feedback.read_bytes())
    assert not set(LEFT_OUT) & set(parts)
    assert not any(name.startswith("docProps") for name in parts)
    everything = b"".join(parts.values())
    for word in (
        b"Erika",
        b"x.org",
        b"macroEnabled",
        b"INDIRECT",
        b"[1]",
        b"queryTable",
        b"&amp;G<",
    ):
        assert (word in everything) is (word == b"&amp;G<"), word


def test_what_is_left_out_is_said(feedback: Path) -> None:
    first = openpyxl.load_workbook(feedback).worksheets[0]
    said = " ".join(str(cell.value) for row in first.iter_rows() for cell in row if cell.value)
    for word in ("Makros", "Bilder", "Verweise auf andere Dateien", "Regeln und Auswahllisten"):
        assert word in said


def test_harmless_neighbours_stay(feedback: Path) -> None:
    book = openpyxl.load_workbook(feedback)
    actors = book["Akteure"]
    rules = {
        r.formula[0]: r.priority for group in actors.conditional_formatting for r in group.rules
    }
    assert rules == {'LEN("cluster-review: error")>0': 1, "A2=1": 2}
    assert [v.formula1.strip() for v in actors.data_validations.dataValidation] == ['"ja,nein"']
    assert actors["A3"].hyperlink.location == "Management!A1"
    assert actors["A2"].hyperlink is None
    assert actors.page_setup.orientation == "landscape"
    assert actors.protection.sheet
    assert [t.displayName for t in actors.tables.values()] == ["Akteursliste"]
    assert set(book.defined_names) == {"Summe"}
    assert actors.print_area == "'Akteure'!$A$1:$B$9"


def test_comments_of_the_sender_stay_without_names(feedback: Path) -> None:
    actors = openpyxl.load_workbook(feedback)["Akteure"]
    ours, theirs = actors["C3"].comment.text.split("\n\n– – – – –\n")
    assert "Bitte C3 ändern." in ours
    assert theirs == "bitte prüfen"
    assert actors["C5"].comment.text == "wirklich?"
    assert actors["C5"].comment.author == "None"  # no name at all


def test_a_comment_beside_ours_survives_the_next_round(feedback: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "y.xlsx", feedback.read_bytes())
    moved = openpyxl.load_workbook(marked(path, "C5"))["Akteure"]
    assert moved["C3"].comment.text == "bitte prüfen"
    assert moved["D4"].comment is None
    assert moved["C5"].comment.text.endswith("wirklich?")


# ---- strings of strangers ----


def test_strings_never_become_formulas_or_links(tmp_path: Path) -> None:
    book = submission()
    name = "=cmd|'x'!A0&<b>"
    odd = mark("A1", "O'Brien & Co")
    book.sheets["O'Brien & Co"] = [["=1+1"]]
    path = write(tmp_path / "x.xlsx", book)
    subject = about(path, odd, mark("C3", "kein Blatt"), mark("quatsch")).about(name)
    result = copy(subject)
    parts = check_package(result.read_bytes())
    protocol = parts["xl/worksheets/sheet1.xml"]
    assert b"<f" not in protocol.replace(b"<formula>", b"")
    first = openpyxl.load_workbook(result).worksheets[0]
    links = {str(c.value): c.hyperlink.location for r in first for c in r if c.hyperlink}
    assert links == {
        "O'Brien & Co!A1": "'O''Brien & Co'!A1",
        "Akteure!quatsch": "'Akteure'!quatsch",
    }
    assert name in {cell.value for row in first for cell in row}


def test_control_characters_and_escapes_do_no_harm(tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlsx", submission())
    result = copy(about(path, mark("C3")).about("a\x00b\ufffe_x0041_\ud800"))
    first = openpyxl.load_workbook(result).worksheets[0]
    (shown,) = [r[1].value for r in first.iter_rows() if r[0].value == "Datei"]
    assert shown == "a\ufffdb\ufffd_x005F_x0041_\ufffd"


@pytest.mark.parametrize(
    "edit",
    [
        swap(("<worksheet ", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet ')),
        swap(("</sheetData>", "</sheetData><unknown/>")),
        swap(("<sheetData>", '<sheetData><y:x xmlns:y="urn:y"/>')),
    ],
)
def test_odd_worksheets_give_a_copy_or_none(edit: object, tmp_path: Path) -> None:
    """Every copy is consistent."""
    data = rewrite(xlsx(submission()), {"xl/worksheets/sheet7.xml": edit})  # type: ignore[dict-item]
    path = write(tmp_path / "x.xlsx", data)
    target = tmp_path / "y.xlsx"
    if make_copy(Job(about(path, mark("C3")), target), TERMS) == "":
        check_package(target.read_bytes())
        assert_untouched(path, target)
