"""Positions and distances; postcodes of a few big cities, good to some kilometres."""

from functools import cache

from geographiclib.geodesic import Geodesic

from .cells import EMPTY, Row, known, value

Point = tuple[float, float]

POSTCODES: dict[str, Point] = {
    "01067": (51.06, 13.71),  # Dresden
    "04109": (51.34, 12.37),  # Leipzig
    "10115": (52.53, 13.38),  # Berlin
    "18055": (54.09, 12.13),  # Rostock
    "20095": (53.55, 10.00),  # Hamburg
    "24103": (54.32, 10.13),  # Kiel
    "28195": (53.08, 8.80),  # Bremen
    "30159": (52.37, 9.73),  # Hannover
    "34117": (51.32, 9.49),  # Kassel
    "39104": (52.13, 11.63),  # Magdeburg
    "40213": (51.23, 6.77),  # Düsseldorf
    "44135": (51.51, 7.47),  # Dortmund
    "50667": (50.94, 6.96),  # Köln
    "60311": (50.11, 8.68),  # Frankfurt am Main
    "66111": (49.23, 7.00),  # Saarbrücken
    "70173": (48.78, 9.18),  # Stuttgart
    "79098": (48.00, 7.85),  # Freiburg
    "80331": (48.14, 11.57),  # München
    "90402": (49.45, 11.08),  # Nürnberg
    "99084": (50.98, 11.03),  # Erfurt
}


@cache
def distance_km(here: Point, there: Point) -> float:
    """Geodesic distance on WGS 84."""
    return float(Geodesic.WGS84.Inverse(*here, *there)["s12"]) / 1000


def has_coordinates(row: Row) -> bool:
    """Whether both coordinates are known; a single one does not count."""
    return known(value(row, "latitude")) and known(value(row, "longitude"))


def position(row: Row) -> Point | None:
    """Own coordinates, else the centre of a known postcode of the country, else None."""
    if has_coordinates(row):
        return float(row["latitude"]), float(row["longitude"])
    country, postcode = value(row, "country"), value(row, "postcode")
    if (country is EMPTY or country == "DE") and known(postcode):
        return POSTCODES.get(postcode)
    return None
