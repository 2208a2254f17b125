"""What the office's files came to in an earlier run is what they would come to now."""

from collections.abc import Callable
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from pipeline import recall
from pipeline.commands.run import read_here
from pipeline.frames import frames_of
from pipeline.intake.discover import discover
from pipeline.intake.gather import Intake
from pipeline.office import Office, read_office
from pipeline.recall import recalling
from pipeline.run import read_all
from tests.workbook.conftest import PERIOD, Demo
from tests.workbook.test_recall import ASKED, WANTED, Inputs, change


@pytest.fixture
def there(tmp_path: Path, demo: Demo) -> Inputs:
    return Inputs(tmp_path, demo)


def files(there: Inputs) -> tuple[dict[str, int], Intake]:
    """Return the office's files by their numbers, and what was read of them."""
    found = discover(there.inputs, PERIOD)
    numbers = {name: len(found.submissions) + i for i, name in enumerate(found.office)}
    return numbers, read_all(found, read_here, WANTED)[1]


def recalled(there: Inputs) -> Office:
    return recalling(ASKED, WANTED, there.outputs, use=True).office(*files(there))


def assert_right(there: Inputs, office: Office) -> None:
    numbers, sent = files(there)
    expected = frames_of(read_office(numbers, *sent.stacked()))
    assert frames_of(office).keys() == expected.keys()
    for name, frame in frames_of(office).items():
        assert_frame_equal(frame, expected[name])


def refuse(*_: object) -> Office:
    raise AssertionError("read again")


def test_it_is_recalled_also_when_the_files_have_other_numbers(
    there: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_right(there, recalled(there))
    there.path(0).unlink()
    with monkeypatch.context() as patch:
        patch.setattr(recall, "read_office", refuse)
        again = recalled(there)
    assert_right(there, again)
    assert again.register.height > 0
    assert again.ratings.height > 0


def a_name(there: Inputs) -> None:
    change(there.inputs / "register.xlsx")


def no_ratings(there: Inputs) -> None:
    (there.inputs / PERIOD / "assessments.xlsx").unlink()


def neither(there: Inputs) -> None:
    no_ratings(there)
    (there.inputs / "register.xlsx").unlink()


def damage(there: Inputs) -> None:
    (pack,) = there.packs
    pack.write_bytes(pack.read_bytes()[:-1])


def swapped(there: Inputs) -> None:
    """Put under the office's key what was kept of the submissions, and the other way round."""
    (office,) = there.packs
    there.survey()
    (surveys,) = set(there.packs) - {office}
    between = office.with_name("between")
    office.rename(between)
    surveys.rename(office)
    between.rename(surveys)


@pytest.mark.parametrize("happens", [a_name, no_ratings, neither, damage, swapped])
def test_what_is_not_the_same_is_read_again(
    happens: Callable[[Inputs], None], there: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    recalled(there)
    happens(there)
    assert_right(there, recalled(there))
    with monkeypatch.context() as patch:
        patch.setattr(recall, "read_office", refuse)
        if happens is neither:  # of no file nothing is kept
            with pytest.raises(AssertionError):
                recalled(there)
            return
        again = recalled(there)
    assert_right(there, again)
