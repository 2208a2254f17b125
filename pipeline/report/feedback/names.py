"""How feedback copies are called: as the submission, with an ending of their own."""

from collections.abc import Collection, Sequence
from hashlib import sha256

ENDING = ".feedback.xlsx"
MOST_BYTES = 255


def feedback_names(names: Sequence[str], taken: Collection[str] = ()) -> list[str]:
    """Return a name for the copy of each file; no two are the same, on any system of files.

    A copy that came back keeps its name instead of growing another ending. taken: names that are
    in use already.
    """
    used = {name.casefold() for name in taken}
    result = dict.fromkeys(range(len(names)), "")
    for own in (False, True):  # the names of copies that came back yield to those of new ones
        for at, name in enumerate(names):
            if name.lower().endswith(ENDING) == own:
                result[at] = _free(name, used)
                used.add(result[at].casefold())
    return [result[at] for at in range(len(names))]


def _free(name: str, used: Collection[str]) -> str:
    if name.lower().endswith(ENDING) and name.casefold() not in used:
        return name
    result, number = short(name, ENDING), 1
    while result.casefold() in used:
        number += 1
        result = short(name, f".feedback-{number}.xlsx")
    return result


def short(name: str, ending: str) -> str:
    """Return name and ending, cut where a file system would not take it."""
    if len((name + ending).encode()) <= MOST_BYTES:
        return name + ending
    mark = f"~{sha256(name.encode()).hexdigest()[:8]}"
    room = MOST_BYTES - len((mark + ending).encode())
    return name.encode()[:room].decode(errors="ignore") + mark + ending
