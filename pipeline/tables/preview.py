"""The computed statuses of single submissions, for the check before they are sent."""

import polars as pl

from pipeline.common.catalogue import load
from pipeline.common.settings import Settings
from pipeline.common.texts import LANGUAGES
from pipeline.evaluation.evaluate import CRITERION, evaluate, refuse_uncomputed
from pipeline.figures.base import Portfolio, collect_frames
from pipeline.figures.figures import compute_figures
from pipeline.submissions.examine import Examined
from pipeline.tables.missing import missing_names
from pipeline.tables.reasons import with_reasons
from pipeline.tables.requests import with_requests

NO_RATINGS = dict.fromkeys([*CRITERION, "rated", "reason", "assessor"], pl.String) | {
    "file": pl.UInt32,
    "rated_on": pl.Date,
}


def preview(examined: Examined, files: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Return the computed status of every criterion of the first catalogue for each file.

    files: file, of those that would be reviewed. Returns file, criterion_id, kind, status and in
    both languages title, reason, request in the catalogue's order. What only the office knows is
    missing: there are no ratings, no confirmed measures, and no limit of criterion 4.2.
    """
    catalogue = load(settings.review.first_catalogue)
    portfolio = portfolio_of(examined, files, settings)
    computed = compute_figures(portfolio, with_rows=True)
    figures, rows = collect_frames(computed.figures, computed.rows)
    refuse_uncomputed([catalogue], figures)
    limits = portfolio.clusters.select(
        "file", limit=pl.lit(None, pl.Float64), limit_source=pl.lit("none")
    )
    nobody = pl.DataFrame(schema=NO_RATINGS)
    verdicts = evaluate(catalogue, figures, portfolio.clusters, limits, nobody)
    missing = missing_names(portfolio, rows)
    table = with_reasons(verdicts.criteria, verdicts.conditions, nobody, missing)
    parsed = examined.parsed
    comparable = verdicts.conditions.drop_nulls("threshold")
    table = with_requests(table, comparable, rows, parsed.places, parsed.cells)
    titles = [(c.id, c.title["de"], c.title["en"]) for c in catalogue.criteria]
    named = pl.DataFrame(titles, schema=["criterion_id", "title_de", "title_en"], orient="row")
    table = table.join(named, on="criterion_id")
    texts = [f"{name}_{lang}" for name in ("title", "reason", "request") for lang in LANGUAGES]
    table = table.sort("file", "position")
    return table.select("file", "criterion_id", "kind", "status", *texts)


def portfolio_of(examined: Examined, files: pl.DataFrame, settings: Settings) -> Portfolio:
    """Return the files as a portfolio. Each is evaluated by itself, so clusters may repeat."""
    chosen = files.select("file")

    def keep(table: pl.DataFrame) -> pl.DataFrame:
        return table.join(chosen, on="file", how="semi")

    return Portfolio(
        keep(examined.located.offices).drop("row").rename({"excellence_measures": "measures"}),
        keep(examined.located.actors),
        {name: keep(table) for name, table in examined.valid.tables.items()},
        keep(examined.parsed.sheets),
        settings,
    )
