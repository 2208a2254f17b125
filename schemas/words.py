"""How names are compared: of sheets, headers, labels and list values (contract 1.1).

Case, surrounding and repeated white space and line breaks do not count; ä is ae, ö oe, ü ue, ß ss.
The same rule for columns is in `pipeline/keys.py`; a test holds the two together.
"""

import re
import unicodedata

UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
# Control characters, zero-width ones and the soft hyphen are invisible in Excel; dashes look alike.
INVISIBLE = r"[\u0000-\u0008\u000e-\u001f\u007f\u00ad\u200b-\u200d\u2060\ufeff]"
DASHES = r"[\u2010-\u2015\u2212]"
# A trailing star and bracketed units of a header: "VZÄ* [h]" is "VZÄ".
HEADER_TAIL = r"(?:\s*(?:\*|:|\([^()]*\)|\[[^\[\]]*\]))+$"


def collapse(text: str) -> str:
    """Return the text without surrounding, repeated and exotic white space, in normal form C."""
    return re.sub(r"\s+", " ", re.sub(INVISIBLE, "", unicodedata.normalize("NFC", text))).strip()


def word_key(text: str) -> str:
    """Return what two words must have in common to be the same word."""
    if text.isascii() and text.isprintable():  # most names: nothing but letters and blanks
        return " ".join(text.split()).lower()
    text = re.sub(DASHES, "-", collapse(text)).lower()
    for letter, letters in UMLAUTS.items():
        text = text.replace(letter, letters)
    return text


def header_key(text: str) -> str:
    """Return the key of a header or label: a trailing star, colon or bracketed unit left out."""
    key = word_key(text)
    if not key.endswith(("*", ":", ")", "]")):
        return key
    return re.sub(HEADER_TAIL, "", key) or key
