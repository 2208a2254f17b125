"""Changes a written workbook as no spreadsheet program would: other namespaces, damage, traps."""

import io
import re
import struct
import zipfile

from tests.making.workbooks import Edit, rewrite


def swap(*pairs: tuple[str, str]) -> Edit:
    """Replace texts; the first of the pairs must be there."""

    def edit(content: bytes) -> bytes:
        assert pairs[0][0].encode() in content, pairs[0][0]
        for old, new in pairs:
            content = content.replace(old.encode(), new.encode())
        return content

    return edit


def short_dimension(data: bytes, sheet: int) -> bytes:
    """Declare that a sheet ends at B2; its cells go on."""

    def edit(xml: bytes) -> bytes:
        new, count = re.subn(rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1:B2"/>', xml)
        assert count == 1
        return new

    return rewrite(data, {f"xl/worksheets/sheet{sheet}.xml": edit})


def strict(data: bytes) -> bytes:
    """Excel's "Strict Open XML Spreadsheet": the same parts in other namespaces."""
    transitional = "http://schemas.openxmlformats.org/"
    iso = "http://purl.oclc.org/ooxml/"

    def edit(xml: bytes) -> bytes:
        for part in ("spreadsheetml", "officeDocument", "drawingml"):
            for rest in ("main", "relationships", "extended-properties"):
                old, new = f"{transitional}{part}/2006/{rest}", f"{iso}{part}/{rest}"
                xml = xml.replace(old.encode(), new.encode())
        return xml.replace(b"<workbook ", b'<workbook conformance="strict" ')

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return rewrite(data, dict.fromkeys(archive.namelist(), edit))


def macro_enabled(data: bytes) -> bytes:
    """The content type of an .xlsm file (without macros)."""
    old = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    new = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    return rewrite(data, {"[Content_Types].xml": swap((old, new))})


def wrong_checksum(data: bytes, old: bytes, new: bytes) -> bytes:
    """Change stored bytes of the same length: everything can be read, but no checksum fits."""
    stored = rewrite(data, {}, zipfile.ZIP_STORED)
    assert len(old) == len(new)
    assert stored.count(old) == 1
    return stored.replace(old, new)


def flipped_byte(data: bytes, member: str) -> bytes:
    """Flip one bit in the middle of a member's compressed data."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo(member)
    name, extra = struct.unpack_from("<HH", data, info.header_offset + 26)
    middle = info.header_offset + 30 + name + extra + info.compress_size // 2
    return data[:middle] + bytes([data[middle] ^ 0x10]) + data[middle + 1 :]


def twice(data: bytes, member: str, name: str) -> bytes:
    """Put a second copy of a member, with other figures, into the file."""
    target = io.BytesIO(data)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(name, archive.read(member).replace(b"<v>40</v>", b"<v>4000</v>"))
    return target.getvalue()


def plain_zip() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("liesmich.txt", "Hier ist keine Arbeitsmappe.")
    return target.getvalue()


def encrypted() -> bytes:
    """An OLE2 container with the streams of a password-protected .xlsx (the content is noise).

    Sector 0 is the FAT, 1 the directory, 2-9 and 10-17 are the two streams of 4096 bytes.
    """
    free, end, fat_sector = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    chains = [*range(3, 10), end, *range(11, 18), end]
    fat = [fat_sector, end, *chains]
    fat += [free] * (128 - len(fat))

    def entry(
        name: str, kind: int, start: int, size: int, child: int = free, right: int = free
    ) -> bytes:
        raw = (name + "\0").encode("utf-16-le")
        return struct.pack(
            "<64sHBBIII16sIQQIQ",
            *(raw, len(raw), kind, 1, free, right, child, b"", 0, 0, 0, start, size),
        )

    directory = [
        entry("Root Entry", 5, end, 0, child=1),
        entry("EncryptionInfo", 2, 2, 4096, right=2),
        entry("EncryptedPackage", 2, 10, 4096),
        struct.pack("<64sHBBIII16sIQQIQ", *(b"", 0, 0, 0, free, free, free, b"", 0, 0, 0, 0, 0)),
    ]
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b""),
        *(0, 1, 1, 0, 4096, end, 0, end, 0),
    )
    header += struct.pack("<109I", 0, *[free] * 108)
    info = struct.pack("<HHI", 4, 4, 0x40) + b"<encryption/>"  # "agile"
    return b"".join(
        [header, struct.pack("<128I", *fat), *directory, info.ljust(4096, b" "), b"\xa5" * 4096]
    )
