"""The last lines that a run prints: what to do next, and what the office has to know."""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from pipeline.common.periods import last_day
from pipeline.common.terminal import plain
from pipeline.common.texts import day, say, say_count
from pipeline.review import Review
from pipeline.tables.headlines import role_word
from pipeline.tables.todo import todo_lines
from schemas.tables import DECISIONS

# How many files or clusters are named one by one; the report has them all.
MOST_NAMED = 20


def closing_lines(review: Review, folder: Path, lang: str) -> Iterator[str]:
    """Yield lines: quarantined files with reasons, missing and unread ones, decisions by role.

    folder: of the publication, whose report is named last.
    """
    for title, lines in (
        ("quarantined", quarantined(review, lang)),
        ("missing", missing(review)),
        ("unread", lines_of_files(review.tables["unread"], review, lang)),
    ):
        yield from named(title, lines, lang)
    yield from decisions_by_role(review, lang)
    yield say("run_end", "report", lang).format(path=plain(str(folder / "report" / "index.html")))


def todo_first(review: Review, folder: Path, lang: str) -> Iterator[str]:
    """Yield what to do next, each line with its place in the report."""
    lines = todo_lines(review.todo, lang)
    yield f"{say('todo', 'title', lang)}:" if lines else say("todo", "nothing", lang)
    for line in lines:
        place = folder / "report" / f"index.html#{line.anchor}"
        yield plain(f"  {line.text}: {line.names} → {place}")


def too_early(period: str, today: dt.date, lang: str) -> Iterator[str]:
    """Yield a line if the period has not ended: what comes until its last day is not in it."""
    last = last_day(period)
    if today <= last:
        yield say("run_end", "too_early", lang).format(period=period, day=day(last, lang))


def named(title: str, lines: Sequence[str], lang: str) -> Iterator[str]:
    """Yield a title and at most MOST_NAMED of the lines; nothing without lines."""
    if lines:
        yield say("run_end", title, lang).format(n=len(lines))
    yield from (f"  {plain(line)}" for line in lines[:MOST_NAMED])
    if len(lines) > MOST_NAMED:
        yield "  " + say_count("run_end", "more", len(lines) - MOST_NAMED, lang)


def quarantined(review: Review, lang: str) -> list[str]:
    """Return a line for each quarantined file: its reason and the cluster its name suggests."""
    files = review.tables["submissions"].filter(pl.col("outcome") == "quarantined")
    return lines_of_files(files, review, lang)


def lines_of_files(files: pl.DataFrame, review: Review, lang: str) -> list[str]:
    """Return a line for each file: its message, and the cluster that its name suggests.

    files: source_file, message_de, message_en. A message may begin with the file's name already.
    """
    guesses = review.tables["coverage"].select("guessed_from", guess="cluster_id").drop_nulls()
    files = files.join(guesses, left_on="source_file", right_on="guessed_from", how="left")
    result = []
    for row in files.sort("source_file").iter_rows(named=True):
        name, why = row["source_file"], row[f"message_{lang}"] or ""
        line = why if why.startswith(f"{name}:") else f"{name}: {why}"
        if row["guess"] is not None:
            line += f" ({say('run_end', 'belongs', lang).format(cluster=row['guess'])})"
        result.append(line)
    return result


def missing(review: Review) -> list[str]:
    """Return the expected clusters of which nothing was sent."""
    table = review.tables["coverage"].filter(pl.col("expected") & (pl.col("state") == "missing"))
    names = table.sort("cluster_id").select("cluster_id", "name").iter_rows()
    return [" ".join(filter(None, pair)) for pair in names]


def decisions_by_role(review: Review, lang: str) -> Iterator[str]:
    """Yield the numbers of clusters by role and decision of the first catalogue."""
    rows = review.by_first_role.rows(named=True)
    if rows:
        yield say("run_end", "clusters", lang).format(title=review.catalogues[0].title[lang])
    for row in rows:
        counts = ", ".join(f"{row[d]} {say('decision', d, lang)}" for d in DECISIONS)
        yield f"  {role_word(row['role'], lang)}: {counts}"
