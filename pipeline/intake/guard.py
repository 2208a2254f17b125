"""The first look at a file: what it really is, whatever its name says."""

from pipeline.intake.archive import Archive
from pipeline.intake.foreign import what_is
from pipeline.intake.limits import MB, Limits
from pipeline.intake.ole2 import MAGIC, ole2_kind
from pipeline.intake.refusal import Refusal

ODS = b"application/vnd.oasis.opendocument.spreadsheet"
# Kinds of workbooks.
XLSX, XLSB, XLS, ODF = "xlsx", "xlsb", "xls", "ods"
FOLDERS = {"word/": "word", "ppt/": "powerpoint", "visio/": "other_office"}


def kind_of(data: bytes, limits: Limits) -> tuple[str, Archive | None]:
    """Return what the bytes are (xlsx, xlsb, ods, xls) and the opened zip, or refuse."""
    if len(data) > limits.max_file_mb * MB:
        raise Refusal("too_large", "file", limit=limits.max_file_mb)
    if data.startswith(MAGIC):
        return ole2_kind(data), None
    if data.startswith(b"PK"):
        archive = Archive(data, limits)
        return zip_kind(archive), archive
    raise Refusal("not_a_workbook", what_is(data))


def zip_kind(archive: Archive) -> str:
    """Return which kind of workbook a zip file is; refuse any other, and two in one."""
    names = set(archive.names())
    kinds = [odf_kind(archive)] if "content.xml" in names else []
    parts = {name.rpartition("/")[2] for name in names if is_workbook_part(name)}
    kinds += sorted({"workbook.bin": XLSB, "workbook.xml": XLSX}[part] for part in parts)
    if not kinds and any(name.startswith("xl/") for name in names):
        kinds.append(XLSX)
    if len(kinds) > 1:
        raise Refusal("unreadable", "two_kinds")
    if kinds:
        return kinds[0]
    raise Refusal("not_a_workbook", other_zip(names))


def is_workbook_part(name: str) -> bool:
    """Whether a part's name is that of a workbook's own part."""
    return name.endswith(("/workbook.xml", "/workbook.bin")) or name == "workbook.xml"


def odf_kind(archive: Archive) -> str:
    """Return ods, or refuse another document or one under a password.

    Some programs leave out the part that names the type; then the list of parts tells.
    """
    name = "META-INF/manifest.xml"
    manifest = archive.read(name) if name in archive else b""
    kind = archive.read("mimetype").strip() if "mimetype" in archive else manifest
    if ODS not in kind:
        raise Refusal("not_a_workbook", "odf" if b"opendocument" in kind else "zip")
    if b"encryption-data" in manifest:
        raise Refusal("encrypted", "encrypted")
    return ODF


def other_zip(names: set[str]) -> str:
    """Return what a zip file is that holds no workbook."""
    for folder, found in FOLDERS.items():
        if any(name.startswith(folder) for name in names):
            return found
    inside = any(name.endswith((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")) for name in names)
    return "zip_of_workbooks" if inside else "zip"
