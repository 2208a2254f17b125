"""`cluster-review template`: writes the form, empty or filled, or the ratings to be given."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.options import INPUTS, OUTPUTS, Inputs, Lang, Outputs
from pipeline.common.periods import BadPeriodError
from pipeline.common.terminal import fail
from pipeline.intake.discover import shown_path

NOT_WRITTEN, USAGE_ERROR = 1, 2
ENDING = ".xlsx"


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    lang: Lang = "de",
    cluster: Annotated[str | None, typer.Option("--for", metavar="CLUSTER_ID")] = None,
    period: Annotated[str | None, typer.Option("--from", metavar="PERIOD")] = None,
    ratings: Annotated[bool, typer.Option("--ratings")] = False,  # noqa: FBT002
    reviewer: Annotated[str | None, typer.Option("--reviewer", metavar="SIGN")] = None,
    inputs: Inputs = INPUTS,
    outputs: Outputs = OUTPUTS,
) -> int:
    """Write the form or the ratings' template.

    Exit codes: 0 written, 1 there is no data to fill it with, 2 wrong usage.
    """
    from pipeline.read import read_here
    from pipeline.report.form.form import write_form
    from pipeline.report.form.plan import text
    from pipeline.report.form.source import NoSourceError, filled_from, latest_period
    from pipeline.report.ratings_template import Places, write_ratings_template

    wrong = wrong_place(file) or wrong_options(cluster, period, reviewer, ratings=ratings)
    if wrong is not None:
        parts = {"period": period, "sign": reviewer, "cluster": cluster}
        return fail(USAGE_ERROR, text("refusal", wrong, lang, file=shown_path(file), **parts))
    try:
        values, source = None, None
        if ratings:
            places = Places(inputs, outputs, read_here)
            write_ratings_template(file, reviewer, period, places, lang)
            print(shown_path(file))
            return 0
        if cluster is not None:
            source = period or latest_period(cluster, outputs)
            values = filled_from(cluster, source, inputs, outputs, lang, read_here)
        write_form(file, lang, values)
    except BadPeriodError:
        return fail(USAGE_ERROR, text("refusal", "period", lang, period=period))
    except FileExistsError:  # it has come into being meanwhile
        return fail(USAGE_ERROR, text("refusal", "exists", lang, file=shown_path(file)))
    except NoSourceError as end:
        return fail(NOT_WRITTEN, end.messages[lang])
    print(shown_path(file))
    if source is not None:
        print(text("said", "filled", lang, cluster=cluster, period=source))
    return 0


def wrong_options(
    cluster: str | None, period: str | None, reviewer: str | None, *, ratings: bool
) -> str | None:
    """Return the code of the message about options that exclude each other, None if none do."""
    if ratings:
        return "ratings_for" if cluster is not None else None
    if reviewer is not None:
        return "reviewer_alone"
    return "alone" if cluster is None and period is not None else None


def wrong_place(file: Path) -> str | None:
    """Return the code of the message about an impossible path of the new file, None if possible."""
    if file.suffix.lower() != ENDING:
        return "ending"
    if file.exists() or file.is_symlink():
        return "exists"
    return None if file.parent.is_dir() else "folder"
