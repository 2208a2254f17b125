"""The experts' ratings: which one counts, where experts differ, who owes one (contract 2.4)."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.findings import findings, join_findings
from pipeline.common.keys import word_key_expr
from pipeline.common.texts import BETWEEN_LANGUAGES, say
from pipeline.submissions.office import RATING, Office
from schemas.declaration import registers

KEYS = ["catalogue", "cluster_id", "criterion_id"]
COUNTS, NOT_EVALUATED = "counts", "not_evaluated"
UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class RatingScope:
    """The clusters and criteria that the office's rows may name.

    clusters: file (null for those that are not reviewed), cluster_id, as_of. criteria: catalogue,
    criterion_id, kind of every catalogue. evaluated: the catalogues of this review.
    """

    clusters: pl.DataFrame
    criteria: pl.DataFrame
    evaluated: Collection[str]


@dataclass(frozen=True)
class Opinions:
    """The experts' ratings and assignments, evaluated.

    ratings: file, row, KEYS, RATING, target (the file of the cluster), as_of, rated (the status it
    gives), newest (whether it is the newest of its criterion), reason_code (why it counts or not),
    counts, dissent. assignments: KEYS, assessor, due, done, overdue. findings: about their cells.
    """

    ratings: pl.DataFrame
    assignments: pl.DataFrame
    findings: pl.DataFrame

    @property
    def effective(self) -> pl.DataFrame:
        """The ratings that replace a computed status: file of the cluster, KEYS, RATING, rated."""
        good = self.ratings.filter(pl.col("reason_code").is_in([COUNTS, NOT_EVALUATED]))
        return good.drop("file").rename({"target": "file"})


def opinions(office: Office, known: RatingScope, last_day: dt.date) -> Opinions:
    """Return the office's ratings and assignments, evaluated. last_day: of the period."""
    ratings = evaluated_ratings(office.ratings, known)
    assignments, found = evaluated_assignments(office.assignments, ratings, known, last_day)
    newest = ratings.filter("newest")
    late = pl.col("target").is_not_null() & pl.col("known_criterion") & expired(pl.col("as_of"))
    late_until = pl.col("valid_until").dt.strftime("%d.%m.%Y")
    every = {"assessments": office.ratings, "assignments": office.assignments}
    every["agreements"] = office.agreements
    found = join_findings(
        finding("assessments", newest.filter(late), "valid_until", late_until, "out_of_range"),
        *(unknown_words(sheet, rows, known) for sheet, rows in every.items()),
        dissents(ratings),
        found,
    )
    columns = ["file", "row", *KEYS, *RATING, "target", "as_of", "rated", "newest"]
    published = ratings.select(*columns, "reason_code", "counts", "dissent")
    return Opinions(published, assignments, found)


# --------------------------------------------------------------------------------------- ratings
def evaluated_ratings(ratings: pl.DataFrame, known: RatingScope) -> pl.DataFrame:
    """Return the ratings with whether and why each counts, see `Opinions`.

    Of the ratings of one criterion of a cluster only the newest counts. Further columns: expert
    (the key of the sign; rows without a sign are one expert), newest_of_expert, known_criterion.
    """
    yes = pl.lit(value=True)
    words = {e.de: e.extra.get("status", UNDETERMINED) for e in registers()["ratings"]}
    table = ratings.with_columns(
        rated=pl.col("rating").replace_strict(words, default=None, return_dtype=pl.String),
        expert=expert(),
    )
    clusters = known.clusters.select("cluster_id", "as_of", target="file", known_cluster=yes)
    catalogues = known.criteria.select("catalogue", known_catalogue=yes).unique()
    criteria = known.criteria.select("catalogue", "criterion_id", known_criterion=yes)
    table = table.join(clusters, on="cluster_id", how="left")
    table = table.join(catalogues, on="catalogue", how="left")
    table = table.join(criteria, on=["catalogue", "criterion_id"], how="left")
    table = table.with_columns(
        pl.col("known_cluster", "known_catalogue", "known_criterion").fill_null(value=False)
    )
    table = with_newest(table)
    table = with_newest(table, [*KEYS, "expert"], "newest_of_expert")
    table = table.with_columns(reason_code=reason_code(known.evaluated))
    reviewed = pl.col("target").is_not_null() & pl.col("known_criterion")
    in_force = pl.col("newest_of_expert") & reviewed & is_in_force(pl.col("as_of"))
    verdicts = pl.when(in_force).then("rated").drop_nulls().n_unique().over(KEYS)
    table = table.with_columns(
        counts=pl.col("reason_code") == COUNTS, dissent=in_force & (verdicts > 1)
    )
    return table.sort("row")


def with_newest(
    ratings: pl.DataFrame, keys: Sequence[str] = KEYS, name: str = "newest"
) -> pl.DataFrame:
    """Add whether a rating is the newest of its keys: by date (undated is oldest), then by row."""
    order = ratings.sort("rated_on", "row", nulls_last=False).with_row_index("place")
    place = pl.col("place")
    table = order.with_columns((place == place.max().over(*keys)).alias(name))
    return table.drop("place").sort("row")


def expert() -> pl.Expr:
    """Return the key of an expert's sign; rows without a sign are one expert's."""
    return word_key_expr(pl.col("assessor")).fill_null("")


def is_in_force(day: pl.Expr) -> pl.Expr:
    """Whether a rating is fulfilled or not fulfilled, has a reason, and is valid on a day."""
    decides = pl.col("rated").is_not_null() & (pl.col("rated") != UNDETERMINED)
    return decides & pl.col("reason").is_not_null() & ~expired(day)


def expired(day: pl.Expr) -> pl.Expr:
    """Whether a rating's validity has ended before a day."""
    return (pl.col("valid_until") < day).fill_null(value=False)


def reason_code(evaluated: Collection[str]) -> pl.Expr:
    """Return the code of the first reason that applies why a rating counts or not."""
    reasons = {
        "unknown_cluster": ~pl.col("known_cluster"),
        "unknown_catalogue": ~pl.col("known_catalogue"),
        "unknown_criterion": ~pl.col("known_criterion"),
        "superseded": ~pl.col("newest"),
        "not_reviewed": pl.col("target").is_null(),
        "bad_rating": pl.col("rated").is_null(),
        "open": pl.col("rated") == UNDETERMINED,
        "no_reason": pl.col("reason").is_null(),
        "expired": expired(pl.col("as_of")),
        NOT_EVALUATED: ~pl.col("catalogue").is_in(sorted(evaluated)),
    }
    return pl.coalesce(
        *(pl.when(holds).then(pl.lit(code)) for code, holds in reasons.items()), pl.lit(COUNTS)
    )


def no_ratings() -> pl.DataFrame:
    """Return the ratings of `Opinions` without a row."""
    texts = [*KEYS, *("rating", "reason", "assessor", "rated", "reason_code")]
    days = ["rated_on", "valid_until", "as_of"]
    return pl.DataFrame(
        schema={
            **dict.fromkeys(("file", "row", "target"), pl.UInt32),
            **dict.fromkeys(texts, pl.String),
            **dict.fromkeys(days, pl.Date),
            **dict.fromkeys(("newest", "counts", "dissent"), pl.Boolean),
        }
    )


# ----------------------------------------------------------------------------------- assignments
def evaluated_assignments(
    assignments: pl.DataFrame, ratings: pl.DataFrame, known: RatingScope, last_day: dt.date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the assignments of single criteria (see `Opinions`), and findings about their rows.

    ratings: see `evaluated_ratings`. An assignment without a criterion covers all soft criteria of
    its catalogue; a row that names a criterion replaces it there. An assignment is done if the
    expert's newest rating is valid on the cluster's as_of, or on the period's last day if the
    cluster is not reviewed.
    """
    rows = assignments.drop_nulls(["cluster_id", "assessor"]).with_columns(expert=expert())
    first = rows.sort("row").unique([*KEYS, "expert"], keep="first")
    again = rows.join(first, on=["file", "row"], how="anti")
    criteria = known.criteria
    named = first.join(criteria.drop("kind"), on=["catalogue", "criterion_id"], how="semi")
    soft = criteria.filter(pl.col("kind") == "soft").drop("kind")
    general = first.filter(pl.col("criterion_id").is_null()).drop("criterion_id")
    general = general.join(soft, on="catalogue").join(named, on=[*KEYS, "expert"], how="anti")
    table = pl.concat([named, general], how="diagonal")
    day = pl.coalesce("as_of", pl.lit(last_day))
    newest = ratings.filter("newest_of_expert")
    given = newest.filter(is_in_force(day)).select(*KEYS, "expert", done=pl.lit(value=True))
    table = table.join(given, on=[*KEYS, "expert"], how="left")
    done = pl.col("done").fill_null(value=False)
    table = table.select(
        *KEYS,
        "assessor",
        "due",
        done=done,
        overdue=~done & (pl.col("due") < last_day).fill_null(value=False),
    )
    twice = finding("assignments", again, "cluster_id", pl.col("cluster_id"), "duplicate_row")
    return table, twice.with_columns(check=pl.lit("assignment"))


# --------------------------------------------------------------------------------------- findings
def dissents(ratings: pl.DataFrame) -> pl.DataFrame:
    """Return a finding for each criterion on which experts differ, at the newest of their ratings.

    detail: all of these ratings, in German and English.
    """
    differ = ratings.filter("dissent").sort("rated_on", "row", nulls_last=False)
    if differ.is_empty():
        return findings(differ)
    opposed = differ.group_by(KEYS, maintain_order=True).agg(
        pl.col("file", "row").last(),
        *(
            pl.concat_str(
                pl.col("assessor").fill_null("–"),
                pl.lit(": "),
                pl.col("rated").replace_strict({c: say("status", c, lang) for c in RATED}),
            )
            .str.join("; ")
            .alias(lang)
            for lang in ("de", "en")
        ),
    )
    detail = pl.concat_str("de", "en", separator=BETWEEN_LANGUAGES)
    opposed = opposed.select("file", "row", detail=detail, field=pl.lit("rating"))
    return findings(opposed.with_columns(sheet_key=pl.lit("assessments")), "dissent")


RATED = ("fulfilled", "not_fulfilled")


def unknown_words(sheet: str, rows: pl.DataFrame, known: RatingScope) -> pl.DataFrame:
    """Return findings about clusters, catalogues and criteria that do not exist."""
    catalogues = known.criteria.select("catalogue").unique()
    named = rows.drop_nulls("criterion_id").join(catalogues, on="catalogue", how="semi")
    strange = {
        "cluster_id": rows.join(known.clusters, on="cluster_id", how="anti"),
        "catalogue": rows.join(catalogues, on="catalogue", how="anti"),
        "criterion_id": named.join(known.criteria, on=["catalogue", "criterion_id"], how="anti"),
    }
    found = [
        finding(sheet, own.drop_nulls(field), field, pl.col(field), "bad_value")
        for field, own in strange.items()
    ]
    return join_findings(*found)


def finding(sheet: str, rows: pl.DataFrame, field: str, value: pl.Expr, code: str) -> pl.DataFrame:
    """Return a finding of the code at the field of every row."""
    place = {"field": pl.lit(field), "value": value, "sheet_key": pl.lit(sheet)}
    return findings(rows.sort("row").select("file", "row", **place), code)
