"""The catalogues of the pages: nothing untranslated, nothing missing, nothing left over."""

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from babel.numbers import format_decimal, format_percent

from pipeline.common.texts import LANGUAGES, NBSP, number, percent
from pipeline.report.pages.translations import catalogue, messages, plural, translation

FOLDER = Path(__file__).parents[2] / "pipeline" / "report" / "pages"
# Finished pages are marked as withdrawn in the words of pages too.
MARKS = FOLDER.parents[1] / "publication" / "release" / "marks.py"
FILES = [*(p for p in FOLDER.rglob("*") if p.suffix in (".py", ".j2")), MARKS]
SOURCES = [p.read_text(encoding="utf-8") for p in FILES]
CALL = re.compile(r"""(?:\bt|words|plural|\bcount)\(\s*(?:lang, )?["']([a-z_0-9]+)["']\s*[,)]""")


def placeholders(forms: tuple[str, ...]) -> set[str]:
    """Return the names in braces."""
    return set(chain.from_iterable(re.findall(r"\{(\w+)\}", form) for form in forms))


def test_no_message_is_untranslated_or_doubtful() -> None:
    for lang in LANGUAGES:
        assert not [m.id for m in catalogue(lang) if m.id and m.fuzzy]
        assert not [key for key, forms in messages(lang).items() if not all(forms)]


def test_the_catalogues_hold_the_same_messages_with_the_same_placeholders() -> None:
    german, english = (messages(lang) for lang in LANGUAGES)
    assert list(german) == list(english)
    for key, forms in german.items():
        assert len(forms) == len(english[key]), key
        assert placeholders(forms[-1:]) == placeholders(english[key][-1:]), key


def test_every_key_asked_for_is_there() -> None:
    asked = set(chain.from_iterable(CALL.findall(source) for source in SOURCES))
    assert len(asked) > 100
    assert asked <= set(messages("de"))


def values_given() -> Iterator[tuple[str, str]]:
    """Yield key and name of each value that a call gives to a message of a literal key."""
    for path in (p for p in FILES if p.suffix == ".py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match call:
                case ast.Call(ast.Name("words"), [ast.Constant(str() as key)], given):
                    yield from ((key, value.arg) for value in given if value.arg)


def test_every_value_that_is_given_stands_in_the_text() -> None:
    given = set(values_given())
    assert len(given) > 100
    named = {key: placeholders(forms) for key, forms in messages("de").items()}
    assert not [(key, name) for key, name in given if name not in named[key]]


def test_every_message_is_asked_for_somewhere() -> None:
    """By its key, or by one that is put together: `f"quarter_{n}"` or `'section_' ~ id`."""
    names = (FOLDER.parents[1] / "tables" / "payers.py").read_text(encoding="utf-8")
    text = "\n".join([*SOURCES, names])
    whole = set(re.findall(r"""["']([a-z_0-9]+)["']""", text))
    formed = re.findall(r"""f["']([a-z_0-9]*\{[^"'}]+\}[a-z_0-9]*)["']""", text)
    patterns = [re.sub(r"\{[^}]+\}", "[a-z_0-9]+", form) for form in formed]
    patterns += [f"{head}[a-z_]+" for head in re.findall(r"'([a-z_]+_)' ~", text)]
    put_together = re.compile("|".join(p for p in patterns if p != "[a-z_0-9]+"))
    assert not [k for k in messages("de") if k not in whole and not put_together.fullmatch(k)]


def test_a_missing_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        translation("no such message", "de")


def test_one_and_several() -> None:
    assert [plural("clusters", n, "de") for n in (0, 1, 2)] == [
        "{n} Cluster",
        "1 Cluster",
        "{n} Cluster",
    ]
    assert plural("clusters", 2, "en") == "{n} clusters"


@pytest.mark.parametrize("value", [0.0, 1.5, 1234.5, 1_234_567.25, -3.75])
def test_numbers_are_those_of_the_locale(value: float) -> None:
    for lang in LANGUAGES:
        expected = format_decimal(value, "#,##0.##", locale=lang).replace("-", "−")
        assert number(value, 2, lang) == expected
    assert percent(0.125, "de") == format_percent(0.125, "#,##0.#\u00a0%", locale="de")
    assert percent(0.125, "en").replace(NBSP, "") == format_percent(0.125, "#,##0.#%", locale="en")
