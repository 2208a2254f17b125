"""Reads untrusted XML with expat: no declarations; ill-formed documents are refused.

Names include their namespace, so that the choice of prefixes cannot hide anything.
"""

from collections.abc import Callable
from typing import NoReturn
from xml.parsers import expat

from pipeline.intake.refusal import Refusal

Attributes = dict[str, str]
Start = Callable[[str, Attributes], None]
End = Callable[[str], None]
Text = Callable[[str], None]
# Separates a namespace from a local name.
SEPARATOR = " "
# Namespaces of sheets, in both forms of the standard.
NAMESPACES = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
}


def scan(
    data: bytes,
    part: str,
    start: Start | None = None,
    end: End | None = None,
    text: Text | None = None,
    *,
    doctype: bool = False,
) -> None:
    """Pass the whole document to the handlers; names are "namespace local".

    Ill-formed XML is a Refusal naming the part, and so are entities and, unless `doctype`, any
    document type: no workbook of Office has one.
    """
    parser = expat.ParserCreate(namespace_separator=SEPARATOR)
    parser.buffer_text = True
    forbid_declarations(parser, part, doctype=doctype)
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # an encoding expat cannot read
        raise Refusal("unreadable", "xml", part=part[:80]) from error


def forbid_declarations(parser: expat.XMLParserType, part: str, *, doctype: bool) -> None:
    """Make the parser refuse declarations that could define entities or attributes."""

    def refuse(*_: object) -> NoReturn:
        raise Refusal("unreadable", "entities", part=part[:80])

    def begin(_: str, __: str | None, ___: str | None, internal: int) -> None:
        if internal or not doctype:
            refuse()

    parser.StartDoctypeDeclHandler = begin
    parser.EntityDeclHandler = refuse
    parser.UnparsedEntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse


def elements(data: bytes, part: str) -> list[tuple[str, Attributes]]:
    """Return (name, attributes) of every element of a small document.

    Names in the root's namespace are local names; those of others (extensions) keep theirs.
    """
    found: list[tuple[str, Attributes]] = []
    own = ""

    def start(name: str, attrs: Attributes) -> None:
        nonlocal own
        own = own if found else name.rpartition(SEPARATOR)[0] + SEPARATOR
        found.append((name.removeprefix(own).strip(), attrs))

    scan(data, part, start)
    return found


def local(name: str) -> str:
    """Return the name without its namespace."""
    return name.rpartition(SEPARATOR)[2]
