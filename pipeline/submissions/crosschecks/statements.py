"""Rules about the values of one row, compared with each other, with a day or with a list."""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from pipeline.common.exact import months_before
from pipeline.common.keys import word_key_expr
from pipeline.common.texts import BETWEEN_LANGUAGES, LANGUAGES, both, in_language
from pipeline.submissions.actors import status
from pipeline.submissions.crosschecks.declared import Check
from pipeline.submissions.crosschecks.facts import Facts, day_text, hits, number_text
from pipeline.submissions.parse.notes_and_headings import group_words
from pipeline.submissions.parse.phrases import any_of, in_words_expr, made_of, single_words
from schemas.declaration import office, registers, submission
from schemas.rows import row_words

ACTUAL = "Ist"
# Excel counts days from here; the days that it shows for the years 1950 to 2100.
DAY_0 = dt.date(1899, 12, 30)
DAYS_OF_YEARS = (DAY_0 + dt.timedelta(1950), DAY_0 + dt.timedelta(2100))
# What stands in brackets, or after a dash at the end.
ASIDE = r"[(\[]([^()\[\]]+)[)\]]|\s[-–—]\s*([^-–—]+)$"


def at_least(check: Check, facts: Facts) -> pl.DataFrame:
    """Find numbers of `least` or more, which are rarely meant."""
    table = facts.tables[check.sheet]
    return hits(table.filter(pl.col(check.field) >= check.limits["least"]))


def before(check: Check, facts: Facts) -> pl.DataFrame:
    """Find dates before another date. Detail: the latest of these. Other: its column."""
    latest = pl.max_horizontal(check.others)
    table = facts.tables[check.sheet].filter(pl.col(check.field) < latest)
    return hits(table, day_text(latest), column_of(check, latest))


def after(check: Check, facts: Facts) -> pl.DataFrame:
    """Find dates after another date. Detail: the earliest of these. Other: its column."""
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


def year_as_day(check: Check, facts: Facts) -> pl.DataFrame:
    """Find days that are probably years, at the cell of each. Detail: the year.

    Excel shows the year 2019 in a cell with a format of dates as the day 2019 after 1900.
    """
    table = facts.tables[check.sheet]
    rows = [
        table.filter(pl.col(date).is_between(*DAYS_OF_YEARS)).with_columns(
            field=pl.lit(date), year_said=(pl.col(date) - DAY_0).dt.total_days()
        )
        for date in check.others
    ]
    found = pl.concat(rows)
    return hits(found, pl.col("year_said")).with_columns(found["field"])


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
    """Find money of a year after as_of that is stated as already spent."""
    table = facts.tables[check.sheet]
    future = pl.col("year") > pl.col("as_of").dt.year()
    rows = table.filter((pl.col("status") == ACTUAL) & future)
    return hits(rows, day_text(pl.col("as_of")), number_text(pl.col("year")))


def sme_against_figures(check: Check, facts: Facts) -> pl.DataFrame:
    """A company calls itself an SME against its own figures; at the cell where it says so."""
    stated = (pl.col("actor_type") == status.COMPANY) & status.stated_sme()
    rows = facts.tables[check.sheet].filter(stated & status.too_large(facts.rules))
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
    """Find rows whose column KMU contradicts their type (KMU, Großunternehmen)."""
    rows = facts.tables[check.sheet].filter(pl.col("sme_stated") != pl.col("sme_by_type"))
    type_names = {e.extra["sme"]: e.de for e in registers()["actor_types"] if "sme" in e.extra}
    return hits(
        rows, other=pl.col("sme_by_type").replace_strict(type_names, return_dtype=pl.String)
    )


def sme_of_no_company(check: Check, facts: Facts) -> pl.DataFrame:
    """Find actors that are no companies and state to be an SME."""
    others = [e.value for e in registers()["actor_types"] if "group" in e.extra]
    others.remove(status.COMPANY)
    stated = pl.col("sme_stated") & pl.col("actor_type").is_in(others)
    return hits(facts.tables[check.sheet].filter(stated), other=pl.col("actor_type"))


def without(check: Check, facts: Facts) -> pl.DataFrame:
    """Find filled cells where cells of other columns are empty. Other: the names of these columns.

    words: the cell counts as filled only with one of these. others: words that count as an empty
    cell. A bad date is not empty.
    """
    table = facts.tables[check.sheet]
    own, none = pl.col(check.field), check.limits.get("others", ())
    stated = own.is_in(check.limits["words"]) if "words" in check.limits else own.is_not_null()
    empty = {}
    for other in check.others:
        lacks = pl.col(other).is_null()
        if table[other].dtype == pl.String:
            lacks |= pl.col(other).is_in(none)
        if f"{other}_bad" in table.columns:
            lacks &= ~pl.col(f"{other}_bad")
        empty[other] = lacks
    rows = table.filter(stated & pl.any_horizontal(*empty.values()))
    return hits(rows, other=in_each_language(column_names(check), empty))


def in_each_language(names: Mapping[str, str], holds: Mapping[str, pl.Expr]) -> pl.Expr:
    """Return the names whose expression is true as a list in both languages."""
    lists = []
    for lang in LANGUAGES:
        own = [pl.when(so).then(pl.lit(in_language(names[n], lang))) for n, so in holds.items()]
        lists.append(pl.concat_str(own, separator=", ", ignore_nulls=True))
    return pl.concat_str(lists, separator=BETWEEN_LANGUAGES)


def word_against_word(check: Check, facts: Facts) -> pl.DataFrame:
    """Find cells with one of `words` where the cell of the other column has one of `others`."""
    (other,) = check.others
    both = pl.col(check.field).is_in(check.limits["words"])
    both = both & pl.col(other).is_in(check.limits["others"])
    return hits(facts.tables[check.sheet].filter(both), pl.col(other))


def only_these_words(check: Check, facts: Facts) -> pl.DataFrame:
    """Find submissions whose column holds only these words. The hit is its first row.

    least: the fewest rows. kinds: only rows of these kinds count. others: words that rule it out;
    rows with any further word are ignored. An empty or bad cell may hold another word, so it rules
    it out, too.
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
    """Find dates more than `years` before as_of."""
    oldest = months_before(pl.col("as_of"), 12 * check.limits["years"])
    rows = facts.tables[check.sheet].filter(pl.col(check.field) < oldest)
    return hits(rows, day_text(pl.col("as_of")))


def short_text(check: Check, facts: Facts) -> pl.DataFrame:
    """Find texts with at most `letters` letters and digits."""
    signs = pl.col(check.field).str.count_matches(r"[\p{L}\p{N}]")
    rows = facts.tables[check.sheet].filter(signs <= check.limits["letters"])
    return hits(rows)


def no_member_by_name(check: Check, facts: Facts) -> pl.DataFrame:
    """Find bound actors whose name says aside that they are no members: "Alpha AG (ausgetreten)".

    Aside: in brackets or after a dash at its end. "(ehemals Beta AG)" is a former name.
    """
    rows = facts.tables[check.sheet].filter("counts", pl.col(check.field).str.contains(ASIDE))
    aside = pl.concat_str(
        *(pl.col(check.field).str.extract(ASIDE, at) for at in (1, 2)), ignore_nulls=True
    )
    rows = rows.with_columns(words=in_words_expr(word_key_expr(aside)))
    gone = row_words().headings.no_members
    alone = made_of(pl.col("words"), tuple(sorted({*group_words(), *single_words(gone)})))
    return hits(rows.filter(alone & pl.col("words").str.contains(any_of(gone))))


def zero_of_kind(check: Check, facts: Facts) -> pl.DataFrame:
    """Find the number 0 in rows of `kinds`."""
    kind = pl.col("kind").is_in(check.limits["kinds"])
    return hits(facts.tables[check.sheet].filter(kind & (pl.col(check.field) == 0)))


def all_below(check: Check, facts: Facts) -> pl.DataFrame:
    """Find submissions whose numbers above 0 are all small. The hit is the row of the first one.

    below: the limit of each number. least: the fewest numbers. fte: the fewest full-time
    equivalents of all rows of Management. A cell that could not be read may hold a large number, so
    it rules it out. Detail: how many numbers. Other: the full-time equivalents.
    """
    table, own = facts.tables[check.sheet], pl.col(check.field)
    staff = facts.tables["management"].group_by("file").agg(pl.col("fte").sum())
    place = facts.doubtful.filter(sheet_key=check.sheet, field=check.field)
    unread = table.join(place, on=["file", "row"], how="semi").filter(own.is_null())
    rows = table.filter(own > 0).join(unread, on="file", how="anti")
    rows = rows.join(staff.filter(pl.col("fte") >= check.limits["fte"]), on="file")
    small = (own < check.limits["below"]).all().over("file")
    enough = pl.len().over("file") >= check.limits["least"]
    rows = rows.filter(small & enough).with_columns(n=pl.len().over("file"))
    rows = rows.filter(pl.col("row") == pl.col("row").min().over("file"))
    return hits(rows, pl.col("n"), number_text(pl.col("fte")))


def small_for_staff(check: Check, facts: Facts) -> pl.DataFrame:
    """Find companies with at least `employees` whose number above 0 is below a limit.

    Detail: the employees.
    """
    own = pl.col(check.field)
    small = (own > 0) & (own < check.limits["below"])
    large = pl.col("employees") >= check.limits["employees"]
    company = pl.col("actor_type") == status.COMPANY
    rows = facts.tables[check.sheet].filter(company & small & large)
    return hits(rows, number_text(pl.col("employees")))
