"""Declared objects with something changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest

from pipeline.common.settings import OfficeRules, load_settings
from schemas.checked import Declared

Any_ = TypeVar("Any_", bound=Declared)
OFFICE = OfficeRules(
    name="Programmbüro",
    address=("Musterweg 1", "12345 Musterstadt"),
    mail="buero@example.org",
    answer_days=14,
)


def changed_in(declared: Any_, **changes: Any) -> Any_:
    """Return the same with something changed."""
    return declared.model_copy(update=changes)


@contextmanager
def with_office() -> Iterator[None]:
    """Let the settings say who writes to the clusters, while the block runs."""
    settings = changed_in(load_settings(), office=OFFICE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.common.settings.load", lambda *_: settings)
        yield
