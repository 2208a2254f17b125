"""`cluster-review template`: empty, filled with a reviewed submission, and what it refuses."""

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from pipeline.cli import main
from pipeline.read import read_here
from pipeline.report.form import plan
from pipeline.report.form.carry import carried_over
from pipeline.report.form.form import write_form
from pipeline.report.form.source import filled_from, latest_period
from tests.making.workbooks import save
from tests.mapping.build import add_mapping, crm_export
from tests.reading import examined
from tests.sparing import ALL, sparing

from .test_form import example

PERIOD, CLUSTER = "2026-Q3", "DE-0042"


@pytest.fixture(autouse=True, scope="module")
def few_rows() -> Iterator[None]:
    """Few rows are calculated."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "SPARE_ROWS", {"actors": (5, 5)})
        patch.setattr(plan, "OTHER_SPARE_ROWS", (5, 5))
        yield


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with inputs and outputs of a period to which the English example was sent."""
    folder = tmp_path_factory.mktemp("published")
    sent = folder / "inputs" / PERIOD / "submissions"
    sent.mkdir(parents=True)
    write_form(sent / "form.xlsx", "en", example("en"))
    with sparing(*ALL):
        assert main(["run", PERIOD, *places(folder), "--direct", "--accept-missing"]) == 0
    return folder


def places(folder: Path) -> list[str]:
    """The folders as arguments."""
    return ["--inputs", str(folder / "inputs"), "--outputs", str(folder / "outputs")]


def test_form_is_reviewed_and_comes_back_filled(published: Path, tmp_path: Path) -> None:
    submissions = pl.read_parquet(published / "outputs" / PERIOD / "data" / "submissions.parquet")
    assert submissions["outcome"].to_list() == ["reviewed"]
    path = tmp_path / "next.xlsx"
    wanted = ["template", str(path), "--for", CLUSTER, "--from", PERIOD, *places(published)]
    assert main(wanted) == 0
    again = filled_from(
        CLUSTER, PERIOD, published / "inputs", published / "outputs", "de", read_here
    )
    german = example("de")
    assert again.rows["funding"] == german.rows["funding"]
    assert again.master["version"] == 2
    assert again.master["as_of"] == german.master["as_of"]
    assert main(["check", str(path)]) == 0


def test_what_is_refused(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "there.xlsx"
    there.write_bytes(b"")
    new = str(tmp_path / "new.xlsx")
    of = ["--for", CLUSTER, "--from", PERIOD]
    cases = [
        ([str(tmp_path / "form.xls")], 2, ".xlsx"),
        ([str(there)], 2, "gibt es schon"),
        ([str(tmp_path / "no" / "form.xlsx")], 2, "Ordner"),
        ([new, "--from", PERIOD], 2, "--from"),
        ([new, "--for", CLUSTER, "--from", "2026"], 2, "kein Quartal"),
        ([new, "--for", CLUSTER, "--from", "2026-Q2"], 1, "nicht veröffentlicht"),
        ([new, "--for", "DE-9999", "--from", PERIOD], 1, "keine Einreichung"),
        ([new, "--for", "DE-9999"], 1, f"veröffentlicht sind: {PERIOD}."),
        ([new, *of, "--inputs", str(tmp_path)], 1, "liegt nicht mehr"),
        ([new, *of, "--lang", "en", "--inputs", str(tmp_path)], 1, "no longer"),
    ]
    for arguments, code, said in cases:
        assert main(["template", *places(published), *arguments]) == code, arguments
        assert said in capsys.readouterr().err, arguments
    assert not Path(new).exists()


def test_changed_file_is_refused(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = tmp_path / PERIOD / "submissions"
    sent.mkdir(parents=True)
    sent.joinpath("form.xlsx").write_bytes(b"another")
    of = ["--for", CLUSTER, "--from", PERIOD, "--inputs", str(tmp_path)]
    outputs = ["--outputs", str(published / "outputs")]
    assert main(["template", str(tmp_path / "new.xlsx"), *of, *outputs]) == 1
    assert "geändert" in capsys.readouterr().err


# ---- what is carried over ----


def dirty(path: Path) -> None:
    """A submission with every kind of thing that is or is not carried over."""
    with xlsxwriter.Workbook(str(path)) as file:
        day = file.add_format({"num_format": "dd.mm.yyyy"})
        form = file.add_worksheet("Stammdaten")
        for row, (label, value) in enumerate(
            {
                "Cluster-ID": CLUSTER,
                "Version": 3,
                "PLZ": 1067,
                "Formale Gründung": 2019,
                "Exzellenzmaßnahmen": "BioRegio; Quatsch",
                "Eigenes": "x",
            }.items()  # fmt: skip
        ):
            form.write(row, 0, label)
            form.write(row, 1, value)
        form.write(9, 0, "Stichtag")
        form.write_datetime(9, 1, dt.datetime(2026, 9, 30), day)
        table = file.add_worksheet("Actors")
        rows = [
            ["Name", "Actor type", "Commitment", "Employees", "Turnover", "SME", "Fremd", "Ort"],
            ["A", "Firma", "member?", "1.234", "viel", "x", "weg", "k. A."],
            ["a", "university", "Membership", -5, "=1/0", None, None, "2"],
            ["Summe", None, None, 99, None, None, None, None],
        ]
        for number, values in enumerate(rows):
            for column, value in enumerate(values):
                if value == "=1/0":
                    table.write_formula(number, column, "=1/0", None, "#DIV/0!")
                else:
                    table.write(number, column, value)


def test_what_is_carried_over(tmp_path: Path) -> None:
    path = tmp_path / "dirty.xlsx"
    dirty(path)
    filled = carried_over(examined(path).parsed, CLUSTER, "de", PERIOD)
    assert filled.master == {
        "cluster_id": CLUSTER,
        "version": 4,  # raised
        "postcode": "1067",
        "founded": "2019",  # as text: as a number it would become a day of 1905
        "excellence_measures": "BioRegio-Wettbewerb; Quatsch",
        "as_of": dt.date(2026, 9, 30),
    }
    first, second = filled.rows["actors"]  # the row of totals is left out, the repeated one is not
    assert first == {
        "name": "A", "actor_type": "Unternehmen", "commitment": "member?", "employees": 1234.0,
        "turnover_eur": "viel", "sme_stated": True, "city": "k. A.",
    }  # fmt: skip
    assert second == {
        "name": "a", "actor_type": "Hochschule", "commitment": "Mitgliedschaft",
        "employees": -5.0, "turnover_eur": "#DIV/0!", "city": "2",
    }  # fmt: skip


def test_new_quarter_leaves_date_and_version_out(tmp_path: Path) -> None:
    path = tmp_path / "dirty.xlsx"
    dirty(path)
    filled = carried_over(examined(path).parsed, CLUSTER, "en", PERIOD, new_day=True)
    assert not {"as_of", "version"} & set(filled.master)


def test_findings_stand_beside_their_cells_in_the_next_form(tmp_path: Path) -> None:
    path, after = tmp_path / "dirty.xlsx", tmp_path / "next.xlsx"
    dirty(path)
    before = examined(path)
    write_form(after, "de", carried_over(before.parsed, CLUSTER, "de", PERIOD))
    codes = [e.findings.filter(pl.col("code").is_in(["bad_type", "bad_value", "bad_date"]))
             ["code"].sort().to_list() for e in (before, examined(after))]  # fmt: skip
    assert codes[0] == codes[1] != []


def test_an_export_comes_back_in_our_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was reviewed by a mapping; a mapping that is wrong by now is named."""
    sent = tmp_path / "inputs" / PERIOD / "submissions" / "crm_2026-09.xlsx"
    save(sent, crm_export())
    mapping = add_mapping(tmp_path)
    data = tmp_path / "outputs" / PERIOD / "data"
    data.mkdir(parents=True)
    row = {"source_file": sent.name, "cluster_id": CLUSTER, "outcome": "reviewed"}
    row["sha256"] = sha256(sent.read_bytes()).hexdigest()
    pl.DataFrame([row]).write_parquet(data / "submissions.parquet")
    (data.parent / "run.json").write_text("{}")
    wanted = ["template", str(tmp_path / "next.xlsx"), "--for", CLUSTER, "--from", PERIOD]
    assert main([*wanted, *places(tmp_path)]) == 0
    tables = examined(tmp_path / "next.xlsx").parsed.tables
    assert tables["master_data"]["cluster_id"].to_list() == [CLUSTER]
    assert tables["actors"].height > 0
    assert tables["actors"]["actor_type"].null_count() == 0

    (tmp_path / "next.xlsx").unlink()
    mapping.write_text("title = 1")
    assert main([*wanted, *places(tmp_path)]) == 2
    assert mapping.name in capsys.readouterr().err


# ---- the latest period that has an accepted submission ----


def test_the_latest_period_is_found(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "later"
    shutil.copytree(published, folder)
    later = folder / "outputs" / "2026-Q4"
    shutil.copytree(folder / "outputs" / PERIOD, later)
    # in the later period the cluster's submission was not accepted
    table = pl.read_parquet(later / "data" / "submissions.parquet")
    table = table.with_columns(outcome=pl.lit("quarantined"))
    table.write_parquet(later / "data" / "submissions.parquet")
    record = json.loads((later / "run.json").read_text())
    del record["tables"]  # the checksums of what was changed
    (later / "run.json").write_text(json.dumps(record))
    assert main(["template", str(tmp_path / "new.xlsx"), "--for", CLUSTER, *places(folder)]) == 0
    assert f"von {CLUSTER} aus {PERIOD}" in capsys.readouterr().out
    assert latest_period(CLUSTER, published / "outputs") == PERIOD
