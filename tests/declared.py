"""Declared objects with something changed."""

from typing import Any, TypeVar

from schemas.checked import Declared

Any_ = TypeVar("Any_", bound=Declared)


def changed_in(declared: Any_, **changes: Any) -> Any_:
    """Return the same with something changed."""
    return declared.model_copy(update=changes)
