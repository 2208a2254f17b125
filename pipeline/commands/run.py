"""`cluster-review run`: reviews a period and publishes it."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands.options import INPUTS, OUTPUTS, Inputs, Lang, Outputs, Period
from pipeline.common.errors import NothingPublishedError, explain_errors
from pipeline.common.periods import BadPeriodError, last_day
from pipeline.common.settings import load_settings
from pipeline.common.terminal import fail, plain
from pipeline.common.texts import say
from schemas.slips import WrongUsageError

if TYPE_CHECKING:
    from pipeline.publication.request import Request
    from pipeline.run import Published

NOT_PUBLISHED, USAGE_ERROR = 1, 2
LAST_LINE = {
    "de": (
        "Veröffentlicht: {folder}. Einreichungen: {reviewed} bewertet, {quarantined} "
        "zurückgestellt, {superseded} ersetzt. Cluster: {eligible} rechnerisch erfüllt, "
        "{open} offen, {not_eligible} rechnerisch nicht erfüllt."
    ),
    "en": (
        "Published: {folder}. Submissions: {reviewed} reviewed, {quarantined} quarantined, "
        "{superseded} superseded. Clusters: {eligible} eligible, {open} open, "
        "{not_eligible} not eligible."
    ),
}

UNUSED = {
    "de": "Die Zuordnung {name} erkennt keine Einreichung; bitte [recognise] darin prüfen.",
    "en": "The mapping {name} recognises no submission; please check [recognise] in it.",
}

BEING_EDITED = {
    "de": "{name} ist noch irgendwo geöffnet; bewertet wurde, was zuletzt gespeichert war.",
    "en": "{name} is still open somewhere; what was saved last is what was reviewed.",
}


def command(
    period: Period,
    inputs: Inputs = INPUTS,
    outputs: Outputs = OUTPUTS,
    catalogue: Annotated[list[str] | None, typer.Option("--catalogue", metavar="NAME")] = None,
    lang: Lang = "de",
    accept_missing: Annotated[bool, typer.Option("--accept-missing")] = False,
    wait: Annotated[float, typer.Option("--wait", metavar="MINUTES", min=0)] = 0,
    no_cache: Annotated[bool, typer.Option("--no-cache")] = False,
    direct: Annotated[bool, typer.Option("--direct")] = False,
    scheduler: Annotated[str | None, typer.Option("--scheduler", metavar="ADDRESS")] = None,
) -> int:
    """Run the review; 0 published, 1 nothing published, 2 wrong usage."""
    from pipeline.common.catalogue import load_all
    from pipeline.common.file_modes import modes_of
    from pipeline.operation.scheduler import SchedulerError
    from pipeline.publication.request import Request

    if direct and scheduler is not None:
        raise WrongUsageError(
            "--direct und --scheduler schließen einander aus.",
            "--direct and --scheduler exclude each other.",
        )
    request = Request(
        period=period,
        inputs=inputs,
        outputs=outputs,
        catalogues=tuple(catalogue or [load_settings().review.first_catalogue]),
        lang=lang,
        accept_missing=accept_missing,
        wait_seconds=60 * wait,
        cache=not no_cache,
    )
    try:
        last_day(period)
        load_all(request.catalogues)  # wrong usage ends here, before anything is started
        modes_of(load_settings().review.group)
        published = run_here(request) if direct else run_by_flow(request, scheduler)
    except BadPeriodError as error:
        return fail(USAGE_ERROR, str(error))
    except SchedulerError as error:
        code = USAGE_ERROR if error.is_usage else NOT_PUBLISHED
        return fail(code, error.messages[lang])
    except NothingPublishedError as end:
        return fail(NOT_PUBLISHED, end.messages[lang])
    print_end(published, period, lang)
    return 0


def print_end(published: "Published", period: str, lang: str) -> None:
    """Print what the office has to know at the end of a run."""
    from pipeline.commands.run_end import closing_lines, todo_first, too_early

    for line in todo_first(published.review, published.folder, lang):
        print(line)
    for line in remarks(published, lang):
        print(plain(line))
    for line in too_early(period, dt.datetime.now().astimezone().date(), lang):
        print(line)
    for line in closing_lines(published.review, published.folder, lang):
        print(line)
    print(last_line(published, lang))


def remarks(published: "Published", lang: str) -> Iterator[str]:
    """Yield what the office should know of its files and of earlier publications."""
    yield from (UNUSED[lang].format(name=name) for name in published.review.unused_mappings)
    yield from (BEING_EDITED[lang].format(name=name) for name in published.being_edited)
    yield from (notice[lang] for notice in published.notices)


def run_here(request: "Request") -> "Published":
    """Run in this process."""
    from pipeline.commands.progress import show_progress
    from pipeline.common.stages import Direct
    from pipeline.run import run

    with show_progress():
        return run(request, Direct())


def run_by_flow(request: "Request", scheduler: str | None) -> "Published":
    """Run through Prefect. Errors that can be found at once are raised before Prefect starts."""
    from pipeline.commands.progress import show_progress
    from pipeline.operation.prefect_settings import quiet_prefect
    from pipeline.operation.scheduler import connected
    from pipeline.publication.lock import refuse_if_held

    refuse_if_held(request.outputs, request.wait_seconds)
    if scheduler is not None:
        with connected(scheduler):
            pass
    with (
        explain_errors(request.outputs),
        explain_server_error(),
        quiet_prefect(request.outputs),
        show_progress(),
    ):
        from pipeline.flow import run_flow

        return run_flow(request, scheduler)


@contextmanager
def explain_server_error() -> Iterator[None]:
    """Explain why Prefect's temporary server does not start (a full disk, a busy machine)."""
    try:
        yield
    except RuntimeError as error:
        if "ephemeral" not in str(error):
            raise
        raise NothingPublishedError(
            "Prefects Server startet nicht; der Rechner ist überlastet oder der Datenträger voll. "
            "Nichts wurde veröffentlicht. Bitte später wiederholen oder mit --direct starten.",
            "Prefect's server does not start; the machine is overloaded or the disk full. "
            "Nothing was published. Please try again later, or run with --direct.",
        ) from error


def last_line(published: "Published", lang: str) -> str:
    """Return one line with the folder of the publication and its numbers."""
    from pipeline.history.published import ARCHIVE

    line = LAST_LINE[lang].format(folder=published.folder, **published.counts)
    former = published.replaced
    if former is None or former.is_draft:
        return line
    parts = {"revision": published.standing.revision, "former": former.revision}
    archive = published.folder.parent / ARCHIVE / published.folder.name
    code = "replaced_withdrawn" if former.is_withdrawn else "replaced"
    return f"{line} {say('release', code, lang).format(**parts, archive=archive)}"
