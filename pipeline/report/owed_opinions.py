"""The opinions that each expert still has to give."""

import polars as pl


def of_experts(assignments: pl.DataFrame) -> pl.DataFrame:
    """Return reviewer, assigned, done, owed, overdue (counts), next_due (of what is owed).

    assignments: the table of the contract. Who has overdue ones comes first.
    """
    counted = assignments.group_by("reviewer").agg(
        assigned=pl.len(),
        done=pl.col("done").sum(),
        owed=(~pl.col("done")).sum(),
        overdue=pl.col("overdue").sum(),
        next_due=pl.col("due").filter(~pl.col("done")).min(),
    )
    return counted.sort(
        "overdue",
        "owed",
        "next_due",
        "reviewer",
        descending=[True, True, False, False],
        nulls_last=True,
    )
