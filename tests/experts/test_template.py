"""A template of the ratings: what it asks whom, and how adopt takes filled ones over."""

import datetime as dt
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import polars as pl
import pytest

from pipeline.cli import main
from pipeline.common.catalogue import load
from pipeline.report.workbook import assessments
from pipeline.submissions.office import unread_ratings
from tests.handmade.build import PERIOD, write_inputs
from tests.lived import NAMES, RATINGS, cluster, fill, write_ratings
from tests.making.frames import raw_cells_of
from tests.shared import made_once
from tests.sparing import ALL, sparing

DAY = "2026-10-15"
RATED = ["Katalog", "Cluster-ID", "Kriterium", "Bewertung", "Begründung", "Gutachter", "Datum",
         "Gültig bis"]  # fmt: skip
ASSIGNED = ["Katalog", "Cluster-ID", "Kriterium", "Gutachter", "Frist"]
MAY = dt.datetime(2026, 5, 1)
THERE = (None, "DE-0001", "2.2", "erfüllt", "Gesehen.", "G1", MAY, None)
OTHERS = (None, "DE-0001", "5", "erfüllt", "Sitz belegt.", "G3", MAY, None)
TO_DO = ("go-cluster", "DE-0001", "5", *[None] * 5)
Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="session")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the inputs and outputs of two clusters; it may only be read."""
    return made_once(tmp_path_factory, "rated", publish)


def publish(root: Path) -> None:
    """Publish two clusters, of which some criteria are rated."""
    write_inputs(root / "inputs", {own: cluster(name) for own, name in NAMES.items()})
    write_ratings(root / "inputs", PERIOD, RATINGS)
    places = ["--inputs", str(root / "inputs"), "--outputs", str(root / "outputs")]
    with sparing(*ALL):
        assert main(["run", PERIOD, *places, "--direct"]) == 0


@pytest.fixture(scope="session")
def published(quarter: Path) -> Path:
    """The outputs."""
    return quarter / "outputs"


@pytest.fixture(autouse=True)
def _few_empty_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty rows take long to read."""
    monkeypatch.setattr(assessments, "MORE", 20)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """The office's file below the folder of the test."""
    return write_office(tmp_path)


def write_office(folder: Path) -> Path:
    """Write the office's file: two ratings, and what is assigned to two experts."""
    path = folder / PERIOD / "assessments.xlsx"
    path.parent.mkdir()
    book = openpyxl.Workbook()
    book.active.title = "Gutachten"
    for row in (RATED, THERE, OTHERS):
        book.active.append(row)
    sheet = book.create_sheet("Zuteilung")
    for row in (
        ASSIGNED,
        (None, "DE-0001", "2.2", "G1", dt.datetime(2026, 9, 1)),
        (None, "DE-0001", "5", "G1", dt.datetime(2026, 9, 1)),
        (None, "DE-0001", "5", "G2", dt.datetime(2027, 3, 1)),
    ):
        sheet.append(row)
    book.save(path)
    return path


@cache
def written(outputs: Path, *options: str) -> bytes:
    """Return the template as it is for the office's file of `write_office`."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_office(folder)
        path = folder / "template.xlsx"
        places = ["--inputs", name, "--outputs", str(outputs)]
        assert main(["template", str(path), "--ratings", *places, *options]) == 0
        return path.read_bytes()


def template(folder: Path, outputs: Path, name: str, *options: str) -> Path:
    """Put a template into a folder."""
    path = folder / name
    path.write_bytes(written(outputs, *options))
    return path


def rows_of(path: Path, sheet_name: str = "Gutachten") -> Rows:
    """Return the rows of a sheet of ratings."""
    sheet = openpyxl.load_workbook(path)[sheet_name]
    rows = [row[:8] for row in sheet.iter_rows(values_only=True)]
    return [row for row in rows[rows.index(tuple(RATED)) + 1 :] if any(row)]


def adopt(folder: Path, file: Path, *more: str) -> int:
    """Run the command."""
    return main(["adopt", str(file), "--inputs", str(folder), "--date", DAY, *more])


def test_an_expert_is_asked_what_is_assigned_and_not_done(
    tmp_path: Path, office: Path, published: Path
) -> None:
    mine = rows_of(template(tmp_path, published, "g1.xlsx", "--reviewer", "g1"))
    assert mine == [TO_DO, ("go-cluster", *THERE[1:])]
    other = rows_of(template(tmp_path, published, "g2.xlsx", "--reviewer", "G2"))
    assert other == [TO_DO]
    every = rows_of(template(tmp_path, published, "all.xlsx"))
    assert {("go-cluster", *THERE[1:]), ("go-cluster", *OTHERS[1:])} < set(every)
    criteria = pl.read_parquet(published / PERIOD / "data" / "criteria.parquet")
    soft = criteria.filter((pl.col("kind") == "soft") | (pl.col("status") == "undetermined"))
    soft = soft.filter(pl.col("basis") != "assessed")  # they are, by the office's file of then
    asked = {row[1:3] for row in every}
    assert asked == {*soft.select("cluster_id", "criterion_id").rows(), ("DE-0001", "2.2")}


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--ratings", "--reviewer", "G9"], 1, "Zugeteilt ist an: G1, G2."),
        (["--ratings", "--for", "DE-0001"], 2, "gehen nicht zusammen"),
        (["--reviewer", "G1"], 2, "braucht --ratings"),
        (["--ratings", "--from", "2026-Q1"], 1, "nicht veröffentlicht"),
        (["--ratings", "--from", "Herbst"], 2, "kein Quartal"),
    ],
)
def test_what_a_template_is_refused_for(
    tmp_path: Path,
    office: Path,
    published: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    code: int,
    said: str,
) -> None:
    places = ["--inputs", str(tmp_path), "--outputs", str(published)]
    assert main(["template", str(tmp_path / "t.xlsx"), *places, *options]) == code
    assert said in capsys.readouterr().err
    assert not (tmp_path / "t.xlsx").exists()


def test_several_experts_one_after_the_other(
    tmp_path: Path, office: Path, published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = template(tmp_path, published, "g1.xlsx", "--reviewer", "G1")
    second = template(tmp_path, published, "g2.xlsx", "--reviewer", "G2")
    fill(first, "5", Bewertung="nicht erfüllt", Begründung="=Kein Sitz.")
    until = dt.datetime(2027, 12, 31)
    said = {"Bewertung": "erfüllt", "Begründung": "Doch.", "Datum": MAY, "Gültig bis": until}
    fill(second, "5", **said)
    assert adopt(tmp_path, first) == 0
    assert adopt(tmp_path, second) == 0
    day = dt.datetime.fromisoformat(DAY)
    added = [
        ("go-cluster", "DE-0001", "5", "nicht erfüllt", "=Kein Sitz.", "G1", day, None),
        ("go-cluster", "DE-0001", "5", "erfüllt", "Doch.", "G2", MAY, "31.12.2027"),
    ]
    assert rows_of(office) == [THERE, OTHERS, *added]
    assert "Zuteilung" in openpyxl.load_workbook(office)
    # again, in any order and on another day: nothing changes
    once = office.read_bytes()
    for file in (second, first):
        assert main(["adopt", str(file), "--inputs", str(tmp_path), "--date", "2026-11-01"]) == 0
    assert office.read_bytes() == once
    assert "Unverändert schon dort: 2." in capsys.readouterr().out


def test_a_rating_of_his_own_that_an_expert_changes_follows_the_one_there(
    tmp_path: Path, office: Path, published: Path
) -> None:
    file = template(tmp_path, published, "g1.xlsx", "--reviewer", "G1")
    fill(file, "2.2", Bewertung="nicht erfüllt", Begründung="Neu.", Datum=None)
    assert adopt(tmp_path, file) == 0
    day = dt.datetime.fromisoformat(DAY)
    new = ("go-cluster", "DE-0001", "2.2", "nicht erfüllt", "Neu.", "G1", day, None)
    assert rows_of(office) == [THERE, OTHERS, new]


def change(office: Path, row: int, column: int, value: Any) -> bytes:
    """Change a cell of the office's file by hand; return its content."""
    book = openpyxl.load_workbook(office)
    book["Gutachten"].cell(row, column).value = value
    book.save(office)
    return office.read_bytes()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (4, "offen"),
        pytest.param(5, "Anders gesehen.", marks=pytest.mark.soak),
        pytest.param(7, dt.datetime(2026, 4, 1), marks=pytest.mark.soak),
    ],
)
def test_a_rating_changed_by_hand_since_it_was_adopted_is_not_overwritten(
    tmp_path: Path,
    office: Path,
    published: Path,
    capsys: pytest.CaptureFixture[str],
    column: int,
    value: Any,
) -> None:
    file = template(tmp_path, published, "g2.xlsx", "--reviewer", "G2")
    day = dt.datetime(2026, 10, 1)
    fill(file, "5", Bewertung="nicht erfüllt", Begründung="Kein Sitz.", Datum=day)
    assert adopt(tmp_path, file) == 0
    by_hand = change(office, 4, column, value)
    assert adopt(tmp_path, file) == 1
    assert office.read_bytes() == by_hand
    assert "Nichts wurde überschrieben" in capsys.readouterr().out


def test_a_rating_that_the_office_changed_or_deleted_does_not_come_back(
    tmp_path: Path, office: Path, published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = template(tmp_path, published, "all.xlsx")
    by_hand = change(office, 2, 4, "offen")
    assert adopt(tmp_path, file) == 1
    assert office.read_bytes() == by_hand
    assert "geändert oder gelöscht" in capsys.readouterr().out


GOOD = {"Bewertung": "erfüllt", "Begründung": "Belegt."}
# what an expert writes into a row of the own template, and what is told of it
REFUSED: list[tuple[dict[str, Any], str]] = [
    (GOOD | {"Gutachter": "G2"}, "das Kürzel „G2“, die Datei ist aber von G1"),
    (GOOD | {"Cluster_ID": "DE-0099"}, 'da steht "DE-0099"; erlaubt: "DE-0001"'),
    (GOOD | {"Cluster_ID": "Kassel"}, "„Kassel“"),
    (GOOD | {"Kriterium": "99"}, "Dieses Kriterium gibt es im Katalog nicht"),
    ({"Bewertung": "erfüllt"}, "Begründung fehlt"),
    ({"Begründung": "Belegt."}, "Die Bewertung fehlt"),
    (GOOD | {"Bewertung": "vielleicht"}, "„vielleicht“"),
    (GOOD | {"Datum": "bald"}, "„bald“"),
]


def test_what_is_refused_is_named(
    tmp_path: Path, office: Path, published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = office.read_bytes()
    file = template(tmp_path, published, "g1.xlsx", "--reviewer", "G1")
    others = (c.id for c in load("go-cluster").criteria if c.id not in ("2.2", "5"))
    for criterion, (said, _) in zip(others, REFUSED, strict=False):
        own = {"Cluster_ID": "DE-0001", "Kriterium": criterion, "Gutachter": "G1"}
        fill(file, "none yet", **own | said)
    assert adopt(tmp_path, file) == 1
    out = capsys.readouterr().out
    assert [told for _, told in REFUSED if told not in out] == []
    assert office.read_bytes() == before  # so each of them is refused


def test_signs_in_the_template_of_all(
    tmp_path: Path, office: Path, published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = template(tmp_path, published, "all.xlsx")
    asked = [row[2] for row in rows_of(file) if row[1] == "DE-0001" and row[3] is None]
    one, other = [criterion for criterion in asked if criterion != "5"][:2]
    fill(file, one, **GOOD)
    fill(file, other, **GOOD, Gutachter="Erika Beispielfrau")
    before = office.read_bytes()
    assert adopt(tmp_path, file) == 1
    out = capsys.readouterr().out
    assert "Das Kürzel fehlt" in out
    assert "Erika Beispielfrau" in out
    assert "ist kein Kürzel" in out
    for criterion in (one, other):
        fill(file, criterion, Gutachter="G4")
    assert adopt(tmp_path, file, "--by", "G5") == 1
    assert "das Kürzel „G4“, die Datei ist aber von G5" in capsys.readouterr().out
    assert office.read_bytes() == before
    assert adopt(tmp_path, file) == 0
    assert [row[5] for row in rows_of(office)[-2:]] == ["G4", "G4"]


# ---- one file with a sheet for each expert ----


def enter(path: Path, sheet_name: str, rating: str, reason: str, sign: str | None = None) -> None:
    """Enter a rating of criterion 5 of DE-0001, by the place of the columns."""
    book = openpyxl.load_workbook(path)
    sheet = book[sheet_name]
    at = next(r[0].row for r in sheet.iter_rows(min_row=6) if (r[1].value, r[2].value) == KEY)
    for column, value in ((4, rating), (5, reason), (6, sign)):
        sheet.cell(at, column).value = value
    book.save(path)


KEY = ("DE-0001", "5")


def test_the_file_of_all_opens_on_who_has_what_to_do(
    tmp_path: Path, office: Path, published: Path
) -> None:
    file = template(tmp_path, published, "all.xlsx")
    book = openpyxl.load_workbook(file)
    assert book.sheetnames[:4] == ["Zu tun", "Gutachten G1", "Gutachten G2", "Gutachten"]
    first = book.active
    assert first.title == "Zu tun"
    said = [row[:7] for row in first.iter_rows(min_row=6, max_row=7, values_only=True)]
    assert [(*row[:5], row[6]) for row in said] == [
        ("G1", 2, 1, 1, 1, "Gutachten G1"),
        ("G2", 1, 0, 1, 0, "Gutachten G2"),
    ]
    links = [c.hyperlink.location for row in first for c in row if c.hyperlink]
    assert links == ["'Gutachten G1'!A1", "'Gutachten G2'!A1", "'Gutachten'!A1"]
    rows = rows_of(file)
    to_do = [row[1:3] for row in rows if row[3] is None]
    free = sum(key != KEY for key in to_do)
    assert f"Noch niemandem zugeteilt: {free}" in {c.value for row in first for c in row}
    assert [row[3] is None for row in rows] == [True] * len(to_do) + [False] * 2
    assert rows_of(file, "Gutachten G1") == [TO_DO, ("go-cluster", *THERE[1:])]
    assert rows_of(file, "Gutachten G2") == [TO_DO]
    for name in book.sheetnames[:4]:
        assert book[name].protection.sheet
    heads = [cell.value for cell in book["Gutachten G1"][4]][:4]
    assert heads == ["Zeitraum", PERIOD, "Gutachter", "G1"]


@pytest.mark.parametrize(
    ("lang", "sheet", "ratings"),
    [
        ("de", "Gutachten", ("nicht erfüllt", "erfüllt")),
        pytest.param("en", "Assessments", ("not fulfilled", "fulfilled"), marks=pytest.mark.soak),
    ],
)
def test_one_file_that_two_experts_have_filled(
    tmp_path: Path, office: Path, published: Path, lang: str, sheet: str, ratings: tuple[str, str]
) -> None:
    file = template(tmp_path, published, "all.xlsx", "--lang", lang)
    enter(file, f"{sheet} G1", ratings[0], "Kein Sitz.")
    enter(file, f"{sheet} G2", ratings[1], "Doch.")
    enter(file, sheet, ratings[1], "Auch.", "G4")  # on the sheet of all by somebody else
    assert adopt(tmp_path, file) == 0
    day = dt.datetime.fromisoformat(DAY)
    key = ("go-cluster", "DE-0001", "5")
    added = [
        (*key, "erfüllt", "Auch.", "G4", day, None),
        (*key, "nicht erfüllt", "Kein Sitz.", "G1", day, None),
        (*key, "erfüllt", "Doch.", "G2", day, None),
    ]
    assert rows_of(office) == [THERE, OTHERS, *added]
    once = office.read_bytes()
    assert main(["adopt", str(file), "--inputs", str(tmp_path), "--date", "2026-11-01"]) == 0
    assert office.read_bytes() == once


def test_what_is_refused_on_the_sheet_of_an_expert_is_named(
    tmp_path: Path, office: Path, published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = template(tmp_path, published, "all.xlsx")
    before = office.read_bytes()
    enter(file, "Gutachten G1", "erfüllt", "Ja.", "G2")
    assert adopt(tmp_path, file) == 1
    assert "Gutachten G1: DE-0001 5 erfüllt: nicht übernommen" in capsys.readouterr().out
    assert office.read_bytes() == before
    enter(file, "Gutachten G1", "erfüllt", "Ja.")
    assert adopt(tmp_path, file, "--by", "G5") == 1
    assert "das Kürzel „G1“, die Datei ist aber von G5" in capsys.readouterr().out
    assert office.read_bytes() == before
    enter(file, "Gutachten", "nicht erfüllt", "Nicht belegt.", "G1")
    assert adopt(tmp_path, file) == 1
    assert "Es gilt die Zeile weiter oben oder auf dem Blatt aller" in capsys.readouterr().out
    assert [row[3:6] for row in rows_of(office)[2:]] == [("nicht erfüllt", "Nicht belegt.", "G1")]


def test_sheets_of_experts_that_the_office_stores_itself_are_not_passed_over_in_silence() -> None:
    grid = [RATED]
    books = [
        {"Gutachten": grid, "Gutachten G1": grid, "Stand der Gutachten": grid},
        {"Assessments": grid, "Assessments G1": grid, "Known assessments": grid},
        {"Gutachten": grid, "Gutachten 2025": grid},
        {"Gutachten": grid, "Stand der Gutachten": grid},
    ]
    found = unread_ratings(raw_cells_of(books)[0])
    assert found.select("file", "sheet", "code", "check").rows() == [
        (0, "Gutachten G1", "unknown_column", "of_expert"),
        (1, "Assessments G1", "unknown_column", "of_expert"),
    ]


def test_the_wording_stands_beside_each_line_unless_the_file_has_changed_since(
    tmp_path: Path, quarter: Path
) -> None:
    inputs = tmp_path / "inputs"
    shutil.copytree(quarter / "inputs", inputs)
    places = ["--inputs", str(inputs), "--outputs", str(quarter / "outputs")]

    changed = next((inputs / PERIOD / "submissions").glob("DE-0002*"))
    book = openpyxl.load_workbook(changed)
    book.save(changed)
    file = tmp_path / "all.xlsx"
    assert main(["template", str(file), "--ratings", *places]) == 0
    rows = list(openpyxl.load_workbook(file)["Gutachten"].iter_rows(values_only=True))
    head = next(n for n, row in enumerate(rows) if row[1] == "Cluster-ID")
    at = rows[head].index("Wortlaut der Nachweise")
    wordings = {(row[1], row[2]): row[at] for row in rows[head + 1 :] if row[1]}
    # Both clusters have said the same.
    assert {criterion for cluster_id, criterion in wordings if cluster_id == "DE-0001"} == {
        criterion for cluster_id, criterion in wordings if cluster_id == "DE-0002"
    }
    assert {cluster_id for (cluster_id, _), text in wordings.items() if text} == {"DE-0001"}
