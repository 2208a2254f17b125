"""`cluster-review template`: writes the form, empty or filled with a reviewed submission."""

import argparse

from pipeline.common.periods import BadPeriodError
from pipeline.common.terminal import fail
from pipeline.intake.discover import shown_path
from pipeline.read import read_here
from pipeline.report.form.form import write_form
from pipeline.report.form.plan import Filled, text
from pipeline.report.form.source import NoSourceError, filled_from

NOT_WRITTEN, USAGE_ERROR = 1, 2
ENDING = ".xlsx"


def command(arguments: argparse.Namespace) -> int:
    """Write the form; 0 written, 1 nothing to fill it with, 2 wrong usage."""
    wrong = wrong_usage(arguments)
    if wrong is not None:
        parts = {"file": shown_path(arguments.file), "period": arguments.period}
        return fail(USAGE_ERROR, text("refusal", wrong, arguments.lang, **parts))
    try:
        write_form(arguments.file, arguments.lang, values(arguments))
    except BadPeriodError:
        said = text("refusal", "period", arguments.lang, period=arguments.period)
        return fail(USAGE_ERROR, said)
    except FileExistsError:  # it has come into being meanwhile
        said = text("refusal", "exists", arguments.lang, file=shown_path(arguments.file))
        return fail(USAGE_ERROR, said)
    except NoSourceError as end:
        return fail(NOT_WRITTEN, end.messages[arguments.lang])
    print(shown_path(arguments.file))
    return 0


def wrong_usage(arguments: argparse.Namespace) -> str | None:
    """Return the code of what is wrong with the arguments, before anything is read."""
    if arguments.file.suffix.lower() != ENDING:
        return "ending"
    if arguments.file.exists() or arguments.file.is_symlink():
        return "exists"
    if not arguments.file.parent.is_dir():
        return "folder"
    return "both" if (arguments.cluster is None) != (arguments.period is None) else None


def values(arguments: argparse.Namespace) -> Filled | None:
    """Return what the form is filled with, if it is."""
    if arguments.cluster is None:
        return None
    return filled_from(
        arguments.cluster,
        arguments.period,
        arguments.inputs,
        arguments.outputs,
        arguments.lang,
        read_here,
    )
