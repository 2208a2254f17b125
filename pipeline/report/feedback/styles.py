"""Adds the formats of our sheet and marks to a workbook's styles; its own are not changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from pipeline.report.feedback.package import (
    MAIN,
    CannotCopyError,
    Element,
    local,
    parse,
    serialised,
    tag,
)

GROUPS = """
numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst
"""
ORDER = GROUPS.split()
MOST_XFS = 64_000
PLAIN = f"""<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/>
</font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill
 patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/>
<diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0"
 borderId="0"/></cellStyleXfs><cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"
 xfId="0"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/>
</cellStyles></styleSheet>""".encode()
# background and text colour; every pair has a contrast of at least 7:1
COLOURS = {
    "error": ("FFF8CBAD", "FF5B1A00"),
    "warning": ("FFFFE699", "FF4A3A00"),
    "info": ("FFDDEBF7", "FF14324F"),
}
INK = "FF1F3A5F"
FONTS = {
    "plain": '<font><sz val="10"/><color rgb="FF1A1A1A"/><name val="Arial"/></font>',
    "bold": '<font><b/><sz val="10"/><color rgb="FF1A1A1A"/><name val="Arial"/></font>',
    "soft": '<font><sz val="10"/><color rgb="FF595959"/><name val="Arial"/></font>',
    "link": '<font><u/><sz val="10"/><color rgb="FF0B4F9E"/><name val="Arial"/></font>',
    "title": '<font><b/><sz val="16"/><color rgb="FF1F3A5F"/><name val="Arial"/></font>',
    "section": '<font><b/><sz val="12"/><color rgb="FF1F3A5F"/><name val="Arial"/></font>',
    "head": '<font><b/><sz val="10"/><color rgb="FFFFFFFF"/><name val="Arial"/></font>',
}
NO_FILL = '<fill><patternFill patternType="none"/></fill>'
NO_BORDER = "<border><left/><right/><top/><bottom/><diagonal/></border>"
BOTTOM = (
    '<border><left/><right/><top/><bottom style="thin"><color rgb="FFD0D5DB"/></bottom>'
    "<diagonal/></border>"
)
# format -> font, fill, whether it has a line below, wraps, and keeps the quote prefix
LOOKS = {
    "title": ("title", "", False, False, False),
    "section": ("section", "", False, False, False),
    "note": ("plain", "", False, True, False),
    "label": ("bold", "", False, True, False),
    "fact": ("plain", "", False, True, True),
    "head": ("head", "FF1F3A5F", True, True, False),
    "text": ("plain", "", True, True, True),
    "soft": ("soft", "", True, True, True),
    "link": ("link", "", True, True, True),
    **{name: ("bold", back, True, True, False) for name, (back, _) in COLOURS.items()},
}


@dataclass(frozen=True)
class Styles:
    """A workbook's styles with ours added.

    looks, marks: the positions of our formats (for cells) and marks (for rules). sign: the position
    of the mark that identifies our sheet later.
    """

    data: bytes
    looks: Mapping[str, int]
    marks: Mapping[str, int]
    sign: int


@lru_cache(maxsize=64)
def with_ours(data: bytes | None) -> Styles:
    """Return a workbook's styles with ours added; many submissions share the form's styles."""
    sheet = _Sheet(data or PLAIN)
    looks = {name: sheet.look(*look) for name, look in LOOKS.items()}
    marks = {name: sheet.add("dxfs", _mark(*colours)) for name, colours in COLOURS.items()}
    sign = sheet.add("dxfs", f'<dxf><font><color rgb="{INK}"/></font></dxf>')
    return Styles(serialised(sheet.root), looks, marks, sign)


class _Sheet:
    """A stylesheet to which entries are added; an equal entry is used again."""

    def __init__(self, data: bytes) -> None:
        self.root = parse(data)
        self.places: dict[str, dict[object, int]] = {}
        if self.root.tag != tag("styleSheet"):
            raise CannotCopyError(f"root {self.root.tag}")
        if len(self._group("cellStyleXfs")) == 0:  # other entries refer to it
            self.add("cellStyleXfs", '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>')

    def look(self, font: str, back: str, line: bool, wraps: bool, quote: bool) -> int:
        """Add a cell format; return its position."""
        font_id = self.add("fonts", FONTS[font])
        fill_id = self.add("fills", _fill(back) if back else NO_FILL)
        border_id = self.add("borders", BOTTOM if line else NO_BORDER)
        wrap = ' wrapText="1"' if wraps else ""
        prefix = ' quotePrefix="1"' if quote else ""
        look = (
            f'<xf numFmtId="0" fontId="{font_id}" fillId="{fill_id}" borderId="{border_id}"'
            f' xfId="0"{prefix} applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">'
            f'<alignment vertical="top"{wrap}/></xf>'
        )
        index = self.add("cellXfs", look)
        if index > MOST_XFS:
            raise CannotCopyError("too many styles")
        return index

    def add(self, group: str, text: str) -> int:
        """Return the position of an entry in its group; it is added if it is new."""
        parent, new = self._group(group), etree.fromstring(f'<a xmlns="{MAIN}">{text}</a>')[0]
        places = self.places.setdefault(group, {})
        if not places:
            for at, old in enumerate(parent):
                places.setdefault(_key(old), at)
        if (known := places.get(_key(new))) is not None:
            return known
        parent.append(new)
        places[_key(new)] = len(parent) - 1
        parent.set("count", str(len(parent)))
        return len(parent) - 1

    def _group(self, name: str) -> Element:
        found = self.root.find(tag(name))
        return self._new_group(name) if found is None else found

    def _new_group(self, name: str) -> Element:
        element = etree.Element(tag(name), nsmap={None: MAIN})
        place = ORDER.index(name)
        later = (i for i, c in enumerate(self.root) if _place(c) > place)
        self.root.insert(next(later, len(self.root)), element)
        if name in ("fonts", "fills", "borders", "cellXfs"):
            for own in parse(PLAIN).find(tag(name)):  # cells without a style use the first entries
                element.append(own)
        return element


def _mark(back: str, front: str) -> str:
    return (
        f'<dxf><font><color rgb="{front}"/></font><fill><patternFill patternType="solid">'
        f'<fgColor rgb="{back}"/><bgColor rgb="{back}"/></patternFill></fill></dxf>'
    )


def _fill(back: str) -> str:
    return (
        f'<fill><patternFill patternType="solid"><fgColor rgb="{back}"/>'
        '<bgColor indexed="64"/></patternFill></fill>'
    )


def _place(element: Element) -> int:
    name = local(element)
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _key(element: Element) -> object:
    children = tuple(_key(child) for child in element)
    return element.tag, tuple(sorted(element.attrib.items())), children
