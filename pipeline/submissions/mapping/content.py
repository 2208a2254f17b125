"""What a column holds, judged by its cells: dates, numbers, postcodes, words of our lists."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import islice

from pipeline.submissions.mapping.hints import word_names
from schemas.declaration import Field, submission
from schemas.words import word_key

# Of one column no more different words are looked at.
MOST_WORDS, LONGEST_WORD = 500, 120
TEXT, NUMBER, BOOLEAN, DATE = b"snbd"
DATES = re.compile(
    r"(?:\d{1,2}\s?[./]\s?\d{1,2}\s?[./]\s?(?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2})(?:[ T]\d{1,2}:\S*)?"
)
SHORT_YEARS = "31.12.26"
SHORT_YEAR = re.compile(r"\d{1,2}\.\s?\d{1,2}\.\s?\d{2}")
YEARS = re.compile(r"(?:19|20)\d{2}")
PLACES = re.compile(r"(?:[A-Za-z]{1,3}[- ])?\d{4,5},?\s+[^\W\d].*")
NUMBERS = re.compile(r"[-+−]?\s?(?:€|eur)?\s?\d[\d.,\s]*(?:€|eur|%)?", re.IGNORECASE)
POSTCODES = re.compile(r"(?:[A-Z]{1,2}-)?\d{4,5}")
MAILS = re.compile(r"[^@\s]+@[^@\s]+\.\w+")
PHONES = re.compile(r"(?:\+|00?)[\d\s()/.-]{7,}")
ENGLISH = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:,\d{3}){2,}")
GERMAN = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+,\d{1,2}")
SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/\d{4}\b.*")
Cell = tuple[int, float, str | None]


@dataclass(frozen=True)
class Content:
    """Shares (0 to 1) of a column's filled cells, and its words by key: how often, as written."""

    size: int = 0
    shares: Mapping[str, float] = field(default_factory=dict)
    words: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    texts: tuple[str, ...] = ()

    def share(self, kind: str) -> float:
        """Return the share of cells of a kind (a key of TESTS)."""
        return self.shares.get(kind, 0.0)

    def share_of_words(self, keys: frozenset[str]) -> float:
        """Return the share of the different words that are among the keys."""
        return len(keys & set(self.words)) / len(self.words) if self.words else 0.0


def content_of(cells: Iterable[Cell], most: int) -> Content:
    """Return what the first cells of a column (kind, number, text; see `intake`) hold."""
    cells = list(islice(cells, most))
    counts = Counter(text for cell in cells if (text := as_word(cell)) is not None)
    written: dict[str, tuple[int, str]] = {}
    for text, count in counts.most_common(MOST_WORDS):
        key = word_key(text).rstrip(" ;,.")  # as forms end the choices that were ticked
        written[key] = (written.get(key, (0, ""))[0] + count, text)
    size = max(1, len(cells))
    shares = {kind: sum(map(test, cells)) / size for kind, test in TESTS.items()}
    texts = [t for kind, _, t in cells if kind == TEXT and t and len(t) <= LONGEST_WORD]
    return Content(len(cells), shares, written, tuple(texts))


def as_word(cell: Cell) -> str | None:
    """Return a text, or a whole number as one; None for anything else and for long texts."""
    kind, number, text = cell
    if kind == TEXT and text is not None and len(text) <= LONGEST_WORD:
        return text.strip()
    return f"{number:.0f}" if kind == NUMBER and number == round(number) else None


def _matches(pattern: re.Pattern[str]) -> Callable[[Cell], bool]:
    """Return whether a cell's text is of the pattern; long texts are none, and costly to try."""

    def test(cell: Cell) -> bool:
        text = cell[2] or ""
        short = cell[0] == TEXT and len(text) <= LONGEST_WORD
        return short and pattern.fullmatch(text.strip()) is not None

    return test


def _is_year(cell: Cell) -> bool:
    kind, number, _ = cell
    whole = kind == NUMBER and number == round(number) and 1900 <= number <= 2099
    return whole or _matches(YEARS)(cell)


def _is_postcode(cell: Cell) -> bool:
    kind, number, _ = cell
    whole = kind == NUMBER and number == round(number) and 1000 <= number <= 99999
    return whole or _matches(POSTCODES)(cell)


TESTS: dict[str, Callable[[Cell], bool]] = {
    "date": lambda cell: cell[0] == DATE or _matches(DATES)(cell),
    "number": lambda cell: cell[0] == NUMBER or _matches(NUMBERS)(cell),
    "postcode": _is_postcode,
    "place": _matches(PLACES),
    "year": _is_year,
    "mail": _matches(MAILS),
    "phone": lambda cell: _matches(PHONES)(cell) and not _matches(DATES)(cell),
    "boolean": lambda cell: cell[0] == BOOLEAN,
}


# ------------------------------------------------------------------------------------- our fields
@cache
def known_words(sheet: str, field_key: str) -> frozenset[str]:
    """Return the keys of the words (ours and those that hint at them) of a field."""
    return frozenset(word_names(submission().sheet(sheet).field(field_key)).keys)


def fits(content: Content, sheet: str, field: Field) -> tuple[int, int]:
    """Return how much the content adds to a name's score, and its score without a name.

    Scores are percentages; an empty column has none.
    """
    if not content.size:
        return 0, 0
    if field.list or field.type == "yes_no":
        return _fits_words(content, sheet, field)
    if field.type == "date":
        dates = content.share("date")
        return _by_share(dates + content.share("year"), 10, 55 if dates >= 0.7 else 0)
    if field.type in ("number", "integer"):
        return _by_share(content.share("number"), 5, 0)
    if field.type == "postcode":
        return _by_share(content.share("postcode") + content.share("place"), 15, 65)
    kinds = ("date", "year", "number", "boolean", "place")
    return (-30, 0) if max(map(content.share, kinds)) >= 0.7 else (0, 0)


def _fits_words(content: Content, sheet: str, field: Field) -> tuple[int, int]:
    share = content.share_of_words(known_words(sheet, field.key))
    boolean = field.type == "yes_no" and content.share("boolean") >= 0.7
    found = known_words(sheet, field.key) & set(content.words)
    several = sum(len(word) > 1 for word in found) > 1  # a letter may stand for anything
    if share >= 0.5 or boolean:
        return 20, 85 if several and field.type != "yes_no" else 60
    if share >= 0.2:
        return 10, 50
    # Other words than ours, and than those that others use for ours: a name of ours still counts.
    different = len(content.words) > 60 or content.share("date") >= 0.5
    return (-45 if different else -35), 0


def _by_share(share: float, bonus: int, alone: int) -> tuple[int, int]:
    if share >= 0.7:
        return bonus, alone
    return (0, 0) if share >= 0.3 else (-45, 0)


# -------------------------------------------------------------------------------------- notations
def number_notation(texts: Iterable[str]) -> str | None:
    """Return "1,234.5" if numbers in texts are written so; None if not, or not clearly."""
    texts = [text.strip() for text in texts]
    english = any(ENGLISH.fullmatch(text) for text in texts)
    german = any(GERMAN.fullmatch(text) for text in texts)
    return "1,234.5" if english and not german else None


def date_notation(texts: Iterable[str]) -> str | None:
    """Return how dates are written in another way than ours; None if they are not.

    Of dates such as 12/31/2026 "?" if day and month could both come first.
    """
    texts = list(texts)
    pairs = [(int(m[1]), int(m[2])) for text in texts if (m := SLASHED.fullmatch(text.strip()))]
    if not pairs:
        short = any(SHORT_YEAR.fullmatch(text.strip()) for text in texts)
        return SHORT_YEARS if short else None
    day_first = any(a > 12 for a, _ in pairs)
    month_first = any(b > 12 for _, b in pairs)
    if day_first == month_first:
        return "?"
    return "31/12/2026" if day_first else "12/31/2026"
