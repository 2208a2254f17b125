"""The value of one cell of a submission: a second implementation of the contract (1.2).

Knows nothing of the pipeline; shares with it only the declaration and the rule for equal words.
"""

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from schemas.declaration import LISTS, Field, registers, submission, words
from schemas.frequency import frequency_words
from schemas.words import DASHES, choice_key, collapse, word_key

EMPTY = "empty"
APOSTROPHES = "'\u2018\u2019\u201b\u02bc\u02b9`\u00b4\u2032\uff07"
WORDS = submission().words
SIGNS = r"[\s!-/:-@\[-`{-~–—…„“”‚‘’»«·•¿¡§]"
# What parts an item further, or is taken from its ends.
PLAIN_ITEM = re.compile(
    r"[\n\r\v\f\x85\u2028\u2029|•▪▫◦‣∙●■□○·,/#&+.]|^\s*[-\u2010-\u2015\u2212*(]|^\s*\d+[.)]"
    r"|(?i:\b(?:und|and|u\.)\b)"
)
ALL = {word_key(word) for word in WORDS["all_fields"]}
OFTEN = {
    word_key(w): n
    for words in (frequency_words().words, frequency_words().rates)
    for w, n in words.items()
}
YES, NO = ({choice_key(word) for word in WORDS[name]} for name in ("yes", "no"))


@dataclass(frozen=True)
class Given:
    """A cell as a reader gives it: kind s, n, b, d, t (time), e (error) or f (no stored value)."""

    kind: str
    value: Any = None


@dataclass(frozen=True)
class Said:
    """What a cell says: a value, or the code of what is wrong; and whether it is doubtful."""

    value: Any = None
    code: str | None = None
    doubtful: bool = False
    vague: bool = False


def said(field: Field, cell: Given, column: Sequence[Given] = ()) -> Said:
    """What the cell says in the column of the field; code `empty` where it says nothing.

    column: all cells of the column.
    """
    if is_empty(field, cell):
        return Said(code=EMPTY)
    if cell.kind in "ef":
        return Said(code="bad_type" if cell.kind == "e" else "formula_without_value")
    if says_none(cell) and field.says_none:
        return Said("")
    if field.often and cell.kind == "s" and word_key(cell.value) in OFTEN:
        return Said(OFTEN[word_key(cell.value)])
    if field.type in ("number", "integer"):
        return limited(field, number(field, cell, column))
    if field.type == "date":
        return date(cell)
    if field.type == "yes_no":
        return yes_no(cell)
    return listed(field, cell)


def is_empty(field: Field, cell: Given) -> bool:
    """Blanks, words for nothing where texts stand, and an end that is said to be open."""
    if cell.kind == "s" and not collapse(cell.value):
        return True
    if field.type == "date" and field.goes_on:
        text = cell.value if cell.kind == "s" else ""
        return says_none(cell) or (
            cell.kind == "s" and (bare(text) == "" or is_of(text, "goes_on"))
        )
    if field.type in ("text", "postcode"):
        return no_answer(cell) or (says_none(cell) and not field.says_none)
    return field.type in LISTS and no_answer(cell)


def says_none(cell: Given) -> bool:
    """Whether a cell says that there is none: a word, a zero, an unticked box."""
    if cell.kind in "nb":
        return bool(cell.value == 0)
    if cell.kind != "s" or no_answer(cell):
        return False
    return is_of(cell.value, "none") or none_of_a_kind(cell.value)


def no_answer(cell: Given) -> bool:
    """Whether a cell says that no answer is given: a word, or punctuation alone.

    What may mean both (noch nicht bekannt) means this: it claims less.
    """
    return cell.kind == "s" and (bare(cell.value) == "" or is_of(cell.value, "no_answer"))


def is_of(text: str, name: str) -> bool:
    """Whether a text is a word of a list, with what may stand around it."""
    key = word_key(text)
    remark = re.split(r",(?!\d)|[(\[]", key, maxsplit=1)[0]
    plain = {bare(word) for word in WORDS[name]}
    if bare(text) in plain & {"0"}:
        return True
    around = sorted((bare(word) for word in WORDS["around"]), key=len, reverse=True)
    return any(
        one in plain - {"0"} for form in (key, remark) for one in without(bare(form), around)
    )


def none_of_a_kind(text: str) -> bool:
    """Whether a text is "kein Wettbewerber"; of what is drawn no other form."""
    kinds = [e for name in ("evidence_kinds", "activity_kinds") for e in registers()[name]]
    names = {bare(name) for e in kinds for name in e.keys}
    return any(bare(text) == bare(word) + name for word in WORDS["none_of"] for name in names)


def without(key: str, around: list[str]) -> set[str]:
    """A text with words around it and a number after it taken away, in every way."""
    found, todo = set(), {key, key.rstrip("0123456789")}
    while todo:
        one = todo.pop()
        found.add(one)
        shorter = {one.removeprefix(word) for word in around} | {
            one.removesuffix(word) for word in around
        }
        todo |= shorter - found
    return found


def bare(text: str) -> str:
    """A text without white space and punctuation."""
    return re.sub(SIGNS, "", word_key(text))


def shown(cell: Given) -> str:
    """The cell as a text; numbers are compared by what they are worth."""
    match cell.kind:
        case "d":
            return f"{cell.value:%d.%m.%Y}"
        case "b":
            return "WAHR" if cell.value else "FALSCH"
        case "n":
            digits = in_15_digits(cell.value)
            return str(int(digits)) if digits == int(digits) else repr(digits)
    return collapse(str(cell.value))


def in_15_digits(value: float) -> float:
    """The number that Excel shows, of those that are neither next to nothing nor huge."""
    return float(f"{value:.14e}") if 1e-7 <= abs(value) <= 1e15 else value


def number(field: Field, cell: Given, column: Sequence[Given]) -> Said:
    """A number cell, or a text in which a number is meant."""
    if cell.kind == "n":
        return usable(float(cell.value))
    if cell.kind != "s":
        return Said(code="bad_type")
    texts = [digits_of(collapse(one.value))[1] for one in column if one.kind == "s"]
    return in_text(field, collapse(cell.value), {decimal_sign(text) for text in texts})


def decimal_sign(digits: str) -> str | None:
    """The sign before the decimals, where digits can be read in one way only."""
    if re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", digits) or not is_number(digits):
        return None
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return None
    if digits.count(digits[last]) > 1:  # groups alone: the other sign is before decimals
        return "," if digits[last] == "." else "."
    return digits[last]


def is_number(digits: str) -> bool:
    """Whether digits are a number in one of the forms."""
    return any(re.fullmatch(form, digits) for form, _, _ in FORMS)


def digits_of(text: str) -> tuple[float, str]:
    """The sign of a number and its digits, without all that stands around them."""
    marks = re.compile(rf"(?i)^[{APOSTROPHES}]\s*|^(€|eur)\s*|\s*(€|eur|°)$")
    text = re.sub(r"([.,])\s*[-\u2010-\u2015\u2212]{1,2}$", r"\g<1>00", marks.sub("", text))
    text = marks.sub("", text).strip()
    sign = -1.0 if text[:1] in ("-", "−", "–") else 1.0
    return sign, re.sub(r"^[-+−–]\s*", "", text)


GROUP = r"[1-9][0-9]{0,2}"
FORMS = [
    (rf"{GROUP}(\.[0-9]{{3}}){{2,}}", ".", None),
    (r"[0-9]{1,3}(\.[0-9]{3})+,[0-9]+", ".", ","),
    (r"[0-9]{1,3}( [0-9]{3})+([.,][0-9]+)?", " ", ","),
    (rf"[0-9]{{1,3}}([{APOSTROPHES}][0-9]{{3}})+([.,][0-9]+)?", f"[{APOSTROPHES}]", ","),
    (rf"[0-9]{{1,3}}(,[0-9]{{3}})+\.[0-9]+|{GROUP}(,[0-9]{{3}}){{2,}}", ",", None),
    (r"[0-9]+,[0-9]+", "", ","),
    (r"[0-9]+(\.[0-9]+)?", "", None),
]


def in_text(field: Field, text: str, decimal_signs: set[str | None]) -> Said:
    """The number a text means; a single group of three digits is doubtful.

    decimal_signs: those of the column's texts that leave no doubt of it.
    """
    sign, digits = digits_of(text)
    if re.fullmatch(rf"{GROUP}[.,][0-9]{{3}}", digits) and not field.decimal_point:
        other = "," if "." in digits else "."
        known = decimal_signs - {None}
        if known and other not in known:
            return Said(code="bad_type")
        return usable(sign * float(re.sub("[.,]", "", digits)), doubtful=known != {other})
    for form, thousands, comma in FORMS:
        if re.fullmatch(form, digits):
            plain = re.sub(re.escape(thousands) if thousands == "." else thousands, "", digits)
            return usable(sign * float(plain.replace(",", ".") if comma else plain))
    return Said(code="bad_type")


def usable(value: float, *, doubtful: bool = False) -> Said:
    """Numbers next to nothing or beyond a trillion are slips; almost whole ones are whole."""
    if math.isfinite(value) and in_15_digits(value).is_integer():
        value = in_15_digits(value)
    if value != 0 and not 1e-6 <= abs(value) <= 1e12 or not math.isfinite(value):
        return Said(code="out_of_range")
    return Said(value, doubtful=doubtful)


def limited(field: Field, reading: Said) -> Said:
    """The number within its field's limits."""
    if reading.code:
        return reading
    if field.type == "integer" and reading.value != int(reading.value):
        return Said(code="bad_value", doubtful=reading.doubtful)
    low = -math.inf if field.min is None else field.min
    high = math.inf if field.max is None else field.max
    if not low <= reading.value <= high:
        return Said(code="out_of_range", doubtful=reading.doubtful)
    return reading


def date(cell: Given) -> Said:
    """A date cell, or a text such as 31.12.2025 or 2025-12-31; the time of day does not count."""
    day: dt.date | None = None
    if cell.kind == "d":
        day = cell.value
    elif cell.kind == "s":
        written = collapse(cell.value)
        time = re.search(
            r"(?i),?[ T]([0-9]{1,2}):([0-9]{2})(:[0-9]{2}([.,][0-9]+)?)?( ?Uhr)?"
            r"( ?(Z|UTC|GMT|(UTC|GMT)?([+\-\u2010-\u2015\u2212])([0-9]{2})(:?([0-9]{2}))?))?$",
            written,
        )
        text = re.sub(r"\.\s+", ".", written[: time.start()] if time else written)
        german = re.fullmatch(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", text)
        iso = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", text)
        parts = german.groups()[::-1] if german else iso.groups() if iso else ("0", "0", "0")
        try:
            day = dt.date(*(int(part) for part in parts))
            if time and time[6]:
                day = in_berlin(day, time, iso=bool(iso))
        except ValueError:
            day = None
    return Said(day) if day and day.year >= 1700 else Said(code="bad_date")


def in_berlin(day: dt.date, time: re.Match[str], *, iso: bool) -> dt.date | None:
    """The day in Berlin at a time of a day in another zone; None if there is no such time."""
    clock = dt.timedelta(hours=int(time[1]), minutes=int(time[2]))
    offset = dt.timedelta(hours=int(time[10] or 0), minutes=int(time[12] or 0))
    if int(time[2]) > 59 or clock > dt.timedelta(days=1) or offset > dt.timedelta(hours=14):
        return None
    if not iso and time[9] not in (None, "+"):
        return None
    moment = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    try:
        moment += clock - (offset if time[9] == "+" else -offset)
        return moment.astimezone(ZoneInfo("Europe/Berlin")).date()
    except OverflowError:
        return dt.date.max


def yes_no(cell: Given) -> Said:
    """A boolean, 1 or 0, or a word for yes or no."""
    if cell.kind in "bn" and cell.value in (0, 1):
        return Said(bool(cell.value))
    if cell.kind == "s" and choice_key(cell.value) in YES | NO:
        return Said(choice_key(cell.value) in YES)
    return Said(code="bad_value")


def listed(field: Field, cell: Given) -> Said:
    """A text, free or from a list, or several of them."""
    if field.type in ("choices", "text_list"):
        return items(field, cell)
    text = shown(cell)
    if field.list:
        return word(field.list, text) if cell.kind == "s" else Said(code="bad_value")
    if field.pattern:
        text = identifier(text) if cell.kind == "s" else text
        if not re.fullmatch(field.pattern.strip("^$"), text):
            return Said(code="bad_value")
    return Said(text)


def identifier(text: str) -> str:
    """An identifier in any case and with any dash."""
    text = unicodedata.normalize("NFKC", text)
    return re.sub(rf"\s*{DASHES}\s*", "-", text).strip().upper()


def word(register: str, text: str) -> Said:
    """What tables carry for a word of a register."""
    entry = words(register).get(choice_key(text))
    if entry is None:
        return Said(code="bad_value")
    return Said(entry.extra["code"] if register == "countries" else entry.value)


def items(field: Field, cell: Given) -> Said:
    """The different items of a list parted by semicolons; strange words stay.

    Of other separators, and of words for all that is stated, nothing is said here.
    """
    if says_none(cell):
        return Said([])
    text = str(cell.value) if cell.kind == "s" else shown(cell)
    parts = {word_key(part): collapse(part) for part in text.split(";")}
    if any(map(PLAIN_ITEM.search, text.split(";"))) or ALL & set(parts):
        return Said(vague=True)
    kept = [part for part in parts.values() if part and not no_answer(Given("s", part))]
    if any(says_none(Given("s", part)) for part in kept):
        return Said(vague=True)
    known = [word(field.list, part) if field.list else Said(code="") for part in kept]
    every = [r.value if r.code is None else p for r, p in zip(known, kept, strict=True)]
    return Said(every or None)
