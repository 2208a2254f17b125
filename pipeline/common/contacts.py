"""Masks mail addresses and telephone numbers in free text, in German and English notations.

What may look like a number of a telephone and is none stays: dates, amounts, postcodes, years,
identifiers, web addresses.
"""

import re
from functools import lru_cache

from pipeline.common.texts import say

MAIL = re.compile(
    r"""(?<![\w.+%'’-]) [\w.+%'’-]+ \s? (?:@|＠|\s*[\[({]\s*(?:at|ät)\s*[\])}]) \s?
        [\w-]+ (?: (?:\.|\s*[\[({]\s*(?:dot|punkt)\s*[\])}]\s?) [\w-]+)+""",
    re.VERBOSE | re.IGNORECASE,
)
WEB = re.compile(r"\b(?:https?://|ftp://|www\.)\S+", re.IGNORECASE)
# White space, brackets and signs between the digits of a number.
BETWEEN = r"[\s()/.\-–‑]"
# A word before a telephone's number. The less certain ones need a colon: "Forum Mobil 2030".
LABELLED = re.compile(
    rf"""\b(?: (?:tel|telefon|telephone|phone|fax|telefax|durchwahl|rufnummer)
             [\s.:\-–/]* (?:(?:nr|no|nummer|number)\b[\s.:]*)?
           | (?:fon|mobil|mobile|mobiltelefon|handy|hotline|cell|dw) \s* [.:] \s* )
        (?P<number> [+(]{{0,2}} \d (?: {BETWEEN}{{0,3}} \d ){{2,14}} )""",
    re.VERBOSE | re.IGNORECASE,
)
# What may stand before a number: no word, no digits that it continues, no path.
START = r"(?<![\w/.,\-–+])(?<!\d{4}\s)"
UNLABELLED = re.compile(
    rf"""{START} (?P<number>
        # +49 351 123456, 0049 (0)351 123456
        (?: (?:\+|\(\+) \s? [1-9] | 00[34]\d | 00[1-9]\d{{0,2}} (?=[\s()/\-–]) )
          (?: {BETWEEN}{{0,3}} \d ){{6,14}}
        # 0351 123456, (0351) 12 34 56, 0351/123456-0, 020 7946 0958; never 0 after the area code
      | (?: \(0[1-9]\d{{1,4}}\) {BETWEEN}{{0,3}}
          | 0[1-9]\d{{1,4}} (?: \s?[/\-–]\s? | \s | \.(?=\d{{5}}) ) )
          [1-9] (?: [\s/\-–]{{0,3}} \d ){{4,9}}
        # 03511234567
      | 0[1-9]\d{{8,10}}
        # (555) 123-4567, 1-800-555-0199
      | (?: (?:1[\-.\s])? (?: \([2-9]\d\d\)\s? | [2-9]\d\d[\-.\s] ) \d{{3}} [\-.\s] \d{{4}} )
      ) (?![\w]|[.,/\-–]\d)""",
    re.VERBOSE,
)
# Words before a number that is no telephone's.
IDENTIFIER = re.compile(
    r"""(?: \b(?: fkz | \w*kennzeichen | az | \w*aktenzeichen | isbn | issn | doi | id | orcid
              | iban | nr | no | nummer | number | hrb | hra | vr | plz | postleitzahl | postcode
              | zip | grant | patent | ep | wo | vertrag
              | eur | usd ) | € | \$ | № | \# ) [\s.:\#]* $""",
    re.VERBOSE | re.IGNORECASE,
)
AMOUNT = re.compile(
    r"\s*(?:€|\$|£|%|(?:EUR|Euro|USD|CHF|GBP|T€|TEUR|k€|Mio|Mrd|Tsd|VZÄ|km|kW|MW|Stück)\b)",
    re.IGNORECASE,
)
DATE = re.compile(
    r"^(?:\d{1,2}\.\s?\d{1,2}\.\s?(?:\d{4}|\d\d)|\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{4})(?!\d)"
)
YEARS = re.compile(r"(?<!\d)(?:19|20)\d\d\s*[-–‑/]\s*(?:(?:19|20)\d\d|\d\d)$")
TWO_POSTCODES = re.compile(r"^0[1-9]\d{3}[\s/\-–]+\d{5}$")
# A number with a label may be an extension; "Tel. 12" is none.
LEAST_DIGITS = 3


@lru_cache(maxsize=65_536)
def without_contacts(text: str, lang: str) -> str:
    """Return the text with a word in place of each mail address and telephone number."""
    if "@" not in text and not _may_hold(text):
        return text
    text = MAIL.sub(say("masked", "mail", lang), text)
    parts, end = [], 0
    for web in WEB.finditer(text):
        parts += [_without_numbers(text[end : web.start()], lang), web.group()]
        end = web.end()
    return "".join([*parts, _without_numbers(text[end:], lang)])


def _may_hold(text: str) -> bool:
    """Whether there are enough digits for a number, or a sign of a mail address."""
    return sum(map(str.isdigit, text)) >= LEAST_DIGITS or any(sign in text for sign in "＠[({")


def _without_numbers(text: str, lang: str) -> str:
    word = say("masked", "telephone", lang)

    def after_label(match: re.Match[str]) -> str:
        label = match.group()[: match.start("number") - match.start()]
        return match.group() if _is_other(match) else label + word

    def alone(match: re.Match[str]) -> str:
        named = IDENTIFIER.search(text_now, 0, match.start())
        other = named or _is_other(match) or TWO_POSTCODES.match(match["number"])
        return match.group() if other else word

    text_now = LABELLED.sub(after_label, text)
    return UNLABELLED.sub(alone, text_now)


def _is_other(match: re.Match[str]) -> bool:
    """Whether the digits are a date, years or an amount."""
    number, rest = match["number"], match.string[match.end() :]
    digits = re.sub(r"\D", "", number)
    is_year = len(digits) == 4 and digits[:2] in ("19", "20")
    return bool(is_year or DATE.match(number) or YEARS.search(number) or AMOUNT.match(rest))
