"""Completeness: what the sheet says of a submission is what one counts in the file."""

import openpyxl
import polars as pl
import pytest

from pipeline.figures.completeness import cells_with, of_sheet
from schemas.declaration import submission
from tests.workbook.conftest import Demo
from tests.workbook.office_suite import table_rows


def test_every_cluster_and_sheet_is_counted(demo: Demo) -> None:
    table = demo.review.context["completeness"]
    assert table.height == demo.review.tables["clusters"].height * len(submission().sheets)
    parts = pl.col("filled") + pl.col("unusable") + pl.col("empty")
    assert table.filter((parts != pl.col("cells")) | (pl.col("empty") < 0)).is_empty()
    assert table["unusable"].sum() > 0


@pytest.mark.parametrize("key", ["bodies", "funding", "evidence"])
def test_cells_are_those_of_the_file(demo: Demo, key: str) -> None:
    """In a submission without findings every cell with something in it is filled."""
    row = demo.review.tables["submissions"].filter(cluster_id="DE-0001").row(0, named=True)
    folder = demo.inputs / demo.review.period / "submissions"
    sheet = openpyxl.load_workbook(folder / row["source_file"])[submission().sheet(key).name["de"]]
    heads = {c.value: c.column - 1 for r in sheet["A1:Z20"] for c in r if c.value}
    places = [heads[f.name["de"]] for f in submission().sheet(key).fields if f.name["de"] in heads]
    rows = [r for r in sheet.iter_rows(2, values_only=True) if r[places[1]] is not None]
    found = demo.review.context["completeness"].filter(cluster_id="DE-0001", sheet_key=key)
    assert found["filled"][0] == sum(r[at] not in (None, "") for r in rows for at in places)
    assert found["cells"][0] == len(rows) * len(submission().sheet(key).fields)


def test_a_list_with_a_bad_item_is_not_filled() -> None:
    sheet = submission().sheet("master_data")
    values = {f.key: None for f in sheet.fields} | {"excellence_measures": ["go-cluster"]}
    rows = [{"file": file, "row": 0, **values, "city": "Ort"} for file in (0, 1)]
    table = pl.DataFrame(rows, schema_overrides={"file": pl.UInt32, "row": pl.UInt32})
    bad = pl.DataFrame(
        {"file": [1], "sheet_key": ["master_data"], "row": [9], "field": ["excellence_measures"]}
    ).with_columns(pl.col("file", "row").cast(pl.UInt32), code=pl.lit("bad_value"))
    found = of_sheet(sheet, table, cells_with(bad, ["bad_value"])).sort("file")
    assert found["filled"].to_list() == [2, 1]
    assert found["cells"].to_list() == [len(sheet.fields)] * 2


def test_the_workbook_says_it_with_shares(demo: Demo) -> None:
    book = openpyxl.load_workbook(demo.workbook, data_only=True)
    rows = table_rows(book, "Vollstaendigkeit")
    assert len(rows) == demo.review.context["completeness"].height
    for row in rows:
        share = row["ausgefüllt"] / row["Zellen"] if row["Zellen"] else None
        assert row["ausgefüllt in %"] == (share if share is None else pytest.approx(share))
    own = [row for row in rows if row["Cluster-ID"] == "DE-0001"]
    share = sum(row["ausgefüllt"] for row in own) / sum(row["Zellen"] for row in own)
    coverage = {row["Cluster-ID"]: row for row in table_rows(book, "Ruecklauf")}
    assert coverage["DE-0001"]["ausgefüllt in %"] == pytest.approx(share)
