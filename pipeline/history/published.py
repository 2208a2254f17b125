"""The only reader of published periods: files that differ from what was published are not used.

run.json contains the sha256 of every table. A publication from before has no checksums; it is read
all the same, and a table that polars cannot read counts as damaged.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from pipeline.common.periods import NAME

RECORD, DATA, STATE = "run.json", "data", "state"
# Where former publications are kept below outputs/.
ARCHIVE = ".archive"
# The key of run.json under which the checksums stand.
TABLES = "tables"
# Keys of run.json that must hold lists of entries, which are mappings of texts.
LISTS = ("catalogues", "inputs", "mappings", "office_files")
MAPPINGS = ("declarations", "earlier", TABLES, "versions")
Record = Mapping[str, Any]
T = TypeVar("T")


class DamagedError(Exception):
    """Files of a publication differ from what was published."""

    def __init__(self, *files: Path) -> None:
        super().__init__(*files)
        self.files = files

    def __str__(self) -> str:
        return ", ".join(map(str, self.files))


@dataclass(frozen=True)
class Publication:
    """A publication in its folder; record: None if run.json cannot be read."""

    folder: Path
    record: Record | None

    @property
    def checksums(self) -> Mapping[str, str] | None:
        """The sha256 of every table and of the state, by path; None if they were not stored."""
        return self.record.get(TABLES) if self.record else None

    @cached_property
    def found(self) -> Mapping[str, str]:
        """The sha256 of these files as they are now; empty for one that cannot be read."""
        paths = (p for name in (DATA, STATE) for p in (self.folder / name).rglob("*"))
        files = sorted(p for p in paths if p.is_file())
        return {p.relative_to(self.folder).as_posix(): _sha256(_content(p)) for p in files}

    @property
    def damaged(self) -> Sequence[Path]:
        """run.json if it cannot be read, and the tables that differ from its checksums.

        Damage of the state is not included: it affects only the causes of changes.
        """
        if self.record is None:
            return [self.folder / RECORD]
        tables = {n: s for n, s in (self.checksums or {}).items() if n.startswith(f"{DATA}/")}
        return [
            self.folder / name
            for name, checksum in tables.items()
            if self.found.get(name) != checksum
        ]

    def content(self, name: str) -> bytes:
        """Return a file of the publication; DamagedError if it differs from what was published."""
        path, checksums = self.folder / name, self.checksums
        content = _content(path)
        if content is None or (checksums is not None and checksums.get(name) != _sha256(content)):
            raise DamagedError(path)
        return content

    def table(self, name: str, *columns: str) -> pl.DataFrame:
        """Return a table, all columns or these; DamagedError if it is not as published."""
        file = f"{DATA}/{name}.parquet"
        content = self.content(file)
        try:
            return pl.read_parquet(content, columns=list(columns) or None)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            raise DamagedError(self.folder / file) from error


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _sha256(content: bytes | None) -> str:
    return "" if content is None else sha256(content).hexdigest()


# ---------------------------------------------------------------------------------- one publication
def is_published(folder: Path) -> bool:
    """Whether there is a publication in the folder, damaged or not."""
    return (folder / RECORD).exists() or (folder / DATA).is_dir()


def sound(folder: Path) -> Publication:
    """Return the publication in the folder; DamagedError if it differs from what was published."""
    publication = Publication(folder, read_record(folder))
    if publication.damaged:
        raise DamagedError(*publication.damaged)
    return publication


def published_content(path: Path) -> bytes:
    """Return a table's bytes; DamagedError if they differ from the checksum in its publication."""
    path = path.absolute()
    folder = path.parent.parent
    publication = Publication(folder, read_record(folder))
    name = path.relative_to(folder).as_posix()
    if name in (publication.checksums or ()):
        return publication.content(name)
    return path.read_bytes()


def read_record(folder: Path) -> Record | None:
    """Return a publication's run.json; None if there is no readable one."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return record if _is_record(record) else None


def _is_record(found: object) -> bool:
    """Whether this is a run.json, as far as other modules depend on it."""
    if not isinstance(found, dict):
        return False
    return all(_is_list(found.get(name, [])) for name in LISTS) and all(
        _is_mapping(found.get(name, {})) for name in MAPPINGS
    )


def _is_list(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(entry, dict) for entry in found)


def _is_mapping(found: object) -> bool:
    return isinstance(found, dict) and all(isinstance(text, str) for text in found.values())


# ------------------------------------------------------------------------------ all publications
@dataclass
class Earlier:
    """The periods published before a period, the oldest first, without those that are damaged.

    outputs: their folder. all: including the damaged ones. damaged: the files that differ from what
    was published.
    """

    outputs: Path
    all: Sequence[Publication]
    publications: list[Publication] = field(init=False)
    damaged: list[Path] = field(init=False)

    def __post_init__(self) -> None:
        self.publications = [p for p in self.all if not p.damaged]
        self.damaged = [path for p in self.all for path in p.damaged]

    @property
    def names(self) -> tuple[str, ...]:
        """The damaged files, with their period: 2026-Q2/data/clusters.parquet."""
        return tuple(path.relative_to(self.outputs).as_posix() for path in self.damaged)

    @property
    def unchecked(self) -> list[str]:
        """The periods whose publications have no checksums."""
        return [p.folder.name for p in self.publications if p.checksums is None]

    def read(self, publication: Publication, reading: Callable[[Publication], T]) -> T | None:
        """Return what is read of a publication; None if it is damaged: then it is skipped."""
        try:
            return reading(publication)
        except DamagedError as error:
            self.damaged += error.files
            self.publications.remove(publication)
            return None


def published_periods(outputs: Path) -> list[str]:
    """Return the periods that are published, in their order."""
    folders = outputs.iterdir() if outputs.is_dir() else ()
    return sorted(f.name for f in folders if NAME.match(f.name) and is_published(f))


def published_before(outputs: Path, period: str) -> Earlier:
    """Return the earlier periods that are published."""
    own = [outputs / name for name in published_periods(outputs) if name < period]
    return Earlier(outputs, [Publication(folder, read_record(folder)) for folder in own])
