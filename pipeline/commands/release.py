"""`cluster-review release`: freezes the draft of a period."""

import argparse

from pipeline.commands.progress import shown_progress
from pipeline.commands.releasing import Released, release
from pipeline.common.errors import NothingPublishedError
from pipeline.common.periods import BadPeriodError
from pipeline.common.stages import Direct
from pipeline.common.terminal import fail, printable
from pipeline.common.texts import LANGUAGES, say
from pipeline.publication.adopt.decide import SIGN

NOT_RELEASED, USAGE_ERROR = 1, 2


def command(arguments: argparse.Namespace) -> int:
    """Release the period; 0 released, 1 not, 2 wrong usage. Says everything in both languages."""
    by, period = arguments.by, arguments.period
    if not SIGN.fullmatch(by):
        return fail(USAGE_ERROR, both("adopt", "bad_by", sign=by))
    try:
        with shown_progress():
            done = release(period, by, arguments.inputs, arguments.outputs, Direct())
    except BadPeriodError:
        return fail(USAGE_ERROR, f"{period}: kein Quartal wie 2026-Q3 / no quarter such as 2026-Q3")
    except NothingPublishedError as end:
        return fail(NOT_RELEASED, "\n".join(end.messages[lang] for lang in LANGUAGES))
    print(printable(said(done)))
    return 0


def said(done: Released) -> str:
    """Return what was released where, in both languages."""
    published = done.published
    parts = {
        "folder": published.folder,
        "revision": published.standing.revision,
        "clusters": published.counts["reviewed"],
    }
    lines = [both("release", "released", **parts)]
    lines += [notice[lang] for notice in published.notices for lang in LANGUAGES]
    if done.without_form:
        lines.append(both("release", "without_form", clusters=", ".join(done.without_form)))
    return "\n".join(lines)


def both(group: str, code: str, **parts: object) -> str:
    """Return a text in German and English, a line each."""
    return "\n".join(say(group, code, lang).format(**parts) for lang in LANGUAGES)
