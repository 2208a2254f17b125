"""Hints for typing errors that a pattern recognises: "Q3/2025" in a date, "ca. 50" in a number."""

from collections.abc import Iterable, Sequence
from functools import cache

import polars as pl

from pipeline.common.texts import LANGUAGES
from pipeline.submissions.field_messages import Hint, phrases
from pipeline.submissions.parse.cells import TIME_OF_DAY
from pipeline.tables.templates import fill
from schemas.slips import DeclarationError, instead

KEY = ["code", "sheet_key", "field", "quoted"]
MOST_GROUPS = 3
# A longer text is no number and no date with a typing error.
LONGEST = 64


def with_hints(table: pl.DataFrame) -> pl.DataFrame:
    """Add hint_de and hint_en, null where no pattern fits.

    table: code, sheet_key, field, type, quoted (what the cell holds), or_empty_de, or_empty_en.
    Each different text of a column is looked at once.
    """
    codes = sorted({code for hint in phrases().hints for code in hint.codes})
    failed = table.filter(pl.col("code").is_in(codes)).drop_nulls("quoted")
    if failed.is_empty():
        nothing = pl.lit(None, pl.String)
        return table.with_columns(hint_de=nothing, hint_en=nothing)
    words = [f"or_empty_{lang}" for lang in LANGUAGES]
    failed = failed.unique(KEY).select(*KEY, "type", *words)
    text = pl.col("quoted").str.slice(0, LONGEST).str.strip_chars()
    failed = failed.with_columns(text=text)
    failed = failed.with_columns(hint=first_fitting(failed["code"])).drop_nulls("hint")
    parts = [failed.select(KEY).clear().with_columns(hint_de=pl.lit(""), hint_en=pl.lit(""))]
    for (number,), rows in failed.partition_by("hint", as_dict=True).items():
        hint = hints()[int(number)]
        texts = {f"hint_{lang}": text_of(hint, lang) for lang in LANGUAGES}
        parts.append(rows.select(*KEY, **texts))
    return table.join(pl.concat(parts), on=KEY, how="left")


@cache
def hints() -> tuple[Hint, ...]:
    """Return all hints; DeclarationError if a pattern is not valid.

    They are cached: polars takes 20 ms to compile the patterns.
    """
    found = phrases().hints
    fits = [pl.lit("").str.contains(hint.pattern).alias(str(at)) for at, hint in enumerate(found)]
    try:
        pl.select(fits)
    except pl.exceptions.ComputeError as error:
        raise bad_pattern(found, str(error)) from error
    return found


def bad_pattern(found: Sequence[Hint], message: str) -> DeclarationError:
    """Return the error that names the hint whose pattern polars cannot compile."""
    at = next((at for at, hint in enumerate(found) if hint.pattern in message), 0)
    why = next((line for line in message.splitlines() if line.startswith("error: ")), message)
    german, english = f"ein regulärer Ausdruck ({why})", f"a regular expression ({why})"
    slip = instead(found[at].pattern, german, english)
    place = f"messages.toml, hints[{at + 1}].pattern"
    return DeclarationError(f"{place}: {slip.german}", f"{place}: {slip.english}")


def first_fitting(codes: Iterable[str]) -> pl.Expr:
    """Return the number of the first hint that fits, null if none does.

    codes: of the findings; only hints for one of them are looked at, as each costs a pattern.
    """
    there = set(codes)
    usable = [(at, hint) for at, hint in enumerate(hints()) if there & set(hint.codes)]
    return pl.coalesce(pl.when(fits(hint)).then(at) for at, hint in usable)


def fits(hint: Hint) -> pl.Expr:
    """Whether a hint is for the finding and its pattern fits the text."""
    result = pl.col("code").is_in(hint.codes) & pl.col("text").str.contains(hint.pattern)
    if hint.types:
        result = result & pl.col("type").is_in(hint.types)
    if hint.fields:
        result = result & pl.concat_str("sheet_key", pl.lit("."), "field").is_in(hint.fields)
    if hint.real_day:
        result = result & is_real_day()
    return result


def is_real_day() -> pl.Expr:
    """Whether the text is a day of the calendar."""
    text = pl.col("text").str.replace(TIME_OF_DAY, "").str.replace_all(" ", "", literal=True)
    forms = ("%d.%m.%Y", "%Y-%m-%d")
    return pl.coalesce(text.str.to_date(form, strict=False) for form in forms).is_not_null()


def text_of(hint: Hint, lang: str) -> pl.Expr:
    """Return the hint's text with the groups of its pattern filled in."""
    template = hint.text[lang]
    used = [n for n in range(1, MOST_GROUPS + 1) if f"{{{n}}}" in template]
    groups = {str(n): pl.col("text").str.extract(hint.pattern, n) for n in used}
    return fill(template, {**groups, "or_empty": pl.col(f"or_empty_{lang}")})
