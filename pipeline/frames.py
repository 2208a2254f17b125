"""Frames by the dozen: what was made of a portfolio in parts, as one."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar, cast

import polars as pl

T = TypeVar("T")


def stack_all(parts: Sequence[T]) -> T:
    """Return records of one kind as one record: every frame in them stacked in the parts' order.

    A record is a frame, a mapping of records, or a dataclass of records. Nothing is copied.
    """
    return parts[0] if len(parts) == 1 else cast("T", _stacked(parts))


def _stacked(parts: Sequence[Any]) -> Any:
    first = parts[0]
    if isinstance(first, pl.DataFrame):
        return pl.concat(parts)
    if isinstance(first, Mapping):
        return {key: stack_all([part[key] for part in parts]) for key in first}
    names = [field.name for field in fields(first)]
    return replace(first, **{n: stack_all([getattr(part, n) for part in parts]) for n in names})
