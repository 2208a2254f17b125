"""An untrusted zip file: each part is inflated once, counted, checked, and never written."""

import io
import struct
import zipfile
import zlib

from pipeline.common.limits import MB, Limits
from pipeline.intake.refusal import Refusal

# Below this size a high ratio is harmless: a small sheet of equal rows compresses well.
RATIO_FROM = 10 * MB
LOCAL_HEADER = struct.Struct("<4sHHHHHLLLHH")
UTF8_NAME = 0x800


class Archive:
    """The parts of a zip file by name; case and the direction of slashes are ignored."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as directory:
                parts = directory.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise Refusal("unreadable", "damaged_archive") from error
        check_parts(parts, len(data), limits)
        self.parts = {part_key(part.orig_filename): part for part in parts}
        self.contents: dict[str, bytes] = {}

    def __contains__(self, name: str) -> bool:
        return part_key(name) in self.parts

    def names(self) -> list[str]:
        """Return the parts' names in lower case with slashes."""
        return list(self.parts)

    def read(self, name: str) -> bytes:
        """Return a part's content; KeyError if there is no such part."""
        key = part_key(name)
        if key not in self.contents:
            self.contents[key] = inflate(self.data, self.parts[key])
        return self.contents[key]

    def check_rest(self) -> None:
        """Inflate what was not read: a damaged part means that the file is incomplete."""
        for key, part in self.parts.items():
            if key not in self.contents:
                inflate(self.data, part)


def part_key(name: str) -> str:
    """Return the normalised name by which parts are compared."""
    return name.replace("\\", "/").lower()


def check_parts(parts: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    """Refuse an archive with too many parts, too much content, or invalid names."""
    if len(parts) > limits.max_parts:
        raise Refusal("too_large", "parts", limit=limits.max_parts)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > limits.max_unpacked_mb * MB:
        raise Refusal("too_large", "unpacked", limit=limits.max_unpacked_mb)
    if unpacked > RATIO_FROM and unpacked > limits.max_ratio * size:
        raise Refusal("too_large", "ratio", limit=limits.max_ratio)
    names = [part_key(part.orig_filename) for part in parts]
    if len(set(names)) < len(names):
        raise Refusal("unreadable", "duplicate_parts")
    if any(n.startswith("/") or ".." in n.split("/") or "\0" in n for n in names):
        raise Refusal("unreadable", "unsafe_parts")
    if any(part.flag_bits & 1 for part in parts):
        raise Refusal("encrypted", "encrypted_parts")
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise Refusal("unreadable", "unusual_compression")


def inflate(data: bytes, part: zipfile.ZipInfo) -> bytes:
    """Return a part's content; its length and checksum must match the directory."""
    start = content_start(data, part)
    packed = data[start : start + part.compress_size]
    content = packed
    if part.compress_type == zipfile.ZIP_DEFLATED:
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = stream.decompress(packed, part.file_size + 1)
        except zlib.error as error:
            raise damaged(part) from error
        # After the content, only the end mark may follow.
        if not stream.eof and (stream.decompress(stream.unconsumed_tail, 1) or not stream.eof):
            raise damaged(part)
    if len(content) != part.file_size or zlib.crc32(content) != part.CRC:
        raise damaged(part)
    return content


def content_start(data: bytes, part: zipfile.ZipInfo) -> int:
    """Return where a part's content begins; its local header must agree with the directory."""
    at = part.header_offset
    head = data[at : at + LOCAL_HEADER.size]
    if at < 0 or len(head) < LOCAL_HEADER.size:
        raise damaged(part)
    mark, _, flags, method, _, _, _, _, _, name, extra = LOCAL_HEADER.unpack(head)
    end = at + LOCAL_HEADER.size
    own = data[end : end + name].decode("utf-8" if flags & UTF8_NAME else "cp437", "replace")
    if mark != b"PK\3\4" or method != part.compress_type or own != part.orig_filename:
        raise damaged(part)
    return int(end + name + extra)


def damaged(part: zipfile.ZipInfo) -> Refusal:
    """Return the refusal of a file with a part that differs from what was saved."""
    return Refusal("unreadable", "damaged_part", part=part.filename[:80])
