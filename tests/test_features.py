"""The portfolio by the six features, and measures that the register does not know."""

import polars as pl

from pipeline.evaluation.measures import unregistered
from pipeline.figures.features import COUNTED
from pipeline.tables.context import RELATIONS
from pipeline.tables.features import portfolio_features
from schemas.declaration import measures, registers


def test_each_statement_counts_of_what_is_known() -> None:
    field = registers()["technology_fields"][0].value
    rows = [
        {"actors": 4, "near": 3, "abroad": 1, "country_known": 3, "company_stages": 2},
        {"actors": 6, "near": 1, "companies": 5, "company_stages": 1, "science": 2},
    ]
    whole = pl.DataFrame([{**dict.fromkeys(COUNTED, 0), **row} for row in rows])
    known = pl.DataFrame(
        {"technology_field": [field, None], **dict.fromkeys(RELATIONS, pl.Series([None, 2]))}
    )
    found = portfolio_features(pl.concat([whole, known], how="horizontal"))
    assert {s: (n, of) for s, n, of in found["statement", "n", "of"].iter_rows()} == {
        "near": (4, 10),
        "abroad": (1, 3),
        "companies": (5, 10),
        "company_stages": (1, 2),
        "science": (2, 10),
        "without_science": (1, 2),
        "fields": (1, len(registers()["technology_fields"])),
        "stages": (0, 10),
        "working_structures": (1, 1),
        "internal_communication": (1, 1),
        "innovation_projects": (1, 1),
    }


def test_a_measure_that_the_register_does_not_know_is_told() -> None:
    known = next(iter(measures()))
    clusters = pl.DataFrame({"file": [1, 2, 3], "measures": [[known, "Neu"], ["Neu"], None]})
    assert sorted(unregistered(clusters).rows()) == [(1, "Neu"), (2, "Neu")]
