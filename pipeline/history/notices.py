"""Notices to the office about earlier publications and its file system, in both languages."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from pipeline.common.file_modes import Modes
from pipeline.common.texts import LANGUAGES, say_count, texts
from pipeline.history.published import RECORD, STATE, Earlier

# A sentence by language.
Notice = Mapping[str, str]
SHOWN = 3


def notices(earlier: Earlier, modes: Modes, unreadable: str | None = None) -> list[Notice]:
    """Return the notices at the end of a run; unreadable: the replaced period, if unreadable."""
    own = [f"{unreadable}/{RECORD}"] if unreadable else []
    found = list(damaged([*earlier.names, *own]))
    if earlier.unchecked:
        found.append(_in_both("unchecked", periods=", ".join(earlier.unchecked)))
    if modes.refused:
        found.append(_in_both("modes", outputs=str(earlier.outputs)))
    return found


def damaged(names: Sequence[str]) -> Iterator[Notice]:
    """Yield notices of damaged files of earlier publications (see `Earlier.names`), by period."""
    for period, own in groupby(sorted(names), key=lambda name: name.split("/")[0]):
        files = list(own)
        in_state = all(name.split("/")[1] == STATE for name in files)
        more = len(files) - SHOWN
        rest = {lang: say_count("notices", "more", more, lang) for lang in LANGUAGES if more > 0}
        yield {
            lang: texts("notices")["damaged_state" if in_state else "damaged"][lang].format(
                period=period, files=", ".join([*files[:SHOWN], *filter(None, [rest.get(lang)])])
            )
            for lang in LANGUAGES
        }


def _in_both(code: str, **parts: str) -> Notice:
    return {lang: texts("notices")[code][lang].format(**parts) for lang in LANGUAGES}
