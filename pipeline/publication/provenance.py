"""Checksums of what affects a publication besides its inputs: declarations, earlier periods."""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

from pipeline.history.published import Publication
from schemas.declaration import HERE

ENDINGS = {".toml", ".po", ".parquet", ".json", ".docx"}
# A publication records its catalogues one by one.
CATALOGUES = "catalogues"


@cache
def declarations() -> dict[str, str]:
    """Return the sha256 of every file under schemas/ except catalogues, by its path there."""
    paths = (p for p in HERE.rglob("*") if p.suffix in ENDINGS)
    names = {p.relative_to(HERE).as_posix(): p for p in paths}
    return {n: of_file(p) for n, p in sorted(names.items()) if not n.startswith(f"{CATALOGUES}/")}


def earlier_periods(earlier: Iterable[Publication]) -> dict[str, str]:
    """Return a checksum of what later reviews may read of each publication, by period."""
    return {p.folder.name: of_parts(f"{n}:{s}" for n, s in p.found.items()) for p in earlier}


def of_parts(parts: Iterable[str]) -> str:
    """Return the checksum of several texts."""
    return sha256("\n".join(parts).encode()).hexdigest()


def of_file(path: Path) -> str:
    """Return a file's checksum."""
    return sha256(path.read_bytes()).hexdigest()
