"""A cluster's decision and its criteria: values, thresholds, what is missing and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import polars as pl

from pipeline.common.catalogue import Catalogue, Condition, Criterion, metrics
from pipeline.common.rows import Row, rows_by
from pipeline.report.pages.figures import interval, lever, required
from pipeline.report.pages.hidden_limits import masked
from pipeline.report.pages.views import anchor
from pipeline.report.pages.words import Words, form_words
from pipeline.review import Review
from pipeline.tables.missing import FIELDS
from pipeline.tables.reasons import asks_text, written_reason

FULFILLED = "fulfilled"
# The columns that the text of a condition depends on.
READ = (
    "operator",
    "value_low",
    "value_high",
    "threshold",
    "unit",
    "status",
    "limit_source",
    "lever_amount",
    "lever_unit",
)


@dataclass(frozen=True)
class ConditionView:
    """A condition: the present value, the required value, what is missing.

    lever_unit: the unit of the missing amount; empty without one, or if it must be hidden. written:
    the parts of the lever that the cluster wrote, see `Words.marked`.
    """

    title: str
    value: str
    required: str
    limit: str
    status: str
    sign: str
    status_text: str
    lever: str
    lever_unit: str
    written: Sequence[str] = ()


@dataclass(frozen=True)
class CriterionView:
    """A criterion with its verdict, the reason, and the request to the cluster.

    only_rated: whether the calculation sees it as fulfilled and an expert does not. written: the
    parts of reason and request that experts wrote or that the form calls so, see `Words.marked`.
    """

    id: str
    anchor: str
    title: str
    asks: str
    kind: str
    status: str
    sign: str
    status_text: str
    basis: str
    contrary: str
    reason: str
    request: str
    only_rated: bool
    conditions: Sequence[ConditionView]
    written: Sequence[str]


@dataclass(frozen=True)
class Verdict:
    """One catalogue's verdict on a cluster; unmet: the criteria that are missed or open."""

    title: str
    decision: str
    decision_text: str
    counts: str
    others: str
    pass_rule: str
    confirmed: str
    unmet: Sequence[CriterionView]
    met: Sequence[CriterionView]


def verdict(
    catalogue: Catalogue,
    number: int,
    decision: Row,
    criteria: Sequence[Row],
    conditions: Sequence[Row],
    hides: Callable[[Row], bool],
    words: Words,
) -> Verdict:
    """Return a catalogue's verdict from a cluster's rows of the three tables.

    number: of the catalogue, from 1. hides: whether a condition's limit must be hidden from the
    cluster (see `limit_hider`).
    """
    of_criterion = rows_by(conditions, "criterion_id")
    by_id = {r["criterion_id"]: r for r in criteria}
    views = [
        _criterion(c, number, by_id[c.id], of_criterion.get(c.id, []), hides, words)
        for c in catalogue.criteria
    ]
    n = {k: words.number(v) for k, v in decision.items() if isinstance(v, int)}
    return Verdict(
        title=words.of(catalogue.title),
        decision=decision["decision"],
        decision_text=words.code("decision", decision["decision"]),
        counts=words("fulfilled_counts", all=len(catalogue.criteria), **n),
        others=words("other_counts", **n),
        pass_rule=words("pass_rule", mark=catalogue.pass_mark, all=len(catalogue.criteria)),
        confirmed=words(
            "confirmed", decision=words.code("decision", decision["decision_confirmed"])
        ),
        unmet=[view for view in views if view.status != FULFILLED],
        met=[view for view in views if view.status == FULFILLED],
    )


def _criterion(
    criterion: Criterion,
    number: int,
    row: Row,
    conditions: Sequence[Row],
    hides: Callable[[Row], bool],
    words: Words,
) -> CriterionView:
    declared = dict(enumerate(criterion.conditions, 1))
    status, assessed = row["status"], row["basis"] == "assessed"
    computed = words.code("status", row["computed_status"])
    reason, request = row[f"reason_{words.lang}"] or "", row[f"request_{words.lang}"] or ""
    for hidden in filter(hides, conditions):
        reason, request = masked(reason, hidden), masked(request, hidden)
    return CriterionView(
        id=criterion.id,
        anchor=anchor(number, criterion.id),
        title=words.of(criterion.title),
        asks=asks_text(criterion, words.lang),
        kind=words.code("kind", criterion.kind),
        status=status,
        sign=words.code("status_sign", status),
        status_text=words.code("status", status),
        basis=words("by_expert", computed=computed) if assessed else words("by_computation"),
        contrary=words("against_hard") if row["against_hard"] else "",
        reason=reason if assessed else "",
        request=request,
        only_rated=assessed and status != FULFILLED and row["computed_status"] == FULFILLED,
        conditions=[
            condition_view(declared[c["condition"]], c, words, hidden=hides(c)) for c in conditions
        ],
        written=[
            written_reason(reason, words.lang),
            *(name for one in conditions for name in own_names(one, words)),
            *form_words(),
        ],
    )


def condition_view(
    condition: Condition, row: Row, words: Words, *, hidden: bool = False
) -> ConditionView:
    """Return a condition as text; hidden: whether its limit must be hidden from the reader.

    row: of `named_conditions`; what is missing is named with the lever.
    """
    values = tuple(row[key] for key in READ)
    view = _condition(condition.metric.key, values, condition.threshold is None, hidden, words)
    names = row.get(f"missing_{words.lang}")
    if not (names and view.lever):
        return view
    return replace(view, lever=f"{view.lever} ({names})", written=own_names(row, words))


def own_names(row: Row, words: Words) -> list[str]:
    """Return the names that the cluster itself gave to what is missing: those of action fields.

    row: of `named_conditions`.
    """
    names = row.get(f"missing_{words.lang}")
    return [names.partition(": ")[2]] if names and row["metric"] == FIELDS else []


def named_conditions(review: Review) -> pl.DataFrame:
    """Return the table conditions with missing_de, missing_en, see `missing.missing_names`."""
    table, names = review.tables["conditions"], review.context.get("missing")
    if names is None:
        return table
    return table.join(names, on=["cluster_id", "metric"], how="left", maintain_order="left")


# The same figures are repeated on the index and on the clusters' pages.
@lru_cache(maxsize=16_384)
def _condition(
    metric: str, values: tuple[Any, ...], by_reference: bool, hidden: bool, words: Words
) -> ConditionView:
    row = dict(zip(READ, values, strict=True))
    unit, threshold, status = row["unit"], row["threshold"], row["status"]
    missing = lever(row["lever_amount"], row["lever_unit"], threshold, unit, words)
    named = status != FULFILLED and not hidden
    return ConditionView(
        title=words.of(metrics()[metric].title),
        value=_value(row, words),
        required=words("limit_hidden")
        if hidden
        else required(row["operator"], threshold, unit, words),
        limit=words.limit(row["limit_source"]) if by_reference else "",
        status=status,
        sign=words.code("status_sign", status),
        status_text=words.code("status", status),
        lever=missing if named else "",
        lever_unit=(row["lever_unit"] or "") if named else "",
    )


def _value(row: Row, words: Words) -> str:
    """Return the interval; without one, a verdict means that there are no full-time equivalents."""
    if row["value_low"] is None and row["status"] == "not_fulfilled":
        return words("no_fte")
    return interval(row["value_low"], row["value_high"], row["unit"], words, row["threshold"])
