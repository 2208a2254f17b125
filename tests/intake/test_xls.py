"""Workbooks of Excel 97: read strictly, read past streams that overlap, or refused in plain words."""
# ruff: noqa: E501  (a table of files)

import re
import struct
from pathlib import Path

import pytest

from pipeline.common.texts import LANGUAGES, say_refusal
from pipeline.intake.reader import Reading
from pipeline.intake.refusal import Refusal
from tests.making.damage import encrypted

from .published import Published, command, publish
from .raw import cells_of, outcome

WHOLE = (Path(__file__).parents[1] / "fuzz/samples/submission.xls").read_bytes()
SECTOR, FIRST_DIRECTORY, FIRST_TABLE, FIRST_SHORT = 512, 48, 76, 60
LENGTH, START, SIZE = 64, 116, 120
END = 0xFFFFFFFE


def number(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", data, at)[0])


def patched(numbers: dict[int, int], data: bytes = WHOLE) -> bytes:
    changed = bytearray(data)
    for at, value in numbers.items():
        struct.pack_into("<I", changed, at, value)
    return bytes(changed)


def sector(index: int) -> int:
    """Where a sector begins."""
    return SECTOR * (index + 1)


ROOT = sector(number(WHOLE, FIRST_DIRECTORY))
TABLE = sector(number(WHOLE, FIRST_TABLE))


def entry(name: str) -> int:
    """Where the directory's entry of a stream begins."""
    return WHOLE.index((name + "\0").encode("utf-16-le"), ROOT)


def chain(first: int) -> list[int]:
    """The sectors of a stream."""
    found = [first]
    while (following := number(WHOLE, TABLE + 4 * found[-1])) != END:
        found.append(following)
    return found


WORKBOOK = chain(number(WHOLE, entry("Workbook") + START))
# The sectors of the workbook are also said to hold ...
OVERLAPS = {
    "the short streams": patched({ROOT + START: WORKBOOK[0], ROOT + SIZE: 64 * 8}),
    "the short streams' end": patched({ROOT + START: WORKBOOK[-1], ROOT + SIZE: SECTOR}),
    "the table of short streams": patched({FIRST_SHORT: WORKBOOK[-1]}),
}


def test_a_whole_file_is_not_said_to_be_repaired(tmp_path: Path) -> None:
    said = outcome(WHOLE, tmp_path)
    assert isinstance(said, Reading)
    assert not said.repaired


@pytest.mark.parametrize("name", OVERLAPS)
def test_streams_that_overlap(name: str, tmp_path: Path) -> None:
    said, whole = (outcome(data, tmp_path) for data in (OVERLAPS[name], WHOLE))
    assert isinstance(said, Reading)
    assert said.repaired
    for sheet in range(len(said.sheets)):
        assert cells_of(said, sheet) == cells_of(whole, sheet)  # type: ignore[arg-type]


def of_word() -> bytes:
    """An OLE2 file whose one large stream is that of a document of Word."""
    of_package, of_document = (n.encode("utf-16-le") for n in ("EncryptedPackage", "WordDocument"))
    data = encrypted()
    at = data.index(of_package)
    data = data.replace(of_package, of_document.ljust(len(of_package), b"\0"))
    return patched({at + LENGTH: len(of_document) + 2 | 2 << 16 | 1 << 24}, data)


BEGIN = sector(WORKBOOK[0])
REFUSED = {
    "cut in two": (WHOLE[: len(WHOLE) // 2], "unreadable", "damaged_ole2"),
    "its end cut off": (WHOLE[: sector(WORKBOOK[-1])], "unreadable", "damaged_ole2"),
    "a stream that turns in a circle": (patched({TABLE + 4 * WORKBOOK[-1]: WORKBOOK[0]}), "unreadable", "damaged_xls"),
    "a stream that ends early": (patched({TABLE + 4 * WORKBOOK[3]: END}), "unreadable", "damaged_xls"),
    "a stream that leads out of the file": (patched({TABLE + 4 * WORKBOOK[3]: 500}), "unreadable", "damaged_xls"),
    "a directory that turns in a circle": (patched({TABLE + 4 * number(WHOLE, FIRST_DIRECTORY): number(WHOLE, FIRST_DIRECTORY)}), "unreadable", "damaged_ole2"),
    "noise in place of records": (WHOLE[:BEGIN] + b"\x5a" * 64 + WHOLE[BEGIN + 64 :], "unreadable", "damaged_xls"),
    "zeros in place of a text": (WHOLE.replace(b"Alpha GmbH", bytes(10)), "unreadable", "bad_cell"),
    "no stream of ours, and faults": (patched({entry("Workbook"): 0x0058_0058, 8: 1}), "unreadable", "damaged_ole2"),
    "under a password": (patched({BEGIN + 20: 0x0002_002F}), "encrypted", "encrypted"),
    "of Word": (of_word(), "not_a_workbook", "word"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, tmp_path: Path) -> None:
    data, code, reason = REFUSED[name]
    said = outcome(data, tmp_path)
    assert isinstance(said, Refusal), cells_of(said)
    assert (said.code, said.reason) == (code, reason)
    for lang in LANGUAGES:  # messages for people: no error of a library
        assert not re.search(r"Error|seen|==|\\x|\0", say_refusal(said.reason, said.details, lang))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Published, Published]:
    """What is published of whole and overlapping files, and once more from the cache."""
    root = tmp_path_factory.mktemp("xls")
    overlapping = OVERLAPS["the short streams"].replace(b"DE-0001", b"DE-0002")
    files = {"whole.xls": WHOLE, "overlapping.xls": overlapping}
    return publish(root, files), publish(root, files)


@pytest.mark.parametrize("time", [0, 1])
def test_a_finding_says_that_a_damaged_file_was_read(
    time: int, run: tuple[Published, Published]
) -> None:
    published = run[time]
    assert published.outcome("overlapping.xls") == ("reviewed", None)
    found = published.row("findings", code="read_with_repair")
    assert (found["source_file"], found["cluster_id"]) == ("overlapping.xls", "DE-0002")
    assert (found["sheet"], found["cell"], found["severity"]) == ("", "", "info")
    assert "beschädigt" in found["message_de"]
    assert "damaged" in found["message_en"]


def test_check_says_it_too(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What xlrd prints about a damaged file is discarded."""
    path = tmp_path / "overlapping.xls"
    path.write_bytes(OVERLAPS["the short streams"])
    assert command("check", str(path), "--lang", "en") == 0
    out, err = capfd.readouterr()
    assert "it was read all the same" in out
    assert not re.search("WARNING|seen", out + err)
