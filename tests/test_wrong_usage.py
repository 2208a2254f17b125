"""A wrong usage ends a command with 2, with a message in both languages (a flow: test_flow.py)."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.common import catalogue
from pipeline.demo import write_portfolio
from schemas import checked
from schemas.checked import HERE

PERIOD = "2026-Q3"


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("portfolio")
    write_portfolio(folder, 1, [PERIOD], 1)
    return folder


@pytest.fixture
def submission(inputs: Path) -> str:
    return str(next((inputs / PERIOD / "submissions").iterdir()))


def with_slip(folder: Path, file: str, right: str, wrong: str) -> None:
    """Copy schemas/ into a folder, with something else written in a file."""
    shutil.copytree(HERE, folder / "schemas")
    path = folder / "schemas" / file
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")


@pytest.fixture
def forgetful() -> Iterator[None]:
    """Let nothing be known of schemas/ from before, as in a process of its own, nor afterwards."""
    forget()
    yield
    forget()


def forget() -> None:
    """Forget what our modules have loaded."""
    modules = [own for name, own in sys.modules.items() if name.startswith(("schemas", "pipeline"))]
    for known in {known for own in modules for known in vars(own).values() if is_cached(known)}:
        known.cache_clear()


def is_cached(known: object) -> bool:
    """Whether this is a function that remembers its results."""
    return callable(getattr(known, "cache_clear", None)) and hasattr(known, "__wrapped__")


@pytest.mark.parametrize(
    ("right", "wrong", "key"),
    [
        ('["Mitgliedschaft", ', '["Mitgleidschaft", ', "actors.bound_commitments[1]"),
        ("[50, 100, 200, 500]", "[100, 50]", "cohorts.size_bands[2]"),
        ("minimum = 5", "minimum = 0", "cohorts.minimum"),
        ("[3, 6, 12]", "[3.5]", "robustness.outlook_months[1]"),
        ("minimum_share = 0.8", "minimum_share = 80", "review.minimum_share"),
        ("workers = 0", "workers = -1", "intake.workers"),
        ("minimum_share = 0.8", 'minimum_share = "viel"', "review.minimum_share"),
        ("minimum_share = 0.8", "minimun_share = 0.8", "review.minimun_share"),
        ("minimum_share = 0.8", "", "review.minimum_share"),
        ("minimum_share = 0.8", "minimum_share 0.8", ""),
        ('mail = ""', 'mail = "the office"', "office.mail"),
        ("address = []", 'address = "Musterweg 1"', "office.address"),
    ],
)
def test_a_slip_in_the_settings(
    right: str,
    wrong: str,
    key: str,
    submission: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with_slip(tmp_path, "settings.toml", right, wrong)
    monkeypatch.setattr(checked, "HERE", tmp_path / "schemas")
    assert main(["check", submission]) == 2
    said = capsys.readouterr().err.splitlines()
    german, english = said[: len(said) // 2], said[len(said) // 2 :]
    for lines in german, english:
        assert any(line.startswith(f"settings.toml{', ' if key else ''}{key}: ") for line in lines)


# tests/test_declarations.py has a slip in every file; here is what each command does with one.
RUN = ["run", PERIOD, "--direct"]
BY = ["--by", "KM"]


@pytest.mark.parametrize(
    ("arguments", "file", "right", "wrong"),
    [
        (RUN, "settings.toml", "minimum = 5", "minimum = 0"),
        (RUN, "catalogues/go-cluster.toml", "threshold = 30", "treshold = 30"),
        (RUN, "texts.toml", "[decision]", "[decision] x"),
        (["check", "SUBMISSION"], "workbook.toml", "layout = ", "layuot = "),
        (["check", "SUBMISSION"], "findings.toml", "severity = ", "serevity = "),
        (["template", "form.xlsx"], "form.toml", "[guide]", "[gide]"),
        (["find", "something"], "settings.toml", "minimum = 5", "minimum = 0"),
        (
            ["map", "SUBMISSION", "--output", "x.toml"],
            "mapping_hints.toml",
            "person_signs =",
            "person_sings =",
        ),
        (["adopt", "SUBMISSION"], "views.toml", 'list = "ratings"', 'list = "rating"'),
    ],
)
@pytest.mark.usefixtures("forgetful")
def test_a_slip_ends_a_command_that_loads_its_file(
    arguments: list[str],
    file: str,
    right: str,
    wrong: str,
    inputs: Path,
    submission: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with_slip(tmp_path, file, right, wrong)
    (tmp_path / "inputs").symlink_to(inputs)
    monkeypatch.setattr(checked, "HERE", tmp_path / "schemas")
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path / "schemas" / "catalogues")
    monkeypatch.chdir(tmp_path)
    assert main([submission if a == "SUBMISSION" else a for a in arguments]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said
    assert all(line.startswith(Path(file).name) for line in said)
    assert len(said) % 2 == 0
    assert not (tmp_path / "outputs" / PERIOD).exists()


# ------------------------------------------------------------------------------- what was asked for
def without_inputs(inputs: Path) -> list[str]:
    shutil.rmtree(inputs)
    return []


def unknown_catalogue(inputs: Path) -> list[str]:
    return ["--catalogue", "go-clutser"]


def slip_in_a_catalogue(inputs: Path) -> list[str]:
    text = (HERE / "catalogues" / "zim-nemo.toml").read_text(encoding="utf-8")
    own = inputs / "zim-nemo.toml"
    own.write_text(text.replace("threshold = 6", 'threshold = "six"'), encoding="utf-8")
    return ["--catalogue", str(own)]


def limits_of_no_period(inputs: Path) -> list[str]:
    text = (HERE / "catalogues" / "go-cluster.toml").read_text(encoding="utf-8")
    own = inputs / "go-cluster.toml"
    frozen = 'stand_in = "frozen"\nfrozen_period = "2020-Q1"'
    own.write_text(text.replace('stand_in = "quartile"', frozen), encoding="utf-8")
    return ["--catalogue", str(own)]


def slip_in_a_mapping(inputs: Path) -> list[str]:
    (inputs / PERIOD / "mappings").mkdir()
    (inputs / PERIOD / "mappings" / "crm.toml").write_text("tilte = 1\n", encoding="utf-8")
    return []


def damaged_register(inputs: Path) -> list[str]:
    (inputs / "register.xlsx").write_bytes(b"no workbook")
    return []


def register_without_ids(inputs: Path) -> list[str]:
    shutil.copy(inputs / PERIOD / "assessments.xlsx", inputs / "register.xlsx")
    return []


MISTAKES = [
    (without_inputs, "Den Ordner", "There is no folder"),
    (unknown_catalogue, 'Meinten Sie "go-cluster"?', 'Did you mean "go-cluster"?'),
    (slip_in_a_catalogue, 'da steht "six"', 'it says "six"'),
    (
        limits_of_no_period,
        "2020-Q1 ist kein früheres veröffentlichtes",
        "2020-Q1 is no earlier published",
    ),
    (slip_in_a_mapping, 'crm.toml, "tilte": Diese Angabe', 'crm.toml, "tilte": there is no'),
    (register_without_ids, "register.xlsx ist vorhanden", "register.xlsx is there but"),
]


@pytest.mark.parametrize(("mistake", "german", "english"), MISTAKES)
def test_a_mistake_ends_a_run_as_wrong_usage(
    mistake: Callable[[Path], list[str]],
    german: str,
    english: str,
    inputs: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(inputs, tmp_path / "inputs")
    given = mistake(tmp_path / "inputs")
    outputs = tmp_path / "outputs"
    folders = ["--inputs", str(tmp_path / "inputs"), "--outputs", str(outputs)]
    assert main([*RUN, *given, *folders]) == 2
    said = capsys.readouterr().err
    assert german in said
    assert english in said
    assert not (outputs / PERIOD).exists()


def test_inputs_without_a_submission_are_no_mistake(tmp_path: Path) -> None:
    folders = ["--inputs", str(tmp_path), "--outputs", str(tmp_path / "outputs")]
    assert main([*RUN, *folders]) == 1
