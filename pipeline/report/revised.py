"""What reports and letters say of a withdrawn release that a publication replaces."""

from pipeline.common.texts import day, say
from pipeline.history.revised import Revised

BETWEEN = "; "


def replaces(found: Revised, lang: str) -> str:
    """Return which release this revision replaces, and why nothing can be compared if so."""
    text = withdrawal_text(found, "replaces", lang)
    return text if found.why is None else f"{text} {found.why[lang]}"


def changed_sentence(found: Revised, cluster_id: str, lang: str) -> str:
    """Return the sentence that introduces how a cluster's result differs from the withdrawn one."""
    if found.changes is None:
        return withdrawal_text(found, "unknown", lang)
    return withdrawal_text(found, "changed" if found.of(cluster_id, lang) else "same", lang)


def changed_text(found: Revised, cluster_id: str, lang: str, most: int) -> str:
    """Return that sentence with the differences, each whole, in at most so many letters."""
    text = changed_sentence(found, cluster_id, lang)
    changes, more = found.of(cluster_id, lang), say("revised", "more", lang)
    included = 0
    for number, change in enumerate(changes, 1):
        rest = len(more) if number < len(changes) else 0
        longer = f"{text}{BETWEEN if included else ' '}{change}"
        if len(longer) + rest > most:
            return text + more
        text, included = longer, number
    return text


def withdrawal_text(found: Revised, code: str, lang: str) -> str:
    """Return a text about the withdrawn release."""
    stands = found.withdrawn
    return say("revised", code, lang).format(
        revision=stands.revision,
        released=day(found.released_on, lang),
        withdrawn=day(found.withdrawn_on, lang),
    )
