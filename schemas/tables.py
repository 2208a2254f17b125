"""The pandera models of the published tables (contract 3): their columns and types."""

from collections.abc import Iterator, Mapping
from functools import cache

import polars as pl

from schemas.benchmarks import cohort_columns, declared_cohort_kinds, declared_indicators
from schemas.checking import pa
from schemas.properties import shown_properties

STATUSES = ["fulfilled", "not_fulfilled", "undetermined"]
DECISIONS = ["eligible", "open", "not_eligible"]
OUTCOMES = ["reviewed", "quarantined", "superseded"]
UNREAD = ["other_extension", "folder"]
STATES = ["reviewed", "quarantined", "missing"]
SEVERITIES = ["error", "warning", "info"]
COUNTED = ["yes", "possible", "no"]
# The steps of the way to admission, and what its checklist asks for.
ADMISSION_STEPS = [
    *("consultation", "application", "interview", "opinion"),
    *("vote", "committee_vote", "decision"),
]
CHECKLIST = ["consultation", "strategy_document", "actor_list"]
LEVELS = ["EU", "Bund", "Land"]
END_KINDS = ["ended", "running", "spending horizon", "unknown"]
# Why a rating counts or not, and what became of an agreement.
RATING_REASONS = [
    *("counts", "superseded", "open", "no_reason", "expired", "bad_rating", "not_reviewed"),
    *("not_evaluated", "unknown_cluster", "unknown_catalogue", "unknown_criterion"),
]
OUTCOMES_OF_AGREEMENTS = ["kept", "running", "overdue"]
# What the statements about the six features count.
FEATURE_UNITS = ["actors", "clusters", "fields"]
CAUSES = ["own_data", "time", "rule", "reference", "assessment", "register"]


# How the rows of each published table are sorted: by these columns, some of which it does not
# publish. Words that are declared (catalogues, criteria, indicators, kinds of cohorts) stand in the
# order of their declaration, see `tables.assemble.in_order`.
ORDER: Mapping[str, list[str]] = {
    "submissions": ["source_file"],
    "unread": ["source_file"],
    "coverage": ["cluster_id"],
    "admission": ["cluster_id"],
    "ratings": ["cluster_id", "catalogue", "criterion_id", "rated_on", "row"],
    "assignments": ["cluster_id", "catalogue", "criterion_id", "assessor"],
    "agreements": ["cluster_id", "catalogue", "criterion_id", "row"],
    "findings": [
        *("source_file", "sheet_order", "row", "column", "code", "field_order", "check"),
        *("place_in_cell", "detail"),
    ],
    "clusters": ["cluster_id"],
    "limits": ["size_band"],
    "lapsed": ["cluster_id", "catalogue", "criterion_id"],
    "funding": ["cluster_id", "source"],
    "measures": ["measure"],
    "measure_overlap": ["measure", "other"],
    "measure_roles": ["at_period", "measure", "role"],
    "participation": ["at_period", "measure"],
    "other_measures": ["measure", "cluster_id"],
    "features": ["statement"],
    "decisions": ["cluster_id", "catalogue"],
    "robustness": ["cluster_id", "scenario", "catalogue"],
    "criteria": ["cluster_id", "catalogue", "criterion_id"],
    "conditions": ["cluster_id", "catalogue", "criterion_id", "condition"],
    "rows": ["cluster_id", "metric", "sheet_key", "row"],
    "actors": ["cluster_id", "row"],
    "benchmarks": ["cluster_id", "indicator", "cohort_kind", "cohort"],
    "cohorts": ["indicator", "cohort_kind", "cohort"],
    "outlook": ["cluster_id", "months", "catalogue", "criterion_id"],
    "changes": ["cluster_id", "catalogue", "criterion_id"],
    "decision_changes": ["cluster_id", "catalogue"],
    "indicator_changes": ["cluster_id", "indicator"],
    "medians": ["indicator", "scope"],
    "movements": ["movement", "cluster_id"],
}

# Of a cohort, beside its size.
STATISTICS = ["min", "p25", "median", "p75", "max", "pooled"]
# The columns of clusters that the contract names; those of further kinds of cohorts follow.
OF_CLUSTERS = ["federal_state", "technology_field", "size_band"]


def columns_of_clusters() -> list[str]:
    """Return the columns of the table clusters that name cohorts, in their order."""
    return list(dict.fromkeys([*OF_CLUSTERS, *cohort_columns()]))


def text(values: list[str] | None = None, *, nullable: bool = False) -> pa.Column:
    """A column of texts, of the given ones if there are any."""
    checks = [pa.Check.isin(values)] if values else []
    return pa.Column(pl.String, checks, nullable=nullable)


def key() -> pa.Column:
    """A column of texts that is never empty."""
    return pa.Column(pl.String)


def number() -> pa.Column:
    """A column of figures, null where unknown."""
    return pa.Column(pl.Float64, nullable=True)


def day() -> pa.Column:
    """A column of days, null where there is none."""
    return pa.Column(pl.Date, nullable=True)


def count() -> pa.Column:
    """A column of counts."""
    return pa.Column(pl.Int64, pa.Check.ge(0))


def flag(*, nullable: bool = False) -> pa.Column:
    """A column of yes and no."""
    return pa.Column(pl.Boolean, nullable=nullable)


def table(unique: list[str] | None = None, **columns: pa.Column) -> pa.DataFrameSchema:
    """A published table."""
    return pa.DataFrameSchema(columns, unique=unique, strict=True, ordered=True)


@cache
def table_models() -> Mapping[str, pa.DataFrameSchema]:
    """Return the models of all tables by name; they follow what is declared of benchmarks."""
    indicators, cohort_kinds = list(declared_indicators()), list(declared_cohort_kinds())
    return {
        "submissions": table(
            ["source_file"],
            source_file=key(),
            sha256=key(),
            cluster_id=text(nullable=True),
            outcome=text(OUTCOMES),
            code=text(nullable=True),
            message_de=text(nullable=True),
            message_en=text(nullable=True),
        ),
        "unread": table(
            ["source_file"],
            period=key(),
            source_file=key(),
            reason=text(UNREAD),
            message_de=key(),
            message_en=key(),
        ),
        "coverage": table(
            ["cluster_id"],
            period=key(),
            cluster_id=key(),
            name=text(nullable=True),
            role=text(nullable=True),
            expected=flag(),
            state=text(STATES),
            as_of=pa.Column(pl.Date, nullable=True),
            age_days=pa.Column(pl.Int64, nullable=True),
            outdated=flag(),
            guessed_from=text(nullable=True),
        ),
        "admission": table(
            ["cluster_id"],
            period=key(),
            cluster_id=key(),
            name=text(nullable=True),
            role=text(nullable=True),
            next_step=text(ADMISSION_STEPS, nullable=True),
            since=pa.Column(pl.Date, nullable=True),
            days=pa.Column(pl.Int64, nullable=True),
            overdue=flag(),
            missing=pa.Column(pl.List(pl.String)),
            soft_unrated=pa.Column(pl.Int64, nullable=True),
            decision=text(DECISIONS, nullable=True),
            vote=text(nullable=True),
            vote_on=pa.Column(pl.Date, nullable=True),
            committee_vote=text(nullable=True),
            committee_vote_on=pa.Column(pl.Date, nullable=True),
            decided=text(nullable=True),
            decided_on=pa.Column(pl.Date, nullable=True),
        ),
        "ratings": table(
            period=key(),
            catalogue=key(),
            cluster_id=text(nullable=True),
            criterion_id=text(nullable=True),
            rating=text(STATUSES, nullable=True),
            reviewer=text(nullable=True),
            date=day(),
            valid_until=day(),
            counts=flag(),
            reason_code=text(RATING_REASONS),
            dissent=flag(),
        ),
        "assignments": table(
            ["catalogue", "cluster_id", "criterion_id", "reviewer"],
            period=key(),
            catalogue=key(),
            cluster_id=key(),
            criterion_id=key(),
            reviewer=key(),
            due=day(),
            done=flag(),
            overdue=flag(),
        ),
        "agreements": table(
            period=key(),
            catalogue=key(),
            cluster_id=key(),
            criterion_id=key(),
            agreement=text(nullable=True),
            agreed_on=day(),
            due=day(),
            status_then=text(STATUSES, nullable=True),
            status=text(STATUSES, nullable=True),
            outcome=text(OUTCOMES_OF_AGREEMENTS),
        ),
        "findings": table(
            source_file=key(),
            cluster_id=text(nullable=True),
            sheet=text(),
            cell=text(),
            severity=text(SEVERITIES),
            code=key(),
            criterion_ids=pa.Column(pl.List(pl.String)),
            message_de=key(),
            message_en=key(),
            value=text(nullable=True),
        ),
        "clusters": table(
            ["cluster_id"],
            period=key(),
            cluster_id=key(),
            name=text(nullable=True),
            role=text(nullable=True),
            as_of=pa.Column(pl.Date),
            **{column: text(nullable=True) for column in columns_of_clusters()},
            **{name: number() for name in indicators},
            joined_12m=count(),
            left_12m=count(),
            public_share=number(),
            fulfilled=count(),
            not_fulfilled=count(),
            undetermined=count(),
            decision=text(DECISIONS),
        ),
        "decisions": table(
            ["catalogue", "cluster_id"],
            period=key(),
            catalogue=key(),
            cluster_id=key(),
            fulfilled_hard=count(),
            fulfilled_soft=count(),
            fulfilled_assessed=count(),
            fulfilled=count(),
            not_fulfilled=count(),
            undetermined=count(),
            decision=text(DECISIONS),
            decision_confirmed=text(DECISIONS),
        ),
        "robustness": table(
            ["catalogue", "cluster_id", "variant"],
            period=key(),
            catalogue=key(),
            cluster_id=key(),
            variant=key(),
            decision=text(DECISIONS),
            changed=flag(),
        ),
        "criteria": table(
            ["catalogue", "cluster_id", "criterion_id"],
            period=key(),
            catalogue=key(),
            cluster_id=key(),
            criterion_id=key(),
            kind=text(["hard", "soft"]),
            status=text(STATUSES),
            computed_status=text(STATUSES),
            basis=text(["computed", "assessed"]),
            against_hard=flag(),
            reason_de=key(),
            reason_en=key(),
            request_de=text(),
            request_en=text(),
        ),
        "conditions": table(
            ["catalogue", "cluster_id", "criterion_id", "condition"],
            period=key(),
            catalogue=key(),
            cluster_id=key(),
            criterion_id=key(),
            condition=pa.Column(pl.Int64, pa.Check.ge(1)),
            metric=key(),
            operator=text([">=", "<="]),
            value_low=number(),
            value_high=number(),
            threshold=number(),
            unit=key(),
            status=text(STATUSES),
            limit_source=text(nullable=True),
            lever_amount=number(),
            lever_unit=text(nullable=True),
        ),
        "rows": table(
            period=key(),
            cluster_id=key(),
            metric=key(),
            sheet=key(),
            row=pa.Column(pl.Int64, pa.Check.ge(1)),
            counted=text(COUNTED),
            reason_code=key(),
        ),
        "actors": table(
            ["cluster_id", "row"],
            period=key(),
            cluster_id=key(),
            row=pa.Column(pl.Int64, pa.Check.ge(1)),
            name=text(nullable=True),
            actor_type=text(nullable=True),
            bound=flag(nullable=True),
            sme=flag(nullable=True),
            distance_km=number(),
            near=flag(nullable=True),
            latitude=number(),
            longitude=number(),
            actor_key=text(nullable=True),
            bound_reason=key(),
            sme_reason=key(),
            near_reason=key(),
            **{name: flag(nullable=True) for name in shown_properties()},
        ),
        "benchmarks": table(
            period=key(),
            cluster_id=key(),
            indicator=text(indicators),
            cohort_kind=text(cohort_kinds),
            cohort=key(),
            value=number(),
            percentile_rank=number(),
            n=count(),
            p25=number(),
            median=number(),
            p75=number(),
            suppressed=flag(),
        ),
        "cohorts": table(
            ["indicator", "cohort_kind", "cohort"],
            period=key(),
            indicator=text(indicators),
            cohort_kind=text(cohort_kinds),
            cohort=key(),
            n=count(),
            **{name: number() for name in STATISTICS},
            suppressed=flag(),
        ),
        "limits": table(
            ["size_band"],
            period=key(),
            size_band=key(),
            limit=number(),
            cohort=text(nullable=True),
            n=pa.Column(pl.Int64, nullable=True),
        ),
        "lapsed": table(
            ["catalogue", "cluster_id", "criterion_id"],
            period=key(),
            catalogue=key(),
            cluster_id=key(),
            criterion_id=key(),
            status=text(STATUSES),
        ),
        "funding": table(
            ["cluster_id", "source"],
            period=key(),
            cluster_id=key(),
            source=text(nullable=True),
            amount_eur=number(),
            share=number(),
        ),
        "other_measures": table(
            ["measure", "cluster_id"],
            period=key(),
            measure=key(),
            cluster_id=key(),
        ),
        "features": table(
            ["statement"],
            period=key(),
            feature=key(),
            statement=key(),
            unit=text(FEATURE_UNITS),
            n=count(),
            of=count(),
        ),
        "outlook": table(
            ["catalogue", "cluster_id", "criterion_id", "months"],
            period=key(),
            catalogue=key(),
            cluster_id=key(),
            criterion_id=key(),
            months=count(),
            status=text(STATUSES),
        ),
        "measures": table(
            ["measure"],
            period=key(),
            measure=key(),
            level=text(LEVELS),
            start=pa.Column(pl.Int64, nullable=True),
            end=pa.Column(pl.Int64, nullable=True),
            end_kind=text(END_KINDS),
            budget_eur=number(),
            places=pa.Column(pl.Int64, nullable=True),
            clusters=count(),
            eligible=count(),
            open=count(),
            not_eligible=count(),
            median_fulfilled=number(),
            median_actors_per_fte=number(),
            pooled_public_share=number(),
        ),
        "measure_overlap": table(
            ["measure", "other"],
            period=key(),
            measure=key(),
            other=key(),
            clusters=count(),
        ),
        "measure_roles": table(
            ["at_period", "measure", "role"],
            period=key(),
            at_period=key(),
            measure=key(),
            role=text(nullable=True),
            clusters=count(),
            eligible=count(),
            open=count(),
            not_eligible=count(),
        ),
        "participation": table(
            ["at_period", "measure"],
            period=key(),
            at_period=key(),
            measure=key(),
            clusters=count(),
        ),
        "changes": table(
            ["catalogue", "cluster_id", "criterion_id"],
            period=key(),
            catalogue=key(),
            cluster_id=key(),
            criterion_id=key(),
            previous_status=text(STATUSES),
            status=text(STATUSES),
            cause=text(CAUSES, nullable=True),
        ),
        "decision_changes": table(
            ["catalogue", "cluster_id"],
            period=key(),
            previous_period=key(),
            catalogue=key(),
            cluster_id=key(),
            previous_decision=text(DECISIONS),
            decision=text(DECISIONS),
            previous_decision_confirmed=text(DECISIONS),
            decision_confirmed=text(DECISIONS),
            previous_fulfilled=count(),
            fulfilled=count(),
            cause=text(CAUSES, nullable=True),
        ),
        "indicator_changes": table(
            ["cluster_id", "indicator"],
            period=key(),
            previous_period=key(),
            cluster_id=key(),
            indicator=text(indicators),
            previous=number(),
            value=number(),
            change=number(),
            cause=text(CAUSES, nullable=True),
        ),
        "medians": table(
            ["indicator", "scope"],
            period=key(),
            previous_period=key(),
            indicator=text(indicators),
            scope=text(["all", "panel"]),
            n_previous=count(),
            previous=number(),
            n=count(),
            value=number(),
        ),
        "movements": table(
            ["cluster_id"],
            period=key(),
            previous_period=key(),
            cluster_id=key(),
            name=text(nullable=True),
            movement=text(["came", "went"]),
            state=text(STATES, nullable=True),
        ),
    }


def is_sound(schema: pa.DataFrameSchema, table: pl.DataFrame) -> bool:
    """Whether a table is beyond doubt what its schema asks for; if not, pandera says what is wrong.

    At once for all columns: pandera takes two steps for each, hundreds for the tables of a review.
    """
    if list(table.schema.items()) != [(n, c.dtype.type) for n, c in schema.columns.items()]:
        return False
    conditions = [holds for column in schema.columns.values() for holds in conditions_of(column)]
    if schema.unique:
        conditions.append(~pl.struct(schema.unique).is_duplicated().any())
    return table.select(pl.all_horizontal(True, *conditions)).item()


def conditions_of(column: pa.Column) -> Iterator[pl.Expr]:
    """Yield what must hold of a column's values, each as one truth value; false if unknown."""
    value = pl.col(column.name)
    if not column.nullable:
        yield value.null_count() == 0
    for check in column.checks:
        statistics = check.statistics or {}
        if check.name == "isin":
            yield value.is_in(statistics["allowed_values"]).all()
        elif check.name == "greater_than_or_equal_to":
            yield (value >= statistics["min_value"]).all()
        else:
            yield pl.lit(value=False)
