"""How names are compared: of sheets, headers, labels and list values (contract 1.1).

Texts are compared in normal form KC. Case, surrounding and repeated white space and line breaks do
not count; ä is ae, ö oe, ü ue, ß ss; all dashes are one; & and + are "und". The same rule for
columns is in `pipeline/common/keys.py`; a test holds the two together.
"""

import re
import unicodedata

UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
# What cannot be seen, and may turn the direction of writing or command a terminal: control
# characters but white space, Unicode's category Cf and variation selectors.
INVISIBLE = (
    r"[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f"
    r"\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u180b-\u180f"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
    r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0001\U000e0020-\U000e007f\U000e0100-\U000e01ef]"
)
# White space that moves a cursor or a line where nobody looks for it.
ODD_BREAKS = r"[\u000b\u000c\u0085\u2028\u2029]"
# Unicode's category Pd, the minus signs and the bullet that looks like a hyphen.
DASHES = (
    r"[\u002d\u02d7\u058a\u05be\u1400\u1806\u2010-\u2015\u2043\u2212\u2e17\u2e1a\u2e3a\u2e3b\u2e40"
    r"\u2e5d\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d\U00010ead]"
)
AND, WORDLIKE = r"\s*[&+][\s&+]*", r"[^\W_]"
# A trailing star and bracketed units of a header: "VZÄ* [h]" is "VZÄ".
HEADER_TAIL = r"(?:\s*(?:\*|:|\([^()]*\)|\[[^\[\]]*\]))+$"
# How forms and people end a choice.
CHOICE_TAIL = r"[\s;,.]+$"
# No name is longer. The rest is cut off: normal forms and patterns take time by the square of it.
LONGEST = 1000


def visible(text: str) -> str:
    """Return the text without what cannot be seen: all that strangers write is read so."""
    return re.sub(INVISIBLE, "", re.sub(ODD_BREAKS, " ", text))


def collapse(text: str) -> str:
    """Return the text without surrounding, repeated and exotic white space, in normal form C."""
    text = unicodedata.normalize("NFC", visible(text)[:LONGEST])
    return re.sub(r"\s+", " ", text).strip()


def word_key(text: str) -> str:
    """Return what two words must have in common to be the same word."""
    if text.isascii() and text.isprintable():  # most names: nothing but letters and blanks
        return with_and(" ".join(text[:LONGEST].split()).lower())
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", collapse(text))).strip()
    text = re.sub(DASHES, "-", text).lower()
    for letter, letters in UMLAUTS.items():
        text = text.replace(letter, letters)
    return with_and(text)


def with_and(key: str) -> str:
    """Return a key with "und" for & and +, unless it holds nothing else."""
    if ("&" in key or "+" in key) and re.search(WORDLIKE, key):
        return re.sub(AND, " und ", key).strip()
    return key


def choice_key(text: str) -> str:
    """Return what two choices of a list must have in common: how they end does not count."""
    return re.sub(CHOICE_TAIL, "", word_key(text))


def name_pattern(glob: str) -> str:
    """Return a name as a regular expression: * stands for any text, ? for any letter.

    Neither may stand in the name of a sheet or a file.
    """
    parts = [{"*": ".*", "?": "."}.get(c, re.escape(c)) for c in glob]
    return f"(?is)^{''.join(parts)}$"


def header_key(text: str) -> str:
    """Return the key of a header or label: a trailing star, colon or bracketed unit left out."""
    key = word_key(text)
    if not key.endswith(("*", ":", ")", "]")):
        return key
    return re.sub(HEADER_TAIL, "", key) or key
