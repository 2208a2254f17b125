"""Suggestions for unknown words, headers and names of sheets: what may have been meant."""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from pipeline.common.keys import word_key_expr
from pipeline.common.texts import LANGUAGES
from pipeline.submissions.parse.phrases import any_of, in_words_expr
from schemas.checked import load
from schemas.declaration import Workbook, registers
from schemas.rows import row_words
from schemas.words import header_key, word_key

# The least similarity: of five letters one may differ, of ten two.
NEAR = 0.799
# The fewest first letters that may stand for a word, if they fit no other word.
SHORTEST_START = 4
SHORTEST_STEM = 5
LONGEST = 60
NEAREST = [f"nearest_{lang}" for lang in LANGUAGES]
COLUMN = ["file", "sheet_key", "field"]
HEADER = {"file": pl.UInt32, "sheet_key": pl.String, "quoted": pl.String, "field": pl.String}
Names = Sequence[tuple[str, int]]


def with_suggestions(
    table: pl.DataFrame, cells: pl.DataFrame, workbooks: list[Workbook]
) -> pl.DataFrame:
    """Add nearest_de and nearest_en: what may have been meant, null where nothing is near.

    table: findings with quoted (what the cell holds) and list (the field's register). cells: see
    `Parsed.cells`. A field that has a column is not suggested for another column.
    """
    columns = [c for c in table.columns if c != "index"]
    table = table.sort("file", "sheet_key", "row", "column").with_row_index("index")
    headers = meant_headers(table, cells, workbooks)
    parts = [
        meant_words(table),
        headers.select("index", *NEAREST),
        meant_columns(table, headers),
        meant_sheets(table, workbooks),
    ]
    found = pl.concat(parts).unique("index", keep="first")
    table = table.join(found, on="index", how="left")
    return table.select(*columns, *NEAREST)


def meant_words(table: pl.DataFrame) -> pl.DataFrame:
    """Return index and NEAREST: the word of the register nearest to an unknown word."""
    wrong = table.filter(pl.col("code").is_in(["bad_value", "unknown_measure"]))
    wrong = wrong.drop_nulls(["list", "quoted"])
    parts = [no_suggestions()]
    for (name,), rows in wrong.partition_by("list", as_dict=True).items():
        entries = registers()[str(name)]
        names = [(key, at) for at, entry in enumerate(entries) for key in sorted(entry.keys)]
        found = near_names(rows, web_key, names)
        words = [(at, e.de, e.en) for at, e in enumerate(entries)]
        parts.append(with_names(found, words).select("index", *NEAREST))
    return pl.concat(parts)


def web_key(text: str) -> str:
    """Return the key of a word that may have codes of web pages ("F&ouml;rderung") or a remark.

    A remark stands in brackets: "Förderung Land (Programm A)".
    """
    plain = re.sub(r"<[^<>]*>", "", html.unescape(text))
    return word_key(re.sub(r"(?<=\S)\s*[(\[][^()\[\]]*[)\]]", "", plain))


def meant_headers(
    table: pl.DataFrame, cells: pl.DataFrame, workbooks: list[Workbook]
) -> pl.DataFrame:
    """Return index, NEAREST, file, sheet_key, quoted, field (the one meant) of unknown headers."""
    strange = table.filter(code="unknown_column").drop_nulls(["sheet_key", "column"])
    strange = strange.with_columns(quoted="detail").drop("field").drop_nulls("quoted")
    person = in_words_expr(word_key_expr(pl.col("quoted")))
    person = person.str.contains(any_of(row_words().headers.persons))
    strange = strange.filter(~person)
    parts = [no_suggestions().with_columns(*(pl.lit(None, t).alias(n) for n, t in HEADER.items()))]
    sheets = {s.key: s for w in workbooks for s in w.sheets}
    for (key,), rows in strange.partition_by("sheet_key", as_dict=True).items():
        fields = sheets[str(key)].fields
        names = [(k, at) for at, field in enumerate(fields) for k in sorted(field.keys)]
        further = names_elsewhere("fields", str(key))
        others = [
            (header_key(n), at) for at, f in enumerate(fields) for n in further.get(f.key, ())
        ]
        found = near_names(rows, header_key, names, others)
        words = [(at, f.name["de"], f.name["en"]) for at, f in enumerate(fields)]
        meant = pl.col("at").replace_strict(dict(enumerate(f.key for f in fields)), default=None)
        found = with_names(found, words).with_columns(field=meant)
        parts.append(found.select("index", *NEAREST, *HEADER))
    there = cells.select(COLUMN).unique()
    return pl.concat(parts).join(there, on=COLUMN, how="anti")


def meant_columns(table: pl.DataFrame, headers: pl.DataFrame) -> pl.DataFrame:
    """Return index and NEAREST: the unknown header nearest to a missing column or label."""
    first = headers.sort("index").unique(COLUMN, keep="first").select(*COLUMN, near="quoted")
    label = (pl.col("code") == "missing_value") & pl.col("row").is_null()
    missing = table.filter((pl.col("code") == "missing_column") | label).join(first, on=COLUMN)
    return missing.select("index", *(pl.col("near").alias(name) for name in NEAREST))


def meant_sheets(table: pl.DataFrame, workbooks: list[Workbook]) -> pl.DataFrame:
    """Return index and NEAREST: the other sheet of the file nearest to a missing one."""
    sheets = [s for w in workbooks for s in w.sheets]
    names = [(key, at) for at, sheet in enumerate(sheets) for key in sorted(sheet.keys)]
    missing = table.filter(code="missing_sheet").drop_nulls("other")
    if missing.is_empty():  # the names of other systems need not be loaded
        return no_suggestions()
    others = (
        missing.drop("quoted")
        .with_columns(quoted=pl.col("other").str.split("\n"))
        .explode("quoted")
    )
    others = others.with_row_index("place")
    further = names_elsewhere("sheets")
    called = [(word_key(n), at) for at, s in enumerate(sheets) for n in further.get(s.key, ())]
    found = near_names(others, word_key, names, called)
    own = pl.col("at").replace_strict({at: s.key for at, s in enumerate(sheets)}, default=None)
    found = found.filter(own == pl.col("sheet_key"))
    found = found.sort("place").unique("index", keep="first")
    return found.select("index", *(pl.col("quoted").alias(name) for name in NEAREST))


def no_suggestions() -> pl.DataFrame:
    """Return a frame of no suggestions."""
    return pl.DataFrame(schema={"index": pl.UInt32, **dict.fromkeys(NEAREST, pl.String)})


def with_names(found: pl.DataFrame, words: Sequence[tuple[int, str, str]]) -> pl.DataFrame:
    """Add the names in both languages (NEAREST) for the number `at`."""
    schema = {"at": pl.Int64, **dict.fromkeys(NEAREST, pl.String)}
    return found.join(pl.DataFrame(words, schema=schema, orient="row"), on="at")


# ------------------------------------------------------------------------------------- nearness
def names_elsewhere(*keys: str) -> Mapping[str, Sequence[str]]:
    """Return other systems' names of our sheets or fields (schemas/mapping_hints.toml), if any."""
    hints: Mapping[str, Any] = load("mapping_hints.toml", dict[str, Any])
    for key in keys:
        hints = hints.get(key, {})
    return hints


def near_names(
    rows: pl.DataFrame, key: Callable[[str], str], names: Names, others: Names = ()
) -> pl.DataFrame:
    """Return the rows whose `quoted` is near one of the names, with its number as `at`.

    others: other systems' names, used only where none of our names is near.
    """
    texts = rows.select("quoted").unique()
    texts = texts.filter(pl.col("quoted").str.len_chars() <= LONGEST)
    keys = [key(text) for text in texts["quoted"]]
    found = zip(nearest(keys, names), keys, strict=True)
    near = [one_of(text, names, others) if at is None and others else at for at, text in found]
    texts = texts.with_columns(at=pl.Series(near, dtype=pl.Int64)).drop_nulls("at")
    return rows.join(texts, on="quoted")


def one_of(text: str, names: Names, others: Names) -> int | None:
    """Return the number of the only name that equals the text, or that the text contains.

    names: ours, which the text may contain. others: other systems', which it may equal or contain.
    The text contains a name as whole words, or as the beginning of a longer word ("Akteursliste");
    the longest name counts. None if there is none, or there are several.
    """
    exact = {at for name, at in others if name == text}
    if len(exact) == 1:
        return exact.pop()
    held = [(len(name), at) for name, at in (*names, *others) if contains_name(text, name)]
    longest = {at for length, at in held if length == max(held)[0]}
    return longest.pop() if len(longest) == 1 else None


def contains_name(text: str, name: str) -> bool:
    """Whether the text contains the name as whole words, or a word that begins with its stem."""
    if name in text and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
        return True
    stem = name.removesuffix("n").removesuffix("e")
    return len(stem) >= SHORTEST_STEM and any(w.startswith(stem) for w in text.split())


def nearest(texts: Sequence[str], names: Names) -> list[int | None]:
    """Return for each text the number of the one name that is near it.

    names: (key, number); several names may have one number. A text is near a name if it is spelled
    almost like it or is its beginning; None if no name is, or those of several numbers alike.
    """
    if not texts:
        return []
    from rapidfuzz import process  # loaded where something may have been meant
    from rapidfuzz.distance import OSA

    keys, found = [key for key, _ in names], []
    for text in texts:
        near = process.extract(
            text, keys, scorer=OSA.normalized_similarity, score_cutoff=NEAR, limit=None
        )
        close = {names[at][1] for _, score, at in near if score == near[0][1]}
        close = close or _begun(text, names)
        found.append(close.pop() if len(close) == 1 else None)
    return found


def _begun(text: str, names: Names) -> set[int]:
    """Return the numbers of the names that begin with the text."""
    if len(text) < SHORTEST_START:
        return set()
    return {number for key, number in names if key.startswith(text)}
