"""`cluster-review demo`: writes a made-up, labelled portfolio."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.options import OneLang
from pipeline.common.periods import BadPeriodError, last_day
from pipeline.common.terminal import fail

USAGE_ERROR = 2
PERIODS = ("2026-Q2", "2026-Q3")


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    more_periods: Annotated[list[str] | None, typer.Argument(metavar="P")] = None,
    clusters: Annotated[int, typer.Option("--clusters", metavar="N", min=1)] = 12,
    periods: Annotated[list[str] | None, typer.Option("--periods", metavar="P")] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="S")] = 1,
    habits: Annotated[bool, typer.Option("--habits")] = False,
    lang: OneLang = None,
) -> int:
    """Write the portfolio; 0 written, 2 wrong usage.

    more_periods: those after the first one of `--periods 2026-Q2 2026-Q3`.
    """
    quarters = [*(periods or ()), *(more_periods or ())] or PERIODS
    try:
        for period in quarters:
            last_day(period)
    except BadPeriodError as error:
        return fail(USAGE_ERROR, str(error))
    from pipeline.demo import write_portfolio

    write_portfolio(folder, clusters, quarters, seed, habits)
    what = {"de": "erfundene Cluster", "en": "made-up clusters"}
    print(f"{folder}: {clusters} {what[lang] if lang else ' / '.join(what.values())}")
    return 0
