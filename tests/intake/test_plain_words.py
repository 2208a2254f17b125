"""What users read of a file that cannot be read holds no word of the libraries that tried."""

import builtins
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NoReturn
from xml.parsers import expat

import olefile
import pytest
import xlrd
import xlrd.compdoc

from pipeline.common.settings import load_settings
from pipeline.common.texts import LANGUAGES, say_refusal
from pipeline.intake import worker
from pipeline.intake.reader import Reading
from pipeline.intake.refusal import Refusal
from schemas.declaration import submission as declared
from schemas.declaration import wanted_sheet_keys
from tests.fuzz.xlsb import xlsb
from tests.making.workbooks import submission, xlsx

SAMPLES = Path(__file__).parents[1] / "fuzz" / "samples"
LIBRARIES = (builtins, zipfile, zlib, expat, olefile, xlrd, xlrd.compdoc, struct)
LIMITS, WANTED = load_settings().intake, wanted_sheet_keys(declared())
# Of every library the names of its errors, and what they are known to say.
PHRASES = ["not a zip file", "well-formed", "invalid token", "seen[", "codec", "traceback", "0x",
    "unpack requires", "decompressing", "invalid stored", "compdoc", "biff", "errno"]  # fmt: skip


def is_error(one: type) -> bool:
    return issubclass(one, Exception) and not issubclass(one, Warning)


def errors_of(module: ModuleType) -> list[type[Exception]]:
    """The errors that a library has of its own."""
    named = (getattr(module, name) for name in dir(module))
    return [e for e in named if isinstance(e, type) and is_error(e)]


ERRORS = list(dict.fromkeys(e for module in LIBRARIES for e in errors_of(module)))
# Names of two words ("BadZipFile"): one word alone ("error") may be said.
NAMES = {e.__name__ for e in ERRORS if len(re.findall(r"[A-Z]", e.__name__)) > 1}


def jargon_in(refusal: Refusal) -> list[str]:
    """What of the libraries stands in the message of a refusal."""
    said = " ".join(say_refusal(refusal.reason, refusal.details, lang) for lang in LANGUAGES)
    names = [name for name in NAMES if name in said]
    return names + [phrase for phrase in PHRASES if phrase in said.lower()]


def test_the_list_holds_the_names_that_were_seen() -> None:
    assert {"BadZipFile", "ExpatError", "CompDocError", "XLRDError", "UnicodeDecodeError"} <= NAMES


DAMAGE: dict[str, Callable[[random.Random, bytearray], None]] = {
    "cut off": lambda chance, data: data.__delitem__(slice(chance.randrange(4, len(data)), None)),
    "overwritten": lambda chance, data: data.__setitem__(
        slice(start := chance.randrange(4, len(data) - 64), start + 64), chance.randbytes(64)
    ),
    "zeros": lambda chance, data: data.__setitem__(
        slice(start := chance.randrange(4, len(data) - 512), start + 512), bytes(512)
    ),
    "a piece is missing": lambda chance, data: data.__delitem__(
        slice(start := chance.randrange(4, len(data) - 100), start + 100)
    ),
    "a byte": lambda chance, data: data.__setitem__(
        chance.randrange(4, 700), chance.randrange(256)
    ),
}
KINDS: dict[str, Callable[[], bytes]] = {
    "xlsx": lambda: xlsx(submission()),
    "xlsb": lambda: xlsb(submission()),
    "xls": (SAMPLES / "submission.xls").read_bytes,
    "ods": (SAMPLES / "submission.ods").read_bytes,
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_told_in_plain_words(kind: str, damage: str) -> None:
    whole, chance, refused = KINDS[kind](), random.Random(f"{kind} {damage}"), 0
    for _ in range(12):
        data = bytearray(whole)
        DAMAGE[damage](chance, data)
        outcome = worker.read_data(bytes(data), LIMITS, WANTED)
        if isinstance(outcome, Refusal):
            refused += 1
            assert not jargon_in(outcome), (outcome.reason, outcome.details)
    assert refused


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: f"{error.__module__}.{error.__name__}")
def test_an_error_nobody_foresaw_is_told_in_plain_words(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NoReturn | Reading:
        raised = error.__new__(error)
        raised.args = ("File is not a zip file: seen[2] == 4",)
        raise raised

    if issubclass(error, MemoryError):
        pytest.skip("the process ends")
    monkeypatch.setattr(worker, "read_content", fail)
    outcome = worker.read_data(b"x", LIMITS, WANTED)
    assert isinstance(outcome, Refusal)
    assert (outcome.reason, jargon_in(outcome)) == ("exception", [])
