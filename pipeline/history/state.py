"""The inputs of an evaluation, stored with a publication so that it can be repeated.

A later review evaluates them again with one change at a time (see `causes`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from pipeline.common.catalogue import Catalogue
from pipeline.common.settings import Settings
from pipeline.evaluation.evaluate import reference_condition
from pipeline.figures.base import Portfolio
from pipeline.figures.inputs import INPUT_COLUMNS, RATING, REFERENCE, SCHEMAS, SHEETS, dense_number
from pipeline.history.missing_columns import Column
from pipeline.submissions.actors.status import is_sme, is_sme_ifm

# Columns that count as null, not as unknown, where a state lacks them.
ASSUMED = frozenset(
    {("clusters", "form_version"), ("activities", "from_bad"), ("evidence", "date_bad")}
)


@dataclass(frozen=True)
class State:
    """Everything that a verdict depends on.

    portfolio: what was reviewed, with the settings of then. catalogues: by id; None where this
    version cannot read the one of an earlier period, which is a record. ratings: RATING, the ones
    in force. frozen: the limits of 4.2 of the periods at which catalogues froze them, see
    `benchmark.stand_in`. missing: table, column of INPUT_COLUMNS that an earlier version of the
    program did not keep; they are unknown (null).
    """

    portfolio: Portfolio
    catalogues: Mapping[str, Catalogue | None]
    ratings: pl.DataFrame
    frozen: Mapping[str, pl.DataFrame]
    missing: Sequence[Column] = ()


def to_frames(state: State) -> Mapping[str, pl.DataFrame]:
    """Return the state as frames of INPUT_COLUMNS, without names and texts that no figure reads.

    Equal titles are determined before, see `inputs.input_tables`.
    """
    own = state.portfolio
    frames = {
        "clusters": _clusters(own.clusters),
        "actors": _actors(own.actors),
        **{name: own.tables[name] for name in SHEETS},
        "sheets": own.sheets,
        "ratings": state.ratings,
        "reference": _reference(state.frozen),
    }
    frames["evidence"] = frames["evidence"].with_columns(title=dense_number(pl.col("title")))
    tables = {name: frames[name].select(columns) for name, columns in INPUT_COLUMNS.items()}
    # Portions of a portfolio come in any order; equal states must give equal frames.
    keys = {"clusters": ["cluster_id"], "ratings": RATING, "reference": REFERENCE}
    keys["sheets"] = INPUT_COLUMNS["sheets"]
    return {name: table.sort(keys.get(name, ["file", "row"])) for name, table in tables.items()}


def from_frames(
    frames: Mapping[str, pl.DataFrame],
    catalogues: Mapping[str, Catalogue | None],
    settings: Settings,
) -> State:
    """Return the state that `to_frames` stored, perhaps by another version of the program.

    A column that is missing or has another type is unknown, except those of ASSUMED; further
    columns are ignored. A single text in a column that holds lists now becomes a list. Limits of
    4.2 are needed only where a catalogue froze them.
    """
    conditions = [reference_condition(catalogue) for catalogue in catalogues.values() if catalogue]
    frozen = [str(c.frozen_period) for c in conditions if c is not None and c.stand_in == "frozen"]
    if not frozen:
        frames = {**frames, "reference": pl.DataFrame(schema=SCHEMAS["reference"])}
    frames = {name: _with_lists(frames[name], schema) for name, schema in SCHEMAS.items()}
    absent = [
        (name, column)
        for name, schema in SCHEMAS.items()
        for column, kind in schema.items()
        if frames[name].schema.get(column) != kind
    ]
    missing = [column for column in absent if column not in ASSUMED]
    frames = {
        name: frames[name].select(
            pl.lit(None, kind).alias(column) if (name, column) in absent else pl.col(column)
            for column, kind in schema.items()
        )
        for name, schema in SCHEMAS.items()
    }
    portfolio = Portfolio(
        frames["clusters"],
        frames["actors"],
        {name: frames[name] for name in SHEETS},
        frames["sheets"],
        settings,
    )
    nothing = frames["reference"].clear().drop("source")
    limits = dict.fromkeys(frozen, nothing) | {
        str(source): own.drop("source") for (source,), own in frames["reference"].group_by("source")
    }
    return State(portfolio, catalogues, frames["ratings"], limits, missing)


def _with_lists(frame: pl.DataFrame, schema: Mapping[str, object]) -> pl.DataFrame:
    """Make lists of single texts where the columns hold lists."""
    single = [
        pl.when(pl.col(c).is_not_null()).then(pl.concat_list(c)).alias(c)
        for c, kind in schema.items()
        if kind == pl.List(pl.String) and frame.schema.get(c) == pl.String
    ]
    return frame.with_columns(single)


def _clusters(clusters: pl.DataFrame) -> pl.DataFrame:
    """Replace the text of the long-term prospect by whether there is one, or stated to be none."""
    prospect = pl.col("long_term_prospect")
    stated = pl.when(prospect == "").then(prospect).when(prospect != "").then(pl.lit("x"))
    return clusters.with_columns(long_term_prospect=stated)


def _actors(actors: pl.DataFrame) -> pl.DataFrame:
    """Keep which actors are listed several times, without their names."""
    return actors.with_columns(
        dense_number(pl.when("several").then(c)).alias(c) for c in ("name_key", "postcode_key")
    )


def _reference(frozen: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    nothing = pl.DataFrame(schema=SCHEMAS["reference"])
    parts = [own.with_columns(source=pl.lit(source)) for source, own in sorted(frozen.items())]
    return pl.concat([nothing, *(part.select(REFERENCE) for part in parts)])


# ------------------------------------------------------------------------------ one change each
def restrict_to(portfolio: Portfolio, cluster_ids: pl.Series) -> Portfolio:
    """Return the portfolio restricted to these clusters."""
    clusters = portfolio.clusters.filter(pl.col("cluster_id").is_in(cluster_ids.implode()))
    files = clusters.select("file")

    def keep(table: pl.DataFrame) -> pl.DataFrame:
        return table.join(files, on="file", how="semi")

    return replace(
        portfolio,
        clusters=clusters,
        actors=keep(portfolio.actors),
        tables={name: keep(portfolio.tables[name]) for name in SHEETS},
        sheets=keep(portfolio.sheets),
    )


def as_of_days(portfolio: Portfolio, days: pl.DataFrame) -> Portfolio:
    """Return the portfolio evaluated as of other days (cluster_id, as_of)."""
    clusters = portfolio.clusters.drop("as_of").join(days, on="cluster_id")
    of_file = clusters.select("file", "as_of")
    actors = portfolio.actors.drop("as_of").join(of_file, on="file")
    return replace(portfolio, clusters=clusters, actors=actors)


def with_settings(portfolio: Portfolio, settings: Settings) -> Portfolio:
    """Return the portfolio with other settings, and with who is an SME by their rules.

    All other rules apply when figures are computed. The actors must have the columns in which firms
    state their size.
    """
    rules = settings.actors
    if rules != portfolio.settings.actors:
        actors = portfolio.actors.with_columns(sme=is_sme(rules), sme_ifm=is_sme_ifm(rules))
        portfolio = replace(portfolio, actors=actors)
    return replace(portfolio, settings=settings)
