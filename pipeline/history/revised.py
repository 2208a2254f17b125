"""What has changed since a withdrawn release, for the revision that replaces it (contract 4)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.common.texts import LANGUAGES
from pipeline.history.diff.compare import compare
from pipeline.history.diff.formatting import of_each_cluster
from pipeline.history.diff.publication import (
    CURRENT,
    NothingToCompareError,
    Publication,
    read_publication,
)
from pipeline.history.published import Record, read_record
from pipeline.history.standing import Standing, day_of, standing, withdrawn_before
from pipeline.history.state import State

CHANGES = {"cluster_id": pl.String, "lang": pl.String, "change": pl.String}


@dataclass(frozen=True)
class Revised:
    """The withdrawn release that a publication replaces, and what is different now.

    changes: CHANGES, a row for each difference of a cluster and language, in the order in which
    they are told; None if both cannot be compared. why: then the reason, by language.
    """

    withdrawn: Standing
    changes: pl.DataFrame | None
    why: Mapping[str, str] | None = None

    @property
    def released_on(self) -> dt.date | None:
        """The day of the release that was withdrawn."""
        return day_of(self.withdrawn.released_at)

    @property
    def withdrawn_on(self) -> dt.date | None:
        """The day on which it was withdrawn."""
        return day_of(self.withdrawn.withdrawn_at)

    def of(self, cluster_id: str, lang: str) -> list[str]:
        """Return what has changed for a cluster; nothing if that is not known."""
        if self.changes is None:
            return []
        return self.changes.filter(cluster_id=cluster_id, lang=lang)["change"].to_list()


def revised(
    outputs: Path,
    period: str,
    record: Record,
    tables: Mapping[str, pl.DataFrame],
    state: State | None,
) -> Revised | None:
    """Return what differs from the withdrawn release; None if none is to be replaced.

    record, tables, state: of the review that is to be published.
    """
    folder = withdrawn_before(outputs, period)
    if folder is None:
        return None
    stands = standing(read_record(folder) or {})
    try:
        before = read_publication(folder.name, folder)
    except NothingToCompareError as error:
        return Revised(stands, None, error.messages)
    difference = compare(before, Publication(CURRENT, record, tables, state))
    first = str(next(iter(record["catalogues"]))["id"])
    rows = [
        (cluster, lang, change)
        for lang in LANGUAGES
        for cluster, changes in of_each_cluster(difference, first, lang).items()
        for change in changes
    ]
    return Revised(stands, pl.DataFrame(rows, CHANGES, orient="row"))
