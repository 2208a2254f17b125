"""The stage: all figures of all clusters."""

from pipeline.figures.base import FiguresAndRows, Portfolio, join_figures
from pipeline.figures.of_activities import activity_figures
from pipeline.figures.of_actors import actor_figures, loose_actor_figures
from pipeline.figures.of_bodies import seat_figures
from pipeline.figures.of_evidence import evidence_figures
from pipeline.figures.of_funding import funding_figures
from pipeline.figures.of_management import actors_per_fte_figures, fte_figures
from pipeline.figures.of_master import master_data_figures
from pipeline.submissions.actors.actors import count
from pipeline.submissions.actors.status import Definition


def compute_figures(portfolio: Portfolio, *, with_rows: bool = False) -> FiguresAndRows:
    """Return every figure of every cluster as an interval, and the rows behind it.

    with_rows: whether the rows are computed, too; if not, they are only planned.
    """
    own = figures_without_actors(portfolio, with_rows=with_rows)
    return add_actor_figures(portfolio, own, Definition(), with_rows=with_rows)


def figures_without_actors(portfolio: Portfolio, *, with_rows: bool) -> FiguresAndRows:
    """Return the figures that do not depend on who counts as an actor by the definition."""
    parts = [
        master_data_figures(portfolio),
        fte_figures(portfolio),
        funding_figures(portfolio),
        activity_figures(portfolio),
        evidence_figures(portfolio),
        loose_actor_figures(portfolio),
    ]
    # Each part is computed by itself: planning all of them together takes polars longer.
    return join_figures([part.computed(with_rows=with_rows) for part in parts])


def add_actor_figures(
    portfolio: Portfolio, others: FiguresAndRows, definition: Definition, *, with_rows: bool
) -> FiguresAndRows:
    """Return the other figures together with those that depend on who counts as an actor.

    definition: who counts. with_rows: see `compute_figures`. Actors per FTE is computed last, from
    the figures of both kinds.
    """
    counted = count(portfolio.actors, portfolio.settings.actors, definition).lazy()
    parts = [actor_figures(portfolio, counted), seat_figures(portfolio, counted)]
    of_actors = join_figures([others, *(part.computed(with_rows=with_rows) for part in parts)])
    quotient = actors_per_fte_figures(of_actors.figures, of_actors.rows)
    return join_figures([of_actors, quotient])
