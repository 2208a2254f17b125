"""The office's report: one view composed of its sections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.history.notices import damaged
from pipeline.report.pages.admission import Waiting, waiting
from pipeline.report.pages.changes import Changes, changes
from pipeline.report.pages.charts import Chart
from pipeline.report.pages.comparison import Comparison, comparison
from pipeline.report.pages.experts import Experts, experts
from pipeline.report.pages.explain import chosen_from, reasons, script_texts
from pipeline.report.pages.filters import Filter, filters
from pipeline.report.pages.findings import finding_tables
from pipeline.report.pages.first_screen import FirstScreen, first_screen
from pipeline.report.pages.history import History, history
from pipeline.report.pages.landmap import LandMap, land_map
from pipeline.report.pages.landscape import Landscape, landscape
from pipeline.report.pages.matrix import Matrix, matrices
from pipeline.report.pages.measures import MeasuresView, measures_view
from pipeline.report.pages.method import Method, method
from pipeline.report.pages.money import Money, money
from pipeline.report.pages.outlook import Outlook, outlook
from pipeline.report.pages.overview import (
    Decisions,
    KeyFigure,
    Returns,
    beside,
    by_role,
    decisions,
    files_set_aside,
    key_figures,
    returns,
    role_bars,
)
from pipeline.report.pages.profile import Profile, profiles
from pipeline.report.pages.revision import Revision, revision
from pipeline.report.pages.sensitivity import Sensitivity, sensitivities
from pipeline.report.pages.shared import Shared, shared
from pipeline.report.pages.staffing import Staffing, staffing
from pipeline.report.pages.trends import fields_drawn, fields_over_quarters
from pipeline.report.pages.views import Head, Table, page_head
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.tables.insights import Sharing, sharing


@dataclass(frozen=True)
class IndexData:
    """The data for the page's script, see `explain`; reasons: None for too many clusters."""

    texts: Mapping[str, Any]
    chosen_from: Mapping[str, Any]
    reasons: Mapping[str, Any] | None


@dataclass(frozen=True)
class IndexView:
    """Everything that the office's page prints; None means missing: a map, applicants."""

    head: Head
    first: FirstScreen
    sections: Sequence[str]
    filters: Sequence[Filter]
    figures: Sequence[KeyFigure]
    beside: Table
    decisions: Decisions
    role_bars: Chart | None
    roles: Sequence[Table]
    admission: Waiting | None
    experts: Experts | None
    returns: Returns
    damaged: Sequence[str]
    revision: Revision | None
    changes: Changes | None
    history: History | None
    outlook: Outlook | None
    matrices: Sequence[Matrix]
    map: LandMap | None
    staffing: Staffing | None
    comparison: Comparison
    fields: Table | None
    fields_chart: Chart | None
    sensitivities: Sequence[Sensitivity]
    profiles: Sequence[Profile]
    landscape: Landscape | None
    money: Money
    policy: MeasuresView
    shared: Shared
    files: Sequence[Table]
    findings: Sequence[Table]
    method: Method
    data: IndexData


def index_view(review: Review, words: Words) -> IndexView:
    """Return the view of the office's report."""
    found = sharing(review.tables["actors"])
    drawn, changed = land_map(review, words), changes(review, words)
    ahead, applicants = outlook(review, words), waiting(review, words)
    described, opinions = landscape(review, words), experts(review, words)
    return IndexView(
        head=page_head(review, words("index_title", period=review.period), words),
        first=first_screen(review, words),
        sections=sections(
            has_admission=applicants is not None,
            has_experts=opinions is not None,
            has_map=drawn is not None,
            has_changes=changed is not None,
            has_outlook=ahead is not None,
            has_landscape=described is not None,
        ),
        filters=filters(review, words),
        figures=key_figures(review, words),
        beside=beside(review, words),
        decisions=decisions(review, words),
        role_bars=role_bars(review, words),
        roles=by_role(review, words),
        admission=applicants,
        experts=opinions,
        returns=returns(review, words),
        damaged=[notice[words.lang] for notice in damaged(review.damaged)],
        revision=revision(review, words),
        changes=changed,
        history=history(review, words),
        outlook=ahead,
        matrices=matrices(review, words),
        map=drawn,
        staffing=staffing(review, words),
        comparison=comparison(review, words),
        fields=fields_over_quarters(review, words),
        fields_chart=fields_drawn(review, words),
        sensitivities=sensitivities(review, words),
        profiles=profiles(review, words),
        landscape=described,
        money=money(review, words),
        policy=measures_view(review, words),
        shared=shared(review, found, words),
        files=files_set_aside(review, words),
        findings=finding_tables(review, words),
        method=method(review, words),
        data=index_data(review, found, words),
    )


def index_data(review: Review, found: Sharing, words: Words) -> IndexData:
    """Return the data for the script; found: see `insights.sharing`."""
    few = review.tables["clusters"].height <= review.settings.pages.explained_on_index
    why = reasons(review, words) if few else None
    return IndexData(script_texts(words), chosen_from(review, found), why)


def sections(
    *,
    has_admission: bool,
    has_experts: bool,
    has_map: bool,
    has_changes: bool,
    has_outlook: bool,
    has_landscape: bool,
) -> list[str]:
    """Return the ids of the sections in order.

    What matters and what to do comes first, then where it comes from, then how it was found.
    """
    every = {
        "figures": True,
        "edge": True,
        "changes": has_changes,
        "matrix": True,
        "benchmark": True,
        "outlook": has_outlook,
        "profile": True,
        "admission": has_admission,
        "experts": has_experts,
        "money": True,
        "policy": True,
        "map": has_map,
        "landscape": has_landscape,
        "quality": True,
        "sharing": True,
        "method": True,
    }
    return [name for name, there in every.items() if there]
