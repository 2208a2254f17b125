"""The sentences of the pages: gettext catalogues under schemas/locale, read without compiling.

A message's id is its key in templates and code. German and English are both in a catalogue, so that
neither is the fallback of the other. A missing key is an error.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from schemas.declaration import HERE

FOLDER = HERE / "locale"
DOMAIN = "pages.po"


def place(lang: str) -> Path:
    """Return the catalogue's file of a language."""
    return FOLDER / lang / "LC_MESSAGES" / DOMAIN


@cache
def catalogue(lang: str) -> Catalog:
    """Return the catalogue of a language."""
    with place(lang).open("rb") as file:
        return read_po(file, locale=lang, domain="pages", abort_invalid=True)


@cache
def messages(lang: str) -> Mapping[str, tuple[str, ...]]:
    """Return every message's forms by its key: one form, or singular and plural."""
    found = {}
    for message in catalogue(lang):
        forms = message.string
        key = message.id if isinstance(message.id, str) else message.id[0]
        if key:
            found[key] = (forms,) if isinstance(forms, str) else tuple(forms or ())
    return found


def translation(key: str, lang: str) -> str:
    """Return a message that has one form; KeyError if there is none."""
    (text,) = messages(lang)[key]
    return text


def plural(key: str, n: int, lang: str) -> str:
    """Return the form of a message for a number; both languages have a singular and a plural."""
    one, several = messages(lang)[key]
    return one if n == 1 else several
