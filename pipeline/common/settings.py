"""The settings of a review: the structure of schemas/settings.toml, and its values."""

from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from pipeline.common.catalogue import metrics, shipped
from pipeline.common.limits import Limits
from schemas.checked import (
    Above0,
    Count,
    Declared,
    Filled,
    FromZero,
    Number,
    Share,
    Text,
    ascending,
    load,
    load_table,
    matching,
    once,
    one_of,
    twice,
)
from schemas.declaration import value_of
from schemas.slips import SlipError, as_written, instead

Commitments = tuple[Annotated[str, value_of("commitments")], ...]
Sources = tuple[Annotated[str, value_of("funding_sources")], ...]
# An Excel sheet has 1,048,576 rows, a cell 32,767 letters.
Rows = Annotated[Count, Field(le=1_000_000)]
Letters = Annotated[Count, Field(le=32_767)]


class Intake(Declared):
    """The limits of a file: `Limits`, which the reading processes load without pydantic."""

    max_file_mb: Count
    max_unpacked_mb: Count
    max_ratio: Count
    max_parts: Count
    max_sheets: Count
    max_cells: Count
    max_area: Count
    max_text_mb: Count
    max_seconds: Count
    max_memory_mb: Count
    workers: FromZero


class ReviewRules(Declared):
    """When a date is outdated, how many must report, which catalogue decides, who may read."""

    outdated_days: FromZero
    minimum_share: Share
    first_catalogue: Annotated[str, one_of(shipped)]
    group: str


class OfficeRules(Declared):
    """Who writes to the clusters and within how many days they answer; empty until it is set."""

    name: str
    address: tuple[Filled, ...]
    mail: Annotated[str, matching(r"|[^@\s]+@[^@\s]+", "buero@example.org")]
    answer_days: FromZero


class AdmissionRules(Declared):
    """How old a strategy may be, and how many days an applicant may wait for each step."""

    strategy_months: Count
    application_days: FromZero
    interview_days: FromZero
    opinion_days: FromZero
    votes_days: FromZero
    decision_days: FromZero


class ActorRules(Declared):
    """Who counts as bound, as SME and as near (contract 2.2)."""

    bound_commitments: Annotated[Commitments, Field(min_length=1), AfterValidator(once)]
    loose_commitments: Annotated[Commitments, AfterValidator(once)]
    radius_km: Above0
    postcode_tolerance_km: Above0
    sme_employees_below: Count
    sme_turnover_max: Count
    sme_balance_max: Count
    ifm_employees_below: Count
    ifm_turnover_max: Count
    big_group_share: Share

    @model_validator(mode="after")
    def bound_or_loose(self) -> Self:
        """Check that no commitment is in both lists."""
        for at, word in enumerate(self.loose_commitments):
            if word in self.bound_commitments:
                raise SlipError(
                    f"{as_written(word)} steht schon unter bound_commitments; erlaubt: ein Wort "
                    "unter einem von beiden.",
                    f"{as_written(word)} stands under bound_commitments already; allowed: a word "
                    "under one of the two.",
                    "loose_commitments",
                    at,
                )
        return self


class FundingRules(Declared):
    """Which sources are a cluster's own funds, and which are public money."""

    own_sources: Annotated[Sources, Field(min_length=1), AfterValidator(once)]
    public_sources: Annotated[Sources, Field(min_length=1), AfterValidator(once)]

    @model_validator(mode="after")
    def nobody_pays_twice(self) -> Self:
        """Check that no source is the cluster's own and public, too."""
        for source in self.public_sources:
            if source in self.own_sources:
                raise instead(
                    source,
                    "eine Quelle, die nicht auch in own_sources steht",
                    "a source that is not in own_sources, too",
                    "public_sources",
                )
        return self


class CohortRules(Declared):
    """When a cohort is shown, and the upper limits of size bands."""

    minimum: Count
    cluster_page_minimum: Count
    size_bands: Annotated[tuple[Count, ...], Field(min_length=1), AfterValidator(ascending)]
    small_fte: Above0

    @model_validator(mode="after")
    def clusters_see_no_more(self) -> Self:
        """Check that a cluster's page shows no cohort that the office's pages suppress."""
        if self.cluster_page_minimum < self.minimum:
            raise instead(
                self.cluster_page_minimum,
                f"eine ganze Zahl ab {self.minimum} (so viel wie minimum oder mehr)",
                f"a whole number of at least {self.minimum} (as many as minimum, or more)",
                "cluster_page_minimum",
            )
        return self


class FindingRules(Declared):
    """How many findings of one file, sheet and kind are shown one by one."""

    most_on_page: Count
    most_in_workbook: Count


class WorkbookRules(Declared):
    """How many rows of Akteure the comparative workbook contains."""

    most_rows: Rows


class PageRules(Declared):
    """The size limits of a page of the HTML report; the rest goes to further pages."""

    rows_at_first: Count
    rows_on_index: Count
    rows_on_list: Count
    explained_on_index: FromZero


class OtherThreshold(Declared):
    """A scenario: another threshold for every condition on a figure; name: what people read."""

    variant: Annotated[str, matching("[a-z][a-z0-9_]*", '"sme_40"')]
    name: Text
    metric: Annotated[str, one_of(metrics)]
    threshold: Number


class RobustnessRules(Declared):
    """Which other radii and thresholds and which later days a review evaluates."""

    radii_km: Annotated[
        tuple[Above0, ...], Field(min_length=2, max_length=2), AfterValidator(ascending)
    ]
    outlook_months: Annotated[tuple[Count, ...], Field(min_length=1), AfterValidator(ascending)]
    thresholds: tuple[OtherThreshold, ...] = ()

    @model_validator(mode="after")
    def names_each_once(self) -> Self:
        """Check that no two scenarios have the same name."""
        taken = {*load_table("texts.toml", "variant", dict[str, Any])}
        for at, one in enumerate(self.thresholds):
            if taken & {one.variant, one.variant.partition("_")[0]}:
                raise twice(one.variant, "thresholds", at, "variant")
            taken.add(one.variant)
        return self


class FeedbackRules(Declared):
    """The size limits of the marked copy of a submission."""

    max_seconds: Count
    comments_per_sheet: FromZero
    protocol_rows: Rows
    longest_value: Letters


class Settings(Declared):
    """All settings, section by section."""

    limits: Intake = Field(alias="intake")
    review: ReviewRules
    office: OfficeRules
    admission: AdmissionRules
    actors: ActorRules
    funding: FundingRules
    cohorts: CohortRules
    findings: FindingRules
    pages: PageRules
    robustness: RobustnessRules
    workbook: WorkbookRules
    feedback: FeedbackRules

    @cached_property
    def intake(self) -> Limits:
        """The limits of one file."""
        return Limits(**dict(self.limits))


def load_settings() -> Settings:
    """Return the settings; DeclarationError names every mistake in them."""
    return load("settings.toml", Settings)
