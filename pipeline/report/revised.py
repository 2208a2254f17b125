"""What reports and letters say of a withdrawn release that a publication replaces."""

from pipeline.common.texts import day, say
from pipeline.history.revised import Revised

BETWEEN = "; "


def replaces(found: Revised, lang: str) -> str:
    """Return which release this revision replaces, and why nothing can be compared if so."""
    text = said(found, "replaces", lang)
    return text if found.why is None else f"{text} {found.why[lang]}"


def changed_sentence(found: Revised, cluster_id: str, lang: str) -> str:
    """Return how a cluster's result differs from the withdrawn one, before what differs."""
    if found.changes is None:
        return said(found, "unknown", lang)
    return said(found, "changed" if found.of(cluster_id, lang) else "same", lang)


def changed_text(found: Revised, cluster_id: str, lang: str, most: int) -> str:
    """Return the same with what differs, in at most so many letters: whole differences only."""
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


def said(found: Revised, code: str, lang: str) -> str:
    """Return a text about the withdrawn release."""
    stands = found.withdrawn
    return say("revised", code, lang).format(
        revision=stands.revision,
        released=day(found.released_on, lang),
        withdrawn=day(found.withdrawn_on, lang),
    )
