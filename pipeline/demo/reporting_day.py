"""A cluster on the day it reports: what is constant, and what depends on the day."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import exp
from random import Random

from pipeline.demo import places
from pipeline.demo.events import OUTDATED
from pipeline.demo.model import add_months, period_end, vocabulary
from pipeline.demo.places import Place
from pipeline.demo.profiles import MISSED, Aims, Plan, aims
from schemas.declaration import submission

# Share of the clusters that fill in a form of version 1.
OLD_FORMS = 0.12


@dataclass(frozen=True)
class Moment:
    """One cluster in one period."""

    plan: Plan
    index: int

    def rng(self, topic: str) -> Random:
        """Return random numbers that are the same in every period."""
        return self.plan.rng(topic)

    def steps(self, topic: str) -> list[tuple[Random, date]]:
        """Return random numbers and a day for every quarter that has passed since the first."""
        numbers = range(1, self.index + 1)
        return [(self.plan.rng(topic, n), self._day_of(n)) for n in numbers]

    def _day_of(self, step: int) -> date:
        return period_end(self.plan.periods[step]) - timedelta(days=45)

    @cached_property
    def aims(self) -> Aims:
        """Which criteria the cluster is to meet, to miss and to leave open."""
        return aims(self.plan, self.index)

    @cached_property
    def as_of(self) -> date:
        """The Stichtag: the period's end, for some a few weeks before, for a few long ago."""
        end = period_end(self.plan.periods[self.index])
        if OUTDATED.holds(self.plan):
            return add_months(self.plan.first_end, -9)
        rng = self.plan.rng("as_of", self.index)
        return end - timedelta(days=rng.randint(5, 30) if rng.random() < 0.25 else 0)

    @cached_property
    def form_version(self) -> int | None:
        """The version of the form; a few clusters fill in an old one, which did not state it."""
        old = self.rng("form_version").random() < OLD_FORMS
        return None if old else submission().words["form_version"]

    @cached_property
    def founded(self) -> date:
        """The day of foundation."""
        years = self.rng("founded").uniform(*self.plan.profile.age)
        return self.plan.first_end - timedelta(days=round(years * 365.25))

    @cached_property
    def office(self) -> Place:
        """The location of the cluster's office."""
        return self.rng("office").choice(places.towns(self.plan.state.de))

    @cached_property
    def action_fields(self) -> list[str]:
        """The strategic action fields."""
        rng = self.rng("fields")
        return rng.sample(list(vocabulary()["services"]), rng.randint(3, 5))

    @cached_property
    def fte(self) -> float:
        """The staff of the first quarter in full-time equivalents: grows with the size."""
        noise = exp(self.rng("fte").gauss(0.0, 0.4))
        usual: float = 4.1 * (self.plan.size / 76) ** 0.6 * noise * self.plan.profile.fte
        return max(0.25, round(usual * (0.5 if self.aims["4.2"] == MISSED else 1.0) * 4) / 4)
