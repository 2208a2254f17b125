"""The workbooks that another process writes are the same, and its mistakes come back."""

import subprocess
import sys
from pathlib import Path

import pytest
from xlsxwriter.exceptions import FileCreateError

from pipeline.publication.publish import write_tables
from pipeline.report import workbooks as apart
from pipeline.report.workbooks import WORKBOOK, Books, write_books
from tests.workbook.conftest import Demo


@pytest.fixture(autouse=True)
def _two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)


@pytest.mark.thorough
def test_another_process_writes_the_same(demo: Demo, tmp_path: Path) -> None:
    write_tables(demo.review, tmp_path)
    write_books(Books(demo.review, tmp_path, "de", {}))
    assert (tmp_path / WORKBOOK).read_bytes() == demo.workbook.read_bytes()


def test_what_goes_wrong_there_is_raised_here(demo: Demo, tmp_path: Path) -> None:
    write_tables(demo.review, tmp_path)
    (tmp_path / WORKBOOK).mkdir()
    with pytest.raises(FileCreateError):
        write_books(Books(demo.review, tmp_path, "de", {}))


CHILD = """
import time
from multiprocessing import get_context
from pipeline.common.sandbox import end_with_parent

def wait():
    end_with_parent()
    print("there", flush=True)
    time.sleep(300)

if __name__ == "__main__":
    get_context("spawn").Process(target=wait).start()
    time.sleep(300)
"""


@pytest.mark.thorough
def test_the_other_process_ends_with_the_one_that_started_it(tmp_path: Path) -> None:
    script = tmp_path / "child.py"
    script.write_text(CHILD)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "there\n"
        parent.kill()
        # the child holds the other end until it has ended
        parent.communicate(timeout=120)
