"""Declared texts fit the code that uses them, and documents name files that exist."""

import re
from pathlib import Path

import pytest

from pipeline.common.catalogue import metrics
from pipeline.common.texts import number, percent, say, say_limit, say_variant, texts
from pipeline.report.form.plan import every_text
from schemas import tables
from schemas.benchmarks import declared_cohort_kinds, declared_indicators
from schemas.declaration import DeclarationError

ROOT = Path(__file__).parent.parent


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
