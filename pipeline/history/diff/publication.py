"""Reads what is compared: which two publications of a period, and their tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.common.settings import load_settings
from pipeline.common.texts import LANGUAGES, say
from pipeline.history.published import DATA, DamagedError, Record, is_published, sound
from pipeline.history.standing import Standing, archived, standing
from pipeline.history.state import State
from pipeline.history.state_files import UnusableStateError, read_state

CURRENT = "current"
# The tables that are compared, with their required columns.
TABLES = {
    "submissions": "source_file sha256 cluster_id outcome",
    "coverage": "cluster_id name state",
    "clusters": "cluster_id",
    "decisions": "catalogue cluster_id decision fulfilled",
    "criteria": "catalogue cluster_id criterion_id status computed_status basis "
    "reason_de reason_en",
    "conditions": "catalogue cluster_id criterion_id condition metric operator value_low "
    "value_high threshold limit_source",
}


class NothingToCompareError(Exception):
    """There are no two publications to compare; messages: the reason by language."""

    def __init__(self, code: str, **parts: object) -> None:
        self.messages = {lang: say("diff", code, lang).format(**parts) for lang in LANGUAGES}
        super().__init__(" / ".join(self.messages.values()))


class UnknownPlaceError(NothingToCompareError):
    """There is no publication of that name."""


@dataclass(frozen=True)
class Publication:
    """One publication of a period: where it stands, its record, the tables that are compared.

    state: what its verdicts rested on; None where it cannot be read.
    """

    place: str
    record: Record
    tables: Mapping[str, pl.DataFrame]
    state: State | None = None

    @property
    def standing(self) -> Standing:
        """Whether draft or release, and its revision."""
        return standing(self.record)


def two_publications(
    outputs: Path, period: str, before: str | None = None, after: str | None = None
) -> tuple[Publication, Publication]:
    """Return an earlier and a later publication of the period.

    before, after: names in the archive, or "current"; by default the present one, and the one
    before the later one. `NothingToCompareError` if there are no two.
    """
    folders = publication_folders(outputs, period)
    if not folders:
        raise NothingToCompareError("unpublished", period=period, outputs=outputs)
    later = after or list(folders)[-1]
    earlier = before or previous_folder(folders, later, period)
    for name in (earlier, later):
        if name not in folders:
            raise UnknownPlaceError("unknown", name=name, names=", ".join(folders))
    return read_publication(earlier, folders[earlier]), read_publication(later, folders[later])


def publication_folders(outputs: Path, period: str) -> dict[str, Path]:
    """Return the folders of the period's publications by name, the oldest first."""
    found = {path.name: path for path in archived(outputs, period)}
    present = outputs / period
    return found | ({CURRENT: present} if is_published(present) else {})


def previous_folder(folders: Mapping[str, Path], name: str, period: str) -> str:
    """Return the name of the publication before the one of that name."""
    names = list(folders)
    at = names.index(name) if name in folders else 0
    if name in folders and at == 0:
        raise NothingToCompareError("alone", period=period, name=name)
    return names[at - 1]


def read_publication(name: str, folder: Path) -> Publication:
    """Return a publication; NothingToCompareError if it is damaged or from another version."""
    try:
        publication = sound(folder)
        tables = {table: publication.table(table) for table in TABLES}
    except DamagedError as error:
        raise NothingToCompareError("damaged", files=error) from error
    for table, columns in TABLES.items():
        refuse_lacking(folder / DATA / f"{table}.parquet", tables[table], columns.split())
    assert publication.record is not None
    try:
        state = read_state(publication, load_settings())
    except UnusableStateError:
        state = None
    return Publication(name, publication.record, tables, state)


def refuse_lacking(path: Path, table: pl.DataFrame, needed: Sequence[str]) -> None:
    """Raise NothingToCompareError if a table lacks a column: it is from another version."""
    if missing := [column for column in needed if column not in table.columns]:
        raise NothingToCompareError("other_version", path=path, columns=", ".join(missing))
