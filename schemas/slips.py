"""Mistakes of those who run this, in both languages: what stands where and what is allowed."""

import datetime as dt
from collections.abc import Iterable

# How many words and letters a sentence shows.
MOST_WORDS, LONGEST = 20, 80


class WrongUsageError(Exception):
    """A request that cannot be done; the messages say why. Nothing was changed."""

    def __init__(self, german: str, english: str) -> None:
        super().__init__(german, english)
        self.messages = {"de": german, "en": english}

    def __str__(self) -> str:
        return "\n".join(self.messages.values())


class DeclarationError(WrongUsageError):
    """A file that people write is written wrongly; the messages name file and key."""


class SlipError(ValueError):
    """What is wrong with one value: sentences without the place, and where below it it stands."""

    def __init__(self, german: str, english: str, *at: str | int) -> None:
        super().__init__(english)
        self.german, self.english, self.at = german, english, at


def instead(value: object, german: str, english: str, *at: str | int) -> SlipError:
    """Return the slip of a value that stands where something else is allowed."""
    found = as_written(value)
    return SlipError(
        f"da steht {found}; erlaubt: {german}.",
        f"it says {found}; allowed: {english}.",
        *at,
    )


def unknown(word: object, known: Iterable[str], *at: str | int) -> SlipError:
    """Return the slip of a word that is none of those known."""
    found = as_written(word)
    german, english = meant(str(word), list(dict.fromkeys(known)))
    return SlipError(
        f"da steht {found}; erlaubt: {german}", f"it says {found}; allowed: {english}", *at
    )


def meant(word: str, known: list[str]) -> tuple[str, str]:
    """Return the known words in German and English, and which of them may have been meant."""
    several = ", ".join(map(as_written, known[:MOST_WORDS])) + (
        ", …" if len(known) > MOST_WORDS else ""
    )
    from difflib import get_close_matches  # loaded where something is wrong

    folded = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), folded, 1)
    if not near:
        return f"{several}.", f"{several}."
    nearest = as_written(folded[near[0]])
    return f"{several}. Meinten Sie {nearest}?", f"{several}. Did you mean {nearest}?"


def as_written(value: object) -> str:
    """Return a value as its file says it, cut where it is long."""
    import json  # loaded where something is wrong

    if isinstance(value, dt.date | dt.time):
        text = value.isoformat()
    else:
        text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
