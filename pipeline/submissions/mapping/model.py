"""What a mapping says once its file has been checked, and the errors it may hold."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.common.texts import LANGUAGES, texts
from schemas.slips import DeclarationError

Value = str | float | bool | dt.date


@dataclass(frozen=True)
class MappedColumn:
    """What a column of the export is.

    fields: ours; two where postcode and city stand in one cell. factor: its numbers are multiplied
    by it. years: a year alone is its 1 January.
    """

    fields: tuple[str, ...]
    factor: float | None = None
    years: bool = False


@dataclass(frozen=True)
class MappedSheet:
    """One sheet of the export.

    sheet_key: which of ours it is. key: of its name in the export (* and ? stand for any text
    or letter); None: it is named as ours. columns: by key of a header what the column is.
    left_out: keys of headers that are not read. words: by field, key of a word to our word
    ("" for an empty cell). fixed: values by field.
    """

    sheet_key: str
    name: str
    key: str | None
    header_row: int | None = None
    columns: Mapping[str, MappedColumn] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fixed: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class ExportMapping:
    """One mapping file; what recognises an export must hold all together.

    file: pattern of the file's name. has_sheets: keys of sheets. has_headers: keys of headers by
    the key of their sheet. left_out: keys of sheets that are not read. numbers, dates: how texts
    write them (see `parse.foreign.Foreign`).
    """

    name: str
    sha256: str
    title: str
    sheets: tuple[MappedSheet, ...]
    file: str | None = None
    has_sheets: frozenset[str] = frozenset()
    has_headers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    numbers: str | None = None
    dates: str | None = None


@dataclass(frozen=True)
class Problem:
    """A mistake in a mapping: where (file and key) and what; values fill the text of the code."""

    place: str
    code: str
    values: Mapping[str, Mapping[str, str]]

    def message(self, lang: str) -> str:
        """Return the problem in words."""
        text = texts("mapping_problem")[self.code][lang]
        return f"{self.place}: {text.format(**self.values[lang])}"


class MappingError(DeclarationError):
    """Mappings that cannot be used; messages (by language) name file and key of every mistake."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        german, english = ("\n".join(p.message(lang) for p in self.problems) for lang in LANGUAGES)
        super().__init__(german, english)


def problem(place: str, code: str, **values: str | Mapping[str, str]) -> Problem:
    """Return a problem; a value is a text or one for each language."""
    return Problem(
        place,
        code,
        {
            lang: {k: v if isinstance(v, str) else v[lang] for k, v in values.items()}
            for lang in LANGUAGES
        },
    )
