"""The first check of a file: what it really is, regardless of its name."""

from io import BytesIO
from typing import Any

from pipeline.common.limits import MB, Limits
from pipeline.intake.archive import Archive
from pipeline.intake.foreign import what_is
from pipeline.intake.refusal import Refusal, refused_as

ODS = b"application/vnd.oasis.opendocument.spreadsheet"
# Kinds of workbooks.
XLSX, XLSB, XLS, ODF = "xlsx", "xlsb", "xls", "ods"
FOLDERS = {"word/": "word", "ppt/": "powerpoint", "visio/": "other_office"}
# OLE2 files (.xls, and encrypted files) begin with this; their streams show the kind.
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED, LABEL = "encrypted", "label"
# What is encrypted by a password says how in a stream; a sensitivity label (IRM) does so elsewhere.
OF_PASSWORD = "EncryptionInfo"
STREAMS = {
    "\tDRMContent": LABEL,
    "EncryptedPackage": ENCRYPTED,
    "Workbook": XLS,
    "Book": XLS,
    "WordDocument": "word",
    "PowerPoint Document": "powerpoint",
}


def kind_of(data: bytes, limits: Limits) -> tuple[str, Archive | None]:
    """Return what the bytes are (xlsx, xlsb, ods, xls) and the opened zip, or refuse."""
    if len(data) > limits.max_file_mb * MB:
        raise Refusal("too_large", "file", limit=limits.max_file_mb)
    if data.startswith(OLE2):
        return ole2_kind(data), None
    if data.startswith(b"PK"):
        archive = Archive(data, limits)
        return zip_kind(archive), archive
    raise Refusal("not_a_workbook", what_is(data))


def ole2_kind(data: bytes) -> str:
    """Return xls, or refuse any other OLE2 file."""
    from olefile import OleFileIO  # loaded on demand, like the less common readers

    with refused_as("damaged_ole2"), OleFileIO(BytesIO(data)) as container:
        kind = next((kind for stream, kind in STREAMS.items() if container.exists(stream)), None)
        damaged = is_damaged(container, kind)
        if kind == ENCRYPTED and not container.exists(OF_PASSWORD):
            kind = LABEL
    if damaged:
        raise Refusal("unreadable", "damaged_ole2")
    if kind in (ENCRYPTED, LABEL):
        raise Refusal("encrypted", kind)
    if kind != XLS:
        raise Refusal("not_a_workbook", kind or "other_office")
    return XLS


def is_damaged(container: Any, kind: str | None) -> bool:
    """Whether the directory of an OLE2 file, or a stream that no reader uses, is damaged."""
    # A circular directory is read until it is as long as all sectors together.
    if container.directory_fp.size >= len(container.fat) * container.sector_size:
        return True
    if kind in (ENCRYPTED, LABEL):
        return any(
            len(container.openstream(path).read()) < container.get_size(path)
            for path in container.listdir()
        )
    return kind is None and bool(container.parsing_issues)


def zip_kind(archive: Archive) -> str:
    """Return the kind of workbook in a zip file; refuse other content, and two workbooks."""
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
    """Whether a part's name is that of the workbook part."""
    return name.endswith(("/workbook.xml", "/workbook.bin")) or name == "workbook.xml"


def odf_kind(archive: Archive) -> str:
    """Return ods, or refuse another document or an encrypted one.

    Some programs omit the part that names the type; then the list of parts decides.
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
    """Return the kind of a zip file that contains no workbook."""
    for folder, found in FOLDERS.items():
        if any(name.startswith(folder) for name in names):
            return found
    if any(name.endswith(".iwa") for name in names):
        return "numbers" if any(name.startswith("index/tables/") for name in names) else "iwork"
    inside = any(name.endswith((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")) for name in names)
    return "zip_of_workbooks" if inside else "zip"
