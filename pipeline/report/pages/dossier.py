"""The dossier of a cluster, for the office and its experts: the wording behind every criterion.

No cluster sees it: it shows experts' signs and limits that are hidden on the clusters' pages.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from markupsafe import Markup, escape

from pipeline.common.catalogue import Catalogue, Criterion
from pipeline.common.contacts import without_contacts
from pipeline.common.rows import Row, rows_by
from pipeline.report.pages.actor_table import as_texts, escaped
from pipeline.report.pages.changes import titles_of
from pipeline.report.pages.experts import dissent_texts, own_agreements
from pipeline.report.pages.verdict import CriterionView, named_conditions, verdict
from pipeline.report.pages.views import Head, Table, page_head, page_of
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.tables.wording import KEY

Key = tuple[str, str, str]
FOLDER = "dossiers"
TABLES = ("decisions", "criteria", "conditions")
ROW = (
    '<tr class="k-{}"><td>{}</td><th scope="row">{}</th>'
    '<td class="n">{}</td><td>{}</td><td>{}</td></tr>\n'
)


@dataclass(frozen=True)
class RatingView:
    """A rating that an expert gave, as it is printed."""

    day: str
    sign: str
    rating: str
    reason: str
    valid_until: str


@dataclass(frozen=True)
class DossierCriterion:
    """A criterion with all that an expert needs to judge it.

    reason: of the status that holds. pieces: the printed rows of the wording. by_actors: whether
    its figures read the sheet Akteure, whose rows are on the cluster's page. dissent: who of the
    experts says what, if they differ.
    """

    view: CriterionView
    computed: str
    reason: str
    pieces: Markup
    by_actors: bool
    dissent: str
    ratings: Sequence[RatingView]


@dataclass(frozen=True)
class DossierVerdict:
    """One catalogue's verdict with its criteria."""

    title: str
    decision: str
    decision_text: str
    counts: str
    others: str
    criteria: Sequence[DossierCriterion]


@dataclass(frozen=True)
class DossierView:
    """Everything that a dossier prints; page: of the cluster, from the dossier."""

    head: Head
    cluster_id: str
    page: str
    facts: Sequence[tuple[str, str]]
    agreements: Table | None
    verdicts: Sequence[DossierVerdict]


def dossier_of(cluster_id: str) -> str:
    """Return the path of a cluster's dossier, from the index."""
    return f"{FOLDER}/{cluster_id}.html"


def dossier_views(review: Review, words: Words) -> Iterator[DossierView]:
    """Yield the dossier of every reviewed cluster, in the order of their IDs.

    review: of some hundred clusters at most, see `cluster.cluster_views`.
    """
    frames = {**review.tables, "conditions": named_conditions(review)}
    parts = {
        name: rows_by(frames[name].iter_rows(named=True), "catalogue", "cluster_id")
        for name in TABLES
    }
    pieces = printed_pieces(review.wording.unpacked(), words)
    ratings, differ = printed_ratings(review.ratings, words), dissent_texts(review, words)
    reviewed = review.tables["submissions"].filter(pl.col("outcome") == "reviewed")
    files = dict(reviewed.select("cluster_id", "source_file").iter_rows())
    agreements, titles = review.tables["agreements"], titles_of(review, words)
    for row in review.tables["clusters"].sort("cluster_id").iter_rows(named=True):
        cluster_id = row["cluster_id"]
        title = f"{words('dossier')} {cluster_id}"
        yield DossierView(
            head=page_head(review, title, words, row["name"] or ""),
            cluster_id=cluster_id,
            page=f"../{page_of(cluster_id)}",
            facts=_facts(row, files[cluster_id], words),
            agreements=own_agreements(
                agreements.filter(cluster_id=cluster_id).to_dicts(), titles, words
            ),
            verdicts=[
                _verdict(catalogue, number, cluster_id, parts, pieces, ratings, differ, words)
                for number, catalogue in enumerate(review.catalogues, 1)
            ],
        )


def _facts(row: Row, source_file: str, words: Words) -> list[tuple[str, str]]:
    return [
        (words("file"), source_file),
        (words("as_of"), words.day(row["as_of"])),
        (words("technology_field"), words.name("technology_fields", row["technology_field"])),
        (words("federal_state"), words.name("federal_states", row["federal_state"])),
        (words("role"), words.role(row["role"])),
    ]


def _verdict(
    catalogue: Catalogue,
    number: int,
    cluster_id: str,
    parts: Mapping[str, Mapping[tuple[str, str], Sequence[Row]]],
    pieces: Mapping[Key, Markup],
    ratings: Mapping[Key, Sequence[RatingView]],
    differ: Mapping[Key, str],
    words: Words,
) -> DossierVerdict:
    (decision,), criteria, conditions = (
        parts[name].get((catalogue.id, cluster_id), ()) for name in TABLES
    )
    # The office sees every limit.
    judged = verdict(catalogue, number, decision, criteria, conditions, lambda _: False, words)
    views = {view.id: view for view in (*judged.unmet, *judged.met)}
    rows = {row["criterion_id"]: row for row in criteria}
    return DossierVerdict(
        title=judged.title,
        decision=judged.decision,
        decision_text=judged.decision_text,
        counts=judged.counts,
        others=judged.others,
        criteria=[
            _criterion(
                criterion,
                views[criterion.id],
                rows[criterion.id],
                pieces.get((catalogue.id, cluster_id, criterion.id), Markup()),
                ratings.get((catalogue.id, cluster_id, criterion.id), ()),
                differ.get((catalogue.id, cluster_id, criterion.id), ""),
                words,
            )
            for criterion in catalogue.criteria
        ],
    )


def _criterion(
    criterion: Criterion,
    view: CriterionView,
    row: Row,
    pieces: Markup,
    ratings: Sequence[RatingView],
    dissent: str,
    words: Words,
) -> DossierCriterion:
    reads = (place for condition in criterion.conditions for place in condition.metric.reads)
    return DossierCriterion(
        view=view,
        computed=words.code("status", row["computed_status"]),
        reason=without_contacts(row[f"reason_{words.lang}"] or "", words.lang),
        pieces=pieces,
        by_actors=any(place.startswith("actors.") for place in reads),
        dissent=words("dissent_is", ratings=dissent) if dissent else "",
        ratings=ratings,
    )


def printed_pieces(wording: pl.DataFrame, words: Words) -> Mapping[Key, Markup]:
    """Return the rows of the wording by catalogue, cluster and criterion, in their order.

    The columns: place, wording, date, reference, whether it counts and why.
    """
    lang, nothing = words.lang, pl.lit("")
    said = wording.select(f"wording_{lang}", "written")
    texts = [str(escape(words.marked(text, own))) for text, own in said.iter_rows()]
    at = pl.coalesce("cell", pl.col("row").cast(pl.String), nothing)
    reason = pl.col(f"reason_{lang}")
    counted = as_texts("counted", wording, lambda v: "" if v is None else words.code("counted", v))
    colon = pl.when((counted != "") & (reason != "")).then(pl.lit(": ")).otherwise(nothing)
    cells = wording.select(
        *KEY,
        "cluster_id",
        mark=pl.col("counted").fill_null("read"),
        place=escaped(pl.concat_str("sheet", pl.lit(" "), at)),
        text=pl.Series(texts, dtype=pl.String),
        day=as_texts("date", wording, lambda v: "" if v is None else words.day(v)),
        reference=escaped(pl.col(f"reference_{lang}").fill_null("")),
        answer=pl.concat_str(counted, colon, escaped(reason)),
    )
    row = pl.format(ROW, "mark", "place", "text", "day", "reference", "answer")
    keys = ["catalogue", "cluster_id", "criterion_id"]
    own = cells.select(*keys, printed=row).group_by(keys, maintain_order=True)
    found = own.agg(pl.col("printed").str.join())
    return {(c, i, k): Markup(rows) for c, i, k, rows in found.iter_rows()}


def printed_ratings(ratings: pl.DataFrame, words: Words) -> Mapping[Key, Sequence[RatingView]]:
    """Return every rating by catalogue, cluster and criterion, the newest first."""
    found: dict[Key, list[RatingView]] = {}
    newest = ratings.sort("rated_on", "row", descending=True, nulls_last=True)
    for row in newest.iter_rows(named=True):
        view = RatingView(
            day=words.day(row["rated_on"]),
            sign=row["assessor"] or words("none"),
            rating=words.name("ratings", row["rating"]),
            reason=without_contacts(row["reason"] or "", words.lang),
            valid_until=words.day(row["valid_until"]),
        )
        key = (row["catalogue"], row["cluster_id"], row["criterion_id"])
        found.setdefault(key, []).append(view)
    return found
