"""Identifies a file that is not a workbook, so that its sender understands the refusal."""

import re

MARKS = {
    b"%PDF": "pdf",
    b"{\\rtf": "rtf",
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
    b"BM": "image",
    b"II*\0": "image",
    b"MM\0*": "image",
    b"7z\xbc\xaf": "archive",
    b"Rar!": "archive",
    b"\x1f\x8b": "archive",
    b"BZh": "archive",
    b"\xfd7zXZ": "archive",
    b"MZ": "program",
    b"\x7fELF": "program",
    b"ID;P": "sylk",
    b"L\0\0\0": "shortcut",
    b"[InternetShortcut]": "shortcut",
    b"\0\1\0\0Standard": "database",
    b"SQLite format 3": "database",
    b"PAR1": "database",
    b"\x09\x08\x04": "old_excel",
    b"\x09\x08\x08": "old_excel",
    b"\x09\x02\x06": "old_excel",
    b"\x09\x04\x06": "old_excel",
    b"\x09\x00\x04\x00": "old_excel",
}
ENCODINGS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"\xef\xbb\xbf": "utf-8"}
HTML = re.compile(
    r"<!doctype html|<html|<table|<head|<body|content-type:\s*(?:multipart|text/html)"
)
# Roots of XML documents that programs open as spreadsheets.
SPREADSHEET_XML = re.compile(
    r"<(?:\w+:)?workbook|urn:schemas-microsoft-com:office:spreadsheet|mso-application"
)
FLAT_ODS = re.compile(r"office:document\b")
SEPARATORS = (";", "\t", ",")
SAMPLE = 4096


def what_is(data: bytes) -> str:
    """Return what the content seems to be: a key of [refusal] in schemas/texts.toml."""
    if not data.strip(b"\0 \t\r\n"):
        return "empty"
    for mark, found in MARKS.items():
        if data.startswith(mark):
            return found
    text = as_text(data[:SAMPLE])
    return "unknown" if text is None else what_text_is(text.lower().lstrip())


def as_text(data: bytes) -> str | None:
    """Return the beginning of a text; None if it is not a text."""
    for mark, encoding in ENCODINGS.items():
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if any(byte < 9 or 13 < byte < 27 for byte in data):
        return None
    return data.decode("latin-1")


def what_text_is(text: str) -> str:
    """Return the kind of a text."""
    if text.startswith("<?xml") or text.startswith("<"):
        if SPREADSHEET_XML.search(text):
            return "xml_2003"
        if FLAT_ODS.search(text):
            return "flat_ods"
    if HTML.search(text):
        return "html"
    if text.startswith("<"):
        return "other_xml"
    if text.startswith("{"):
        return "google" if "doc_id" in text or "docs.google.com" in text else "json"
    first = text.partition("\n")[0]
    return "csv" if any(mark in first for mark in SEPARATORS) else "plain_text"
