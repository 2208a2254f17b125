"""The tables of a submission's worksheets, cleaned: their layout is kept, their sources are not."""

from pipeline.report.feedback.formulas import Harmless
from pipeline.report.feedback.package import Element, is_main, local, parse, remove, tag

ATTRIBUTES = {
    "table": "id name displayName ref headerRowCount insertRow totalsRowCount totalsRowShown "
    "headerRowDxfId dataDxfId totalsRowDxfId headerRowBorderDxfId tableBorderDxfId "
    "totalsRowBorderDxfId headerRowCellStyle dataCellStyle totalsRowCellStyle",
    "tableColumn": "id name totalsRowFunction totalsRowLabel headerRowDxfId dataDxfId "
    "totalsRowDxfId headerRowCellStyle dataCellStyle totalsRowCellStyle",
}
FORMULAS = ("calculatedColumnFormula", "totalsRowFormula")
CHILDREN = ("autoFilter", "sortState", "tableColumns", "tableStyleInfo")


def read_table(data: bytes) -> Element | None:
    """Return a table's root; None if it is no known kind of table."""
    root = parse(data)
    return root if root.tag == tag("table") else None


def clean_table(root: Element, rules: Harmless) -> Element:
    """Remove from a table its data source and formulas with access to the outside."""
    for child in list(root):
        if not is_main(child) or local(child) not in CHILDREN:
            root.remove(child)
    for element in (root, *root.iter(tag("tableColumn"))):
        allowed = ATTRIBUTES[local(element)].split()
        for name in [n for n in element.attrib if n not in allowed]:
            del element.attrib[name]
    for column in root.iter(tag("tableColumn")):
        for part in list(column):
            if local(part) not in FORMULAS or not rules.allows(part.text or ""):
                _drop(column, part)
    for extension in list(root.iter(tag("extLst"))):
        remove(extension)
    return root


def _drop(column: Element, part: Element) -> None:
    column.remove(part)
    if local(part) == "totalsRowFormula":
        column.attrib.pop("totalsRowFunction", None)
