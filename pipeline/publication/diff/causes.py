"""Why a verdict changed: only as far as two records and their tables prove it.

Several causes of one change mean that the published tables cannot distinguish them.
"""

from dataclasses import dataclass

import polars as pl

from pipeline.publication.diff.publication import Publication

CRITERION = ["catalogue", "cluster_id", "criterion_id"]
CONDITION = [*CRITERION, "condition"]
CAUSES = [
    "own_data",
    "mapping",
    "assessment",
    "rule",
    "reference",
    "register",
    "program",
    "unknown",
]
# Limits that depend on other clusters or on a table, not on the catalogue's own text.
REFERENCES = ["quartile", "frozen", "bands"]
# Declarations that contain only texts: no figure depends on them.
WORDS_ALONE = r"^(texts|form|messages|views|mapping_hints)\.toml$|^locale/"
LIST = pl.List(pl.String)


@dataclass(frozen=True)
class Evidence:
    """The known differences.

    files: cluster_id, file_before, file_now, own_data, mapping (bool): whether the cluster's
    submission, or the mapping that reads it, has changed. conditions: CRITERION, figures, rule,
    reference (bool). catalogues: catalogue, rule_file (bool). program, register: whether the
    program or its declarations, or the office's register, have changed.
    """

    files: pl.DataFrame
    conditions: pl.DataFrame
    catalogues: pl.DataFrame
    program: bool
    register: bool


def evidence(before: Publication, now: Publication, sources: pl.DataFrame) -> Evidence:
    """Return the known differences; sources: see `sources.changed_sources`."""
    named = pl.col("kind") == "catalogue"
    catalogues = sources.filter(named).select(catalogue="name", rule_file=pl.lit(value=True))
    words = (pl.col("kind") == "declaration") & pl.col("name").str.contains(WORDS_ALONE)
    kinds = set(sources.filter(~words)["kind"])
    offices = sources.filter(pl.col("kind") == "office_file")["name"]
    return Evidence(
        files(before, now),
        conditions(before, now),
        catalogues,
        program=bool(kinds & {"version", "declaration"}),
        register="register.xlsx" in set(offices),
    )


# ------------------------------------------------------------------------------------ what differs
def files(before: Publication, now: Publication) -> pl.DataFrame:
    """Return, for every cluster with a submission, whether its submission has changed."""
    one, other = (sent(publication) for publication in (before, now))
    both = one.join(other, on="cluster_id", how="full", coalesce=True, suffix="_now")
    return both.select(
        "cluster_id",
        file_before="file",
        file_now="file_now",
        own_data=pl.col("content").ne_missing(pl.col("content_now")),
        mapping=pl.col("mapping") != pl.col("mapping_now"),
    )


def sent(publication: Publication) -> pl.DataFrame:
    """Return cluster_id, file, content, mapping of the submission that counts for each cluster.

    It is the reviewed submission; else all that were quarantined.
    """
    table = publication.tables["submissions"].drop_nulls("cluster_id")
    table = table.filter(pl.col("outcome") != "superseded")
    table = table.join(mapped(publication), on="source_file", how="left", maintain_order="left")
    grouped = table.sort("source_file").group_by("cluster_id", maintain_order=True)
    reviewed = pl.col("outcome") == "reviewed"

    def joined(column: str) -> pl.Expr:
        own = pl.col(column).fill_null("").filter(reviewed | ~reviewed.any())
        return own.str.join(", ")

    return grouped.agg(
        file=joined("source_file"), content=joined("sha256"), mapping=joined("mapping")
    )


def mapped(publication: Publication) -> pl.DataFrame:
    """Return source_file, mapping: the checksum of the mapping by which a file was read."""
    rows = [
        (file, entry.get("sha256"))
        for entry in publication.record.get("mappings") or ()
        for file in entry.get("submissions") or ()
    ]
    schema = {"source_file": pl.String, "mapping": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def conditions(before: Publication, now: Publication) -> pl.DataFrame:
    """Return, for every criterion, whether figures, the rule or the reference limit differ."""
    kept = ["metric", "operator", "value_low", "value_high", "threshold", "limit_source"]
    one, other = (p.tables["conditions"].select(*CONDITION, *kept) for p in (before, now))
    both = one.join(other, on=CONDITION, how="full", coalesce=True, suffix="_now")

    def differs(column: str) -> pl.Expr:
        return pl.col(column).ne_missing(pl.col(f"{column}_now"))

    kind, kind_now = (
        pl.col(name).str.extract(r"^(\w+)").fill_null("")
        for name in ("limit_source", "limit_source_now")
    )
    by_reference = kind.is_in(REFERENCES) & (kind == kind_now)  # else the rule has changed
    limit = differs("threshold") | differs("limit_source")
    table = both.with_columns(
        figures=~differs("metric") & (differs("value_low") | differs("value_high")),
        rule=differs("metric") | differs("operator") | (limit & ~by_reference),
        reference=limit & by_reference & ~differs("metric"),
    )
    return table.group_by(CRITERION).agg(pl.col("figures", "rule", "reference").any())


# ---------------------------------------------------------------------------------------- causes
def causes_of_criteria(turned: pl.DataFrame, known: Evidence) -> pl.DataFrame:
    """Return the criteria whose status changed, with their causes, a list of CAUSES.

    turned: CRITERION, and status, computed_status, basis on both sides.
    """
    table = turned.join(known.conditions, on=CRITERION, how="left", maintain_order="left")
    table = table.join(known.files, on="cluster_id", how="left", maintain_order="left")
    flags = ["figures", "rule", "reference", "own_data", "mapping"]
    table = table.with_columns(pl.col(flags).fill_null(value=False))
    rated = [pl.col(f"basis_{side}") == "assessed" for side in ("before", "now")]
    by_rating = pl.any_horizontal(rated).fill_null(value=False)
    recomputed = pl.col("computed_status_before").ne_missing(pl.col("computed_status_now"))
    computed = recomputed & ~pl.all_horizontal(rated).fill_null(value=False)
    figures = computed & pl.col("figures")
    flagged = {
        "own_data": figures & pl.col("own_data"),
        "mapping": figures & pl.col("mapping"),
        "assessment": by_rating,
        "rule": computed & pl.col("rule"),
        "reference": computed & pl.col("reference"),
        "program": figures & pl.lit(known.program),
    }
    return with_causes(table, flagged).select(*turned.columns, "causes")


def causes_of_clusters(
    states: pl.DataFrame,
    decided: pl.DataFrame,
    turned: pl.DataFrame,
    moved: pl.DataFrame,
    known: Evidence,
) -> pl.DataFrame:
    """Return the clusters with any difference, with all known causes.

    states: cluster_id, name, state_before, state_now of all clusters.
    """
    other_state = pl.col("state_before").ne_missing(pl.col("state_now"))
    by_criteria = turned.group_by("cluster_id").agg(pl.col("causes").explode().unique())
    by_rule = decided.join(known.catalogues, on="catalogue", how="semi").select("cluster_id")
    table = (
        states.join(by_criteria, on="cluster_id", how="left", maintain_order="left")
        .join(known.files, on="cluster_id", how="left", maintain_order="left")
        .with_columns(
            pl.col("causes").fill_null([]),
            decided=pl.col("cluster_id").is_in(decided["cluster_id"].implode()),
            ruled=pl.col("cluster_id").is_in(by_rule["cluster_id"].implode()),
            moved=pl.col("cluster_id").is_in(moved["cluster_id"].implode()),
            other_state=other_state,
        )
    )
    differs = pl.any_horizontal("decided", "moved", "other_state") | (
        pl.col("causes").list.len() > 0
    )
    table = table.filter(differs).with_columns(pl.col("own_data", "mapping").fill_null(value=False))
    of_data = pl.col("moved") | pl.col("other_state")
    has_cause = {name: pl.col("causes").list.contains(name) for name in CAUSES}
    new = pl.col("state_before").is_null() | pl.col("state_now").is_null()
    flagged = {
        "own_data": has_cause["own_data"] | (of_data & pl.col("own_data")),
        "mapping": has_cause["mapping"] | (of_data & pl.col("mapping")),
        "assessment": has_cause["assessment"],
        "rule": has_cause["rule"] | (pl.col("ruled") & (pl.col("causes").list.len() == 0)),
        "reference": has_cause["reference"],
        "register": pl.col("other_state") & new & pl.lit(known.register),
        "program": has_cause["program"] | (of_data & pl.lit(known.program)),
    }
    kept = ["cluster_id", "name", "state_before", "state_now", "causes"]
    return with_causes(table, flagged).select(kept)


def with_causes(table: pl.DataFrame, flagged: dict[str, pl.Expr]) -> pl.DataFrame:
    """Return the table with the list of causes whose flag is set; `unknown` if there is none."""
    names = [pl.when(flag).then(pl.lit(name)) for name, flag in flagged.items()]
    causes = pl.concat_list(names).list.drop_nulls() if names else pl.lit([], LIST)
    table = table.with_columns(causes=causes)
    unknown = pl.lit(["unknown"], LIST)
    return table.with_columns(
        causes=pl.when(pl.col("causes").list.len() > 0).then("causes").otherwise(unknown)
    )
