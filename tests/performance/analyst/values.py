"""What stands in the cells: words, numbers, dates; what cannot be read is BAD, never dropped."""

import datetime as dt
import re
from typing import Any

BAD = "!bad"
EMPTY = None
EMPTY_WORDS = {"keine", "k. a.", "n. a.", "-", "–"}
YES = {"ja", "yes", "x", "wahr", "true", "1"}
NO = {"nein", "no", "falsch", "false", "0"}
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+")


def key(text: Any) -> str:
    """Return a word as words are compared: case, spaces, umlauts, unit and star left out."""
    text = re.sub(r"\s+", " ", str(text)).strip().casefold()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.replace(umlaut, letters)
    return text


def header_key(text: Any) -> str:
    """Return a header as headers are compared."""
    return key(re.sub(r"(\[.*\]|\(.*\)|\*)\s*$", "", str(text).strip()))


def known(value: Any) -> bool:
    """Whether there is a usable value."""
    return value is not EMPTY and value is not BAD


def raw(value: Any) -> Any:
    """Return a cell: EMPTY, BAD for Excel's errors (pandas gives NaN), else as it is."""
    if isinstance(value, float) and value != value:
        return BAD
    if value is None or (isinstance(value, str) and not value.strip()):
        return EMPTY
    return value


def as_text(value: Any) -> Any:
    """Return a text."""
    value = raw(value)
    if value in (EMPTY, BAD):
        return value
    text = re.sub(r"\s+", " ", str(value)).strip()
    return EMPTY if text.casefold() in EMPTY_WORDS else text


def as_word(value: Any, words: dict[str, str]) -> Any:
    """Return one of the words of a list (by key), else BAD."""
    value = raw(value)
    if value in (EMPTY, BAD):
        return value
    return words.get(key(value), BAD)


def as_number(
    value: Any,
    decimal: bool = False,
    whole: bool = False,
    low: float = 0,
    high: float = float("inf"),
) -> Any:
    """Return a number as German texts write it."""
    value = raw(value)
    if value in (EMPTY, BAD) or isinstance(value, bool | dt.date):
        return value if value is EMPTY else BAD
    if isinstance(value, str):
        value = parse(value, decimal)
        if value is BAD:
            return BAD
    if not low <= value <= high or (whole and value != int(value)):
        return BAD
    return value


def parse(text: str, decimal: bool) -> Any:
    """Return the number that a text holds."""
    text = re.sub(r"[\s\u00a0\u202f€+]|EUR", "", text)
    if GROUPED.fullmatch(text) and not (decimal and text.count(".") == 1):
        text = text.replace(".", "")
    elif "," in text:
        text = text.replace(".", "").replace(",", ".")
    try:
        return float(text)
    except ValueError:
        return BAD


def as_date(value: Any) -> Any:
    """Return a date; a plain number is none."""
    value = raw(value)
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date) or value is EMPTY:
        return value
    match = re.fullmatch(r"\s*(\d{1,2})\.(\d{1,2})\.(\d{4})\s*", str(value))
    parts = [int(match[n]) for n in (3, 2, 1)] if match else None
    match = re.fullmatch(r"\s*(\d{4})-(\d{2})-(\d{2})\s*", str(value))
    parts = [int(match[n]) for n in (1, 2, 3)] if match else parts
    try:
        return dt.date(*parts) if parts else BAD
    except ValueError:
        return BAD


def as_yes(value: Any) -> Any:
    """Return yes or no."""
    value = raw(value)
    if value in (EMPTY, BAD) or isinstance(value, bool):
        return value
    word = key(value)
    return True if word in YES else False if word in NO else BAD


def as_postcode(value: Any, country: Any) -> Any:
    """Return a postcode as the list of places has it."""
    value = raw(value)
    if value in (EMPTY, BAD):
        return value
    if isinstance(value, float) and value == int(value):
        value = int(value)
    code = re.sub(r"^[A-Z]{1,2}-", "", str(value).strip())
    if country in (EMPTY, "DE"):
        return code.zfill(5) if code.isdigit() else code
    code = re.sub(r"[\s-]", "", code)
    return code[:4] if country == "NL" else code
