"""Marks finished pages and sheets as withdrawn, in the places where drafts are marked.

Nothing else of a file changes, and nothing is calculated: the inputs may be others by now.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from pipeline.common.texts import say
from pipeline.report.feedback.marks import PROTOCOL
from pipeline.report.pages.rendering import part
from pipeline.report.pages.words import Words

# The page that only the office reads: the reason may name a cluster.
OFFICE_PAGE = "index.html"
HEAD, TITLE = "<header>\n", "<title>"
SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml")
# What our sheets of a marked copy hold, see `feedback.marks`.
OURS = escape(PROTOCOL).encode()
PROTOCOL_PART = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
BOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
# What nobody sees or prints needs no mark, and has no title to carry it.
HIDDEN = re.compile(rb'<sheet (?=[^>]*\bstate="(?:hidden|veryHidden)")[^>]*\br:id="([^"]+)"')
RELATION = re.compile(rb"<Relationship [^>]*>")
OF_RELATION = re.compile(rb'\b(Id|Target)="([^"]*)"')
STRING = re.compile(rb"<si>(.*?)</si>", re.DOTALL)
TEXT = re.compile(rb"<t(?: [^>]*)?>(.*?)</t>", re.DOTALL)
CELL = re.compile(rb'<c r="A1"(?P<look> s="\d+")? t="(?P<kind>s|inlineStr)">(?P<in>.*?)</c>', re.S)
HEADER = re.compile(
    rb"(?P<start><headerFooter[^>]*>)(?:<oddHeader>(?P<in>.*?)</oddHeader>)?", re.DOTALL
)


class UnmarkedError(Exception):
    """A file has no place for a mark: it was written in another way."""


def mark_report(report: Path, lang: str, on: dt.date, reason: str) -> None:
    """Mark every page below the folder; on, reason: when and why it was withdrawn."""
    for page in sorted(report.rglob("*.html")):
        shown_reason = reason if page == report / OFFICE_PAGE else None
        text = mark_page(page.read_text(encoding="utf-8"), lang, on, shown_reason)
        page.write_text(text, encoding="utf-8", newline="\n")


def mark_page(text: str, lang: str, on: dt.date, reason: str | None = None) -> str:
    """Return the page with the mark in its title, on top and across every printed sheet."""
    words = Words(lang)
    if HEAD not in text or TITLE not in text:
        raise UnmarkedError
    word, note = words("withdrawn"), words("withdrawn_note", day=words.day(on))
    if reason:
        note = f"{note} {words('withdrawn_reason', why=reason)}"
    mark = part("mark", words, {"word": word, "note": note})
    marked = text.replace(TITLE, f"{TITLE}{word} – ", 1)
    return marked.replace(HEAD, f"{HEAD}{mark}", 1)


def mark_book(path: Path, lang: str) -> None:
    """Mark every visible sheet of ours: its title, and the head of every printed page."""
    rewrite(path, SHEET.fullmatch, say("workbook", "withdrawn", lang))


def mark_copy(path: Path) -> None:
    """Mark our sheets of a marked copy in its language; the others are the cluster's own."""
    with ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist() if SHEET.fullmatch(name)}
    ours = {name for name, content in parts.items() if OURS in content}
    title, english = CELL.search(parts[PROTOCOL_PART]), say("feedback", "title", "en")
    lang = "en" if title and f">{english}".encode() in title["in"] else "de"
    rewrite(path, lambda name: name in ours, say("feedback", "withdrawn", lang))


def rewrite(path: Path, is_ours: Callable[[str], object], mark: str) -> None:
    """Write the workbook again with a mark on the visible sheets that are ours.

    is_ours: whether a part of the file is a sheet of ours, by its name.
    """
    with ZipFile(path) as file:
        parts = [(info, file.read(info)) for info in file.infolist()]
    contents = {info.filename: content for info, content in parts}
    strings = STRING.findall(contents.get(STRINGS, b""))
    unseen = hidden(contents)
    beginning = path.with_suffix(".part")
    with ZipFile(beginning, "w", ZIP_DEFLATED) as file:
        for info, content in parts:
            own = is_ours(info.filename) and info.filename not in unseen
            file.writestr(info, mark_sheet(content, strings, mark) if own else content)
    beginning.replace(path)


def hidden(contents: Mapping[str, bytes]) -> set[str]:
    """Return the names of the parts of a workbook that are hidden sheets."""
    ids = set(HIDDEN.findall(contents.get(BOOK, b"")))
    relations = RELATION.findall(contents.get(RELATIONS, b""))
    found = [dict(OF_RELATION.findall(relation)) for relation in relations]
    return {f"xl/{one[b'Target'].decode()}" for one in found if one.get(b"Id") in ids}


def mark_sheet(content: bytes, strings: list[bytes], mark: str) -> bytes:
    """Return a sheet's part with the mark behind its title and in the head of its pages.

    strings: the shared ones of the workbook.
    """
    escaped = escape(mark).encode()
    cell, header = CELL.search(content), HEADER.search(content)
    if cell is None or header is None:
        raise UnmarkedError
    written = strings[int(cell["in"][3:-4])] if cell["kind"] == b"s" else cell["in"]
    title = b"".join(TEXT.findall(written)) + " · ".encode() + escaped
    new_cell = b'<c r="A1"%b t="inlineStr"><is><t xml:space="preserve">%b</t></is></c>' % (
        cell["look"] or b"",
        title,
    )
    new_header = b"%b<oddHeader>%b&amp;R&amp;B%b</oddHeader>" % (
        header["start"],
        header["in"] or b"",
        escaped,
    )
    # The head stands behind the cells.
    parts = (
        content[: cell.start()],
        new_cell,
        content[cell.end() : header.start()],
        new_header,
        content[header.end() :],
    )
    return b"".join(parts)
