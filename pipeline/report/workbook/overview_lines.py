"""The content of the overview: its key figures, each with its formula."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.common.texts import say
from pipeline.evaluation.evaluate import ELIGIBLE
from pipeline.history.notices import damaged
from pipeline.report.earlier import HEADLINES, Earlier
from pipeline.report.workbook.matrix import Matrix
from pipeline.report.workbook.sheets import Book
from pipeline.tables.headlines import headline, role_word
from schemas.properties import RESEARCH, flagged
from schemas.reference_figures import reference_figures
from schemas.tables import DECISIONS


@dataclass(frozen=True)
class Line:
    """A line of the overview: label, value (with its formula), and a remark."""

    label: str
    value: Any
    formula: str | None = None
    kind: str = "int"
    note: str = ""
    before: float | None = None


@dataclass(frozen=True)
class Before:
    """The latest earlier period that is published, if there is one."""

    period: str | None
    earlier: Earlier

    def counted(self, figure: str) -> int | None:
        """Return one of its headline figures; None if they are not known."""
        if self.period is None or HEADLINES not in self.earlier[self.period]:
            return None
        return headline(self.earlier[self.period][HEADLINES], figure)

    @property
    def sme_share(self) -> float | None:
        """The share of SMEs among its memberships."""
        members = self.counted("memberships")
        return (self.counted("smes") or 0) / members if members else None

    def decided(self, matrix: Matrix, code: str) -> int | None:
        """Return how many clusters had a decision; None if the catalogue was not evaluated."""
        if self.period is None:
            return None
        published, catalogue = self.earlier[self.period].get(HEADLINES), matrix.catalogue.id
        if published is None or catalogue not in published["catalogue"]:
            return None
        return headline(published, code, catalogue)


# ---------------------------------------------------------------------------------------- lines
def of_review(book: Book) -> Iterable[Line]:
    """Return period, as-of dates and catalogues."""
    days, text = book.table("clusters")["as_of"], book.text
    column = book.ref("portfolio", "as_of")
    yield Line(text("o_period"), book.review.period, kind="text")
    yield Line(text("o_last_day"), book.review.last_day, kind="day")
    yield Line(text("o_as_of_first"), days.min(), f"=MIN({column})", "day")
    yield Line(text("o_as_of_last"), days.max(), f"=MAX({column})", "day")
    for catalogue in book.review.catalogues:
        mark, criteria = catalogue.pass_mark, len(catalogue.criteria)
        parts = {"version": catalogue.version, "mark": mark, "criteria": criteria}
        note = f"{catalogue.title[book.lang]}; {text('o_catalogue_note', **parts)}"
        yield Line(text("o_catalogue"), catalogue.id, kind="text", note=note)
    for notice in damaged(book.review.damaged):
        yield Line(text("o_damaged"), text("o_damaged_value"), kind="text", note=notice[book.lang])


def of_figures(book: Book, before: Before) -> Iterable[Line]:
    """Return clusters, memberships, distinct actors, SMEs and research, fields and states."""
    text, now = book.text, book.review.headline
    members, smes = now("memberships"), now("smes")
    tests = f'{book.ref("actors", "bound")},"{text("yes")}"'
    of_sme = f"{tests},{book.ref('actors', 'sme')}"

    def over_rows(formula: str) -> str | None:
        return formula if book.has_rows else None

    yield Line(
        text("o_clusters"),
        now("clusters"),
        f"=COUNTA({book.ref('portfolio', 'cluster_id')})",
        before=before.counted("clusters"),
    )
    yield Line(
        text("o_memberships"),
        members,
        f"=COUNTIFS({tests})" if book.has_rows else f"=SUM({book.ref('counts', 'count')})",
        note=text("o_memberships_note"),
        before=before.counted("memberships"),
    )
    yield Line(
        text("o_smes"),
        smes,
        over_rows(f'=COUNTIFS({of_sme},"{text("yes")}")'),
        before=before.counted("smes"),
    )
    yield Line(
        text("o_smes_unknown"),
        now("smes_unknown"),
        over_rows(f'=COUNTIFS({of_sme},"{text("unknown")}")'),
        before=before.counted("smes_unknown"),
    )
    if members:
        # the two lines before the previous one: memberships and SMEs
        yield Line(
            text("o_sme_share"),
            smes / members,
            "=B{0-2}/B{0-3}",
            "share",
            text("o_sme_share_note"),
            before.sme_share,
        )
    types = book.ref("actors", "actor_type")
    words = book.words(flagged("actor_type", RESEARCH))
    research = "+".join(f'COUNTIFS({tests},{types},"{word}")' for word in words)
    yield Line(
        text("o_research"),
        now("research"),
        over_rows(f"={research}"),
        note=text("o_research_note"),
        before=before.counted("research"),
    )
    yield Line(
        text("o_distinct"),
        now("distinct"),
        note=text("o_distinct_note"),
        before=before.counted("distinct"),
    )
    for code in ("technology_field", "federal_state"):
        column = book.ref("portfolio", code)
        # the sum over all rows of 1 / (number of equal values); empty cells count nothing
        formula = f'=ROUND(SUMPRODUCT(({column}<>"")/COUNTIF({column},{column}&"")),0)'
        yield Line(text(f"o_{code}"), now(code), formula, before=before.counted(code))


def of_source(book: Book) -> Iterable[Line]:
    """Return figures of a source that stand beside the portfolio's."""
    lang = book.lang
    for one in reference_figures().values():
        code = "o_by_source_about" if one.about else "o_by_source"
        note = book.text(code, year=one.as_of, source=one.source[book.lang])
        yield Line(one.label[lang], one.value, note=note)


def of_decisions(matrix: Matrix, before: Before) -> Iterable[Line]:
    """Return how many clusters each decision has, and how firm they are."""
    book, catalogue = matrix.book, matrix.catalogue
    text, column, now = book.text, matrix.ref("decision"), book.review.headline
    for code in DECISIONS:
        word = say("decision", code, book.lang)
        note = text(f"o_{code}_note", mark=catalogue.pass_mark)
        yield Line(
            word,
            now(code, catalogue.id),
            f'=COUNTIF({column},"{word}")',
            note=note,
            before=before.decided(matrix, code),
        )
        if code == ELIGIBLE:
            confirmed = now(f"{code}_confirmed", catalogue.id)
            formula = f'=COUNTIF({matrix.ref("decision_confirmed")},"{word}")'
            yield Line(text("o_confirmed"), confirmed, formula, note=text("o_confirmed_note"))
    if stands_in(matrix):
        yield Line(text("o_limit"), None, note=text("o_stand_in"))
    turned = matrix.of("robustness").filter("changed")["cluster_id"].n_unique()
    formula = f'=COUNTIF({matrix.ref("turning")},">0")'
    yield Line(text("o_turning"), turned, formula, note=text("o_turning_note"))


def of_roles(matrix: Matrix) -> Iterable[tuple[str, str, Mapping[str, int]]]:
    """Return of each role its word on the sheet Portfolio, its label, and its decisions."""
    book = matrix.book
    own = book.review.by_role.filter(pl.col("catalogue") == matrix.catalogue.id)
    for row in own.iter_rows(named=True):
        (word,) = book.words([row["role"]])
        label = role_word(row["role"], book.lang)
        yield word or "", label, {code: row[code] for code in DECISIONS}


def with_role(matrix: Matrix, role: str, code: str) -> str:
    """Return the formula that counts the clusters of a role with a decision; in any order."""
    book, decision = matrix.book, say("decision", code, matrix.book.lang)
    ids = f"{matrix.ref('cluster_id')},{book.ref('portfolio', 'cluster_id')}"
    counts = f'COUNTIFS({ids},{matrix.ref("decision")},"{decision}")'
    return f'=SUMPRODUCT(({book.ref("portfolio", "role")}="{role}")*{counts})'


def of_quality(book: Book, before: Before) -> Iterable[Line]:
    """Return who is missing, what was quarantined, and the findings."""
    words = [
        ("missing", "coverage", "state", "outcome", "missing"),
        ("quarantined", "submissions", "outcome", "outcome", "quarantined"),
        ("superseded", "submissions", "outcome", "outcome", "superseded"),
    ]
    now = book.review.headline
    formula = f'=COUNTIF({book.ref("coverage", "outdated")},"{book.text("yes")}")'
    yield Line(book.text("o_outdated"), now("outdated"), formula)
    for label, table, column, group, code in words:
        formula = f'=COUNTIF({book.ref(table, column)},"{say(group, code, book.lang)}")'
        then = before.counted(code) if code == "quarantined" else None
        yield Line(book.text(f"o_{label}"), now(code), formula, before=then)
    for label, code in (("errors", "error"), ("warnings", "warning")):
        # a row of the sheet may represent many findings
        severities, numbers = book.ref("findings", "severity"), book.ref("findings", "number")
        formula = f'=SUMIF({severities},"{say("severity", code, book.lang)}",{numbers})'
        yield Line(book.text(f"o_{label}"), now(label), formula)


def stands_in(matrix: Matrix) -> bool:
    """Whether any cluster was evaluated with a stand-in limit."""
    sources = matrix.of("conditions")["limit_source"]
    return bool(sources.str.contains("^(?:quartile|frozen)").any())
