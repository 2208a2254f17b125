"""What could not be read: the table `unread`, and the clusters of which nothing could be read."""

from collections.abc import Iterable, Mapping

import polars as pl

from pipeline.common.texts import LANGUAGES, say

UNREAD = {"source_file": pl.String, "reason": pl.String}
# What `coverage` does not tell apart: a file that cannot be read, from one that lacks something.
CANNOT_BE_READ = "unread"
REFUSED = ("unreadable", "encrypted", "not_a_workbook", "too_large", "timeout", "reader_crash")


def unread_frame(found: Iterable[tuple[str, str]] = ()) -> pl.DataFrame:
    """Return source_file, reason of what was not read, see `discover.Found`."""
    return pl.DataFrame(list(found), schema=UNREAD, orient="row")


def with_unread_messages(unread: pl.DataFrame) -> pl.DataFrame:
    """Return source_file, reason, message_de, message_en: what it is and what to do."""
    rows = unread.rows()
    messages = [
        pl.Series(
            f"message_{lang}",
            [say("unread", reason, lang).format(file=name) for name, reason in rows],
            dtype=pl.String,
        )
        for lang in LANGUAGES
    ]
    return unread.with_columns(messages).sort("source_file")


def shown_states(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the table `coverage` with shown_state: its state, or CANNOT_BE_READ for an only file.

    Where the name of a file alone says whose it is, a cluster has not failed to send one.
    """
    submissions = tables["submissions"]
    refused = submissions.filter(pl.col("code").is_in(REFUSED))["source_file"]
    files = [*refused, *tables["unread"]["source_file"]]
    cannot = pl.col("guessed_from").is_in(files).fill_null(value=False)
    shown_state = pl.when(cannot).then(pl.lit(CANNOT_BE_READ)).otherwise("state")
    return tables["coverage"].with_columns(shown_state=shown_state)
