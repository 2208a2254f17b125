"""All texts of a page: labels of codes, names of registers, numbers and dates in one language."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from markupsafe import Markup

from pipeline.common.texts import day, number, percent, say, say_limit, say_variant, texts
from pipeline.report.pages.translations import plural, translation
from pipeline.tables.findings import kinds
from pipeline.tables.headlines import role_word
from schemas.declaration import registers, submission

# What clusters, experts and the office write is German (contract, 1.1).
GERMAN = "de"


@dataclass(frozen=True)
class Words:
    """The texts of one language. Called with a key, it returns the page's own text of that key."""

    lang: str

    def __call__(self, key: str, **values: object) -> str:
        """Return a text of the pages; KeyError if there is none."""
        text = translation(key, self.lang)
        return text.format(**values) if values else text

    def count(self, key: str, n: int) -> str:
        """Return a text with a number, in the singular for one."""
        return plural(key, n, self.lang).format(n=self.number(n))

    def of(self, text: Mapping[str, str]) -> str:
        """Return a text that has its own translations."""
        return text[self.lang]

    def code(self, group: str, code: str | None) -> str:
        """Return the text of a code."""
        return _label(group, code, self.lang)

    def variant(self, variant: str) -> str:
        """Return what a robustness variant changes."""
        return say_variant(variant, self.lang)

    def unit(self, group: str, code: str, amount: float) -> str:
        """Return a unit, in the singular for one."""
        one = texts(f"{group}_one").get(code) if amount == 1 else None
        return one[self.lang] if one else self.code(group, code)

    def finding(self, code: str) -> str:
        """Return the title of a kind of finding."""
        kind = kinds().get(code)
        return self.of(kind.title) if kind else code

    def name(self, register: str, value: str | None) -> str:
        """Return a register's word in this language; tables contain the German one."""
        if value is None:
            return self("none")
        entry = _entries(register).get(value)
        return entry[self.lang] if entry else value

    def role(self, role: str | None) -> str:
        """Return a role of the register; without one it is unknown."""
        return role_word(role, self.lang)

    def limit(self, source: str | None) -> str:
        """Return the source of a condition's limit; empty for the catalogue's own limit."""
        return say_limit(source, self.lang)

    @property
    def german(self) -> Markup:
        """The attribute, with a space before it, of what others wrote; empty on a German page."""
        return Markup("" if self.lang == GERMAN else f' lang="{GERMAN}"')

    @property
    def form_words(self) -> frozenset[str]:
        """What the form calls its sheets and columns in German; to be marked, too."""
        return form_words()

    def marked(self, text: str, written: Iterable[str]) -> str:
        """Return a text in which what others wrote is marked as German, if the page is not.

        written: names, titles, reasons as clusters, experts or the office wrote them, in German.
        """
        own = sorted(
            (w for w in set(written) if w in text and has_letter(w)), key=len, reverse=True
        )
        if self.lang == GERMAN or not own:
            return text
        pieces = re.split(rf"(?<!\w)({'|'.join(map(re.escape, own))})(?!\w)", text)
        span = Markup("<span{}>{{}}</span>").format(self.german)
        return Markup("").join(span.format(p) if at % 2 else p for at, p in enumerate(pieces))

    def number(self, value: float | None, digits: int = 0) -> str:
        """Return a number."""
        return _number(value, digits, self.lang)

    def fixed(self, value: float, digits: int) -> str:
        """Return a number with fixed digits, for columns."""
        mark = "," if self.lang == "de" else "."
        whole, _, rest = self.number(value, digits).partition(mark)
        return f"{whole}{mark}{rest.ljust(digits, '0')}"

    def percent(self, value: float | None, digits: int = 1) -> str:
        """Return a share."""
        return percent(value, self.lang, digits)

    def day(self, value: dt.date | None) -> str:
        """Return a date."""
        return day(value, self.lang)

    def yes_no(self, value: bool | None) -> str:
        """Return yes, no or unknown."""
        return self({True: "yes", False: "no", None: "unknown"}[value])


def has_letter(text: str) -> bool:
    """Return whether a text is more than signs and digits, which no language needs."""
    return any(map(str.isalpha, text))


@cache
def form_words() -> frozenset[str]:
    """Return the German names of the form's sheets and columns that are other words in English."""
    sheets = submission().sheets
    names = [s.name for s in sheets] + [f.name for s in sheets for f in s.fields]
    return frozenset(name["de"] for name in names if name["de"] != name["en"])


# The same numbers are repeated on hundreds of pages.
@lru_cache(maxsize=65_536)
def _number(value: float | None, digits: int, lang: str) -> str:
    return number(value, digits, lang)


@cache
def _label(group: str, code: str | None, lang: str) -> str:
    return say(group, code, lang)


@cache
def _entries(register: str) -> Mapping[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for entry in registers()[register]:
        found.setdefault(entry.value, {"de": entry.de, "en": entry.en})
    return found
