"""Which rating counts, who differs, who owes one (contract 2.4): worked by hand."""

import datetime as dt
from collections.abc import Generator, Sequence
from typing import Any

import polars as pl
import pytest

from pipeline.submissions.office import OfficeFileError, read_office
from pipeline.submissions.ratings import Opinions, RatingScope, opinions
from tests.making.frames import raw_cells
from tests.making.together import together

LAST_DAY = dt.date(2026, 9, 30)
AS_OF = dt.date(2026, 9, 1)
A, B, STRANGER = "DE-0001", "DE-0002", "DE-0099"
CRITERIA = pl.DataFrame(
    [("k", "1", "hard"), ("k", "2", "soft"), ("k", "3", "soft"), ("other", "1", "soft")],
    schema=["catalogue", "criterion_id", "kind"],
    orient="row",
)
RATED = ["Katalog", "Cluster-ID", "Kriterium", "Bewertung", "Begründung", "Gutachter", "Datum",
         "Gültig bis"]  # fmt: skip
ASSIGNED = ["Katalog", "Cluster-ID", "Kriterium", "Gutachter", "Frist"]
YES, NO, OPEN = "erfüllt", "nicht erfüllt", "offen"
Rows = list[tuple[Any, ...]]


def day(month: int, number: int = 1) -> dt.date:
    """A day of the year."""
    return dt.date(2026, month, number)


def rating(
    said: str | None,
    by: str | None = "G1",
    on: dt.date | None = None,
    *,
    reason: str | None = "Darum.",
    until: dt.date | None = None,
    of: tuple[str, str, str | None] = ("k", A, "2"),
) -> tuple[Any, ...]:
    """One row of the sheet Gutachten."""
    return (*of, said, reason, by, on, until)


Asked = tuple[Rows, Rows]
Answered = Generator[Asked, Opinions, None]


def opinions_of_all(asked: Sequence[Asked]) -> list[Opinions]:
    """What ratings and assignments come to; each test has clusters of its own in one workbook.

    A is reviewed; B is only in the register.
    """
    sheets = {"assessments": [RATED], "assignments": [ASSIGNED]}
    ends = []
    for number, own in enumerate(asked):
        for grid, rows in zip(sheets.values(), own, strict=True):
            grid += [[word, renamed(number)[cluster], *rest] for word, cluster, *rest in rows]
        ends.append({key: len(grid) for key, grid in sheets.items()})
    clusters = pl.DataFrame(
        [row for number in range(len(asked)) for row in known_clusters(number)],
        schema={"file": pl.UInt32, "cluster_id": pl.String, "as_of": pl.Date},
        orient="row",
    )
    grids = dict(zip(("Gutachten", "Zuteilung"), sheets.values(), strict=True))
    office = read_office({"assessments": 0}, *raw_cells(grids))
    whole = opinions(office, RatingScope(clusters, CRITERIA, ["k"]), LAST_DAY)
    starts = [dict.fromkeys(sheets, 1), *ends]
    return [part(whole, number, *starts[number : number + 2]) for number in range(len(asked))]


def renamed(number: int) -> dict[str, str]:
    """The names that the clusters of a test have in the workbook of all."""
    return {cluster: f"DE-{number:03}{cluster[-1]}" for cluster in (A, B, STRANGER)}


def known_clusters(number: int) -> list[tuple[int | None, str, dt.date | None]]:
    """(file, cluster_id, as_of) of a test's clusters."""
    ids = renamed(number)
    return [(number, ids[A], AS_OF), (None, ids[B], None)]


def part(whole: Opinions, number: int, start: dict[str, int], end: dict[str, int]) -> Opinions:
    """What is about the clusters of a test, or about its rows: below `start`, until `end`."""
    back = {new: old for old, new in renamed(number).items()}
    id_of_all = pl.col("cluster_id")
    ratings, assignments = (
        table.filter(id_of_all.is_in(list(back))).with_columns(id_of_all.replace(back))
        for table in (whole.ratings, whole.assignments)
    )
    sheet = pl.col("sheet_key")
    first, last = (sheet.replace_strict(rows, return_dtype=pl.UInt32) for rows in (start, end))
    found = whole.findings.filter(pl.col("row") > first, pl.col("row") <= last)
    return Opinions(ratings, assignments, found.with_columns(pl.col("row") - first + 1))


examined = together(opinions_of_all)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([rating(YES)], ["counts"]),
        # the newest: by date, undated is oldest, of one date the later row
        ([rating(YES, on=day(5)), rating(NO, on=day(4))], ["counts", "superseded"]),
        ([rating(YES, on=day(5)), rating(NO)], ["counts", "superseded"]),
        ([rating(YES), rating(NO)], ["superseded", "counts"]),
        ([rating(YES, on=day(5)), rating(NO, "G2", day(5))], ["superseded", "counts"]),
        # the newest replaces nothing, and no older one does in its place
        ([rating(YES, on=day(4)), rating(OPEN, on=day(5))], ["superseded", "open"]),
        ([rating(YES, on=day(4)), rating(NO, "G2", day(5), reason=None)],
         ["superseded", "no_reason"]),
        ([rating(YES, on=day(4)), rating("jein", on=day(5))], ["superseded", "bad_rating"]),
        ([rating(YES, until=day(8, 31))], ["expired"]),
        ([rating(YES, until=AS_OF)], ["counts"]),
        ([rating(OPEN, until=day(8, 31))], ["open"]),
        # what they are about
        ([rating(YES, of=("k", B, "2"))], ["not_reviewed"]),
        ([rating(YES, of=("other", A, "1"))], ["not_evaluated"]),
        ([rating(YES, of=("k", STRANGER, "2"))], ["unknown_cluster"]),
        ([rating(YES, of=("nobody", A, "2"))], ["unknown_catalogue"]),
        ([rating(YES, of=("k", A, "9"))], ["unknown_criterion"]),
        ([rating(YES, of=("k", A, None))], ["unknown_criterion"]),
        ([rating(YES, of=("k", A, "1"))], ["counts"]),
        ([rating(YES), rating(NO, of=("k", A, "3"))], ["counts", "counts"]),
    ],
)  # fmt: skip
@examined
def test_which_rating_counts(rows: Rows, expected: list[str]) -> Answered:
    found = (yield rows, []).ratings.sort("row")
    assert found["reason_code"].to_list() == expected
    assert found["counts"].to_list() == [code == "counts" for code in expected]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([rating(YES), rating(NO, "G2")], [True, True]),
        ([rating(YES), rating(YES, "G2")], [False, False]),
        ([rating(YES), rating(NO, "G2"), rating(YES, "G3")], [True, True, True]),
        # one expert who has changed his mind does not differ from himself
        ([rating(YES, on=day(4)), rating(NO, on=day(5))], [False, False]),
        ([rating(YES, "G1", day(4)), rating(NO, " g1", day(5))], [False, False]),
        ([rating(YES, "G1", day(4)), rating(NO, "G2", day(5)), rating(NO, "G1", day(6))],
         [False, False, False]),
        # rows without a sign are one expert's
        ([rating(YES, None), rating(NO, None)], [False, False]),
        ([rating(YES, None), rating(NO, "G2")], [True, True]),
        # what is not in force does not differ
        ([rating(YES), rating(OPEN, "G2")], [False, False]),
        ([rating(YES), rating(NO, "G2", reason=None)], [False, False]),
        ([rating(YES), rating(NO, "G2", until=day(8, 31))], [False, False]),
        ([rating(YES, "G2", day(3)), rating(NO, "G1", day(4)), rating(OPEN, "G2", day(5))],
         [False, False, False]),
        ([rating(YES, of=("k", A, "2")), rating(NO, "G2", of=("k", A, "3"))], [False, False]),
        ([rating(YES, of=("k", B, "2")), rating(NO, "G2", of=("k", B, "2"))], [False, False]),
        # two differ, a third one's newest is open and replaces nothing
        ([rating(YES), rating(NO, "G2"), rating(OPEN, "G3")], [True, True, False]),
    ],
)  # fmt: skip
@examined
def test_who_differs(rows: Rows, expected: list[bool]) -> Answered:
    found = yield rows, []
    assert found.ratings.sort("row")["dissent"].to_list() == expected
    said = found.findings.filter(pl.col("code") == "dissent")
    assert said.height == int(any(expected))


@examined
def test_dissent_is_said_at_the_newest_with_all_who_differ() -> Answered:
    rows = [rating(YES, "G1", day(5)), rating(NO, "G2", day(4)), rating(YES, None, day(6))]
    done = yield rows, []
    (found,) = done.findings.filter(pl.col("code") == "dissent").iter_rows(named=True)
    assert (found["row"], found["field"]) == (4, "rating")
    assert found["detail"].startswith("G2: nicht erfüllt; G1: erfüllt; –: erfüllt")


@pytest.mark.parametrize(
    ("ratings", "due", "done", "overdue"),
    [
        ([], None, False, False),
        ([], LAST_DAY, False, False),
        ([], day(9, 29), False, True),
        ([rating(YES)], day(9, 29), True, False),
        ([rating(NO, " g1")], day(9, 29), True, False),
        # another expert's opinion is not his
        ([rating(YES, "G2")], day(9, 29), False, True),
        ([rating(YES, "G1", day(4)), rating(NO, "G2", day(5))], day(9, 29), True, False),
        ([rating(YES, of=("k", A, "3"))], day(9, 29), False, True),
        # his newest does not speak
        ([rating(YES, on=day(4)), rating(OPEN, on=day(5))], day(9, 29), False, True),
        ([rating(YES, reason=None)], day(9, 29), False, True),
        ([rating(YES, until=day(8, 31))], day(9, 29), False, True),
        ([rating(YES, until=AS_OF)], day(9, 29), True, False),
    ],
)
@examined
def test_who_owes_an_opinion(
    ratings: Rows, due: dt.date | None, done: bool, overdue: bool
) -> Answered:
    found = yield ratings, [("k", A, "2", "G1", due)]
    expected = ("k", A, "2", "G1", due, done, overdue)
    assert found.assignments.rows() == [expected]


@pytest.mark.parametrize(("until", "done"), [(LAST_DAY, True), (day(9, 29), False)])
@examined
def test_without_a_review_an_opinion_lasts_until_the_periods_last_day(
    until: dt.date, done: bool
) -> Answered:
    there = ("k", B, "2")
    found = yield [rating(YES, until=until, of=there)], [(*there, "G1", None)]
    assert found.assignments["done"].to_list() == [done]


@examined
def test_an_assignment_without_a_criterion_is_of_all_soft_ones() -> Answered:
    found = yield [], [("k", A, None, "G1", day(8)), ("k", A, "3", "G1", day(10))]
    rows = found.assignments.sort("criterion_id").select("criterion_id", "due", "overdue").rows()
    assert rows == [("2", day(8), True), ("3", day(10), False)]


@examined
def test_what_is_wrong_with_an_assignment_is_a_finding() -> Answered:
    rows: Rows = [
        ("k", A, "2", "G1", day(8)),
        ("k", A, "2", "g1", day(10)),  # again
        ("k", A, dt.date(2026, 1, 2), "G1", None),  # Excel made a date of 2.1: not "all soft ones"
        ("k", A, "9", "G1", None),
        ("k", A, "3", "Erika Beispielfrau", None),
        ("k", STRANGER, "2", "G2", None),
        ("k", A, "3", None, None),
    ]
    found = yield [], rows
    table = found.assignments.sort("cluster_id")
    assert table.select("cluster_id", "criterion_id", "assessor", "due").rows() == [
        (A, "2", "G1", day(8)),
        (STRANGER, "2", "G2", None),
    ]
    office = read_office({"assessments": 0}, *raw_cells({"Gutachten": [RATED], "Zuteilung": [
        ASSIGNED, *map(list, rows)]}))  # fmt: skip
    told = pl.concat([office.findings, found.findings]).select("row", "field", "code").rows()
    assert sorted(told) == [
        (3, "cluster_id", "duplicate_row"),
        (4, "criterion_id", "bad_value"),
        (5, "criterion_id", "bad_value"),
        (6, "assessor", "bad_value"),
        (7, "cluster_id", "bad_value"),
        (8, "assessor", "missing_value"),
    ]


def test_an_optional_sheet_without_a_column_it_needs_stops_the_run() -> None:
    grids = {"Gutachten": [RATED], "Zuteilung": [["Cluster-ID", "Frist"], [A, day(8)]]}
    with pytest.raises(OfficeFileError, match=r"assessments\.xlsx: missing_column \(Gutachter"):
        read_office({"assessments": 0}, *raw_cells(grids))
