"""Which measures the clusters take part in: never more clusters than a measure has places."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipeline.demo.model import vocabulary
from pipeline.demo.profiles import Plan
from pipeline.demo.reporting_day import Moment
from schemas.declaration import Measure, measures


def with_measures(plans: Iterable[Plan]) -> Iterator[Plan]:
    """Yield the plans with their measures; earlier clusters take the places first."""
    taken = Counter[str]()
    for plan in plans:
        own = tuple(name for name in drawn(plan) if has_room(measures()[name], taken[name]))
        taken.update(own)
        yield replace(plan, measures=own)


def has_room(measure: Measure, taken: int) -> bool:
    """Return whether a measure of which some places are taken has one left."""
    return measure.places is None or taken < measure.places


def drawn(plan: Plan) -> list[str]:
    """Draw the measures of a cluster; none ended before the cluster was founded."""
    rng, words = plan.rng("measures"), vocabulary()["measures"]
    names = [words["member"]] if plan.role == "Mitglied" else []
    open_to_it = list(words["everywhere"])
    if plan.state.extra["code"] in words["eastern_states"]:
        open_to_it += words["east"]
    if plan.field.de == words["biotechnology_field"]:
        open_to_it += words["biotechnology"]
    names += rng.sample(open_to_it, rng.choice((0, 1, 1, 2, 3)))
    begun = Moment(plan, 0).founded.year
    return [name for name in names if not ended_before(measures()[name], begun)]


def ended_before(measure: Measure, year: int) -> bool:
    """Return whether a measure ended before that year."""
    return measure.end_kind == "ended" and measure.end is not None and measure.end < year
