"""No file is read a second time, and none is taken for another."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from pipeline import store as stores
from pipeline.intake import scheme
from pipeline.intake.reader import Reading
from pipeline.intake.refusal import Refusal
from pipeline.intake.worker import read_many
from pipeline.remember import Remembering, remembering
from pipeline.store import Store
from tests.intake.raw import LIMITS, row, xlsx

WANTED = frozenset({"s"})


class Counting:
    """Reads, and says what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(
        self, paths: Sequence[Path], wanted: frozenset[str]
    ) -> Iterator[Reading | Refusal]:
        self.asked += [path.name for path in paths]
        yield from read_many(paths, replace(LIMITS, workers=1), wanted)


@cache  # its zip holds the time at which it was made
def workbook(number: int) -> bytes:
    return xlsx(row(f"<c><v>{number}</v></c><c t='s'><v>1</v></c>"))


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "submissions"
    folder.mkdir()
    found = [folder / f"{number}.xlsx" for number in range(8)]
    for number, path in enumerate(found):
        path.write_bytes(workbook(number))
    found[7].write_bytes(b"%PDF-1.4 no workbook")
    return found


def read(
    paths: Sequence[Path], outputs: Path, wanted: frozenset[str] = WANTED, *, use: bool = True
) -> tuple[list[Reading | Refusal], Remembering, list[str]]:
    counting = Counting()
    reader = remembering(counting, outputs, LIMITS, use=use)
    return list(reader(paths, wanted)), reader, counting.asked


def plain(outcomes: Sequence[Reading | Refusal]) -> list[object]:
    """Return everything that outcomes say, to be compared."""
    return [
        (o.sheets, o.sha256, o.cells.texts, bytes(o.cells.kind), o.cells.place, o.cells.number)
        if isinstance(o, Reading)
        else o.as_data()
        for o in outcomes
    ]


def test_one_of_eight_changed_reads_one(paths: list[Path], tmp_path: Path) -> None:
    first, reader, asked = read(paths, tmp_path)
    assert len(asked) == 8
    assert reader.anew(8) == 8
    paths[3].write_bytes(workbook(33))
    second, reader, asked = read(paths, tmp_path)
    assert asked == ["3.xlsx"]
    assert reader.anew(8) == 1
    assert reader.anew(3) == 0
    without, reader, asked = read(paths, tmp_path, use=False)
    assert reader.anew(8) == 8
    assert plain(second) == plain(without)
    assert [a == b for a, b in zip(plain(first), plain(second), strict=True)].count(False) == 1
    assert isinstance(second[7], Refusal)


def test_a_file_is_known_by_its_content_alone(paths: list[Path], tmp_path: Path) -> None:
    read(paths, tmp_path)
    moved = paths[0].rename(paths[0].with_name("other.xlsm"))
    (outcome,), _, asked = read([moved], tmp_path)
    assert asked == []
    assert outcome.sha256 == sha256(workbook(0)).hexdigest()


def test_other_sheets_limits_or_code_are_read_anew(
    paths: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(paths, tmp_path)
    assert len(read(paths, tmp_path, frozenset({"s", "t"}))[2]) == 8
    counting = Counting()
    list(remembering(counting, tmp_path, replace(LIMITS, max_cells=9), use=True)(paths, WANTED))
    assert len(counting.asked) == 8
    monkeypatch.setattr(scheme, "code_version", lambda: "another")
    assert len(read(paths, tmp_path)[2]) == 8


def test_a_damaged_entry_is_read_again(paths: list[Path], tmp_path: Path) -> None:
    whole, _, _ = read(paths, tmp_path)
    entries = sorted((tmp_path / ".cache").rglob("*.reading"))
    assert len(entries) == 8
    damages = [
        lambda b: b[:-1],
        lambda b: b"",
        lambda b: b[:40] + bytes([b[40] ^ 1]) + b[41:],
        lambda b: b + b"x",
        lambda b: entries[0].read_bytes()[::-1],
    ]
    for damage, entry in zip(damages, entries, strict=False):
        entry.write_bytes(damage(entry.read_bytes()))
    entries[5].unlink()
    entries[6].write_bytes(entries[7].read_bytes())  # a whole entry, of another content
    again, _, asked = read(paths, tmp_path)
    assert len(asked) == 7
    assert plain(again) == plain(whole)
    assert read(paths, tmp_path)[2] == []


@pytest.mark.parametrize(
    ("code", "reason", "passing"),
    [
        ("timeout", "seconds", False),
        ("reader_crash", "signal", False),
        ("too_large", "memory", False),
        ("unreadable", "not_opened", True),
    ],
)
def test_what_may_pass_is_tried_again(
    code: str, reason: str, passing: bool, paths: list[Path], tmp_path: Path
) -> None:
    refusal = Refusal(code, reason, passing=passing)
    refusal.sha256 = sha256(paths[0].read_bytes()).hexdigest()
    for _ in range(2):
        reader = remembering(lambda *_: iter([refusal]), tmp_path, LIMITS, use=True)
        assert list(reader(paths[:1], WANTED)) == [refusal]
        assert reader.anew(1) == 1


def test_what_changes_between_hashing_and_reading_is_kept_as_it_was_read(
    paths: list[Path], tmp_path: Path
) -> None:
    def changed(those: Sequence[Path], wanted: frozenset[str]) -> Iterator[Reading | Refusal]:
        those[0].write_bytes(workbook(77))
        return read_many(those, LIMITS, wanted)

    (outcome,) = remembering(changed, tmp_path, LIMITS, use=True)(paths[:1], WANTED)
    assert outcome.sha256 == sha256(workbook(77)).hexdigest()
    paths[0].write_bytes(workbook(0))
    assert read(paths[:1], tmp_path)[2] == ["0.xlsx"]


def test_what_no_recent_run_used_is_dropped(
    paths: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "KEPT_RUNS", 3)
    folder = tmp_path / ".cache" / "readings"
    read(paths, tmp_path)
    (folder / "x.begun").write_bytes(b"half")
    for left in (8, 8, 2):
        read(paths[:2], tmp_path)
        assert len(list(folder.glob("*.reading"))) == left
    assert not (folder / "x.begun").exists()
    (folder / "runs.json").write_text("[nonsense")
    assert read(paths[:2], tmp_path)[2] == []


def test_only_so_much_room_is_taken(
    paths: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "MB", 200)
    monkeypatch.setattr(stores, "MOST_MB", 5)
    assert len(read(paths, tmp_path)[0]) == 8
    entries = list((tmp_path / ".cache").rglob("*.reading"))
    assert 0 < sum(entry.stat().st_size for entry in entries) <= 1000


def test_a_cache_that_cannot_be_written_costs_only_time(paths: list[Path], tmp_path: Path) -> None:
    (tmp_path / ".cache").write_text("in the way")
    for _ in range(2):
        assert len(read(paths, tmp_path)[2]) == 8


def test_all_code_that_reads_is_part_of_the_key() -> None:
    """What the reading process loads of ours, whatever kind of file it reads."""
    code = (
        "import sys, pipeline.intake.worker, pipeline.intake.ooxml, pipeline.intake.xlsb, "
        "pipeline.intake.ods, pipeline.intake.xls\n"
        "for name, m in sys.modules.items():\n"
        "    if name.startswith(('pipeline', 'schemas')): print(m.__file__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=scheme.ROOT, capture_output=True, text=True, check=True
    )
    loaded = {Path(line) for line in done.stdout.split()}
    packages = {path for path in loaded if path.name == "__init__.py"}
    assert loaded - packages <= set(scheme.MODULES)
    assert all(not path.read_text().strip().count("\n") for path in packages)


def test_an_entry_names_no_code(paths: list[Path], tmp_path: Path) -> None:
    """What lies on disk is data: reading it runs nothing."""
    read(paths[:1], tmp_path)
    (entry,) = (tmp_path / ".cache").rglob("*.reading")
    content = entry.read_bytes()
    length = int.from_bytes(content[32:40], "little")
    assert content[40 : 40 + length].startswith(b'{"sheets": ["S"], "texts": [')
    assert Store(entry.parent, ".reading").load("unknown") is None
