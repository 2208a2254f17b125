"""Surveys no submission a second time: what each came to by itself is kept beside the outputs.

So is what the office's files came to. Surveys are kept in packs of some hundred submissions, as
frames. The folder may be deleted at any time.
"""

import json
import struct
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import pipeline
from pipeline import provenance
from pipeline.frames import frames_of, record_of
from pipeline.intake.gather import Intake
from pipeline.intake.scheme import scheme_of
from pipeline.measures.variants import cases_of
from pipeline.office import Office, read_office
from pipeline.store import CACHE, Store
from pipeline.survey import Asked, Survey, survey_each

FOLDER, SUFFIX, INDEX = f"{CACHE}/surveys", ".survey", "packs.json"
LENGTH = struct.Struct("<Q")
# Of a pack less of which is wanted the rest is surveyed anew. Of more packs than so many the larger
# half is used: the small ones become one.
LEAST_SHARE = 0.5
MOST_PACKS, FILES_A_PACK = 20, 50
# The number of a file that gets none.
GONE = 2**32 - 1
ROOT = Path(pipeline.__file__).parents[1]
LIBRARIES = ["polars", "pandera", "pyproj", "rapidfuzz"]


@dataclass(frozen=True)
class Pack:
    """What was kept together: the keys of files, and frames whose file is a place among them."""

    keys: list[str]
    frames: Mapping[str, pl.DataFrame]


@dataclass
class Recall:
    """What came of submissions in earlier runs.

    store: None recalls nothing. promised: what the index says of the packs that this run uses.
    found: those of them that are sound.
    """

    store: Store | None
    asked: Asked
    scheme: str
    promised: list[dict[str, Any]] = field(default_factory=list)
    found: list[Pack] = field(default_factory=list)

    def look_up(self, names: Sequence[str], prints: Sequence[str]) -> set[int]:
        """Find the submissions (their names and checksums in order); return which seem known.

        Those of packs that `load` finds damaged are not.
        """
        wanted = self.by_key(enumerate(zip(names, prints, strict=True)))
        uses, most = self.useful(wanted), MOST_PACKS + len(wanted) // FILES_A_PACK
        self.promised = uses if len(uses) <= most else uses[: most // 2]
        return {n for entry in self.promised for k in entry["keys"] for n in wanted.get(k, ())}

    def load(self) -> bool:
        """Load the packs that were looked up; return whether all are sound."""
        with ThreadPoolExecutor() as loaders:
            self.found = [p for p in loaders.map(self.loaded, self.promised) if p is not None]
        return len(self.found) == len(self.promised)

    def parts(self, sent: Intake, *, let_go: bool) -> list[Survey]:
        """Return the surveys of all that was sent, in portions of any order; what is new is kept.

        sent: the readings of those that are known may be missing; what was read is what counts.
        let_go: see `Intake.batches`.
        """
        usable = sent.files.join(sent.refusals, on="file", how="anti")
        rows = usable.select("file", "source_file", "sha256").rows()
        wanted = self.by_key((number, (name, print_)) for number, name, print_ in rows)
        known = self.known(wanted)
        keys = {number: key for key, numbers in wanted.items() for number in numbers}
        found = []
        if not known or known != {number for number, _, _ in rows}:
            for part in survey_each(self.asked, sent.files, sent.batches(let_go=let_go, but=known)):
                self.keep(part, {n: keys[n] for n in part.files["file"] if n in keys})
                found.append(part)
        found += self.recalled(wanted)
        if self.store:
            self.store.forget()
        return found

    def office(self, files: Mapping[str, int], sent: Intake) -> Office:
        """Return the office's tables, see `read_office`; what its files come to is kept."""
        prints = dict(sent.files.select("file", "sha256").iter_rows())
        key = f"{self.scheme} {[(name, prints[number]) for name, number in files.items()]}"
        content = self.store.load(key) if self.store and files else None
        pack = unpacked(content) if content is not None else None
        if pack is not None:
            return record_of(Office, renumbered(pack.frames, enumerate(files.values())))
        read = read_office(files, *sent.stacked())
        if self.store and files:
            places = ((number, place) for place, number in enumerate(files.values()))
            frames = renumbered(frames_of(read), places)
            self.store.save(key, *packed(Pack(list(files), frames)))
        return read

    def recalled(self, wanted: Mapping[str, Sequence[int]]) -> Iterator[Survey]:
        """Yield the surveys of the packs, under the numbers wanted."""
        given: set[str] = set()
        while self.found:
            pack = self.found.pop()
            places = {place: k for place, k in enumerate(pack.keys) if k not in given}
            rows = [(p, n) for p, k in places.items() for n in wanted.get(k, ())]
            given |= set(pack.keys)
            yield record_of(Survey, renumbered(pack.frames, rows))

    def known(self, wanted: Mapping[str, Sequence[int]]) -> set[int]:
        """Return the numbers, of those wanted by their keys, that the packs found know."""
        return {number for pack in self.found for k in pack.keys for number in wanted.get(k, ())}

    def by_key(self, files: Iterable[tuple[int, tuple[str, str]]]) -> dict[str, list[int]]:
        """Return the numbers of files (number, name and checksum) by what they are known by.

        Several files may have one content; without a checksum a file is unknown.
        """
        found: dict[str, list[int]] = {}
        for number, (name, sha256_) in files:
            if sha256_:
                found.setdefault(self.key(name, sha256_), []).append(number)
        return found

    def key(self, name: str, sha256_: str) -> str:
        """Return what a submission is known by; its name counts only where mappings look at it."""
        return f"{sha256_} {name}" if self.asked.mappings else sha256_

    # -------------------------------------------------------------------------------------- disk
    def loaded(self, entry: Mapping[str, Any]) -> Pack | None:
        """Return the pack that the index speaks of; None if it is not what was written."""
        content = self.store.load(entry["name"]) if self.store else None
        pack = unpacked(content) if content is not None else None
        return pack if pack is not None and pack.keys == entry["keys"] else None

    def useful(self, wanted: Collection[str]) -> list[dict[str, Any]]:
        """Return what the index says of the packs that hold enough of what no larger one holds.

        The most useful first.
        """
        uses, left = [], set(wanted)
        ours = [entry for entry in self.index() if entry["scheme"] == self.scheme]
        for entry in sorted(ours, key=lambda entry: -len(left.intersection(entry["keys"]))):
            own = left.intersection(entry["keys"])
            if own and len(own) >= LEAST_SHARE * len(entry["keys"]):
                left -= own
                uses.append(entry)
        return uses

    def keep(self, part: Survey, keys: Mapping[int, str]) -> None:
        """Keep the surveys of submissions under their keys, each content once."""
        if self.store is None or not keys:
            return
        first = {key: number for number, key in reversed(list(keys.items()))}
        rows = [(number, place) for place, number in enumerate(first.values())]
        frames = renumbered(frames_of(part), rows)
        name = sha256("\n".join([self.scheme, *first]).encode()).hexdigest()
        self.store.save(name, *packed(Pack(list(first), frames)))
        there = [e for e in self.index() if e["name"] != name and self.store.holds(e["name"])]
        entry = {"name": name, "scheme": self.scheme, "keys": list(first)}
        self.store.write(INDEX, json.dumps([*there, entry]).encode())

    def index(self) -> list[dict[str, Any]]:
        """Return what packs there are: their names, schemes and keys."""
        content = self.store.read(INDEX) if self.store else None
        try:
            entries = json.loads(content or b"[]")
            return [e for e in entries if {"name", "scheme", "keys"} <= set(e) and set(e["keys"])]
        except (ValueError, TypeError):
            return []


def recalling(asked: Asked, wanted: frozenset[str], outputs: Path, *, use: bool) -> Recall:
    """Return what is recalled below the outputs. wanted: see `read`; use: whether it shall."""
    store = Store(outputs / FOLDER, SUFFIX) if use else None
    return Recall(store, asked, scheme_of_surveys(asked, wanted))


# ------------------------------------------------------------------------------------------ scheme
def scheme_of_surveys(asked: Asked, wanted: frozenset[str]) -> str:
    """Return what two surveys of one content must have in common to be the same."""
    settings = asked.settings
    said = [
        scheme_of(settings.intake, wanted),
        code_version(),
        sorted(provenance.declarations().items()),
        asdict(settings),
        cases_of(settings).rows(),
        asked.last_day.isoformat(),
        [(mapping.name, mapping.sha256) for mapping in asked.mappings],
    ]
    return sha256(json.dumps(said).encode()).hexdigest()


@cache
def code_version() -> str:
    """Return what tells our code, and the libraries it uses, from every other version."""
    modules = sorted(p for name in ("pipeline", "schemas") for p in (ROOT / name).rglob("*.py"))
    parts = [provenance.of_file(path) for path in modules]
    return provenance.of_parts([*parts, *(f"{name} {version(name)}" for name in LIBRARIES)])


# ------------------------------------------------------------------------------------------- packs
def packed(pack: Pack) -> Iterator[bytes]:
    """Yield the parts of an entry: the length of its head, the head, the frames as Arrow streams.

    Nothing is compressed: texts can be found in it (see `find`).
    """
    streams = {name: as_stream(frame) for name, frame in pack.frames.items()}
    head = {"keys": pack.keys, "frames": {name: len(s) for name, s in streams.items()}}
    content = json.dumps(head).encode()
    yield LENGTH.pack(len(content))
    yield content
    yield from streams.values()


def unpacked(entry: memoryview) -> Pack | None:
    """Return what an entry says; None if it is none of ours."""
    try:
        (length,) = LENGTH.unpack_from(entry)
        head = json.loads(bytes(entry[LENGTH.size : LENGTH.size + length]))
        rest, frames = entry[LENGTH.size + length :], {}
        for name, size in head["frames"].items():
            frames[name] = pl.read_ipc_stream(BytesIO(rest[:size]))
            rest = rest[size:]
        return Pack(head["keys"], frames)
    except (ValueError, KeyError, TypeError, struct.error, pl.exceptions.PolarsError):
        return None


def as_stream(frame: pl.DataFrame) -> bytes:
    """Return a frame as an Arrow stream."""
    stream = BytesIO()
    frame.rechunk().write_ipc_stream(stream, compression="uncompressed")
    return stream.getvalue()


# ------------------------------------------------------------------------------------------ frames
def renumbered(
    frames: Mapping[str, pl.DataFrame], numbers: Iterable[tuple[int, int]]
) -> dict[str, pl.DataFrame]:
    """Return the rows of the files that get a number, under it; of several numbers once for each.

    numbers: pairs of a file and the number that it is to have instead.
    """
    pairs = np.array(list(numbers), np.uint32).reshape(-1, 2)
    files = pairs[:, 0]
    if len(np.unique(files)) < len(files):
        at = pl.DataFrame(pairs, schema=["file", "number"])
        return {name: _doubled(frame, at) for name, frame in frames.items()}
    places = np.full(int(files.max(initial=0)) + 1, GONE, np.uint32)
    places[files] = pairs[:, 1]
    return {name: _renumbered(frame, places) for name, frame in frames.items()}


def _doubled(frame: pl.DataFrame, at: pl.DataFrame) -> pl.DataFrame:
    joined = frame.join(at, on="file", maintain_order="left")
    return joined.with_columns(file="number").select(frame.columns)


def _renumbered(frame: pl.DataFrame, numbers: NDArray[np.uint32]) -> pl.DataFrame:
    files = frame["file"].to_numpy()
    known = files < len(numbers)
    new = np.where(known, numbers[np.where(known, files, 0)], GONE)
    frame = frame.with_columns(pl.Series("file", new, pl.UInt32))
    return frame if (new != GONE).all() else frame.filter(pl.Series(new != GONE))
