"""Is this an OOXML package that Excel opens without repair? And what is in it?"""

import io
import zipfile
from posixpath import dirname, join, normpath

from lxml import etree

from pipeline.report.feedback.worksheet import ORDER

RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
KINDS = {
    "officeDocument",
    "worksheet",
    "styles",
    "sharedStrings",
    "theme",
    "comments",
    "vmlDrawing",
    "table",
}


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def relations(parts: dict[str, bytes], owner: str) -> dict[str, tuple[str, str]]:
    """The relations of a part: id -> (kind, target)."""
    name = join(dirname(owner), "_rels", owner.rpartition("/")[2] + ".rels")
    if name not in parts:
        return {}
    found = etree.fromstring(parts[name])
    assert all(e.get("TargetMode") is None for e in found), "external relation"
    return {
        e.get("Id"): (
            e.get("Type").rpartition("/")[2],
            normpath(join(dirname(owner), e.get("Target"))),
        )
        for e in found
    }


def check_package(data: bytes) -> dict[str, bytes]:
    """Assert that the package is consistent and contains only what is allowed."""
    parts = parts_of(data)
    reached = {"[Content_Types].xml"}
    owners = [""]
    while owners:
        owner = owners.pop()
        own = relations(parts, owner)
        if own:
            reached.add(join(dirname(owner), "_rels", owner.rpartition("/")[2] + ".rels"))
        for kind, target in own.values():
            assert kind in KINDS, kind
            assert target in parts, f"{owner} -> {target}"
            if target not in reached:
                owners.append(target)
            reached.add(target)
        if owner.endswith(".xml"):
            check_ids(parts[owner], set(own), owner)
    assert reached == set(parts)
    check_content_types(parts)
    check_workbook(parts)
    for name in parts:
        if name.startswith("xl/worksheets/sheet"):
            check_order(parts[name], name)
    return parts


def check_ids(part: bytes, known: set[str], name: str) -> None:
    used = etree.fromstring(part).xpath("//@*[namespace-uri() = $r]", r=RELATION.strip("{}"))
    assert set(used) <= known, f"{name}: dangling {set(used) - known}"
    assert len(used) == len(set(used))


def check_content_types(parts: dict[str, bytes]) -> None:
    types = etree.fromstring(parts["[Content_Types].xml"])
    defaults = {e.get("Extension") for e in types if e.tag.endswith("Default")}
    own = {e.get("PartName").lstrip("/") for e in types if e.tag.endswith("Override")}
    assert own <= set(parts)
    kinds = " ".join(e.get("ContentType") for e in types)
    assert "macroEnabled" not in kinds
    for name in parts:
        end = name.rpartition(".")[2]
        assert name in own or end in {"rels", "vml"} & defaults or name == "[Content_Types].xml"


def check_workbook(parts: dict[str, bytes]) -> None:
    book = etree.fromstring(parts["xl/workbook.xml"])
    sheets = list(book.iter(f"{MAIN}sheet"))
    names = [e.get("name").lower() for e in sheets]
    assert len(set(names)) == len(names)
    assert all(0 < len(name) <= 31 for name in names)
    assert len({e.get("sheetId") for e in sheets}) == len(sheets)
    for name in book.iter(f"{MAIN}definedName"):
        assert int(name.get("localSheetId", 0)) < len(sheets)
    calculation = book.find(f"{MAIN}calcPr")
    assert calculation is None or "fullCalcOnLoad" not in calculation.attrib
    looks = etree.fromstring(parts["xl/styles.xml"])
    for group in looks:
        if group.get("count"):
            assert int(group.get("count")) == len(group)


def check_order(part: bytes, name: str) -> None:
    root = etree.fromstring(part)
    children = [etree.QName(child).localname for child in root]
    places = [ORDER.index(child) for child in children]
    assert places == sorted(places), f"{name}: {children}"
    ranks = [
        (rule.get("priority"), "cluster-review" in "".join(rule.itertext()))
        for rule in root.iter()
        if str(rule.tag).endswith("}cfRule")
    ]
    ours = [rank for rank, is_ours in ranks if is_ours]
    assert len(set(ours)) == len(ours)
    assert not set(ours) & {rank for rank, is_ours in ranks if not is_ours}
