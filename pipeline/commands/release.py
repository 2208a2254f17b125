"""`cluster-review release`: freezes the draft of a period, or takes a release back.

Finds the draft, reviews again as it was asked for, publishes it with hand-outs if the results are
the same. A withdrawal calculates nothing.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands.options import INPUTS, OUTPUTS, Inputs, Lang, Outputs, Period
from pipeline.common.errors import NothingPublishedError
from pipeline.common.periods import BadPeriodError, last_day
from pipeline.common.terminal import fail, plain, printable
from pipeline.common.texts import LANGUAGES, say
from schemas.slips import DeclarationError, WrongUsageError

if TYPE_CHECKING:
    from pipeline.common.stages import Engine
    from pipeline.history.published import Record
    from pipeline.publication.publications import Work
    from pipeline.publication.release.withdraw import Withdrawn
    from pipeline.publication.request import Request
    from pipeline.run import Published

NOT_RELEASED, USAGE_ERROR = 1, 2
MOST_OF_REASON = 200


@dataclass(frozen=True)
class Released:
    """What was released; without_form: the clusters whose next form could not be written."""

    published: "Published"
    without_form: Sequence[str]


def command(
    period: Period,
    by: Annotated[str, typer.Option("--by", metavar="SIGN")],
    inputs: Inputs = INPUTS,
    outputs: Outputs = OUTPUTS,
    withdraw: Annotated[bool, typer.Option("--withdraw")] = False,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT")] = None,
    lang: Lang = "de",
) -> int:
    """Release or withdraw the period. Exit codes: 0 done, 1 not done, 2 wrong usage."""
    from pipeline.commands.progress import show_progress
    from pipeline.commands.run_end import too_early
    from pipeline.common.stages import Direct
    from pipeline.publication.adopt.decide import SIGN

    if not SIGN.fullmatch(by):
        return fail(USAGE_ERROR, say("adopt", "bad_by", lang).format(sign=by))
    why = plain(reason or "").strip()
    if withdraw and not 0 < len(why) <= MOST_OF_REASON:
        most = MOST_OF_REASON
        return fail(USAGE_ERROR, say("withdraw", "no_reason", lang).format(most=most))
    if reason is not None and not withdraw:
        return fail(USAGE_ERROR, say("withdraw", "needless", lang))
    try:
        if withdraw:
            lines = withdrawal_message(take_back(period, by, why, inputs, outputs), lang)
        else:
            with show_progress():
                lines = release_message(release(period, by, inputs, outputs, Direct()), lang)
    except BadPeriodError as error:
        return fail(USAGE_ERROR, str(error))
    except NothingPublishedError as end:
        return fail(NOT_RELEASED, end.messages[lang])
    today = dt.datetime.now().astimezone().date()
    print(printable("\n".join([lines, *too_early(period, today, lang)])))
    return 0


def release(period: str, by: str, inputs: Path, outputs: Path, engine: "Engine") -> Released:
    """Release the period's draft.

    by: a short sign. engine: carries out the stages of the run. NothingPublishedError if there is
    no draft, or if what would be released is not the draft; `BadPeriodError` if the period is none;
    DeclarationError if the settings do not say who writes the letters.
    """
    from pipeline.common.settings import load_settings
    from pipeline.history.standing import RELEASED, Standing, standing
    from pipeline.publication.publications import Release
    from pipeline.publication.release.confirm import confirm, draft_record, refuse_without_office
    from pipeline.publication.release.handout import write_handouts
    from pipeline.run import run

    last_day(period)
    draft = outputs / period
    record = draft_record(draft)
    request = request_of_draft(period, record, inputs, outputs)
    refuse_without_office(load_settings().office, period)
    now = dt.datetime.now().astimezone().isoformat(timespec="seconds")
    stands = Standing(RELEASED, standing(record).revision, by, now)
    without_form: list[str] = []

    def add(work: "Work") -> None:
        without_form.extend(write_handouts(work))

    done = run(request, engine, Release(stands, partial(confirm, draft), add))
    return Released(done, without_form)


def request_of_draft(period: str, record: "Record", inputs: Path, outputs: Path) -> "Request":
    """Return the request that led to the draft; WrongUsageError if its catalogues are gone."""
    from pipeline.common.catalogue import load_all
    from pipeline.publication.release.confirm import refusal
    from pipeline.publication.request import Request

    entries = record.get("catalogues") or ()
    catalogues = tuple(str(c.get("asked_as") or c.get("id")) for c in entries)
    if not catalogues:
        raise refusal("unpublished", period=period, outputs=str(outputs))
    try:
        load_all(catalogues)
    except DeclarationError as error:
        german, english = (
            say("release", "catalogue", one).format(
                period=period, why=error.messages[one].rstrip(".")
            )
            for one in LANGUAGES
        )
        raise WrongUsageError(german, english) from error
    lang = "en" if record.get("language") == "en" else "de"
    # A draft with many missing clusters was accepted when it was published.
    return Request(period, inputs, outputs, catalogues, lang, accept_missing=True)


def release_message(done: Released, lang: str) -> str:
    """Return the message about the release and its folder."""
    published = done.published
    parts = {
        "folder": published.folder,
        "revision": published.standing.revision,
        "clusters": published.counts["reviewed"],
    }
    lines = [say("release", "released", lang).format(**parts)]
    lines += [notice[lang] for notice in published.notices]
    if done.without_form:
        named = ", ".join(done.without_form)
        lines.append(say("release", "without_form", lang).format(clusters=named))
    return "\n".join(lines)


def take_back(period: str, by: str, reason: str, inputs: Path, outputs: Path) -> "Withdrawn":
    """Withdraw the period's release, see `withdraw`; `BadPeriodError` if the period is none."""
    from pipeline.publication.release.withdraw import Withdrawal, withdraw

    last_day(period)
    return withdraw(Withdrawal(period, inputs, outputs, by, reason))


def withdrawal_message(done: "Withdrawn", lang: str) -> str:
    """Return the message about the withdrawal, with the clusters to notify."""
    parts = {
        "folder": done.folder,
        "revision": done.standing.revision,
        "clusters": done.to_notify.height,
        "list": done.list,
        "archive": done.archive,
    }
    lines = [say("withdraw", "done", lang).format(**parts)]
    if not done.has_register:
        lines.append(say("withdraw", "no_contacts", lang))
    return "\n".join(lines)
