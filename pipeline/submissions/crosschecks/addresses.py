"""Rules about addresses: postcode, city, state, country and coordinates against each other.

All work on located tables (see `actors.places.locate`): country_code, postcode_key, the postcode's
centre, own (whether the row states coordinates).
"""

from functools import cache

import polars as pl

from pipeline.common.keys import word_key_expr
from pipeline.submissions.actors.places import (
    GERMANY,
    at_most_km,
    distance_km,
    postcode_areas,
    postcode_positions,
)
from pipeline.submissions.crosschecks.declared import Check
from pipeline.submissions.crosschecks.facts import Facts, hits, no_hits, number_text
from pipeline.submissions.crosschecks.gazetteer import german_places, place_words

CENTRE = ("center_latitude", "center_longitude")


# --------------------------------------------------------------------------------- coordinates
def coordinates_off_postcode(check: Check, facts: Facts) -> pl.DataFrame:
    """Find coordinates that are further from the postcode's centre than the settings allow."""
    far = off_postcode(facts.tables[check.sheet], facts.rules.postcode_tolerance_km)
    return hits(far, whole_km())


def coordinates_swapped(check: Check, facts: Facts) -> pl.DataFrame:
    """They would lie within `km` of the postcode's centre if latitude and longitude were swapped.

    Detail: how far off they are as they stand. Other: what stands at latitude and longitude.
    """
    far = off_postcode(facts.tables[check.sheet], facts.rules.postcode_tolerance_km)
    if far.is_empty():
        return no_hits()
    far = far.with_columns(swapped=distance_km("longitude", "latitude", *CENTRE))
    there = [number_text(pl.col(name)) for name in ("latitude", "longitude")]
    rows = far.filter(pl.col("swapped") <= check.limits["km"])
    return hits(rows, whole_km(), pl.format("{} / {}", *there))


def coordinates_swapped_without_postcode(check: Check, facts: Facts) -> pl.DataFrame:
    """Coordinates without a known postcode lie in the row's country only if they are swapped.

    degrees: so far around its rectangle they may lie. Other: the longitude.
    """
    out = outside_country(facts.tables[check.sheet], check.limits["degrees"])
    swapped = out.filter(inside_box("longitude", "latitude", 0.0))
    return hits(swapped, pl.col("country_code"), number_text(pl.col("longitude")))


def off_postcode(table: pl.DataFrame, tolerance_km: float) -> pl.DataFrame:
    """Return the rows whose coordinates are further off their postcode's centre, with off (km)."""
    off = distance_km("latitude", "longitude", *CENTRE)
    maybe = at_most_km("latitude", "longitude", *CENTRE) > tolerance_km
    return table.filter("own", maybe).with_columns(off=off).filter(pl.col("off") > tolerance_km)


def whole_km() -> pl.Expr:
    """Return the distance off (see `off_postcode`) in whole kilometres."""
    return pl.col("off").round(0).cast(pl.Int64)


def coordinates_outside_country(check: Check, facts: Facts) -> pl.DataFrame:
    """Coordinates without a known postcode lie outside the rectangle around the row's country.

    Where no country is stated (it counts as DE) there is no finding. degrees: the
    margin around the rectangle. except: countries with parts overseas.
    """
    out = outside_country(facts.tables[check.sheet], check.limits["degrees"])
    out = out.filter(~pl.col("country_code").is_in(check.limits["except"]))
    if "country" in out.columns:
        out = out.drop_nulls("country")
    return hits(out, pl.col("country_code"), number_text(pl.col("longitude")))


def outside_country(table: pl.DataFrame, slack: float) -> pl.DataFrame:
    """Return the rows without a known postcode whose coordinates lie outside their country."""
    table = without_postcode(table)
    boxes = areas_box("country").rename({"country": "country_code"})
    out = table.join(boxes, on="country_code", maintain_order="left")
    return out.filter(~inside_box("latitude", "longitude", slack))


def without_postcode(table: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with coordinates whose postcode is not known."""
    return table.filter("own", pl.col("center_latitude").is_null())


@cache
def areas_box(*keys: str) -> pl.DataFrame:
    """Return the rectangle around all postcodes of each country or state."""
    return (
        postcode_positions()
        .group_by(keys)
        .agg(
            south=pl.col("latitude").min(),
            north=pl.col("latitude").max(),
            west=pl.col("longitude").min(),
            east=pl.col("longitude").max(),
        )
    )


def inside_box(latitude: str, longitude: str, slack: float) -> pl.Expr:
    """Whether the coordinates lie in the rectangle or up to some degrees around it."""
    north_south = pl.col(latitude).is_between(pl.col("south") - slack, pl.col("north") + slack)
    west_east = pl.col(longitude).is_between(pl.col("west") - slack, pl.col("east") + slack)
    return north_south & west_east


# ---------------------------------------------------------------------------------------- state
def state_off_postcode(check: Check, facts: Facts) -> pl.DataFrame:
    """Find offices with no postcode of their stated federal state within `km` of their postcode."""
    table = facts.tables[check.sheet].drop_nulls(["federal_state", "center_latitude"])
    areas = postcode_positions().filter(pl.col("country") == GERMANY)
    own = areas.select(postcode_key="postcode", own_state="state")
    table = table.join(own, on="postcode_key")
    other = (pl.col("own_state") != pl.col("federal_state")) & (pl.col("own_state") != "")
    table = table.filter(other)
    if table.is_empty():
        return no_hits()
    near = areas.select(federal_state="state", at_latitude="latitude", at_longitude="longitude")
    near = table.join(near, on="federal_state").filter(
        distance_km("at_latitude", "at_longitude", *CENTRE) <= check.limits["km"]
    )
    return hits(
        table.join(near, on="file", how="anti"), pl.col("own_state"), pl.col("postcode_key")
    )


def state_off_coordinates(check: Check, facts: Facts) -> pl.DataFrame:
    """Find coordinates without a known postcode outside the rectangle around the stated state."""
    table = without_postcode(facts.tables[check.sheet])
    if table.is_empty():
        return no_hits()
    boxes = areas_box("country", "state").filter(pl.col("country") == GERMANY).drop("country")
    out = table.join(boxes, left_on="federal_state", right_on="state")
    out = out.filter(~inside_box("latitude", "longitude", check.limits["degrees"]))
    return hits(out, number_text(pl.col("latitude")), number_text(pl.col("longitude")))


# ----------------------------------------------------------------------------------------- city
def city_off_postcode(check: Check, facts: Facts) -> pl.DataFrame:
    """No place with a word of the city's name lies within `km` of the (German) postcode.

    Names are compared by their first telling word ("Frankfurt", "Homburg"), so that spellings,
    districts and additions do not matter; of a city whose word no place has, nothing is known.
    Detail: the postcode's own place.
    """
    german = pl.col("country_code") == GERMANY
    table = facts.tables[check.sheet].filter(german).drop_nulls(["city", "center_latitude"])
    table = table.with_columns(word=place_words(word_key_expr(pl.col("city"))).list.first())
    pairs = table.select("postcode_key", "word", *CENTRE).unique(["postcode_key", "word"])
    far = far_from_namesakes(pairs.drop_nulls("word"), check.limits["km"])
    if far.is_empty():
        return no_hits()
    rows = table.join(far, on=["postcode_key", "word"])
    own = postcode_areas().filter(pl.col("country") == GERMANY)
    own = own.select(postcode_key="postcode", own_place="place")
    rows = rows.join(own, on="postcode_key")
    return hits(rows, pl.col("own_place"), pl.col("city"))


def far_from_namesakes(pairs: pl.DataFrame, limit_km: float) -> pl.DataFrame:
    """Return postcode_key, word of the pairs whose centre is further from all places of that word.

    pairs: postcode_key, word and the postcode's centre. Most are near one at a glance.
    """
    namesakes = pairs.join(german_places(), on="word")
    places = ("latitude", "longitude", *CENTRE)
    near = namesakes.filter(at_most_km(*places) <= limit_km)
    rest = namesakes.join(near, on=["postcode_key", "word"], how="anti")
    nearest = rest.with_columns(km=distance_km(*places)).group_by("postcode_key", "word")
    return nearest.agg(pl.col("km").min()).filter(pl.col("km") > limit_km).drop("km")
