"""The figures of a portfolio in every scenario: by other definitions, and on other days."""

import datetime as dt
from dataclasses import dataclass, replace

import polars as pl

from pipeline.common.settings import Settings
from pipeline.figures.base import FIGURES, Columns, FiguresAndRows, Portfolio, collect_frames
from pipeline.figures.figures import add_actor_figures, compute_figures, figures_without_actors
from pipeline.submissions.actors.status import Definition

# The columns that identify a scenario: the name of a definition, or how many months later.
SCENARIO_KEY: Columns = {"variant": pl.String, "months": pl.Int64}


@dataclass(frozen=True)
class Scenario:
    """Another definition (contract 2.4, robustness), or a later day (contract 2.6, outlook).

    variant: the code of the definition, None for a later day. months: how much later.
    """

    variant: str | None = None
    months: int = 0
    definition: Definition = Definition()


# The usual definitions as of the period's last day: shows what has lapsed since an earlier as_of.
LAST_DAY = Scenario()


@dataclass(frozen=True)
class ScenarioFigures:
    """Figures as usual and in every other scenario.

    usual: FIGURES. rows: ROWS behind the usual figures. others: FIGURES and SCENARIO_KEY.
    """

    usual: pl.DataFrame
    rows: pl.DataFrame
    others: pl.DataFrame


def scenarios(settings: Settings) -> list[Scenario]:
    """Return the scenarios that give other figures, in the order of the contract."""
    return [
        *(
            Scenario(f"radius_{km:g}", 0, Definition(radius_km=km))
            for km in settings.robustness.radii_km
        ),
        Scenario("sme_ifm", 0, Definition(ifm=True)),
        Scenario("loose_actors", 0, Definition(loose=True)),
        *(Scenario(None, months) for months in settings.robustness.outlook_months),
    ]


def figures_in_scenarios(portfolio: Portfolio, last_day: dt.date) -> ScenarioFigures:
    """Return the figures of every cluster, as usual and in every other scenario.

    The figures of a cluster do not depend on other clusters. last_day: of the period; clusters with
    an earlier as_of are also computed as of that day (LAST_DAY).
    """
    own = figures_without_actors(portfolio, with_rows=True)
    found = add_actor_figures(portfolio, own, Definition(), with_rows=True)
    usual, rows = collect_frames(found.figures.select(list(FIGURES)), found.rows)
    others = [pl.DataFrame(schema={**FIGURES, **SCENARIO_KEY})]
    for one in scenarios(portfolio.settings):
        # Another definition of actors leaves the other figures as they are.
        found = (
            compute_figures(months_later(portfolio, one.months))
            if one.months
            else add_actor_figures(portfolio, own, one.definition, with_rows=False)
        )
        others.append(in_scenario(found, one))
    others.append(in_scenario(compute_figures(as_of_last_day(portfolio, last_day)), LAST_DAY))
    return ScenarioFigures(usual, rows, pl.concat(others))


def as_of_last_day(portfolio: Portfolio, last_day: dt.date) -> Portfolio:
    """Return the clusters with an earlier as_of, as of the period's last day."""
    day = pl.col("as_of")
    early = portfolio.clusters.filter(day < last_day)
    files = early.select("file")

    def keep(table: pl.DataFrame) -> pl.DataFrame:
        return table.join(files, on="file", how="semi", maintain_order="left")

    to_end = pl.lit(last_day).alias("as_of")
    return replace(
        portfolio,
        clusters=early.with_columns(to_end),
        actors=keep(portfolio.actors).with_columns(to_end),
        tables={name: keep(table) for name, table in portfolio.tables.items()},
        sheets=keep(portfolio.sheets),
    )


def months_later(portfolio: Portfolio, months: int) -> Portfolio:
    """Return the portfolio as of so many months later, with the same data."""
    day = pl.col("as_of").dt.offset_by(f"{months}mo")
    clusters, actors = (t.with_columns(day) for t in (portfolio.clusters, portfolio.actors))
    return replace(portfolio, clusters=clusters, actors=actors)


def in_scenario(found: FiguresAndRows, scenario: Scenario) -> pl.DataFrame:
    """Compute and return the figures (FIGURES and SCENARIO_KEY); nobody asks for their rows."""
    case = (pl.lit(scenario.variant, pl.String), pl.lit(scenario.months, pl.Int64))
    keys = dict(zip(SCENARIO_KEY, case, strict=True))
    return collect_frames(found.figures.select(list(FIGURES)).with_columns(**keys))[0]
