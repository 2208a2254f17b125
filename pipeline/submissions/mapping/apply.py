"""Assigns mappings to the files that they recognise, as frames for the whole portfolio."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.common.keys import header_key_expr, word_key_expr
from pipeline.intake.gather import Stacked
from pipeline.submissions.mapping.fixed import fixed_cell
from pipeline.submissions.mapping.model import ExportMapping, MappedSheet, MappingError, problem
from pipeline.submissions.parse.foreign import NOTHING_FOREIGN, Foreign
from schemas.declaration import LISTS, submission, wanted_sheet_keys
from schemas.words import choice_key, name_pattern, word_key

TEXT = ord("s")


@dataclass(frozen=True)
class Applied:
    """The mappings at work.

    foreign: what they say (see `parse.foreign`). used: source_file, mapping (its file's name), in
    the order of the files. unused: the names of mappings that recognise no file.
    """

    foreign: Foreign
    used: pl.DataFrame
    unused: tuple[str, ...]


def nothing_mapped() -> pl.DataFrame:
    """Return an empty `Applied.used`."""
    return pl.DataFrame(schema={"source_file": pl.String, "mapping": pl.String})


def submission_sheet_keys(mappings: Sequence[ExportMapping]) -> frozenset[str]:
    """Return the keys of all sheets to be read: ours, and those that mappings name.

    See `words.name_pattern`.
    """
    never = {word_key(name) for name in submission().words["never_read"]}
    named = {sheet.key for mapping in mappings for sheet in mapping.sheets if sheet.key}
    theirs = named.union(*(mapping.has_headers for mapping in mappings)) - never
    return wanted_sheet_keys(submission()) | theirs


def apply_mappings(
    mappings: Sequence[ExportMapping],
    files: pl.DataFrame,
    batches: Iterable[Stacked],
) -> Applied:
    """Return what the mappings say of the files they recognise.

    files: file, source_file. batches: sheets and cells of some files each. MappingError where two
    mappings recognise one file.
    """
    used = pl.concat([NOBODY, *(recognise(mappings, files, *batch) for batch in batches)])
    named, unused = mappings_used(mappings, files, used)
    return Applied(foreign(mappings, used), named, unused)


def mappings_used(
    mappings: Sequence[ExportMapping], files: pl.DataFrame, used: pl.DataFrame
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return `Applied.used` and `Applied.unused`; MappingError where two recognise one file.

    used: file, mapping (its number), see `recognise`.
    """
    refuse_ambiguous(mappings, files, used)
    names = pl.Series([m.name for m in mappings], dtype=pl.String)
    named = used.join(files, on="file").sort("source_file")
    named = named.select("source_file", mapping=names.gather(named["mapping"]))
    return named, tuple(sorted(set(names) - set(named["mapping"])))


# ------------------------------------------------------------------------------------ recognition
NOBODY = pl.DataFrame(schema={"file": pl.UInt32, "mapping": pl.UInt32})


def recognise(
    mappings: Sequence[ExportMapping],
    files: pl.DataFrame,
    sheets: pl.DataFrame,
    cells: pl.DataFrame,
) -> pl.DataFrame:
    """Return file, mapping (its number) of files that fulfil all conditions of the mapping."""
    if not mappings:
        return NOBODY
    name = pl.col("source_file").str.normalize("NFC")
    readable = files.join(sheets, on="file", how="semi")
    parts = [
        readable.filter(name.str.contains(name_pattern(m.file or "*"))).select(
            "file", mapping=pl.lit(number, pl.UInt32)
        )
        for number, m in enumerate(mappings)
    ]
    candidates = pl.concat(parts)
    names = sheets.with_columns(key=word_key_expr(pl.col("name")))
    required = frame([(n, key) for n, m in enumerate(mappings) for key in m.has_sheets], "key")
    candidates = without_missing(candidates, required, as_wanted(names, required), ["key"])
    return with_headers(mappings, candidates, names, cells)


def as_wanted(names: pl.DataFrame, required: pl.DataFrame) -> pl.DataFrame:
    """Return the sheets with the wanted key that each matches in place of its own."""
    patterns = required.select(wanted="key").unique()
    regex = [name_pattern(key) for key in patterns["wanted"]]
    patterns = patterns.with_columns(regex=pl.Series(regex, dtype=pl.String))
    keys = names.select("key").unique().join(patterns, how="cross")
    keys = keys.filter(pl.col("key").str.contains(pl.col("regex")))
    return names.join(keys, on="key").with_columns(key="wanted")


def with_headers(
    mappings: Sequence[ExportMapping],
    candidates: pl.DataFrame,
    names: pl.DataFrame,
    cells: pl.DataFrame,
) -> pl.DataFrame:
    """Return the candidates whose sheets have all headers that their mapping requires."""
    rows = [
        (number, sheet, header)
        for number, mapping in enumerate(mappings)
        for sheet, headers in mapping.has_headers.items()
        for header in headers
    ]
    required = frame(rows, "key", "header")
    names = as_wanted(names, required)
    places = names.join(candidates.join(required, on="mapping"), on=["file", "key"], how="semi")
    texts = cells.filter(pl.col("kind") == TEXT).join(places, on=["file", "sheet"])
    texts = texts.select("file", "key", "text").unique()
    texts = texts.with_columns(header=header_key_expr(word_key_expr(pl.col("text"))))
    return without_missing(candidates, required, texts, ["key", "header"])


def without_missing(
    candidates: pl.DataFrame, required: pl.DataFrame, there: pl.DataFrame, keys: list[str]
) -> pl.DataFrame:
    """Return the candidates whose file has everything that their mapping wants."""
    missing = candidates.join(required, on="mapping").join(there, on=["file", *keys], how="anti")
    return candidates.join(missing, on=["file", "mapping"], how="anti")


def frame(rows: Iterable[tuple[object, ...]], *texts: str) -> pl.DataFrame:
    """Return rows of a mapping's number and texts."""
    schema = {"mapping": pl.UInt32} | dict.fromkeys(texts, pl.String)
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def refuse_ambiguous(
    mappings: Sequence[ExportMapping], files: pl.DataFrame, used: pl.DataFrame
) -> None:
    """Raise MappingError for every file that several mappings recognise."""
    several = used.group_by("file").agg(pl.col("mapping").sort()).join(files, on="file")
    several = several.filter(pl.col("mapping").list.len() > 1).sort("source_file")
    problems = [
        problem(row["source_file"], "ambiguous", names=", ".join(names_of(mappings, row)))
        for row in several.iter_rows(named=True)
    ]
    if problems:
        raise MappingError(problems)


def names_of(mappings: Sequence[ExportMapping], row: dict[str, list[int]]) -> list[str]:
    """Return the names of the mappings whose numbers the row holds."""
    return [mappings[number].name for number in row["mapping"]]


# ----------------------------------------------------------------------------------------- frames
def foreign(mappings: Sequence[ExportMapping], used: pl.DataFrame) -> Foreign:
    """Return what the mappings say of each of their files. used: file, mapping (its number)."""
    if used.is_empty():
        return NOTHING_FOREIGN
    every = Foreign.of(
        sheets=[(n, *row) for n, m in enumerate(mappings) for row in sheet_rows(m)],
        headers=[(n, *row) for n, m in enumerate(mappings) for row in header_rows(m)],
        words=[(n, *row) for n, m in enumerate(mappings) for row in word_rows(m, lists=False)],
        items=[(n, *row) for n, m in enumerate(mappings) for row in word_rows(m, lists=True)],
        fixed=[(n, *row) for n, m in enumerate(mappings) for row in fixed_rows(m)],
        notations=[(n, m.numbers, m.dates) for n, m in enumerate(mappings) if m.numbers or m.dates],
    )
    return every.of_files(used)


Row = tuple[object, ...]


def sheet_rows(mapping: ExportMapping) -> Iterator[Row]:
    """Yield pattern, sheet_key, header_row of each sheet, and the sheets that are left out."""
    for sheet in mapping.sheets:
        yield sheet.key and name_pattern(sheet.key), sheet.sheet_key, sheet.header_row
    for key in sorted(mapping.left_out - {sheet.key for sheet in mapping.sheets}):
        yield name_pattern(key), None, None


def header_rows(mapping: ExportMapping) -> Iterator[Row]:
    """Yield sheet_key, key, field, factor, years, split of each header and each of its fields.

    Headers that are left out have no field.
    """
    for sheet in mapping.sheets:
        for key, column in sheet.columns.items():
            for field in column.fields:
                split = len(column.fields) > 1
                yield sheet.sheet_key, key, field, column.factor, column.years, split
        for key in sorted(sheet.left_out - set(sheet.columns)):
            yield sheet.sheet_key, key, None, None, None, None


def word_rows(mapping: ExportMapping, *, lists: bool) -> Iterator[Row]:
    """Yield sheet_key, field, key, our_word, either of the words of cells or of items of lists."""
    for sheet in mapping.sheets:
        for field, words in sheet.words.items():
            if holds_list(sheet, field) == lists:
                for foreign_word, word in words.items():
                    key = choice_key(foreign_word) if lists else foreign_word
                    yield sheet.sheet_key, field, key, word


def holds_list(sheet: MappedSheet, field: str) -> bool:
    """Whether the field's cells hold lists."""
    return submission().sheet(sheet.sheet_key).field(field).type in LISTS


def fixed_rows(mapping: ExportMapping) -> Iterator[Row]:
    """Yield sheet_key, field, place, kind, number, text of the fixed values."""
    for sheet in mapping.sheets:
        for field, value in sheet.fixed.items():
            cell = fixed_cell(value)
            if cell is not None:
                yield sheet.sheet_key, field, f"{mapping.name}: {sheet.name}, fixed", *cell
