"""Judges a folder of submissions by the 19 criteria and writes the statuses as CSV.

Usage: python -m analyst SUBMISSIONS WORDS.json PLACES.csv LAST-DAY RESULT.csv
"""

import datetime as dt
import json
import sys
from pathlib import Path

import pandas as pd

from .criteria import LIMIT, size_band, status_of, statuses
from .reading import read_clusters

SMALLEST_COHORT = 5


def limits(ratios: dict[str, tuple[float, float | None]]) -> dict[str, float | None]:
    """Return 4.2's limit of each cluster: its size band's upper quartile, else everybody's.

    ratios: by cluster the certain actors and the actors per full-time equivalent.
    """
    frame = pd.DataFrame(
        [(name, size_band(actors), ratio) for name, (actors, ratio) in ratios.items()],
        columns=["cluster", "band", "ratio"],
    )
    frame["ratio"] = frame["ratio"].astype(float)
    by_band = frame.groupby("band")["ratio"].agg(["count", lambda known: known.quantile(0.75)])
    by_band.columns = ["n", "p75"]
    everybody = frame["ratio"].quantile(0.75) if frame["ratio"].count() >= SMALLEST_COHORT else None
    result = {}
    for row in frame.itertuples():
        n, p75 = by_band.loc[row.band]
        result[row.cluster] = p75 if n >= SMALLEST_COHORT else everybody
    return result


def main(folder: str, words: str, places: str, last_day: str, result: str) -> None:
    """Read, judge, write."""
    known_places = pd.read_csv(places, dtype={"country": str, "postcode": str})
    centres = {
        (p.country, p.postcode): (p.latitude, p.longitude) for p in known_places.itertuples()
    }
    vocabulary = json.loads(Path(words).read_text(encoding="utf-8"))
    clusters = read_clusters(Path(folder), vocabulary, dt.date.fromisoformat(last_day))
    judged = {name: statuses(cluster, vocabulary, centres) for name, cluster in clusters.items()}
    limit = limits({name: (done["actors"], done["ratio"]) for name, done in judged.items()})
    rows = []
    for name, done in judged.items():
        for criterion, status in done["statuses"].items():
            if criterion == LIMIT:
                status = status_of(done["per_fte"], limit[name], at_most=True)
            rows.append((name, criterion, status))
    frame = pd.DataFrame(rows, columns=["cluster_id", "criterion_id", "status"])
    frame.sort_values(["cluster_id", "criterion_id"]).to_csv(result, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
