"""The rule about actors that are perhaps listed twice under slightly different names.

It compares the rows of one submission that count and lie in the same postcode area. Two names are
similar if their words without legal forms differ only by typing errors and their numbers are equal.
"""

import polars as pl

from pipeline.submissions.crosschecks.declared import Check, legal_forms
from pipeline.submissions.crosschecks.facts import Facts, hits
from schemas.words import UMLAUTS

ASSOCIATION = r"\be\.? ?(?:v|k|g)\b\.?"
ROW = ["file", "row"]
# Rows are compared letter by letter only if they agree in all of these.
BLOCK = ["file", "area", "digits", "initial"]
FURTHEST = 2
# Longer texts are no names, and comparing two of them letter by letter takes too long.
LONGEST = 200


def possible_duplicate(check: Check, facts: Facts) -> pl.DataFrame:
    """Find names that equal one in an earlier row but for legal form, order, blanks, typing errors.

    Both rows count: a `duplicate_row` is not reported again. Without a postcode the words must be
    equal. Detail: the earlier row. Other: its name.
    """
    actors = facts.tables[check.sheet].filter(
        ~pl.col("duplicate"), pl.col("counts").fill_null(value=True)
    )
    actors = with_keys(actors, check.limits["area_digits"])
    pairs = pl.concat(
        [*(same_key(actors, key) for key in ("key", "compact")), similar_names(actors, check)]
    )
    first = pairs.group_by(ROW).agg(pl.col("earlier").min())
    names = actors.select("file", earlier="row", first_name="name")
    found = first.join(names, on=["file", "earlier"])
    return hits(found, pl.col("earlier"), pl.col("first_name"))


def with_keys(actors: pl.DataFrame, area_digits: int) -> pl.DataFrame:
    """Return file, row, name, area, words, key (words sorted), compact, digits, initial.

    area is null without a postcode. Rows whose name has only legal forms are left out.
    """
    text = pl.col("name_key").str.replace_many(list(UMLAUTS), list(UMLAUTS.values()))
    text = text.str.replace_all(ASSOCIATION, "ev").str.replace_all(r"[^\p{L}\d]+", " ")
    text = text.str.replace_all(rf"\b(?:{'|'.join(legal_forms())})\b", "")
    text = text.str.replace_all(" +", " ").str.strip_chars()
    area = pl.concat_str("country_code", pl.col("postcode_key").str.slice(0, area_digits))
    table = actors.select(*ROW, "name", area=area, text=text).filter(pl.col("text") != "")
    table = table.with_columns(words=pl.col("text").str.split(" ").list.sort())
    table = table.with_columns(key=pl.col("words").list.join(" "))
    return table.with_columns(
        compact=pl.col("text").str.replace_all(" ", "", literal=True),
        digits=pl.col("key").str.replace_all(r"[^0-9 ]", "").str.strip_chars(),
        initial=pl.col("key").str.slice(0, 1),
    ).drop("text")


def same_key(actors: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return file, row, earlier of rows with the key of an earlier row in the same area.

    An unknown area equals every area.
    """
    rows = actors.select(*ROW, "area", key)
    same = rows.with_columns(
        in_area=pl.col("row").min().over("file", key, "area"),
        anywhere=pl.col("row").min().over("file", key),
        nowhere=pl.col("row").filter(pl.col("area").is_null()).min().over("file", key),
    )
    known = pl.min_horizontal("in_area", "nowhere")
    earlier = pl.when(pl.col("area").is_null()).then("anywhere").otherwise(known)
    same = same.with_columns(earlier=earlier)
    return same.filter(pl.col("earlier") < pl.col("row")).select(*ROW, "earlier")


def similar_names(actors: pl.DataFrame, check: Check) -> pl.DataFrame:
    """Return file, row, earlier of rows whose name differs from an earlier one by typing errors.

    Blocks of more than `largest_block` rows are skipped: comparing them takes too long, and their
    names are too much alike to tell anything.
    """
    length = pl.col("key").str.len_chars().cast(pl.Int32)
    rows = actors.drop_nulls("area").filter(length <= LONGEST)
    rows = rows.filter(pl.len().over(BLOCK) <= check.limits["largest_block"])
    rows = rows.select(*BLOCK, "row", "key", "words", length=length, n=pl.col("words").list.len())
    pairs = rows.join(rows, on=[*BLOCK, "n"], suffix="_2")
    pairs = pairs.filter(
        pl.col("row") < pl.col("row_2"),
        (pl.col("length") - pl.col("length_2")).abs() <= FURTHEST,
        pl.col("key") != pl.col("key_2"),
    )
    pairs = pairs.filter(distances(pairs["key"], pairs["key_2"]) <= FURTHEST)
    pairs = pairs.filter(only_slips(pairs, check.limits["short_word"], check.limits["long_word"]))
    return pairs.select("file", row="row_2", earlier="row")


def only_slips(pairs: pl.DataFrame, short_word: int, long_word: int) -> pl.Series:
    """Return whether the words of each pair are equal but for typing errors.

    One letter may differ in words of at least short_word letters, two in words of at least
    long_word letters.
    """
    words = pairs.with_row_index("pair").select("pair", "words", "words_2")
    words = words.explode("words", "words_2")
    apart = distances(words["words"], words["words_2"])
    shorter = pl.min_horizontal(pl.col("words").str.len_chars(), pl.col("words_2").str.len_chars())
    allowed = pl.when(shorter >= long_word).then(2).when(shorter >= short_word).then(1).otherwise(0)
    fine = words.with_columns(fine=apart <= words.select(allowed).to_series())
    return fine.group_by("pair").agg(pl.col("fine").all()).sort("pair")["fine"]


def distances(left: pl.Series, right: pl.Series) -> pl.Series:
    """Return how many letters must change, pair by pair; FURTHEST + 1 stands for more."""
    if left.is_empty():
        return pl.Series([], dtype=pl.Int64)
    from rapidfuzz.distance import OSA

    both = zip(left.to_list(), right.to_list(), strict=True)
    found = [OSA.distance(a, b, score_cutoff=FURTHEST) for a, b in both]
    return pl.Series(found, dtype=pl.Int64)
