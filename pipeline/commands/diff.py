"""`cluster-review diff`: what changed between two publications of a period, and why."""

import argparse

from pipeline.common.periods import BadPeriodError, last_day
from pipeline.common.terminal import fail, printable
from pipeline.publication.diff.compare import compare
from pipeline.publication.diff.publication import (
    NothingToCompareError,
    UnknownPlaceError,
    two_publications,
)
from pipeline.publication.diff.say import as_json, lines

NOTHING, USAGE_ERROR = 1, 2


def command(arguments: argparse.Namespace) -> int:
    """Compare; 0 done, also where nothing differs, 1 nothing to compare, 2 wrong usage."""
    lang, period = arguments.lang, arguments.period
    try:
        last_day(period)
        before, now = two_publications(arguments.outputs, period, arguments.before, arguments.after)
    except BadPeriodError:
        return fail(USAGE_ERROR, f"{period}: kein Quartal wie 2026-Q3 / no quarter such as 2026-Q3")
    except UnknownPlaceError as error:
        return fail(USAGE_ERROR, error.messages[lang])
    except NothingToCompareError as error:
        return fail(NOTHING, error.messages[lang])
    difference = compare(before, now)
    if arguments.format == "json":
        print(as_json(before, now, difference))
        return 0
    print("\n".join(printable(line) for line in lines(before, now, difference, lang)))
    return 0
