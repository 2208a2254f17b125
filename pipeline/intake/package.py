"""The parts of an Office package and the references between them."""

from dataclasses import dataclass
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from pipeline.intake.archive import Archive
from pipeline.intake.refusal import Refusal
from pipeline.intake.xml import elements

ROOT = "_rels/.rels"


@dataclass(frozen=True)
class Relation:
    """A reference to a part: the kind (the last word of its type) and the part's name.

    target is empty if it is outside of the file; such parts are never read.
    """

    kind: str
    target: str


def relations(archive: Archive, part: str) -> dict[str, Relation]:
    """Return the relations of a part ("" for the package) by their ids."""
    folder, name = dirname(part), part.rpartition("/")[2]
    rels = join(folder, "_rels", name + ".rels") if part else ROOT
    listed = elements(archive.read(rels), rels) if rels in archive else []
    return {
        attrs["Id"]: Relation(attrs.get("Type", "").rpartition("/")[2], target(folder, attrs))
        for name, attrs in listed
        if name == "Relationship" and "Id" in attrs
    }


def target(folder: str, attrs: dict[str, str]) -> str:
    """Return the part a relation refers to; empty if it is not in this file."""
    link = unquote(attrs.get("Target", "")).replace("\\", "/")
    if attrs.get("TargetMode", "").lower() == "external" or "://" in link:
        return ""
    path = normpath(link if link.startswith("/") else join("/", folder, link))
    outside = not link.startswith("/") and normpath(join(folder, link)).startswith("..")
    return "" if outside else path.lstrip("/")


def workbook_part(archive: Archive) -> str:
    """Return the name of the workbook part, which the package refers to."""
    mains = [r.target for r in relations(archive, "").values() if r.kind == "officeDocument"]
    if len(mains) > 1:
        raise Refusal("unreadable", "two_kinds")
    found = mains or [n for n in ("xl/workbook.xml", "xl/workbook.bin") if n in archive]
    if not found or found[0] not in archive:
        raise Refusal("unreadable", "no_workbook_part")
    return found[0]


def part_of_kind(archive: Archive, links: dict[str, Relation], kind: str) -> bytes | None:
    """Return the content of the workbook's part of a kind (styles, sharedStrings), if any.

    A missing part is no error here, because it may be unused. A cell that needs it is a Refusal
    later.
    """
    names = [r.target for r in links.values() if r.kind == kind]
    if len(names) > 1:
        raise Refusal("unreadable", "duplicate_parts")
    return archive.read(names[0]) if names and names[0] in archive else None
