"""OOXML packages: reads untrusted parts safely and writes our own in a fixed form."""

import io
import zipfile
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath, relpath
from typing import Any
from xml.sax.saxutils import quoteattr

from lxml import etree

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument"
DEFAULTS = {
    "rels": "application/vnd.openxmlformats-package.relationships+xml",
    "xml": "application/xml",
    "vml": f"{TYPES}.vmlDrawing",
}
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MOMENT = (1980, 1, 1, 0, 0, 0)
LEVEL = 3  # half the time of the usual 6, files a tenth larger
Element = Any  # lxml has no types


class CannotCopyError(Exception):
    """The workbook is written in a way that cannot be copied part by part."""


def parse(data: bytes) -> Element:
    """Return the root of an untrusted part: no entities, no network, no unusual size."""
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    root = etree.fromstring(data, parser)
    if root.getroottree().docinfo.doctype:
        raise CannotCopyError("document type")
    return root


def serialised(root: Element) -> bytes:
    """Return a part's bytes."""
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return data


def tag(name: str) -> str:
    """Return the full name of an element of SpreadsheetML."""
    return f"{{{MAIN}}}{name}"


def local(element: Element) -> str:
    """Return an element's name without its namespace; empty for a comment or an instruction."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def is_main(element: Element) -> bool:
    """Whether the element is one of SpreadsheetML."""
    return isinstance(element.tag, str) and etree.QName(element).namespace == MAIN


def remove(element: Element) -> None:
    """Take an element out of its tree."""
    element.getparent().remove(element)


# --------------------------------------------------------------------------------------- reading
@dataclass(frozen=True)
class Relation:
    """A reference to another part. kind: the last word of its type; target: a part, or empty."""

    kind: str
    target: str


class Source:
    """The package of a submission."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = {name.lower(): name for name in archive.namelist()}
        self.known: dict[str, dict[str, Relation]] = {}

    def read(self, part: str) -> bytes | None:
        """Return a part's bytes; None if there is no such part."""
        name = self.names.get(part.lower())
        return None if name is None else self.archive.read(name)

    def relations(self, part: str) -> dict[str, Relation]:
        """Return the relations of a part by their ids."""
        if part not in self.known:
            self.known[part] = self._relations(part)
        return self.known[part]

    def _relations(self, part: str) -> dict[str, Relation]:
        data = self.read(join(dirname(part), "_rels", part.rpartition("/")[2] + ".rels"))
        if data is None:
            return {}
        found = [e for e in parse(data) if local(e) == "Relationship"]
        return {e.get("Id", ""): self._relation(part, e) for e in found}

    def _relation(self, part: str, element: Element) -> Relation:
        kind = element.get("Type", "").rpartition("/")[2]
        if element.get("TargetMode", "").lower() == "external":
            return Relation(kind, "")
        target = normpath(join(dirname(part), element.get("Target", ""))).lstrip("/")
        return Relation(kind, self.names.get(target.lower(), ""))


# --------------------------------------------------------------------------------------- writing
@dataclass
class Package:
    """A new package: parts with their content types, and relations between them."""

    parts: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    relations: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def add(self, part: str, content_type: str, data: bytes | str) -> None:
        """Add a part; for SpreadsheetML the last words of the content type suffice."""
        kind = content_type if "/" in content_type else f"{TYPES}.spreadsheetml.{content_type}+xml"
        self.parts[part] = (kind, data.encode() if isinstance(data, str) else data)

    def relate(self, owner: str, kind: str, target: str) -> str:
        """Add a relation from one part to another; return its id."""
        own = self.relations.setdefault(owner, [])
        own.append((kind, target))
        return f"rId{len(own)}"

    def packed(self) -> bytes:
        """Return the package's bytes; the same parts give the same bytes."""
        result = io.BytesIO()
        with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in self._every_part().items():
                info = zipfile.ZipInfo(name, MOMENT)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o600 << 16
                archive.writestr(info, data, compresslevel=LEVEL)
        return result.getvalue()

    def _every_part(self) -> dict[str, bytes]:
        result = {"[Content_Types].xml": self._content_types().encode()}
        for owner, relations in self.relations.items():
            name = join(dirname(owner), "_rels", f"{owner.rpartition('/')[2]}.rels")
            result[name] = _relations(owner, relations).encode()
        return result | {name: data for name, (_, data) in self.parts.items()}

    def _content_types(self) -> str:
        defaults = "".join(
            f"<Default Extension={quoteattr(end)} ContentType={quoteattr(kind)}/>"
            for end, kind in DEFAULTS.items()
        )
        overrides = "".join(
            f"<Override PartName={quoteattr('/' + name)} ContentType={quoteattr(kind)}/>"
            for name, (kind, _) in self.parts.items()
            if kind not in DEFAULTS.values()
        )
        return f'{HEAD}<Types xmlns="{PACKAGE}/content-types">{defaults}{overrides}</Types>'


def _relations(owner: str, relations: list[tuple[str, str]]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{number}" Type="{RELATION}/{kind}"'
        f" Target={quoteattr(relpath(target, dirname(owner) or '.'))}/>"
        for number, (kind, target) in enumerate(relations, 1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{rows}</Relationships>'
