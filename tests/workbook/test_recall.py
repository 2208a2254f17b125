"""What came of a submission in an earlier run is what would come of it now."""

import datetime as dt
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from polars.testing import assert_frame_equal

from pipeline.common import periods
from pipeline.common.frames import each_frame, frames_of, stack_all
from pipeline.common.sandbox import Death
from pipeline.common.settings import load_settings
from pipeline.common.stages import Direct
from pipeline.figures.each_submission import (
    ProcessingOptions,
    Received,
    SubmissionResults,
    in_order,
)
from pipeline.intake.refusal import Refusal
from pipeline.intake.worker import refused
from pipeline.publication import cache as recall
from pipeline.publication.find import find_text
from pipeline.publication.request import Request
from pipeline.run import prepare, read_submissions, run
from tests.declared import changed_in
from tests.sparing import REPORTS, sparing
from tests.workbook.conftest import PERIOD, Demo

ASKED = ProcessingOptions(load_settings(), periods.last_day(PERIOD))
MOST = 4


class Inputs:
    """A few submissions. new: how many of them the last run did not know."""

    def __init__(self, folder: Path) -> None:
        self.outputs, self.inputs = folder / "outputs", folder / "inputs"
        self.submissions = self.inputs / PERIOD / "submissions"
        self.new = 0

    def results(self, asked: ProcessingOptions = ASKED, *, cache: bool = True) -> SubmissionResults:
        """Return the results of the present files, with what is known from the last time."""
        return each_frame(stack_all(self.sent(asked, cache=cache).parts), in_order)

    def sent(self, asked: ProcessingOptions = ASKED, *, cache: bool = True) -> Received:
        """Return what is known of the present files, with their refusals."""
        plan = prepare(Request(PERIOD, self.inputs, self.outputs, ("go-cluster",), cache=cache))
        task = replace(plan.task, settings=asked.settings, last_day=asked.last_day)
        sent, self.new = read_submissions(replace(plan, task=task), Direct())
        return sent

    def from_scratch(self, asked: ProcessingOptions = ASKED) -> SubmissionResults:
        """Return the results with nothing known."""
        there = self.new
        found = self.results(asked, cache=False)
        self.new = there
        return found

    def path(self, number: int) -> Path:
        """Return one of the submissions."""
        return sorted(self.submissions.iterdir())[number]

    @property
    def packs(self) -> list[Path]:
        """What is in the cache."""
        return sorted(self.outputs.rglob("*.survey"))


def few_of(demo: Demo, folder: Path, count: int = MOST) -> Inputs:
    """Return some of the demo's submissions, in a folder; no result of them is kept."""
    made = Inputs(folder)
    demo.copy(folder)
    for path in sorted(made.submissions.iterdir())[count:]:
        path.unlink()
    return made


@pytest.fixture
def no_variants() -> Iterator[None]:
    """Leave out the scenarios; that they are kept too is seen in what is published."""
    with sparing("variants"):
        yield


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory, demo: Demo) -> Path:
    """Return a folder of submissions of which the results are kept."""
    folder = tmp_path_factory.mktemp("surveyed")
    made = few_of(demo, folder)
    with sparing("variants"):
        made.results()
    assert made.new == MOST
    return folder


@pytest.fixture(scope="module")
def unchanged(computed: Path) -> SubmissionResults:
    """Return the results of the unchanged submissions, with nothing known."""
    with sparing("variants"):
        return Inputs(computed).from_scratch()


@pytest.fixture
def there(computed: Path, tmp_path: Path, no_variants: None) -> Inputs:
    """Submissions of which the results are kept, to be changed."""
    return Inputs(shutil.copytree(computed, tmp_path, dirs_exist_ok=True))


def change(path: Path, old: bytes = b"Demo-Cluster", new: bytes = b"Neuer Cluster") -> None:
    """Change a text in a workbook."""
    with ZipFile(path) as archive:
        parts = {info: archive.read(info) for info in archive.infolist()}
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for info, content in parts.items():
            archive.writestr(info, re.sub(old, new, content))


def assert_same(one: SubmissionResults, other: SubmissionResults) -> None:
    frames = frames_of(other)
    for name, frame in frames_of(one).items():
        assert_frame_equal(frame, frames[name])


def no_change(there: Inputs) -> None:
    """Leave everything as it is."""


def a_text(there: Inputs) -> None:
    """Change a cell."""
    change(there.path(2))


def one_gone(there: Inputs) -> None:
    """Take the first away: all have other numbers."""
    there.path(0).unlink()


def one_twice(there: Inputs) -> None:
    """Send one again under another name."""
    there.path(1).with_name("A again.xlsx").write_bytes(there.path(1).read_bytes())


def renamed(there: Inputs) -> None:
    """Let the first be the last."""
    there.path(0).rename(there.submissions / "Z.xlsx")


def all_of_it(there: Inputs) -> None:
    """Rename the first, take one away, change a cell, send one twice."""
    renamed(there)
    one_gone(there)
    a_text(there)
    one_twice(there)


EACH = [(no_change, 0), (a_text, 1), (one_gone, 0), (one_twice, 0), (renamed, 0)]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("happens", "anew"),
    [(all_of_it, 1), *(pytest.param(*case, marks=pytest.mark.soak) for case in EACH)],
)
def test_only_what_is_new_is_computed(
    happens: Callable[[Inputs], None], anew: int, there: Inputs
) -> None:
    happens(there)
    computed = there.results()
    assert there.new == anew
    assert_same(computed, there.from_scratch())
    there.results()
    assert there.new == 0


def test_where_nothing_is_new_nothing_is_read(
    there: Inputs, unchanged: SubmissionResults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.run.read_and_examine", lambda *_: pytest.fail("read"))
    assert_same(there.results(), unchanged)


@pytest.mark.soak
@pytest.mark.usefixtures("no_variants")
def test_of_a_file_sent_twice_one_result_is_kept(tmp_path: Path, demo: Demo) -> None:
    there = few_of(demo, tmp_path)
    one_twice(there)
    there.results()
    assert_same(there.results(), there.from_scratch())
    assert there.new == 0


def test_what_is_changed_is_read_again(there: Inputs) -> None:
    a_text(there)
    one_gone(there)
    found = there.results()
    assert there.new == 1
    names = found.offices["cluster_name"].to_list()
    assert [name.startswith("Neuer Cluster") for name in names] == [False, True, False]


def test_what_else_results_depend_on_makes_it_another(
    there: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = replace(ASKED, last_day=ASKED.last_day + dt.timedelta(days=1))
    rules = changed_in(ASKED.settings.actors, radius_km=1.0)
    others = [later, replace(ASKED, settings=changed_in(ASKED.settings, actors=rules))]
    for asked in others:
        there.results(asked)
        assert there.new == MOST
    monkeypatch.setattr(recall, "code_version", lambda: "another")
    there.results()
    assert there.new == MOST
    monkeypatch.undo()
    there.results()
    assert there.new == 0


@pytest.mark.thorough
@pytest.mark.parametrize(
    "damage",
    [
        lambda pack: pack.write_bytes(pack.read_bytes()[:-1]),
        lambda pack: (pack.parent / "packs.json").write_text('[1, {"name": "x"}, null]'),
        *(
            pytest.param(damage, marks=pytest.mark.soak)
            for damage in (
                lambda pack: (pack.parent / "packs.json").unlink(),
                lambda pack: pack.write_bytes(pack.read_bytes()[::-1]),
                lambda pack: pack.write_bytes(b""),
                lambda pack: pack.unlink(),
                lambda pack: (pack.parent / "packs.json").write_text("[1, {}, nonsense"),
                lambda pack: (pack.parent / "packs.json").write_text(
                    '[{"name": "x", "scheme": "y", "keys": 5}]'
                ),
            )
        ),
    ],
)
def test_what_is_damaged_is_computed_again(
    damage: Callable[[Path], object], there: Inputs, unchanged: SubmissionResults
) -> None:
    (pack,) = there.packs
    damage(pack)
    assert_same(there.results(), unchanged)
    assert there.new == MOST
    there.results()
    assert there.new == 0


@pytest.mark.soak
def test_a_pack_that_is_mostly_out_of_date_is_left(there: Inputs) -> None:
    for number in range(MOST // 2 + 1):
        change(there.path(number))
    assert_same(there.results(), there.from_scratch())
    assert there.new == MOST
    there.results()
    assert there.new == 0


@pytest.mark.soak
@pytest.mark.usefixtures("no_variants")
def test_small_packs_do_not_pile_up(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = few_of(demo, tmp_path, 6)
    there.results()
    monkeypatch.setattr(recall, "MOST_PACKS", 2)
    for number, anew in enumerate([1, 1, 3]):  # at last two small ones and a new one become one
        change(there.path(number), b"Demo-Cluster", b"Cluster")
        assert_same(there.results(), there.from_scratch())
        assert there.new == anew
    there.results()
    assert there.new == 0


@pytest.mark.soak
@pytest.mark.usefixtures("no_variants")
def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path: Path, demo: Demo) -> None:
    there = few_of(demo, tmp_path)
    there.outputs.mkdir()
    (there.outputs / ".cache").write_text("in the way")
    for _ in range(2):
        assert_same(there.results(), there.from_scratch())
        assert there.new == MOST


NO_WORKBOOK = b"no workbook"


@pytest.fixture
def unreadable(tmp_path: Path) -> Inputs:
    """Three files of two contents that no run can read."""
    made = Inputs(tmp_path)
    made.submissions.mkdir(parents=True)
    for name, content in (("A", NO_WORKBOOK), ("B", b"PK\3\4 cut"), ("C", NO_WORKBOOK)):
        (made.submissions / f"{name}.xlsx").write_bytes(content)
    return made


def test_a_content_that_is_refused_is_not_read_again(unreadable: Inputs) -> None:
    unreadable.sent()
    assert unreadable.new == 3
    unreadable.path(0).rename(unreadable.submissions / "Z.xlsx")
    known = unreadable.sent()
    assert unreadable.new == 0
    anew = unreadable.sent(cache=False)
    assert unreadable.new == 3
    assert_frame_equal(known.files, anew.files)
    assert_frame_equal(known.refusals, anew.refusals)
    assert known.refusals["file"].to_list() == [0, 1, 2]


LIMITS = ASKED.settings.intake


def when_read(refusal: Refusal, content: bytes) -> Refusal:
    """Return a refusal by a process that lives and says which content it had."""
    refusal.sha256 = sha256(content).hexdigest()
    return refusal


def test_what_another_try_may_read_is_tried_again(
    unreadable: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = [f"no workbook {number}".encode() for number in range(5)]
    for number, content in enumerate(contents):
        (unreadable.submissions / f"{'ABCDE'[number]}.xlsx").write_bytes(content)
    outcomes = [
        refused(Death("seconds"), LIMITS),
        refused(Death("memory"), LIMITS),
        refused(Death("signal", "SIGSEGV"), LIMITS),
        when_read(Refusal("reader_crash", "exception", why="a bug"), contents[3]),
        when_read(Refusal("unreadable", "changing", passing=True), contents[4]),
    ]
    monkeypatch.setattr("pipeline.read.read_many", lambda *_: iter(outcomes))
    assert unreadable.sent().refusals["code"].to_list() == [one.code for one in outcomes]
    monkeypatch.undo()
    assert set(unreadable.sent().refusals["code"]) == {"not_a_workbook"}
    assert unreadable.new == len(outcomes)


def test_another_code_or_limit_tries_again(
    unreadable: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    unreadable.sent()
    limits = changed_in(ASKED.settings.limits, max_cells=LIMITS.max_cells + 1)
    unreadable.sent(replace(ASKED, settings=changed_in(ASKED.settings, limits=limits)))
    assert unreadable.new == 3
    monkeypatch.setattr(recall, "code_version", lambda: "another")
    unreadable.sent()
    assert unreadable.new == 3


def test_a_damaged_refusal_is_found_again(unreadable: Inputs) -> None:
    unreadable.sent()
    (entry,) = unreadable.packs
    entry.write_bytes(entry.read_bytes()[:-1])
    assert unreadable.sent().refusals.height == 3
    assert unreadable.new == 3


@pytest.mark.thorough
def test_a_second_run_publishes_what_a_first_one_would(tmp_path: Path, demo: Demo) -> None:
    there = few_of(demo, tmp_path)
    outputs = [there.outputs.parent / name for name in ("twice", "once")]
    with sparing(*REPORTS):
        published(there, outputs[0])
        change(there.path(2))
        one_gone(there)
        counts = [published(there, folder) for folder in outputs]
    assert counts == [{"anew": 1, "cached": MOST - 2}, {"anew": MOST - 1, "cached": 0}]
    twice, once = (files_of(folder / PERIOD) for folder in outputs)
    assert len(once) > 20
    assert twice == once


def published(there: Inputs, outputs: Path) -> dict[str, int]:
    """Publish the period; return what was read again."""
    run(
        Request(PERIOD, there.inputs, outputs, ("go-cluster",), "de", accept_missing=True),
        Direct(),
    )
    read: dict[str, int] = json.loads((outputs / PERIOD / "run.json").read_text())["read"]
    return read


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the contents of what was published, without the record of the run."""
    paths = [p for p in folder.rglob("*") if p.is_file() and p.name != "run.json"]
    return {str(p.relative_to(folder)): p.read_bytes() for p in paths}


def test_what_is_kept_can_be_searched(there: Inputs) -> None:
    """Whoever must delete a cluster's data finds them here, too."""
    name = there.results().actors["name"].drop_nulls()[0]
    kept = {place.path for place in find_text(name, [there.outputs], 100)}
    assert set(there.packs) <= kept


def test_a_pack_is_data(there: Inputs) -> None:
    """Reading it runs nothing."""
    (pack,) = there.packs
    content = pack.read_bytes()[32:]
    length = int.from_bytes(content[:8], "little")
    assert set(json.loads(content[8 : 8 + length])) == {"keys", "frames"}
