"""Rules about statements of one row, or of a row and the day or the list it is held against."""

from collections.abc import Mapping

import polars as pl

from pipeline.common.exact import months_before
from pipeline.common.texts import BETWEEN_LANGUAGES, LANGUAGES, both, in_language
from pipeline.submissions.actors import status
from pipeline.submissions.crosschecks.declared import Check
from pipeline.submissions.crosschecks.facts import Facts, day_text, hits, number_text
from schemas.declaration import office, registers, submission

ACTUAL = "Ist"


def at_least(check: Check, facts: Facts) -> pl.DataFrame:
    """The number is `least` or more, which is rarely meant."""
    table = facts.tables[check.sheet]
    return hits(table.filter(pl.col(check.field) >= check.limits["least"]))


def before(check: Check, facts: Facts) -> pl.DataFrame:
    """The date lies before another one. Detail: the latest of these, other: its column."""
    latest = pl.max_horizontal(check.others)
    table = facts.tables[check.sheet].filter(pl.col(check.field) < latest)
    return hits(table, day_text(latest), column_of(check, latest))


def after(check: Check, facts: Facts) -> pl.DataFrame:
    """The date lies after another one. Detail: the earliest of these, other: its column."""
    earliest = pl.min_horizontal(check.others)
    table = facts.tables[check.sheet].filter(pl.col(check.field) > earliest)
    return hits(table, day_text(earliest), column_of(check, earliest))


def column_of(check: Check, day: pl.Expr) -> pl.Expr:
    """Return the name of the first of the other columns that holds the day; null of a named day."""
    names = column_names(check)
    holds = [pl.when(pl.col(o) == day).then(pl.lit(names[o])) for o in check.others if o in names]
    return pl.coalesce(pl.lit(None, pl.String), *holds)


def column_names(check: Check) -> Mapping[str, str]:
    """Return the names of the columns of a check's sheet, in both languages."""
    sheets = (*submission().sheets, *office().sheets)
    fields = next(sheet.fields for sheet in sheets if sheet.key == check.sheet)
    return {f.key: both(f"„{f.name['de']}“", f"“{f.name['en']}”") for f in fields}


def after_last_day(check: Check, facts: Facts) -> pl.DataFrame:
    """One of the dates lies after the last day of the period; at the cell of each. Detail: it."""
    table = facts.tables[check.sheet].drop_nulls("last_day")
    rows = [
        table.filter(pl.col(date) > pl.col("last_day")).with_columns(field=pl.lit(date))
        for date in check.others
    ]
    late = pl.concat(rows)
    found = hits(late, day_text(pl.col("last_day")))
    return found.with_columns(late["field"])


def more_than_actors(check: Check, facts: Facts) -> pl.DataFrame:
    """The number is larger than that of all rows of Akteure, bound or not.

    least: a list of fewer rows is taken for unfinished and says nothing. kinds: only rows of these
    kinds.
    """
    listed = facts.tables["actors"].group_by("file").agg(listed=pl.len())
    listed = listed.filter(pl.col("listed") >= check.limits["least"])
    table = facts.tables[check.sheet].join(listed, on="file")
    if "kinds" in check.limits:
        table = table.filter(pl.col("kind").is_in(check.limits["kinds"]))
    return hits(table.filter(pl.col(check.field) > pl.col("listed")), pl.col("listed"))


def actual_of_a_future_year(check: Check, facts: Facts) -> pl.DataFrame:
    """Money of a year that begins after the as-of day is said to have been spent."""
    table = facts.tables[check.sheet]
    future = pl.col("year") > pl.col("as_of").dt.year()
    rows = table.filter((pl.col("status") == ACTUAL) & future)
    return hits(rows, day_text(pl.col("as_of")), number_text(pl.col("year")))


def sme_against_figures(check: Check, facts: Facts) -> pl.DataFrame:
    """A company calls itself an SME against its own figures; at the cell where it says so."""
    said = (pl.col("actor_type") == status.COMPANY) & status.stated_sme()
    rows = facts.tables[check.sheet].filter(said & status.too_large(facts.rules))
    figures = pl.concat_str(
        *(
            pl.format(text, number_text(pl.col(name)))
            for name, text in (
                ("employees", "{}"),
                ("turnover_eur", "{} EUR"),
                ("balance_sheet_eur", "{} EUR"),
            )
        ),
        separator=", ",
        ignore_nulls=True,
    )
    at = pl.when(pl.col("sme_stated")).then(pl.lit("sme_stated")).otherwise(pl.lit("actor_type"))
    return hits(rows, figures).with_columns(field=rows.select(at).to_series())


def sme_against_type(check: Check, facts: Facts) -> pl.DataFrame:
    """The column KMU says otherwise than the type (KMU, Großunternehmen)."""
    rows = facts.tables[check.sheet].filter(pl.col("sme_stated") != pl.col("sme_by_type"))
    said = {e.extra["sme"]: e.de for e in registers()["actor_types"] if "sme" in e.extra}
    return hits(rows, other=pl.col("sme_by_type").replace_strict(said, return_dtype=pl.String))


def sme_of_no_company(check: Check, facts: Facts) -> pl.DataFrame:
    """Something that is no company calls itself an SME."""
    others = [e.value for e in registers()["actor_types"] if "group" in e.extra]
    others.remove(status.COMPANY)
    said = pl.col("sme_stated") & pl.col("actor_type").is_in(others)
    return hits(facts.tables[check.sheet].filter(said), other=pl.col("actor_type"))


def without(check: Check, facts: Facts) -> pl.DataFrame:
    """The cell is filled although others are empty. Other: the names of their columns.

    words: only if the cell holds one of these. others: words that are as good as an empty cell. A
    date that cannot be used is not empty.
    """
    table = facts.tables[check.sheet]
    own, none = pl.col(check.field), check.limits.get("others", ())
    said = own.is_in(check.limits["words"]) if "words" in check.limits else own.is_not_null()
    empty = {}
    for other in check.others:
        lacks = pl.col(other).is_null()
        if table[other].dtype == pl.String:
            lacks |= pl.col(other).is_in(none)
        if f"{other}_bad" in table.columns:
            lacks &= ~pl.col(f"{other}_bad")
        empty[other] = lacks
    rows = table.filter(said & pl.any_horizontal(*empty.values()))
    return hits(rows, other=in_each_language(column_names(check), empty))


def in_each_language(names: Mapping[str, str], holds: Mapping[str, pl.Expr]) -> pl.Expr:
    """Return a list of the names that hold, in both languages."""
    lists = []
    for lang in LANGUAGES:
        own = [pl.when(so).then(pl.lit(in_language(names[n], lang))) for n, so in holds.items()]
        lists.append(pl.concat_str(own, separator=", ", ignore_nulls=True))
    return pl.concat_str(lists, separator=BETWEEN_LANGUAGES)


def word_against_word(check: Check, facts: Facts) -> pl.DataFrame:
    """The cell holds one of these words although the other one holds one of those."""
    (other,) = check.others
    both = pl.col(check.field).is_in(check.limits["words"])
    both = both & pl.col(other).is_in(check.limits["others"])
    return hits(facts.tables[check.sheet].filter(both), pl.col(other))


def only_these_words(check: Check, facts: Facts) -> pl.DataFrame:
    """Every cell of the column holds one of these words; at the first of them.

    least: fewer rows say nothing. kinds: only rows of these kinds. others: other words that would
    count (rows with any further word do not matter). An empty or bad cell may hold another word.
    """
    words, value = check.limits["words"], pl.col(check.field)
    table = facts.tables[check.sheet]
    if "kinds" in check.limits:
        table = table.filter(pl.col("kind").is_in(check.limits["kinds"]))
    if "others" in check.limits:
        table = table.filter(value.is_null() | value.is_in([*words, *check.limits["others"]]))
    only = value.is_in(words).fill_null(value=False).all().over("file")
    enough = pl.len().over("file") >= check.limits["least"]
    rows = table.filter(only & enough).with_columns(n=pl.len().over("file"))
    rows = rows.filter(pl.col("row") == pl.col("row").min().over("file"))
    return hits(rows, pl.col("n"))


def older_than(check: Check, facts: Facts) -> pl.DataFrame:
    """The date lies more than so many years before the as-of day."""
    oldest = months_before(pl.col("as_of"), 12 * check.limits["years"])
    rows = facts.tables[check.sheet].filter(pl.col(check.field) < oldest)
    return hits(rows, day_text(pl.col("as_of")))


def short_text(check: Check, facts: Facts) -> pl.DataFrame:
    """The text has no more letters and digits than so many."""
    signs = pl.col(check.field).str.count_matches(r"[\p{L}\p{N}]")
    rows = facts.tables[check.sheet].filter(signs <= check.limits["letters"])
    return hits(rows)


def zero_of_kind(check: Check, facts: Facts) -> pl.DataFrame:
    """The number is 0 in a row of these kinds."""
    kind = pl.col("kind").is_in(check.limits["kinds"])
    return hits(facts.tables[check.sheet].filter(kind & (pl.col(check.field) == 0)))
