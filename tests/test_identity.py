"""Contract 1.4 and 2.7: which cluster a file is of, by its Cluster-ID, the register, its name."""

from collections.abc import Sequence

import polars as pl
import pytest

from pipeline.common.settings import load_settings
from pipeline.submissions.identity import guessed_clusters, identity_findings, ids_in
from pipeline.submissions.office import coverage, read_office
from pipeline.tables.unread import shown_states, unread_frame, with_unread_messages
from tests.making.frames import LAST_DAY, published, raw_cells

A, B, C = "DE-0001", "DE-0002", "DE-0003"


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("DE-0001.xlsx", [A, B], [A]),
        ("Erhebungsbogen_de-0001_v2.xlsx", [A, B], [A]),
        ("Bogen DE\u20110001.xlsx", [A], [A]),  # another hyphen
        ("DE0001 2026-Q3.xlsx", [A], [A]),
        ("de_0001.xlsx", [A], [A]),
        ("DE-0001 statt DE-0002, DE-0001.xlsx", [A, B], [A, B]),
        ("DE-0003.xlsx", [A, B], []),  # no cluster of the register
        ("DE-00012.xlsx", [A], []),
        ("WUNDE-0001.xlsx", [A], []),
        ("ÖDE-0001.xlsx", [A], []),
        ("Bogen.xlsx", [A], []),
        # without a register only what is written like an ID
        ("Bogen DE-0001.xlsx", [], [A]),
        ("Bogen de 2026.xlsx", [], []),
        ("DE0001.xlsx", [], []),
    ],
)
def test_ids_in_names(name: str, known: Sequence[str], expected: Sequence[str]) -> None:
    assert ids_in(name, known) == expected


def register(*ids: str) -> pl.DataFrame:
    return pl.DataFrame({"cluster_id": list(ids)}, schema={"cluster_id": pl.String})


def sent(*rows: tuple[str, str | None]) -> pl.DataFrame:
    """What was sent: the name of a file and the valid Cluster-ID it holds."""
    schema = {"source_file": pl.String, "cluster_id": pl.String}
    table = pl.DataFrame(list(rows), schema=schema, orient="row").with_row_index("file")
    reviewed = pl.col("cluster_id").is_not_null()
    outcome = pl.when(reviewed).then(pl.lit("reviewed")).otherwise(pl.lit("quarantined"))
    return table.with_columns(
        outcome=outcome, as_of=pl.lit(None, pl.Date), cluster_name=pl.lit(None, pl.String)
    )


@pytest.mark.parametrize(
    ("known", "files", "others", "expected"),
    [
        ([A, B], [("DE-0001.xlsx", None)], [], [(A, "DE-0001.xlsx")]),
        # another file of the cluster says itself whose it is
        ([A, B], [("DE-0001.xlsx", None), ("b.xlsx", A)], [], []),
        ([A, B], [("DE-0001 b.xlsx", None), ("DE-0001 a.xlsx", None)], [], [(A, "DE-0001 a.xlsx")]),
        ([A, B], [("DE-0001 DE-0002.xlsx", None)], [], []),
        ([A], [("DE-0003.xlsx", None)], [], []),
        ([], [("DE-0003.xlsx", None)], [], [(C, "DE-0003.xlsx")]),
        ([A], [], [("DE-0001.pdf", "other_extension")], [(A, "DE-0001.pdf")]),
        ([A], [], [("DE-0001", "folder")], []),
        ([], [], [("DE-0001.pdf", "other_extension")], []),
        (
            [A],
            [("x DE-0001.xlsx", None)],
            [("DE-0001.pdf", "other_extension")],
            [(A, "x DE-0001.xlsx")],
        ),
    ],
)
def test_clusters_that_only_a_name_says(
    known: Sequence[str],
    files: Sequence[tuple[str, str | None]],
    others: Sequence[tuple[str, str]],
    expected: Sequence[tuple[str, str]],
) -> None:
    found = guessed_clusters(register(*known), sent(*files), unread_frame(others))
    assert found.rows() == expected


@pytest.mark.parametrize(
    ("known", "name", "own", "expected"),
    [
        ([A, B], "bogen.xlsx", A, []),
        ([A, B], "DE-0001.xlsx", A, []),
        ([A, B], "DE-0003.xlsx", A, []),  # no registered cluster
        ([A, B], "bogen.xlsx", C, [("not_in_register", None)]),
        ([A, B], "DE-0002.xlsx", A, [("id_differs_from_name", B)]),
        ([A, B, C], "DE-0001 DE-0002 DE-0003.xlsx", B, [("id_differs_from_name", f"{A} / {C}")]),
        ([A], "DE-0001.xlsx", B, [("not_in_register", None), ("id_differs_from_name", A)]),
        ([A], "DE-0001.xlsx", None, []),
        ([], "DE-0001.xlsx", B, []),
    ],
)
def test_questions_about_a_cluster_id(
    known: Sequence[str],
    name: str,
    own: str | None,
    expected: Sequence[tuple[str, str | None]],
) -> None:
    found = identity_findings(register(*known), sent((name, own)))
    assert found.select("code", "detail").rows() == expected
    assert set(found.select("sheet_key", "row", "field").rows()) <= {
        ("master_data", 0, "cluster_id")
    }


def test_a_guessed_cluster_is_not_missing() -> None:
    grid = [["Cluster-ID", "Einreichung erwartet"], [A, "ja"], [B, "ja"], [C, "ja"]]
    office = read_office({"register": 0}, *raw_cells({"Register": grid}))
    files = sent(("DE-0001.xlsx", None), ("c.xlsx", C))
    guesses = guessed_clusters(office.register, files, unread_frame())
    days = load_settings().review.outdated_days
    found = coverage(office, files, guesses, LAST_DAY, days)
    assert found.select("cluster_id", "state", "guessed_from").rows() == [
        (A, "quarantined", "DE-0001.xlsx"),
        (B, "missing", None),
        (C, "reviewed", None),
    ]


def test_how_a_state_is_shown() -> None:
    files = [
        {"source_file": "DE-0001.xlsx", "outcome": "quarantined", "code": "encrypted"},
        {"source_file": "DE-0002.xlsx", "outcome": "quarantined", "code": "missing_value"},
    ]
    states = [
        {"cluster_id": A, "state": "quarantined", "guessed_from": "DE-0001.xlsx"},
        {"cluster_id": B, "state": "quarantined", "guessed_from": "DE-0002.xlsx"},
        {"cluster_id": C, "state": "quarantined", "guessed_from": "DE-0003.pdf"},
        {"cluster_id": "DE-0004", "state": "missing"},
    ]
    tables = {
        "submissions": published("submissions", files),
        "unread": published("unread", [{"source_file": "DE-0003.pdf"}]),
        "coverage": published("coverage", states),
    }
    # of the second one could be read, but not whose it is
    assert shown_states(tables)["shown_state"].to_list() == [
        "unread",
        "quarantined",
        "unread",
        "missing",
    ]


def test_what_is_said_of_what_was_not_read() -> None:
    table = with_unread_messages(unread_frame([("{b}.pdf", "other_extension"), ("a", "folder")]))
    assert table["source_file"].to_list() == ["a", "{b}.pdf"]
    for lang, words in {
        "de": ("Ordner", "keine Arbeitsmappe"),
        "en": ("folder", "no workbook"),
    }.items():
        for name, said, word in zip(
            table["source_file"], table[f"message_{lang}"], words, strict=True
        ):
            assert said.startswith(f"{name}: ")
            assert word in said
