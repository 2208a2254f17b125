"""What a file is before anything in it is read: archives, OLE2, what is no workbook at all."""
# ruff: noqa: E501  (tables of files)

import io
import os
import socket
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.common.texts import LANGUAGES, say_refusal, texts
from pipeline.intake.archive import Archive
from pipeline.intake.reader import Reading, read_bytes, read_content
from pipeline.intake.refusal import Refusal
from pipeline.intake.worker import read_one
from tests.making.damage import encrypted, flipped_byte
from tests.making.workbooks import rewrite

from .raw import (
    LIMITS,
    MAIN,
    ODS_TYPE,
    Everything,
    outcome,
    parts_of,
    read,
    refused,
    row,
    xlsx,
    zipped,
)

ROWS = row('<c r="A1"><v>1</v></c>')
GOOD = xlsx(ROWS)
WORKBOOK, SHEET = "xl/workbook.xml", "xl/worksheets/sheet1.xml"


def renamed(change: dict[str, str]) -> bytes:
    return zipped({change.get(name, name): content for name, content in parts_of(ROWS).items()})


def more(**parts: str) -> bytes:
    return zipped(
        parts_of(ROWS) | {name.replace("__", "/"): content for name, content in parts.items()}
    )


def twice(name: str) -> bytes:
    target = io.BytesIO(GOOD)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(name, "x")
    return target.getvalue()


def patched(offset_in_entry: int, new: bytes, *, name: str = SHEET) -> bytes:
    """The directory's entry of a part with some bytes replaced."""
    data = bytearray(GOOD)
    at = data.rindex(name.encode()) - 46
    data[at + offset_in_entry : at + offset_in_entry + len(new)] = new
    return bytes(data)


READABLE = {
    "backslashes": renamed({SHEET: SHEET.replace("/", "\\"), WORKBOOK: "xl\\workbook.xml"}),
    "lower and upper case": renamed({SHEET: "XL/Worksheets/SHEET1.xml"}),
    "stored": rewrite(GOOD, {}, zipfile.ZIP_STORED),
    "data after the archive": GOOD + b"\0" * 100,
    "another program's parts": more(docProps__custom="x", **{"custom/item1.bin": "\0"}),
}  # fmt: skip


@pytest.mark.parametrize("name", READABLE)
def test_readable(name: str, tmp_path: Path) -> None:
    assert read(READABLE[name], tmp_path) == {"A1": ("n", 1)}


MANY = "".join(f'<sheet name="S{i}"/>' for i in range(10_000))
SHEETS = f'<workbook xmlns="{MAIN}"><sheets>{MANY}</sheets></workbook>'
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def in_directory(name: str) -> bytes:
    """A stream's name as the directory of an OLE2 file holds it."""
    raw = (name + "\0").encode("utf-16-le")
    return raw.ljust(64, b"\0") + struct.pack("<H", len(raw))


REFUSED: dict[str, tuple[bytes, str, str]] = {
    # archives
    "cut in two": (GOOD[: len(GOOD) // 2], "unreadable", "damaged_archive"),
    "without its end": (GOOD[:-30], "unreadable", "damaged_archive"),
    "only the mark": (b"PK\x03\x04", "unreadable", "damaged_archive"),
    "flipped bit": (flipped_byte(xlsx(ROWS * 50), SHEET), "unreadable", "damaged_part"),
    "checksum": (patched(16, b"\1\2\3\4"), "unreadable", "damaged_part"),
    "size too small": (patched(24, struct.pack("<I", 5)), "unreadable", "damaged_part"),
    "size too large": (patched(24, struct.pack("<I", 5000)), "unreadable", "damaged_part"),
    "size of a bomb": (patched(24, struct.pack("<I", 3_000_000_000)), "too_large", "unpacked"),
    "encrypted part": (patched(8, b"\1\0"), "encrypted", "encrypted_parts"),
    "bzip2": (rewrite(GOOD, {}, zipfile.ZIP_BZIP2), "unreadable", "unusual_compression"),
    "method in disagreement": (patched(10, b"\0\0"), "unreadable", "damaged_part"),
    "name in disagreement": (GOOD.replace(b"sheet1.xml", b"sheet2.xml", 1), "unreadable", "damaged_part"),
    "a part twice": (twice(SHEET.upper()), "unreadable", "duplicate_parts"),
    "a part out of the file": (more(**{"../../x": "x"}), "unreadable", "unsafe_parts"),
    "an absolute part": (more(**{"/etc/x": "x"}), "unreadable", "unsafe_parts"),
    "a backslash out of the file": (more(**{"..\\x": "x"}), "unreadable", "unsafe_parts"),
    "too many parts": (more(**{f"p{i}": "" for i in range(5001)}), "too_large", "parts"),
    "a bomb": (more(bomb="0" * 30_000_000), "too_large", "ratio"),
    "too many sheets": (xlsx("", workbook=SHEETS), "too_large", "sheets"),
    "two kinds": (more(xl__workbook="", **{"xl/workbook.bin": "x"}), "unreadable", "two_kinds"),
    "spreadsheet and document": (more(mimetype=ODS_TYPE, **{"content.xml": "<a/>"}), "unreadable", "two_kinds"),
    # other zip files
    "zip": (zipped({"liesmich.txt": "x"}), "not_a_workbook", "zip"),
    "zip with a workbook": (zipped({"Mappe.xlsx": GOOD}), "not_a_workbook", "zip_of_workbooks"),
    "Word": (zipped({"word/document.xml": "<x/>"}), "not_a_workbook", "word"),
    "PowerPoint": (zipped({"ppt/presentation.xml": "<x/>"}), "not_a_workbook", "powerpoint"),
    "OpenDocument text": (zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}), "not_a_workbook", "odf"),
    "encrypted ods": (zipped({"mimetype": ODS_TYPE, "content.xml": "?", "META-INF/manifest.xml": "<manifest:encryption-data/>"}), "encrypted", "encrypted"),
    # OLE2
    "encrypted": (encrypted(), "encrypted", "encrypted"),
    "under a label": (encrypted().replace(in_directory("EncryptionInfo"), in_directory("DRMContentInfo")), "encrypted", "label"),
    "Excel 97 under a label": (encrypted().replace(in_directory("EncryptionInfo"), in_directory("\tDRMContent")), "encrypted", "label"),
    "OLE2 cut off": (encrypted()[:3000], "unreadable", "damaged_ole2"),
    "OLE2 alone": (OLE2, "unreadable", "damaged_ole2"),
    "OLE2 of nothing": (OLE2 + bytes(2000), "unreadable", "damaged_ole2"),
    # what is no workbook
    "empty": (b"", "not_a_workbook", "empty"),
    "blanks": (b" \r\n" * 100, "not_a_workbook", "empty"),
    "zeros": (bytes(5000), "not_a_workbook", "empty"),
    "PDF": (b"%PDF-1.7\n", "not_a_workbook", "pdf"),
    "RTF": (b"{\\rtf1\\ansi", "not_a_workbook", "rtf"),
    "PNG": (b"\x89PNG\r\n\x1a\n", "not_a_workbook", "image"),
    "JPEG": (b"\xff\xd8\xff\xe0", "not_a_workbook", "image"),
    "program": (b"MZ\x90\0", "not_a_workbook", "program"),
    "7z": (b"7z\xbc\xaf\x27\x1c", "not_a_workbook", "archive"),
    "HTML": (b"<html><body><table><tr><td>1", "not_a_workbook", "html"),
    "HTML in capitals": (b"\xef\xbb\xbf\n<!DOCTYPE HTML PUBLIC>", "not_a_workbook", "html"),
    "a table alone": (b"<table border=1><tr><td>", "not_a_workbook", "html"),
    "XML 2003": (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook>', "not_a_workbook", "xml_2003"),
    "FODS": (b'<?xml version="1.0"?><office:document office:mimetype="x">', "not_a_workbook", "flat_ods"),
    "XML": (b'<?xml version="1.0"?><liste/>', "not_a_workbook", "other_xml"),
    "Numbers": (zipped({"Index/Tables/DataList.iwa": "x", "Index/Document.iwa": "x"}), "not_a_workbook", "numbers"),
    "Pages": (zipped({"Index/Document.iwa": "x"}), "not_a_workbook", "iwork"),
    "a link to Google": (b'{"url": "https://docs.google.com/open?id=1", "doc_id": "1"}', "not_a_workbook", "google"),
    "JSON": (b'{"Name": "A"}', "not_a_workbook", "json"),
    "a shortcut": (b"L\0\0\0\x01\x14\x02\0", "not_a_workbook", "shortcut"),
    "a link to the web": (b"[InternetShortcut]\r\nURL=x", "not_a_workbook", "shortcut"),
    "Access": (b"\0\1\0\0Standard ACE DB\0", "not_a_workbook", "database"),
    "CSV": ("Name;Größe\nA;1\n".encode(), "not_a_workbook", "csv"),
    "CSV in UTF-16": ("Name\tGröße\nA\t1\n".encode("utf-16"), "not_a_workbook", "csv"),
    "text": (b"Guten Tag\n", "not_a_workbook", "plain_text"),
    "SYLK": (b"ID;PWXL;N;E\n", "not_a_workbook", "sylk"),
    "Excel 4": (b"\x09\x04\x06\x00\x00\x04\x10\x00", "not_a_workbook", "old_excel"),
    "noise": (b"\x01\x02\x80\x90" * 9, "not_a_workbook", "unknown"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, tmp_path: Path) -> None:
    data, code, reason = REFUSED[name]
    assert refused(data, tmp_path) == (code, reason)


def test_a_word_in_a_cell_makes_no_file_encrypted(tmp_path: Path) -> None:
    """Only the directory of an OLE2 file tells which streams it has."""
    data = encrypted().replace(
        "EncryptedPackage".encode("utf-16-le"), "WorkbookXXXXXXXX".encode("utf-16-le")
    )
    data += "EncryptedPackage".encode("utf-16-le")
    assert refused(data, tmp_path) == ("not_a_workbook", "other_office")


def test_a_table_of_sectors_that_turns_in_a_circle(tmp_path: Path) -> None:
    data = bytearray(encrypted())
    data[512 + 4 * 1 : 512 + 4 * 1 + 4] = struct.pack("<I", 1)  # the directory follows itself
    assert refused(bytes(data), tmp_path) == ("unreadable", "damaged_ole2")


def test_a_stream_that_ends_early(tmp_path: Path) -> None:
    data = bytearray(encrypted())
    data[512 + 4 * 3 : 512 + 4 * 3 + 4] = struct.pack("<I", 0xFFFFFFFE)
    assert refused(bytes(data), tmp_path) == ("unreadable", "damaged_ole2")


def test_every_limit_is_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx(row("<c><v>1</v></c>" * 20)))
    for limit, least, reason in (("max_cells", 19, "cells"), ("max_parts", 3, "parts"), ("max_file_mb", 0, "file"), ("max_unpacked_mb", 0, "unpacked")):  # fmt: skip
        said = read_one(path, replace(LIMITS, **{limit: least}), Everything())
        assert isinstance(said, Refusal)
        assert (said.code, said.reason, said.details["limit"]) == ("too_large", reason, least)


# ---- places ---------------------------------------------------------------------------------


def odd_place(kind: str, folder: Path) -> Path:
    path = folder / "x.xlsx"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        socket.socket(socket.AF_UNIX).bind(str(path))
    elif kind == "link to a device":
        path.symlink_to("/dev/zero")
    elif kind == "link to a file":
        (folder / "real.xlsx").write_bytes(GOOD)
        path.symlink_to(folder / "real.xlsx")
    return path


@pytest.mark.parametrize("kind", ["folder", "pipe", "link to a device", "link to a file"])
def test_what_is_no_file_is_not_opened(kind: str, tmp_path: Path) -> None:
    said = read_one(odd_place(kind, tmp_path), LIMITS, Everything())
    assert isinstance(said, Refusal)
    assert (said.code, said.reason, said.passing) == ("unreadable", "no_file", False)


def test_a_file_that_is_gone_may_come_back(tmp_path: Path) -> None:
    said = read_one(tmp_path / "gone.xlsx", LIMITS, Everything())
    assert isinstance(said, Refusal)
    assert (said.code, said.reason, said.passing) == ("unreadable", "vanished", True)


@pytest.mark.parametrize(
    "name", ["-rf.xlsx", "a*[b]?.xlsx", "größe\u0308.xlsx", "Кластер 表.xlsx", "a\nb.xlsx"]
)
def test_any_name(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(GOOD)
    assert isinstance(read_content(read_bytes(path, LIMITS), LIMITS, lambda _: True), Reading)


# ---- texts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REFUSED)
def test_every_reason_is_said_in_both_languages(name: str, tmp_path: Path) -> None:
    said = outcome(REFUSED[name][0], tmp_path)
    assert isinstance(said, Refusal)
    german, english = (say_refusal(said.reason, said.details, lang) for lang in LANGUAGES)
    assert "{" not in german + english
    assert german != english


def test_every_reason_the_code_gives_has_its_text() -> None:
    folder = Path(__file__).parents[2] / "pipeline"
    modules = [*folder.glob("intake/*.py"), folder / "common" / "sandbox.py"]  # why a process died
    code = "".join(path.read_text() for path in modules)
    missing = [reason for reason in texts("refusal") if f'"{reason}"' not in code]
    assert not missing


def test_damage_in_a_part_nobody_reads_is_damage(tmp_path: Path) -> None:
    data = more(docProps__app="x" * 500)
    with pytest.raises(Refusal):
        Archive(flipped_byte(data, "docProps/app"), LIMITS).check_rest()
    assert refused(flipped_byte(data, "docProps/app"), tmp_path)[1] == "damaged_part"
