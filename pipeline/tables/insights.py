"""Figures about the portfolio from the published tables: near misses, gaps, shared actors.

Each function takes tables of the contract (section 3) and returns a frame; tables with a column
`catalogue` are given for one catalogue.
"""

from dataclasses import dataclass

import polars as pl

from pipeline.common.keys import title_key_expr

FULFILLED = pl.col("status") == "fulfilled"
# A request for a whole sheet asks for more than any list of cells.
WHOLE_SHEET = 1000


# ---------------------------------------------------------------------------------- the criteria
def criteria_counts(criteria: pl.DataFrame) -> pl.DataFrame:
    """Return criterion_id, fulfilled, not_fulfilled, undetermined: how many clusters each."""
    status = pl.col("status")
    return criteria.group_by("criterion_id").agg(
        (status == s).sum().cast(pl.Int64).alias(s)
        for s in ("fulfilled", "not_fulfilled", "undetermined")
    )


def shortfalls(conditions: pl.DataFrame) -> pl.DataFrame:
    """Return by how much clusters miss a condition: the spread of the levers.

    criterion_id, condition, lever_unit, clusters, least, median, most; only levers that are known.
    """
    lever = pl.col("lever_amount")
    return (
        conditions.filter(~FULFILLED, lever.is_not_null())
        .group_by("criterion_id", "condition", "lever_unit")
        .agg(
            clusters=pl.len().cast(pl.Int64),
            least=lever.min(),
            median=lever.median(),
            most=lever.max(),
        )
        .sort("criterion_id", "condition")
    )


def lacking(fulfilled: int, pass_mark: int) -> int:
    """Return how many criteria a cluster lacks up to the pass mark; 0 from there on."""
    return max(pass_mark - fulfilled, 0)


def by_distance(decisions: pl.DataFrame, pass_mark: int) -> pl.DataFrame:
    """Return decisions, those nearest to the pass mark first; at the same distance those below."""
    distance = pl.col("fulfilled") - pass_mark
    return decisions.sort(distance.abs(), distance, "cluster_id")


def single_levers(criteria: pl.DataFrame, decisions: pl.DataFrame, pass_mark: int) -> pl.DataFrame:
    """Return criterion_id, clusters: how many reach the pass mark by this criterion alone.

    These are the clusters that lack exactly one, whatever their decision; the most first.
    """
    close = decisions.filter(pl.col("fulfilled") == pass_mark - 1).select("cluster_id")
    missing = criteria.filter(~FULFILLED).join(close, on="cluster_id", how="semi")
    counts = missing.group_by("criterion_id").agg(clusters=pl.len().cast(pl.Int64))
    return counts.sort("clusters", "criterion_id", descending=[True, False])


def exactly_at_mark(decisions: pl.DataFrame, pass_mark: int) -> list[str]:
    """Return the sorted IDs of the clusters that fulfil exactly as many criteria as they must."""
    return decisions.filter(pl.col("fulfilled") == pass_mark)["cluster_id"].sort().to_list()


def within_one_of_mark(decisions: pl.DataFrame, pass_mark: int) -> pl.DataFrame:
    """Return cluster_id, fulfilled, undetermined, decision of those a single criterion may turn.

    One criterion above the line are the clusters at the pass mark, one below those that lack one.
    """
    close = pl.col("fulfilled").is_in([pass_mark, pass_mark - 1])
    columns = ["cluster_id", "fulfilled", "undetermined", "decision"]
    found = decisions.filter(close).select(columns)
    return found.sort("fulfilled", "cluster_id", descending=[True, False])


def smallest_requests(
    criteria: pl.DataFrame, decisions: pl.DataFrame, pass_mark: int
) -> pl.DataFrame:
    """Return the requests that would bring each open cluster to the pass mark with fewest cells.

    cluster_id, missing (criteria up to the mark), criterion_id, request_de, request_en: of the
    cluster's undetermined criteria as many as are missing, those that ask for the fewest cells.
    """
    open_ = decisions.filter(pl.col("decision") == "open").select(
        "cluster_id", missing=pass_mark - pl.col("fulfilled")
    )
    own = criteria.filter(pl.col("status") == "undetermined").join(open_, on="cluster_id")
    request = pl.col("request_de")
    cells = request.str.count_matches(r"![A-Z]+\d").cast(pl.Int64)
    effort = pl.when(cells == 0).then(WHOLE_SHEET).otherwise(cells)
    ranked = own.with_columns(effort=effort, length=request.str.len_chars())
    ranked = ranked.sort("cluster_id", "effort", "length", "criterion_id")
    place = pl.int_range(pl.len()).over("cluster_id")
    columns = ["cluster_id", "missing", "criterion_id", "request_de", "request_en"]
    return ranked.filter(place < pl.col("missing")).select(columns)


# -------------------------------------------------------------------------------------- changes
def fulfilled_then_and_now(
    changed: pl.DataFrame, criteria: pl.DataFrame
) -> dict[str, tuple[int, int]]:
    """Return how many clusters fulfil each criterion that changed somewhere, before and now.

    changed: criterion_id, previous_status, status of a catalogue's changes. criteria: criterion_id,
    status of the clusters of both periods.
    """
    now = criteria.group_by("criterion_id").agg(now=FULFILLED.sum().cast(pl.Int64))
    was_fulfilled = pl.col("previous_status") == "fulfilled"
    moves = changed.group_by("criterion_id").agg(
        gained=FULFILLED.sum().cast(pl.Int64), lost=was_fulfilled.sum().cast(pl.Int64)
    )
    joined = moves.join(now, on="criterion_id")
    before = pl.col("now") - pl.col("gained") + pl.col("lost")
    rows = joined.select("criterion_id", before=before, now="now").iter_rows()
    return {criterion: (then, today) for criterion, then, today in rows}


# ------------------------------------------------------------------------------------ the actors
@dataclass(frozen=True)
class Sharing:
    """Who is bound to several clusters.

    shared: actors bound to several clusters. clusters: those with such an actor. pairs: cluster_id,
    other_id, shared, share (of the smaller one's actors), the strongest first. groups: how many
    actors are bound to exactly these clusters (cluster_ids, actors), of the shared ones.
    """

    shared: int
    clusters: int
    pairs: pl.DataFrame
    groups: pl.DataFrame


def sharing(actors: pl.DataFrame) -> Sharing:
    """Return who is bound to several clusters: the same normalised name and postcode.

    An actor without a name is its own. Only certainly bound actors are looked at.
    """
    bound = actors.filter(pl.col("bound"))
    named = bound.drop_nulls("actor_key").unique(["cluster_id", "actor_key"])
    per_actor = named.group_by("actor_key").agg(pl.col("cluster_id").sort().alias("cluster_ids"))
    several = per_actor.filter(pl.col("cluster_ids").list.len() > 1)
    of_several = named.join(several.select("actor_key"), on="actor_key", how="semi")
    groups = several.group_by("cluster_ids").agg(actors=pl.len().cast(pl.Int64))
    return Sharing(
        shared=several.height,
        clusters=of_several["cluster_id"].n_unique(),
        pairs=_pairs(of_several, named),
        groups=groups.sort("cluster_ids"),
    )


def actors_of_several(actors: pl.DataFrame) -> pl.DataFrame:
    """Return name, postcode, cluster_ids of who is bound to several clusters, the most ties first.

    The same actors as `sharing` counts; of the ways a name is written the first is shown.
    """
    named = actors.filter(pl.col("bound")).drop_nulls("actor_key")
    found = named.group_by("actor_key").agg(
        name=pl.col("name").min(), cluster_ids=pl.col("cluster_id").unique().sort()
    )
    ties = pl.col("cluster_ids").list.len()
    found = found.filter(ties > 1).with_columns(
        postcode=pl.col("actor_key").str.split("|").list.last()
    )
    ordered = found.sort(ties, "name", "actor_key", descending=[True, False, False])
    return ordered.select("name", "postcode", "cluster_ids")


def _pairs(of_several: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    keys = of_several.select("cluster_id", "actor_key")
    both = keys.join(keys.rename({"cluster_id": "other_id"}), on="actor_key")
    both = both.filter(pl.col("cluster_id") < pl.col("other_id"))
    counts = both.group_by("cluster_id", "other_id").agg(shared=pl.len().cast(pl.Int64))
    size = named.group_by("cluster_id").agg(size=pl.len().cast(pl.Int64))
    counts = counts.join(size, on="cluster_id").join(
        size.rename({"cluster_id": "other_id", "size": "other_size"}), on="other_id"
    )
    share = pl.col("shared") / pl.min_horizontal("size", "other_size")
    ranked = counts.with_columns(share=share).drop("size", "other_size")
    order = ["shared", "share", "cluster_id", "other_id"]
    return ranked.sort(order, descending=[True, True, False, False])


# ------------------------------------------------------------------------------- the value chain
def research_by_field(clusters: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
    """Return for each technology field its universities and research institutes.

    technology_field, clusters, research (bound actors), without (clusters that have none). counts:
    cluster_id and research, see `features.counts`.
    """
    fields = clusters.drop_nulls("technology_field").select("cluster_id", "technology_field")
    found = fields.join(counts.select("cluster_id", "research"), on="cluster_id")
    return (
        found.group_by("technology_field")
        .agg(
            clusters=pl.len().cast(pl.Int64),
            research=pl.col("research").sum(),
            without=(pl.col("research") == 0).sum().cast(pl.Int64),
        )
        .sort("technology_field")
    )


def stage_counts(stages: pl.DataFrame) -> pl.DataFrame:
    """Return stage, clusters: how many name each stage, the most frequent first.

    stages: see `features.stages`, by cluster_id.
    """
    counts = stages.group_by("stage").agg(clusters=pl.col("cluster_id").n_unique())
    return counts.sort("clusters", "stage", descending=[True, False])


def uncovered_stages(clusters: pl.DataFrame, stages: pl.DataFrame) -> pl.DataFrame:
    """Return for each technology field which stages of the value chain nobody in it covers.

    technology_field, clusters, covered (stages), missing (list of text): the stages that clusters
    of other fields name. There is no list of all stages: clusters write them freely. stages: see
    `features.stages`, by cluster_id; stages that differ in capitals alone are one.
    """
    key = title_key_expr(pl.col("stage"))
    named = stages.with_columns(key=key, stage=pl.col("stage").min().over(key))
    fields = clusters.drop_nulls("technology_field").select("cluster_id", "technology_field")
    of_field = named.join(fields, on="cluster_id").unique(["technology_field", "key"])
    every = named.unique("key").select("key", "stage")
    sizes = fields.group_by("technology_field").agg(clusters=pl.len().cast(pl.Int64))
    lacking = sizes.join(every, how="cross").join(
        of_field, on=["technology_field", "key"], how="anti"
    )
    missing = lacking.group_by("technology_field").agg(missing=pl.col("stage").sort())
    covered = of_field.group_by("technology_field").agg(covered=pl.len().cast(pl.Int64))
    found = sizes.join(missing, on="technology_field", how="left")
    found = found.join(covered, on="technology_field", how="left")
    found = found.with_columns(
        pl.col("covered").fill_null(0), missing=pl.col("missing").fill_null([])
    )
    columns = ["technology_field", "clusters", "covered", "missing"]
    return found.select(columns).sort("technology_field")
