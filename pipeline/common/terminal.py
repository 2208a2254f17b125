"""Makes texts of submissions safe for a terminal."""

import re
import sys
import unicodedata

LINE_BREAKS = re.compile(r"[\r\n\t\x0b\x0c\x85\u2028\u2029]+")


def plain(text: str) -> str:
    """Return the text in one line and without control characters."""
    return "".join(map(_visible_character, LINE_BREAKS.sub(" ", text)))


def printable(text: str) -> str:
    """Return the lines of a text without control characters."""
    return "\n".join(map(plain, text.split("\n")))


def fail(code: int, message: str) -> int:
    """Print the message on stderr; return the exit code."""
    print(printable(message), file=sys.stderr)
    return code


def _visible_character(letter: str) -> str:
    # Control characters move the cursor or change colours, others reverse the direction of writing;
    # half a surrogate pair cannot be printed at all.
    return "\ufffd" if unicodedata.category(letter)[0] == "C" else letter
