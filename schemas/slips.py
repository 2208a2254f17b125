"""Mistakes of those who run this, in both languages: what stands where and what is allowed."""

import datetime as dt
import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

# A file that people write is never larger; how many words and letters a sentence shows.
LARGEST_BYTES = 2**20
MOST_WORDS, LONGEST = 20, 80
# What the reader of TOML says of a place.
PLACES = {"at line": "Zeile", "column": "Spalte", "at end of document": "am Ende der Datei"}


class WrongUsageError(Exception):
    """What was asked for cannot be done; the messages say why. Nothing was changed."""

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
    found = shown(value)
    return SlipError(
        f"da steht {found}; erlaubt: {german}.",
        f"it says {found}; allowed: {english}.",
        *at,
    )


def unknown(word: object, known: Iterable[str], *at: str | int) -> SlipError:
    """Return the slip of a word that is none of those known."""
    found = shown(word)
    german, english = meant(str(word), list(dict.fromkeys(known)))
    return SlipError(
        f"da steht {found}; erlaubt: {german}", f"it says {found}; allowed: {english}", *at
    )


def meant(word: str, known: list[str]) -> tuple[str, str]:
    """Return the known words in German and English, and which of them may have been meant."""
    several = ", ".join(map(shown, known[:MOST_WORDS])) + (", …" if len(known) > MOST_WORDS else "")
    from difflib import get_close_matches  # loaded where something is wrong

    folded = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), folded, 1)
    if not near:
        return f"{several}.", f"{several}."
    nearest = shown(folded[near[0]])
    return f"{several}. Meinten Sie {nearest}?", f"{several}. Did you mean {nearest}?"


def shown(value: object) -> str:
    """Return a value as its file says it, cut where it is long."""
    if isinstance(value, dt.date | dt.time):
        text = value.isoformat()
    else:
        text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def read_toml(path: Path) -> dict[str, Any]:
    """Return what a file says; DeclarationError if it cannot be read."""
    try:
        if not path.is_file():  # a pipe would never end
            raise OSError("not a file")
        with path.open("rb") as stream:
            data = stream.read(LARGEST_BYTES + 1)
        if len(data) > LARGEST_BYTES:
            raise OSError(f"larger than {LARGEST_BYTES} bytes")
        return tomllib.loads(data.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise DeclarationError(
            f"{path.name}: Die Datei kann nicht gelesen werden ({error}).",
            f"{path.name}: the file cannot be read ({error}).",
        ) from error
    except (ValueError, RecursionError) as error:  # also numbers of thousands of digits
        raise no_toml(path.name, error) from error


def no_toml(name: str, error: Exception) -> DeclarationError:
    """Return the error of a file that is no TOML."""
    return DeclarationError(
        f"{name}: Die Datei ist nicht richtig geschrieben ({in_german(str(error))}). Texte stehen "
        "in Anführungszeichen, jeder Schlüssel steht einmal.",
        f"{name}: the file is not written correctly ({error}). Texts stand in quotation marks, "
        "each key stands there once.",
    )


def in_german(place: str) -> str:
    """Return where the TOML reader stopped, in German."""
    for english, german in PLACES.items():
        place = place.replace(english, german)
    return place
