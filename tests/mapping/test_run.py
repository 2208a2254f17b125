"""With a mapping and no other change, a foreign export gives the figures of our own form."""

import json

import pytest
from polars.testing import assert_frame_equal

from tests.intake.published import Published, publish
from tests.making.workbooks import Book

from .build import add_mapping, crm_export, own_form

Files = dict[str, Book | bytes]
SPARED = ("workbook", "copies")
TABLES = [
    "clusters",
    "decisions",
    "criteria",
    "conditions",
    "actors",
    "benchmarks",
    "robustness",
    "outlook",
]


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Published:
    root = tmp_path_factory.mktemp("ours")
    return publish(root, {"own.xlsx": own_form()}, spared=SPARED)


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Published:
    root = tmp_path_factory.mktemp("theirs")
    add_mapping(root)
    return publish(root, {"crm_2026-09.xlsx": crm_export()}, spared=SPARED)


@pytest.mark.parametrize("name", TABLES)
def test_the_figures_are_those_of_our_own_form(
    ours: Published, theirs: Published, name: str
) -> None:
    places = ["row"]  # of another sheet layout
    own, foreign = (p.table(name).drop(places, strict=False) for p in (ours, theirs))
    texts = [c for c in own.columns if c.startswith("request_")]  # they name the cells to fill
    assert own.height > 0
    assert_frame_equal(own.drop(texts), foreign.drop(texts))


def test_findings_are_those_of_our_own_form(ours: Published, theirs: Published) -> None:
    def said(published: Published) -> list[tuple[str, str]]:
        found = published.table("findings").select("code", "value")
        return sorted(found.rows())

    assert said(ours) == said(theirs)
    assert {code for code, _ in said(theirs)} == {"missing_sheet"}


def test_the_report_says_which_files_were_read_by_a_mapping(
    ours: Published, theirs: Published
) -> None:
    caption = "Mit einer Zuordnung gelesene Dateien"
    page = (theirs.folder / "report/index.html").read_text(encoding="utf-8")
    assert caption in page
    assert "crm.toml" in page
    assert caption not in (ours.folder / "report/index.html").read_text(encoding="utf-8")
    assert "crm.toml" not in (theirs.folder / "report/clusters/DE-0042.html").read_text()


def test_run_json_says_what_was_read_by_which_mapping(theirs: Published) -> None:
    (record,) = json.loads((theirs.folder / "run.json").read_text())["mappings"]
    assert record["submissions"] == ["crm_2026-09.xlsx"]
    assert (record["name"], record["title"]) == ("crm.toml", "CRM-Export der Muster-Initiative")
    assert len(record["sha256"]) == 64
