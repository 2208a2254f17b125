"""Why a file could not be read: the only exception that intake raises about a submission."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

Detail = str | int | float


class Refusal(Exception):  # noqa: N818 (it is an outcome, not an error of ours)
    """A file that cannot be read: the outcome's code, the reason and the details of its text.

    reason: a key of [refusal] in schemas/texts.toml, whose placeholders the details fill. passing:
    the cause may be temporary (a network share that does not answer), so that a retry makes sense.
    sha256: of the bytes that were read; empty if none were.
    """

    def __init__(self, code: str, reason: str, *, passing: bool = False, **details: Detail) -> None:
        super().__init__(code, reason, details)
        self.code = code
        self.reason = reason
        self.passing = passing
        self.details: Mapping[str, Detail] = details
        self.sha256 = ""

    @property
    def lasts(self) -> bool:
        """Whether the content is the cause: every run with this code and these limits refuses it.

        A process that died, or a bug of ours, says nothing certain about the content.
        """
        return bool(self.sha256) and not self.passing and self.code != "reader_crash"

    def as_data(self) -> dict[str, Any]:
        """Return the refusal as plain data that can cross a process boundary."""
        return {
            "code": self.code,
            "reason": self.reason,
            "passing": self.passing,
            "details": dict(self.details),
            "sha256": self.sha256,
        }

    @staticmethod
    def from_data(data: Mapping[str, Any]) -> "Refusal":
        """Return the refusal from its plain data."""
        refusal = Refusal(data["code"], data["reason"], passing=data["passing"], **data["details"])
        refusal.sha256 = data["sha256"]
        return refusal

    def __reduce__(self) -> tuple[object, ...]:
        return Refusal.from_data, (self.as_data(),)


class BadCellError(Exception):
    """A cell with a value that no workbook may have; the reason is a key of [refusal]."""

    def __init__(self, reason: str, value: str = "") -> None:
        super().__init__(reason, value)
        self.reason = reason
        self.value = value

    def at(self, sheet: str, place: int) -> Refusal:
        """Return the refusal of the file that names the cell."""
        from pipeline.intake.cells import address

        cell = f"{sheet[:40]}!{address(place)}"
        return Refusal("unreadable", self.reason, cell=cell, value=self.value[:40])


@contextmanager
def refused_as(reason: str) -> Iterator[None]:
    """Refuse a file as unreadable if a library fails, whatever it raises on damaged bytes."""
    try:
        yield
    except (MemoryError, Refusal):
        raise
    except Exception as error:
        raise Refusal("unreadable", reason) from error
