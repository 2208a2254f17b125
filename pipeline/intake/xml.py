"""Reading XML of strangers with expat: no entities, ill-formed documents are refused."""

from collections.abc import Iterator
from typing import NoReturn, Protocol
from xml.parsers import expat

from pipeline.intake.refusal import Refusal


def forbid_entities(parser: expat.XMLParserType) -> None:
    """Make the parser refuse documents that declare entities: no workbook needs them."""

    def refuse(*_: object) -> NoReturn:
        raise Refusal("unreadable", why="XML entities")

    parser.EntityDeclHandler = refuse
    parser.UnparsedEntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse


def parse(data: bytes, parser: expat.XMLParserType, part: str) -> None:
    """Run the parser over the bytes; ill-formed XML is a Refusal naming the part."""
    forbid_entities(parser)
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Refusal("unreadable", why=f"{part}: {error}") from error


def elements(data: bytes, part: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield (local name, attributes) of every element of a small document."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attrs: found.append((local(name), attrs))
    parse(data, parser, part)
    return iter(found)


def local(name: str) -> str:
    """Return the name without its prefix."""
    return name.rpartition(":")[2]


class Scanner(Protocol):
    """Takes expat's events."""

    def start(self, name: str, attrs: dict[str, str]) -> None:
        """An element begins."""

    def text(self, data: str) -> None:
        """Text within an element."""

    def end(self, name: str) -> None:
        """An element ends."""


def scan(data: bytes, part: str, scanner: Scanner) -> None:
    """Let the scanner see the whole document; ill-formed XML is a Refusal naming the part."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = scanner.start
    parser.EndElementHandler = scanner.end
    parser.CharacterDataHandler = scanner.text
    parse(data, parser, part)
