"""Damages files: bytes, members of the archive, markup, records. Mutations are independent."""

import io
import random
import re
import zipfile
from collections.abc import Callable

Chance = random.Random
Mutation = Callable[[bytes, Chance], bytes]
TAG = re.compile(rb"<(/?)([A-Za-z][\w:.-]*)([^<>]*)>")
ATTRIBUTE = re.compile(rb"""\s[\w:.-]+\s*=\s*("[^"<]*"|'[^'<]*')""")
DIGITS = re.compile(rb"(?<![\w#])\d+(?![\w])")
INSERTED = [
    *(b"&lol;", b"&amp;", b"&#0;", b"&#x41;", b"<!-- x -->", b"<![CDATA[7]]>", b"<?x y?>", b"<"),
    *(b"]]>", b"\xff", b"\xc3", b"\0", b"<x/>", b"<!DOCTYPE a>", b"</row>", b"  ", b"_x0041_"),
]
VALUES = [b"0", b"-1", b"1", b"99999", b"4294967296", b"1e309", b"NaN", b"", b"x", b"1.5", b"true"]


# ---- bytes ----------------------------------------------------------------------------------
def flipped(data: bytes, chance: Chance) -> bytes:
    """Some bits flipped."""
    result = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 8, 64])):
        if result:
            result[chance.randrange(len(result))] ^= 1 << chance.randrange(8)
    return bytes(result)


def cut(data: bytes, chance: Chance) -> bytes:
    """The end cut off."""
    return data[: chance.randrange(len(data) + 1)]


def block(data: bytes, chance: Chance) -> bytes:
    """A block doubled, left out, emptied, or set to chance."""
    start = chance.randrange(len(data) + 1)
    end = min(len(data), start + chance.choice([1, 2, 4, 16, 512, 4096]))
    part = data[start:end]
    new = [part * 2, b"", bytes(len(part)), chance.randbytes(len(part)), b"\xff" * len(part)]
    return data[:start] + chance.choice(new) + data[end:]


BYTES: list[Mutation] = [flipped, cut, block]


# ---- members of an archive --------------------------------------------------------------------
def members(data: bytes) -> dict[str, bytes]:
    """The content of an archive by the names of its members."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: list[tuple[str, bytes]]) -> bytes:
    """An archive of the members, whose checksums are right."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            # ZipFile warns of a name that is there already; a damaged file has no qualms.
            archive.NameToInfo.pop(name, None)
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return target.getvalue()


def rearranged(data: bytes, chance: Chance) -> bytes:
    """A member removed, doubled, renamed, or swapped with another."""
    parts = list(members(data).items())
    at, other = chance.randrange(len(parts)), chance.randrange(len(parts))
    name, content = parts[at]
    match chance.randrange(5):
        case 0:
            del parts[at]
        case 1:
            parts.insert(other, (chance.choice([name, name.upper()]), damaged(content, chance)))
        case 2:
            names = [name + "x", name.upper(), "../" + name, name.replace("/", "\\"), "/" + name]
            parts[at] = (chance.choice(names), content)
        case 3:
            parts[at], parts[other] = (name, parts[other][1]), (parts[other][0], content)
        case _:
            chance.shuffle(parts)
    return packed(parts)


def in_a_member(data: bytes, chance: Chance) -> bytes:
    """A member damaged within, and packed with a right checksum."""
    parts = members(data)
    # The parts that contain the cells are hit more often than pictures and themes.
    likely = [n for n in parts if re.search(r"sheet|content|strings|styles|workbook|rels", n, re.I)]
    name = chance.choice(likely or list(parts))
    parts[name] = damaged(parts[name], chance)
    return packed(list(parts.items()))


def damaged(content: bytes, chance: Chance) -> bytes:
    """A member's content damaged: as markup where it is markup."""
    ways = MARKUP if content.lstrip()[:1] == b"<" else BYTES
    for _ in range(chance.choice([1, 1, 1, 3])):
        content = chance.choice(ways)(content, chance)
    return content


ARCHIVE: list[Mutation] = [rearranged, in_a_member, in_a_member, in_a_member, in_a_member]


# ---- markup -----------------------------------------------------------------------------------
def pick(pattern: re.Pattern[bytes], content: bytes, chance: Chance) -> re.Match[bytes] | None:
    """One of the places where the pattern fits."""
    start = chance.randrange(len(content) + 1)
    return pattern.search(content, start) or pattern.search(content)


def replaced(content: bytes, match: re.Match[bytes] | None, new: bytes) -> bytes:
    """The content with the match replaced."""
    return content if match is None else content[: match.start()] + new + content[match.end() :]


def without_attribute(content: bytes, chance: Chance) -> bytes:
    """An attribute dropped, doubled or emptied."""
    match = pick(ATTRIBUTE, content, chance)
    if match is None:
        return content
    name = match[0].partition(b"=")[0]
    value = chance.choice(VALUES)
    return replaced(content, match, chance.choice([b"", match[0] * 2, name + b'="' + value + b'"']))


def renamed_tag(content: bytes, chance: Chance) -> bytes:
    """A tag renamed, alone or everywhere; its case changed."""
    match = pick(TAG, content, chance)
    if match is None:
        return content
    name = match[2]
    new = chance.choice([name + b"x", name.upper(), b"x:" + name, name[:-1] or b"y", b"v", b"c"])
    if chance.random() < 0.5:
        return re.sub(rb"(</?)" + re.escape(name) + rb"(?=[\s/>])", rb"\g<1>" + new, content)
    return replaced(content, match, b"<" + match[1] + new + match[3] + b">")


def other_number(content: bytes, chance: Chance) -> bytes:
    """A number changed."""
    match = pick(DIGITS, content, chance)
    near = [str(int(match[0]) + d).encode() for d in (-1, 1, 10)] if match else []
    return replaced(content, match, chance.choice([*VALUES, *near]))


def inserted(content: bytes, chance: Chance) -> bytes:
    """Markup, an entity or a strange byte put in between tags or within one."""
    at = chance.randrange(len(content) + 1)
    if chance.random() < 0.7:
        at = content.find(b">", at) + 1
    return content[:at] + chance.choice(INSERTED) + content[at:]


def element_moved(content: bytes, chance: Chance) -> bytes:
    """A tag left out, doubled or put elsewhere."""
    match = pick(TAG, content, chance)
    if match is None:
        return content
    if chance.random() < 0.5:
        return replaced(content, match, chance.choice([b"", match[0] * 2]))
    start = content.find(b"<", chance.randrange(len(content)))
    return content[:start] + match[0] + content[start:] if start > 0 else content


MARKUP: list[Mutation] = [
    *(without_attribute, renamed_tag, other_number, inserted, element_moved),
    *(without_attribute, other_number, cut),
]


def mutated(data: bytes, chance: Chance) -> bytes:
    """The file damaged in one way or another."""
    ways = BYTES if not data.startswith(b"PK") else [*BYTES, *ARCHIVE, *ARCHIVE]
    return chance.choice(ways)(data, chance)
