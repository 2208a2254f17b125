"""What the register says of a measure in sentences, for pages and workbook alike."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.common.texts import number, say, say_count
from pipeline.evaluation.measures import order_of_measures
from pipeline.submissions.office import MEMBER
from pipeline.tables.headlines import role_places
from schemas.declaration import Budget, Event, Measure, measures, successors
from schemas.tables import DECISIONS

BREAK = "; "


@dataclass(frozen=True)
class Facts:
    """A measure in one language; what its source does not say is empty, years aside.

    budget: the amount as stated. budget_for: what it is for. budget_source: with its year (Stand).
    """

    name: str
    years: str
    events: str
    level: str
    scope: str
    before: str
    after: str
    places: str
    own_contribution: str
    conditions: str
    participants: str
    budget: str
    budget_for: str
    budget_source: str
    source: str


def facts(measure: Measure, lang: str) -> Facts:
    """Return what the register says of a measure."""
    budget = measure.budget
    return Facts(
        name=measure.name_in(lang),
        years=years(measure, lang),
        events=BREAK.join(event(one, lang) for one in measure.events),
        level=", ".join(filter(None, (_say("level", measure.level, lang), measure.ministry))),
        scope=BREAK.join(text[lang] for text in (measure.field, measure.area) if text),
        before=BREAK.join(names(measure.predecessors, lang)),
        after=BREAK.join(names(successors(measure.de), lang)),
        places=places(measure, lang),
        own_contribution=measure.own_contribution[lang] if measure.own_contribution else "",
        conditions=conditions(measure, lang),
        participants=measure.participants[lang] if measure.participants else "",
        budget=amount(budget, lang) if budget else "",
        budget_for=budget.span[lang] if budget else "",
        budget_source=sourced(budget.source[lang], budget.as_of, lang) if budget else "",
        source=sourced(measure.source[lang], measure.as_of, lang),
    )


def years(measure: Measure, lang: str) -> str:
    """Return from when until when: a text states what is unknown."""
    begin = "from" if measure.start else "from_unknown"
    end = measure.end_kind.replace(" ", "_")
    if end == "unknown" and measure.end is not None:
        end = "at_least"
    known = {"start": measure.start, "end": measure.end, "as_of": measure.as_of}
    return ", ".join(_say("measure_years", code, lang, **known) for code in (begin, end))


def event(one: Event, lang: str) -> str:
    """Return what happened when."""
    return f"{one.year}: {one.name_in(lang)}"


def names(listed: tuple[str, ...] | list[str], lang: str) -> list[str]:
    """Return measures of the register by their names in a language."""
    return [measures()[name].name_in(lang) for name in listed]


def places(measure: Measure, lang: str) -> str:
    """Return how many places there are and in how many rounds."""
    own = {"places": measure.places, "rounds": measure.rounds}
    texts = [say_count("measure_fact", key, n, lang) for key, n in own.items() if n is not None]
    return ", ".join(texts)


def conditions(measure: Measure, lang: str) -> str:
    """Return its conditions, and what it is a part of."""
    whole = names([measure.part_of], lang) if measure.part_of else []
    part = [_say("measure_fact", "part_of", lang, name=name) for name in whole]
    own = [measure.conditions[lang]] if measure.conditions else []
    return " ".join([*part, *own])


def amount(budget: Budget, lang: str) -> str:
    """Return the amount as stated, in its own currency."""
    currency = _say("currency", budget.currency, lang)
    millions = number(budget.amount / 1_000_000, 2, lang)
    return _say("budget_says", budget.says, lang, millions=millions, currency=currency)


def sourced(source: str, as_of: int, lang: str) -> str:
    """Return a source with the year of what it says."""
    return _say("measure_fact", "source", lang, source=source, as_of=as_of)


def _say(group: str, code: str, lang: str, **values: object) -> str:
    return say(group, code.replace(" ", "_"), lang).format(**values)


def pooled_ratios(cohorts: pl.DataFrame) -> Mapping[str, float | None]:
    """Return the pooled actors per FTE of each measure that has a cohort, see the table cohorts."""
    own = (pl.col("cohort_kind") == "measure") & (pl.col("indicator") == "actors_per_fte")
    return dict(cohorts.filter(own).select("cohort", "pooled").iter_rows())


@dataclass(frozen=True)
class MeasureRoles:
    """The clusters of each measure by role.

    table: measure_roles of the contract, in its order. period: the one that is reviewed.
    """

    table: pl.DataFrame
    period: str

    @property
    def rows(self) -> list[tuple[str, str | None]]:
        """The measures and roles of all periods, in the register's order, members first."""
        pairs = self.table.select("measure", "role").unique()
        return pairs.sort(order_of_measures("measure"), "measure", role_places()).rows()

    @property
    def earlier(self) -> list[str]:
        """The periods published before in which a measure has a cluster, the earliest first."""
        return sorted({*self.table["at_period"]} - {self.period})

    def clusters(self, period: str) -> Mapping[tuple[str, str | None], tuple[int, ...]]:
        """Return by measure and role how many clusters a period has, and how many per decision."""
        own = self.table.filter(pl.col("at_period") == period)
        counts = own.select("measure", "role", "clusters", *DECISIONS).iter_rows()
        return {(measure, role): tuple(numbers) for measure, role, *numbers in counts}


def clusters_of_members(table: pl.DataFrame, period: str) -> Mapping[str, int]:
    """Return how many clusters of each measure are members; table: measure_roles."""
    own = table.filter(pl.col("at_period") == period, pl.col("role") == MEMBER)
    return dict(own.select("measure", "clusters").iter_rows())
