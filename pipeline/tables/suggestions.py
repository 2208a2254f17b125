"""What may have been meant by a word, a header or a sheet's name that is none of ours."""

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

# Of five letters one may differ, of ten two; what differs more is no slip of the pen.
NEAR = 0.799
# So many first letters of a word may stand for it, where they fit no other.
SHORTEST_START = 4
SHORTEST_STEM = 5
LONGEST = 60
NEAREST = [f"nearest_{lang}" for lang in LANGUAGES]
COLUMN = ["file", "sheet_key", "field"]
HEADER = {"file": pl.UInt32, "sheet_key": pl.String, "said": pl.String, "field": pl.String}
Names = Sequence[tuple[str, int]]


def with_suggestions(
    table: pl.DataFrame, cells: pl.DataFrame, workbooks: list[Workbook]
) -> pl.DataFrame:
    """Add nearest_de and nearest_en: what is near what a finding names, null where nothing is.

    table: findings with said (what the cell holds) and list (the field's register). cells: see
    `Parsed.cells`: a column that is filled is not what another one is meant for.
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
    """Return index and the register's word nearest to a word that is not in the list."""
    wrong = table.filter(pl.col("code").is_in(["bad_value", "unknown_measure"]))
    wrong = wrong.drop_nulls(["list", "said"])
    parts = [nothing()]
    for (name,), rows in wrong.partition_by("list", as_dict=True).items():
        entries = registers()[str(name)]
        names = [(key, at) for at, entry in enumerate(entries) for key in sorted(entry.keys)]
        found = looked_up(rows, web_key, names)
        words = [(at, e.de, e.en) for at, e in enumerate(entries)]
        parts.append(named(found, words).select("index", *NEAREST))
    return pl.concat(parts)


def web_key(text: str) -> str:
    """Return the key of a word in which signs of web pages are written out: "F&ouml;rderung"."""
    return word_key(re.sub(r"<[^<>]*>", "", html.unescape(text)))


def meant_headers(
    table: pl.DataFrame, cells: pl.DataFrame, workbooks: list[Workbook]
) -> pl.DataFrame:
    """Return index, file, sheet_key, field (meant), said and its name, of unknown headers."""
    strange = table.filter(code="unknown_column").drop_nulls(["sheet_key", "column"])
    strange = strange.with_columns(said="detail").drop("field").drop_nulls("said")
    person = in_words_expr(word_key_expr(pl.col("said")))
    person = person.str.contains(any_of(row_words().headers.persons))
    strange = strange.filter(~person)
    parts = [nothing().with_columns(*(pl.lit(None, t).alias(n) for n, t in HEADER.items()))]
    sheets = {s.key: s for w in workbooks for s in w.sheets}
    for (key,), rows in strange.partition_by("sheet_key", as_dict=True).items():
        fields = sheets[str(key)].fields
        names = [(k, at) for at, field in enumerate(fields) for k in sorted(field.keys)]
        further = elsewhere("fields", str(key))
        others = [
            (header_key(n), at) for at, f in enumerate(fields) for n in further.get(f.key, ())
        ]
        found = looked_up(rows, header_key, names, others)
        words = [(at, f.name["de"], f.name["en"]) for at, f in enumerate(fields)]
        meant = pl.col("at").replace_strict(dict(enumerate(f.key for f in fields)), default=None)
        found = named(found, words).with_columns(field=meant)
        parts.append(found.select("index", *NEAREST, *HEADER))
    there = cells.select(COLUMN).unique()
    return pl.concat(parts).join(there, on=COLUMN, how="anti")


def meant_columns(table: pl.DataFrame, headers: pl.DataFrame) -> pl.DataFrame:
    """Return index and the unknown header that is near the name of a missing column."""
    first = headers.sort("index").unique(COLUMN, keep="first").select(*COLUMN, near="said")
    missing = table.filter(code="missing_column").join(first, on=COLUMN)
    return missing.select("index", *(pl.col("near").alias(name) for name in NEAREST))


def meant_sheets(table: pl.DataFrame, workbooks: list[Workbook]) -> pl.DataFrame:
    """Return index and the other sheet of the file whose name is near that of a missing one."""
    sheets = [s for w in workbooks for s in w.sheets]
    names = [(key, at) for at, sheet in enumerate(sheets) for key in sorted(sheet.keys)]
    missing = table.filter(code="missing_sheet").drop_nulls("other")
    others = missing.drop("said").with_columns(said=pl.col("other").str.split("\n")).explode("said")
    others = others.with_row_index("place")
    further = elsewhere("sheets")
    called = [(word_key(n), at) for at, s in enumerate(sheets) for n in further.get(s.key, ())]
    found = looked_up(others, word_key, names, called)
    own = pl.col("at").replace_strict({at: s.key for at, s in enumerate(sheets)}, default=None)
    found = found.filter(own == pl.col("sheet_key"))
    found = found.sort("place").unique("index", keep="first")
    return found.select("index", *(pl.col("said").alias(name) for name in NEAREST))


def nothing() -> pl.DataFrame:
    """Return a frame of no suggestions."""
    return pl.DataFrame(schema={"index": pl.UInt32, **dict.fromkeys(NEAREST, pl.String)})


def named(found: pl.DataFrame, words: Sequence[tuple[int, str, str]]) -> pl.DataFrame:
    """Add the names, in both languages, of what was found under a number."""
    schema = {"at": pl.Int64, **dict.fromkeys(NEAREST, pl.String)}
    return found.join(pl.DataFrame(words, schema=schema, orient="row"), on="at")


# ------------------------------------------------------------------------------------- nearness
def elsewhere(*keys: str) -> Mapping[str, Sequence[str]]:
    """Return what others call our sheets or fields (schemas/mapping_hints.toml), if anything."""
    said: Mapping[str, Any] = load("mapping_hints.toml", dict[str, Any])
    for key in keys:
        said = said.get(key, {})
    return said


def looked_up(
    rows: pl.DataFrame, key: Callable[[str], str], names: Names, others: Names = ()
) -> pl.DataFrame:
    """Return the rows whose `said` is near one of the names, with its number as `at`.

    others: what others call them, which counts where none of our names is near.
    """
    texts = rows.select("said").unique()
    texts = texts.filter(pl.col("said").str.len_chars() <= LONGEST)
    keys = [key(text) for text in texts["said"]]
    found = zip(nearest(keys, names), keys, strict=True)
    near = [one_of(text, names, others) if at is None and others else at for at, text in found]
    texts = texts.with_columns(at=pl.Series(near, dtype=pl.Int64)).drop_nulls("at")
    return rows.join(texts, on="said")


def one_of(text: str, names: Names, others: Names) -> int | None:
    """Return the number of the one name that is called so elsewhere, or that the text holds.

    A name is in the text as whole words, or a longer word begins with it ("Akteursliste"); of
    several the longest counts.
    """
    exact = {at for name, at in others if name == text}
    if len(exact) == 1:
        return exact.pop()
    held = [(len(name), at) for name, at in (*names, *others) if holds(text, name)]
    longest = {at for length, at in held if length == max(held)[0]}
    return longest.pop() if len(longest) == 1 else None


def holds(text: str, name: str) -> bool:
    """Whether the name stands in the text; of a name in the plural its stem begins a word."""
    if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
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
