"""The first look at a file: what it really is and what it would unpack to, without parsing it.

Nothing here trusts the file's name. Every failure is a `Refusal` with the outcome's code.
"""

import io
import zipfile
import zlib
from dataclasses import dataclass

from pipeline.intake.refusal import Refusal

MB = 1024 * 1024
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ODS = b"application/vnd.oasis.opendocument.spreadsheet"
# Below this size even a high ratio is harmless: a small sheet of equal rows packs well.
RATIO_FROM = 10 * MB


@dataclass(frozen=True)
class Limits:
    """What one file may cost; see [intake] in schemas/settings.toml."""

    max_file_mb: int
    max_unpacked_mb: int
    max_ratio: int
    max_parts: int
    max_sheets: int
    max_cells: int
    max_area: int
    max_text_mb: int
    max_seconds: int
    max_memory_mb: int
    workers: int = 0


def kind_of(data: bytes, limits: Limits) -> tuple[str, zipfile.ZipFile | None]:
    """Return what the bytes are (xlsx, xlsb, ods, xls) and the opened zip, or refuse."""
    if len(data) > limits.max_file_mb * MB:
        raise Refusal("too_large", limit=f"{limits.max_file_mb} MB", what="file")
    if data.startswith(OLE2):
        return _ole2(data), None
    if data.startswith(b"PK"):
        return _zipped(data, limits)
    raise Refusal("not_a_workbook", found=_guess(data))


def _ole2(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Refusal("encrypted")
    if any(name.encode("utf-16-le") in data for name in ("Workbook", "Book", "WORKBOOK", "BOOK")):
        return "xls"
    raise Refusal("not_a_workbook", found="OLE2")


def _zipped(data: bytes, limits: Limits) -> tuple[str, zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Refusal("unreadable", why=str(error)) from error
    check_parts(archive.infolist(), len(data), limits)
    unpack_all(archive)
    return _zip_kind(archive), archive


def check_parts(parts: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    """Refuse an archive with too many parts, too much content, or names that are no good."""
    if len(parts) > limits.max_parts:
        raise Refusal("too_large", limit=limits.max_parts, what="parts")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > limits.max_unpacked_mb * MB:
        raise Refusal("too_large", limit=f"{limits.max_unpacked_mb} MB", what="unpacked")
    if unpacked > RATIO_FROM and unpacked > limits.max_ratio * size:
        raise Refusal("too_large", limit=f"{limits.max_ratio}:1", what="ratio")
    names = [part.filename.replace("\\", "/") for part in parts]
    if len({name.lower() for name in names}) < len(names):
        raise Refusal("unreadable", why="duplicate part names")
    if any(name.startswith("/") or ".." in name.split("/") for name in names):
        raise Refusal("unreadable", why="part names leave the file")
    if any(part.flag_bits & 1 for part in parts):
        raise Refusal("encrypted")
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise Refusal("unreadable", why="unusual compression")


def unpack_all(archive: zipfile.ZipFile) -> None:
    """Inflate every part once, so that lengths and checksums are true; the readers ignore them."""
    for part in archive.infolist():
        try:
            with archive.open(part) as stream:
                while stream.read(MB):
                    pass
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            raise Refusal("unreadable", why=f"{part.filename}: {error}") from error


def _zip_kind(archive: zipfile.ZipFile) -> str:
    names = {name.replace("\\", "/").lower() for name in archive.namelist()}
    is_ods = "mimetype" in names and archive.read("mimetype").strip() == ODS
    if is_ods and any(name.startswith("xl/") for name in names):
        raise Refusal("unreadable", why="more than one kind of workbook")
    if is_ods:
        _refuse_encrypted_ods(archive)
        return "ods"
    if {"xl/workbook.bin", "xl/workbook.xml"} <= names:
        raise Refusal("unreadable", why="more than one kind of workbook")
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(name.endswith("workbook.xml") for name in names):
        return "xlsx"
    if "[content_types].xml" in names and any(name.startswith("xl/") for name in names):
        raise Refusal("unreadable", why="xl/workbook.xml is missing")
    raise Refusal("not_a_workbook", found="ZIP")


def _refuse_encrypted_ods(archive: zipfile.ZipFile) -> None:
    try:
        manifest = archive.read("META-INF/manifest.xml")
    except KeyError:
        return
    if b"encryption-data" in manifest:
        raise Refusal("encrypted")


def _guess(data: bytes) -> str:
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start:
        return "empty"
    for mark, name in ((b"%pdf", "PDF"), (b"<!doctype html", "HTML"), (b"<html", "HTML")):
        if start.startswith(mark):
            return name
    if b"<html" in start or b"<table" in start:
        return "HTML"
    if start.startswith(b"<?xml"):
        return "XML"
    return "text" if _is_text(data[:4096]) else "unknown"


def _is_text(sample: bytes) -> bool:
    return b"\0" not in sample and all(byte >= 9 for byte in sample)
