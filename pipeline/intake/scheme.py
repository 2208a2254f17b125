"""By what the reading of a content is determined besides the content, as one short text."""

import json
import platform
import sys
import zlib
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from xml.parsers import expat

from pipeline.intake.limits import Limits

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
# All modules of ours that the reading process loads, and the libraries it reads with.
OTHERS = ["pipeline/addresses.py", "pipeline/limited.py", "schemas/words.py"]
MODULES = [*sorted(FOLDER.glob("*.py")), *(ROOT / name for name in OTHERS)]
LIBRARIES = ["olefile", "xlrd"]


def scheme_of(limits: Limits, wanted: frozenset[str]) -> str:
    """Return what two readings of one content must have in common to be the same."""
    allowed = {k: v for k, v in asdict(limits).items() if k not in ("workers", "max_seconds")}
    said = json.dumps([code_version(), allowed, sorted(wanted)])
    return sha256(said.encode()).hexdigest()


@cache
def code_version() -> str:
    """Return what tells our reading code, and the libraries it uses, from every other version."""
    parts = [sha256(path.read_bytes()).hexdigest() for path in MODULES]
    parts += [f"{name} {version(name)}" for name in LIBRARIES]
    parts += [sys.version, platform.machine(), zlib.ZLIB_RUNTIME_VERSION, expat.EXPAT_VERSION]
    return sha256("\n".join(parts).encode()).hexdigest()
