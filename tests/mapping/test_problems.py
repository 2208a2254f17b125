"""Mistakes in mappings are the office's: they stop the publication and are named with their key."""

import json
import re
from pathlib import Path

import polars as pl
import pytest

from pipeline.common.settings import load_settings
from pipeline.intake.frames import stack
from pipeline.intake.gather import Stacked
from pipeline.intake.reader import Reading
from pipeline.intake.worker import read_one
from pipeline.submissions.mapping.apply import recognise
from pipeline.submissions.mapping.load import load_mapping, load_mappings
from pipeline.submissions.mapping.model import MappingError
from tests.intake.published import PERIOD, command, publish, run, submit
from tests.making.workbooks import save, submission

from .build import MAPPING, add_mapping, crm_export, own_form

RECOGNISE = '[recognise]\nfile = "crm_*"\n'
MEMBERS = RECOGNISE + '[[sheets]]\nfrom = "Members"\nto = "Akteure"\n'
MASTER = RECOGNISE + '[[sheets]]\nto = "Stammdaten"\n'
TO = 'to = "Akteure"\n'
MISTAKES = [
    # (the file, where the message points, what it says)
    ("title = 'x", "m.toml", "end of document"),
    ("title = 'x'\n[recognise]\nfile = x\n", "m.toml", "line 3"),
    (f"[[sheets]]\n{TO}", "m.toml", "recognised"),
    (RECOGNISE, "m.toml", "at least one section [[sheets]]"),
    (f"tilte = 'x'\n{MEMBERS}", '"tilte"', "possible: title"),
    (f"title = 3\n{MEMBERS}", '"title"', "a text in quotation marks"),
    (f"numbers = '1 234.5'\n{MEMBERS}", '"numbers"', '"1,234.5"'),
    (f"dates = '31.12.'\n{MEMBERS}", '"dates"', '"12/31/2026"'),
    (f"[recognise]\nsheets = 'Members'\n[[sheets]]\n{TO}", '"sheets"', "a list such as"),
    (f"[recognise]\nsheets = ['']\n[[sheets]]\n{TO}", '"sheets"', "a list such as"),
    (f"[recognise]\nheaders = ['A']\n[[sheets]]\n{TO}", '"headers"', "section in square brackets"),
    (f"{RECOGNISE}[sheets]\n{TO}", '"sheets"', "sections such as [[sheets]]"),
    (f"{RECOGNISE}[[sheets]]\nfrom = 'M'\n", '[[sheets]] 1 "M"', "the entry to is missing"),
    (f"{RECOGNISE}[[sheets]]\nto = 'Akteur'\n", '"to"', "perhaps: Akteure"),
    (f"{RECOGNISE}[[sheets]]\nto = ''\n", '"to"', "nothing is written here"),
    (f"{RECOGNISE}[[sheets]]\nfrom = 'Beispiel'\n{TO}", '"from"', "never read"),
    (f"{MEMBERS}[[sheets]]\nfrom = 'B'\n{TO}", '[[sheets]] 2 "B", "to"', "mapped further up"),
    (f"{MEMBERS}[[sheets]]\nfrom = 'members '\nto = 'Gremien'\n", '"from"', "mapped further up"),
    (f"{MEMBERS}header_row = 0\n", '"header_row"', "a whole number from 1"),
    (f"{MEMBERS}header_row = true\n", '"header_row"', "a whole number from 1"),
    (f"{MASTER}header_row = 6\n", '"header_row"', "no header row"),
    (f"{MEMBERS}column = {{ Zip = 'PLZ' }}\n", '"column"', "possible: columns"),
    (f"{MEMBERS}columns = {{ Zip = 'Postleizahl' }}\n", '"columns", "Zip"', "is no field of"),
    (f"{MEMBERS}columns = {{ Zip = '' }}\n", '"columns", "Zip"', "name of a field"),
    (f"{MEMBERS}columns = {{ Zip = 5 }}\n", '"columns", "Zip"', "name of a field"),
    (f"{MEMBERS}columns = {{ Zip = 'PLZ', ZIP = 'Ort' }}\n", '"ZIP"', "stands further up"),
    (f"{MEMBERS}columns.Zip = {{ factor = 3 }}\n", '"columns", "Zip"', "the entry to is missing"),
    (f"{MEMBERS}columns.Zip = {{ to = 'Postleizahl' }}\n", '"Zip", "to"', "is no field of"),
    (f"{MEMBERS}columns.Zip = {{ to = 'PLZ', times = 2 }}\n", '"times"', "to, factor, years"),
    (f"{MEMBERS}columns.Zip = {{ to = 'PLZ', factor = 10 }}\n", '"factor"', "is no number"),
    (f"{MEMBERS}columns.T = {{ to = 'Umsatz', factor = 0 }}\n", '"factor"', "a number such as"),
    (f"{MEMBERS}columns.T = {{ to = 'Umsatz', factor = true }}\n", '"factor"', "a number such as"),
    (f"{MEMBERS}columns.T = {{ to = 'Umsatz', factor = '10' }}\n", '"factor"', "a number such as"),
    (f"{MEMBERS}columns.T = {{ to = 'Umsatz', factor = nan }}\n", '"factor"', "a number such as"),
    (f"{MEMBERS}columns.Y = {{ to = 'Umsatz', years = true }}\n", '"years"', "is no date"),
    (f"{MEMBERS}columns.Y = {{ to = 'Beitritt', years = 'ja' }}\n", '"years"', "true or false"),
    (f"{MEMBERS}columns.Both = ['PLZ', 'Land']\n", '"Both"', "postcode and city"),
    (f"{MEMBERS}columns.Both = ['PLZ']\n", '"Both"', "postcode and city"),
    (f"{MEMBERS}columns.Both = ['PLZ', 'Orrt']\n", '"Both"', "is no field of"),
    (f"{MEMBERS}columns.'Umsatz (T€)' = 'Umsatz'\n", '"Umsatz (T€)"', "factor = 1000 }"),
    (f"{MEMBERS}columns.'Sales in Mio. EUR' = 'Umsatz'\n", '"Sales', "factor = 1000000 }"),
    (f"{MEMBERS}words.Typ = {{ A = 'KMU' }}\n", '"words", "Typ"', "is no field of"),
    (f"{MEMBERS}words.Akteurstyp = {{ A = 'Hochschul' }}\n", '"A"', "possible: Hochschule"),
    (f"{MEMBERS}words.Akteurstyp = {{ A = '' }}\n", '"A"', "nothing is written here"),
    (f"{MEMBERS}words.Akteurstyp = {{ A = 1 }}\n", '"A"', "a text in quotation marks"),
    (f"{MEMBERS}words.KMU = {{ A = 'vielleicht' }}\n", '"KMU", "A"', "not allowed"),
    (f"{MEMBERS}words.Beitritt = {{ never = 'nie' }}\n", '"never"', "not allowed"),
    (f"{MEMBERS}fixed.Bindung = 'Mitglied'\n", '"fixed", "Bindung"', "one of these: Membership"),
    (f"{MEMBERS}fixed.Bindung = 3\n", '"fixed", "Bindung"', "one of these: Membership"),
    (f"{MEMBERS}fixed.Land = 'Atlantis'\n", '"fixed", "Land"', "a country"),
    (f"{MEMBERS}fixed.Beitritt = '31.02.2020'\n", '"fixed", "Beitritt"', "a date"),
    (f"{MEMBERS}fixed.Beitritt = 12:00:00\n", '"fixed", "Beitritt"', "a date"),
    (f"{MEMBERS}fixed.Ort = 'k. A.'\n", '"fixed", "Ort"', "a text"),
    (
        f"{MEMBERS}fixed.Beschäftigte = -1\n".replace("Beschäftigte", '"Beschäftigte"'),
        "",
        "least 0",
    ),
    (f"{MEMBERS}fixed.KMU = 'vielleicht'\n", '"fixed", "KMU"', "yes or no"),
    (f"{MASTER}fixed.Cluster-ID = '42'\n", '"fixed", "Cluster-ID"', "such as DE-0042"),
    (f"{MASTER}fixed.Version = 1.5\n", '"fixed", "Version"', "a whole number"),
    (f"{MASTER}fixed.Version = nan\n", '"fixed", "Version"', "a whole number"),
    (f"{MASTER}fixed.Stichtag = 2026\n", '"fixed", "Stichtag"', "a date"),
    (f"{MASTER}fixed.Technologiefeld = ['IKT']\n", '"fixed", "Technologiefeld"', "one of these"),
    (
        f"{MASTER}fixed.Exzellenzmaßnahmen = 'Gold'\n".replace(
            "Exzellenzmaßnahmen", '"Exzellenzmaßnahmen"'
        ),
        "",
        "the list",
    ),
]


@pytest.mark.parametrize(("text", "place", "said"), MISTAKES)
def test_a_mistake_is_named(tmp_path: Path, text: str, place: str, said: str) -> None:
    with pytest.raises(MappingError) as caught:
        load_mapping(save(tmp_path / "m.toml", text.encode()))
    message = caught.value.messages["en"]
    assert message.startswith("m.toml")
    assert place in message
    assert said in message
    assert len(caught.value.problems) == 1
    assert not re.search(r"\{\w+\}", caught.value.messages["de"])


def test_all_mistakes_of_all_files_are_named_at_once(tmp_path: Path) -> None:
    first = save(tmp_path / "a.toml", f"tilte = 1\n{MEMBERS}columns = {{ Zip = 'P' }}\n".encode())
    second = save(tmp_path / "b.toml", b"\xff")
    third = save(tmp_path / "c.toml", b"#" * (2**20 + 1))
    with pytest.raises(MappingError) as caught:
        load_mappings([first, second, third])
    places = [p.place for p in caught.value.problems]
    assert places == ['a.toml, "tilte"', 'a.toml, [[sheets]] 1 "Members", "columns", "Zip"'] + [
        "b.toml",
        "c.toml",
    ]


def test_a_byte_order_mark_and_every_entry_are_read(tmp_path: Path) -> None:
    mapping = load_mapping(save(tmp_path / "m.toml", b"\xef\xbb\xbf" + MAPPING.encode()))
    assert mapping.numbers == "english"
    assert mapping.has_headers == {"members": frozenset({"company", "category"})}
    assert [s.sheet_key for s in mapping.sheets] == ["actors", "master_data", "evidence"]


def test_a_mistake_stops_the_publication(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_mapping(tmp_path, MAPPING.replace('"Univ." = "Hochschule"', '"Univ." = "Uni"'))
    submit(tmp_path, {"crm_1.xlsx": crm_export(), "own.xlsx": submission("DE-0001")})
    assert run(tmp_path) == 2
    said = capsys.readouterr().err
    assert 'crm.toml, [[sheets]] 1 "Members", "words", "Akteurstyp", "Univ."' in said
    assert "„Uni“ ist bei „Akteurstyp“ nicht zulässig" in said
    assert "“Uni” is not allowed for “Actor type”" in said
    assert not (tmp_path / "outputs" / PERIOD).exists()


def test_two_mappings_for_one_file_stop_the_publication(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_mapping(tmp_path)
    add_mapping(tmp_path, MAPPING, "crm-2.toml")
    submit(tmp_path, {"crm_1.xlsx": crm_export(), "own.xlsx": submission("DE-0001")})
    assert run(tmp_path) == 2
    said = capsys.readouterr().err
    assert "crm_1.xlsx" in said
    assert "crm-2.toml, crm.toml" in said
    assert "own.xlsx" not in said


def test_a_mapping_for_no_file_is_named_and_no_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_mapping(tmp_path)
    published = publish(tmp_path, {"own.xlsx": submission("DE-0001")})
    assert "crm.toml erkennt keine Einreichung" in capsys.readouterr().out
    (record,) = json.loads((published.folder / "run.json").read_text())["mappings"]
    assert record["submissions"] == []


@pytest.mark.parametrize(
    ("condition", "recognised"),
    [
        ('file = "CRM_?.xlsx"', True),
        ('file = "crm_*.ods"', False),
        ('file = "crm_[1].xlsx"', False),  # brackets are no pattern
        ('sheets = ["members", "Initiative"]', True),
        ('sheets = ["Members", "Partners"]', False),
        ('headers = { Members = ["company ", "Revenue"] }', True),
        ('headers = { Members = ["Company", "Turnover"] }', False),
        ('headers = { Partners = ["Company"] }', False),
        ('file = "crm*"\nsheets = ["Members"]\nheaders = { Log = ["When"] }', True),
        ('file = "crm*"\nsheets = ["Members"]\nheaders = { Log = ["Where"] }', False),
    ],
)
def test_all_that_recognises_an_export_must_hold(
    tmp_path: Path, export: Stacked, condition: str, recognised: bool
) -> None:
    files = pl.DataFrame({"source_file": ["crm_1.xlsx"]}).with_row_index("file")
    used = recognise([load_mapping(recognising(tmp_path, condition))], files, *export)
    assert used.rows() == ([(0, 0)] if recognised else [])


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Stacked:
    """All sheets of the export, as they are read."""
    path = save(tmp_path_factory.mktemp("export") / "crm_1.xlsx", crm_export())
    reading = read_one(path, load_settings().intake, frozenset({"*"}))
    assert isinstance(reading, Reading)
    return stack([(0, reading)])


def recognising(folder: Path, condition: str) -> Path:
    """The mapping of the export with another condition."""
    start, end = MAPPING.index("[recognise]"), MAPPING.index("[[sheets]]")
    text = f"{MAPPING[:start]}[recognise]\n{condition}\n{MAPPING[end:]}"
    return save(folder / "m.toml", text.encode())


@pytest.mark.parametrize(("row", "code"), [("When", 0), ("Where", 1)])
def test_what_no_mapping_recognises_is_read_as_our_own_form(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str, code: int
) -> None:
    mapping = recognising(tmp_path, f'file = "crm*"\nheaders = {{ Log = ["{row}"] }}')
    file = save(tmp_path / "crm_1.xlsx", crm_export())
    assert command("check", str(file), "--mapping", str(mapping), "--lang", "en") == code
    assert ("sheet is missing" in capsys.readouterr().out) or code == 0


def test_check_says_what_is_wrong_in_a_mapping(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = save(tmp_path / "crm_1.xlsx", crm_export())
    mapping = save(tmp_path / "m.toml", b"title")
    assert command("check", str(file), "--mapping", str(mapping)) == 2
    assert command("check", str(file), "--mapping", str(tmp_path / "no.toml")) == 2
    said = capsys.readouterr().err
    assert "m.toml: Die Datei ist nicht richtig geschrieben" in said
    assert "no.toml: Die Datei kann nicht gelesen werden" in said


def test_check_takes_the_mappings_of_the_period(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_mapping(tmp_path)
    submit(tmp_path, {"crm_1.xlsx": crm_export(), "own.xlsx": own_form("DE-0001")})
    folder = tmp_path / "inputs" / PERIOD / "submissions"
    assert command("check", str(folder / "crm_1.xlsx"), str(folder / "own.xlsx")) == 0
    elsewhere = save(tmp_path / "crm_1.xlsx", crm_export())
    assert command("check", str(elsewhere), str(folder / "own.xlsx")) == 1


def test_the_example_of_the_documentation_is_a_mapping(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs/exports.md"
    lines = page.read_text(encoding="utf-8").splitlines()
    example = "\n".join(line.removeprefix("    ") for line in lines if line.startswith("    "))
    mapping = load_mapping(save(tmp_path / "m.toml", example.encode()))
    assert [sheet.sheet_key for sheet in mapping.sheets] == ["actors", "master_data"]
    assert mapping.sheets[1].fixed["cluster_id"] == "DE-0042"
