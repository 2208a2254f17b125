"""Which rows of a filled template become ratings, and why the others do not.

Several experts may fill templates of one period. Of each expert and criterion the office's file
must be as the template knew it: what was entered or changed by hand since is not overwritten.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pipeline.common.rows import Row
from pipeline.publication.adopt.decide import (
    ADOPTED,
    SIGN,
    THERE,
    Outcome,
    is_criterion,
    key_of,
)
from pipeline.publication.adopt.reading import Views
from pipeline.submissions.office import with_catalogue
from schemas.words import word_key

# catalogue, cluster, criterion, and the key of the expert's sign
Own = tuple[str | None, ...]
DATE = ("rated_on",)
RATING_FIELDS = ("rating", "reason", "valid_until")


def decide_rows(
    template: Views, ratings: pl.DataFrame, day: dt.date, sign: str | None = None
) -> list[Outcome]:
    """Return the outcome of every row of the template, in its order.

    ratings: those in the office's file; day: of the rows without a date; sign: of the rows without
    a sign on sheets that are nobody's own, and the only one that may stand in a row. Codes besides
    those of views: no_key, no_rating, wrong_sign, by_hand (the expert's newest rating is not the
    one that the template knew), gone (a rating that the template was made with is not in the file
    any more).
    """
    rows, known, there = (
        with_catalogue(table, template.catalogue).sort("file", "row").to_dicts()
        for table in (template.views, template.known, ratings)
    )
    then, now = newest_of_experts(known), newest_of_experts(there)
    taken: set[Own] = set()
    result = []
    for row in rows:
        owners = [owner for owner in (row["owner"], sign) if owner]
        by = row["assessor"] or next(iter(owners), None)
        signed = row | {"assessor": by}
        same = next((other for other in there if is_same(row, signed, other)), None)
        if same is not None:
            outcome = Outcome(signed, THERE, same, by)
        elif any(is_same(row, row, other) for other in known):
            outcome = Outcome(signed, "gone", by=by)
        else:
            code = refused(signed, owners, template)
            own = own_key(signed)
            other = now.get(own)
            code = code or ("doubled" if own in taken else None)
            code = code or conflict(signed, other, then.get(own), day) or ADOPTED
            owner = next((one for one in owners if word_key(one) != word_key(by or "")), None)
            outcome = Outcome(signed, code, other, by, owner)
            taken |= {own} if code == ADOPTED else set()
        result.append(outcome)
    return result


def refused(row: Row, owners: Sequence[str], template: Views) -> str | None:
    """Return why a row can be no rating, whatever stands in the office's file.

    owners: the signs that are given for the row's sheet and for the whole file.
    """
    by = row["assessor"]
    if (row["file"], row["row"]) in template.bad:
        return "unreadable"
    if row["cluster_id"] is None or row["criterion_id"] is None:
        return "no_key"
    if template.clusters and row["cluster_id"] not in template.clusters:
        return "unknown_cluster"
    if not is_criterion(row["catalogue"], row["criterion_id"]):
        return "unknown_criterion"
    if row["rating"] is None:
        return "no_rating"
    if not row["reason"]:
        return "no_reason"
    if not by:
        return "no_sign"
    if not SIGN.fullmatch(by):
        return "bad_sign"
    others = [owner for owner in owners if word_key(owner) != word_key(by)]
    return "wrong_sign" if others else None


def conflict(row: Row, now: Row | None, then: Row | None, day: dt.date) -> str | None:
    """Return why a rating cannot follow the expert's newest one in the office's file."""
    if now is None:
        return None
    if then is None or any(now[field] != then[field] for field in (*RATING_FIELDS, *DATE)):
        return "by_hand"
    later = now["rated_on"] is not None and now["rated_on"] > (row["rated_on"] or day)
    return "newer" if later else None


def is_same(row: Row, signed: Row, other: Row) -> bool:
    """Whether a row and a rating have the same content; a row without a date took one on adoption.

    signed: the row with the sign of its author.
    """
    if own_key(other) not in (own_key(row), own_key(signed)):
        return False
    fields = RATING_FIELDS if row["rated_on"] is None else (*RATING_FIELDS, *DATE)
    return all(row[field] == other[field] for field in fields)


def own_key(row: Row) -> Own:
    """Return the key of an expert's ratings of one criterion."""
    return (*key_of(row), word_key(row["assessor"] or ""))


def newest_of_experts(ratings: list[dict[str, Any]]) -> Mapping[Own, Row]:
    """Return each expert's newest rating of a criterion: by date (undated is oldest), then by row.

    Rows without a rating yet are ignored.
    """
    rated = [r for r in ratings if r["rating"] is not None or r["reason"] is not None]
    order = sorted(rated, key=lambda r: (r["rated_on"] or dt.date.min, r["row"]))
    return {own_key(row): row for row in order}
