"""`cluster-review diff`: what changed between two publications of a period, and why."""

from typing import Annotated

import typer

from pipeline.commands.options import OUTPUTS, Format, Lang, Outputs, Period
from pipeline.common.periods import BadPeriodError, last_day
from pipeline.common.terminal import fail, printable

NOTHING, USAGE_ERROR = 1, 2


def command(
    period: Period,
    outputs: Outputs = OUTPUTS,
    before: Annotated[str | None, typer.Option("--before", metavar="TIME")] = None,
    after: Annotated[str | None, typer.Option("--after", metavar="TIME")] = None,
    lang: Lang = "de",
    format: Format = "text",
) -> int:
    """Compare; 0 done, also where nothing differs, 1 nothing to compare, 2 wrong usage."""
    from pipeline.history.diff.compare import compare
    from pipeline.history.diff.formatting import as_json, lines
    from pipeline.history.diff.publication import (
        NothingToCompareError,
        UnknownPlaceError,
        two_publications,
    )

    try:
        last_day(period)
        earlier, later = two_publications(outputs, period, before, after)
    except BadPeriodError as error:
        return fail(USAGE_ERROR, str(error))
    except UnknownPlaceError as error:
        return fail(USAGE_ERROR, error.messages[lang])
    except NothingToCompareError as error:
        return fail(NOTHING, error.messages[lang])
    difference = compare(earlier, later)
    if format == "json":
        print(as_json(earlier, later, difference))
        return 0
    print("\n".join(printable(line) for line in lines(earlier, later, difference, lang)))
    return 0
