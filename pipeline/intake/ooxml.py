"""Workbooks of Office Open XML (.xlsx, .xlsm): their sheets, texts and formats.

The namespaces of both forms of the standard, transitional and strict, are equivalent.
"""

from dataclasses import dataclass

from pipeline.intake.archive import Archive
from pipeline.intake.cells import Cells
from pipeline.intake.looks import Section, looks_of, sections_of
from pipeline.intake.ooxml_sheet import read_cells, read_strings
from pipeline.intake.ooxml_values import OoxmlValues, Styles
from pipeline.intake.package import Relation, part_of_kind, relations
from pipeline.intake.refusal import Refusal
from pipeline.intake.values import BUILT_IN, PLAIN, kind_shown_by
from pipeline.intake.xml import elements

WORKSHEET = "worksheet"
# Sheets without cells of their own; macro sheets contain programs, not data.
OTHER_SHEETS = {"chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"}
TRUE = {"1", "true", "on"}


@dataclass(frozen=True)
class SheetPart:
    """A sheet's name in the workbook part, and the part it refers to."""

    name: str
    relation: Relation | None


class OoxmlBook:
    """An opened workbook. names: its worksheets in order, hidden ones too."""

    repaired = False

    def __init__(self, archive: Archive, part: str) -> None:
        self.archive = archive
        self.links = relations(archive, part)
        listed, self.from_1904 = read_workbook_part(archive.read(part), part)
        every = [SheetPart(name, self.links.get(link)) for name, link in listed]
        self.sheets = [s for s in every if not s.relation or s.relation.kind not in OTHER_SHEETS]
        self.names = [s.name for s in self.sheets]
        self.values: OoxmlValues | None = None

    def read_sheet(self, index: int, cells: Cells) -> None:
        """Append the cells of a sheet."""
        if self.values is None:
            self.values = self.load_values(cells)
        read_cells(*self.content(index), index, self.names[index], self.values)

    def content(self, index: int) -> tuple[bytes, str]:
        """Return content and name of a sheet's part; without it the workbook is incomplete."""
        relation = self.sheets[index].relation
        if not relation or relation.kind != WORKSHEET or relation.target not in self.archive:
            raise Refusal("unreadable", "no_sheet_part", sheet=self.names[index][:40])
        return self.archive.read(relation.target), relation.target

    def load_values(self, cells: Cells) -> OoxmlValues:
        """Return what the cells of all sheets share: texts and formats."""
        styles = part_of_kind(self.archive, self.links, "styles")
        strings = part_of_kind(self.archive, self.links, "sharedStrings")
        return OoxmlValues(
            cells,
            read_styles(styles) if styles is not None else Styles([], {}),
            read_strings(strings) if strings is not None else [],
            from_1904=self.from_1904,
        )


def read_workbook_part(data: bytes, part: str) -> tuple[list[tuple[str, str]], bool]:
    """Return a workbook's sheets (name, relation) and whether its days count from 1904."""
    found = elements(data, part)
    if not found or found[0][0] != "workbook":
        raise Refusal("unreadable", "no_workbook_part")
    from_1904, sheets = False, []
    for name, attrs in found:
        if name == "workbookPr":
            from_1904 = attrs.get("date1904", "").strip().lower() in TRUE
        elif name == "sheet" and "name" in attrs:
            link = next((v for k, v in attrs.items() if k.endswith("relationships id")), "")
            sheets.append((attrs["name"], link))
    return sheets, from_1904


def read_styles(data: bytes) -> Styles:
    """Return the kind of number (see `values`) and the look of each cell format."""
    own: dict[str, int] = {}
    sections: dict[str, tuple[Section, ...]] = {}
    struck: list[bool] = []
    kinds: list[int] = []
    styles: list[tuple[str, int]] = []
    inside = ""
    for name, attrs in elements(data, "styles.xml"):
        if name in ("fonts", "fills", "cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            inside = name
        elif name == "numFmt" and inside != "dxfs":
            code, identifier = attrs.get("formatCode", ""), attrs.get("numFmtId", "")
            own[identifier], sections[identifier] = kind_shown_by(code), sections_of(code)
        elif inside == "fonts" and name == "font":
            struck.append(False)
        elif inside == "fonts" and name == "strike" and struck:
            struck[-1] = attrs.get("val", "1").strip().lower() in TRUE
        elif name == "xf" and inside == "cellXfs":
            identifier, font = attrs.get("numFmtId", "0"), attrs.get("fontId", "0").strip()
            kinds.append(kind_of_format(identifier, own))
            styles.append((identifier, int(font[:9]) if font.isdecimal() else -1))
    return Styles(kinds, looks_of(sections, struck, styles))


def kind_of_format(identifier: str, own: dict[str, int]) -> int:
    """Return the kind of number for the identifier of a number format."""
    if identifier in own:
        return own[identifier]
    known = identifier.isdecimal() and identifier.isascii()
    return BUILT_IN.get(int(identifier), PLAIN) if known else PLAIN
