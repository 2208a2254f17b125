"""How a cluster fills in its workbook: language, layout, what it omits."""

from pipeline.demo.events import ENGLISH, Fate, Rule
from pipeline.demo.model import Layout
from pipeline.demo.profiles import UNKNOWN, Plan
from pipeline.demo.reporting_day import Moment

EVIDENCE = ("10.1", "10.2", "11", "12", "13")
TITLED, STARRED, NUMERIC = Rule(5, 2), Rule(2, 1), Rule(5, 1)
SME_TYPES, CODES, EXTRA = Rule(7, 5), Rule(3, 1), Rule(4, 3)
EXAMPLE, NOTED = Rule(6, 5), Rule(8, 2)
NOTE = "Erfundene Demo-Daten. Angaben der Akteure vom Clustermanagement zusammengestellt."


def layout(moment: Moment, fate: Fate) -> Layout:
    """Return the habits of a cluster in a period."""
    plan = moment.plan
    return Layout(
        language="en" if ENGLISH.holds(plan) else "de",
        title=_title(plan),
        stars=STARRED.holds(plan),
        numeric_postcodes=NUMERIC.holds(plan),
        sme_as_type=SME_TYPES.holds(plan),
        country_codes=CODES.holds(plan),
        extra_columns=EXTRA.holds(plan),
        example_sheet=EXAMPLE.holds(plan),
        note=NOTE if NOTED.holds(plan) else None,
        missing_sheets=_missing_sheets(moment, fate),
        missing_columns=frozenset({("actors", "commitment")} if fate.without_column else ()),
    )


def _title(plan: Plan) -> str | None:
    return f"{plan.name}: Quartalserhebung" if TITLED.holds(plan) else None


def _missing_sheets(moment: Moment, fate: Fate) -> frozenset[str]:
    """Return the omitted sheets: those whose content is unknown, or a required one."""
    missing = set()
    if all(moment.aims[criterion] == UNKNOWN for criterion in EVIDENCE):
        missing.add("evidence")
    if moment.aims["5"] == UNKNOWN:
        missing.add("bodies")
    if fate.without_sheet:
        missing.add("actors")
    return frozenset(missing)
