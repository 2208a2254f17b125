"""The figures of a portfolio as a review asks for them: as usual, and with one thing otherwise."""

from dataclasses import dataclass, replace

import polars as pl

from pipeline.actors.status import Definition
from pipeline.measures.base import FIGURES, ROWS, Columns, Measures, Portfolio, collected
from pipeline.measures.measures import independent, with_actors
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

    What a cluster's figures are hangs on no other cluster.
    """
    own = independent(portfolio)
    usual = with_actors(portfolio, own, Definition())
    figures, rows = collected(usual.figures, usual.rows)
    return EveryFigure(figures, rows, figures_otherwise(portfolio, own.figures))


def cases_of(settings: Settings) -> pl.DataFrame:
    """Return the cases that give other figures (contract 2.6): CASES."""
    low, high = settings.radii_km
    usual = settings.actors.radius_km
    rows = [
        (f"radius_{low:g}", 0, False, False, low),
        (f"radius_{high:g}", 0, False, False, high),
        ("sme_ifm", 0, False, True, usual),
        ("loose_actors", 0, True, False, usual),
        *((None, months, False, False, usual) for months in settings.outlook_months),
    ]
    return pl.DataFrame(rows, schema=CASES, orient="row")


def figures_otherwise(portfolio: Portfolio, own: pl.LazyFrame) -> pl.DataFrame:
    """Return the figures of every case, worked out at once: cases as clusters of their own.

    own: the figures of now that hang on no definition.
    """
    cases = cases_of(portfolio.settings)
    if cases.is_empty():
        return pl.DataFrame(schema={**FIGURES, **CASE})
    cases = with_numbers(cases)
    later = cases.filter(pl.col("months") > 0)
    now = cases.filter(pl.col("months") == 0).select("case", "of").lazy()
    of_now = own.join(now, how="cross").with_columns(file=FILE_OF_CASE).select(list(FIGURES))
    of_later = independent(in_cases(portfolio, later), with_rows=False).figures
    others = Measures(pl.concat([of_now, of_later]), pl.LazyFrame(schema=ROWS))
    found = with_actors(in_cases(portfolio, cases), others, BY_CASE, with_rows=False).figures
    number = pl.col("file") % cases.height
    found = found.with_columns(case=number, file=pl.col("file") // cases.height)
    named = found.join(cases.select("case", *CASE).lazy(), on="case").sort("file", "case", "metric")
    return collected(named.select(*FIGURES, *CASE))[0]


def with_numbers(cases: pl.DataFrame) -> pl.DataFrame:
    """Return the cases with case (its number) and of (how many there are)."""
    return cases.with_row_index("case").with_columns(of=pl.lit(cases.height, pl.UInt32))


def in_cases(portfolio: Portfolio, cases: pl.DataFrame) -> Portfolio:
    """Return the portfolio once for every case, as it is seen that much later.

    Each cluster has a number of its own in each case; its actors tell how they are to be read.
    """

    def each(table: pl.DataFrame, more: list[str]) -> pl.DataFrame:
        said = cases.select("case", "of", "months", *more)
        table = table.join(said, how="cross").with_columns(file=FILE_OF_CASE)
        if "as_of" in table.columns:
            later = pl.format("{}mo", "months")
            table = table.with_columns(pl.col("as_of").dt.offset_by(later))
        return table.drop("case", "of", "months")

    return replace(
        portfolio,
        clusters=each(portfolio.clusters, []),
        actors=each(portfolio.actors, ["loose", "ifm", "radius_km"]),
        tables={name: each(table, []) for name, table in portfolio.tables.items()},
        sheets=each(portfolio.sheets, []),
    )
