"""The sources of a publication, from its record; and which of them differ between two."""

from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl

from pipeline.common.texts import say
from pipeline.history.published import Record

SOURCES = pl.Schema({"kind": pl.String, "name": pl.String, "mark": pl.String})
KINDS = [
    "submission",
    "office_file",
    "mapping",
    "catalogue",
    "declaration",
    "earlier",
    "request",
    "version",
]
# The lists of files with checksums in a record: key of the list, key of the names.
LISTS = {
    "submission": ("inputs", "source_file"),
    "office_file": ("office_files", "source_file"),
    "mapping": ("mappings", "name"),
    "catalogue": ("catalogues", "id"),
}
NAMED = {"declaration": "declarations", "earlier": "earlier", "version": "versions"}


def sources(record: Record) -> pl.DataFrame:
    """Return kind, name, mark of every source in a record.

    mark: identifies its state: a checksum, a version, a word.
    """
    return pl.DataFrame(list(rows_of(record)), schema=SOURCES, orient="row")


def rows_of(record: Record) -> Iterator[tuple[str, str, str]]:
    """Yield the rows of `sources`."""
    for kind, (key, name) in LISTS.items():
        for entry in record.get(key) or ():
            yield kind, str(entry.get(name)), str(entry.get("sha256"))
    for kind, key in NAMED.items():
        for name, mark in (record.get(key) or {}).items():
            yield kind, str(name), str(mark)
    yield "request", "language", str(record.get("language"))
    for catalogue in (record.get("catalogues") or ())[:1]:
        yield "request", "first_catalogue", str(catalogue.get("id"))


def kinds_known(record: Record) -> set[str]:
    """Return the kinds of sources in a record; older versions of the program wrote fewer."""
    keys = {kind: key for kind, (key, _) in LISTS.items()} | NAMED
    return {kind for kind, key in keys.items() if key in record} | {"request"}


def changed_sources(before: Record, now: Record) -> pl.DataFrame:
    """Return kind, name, change (added, removed, changed), before, now of the sources that differ.

    Kinds that only one record contains cannot be compared: they are left out.
    """
    both = kinds_known(before) & kinds_known(now)
    one, other = (sources(record).filter(pl.col("kind").is_in(both)) for record in (before, now))
    table = one.join(other, on=["kind", "name"], how="full", coalesce=True, suffix="_now")
    change = (
        pl.when(pl.col("mark").is_null())
        .then(pl.lit("added"))
        .when(pl.col("mark_now").is_null())
        .then(pl.lit("removed"))
        .when(pl.col("mark") != pl.col("mark_now"))
        .then(pl.lit("changed"))
    )
    table = table.with_columns(change=change).drop_nulls("change")
    order = pl.col("kind").cast(pl.Enum(KINDS))
    table = table.sort(order, "name")
    return table.select("kind", "name", "change", before="mark", now="mark_now")


def readable_name(kind: str, name: str, lang: str) -> str:
    """Return what people read for the name of a source: what a request asks for has a code."""
    return say("request_name", name, lang) if kind == "request" else name


def catalogue_versions(record: Record) -> dict[str, str]:
    """Return the version of each catalogue by its id."""
    entries: Iterable[dict[str, Any]] = record.get("catalogues") or ()
    return {str(entry.get("id")): str(entry.get("version")) for entry in entries}
