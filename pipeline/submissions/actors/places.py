"""Positions of actors and offices, by coordinates or else by postcode, and their distances."""

from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from pipeline.common.findings import findings
from schemas.declaration import HERE
from schemas.words import DASHES

if TYPE_CHECKING:
    from pyproj import Geod

GERMANY = "DE"
# Forms of a German postcode: "D-01067", "1067.0" (a number written by a program), "01067 Dresden".
GERMAN_PREFIX = r"^DE?[\s-]*(\d.*)$"
NO_FRACTION, BEFORE_CITY = r"^(\d{1,5})[.,]0+$", r"^(\d{5})[\s,;/-]+\p{L}.*$"
POSTCODES = HERE / "registers" / "postcodes.parquet"
# The greatest length of a degree on the ellipsoid WGS 84, along a meridian or a parallel.
KM_PER_DEGREE = 111.7


@cache
def postcode_areas() -> pl.DataFrame:
    """Return the shipped table: country, postcode, latitude, longitude, place, state, spread_km."""
    return pl.read_parquet(POSTCODES)


@cache
def postcode_positions() -> pl.DataFrame:
    """Return country, postcode, latitude, longitude, state of the shipped table."""
    columns = ["country", "postcode", "latitude", "longitude", "state"]
    return pl.read_parquet(POSTCODES, columns=columns)


@cache
def postcode_table() -> pl.DataFrame:
    """Return country, postcode, center_latitude, center_longitude of the shipped table."""
    return postcode_positions().select(
        "country", "postcode", center_latitude="latitude", center_longitude="longitude"
    )


@cache
def covered_countries() -> list[str]:
    """Return the countries whose postcodes the shipped table holds."""
    return postcode_table()["country"].unique().sort().to_list()


@cache
def ellipsoid() -> "Geod":
    """Return the ellipsoid WGS 84. Its library is imported only if a distance is computed."""
    from pyproj import Geod

    return Geod(ellps="WGS84")


def normal_postcode(postcode: pl.Expr, country: pl.Expr) -> pl.Expr:
    """Return the postcode as the table writes it: no prefix, no blanks, German ones five digits."""
    text = postcode.str.to_uppercase().str.replace_all(DASHES, "-")
    german = text.str.replace(GERMAN_PREFIX, "${1}").str.replace(NO_FRACTION, "${1}")
    german = german.str.replace(BEFORE_CITY, "${1}")
    # Excel drops leading zeros: 1067 is 01067.
    german = pl.when(german.str.contains(r"^\d{1,5}$")).then(german.str.zfill(5)).otherwise(german)
    foreign = text.str.replace(r"^[A-Z]{1,3}[\s-]+(\d)", "${1}").str.replace_all(r"[\s-]", "")
    foreign = pl.when(country == "NL").then(foreign.str.slice(0, 4)).otherwise(foreign)
    return pl.when(country == GERMANY).then(german).otherwise(foreign)


def locate(table: pl.DataFrame, country: pl.Expr) -> pl.DataFrame:
    """Add country_code, postcode_key, center_latitude, center_longitude, own, lat, lon.

    table: postcode, latitude, longitude. country: the row's country, null where it is unknown.
    center_…: the centre of the postcode. lat, lon: the row's coordinates if it states both (own),
    else the centre.
    """
    table = table.with_columns(country_code=country)
    table = table.with_columns(
        postcode_key=normal_postcode(pl.col("postcode"), pl.col("country_code"))
    )
    keys = table["postcode_key"].unique().implode()
    centers = postcode_table().filter(pl.col("postcode").is_in(keys))
    table = table.join(
        centers,
        left_on=["country_code", "postcode_key"],
        right_on=["country", "postcode"],
        how="left",
    )
    own = pl.col("latitude").is_not_null() & pl.col("longitude").is_not_null()
    return table.with_columns(
        own=own,
        lat=pl.when(own).then("latitude").otherwise("center_latitude"),
        lon=pl.when(own).then("longitude").otherwise("center_longitude"),
    )


def distance_km(lat1: str, lon1: str, lat2: str, lon2: str) -> pl.Expr:
    """Return the geodesic distance of two positions in km; null where one is unknown."""
    places = pl.struct(a=lat1, b=lon1, c=lat2, d=lon2)
    return places.map_batches(_geodesic, return_dtype=pl.Float64)


def at_most_km(lat1: str, lon1: str, lat2: str, lon2: str) -> pl.Expr:
    """Return an upper bound of the distance of two positions in km; null where one is unknown.

    It is the way along a meridian and then along a parallel. It is cheap to compute, and for most
    positions that must be close to each other it is enough.
    """
    north = (pl.col(lat1) - pl.col(lat2)).abs()
    east = (pl.col(lon1) - pl.col(lon2)).abs()
    return (north + east) * KM_PER_DEGREE


def _geodesic(places: pl.Series) -> pl.Series:
    if places.is_empty():
        return pl.Series(places.name, [], dtype=pl.Float64)
    import numpy as np

    lat1, lon1, lat2, lon2 = (
        places.struct.field(name).cast(pl.Float64).to_numpy() for name in "abcd"
    )
    known = ~(np.isnan(lat1) | np.isnan(lon1) | np.isnan(lat2) | np.isnan(lon2))
    result = np.full(len(lat1), np.nan)
    if known.any():
        _, _, metres = ellipsoid().inv(lon1[known], lat1[known], lon2[known], lat2[known])
        result[known] = metres / 1000.0
    return pl.Series(places.name, result, nan_to_null=True)


def place_findings(table: pl.DataFrame) -> pl.DataFrame:
    """Return findings at the PLZ of located rows: unknown postcodes.

    A postcode of a country that the table does not hold matters only without own coordinates.
    """
    has_code = pl.col("postcode").is_not_null() & pl.col("country_code").is_not_null()
    covered = pl.col("country_code").is_in(covered_countries())
    unknown = has_code & pl.col("center_latitude").is_null() & (covered | ~pl.col("own"))
    rows = table.filter(unknown)
    check = pl.when("own").then(pl.lit("located"))
    rows = rows.select("file", "row", field=pl.lit("postcode"), value="postcode", check=check)
    return findings(rows, "unknown_postcode")
