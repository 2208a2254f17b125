"""The stage: all figures of all clusters."""

from pipeline.figures.base import Measures, Portfolio, join_measures
from pipeline.figures.of_activities import measure_activities
from pipeline.figures.of_actors import measure_actors
from pipeline.figures.of_bodies import measure_seats
from pipeline.figures.of_evidence import measure_evidence
from pipeline.figures.of_funding import measure_funding
from pipeline.figures.of_management import actors_per_fte, measure_fte
from pipeline.figures.of_master import measure_master
from pipeline.submissions.actors.actors import count
from pipeline.submissions.actors.status import Definition


def measure(portfolio: Portfolio, definition: Definition | None = None) -> Measures:
    """Return every figure of every cluster as an interval, and the rows behind it."""
    return with_actors(portfolio, independent(portfolio), definition or Definition())


def independent(portfolio: Portfolio) -> Measures:
    """Return the figures that no definition of actors changes."""
    parts = [
        measure_master(portfolio),
        measure_fte(portfolio),
        measure_funding(portfolio),
        measure_activities(portfolio),
        measure_evidence(portfolio),
    ]
    # One by one: what is worked out together is planned together, which takes longer.
    return join_measures([part.worked_out() for part in parts])


def with_actors(portfolio: Portfolio, others: Measures, definition: Definition) -> Measures:
    """Return the figures of the others and those that depend on who counts as an actor."""
    counted = count(portfolio.actors, portfolio.settings.actors, definition).lazy()
    parts = [measure_actors(portfolio, counted), measure_seats(portfolio, counted)]
    of_actors = join_measures([others, *(part.worked_out() for part in parts)])
    quotient = actors_per_fte(of_actors.figures, of_actors.rows)
    return join_measures([of_actors, quotient])
