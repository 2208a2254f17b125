"""File names of feedback copies: the submission's name with a suffix."""

from collections.abc import Collection, Sequence
from hashlib import sha256

ENDING = ".feedback.xlsx"
MOST_BYTES = 255


def feedback_names(names: Sequence[str], taken: Collection[str] = ()) -> list[str]:
    """Return a name for the copy of each file; no two are equal on any file system.

    A copy that is submitted again keeps its name without a second suffix. taken: names already in
    use.
    """
    used = {name.casefold() for name in taken}
    result = dict.fromkeys(range(len(names)), "")
    for own in (False, True):  # names of new copies come first
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
    """Return name and suffix, shortened to what a file system accepts."""
    if len((name + ending).encode()) <= MOST_BYTES:
        return name + ending
    mark = f"~{sha256(name.encode()).hexdigest()[:8]}"
    room = MOST_BYTES - len((mark + ending).encode())
    return name.encode()[:room].decode(errors="ignore") + mark + ending
