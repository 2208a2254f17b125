"""The figures of a portfolio as a review asks for them: as usual, and with one thing otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from pipeline.actors.status import Definition
from pipeline.measures.base import FIGURES, Columns, Measures, Portfolio, collected
from pipeline.measures.measures import BESIDE_ACTORS, independent, with_actors
from pipeline.settings import Settings

# Cases with one thing otherwise: a definition (variant is its name), or the day (months later).
CASE: Columns = {"variant": pl.String, "months": pl.Int64}
CASES: Columns = {**CASE, "loose": pl.Boolean, "ifm": pl.Boolean, "radius_km": pl.Float64}
# The number of a cluster in a case, of so many cases.
FILE_OF_CASE = pl.col("file") * pl.col("of") + pl.col("case")
BY_CASE = Definition(pl.col("loose"), pl.col("ifm"), pl.col("radius_km"))


@dataclass(frozen=True)
class EveryFigure:
    """usual: the figures (FIGURES). rows: those behind them (ROWS). others: FIGURES and CASE."""

    usual: pl.DataFrame
    rows: pl.DataFrame
    others: pl.DataFrame


def every_figure(portfolio: Portfolio) -> EveryFigure:
    """Return the figures of every cluster, as usual and in every other case.

    What a cluster's figures are hangs on no other cluster. All cases are worked out at once: as
    clusters of their own, of which the usual ones are the first.
    """
    usual = pl.DataFrame([on_day(portfolio.settings, 0)], schema=CASES, orient="row")
    cases = with_numbers(pl.concat([usual, cases_of(portfolio.settings)]))
    days = with_numbers(cases.select("months").unique(maintain_order=True))
    own = independent(on_days(portfolio, days), rows_of=is_first(days))
    own = in_cases_of_days(own, days, cases)
    found = with_actors(in_cases(portfolio, cases), own, BY_CASE, rows_of=is_first(cases))
    figures, rows = collected(found.figures, found.rows)
    figures = figures.with_columns(case=pl.col("file") % cases.height)
    back = pl.col("file") // cases.height
    figures, rows = figures.with_columns(back), rows.with_columns(back)
    others = figures.filter(pl.col("case") > 0)
    others = others.join(cases.select("case", *CASE), on="case").sort("file", "case", "metric")
    usual = figures.filter(pl.col("case") == 0)
    return EveryFigure(usual.select(list(FIGURES)), rows, others.select(*FIGURES, *CASE))


def cases_of(settings: Settings) -> pl.DataFrame:
    """Return the cases that give other figures (contract 2.6): CASES."""
    low, high = settings.radii_km
    usual = settings.actors.radius_km
    rows = [
        (f"radius_{low:g}", 0, False, False, low),
        (f"radius_{high:g}", 0, False, False, high),
        ("sme_ifm", 0, False, True, usual),
        ("loose_actors", 0, True, False, usual),
        *(on_day(settings, months) for months in settings.outlook_months),
    ]
    return pl.DataFrame(rows, schema=CASES, orient="row")


def on_day(settings: Settings, months: int) -> tuple[Any, ...]:
    """Return the case (CASES) that so many months have passed and all else is as usual."""
    return None, months, False, False, settings.actors.radius_km


def with_numbers(cases: pl.DataFrame) -> pl.DataFrame:
    """Return the cases with case (its number) and of (how many there are)."""
    return cases.with_row_index("case").with_columns(of=pl.lit(cases.height, pl.UInt32))


def is_first(cases: pl.DataFrame) -> pl.Expr:
    """Whether a cluster's number is that in the first of the cases."""
    return pl.col("file") % cases.height == 0


def in_cases(portfolio: Portfolio, cases: pl.DataFrame) -> Portfolio:
    """Return what the figures of actors are made of once for every case.

    Each cluster has a number of its own in each case; its actors tell how they are to be read.
    """
    said = ["loose", "ifm", "radius_km"]
    return replace(
        portfolio,
        clusters=each(portfolio.clusters, cases),
        actors=each(portfolio.actors, cases, said),
        tables={name: each(portfolio.tables[name], cases) for name in BESIDE_ACTORS},
        sheets=each(portfolio.sheets, cases),
    )


def on_days(portfolio: Portfolio, days: pl.DataFrame) -> Portfolio:
    """Return what all other figures are made of once for every day (case, of, months)."""
    tables = {n: t for n, t in portfolio.tables.items() if n not in BESIDE_ACTORS}
    return replace(
        portfolio,
        clusters=each(portfolio.clusters, days),
        tables={name: each(table, days) for name, table in tables.items()},
        sheets=each(portfolio.sheets, days),
    )


def each(table: pl.DataFrame, cases: pl.DataFrame, said: Sequence[str] = ()) -> pl.DataFrame:
    """Return the rows once for every case, as they are seen that much later.

    said: what each row is told of its case.
    """
    told = cases.select("case", "of", "months", *said)
    table = table.join(told, how="cross").with_columns(file=FILE_OF_CASE)
    if "as_of" in table.columns:
        later = pl.format("{}mo", "months")
        table = table.with_columns(pl.col("as_of").dt.offset_by(later))
    return table.drop("case", "of", "months")


def in_cases_of_days(found: Measures, days: pl.DataFrame, cases: pl.DataFrame) -> Measures:
    """Return the figures that were found on days in every case of the day; rows are of the first.

    Each under the cluster's number in the case instead of the one on the day.
    """
    day, file = pl.col("file") % days.height, pl.col("file") // days.height
    of_day = cases.join(days.select("months", day="case"), on="months").select("day", "case", "of")
    figures = found.figures.with_columns(day=day, file=file)
    figures = figures.join(of_day.lazy(), on="day", maintain_order="left")
    figures = figures.with_columns(file=FILE_OF_CASE).select(list(FIGURES))
    return Measures(figures, found.rows.with_columns(file=file * cases.height))
