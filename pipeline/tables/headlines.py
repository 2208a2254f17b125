"""The headline figures of a review: one table, from which all reports take them."""

from collections.abc import Mapping

import polars as pl

from pipeline.common.texts import say
from schemas.declaration import registers
from schemas.properties import RESEARCH, flagged
from schemas.tables import DECISIONS

FIGURE = {"figure": pl.String, "catalogue": pl.String, "value": pl.Int64}
BOUND = pl.col("bound")


def headlines(tables: Mapping[str, pl.DataFrame | pl.LazyFrame]) -> pl.DataFrame:
    """Return figure, catalogue, value; catalogue: of figures about decisions, else null.

    tables: those of the contract; figures of a table that is not given are left out.
    """
    wide = [
        tables[name].lazy().filter(rows).select(catalogue=pl.lit(None, pl.String), **figures)
        for name, (rows, figures) in of_tables().items()
        if name in tables
    ]
    if "decisions" in tables:
        wide.append(tables["decisions"].lazy().group_by("catalogue").agg(**of_decisions()))
    long = [
        frame.unpivot(index="catalogue", variable_name="figure").cast({"value": pl.Int64})
        for frame in pl.collect_all(wide)
    ]
    return pl.concat([frame.select(list(FIGURE)) for frame in long])


def headline(table: pl.DataFrame, figure: str, catalogue: str | None = None) -> int:
    """Return a figure; 0 for a catalogue without decisions."""
    own = table.filter(
        pl.col("figure") == figure, pl.col("catalogue").eq_missing(pl.lit(catalogue, pl.String))
    )
    assert own.height or catalogue is not None, figure
    return int(own["value"].sum())


def of_tables() -> Mapping[str, tuple[pl.Expr, Mapping[str, pl.Expr]]]:
    """Return by table the condition on its rows, and the figures made of these rows."""
    every, state = pl.lit(value=True), pl.col("state")
    outcome, severity = pl.col("outcome"), pl.col("severity")
    of_coverage = {
        "known": pl.len(),
        "expected": pl.col("expected").sum(),
        "missing": (state == "missing").sum(),
        "clusters_reviewed": (state == "reviewed").sum(),
        "clusters_quarantined": (state == "quarantined").sum(),
        "outdated": pl.col("outdated").sum(),
    }
    of_findings = {
        "findings": pl.len(),
        "errors": (severity == "error").sum(),
        "warnings": (severity == "warning").sum(),
    }
    places = ("technology_field", "federal_state")
    return {
        "submissions": (
            every,
            {name: (outcome == name).sum() for name in ("reviewed", "quarantined", "superseded")},
        ),
        "coverage": (every, of_coverage),
        "clusters": (
            every,
            {"clusters": pl.len(), **{c: pl.col(c).drop_nulls().n_unique() for c in places}},
        ),
        "actors": (BOUND, of_memberships()),
        "findings": (every, of_findings),
    }


def of_memberships() -> Mapping[str, pl.Expr]:
    """Return the figures of bound actors: as memberships, and each actor once."""
    key, sme = pl.col("actor_key"), pl.col("sme")
    return {
        "memberships": pl.len(),
        "distinct": distinct_actors(key),
        "smes": sme.sum(),
        "smes_distinct": distinct_actors(key.filter(sme)),
        "smes_unknown": sme.is_null().sum(),
        "research": pl.col("actor_type").is_in(flagged("actor_type", RESEARCH)).sum(),
    }


def distinct_actors(keys: pl.Expr) -> pl.Expr:
    """Return the number of different actors; every row without a key is a different one."""
    return keys.drop_nulls().n_unique() + keys.null_count()


def decisions_by_role(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return catalogue, role, clusters and the number of each decision (i64), members first.

    In the register's order of roles; null is the unknown one, and the last.
    """
    known = tables["clusters"].select("cluster_id", "role")
    decided = tables["decisions"].join(known, on="cluster_id", how="left")
    counts = {name: (pl.col("decision") == name).sum() for name in DECISIONS}
    table = decided.group_by("catalogue", "role").agg(clusters=pl.len(), **counts)
    table = table.sort("catalogue", role_places())
    return table.cast(dict.fromkeys(("clusters", *DECISIONS), pl.Int64))


def role_places() -> pl.Expr:
    """Return the place of a role in the register's order: the members first, unknown ones last."""
    roles = [entry.value for entry in registers()["roles"]]
    return pl.col("role").replace_strict(roles, range(len(roles)), default=len(roles))


def role_word(role: str | None, lang: str) -> str:
    """Return a role of the register as text; without one it is unknown."""
    entry = next((e for e in registers()["roles"] if e.value == role), None)
    return entry.name_in(lang) if entry else say("workbook", "unknown", lang)


def of_decisions() -> Mapping[str, pl.Expr]:
    """Return the numbers of clusters by decision, and by decision_confirmed."""
    decision, confirmed = pl.col("decision"), pl.col("decision_confirmed")
    counts = {name: (decision == name).sum() for name in DECISIONS}
    counts |= {f"{name}_confirmed": (confirmed == name).sum() for name in DECISIONS}
    doubtful = decision != confirmed
    return counts | {f"{n}_doubtful": ((decision == n) & doubtful).sum() for n in DECISIONS}
