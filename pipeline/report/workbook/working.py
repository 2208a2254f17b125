"""The sheet Rechnung: figures against the assumed thresholds, ratings and views, cell by cell.

One row per cluster, in a fixed order that cannot be sorted: the other sheets look up their signs
here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl
from xlsxwriter.utility import xl_col_to_name

from pipeline.common.catalogue import Catalogue, Criterion
from pipeline.common.texts import say
from pipeline.evaluation.evaluate import NOT_FULFILLED
from pipeline.report.workbook.assumptions import KINDS, Assumptions, Slot
from pipeline.report.workbook.cells import Column
from pipeline.report.workbook.intervals import joined, verdict_tests
from pipeline.report.workbook.sheets import Book

# rows (from 0): title of the criterion, kind, number, key, header
TITLE_ROW, KIND_ROW, ID_ROW, KEY_ROW, TOP = 3, 4, 5, 6, 7
NAMES = {"clusters": "name_clusters", "keys": "name_keys", "kinds": "name_kinds"}
NAMES |= {"computed": "name_computed", "rated": "name_rated", "criteria": "name_criteria"}


@dataclass(frozen=True)
class Working:
    """The layout of the sheet: which column contains what (letters), and the formulas of signs."""

    assumptions: Assumptions

    @property
    def book(self) -> Book:
        """The workbook."""
        return self.assumptions.book

    @cached_property
    def ids(self) -> list[str]:
        """The clusters in the order of the rows."""
        return self.book.table("clusters")["cluster_id"].to_list()

    @cached_property
    def criteria(self) -> list[tuple[Catalogue, Criterion]]:
        """Every criterion of every catalogue in the order of the columns."""
        return [(k, c) for k in self.book.review.catalogues for c in k.criteria]

    # -------------------------------------------------------------------------------------
    # positions
    @cached_property
    def figures(self) -> Mapping[tuple[str, str, int], int]:
        """The column (from 0) of each condition's lower end; the upper end and the limit follow."""
        places, at = {}, 1
        for slot in self.assumptions.slots:
            places[slot.key] = at
            at += 3 if slot.condition.threshold is None else 2
        return places

    @property
    def computed_at(self) -> int:
        """The first column of computed signs."""
        reference = sum(s.condition.threshold is None for s in self.assumptions.slots)
        return 1 + 2 * len(self.assumptions.slots) + reference

    @property
    def rated_at(self) -> int:
        """The first column of ratings."""
        return self.computed_at + len(self.criteria)

    @property
    def views_at(self) -> int:
        """The column of the number of views."""
        return self.rated_at + len(self.criteria)

    @property
    def valid_at(self) -> int:
        """The first column of the signs in force."""
        return self.views_at + 1

    @property
    def last(self) -> int:
        """The last row (from 1) of clusters."""
        return TOP + 1 + max(len(self.ids), 1)

    def block(self, first: int, count: int = 1, rows: tuple[int, int] | None = None) -> str:
        """Return an absolute range: columns from 0, rows from 1 (else those of the clusters)."""
        top, bottom = rows or (TOP + 2, self.last)
        left, right = xl_col_to_name(first), xl_col_to_name(first + count - 1)
        return f"'{self.book.sheet_name('working')}'!${left}${top}:${right}${bottom}"

    def column_of(self, catalogue: Catalogue, criterion: Criterion, start: int) -> int:
        """Return the column of a criterion in the block that starts there."""
        return start + self.criteria.index((catalogue, criterion))

    def valid(self, catalogue: Catalogue, criterion: Criterion) -> str:
        """Return the range of the signs in force of a criterion."""
        return self.block(self.column_of(catalogue, criterion, self.valid_at))

    def name(self, code: str) -> str:
        """Return the defined name of a part of the sheet."""
        return self.book.text(NAMES[code])

    # --------------------------------------------------------------------------------- contents
    def of_condition(self, key: tuple[str, str, int]) -> Mapping[str, tuple[Any, ...]]:
        """Return low, high, threshold, status of a condition (see `Slot.key`) by cluster."""
        catalogue, criterion, number = key
        own = self.book.lazy("conditions").filter(
            catalogue=catalogue, criterion_id=criterion, condition=number
        )
        columns = ["cluster_id", "value_low", "value_high", "threshold", "status"]
        return {cluster: tuple(found) for cluster, *found in own.select(columns).collect().rows()}

    @cached_property
    def verdicts(self) -> pl.DataFrame:
        """Every verdict: catalogue, criterion_id, cluster_id, status, computed_status, basis."""
        columns = ["catalogue", "criterion_id", "cluster_id", "status", "computed_status", "basis"]
        return self.book.lazy("criteria").select(columns).collect()

    def of_criterion(self, catalogue: Catalogue, criterion: Criterion) -> pl.DataFrame:
        """Return cluster_id, status, computed_status, basis in the order of the rows."""
        of_these = {"catalogue": catalogue.id, "criterion_id": criterion.id}
        own = self.verdicts.filter(**of_these).drop(*of_these)
        clusters = pl.DataFrame({"cluster_id": self.ids}, schema={"cluster_id": pl.String})
        return clusters.join(own, on="cluster_id", how="left", maintain_order="left")

    @cached_property
    def fields(self) -> list[str | None]:
        """The technology field of each row's cluster."""
        return self.book.table("clusters")["technology_field"].to_list()

    def columns(self) -> Iterable[Column]:
        """Return every column of the sheet."""
        yield Column(self.book.text("h_cluster_id"), self.ids)
        for slot in self.assumptions.slots:
            yield from self.of_slot(slot)
        for catalogue, criterion in self.criteria:
            yield self.computed(catalogue, criterion)
        for catalogue, criterion in self.criteria:
            yield self.rated(catalogue, criterion)
        yield self.views()
        for catalogue, criterion in self.criteria:
            yield self.holding(catalogue, criterion)

    def of_slot(self, slot: Slot) -> Iterable[Column]:
        """Return a condition's interval, and its limit if each cluster has its own."""
        of_cluster = self.of_condition(slot.key)
        found = [of_cluster.get(i, (None,) * 4) for i in self.ids]
        beyond = self.book.text("unlimited")
        lows = [beyond if f[0] is None and f[3] == NOT_FULFILLED else f[0] for f in found]
        kind = KINDS.get(slot.condition.metric.unit, "int")
        text = self.book.text
        yield Column(f"{slot.label} {text('h_value_low')}", lows, kind, width=10)
        yield Column(f"{slot.label} {text('h_value_high')}", [f[1] for f in found], kind, width=10)
        if slot.condition.threshold is None:
            own = [f[2] for f in found]
            yield Column(f"{slot.label} {text('h_threshold')}", own, kind, width=10)

    def computed(self, catalogue: Catalogue, criterion: Criterion) -> Column:
        """Return the signs calculated from the figures and the assumed thresholds."""
        values = self.signs_of(self.of_criterion(catalogue, criterion)["computed_status"])
        slots = [s for s in self.assumptions.slots if s.key[:2] == (catalogue.id, criterion.id)]

        def formula(row: int) -> str:
            field = self.fields[row - TOP - 2]
            return f"={self.sign_of(slots, row, field)}"

        header = f"{criterion.id} {self.book.text('computed')}"
        return Column(header, values, "sign", formula, 8)

    def signs_of(self, statuses: Iterable[str | None]) -> list[str | None]:
        """Return the signs of statuses."""
        return [status and say("status_sign", status, self.book.lang) for status in statuses]

    def rated(self, catalogue: Catalogue, criterion: Criterion) -> Column:
        """Return the ratings in force, as signs."""
        mark = self.book.text("assessed_sign")
        own = self.of_criterion(catalogue, criterion)
        values = [
            f"{sign} {mark}" if basis == "assessed" else None
            for sign, basis in zip(self.signs_of(own["status"]), own["basis"], strict=True)
        ]
        return Column(f"{criterion.id} {self.book.text('basis_rated')}", values, "sign", width=8)

    def views(self) -> Column:
        """Return the number of the analyst's views of the cluster: with 0, no view is looked up."""
        cells = self.book.text("name_view_clusters")
        header = self.book.text("h_views")
        zeros = [0] * len(self.ids)
        return Column(header, zeros, "int", lambda row: f"=COUNTIF({cells},$A{row})", 10)

    def holding(self, catalogue: Catalogue, criterion: Criterion) -> Column:
        """Return the signs in force: the view, else the rating, else the computed sign."""
        computed = xl_col_to_name(self.column_of(catalogue, criterion, self.computed_at))
        rated = xl_col_to_name(self.column_of(catalogue, criterion, self.rated_at))
        views = xl_col_to_name(self.views_at)
        key = f"{xl_col_to_name(self.column_of(catalogue, criterion, self.valid_at))}${KEY_ROW + 1}"
        table = self.book.text("name_views")
        hard = criterion.kind == "hard"

        def formula(row: int) -> str:
            against = f'&IF(LEFT({rated}{row},1)={computed}{row},"","!")' if hard else ""
            usual = f'IF({rated}{row}="",{computed}{row},{rated}{row}{against})'
            found = f'VLOOKUP({key}&"|"&$A{row},{table},2,FALSE)'
            return f"=IF(${views}{row}=0,{usual},IFERROR({found},{usual}))"

        values = list(self.signs(catalogue, criterion).values())
        return Column(f"{criterion.id} {self.book.text('h_holds')}", values, "sign", formula, 8)

    def signs(self, catalogue: Catalogue, criterion: Criterion) -> Mapping[str, str | None]:
        """Return by cluster the sign of a status, and whether and how an expert rated it."""
        rated = self.book.text("assessed_sign")

        def text(status: str | None, computed: str | None, basis: str | None) -> str | None:
            sign = status and say("status_sign", status, self.book.lang)
            if basis != "assessed":
                return sign
            against = criterion.kind == "hard" and status != computed
            return f"{sign} {rated}{'!' if against else ''}"

        rows = self.of_criterion(catalogue, criterion).rows()
        return {cluster: text(*found) for cluster, *found in rows}

    # --------------------------------------------------------------------------------- formulas
    def sign_of(self, slots: Sequence[Slot], row: int, field: str | None) -> str:
        """Return the expression of a criterion's sign: the AND of its conditions."""
        tests = [self.tests(slot, row, field) for slot in slots]
        yes, no, perhaps = (
            say("status_sign", code, self.book.lang)
            for code in ("fulfilled", "not_fulfilled", "undetermined")
        )
        good = joined("AND", [good for good, _ in tests])
        bad = joined("OR", [bad for _, bad in tests])
        return f'IF({bad},"{no}",IF({good},"{yes}","{perhaps}"))'

    def tests(self, slot: Slot, row: int, field: str | None) -> tuple[str, str]:
        """Return when a condition is certainly fulfilled, and when it is certainly not."""
        at = self.figures[slot.key]
        low, high, own = (f"${xl_col_to_name(at + i)}{row}" for i in range(3))
        limit, operator = self.assumptions.threshold(slot), slot.condition.operator
        if slot.condition.threshold is None:
            limit = f"IF(ISNUMBER({limit}),{limit},{own})"
            # an unknown limit decides nothing
            known = f"COUNT({self.assumptions.threshold(slot)},{own})>0"
            return verdict_tests(
                slot.condition.operator, low, high, (limit, limit), self.beyond, known
            )
        limits = self.assumptions.range_of(slot, field)
        return verdict_tests(operator, low, high, limits, self.beyond)

    @property
    def beyond(self) -> str:
        """The word for a figure beyond every limit."""
        return self.book.text("unlimited")
