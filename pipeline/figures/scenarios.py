"""The figures of a portfolio in every scenario: as usual, by other definitions, at a later day."""

import datetime as dt
from dataclasses import dataclass, replace

import polars as pl

from pipeline.common.settings import Settings
from pipeline.figures.base import FIGURES, Columns, Measures, Portfolio, collected
from pipeline.figures.figures import independent, measure, with_actors
from pipeline.submissions.actors.status import Definition

# What tells a scenario: a definition by its name, or how many months later.
CASE: Columns = {"variant": pl.String, "months": pl.Int64}


@dataclass(frozen=True)
class Scenario:
    """Another definition (contract 2.4, robustness), or a later day (2.6, outlook)."""

    variant: str | None = None
    months: int = 0
    definition: Definition = Definition()


# The same data on the period's last day: what has lapsed since an earlier as_of.
AT_END = Scenario()


@dataclass(frozen=True)
class EveryFigure:
    """usual: the figures (FIGURES). rows: those behind them (ROWS). others: FIGURES and CASE."""

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


def every_figure(portfolio: Portfolio, last_day: dt.date) -> EveryFigure:
    """Return the figures of every cluster, as usual and in every other scenario.

    What a cluster's figures are depends on no other cluster. last_day: of the period; clusters of
    an earlier as_of are also seen as of that day (AT_END).
    """
    own = independent(portfolio)
    usual, rows = collected_measures(with_actors(portfolio, own, Definition()))
    others = [nothing()]
    for one in scenarios(portfolio.settings):
        # No definition of actors changes the other figures.
        found = (
            measure(later(portfolio, one.months))
            if one.months
            else with_actors(portfolio, own, one.definition)
        )
        case = (pl.lit(one.variant, pl.String), pl.lit(one.months, pl.Int64))
        others.append(
            collected_measures(found)[0].with_columns(**dict(zip(CASE, case, strict=True)))
        )
    case = (pl.lit(None, pl.String), pl.lit(AT_END.months, pl.Int64))
    end, _ = collected_measures(measure(at_end(portfolio, last_day)))
    others.append(end.with_columns(**dict(zip(CASE, case, strict=True))))
    return EveryFigure(usual, rows, pl.concat(others))


def nothing() -> pl.DataFrame:
    """Return no figures of no scenario."""
    return pl.DataFrame(schema={**FIGURES, **CASE})


def at_end(portfolio: Portfolio, last_day: dt.date) -> Portfolio:
    """Return the clusters of an earlier as_of as they are seen on the period's last day."""
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


def later(portfolio: Portfolio, months: int) -> Portfolio:
    """Return the portfolio as it is seen so many months later, if nothing new comes in."""
    day = pl.col("as_of").dt.offset_by(f"{months}mo")
    clusters, actors = (t.with_columns(day) for t in (portfolio.clusters, portfolio.actors))
    return replace(portfolio, clusters=clusters, actors=actors)


def collected_measures(found: Measures) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return figures and rows."""
    figures, rows = collected(found.figures, found.rows)
    return figures.select(list(FIGURES)), rows
