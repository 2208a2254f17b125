"""The content of a feedback copy: one submission and everything reported about it.

Plain data: it is sent to the process that makes the copy.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.common.texts import LANGUAGES

SEVERITIES = ("error", "warning", "info")
Both = tuple[str, str]  # German, English


@dataclass(frozen=True)
class Mark:
    """One finding. sheet and cell are empty where it concerns the whole file or sheet.

    criteria: the number and name of those it can affect, or empty.
    """

    severity: str
    sheet: str
    cell: str
    message: Both
    criteria: Both
    value: str


@dataclass(frozen=True)
class Ask:
    """A request: what would settle a criterion that is undetermined."""

    criterion: str
    title: Both
    request: Both


@dataclass(frozen=True)
class Subject:
    """One submission.

    sha256: of the bytes the findings refer to; empty if unknown. outcome: as in the table
    `submissions`, empty before a review. reason: why, and what to do. copyable: whether the file
    could be read. lang: of the submission, and so of its copy. counted: what counts already, with
    thanks. answer: until when and to whom to answer. Empty texts are not shown.
    """

    path: Path
    name: str
    sha256: str = ""
    cluster_id: str = ""
    period: str = ""
    as_of: str = ""
    outcome: str = ""
    reason: Both = ("", "")
    counted: Both = ("", "")
    answer: Both = ("", "")
    marks: tuple[Mark, ...] = ()
    asks: tuple[Ask, ...] = ()
    copyable: bool = True
    draft: bool = False
    lang: str = LANGUAGES[0]

    def counts(self) -> Counter[str]:
        """Return how many findings there are of each severity."""
        return Counter(mark.severity for mark in self.marks)

    def about(self, name: str) -> "Subject":
        """Return the same subject under another file name."""
        return replace(self, name=name)


@dataclass(frozen=True)
class Result:
    """How a copy was made: why it contains only the protocol, and what of the file it leaves out.

    Both are codes of texts (group `feedback`, prefixed `alone_` and `left_`).
    """

    alone: str = ""
    left: tuple[str, ...] = field(default=())
