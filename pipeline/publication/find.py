"""Finds a text in all files of some folders, also inside workbooks, tables and databases.

Other programs do not see compressed content. Use it to make sure that deleted data is gone
everywhere.
"""

import html
import json
import sqlite3
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import polars as pl

from pipeline.history.published import DamagedError, published_content

BLOCK = 1024 * 1024
ZIP, TABLE, DATABASE = b"PK\3\4", b"PAR1", b"SQLite format 3\0"
ENCODINGS = ("utf-8", "utf-16-le", "cp1252")
READ_ERRORS = (
    OSError,
    ValueError,
    EOFError,
    RuntimeError,  # an encrypted part
    NotImplementedError,
    zlib.error,
    zipfile.BadZipFile,
    sqlite3.Error,
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    DamagedError,  # polars may crash on it
)


@dataclass(frozen=True)
class Match:
    """A file that contains the text, or could not be searched completely (searched: False)."""

    path: Path
    searched: bool = True


class TooMuchError(ValueError):
    """An archive has more content than we are willing to inflate."""


def find_text(text: str, folders: Iterable[Path], most_mb: int) -> Iterator[Match]:
    """Yield the files, in order, that contain the text in their name or content.

    most_mb: how much of an archive's inflated content is searched. Case matters.
    """
    words = spellings(text)
    forms = [word.encode(code) for word in words for code in ENCODINGS if contains_word(word, code)]
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            name = str(path.relative_to(folder))
            if any(word in name for word in words):
                yield Match(path)
                continue
            try:
                if holds(path, words, forms, most_mb):
                    yield Match(path)
            except READ_ERRORS:
                yield Match(path, searched=False)


def spellings(text: str) -> list[str]:
    """Return the forms of a text in a file: as it is, in XML and HTML, in JSON, in an address."""
    composed = [unicodedata.normalize(form, text) for form in ("NFC", "NFD")]
    spellings_of = (str, html.escape, lambda t: html.escape(t, quote=False), quote)
    found = [spell(one) for one in composed for spell in spellings_of]
    found += [json.dumps(one, ensure_ascii=True)[1:-1] for one in composed]
    return list(dict.fromkeys(found))


def contains_word(word: str, encoding: str) -> bool:
    """Whether a word can be written in an encoding."""
    try:
        word.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def holds(path: Path, words: Sequence[str], forms: Sequence[bytes], most_mb: int) -> bool:
    """Whether a file contains one of the words; raises one of READ_ERRORS if it cannot be read."""
    with path.open("rb") as stream:
        head = stream.read(len(DATABASE))
        stream.seek(0)
        if in_stream(stream, forms):
            return True
    if head.startswith(ZIP):
        return in_archive(path, forms, most_mb)
    if head.startswith(TABLE):
        content = pl.read_parquet(published_content(path)).write_ndjson().encode()
        return any(form in content for form in forms)
    return head == DATABASE and in_database(path, words)


def in_stream(stream: IO[bytes], forms: Sequence[bytes]) -> bool:
    """Whether a stream contains one of the forms, also across blocks."""
    overlap = max(map(len, forms)) - 1
    end = b""
    while block := stream.read(BLOCK):
        seen = end + block
        if any(form in seen for form in forms):
            return True
        end = seen[-overlap:] if overlap else b""
    return False


def in_archive(path: Path, forms: Sequence[bytes], most_mb: int) -> bool:
    """Whether a part of a zip file (such as a workbook) contains one of the forms."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > most_mb * BLOCK:
            raise TooMuchError(path)
        for part in parts:  # inflates at most the size in its directory
            with archive.open(part) as stream:
                if in_stream(stream, forms):
                    return True
    return False


def in_database(path: Path, words: Sequence[str]) -> bool:
    """Whether a cell of an SQLite database contains one of the words."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return any(in_table(database, name, words) for (name,) in tables.fetchall())


def in_table(database: sqlite3.Connection, name: str, words: Sequence[str]) -> bool:
    """Whether a cell of a table contains one of the words."""
    described = database.execute(f"SELECT * FROM {quoted(name)} LIMIT 0").description
    columns = [quoted(column[0]) for column in described]
    tests = " OR ".join(f"instr({column}, ?)" for column in columns for _ in words)
    parameters = [word for _ in columns for word in words]
    query = f"SELECT 1 FROM {quoted(name)} WHERE {tests} LIMIT 1"
    return database.execute(query, parameters).fetchone() is not None


def quoted(name: str) -> str:
    """Return a name quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'
