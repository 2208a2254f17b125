"""Many frames at once: records of frames, taken apart, stacked and changed together.

A record is a frame, a mapping of records, or a dataclass of records.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast, get_type_hints

import polars as pl

T = TypeVar("T")


def stack_all(parts: Sequence[T]) -> T:
    """Return records of one kind as one record: every frame in them stacked in order.

    Nothing is copied.
    """
    if len(parts) == 1:
        return parts[0]
    every = [frames_of(part) for part in parts]
    return with_frames(parts[0], {name: pl.concat([e[name] for e in every]) for name in every[0]})


def each_frame(record: T, change: Callable[[pl.DataFrame], pl.DataFrame]) -> T:
    """Return the record with a function applied to every frame."""
    return with_frames(record, {name: change(f) for name, f in frames_of(record).items()})


def frames_of(record: object, name: str = "") -> dict[str, pl.DataFrame]:
    """Return the frames of a record by their names in it, as in `figures.usual.rows`."""
    if isinstance(record, pl.DataFrame):
        return {name: record}
    found: dict[str, pl.DataFrame] = {}
    for key, part in _parts(record).items():
        found |= frames_of(part, f"{name}.{key}" if name else str(key))
    return found


def with_frames(record: T, frames: Mapping[str, pl.DataFrame], name: str = "") -> T:
    """Return a record of the same kind with other frames, see `frames_of`."""
    if isinstance(record, pl.DataFrame):
        return cast("T", frames[name])
    parts = {
        key: with_frames(part, frames, f"{name}.{key}" if name else str(key))
        for key, part in _parts(record).items()
    }
    return cast("T", replace(cast("Any", record), **parts) if is_dataclass(record) else parts)


def record_of(kind: type[T], frames: Mapping[str, pl.DataFrame], name: str = "") -> T:
    """Return the record of a dataclass with these frames, see `frames_of`."""
    parts = {
        key: _part_of(hint, frames, f"{name}.{key}" if name else key)
        for key, hint in get_type_hints(kind).items()
    }
    return kind(**parts)


def _part_of(hint: Any, frames: Mapping[str, pl.DataFrame], name: str) -> object:
    if hint is pl.DataFrame:
        return frames[name]
    if is_dataclass(hint):
        return record_of(cast("type[Any]", hint), frames, name)
    start = f"{name}."
    return {key.removeprefix(start): f for key, f in frames.items() if key.startswith(start)}


def _parts(record: object) -> Mapping[Any, object]:
    if isinstance(record, Mapping):
        return record
    return {field.name: getattr(record, field.name) for field in fields(cast("Any", record))}
