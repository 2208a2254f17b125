"""The final states distinguish published, published without some, no input, and refused."""

from pathlib import Path
from typing import Any, cast

import pytest

from pipeline.common.errors import NothingPublishedError
from pipeline.operation import outcomes
from pipeline.run import NothingSentError, Published

COUNTS = dict.fromkeys(["reviewed", "superseded", "missing", "eligible", "open", "not_eligible"], 0)


def published(quarantined: int) -> Published:
    counts = {**COUNTS, "quarantined": quarantined}
    return Published(Path("outputs/2026-Q3"), counts, cast(Any, None))


@pytest.mark.parametrize(
    ("state", "kind", "name"),
    [
        (outcomes.published(published(0), "de"), "COMPLETED", "Published"),
        (outcomes.published(published(3), "de"), "COMPLETED", "Published, 3 quarantined"),
        (
            outcomes.not_published(NothingSentError("a", "b"), "de"),
            "COMPLETED",
            "Nothing to publish",
        ),
        (outcomes.not_published(NothingPublishedError("a", "b"), "de"), "FAILED", "Refused"),
        (outcomes.checked(0, 9, 0, "de"), "COMPLETED", "Nothing new"),
        (outcomes.checked(2, 9, 1, "de"), "COMPLETED", "Checked, 2 new or changed"),
    ],
)
def test_a_final_state_has_a_type_and_a_name(state: Any, kind: str, name: str) -> None:
    assert (state.type.value, state.name) == (kind, name)


@pytest.mark.parametrize(
    ("lang", "expected"), [("de", "nichts / nothing"), ("en", "nothing / nichts")]
)
def test_a_message_is_in_both_languages_the_asked_one_first(lang: str, expected: str) -> None:
    assert (
        outcomes.not_published(NothingPublishedError("nichts", "nothing"), lang).message == expected
    )
