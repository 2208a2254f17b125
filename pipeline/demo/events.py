"""Events of single clusters: who does not report, whose file is broken, whom one rule decides.

Each rule selects by the cluster's number, so that a larger portfolio does not change the others.
"""

from dataclasses import dataclass

from pipeline.demo.profiles import Plan

# Below this number of clusters none is lost: a review needs four fifths of those expected.
LOSSES_FROM = 10


@dataclass(frozen=True)
class Rule:
    """Every n-th cluster, beginning with a given number."""

    every: int
    first: int

    def holds(self, plan: Plan) -> bool:
        """Return whether the rule applies to the cluster."""
        return plan.number % self.every == self.first


NEWCOMER = Rule(45, 12)  # founded recently, reports from the second period on
SILENT = Rule(60, 4)  # reports only in the first period
BROKEN = Rule(90, 9)  # its only file of the last period is truncated
WITHOUT_SHEET = Rule(90, 7)  # the first period without a required sheet
WITHOUT_COLUMN = Rule(180, 52)  # the last period without a required column
CORRECTED = Rule(30, 2)  # sends a corrected Version 2 as well as the first one
OUTDATED = Rule(60, 5)  # sends the same old figures every time
ENGLISH = Rule(30, 6)  # fills in an English form
FALLS = Rule(36, 19)  # meets just enough criteria, and its funding is secured for hardly two years

# Of a criterion of these clusters one rule of the criteria decides alone.
SAYS_NO = Rule(30, 17)  # 7.2: its long-term prospect is a word for none
LEFT_OPEN = Rule(30, 28)  # 7.2: its long-term prospect is a word for no answer
SUPPORT_ALONE = Rule(30, 16)  # 8: innovation support alone serves one of its fields
SHARED_SERVICE = Rule(30, 29)  # 8: the services of one field serve another one as well
NO_SUPPORT = Rule(30, 26)  # 13: it offers no innovation support
STARTS_INSIDE = Rule(30, 18)  # 9.2: its second format of internal communication is yet to begin
STARTS_OUTSIDE = Rule(30, 24)  # 11: its external communication is yet to begin
STANDING_PROFILE = Rule(30, 23)  # 11: an old profile that still stands is its third proof


@dataclass(frozen=True)
class Fate:
    """The events of one cluster in one period of a portfolio of that size."""

    plan: Plan
    index: int
    clusters: int

    def _befalls(self, rule: Rule, first: bool) -> bool:
        """Return whether a rule for the first period, or for the last one, applies."""
        last = len(self.plan.periods) - 1
        turn = self.index == 0 and last > 0 if first else self.index == last
        return turn and self.clusters >= LOSSES_FROM and rule.holds(self.plan)

    @property
    def absent(self) -> bool:
        """Whether there is no submission."""
        may_be_absent = self.index > 0 or len(self.plan.periods) == 1
        silent = may_be_absent and self.clusters >= LOSSES_FROM and SILENT.holds(self.plan)
        return silent or self._befalls(NEWCOMER, first=True)

    @property
    def broken(self) -> bool:
        """Whether the file is truncated."""
        return self._befalls(BROKEN, first=False)

    @property
    def without_sheet(self) -> bool:
        """Whether a required sheet is missing."""
        return self._befalls(WITHOUT_SHEET, first=True)

    @property
    def without_column(self) -> bool:
        """Whether a required column is missing."""
        return self._befalls(WITHOUT_COLUMN, first=False)

    @property
    def corrected(self) -> bool:
        """Whether there is an older version as well as the corrected one."""
        return CORRECTED.holds(self.plan)
