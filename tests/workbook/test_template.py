"""The template of the ratings: what is carried over, marked, to be rated, and that it reads."""

import datetime as dt
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from pipeline.common.catalogue import load
from pipeline.publication.adopt.reading import read_ratings
from pipeline.read import read_here
from pipeline.report.workbook.assessments import write_assessments
from pipeline.report.workbook.to_rate import seen_period, to_rate
from pipeline.submissions.ratings import with_newest
from pipeline.tables.reasons import asks_text
from schemas.declaration import office
from tests.workbook.conftest import PERIOD, Demo, review_of


def test_the_next_run_reads_it_and_changes_nothing(demo: Demo, tmp_path: Path) -> None:
    inputs = demo.copy(tmp_path)
    write_assessments(demo.review, {}, inputs / PERIOD / "assessments.xlsx", "de")
    again = review_of(inputs)
    for table in ("criteria", "decisions", "robustness", "outlook"):
        assert again.tables[table].equals(demo.review.tables[table])
    own = pl.col("source_file") == "assessments.xlsx"
    # the sheets of experts are not read, and that is said
    told = (pl.col("code") == "unknown_column") & (pl.col("severity") == "warning")
    before, after = (r.tables["findings"].filter(own) for r in (demo.review, again))
    assert sorted(before["code"]) == sorted(after.filter(~told)["code"])
    experts = {f"Gutachten {sign}" for sign in demo.review.tables["assignments"]["reviewer"]}
    assert set(after.filter(told)["sheet"]) == experts


def test_the_english_one_reads_too(demo: Demo, tmp_path: Path) -> None:
    german, english = (tmp_path / f"{lang}.xlsx" for lang in ("de", "en"))
    for path in (german, english):
        write_assessments(demo.review, {}, path, path.stem)
    one, other = (read_ratings(path, read_here).table for path in (german, english))
    keys = ["catalogue", "cluster_id", "criterion_id", "rating", "assessor", "rated_on"]
    assert one["rating"].drop_nulls().len() > 0
    assert other.select(keys).equals(one.select(keys))


def test_a_row_that_is_filled_in_is_a_rating(demo: Demo, tmp_path: Path) -> None:
    inputs = demo.copy(tmp_path)
    path = inputs / PERIOD / "assessments.xlsx"
    write_assessments(demo.review, {}, path, "de")
    book = openpyxl.load_workbook(path)
    sheet = book["Gutachten"]
    row = next(r for r in sheet.iter_rows(min_row=6) if r[8].value == "zu bewerten")
    row[3].value, row[4].value = "nicht erfüllt", "Nicht belegt."
    key = {"cluster_id": row[1].value, "criterion_id": row[2].value}
    book.save(path)
    again = review_of(inputs)
    (found,) = again.tables["criteria"].filter(**key).iter_rows(named=True)
    assert (found["status"], found["basis"]) == ("not_fulfilled", "assessed")


@pytest.fixture(scope="module")
def form(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    """The template."""
    path = tmp_path_factory.mktemp("template") / "template.xlsx"
    write_assessments(demo.review, {}, path, "de")
    return openpyxl.load_workbook(path)


def test_only_what_is_entered_can_be_changed(form: openpyxl.Workbook) -> None:
    sheet = form["Gutachten"]
    assert sheet.protection.sheet
    heads = [cell.value for cell in sheet[5]]
    free = {heads[c.column - 1] for row in sheet["A6:Q300"] for c in row if not c.protection.locked}
    assert free == {f.name["de"] for f in office().sheet("assessments").fields}
    (table,) = sheet.tables.values()
    last = int(table.ref.rpartition("Q")[2])
    blank = [row for row in sheet.iter_rows(6, last) if row[1].value is None]
    assert len(blank) >= 100
    assert not any(cell.protection.locked for row in blank for cell in row[:8])


def test_entries_are_offered_and_checked(form: openpyxl.Workbook) -> None:
    sheet = form["Gutachten"]
    rules = {str(r.sqref)[0]: r for r in sheet.data_validations.dataValidation}
    assert {at: rule.type for at, rule in rules.items()} == {
        "A": "list", "B": "list", "C": "list", "D": "list", "F": "custom", "G": "date",
        "H": "date",
    }  # fmt: skip
    assert rules["D"].formula1 == '"erfüllt,nicht erfüllt,offen"'
    assert rules["D"].errorStyle in (None, "stop")
    for at, wanted in (("B", "DE-0001"), ("C", "2.1")):
        name, where = rules[at].formula1.split("!")
        listed = [cell.value for (cell,) in form[name.strip("'")][where.replace("$", "")]]
        assert wanted in listed
        assert all(isinstance(value, str) for value in listed)


def test_each_row_says_what_its_criterion_asks(form: openpyxl.Workbook) -> None:
    asks = {c.id: asks_text(c, "de") for c in load("go-cluster").criteria}
    assert not any("{" in text for text in asks.values())
    sheet = form["Gutachten"]
    at = [cell.value for cell in sheet[5]].index("Was das Kriterium verlangt")
    rows = [row for row in sheet.iter_rows(6, values_only=True) if row[1]]
    assert rows
    assert all(row[at] == asks[row[2]] for row in rows)
    listed = [(row[0], row[4]) for row in form["Kriterien"].iter_rows(6, values_only=True)]
    assert listed == list(asks.items())


def test_every_soft_or_open_criterion_has_a_row(demo: Demo) -> None:
    rows = to_rate(demo.review, {}, "de")
    due = demo.review.tables["criteria"].filter(
        (pl.col("kind") == "soft") | (pl.col("status") == "undetermined")
    )
    keys = ["catalogue", "cluster_id", "criterion_id"]
    assert due.join(rows, on=keys, how="anti").is_empty()
    assert demo.review.ratings.join(
        rows, on=[*keys, "reason"], how="anti", nulls_equal=True
    ).is_empty()


def test_what_has_changed_since_is_marked(demo: Demo) -> None:
    conditions = demo.review.tables["conditions"]
    was = conditions.with_columns(
        value_low=pl.when(pl.col("metric") == "rnd_count").then(99.0).otherwise("value_low"),
        value_high=pl.when(pl.col("metric") == "rnd_count").then(99.0).otherwise("value_high"),
    )
    rows = to_rate(demo.review, {"2026-Q2": {"conditions": was}}, "de")
    marked = rows.filter(pl.col("note").str.contains("seither geändert: 2026-Q2 99 "))
    assert set(marked["criterion_id"]) == {"2.2"}
    assert marked["rating"].null_count() == 0
    assert (
        to_rate(demo.review, {"2026-Q2": {"conditions": conditions}}, "de")
        .filter(pl.col("note").str.contains("seither"))
        .is_empty()
    )


ENDS = {"2026-Q1": dt.date(2026, 3, 31), "2026-Q2": dt.date(2026, 6, 30)}


@pytest.mark.parametrize(
    ("day", "period"),
    [
        (dt.date(2026, 7, 1), "2026-Q2"),
        (dt.date(2026, 6, 30), "2026-Q2"),
        (dt.date(2026, 6, 29), "2026-Q1"),
        (dt.date(2025, 1, 1), "2026-Q1"),
        (dt.date(2026, 10, 1), None),
        (None, None),
    ],
)
def test_which_figures_a_rating_was_given_on(
    demo: Demo, day: dt.date | None, period: str | None
) -> None:
    assert seen_period(day, ENDS, demo.review) == period


def test_the_newest_rating_is_the_one_that_counts() -> None:
    key = {"catalogue": "go-cluster", "cluster_id": "DE-0001", "criterion_id": "5"}
    days = [dt.date(2026, 1, 2), dt.date(2026, 1, 2), None, dt.date(2025, 1, 1)]
    rows = [key | {"row": row, "rated_on": day} for row, day in enumerate(days, 2)]
    found = with_newest(pl.DataFrame(rows, schema_overrides={"rated_on": pl.Date}))
    assert found["newest"].to_list() == [False, True, False, False]
