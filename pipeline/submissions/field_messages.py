"""The parts of messages about each field (schemas/messages.toml): what is wrong, what to do."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, get_args

import polars as pl
from pydantic import Field as Size

from pipeline.common.findings import CODES
from pipeline.common.texts import LANGUAGES
from schemas.checked import Declared, Filled, Text, exactly, filled_from, load, one_of
from schemas.declaration import Field, FieldType, Workbook, office, registers, submission

# How many words of a list a message names.
MOST_WORDS = 12
PARTS = ("field", "wrong", "remedy", "remedy_limits", "or_empty")
FIELD_COLUMNS = [
    *("sheet_key", "field", "type", "list"),
    *(f"{part}_{lang}" for lang in LANGUAGES for part in PARTS),
]


def field_names() -> Iterator[str]:
    """Yield every field of submissions and the office's files as sheet.field."""
    for sheet, field in every_field([submission(), office()]):
        yield f"{sheet}.{field.key}"


class Usual(Declared):
    """Sentences and their parts that hold for most fields."""

    named: Annotated[Text, filled_from("asked", "or_empty")]
    other: Annotated[Text, filled_from("asked", "or_empty", "field")]
    or_empty: Text
    from_to: Annotated[Text, filled_from("low", "high")]
    at_least: Annotated[Text, filled_from("low")]
    example: Annotated[Text, filled_from("example")]


class OfType(Declared):
    """The parts of messages for a type of fields."""

    wrong: Annotated[Text, filled_from("field", "words", "or_empty")]
    asked: Annotated[Text, filled_from("limits", "example")]
    remedy: Annotated[Text, filled_from("asked", "field", "words", "or_empty")] | None = None


class Hint(Declared):
    """The remedy for a typing error that a pattern recognises."""

    codes: Annotated[tuple[Annotated[str, one_of(lambda: CODES)], ...], Size(min_length=1)]
    types: tuple[FieldType, ...] = ()
    fields: tuple[Annotated[str, one_of(field_names)], ...] = ()
    pattern: Filled
    real_day: bool = False
    text: Annotated[Text, filled_from("1", "2", "3", "or_empty")]


class Phrases(Declared):
    """schemas/messages.toml."""

    usual: Usual
    types: Annotated[dict[str, OfType], exactly(*get_args(FieldType))]
    asks: dict[Annotated[str, one_of(field_names)], Text]
    hints: tuple[Hint, ...]


def phrases() -> Phrases:
    """Return the contents of schemas/messages.toml."""
    return load("messages.toml", Phrases)


def every_field(workbooks: list[Workbook]) -> list[tuple[str, Field]]:
    """Return (sheet key, field) of every declared field."""
    return [(s.key, f) for w in workbooks for s in w.sheets for f in s.fields]


def fields_frame(workbooks: list[Workbook], included: Collection[tuple[str, str]]) -> pl.DataFrame:
    """Return sheet_key, field, type, list, and per language the parts of messages on the field.

    included: (sheet key, field) of the fields to return. field_de …: its name. wrong_de: what is
    wrong with a value. remedy_de: what to do. remedy_limits_de: the same with the limits of a
    number. or_empty_de: that the cell may stay empty, where it may.
    """
    rows = [
        {
            "sheet_key": sheet,
            "field": field.key,
            "type": field.type,
            "list": field.list,
            **{k: v for lang in LANGUAGES for k, v in parts(sheet, field, lang).items()},
        }
        for sheet, field in every_field(workbooks)
        if (sheet, field.key) in included
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(FIELD_COLUMNS, pl.String))


def parts(sheet: str, field: Field, lang: str) -> dict[str, str]:
    """Return the parts of messages on one field in one language."""
    usual, of_type = phrases().usual, phrases().types[field.type]
    own = phrases().asks.get(f"{sheet}.{field.key}")
    known = {"field": field.name[lang], "words": words_of(field, lang)}
    known["or_empty"] = "" if field.required else usual.or_empty[lang]
    generic = expected_of_type(field, lang)

    def sentence(request: str, template: Mapping[str, str]) -> str:
        return template[lang].format(asked=request, **known)

    limited = sentence(generic, of_type.remedy or usual.other)
    return {
        f"field_{lang}": field.name[lang],
        f"wrong_{lang}": of_type.wrong[lang].format(**known),
        f"remedy_{lang}": sentence(own[lang], usual.named) if own else limited,
        f"remedy_limits_{lang}": limited,
        f"or_empty_{lang}": known["or_empty"],
    }


def expected(field: Field, lang: str) -> str:
    """Return in words what a cell of the field must contain ("eine ganze Zahl ab 0")."""
    words = words_of(field, lang) if field.type in ("choice", "choices") else ""
    return ": ".join(filter(None, (expected_of_type(field, lang), words)))


def expected_of_type(field: Field, lang: str) -> str:
    """Return the result of `expected` without the words of a list."""
    template = phrases().types[field.type].asked[lang]
    return template.format(limits=limits(field, lang), example=example(field, lang))


def words_of(field: Field, lang: str) -> str:
    """Return the words of the field's list, the first ones of a long one."""
    entries = registers()[field.list] if field.list else ()
    words = [getattr(entry, lang) for entry in entries[:MOST_WORDS]]
    return ", ".join(words) + (", …" if len(entries) > MOST_WORDS else "")


def limits(field: Field, lang: str) -> str:
    """Return the limits of a number in words."""
    low, high = (None if v is None else f"{v:g}" for v in (field.min, field.max))
    usual = phrases().usual
    if low is not None and high is not None:
        return usual.from_to[lang].format(low=low, high=high)
    return usual.at_least[lang].format(low=low) if low is not None else ""


def example(field: Field, lang: str) -> str:
    """Return the example of a field with a pattern; empty without one."""
    text = phrases().usual.example[lang]
    return text.format(example=field.example) if field.example else ""
