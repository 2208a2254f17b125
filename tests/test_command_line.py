"""The command line as a whole: its commands and options, help in two languages, wrong usage."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from pipeline.cli import COMMANDS, application, main
from pipeline.common.texts import texts

# What contract 4 names, and what was there before; required options in capitals.
OPTIONS = {
    "run": "PERIOD --inputs --outputs --catalogue --lang --accept-missing --wait --no-cache"
    " --direct --scheduler",
    "check": "FILES --lang --format --feedback --mapping",
    "template": "FILE --lang --for --from --ratings --reviewer --inputs --outputs",
    "release": "PERIOD --BY --inputs --outputs --withdraw --reason --lang",
    "adopt": "FILE --by --date --inputs --lang",
    "map": "FILE --lang --output",
    "diff": "PERIOD --outputs --before --after --lang --format",
    "find": "TEXT folders --inputs --outputs --lang",
    "demo": "FOLDER more_periods --clusters --periods --seed --habits --lang",
}
# A word of a help page by language.
USAGE = {"de": "Aufruf: ", "en": "Usage: "}
OF_THE_OTHER = {
    "de": ("Usage", "Arguments", "Options", "[default", "[required", "Show this"),
    "en": ("Aufruf", "Angaben", "Optionen", "[Vorgabe", "[nötig", "Diese Hilfe"),
}


def words(text: str) -> str:
    """The words of a page, without the lines around them."""
    return " ".join(re.sub("[│╭╮╰╯─]", " ", text).split())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_options_of_a_command(name: str) -> None:
    app = get_command(application())
    found = [
        option.opts[0].upper() if option.required else option.opts[0]
        for option in app.commands[name].params  # type: ignore[attr-defined]
    ]
    assert found == OPTIONS[name].split()


def test_inputs_outputs_and_languages_are_alike_everywhere() -> None:
    app = get_command(application())
    kinds: dict[str, set[tuple[object, ...]]] = {}
    for command in app.commands.values():  # type: ignore[attr-defined]
        for option in command.params:
            if option.opts[0] in ("--inputs", "--outputs"):
                kind = (option.default, option.metavar, option.required)
                kinds.setdefault(option.opts[0], set()).add(kind)
        assert "--lang" in [option.opts[0] for option in command.params]
    assert kinds == {
        "--inputs": {(Path("inputs"), "DIR", False)},
        "--outputs": {(Path("outputs"), "DIR", False)},
    }


# ------------------------------------------------------------------------------------------- help
@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help(
    name: str, lang: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    # The language may stand anywhere; without it help is in German.
    asked = {"de": [[]], "en": [["--lang", "en"], ["--lang=en"]]}[lang]
    for option in asked:
        for arguments in ([*option, name, "--help"], [name, "-h", *option]):
            assert main([word for word in arguments if word]) == 0
            page = words(capsys.readouterr().out)
            assert page.startswith(USAGE[lang] + f"cluster-review {name}".strip())
            assert texts("help")[name or "program"][lang] in page
            assert not [word for word in OF_THE_OTHER[lang] if word in page]
            for text in texts_of(name, lang):
                assert text in page


def texts_of(name: str, lang: str) -> list[str]:
    """What is said of the options of a command, or of the commands."""
    said = texts("help")
    if not name:
        return [said[command][lang] for command in COMMANDS]
    return [text[lang] for code, text in said.items() if code.startswith(f"{name}_")]


def test_every_text_of_help_is_of_a_command_or_an_option() -> None:
    app = get_command(application())
    options = {
        f"{name}_{option.name}"
        for name, command in app.commands.items()  # type: ignore[attr-defined]
        for option in command.params
    }
    commands = "_|".join(COMMANDS) + "_"
    own = {code for code in texts("help") if re.match(commands, code)}
    assert own <= options


def test_without_a_command_help_is_shown_and_it_is_wrong_usage(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([]) == 2
    shown = capsys.readouterr()
    assert words(shown.out).startswith("Aufruf: cluster-review")
    assert shown.err.strip() == ""


def test_help_loads_no_library_that_only_commands_need() -> None:
    code = "import sys; from pipeline.cli import main; main(['run', '--help']); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "pipeline.commands.run" in loaded
    assert not loaded & {"polars", "pandera", "prefect", "numpy", "openpyxl", "lxml", "jinja2"}


@pytest.mark.parametrize(
    ("typed", "expected"), [("che", ["check"]), ("run --sch", ["--scheduler"]), ("x", [])]
)
def test_the_tab_key_completes(
    typed: str,
    expected: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = f"cluster-review {typed}"
    monkeypatch.setenv("_CLUSTER_REVIEW_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
    assert main([]) == 0
    assert capsys.readouterr().out.split() == expected


# ------------------------------------------------------------------------------------ wrong usage
P = "2026-Q3"


@pytest.mark.parametrize(
    ("line", "german", "english"),
    [
        ("chek", "'chek' gibt es nicht. Meinten Sie 'check'?", "Did you mean 'check'?"),
        ("xyz", "Den Befehl 'xyz' gibt es nicht.", "No such command 'xyz'."),
        ("--lang en", "Es fehlt der Befehl.", "Missing command."),
        ("--lang fr run", '--lang: da steht "fr"; erlaubt', '--lang: it says "fr"; allowed'),
        ("run", "Es fehlt die Angabe 'PERIOD'.", "Missing argument 'PERIOD'."),
        ("check", "Es fehlt die Angabe 'FILE | FOLDER'.", "Missing argument 'FILE | FOLDER'."),
        (f"release {P}", "Es fehlt die Option '--by'.", "Missing option '--by'."),
        (f"run {P} --xyz", "Die Option --xyz gibt es nicht.", "No such option: --xyz"),
        (f"run {P} -x", "Die Option -x gibt es nicht.", "No such option: -x"),
        (f"run {P} --input x", "Meinten Sie --inputs", "(Possible options: --inputs"),
        (f"run {P} --inputs", "Der Option '--inputs' fehlt ihr Wert.", "requires an argument"),
        (f"run {P} --direct=1", "Die Option '--direct' nimmt keinen Wert.", "does not take"),
        (f"run {P} a b", "Zu viele Angaben: a b.", "unexpected extra argument(s) (a b)"),
        (f"run {P} --lang fr", 'erlaubt: "de", "en".', 'allowed: "de", "en".'),
        (f"run {P} --wait x", "erlaubt: eine Zahl ab 0.", "allowed: a number from 0."),
        (f"run {P} --wait -1", "erlaubt: eine Zahl ab 0.", "allowed: a number from 0."),
        (f"run {P} --direct --scheduler x", "schließen einander aus", "exclude each other"),
        ("run 2026 --direct", "2026: kein Quartal", "no quarter such as"),
        (f"diff {P} --format jsn", 'Meinten Sie "json"?', 'Did you mean "json"?'),
        ("demo x --clusters 0", "eine ganze Zahl ab 1.", "a whole number from 1."),
        ("demo x --seed 1.5", "erlaubt: eine ganze Zahl.", "allowed: a whole number."),
        (f"demo x --periods {P} x", "x: kein Quartal", "no quarter such as"),
    ],
)
def test_wrong_usage_is_said_in_both_languages(
    line: str,
    german: str,
    english: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(line.split()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert german in said.err
    assert english in said.err
    assert texts("wrong_usage")["other"]["de"] not in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_sentence_without_its_pair_gets_a_german_one_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = {"other": texts("wrong_usage")["other"]}
    monkeypatch.setattr("pipeline.commands.wrong_usage.texts", lambda _: other)
    assert main(["chek"]) == 2
    assert capsys.readouterr().err.splitlines()[:2] == [
        "Der Aufruf ist falsch.",
        "No such command 'chek'. Did you mean 'check'?",
    ]


# ------------------------------------------------------------------------------- what options mean
def test_a_language_before_the_command_is_the_commands(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--lang", "en", "find", "x"]) == 2
    assert capsys.readouterr().err == "Please search for at least 3 characters.\n"


def test_several_periods_of_a_portfolio(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    periods = ["2026-Q1", "2026-Q2", "2026-Q3"]
    arguments = ["demo", str(tmp_path), "--clusters", "1", "--periods", *periods]
    assert main([*arguments, "--lang", "en"]) == 0
    assert capsys.readouterr().out == f"{tmp_path}: 1 made-up clusters\n"
    assert [p.name for p in sorted(tmp_path.glob("2026-*"))] == periods


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 0, "Durchsucht: inputs."),
        (["--inputs", "mine"], 1, "Durchsucht: mine."),
        (["--inputs", "none"], 2, "none ist kein Ordner"),
        (["--outputs", "mine"], 0, "Durchsucht: inputs, mine."),
        (["mine"], 1, "Durchsucht: mine."),
    ],
)
def test_where_a_text_is_looked_for(
    arguments: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for folder in ("inputs", "mine"):
        (tmp_path / folder).mkdir()
    (tmp_path / "inputs" / "DE-0042.txt").touch()
    monkeypatch.chdir(tmp_path)
    assert main(["find", "DE-0042", *arguments]) == code
    shown = capsys.readouterr()
    assert said in shown.out + shown.err


@pytest.mark.parametrize(("options", "word"), [([], "Kürzel"), (["--lang", "en"], "short sign")])
def test_a_release_answers_in_one_language(
    options: list[str], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["release", P, "--by", "a long name", *options]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert word in line
