"""A renamed and translated copy of a workbook is read by its mapping like the original."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipeline.common.settings import load_settings
from pipeline.intake.frames import stack
from pipeline.intake.gather import Stacked
from pipeline.intake.reader import Reading
from pipeline.intake.worker import read_one
from pipeline.submissions.examine import Examined, examine
from pipeline.submissions.mapping.apply import apply_mappings
from pipeline.submissions.mapping.draft import quoted
from pipeline.submissions.mapping.load import load_mapping
from pipeline.submissions.parse.foreign import NOTHING_FOREIGN, Foreign
from schemas.declaration import submission, wanted_sheet_keys, words
from schemas.words import word_key
from tests.making.together import of_files

DEMO = sorted((Path(__file__).parents[2] / "inputs/2026-Q3/submissions").glob("*.xlsx"))
CELL = ["sheet_key", "row", "column"]
LETTERS = st.text(alphabet="aZß Üé#\"'\\.=[]{}*?-–1,日", max_size=8)


@dataclass(frozen=True)
class Original:
    sheets: pl.DataFrame
    cells: pl.DataFrame
    examined: Examined


@cache
def originals() -> list[Original]:
    """The demo workbooks that can be read, examined as they are."""
    readings = [read_one(p, load_settings().intake, wanted_sheet_keys(submission())) for p in DEMO]
    frames = [stack([(0, r)]) for r in readings if isinstance(r, Reading)]
    return [Original(*own, done) for own, done in zip(frames, look(frames), strict=True)]


def look(books: Sequence[Stacked], foreign: Foreign = NOTHING_FOREIGN) -> list[Examined]:
    """Examine workbooks, each of which is its file 0, in one call; foreign: by their places."""
    done = examine(*in_one(books), load_settings(), foreign=foreign)
    return [of_files(done, number, 1) for number in range(len(books))]


def in_one(books: Sequence[Stacked]) -> Stacked:
    """The workbooks as one batch of files."""
    numbered = [
        [frame.with_columns(file=pl.lit(number, pl.UInt32)) for frame in frames]
        for number, frames in enumerate(books)
    ]
    sheets, cells = (pl.concat(frames) for frames in zip(*numbered, strict=True))
    return sheets, cells


class Renaming:
    """New names for sheets, headers and words; collects what the mapping has to say."""

    def __init__(self, seed: int, letters: list[str]) -> None:
        self.random, self.letters, self.given = Random(seed), letters, dict[object, str]()

    def new(self, thing: object) -> str:
        """The name of a thing, always the same, unlike any other."""
        tail = self.random.choice(self.letters)
        return self.given.setdefault(thing, f"N{len(self.given)}x{tail}x")

    def written(self, name: str) -> str:
        """A name as a cell may hold it: case and white space do not count."""
        return self.random.choice([name, name.upper(), f"  {name} ", name.replace(" ", "\n")])

    def copy(self, original: Original, down: int) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The sheets and cells with new names, further down."""
        parsed = original.examined.parsed
        ours = parsed.sheets.select("sheet_key", name="sheet")
        texts = {**self.headers(parsed.places), **self.words(parsed.cells)}
        changed = self.frame(original, texts)
        numbered = original.sheets.join(ours, on="name", how="left", maintain_order="left")
        cells = original.cells.join(numbered.select("sheet", "sheet_key"), on="sheet", how="left")
        cells = cells.join(changed, on=CELL, how="left", maintain_order="left")
        cells = cells.with_columns(
            text=pl.coalesce("new", "text"), row=pl.col("row") + down
        ).select(original.cells.columns)
        names = [
            self.new(("sheet", key)) if key else name
            for name, key in numbered.select("name", "sheet_key").rows()
        ]
        return original.sheets.with_columns(name=pl.Series(names)), cells

    def frame(self, original: Original, texts: dict[tuple[str, int, int], str]) -> pl.DataFrame:
        types = original.cells.schema
        schema = {"sheet_key": pl.String, "row": types["row"], "column": types["column"]}
        rows = [(*place, text) for place, text in texts.items()]
        return pl.DataFrame(rows, schema={**schema, "new": pl.String}, orient="row")

    def headers(self, places: pl.DataFrame) -> dict[tuple[str, int, int], str]:
        return {
            (key, row, column - (key == "master_data")): self.written(self.new((key, field)))
            for key, row, column, field in places.select(*CELL, "field").rows()
        }

    def words(self, cells: pl.DataFrame) -> dict[tuple[str, int, int], str]:
        """New words for those that are in the list of their field; others stay as they are."""
        result = {}
        for key, row, column, name, raw in cells.select(
            "sheet_key", "at", "column", "field", "raw"
        ).rows():
            field = submission().sheet(key).field(name)
            if field.type in ("choice", "country") and word_key(raw or "") in words(
                field.list or ""
            ):
                new = self.new((key, name, word_key(raw)))
                result[(key, row, column)] = self.written(new)
        return result

    def toml(self, file: str) -> str:
        """The mapping that undoes it, for a file of this name."""
        lines = ["[recognise]", f'file = "{file}"']
        for sheet in submission().sheets:
            lines += ["[[sheets]]", f'to = "{sheet.name["en"]}"']
            lines += [f"from = {quoted(self.new(('sheet', sheet.key)))}", "[sheets.columns]"]
            lines += [
                f"{quoted(self.given[sheet.key, field.key])} = {quoted(field.name['de'])}"
                for field in sheet.fields
                if (sheet.key, field.key) in self.given
            ]
            for field in sheet.fields:
                lines.append(f"[sheets.words.{quoted(field.name['en'])}]")
                lines += [
                    f"{quoted(new)} = {quoted(thing[2])}"
                    for thing, new in self.given.items()
                    if isinstance(thing, tuple)
                    and thing[:2] == (sheet.key, field.key)
                    and len(thing) == 3
                ]
        return "\n".join(lines)


def shifted(table: pl.DataFrame, down: int) -> pl.DataFrame:
    row = pl.when(pl.col("row") > 0).then(pl.col("row") + down).otherwise("row")
    return table.with_columns(row=row.cast(pl.UInt32)).sort("row")


# A copy: of which workbook, by which chance, with which letters, how many rows further down.
COPIES = st.tuples(
    st.integers(0, len(DEMO) - 2),
    st.integers(0, 2**32),
    st.lists(LETTERS, min_size=3, max_size=10),
    st.integers(0, 12),
)


@settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(COPIES, min_size=4, max_size=6))
def test_the_copy_is_read_like_the_original(
    tmp_path: Path, drawn: list[tuple[int, int, list[str], int]]
) -> None:
    copies, mappings = [], []
    for at, (number, seed, letters, down) in enumerate(drawn):
        renaming = Renaming(seed, letters)
        copies.append(renaming.copy(originals()[number], down))
        path = tmp_path / f"{at}.toml"
        path.write_text(renaming.toml(f"{at}.xlsx"), encoding="utf-8")
        mappings.append(load_mapping(path))
    files = pl.DataFrame({"source_file": [f"{at}.xlsx" for at in range(len(drawn))]})
    foreign = apply_mappings(mappings, files.with_row_index("file"), [in_one(copies)]).foreign
    for (number, _, _, down), copied in zip(drawn, look(copies, foreign), strict=True):
        original = originals()[number].examined
        for key, table in original.valid.tables.items():
            assert_frame_equal(shifted(table, down), copied.valid.tables[key].sort("row"))
        for name in ("items", "places"):
            own, theirs = (getattr(e.parsed, name).height for e in (original, copied))
            assert own == theirs
        assert said(original) == said(copied)


def said(done: Examined) -> list[tuple[str, ...]]:
    """The findings up to names and places."""
    return sorted(done.findings.select("code", pl.col("sheet_key", "field").fill_null("")).rows())
