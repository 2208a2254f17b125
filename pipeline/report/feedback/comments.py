"""Comments at cells with findings, beside those of the sender, which lose their authors' names."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from pipeline.common.texts import LANGUAGES, say
from pipeline.report.feedback.addresses import address, cell_of, fit
from pipeline.report.feedback.package import MAIN, Element, parse, serialised, tag
from pipeline.report.feedback.subject import SEVERITIES, Mark

AUTHOR = "cluster-review"
# Separates our text from the sender's in the comment of the same cell.
BORDER = "\n\n– – – – –\n"
# The prefix that older programs show before the text of a threaded comment.
THREAD = re.compile(r"^\[[^\]]*\].*?\n[ \t]*(?:Comment|Kommentar):\n\s*", re.DOTALL)
MOST_OF_ONE_CELL = 5
Place = tuple[int, int]


@dataclass(frozen=True)
class Note:
    """A comment: (column, row), its element `text`, whether it is ours."""

    place: Place
    text: Element
    ours: bool = False


# ----------------------------------------------------------------------------- existing comments
def own_notes(data: bytes | None) -> dict[Place, Element]:
    """Return the sender's comments, without our earlier ones and without names of persons."""
    if data is None:
        return {}
    root = parse(data)
    authors = [e.text or "" for e in root.iter(tag("author"))]
    result: dict[Place, Element] = {}
    for comment in root.iter(tag("comment")):
        place = cell_of(comment.get("ref", ""))
        text = _sender_text(comment, authors)
        if place is not None and text is not None:
            result.setdefault(place, text)
    return result


def _sender_text(comment: Element, authors: Sequence[str]) -> Element | None:
    element = comment.find(tag("text"))
    if element is None:
        return None
    text, author = _plain(element), _author(comment, authors)
    if author == AUTHOR or text.startswith(AUTHOR):
        rest = text.partition(BORDER)[2]
        return _text(rest) if rest else None
    if author.startswith("tc="):
        return _text(THREAD.sub("", text))
    if author and text.startswith(f"{author}:"):
        return _text(text.removeprefix(f"{author}:").lstrip("\n"))
    copied = deepcopy(element)
    for foreign in copied.xpath(".//*[namespace-uri() != $main]", main=MAIN):
        foreign.getparent().remove(foreign)
    return copied


def _author(comment: Element, authors: Sequence[str]) -> str:
    number = comment.get("authorId", "")
    known = number.isdecimal() and int(number) < len(authors)
    return authors[int(number)].strip() if known else ""


def _plain(text: Element) -> str:
    phonetic = {t for p in text.iter(tag("rPh")) for t in p.iter(tag("t"))}
    words = "".join(t.text or "" for t in text.iter(tag("t")) if t not in phonetic)
    return words.replace("\r\n", "\n").replace("_x000D_", "")


# ----------------------------------------------------------------------------------- all comments
def all_notes(own: dict[Place, Element], marks: Iterable[Mark], most: int, lang: str) -> list[Note]:
    """Return the sender's and our comments by position; most: the largest number of ours."""
    found: dict[Place, list[Mark]] = defaultdict(list)
    for mark in sorted(marks, key=lambda m: SEVERITIES.index(m.severity)):
        place = cell_of(mark.cell)
        if place is not None and (place in found or len(found) < most):
            found[place].append(mark)
    notes = {place: Note(place, text) for place, text in own.items()}
    for place, several in found.items():
        words = words_of(several, lang)
        if place in own:
            words += BORDER + _plain(own[place])
        notes[place] = Note(place, _text(words), ours=True)
    return [notes[place] for place in sorted(notes, key=lambda p: (p[1], p[0]))]


def words_of(marks: Sequence[Mark], lang: str) -> str:
    """Return the text of the comment on a cell's findings."""
    parts = [_words(mark, lang) for mark in marks[:MOST_OF_ONE_CELL]]
    return f"{AUTHOR}\n" + "\n\n".join(parts)


def _words(mark: Mark, lang: str) -> str:
    at = LANGUAGES.index(lang)
    text = f"{say('severity', mark.severity, lang)}: {mark.message[at]}"
    criteria = mark.criteria[at]
    return f"{text}\n{say('feedback', 'concerns', lang)}: {criteria}" if criteria else text


def _text(words: str) -> Element:
    element = etree.Element(tag("text"), nsmap={None: MAIN})
    run = etree.SubElement(element, tag("r"))
    looks = etree.SubElement(run, tag("rPr"))
    etree.SubElement(looks, tag("sz"), val="9")
    etree.SubElement(looks, tag("rFont"), val="Arial")
    inner = etree.SubElement(run, tag("t"))
    inner.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    inner.text = fit(words)
    return element


def comments_part(notes: Sequence[Note]) -> bytes:
    """Return the part that contains the comments."""
    root = etree.Element(tag("comments"), nsmap={None: MAIN})
    authors = etree.SubElement(root, tag("authors"))
    for name in (AUTHOR, ""):
        etree.SubElement(authors, tag("author")).text = name
    listed = etree.SubElement(root, tag("commentList"))
    for note in notes:
        author = "0" if note.ours else "1"
        where = {"ref": address(*note.place), "authorId": author}
        etree.SubElement(listed, tag("comment"), where).append(note.text)
    return serialised(root)


def length_of(note: Note) -> int:
    """Return how many lines of about 55 letters a comment takes."""
    return sum(1 + len(line) // 55 for line in _plain(note.text).split("\n"))
