"""The commands in our documents: run as a reader would, in the order in which they stand.

A block ```` ```console ```` holds lines `$ command` and what each prints. In the printed text a `…`
stands for any text, a line `…` for any lines. Commands are `cluster-review …` and `cp`.
"""

import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROMPT = "$ "
ANY = "…"


@dataclass(frozen=True)
class Step:
    """A command of a document, as a list of words, and the text that it prints."""

    words: list[str]
    printed: str


def steps(text: str) -> Iterator[Step]:
    """Yield the commands of a document in their order."""
    for block in BLOCK.findall(text):
        for part in re.split(rf"^{re.escape(PROMPT)}", block, flags=re.MULTILINE)[1:]:
            command, _, printed = part.partition("\n")
            yield Step(shlex.split(command), printed)


def same(expected: str, printed: str) -> bool:
    """Say whether the text that was printed is the expected one, line ends and `…` aside."""
    lines = [line.strip() for line in expected.strip().splitlines()]
    wanted = "\n".join(lines)
    found = "\n".join(line.strip() for line in printed.strip().splitlines())
    pattern = "".join(
        ".*" if piece == ANY else re.escape(piece) for piece in re.split(f"({ANY})", wanted)
    )
    return re.fullmatch(pattern, found, flags=re.DOTALL) is not None


def carry_out(step: Step, command_line: Callable[[list[str]], int]) -> None:
    """Do what a step says in the present folder; `run` works without Prefect's engine."""
    name, *words = step.words
    if name == "cp":
        shutil.copy(*words)
    elif name == "cluster-review":
        direct = ["--direct"] if words[0] == "run" else []
        command_line([*words, *direct])
    else:
        raise ValueError(f"a document may not run {name}")


def usage_lines(text: str) -> Iterator[list[str]]:
    """Yield the commands that a document shows without running them, without the remark after them.

    They stand in indented lines; a remark is two blanks away.
    """
    for line in text.splitlines():
        found = re.match(r"    cluster-review (.+)", line)
        if found:
            yield shlex.split(re.split(r"\s{2,}", found[1])[0])


def linked(page: Path) -> Iterator[str]:
    """Yield the addresses that a page links to, without the place within a page."""
    text = page.read_text(encoding="utf-8")
    yield from re.findall(r"\]\(([^)\s]+)\)", text)
