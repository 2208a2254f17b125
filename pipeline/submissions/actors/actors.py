"""The stage: the actors with the properties that counts need, and which rows count."""

from dataclasses import dataclass

import polars as pl

from pipeline.common.findings import findings, join_findings
from pipeline.common.keys import title_key_expr
from pipeline.common.settings import ActorRules
from pipeline.submissions.actors import status
from pipeline.submissions.actors.places import GERMANY, distance_km, locate, place_findings
from pipeline.submissions.actors.status import Definition
from schemas.properties import properties

# The properties that must be equal in all rows that may be the one that counts, where an actor is
# listed several times. Otherwise the property is unknown.
MUST_AGREE = [
    *("actor_type", "sme", "sme_ifm", "distance_km", "actor_group", "joined_lately"),
    *properties(),
]


@dataclass(frozen=True)
class Located:
    """Actors with their properties, offices with their positions, and findings about postcodes."""

    actors: pl.DataFrame
    offices: pl.DataFrame
    findings: pl.DataFrame


def with_properties(
    master: pl.DataFrame, actors: pl.DataFrame, rules: ActorRules, *, with_distances: bool = True
) -> Located:
    """Return every row of Akteure with its position, distance from the office, SME status and key.

    master: valid Stammdaten (file, as_of, postcode, latitude, longitude …). actors: valid Akteure.
    with_distances: if not, distance_km is null everywhere.
    """
    offices = locate(master, pl.lit(GERMANY))
    country = pl.when(~pl.col("country_bad")).then(pl.col("country").fill_null(GERMANY))
    actors = locate(actors, country)
    office = offices.select("file", "as_of", office_lat="lat", office_lon="lon")
    actors = actors.join(office, on="file", how="left")
    km = distance_km("office_lat", "office_lon", "lat", "lon")
    actors = actors.with_columns(
        distance_km=km if with_distances else pl.lit(None, pl.Float64),
        sme=status.is_sme(rules),
        sme_ifm=status.is_sme_ifm(rules),
        **{key: status.has_property(one) for key, one in properties().items()},
        actor_group=status.actor_group(),
        name_key=title_key_expr(pl.col("name")),
    )
    actors = actors.with_columns(several=listed_several_times())
    found = join_findings(
        place_findings(offices).with_columns(sheet_key=pl.lit("master_data")),
        place_findings(actors).with_columns(sheet_key=pl.lit("actors")),
    )
    return Located(actors, offices, found)


def count(actors: pl.DataFrame, rules: ActorRules, definition: Definition) -> pl.DataFrame:
    """Add counts, near, duplicate, joined_lately and judged_<property> by one definition.

    counts: whether the row is one bound actor; null: possibly. duplicate: another row of the same
    actor counts. An actor listed several times counts once: by its bound row, else by its first
    (contract 1.2). judged_<property>: the property, null where these rows differ in it.
    """
    radius = definition.radius_km if definition.radius_km is not None else rules.radius_km
    bound = status.bound_cases(rules, loose=definition.loose)
    near = status.answer_of(status.near_cases(radius))
    actors = actors.with_columns(
        counts=status.answer_of(bound), joined_lately=status.lately("joined")
    )
    actors = mark_duplicates(actors)
    sme = "sme_ifm" if definition.ifm else "sme"
    return actors.with_columns(
        counts=status.answer_of([status.LISTED_TWICE, *bound]),
        near=near,
        judged_sme=pl.when(f"agreed_{sme}").then(sme),
        judged_type=pl.when("agreed_actor_type").then("actor_type"),
        **{f"judged_{key}": pl.when(f"agreed_{key}").then(key) for key in properties()},
        judged_group=pl.when("agreed_actor_group").then("actor_group"),
        judged_near=pl.when("agreed_distance_km").then(near),
        joined_lately=pl.when("agreed_joined_lately").then("joined_lately"),
    )


def listed_several_times() -> pl.Expr:
    """Whether other rows of the cluster list the same actor: the same name and postcode.

    Two empty postcodes are equal. A row with a bad postcode equals no other row.
    """
    named = pl.col("name_key").is_not_null() & ~pl.col("postcode_bad")
    return named & pl.struct(SAME_ACTOR).is_duplicated()


SAME_ACTOR = ["file", "name_key", pl.col("postcode_key").fill_null(""), "postcode_bad"]


def mark_duplicates(actors: pl.DataFrame) -> pl.DataFrame:
    """Add duplicate (another row of the same actor counts) and agreed_<property>.

    Few actors are listed several times, so only their rows are compared.
    """
    marks = judge_duplicates(actors.filter("several"))
    # join the two keys only: a join of the whole table would copy its many columns
    marked = actors.select("file", "row")
    marked = marked.join(marks, on=marked.columns, how="left", maintain_order="left")
    return actors.with_columns(
        marked["duplicate"].fill_null(value=False),
        *(marked[f"agreed_{p}"].fill_null(value=True) for p in MUST_AGREE),
    )


def judge_duplicates(several: pl.DataFrame) -> pl.DataFrame:
    """Return file, row, duplicate, agreed_<property> of the rows of actors listed several times.

    Unknown cells may decide which row counts: a possibly bound row above the first bound one would
    count instead. A property is known only where all rows that may count agree on it.
    """
    first_bound = pl.col("row").filter(pl.col("counts")).min().over(SAME_ACTOR)
    first_possible = pl.col("row").filter(pl.col("counts").is_null()).min().over(SAME_ACTOR)
    chosen = pl.coalesce(first_bound, first_possible, pl.col("row").min().over(SAME_ACTOR))
    before = (pl.col("row") < first_bound).fill_null(value=True)
    candidate = (pl.col("row") == chosen) | (pl.col("counts").is_null() & before)
    agreed = {
        f"agreed_{p}": pl.col(p).filter(candidate).n_unique().over(SAME_ACTOR) == 1
        for p in MUST_AGREE
    }
    return several.select("file", "row", duplicate=pl.col("row") != chosen, **agreed)


def duplicate_findings(counted: pl.DataFrame) -> pl.DataFrame:
    """Return a finding at the name of each row that does not count because another one does."""
    rows = counted.filter(pl.col("duplicate"))
    rows = rows.select(
        "file", "row", field=pl.lit("name"), value="name", sheet_key=pl.lit("actors")
    )
    return findings(rows, "duplicate_row")
