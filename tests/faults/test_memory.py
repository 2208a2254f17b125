"""Large portfolios do not keep what is free; the setting stands before polars is loaded."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import memory


@pytest.mark.parametrize(("files", "given"), [(0, None), (3, None), (4, memory.AT_ONCE)])
def test_only_of_large_portfolios_memory_is_given_back(
    files: int, given: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(memory.NAME, raising=False)
    monkeypatch.setattr(memory, "LARGE", 3)
    for number in range(files):
        (tmp_path / f"{number}.xlsx").touch()
    memory.give_back_if_large(tmp_path)
    assert os.environ.get(memory.NAME) == given
    memory.give_back_if_large(tmp_path / "missing")
    monkeypatch.setenv(memory.NAME, "of the user")
    memory.give_back_if_large(tmp_path)
    assert os.environ[memory.NAME] == "of the user"


def test_the_command_line_loads_no_polars_by_itself() -> None:
    code = "import sys, pipeline.cli; sys.exit('polars' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
