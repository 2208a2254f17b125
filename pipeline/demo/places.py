"""Locations of offices and actors: real postcodes, drawn so that the near share is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import cos, radians
from pathlib import Path
from random import Random
from typing import NamedTuple

import polars as pl

import schemas

TABLE = Path(schemas.__file__).parent / "registers" / "postcodes.parquet"
NEAR_KM = 150.0
ABROAD_KM = 450.0
EARTH_KM = 6371.0088
# Offices are in one of the state's towns with the most postcodes.
TOWNS = 12


class Place(NamedTuple):
    """A postcode with its centre."""

    country: str
    postcode: str
    latitude: float
    longitude: float
    town: str
    state: str


@dataclass(frozen=True)
class Area:
    """The postcodes around an office, nearest first: near and far, at home and abroad."""

    office: Place
    near: pl.DataFrame
    far: pl.DataFrame
    near_abroad: pl.DataFrame
    far_abroad: pl.DataFrame

    def draw(self, rng: Random, near: bool) -> Place:
        """Draw a location; near ones concentrate around the office, a few are abroad."""
        home, abroad = (self.near, self.near_abroad) if near else (self.far, self.far_abroad)
        if abroad.height and rng.random() < (0.01 if near else 0.1):
            return Place(*abroad.row(rng.randrange(abroad.height)))
        return Place(*home.row(int(home.height * rng.random() ** (2.2 if near else 1.2))))


@cache
def _table() -> pl.DataFrame:
    """Return the postcodes with a certain centre."""
    table = pl.read_parquet(TABLE).filter(pl.col("spread_km") < 15)
    columns = ["country", "postcode", "latitude", "longitude", "place", "state"]
    return table.select(columns).sort("country", "postcode")


@cache
def towns(state: str) -> Sequence[Place]:
    """Return one postcode each of the state's towns with the most postcodes."""
    ranked = (
        _table()
        .filter(pl.col("country") == "DE", pl.col("state") == state)
        .with_columns(codes=pl.len().over("place"))
        .sort(["codes", "place", "postcode"], descending=[True, False, False])
        .unique("place", keep="first", maintain_order=True)
        .head(TOWNS)
    )
    return [Place(*row) for row in ranked.drop("codes").iter_rows()]


def random_town(rng: Random) -> Place:
    """Draw a German postcode."""
    return Place(*_home().row(rng.randrange(_home().height)))


@cache
def _home() -> pl.DataFrame:
    return _table().filter(pl.col("country") == "DE")


def _km(office: Place) -> pl.Expr:
    """Return the great-circle distance to the office: accurate enough to separate near from far."""
    north, east = radians(office.latitude), radians(office.longitude)
    half = ((pl.col("latitude").radians() - north) / 2).sin() ** 2
    across = ((pl.col("longitude").radians() - east) / 2).sin() ** 2
    half += pl.col("latitude").radians().cos() * cos(north) * across
    return 2 * EARTH_KM * half.sqrt().arcsin()


def around(office: Place) -> Area:
    """Return the postcodes around an office."""
    table = (
        _table()
        .with_columns(km=_km(office))
        .filter((pl.col("country") == "DE") | (pl.col("km") <= ABROAD_KM))
    )
    table = table.sort("km", "postcode")
    home, near = pl.col("country") == "DE", pl.col("km") <= NEAR_KM
    choices = (home & near, home & ~near, ~home & near, ~home & ~near)
    return Area(office, *(table.filter(choice).drop("km") for choice in choices))


def nearest(office: Place, places: Sequence[Place], limit: int) -> list[int]:
    """Return the indices of the near ones of these locations, nearest first, at most `limit`."""
    frame = pl.DataFrame(places, schema=list(Place.__annotations__), orient="row").with_row_index()
    ordered = frame.with_columns(km=_km(office)).filter(pl.col("km") <= NEAR_KM)
    return ordered.sort("km", "index").head(limit)["index"].to_list()
