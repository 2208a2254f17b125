"""Why a verdict is another one: evaluated again where both states are kept, else what is proved.

Without a state, several causes of one change mean that they cannot be told apart by what was
published.
"""

from dataclasses import dataclass

import polars as pl

from pipeline.history.causes import CAUSES, KEYS, cause, evaluate_steps, with_figures
from pipeline.history.diff.publication import Publication

CRITERION = KEYS["criteria"]
CONDITION = [*CRITERION, "condition"]
# Limits that are taken from other clusters or a table, not from the catalogue's own text.
REFERENCES = ["quartile", "frozen", "bands"]
# Declarations that hold words alone: no figure depends on them.
WORDS_ALONE = r"^(texts|form|messages|views|mapping_hints)\.toml$|^locale/"
UNKNOWN = pl.lit(["unknown"], pl.List(pl.String))


@dataclass(frozen=True)
class Evidence:
    """What is known to differ.

    files: cluster_id, file_before, file_now, own_data, mapping (bool): whether the cluster's
    submission, or how it is read, is another one. conditions: CRITERION, figures, rule, reference
    (bool). evaluated: CRITERION, cause, see `evaluated`. catalogues: catalogue, those whose file
    is another one. program, register: whether the program or what it declares, or the office's
    register, is another one.
    """

    files: pl.DataFrame
    conditions: pl.DataFrame
    evaluated: pl.DataFrame
    catalogues: pl.DataFrame
    program: bool
    register: bool


def evidence(before: Publication, now: Publication, sources: pl.DataFrame) -> Evidence:
    """Return what is known to differ; sources: see `sources.changed_sources`."""
    words = (pl.col("kind") == "declaration") & pl.col("name").str.contains(WORDS_ALONE)
    offices = sources.filter(kind="office_file")["name"]
    return Evidence(
        files(before, now),
        conditions(before, now),
        evaluated(before, now),
        sources.filter(kind="catalogue").select(catalogue="name"),
        program=bool({"version", "declaration"} & set(sources.filter(~words)["kind"])),
        register="register.xlsx" in set(offices),
    )


# ------------------------------------------------------------------------------------ what differs
def files(before: Publication, now: Publication) -> pl.DataFrame:
    """Return of every cluster that sent anything whether its submission is another one."""
    one, other = (sent(publication) for publication in (before, now))
    both = one.join(other, on="cluster_id", how="full", coalesce=True, suffix="_now")
    return both.select(
        "cluster_id",
        file_before="file",
        file_now="file_now",
        own_data=pl.col("content").ne_missing(pl.col("content_now")),
        mapping=(pl.col("mapping") != pl.col("mapping_now")).fill_null(value=False),
    )


def sent(publication: Publication) -> pl.DataFrame:
    """Return cluster_id, file, content, mapping of what stands for each cluster.

    It is the reviewed submission; else all that were quarantined.
    """
    mapped = [
        (file, entry.get("sha256"))
        for entry in publication.record.get("mappings") or ()
        for file in entry.get("submissions") or ()
    ]
    by = pl.DataFrame(mapped, {"source_file": pl.String, "mapping": pl.String}, orient="row")
    table = publication.tables["submissions"].drop_nulls("cluster_id")
    table = table.filter(pl.col("outcome") != "superseded").join(by, on="source_file", how="left")
    reviewed = pl.col("outcome") == "reviewed"

    def joined(column: str) -> pl.Expr:
        own = pl.col(column).fill_null("").sort_by("source_file")
        return own.filter((reviewed | ~reviewed.any()).sort_by("source_file")).str.join(", ")

    return table.group_by("cluster_id").agg(
        file=joined("source_file"), content=joined("sha256"), mapping=joined("mapping")
    )


def conditions(before: Publication, now: Publication) -> pl.DataFrame:
    """Return of every criterion whether figures, the rule or the reference limit differ."""
    columns = ["metric", "operator", "value_low", "value_high", "threshold", "limit_source"]
    one, other = (p.tables["conditions"].select(*CONDITION, *columns) for p in (before, now))
    both = one.join(other, on=CONDITION, how="full", coalesce=True, suffix="_now")
    metric, operator, low, high, threshold, source = (
        pl.col(column).ne_missing(pl.col(f"{column}_now")) for column in columns
    )
    kind, kind_now = (
        pl.col(name).str.extract(r"^(\w+)").fill_null("")
        for name in ("limit_source", "limit_source_now")
    )
    by_reference = kind.is_in(REFERENCES) & (kind == kind_now)  # another kind is another rule
    limit = threshold | source
    return both.group_by(CRITERION).agg(
        figures=(~metric & (low | high)).any(),
        rule=(metric | operator | (limit & ~by_reference)).any(),
        reference=(limit & by_reference & ~metric).any(),
    )


def evaluated(before: Publication, now: Publication) -> pl.DataFrame:
    """Return the causes of criteria, found as those of `changes` are; see `history.causes`.

    Only where both states are kept, and only of criteria for which evaluating again gives what
    both publications say: another version of the program may have published something else. Where
    another size makes an SME, a state does not hold what firms say of their size.
    """
    nothing = pl.DataFrame(schema={**dict.fromkeys(CRITERION, pl.String), "cause": pl.String})
    then, later = before.state, now.state
    if then is None or later is None:
        return nothing
    if then.portfolio.settings.actors != later.portfolio.settings.actors:
        return nothing
    found = evaluate_steps(then, later, with_figures(later.portfolio).figures).criteria
    if found is None:
        return nothing
    for publication, step in ((before, "then"), (now, "assessment")):
        published = publication.tables["criteria"].select(*CRITERION, pl.col("status").alias(step))
        found = found.join(published, on=[*CRITERION, step], how="semi")
    return found.select(*CRITERION, cause=cause())


# ------------------------------------------------------------------------------------- what proves
def causes_of_criteria(turned: pl.DataFrame, known: Evidence) -> pl.DataFrame:
    """Return the criteria that turned with their causes, a list of CAUSES.

    turned: CRITERION, and status, computed_status, basis on both sides.
    """
    table = turned.join(known.conditions, on=CRITERION, how="left")
    table = table.join(known.evaluated, on=CRITERION, how="left")
    table = table.join(known.files, on="cluster_id", how="left")
    flags = ["figures", "rule", "reference", "own_data", "mapping"]
    table = table.with_columns(pl.col(flags).fill_null(value=False))
    rated = [pl.col(f"basis_{side}") == "assessed" for side in ("before", "now")]
    recomputed = pl.col("computed_status_before").ne_missing(pl.col("computed_status_now"))
    computed = recomputed & ~pl.all_horizontal(rated).fill_null(value=False)
    proved = {
        "own_data": computed & pl.col("figures"),
        "time": pl.lit(value=False),
        "rule": computed & pl.col("rule"),
        "reference": computed & pl.col("reference"),
        "assessment": pl.any_horizontal(rated).fill_null(value=False),
    }
    found = pl.col("cause")
    flagged = {
        name: pl.when(found.is_null()).then(flag).otherwise(found == name)
        for name, flag in proved.items()
    }
    figures = flagged["own_data"]
    flagged |= {name: figures & pl.col(name) for name in ("own_data", "mapping")}
    flagged["program"] = figures & pl.lit(known.program)
    names = pl.concat_list(pl.when(flag).then(pl.lit(name)) for name, flag in flagged.items())
    table = table.with_columns(causes=names.list.drop_nulls())
    causes = pl.when(pl.col("causes").list.len() > 0).then("causes").otherwise(UNKNOWN)
    return table.select(*turned.columns, causes=causes)


def causes_of_clusters(
    states: pl.DataFrame,
    decided: pl.DataFrame,
    turned: pl.DataFrame,
    moved: pl.DataFrame,
    known: Evidence,
) -> pl.DataFrame:
    """Return the clusters of which anything differs with all causes that are known.

    states: cluster_id, name, state_before, state_now of all. Another catalogue is the cause where
    no criterion turned.
    """
    then, now = pl.col("state_before"), pl.col("state_now")
    other = states.filter(then.ne_missing(now))
    cluster = pl.col("cluster_id")
    touched = pl.concat([moved.select(cluster), other.select(cluster)]).unique()
    touched = touched.join(known.files, on="cluster_id", how="left")
    ruled = decided.join(known.catalogues, on="catalogue", how="semi")
    found = {
        "own_data": touched.filter("own_data"),
        "mapping": touched.filter("mapping"),
        "rule": ruled.join(turned, on="cluster_id", how="anti"),
        "register": other.filter(then.is_null() | now.is_null(), pl.lit(known.register)),
        "program": touched.filter(pl.lit(known.program)),
    }
    parts = [table.select(cluster, cause=pl.lit(name)) for name, table in found.items()]
    parts.append(turned.select(cluster, cause="causes").explode("cause"))
    causes = pl.concat(parts).filter(pl.col("cause") != "unknown").unique()
    order = pl.col("cause").cast(pl.Enum(CAUSES))
    causes = causes.group_by(cluster).agg(causes=pl.col("cause").sort_by(order))
    differs = pl.concat([touched.select(cluster), decided.select(cluster), turned.select(cluster)])
    table = states.join(differs, on="cluster_id", how="semi")
    table = table.join(causes, on="cluster_id", how="left").sort("cluster_id")
    return table.with_columns(pl.col("causes").fill_null(UNKNOWN))
