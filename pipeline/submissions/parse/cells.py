"""What a cell says: from a raw cell and its field's type to a typed value or a code (contract 1.2).

All functions are expressions over placed cells: kind, number, text and what the field declares.
The typed columns: number, text, date, flag; `code` is null where the cell could be read.
"""

import datetime as dt

import polars as pl

from pipeline.common.keys import choice_key_expr, collapse_expr, word_key_expr
from pipeline.submissions.parse.nothing import NO_ANSWER, NONE, with_nothing
from schemas.declaration import LISTED, LISTS, Workbook
from schemas.often import times_per_year
from schemas.words import DASHES, word_key

TEXT, NUMBER, BOOLEAN, DATE, OTHER, ERROR, FORMULA = (pl.lit(k, pl.UInt8) for k in b"snbdtef")
KIND = pl.col("kind")
NUMBERS = ["number", "integer"]
TEXTS = ["text", "postcode", "criterion", *LISTS]

# Forms of a number in a text; white space has been collapsed to single blanks before.
APOSTROPHES = "'\u2018\u2019\u201b\u02bc\u02b9`\u00b4\u2032\uff07"
# A leading apostrophe is how Excel is told that a text is meant; what else says nothing of a value.
CURRENCY = rf"(?i)^[{APOSTROPHES}]\s*|^(?:€|eur)\s*|\s*(?:€|eur|°)$"
NO_CENTS = r"([.,])\s*[-\u2010-\u2015\u2212]{1,2}$"
# Groups of three digits: one of them may be meant as decimals.
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
# Beyond these a number is a slip: more than a trillion, or next to nothing.
LARGEST, SMALLEST = 1e12, 1e-6
# Excel shows so many digits of a number; between these powers of ten rounding to them is exact.
DIGITS, EXACT_FROM, EXACT_TO = 15, 1e-7, 1e15
# Whole numbers up to here are written out.
MOST_WHOLE = 1e18
# Nothing longer is a number or a date, digits alone aside.
LONGEST_NUMBER = 64
FIRST_DAY, LAST_DAY = dt.date(1700, 1, 1), dt.date(9999, 12, 31)
# What is told of an empty cell: no answer is given, or an end is said to be open.
NOT_ANSWERED, UNENDING = "not_answered", "unending"


def with_words(cells: pl.DataFrame) -> pl.DataFrame:
    """Add clean (the text without needless white space) and word (its key), null for non-texts.

    The same texts come again and again: each is worked on once.
    """
    texts = cells.filter(KIND == TEXT).select("text").unique()
    texts = texts.with_columns(clean=collapse_expr(pl.col("text")))
    texts = texts.with_columns(word=word_key_expr(pl.col("clean")))
    return cells.join(texts, on="text", how="left")


def read_cells(workbook: Workbook, cells: pl.DataFrame) -> pl.DataFrame:
    """Return the placed cells typed: number, text, date, flag (of which one is filled) and code.

    `raw` is the cell as a user sees it; `empty` marks a cell that holds nothing worth reading
    (blank, "k. A." in a text column), `told` what is told of it (see `nothing`). Each cell is read
    by the one rule of its field's type and its own kind.
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
        told=pl.when(is_blank())
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
        .select(*part.columns, rules[str(name)].alias("reading"))
        .unnest("reading")
        for (name,), part in parts.items()
    ]
    return pl.concat(read) if read else cells.with_columns(reading().alias("r")).unnest("r")


def rule_of_cell() -> pl.Expr:
    """The name of the rule by which a cell is read."""
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


def reading_rules(workbook: Workbook) -> dict[str, pl.Expr]:
    """Return every rule of reading by its name."""
    return {
        "nothing": reading(),
        "none": reading(text=pl.lit("")),
        "times in words": reading(number=pl.col("times")),
        "failure": failure_of_cell(),
        "number in text": read_number_in_text(),
        "number": read_number(),
        "date in text": read_date_in_text(),
        "date": read_date(),
        "yes_no": read_yes_no(workbook),
        "criterion": read_criterion(),
        "identifier": reading(text=identifier(pl.col("clean"))),
        "text": reading(text=pl.coalesce("clean", collapse_expr(pl.col("raw")))),
    }


def with_steps(part: pl.DataFrame, rule: str) -> pl.DataFrame:
    """Add what the rule of reading looks at more than once, so that it is made only once."""
    if rule == "number in text":
        text = short_text().str.replace_all(CURRENCY, "").str.replace(NO_CENTS, "${1}00")
        part = part.with_columns(said=collapse_expr(text.str.replace_all(CURRENCY, "")))
        part = part.with_columns(digits=pl.col("said").str.replace(r"^[-+−–]\s*", ""))
        return with_decimal_signs(part)
    if rule == "date in text":
        text = short_text()
        said = text.str.replace(TIME_OF_DAY, "").str.replace_all(r"\.\s+", ".")
        return part.with_columns(said=said, zoned=text.str.contains(TIME_IN_ZONE))
    return part


def with_decimal_signs(part: pl.DataFrame) -> pl.DataFrame:
    """Add grouped, decimal, agree, differ: what the texts of a column say of each other.

    grouped: the sign of a single group of three digits. decimal: the sign before the decimals,
    where a text leaves no doubt of it. agree, differ: whether other texts of the column speak for
    or against such groups being thousands ("1.234", "84,000").
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
    """Return what is declared of every field: sheet_key, field, type, decimal_point and more.

    none_said: a word for none is a statement, not an empty cell. answers: of an empty cell is told
    that it gives no answer. identifies: has a pattern. goes_on, often: see `workbook.toml`.
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
    """The cell as text: numbers with a decimal point, dates as in German, errors as they are.

    Of a number it is what Excel shows: 15 digits.
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
    """A number as text, with no more digits than Excel shows."""
    number = in_shown_digits(number)
    whole = (number.round(0) == number) & (number.abs() < MOST_WHOLE)
    return (
        pl.when(whole)
        .then(number.cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(number.cast(pl.String))
    )


def in_shown_digits(number: pl.Expr) -> pl.Expr:
    """A number rounded to the digits that Excel shows, where that can be reckoned exactly."""
    exact = number.abs().is_between(EXACT_FROM, EXACT_TO)
    return pl.when(exact).then(number.round_sig_figs(DIGITS)).otherwise(number)


def date_of_number() -> pl.Expr:
    """The day of a date cell."""
    days = pl.when(KIND == DATE).then(pl.col("number"))
    return days.cast(pl.Int32, strict=False).cast(pl.Date)


def is_blank() -> pl.Expr:
    """A text of nothing but white space, or what a mapping declares to be nothing."""
    usable = ~KIND.is_in([ord("e"), ord("f")])
    return usable & (pl.col("clean") == "").fill_null(value=False)


def says_none() -> pl.Expr:
    """A word for none where that is a statement: an empty text."""
    return pl.col("none_said") & (pl.col("nothing") == NONE).fill_null(value=False)


def says_nothing() -> pl.Expr:
    """A word for nothing ("keine", "k. A.", "–") in a column of texts."""
    return pl.col("type").is_in(TEXTS) & pl.col("nothing").is_not_null() & ~says_none()


def times_in_words(cells: pl.DataFrame) -> pl.Expr:
    """How often a year a text says, in columns that ask for that; null for anything else."""
    asked = pl.col("often") & (KIND == TEXT)
    texts = cells.filter(asked)["word"].drop_nulls().unique().to_list()
    said = {text: times_per_year(text) for text in texts}
    times = pl.col("word").replace_strict(said, default=None, return_dtype=pl.Float64)
    return pl.when(asked).then(times)


def reading(
    *,
    number: pl.Expr | None = None,
    text: pl.Expr | None = None,
    date: pl.Expr | None = None,
    flag: pl.Expr | None = None,
    code: pl.Expr | None = None,
    check: pl.Expr | None = None,
) -> pl.Expr:
    """One typed reading as a struct; check: the variant of the code, see `common.findings`."""

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
    """Excel's own errors, and formulas whose result was not saved."""
    code = pl.when(KIND == ERROR).then(pl.lit("bad_type"))
    return reading(code=code.otherwise(pl.lit("formula_without_value")))


def read_number() -> pl.Expr:
    """A number cell is its number; a boolean, a date or a time is none."""
    value = pl.when(KIND == NUMBER).then(pl.col("number"))
    return numeric(value, doubtful=pl.lit(value=False))


def numeric(value: pl.Expr, doubtful: pl.Expr, check: pl.Expr | None = None) -> pl.Expr:
    """The reading of a number that was understood (else null), doubtful or not.

    What Excel shows as a whole number is one. A factor that a mapping gives is exact to the digits
    that Excel shows.
    """
    value = pl.coalesce((value * pl.col("factor")).round_sig_figs(DIGITS), value)
    shown = in_shown_digits(value)
    value = pl.when(shown.round(0) == shown).then(shown).otherwise(value)
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
    """The text, if it is short enough to be a number or a date, or a number beyond all limits."""
    text = pl.col("clean")
    fits = text.str.len_chars() <= LONGEST_NUMBER
    return pl.when(fits | text.str.contains(r"^\d+$")).then(text)


def read_number_in_text() -> pl.Expr:
    """A number in a text is read as meant; a single group of three digits is doubtful.

    The other texts of the column decide whether such a group is thousands; where they say that it
    is not, the text could mean either and is of no use.
    """
    minus = pl.col("said").str.contains(r"^[-−–]")
    digits = pl.col("digits")
    one_group = digits.str.contains(ONE_GROUP)
    single = one_group & pl.col("decimal_point")
    refused = pl.col("grouped").is_not_null() & pl.col("differ") & ~pl.col("agree")
    settled = pl.col("agree") & ~pl.col("differ")
    with_point = digits.str.replace(",", ".", literal=True)
    plain = (
        pl.when(refused)
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
    value = plain.cast(pl.Float64, strict=False) * pl.when(minus).then(-1.0).otherwise(1.0)
    doubtful = pl.col("grouped").is_not_null() & ~settled
    return numeric(value, doubtful, pl.when(refused).then(pl.lit("otherwise_in_column")))


def read_date() -> pl.Expr:
    """A date cell; a plain number, a boolean or a time is no date."""
    value = sensible(date_of_number())
    return reading(date=value, code=pl.when(value.is_null()).then(pl.lit("bad_date")))


def sensible(day: pl.Expr) -> pl.Expr:
    """A day that can be meant: "01.01.0000" is a slip; "for ever" is not later than 9999."""
    return pl.when(day >= FIRST_DAY).then(pl.min_horizontal(day, pl.lit(LAST_DAY)))


def read_date_in_text() -> pl.Expr:
    """A text such as 31.12.2025 or 2025-12-31, with or without a time of day.

    With a time and its zone it is the day that it was in Berlin.
    """
    text = pl.col("said")
    german = pl.when(text.str.contains(GERMAN_DATE)).then(text)
    iso = pl.when(text.str.contains(ISO_DATE)).then(text)
    day = pl.coalesce(
        german.str.to_date("%d.%m.%Y", strict=False), iso.str.to_date("%Y-%m-%d", strict=False)
    )
    zoned = pl.col("zoned")
    there = pl.when(zoned).then(
        day_in_berlin(day, pl.col("clean").str.extract_groups(TIME_IN_ZONE))
    )
    value = sensible(pl.when(zoned).then(there).otherwise(day))
    return reading(date=value, code=pl.when(value.is_null()).then(pl.lit("bad_date")))


def day_in_berlin(day: pl.Expr, time: pl.Expr) -> pl.Expr:
    """The day in Berlin at a time (groups of TIME_IN_ZONE) of a day elsewhere; null for no time.

    After a day in German "10:00-12:00" is from ten to twelve, no zone.
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
    possible = possible & (sign.is_null() | (sign == "+") | pl.col("said").str.contains(ISO_DATE))
    return pl.when(possible).then(there)


def number_of(digits: pl.Expr) -> pl.Expr:
    """A whole number in digits; 0 without any."""
    return digits.cast(pl.Int64, strict=False).fill_null(0)


def identifier(text: pl.Expr) -> pl.Expr:
    """An identifier such as DE-0042, written with any dash and in any case."""
    return (
        text.str.normalize("NFKC")
        .str.replace_all(rf"\s*{DASHES}\s*", "-")
        .str.strip_chars()
        .str.to_uppercase()
    )


def read_yes_no(workbook: Workbook) -> pl.Expr:
    """A boolean cell, 1 or 0, or a word for yes or no; a mapping's word for a number wins."""
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
    """The number of a criterion as text or number; 2.1 turned into a date by Excel is of no use."""
    said = KIND.is_in([ord("s"), ord("n")])
    value = pl.when(said).then(collapse_expr(pl.col("raw")).str.replace(",", ".", literal=True))
    return reading(text=value, code=pl.when(~said).then(pl.lit("bad_value")))
