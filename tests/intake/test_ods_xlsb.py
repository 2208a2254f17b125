"""Cells of .ods and .xlsb, given letter by letter and record by record."""
# ruff: noqa: E501  (tables of cells)

import struct
from pathlib import Path

import pytest

from .raw import (  # fmt: skip
    ODS_TYPE,
    Found,
    binary_cell,
    ods,
    ods_cell,
    ods_content,
    ods_row,
    read,
    record,
    refused,
    wide,
    xlsb,
    zipped,
)

P = "<text:p>{}</text:p>"
FLOAT = 'office:value-type="float" office:value="1.5"'
STRING = 'office:value-type="string"'
FORMULA = 'table:formula="of:=1+1"'
NOTE = "<office:annotation><text:p>Notiz</text:p></office:annotation>"
SHAPE = "<draw:frame><draw:text-box><text:p>Form</text:p></draw:text-box></draw:frame>"

ODS_CELLS: list[tuple[str, tuple[str, float | str] | None]] = [
    (ods_cell(P.format("1,5"), FLOAT), ("n", 1.5)),
    (ods_cell(P.format("12 %"), 'office:value-type="percentage" office:value="0.12"'), ("n", 0.12)),
    (ods_cell(P.format("x"), 'office:value-type="float" office:value="x"'), ("t", "x")),
    (ods_cell(P.format("x"), 'office:value-type="float" office:value="1e999"'), ("t", "1e999")),
    (ods_cell(P.format("12,5"), 'office:value-type="float"'), ("s", "12,5")),  # announced, not stored
    (ods_cell(P.format("x")), ("s", "x")),  # without a type
    (ods_cell("", STRING), None),
    (ods_cell(P.format("x"), STRING), ("s", "x")),
    (ods_cell(P.format("shown"), STRING + ' office:string-value="stored"'), ("s", "stored")),
    (ods_cell(P.format("<![CDATA[A & B]]>"), STRING), ("s", "A & B")),
    (ods_cell(P.format("a") + P.format("b"), STRING), ("s", "a\nb")),
    (ods_cell(P.format('a<text:s text:c="2"/>b<text:tab/>c<text:line-break/>d'), STRING), ("s", "a  b\tc\nd")),
    (ods_cell(P.format("<text:span>a</text:span><text:a>b</text:a>"), STRING), ("s", "ab")),
    (ods_cell(P.format("<text:ruby><text:ruby-base>a</text:ruby-base><text:ruby-text>no</text:ruby-text></text:ruby>"), STRING), ("s", "a")),
    (ods_cell(NOTE + P.format("x") + SHAPE, STRING), ("s", "x")),
    (ods_cell(P.format(f"x{NOTE}"), STRING), ("s", "x")),
    (ods_cell(NOTE), None),
    (ods_cell(P.format("WAHR"), 'office:value-type="boolean" office:boolean-value="true"'), ("b", 1)),
    (ods_cell("", 'office:value-type="date" office:date-value="2025-12-31"'), ("d", 20453)),
    (ods_cell("", 'office:value-type="date" office:date-value="2025-12-31T10:00:00"'), ("d", 20453)),
    (ods_cell("", 'office:value-type="date" office:date-value="2025-02-30"'), ("t", "2025-02-30")),
    (ods_cell("", 'office:value-type="time" office:time-value="PT12H30M00S"'), ("t", "12:30:00")),
    (ods_cell("", 'office:value-type="time" office:time-value="PT288H00M00S"'), ("t", "288:00:00")),
    (ods_cell(P.format("2"), FORMULA + ' office:value-type="float" office:value="2"'), ("n", 2)),
    (ods_cell("", FORMULA), ("f", "")),
    (ods_cell("", FORMULA + ' office:value-type="float"'), ("f", "")),
    (ods_cell(P.format("#BEZUG!"), FORMULA + " " + STRING), ("e", "#BEZUG!")),
    (ods_cell(P.format("Err:502"), FORMULA + " " + STRING), ("e", "Err:502")),
    (ods_cell(P.format("hidden"), STRING, "covered-table-cell"), ("s", "hidden")),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "said"), ODS_CELLS)
def test_ods_cell(cell: str, said: tuple[str, float | str] | None, tmp_path: Path) -> None:
    assert read(ods(ods_row(cell)), tmp_path) == ({} if said is None else {"A1": said})


ONE = ods_cell("", FLOAT)
LOTS = 'table:number-columns-repeated="16000"'
ODS_TABLES: list[tuple[bytes, Found]] = [
    (ods(ods_row(ods_cell("", FLOAT + ' table:number-columns-repeated="2"'), ONE)), {c: ("n", 1.5) for c in ("A1", "B1", "C1")}),
    (ods(ods_row(ONE, attributes=' table:number-rows-repeated="2"') + ods_row(ONE)), {c: ("n", 1.5) for c in ("A1", "A2", "A3")}),
    (ods(ods_row(ods_cell("", 'table:number-columns-repeated="3"'), ONE)), {"D1": ("n", 1.5)}),
    (ods(ods_row(attributes=' table:number-rows-repeated="9"') + ods_row(ONE)), {"A10": ("n", 1.5)}),
    # empty cells and rows to the end of the sheet and beyond it
    (ods(ods_row(ONE, ods_cell("", 'table:number-columns-repeated="99999999999"')) + ods_row(ods_cell(), attributes=' table:number-rows-repeated="99999999999"')), {"A1": ("n", 1.5)}),
    (ods("<table:table-header-rows>" + ods_row(ONE) + "</table:table-header-rows><table:table-row-group>" + ods_row(ONE) + "</table:table-row-group>"), {"A1": ("n", 1.5), "A2": ("n", 1.5)}),
    (ods(" \n" + ods_row("\n ", ONE, "\n")), {"A1": ("n", 1.5)}),
    (ods(ods_row(ONE), before="<!DOCTYPE office:document-content>"), {"A1": ("n", 1.5)}),
    (ods(ods_row(ONE).replace("table:", "t:"), prefix="t"), {"A1": ("n", 1.5)}),
    (ods(f"<table:shapes>{SHAPE}</table:shapes>" + ods_row(ONE)), {"A1": ("n", 1.5)}),
    # without the part that names the type
    (zipped({"content.xml": ods_content(ods_row(ONE)), "META-INF/manifest.xml": ODS_TYPE}), {"A1": ("n", 1.5)}),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(ODS_TABLES)))
def test_ods_table(number: int, tmp_path: Path) -> None:
    data, said = ODS_TABLES[number]
    assert read(data, tmp_path) == said


NESTED = '<table:table table:name="T" table:is-sub-table="true">' + ods_row(ONE) + "</table:table>"
ODS_REFUSED: list[tuple[bytes, str, str]] = [
    (ods(ods_row(ods_cell(NESTED))), "unreadable", "nested_table"),
    (ods(ods_row(ods_cell("", FLOAT + " " + LOTS), ods_cell("", FLOAT + " " + LOTS))), "too_large", "columns"),
    (ods(ods_row(ONE, attributes=' table:number-rows-repeated="99999999999"')), "too_large", "cells"),
    (ods(ods_row(ods_cell("", FLOAT + " " + LOTS), attributes=' table:number-rows-repeated="1000"')), "too_large", "cells"),
    (ods(ods_row(ONE) + ods_row(ods_cell(), attributes=' table:number-rows-repeated="1048574"') + ods_row(ods_cell(), ods_cell("", LOTS), ONE)), "too_large", "area"),
    (ods(ods_row(ods_cell(), attributes=' table:number-rows-repeated="1048576"') + ods_row(ONE)), "too_large", "rows"),
    (ods("", before='<!DOCTYPE x [<!ENTITY a "b">]>'), "unreadable", "entities"),
    (zipped({"mimetype": ODS_TYPE, "content.xml": ods_content(ods_row(ONE))[:-60]}), "unreadable", "xml"),
    (zipped({"mimetype": ODS_TYPE, "content.xml": "<a/>"}), "unreadable", "no_sheets"),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(ODS_REFUSED)))
def test_ods_refused(number: int, tmp_path: Path) -> None:
    data, code, reason = ODS_REFUSED[number]
    assert refused(data, tmp_path) == (code, reason)


# ---- .xlsb ----------------------------------------------------------------------------------


def real(number: float) -> bytes:
    return struct.pack("<d", number)


XLSB_CELLS: list[tuple[bytes, tuple[str, float | str] | None]] = [
    (binary_cell(1, 0, b""), None),
    (binary_cell(2, 0, struct.pack("<I", 7 << 2 | 2)), ("n", 7)),
    (binary_cell(2, 0, struct.pack("<i", -7 << 2 | 3)), ("n", -0.07)),
    (binary_cell(2, 0, struct.pack("<I", 0x3FF80000)), ("n", 1.5)),
    (binary_cell(2, 0, struct.pack("<I", 45000 << 2 | 2), style=1), ("d", 19431)),
    (binary_cell(3, 0, b"\x17"), ("e", "#REF!")),
    (binary_cell(3, 0, b"\x99"), ("e", "#ERROR")),
    (binary_cell(4, 0, b"\x01"), ("b", 1)),
    (binary_cell(5, 0, real(1.25)), ("n", 1.25)),
    (binary_cell(5, 0, real(45000.5), style=1), ("d", 19431)),
    (binary_cell(5, 0, real(-5), style=1), ("t", "-5")),
    (binary_cell(5, 0, real(float("nan"))), ("t", "nan")),
    (binary_cell(6, 0, wide("Text")), ("s", "Text")),
    (binary_cell(6, 0, wide("  ")), None),
    (binary_cell(7, 0, struct.pack("<I", 0)), ("s", "geteilt")),
    (binary_cell(62, 0, b"\0" + wide("fett")), ("s", "fett")),
    (binary_cell(8, 0, wide("Formel") + bytes(6)), ("s", "Formel")),
    (binary_cell(9, 0, real(2) + bytes(6)), ("n", 2)),
    (binary_cell(10, 0, b"\0" + bytes(6)), ("b", 0)),
    (binary_cell(11, 0, b"\x2a" + bytes(6)), ("e", "#N/A")),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "said"), XLSB_CELLS)
def test_xlsb_cell(cell: bytes, said: tuple[str, float | str] | None, tmp_path: Path) -> None:
    assert read(xlsb(cell), tmp_path) == ({} if said is None else {"A1": said})


def test_xlsb_1904(tmp_path: Path) -> None:
    assert read(xlsb(binary_cell(5, 0, real(45000), style=1), 1), tmp_path) == {"A1": ("d", 20893)}


XLSB_REFUSED: list[tuple[bytes, str]] = [
    (xlsb(b"", whole=False), "bad_records"),
    (xlsb(b"\x05\x20abc", whole=False), "bad_records"),
    (xlsb(record(5, b"abc")), "bad_records"),
    (xlsb(binary_cell(6, 0, struct.pack("<I", 4_000_000_000))), "bad_records"),
    (xlsb(binary_cell(7, 0, struct.pack("<I", 1))), "text_missing"),
    (xlsb(binary_cell(5, 0, real(1), style=2)), "style_missing"),
    (xlsb(binary_cell(5, 0, real(1)) * 2), "duplicate_cell"),
    (xlsb(binary_cell(5, 16384, real(1))), "beyond"),
]


@pytest.mark.parametrize("number", range(len(XLSB_REFUSED)))
def test_xlsb_refused(number: int, tmp_path: Path) -> None:
    data, reason = XLSB_REFUSED[number]
    assert refused(data, tmp_path) == ("unreadable", reason)
