"""A wrong usage ends a command with 2, a flow as Refused: with a message in both languages."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.demo import write_portfolio
from schemas import checked
from schemas.checked import HERE

PERIOD = "2026-Q3"
ROOT = Path(__file__).parents[1]


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


def ends(arguments: list[str], folder: Path) -> tuple[int, list[str]]:
    """Return exit code and message of a command that finds schemas/ in the folder."""
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        cwd=folder,
        # What other tests have started lets processes import nothing from their folder.
        env={k: v for k, v in os.environ.items() if k != "PYTHONSAFEPATH"}
        | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr.splitlines()


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
def test_a_slip_ends_a_command_that_loads_its_file(
    arguments: list[str],
    file: str,
    right: str,
    wrong: str,
    inputs: Path,
    submission: str,
    tmp_path: Path,
) -> None:
    with_slip(tmp_path, file, right, wrong)
    (tmp_path / "inputs").symlink_to(inputs)
    code, said = ends([submission if a == "SUBMISSION" else a for a in arguments], tmp_path)
    assert code == 2
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
    (damaged_register, "register.xlsx ist vorhanden", "register.xlsx is there but"),
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


# ---------------------------------------------------------------------------------------- the flow
@pytest.fixture(scope="module")
def prefect() -> Iterator[None]:
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=300):
        yield


@pytest.mark.usefixtures("prefect")
# Found before anything is read, while mappings are read, and while the office's files are read.
@pytest.mark.parametrize("mistake", [without_inputs, slip_in_a_mapping, damaged_register])
def test_a_mistake_ends_the_flow_as_refused(
    mistake: Callable[[Path], list[str]], inputs: Path, tmp_path: Path
) -> None:
    from pipeline.flow import review_period

    shutil.copytree(inputs, tmp_path / "inputs")
    catalogues = mistake(tmp_path / "inputs")[1:] or None
    state = review_period(
        PERIOD, tmp_path / "inputs", tmp_path / "outputs", catalogues, return_state=True
    )
    assert (state.name, state.type.value) == ("Refused", "FAILED")
    assert " / " in str(state.message)


@pytest.mark.usefixtures("prefect")
def test_a_slip_in_the_settings_ends_the_flow_as_refused(
    inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.flow import review_period
    from pipeline.operation.nightly import check_intake

    with_slip(tmp_path, "settings.toml", "minimum = 5", "minimum = 0")
    monkeypatch.setattr(checked, "HERE", tmp_path / "schemas")
    for state in (
        review_period(PERIOD, inputs, tmp_path / "outputs", return_state=True),
        check_intake([PERIOD], inputs, tmp_path / "outputs", return_state=True),
    ):
        assert state.name == "Refused"
        assert "settings.toml, cohorts.minimum: da steht 0" in str(state.message)


@pytest.mark.usefixtures("prefect")
def test_the_nightly_check_refuses_inputs_that_are_not_there(tmp_path: Path) -> None:
    from pipeline.operation.nightly import check_intake

    state = check_intake([], tmp_path / "none", tmp_path / "outputs", return_state=True)
    assert state.name == "Refused"
    assert "There is no folder" in str(state.message)
