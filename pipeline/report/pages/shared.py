"""Memberships against distinct actors, and which clusters share actors."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report.pages.views import Cell, Table, linked, names_of, theirs
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.tables.insights import Sharing, actors_of_several

STRONGEST = 20


@dataclass(frozen=True)
class Shared:
    """Sentences and the strongest overlaps; more: a sentence about those left out.

    actors: who is bound to several clusters, by name.
    """

    sentences: Sequence[str]
    pairs: Table
    more: str
    actors: Table


def shared(review: Review, found: Sharing, words: Words) -> Shared:
    """Return who shares actors; found: see `insights.sharing`."""
    n, now = words.number, review.headline
    sentences = [
        words("sharing_counts", memberships=n(now("memberships")), distinct=n(now("distinct"))),
        words(
            "sharing_clusters",
            shared=words.count("shared_actors", found.shared),
            clusters=n(found.clusters),
            of=words.count("of_clusters", now("clusters")),
        ),
    ]
    left = found.pairs.height - STRONGEST
    more = words("more_pairs", n=n(left)) if left > 0 else ""
    return Shared(sentences, _pairs(review, found, words), more, _actors(review, words))


def _pairs(review: Review, found: Sharing, words: Words) -> Table:
    names = names_of(review)
    strongest = found.pairs.head(STRONGEST)
    rows: list[list[str | Cell]] = [
        [
            linked(r["cluster_id"], names),
            linked(r["other_id"], names),
            words.number(r["shared"]),
            words.percent(r["share"]),
        ]
        for r in strongest.iter_rows(named=True)
    ]
    ids = [f"{a} {b}" for a, b in strongest["cluster_id", "other_id"].iter_rows()]
    heads = [words(k) for k in ("cluster", "other_cluster", "shared", "of_smaller")]
    return Table(words("pairs_caption"), heads, rows, frozenset({2, 3}), ids)


def _actors(review: Review, words: Words) -> Table:
    names, found = names_of(review), actors_of_several(review.tables["actors"])
    rows: list[list[str | Cell]] = [
        [
            theirs(row["name"]),
            row["postcode"] or words("none"),
            words.number(len(row["cluster_ids"])),
            Cell(
                "; ".join(linked(one, names).text for one in row["cluster_ids"]),
                written=[names[one] for one in row["cluster_ids"]],
            ),
        ]
        for row in found.iter_rows(named=True)
    ]
    heads = [words(k) for k in ("name", "postcode", "clusters_of_actor", "which_clusters")]
    ids = [" ".join(one) for one in found["cluster_ids"]]
    return Table(words("several_caption"), heads, rows, frozenset({2}), ids)
