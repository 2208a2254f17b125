"""Small portfolios for comparisons: what a cluster says, as the frames that a review has of it.

Only five criteria are looked at: 1 (bound actors), 4.2 (actors per FTE), 7.2 (secured months),
10.1 (competitors) and 12 (success stories).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from pipeline.common.catalogue import Catalogue, load
from pipeline.common.settings import Settings, load_settings
from pipeline.figures.inputs import INPUT_COLUMNS
from pipeline.history.causes import with_figures
from pipeline.history.state import State, from_frames
from tests.declared import changed_in
from tests.making.frames import kept

CRITERIA = ("1", "4.2", "7.2", "10.1", "12")
# The period at which the catalogue froze its limits of 4.2.
FROZEN = "2025-Q4"
DAY_THEN, DAY_NOW = date(2026, 6, 15), date(2026, 9, 15)
# actors per FTE: the most for clusters of up to 50 actors, and for larger ones
Limits = tuple[float, float]


@dataclass(frozen=True)
class Rating:
    """An expert's rating of a criterion, and until when it is valid."""

    status: str
    until: date | None = None


@dataclass(frozen=True)
class Says:
    """What a cluster says; joined: of each actor the day, None for an empty cell."""

    as_of: date = DAY_THEN
    joined: tuple[date | None, ...] = (None,) * 30
    fte: float = 10.0
    secured: date | None = date(2030, 1, 31)
    competitors: int = 3
    stories: tuple[date, ...] = (date(2026, 3, 1),) * 3
    ratings: tuple[tuple[str, Rating], ...] = ()

    def but(self, **changes: Any) -> "Says":
        """Return the same with something changed."""
        return replace(self, **changes)


def catalogue(competitors: float = 3.0) -> Catalogue:
    """Return go-cluster with the five criteria only, a threshold of 10.1, and frozen limits."""
    whole = load("go-cluster")
    kept = [c for c in whole.criteria if c.id in CRITERIA]
    own = {
        "10.1": {"threshold": competitors},
        "4.2": {"stand_in": "frozen", "frozen_period": FROZEN},
    }
    changed = [
        changed_in(c, conditions=(changed_in(c.conditions[0], **own[c.id]), *c.conditions[1:]))
        if c.id in own
        else c
        for c in kept
    ]
    return changed_in(whole, criteria=tuple(changed), pass_mark=4)


def frozen(limits: Limits) -> pl.DataFrame:
    """Return the limits of 4.2 that the catalogue froze."""
    bands = ["0–50", "51–100"]
    said = [f"size_band {band}" for band in bands]
    columns = {"size_band": bands, "limit": list(limits), "cohort": said}
    return pl.DataFrame(columns).with_columns(source=pl.lit(FROZEN))


def state(
    said: Mapping[str, Says],
    rules: Catalogue | None = None,
    limits: Limits = (5.0, 5.0),
    settings: Settings | None = None,
) -> State:
    """Return the state of clusters that say so, and nothing else."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in INPUT_COLUMNS}
    for file, (cluster_id, says) in enumerate(said.items()):
        _fill(rows, file, cluster_id, says)
    frames = {name: kept(name, rows[name]) for name in INPUT_COLUMNS}
    frames["reference"] = frozen(limits)
    chosen = rules or catalogue()
    return from_frames(frames, {chosen.id: chosen}, settings or load_settings())


def _fill(rows: Mapping[str, list[Any]], file: int, cluster_id: str, says: Says) -> None:
    rows["clusters"].append(
        {
            "file": file,
            "cluster_id": cluster_id,
            "as_of": says.as_of,
            "funding_secured_until": says.secured,
            "long_term_prospect": "x",
            "lat": 51.0,
        }
    )
    actor = {"actor_type": "Unternehmen", "commitment": "Mitgliedschaft", "sme": True}
    flags = dict.fromkeys(("joined_bad", "left_bad", "country_bad", "several"), False)
    for row, joined in enumerate(says.joined, 2):
        own = {"file": file, "row": row, "as_of": says.as_of, "joined": joined}
        rows["actors"].append({**actor, **flags, **own})
    rows["management"].append({"file": file, "row": 2, "fte": says.fte})
    shown = [("Wettbewerber", None)] * says.competitors
    shown += [("Erfolgsgeschichte", day) for day in says.stories]
    for row, (kind, day) in enumerate(shown, 2):
        own = {"file": file, "row": row, "kind": kind, "title": f"T{row}", "date": day}
        rows["evidence"].append(own)
    for name in ("actors", "management", "evidence"):
        rows["sheets"].append({"file": file, "sheet_key": name})
    for criterion, rating in says.ratings:
        keys = {"catalogue": "go-cluster", "cluster_id": cluster_id, "criterion_id": criterion}
        rows["ratings"].append({**keys, "rated": rating.status, "valid_until": rating.until})


def figures(now: State) -> pl.DataFrame:
    """Return the figures that a review publishes of a state."""
    return with_figures(now.portfolio).figures
