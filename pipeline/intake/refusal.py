"""Why a file could not be read: the one exception the intake raises about a submission."""

from collections.abc import Mapping


class Refusal(Exception):  # noqa: N818 (it is an outcome, not an error of ours)
    """A file that cannot be read: the outcome's code and the words its message needs.

    passing: the cause may pass (a share that does not answer), so that it is worth another try.
    """

    def __init__(self, code: str, *, passing: bool = False, **details: str | int | float) -> None:
        super().__init__(code, details)
        self.code = code
        self.passing = passing
        self.details: Mapping[str, str | int | float] = details

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the details when the refusal crosses a process boundary."""
        return (_restore, (self.code, self.passing, dict(self.details)))


def _restore(code: str, passing: bool, details: dict[str, str | int | float]) -> Refusal:
    return Refusal(code, passing=passing, **details)
