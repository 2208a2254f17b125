"""`cluster-review run`: reviews a period, says what was published where."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.commands.progress import shown_progress
from pipeline.common.catalogue import load_all
from pipeline.common.errors import NothingPublishedError, in_words
from pipeline.common.file_modes import modes_of
from pipeline.common.periods import BadPeriodError, last_day
from pipeline.common.settings import load_settings
from pipeline.common.stages import Direct
from pipeline.common.terminal import fail, plain
from pipeline.common.texts import say
from pipeline.operation.prefect_settings import quiet_prefect
from pipeline.operation.scheduler import SchedulerError, connected
from pipeline.publication.lock import refuse_if_held
from pipeline.publication.publish import ARCHIVE
from pipeline.publication.request import Request
from pipeline.run import Published, run

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


def command(arguments: argparse.Namespace) -> int:
    """Run the review; 0 published, 1 nothing published, 2 wrong usage."""
    request = Request(
        arguments.period,
        arguments.inputs,
        arguments.outputs,
        tuple(arguments.catalogue or [load_settings().review.first_catalogue]),
        arguments.lang,
        arguments.accept_missing,
        60 * arguments.wait,
        arguments.cache,
    )
    try:
        last_day(request.period)
        load_all(request.catalogues)  # wrong usage is said at once, before anything is started
        modes_of(load_settings().review.group)
        published = execute(request, arguments)
    except BadPeriodError:
        return fail(
            USAGE_ERROR, f"{request.period}: kein Quartal wie 2026-Q3 / no quarter such as 2026-Q3"
        )
    except SchedulerError as error:
        code = USAGE_ERROR if error.is_usage else NOT_PUBLISHED
        return fail(code, error.messages[request.lang])
    except NothingPublishedError as end:
        return fail(NOT_PUBLISHED, end.messages[request.lang])
    for name in published.review.unused_mappings:
        print(plain(UNUSED[request.lang].format(name=name)))
    for name in published.being_edited:
        print(plain(BEING_EDITED[request.lang].format(name=name)))
    for notice in published.notices:
        print(plain(notice[request.lang]))
    print(last_line(published, request.lang))
    return 0


def execute(request: Request, arguments: argparse.Namespace) -> Published:
    """Run in this process, or by the flow."""
    if arguments.direct:
        with shown_progress():
            return run(request, Direct())
    # What would be found out later is said before Prefect takes its time.
    refuse_if_held(request.outputs, request.wait_seconds)
    if arguments.scheduler is not None:
        with connected(arguments.scheduler):
            pass
    with (
        in_words(request.outputs),
        said_if_no_server(),
        quiet_prefect(request.outputs),
        shown_progress(),
    ):
        from pipeline.flow import run_flow

        return run_flow(request, arguments.scheduler)


@contextmanager
def said_if_no_server() -> Iterator[None]:
    """Say in words that Prefect's temporary server does not start (a full disk, a busy machine)."""
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


def last_line(published: Published, lang: str) -> str:
    """Return what was published where, in one line."""
    line = LAST_LINE[lang].format(folder=published.folder, **published.counts)
    former = published.replaced
    if former is None or former.is_draft:
        return line
    parts = {"revision": published.standing.revision, "former": former.revision}
    archive = published.folder.parent / ARCHIVE / published.folder.name
    return f"{line} {say('release', 'replaced', lang).format(**parts, archive=archive)}"
