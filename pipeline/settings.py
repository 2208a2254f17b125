"""The settings of a review, from schemas/settings.toml."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.intake.limits import Limits
from schemas.declaration import DeclarationError, read_toml


@dataclass(frozen=True)
class ActorRules:
    """Who counts as bound, as SME and as near (contract 2.2)."""

    bound_commitments: tuple[str, ...]
    loose_commitments: tuple[str, ...]
    radius_km: float
    postcode_tolerance_km: float
    sme_employees_below: int
    sme_turnover_max: int
    sme_balance_max: int
    ifm_employees_below: int
    ifm_turnover_max: int
    big_group_share: float


@dataclass(frozen=True)
class CohortRules:
    """When a cohort is shown, and where size bands end."""

    minimum: int
    cluster_page_minimum: int
    size_bands: tuple[int, ...]
    small_fte: float


@dataclass(frozen=True)
class FindingRules:
    """How many findings of one file, sheet and kind are shown one by one."""

    most_on_page: int
    most_in_workbook: int


@dataclass(frozen=True)
class WorkbookRules:
    """How many rows of Akteure the comparative workbook holds itself."""

    most_rows: int


@dataclass(frozen=True)
class PageRules:
    """How much a page of the HTML report holds at most; what is more goes to further pages."""

    rows_at_first: int
    rows_on_index: int
    rows_on_list: int
    explained_on_index: int


@dataclass(frozen=True)
class FeedbackRules:
    """How much the marked copy of a submission shows at most."""

    max_seconds: int
    comments_per_sheet: int
    protocol_rows: int
    longest_value: int


@dataclass(frozen=True)
class Settings:
    """All of them."""

    intake: Limits
    actors: ActorRules
    cohorts: CohortRules
    findings: FindingRules
    workbook: WorkbookRules
    own_sources: tuple[str, ...]
    radii_km: tuple[float, ...]
    outlook_months: tuple[int, ...]
    outdated_days: int
    minimum_share: float
    first_catalogue: str
    group: str
    feedback: FeedbackRules
    pages: PageRules


def _tuples(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in raw.items()}


@cache
def load_settings() -> Settings:
    """Return the settings; DeclarationError where one is missing or misspelt."""
    raw = {k: _tuples(v) for k, v in read_toml("settings.toml").items()}
    try:
        return Settings(
            intake=Limits(**raw["intake"]),
            actors=ActorRules(**raw["actors"]),
            cohorts=CohortRules(**raw["cohorts"]),
            findings=FindingRules(**raw["findings"]),
            workbook=WorkbookRules(**raw["workbook"]),
            feedback=FeedbackRules(**raw["feedback"]),
            pages=PageRules(**raw["pages"]),
            **raw["funding"],
            **raw["robustness"],
            **raw["review"],
        )
    except (KeyError, TypeError) as error:
        raise DeclarationError(f"settings.toml: {error}") from error
