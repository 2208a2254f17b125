"""Adds the looks that our sheet and marks need to a workbook's styles; its own stay untouched."""

from lxml import etree

from pipeline.report.feedback.package import MAIN, CannotCopyError, Element, local, parse, tag

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
 xfId="0"/></cellXfs></styleSheet>""".encode()
# background and letters; every pair has a contrast of at least 7:1
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
# look -> font, fill, whether it has a line below, whether it wraps, whether it keeps its quote
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


class Styles:
    """A workbook's styles with ours added; equal ones are used again."""

    def __init__(self, data: bytes | None) -> None:
        self.root = parse(data or PLAIN)
        if self.root.tag != tag("styleSheet"):
            raise CannotCopyError(f"root {self.root.tag}")
        self.looks = {name: self._look(*look) for name, look in LOOKS.items()}
        self.marks = {name: self._mark(*colours) for name, colours in COLOURS.items()}
        self.sign = self._add("dxfs", f'<dxf><font><color rgb="{INK}"/></font></dxf>')

    def _look(self, font: str, back: str, line: bool, wraps: bool, quote: bool) -> int:
        self._first("cellStyleXfs", '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>')
        font_id = self._add("fonts", FONTS[font])
        fill_id = self._add("fills", _fill(back) if back else NO_FILL)
        border_id = self._add("borders", BOTTOM if line else NO_BORDER)
        wrap = ' wrapText="1"' if wraps else ""
        prefix = ' quotePrefix="1"' if quote else ""
        look = (
            f'<xf numFmtId="0" fontId="{font_id}" fillId="{fill_id}" borderId="{border_id}"'
            f' xfId="0"{prefix} applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">'
            f'<alignment vertical="top"{wrap}/></xf>'
        )
        index = self._add("cellXfs", look)
        if index > MOST_XFS:
            raise CannotCopyError("too many styles")
        return index

    def _mark(self, back: str, front: str) -> int:
        return self._add(
            "dxfs",
            f'<dxf><font><color rgb="{front}"/></font><fill><patternFill patternType="solid">'
            f'<fgColor rgb="{back}"/><bgColor rgb="{back}"/></patternFill></fill></dxf>',
        )

    def _first(self, group: str, text: str) -> None:
        """Make sure that a group has a first entry, which others rely on."""
        if len(self._group(group)) == 0:
            self._add(group, text)

    def _add(self, group: str, text: str) -> int:
        """Return the place of an entry in its group, added where there is no equal one."""
        parent, new = self._group(group), etree.fromstring(f'<a xmlns="{MAIN}">{text}</a>')[0]
        for at, old in enumerate(parent):
            if _equal(old, new):
                return at
        parent.append(new)
        etree.cleanup_namespaces(new)
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
            for own in parse(PLAIN).find(tag(name)):  # cells without a style have the first ones
                element.append(own)
        return element


def _fill(back: str) -> str:
    return (
        f'<fill><patternFill patternType="solid"><fgColor rgb="{back}"/>'
        '<bgColor indexed="64"/></patternFill></fill>'
    )


def _place(element: Element) -> int:
    name = local(element)
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _equal(one: Element, other: Element) -> bool:
    return (
        one.tag == other.tag
        and dict(one.attrib) == dict(other.attrib)
        and len(one) == len(other)
        and all(_equal(a, b) for a, b in zip(one, other, strict=True))
    )
