"""The cache of examined submissions, beside the outputs: an unchanged one is not examined again.

Results are stored in packs of some hundred submissions, as frames; contents that every run refuses,
in one entry with their refusals. The folder may be deleted at any time.
"""

import json
import platform
import struct
import sys
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np
import polars as pl
from numpy.typing import NDArray

import pipeline
from pipeline.common.frames import frames_of, record_of
from pipeline.figures.each_submission import ProcessingOptions, Received, SubmissionResults
from pipeline.intake.gather import REFUSALS
from pipeline.publication import provenance
from pipeline.publication.store import CACHE, Store

FOLDER, SUFFIX, INDEX = f"{CACHE}/surveys", ".survey", "packs.json"
# The key of the entry with the refusals, before the scheme.
REFUSED = "refused"
LENGTH = struct.Struct("<Q")
# If less than this share of a pack is needed, its submissions are examined again. If more packs
# than this number are used, the larger half is kept: the small ones become one.
LEAST_SHARE = 0.5
MOST_PACKS, FILES_A_PACK = 20, 50
# The number of a file that is dropped.
GONE = 2**32 - 1
ROOT = Path(pipeline.__file__).parents[1]
# The libraries that read workbooks, and everything else the results depend on.
READERS = ["olefile", "xlrd"]
LIBRARIES = [*READERS, "polars", "pandera", "pyproj", "rapidfuzz"]


@dataclass(frozen=True)
class Pack:
    """One stored pack: the keys of files, and frames in which file is a position among the keys."""

    keys: list[str]
    frames: Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class SubmissionCache:
    """The results of earlier runs, by submission.

    store: None disables the cache. scheme: what the results depend on besides the content. by_name:
    whether they also depend on the file's name, because mappings do.
    """

    store: Store | None
    scheme: str
    by_name: bool = False

    def find(self, files: pl.DataFrame) -> list[SubmissionResults]:
        """Return the stored results for the files, under their numbers.

        files: file, source_file, sha256 (empty if unknown).
        """
        numbers = self.by_key(files)
        entries, most = self.useful(numbers), MOST_PACKS + len(numbers) // FILES_A_PACK
        found, given = [], set[str]()
        for entry in entries if len(entries) <= most else entries[: most // 2]:
            pack = self.loaded(entry)
            if pack is None:
                continue
            places = {place: key for place, key in enumerate(pack.keys) if key not in given}
            rows = [(place, n) for place, key in places.items() for n in numbers.get(key, ())]
            given.update(pack.keys)
            found.append(record_of(SubmissionResults, renumbered(pack.frames, rows)))
        return found

    def find_refusals(self, files: pl.DataFrame) -> pl.DataFrame:
        """Return the stored refusals of the files, under their numbers.

        files: as for `find`. Returns file, code, detail.
        """
        refused = self.refused()
        rows = [
            (number, *refused[key])
            for key, numbers in self.by_key(files).items()
            for number in numbers
            if key in refused
        ]
        return pl.DataFrame(rows, schema=REFUSALS, orient="row")

    def keep(self, sent: Received) -> None:
        """Store the results of a batch, and the refusals that last."""
        if self.store is None:
            return
        keys = {number: key for key, own in self.by_key(sent.files).items() for number in own}
        for part in sent.parts:
            self.keep_part(part, {n: keys[n] for n in part.files["file"] if n in keys})
        rows = sent.refusals.filter(pl.col("file").is_in(sent.lasting)).iter_rows()
        new = {keys[number]: refusal for number, *refusal in rows if number in keys}
        if new:
            entry = json.dumps(self.refused() | new).encode()
            self.store.save(f"{REFUSED} {self.scheme}", entry)

    def drop_old(self) -> None:
        """Delete what no recent run has used."""
        if self.store is not None:
            self.store.forget()

    def by_key(self, files: pl.DataFrame) -> dict[str, list[int]]:
        """Return the numbers of the files by their key.

        Several files may have the same content; a file without checksum has no key.
        """
        found: dict[str, list[int]] = {}
        for number, name, sha256_ in files.select("file", "source_file", "sha256").iter_rows():
            if sha256_:
                key = f"{sha256_} {name}" if self.by_name else sha256_
                found.setdefault(key, []).append(number)
        return found

    # -------------------------------------------------------------------------------------- disk
    def refused(self) -> dict[str, list[str]]:
        """Return code and detail of the stored refusals by the files' keys."""
        content = self.store.load(f"{REFUSED} {self.scheme}") if self.store else None
        found: dict[str, list[str]] = json.loads(bytes(content)) if content is not None else {}
        return found

    def loaded(self, entry: Mapping[str, Any]) -> Pack | None:
        """Return the pack of an entry of the index; None if it is not what was written."""
        content = self.store.load(entry["name"]) if self.store else None
        pack = unpacked(content) if content is not None else None
        return pack if pack is not None and pack.keys == entry["keys"] else None

    def useful(self, keys: Collection[str]) -> list[dict[str, Any]]:
        """Return the entries of packs that hold enough of the keys that no larger pack holds.

        The most useful first.
        """
        uses, left = [], set(keys)
        ours = [entry for entry in self.index() if entry["scheme"] == self.scheme]
        for entry in sorted(ours, key=lambda entry: -len(left.intersection(entry["keys"]))):
            own = left.intersection(entry["keys"])
            if own and len(own) >= LEAST_SHARE * len(entry["keys"]):
                left -= own
                uses.append(entry)
        return uses

    def keep_part(self, part: SubmissionResults, keys: Mapping[int, str]) -> None:
        """Store the results of submissions under their keys, each content once."""
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
        """Return the list of packs: their names, schemes and keys."""
        content = self.store.read(INDEX) if self.store else None
        try:
            entries = json.loads(content or b"[]")
            return [e for e in entries if {"name", "scheme", "keys"} <= set(e) and set(e["keys"])]
        except (ValueError, TypeError):
            return []


def submission_cache(
    options: ProcessingOptions, sheet_keys: frozenset[str], outputs: Path, *, use: bool
) -> SubmissionCache:
    """Return the cache below the outputs. sheet_keys: see `worker.Read`; use: whether to use it."""
    store = Store(outputs / FOLDER, SUFFIX) if use else None
    return SubmissionCache(store, scheme_of(options, sheet_keys), bool(options.mappings))


# ------------------------------------------------------------------------------------------ scheme
def scheme_of(options: ProcessingOptions, sheet_keys: frozenset[str]) -> str:
    """Return a key of everything that results depend on besides the content."""
    parts = [
        code_version(),
        sorted(sheet_keys),
        sorted(provenance.declarations().items()),
        options.settings.model_dump(mode="json"),
        options.last_day.isoformat(),
        [(mapping.name, mapping.sha256) for mapping in options.mappings],
    ]
    return sha256(json.dumps(parts).encode()).hexdigest()


@cache
def code_version() -> str:
    """Return an identifier of our code and of the libraries that read workbooks."""
    modules = sorted(p for name in ("pipeline", "schemas") for p in (ROOT / name).rglob("*.py"))
    parts = [provenance.of_file(path) for path in modules]
    parts += [f"{name} {version(name)}" for name in LIBRARIES]
    parts += [sys.version, platform.machine(), zlib.ZLIB_RUNTIME_VERSION, expat.EXPAT_VERSION]
    return provenance.of_parts(parts)


# ------------------------------------------------------------------------------------------- packs
def packed(pack: Pack) -> Iterator[bytes]:
    """Yield the parts of an entry: the length of its head, the head, the frames as Arrow streams.

    Not compressed, so that texts can be found in it (see `find`).
    """
    streams = {name: as_stream(frame) for name, frame in pack.frames.items()}
    head = {"keys": pack.keys, "frames": {name: len(s) for name, s in streams.items()}}
    content = json.dumps(head).encode()
    yield LENGTH.pack(len(content))
    yield content
    yield from streams.values()


def unpacked(entry: memoryview) -> Pack | None:
    """Return the content of an entry; None if it is invalid."""
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
    """Return the rows of the files that get a new number; once for each of several numbers.

    numbers: pairs of a file and its new number.
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
    joined = frame.join(at, on="file")
    return joined.with_columns(file="number").select(frame.columns)


def _renumbered(frame: pl.DataFrame, numbers: NDArray[np.uint32]) -> pl.DataFrame:
    files = frame["file"].to_numpy()
    known = files < len(numbers)
    new = np.where(known, numbers[np.where(known, files, 0)], GONE)
    frame = frame.with_columns(pl.Series("file", new, pl.UInt32))
    return frame if (new != GONE).all() else frame.filter(pl.Series(new != GONE))
