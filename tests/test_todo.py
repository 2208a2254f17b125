"""The short list of what the office has to do next, in the four places where it stands first."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.commands.run_end import todo_first
from pipeline.common.texts import LANGUAGES
from pipeline.history.earlier import LEFT_BEHIND
from pipeline.operation.artifacts import todo as in_markdown
from pipeline.report.owed_opinions import of_experts
from pipeline.report.pages.pages import make_pages, page_batches
from pipeline.review import Review
from pipeline.run import Published
from pipeline.tables.todo import KINDS, SHOWN, todo, todo_lines
from tests.making.frames import LAST_DAY, published, reviewed

FIRST = "go-cluster"
NEEDED = [
    *("coverage", "submissions", "unread", "admission"),
    *("criteria", "outlook", "lapsed", "clusters", "assignments", "agreements"),
]


def tables(**rows: list[dict[str, Any]]) -> dict[str, pl.DataFrame]:
    """The tables that the list is made of; those not given are empty."""
    return {name: published(name, rows.get(name, [])) for name in NEEDED}


def cluster(number: int, **values: Any) -> dict[str, Any]:
    usual = {"state": "reviewed", "expected": True, "outdated": False, "role": "Mitglied"}
    return {"cluster_id": f"DE-000{number}", **usual, **values}


def criterion(number: int, criterion_id: str, **values: Any) -> dict[str, Any]:
    usual = {"catalogue": FIRST, "status": "fulfilled", "request_de": "", "request_en": ""}
    own = {"cluster_id": f"DE-000{number}", "criterion_id": criterion_id}
    return {**own, **usual, **values}


def said(found: dict[str, pl.DataFrame]) -> dict[str, list[str]]:
    """By kind what the entries say."""
    lines = todo_lines(todo(found, FIRST), "de")
    return {line.kind: [entry.text for entry in line.entries] for line in lines}


def test_who_is_missing_is_reminded_members_first() -> None:
    found = tables(
        coverage=[
            cluster(1, state="missing", name="Netz", role="Antrag"),
            cluster(2, state="missing", role="Mitglied"),
            cluster(3, state="missing", expected=False),
            cluster(4),
        ]
    )
    assert said(found) == {"remind": ["DE-0002", "DE-0001 Netz"]}


def test_a_file_that_cannot_be_read_is_asked_for_again_and_its_cluster_not_reminded() -> None:
    found = tables(
        coverage=[
            cluster(1, state="quarantined", guessed_from="DE-0001.xlsx"),
            cluster(2, state="missing", guessed_from="DE-0002.pdf"),
            cluster(3),
            cluster(4, state="quarantined", guessed_from="DE-0004 Scan.pdf"),
        ],
        submissions=[
            {"source_file": "DE-0001.xlsx", "outcome": "quarantined", "code": "encrypted"},
            {"source_file": "x.xlsx", "outcome": "quarantined", "code": "missing_column"},
            {"source_file": "y.xlsx", "outcome": "superseded", "cluster_id": "DE-0003"},
        ],
        unread=[
            {"source_file": "DE-0002.pdf", "reason": "other_extension"},
            {"source_file": "DE-0004 Scan.pdf", "reason": "other_extension"},
            {"source_file": "notes.docx", "reason": "other_extension"},
        ],
    )
    assert said(found) == {"put_back": ["DE-0001.xlsx", "DE-0002.pdf", "DE-0004 Scan.pdf"]}
    rows = todo(found, FIRST)
    assert rows["cluster_id"].to_list() == ["DE-0001", "DE-0002", "DE-0004", None]
    assert rows["name"].to_list()[-1] == "x.xlsx"


@pytest.mark.parametrize(
    ("state", "asked"), [("reviewed", []), ("quarantined", ["DE-0001 scan.xlsx", "DE-0001.xlsx"])]
)
def test_a_file_is_not_asked_for_when_a_later_one_of_its_cluster_was_reviewed(
    state: str, asked: list[str]
) -> None:
    kept = {"source_file": "DE-0001 DE-0002.xlsx", "outcome": "quarantined", "code": "unreadable"}
    found = tables(
        coverage=[cluster(1, state=state), cluster(2)],
        submissions=[
            {"source_file": "DE-0001 scan.xlsx", "outcome": "quarantined", "code": "unreadable"},
            {**kept, "source_file": "DE-0001.xlsx", "cluster_id": "DE-0001"},
            kept,  # two clusters: whose it is, is not known
        ],
    )
    assert sorted(todo(found, FIRST)["name"]) == sorted(["DE-0001 DE-0002.xlsx", *asked])


def test_valid_ratings_of_an_earlier_period_are_told_with_their_file() -> None:
    left = [
        (FIRST, "DE-0001", "10.2", "2026-Q2"),
        (FIRST, "DE-0001", "2.2", "2026-Q2"),
        ("other", "DE-0003", "1", "2026-Q2"),
    ]
    behind = pl.DataFrame(left, LEFT_BEHIND, orient="row")
    found = tables(coverage=[cluster(1), cluster(3, role="Ausgeschieden")])
    for lang in LANGUAGES:
        (line,) = todo_lines(todo(found, FIRST, behind), lang)
        assert "2026-Q2" in line.text
        assert "(3): " in line.text
        assert "inputs/2026-Q2/assessments.xlsx" in line.text
        assert line.names == "DE-0001 (2.2, 10.2), DE-0003 (1)"
    assert todo(found, FIRST, behind.clear()).is_empty()


def test_requests_of_the_deciding_catalogue_are_counted_by_cluster() -> None:
    asked = {"status": "undetermined", "request_de": "Akteure!F12", "request_en": "Akteure!F12"}
    found = tables(
        coverage=[cluster(1), cluster(2), cluster(3, role="Ausgeschieden")],
        criteria=[
            criterion(3, "4.2", **asked),
            criterion(1, "10.1", **asked),
            criterion(1, "4.2", **asked),
            criterion(1, "5", status="undetermined"),
            *(criterion(1, f"6.{n}", **asked) for n in (1, 2)),
            criterion(2, "4.2", catalogue="other", **asked),
        ],
    )
    assert said(found) == {"ask": ["DE-0001 (4.2, 6.1, 6.2 …)"]}
    (line,) = todo_lines(todo(found, FIRST), "en")
    assert line.text == "Ask 1 cluster for missing entries (4 criteria undetermined)"


def test_who_is_invited_and_what_is_overdue_the_longest_first() -> None:
    def waits(number: int, step: str, days: int, *, overdue: bool) -> dict[str, Any]:
        own = {"cluster_id": f"DE-000{number}", "next_step": step, "days": days}
        return {**own, "overdue": overdue, "missing": []}

    found = tables(
        coverage=[cluster(n, role="Antrag") for n in (1, 2, 3)],
        admission=[
            waits(1, "interview", 70, overdue=True),
            waits(2, "vote", 99, overdue=True),
            waits(3, "interview", 5, overdue=False),
        ],
    )
    assert said(found) == {
        "invite": ["DE-0001", "DE-0003"],
        "overdue": [
            "DE-0002 (Votum BMWK, seit 99 Tagen)",
            "DE-0001 (Aufnahmegespräch, seit 70 Tagen)",
        ],
    }


def test_what_lapses_within_three_months_and_what_has_lapsed_already() -> None:
    def one(number: int, **values: Any) -> dict[str, Any]:
        own = {"catalogue": FIRST, "cluster_id": f"DE-000{number}", "criterion_id": "7.2"}
        return {**own, **values}

    def ahead(number: int, months: int, status: str) -> dict[str, Any]:
        return one(number, months=months, status=status)

    late = [ahead(2, 3, "fulfilled"), ahead(2, 6, "not_fulfilled")]
    soon = [ahead(n, m, "not_fulfilled") for n in (1, 3) for m in (3, 6)]
    found = tables(
        coverage=[cluster(n) for n in (1, 2, 3)],
        criteria=[criterion(n, "7.2") for n in (1, 2, 3)],
        clusters=[{"cluster_id": f"DE-000{n}", "as_of": LAST_DAY} for n in (1, 2, 3)],
        outlook=[*late, *soon],
        lapsed=[one(3, status="not_fulfilled")],
    )
    assert said(found) == {"lapsed": ["DE-0003 (7.2)"], "lapsing": ["DE-0001 (7.2)"]}


def test_overdue_opinions_are_told_by_expert_and_overdue_agreements_by_cluster() -> None:
    def owed(number: int, criterion_id: str, reviewer: str, **values: Any) -> dict[str, Any]:
        own = {"catalogue": FIRST, "cluster_id": f"DE-000{number}", "criterion_id": criterion_id}
        return {**own, "reviewer": reviewer, "done": False, "overdue": True, **values}

    def agreed(number: int, outcome: str) -> dict[str, Any]:
        own = {"catalogue": FIRST, "cluster_id": f"DE-000{number}", "criterion_id": "5"}
        return {**own, "outcome": outcome}

    found = tables(
        coverage=[cluster(1, name="Netz"), cluster(2), cluster(3, role="Ausgeschieden")],
        assignments=[
            owed(1, "10.2", "G2"),
            owed(1, "2.2", "G2"),
            owed(1, "2.2", "G1"),
            owed(2, "2.2", "G1", overdue=False),
            owed(2, "2.2", "G1", catalogue="other"),
            owed(2, "10.2", "G1", overdue=False, catalogue="other"),
            owed(3, "2.2", "G1"),  # assigned all the same: the list of experts counts it
        ],
        agreements=[agreed(1, "kept"), agreed(2, "overdue"), agreed(3, "overdue")],
    )
    assert said(found) == {
        "opinions": ["DE-0001 Netz (G1: 2.2)", "DE-0001 Netz (G2: 2.2, 10.2)", "DE-0002 (G1: 2.2)"],
        "agreed": ["DE-0002 (5)"],
    }
    opinions, _ = todo_lines(todo(found, FIRST), "de")
    assert opinions.more == "und 1 weiterer Eintrag"
    counted = of_experts(found["assignments"])["overdue"].sum()
    assert opinions.text == f"An {counted} überfällige Gutachten erinnern"


def test_a_line_names_the_first_and_counts_the_rest() -> None:
    names = ["Netzwerk " * 20, "b", "c", "d", "e"]
    rows = [cluster(n, state="missing", name=name) for n, name in enumerate(names, 1)]
    (line,) = todo_lines(todo(tables(coverage=rows), FIRST), "de")
    assert line.text == "5 Cluster an ihre Einreichung erinnern"
    assert len(line.entries) == SHOWN
    assert line.names.endswith("DE-0003 c und 2 weitere")
    assert all(len(entry.text) < 60 for entry in line.entries)
    assert [entry.short for entry in line.entries] == ["DE-0001", "DE-0002", "DE-0003"]


@pytest.mark.parametrize(
    ("name", "text", "short"),
    [
        ("DE-0001.xlsx", "DE-0001.xlsx", "DE-0001.xlsx"),
        ("x" * 60, f"{'x' * 39}…", f"{'x' * 27}…"),
        ("Netz " * 20, f"{'Netz ' * 7}…", f"{'Netz ' * 5}…"),
    ],
)
def test_the_name_of_a_file_is_cut_after_a_word_or_else_within_it(
    name: str, text: str, short: str
) -> None:
    file = {"source_file": name, "outcome": "quarantined", "code": "encrypted"}
    (line,) = todo_lines(todo(tables(submissions=[file]), FIRST), "de")
    assert [(entry.text, entry.short) for entry in line.entries] == [(text, short)]


@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_kind_has_its_texts_and_a_place(lang: str) -> None:
    row = {"cluster_id": "DE-0001", "name": "n", "step": "vote", "days": 3, "criteria": ["1"]}
    table = todo(tables(coverage=[cluster(1, state="missing")]), FIRST)
    for n in (1, 2):
        every = pl.DataFrame([{"kind": kind, **row} for kind in KINDS] * n, table.schema)
        lines = todo_lines(every, lang)
        assert [line.kind for line in lines] == list(KINDS)
        assert all(line.text and line.anchor and "{" not in line.text for line in lines)


# ---- where it stands ----


def review() -> Review:
    """A review of one cluster, of which another one is missing."""
    whole = reviewed()
    rows = [cluster(9, state="missing", name="<i>Netz</i> [x](y)\x1b")]
    coverage = pl.concat([whole.tables["coverage"], published("coverage", rows)])
    return replace(whole, tables={**whole.tables, "coverage": coverage})


def test_the_console_says_it_first_with_the_place_in_the_report() -> None:
    title, *lines = todo_first(review(), Path("outputs/2026-Q3"), "de")
    assert title == "Zu tun:"
    assert lines[0].startswith("  1 Cluster an seine Einreichung erinnern: DE-0009 ")
    assert lines[0].endswith(" → outputs/2026-Q3/report/index.html#returns")
    assert "\x1b" not in lines[0]


def test_nothing_to_do_is_said() -> None:
    empty = {name: table.clear() for name, table in reviewed().tables.items()}
    bare = replace(reviewed(), tables=empty)
    assert list(todo_first(bare, Path("x"), "en")) == ["There is nothing to do at present."]


def test_the_summary_of_a_run_links_each_line_into_the_report() -> None:
    shown = in_markdown(Published(Path("out"), {}, review()), "de", "http://x/index.html")
    (line,) = [one for one in shown if "erinnern" in one]
    assert "](<http://x/index.html#returns>): " in line
    assert "<i>" not in line
    assert "[x](y)" not in line


@pytest.mark.parametrize("lang", ["de", "en"])
def test_it_stands_in_the_head_of_the_page_and_its_links_lead_somewhere(lang: str) -> None:
    page = make_pages(page_batches(review(), lang)[-1])["index.html"]
    main = page[page.index("<main") :]
    first = main[: main.index("</section>")]
    assert 'id="todo"' in first
    assert "&lt;i&gt;Netz" in first
    for line in todo_lines(review().todo, lang):
        assert f'href="#{line.anchor}"' in first
        assert f'id="{line.anchor}"' in page
