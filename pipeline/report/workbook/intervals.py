"""Intervals against thresholds as expressions of a sheet (contract 2.1)."""

from collections.abc import Sequence


def verdict_tests(
    operator: str, low: str, high: str, limits: tuple[str, str], beyond: str, known: str = ""
) -> tuple[str, str]:
    """Return the expressions of certainly fulfilled and certainly not (contract 2.1).

    limits: the lowest and the highest possible threshold. known: a further condition on both.
    """
    least, most = limits
    more = f",{known}" if known else ""
    if operator == ">=":
        return (
            f"AND(ISNUMBER({low}),{low}>={most}{more})",
            f"AND(ISNUMBER({high}),{high}<{least}{more})",
        )
    return (
        f"AND(ISNUMBER({high}),{high}<={least}{more})",
        f'OR({low}="{beyond}",AND(ISNUMBER({low}),{low}>{most}{more}))',
    )


def joined(function: str, parts: Sequence[str]) -> str:
    """Return the parts joined by one function; a single part unchanged."""
    return parts[0] if len(parts) == 1 else f"{function}({','.join(parts)})"
