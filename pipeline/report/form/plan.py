"""The layout of the form and its texts: sheets, rows, columns, words."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated

from xlsxwriter.utility import xl_col_to_name

from pipeline.common.catalogue import Catalogue
from pipeline.common.catalogue import load as load_catalogue
from pipeline.common.settings import load_settings
from pipeline.common.texts import Texts
from schemas.checked import Text, exactly, load
from schemas.declaration import Entry, Field, Sheet, registers, submission

Value = str | float | bool | dt.date | None
Row = Mapping[str, Value]

# Rows count from 1, as in Excel. In a form, labels are in column A and values in B.
FORM_ROW = 5
HEADER_ROW = 4
FIRST_ROW = HEADER_ROW + 1
VALUE_COLUMN = 1
# How many rows the self-check calculates: of an empty form, and beyond the rows of a filled one as
# many again, within these limits.
ROWS, OTHER_ROWS = {"actors": 800}, 200
SPARE_ROWS, OTHER_SPARE_ROWS = {"actors": (50, 150)}, (25, 75)
# Countries at the top of the list: where most actors are.
NEIGHBOURS = ["DE", "AT", "BE", "CH", "CZ", "DK", "FR", "LI", "LU", "NL", "PL"]


@dataclass(frozen=True)
class Filled:
    """The values of a form: as typed; words of lists in the form's language.

    master: by field. rows: by sheet, in order, each by field. origin: cluster and period it was
    carried over from. new_day: whether Stichtag and Version were left out for the next quarter.
    """

    master: Row = field(default_factory=dict)
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    origin: tuple[str, str] | None = None
    new_day: bool = False


GROUPS = ("sheet", "about", "guide", "hint", "rule", "check", "refusal", "said")
FormTexts = Annotated[dict[str, dict[str, Text]], exactly(*GROUPS)]


@cache
def every_text() -> Mapping[str, Texts]:
    """Return the form's own texts by group and code."""
    groups = load("form.toml", FormTexts)
    return {group: Texts(f"form.toml, {group}", own) for group, own in groups.items()}


def text(group: str, code: str, lang: str, **parts: object) -> str:
    """Return one of the form's own texts."""
    return every_text()[group][code][lang].format(**parts)


@cache
def catalogue() -> Catalogue:
    """Return the catalogue whose criteria the form refers to."""
    return load_catalogue(load_settings().review.first_catalogue)


def own_sheet(code: str, lang: str) -> str:
    """Return the name of a sheet that does not belong to the submission."""
    return text("sheet", code, lang)


def tables() -> list[Sheet]:
    """Return the sheets that are tables."""
    return [s for s in submission().sheets if s.layout == "table"]


def master() -> Sheet:
    """Return the sheet that is a form."""
    return next(s for s in submission().sheets if s.layout == "form")


def header(item: Field, lang: str) -> str:
    """Return a header or label: intake ignores the star (required) and the unit in brackets."""
    names = " ".join(item.name.values())
    unit = f" [{item.unit}]" if item.unit and item.unit not in names else ""
    return f"{item.name[lang]}{unit}{' *' if item.required else ''}"


def letter(sheet: Sheet, key: str) -> str:
    """Return the letter of a field's column; in a form, that of the values."""
    if sheet.layout == "form":
        return xl_col_to_name(VALUE_COLUMN)
    return xl_col_to_name(place(sheet, key))


def place(sheet: Sheet, key: str) -> int:
    """Return the position of a field in its sheet, from 0."""
    return [f.key for f in sheet.fields].index(key)


def capacity(sheet: Sheet, filled: Filled) -> int:
    """Return how many rows of a table have rules and are calculated."""
    if filled.rows:
        used = len(filled.rows.get(sheet.key, ()))
        least, most = SPARE_ROWS.get(sheet.key, OTHER_SPARE_ROWS)
        return used + min(max(used, least), most)
    return ROWS.get(sheet.key, OTHER_ROWS)


def offered(register: str, lang: str) -> list[str]:
    """Return the words of a register that the form offers, in its language."""
    entries = list(registers()[register])
    if register == "countries":
        entries.sort(key=lambda e: (country_rank(e), e.name_in(lang)))
    return list(dict.fromkeys(e.name_in(lang) for e in entries))


def country_rank(entry: Entry) -> int:
    """Return the rank of a country: Germany, its neighbours, the others."""
    code = entry.extra["code"]
    return NEIGHBOURS.index(code) if code in NEIGHBOURS else len(NEIGHBOURS)


def yes_no(lang: str) -> list[str]:
    """Return the words for yes and no."""
    return ["ja", "nein"] if lang == "de" else ["yes", "no"]
