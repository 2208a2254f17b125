"""What pages say of a withdrawn release that this publication replaces."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report.pages.views import Cell, Table, linked, names_of
from pipeline.report.pages.words import Words
from pipeline.report.revised import BETWEEN, changed_sentence, replaces, withdrawal_text
from pipeline.review import Review


@dataclass(frozen=True)
class Revision:
    """For the office: which release is replaced, and the clusters for which anything changed."""

    sentence: str
    changed: Table | None


@dataclass(frozen=True)
class OwnRevision:
    """For a cluster: a sentence, and what differs in its own result."""

    sentence: str
    changes: Sequence[str]


def revision(review: Review, words: Words) -> Revision | None:
    """Return the office's view; None if no withdrawn release is replaced."""
    found = review.revised
    if found is None:
        return None
    sentence = replaces(found, words.lang)
    if found.changes is None:
        return Revision(sentence, None)
    if found.changes.is_empty():
        return Revision(f"{sentence} {withdrawal_text(found, 'same', words.lang)}", None)
    names = names_of(review)
    ids = found.changes["cluster_id"].unique().sort().to_list()
    rows: list[list[str | Cell]] = [
        [linked(i, names) if i in names else i, BETWEEN.join(found.of(i, words.lang))] for i in ids
    ]
    heads = [words("cluster"), words("revised_changes")]
    return Revision(sentence, Table(words("revised_title"), heads, rows, clusters=ids))


def own_revision(review: Review, cluster_id: str, words: Words) -> OwnRevision | None:
    """Return a cluster's view; None if no withdrawn release is replaced."""
    found = review.revised
    if found is None:
        return None
    sentence = changed_sentence(found, cluster_id, words.lang)
    return OwnRevision(sentence, found.of(cluster_id, words.lang))
