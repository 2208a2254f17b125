"""Which revision a draft is, how older publications are read, what a release refuses."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli import main
from pipeline.common.errors import NothingPublishedError
from pipeline.history.published import read_record
from pipeline.history.standing import Standing, archived, next_draft, standing
from pipeline.publication.release.confirm import confirm, differing_tables

PERIOD = "2026-Q3"
DRAFT: dict[str, Any] = {
    "state": "draft",
    "language": "de",
    "inputs": [{"source_file": "a.xlsx", "sha256": "1"}],
    "office_files": [{"source_file": "register.xlsx", "sha256": "2"}],
    "mappings": [{"name": "crm.toml", "sha256": "3"}],
    "catalogues": [{"id": "go-cluster", "version": "1", "sha256": "4"}],
    "versions": {"polars": "2.1.0"},
}


def publication(outputs: Path, record: object, place: str = PERIOD) -> Path:
    folder = outputs / place
    (folder / "data").mkdir(parents=True)
    (folder / "run.json").write_text(record if isinstance(record, str) else json.dumps(record))
    (folder / "data" / "clusters.parquet").write_bytes(b"table")
    return folder


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({}, Standing()),  # before there were releases
        ({"state": "draft", "revision": 3}, Standing("draft", 3)),
        ({"state": "released", "revision": 2, "released_by": "KM"}, Standing("released", 2, "KM")),
        ({"state": "lost", "revision": "many"}, Standing()),
    ],
)
def test_standing(record: dict[str, Any], expected: Standing) -> None:
    assert standing(record) == expected


@pytest.mark.parametrize(
    ("archive", "present", "revision"),
    [
        ([], None, 1),
        ([], {"state": "draft"}, 1),  # drafts count towards the release they lead to
        ([], {"state": "released", "revision": 1}, 2),
        ([{"state": "released", "revision": 1}], {"state": "draft", "revision": 2}, 2),
        ([{"state": "released", "revision": 2}], None, 3),  # the present one was removed
        ([], "{ broken", 1),
    ],
)
def test_revision_of_the_next_draft(
    archive: list[object], present: object, revision: int, tmp_path: Path
) -> None:
    for number, record in enumerate(archive):
        publication(tmp_path, record, f".archive/{PERIOD}/2026-10-0{number + 1}T08-00-00")
    if present is not None:
        publication(tmp_path, present)
    assert next_draft(tmp_path, PERIOD) == Standing(revision=revision)


def test_the_archive_is_in_the_order_of_its_moments(tmp_path: Path) -> None:
    moments = ["2026-10-01T08-00-00", *(f"2026-10-01T08-00-00-{n}" for n in range(2, 12))]
    for moment in reversed([*moments, "2026-10-02T07-00-00"]):
        publication(tmp_path, {}, f".archive/{PERIOD}/{moment}")
    (tmp_path / ".archive" / PERIOD / "notes").mkdir()
    assert [p.name for p in archived(tmp_path, PERIOD)] == [*moments, "2026-10-02T07-00-00"]


@pytest.mark.parametrize("content", ["", "[1]", "\xff"])
def test_a_record_that_cannot_be_read_is_none(content: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(content, encoding="latin-1")
    assert read_record(tmp_path) is None


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"inputs": [{"source_file": "a.xlsx", "sha256": "x"}]}, "a.xlsx (geändert)"),
        ({"inputs": []}, "a.xlsx (entfallen)"),
        ({"office_files": []}, "register.xlsx (entfallen)"),
        ({"mappings": [{"name": "neu.toml", "sha256": "x"}]}, "neu.toml (neu)"),
        ({"catalogues": [{"id": "go-cluster", "sha256": "x"}]}, "go-cluster (geändert)"),
        ({"versions": {"polars": "3.0"}}, "polars (geändert)"),
        ({"language": "en"}, "Sprache (geändert)"),
        ({"inputs": [{"source_file": f"{n}.xlsx", "sha256": "x"} for n in range(20)]}, "und 11"),
    ],
)
def test_whatever_changed_since_the_draft_is_named(
    change: dict[str, Any], named: str, tmp_path: Path
) -> None:
    draft = publication(tmp_path, DRAFT)
    with pytest.raises(NothingPublishedError) as refused:
        confirm(draft, draft, DRAFT | change)
    assert named in refused.value.messages["de"]
    assert refused.value.messages["de"] != refused.value.messages["en"]


def test_what_only_newer_programs_record_does_not_hinder_the_release_of_an_older_draft(
    tmp_path: Path,
) -> None:
    draft = publication(tmp_path, DRAFT)
    confirm(draft, draft, DRAFT | {"declarations": {"texts.toml": "1"}, "earlier": {}})


def test_other_tables_are_refused(tmp_path: Path) -> None:
    draft, other = publication(tmp_path, DRAFT), publication(tmp_path, DRAFT, "other")
    (other / "data" / "clusters.parquet").write_bytes(b"another")
    (other / "data" / "extra.parquet").write_bytes(b"")
    assert differing_tables(draft / "data", other / "data") == ["clusters", "extra"]
    with pytest.raises(NothingPublishedError, match="clusters, extra"):
        confirm(draft, other, DRAFT)


def test_a_catalogue_that_is_gone_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publication(tmp_path, DRAFT | {"catalogues": [{"id": "own", "asked_as": "own.toml"}]})
    assert main(["release", PERIOD, "--by", "KM", "--outputs", str(tmp_path)]) == 2
    assert "own.toml" in capsys.readouterr().err


def test_a_record_without_catalogues_is_no_publication(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publication(tmp_path, {"state": "draft"})
    assert main(["release", PERIOD, "--by", "KM", "--outputs", str(tmp_path)]) == 1
    assert "run.json" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["2026-Q3", "--by", "KM"], 1, "nicht veröffentlicht"),
        (["2026-Q9", "--by", "KM"], 2, "no quarter"),
        (["2026-Q3", "--by", "Klara Muster"], 2, "kurzes Kürzel"),
        (["2026-Q3", "--by", "KM\n"], 2, "kurzes Kürzel"),
        (["2026-Q3"], 2, "--by"),
    ],
)
def test_what_is_refused_at_once(
    arguments: list[str], code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["release", *arguments, "--outputs", str(tmp_path)]) == code
    assert said in capsys.readouterr().err
