"""The matrix of a catalogue: clusters by criteria, totals and decisions as formulas."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl
from xlsxwriter.utility import xl_col_to_name

from pipeline.common.catalogue import Catalogue
from pipeline.common.texts import say, say_limit, say_variant
from pipeline.evaluation.evaluate import ELIGIBLE, NOT_ELIGIBLE, OPEN, reference_condition
from pipeline.report.workbook.cells import Column, Formula
from pipeline.report.workbook.sheets import Book, sheet_name
from pipeline.report.workbook.working import Working

# rows (from 0) of the kinds and of the header; the first column of signs
KIND_ROW, TOP, FIRST = 5, 6, 2
COUNTS = ["fulfilled_hard", "fulfilled_soft", "fulfilled_assessed"]
TOTALS = ["fulfilled", "not_fulfilled", "undetermined"]
# the columns after the signs, in order
PLACES = [*TOTALS, "decision", *COUNTS, "decision_confirmed", "effect", "reviewed", "row"]


@dataclass(frozen=True)
class Matrix:
    """One catalogue's sheet."""

    working: Working
    catalogue: Catalogue

    @property
    def book(self) -> Book:
        """The workbook."""
        return self.working.book

    @cached_property
    def suffix(self) -> str:
        """The suffix of the sheet and table of a further catalogue."""
        return "" if self.catalogue == self.book.first else f" {self.catalogue.id}"

    @property
    def sheet(self) -> str:
        """The sheet's name."""
        return sheet_name(self.book.text("sheet_criteria") + self.suffix)

    @property
    def table(self) -> str:
        """The table's name."""
        tail = "".join(c if c.isalnum() else "_" for c in self.suffix)
        return self.book.text("table_criteria") + tail

    @property
    def mark(self) -> str:
        """The cell of the pass mark."""
        return self.working.assumptions.mark(self.catalogue)

    def ref(self, header: str) -> str:
        """Return a structured reference to a column by its code."""
        return f"{self.table}[{self.book.text(f'h_{header}')}]"

    def of(self, table: str) -> pl.DataFrame:
        """Return the catalogue's rows of a table."""
        return self.book.table(table).filter(pl.col("catalogue") == self.catalogue.id)

    # ---------------------------------------------------------------------------------- columns
    @cached_property
    def columns(self) -> list[Column]:
        """Every column of the table."""
        decisions = self.book.table("clusters").select("cluster_id", "name", "role")
        decisions = decisions.join(self.of("decisions"), on="cluster_id", how="left").sort(
            "cluster_id"
        )
        ids = decisions["cluster_id"].to_list()
        text = self.book.text
        return [
            Column(text("h_cluster_id"), ids),
            Column(text("h_name"), decisions["name"].to_list(), "foreign"),
            *self.signs(ids),
            *self.placed(ids, decisions),
            *self.robustness(ids),
            *self.limits(ids),
            self.dissents(ids),
            Column(text("h_role"), self.book.words(decisions["role"].to_list())),
        ]

    def signs(self, ids: Sequence[str]) -> list[Column]:
        """Return a column of signs for each criterion, looked up on the sheet Rechnung."""
        working, catalogue = self.working, self.catalogue
        signs = [working.signs(catalogue, c) for c in catalogue.criteria]
        return [
            Column(
                c.id,
                [own[i] for i in ids],
                "sign",
                self.found(working.valid(catalogue, c)),
                6.5,
            )
            for c, own in zip(catalogue.criteria, signs, strict=True)
        ]

    def found(self, where: str) -> Formula:
        """Return the formula of a cell in the cluster's row on the sheet Rechnung."""
        return lambda row: f"=INDEX({where},${self.place('row')}{row})"

    def placed(self, ids: Sequence[str], decisions: pl.DataFrame) -> list[Column]:
        """Return the columns after the signs, in the order of PLACES."""
        columns = {
            **self.counts(decisions),
            **self.outcomes(decisions),
            **self.changes(decisions),
            "row": self.row_of(ids),
        }
        return [columns[name] for name in PLACES]

    def row_of(self, ids: Sequence[str]) -> Column:
        """Return the cluster's row on the sheet Rechnung."""
        clusters = self.working.name("clusters")
        rows = [self.working.ids.index(i) + 1 for i in ids]
        formula: Formula = lambda row: f"=MATCH($A{row},{clusters},0)"  # noqa: E731
        return Column(self.book.text("h_working_row"), rows, "int", formula, folds=True)

    def counts(self, decisions: pl.DataFrame) -> dict[str, Column]:
        """Return the columns that count signs; how the sum comes about folds."""
        formulas = {
            "fulfilled_hard": self.count("hard"),
            "fulfilled_soft": self.count("soft"),
            "fulfilled_assessed": self.rated(),
            **self.sums(),
        }
        return {
            name: Column(
                self.book.text(f"h_{name}"),
                decisions[name].to_list(),
                "int",
                formula,
                13 if name in COUNTS else None,
                folds=name in COUNTS,
            )
            for name, formula in formulas.items()
        }

    def outcomes(self, decisions: pl.DataFrame) -> dict[str, Column]:
        """Return the columns of the decision and of the confirmed decision."""
        formulas = {"decision": self.decision, "decision_confirmed": self.confirmed}
        return {
            name: Column(
                self.book.text(f"h_{name}"),
                self.book.labels("decision", decisions[name].to_list()),
                formula=formula,
            )
            for name, formula in formulas.items()
        }

    def changes(self, decisions: pl.DataFrame) -> dict[str, Column]:
        """Return the decision of the review, and whether views or assumptions changed it."""
        texts = self.book.labels("decision", decisions["decision"].to_list())
        now, before = self.place("decision"), self.place("reviewed")
        word = self.book.text("changed")
        return {
            "reviewed": Column(self.book.text("h_reviewed"), texts, folds=True),
            "effect": Column(
                self.book.text("h_effect"),
                [""] * len(texts),
                formula=lambda row: f'=IF({now}{row}={before}{row},"","{word}")',
            ),
        }

    def robustness(self, ids: Sequence[str]) -> list[Column]:
        """Return number and names of variants that change the decision, and the new decision."""
        turned: dict[str, list[str]] = {i: [] for i in ids}
        for row in self.of("robustness").filter("changed").iter_rows(named=True):
            variant = say_variant(row["variant"], self.book.lang)
            decision = say("decision", row["decision"], self.book.lang)
            turned.setdefault(row["cluster_id"], []).append(f"{variant}: {decision}")
        return [
            Column(self.book.text("h_turning"), [len(turned[i]) for i in ids], "int"),
            Column(self.book.text("h_variants"), ["; ".join(turned[i]) for i in ids], "wrap"),
        ]

    def limits(self, ids: Sequence[str]) -> list[Column]:
        """Return which limit was used, for criteria that depend on a reference."""
        if reference_condition(self.catalogue) is None:
            return []
        rows = self.of("conditions").filter(pl.col("metric") == "actors_per_fte")
        source = dict(zip(rows["cluster_id"], rows["limit_source"], strict=True))
        texts = [say_limit(source.get(i), self.book.lang) for i in ids]
        return [Column(self.book.text("h_limit_source"), texts)]

    def dissents(self, ids: Sequence[str]) -> Column:
        """Return the criteria of which the ratings of experts differ."""
        differ = self.of("ratings").filter("dissent").select("cluster_id", "criterion_id").unique()
        place = {c.id: at for at, c in enumerate(self.catalogue.criteria)}
        found: dict[str, list[str]] = {}
        for cluster, criterion in sorted(differ.rows(), key=lambda row: place[row[1]]):
            found.setdefault(cluster, []).append(criterion)
        texts = ["; ".join(found.get(i, [])) for i in ids]
        return Column(self.book.text("h_dissents"), texts, "wrap")

    # --------------------------------------------------------------------------------- formulas
    def place(self, name: str) -> str:
        """Return the letters of a column after the signs, one of PLACES."""
        return str(xl_col_to_name(FIRST + len(self.catalogue.criteria) + PLACES.index(name)))

    def span(self, row: int, *, fixed: bool = False) -> str:
        """Return the range of the signs in a row (from 1)."""
        ends = (FIRST, FIRST + len(self.catalogue.criteria) - 1)
        first, last = (f"${xl_col_to_name(end)}" for end in ends)
        mark = "$" if fixed else ""
        return f"{first}{mark}{row}:{last}{mark}{row}"

    def of_kind(self, row: int, kind: str, status: str) -> str:
        """Return the count of a row's computed signs of one kind."""
        word, sign = say("kind", kind, self.book.lang), say("status_sign", status, self.book.lang)
        return f'COUNTIFS({self.span(KIND_ROW + 1, fixed=True)},"{word}",{self.span(row)},"{sign}")'

    def like(self, row: int, status: str, more: str = "") -> str:
        """Return the count of a row's signs that begin with the sign of a status."""
        sign = say("status_sign", status, self.book.lang).replace("?", "~?")
        return f'COUNTIF({self.span(row)},"{sign}{more}*")'

    def count(self, kind: str) -> Formula:
        """Return the formula of the fulfilled criteria of a kind that no expert rated."""
        return lambda row: f"={self.of_kind(row, kind, 'fulfilled')}"

    def rated(self) -> Formula:
        """Return the formula of the criteria fulfilled by a rating or a view."""
        return lambda row: f"={self.like(row, 'fulfilled', ' ')}"

    def sums(self) -> dict[str, Formula]:
        """Return the formulas of all fulfilled, not fulfilled and undetermined criteria."""
        parts = [self.place(name) for name in COUNTS]
        return {
            "fulfilled": lambda row: "=" + "+".join(f"{part}{row}" for part in parts),
            "not_fulfilled": lambda row: f"={self.like(row, 'not_fulfilled')}",
            "undetermined": lambda row: f"={self.like(row, 'undetermined')}",
        }

    def decide(self, sure: str, unsure: str) -> str:
        """Return the formula of a decision from the criteria surely and possibly fulfilled."""
        yes, perhaps, no = (
            say("decision", code, self.book.lang) for code in (ELIGIBLE, OPEN, NOT_ELIGIBLE)
        )
        return (
            f'=IF({sure}>={self.mark},"{yes}",IF({sure}+{unsure}>={self.mark},"{perhaps}","{no}"))'
        )

    def decision(self, row: int) -> str:
        """Return the formula of the decision."""
        return self.decide(f"{self.place('fulfilled')}{row}", f"{self.place('undetermined')}{row}")

    def confirmed(self, row: int) -> str:
        """Return the formula of the decision if every unrated soft criterion is undetermined."""
        hard, soft, rated = (f"{self.place(name)}{row}" for name in COUNTS)
        missed = self.of_kind(row, "soft", "not_fulfilled")
        unsure = f"{soft}+{missed}+{self.place('undetermined')}{row}"
        return self.decide(f"({hard}+{rated})", unsure)
