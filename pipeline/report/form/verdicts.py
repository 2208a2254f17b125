"""Formulas of the hard criteria: figures against thresholds, statuses, what is missing."""

from dataclasses import dataclass

from pipeline.common.catalogue import Condition, Criterion
from pipeline.report.form.calculation import Calculation
from pipeline.report.form.of_actors import add_actors
from pipeline.report.form.of_others import add_evidence, add_funding, add_master, add_master_figures
from pipeline.report.form.plan import catalogue, tables
from pipeline.report.form.problems import add_problems

# The figures for which there are formulas.
METRICS = (
    "bound_actors",
    "sme_share",
    "age_years",
    "own_funds_share",
    "secured_months",
    "long_term_prospect",
    "competitors",
    "success_stories",
)


@dataclass(frozen=True)
class Line:
    """One condition of a hard criterion: key names its figures on the sheet of sums."""

    criterion: Criterion
    number: int
    condition: Condition

    @property
    def key(self) -> str:
        """The name of the condition, such as c_7.2_1."""
        return f"c_{self.criterion.id.replace('.', '_')}_{self.number}"

    @property
    def is_first(self) -> bool:
        """Whether it is the first condition of its criterion."""
        return self.number == 1


def hard_criteria() -> tuple[list[Criterion], list[Criterion]]:
    """Return the hard criteria of the first catalogue that the form calculates, and the others."""
    hard = [c for c in catalogue().criteria if c.kind == "hard"]
    ours = [c for c in hard if all(map(is_calculated, c.conditions))]
    return ours, [c for c in hard if c not in ours]


def is_calculated(condition: Condition) -> bool:
    """Whether there are formulas for a condition."""
    simple = condition.threshold is not None and not condition.threshold_by_technology_field
    return simple and condition.operator == ">=" and condition.metric.key in METRICS


def lines() -> list[Line]:
    """Return every condition of the hard criteria."""
    return [
        Line(criterion, number, condition)
        for criterion in hard_criteria()[0]
        for number, condition in enumerate(criterion.conditions, 1)
    ]


def add_everything(sums: Calculation) -> None:
    """Add all figures and statuses."""
    add_master(sums)
    add_master_figures(sums)
    add_actors(sums)
    add_funding(sums)
    add_evidence(sums)
    add_problems(sums)
    for line in lines():
        add_line(sums, line)
    for criterion in hard_criteria()[0]:
        statuses = [f"{{{line.key}_status}}" for line in lines() if line.criterion is criterion]
        sums.single(f"status_{criterion.id}".replace(".", "_"), f"MIN({','.join(statuses)})")


def add_line(sums: Calculation, line: Line) -> None:
    """Add a condition: whether it can be calculated, its status and its lever."""
    condition, key = line.condition, line.key
    metric = condition.metric.key
    over = [f"{{{s.key}_over}}" for s in tables() if reads(condition, s.key)]
    sums.single(f"{key}_over", f"MAX(0,{','.join(over)})" if over else "0")
    sums.single(f"{key}_known", f"IF(AND({{ready}}=1,{{{key}_over}}=0),1,0)")
    sums.single(f"{key}_threshold", float(condition.threshold or 0))
    low, high, least = f"{{{metric}_low}}", f"{{{metric}_high}}", f"{{{key}_threshold}}"
    status = f'IF({low}="",0.5,IF({low}>={least},1,IF({high}<{least},0,0.5)))'
    sums.single(f"{key}_status", f"IF({{{key}_known}}=0,0.5,{status})")
    lever = lever_formula(condition, least)
    open_ = f'OR({{{key}_known}}=0,{{{key}_status}}=1,{{{metric}_part}}="")'
    sums.single(f"{key}_lever", f'IF({open_},"",{lever})')


def reads(condition: Condition, sheet: str) -> bool:
    """Whether a condition's figure reads a sheet."""
    return any(place.startswith(f"{sheet}.") for place in condition.metric.reads)


def lever_formula(condition: Condition, least: str) -> str:
    """Return the formula of the smallest change that fulfils a condition (see `evaluate.lever`)."""
    metric = condition.metric
    part, whole = f"{{{metric.key}_part}}", f"{{{metric.key}_whole}}"
    more = f"ROUNDUP(ROUND(({least}*{whole}-{part})/(1-{least}),6),0)"
    amounts = {
        "missing": f"ROUND({least}-{part},6)",
        "months": f"{least}*{metric.months_per_unit}-{part}",
        "share": more,
        "own_funds": f"{more}/100",
    }
    amount = amounts[metric.lever]
    return f'IF({amount}>0,{amount},"")'
