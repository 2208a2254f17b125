"""Postcodes and countries as people write them (contract 1.2)."""

import polars as pl
import pytest

from pipeline.submissions.actors.places import normal_postcode
from schemas.declaration import registers, words
from schemas.words import choice_key

GERMAN = [
    *("01067", "1067", "1067.0", "1067,0", "01067.0", "D-01067", "D 01067", "D01067", "DE 01067"),
    *("DE-01067", "DE01067", "d-01067", "D–01067", "D - 01067", "D-1067", "01067 Dresden"),
    *("01067, Dresden", "D-01067 Dresden", "01067 Dresden-Neustadt", "DE 01067 Dresden (Altstadt)"),
]
OTHERS = [
    ("DE", "1067 Dresden"),  # 8010 Graz would be one, too
    ("DE", "010670"),
    ("DE", "O-8010"),
    ("DE", "01067.5"),
    ("DE", "Dresden"),
    ("AT", "01067 Dresden"),
]


@pytest.mark.parametrize("written", GERMAN)
def test_german_postcodes(written: str) -> None:
    assert key("DE", written) == "01067"


@pytest.mark.parametrize(("country", "written"), OTHERS)
def test_what_is_no_german_postcode_stays_unknown(country: str, written: str) -> None:
    assert key(country, written) != "01067"


@pytest.mark.parametrize(
    ("country", "written", "meant"),
    [("AT", "A-1010", "1010"), ("CH", "CH 8001", "8001"), ("NL", "1012 AB", "1012")],
)
def test_foreign_postcodes(country: str, written: str, meant: str) -> None:
    assert key(country, written) == meant


def key(country: str, written: str) -> str:
    frame = pl.DataFrame({"p": [written], "c": [country]})
    return str(frame.select(normal_postcode(pl.col("p"), pl.col("c"))).item())


COUNTRIES = {
    "DE": ("GER", "Deutschland", "D", "de", "DEU", "Germany", "BRD", "Bundesrepublik Deutschland"),
    "AT": ("AUT", "A", "Österreich", "Oesterreich", "Austria", "AT;"),
    "CH": ("SUI", "CHE", "Schweiz", "Switzerland"),
    "FR": ("F", "FRA", "Frankreich", "France"),
    "NL": ("NED", "Holland", "Niederlande", "the Netherlands"),
    "GB": ("UK", "GBR", "Großbritannien", "Vereinigtes Königreich"),
    "BA": ("Bosnien & Herzegowina", "Bosnien und Herzegowina", "Bosnien + Herzegowina"),
}


@pytest.mark.parametrize("code", COUNTRIES)
def test_countries(code: str) -> None:
    known = words("countries")
    assert {known[choice_key(name)].extra["code"] for name in COUNTRIES[code]} == {code}


def test_no_further_name_hides_another_countrys_code() -> None:
    for entry in registers()["countries"]:
        for name in (entry.extra["code"], entry.de, entry.en):
            assert words("countries")[choice_key(name)] is entry, name
