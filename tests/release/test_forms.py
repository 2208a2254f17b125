"""The next forms: each cluster's own values, also of exports that only a mapping explains."""

from pathlib import Path

import polars as pl
import pytest

from pipeline.common.periods import after, last_day
from pipeline.common.settings import load_settings
from pipeline.intake.sent_file import numbered
from pipeline.publication.publications import Work
from pipeline.publication.release.forms import Job, next_forms, write_one
from pipeline.report.form.plan import Filled
from pipeline.report.form.translated import translated_cells
from pipeline.review import Review
from pipeline.submissions.examine import examine
from pipeline.submissions.mapping.load import load_mappings
from pipeline.submissions.parse.foreign import Foreign
from tests.intake.published import PERIOD
from tests.making.frames import MASTER, raw_cells_of
from tests.making.workbooks import save
from tests.mapping.build import add_mapping, crm_export, own_form

OWN, FOREIGN = "DE-0042", "DE-0043"


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Filled]:
    """The values of the next forms of two clusters, one of which sent an export of its CRM."""
    root = tmp_path_factory.mktemp("forms")
    mappings = load_mappings([add_mapping(root)])
    books = {"crm_2026-09.xlsx": crm_export(FOREIGN), "own.xlsx": own_form(OWN)}
    paths = [root / name for name in books]
    for path in paths:
        save(path, books[path.name])
    settled = {"source_file": list(books), "cluster_id": [FOREIGN, OWN], "outcome": "reviewed"}
    tables = {"submissions": pl.DataFrame(settled)}
    review = Review(PERIOD, last_day(PERIOD), (), load_settings(), tables)
    return dict(next_forms(Work(root, review, numbered(paths, list(books)), mappings, {}, "de")))


def test_an_export_is_carried_over_as_our_own_form_would_be(forms: dict[str, Filled]) -> None:
    own, foreign = forms[OWN], forms[FOREIGN]
    assert own.rows["actors"] == foreign.rows["actors"] != []
    assert {**own.master, "cluster_id": FOREIGN} == foreign.master


def test_items_of_lists_are_translated_one_by_one() -> None:
    said = ["ZIM-NEMO; Cluster 2012 ;BioFuture", "ZIM-NEMO"]
    forms = [MASTER | {"Exzellenzmaßnahmen": text} for text in said]
    books = [{"Stammdaten": [list(pair) for pair in form.items()]} for form in forms]
    words = [(0, "master_data", "excellence_measures", "cluster 2012", "go-cluster")]
    foreign = Foreign.of(items=list(words))
    examined = examine(*raw_cells_of(books), load_settings(), last_day(PERIOD), foreign)
    cells = translated_cells(examined.parsed, foreign).filter(field="excellence_measures")
    assert cells.sort("file")["raw"].to_list() == ["ZIM-NEMO; go-cluster; BioFuture", "ZIM-NEMO"]


def test_each_form_is_for_the_next_quarter_and_from_this_one(forms: dict[str, Filled]) -> None:
    for cluster, filled in forms.items():
        assert filled.origin == (cluster, PERIOD)
        assert filled.new_day
        assert not {"as_of", "version"} & set(filled.master)


def test_a_form_that_cannot_be_written_is_no_crash(tmp_path: Path) -> None:
    endless = Filled({}, {"actors": [{"no such field": 1.0}]})
    assert not write_one(Job(tmp_path / "form.xlsx", endless), "de")


@pytest.mark.parametrize(
    ("period", "expected"), [("2026-Q1", "2026-Q2"), ("2026-Q4", "2027-Q1"), ("1999-Q4", "2000-Q1")]
)
def test_the_quarter_after(period: str, expected: str) -> None:
    assert after(period) == expected
