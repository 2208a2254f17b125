"""From raw cells, by the types of their fields, to typed values or codes (contract 1.2).

Most functions return expressions over placed cells: kind, number, text and the field's declaration.
The typed columns are number, text, date, flag; `code` is null where the cell could be read.
"""

import datetime as dt
from collections.abc import Callable

import polars as pl

from pipeline.common.keys import choice_key_expr, collapse_expr, folded_expr, with_and_expr
from pipeline.submissions.parse.words_for_nothing import NO_ANSWER, NONE, with_nothing
from schemas.declaration import LISTED, LISTS, Workbook
from schemas.frequency import times_per_year
from schemas.words import DASHES, word_key

TEXT, NUMBER, BOOLEAN, DATE, OTHER, ERROR, FORMULA = (pl.lit(k, pl.UInt8) for k in b"snbdtef")
KIND = pl.col("kind")
NUMBERS = ["number", "integer"]
TEXTS = ["text", "postcode", "criterion", *LISTS]

# Forms of a number in a text; white space has been collapsed to single blanks before.
APOSTROPHES = "'\u2018\u2019\u201b\u02bc\u02b9`\u00b4\u2032\uff07"
# Signs around a number that do not change it. A leading apostrophe marks a text in Excel.
CURRENCY = rf"(?i)^[{APOSTROPHES}]\s*|^(?:€|eur)\s*|\s*(?:€|eur|°)$"
NO_CENTS = r"([.,])\s*[-\u2010-\u2015\u2212]{1,2}$"
# Groups of three digits; a single group may also be decimals.
ONE_GROUP = r"^[1-9]\d{0,2}[.,]\d{3}$"
POINTED = r"^(?:[1-9]\d{0,2}(?:\.\d{3})+|\d{1,3}(?:\.\d{3})+,\d+)$"
COMMAED = r"^(?:[1-9]\d{0,2}(?:,\d{3})+|\d{1,3}(?:,\d{3})+\.\d+)$"
APART = rf"^\d{{1,3}}(?:(?: \d{{3}})+|(?:[{APOSTROPHES}]\d{{3}})+)(?:[.,]\d+)?$"
PLAIN = r"^\d+(?:[.,]\d+)?$"
GERMAN_DATE = r"^\d{1,2}\.\d{1,2}\.\d{4}$"
ISO_DATE = r"^\d{4}-\d{2}-\d{2}$"
TIME = r",?[ T](\d{1,2}):(\d{2})(?::\d{2}(?:[.,]\d+)?)?(?: ?Uhr)?"
ZONE = r" ?(?:Z|UTC|GMT|(?:UTC|GMT)?([+\-\u2010-\u2015\u2212])(\d{2})(?::?(\d{2}))?)"
TIME_OF_DAY = rf"(?i){TIME}(?:{ZONE})?$"
TIME_IN_ZONE = rf"(?i){TIME}{ZONE}$"
BERLIN = "Europe/Berlin"
# In minutes; no zone is further from UTC.
DAY, FURTHEST = 24 * 60, 14 * 60
# A number beyond these limits is a typing error.
LARGEST, SMALLEST = 1e12, 1e-6
# Excel shows 15 digits of a number. Rounding to them is exact between these powers of ten.
DIGITS, EXACT_FROM, EXACT_TO = 15, 1e-7, 1e15
# Whole numbers up to here are written out.
MOST_WHOLE = 1e18
# A longer text is no number and no date, unless it has only digits.
LONGEST_NUMBER = 64
FIRST_DAY, LAST_DAY = dt.date(1700, 1, 1), dt.date(9999, 12, 31)
# What a hint reports of a cell that counts as empty: it gives no answer, or its end is open.
NOT_ANSWERED, UNENDING = "not_answered", "unending"


def with_words(cells: pl.DataFrame) -> pl.DataFrame:
    """Add clean (the text without needless white space) and word (its key), null for non-texts.

    Many cells hold the same text; each different text is processed once.
    """
    texts = cells.filter(KIND == TEXT).select("text").unique()
    texts = texts.with_columns(clean=collapse_expr(pl.col("text")))
    texts = texts.with_columns(word=folded_expr(pl.col("clean")))
    texts = texts.with_columns(word=with_and_expr(pl.col("word")))
    return cells.join(texts, on="text", how="left")


def read_cells(workbook: Workbook, cells: pl.DataFrame) -> pl.DataFrame:
    """Return the placed cells with their typed value and code (see `reading`).

    At most one of number, text, date, flag is filled. raw: the cell as a user sees it. empty:
    whether it counts as empty (blank, "k. A." in a text column). hint: what a hint reports of such
    a cell. One rule reads each cell, chosen by the type of its field and its own kind.
    """
    cells = cells.join(field_declarations(workbook), on=["sheet_key", "field"])
    with_factor = pl.col("factor").is_not_null()
    cells = cells.with_columns(decimal_point=pl.col("decimal_point") | with_factor)
    cells = with_nothing(workbook, cells.with_columns(raw=as_text()))
    chosen = pl.col("type").is_in([*LISTED, "yes_no"])
    word = pl.when(chosen).then(choice_key_expr(pl.col("word"))).otherwise("word")
    cells = cells.with_columns(times=times_in_words(cells), word=word)
    open_end = pl.col("goes_on") & pl.col("unending")
    cells = cells.with_columns(
        empty=is_blank() | says_nothing() | open_end,
        hint=pl.when(is_blank())
        .then(None)
        .when(open_end)
        .then(pl.lit(UNENDING))
        .when(pl.col("answers") & (pl.col("nothing") == NO_ANSWER))
        .then(pl.lit(NOT_ANSWERED)),
    )
    rule = rule_of_cell()
    parts = cells.with_columns(rule=rule).partition_by("rule", as_dict=True, include_key=False)
    rules = reading_rules(workbook)
    read = [
        with_steps(part, str(name))
        .select(*part.columns, rules[str(name)]().alias("reading"))
        .unnest("reading")
        for (name,), part in parts.items()
    ]
    return pl.concat(read) if read else cells.with_columns(reading().alias("r")).unnest("r")


def rule_of_cell() -> pl.Expr:
    """Return the name of the rule that reads a cell."""
    kind = pl.col("type")
    return (
        pl.when(pl.col("empty"))
        .then(pl.lit("nothing"))
        .when(says_none())
        .then(pl.lit("none"))
        .when(pl.col("times").is_not_null())
        .then(pl.lit("times in words"))
        .when(KIND.is_in([ord("e"), ord("f")]))
        .then(pl.lit("failure"))
        .when(kind.is_in(NUMBERS) & (KIND == TEXT))
        .then(pl.lit("number in text"))
        .when(kind.is_in(NUMBERS))
        .then(pl.lit("number"))
        .when((kind == "date") & (KIND == TEXT))
        .then(pl.lit("date in text"))
        .when(kind.is_in(["date", "yes_no", "criterion"]))
        .then(kind)
        .when(pl.col("identifies") & (KIND == TEXT))
        .then(pl.lit("identifier"))
        .otherwise(pl.lit("text"))
    )


def reading_rules(workbook: Workbook) -> dict[str, Callable[[], pl.Expr]]:
    """Return every rule of reading by its name; few cells need more than some of them."""
    return {
        "nothing": reading,
        "none": lambda: reading(text=pl.lit("")),
        "times in words": lambda: reading(number=pl.col("times")),
        "failure": failure_of_cell,
        "number in text": read_number_in_text,
        "number": read_number,
        "date in text": read_date_in_text,
        "date": read_date,
        "yes_no": lambda: read_yes_no(workbook),
        "criterion": read_criterion,
        "identifier": lambda: reading(text=identifier(pl.col("clean"))),
        "text": lambda: reading(text=pl.coalesce("clean", collapse_expr(pl.col("raw")))),
    }


def with_steps(part: pl.DataFrame, rule: str) -> pl.DataFrame:
    """Add the columns that a rule uses several times, so that they are computed once."""
    if rule == "number in text":
        text = short_text().str.replace_all(CURRENCY, "").str.replace(NO_CENTS, "${1}00")
        part = part.with_columns(plain=collapse_expr(text.str.replace_all(CURRENCY, "")))
        part = part.with_columns(digits=pl.col("plain").str.replace(r"^[-+−–]\s*", ""))
        return with_number(with_decimal_signs(part), number_in_text())
    if rule == "number":
        return with_number(part, pl.when(KIND == NUMBER).then(pl.col("number")))
    if rule == "date in text":
        text = short_text()
        plain = text.str.replace(TIME_OF_DAY, "").str.replace_all(r"\.\s+", ".")
        return part.with_columns(plain=plain, zoned=text.str.contains(TIME_IN_ZONE))
    return part


def with_decimal_signs(part: pl.DataFrame) -> pl.DataFrame:
    """Add grouped, decimal, agree, differ, which separate thousands from decimals.

    grouped: the sign before a single group of three digits ("1.234", "84,000"). decimal: the sign
    before the decimals, where a text leaves no doubt. agree, differ: whether other texts of the
    column show that such a group is thousands, or that it is not.
    """
    digits = pl.col("digits")
    one_group = digits.str.contains(ONE_GROUP)
    point, comma = pl.lit("."), pl.lit(",")
    part = part.with_columns(
        grouped=pl.when(one_group & ~pl.col("decimal_point")).then(digits.str.extract("([.,])")),
        decimal=pl.when(one_group)
        .then(None)
        .when(digits.str.contains(POINTED))
        .then(comma)
        .when(digits.str.contains(COMMAED))
        .then(point)
        .when(digits.str.contains(APART) | digits.str.contains(PLAIN))
        .then(digits.str.extract("([.,])")),
    )
    if part["grouped"].null_count() == part.height:
        return part.with_columns(agree=pl.lit(value=False), differ=pl.lit(value=False))
    column = ["file", "sheet_key", "field"]
    pointed = (pl.col("decimal") == ".").any().over(column)
    commaed = (pl.col("decimal") == ",").any().over(column)
    by_point = pl.col("grouped") == "."
    return part.with_columns(
        agree=pl.when(by_point).then(commaed).otherwise(pointed),
        differ=pl.when(by_point).then(pointed).otherwise(commaed),
    )


def field_declarations(workbook: Workbook) -> pl.DataFrame:
    """Return the declaration of every field: sheet_key, field, type, decimal_point and more.

    none_said: a word for none is a statement, not an empty cell. answers: a hint reports that a
    cell gives no answer. identifies: the field has a pattern. goes_on, often: see `workbook.toml`.
    """
    rows = [
        (
            *(s.key, f.key, f.type, f.decimal_point, f.says_none or f.type in LISTS),
            *(f.says_none or f.key == s.title, f.pattern is not None, f.goes_on, f.often),
        )
        for s in workbook.sheets
        for f in s.fields
    ]
    schema = ["sheet_key", "field", "type", "decimal_point", "none_said", "answers"]
    return pl.DataFrame(rows, schema=[*schema, "identifies", "goes_on", "often"], orient="row")


def as_text() -> pl.Expr:
    """Return the cell as text: numbers with a decimal point, dates as in German, errors as stored.

    A number has the 15 digits that Excel shows.
    """
    return (
        pl.when(KIND == DATE)
        .then(date_of_number().dt.strftime("%d.%m.%Y"))
        .when(KIND == BOOLEAN)
        .then(pl.when(pl.col("number") == 1).then(pl.lit("WAHR")).otherwise(pl.lit("FALSCH")))
        .when(KIND == NUMBER)
        .then(number_as_text(pl.col("number")))
        .otherwise(pl.col("text"))
    )


def number_as_text(number: pl.Expr) -> pl.Expr:
    """Return a number as text, with no more digits than Excel shows."""
    number = in_shown_digits(number)
    whole = (number.round(0) == number) & (number.abs() < MOST_WHOLE)
    return (
        pl.when(whole)
        .then(number.cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(number.cast(pl.String))
    )


def in_shown_digits(number: pl.Expr) -> pl.Expr:
    """Return a number rounded to the digits that Excel shows, where rounding is exact."""
    exact = number.abs().is_between(EXACT_FROM, EXACT_TO)
    return pl.when(exact).then(number.round_sig_figs(DIGITS)).otherwise(number)


def date_of_number() -> pl.Expr:
    """Return the day of a date cell."""
    days = pl.when(KIND == DATE).then(pl.col("number"))
    return days.cast(pl.Int32, strict=False).cast(pl.Date)


def is_blank() -> pl.Expr:
    """Whether a text has only white space, or a mapping declares it to be empty."""
    usable = ~KIND.is_in([ord("e"), ord("f")])
    return usable & (pl.col("clean") == "").fill_null(value=False)


def says_none() -> pl.Expr:
    """Whether a word for none is a statement in this field; its value is then an empty text."""
    return pl.col("none_said") & (pl.col("nothing") == NONE).fill_null(value=False)


def says_nothing() -> pl.Expr:
    """Whether a cell in a column of texts holds a word for nothing ("keine", "k. A.", "–")."""
    return pl.col("type").is_in(TEXTS) & pl.col("nothing").is_not_null() & ~says_none()


def times_in_words(cells: pl.DataFrame) -> pl.Expr:
    """Return how often a year a text states, in fields that ask for it; null for other texts."""
    is_frequency = pl.col("often") & (KIND == TEXT)
    texts = cells.filter(is_frequency)["word"].drop_nulls().unique().to_list()
    known = {text: times_per_year(text) for text in texts}
    times = pl.col("word").replace_strict(known, default=None, return_dtype=pl.Float64)
    return pl.when(is_frequency).then(times)


def reading(
    *,
    number: pl.Expr | None = None,
    text: pl.Expr | None = None,
    date: pl.Expr | None = None,
    flag: pl.Expr | None = None,
    code: pl.Expr | None = None,
    check: pl.Expr | None = None,
) -> pl.Expr:
    """Return the value of a cell as a struct; check: the variant of its code."""

    def column(value: pl.Expr | None, dtype: pl.DataType | type[pl.DataType], name: str) -> pl.Expr:
        return (pl.lit(None, dtype) if value is None else value).alias(name)

    return pl.struct(
        column(number, pl.Float64, "value_number"),
        column(text, pl.String, "value_text"),
        column(date, pl.Date, "value_date"),
        column(flag, pl.Boolean, "value_flag"),
        column(code, pl.String, "code"),
        column(check, pl.String, "check"),
    )


def failure_of_cell() -> pl.Expr:
    """Return the codes of Excel's errors, and of formulas without a stored result."""
    code = pl.when(KIND == ERROR).then(pl.lit("bad_type"))
    return reading(code=code.otherwise(pl.lit("formula_without_value")))


def with_number(part: pl.DataFrame, value: pl.Expr) -> pl.DataFrame:
    """Add value: a number (null: not understood), multiplied by the mapping's factor.

    A number that Excel shows as whole is whole. The product is rounded to the digits that Excel
    shows.
    """
    part = part.with_columns(value=value)
    product = (pl.col("value") * pl.col("factor")).round_sig_figs(DIGITS)
    part = part.with_columns(value=pl.coalesce(product, "value"))
    part = part.with_columns(shown=in_shown_digits(pl.col("value")))
    shown = pl.col("shown")
    whole = shown.round(0) == shown
    return part.with_columns(value=pl.when(whole).then("shown").otherwise("value"))


def read_number() -> pl.Expr:
    """Return the number of a number cell; a boolean, a date or a time is not a number."""
    return numeric(doubtful=pl.lit(value=False))


def numeric(doubtful: pl.Expr, check: pl.Expr | None = None) -> pl.Expr:
    """Return the reading of a number (see `with_number`).

    doubtful: whether the text may mean another number, too.
    """
    value = pl.col("value")
    usable = (value == 0) | value.abs().is_between(SMALLEST, LARGEST)
    code = (
        pl.when(value.is_null())
        .then(pl.lit("bad_type"))
        .when(~usable)
        .then(pl.lit("out_of_range"))
        .when(doubtful)
        .then(pl.lit("ambiguous_number"))
    )
    return reading(number=pl.when(usable).then(value), code=code, check=check)


def short_text() -> pl.Expr:
    """Return the text if it is short enough for a number or date, or has only digits; else null."""
    text = pl.col("clean")
    fits = text.str.len_chars() <= LONGEST_NUMBER
    return pl.when(fits | text.str.contains(r"^\d+$")).then(text)


def refused() -> pl.Expr:
    """Whether a text is refused: it could be either, as other texts of the column contradict it."""
    return pl.col("grouped").is_not_null() & pl.col("differ") & ~pl.col("agree")


def number_in_text() -> pl.Expr:
    """Return the number that a text means.

    The other texts of the column decide whether a single group of three digits is thousands. Where
    they show that it is not, the text could mean either and is refused.
    """
    minus = pl.col("plain").str.contains(r"^[-−–]")
    digits = pl.col("digits")
    one_group = digits.str.contains(ONE_GROUP)
    single = one_group & pl.col("decimal_point")
    with_point = digits.str.replace(",", ".", literal=True)
    plain = (
        pl.when(refused())
        .then(None)
        .when(~single & digits.str.contains(POINTED))
        .then(digits.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True))
        .when(~single & digits.str.contains(COMMAED))
        .then(digits.str.replace_all(",", "", literal=True))
        .when(digits.str.contains(APART))
        .then(with_point.str.replace_all(rf"[ {APOSTROPHES}]", ""))
        .when(digits.str.contains(PLAIN))
        .then(with_point)
    )
    return plain.cast(pl.Float64, strict=False) * pl.when(minus).then(-1.0).otherwise(1.0)


def read_number_in_text() -> pl.Expr:
    """Return the reading of a number in a text; a single group of three digits is doubtful."""
    settled = pl.col("agree") & ~pl.col("differ")
    doubtful = pl.col("grouped").is_not_null() & ~settled
    return numeric(doubtful, pl.when(refused()).then(pl.lit("otherwise_in_column")))


def read_date() -> pl.Expr:
    """Return the day of a date cell; a plain number, a boolean or a time is not a date."""
    value = plausible_day(date_of_number())
    return reading(date=value, code=pl.when(value.is_null()).then(pl.lit("bad_date")))


def plausible_day(day: pl.Expr) -> pl.Expr:
    """Return a day from 1700 on, at most the end of 9999; earlier days are typing errors: null."""
    return pl.when(day >= FIRST_DAY).then(pl.min_horizontal(day, pl.lit(LAST_DAY)))


def read_date_in_text() -> pl.Expr:
    """Return the day of a text such as 31.12.2025 or 2025-12-31, with or without a time of day.

    With a time and a zone it is the day in Berlin at that moment.
    """
    text = pl.col("plain")
    german = pl.when(text.str.contains(GERMAN_DATE)).then(text)
    iso = pl.when(text.str.contains(ISO_DATE)).then(text)
    day = pl.coalesce(
        german.str.to_date("%d.%m.%Y", strict=False), iso.str.to_date("%Y-%m-%d", strict=False)
    )
    zoned = pl.col("zoned")
    there = pl.when(zoned).then(
        day_in_berlin(day, pl.col("clean").str.extract_groups(TIME_IN_ZONE))
    )
    value = plausible_day(pl.when(zoned).then(there).otherwise(day))
    return reading(date=value, code=pl.when(value.is_null()).then(pl.lit("bad_date")))


def day_in_berlin(day: pl.Expr, time: pl.Expr) -> pl.Expr:
    """Return the day in Berlin at a time with a zone; null for an impossible time or zone.

    day: in that zone. time: the groups of TIME_IN_ZONE. After a day in German notation
    "10:00-12:00" is a span from ten to twelve, not a zone.
    """
    hours, minutes, sign, ahead, ahead_minutes = (
        time.struct.field(str(group)) for group in range(1, 6)
    )
    clock = number_of(hours) * 60 + number_of(minutes)
    offset = number_of(ahead) * 60 + number_of(ahead_minutes)
    offset = pl.when(sign == "+").then(offset).otherwise(-offset)
    moment = day.cast(pl.Datetime("us")) + pl.duration(minutes=clock - offset)
    there = moment.dt.replace_time_zone("UTC").dt.convert_time_zone(BERLIN).dt.date()
    possible = (number_of(minutes) < 60) & (clock <= DAY) & (offset.abs() <= FURTHEST)
    possible = possible & (sign.is_null() | (sign == "+") | pl.col("plain").str.contains(ISO_DATE))
    return pl.when(possible).then(there)


def number_of(digits: pl.Expr) -> pl.Expr:
    """Return digits as a whole number; 0 for none."""
    return digits.cast(pl.Int64, strict=False).fill_null(0)


def identifier(text: pl.Expr) -> pl.Expr:
    """Return an identifier such as DE-0042 with hyphens and in capitals, whatever its notation."""
    return (
        text.str.normalize("NFKC")
        .str.replace_all(rf"\s*{DASHES}\s*", "-")
        .str.strip_chars()
        .str.to_uppercase()
    )


def read_yes_no(workbook: Workbook) -> pl.Expr:
    """Return yes or no from a boolean cell, 1 or 0, or a word; the word comes first.

    A mapping may give a number a word, so the word is looked at before the number.
    """
    key = pl.col("word")
    yes = [word_key(w) for w in workbook.words["yes"]]
    no = [word_key(w) for w in workbook.words["no"]]
    is_number = KIND.is_in([ord("n"), ord("b")])
    value = (
        pl.when(key.is_in(yes))
        .then(True)
        .when(key.is_in(no))
        .then(False)
        .when(is_number & pl.col("number").is_in([0.0, 1.0]))
        .then(pl.col("number") == 1)
    )
    return reading(flag=value, code=pl.when(value.is_null()).then(pl.lit("bad_value")))


def read_criterion() -> pl.Expr:
    """Return the number of a criterion from a text or number cell.

    A date is refused: it is a number such as 2.1 that Excel has changed.
    """
    readable = KIND.is_in([ord("s"), ord("n")])
    value = pl.when(readable).then(collapse_expr(pl.col("raw")).str.replace(",", ".", literal=True))
    return reading(text=value, code=pl.when(~readable).then(pl.lit("bad_value")))
