"""The form: made from the declaration, accepted by intake, safe, the same every time."""

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest

from pipeline.check import check
from pipeline.report.form import plan
from pipeline.report.form.cell_formulas import pattern_signs, pattern_test
from pipeline.report.form.form import form_bytes, write_form
from pipeline.report.form.guide import example_rows
from pipeline.report.form.lists import list_range, lists
from pipeline.report.form.plan import Filled, Value, every_text, master, own_sheet, tables
from pipeline.report.form.rules import MAX_MESSAGE, bad_test
from pipeline.report.form.words import YES_NO, accepted
from pipeline.submissions.parse.layout import office_keys
from schemas.declaration import DeclarationError, submission, wanted_sheet_keys, words
from schemas.words import word_key
from tests.reading import read

LANGS = ["de", "en"]
MAX_RULE = 255
NAMES = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
VOLATILE = re.compile(r"\b(NOW|TODAY|RAND|RANDBETWEEN|OFFSET|INDIRECT|INFO|CELL)\(")
NEWER = re.compile(r"_xlfn|\b(FILTER|LET|XLOOKUP|UNIQUE|SORT|SEQUENCE|TEXTJOIN|IFS|MINIFS)\(")
Parts = dict[str, bytes]


def example(lang: str) -> Filled:
    """The declared examples as a filled form."""
    rows = {sheet.key: example_rows(sheet, lang) for sheet in tables()}
    return Filled(example_rows(master(), lang)[0], rows)


@pytest.fixture(autouse=True, scope="module")
def few_rows() -> Iterator[None]:
    """Few rows are calculated; the size of the file is tested with all of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "SPARE_ROWS", {"actors": (5, 5)})
        patch.setattr(plan, "OTHER_SPARE_ROWS", (5, 5))
        yield


@pytest.fixture(scope="module", params=LANGS)
def form(request: pytest.FixtureRequest) -> tuple[str, Parts]:
    """A filled form's language and its parts."""
    data = form_bytes(request.param, example(request.param))
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return request.param, {name: archive.read(name) for name in archive.namelist()}


def sheet_of(parts: Parts, name: str) -> ElementTree.Element:
    """A sheet's XML by its name."""
    book = ElementTree.fromstring(parts["xl/workbook.xml"])
    names = [s.get("name") for s in book.findall("m:sheets/m:sheet", NAMES)]
    return ElementTree.fromstring(parts[f"xl/worksheets/sheet{names.index(name) + 1}.xml"])


# ---- what is offered and what is accepted ----


@pytest.mark.parametrize("lang", LANGS)
def test_every_offered_word_is_accepted_by_intake_and_self_check(lang: str) -> None:
    for name, offered in lists(lang).items():
        known = {word for word, _ in accepted(name)}
        assert {word.lower() for word in offered} <= known, name
        if name != YES_NO:
            assert all(word_key(word) in words(name) for word in offered), name


def test_every_field_has_a_rule_and_an_explanation(form: tuple[str, Parts]) -> None:
    lang, parts = form
    for sheet in submission().sheets:
        xml = sheet_of(parts, sheet.name[lang])
        rules = {r.get("sqref", ""): r for r in xml.iterfind(".//m:dataValidation", NAMES)}
        starts = {re.split("[:]", ref)[0]: rule for ref, rule in rules.items()}
        for at, item in enumerate(sheet.fields):
            first = f"B{plan.FORM_ROW + at}" if sheet.layout == "form" else f"{chr(65 + at)}5"
            rule = starts[first]
            assert 0 < len(rule.get("error", "")) <= MAX_MESSAGE, (sheet.key, item.key)
            # more would make Excel repair the file
            formula = rule.findtext("m:formula1", namespaces=NAMES) or ""
            assert len(formula) <= MAX_RULE, (sheet.key, item.key)
            if sheet.layout == "table":
                assert item.note[lang] in rule.get("prompt", ""), (sheet.key, item.key)
            if item.list or item.type == YES_NO:
                assert formula == list_range(item, lang), (sheet.key, item.key)
            assert set(item.note) == set(LANGS), (sheet.key, item.key)
            assert bad_test(item, first) is None or len(str(bad_test(item, first))) < 8192


@pytest.mark.parametrize("lang", LANGS)
def test_own_sheets_are_none_of_the_submission(lang: str) -> None:
    declared = {key for sheet in submission().sheets for key in sheet.keys}
    ours = {word_key(own_sheet(code, lang)) for code in every_text()["sheet"]}
    assert not ours & (declared | set(office_keys(submission())))
    assert not ours & wanted_sheet_keys(submission())
    assert word_key(own_sheet("example", lang)) in map(word_key, submission().words["never_read"])


@pytest.mark.parametrize(
    ("pattern", "signs"),
    [
        ("^[A-Z]{2}-[0-9]$", [("A", "Z"), ("A", "Z"), ("-", "-"), ("0", "9")]),
        ("^A1$", [("A", "A"), ("1", "1")]),
    ],
)
def test_pattern(pattern: str, signs: list[tuple[str, str]]) -> None:
    assert pattern_signs(pattern) == signs


def test_the_formula_of_a_pattern_has_the_ends_of_its_ranges() -> None:
    """The distance from the middle of a range is less than half its width, ends included."""
    formula = pattern_test("^[A-Z][0-1]-$", "B5")
    tests = ["ABS(CODE(MID(B5,1,1))-77.5)<13", "ABS(CODE(MID(B5,2,1))-48.5)<1"]
    assert (
        formula == f"IFERROR((LEN(B5)=3)*({tests[0]})*({tests[1]})*(CODE(MID(B5,3,1))=45)=1,FALSE)"
    )


def test_a_pattern_that_excel_cannot_check_is_an_error() -> None:
    with pytest.raises(DeclarationError, match="only characters and ranges"):
        pattern_signs("^(A|B)+$")


# ---- the file ----


def test_formulas_are_plain_and_nothing_leads_outside(form: tuple[str, Parts]) -> None:
    _, parts = form
    assert not [p for p in parts if "externalLink" in p or "vbaProject" in p or "connections" in p]
    for name, data in parts.items():
        if name.endswith(".rels"):
            assert b'TargetMode="External"' not in data, name
    formulas = [
        formula.text or ""
        for name, data in parts.items()
        if name.startswith("xl/worksheets/sheet")
        for formula in ElementTree.fromstring(data).iterfind(".//m:f", NAMES)
    ]
    assert len(formulas) > 300
    for formula in set(formulas):
        assert not VOLATILE.search(formula), formula
        assert not NEWER.search(formula), formula
        assert len(formula) < 8192


def test_helper_sheets_are_hidden_and_nothing_is_protected(form: tuple[str, Parts]) -> None:
    lang, parts = form
    book = ElementTree.fromstring(parts["xl/workbook.xml"])
    hidden = {s.get("name") for s in book.iterfind(".//m:sheet", NAMES) if s.get("state")}
    assert hidden == {own_sheet("words", lang), own_sheet("sums", lang)}
    assert not [name for name, data in parts.items() if b"<sheetProtection" in data]


@pytest.mark.thorough
def test_same_arguments_give_the_same_bytes() -> None:
    assert form_bytes("de", example("de")) == form_bytes("de", example("de"))


@pytest.mark.parametrize("actors", [0, 600])
def test_empty_and_large_forms_are_small(monkeypatch: pytest.MonkeyPatch, actors: int) -> None:
    monkeypatch.setattr(plan, "SPARE_ROWS", {"actors": (150, 150)})
    monkeypatch.setattr(plan, "OTHER_SPARE_ROWS", (75, 75))
    row = example("de").rows["actors"][0]
    rows = [{**row, "name": f"Akteur {n} {n * n % 9973}"} for n in range(actors)]
    filled = Filled({}, {"actors": rows}) if rows else Filled()
    assert len(form_bytes("de", filled)) < 300_000


# ---- what intake makes of it ----


def test_filled_forms_pass_and_empty_ones_lack_what_is_required_and_nothing_else(
    tmp_path: Path,
) -> None:
    for lang in LANGS:
        write_form(tmp_path / f"filled-{lang}.xlsx", lang, example(lang))
        write_form(tmp_path / f"empty-{lang}.xlsx", lang)
    found = check(read(*sorted(tmp_path.iterdir()))).findings
    lacks = [("B5", "missing_value"), ("B7", "missing_value")]
    assert found.select("source_file", "cell", "code").rows() == [
        (f"empty-{lang}.xlsx", *lack) for lang in LANGS for lack in lacks
    ]


HOSTILE: list[Value] = ["=1+1", "+49", "-x", "@x", "<b>&amp;", '"', "'", "#REF!", "{=1}"]


def test_what_strangers_wrote_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    rows = [{"name": name, "city": name} for name in HOSTILE]
    write_form(path, "de", Filled({}, {"actors": rows}))
    cells = read(path).cells
    texts = cells.filter(pl.col("column") == 7).sort("sheet", "row")["text"].to_list()
    assert [t for t in texts if t in HOSTILE] == HOSTILE
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert sheet_of(parts, "Akteure").find(".//m:f", NAMES) is None
