"""The list of texts that the sheets of an OOXML workbook share."""

import re
from functools import lru_cache

from pipeline.intake.xml import Attributes, local, scan

PART = "sharedStrings.xml"
BEGIN = re.compile(r"<sst(?: [^<>]*)?>")
END = "</sst>"
ITEM = re.compile(r'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>')
# Any reference but the five usual ones.
ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)")
# The one for & comes last, for what it gives must not be taken for another.
REFERENCES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
CONTROLS = bytes(set(range(32)) - {9, 10, 13})


def read_strings(data: bytes) -> list[str]:
    """Return the texts in their order."""
    text = as_utf8(data)
    found = None if text is None else plain_items(text)
    return parsed_items(data) if found is None else found


def as_utf8(data: bytes, *, checked: bool = False) -> str | None:
    """Return a part as text if it is UTF-8 without anything that needs a parser; else None.

    checked: the caller himself looks for control characters and for markup other than tags.
    """
    declaration = data[: data.find(b"?>")] if data.startswith(b"<?xml") else b""
    if not declares_utf8(declaration):
        return None
    if not checked and (b"<!" in data or len(data.translate(None, CONTROLS)) < len(data)):
        return None
    if b"\xef\xbf" in data:  # of these seldom letters two are none
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


@lru_cache(maxsize=16)
def declares_utf8(declaration: bytes) -> bool:
    """Whether an XML declaration names no other encoding than UTF-8."""
    named = re.search(rb"""encoding\s*=\s*["']([^"']*)""", declaration)
    return named is None or named[1].lower() == b"utf-8"


def plain_items(text: str) -> list[str] | None:
    """Return the items of a list in which each is one plain text; None for any other list."""
    begin, end = BEGIN.search(text), text.rfind(END)
    if begin is None or end < 0 or is_special(text):
        return None
    inner = text[begin.end() : end]
    parts = ITEM.split(inner)
    if any(parts[::2]):
        return None
    items = parts[1::2]
    # What stands around the items, with none of them, must be well-formed.
    scan((text[: begin.end()] + text[end:]).encode(), PART)
    if "&" in inner:
        items = [plain_text(item) if "&" in item else item for item in items]
    return items


def is_special(text: str) -> bool:
    """Whether a text holds references or other marks whose meaning only a parser knows."""
    if "\r" in text or ("]" in text and "]]" in text):
        return True
    return "&" in text and ENTITY.search(text) is not None


def plain_text(text: str) -> str:
    """Return a text with its five usual references (&amp;) as what they stand for."""
    for reference, letter in REFERENCES.items():
        text = text.replace(reference, letter)
    return text


def parsed_items(data: bytes) -> list[str]:
    """Return the items of any list: of rich text all runs, of phonetic text nothing."""
    reader = _Items()
    scan(data, PART, reader.start, reader.end, reader.text)
    return reader.items


class _Items:
    """Collects the items from the parser's events."""

    def __init__(self) -> None:
        self.items: list[str] = []
        self.path: list[str] = []
        self.texts: list[str] = []

    def start(self, name: str, _: Attributes) -> None:
        self.path.append(local(name))
        if self.path[1:] == ["si"]:
            self.texts = []

    def text(self, text: str) -> None:
        if is_text(self.path[2:]):
            self.texts.append(text)

    def end(self, _: str) -> None:
        if self.path[1:] == ["si"]:
            self.items.append("".join(self.texts))
        self.path.pop()


def is_text(path: list[str]) -> bool:
    """Whether an element within an item holds its text: t, or t of a run r (not of rPh)."""
    return path in (["t"], ["r", "t"])
