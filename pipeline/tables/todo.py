"""What the office has to do next: one table, from which every report takes its lines."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.common.texts import number, say, say_count
from pipeline.history.lapses import lapses
from pipeline.submissions.identity import ids_in
from pipeline.submissions.office import has_left
from pipeline.tables.headlines import role_places
from pipeline.tables.unread import CANNOT_BE_READ, shown_states

# In the order in which they are shown.
KINDS = (
    *("ratings", "remind", "put_back", "ask", "invite", "overdue", "opinions", "agreed"),
    *("lapsed", "lapsing"),
)
TODO = pl.Schema(
    {
        "kind": pl.String(),
        "cluster_id": pl.String(),
        "name": pl.String(),
        "step": pl.String(),
        "days": pl.Int64(),
        "criteria": pl.List(pl.String),
    }
)
INTERVIEW = "interview"
# Kinds that ask nothing of a cluster.
OF_EXPERTS = ("ratings", "opinions")
# Within how many months a lapse is listed; how many names a line shows; how long a name may be, and
# where only a file's name is shown.
SOON, SHOWN, LONGEST, LONGEST_SHORT = 3, 3, 40, 28
# Where each kind is listed in full: the anchor on the office's page, the sheet of the workbook.
PLACES: Mapping[str, tuple[str, str | None]] = {
    "ratings": ("matrix", "assessments"),
    "remind": ("returns", "coverage"),
    "put_back": ("quality", "submissions"),
    "ask": ("matrix", "conditions"),
    "invite": ("admission", "admission"),
    "overdue": ("admission", "admission"),
    "opinions": ("experts", "assessments"),
    "agreed": ("experts", "agreements"),
    "lapsed": ("outlook", None),
    "lapsing": ("outlook", "lapses"),
}


@dataclass(frozen=True)
class Entry:
    """One item of a line, and its cluster if that is known; short: the text without its name."""

    text: str
    short: str
    cluster_id: str | None


@dataclass(frozen=True)
class Line:
    """One task of the office.

    text: a sentence with its number. entries: the first items. more: the number of other items as
    text, or empty. anchor: of the full list on the office's page. sheet: of the full list in the
    workbook, None where there is none.
    """

    kind: str
    text: str
    entries: Sequence[Entry]
    more: str
    anchor: str
    sheet: str | None

    @property
    def names(self) -> str:
        """The first entries, and how many more there are."""
        return f"{', '.join(entry.text for entry in self.entries)} {self.more}".rstrip()


# ---------------------------------------------------------------------------------------- the table
def todo(
    tables: Mapping[str, pl.DataFrame], catalogue: str, left_behind: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return TODO, sorted: a row for each cluster or file of each kind, members first.

    Clusters that have left are not asked for anything, and no lapse of theirs is listed. Experts
    are reminded of whatever is assigned to them.

    tables: those of the contract. catalogue: the first one, which decides. left_behind: see
    `earlier.ratings_left_behind`. name: of the cluster, or of the quarantined file. step, days: of
    admission; of an opinion, step is the expert's sign; of ratings, their period.
    criteria: those rated, asked for, owed, overdue, or that lapse.
    """
    states = shown_states(tables)
    found = {
        **({} if left_behind is None else {"ratings": carried_over(left_behind)}),
        "remind": states.filter(pl.col("expected") & (pl.col("shown_state") == "missing")),
        "put_back": quarantined_files(tables, states),
        "ask": answerable(tables["criteria"], catalogue),
        **waiting(tables["admission"]),
        "opinions": opinions(tables["assignments"]),
        "agreed": of_criteria(tables["agreements"].filter(outcome="overdue"), catalogue),
        **({} if "outlook" not in tables else lapsing(tables, catalogue)),
    }
    parts = [
        table.select(c for c in TODO if c in table.columns).with_columns(kind=pl.lit(kind))
        for kind, table in found.items()
    ]
    known = states.select("cluster_id", known="name", role="role")
    table = pl.concat(parts, how="diagonal_relaxed").join(known, on="cluster_id", how="left")
    table = table.with_columns(name=pl.coalesce("name", "known"))
    left = has_left()
    criterion_asked = pl.col("criteria").is_not_null() & ~pl.col("kind").is_in(OF_EXPERTS)
    table = table.filter(~(left & criterion_asked))
    order = [
        pl.col("kind").cast(pl.Enum(KINDS)),
        -pl.when(pl.col("kind") == "overdue").then("days").fill_null(0),
        role_places(),
        "cluster_id",
        "name",
        "step",
    ]
    return table.sort(order, nulls_last=True).select(list(TODO)).cast(TODO)


def quarantined_files(tables: Mapping[str, pl.DataFrame], states: pl.DataFrame) -> pl.DataFrame:
    """Return cluster_id, name of the files to be asked for again.

    Those that were put back, and those of which only the name says whose they are. A file is not
    asked for when another one of its cluster was reviewed.
    """
    known = set(states["cluster_id"])
    files = tables["submissions"].filter(pl.col("outcome") == "quarantined")
    named = [ids_in(name, known) for name in files["source_file"]]
    guess = [ids[0] if len(ids) == 1 else None for ids in named]
    files = files.with_columns(guess=pl.Series(guess, dtype=pl.String))
    files = files.select(cluster_id=pl.coalesce("cluster_id", "guess"), name="source_file")
    unread = states.filter(pl.col("shown_state") == CANNOT_BE_READ)
    files = pl.concat([files, unread.select("cluster_id", name="guessed_from")]).unique()
    reviewed = states.filter(pl.col("state") == "reviewed").select("cluster_id")
    return files.join(reviewed, on="cluster_id", how="anti")


def carried_over(left_behind: pl.DataFrame) -> pl.DataFrame:
    """Return cluster_id, step (the period of the ratings), criteria of all catalogues."""
    return by_cluster(left_behind.with_columns(step="period"), "step")


def answerable(criteria: pl.DataFrame, catalogue: str) -> pl.DataFrame:
    """Return cluster_id, criteria: those that cells of the cluster would settle."""
    return of_criteria(criteria.filter(pl.col("request_de") != ""), catalogue)


def waiting(admission: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
    """Return cluster_id, step, days of who is to be invited, and of what is overdue."""
    table = admission.select("cluster_id", "days", "overdue", step="next_step")
    return {"invite": table.filter(step=INTERVIEW), "overdue": table.filter("overdue")}


def opinions(assignments: pl.DataFrame) -> pl.DataFrame:
    """Return cluster_id, step, criteria: of whom each expert owes overdue opinions.

    Of every catalogue and cluster, as the list of experts counts them.
    """
    return by_cluster(assignments.filter("overdue").with_columns(step="reviewer"), "step")


def lapsing(tables: Mapping[str, pl.DataFrame], catalogue: str) -> Mapping[str, pl.DataFrame]:
    """Return cluster_id, criteria: those that have lapsed already, and those that soon will."""
    names = ("criteria", "outlook", "clusters", "lapsed")
    soon = lapses(*(tables[name] for name in names)).filter(pl.col("months") <= SOON)
    found = {"lapsed": tables["lapsed"], "lapsing": soon}
    return {kind: of_criteria(rows, catalogue) for kind, rows in found.items()}


def of_criteria(rows: pl.DataFrame, catalogue: str) -> pl.DataFrame:
    """Return cluster_id, criteria of the catalogue, in their order."""
    return by_cluster(rows.filter(catalogue=catalogue))


def by_cluster(rows: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Return cluster_id, the columns of `by`, criteria in their order."""
    number_ = pl.col("criterion_id").str.extract(r"^(\d+)").cast(pl.Int64)  # 4.2 before 10.1
    sorted_ = pl.col("criterion_id").sort_by(number_, "criterion_id")
    return rows.group_by("cluster_id", *by).agg(criteria=sorted_)


# ---------------------------------------------------------------------------------------- its lines
def todo_lines(table: pl.DataFrame, lang: str) -> list[Line]:
    """Return a line for each kind of TODO that there is."""
    return list(lines_of(table, lang))


def lines_of(table: pl.DataFrame, lang: str) -> Iterator[Line]:
    """Yield the lines in their order."""
    for kind in KINDS:
        rows = table.filter(kind=kind).rows(named=True)
        if not rows:
            continue
        n, criteria = len(rows), sum(len(row["criteria"] or ()) for row in rows)
        parts = {
            "criteria": number(criteria, 0, lang),
            "of_criteria": say_count("todo", "criteria", criteria, lang),
            "months": SOON,
            "period": rows[0]["step"],
        }
        text = say_count("todo", kind, n, lang, **parts)
        entries = [entry(kind, row, lang) for row in rows[:SHOWN]]
        more = say_count("todo", "more", n - SHOWN, lang) if n > SHOWN else ""
        yield Line(kind, text, entries, more, *PLACES[kind])


def entry(kind: str, row: Mapping[str, Any], lang: str) -> Entry:
    """Return one entry: who, and of which criteria or since when."""
    cluster, name, about = row["cluster_id"], row["name"] or "", about_entry(kind, row, lang)
    who, short = f"{cluster or ''} {clipped(name, LONGEST)}".strip(), cluster
    if kind == "put_back":
        who, short = clipped(name, LONGEST), clipped(name, LONGEST_SHORT)
    return Entry(who + about, (short or who) + about, cluster)


def clipped(text: str, longest: int) -> str:
    """Return a text in one line, cut to a length: after a word, if there is a short enough one."""
    line = textwrap.shorten(text, longest, placeholder=" …")
    return line if line != "…" else f"{text[: longest - 1]}…"


def about_entry(kind: str, row: Mapping[str, Any], lang: str) -> str:
    """Return in brackets of which criteria an entry is or since when; empty without any."""
    if kind == "overdue":
        step = say("admission_step", row["step"], lang)
        return f" ({say_count('todo', 'waits', row['days'], lang, step=step)})"
    criteria = row["criteria"] or ()
    if not criteria:
        return ""
    rest = " …" if len(criteria) > SHOWN else ""
    of = f"{row['step']}: " if kind == "opinions" else ""
    return f" ({of}{', '.join(criteria[:SHOWN])}{rest})"
