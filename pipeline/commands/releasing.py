"""The edge of a release: finds the draft, reviews again as it was asked for, publishes it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipeline.common.catalogue import load_all
from pipeline.common.periods import last_day
from pipeline.common.stages import Engine
from pipeline.common.texts import LANGUAGES, say
from pipeline.history.published import Record
from pipeline.publication.publications import RELEASED, Release, Standing, Work, standing
from pipeline.publication.release.confirm import confirm, draft_record, refusal
from pipeline.publication.release.handout import write_handouts
from pipeline.publication.request import Request
from pipeline.run import Published, run
from schemas.slips import DeclarationError, WrongUsageError


@dataclass(frozen=True)
class Released:
    """What was released; without_form: the clusters whose next form could not be written."""

    published: Published
    without_form: Sequence[str]


def release(period: str, by: str, inputs: Path, outputs: Path, engine: Engine) -> Released:
    """Release the period's draft.

    by: a short sign. engine: carries out the stages of the run. NothingPublishedError if there is
    no draft, or if what would be released is not the draft; `BadPeriodError` if the period is none.
    """
    last_day(period)
    draft = outputs / period
    record = draft_record(draft)
    now = dt.datetime.now().astimezone().isoformat(timespec="seconds")
    stands = Standing(RELEASED, standing(record).revision, by, now)
    request = asked(period, record, inputs, outputs)
    without_form: list[str] = []

    def add(work: Work) -> None:
        without_form.extend(write_handouts(work))

    done = run(request, engine, Release(stands, partial(confirm, draft), add))
    return Released(done, without_form)


def asked(period: str, record: Record, inputs: Path, outputs: Path) -> Request:
    """Return what the draft was asked for; WrongUsageError if its catalogues are gone."""
    entries = record.get("catalogues") or ()
    catalogues = tuple(str(c.get("asked_as") or c.get("id")) for c in entries)
    if not catalogues:
        raise refusal("unpublished", period=period, outputs=str(outputs))
    try:
        load_all(catalogues)
    except DeclarationError as error:
        german, english = (
            say("release", "catalogue", lang).format(
                period=period, why=error.messages[lang].rstrip(".")
            )
            for lang in LANGUAGES
        )
        raise WrongUsageError(german, english) from error
    lang = "en" if record.get("language") == "en" else "de"
    # That the draft was thin has been accepted when it was published.
    return Request(period, inputs, outputs, catalogues, lang, accept_missing=True)
