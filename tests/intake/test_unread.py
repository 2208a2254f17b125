"""What lies among the submissions and is none, and whose a file is that cannot be read."""

import json

import pytest

from tests.making.workbooks import register, save, submission
from tests.workbook.office_suite import opened, table_rows

from .published import PERIOD, Published, publish, submit

MASTER = "Stammdaten"
SPARED = ("variants", "copies")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Published:
    root = tmp_path_factory.mktemp("unread")
    ids = [f"DE-000{n}" for n in range(1, 6)]
    save(root / "inputs/register.xlsx", register({"Cluster-ID": one} for one in ids))
    folder = root / "inputs" / PERIOD / "submissions"
    (folder / "Nachzügler.xlsx").mkdir(parents=True)
    submit(
        root,
        {
            "DE-0002 Scan.pdf": b"%PDF",
            "~$DE-0001.xlsx": b"",
            "._DE-0001.xlsx": b"",
            ".DS_Store": b"",
        },
    )
    files = {
        "DE-0001.xlsx": submission("DE-0001"),
        "de_0003 kaputt.xlsx": b"PK\x03\x04",
        "DE-0005 Bogen.xlsx": submission("DE-0004"),
        "fremd.xlsx": submission("DE-0099"),
    }
    return publish(root, files, spared=SPARED)


def test_the_table_names_what_was_not_read(office: Published) -> None:
    found = {row["source_file"]: row for row in office.rows("unread")}
    assert {name: row["reason"] for name, row in found.items()} == {
        "DE-0002 Scan.pdf": "other_extension",
        "Nachzügler.xlsx": "folder",
    }
    assert {row["period"] for row in found.values()} == {PERIOD}


def test_what_programs_leave_is_in_the_record_alone(office: Published) -> None:
    ignored = json.loads((office.folder / "run.json").read_text())["ignored"]
    left = {"~$DE-0001.xlsx", "._DE-0001.xlsx", ".DS_Store"}
    assert set(ignored) == left | set(office.table("unread")["source_file"])


@pytest.mark.parametrize(
    ("cluster_id", "state", "guessed_from"),
    [
        ("DE-0001", "reviewed", None),
        ("DE-0002", "quarantined", "DE-0002 Scan.pdf"),
        ("DE-0003", "quarantined", "de_0003 kaputt.xlsx"),
        ("DE-0004", "reviewed", None),
        ("DE-0005", "missing", None),  # the file with its name is of another cluster
        ("DE-0099", "reviewed", None),
    ],
)
def test_whose_a_file_is(
    office: Published, cluster_id: str, state: str, guessed_from: str | None
) -> None:
    row = office.row("coverage", cluster_id=cluster_id)
    assert (row["state"], row["guessed_from"]) == (state, guessed_from)


def test_questions_stand_at_the_cluster_id(office: Published) -> None:
    assert office.codes("DE-0001.xlsx", MASTER, "B1") == []
    assert office.codes("fremd.xlsx", MASTER, "B1") == ["not_in_register"]
    assert office.codes("DE-0005 Bogen.xlsx", MASTER, "B1") == ["id_differs_from_name"]
    named = office.row("findings", code="id_differs_from_name")
    assert (named["severity"], named["value"], named["criterion_ids"]) == ("warning", "DE-0004", [])
    for lang in ("de", "en"):
        assert "DE-0004" in named[f"message_{lang}"]
        assert "DE-0005" in named[f"message_{lang}"]


def test_the_index_says_it(office: Published) -> None:
    page = (office.folder / "report/index.html").read_text()
    assert "Nicht gelesene Dateien und Ordner" in page
    assert page.count("konnte nicht gelesen werden") == 2
    assert "DE-0002 Scan.pdf" in page


def test_the_workbook_says_it(office: Published) -> None:
    book = opened(office.folder / "portfolio.xlsx", values=True)
    files = {row["Datei"]: row for row in table_rows(book, "Einreichungen")}
    assert files["DE-0002 Scan.pdf"]["Ergebnis"] == "nicht gelesen"
    assert files["Nachzügler.xlsx"]["Befund"] == "Ordner"
    clusters = {row["Cluster-ID"]: row for row in table_rows(book, "Ruecklauf")}
    assert clusters["DE-0003"]["Stand"] == "konnte nicht gelesen werden"
    assert clusters["DE-0003"]["Zugeordnet nach Dateiname"] == "de_0003 kaputt.xlsx"
    assert clusters["DE-0005"]["Stand"] == "fehlt"
