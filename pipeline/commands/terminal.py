"""What strangers typed, made safe for a terminal."""

import re

# Control characters (they could move the cursor or recolour the screen) and marks that turn the
# direction of writing.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """Return the text in one line and without anything a terminal would obey."""
    return CONTROL.sub("\ufffd", re.sub(r"[\r\n\t\x0b\x0c\x85\u2028\u2029]+", " ", text))
