"""What Excel asks of a file so that it opens without repair: limits, names, references."""

import posixpath
import re
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from pipeline.report.workbook.assessments import write_assessments
from pipeline.report.workbook.book import write_workbook
from tests.workbook.conftest import Demo

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
CELL_NAME = re.compile(r"^([a-z]{1,3}\d+|r\d*c\d*|[rc])$", re.IGNORECASE)
LITERAL = re.compile(r'"((?:[^"]|"")*)"')
NEWER = re.compile(r"\b(XLOOKUP|FILTER|UNIQUE|SORT|SORTBY|LET|LAMBDA|IFS|MAXIFS|MINIFS|TEXTJOIN)\(")
CELL = 32_767
LINKS_PER_SHEET, FORMULA, TEXT_IN_FORMULA, LIST = 65_530, 8_192, 255, 255
# the order that a sheet's parts must have (CT_Worksheet)
ORDER = ["sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData",
         "sheetProtection", "autoFilter", "mergeCells", "conditionalFormatting",
         "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup",
         "headerFooter", "rowBreaks", "colBreaks", "ignoredErrors", "drawing", "legacyDrawing",
         "tableParts", "extLst"]  # fmt: skip


@pytest.fixture(scope="module", params=["de", "en", "template"])
def file(
    request: pytest.FixtureRequest, demo: Demo, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The workbook in each language, and the template of the ratings."""
    target = tmp_path_factory.mktemp("structure") / f"{request.param}.xlsx"
    if request.param == "template":
        write_assessments(demo.review, {}, target, "de")
    else:
        write_workbook(demo.review, target, request.param)
    return target


@cache
def parts(path: Path, start: str) -> dict[str, etree._Element]:
    """Return the roots of the parts whose names begin so."""
    with zipfile.ZipFile(path) as archive:
        return {
            name: etree.fromstring(archive.read(name))
            for name in archive.namelist()
            if name.startswith(start) and name.endswith(".xml")
        }


def names(path: Path) -> tuple[list[str], list[str], list[str]]:
    """Return the names of sheets, of cells (less the built-in ones) and of tables."""
    (book,) = parts(path, "xl/workbook.xml").values()
    sheets = [s.get("name") for s in book.iter(f"{MAIN}sheet")]
    cells = [n.get("name") for n in book.iter(f"{MAIN}definedName")]
    tables = [t.get("displayName") for t in parts(path, "xl/tables/").values()]
    return sheets, [n for n in cells if not n.startswith("_xlnm.")], tables


def test_names_are_short_valid_and_unique(file: Path) -> None:
    sheets, cells, tables = names(file)
    assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in sheets)
    assert len({name.lower() for name in sheets}) == len(sheets)
    both = [name.lower() for name in (*cells, *tables)]
    assert len(set(both)) == len(both)
    assert all(re.match(r"^[^\W\d][\w.]{0,254}$", name) for name in (*cells, *tables))
    assert not [name for name in (*cells, *tables) if CELL_NAME.match(name)]


def test_parts_of_sheets_stand_in_their_order_and_within_limits(file: Path) -> None:
    for root in parts(file, "xl/worksheets/").values():
        tags = [etree.QName(child).localname for child in root]
        assert tags == sorted(tags, key=ORDER.index)
        assert len(list(root.iter(f"{MAIN}hyperlink"))) <= LINKS_PER_SHEET
        for rule in root.iter(f"{MAIN}dataValidation"):
            assert len(rule.findtext(f"{MAIN}formula1")) <= LIST
            assert len(rule.get("prompt", "")) <= LIST
            assert len(rule.get("errorTitle", "")) <= 32
            assert len(rule.get("promptTitle", "")) <= 32


def test_formulas_are_within_limits_and_old_enough(file: Path) -> None:
    for root in parts(file, "xl/worksheets/").values():
        for formula in root.iter(f"{MAIN}f"):
            assert len(formula.text) <= FORMULA
            assert not NEWER.search(formula.text)
            assert "_xlfn" not in formula.text
            assert "[" not in re.sub(r"\w+\[[^\[\]]*\]", "", formula.text), "another workbook"
            assert all(len(t) <= TEXT_IN_FORMULA for t in LITERAL.findall(formula.text))


def test_headers_of_tables_are_their_cells(file: Path) -> None:
    for sheet in openpyxl.load_workbook(file).worksheets:
        for table in sheet.tables.values():
            heads = [cell.value for cell in sheet[table.ref][0]]
            assert heads == [column.name for column in table.tableColumns]
            assert len({str(head).lower() for head in heads}) == len(heads)
        assert not sheet.merged_cells.ranges


def test_charts_point_at_cells_and_say_what_they_show(file: Path) -> None:
    sheets, _, _ = names(file)
    charts = parts(file, "xl/charts/chart")
    assert bool(charts) == (file.stem != "template")
    for root in charts.values():
        formulas = [f.text for f in root.iter(f"{CHART}f")]
        assert formulas
        assert {f.split("!")[0].strip("'") for f in formulas} <= set(sheets)
        assert all(s.find(f".//{CHART}f") is not None for s in root.iter(f"{CHART}ser"))
    for root in parts(file, "xl/drawings/drawing").values():
        assert all(e.get("descr") for e in root.iter() if e.tag.endswith("}cNvPr"))


def test_names_of_ranges_point_at_sheets(file: Path) -> None:
    sheets, _, _ = names(file)
    (book,) = parts(file, "xl/workbook.xml").values()
    places = [n.text for n in book.iter(f"{MAIN}definedName")]
    assert {p.split("!")[0].strip("'") for p in places} <= set(sheets)
    assert not [p for p in places if "#REF" in p]


def test_texts_fit_into_cells(file: Path) -> None:
    (shared,) = parts(file, "xl/sharedStrings.xml").values()
    texts = ["".join(item.itertext()) for item in shared]
    assert all(len(t.encode("utf-16-le")) // 2 <= CELL for t in texts)
    assert len(set(texts)) == len(texts) == int(shared.get("uniqueCount"))


def test_no_two_rules_of_a_sheet_have_one_priority(file: Path) -> None:
    for root in parts(file, "xl/worksheets/").values():
        own = [rule.get("priority") for rule in root.iter(f"{MAIN}cfRule")]
        assert len(set(own)) == len(own)


def test_every_part_is_there_and_declared(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        there = set(archive.namelist())
        types = etree.fromstring(archive.read("[Content_Types].xml"))
        for name in (n for n in there if n.endswith(".rels")):
            folder = name.replace("_rels/", "").rpartition("/")[0]
            for link in etree.fromstring(archive.read(name)):
                if link.get("TargetMode") != "Internal" and not link.get("Target").startswith("#"):
                    assert posixpath.normpath(posixpath.join("/", folder, link.get("Target"))) in {
                        f"/{n}" for n in there
                    }
    declared = {t.get("PartName") for t in types} | {t.get("Extension") for t in types}
    assert all(f"/{n}" in declared or n.rpartition(".")[2] in declared for n in there)


def test_charts_have_titles_and_names_of_axes(file: Path) -> None:
    for root in parts(file, "xl/charts/chart").values():
        assert root.find(f"{CHART}chart/{CHART}title") is not None
        assert [
            axis for axis in root.iter(f"{CHART}valAx") if axis.find(f"{CHART}title") is not None
        ]


@pytest.fixture(scope="module")
def valid(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template of the ratings."""
    target = tmp_path_factory.mktemp("valid") / "template.xlsx"
    write_assessments(demo.review, {}, target, "en")
    return target


def test_the_template_is_valid_open_xml(valid: Path, problems: Callable[[Path], list[str]]) -> None:
    assert problems(valid) == []


def test_invalid_open_xml_is_noticed(
    valid: Path, tmp_path: Path, problems: Callable[[Path], list[str]]
) -> None:
    wrong, dates = tmp_path / "wrong.xlsx", 0
    with zipfile.ZipFile(valid) as source, zipfile.ZipFile(wrong, "w") as copy:
        for item in source.infolist():
            content = source.read(item)
            copy.writestr(item, content.replace(b'type="date"', b'type="day"'))
            dates += content.count(b'type="date"')
    assert dates
    assert problems(wrong)


def test_no_macros_and_no_links_to_the_outside(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        assert not [n for n in archive.namelist() if "vba" in n or "externalLink" in n]
        for name in archive.namelist():
            if name.endswith(".rels"):
                assert b"External" not in archive.read(name)
