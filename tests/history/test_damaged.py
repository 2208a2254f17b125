"""Damaged files of a published period: every reader names them and does not use them."""

import json
import shutil
import zipfile
from collections.abc import Callable, Iterable
from contextlib import redirect_stderr, redirect_stdout
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline import run as runs
from pipeline.cli import main
from pipeline.common.catalogue import FOLDER, load
from pipeline.common.settings import load_settings
from pipeline.common.stages import Direct
from pipeline.demo import write_portfolio
from pipeline.history.diff.publication import TABLES as COMPARED
from pipeline.history.earlier import read_before
from pipeline.history.model import TABLES
from pipeline.history.published import published_before
from pipeline.publication.find import find_text
from pipeline.report.earlier import read_earlier
from schemas.slips import DeclarationError
from tests.sparing import ALL, sparing

FIRST, DAMAGED, PERIOD = "2026-Q1", "2026-Q2", "2026-Q3"
# One cluster changes its decision in each period.
SEED = 11


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Inputs of three periods, the first two of which are published."""
    root = tmp_path_factory.mktemp("damaged")
    write_portfolio(root / "inputs", 3, [FIRST, DAMAGED, PERIOD], SEED)
    for period in (FIRST, DAMAGED):
        publish(root, root / "outputs", period)
    return root


@pytest.fixture
def outputs(root: Path, tmp_path: Path) -> Path:
    """The outputs, to be damaged; the former publications are in the archive."""
    shutil.copytree(root / "outputs", tmp_path / "outputs")
    archive = tmp_path / "outputs" / ".archive" / DAMAGED / "2026-07-15T06-00-00"
    shutil.copytree(root / "outputs" / DAMAGED, archive)
    return tmp_path / "outputs"


def publish(root: Path, outputs: Path, period: str, *parts: str) -> runs.Published:
    """Publish a period; parts: what is left out besides the variants."""
    with sparing(*(parts or ALL)):
        request = runs.Request(period, root / "inputs", outputs, ("go-cluster",))
        return runs.run(request, Direct())


def without_checksums(folder: Path) -> None:
    """Make a publication one of before."""
    record = json.loads((folder / "run.json").read_text())
    del record["tables"]
    (folder / "run.json").write_text(json.dumps(record))


# ------------------------------------------------------------------------------------- the damage
def another_number(path: Path) -> None:
    table = pl.read_parquet(path)
    numbers = table.select(pl.selectors.numeric() | pl.selectors.boolean()).columns
    texts = table.select(pl.selectors.string()).columns
    another = pl.col(numbers[0]) + 1 if numbers else pl.col(texts[0]) + "1"
    table.with_columns(another).write_parquet(path, compression="zstd", statistics=True)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


Damage = Callable[[Path], object]
VISIBLE: dict[str, Damage] = {
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-100]),
    "empty": lambda path: path.write_bytes(b""),
    "another kind": lambda path: path.write_text("PAR1 no table"),
    "missing": Path.unlink,
    "a folder": make_folder,
}
DAMAGE: dict[str, Damage] = {
    "another number": another_number,
    "flipped bit": flip,
    "another table": lambda path: shutil.copy(path.parent / "medians.parquet", path),
    **VISIBLE,
}
RECORDS: dict[str, Damage] = {
    "garbled": lambda path: path.write_bytes(b"\xff\0{"),
    "truncated": lambda path: path.write_text(path.read_text()[:-200]),
    "empty": lambda path: path.write_text(""),
    "missing": Path.unlink,
    "a folder": make_folder,
    "a list": lambda path: path.write_text("[1]"),
    "nothing": lambda path: path.write_text("null"),
    "too deep": lambda path: path.write_text("[" * 100_000),
    "other checksums": lambda path: path.write_text('{"tables": [1]}'),
    "no checksums": lambda path: path.write_text('{"tables": {"data/clusters.parquet": 1}}'),
    "other inputs": lambda path: path.write_text('{"inputs": {"a": 1}}'),
}


# ------------------------------------------------------------------------------------- the places
def comparison(outputs: Path) -> str:
    """The period before; the one before it is compared with instead."""
    earlier = published_before(outputs, PERIOD)
    before = read_before(earlier, PERIOD, load_settings())
    assert before is not None
    assert (before.since.period, before.since.skipped) == (FIRST, ())
    return " ".join(earlier.names)


def series(outputs: Path) -> str:
    """What all earlier periods published."""
    earlier = published_before(outputs, PERIOD)
    assert list(read_earlier(earlier)) == [FIRST]
    return " ".join(earlier.names)


def frozen_limits(outputs: Path) -> str:
    """The limits of 4.2 of an earlier period; they are wrong usage."""
    request = runs.Request(PERIOD, outputs, outputs, ())
    with pytest.raises(DeclarationError) as refused:
        runs.frozen_limits(request, [load(str(freezing(outputs)))], load_settings().cohorts)
    return str(refused.value)


def freezing(folder: Path) -> Path:
    """Write a catalogue that freezes the limits of the damaged period; return its file."""
    text = (FOLDER / "go-cluster.toml").read_text()
    frozen = f'stand_in = "frozen"\nfrozen_period = "{DAMAGED}"'
    (folder / "go-cluster.toml").write_text(text.replace('stand_in = "quartile"', frozen))
    return folder / "go-cluster.toml"


def command(*arguments: str) -> Callable[[Path], str]:
    """A command that ends with 1 and says why."""

    def place(outputs: Path) -> str:
        folders = ["--inputs", str(outputs.parent / "inputs"), "--outputs", str(outputs)]
        form = [str(outputs / "form.xlsx")] if arguments[0] == "template" else []
        folders = folders[2:] if arguments[0] == "diff" else folders
        with redirect_stderr(StringIO()) as said:
            assert main([arguments[0], *form, *arguments[1:], *folders]) == 1
        return said.getvalue()

    return place


PLACES: dict[str, tuple[tuple[str, ...], Callable[[Path], str]]] = {
    "comparison": (TABLES, comparison),
    "series": (("clusters", "conditions", "actors", "submissions"), series),
    "frozen limits": (("clusters",), frozen_limits),
    "diff": (tuple(COMPARED), command("diff", DAMAGED)),
    "template": (("submissions",), command("template", "--for", "DE-0001", "--from", DAMAGED)),
    "release": (("clusters", "findings"), command("release", DAMAGED, "--by", "KM")),
}


def every_damage_once(kinds: Iterable[str], leaving: str = "") -> list[Any]:
    """Return places, tables and damages: of each place's first table all, of the others one each.

    The other damages of the others are tried by make soak.
    """
    cases, kinds = [], list(kinds)
    for place, (tables, _) in PLACES.items():
        for number, table in enumerate(tables if place != leaving else ()):
            own = kinds if number == 0 else [kinds[number % len(kinds)]]
            soak = [kind for kind in kinds if kind not in own]
            cases += [(place, table, kind) for kind in own]
            cases += [pytest.param(place, table, kind, marks=pytest.mark.soak) for kind in soak]
    return cases


@pytest.mark.parametrize(("place", "table", "damage"), every_damage_once(DAMAGE))
def test_a_damaged_table_is_named_and_not_used(
    place: str, table: str, damage: str, outputs: Path
) -> None:
    name = f"{DAMAGED}/data/{table}.parquet"
    DAMAGE[damage](outputs / name)
    assert name in PLACES[place][1](outputs)


def every_record_once() -> list[Any]:
    """Return places and damages: of the first place all, of the others two; the rest by soak."""
    first, *others = PLACES
    some = ("garbled", "missing")
    rest = [(place, kind) for place in others for kind in RECORDS if kind not in some]
    cases = [(first, kind) for kind in RECORDS] + [(o, kind) for o in others for kind in some]
    return [*cases, *(pytest.param(*case, marks=pytest.mark.soak) for case in rest)]


@pytest.mark.parametrize(("place", "damage"), every_record_once())
def test_a_damaged_record_is_named_and_nothing_beside_it_used(
    place: str, damage: str, outputs: Path
) -> None:
    name = f"{DAMAGED}/run.json"
    RECORDS[damage](outputs / name)
    assert name in PLACES[place][1](outputs)


@pytest.mark.parametrize(("place", "table", "damage"), every_damage_once(VISIBLE, "release"))
def test_without_checksums_what_cannot_be_read_is_named(
    place: str, table: str, damage: str, outputs: Path
) -> None:
    without_checksums(outputs / DAMAGED)
    name = f"{DAMAGED}/data/{table}.parquet"
    VISIBLE[damage](outputs / name)
    assert name in PLACES[place][1](outputs)


# ------------------------------------------------------------------------------------ what is said
@pytest.fixture(scope="module")
def passed_over(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Outputs with a period that came after one with another number, and what was printed.

    The one before that has no checksums.
    """
    outputs = tmp_path_factory.mktemp("passed") / "outputs"
    shutil.copytree(root / "outputs", outputs)
    path = outputs / DAMAGED / "data" / "clusters.parquet"
    another = pl.read_parquet(path).with_columns(actors=pl.col("actors") + 8, smes=pl.lit(0))
    another.write_parquet(path)
    without_checksums(outputs / FIRST)
    return outputs, report(root, outputs, "de")


def report(root: Path, outputs: Path, lang: str) -> str:
    """Publish the period with pages and workbook; return what is printed."""
    folders = ["--inputs", str(root / "inputs"), "--outputs", str(outputs)]
    with sparing("variants", "copies"), redirect_stdout(StringIO()) as said:
        assert main(["run", PERIOD, "--direct", *folders, "--lang", lang]) == 0
    return said.getvalue()


def test_another_number_in_a_valid_table_turns_no_verdict(
    root: Path, outputs: Path, passed_over: tuple[Path, str]
) -> None:
    shutil.rmtree(outputs / DAMAGED)
    done = publish(root, outputs, PERIOD)
    assert done.review.since is not None
    assert done.review.since.period == FIRST
    assert changed_since(passed_over[0]).equals(changed_since(outputs))


def changed_since(outputs: Path) -> pl.DataFrame:
    table = pl.read_parquet(outputs / PERIOD / "data" / "indicator_changes.parquet")
    return table.select("cluster_id", "indicator", "previous")


def test_the_damage_is_said_in_reports_record_and_terminal(passed_over: tuple[Path, str]) -> None:
    is_said("de", *passed_over)


@pytest.mark.soak
def test_the_damage_is_said_where_no_earlier_period_is_left(root: Path, outputs: Path) -> None:
    flip(outputs / DAMAGED / "data" / "clusters.parquet")
    shutil.rmtree(outputs / FIRST)
    is_said("en", outputs, report(root, outputs, "en"))


def is_said(lang: str, outputs: Path, printed: str) -> None:
    """Check that terminal, index, record and workbook name the damaged table."""
    name = f"{DAMAGED}/data/clusters.parquet"
    words = {
        "de": f"Die Veröffentlichung {DAMAGED} ist beschädigt ({name}) und wird übergangen",
        "en": f"The publication {DAMAGED} is damaged ({name}) and is passed over",
    }[lang]
    folder = outputs / PERIOD
    assert words in printed
    assert words in (folder / "report" / "index.html").read_text()
    assert json.loads((folder / "run.json").read_text())["damaged"] == [name]
    with zipfile.ZipFile(folder / "portfolio.xlsx") as book:
        shared = book.read("xl/sharedStrings.xml").decode()
    assert words in shared


@pytest.mark.parametrize("damage", [name for name in DAMAGE if name != "another table"])
@pytest.mark.parametrize("checksums", [True, False])
def test_a_damaged_state_costs_the_causes_only(
    damage: str, checksums: bool, root: Path, outputs: Path
) -> None:
    if not checksums:
        without_checksums(outputs / DAMAGED)
    name = f"{DAMAGED}/state/actors.parquet"
    DAMAGE[damage](outputs / name)
    earlier = published_before(outputs, PERIOD)
    before = read_before(earlier, PERIOD, load_settings())
    assert before is not None
    assert (before.since.period, before.since.problem) == (DAMAGED, "damaged")
    assert earlier.names == (name,)
    assert list(read_earlier(earlier)) == [FIRST, DAMAGED]


def test_publications_without_checksums_are_read_and_said_once(
    passed_over: tuple[Path, str],
) -> None:
    said = f"Ohne Prüfsummen veröffentlicht, deshalb ungeprüft gelesen: {FIRST}."
    assert passed_over[1].splitlines().count(said) == 1


def test_checksums_are_kept_of_every_table_and_of_the_state(outputs: Path) -> None:
    folder = outputs / DAMAGED
    kept = json.loads((folder / "run.json").read_text())["tables"]
    found = [p for name in ("data", "state") for p in (folder / name).rglob("*") if p.is_file()]
    assert kept == {
        p.relative_to(folder).as_posix(): sha256(p.read_bytes()).hexdigest() for p in found
    }


@pytest.mark.parametrize("damage", ["another number", "flipped bit", "truncated"])
def test_frozen_limits_of_a_damaged_period_are_wrong_usage(
    damage: str, root: Path, outputs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    DAMAGE[damage](outputs / DAMAGED / "data" / "clusters.parquet")
    own = freezing(outputs.parent)
    folders = ["--inputs", str(root / "inputs"), "--outputs", str(outputs)]
    assert main(["run", PERIOD, "--direct", *folders, "--catalogue", str(own)]) == 2
    said = capsys.readouterr().err
    assert f"{DAMAGED}/data/clusters.parquet" in said
    assert "beschädigt" in said
    assert "damaged" in said
    assert not (outputs / PERIOD).exists()


@pytest.mark.parametrize("damage", ["another number", "flipped bit", "truncated"])
@pytest.mark.parametrize("name", ["data/clusters.parquet", "state/actors.parquet"])
def test_find_says_that_it_could_not_search_a_damaged_table(
    damage: str, name: str, outputs: Path
) -> None:
    path = outputs / DAMAGED / name
    DAMAGE[damage](path)
    unsearched = [p.path for p in find_text("nowhere", [outputs], 100) if not p.searched]
    assert unsearched == [path]


def test_the_publication_that_is_replaced_may_be_damaged_too(
    root: Path, outputs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (outputs / DAMAGED / "run.json").write_text("{")
    folders = ["--inputs", str(root / "inputs"), "--outputs", str(outputs)]
    with sparing(*ALL):
        assert main(["run", DAMAGED, "--direct", *folders]) == 0
    assert f"{DAMAGED} ist beschädigt ({DAMAGED}/run.json)" in capsys.readouterr().out
