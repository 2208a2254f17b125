"""Fills a Word document: a template with fields such as {Frist}, which the office may change.

A field holds a text or a list. A list stands alone in its paragraph, which is repeated for every
item. A paragraph with an empty field is left out, so that no sentence has a hole.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.opc.exceptions import PackageNotFoundError
from docx.opc.part import XmlPart
from docx.oxml.ns import qn
from lxml.etree import LxmlError

from schemas.slips import DeclarationError, SlipError, instead, unknown
from schemas.words import visible, word_key

FIELD = re.compile(r"\{([^{}]*)\}")
# What XML cannot hold, beside what `visible` leaves out.
UNFIT = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
# Marks of a paragraph that may stand in a document only once.
UNIQUE = ("{http://schemas.microsoft.com/office/word/2010/wordml}paraId",)
MOMENT = (1980, 1, 1, 0, 0, 0)
Value = str | Sequence[str]
Element = Any  # lxml has no types


# ---------------------------------------------------------------------------------- the template
def check_template(path: Path, fields: Sequence[str], lists: Sequence[str]) -> None:
    """Raise DeclarationError if a template has a field that does not exist, or a list in a text.

    fields: the names of all fields. lists: of those that hold a list.
    """
    slips = [slip for p in paragraphs(opened(path)) for slip in slips_in(text_of(p), fields, lists)]
    if slips:
        raise DeclarationError(
            "\n".join(f"{path.name}: {slip.german}" for slip in slips),
            "\n".join(f"{path.name}: {slip.english}" for slip in slips),
        )


def opened(path: Path) -> WordDocument:
    """Return the document; DeclarationError if it cannot be read."""
    try:
        with path.open("rb") as stream:
            return Document(stream)
    except (
        OSError,
        PackageNotFoundError,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        LxmlError,
    ) as error:
        raise DeclarationError(
            f"{path.name}: Die Datei kann nicht gelesen werden; erlaubt: ein Dokument von Word "
            "(.docx).",
            f"{path.name}: the file cannot be read; allowed: a document of Word (.docx).",
        ) from error


def slips_in(text: str, fields: Sequence[str], lists: Sequence[str]) -> Iterator[SlipError]:
    """Yield what is wrong with the fields of a paragraph."""
    known = {word_key(name): name for name in fields}
    for found in FIELD.finditer(text):
        name = known.get(word_key(found[1]))
        if name is None:
            yield unknown(found[0], [f"{{{own}}}" for own in fields])
        elif name in lists and text.strip() != found[0]:
            yield instead(
                text,
                f"{found[0]} allein in seinem Absatz (er wird für jeden Eintrag wiederholt)",
                f"{found[0]} alone in its paragraph (it is repeated for each entry)",
            )


# -------------------------------------------------------------------------------------- a letter
def letter(document: WordDocument, values: Mapping[str, Value], author: str, day: dt.date) -> bytes:
    """Return the template filled; the same values give the same bytes.

    document: the template, which is as before afterwards: it is opened once for many letters.
    values: of every field. author, day: what the document says of its origin.
    """
    before = [(element, deepcopy(element)) for element in elements(document)]
    own = {word_key(name): value for name, value in values.items()}
    for paragraph in list(paragraphs(document)):
        fill(paragraph, own)
    properties = document.core_properties
    properties.author, properties.last_modified_by, properties.comments = plain(author), "", ""
    properties.created = properties.modified = dt.datetime.combine(day, dt.time())
    written = io.BytesIO()
    document.save(written)
    for element, copy in before:
        element[:] = copy[:]
    return packed(written)


def packed(written: io.BytesIO) -> bytes:
    """Return a package again, without the time at which it was written."""
    result = io.BytesIO()
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(result, "w") as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, MOMENT)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(info, old.read(name))
    return result.getvalue()


def fill(paragraph: Element, values: Mapping[str, Value]) -> None:
    """Fill the fields of a paragraph: repeat it for a list, take it out where one is empty."""
    names = [word_key(name) for name in FIELD.findall(text_of(paragraph))]
    found = [values[name] for name in names]
    if not all(found):
        take_out(paragraph)
        return
    listed = next((value for value in found if not isinstance(value, str)), None)
    if listed is None:
        put_in(paragraph, values)
        return
    for item in listed[:-1]:
        copy = deepcopy(paragraph)
        for mark in UNIQUE:
            copy.attrib.pop(mark, None)
        paragraph.addprevious(copy)
        put_in(copy, {names[0]: item})
    put_in(paragraph, {names[0]: listed[-1]})


def put_in(paragraph: Element, values: Mapping[str, Value]) -> None:
    """Put texts in the places of fields; Word may have parted a field into several pieces."""
    pieces = pieces_of(paragraph)
    for found in reversed(list(FIELD.finditer(text_of(paragraph)))):
        new, at = plain(str(values[word_key(found[1])])), 0
        for piece in pieces:
            text = piece.text or ""
            first, last = max(found.start() - at, 0), min(found.end() - at, len(text))
            at += len(text)
            if first < last:
                piece.text = text[:first] + new + text[last:]
                piece.set(SPACE, "preserve")
                new = ""


def take_out(paragraph: Element) -> None:
    """Remove a paragraph; the only one of a cell or section stays, without text."""
    needed = paragraph.getnext() is None or paragraph.getnext().tag == qn("w:sectPr")
    if needed or paragraph.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None:
        for piece in pieces_of(paragraph):
            piece.text = ""
    else:
        paragraph.getparent().remove(paragraph)


def paragraphs(document: WordDocument) -> Iterator[Element]:
    """Yield every paragraph of text, headers, footers, tables and boxes."""
    for element in elements(document):
        yield from element.iter(qn("w:p"))


def elements(document: WordDocument) -> Iterator[Element]:
    """Yield the root of every part that is XML."""
    for part in document.part.package.iter_parts():
        if isinstance(part, XmlPart):
            yield part.element


def text_of(paragraph: Element) -> str:
    """Return the text of a paragraph."""
    return "".join(piece.text or "" for piece in pieces_of(paragraph))


def pieces_of(paragraph: Element) -> list[Element]:
    """Return the pieces of a paragraph's own text, without that of boxes within it."""
    found = paragraph.iter(qn("w:t"))
    return [t for t in found if next(t.iterancestors(qn("w:p"))) is paragraph]


def plain(text: str) -> str:
    """Return a text as one line, without what a document cannot hold or a reader cannot see."""
    return " ".join(UNFIT.sub("", visible(text)).split())
