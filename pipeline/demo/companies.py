"""An actor's statements about its size: employees, turnover, balance sheet, SME or not."""

from random import Random

from pipeline.demo.model import Row

# How often each figure is filled in; an empty one causes no finding.
FILLED = {"employees": 0.88, "turnover_eur": 0.35, "balance_sheet_eur": 0.22, "sme_stated": 0.985}
MOST_EMPLOYEES, MOST_TURNOVER = 249, 49_800_000


def figures(rng: Random, kind: str) -> Row:
    """Return an actor's figures; those of a company are consistent."""
    if kind not in ("sme", "large"):
        staff = round(rng.lognormvariate(3.6, 1.0))
        return {"employees": staff if rng.random() < 0.3 else None}
    full = _company(rng, kind == "sme")
    return {key: value if rng.random() < FILLED[key] else None for key, value in full.items()}


def _company(rng: Random, sme: bool) -> Row:
    employees = _staff(rng, sme)
    turnover = round(employees * rng.uniform(80, 220)) * 1000
    turnover = min(turnover, MOST_TURNOVER) if sme else turnover
    return {
        "employees": employees,
        "turnover_eur": turnover,
        "balance_sheet_eur": round(turnover * rng.uniform(0.3, 0.8), -3),
        "sme_stated": _stated(rng, sme),
    }


def _staff(rng: Random, sme: bool) -> int:
    if sme:
        return max(1, min(MOST_EMPLOYEES, round(rng.lognormvariate(3.0, 1.1))))
    return 250 + round(rng.lognormvariate(6.0, 1.1))


def _stated(rng: Random, sme: bool) -> bool:
    """Return the actor's own statement; sometimes it contradicts the figures."""
    return sme != (rng.random() < (0.008 if sme else 0.03))


def blank(rng: Random, row: Row) -> None:
    """Remove every statement from which a company's SME status would follow."""
    if "sme_stated" in row and rng.random() < 0.45:
        row.update(dict.fromkeys(FILLED))


def grow(rng: Random, row: Row) -> None:
    """Change the number of employees a little, within the limits of the kind of company."""
    staff = row.get("employees")
    if isinstance(staff, int) and not 200 <= staff < 300 and rng.random() < 0.06:
        row["employees"] = max(1, round(staff * rng.uniform(0.92, 1.1)))
