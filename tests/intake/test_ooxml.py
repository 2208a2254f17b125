"""Cells of .xlsx as no program should write them, but some do: read as Excel shows them, or refused."""
# ruff: noqa: E501  (tables of XML)

from pathlib import Path

import pytest

from pipeline.intake.values import DAY, ELAPSED, PLAIN, TIME, kind_shown_by

from .raw import (
    LINKS,
    MAIN,
    PACKAGE,
    Found,
    outcome,
    read,
    refused,
    relationships,
    row,
    sheet_xml,
    xlsx,
)

LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'

# Content of one cell A1 -> its value (None: nothing).
CELLS: list[tuple[str, tuple[str, float | str] | None]] = [
    ('<c r="A1"><v>1.5</v></c>', ("n", 1.5)),
    ('<c r="A1"><v>1E3</v></c>', ("n", 1000)),
    ('<c r="A1"><v>&#49;2</v></c>', ("n", 12)),
    ('<c r="A1"><v><![CDATA[12]]></v></c>', ("n", 12)),
    ('<c r="A1"><v>1<!-- x -->2</v></c>', ("n", 12)),
    ('<c r="A1"><v> 12 </v></c>', ("n", 12)),
    ('<c r="A1"><v>1E+308</v></c>', ("n", 1e308)),
    ('<c r="A1"><v>1E+309</v></c>', ("t", "1E+309")),
    ('<c r="A1"><v>NaN</v></c>', ("t", "NaN")),
    ('<c r="A1"><v>INF</v></c>', ("t", "INF")),
    ('<c r="A1"/>', None),
    ('<c r="A1" s="1"></c>', None),
    ('<c r="A1"><v></v></c>', None),
    ('<c r="A1" t="s"><v>1</v></c>', ("s", "eins & 1")),
    ('<c r="A1" t="s"><v> 1 </v></c>', ("s", "eins & 1")),
    ('<c r="A1" t="s"><v>2</v></c>', None),  # a blank text
    ('<c r="A1" t="str"><v>x &lt; y</v></c>', ("s", "x < y")),
    ('<c r="A1" t="str"><f>A2</f><v></v></c>', None),
    ('<c r="A1" t="str"><f>A2</f></c>', ("f", "")),
    ('<c r="A1"><f>1+1</f></c>', ("f", "")),
    ('<c r="A1"><f>1+1</f><v></v></c>', ("f", "")),
    ('<c r="A1"><f>1+1</f><v>2</v></c>', ("n", 2)),
    ('<c r="A1"><f t="shared" si="0"/><v>2</v></c>', ("n", 2)),
    ('<c r="A1"><f t="array" ref="A1:A2">1+1</f><v>2</v></c>', ("n", 2)),
    ('<c r="A1"><f t="dataTable" ref="A1:A2" dt2D="1" r1="B1"/></c>', ("f", "")),
    ('<c r="A1" s="1"><f>TODAY()</f><v>45000</v></c>', ("d", 19431)),
    ('<c r="A1" t="e"><v>#REF!</v></c>', ("e", "#REF!")),
    ('<c r="A1" t="e"><f>A2</f><v>#SPILL!</v></c>', ("e", "#SPILL!")),
    ('<c r="A1" t="b"><v>1</v></c>', ("b", 1)),
    ('<c r="A1" t="b"><v>false</v></c>', ("b", 0)),
    ('<c r="A1" t="d"><v>2025-12-31</v></c>', ("d", 20453)),
    ('<c r="A1" t="d"><v>2025-12-31T12:00:00.000</v></c>', ("d", 20453)),
    ('<c r="A1" t="d"><v>2025-02-30</v></c>', ("t", "2025-02-30")),
    ('<c r="A1" t="inlineStr"><is><t>x</t></is></c>', ("s", "x")),
    ('<c r="A1" t="inlineStr"><v>x</v></c>', ("s", "x")),
    ('<c r="A1" t="inlineStr"><f>A2</f><is><t>x</t></is></c>', ("s", "x")),
    ('<c r="A1" t="inlineStr"><is><t xml:space="preserve"> x </t></is></c>', ("s", " x ")),
    ('<c r="A1" t="inlineStr"><is><r><t>a</t></r><r><rPr><b/></rPr><t>b</t></r></is></c>', ("s", "ab")),
    ('<c r="A1" t="inlineStr"><is><t>x</t><rPh sb="0" eb="1"><t>y</t></rPh></is></c>', ("s", "x")),
    ('<c r="A1" t="inlineStr"><is><t>a_x000A_b</t></is></c>', ("s", "a\nb")),
    ('<c r="A1" t="inlineStr"><is><t>_x005F_x000D_</t></is></c>', ("s", "_x000D_")),
    ('<c r="A1" t="inlineStr"><is><t>_xD83D__xDE00_</t></is></c>', ("s", "😀")),
    ('<c r="A1" t="inlineStr"><is><t>a_x0000_b</t></is></c>', ("s", "ab")),
    ('<c r="A1" s="1"><v>45000</v></c>', ("d", 19431)),
    ('<c r="A1" s="1"><v>45000.99</v></c>', ("d", 19431)),
    ('<c r="A1" s="1"><v>1</v></c>', ("d", -25567)),  # 1900-01-01
    ('<c r="A1" s="1"><v>61</v></c>', ("d", -25508)),  # 1900-03-01
    ('<c r="A1" s="1"><v>60</v></c>', ("t", "29.02.1900")),
    ('<c r="A1" s="1"><v>2958465</v></c>', ("d", 2932896)),  # 9999-12-31
    ('<c r="A1" s="1"><v>2958466</v></c>', ("t", "2958466")),
    ('<c r="A1" s="1"><v>-1</v></c>', ("t", "-1")),
    ('<c r="A1" s="1"><v>NaN</v></c>', ("t", "NaN")),
    ('<c r="A1" s="1"><v>1E+300</v></c>', ("t", "1E+300")),
    ('<c r="A1" s="2"><v>0.5</v></c>', ("t", "12:00:00")),
    ('<c r="A1" s="3"><v>1.5</v></c>', ("t", "36:00:00")),
    ('<c r="A1" s="4"><v>1.5</v></c>', ("n", 1.5)),
    ('<c><v>7</v></c>', ("n", 7)),  # without a reference
]  # fmt: skip


@pytest.mark.parametrize(("xml", "said"), CELLS)
def test_cell(xml: str, said: tuple[str, float | str] | None, tmp_path: Path) -> None:
    expected = {} if said is None else {"A1": said}
    assert read(xlsx(row(xml)), tmp_path) == expected


ROWS: list[tuple[str, Found]] = [
    # several cells, rows without number, cells without reference
    (row('<c r="B1"><v>1</v></c><c><v>2</v></c>') + row("<c><v>3</v></c>", ""), {"B1": ("n", 1), "C1": ("n", 2), "A2": ("n", 3)}),
    # rows and cells in another order
    (row('<c r="A2"><v>2</v></c>', ' r="2"') + row('<c r="B1"><v>1</v></c><c r="A1"><v>0</v></c>'), {"A1": ("n", 0), "B1": ("n", 1), "A2": ("n", 2)}),
    # a cell's reference wins over its row's number
    (row('<c r="A5"><v>5</v></c>', ' r="4"'), {"A5": ("n", 5)}),
    (row("", ' r="1" spans="1:2"') + '<row r="2"/>' + row('<c r="A3"><v>5</v></c>', ' r="3"'), {"A3": ("n", 5)}),
    ("", {}),
    (row('<c r="$a$1"><v>1</v></c>'), {"A1": ("n", 1)}),
    ("\n  " + row('\n <c r="A1"><v>1</v></c>\n'), {"A1": ("n", 1)}),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "said"), ROWS)
def test_rows(rows: str, said: Found, tmp_path: Path) -> None:
    assert read(xlsx(rows), tmp_path) == said


REFUSED: list[tuple[bytes, str, str]] = [
    (xlsx(row('<c r="A1" t="s"><v>3</v></c>')), "unreadable", "text_missing"),
    (xlsx(row('<c r="A1" t="s"><v>-1</v></c>')), "unreadable", "text_missing"),
    (xlsx(row('<c r="A1" t="s"><v>1.0</v></c>')), "unreadable", "text_missing"),
    (xlsx(row('<c r="A1" t="s"><v>x</v></c>')), "unreadable", "text_missing"),
    (xlsx(row('<c r="A1" t="s"><v>1</v></c>'), strings=None), "unreadable", "text_missing"),
    (xlsx(row('<c r="A1" s="99"><v>1</v></c>')), "unreadable", "style_missing"),
    (xlsx(row('<c r="A1" s="-1"><v>1</v></c>')), "unreadable", "style_missing"),
    (xlsx(row('<c r="A1"><v>1_000</v></c>')), "unreadable", "bad_cell"),
    (xlsx(row('<c r="A1"><v>x</v></c>')), "unreadable", "bad_cell"),
    (xlsx(row('<c r="A1"><v>infinity</v></c>')), "unreadable", "bad_cell"),
    (xlsx(row('<c r="A1" t="b"><v>2</v></c>')), "unreadable", "bad_cell"),
    (xlsx(row('<c r="A1" t="zz"><v>2</v></c>')), "unreadable", "bad_cell"),
    (xlsx(row('<c r="A1"><v>1</v></c><c r="A1"><v>2</v></c>')), "unreadable", "duplicate_cell"),
    (xlsx(row('<c r="A1"><v>1</v></c>') + row('<c r="A1"><v>2</v></c>', "")), "unreadable", "duplicate_cell"),
    (xlsx(row('<c r="XFE1"><v>1</v></c>')), "unreadable", "beyond"),
    (xlsx(row('<c r="A1048577"><v>1</v></c>')), "unreadable", "beyond"),
    (xlsx(row("", ' r="4294967299"')), "unreadable", "beyond"),
    (xlsx(row('<c r="A1"><v>1</v></c>', ' r="0"')), "unreadable", "beyond"),
    (xlsx(row('<c r="A1"><v>1</v></c>') + row('<c r="XFD1048576"><v>1</v></c>', "")), "too_large", "area"),
    # ill-formed XML
    (xlsx(row('<c r="A1"><v>1</v></c>') + "<row>"), "unreadable", "xml"),
    (xlsx(row('<c r="A1" s="0" s="1"><v>1</v></c>')), "unreadable", "xml"),
    (xlsx(row('<c r="A1"><v>1</v></c>', ' r="1" x:y="1"')), "unreadable", "xml"),
    (xlsx(row('<c r="A1"><f a="1" a="2">1</f><v>1</v></c>')), "unreadable", "xml"),
    (xlsx(row('<c r="A1" t="str"><v>&nbsp;</v></c>')), "unreadable", "xml"),
    (xlsx(row('<c r="A1" t="str"><v>a\x01b</v></c>')), "unreadable", "xml"),
    (xlsx(row('<c r="A1" \x01><v>1</v></c>')), "unreadable", "xml"),
    (xlsx(row('<c r="A1" t="str"><v>a]]>b</v></c>')), "unreadable", "xml"),
    (xlsx("", sheet=sheet_xml("")[:-5]), "unreadable", "xml"),
    (xlsx("", sheet=sheet_xml("").encode() + b"\0"), "unreadable", "xml"),
    (xlsx("", sheet=sheet_xml(row('<c r="A1" t="str"><v>\xff</v></c>')).encode("latin-1")), "unreadable", "xml"),
    # declarations
    *((xlsx("", **{part: LAUGHS + f'<x xmlns="{MAIN}">&b;</x>'}), "unreadable", "entities") for part in ("sheet", "workbook", "rels")),
    *((xlsx(row('<c r="A1" t="s"><v>0</v></c>'), **{part: f'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x xmlns="{MAIN}"/>'}), "unreadable", "entities") for part in ("styles", "strings")),
    # parts that are missing or not what they should be
    (xlsx("", sheet=None), "unreadable", "no_sheet_part"),
    (xlsx("", sheet="<html/>"), "unreadable", "no_sheet_part"),
    (xlsx("", sheet="<worksheet><sheetData/></worksheet>"), "unreadable", "no_sheet_part"),
    (xlsx("", sheet=f'<worksheet xmlns="{MAIN}"/>'), "unreadable", "no_sheet_part"),
    (xlsx("", workbook=None), "unreadable", "no_workbook_part"),
    (xlsx("", workbook=""), "unreadable", "xml"),
    (xlsx("", workbook=f'<workbook xmlns="{MAIN}"/>'), "unreadable", "no_sheets"),
    (xlsx("", rels=None), "unreadable", "no_sheet_part"),
    (xlsx("", rels=relationships(("r1", "worksheet", "../../outside.xml"))), "unreadable", "no_sheet_part"),
    (xlsx("", rels=relationships(("r1", "worksheet", "http://example.invalid/sheet1.xml"))), "unreadable", "no_sheet_part"),
    (xlsx("", rels=f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{LINKS}/worksheet" TargetMode="External" Target="worksheets/sheet1.xml"/></Relationships>'), "unreadable", "no_sheet_part"),
    # too much
    (xlsx(row("".join(f'<c t="inlineStr"><is><t>{"x" * 30_000}</t></is></c>' for _ in range(800)))), "too_large", "ratio"),
    (xlsx("".join(row(f'<c r="A{i}" t="s"><v>0</v></c>', f' r="{i}"') for i in range(1, 900)), strings=f'<sst xmlns="{MAIN}"><si><t>{"x" * 1_048_576}</t></si></sst>'), "too_large", "text"),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_refused(number: int, tmp_path: Path) -> None:
    data, code, reason = REFUSED[number]
    assert refused(data, tmp_path) == (code, reason)


ONE = row('<c r="A1" t="s"><v>1</v></c><c r="B1" s="1"><v>45000</v></c>')
USUAL: Found = {"A1": ("s", "eins & 1"), "B1": ("d", 19431)}
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
ALIKE: dict[str, tuple[bytes, Found]] = {
    "as it is": (xlsx(ONE), USUAL),
    "UTF-16": (xlsx("", sheet=('<?xml version="1.0" encoding="UTF-16"?>' + sheet_xml(ONE)).encode("utf-16")), USUAL),
    "Latin-1": (xlsx("", sheet=('<?xml version="1.0" encoding="ISO-8859-1"?>' + sheet_xml(ONE)).encode()), USUAL),
    "byte order mark": (xlsx("", sheet=sheet_xml(ONE).encode("utf-8-sig")), USUAL),
    "other prefixes": (xlsx("", sheet=f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1" t="s"><x:v>1</x:v></x:c><x:c r="B1" s="1"><x:v>45000</x:v></x:c></x:row></x:sheetData></x:worksheet>'), USUAL),
    "strict": (xlsx("", sheet=sheet_xml(ONE).replace(MAIN, STRICT)), USUAL),
    "as Excel writes it": (xlsx("", sheet=sheet_xml(ONE).replace("<worksheet ", '<worksheet xmlns:x14ac="urn:x14" xmlns:x15="urn:x15" ').replace('<row r="1"', '<row r="1" spans="1:2" x14ac:dyDescent="0.25"')), USUAL),
    "wrong dimension": (xlsx("", sheet=sheet_xml(ONE).replace("<sheetData>", '<dimension ref="A1"/><sheetData>')), USUAL),
    "no dimension at all": (xlsx("", sheet=sheet_xml(ONE).replace("<sheetData>", '<dimension ref="1:4"/><sheetData>')), USUAL),
    "1904": (xlsx(ONE, '<workbookPr date1904="1"/>'), USUAL | {"B1": ("d", 20893)}),
    "1904 and an extension": (xlsx(ONE, '<workbookPr date1904="true"/><e:workbookPr xmlns:e="urn:e"/>'), USUAL | {"B1": ("d", 20893)}),
    "count of texts": (xlsx(ONE, strings=f'<sst xmlns="{MAIN}" count="4000000000" uniqueCount="4000000000"><si><t>a</t></si><si><t>b</t></si></sst>'), USUAL | {"A1": ("s", "b")}),
    "rich and phonetic": (xlsx(ONE, strings=f'<sst xmlns="{MAIN}"><si/><si><r><t>a</t></r><r><t xml:space="preserve"> b</t></r><rPh sb="0" eb="1"><t>no</t></rPh><phoneticPr/></si></sst>'), USUAL | {"A1": ("s", "a b")}),
    "escapes in texts": (xlsx(ONE, strings=f'<sst xmlns="{MAIN}"><si><t/></si><si><t>a_x000A_&lt;&#228;</t></si></sst>'), USUAL | {"A1": ("s", "a\n<ä")}),
    "without formats": (xlsx(row('<c r="A1"><v>1</v></c>'), styles=None), {"A1": ("n", 1)}),
    "merged": (xlsx("", sheet=sheet_xml(ONE).replace("</sheetData>", '</sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells>')), USUAL),
}  # fmt: skip


@pytest.mark.parametrize("name", ALIKE)
def test_read_right(name: str, tmp_path: Path) -> None:
    data, said = ALIKE[name]
    assert read(data, tmp_path) == said


def test_only_worksheets_are_sheets(tmp_path: Path) -> None:
    """Chart, dialog and macro sheets hold no cells, and do not shift those that do."""
    kinds = ["chartsheet", "worksheet", "dialogsheet", "xlMacrosheet"]
    sheets = "".join(f'<sheet name="{k}" sheetId="{i}" state="veryHidden" r:id="r{i}"/>' for i, k in enumerate(kinds))  # fmt: skip
    links = relationships(*((f"r{i}", k, f"worksheets/sheet{k == 'worksheet':d}.xml") for i, k in enumerate(kinds)))  # fmt: skip
    book = f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>{sheets}</sheets></workbook>'
    said = outcome(xlsx(row("<c><v>1</v></c>"), workbook=book, rels=links), tmp_path)
    assert said.sheets == ["worksheet"]  # type: ignore[union-attr]
    assert list(said.cells.number) == [1]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("General", PLAIN), ("0.00", PLAIN), ("@", PLAIN), ('0 "Std"', PLAIN), ("0\\h", PLAIN),
        ("#,##0 [$EUR]", PLAIN), ("[Red]0", PLAIN), ("0.00E+00", PLAIN), ("_d0", PLAIN), ("", PLAIN),
        ("Standard", PLAIN), ("dd.mm.yyyy", DAY), ("[$-407]d. mmmm yyyy;@", DAY), ("mmm", DAY), ("yyyy", DAY),
        ("dd/mm/yyyy hh:mm", DAY), ("hh:mm", TIME), ("h AM/PM", TIME), ("mm:ss", TIME), ("AM/PM", TIME), ("0 A/P", PLAIN),
        ("[h]:mm", ELAPSED), ("[mm]:ss", ELAPSED), ("[ss].00", ELAPSED),
    ],
)  # fmt: skip
def test_formats(code: str, said: int) -> None:
    assert kind_shown_by(code) == said
