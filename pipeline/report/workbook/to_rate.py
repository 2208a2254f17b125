"""The ratings of experts so far and what remains to be rated: the rows of the sheet Gutachten."""

import datetime as dt

import polars as pl

from pipeline.common import periods
from pipeline.common.keys import word_key_expr
from pipeline.common.texts import day as day_text
from pipeline.common.texts import number, percent, say
from pipeline.report.earlier import Earlier
from pipeline.review import Review
from pipeline.submissions.ratings import KEYS as KEY
from pipeline.submissions.ratings import expired
from pipeline.tables.reasons import asks_text
from schemas.words import word_key

CONDITION = [*KEY, "condition"]
BY = pl.col("reviewer")
FIGURES = ["value_low", "value_high", "status"]


def to_rate(
    review: Review,
    earlier: Earlier,
    lang: str,
    reviewer: str | None = None,
    *,
    to_do_first: bool = False,
) -> pl.DataFrame:
    """Return the ratings so far and a blank row for what is soft or undetermined and unrated.

    What is assigned and not done has a blank row, too. reviewer: the sign of the expert whose
    assignments and ratings are asked for, instead of all. Columns: KEY, `office.RATING`, name,
    title, kind, asks, computed_status, reason_now, request, note. The ratings of one criterion keep
    their order. to_do_first: all blank rows come before the ratings.
    """
    criteria = review.tables["criteria"]
    ratings, owed = review.ratings, owing(review, lang)
    if reviewer is None:
        blank = pl.concat([unrated(criteria, ratings), owed.select(KEY)]).unique()
    else:
        mine = pl.col("expert") == word_key(reviewer)
        assigned = review.tables["assignments"].with_columns(expert=word_key_expr(BY)).filter(mine)
        ratings = ratings.with_columns(expert=word_key_expr(pl.col("assessor"))).filter(mine)
        ratings = ratings.drop("expert").join(assigned, on=KEY, how="semi")
        blank = assigned.filter(~pl.col("done")).select(KEY)
    rows = pl.concat([ratings, blank], how="diagonal_relaxed")
    rows = with_place(rows, review)
    known = criteria.select(
        *KEY, "basis", "computed_status", reason_now=f"reason_{lang}", request=f"request_{lang}"
    )
    names = review.tables["coverage"].select("cluster_id", "name")
    rows = rows.join(known, on=KEY, how="left")
    rows = rows.join(names, on="cluster_id", how="left")
    rows = rows.join(owed, on=KEY, how="left").join(differing(review, lang), on="row", how="left")
    # of one criterion the ratings as they stand in the office's file, then the blank row
    open_first = pl.col("row").is_not_null() & to_do_first
    rows = rows.sort(open_first, "cluster_id", "place", "row", nulls_last=True)
    texts = pl.Series(notes(rows, review, earlier, lang), dtype=pl.String)
    return with_titles(rows.with_columns(note=texts), review, lang)


def unrated(criteria: pl.DataFrame, ratings: pl.DataFrame) -> pl.DataFrame:
    """Return the keys of soft or undetermined criteria without a rating in force."""
    left = criteria.filter(
        (pl.col("basis") == "computed")
        & ((pl.col("kind") == "soft") | (pl.col("status") == "undetermined"))
    )
    speaks = ratings.filter(pl.col("newest") & ~expired(pl.col("as_of")))
    return left.join(speaks, on=KEY, how="anti").select(KEY)


def with_place(rows: pl.DataFrame, review: Review) -> pl.DataFrame:
    """Add the position of a criterion in its catalogue; unknown ones come last."""
    places = {
        f"{k.id}|{c.id}": 1000 * i + j
        for i, k in enumerate(review.catalogues)
        for j, c in enumerate(k.criteria)
    }
    key = pl.concat_str(pl.col("catalogue").fill_null(""), pl.lit("|"), "criterion_id")
    place = key.replace_strict(places, default=10**6, return_dtype=pl.Int64)
    return rows.with_columns(place=place)


def with_titles(rows: pl.DataFrame, review: Review, lang: str) -> pl.DataFrame:
    """Add title and kind of each criterion, and its question."""
    known = {(k.id, c.id): c for k in review.catalogues for c in k.criteria}
    found = [known.get(key) for key in rows.select("catalogue", "criterion_id").rows()]
    return rows.with_columns(
        title=pl.Series([c and c.title[lang] for c in found], dtype=pl.String),
        kind=pl.Series([c and c.kind for c in found], dtype=pl.String),
        asks=pl.Series([c and asks_text(c, lang) for c in found], dtype=pl.String),
    )


def owing(review: Review, lang: str) -> pl.DataFrame:
    """Return KEY, owed: who owes an opinion on a criterion until when, as a text."""
    rows = review.tables["assignments"].filter(~pl.col("done")).sort(*KEY, "reviewer")
    texts = [
        say("rating_note", "owed_until" if r["due"] else "owed", lang).format(
            sign=r["reviewer"], day=day_text(r["due"], lang) if r["due"] else ""
        )
        for r in rows.iter_rows(named=True)
    ]
    rows = rows.select(KEY).with_columns(owed=pl.Series(texts, dtype=pl.String))
    return rows.group_by(KEY).agg(pl.col("owed").str.join("; "))


def differing(review: Review, lang: str) -> pl.DataFrame:
    """Return row, differs: what other experts say of a rating's criterion, if they differ."""
    own = review.ratings.filter("dissent").select(*KEY, "row", "assessor", "rated")
    pairs = own.join(own, on=KEY, suffix="_other").filter(pl.col("rated") != pl.col("rated_other"))
    pairs = pairs.sort("row", "row_other")
    texts = [
        f"{by or '–'} ({say('status', status, lang)})"
        for by, status in pairs.select("assessor_other", "rated_other").iter_rows()
    ]
    pairs = pairs.select("row").with_columns(others=pl.Series(texts, dtype=pl.String))
    grouped = pairs.group_by("row", maintain_order=True).agg(pl.col("others").str.join(", "))
    before, _, after = say("rating_note", "dissent", lang).partition("{others}")
    note = pl.concat_str(pl.lit(before), "others", pl.lit(after))
    return grouped.select("row", differs=note)


# ----------------------------------------------------------------------------------------- notes
def notes(rows: pl.DataFrame, review: Review, earlier: Earlier, lang: str) -> list[str]:
    """Return a note about each row: to rate, in force, lapsed, changed since."""
    changed = changes(rows, review, earlier, lang)
    result = []
    for at, row in enumerate(rows.iter_rows(named=True)):
        if row["newest"] is None:
            code = "to_rate"
        elif row["basis"] is None:
            code = "not_reviewed"
        elif not row["newest"]:
            code = "superseded"
        elif row["valid_until"] and row["as_of"] and row["valid_until"] < row["as_of"]:
            code = "lapsed"
        else:
            code = "in_force" if row["basis"] == "assessed" else "not_in_force"
        text = say("rating_note", code, lang)
        owed = row["owed"] if row["newest"] is None else None
        result.append("; ".join(filter(None, [text, owed, row["differs"], changed[at]])))
    return result


def changes(rows: pl.DataFrame, review: Review, earlier: Earlier, lang: str) -> list[str]:
    """Return how each newest rating's computed figures differ from those at the time of the rating.

    Those are the figures of the latest published period that had ended when the rating was given,
    else of the first published period.
    """
    ends = {period: periods.last_day(period) for period in earlier}
    bases = [seen_period(day, ends, review) for day in rows["rated_on"]]
    bases = [base if newest else None for base, newest in zip(bases, rows["newest"], strict=True)]
    keyed = rows.select(KEY).with_columns(base=pl.Series(bases, dtype=pl.String)).with_row_index()
    keyed = keyed.drop_nulls("base")
    if keyed.is_empty():
        return [""] * rows.height
    then = pl.concat(
        tables["conditions"].select(*CONDITION, *FIGURES, base=pl.lit(period))
        for period, tables in earlier.items()
    )
    now = review.tables["conditions"].select(*CONDITION, *FIGURES, "unit")
    both = keyed.join(now, on=KEY).join(then, on=[*CONDITION, "base"], suffix="_then")
    same = pl.all_horizontal(pl.col(f).eq_missing(pl.col(f"{f}_then")) for f in FIGURES)
    texts: dict[int, list[str]] = {}
    for row in both.filter(~same).sort("index", "condition").iter_rows(named=True):
        texts.setdefault(row["index"], []).append(change_text(row, lang))
    return ["; ".join(texts.get(i, [])) for i in range(rows.height)]


def seen_period(day: dt.date | None, ends: dict[str, dt.date], review: Review) -> str | None:
    """Return the earlier period whose figures were known when a rating of that day was given."""
    if day is None or day > review.last_day:
        return None
    over = [period for period, end in ends.items() if end <= day]
    return max(over, default=min(ends, default=None))


def change_text(row: dict[str, object], lang: str) -> str:
    """Return a figure before and now."""
    then = figure_text(row, "_then", lang)
    now = figure_text(row, "", lang)
    return say("rating_note", "changed", lang).format(period=row["base"], then=then, now=now)


def figure_text(row: dict[str, object], when: str, lang: str) -> str:
    """Return an interval and its status as text."""
    show = percent if row["unit"] == "share" else lambda value, lang: number(value, 2, lang)
    low, high = row[f"value_low{when}"], row[f"value_high{when}"]
    figure = show(low, lang) if low == high else f"{show(low, lang)} … {show(high, lang)}"  # type: ignore[arg-type]
    return f"{figure} ({say('status', str(row[f'status{when}']), lang)})"
