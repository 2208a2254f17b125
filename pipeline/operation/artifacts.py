"""The artifacts of a run in Prefect's interface: tables, and a summary with links."""

from collections.abc import Sequence
from urllib.parse import quote

import polars as pl
from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_table_artifact,
)
from prefect.logging import get_run_logger

from pipeline.common.texts import say
from pipeline.operation.markdown import code, escaped, safe_rows, table
from pipeline.publication.request import Request
from pipeline.run import Published
from pipeline.tables.headlines import role_word
from pipeline.tables.todo import todo_lines
from schemas.tables import DECISIONS

OUTCOMES = ("reviewed", "quarantined", "superseded", "missing")
DECISION_COLUMNS = (
    "cluster_id",
    "name",
    "role",
    "decision",
    "fulfilled",
    "undetermined",
    "not_fulfilled",
)


def write_artifacts(request: Request, published: Published, address: str | None) -> None:
    """Create artifacts for what was published: tables, a summary, a link.

    address: where a browser finds the folder of the outputs; without it, its path is shown. A
    failure is only logged: the publication is complete.
    """
    try:
        write_tables(published, request.lang, request.period.lower())
        link = link_to(published, address)
        text = summary(published, request.lang, link)
        create_markdown_artifact(text, key=f"summary-{request.period.lower()}")
        create_link_artifact(link, link_text="index.html", key=f"report-{request.period.lower()}")
    except Exception:
        get_run_logger().exception("Published, but Prefect did not take what was to be shown.")


def write_tables(published: Published, lang: str, key: str) -> None:
    """Create tables of the quarantined submissions, the missing clusters, and the decisions."""
    tables = published.review.tables
    quarantined = tables["submissions"].filter(pl.col("outcome") == "quarantined")
    rows = quarantined.select("source_file", "cluster_id", "code", f"message_{lang}")
    put_table(rows, f"quarantined-{key}", say("outcome", "quarantined", lang))
    missing = tables["coverage"].filter(pl.col("state") == "missing")
    rows = missing.select("cluster_id", "name", "role", "expected")
    put_table(rows, f"missing-{key}", say("outcome", "missing", lang))
    decided = tables["clusters"].select(DECISION_COLUMNS)
    words = {name: say("decision", name, lang) for name in DECISIONS}
    decided = decided.with_columns(pl.col("decision").replace(words))
    put_table(decided, f"decisions-{key}", say("operation", "decisions", lang))


def put_table(rows: pl.DataFrame, key: str, description: str) -> None:
    """Create a table; also an empty one, because it replaces that of the last run."""
    create_table_artifact(safe_rows(rows.iter_rows(named=True)), key=key, description=description)


def link_to(published: Published, address: str | None) -> str:
    """Return the address of the report."""
    if address is None:
        return (published.folder.absolute() / "report" / "index.html").as_uri()
    return f"{address.rstrip('/')}/{quote(published.folder.name)}/report/index.html"


def summary(published: Published, lang: str, link: str) -> str:
    """Return what to do and the counts of the publication in Markdown, with the folder to open."""
    counts = published.counts
    groups = {"outcome": OUTCOMES, "decision": DECISIONS}
    rows = [(say(g, one, lang), counts[one]) for g, codes in groups.items() for one in codes]
    place = code(str(published.folder.absolute()))
    return "\n".join(
        [
            f"# {published.folder.name}",
            "",
            *todo(published, lang, link),
            "",
            f"[{say('operation', 'report', lang)}](<{link}>), {place}",
            "",
            *table(["", ""], rows),
            "",
            *table(*by_role(published, lang)),
            *(f"\n{escaped(notice[lang])}" for notice in published.notices),
        ]
    )


def todo(published: Published, lang: str, link: str) -> list[str]:
    """Return the lines of what is to be done next, each with a link into the report."""
    lines = todo_lines(published.review.todo, lang)
    if not lines:
        return [say("todo", "nothing", lang)]
    return [
        f"**{say('todo', 'title', lang)}**",
        "",
        *(
            f"- [{escaped(line.text)}](<{link}#{line.anchor}>): {escaped(line.names)}"
            for line in lines
        ),
    ]


def by_role(published: Published, lang: str) -> tuple[list[str], list[list[object]]]:
    """Return head and rows of the decisions by role, the members first."""
    head = [say("workbook", "h_role", lang), *(say("decision", d, lang) for d in DECISIONS)]
    rows = published.review.by_first_role.iter_rows(named=True)
    return head, [[role_word(r["role"], lang), *(r[d] for d in DECISIONS)] for r in rows]


def write_checked(rows: Sequence[dict[str, object]], period: str, lang: str) -> None:
    """Create a table of the submissions that a nightly check has read."""
    key = f"checked-{period.lower()}"
    create_table_artifact(
        safe_rows(rows), key=key, description=say("operation", "checked_table", lang)
    )
