"""Declared texts fit the code that uses them, and documents name files that exist."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.common.catalogue import metrics
from pipeline.common.texts import LANGUAGES, number, percent, say, say_limit, say_variant, texts
from pipeline.report.form.plan import every_text
from pipeline.report.pages.translations import messages, translation
from schemas import tables
from schemas.benchmarks import declared_cohort_kinds, declared_indicators
from schemas.declaration import DeclarationError

ROOT = Path(__file__).parent.parent
SCHEMAS = ROOT / "schemas"


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("status", tables.STATUSES),
        ("decision", tables.DECISIONS),
        ("outcome", tables.OUTCOMES),
        ("severity", tables.SEVERITIES),
        ("cohort_kind", declared_cohort_kinds()),
        ("indicator", declared_indicators()),
        ("unit", [m.unit for m in metrics().values()]),
        ("lever_unit", [m.lever_unit for m in metrics().values()]),
    ],
)
def test_every_code_has_a_text(group: str, codes: list[str]) -> None:
    assert set(codes) <= set(texts(group))


# Placeholders that hold a number of things, which may be one. Limits and settings are never one.
COUNTS = r"\{(n|count|others|files|clusters|quarantined|criteria)\}"


def test_a_text_with_a_number_before_a_noun_has_a_singular() -> None:
    """`{n} Dateien` needs a text `…_one`, unless its number stands behind it: `Dateien: {n}`."""
    found = []
    for group, entries in tomllib.loads((SCHEMAS / "texts.toml").read_text("utf-8")).items():
        for code, text in entries.items():
            plural = re.search(COUNTS + " (weitere|[A-ZÄÖÜ][a-zäöü]+)", text["de"])
            if plural and f"{code}_one" not in entries and not code.endswith("_one"):
                found.append(f"{group}.{code}: {plural[0]}")
    assert sorted(found) == []


def test_pages_give_each_text_the_values_that_it_names() -> None:
    """A value that a text does not name would be lost without a word."""
    wrong = []
    for file in sorted((ROOT / "pipeline" / "report" / "pages").glob("*.py")):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            match call:
                case ast.Call(
                    func=ast.Name(id="words"), args=[ast.Constant(value=key)], keywords=given
                ) if all(one.arg for one in given):
                    for lang in LANGUAGES:
                        named = set(re.findall(r"\{(\w+)", translation(key, lang)))
                        if named != {one.arg for one in given}:
                            wrong.append(f"{file.name}: {key} ({lang})")
    assert wrong == []


def test_a_label_names_the_radius_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert say("indicator", "near_share", "de") == "Anteil im Umkreis von 150 km"
    texts.cache_clear()
    monkeypatch.setattr("pipeline.common.texts.load_table", lambda *_: {"radius_km": 112.5})
    try:
        assert say("indicator", "near_share", "de") == "Anteil im Umkreis von 112,5 km"
        assert say("indicator", "near_share", "en") == "share within 112.5 km"
    finally:
        texts.cache_clear()


def test_a_text_that_is_missing_is_a_slip_in_its_file() -> None:
    for texts_of, code in ((texts("operation"), "publishd"), (every_text()["guide"], "stepz")):
        with pytest.raises(DeclarationError, match="fehlt.*Meinten Sie"):
            texts_of[code]
    with pytest.raises(DeclarationError, match="texts.toml, operatio: .*Did you mean"):
        texts("operatio")
    with pytest.raises(DeclarationError, match="texts.toml, status.fulfiled: .*Did you mean"):
        say("status", "fulfiled", "de")
    with pytest.raises(DeclarationError, match="benchmarks.toml, indicators.actor: .*Did you mean"):
        say("indicator", "actor", "de")


@pytest.mark.parametrize(
    ("variant", "german"),
    [
        ("radius_145", "Umkreis 145 km"),
        ("radius_147.5", "Umkreis 147,5 km"),
        ("sme_ifm", "KMU nach"),
    ],
)
def test_a_variant_names_the_radius_of_the_settings(variant: str, german: str) -> None:
    assert say_variant(variant, "de").startswith(german)


@pytest.mark.parametrize(
    ("value", "digits", "german", "english"),
    [
        (1234.5, 2, "1.234,5", "1,234.5"),
        (1234567, 0, "1.234.567", "1,234,567"),
        (-0.25, 2, "−0,25", "−0.25"),
        (100.0, 2, "100", "100"),
        (None, 2, "–", "–"),
    ],
)
def test_number(value: float | None, digits: int, german: str, english: str) -> None:
    assert (number(value, digits, "de"), number(value, digits, "en")) == (german, english)


def test_percent() -> None:
    assert percent(0.6, "de") == "60\u00a0%"
    assert percent(0.49999, "de", 3) == "49,999\u00a0%"


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("quartile: size_band 51–100", "Größenklasse 51–100 in diesem Review"),
        ("quartile: portfolio", "Portfolios in diesem Review"),
        ("frozen 2026-Q2: portfolio", "aus 2026-Q2"),
        ("bands: ESCA 2027, Tabelle 3", "ESCA 2027, Tabelle 3"),
        ("none", "kein Grenzwert"),
        ("catalogue", ""),
    ],
)
def test_say_limit(source: str, part: str) -> None:
    assert part in say_limit(source, "de")


# ---- what people read holds no codes and is in their language ----
HOLE = re.compile(r"\{[^{}]*\}")
CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
ENGLISH = re.compile(r"(?i)\b(?:the|and|is|are|not|please|cannot|missing|with|this|which)\b")
# What a program says of itself is a code, or English, whatever sentence it stands in.
FROM_PROGRAMS = {"code", "reason", "outcome"}


def german_texts(found: object, at: str) -> Iterator[tuple[str, str]]:
    """Yield every text that has both languages, in German, with its place."""
    if isinstance(found, dict):
        if isinstance(found.get("de"), str) and isinstance(found.get("en"), str):
            yield at, found["de"]
        for key, inner in found.items():
            yield from german_texts(inner, f"{at}.{key}")
    elif isinstance(found, list):
        for number_, inner in enumerate(found):
            yield from german_texts(inner, f"{at}[{number_}]")


def slips_of(text: str) -> list[str]:
    """Return the codes and English words of a German text."""
    holes = [hole for hole in HOLE.findall(text) if hole.strip("{}") in FROM_PROGRAMS]
    bare = HOLE.sub("", text)
    return [*holes, *CODE.findall(bare), *ENGLISH.findall(bare)]


@pytest.mark.parametrize(
    ("text", "slips"),
    [
        ("{file} ist nicht verwendbar ({code}).", ["{code}"]),
        ("Nichts (missing_sheet Sichtweise).", ["missing_sheet"]),
        ("Die Datei is missing.", ["is", "missing"]),
        ("{place}: Das Blatt fehlt ({detail}).", []),
    ],
)
def test_codes_and_english_are_found(text: str, slips: list[str]) -> None:
    assert slips_of(text) == slips


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").rglob("*.toml")), ids=lambda p: p.stem)
def test_german_texts_hold_no_codes_and_no_english(path: Path) -> None:
    found = german_texts(tomllib.loads(path.read_text(encoding="utf-8")), path.name)
    assert {at: slips for at, text in found if (slips := slips_of(text))} == {}


def test_german_pages_hold_no_codes_and_no_english() -> None:
    texts_ = {key: text for key, forms in messages("de").items() for text in forms}
    assert {key: slips for key, text in texts_.items() if (slips := slips_of(text))} == {}


def test_documents_name_files_that_exist() -> None:
    house = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    names = re.findall(r"`((?:\w+/)*\w+(?:\.py|\.toml|/))`", house)
    assert len(names) > 20
    for name in names:
        found = [place for place in ("pipeline", "schemas") if [*(ROOT / place).rglob(name)]]
        assert found or (ROOT / name).exists(), name
    declared = (ROOT / "docs/catalogues-and-settings.md").read_text(encoding="utf-8")
    for name in re.findall(r"`([\w/*-]+\.(?:toml|po))`", declared):
        assert [*(ROOT / "schemas").glob(name)], name
