"""Submissions as people send them, the file: read like the plain one, or refused with a way out."""

from pathlib import Path

import pytest

from tests.intake.published import Published, command, publish

FILES = Path(__file__).parent / "files"
BASE = FILES / "DE-1000_base.xlsx"
# Named as the files are; the figures of each are those of the plain one.
READ = {
    "DE-1077_x06_label_only.xlsx": [],
    "DE-1089_x18_utf16.xlsx": [],
    "DE-2032_xls_overlap.xls": ["read_with_repair"],
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    files = {name: (FILES / name).read_bytes() for name in (BASE.name, *READ)}
    return publish(tmp_path_factory.mktemp("files"), files)


@pytest.mark.parametrize("name", READ)
def test_it_is_read_like_the_plain_one(name: str, published: Published) -> None:
    cluster = published.cluster(name[:7])
    plain = published.cluster("DE-1000")
    same = {k: v for k, v in plain.items() if k not in NAMES}
    assert {k: v for k, v in cluster.items() if k not in NAMES} == same
    found = [row["code"] for row in published.rows("findings", source_file=name)]
    assert found == READ[name]


NAMES = {"cluster_id", "source_file", "name", "sha256"}


def test_a_sensitivity_label_is_no_password(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = FILES / "DE-1078_x07_irm.xlsx"
    assert command("check", str(path)) == 1
    german = capsys.readouterr().out
    assert "ein Kennwort gibt es dann meist nicht" in german
    assert "unter Start > Vertraulichkeit" in german
    assert command("check", str(path), "--lang", "en") == 1
    assert "under Home > Sensitivity" in capsys.readouterr().out


OTHER = {
    "Akteure.csv": (b"Name;Ort\nA;B\n", "Daten > Aus Text/CSV"),
    "Akteure.gsheet": (b'{"doc_id": "1"}', "Datei > Herunterladen > Microsoft Excel"),
    "Akteure.pdf": (b"%PDF-1.7\n", "die Excel-Datei, aus der es gemacht wurde"),
    "Akteure.xlsx.lnk": (b"L\0\0\0\x01", "die Datei senden, auf die sie zeigt"),
    "Akteure.html": (b"<html><body>", "Speichern unter als .xlsx"),
}


@pytest.mark.parametrize("name", OTHER)
def test_other_files_are_named_with_a_way_to_a_workbook(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, said = OTHER[name]
    (tmp_path / name).write_bytes(data)
    assert command("check", str(tmp_path / name)) == 1
    assert said in capsys.readouterr().out
