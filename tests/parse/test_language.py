"""In which language a submission is written: as most of its sheets and headers are called."""

import pytest

from pipeline.submissions.parse.parse import Parsed, parse
from schemas.declaration import submission
from tests.making.frames import Grids, raw_cells_of

GERMAN: Grids = {
    "Stammdaten": [["Cluster-ID", "DE-0001"], ["Stichtag", "30.09.2026"]],
    "Akteure": [["Name", "Akteurstyp", "Bindung"], ["A", "Unternehmen", "Mitglied"]],
}
ENGLISH: Grids = {
    "Master data": [["Cluster ID", "DE-0001"], ["As of", "30.09.2026"]],
    "Actors": [["Name", "Actor type", "Commitment"], ["A", "Company", "Membership"]],
}
BOOKS: dict[str, tuple[Grids, str | None]] = {
    "German": (GERMAN, "de"),
    "English": (ENGLISH, "en"),
    "German with English words in its cells": (
        {**GERMAN, "Notes": [["Please read this first"]]},
        "de",
    ),
    "English sheets, German headers": (
        {"Master data": GERMAN["Stammdaten"], "Actors": GERMAN["Akteure"]},
        "de",
    ),
    "German sheets, English headers": (
        {"Stammdaten": ENGLISH["Master data"], "Akteure": ENGLISH["Actors"]},
        "en",
    ),
    "as much of one as of the other": ({"Stammdaten": [["As of", "30.09.2026"]]}, None),
    "names that are the same in both": ({"Management": [["Version", 1]]}, None),
    "none of ours": ({"Members": [["Company", "City"], ["A", "Bonn"]]}, None),
}


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    books = [book for book, _ in BOOKS.values()]
    return parse(submission(), *raw_cells_of(books))


@pytest.mark.parametrize(("number", "name"), list(enumerate(BOOKS)), ids=list(BOOKS))
def test_language(parsed: Parsed, number: int, name: str) -> None:
    found = dict(parsed.languages.iter_rows())
    assert found.get(number) == BOOKS[name][1]
