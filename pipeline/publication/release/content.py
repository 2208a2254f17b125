"""The content of each cluster's letter: its decision, the criteria that are missed and open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from pipeline.common import periods
from pipeline.common.catalogue import Catalogue, Criterion
from pipeline.common.rows import Row
from pipeline.common.texts import LANGUAGES, day, say
from pipeline.evaluation.admission import STEPS
from pipeline.report.feedback.gather import asks_by_cluster
from pipeline.report.pages.hidden_limits import limit_hider
from pipeline.report.pages.verdict import ConditionView, condition_view, named_conditions
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.submissions.office import APPLICANT, has_left

MISSED, OPEN = "not_fulfilled", "undetermined"
DECISION = STEPS[-1]


@dataclass(frozen=True)
class Item:
    """The texts about one criterion: its number; number and lever or request; the whole text."""

    criterion: str
    short: str
    whole: str


@dataclass(frozen=True)
class Content:
    """The result of a reviewed cluster by the first catalogue, in one language.

    decision: a sentence. missed: what is not fulfilled, with its lever. open: what is undetermined,
    with the request to the cluster.
    """

    decision: str
    missed: Sequence[Item]
    open: Sequence[Item]


def departed(review: Review) -> set[str]:
    """Return the clusters that have left: they get no requests."""
    return set(review.tables["coverage"].filter(has_left())["cluster_id"])


def contents(review: Review, lang: str) -> Mapping[str, Content]:
    """Return the content of every reviewed cluster's letter.

    No expert's sign is in it, no vote, no limit that is another cluster's value (contract 2.5).
    """
    own, catalogue, words = by_first(review), review.catalogues[0], Words(lang)
    at = LANGUAGES.index(lang)
    left, ends = departed(review), closings(review, lang)
    asks = {
        (cluster, ask.criterion): ask.request[at]
        for cluster, several in asks_by_cluster(own).items()
        for ask in several
        if cluster not in left
    }
    conditions = missed_conditions(own, words)
    statuses = {
        (row["cluster_id"], row["criterion_id"]): row
        for row in own.tables["criteria"].iter_rows(named=True)
    }
    result = {}
    for row in own.tables["decisions"].iter_rows(named=True):
        cluster = row["cluster_id"]
        missed, open_ = [], []
        for criterion in catalogue.criteria:
            key = cluster, criterion.id
            status = statuses[key]["status"]
            if status == MISSED:
                rated = statuses[key]["basis"] == "assessed"
                missed.append(missed_item(criterion, conditions.get(key, ()), rated, lang))
            elif status == OPEN:
                open_.append(open_item(criterion, asks.get(key, ""), lang))
        sentences = decision(row, catalogue, lang, ends[cluster])
        result[cluster] = Content(sentences, missed, open_)
    return result


def closings(review: Review, lang: str) -> Mapping[str, str]:
    """Return by cluster the sentence after the result: whose the decision is, or what it was.

    A decision is mentioned once: in the quarter in which the cluster was informed, or in the next
    one that is published. Later, and for who never applied, the sentence is that the ministry
    decides what follows from the result; for who has left there is none.
    """
    since = review.since.period if review.since else periods.before(review.last_day)
    day_before, words = periods.last_day(since), Words(lang)
    process = review.context["process"].select("cluster_id", "decided", "informed_on")
    known = review.tables["coverage"].select("cluster_id", "role")
    known = known.join(process, on="cluster_id", how="left")
    is_decided = DECISION.done.fill_null(value=False)
    is_informed = is_decided & (pl.col("informed_on") <= review.last_day).fill_null(value=False)
    applies = is_decided | (pl.col("role") == APPLICANT) | pl.col("role").is_null()
    code = (
        pl.when(has_left())
        .then(None)
        .when(is_informed & (pl.col("informed_on") > day_before))
        .then(pl.lit("decided"))
        .when(applies & ~is_informed)
        .then(pl.lit("not_decided"))
        .otherwise(pl.lit("follows"))
    )
    chosen = known.select("cluster_id", "decided", "informed_on", code=code)
    return {
        row["cluster_id"]: ""
        if row["code"] is None
        else say("letter", row["code"], lang).format(
            word=words.name("votes", row["decided"]) if row["decided"] else "",
            day=day(row["informed_on"], lang) if row["informed_on"] else "",
        )
        for row in chosen.iter_rows(named=True)
    }


def by_first(review: Review) -> Review:
    """Return the review with the results of its first catalogue alone."""
    first = review.catalogues[0]
    names = ("decisions", "criteria", "conditions")
    own = {n: review.tables[n].filter(pl.col("catalogue") == first.id) for n in names}
    return replace(review, catalogues=(first,), tables={**review.tables, **own})


def decision(row: Row, catalogue: Catalogue, lang: str, closing: str) -> str:
    """Return the result of a cluster in a few sentences.

    row: of the table decisions. closing: the last one, see `closings`.
    """
    counts = {k: v for k, v in row.items() if isinstance(v, int)}
    text = say("letter", f"decision_{row['decision']}", lang)
    result = text.format(all=len(catalogue.criteria), mark=catalogue.pass_mark, **counts)
    return f"{result} {closing}".rstrip()


def agreed(review: Review, lang: str) -> Mapping[str, Sequence[str]]:
    """Return by cluster what was agreed with it and is not fulfilled yet, in sentences.

    Of the first catalogue; of clusters that have not left.
    """
    first, left = review.catalogues[0], departed(review)
    titles = {criterion.id: criterion.title[lang] for criterion in first.criteria}
    table = review.tables["agreements"].filter(pl.col("outcome") != "kept", catalogue=first.id)
    result: dict[str, list[str]] = {}
    for row in table.iter_rows(named=True):
        if row["cluster_id"] not in left:
            parts = {
                "criterion": row["criterion_id"],
                "title": titles.get(row["criterion_id"], ""),
                "agreement": row["agreement"] or "",
                "day": day(row["due"], lang) if row["due"] else "",
            }
            code = f"agreed_{row['outcome']}" if row["due"] else "agreed"
            text = say("letter", code, lang).format(**parts)
            result.setdefault(row["cluster_id"], []).append(text)
    return result


def missed_conditions(
    review: Review, words: Words
) -> Mapping[tuple[str, str], Sequence[ConditionView]]:
    """Return the conditions that are not fulfilled, by cluster and criterion."""
    hides = limit_hider(review)
    declared = {
        (criterion.id, number): condition
        for criterion in review.catalogues[0].criteria
        for number, condition in enumerate(criterion.conditions, 1)
    }
    table = named_conditions(review).filter(pl.col("status") == MISSED)
    result: dict[tuple[str, str], list[ConditionView]] = {}
    for row in table.iter_rows(named=True):
        condition = declared[row["criterion_id"], row["condition"]]
        view = condition_view(condition, row, words, hidden=hides(row))
        result.setdefault((row["cluster_id"], row["criterion_id"]), []).append(view)
    return result


def missed_item(
    criterion: Criterion, conditions: Sequence[ConditionView], rated: bool, lang: str
) -> Item:
    """Return what is not fulfilled; rated: by an expert, whose reason is on the cluster's page."""
    levers = "; ".join(filter(None, (view.lever for view in conditions)))
    short = f"{criterion.id}: {levers}" if levers else criterion.id
    if rated:
        return Item(criterion.id, criterion.id, line(criterion, say("letter", "rated", lang), lang))
    texts = "; ".join(condition_text(view, lang) for view in conditions)
    return Item(criterion.id, short, line(criterion, texts, lang))


def condition_text(view: ConditionView, lang: str) -> str:
    """Return a condition that is not fulfilled, what it asks for and what would fulfil it."""
    parts = {"title": view.title, "value": view.value, "required": view.required}
    text = say("letter", "condition", lang).format(**parts)
    return f"{text}; {view.lever}" if view.lever else text


def open_item(criterion: Criterion, request: str, lang: str) -> Item:
    """Return what is undetermined, and what would settle it."""
    if not request:
        return Item(
            criterion.id, criterion.id, line(criterion, say("letter", "not_asked", lang), lang)
        )
    return Item(criterion.id, f"{criterion.id}: {request}", line(criterion, request, lang))


def line(criterion: Criterion, text: str, lang: str) -> str:
    """Return the text about a criterion behind its number and title."""
    return f"{criterion.id} {criterion.title[lang]} – {text}"
