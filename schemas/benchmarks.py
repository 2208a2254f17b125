"""What is compared between clusters: indicators and kinds of cohorts (benchmarks.toml)."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from schemas.checked import (
    LANGUAGES,
    Count,
    Declared,
    Filled,
    Text,
    filled_from,
    load,
    missing,
    one_of,
    twice,
)
from schemas.declaration import submission
from schemas.slips import SlipError, instead

# Columns of clusters that are no field of Stammdaten: what is made of their bound actors, and the
# measures that the office has confirmed.
SIZE_BAND, MEASURES = "size_band", "measures"
FIELD_OF_MEASURES = "excellence_measures"
# Excel reads these in the name of a table's column, or they end a text in a formula.
NOT_IN_LABELS = "\"'[]#@"


def plain(label: Mapping[str, str]) -> Mapping[str, str]:
    """Check that a label may be the header of a column that formulas name."""
    for lang, text in label.items():
        if any(sign in text for sign in NOT_IN_LABELS):
            signs = " ".join(NOT_IN_LABELS)
            raise instead(text, f"ein Text ohne {signs}", f"a text without {signs}", lang)
    return label


Label = Annotated[Text, AfterValidator(plain)]


def figures() -> Iterable[str]:
    """Return the keys of metrics.toml."""
    return load("metrics.toml", dict[str, Any])


def columns() -> Iterable[str]:
    """Return what clusters of one cohort may have in common."""
    fields = submission().sheet("master_data").fields
    named = [f.key for f in fields if f.type in ("text", "choice") and not f.required]
    return [*named, SIZE_BAND, MEASURES]


class Indicator(Declared):
    """A figure by which clusters are compared, or the quotient of two others.

    label: the radius of the settings is filled in, see `texts`.
    """

    label: Annotated[Label, filled_from("radius")]
    format: Literal["count", "share", "decimal", "eur"]
    figure: Annotated[str, one_of(figures)] | None = None
    numerator: Filled | None = None
    denominator: Filled | None = None
    trend: bool = False

    @property
    def is_ratio(self) -> bool:
        """Whether its value is a numerator by a denominator, so that values can be pooled."""
        return self.denominator is not None

    @property
    def quotient(self) -> tuple[str, str] | None:
        """The indicators whose quotient it is, where it is one."""
        if self.numerator is None or self.denominator is None:
            return None
        return self.numerator, self.denominator

    @model_validator(mode="after")
    def can_be_calculated(self) -> Self:
        """Check that it says what its value is."""
        if self.figure is None and self.numerator is None:
            raise missing("figure")
        if self.denominator is None and (self.numerator is not None or self.format == "share"):
            raise missing("denominator")
        return self


class CohortKind(Declared):
    """A way to part clusters into cohorts."""

    label: Label
    column: Annotated[str, one_of(columns)] | None = None
    about: Text | None = None
    drawn: Count | None = None

    @property
    def has_several(self) -> bool:
        """Whether a cluster may be in several cohorts of this kind."""
        return self.column == MEASURES

    @property
    def field(self) -> Any:
        """The field of Stammdaten that it goes by, if there is one."""
        key = FIELD_OF_MEASURES if self.has_several else self.column
        return next((f for f in submission().sheet("master_data").fields if f.key == key), None)

    @property
    def register(self) -> str | None:
        """The register whose words its cohorts are called by, if there is one."""
        name: str | None = self.field.list if self.field else None
        return name

    @property
    def is_free_text(self) -> bool:
        """Whether clusters write the name of their cohort in their own way."""
        return self.field is not None and self.register is None


class Benchmarks(Declared):
    """schemas/benchmarks.toml."""

    indicators: Annotated[dict[Filled, Indicator], Field(min_length=1)]
    cohort_kinds: Annotated[dict[Filled, CohortKind], Field(min_length=1)]

    @model_validator(mode="after")
    def fits_together(self) -> Self:
        """Check that quotients are those of figures, and that no two have a label in common."""
        of_figures = [key for key, one in self.indicators.items() if one.figure is not None]
        for key, one in self.indicators.items():
            for part in ("numerator", "denominator"):
                if getattr(one, part) not in (None, *of_figures):
                    raise no_figure(getattr(one, part), of_figures, "indicators", key, part)
        labels_differ(self.indicators, "indicators")
        labels_differ(self.cohort_kinds, "cohort_kinds")
        differ({key: one.figure for key, one in self.indicators.items()}, "indicators", "figure")
        columns = {key: kind.column or "" for key, kind in self.cohort_kinds.items()}
        differ(columns, "cohort_kinds", "column")
        return self


def no_figure(key: str, known: Iterable[str], *at: str) -> SlipError:
    """Return the slip of a part of a quotient that is no indicator with a figure."""
    names = ", ".join(known)
    return instead(
        key, f"eine Kennzahl mit figure: {names}", f"an indicator with a figure: {names}", *at
    )


def labels_differ(entries: Mapping[str, Indicator | CohortKind], section: str) -> None:
    """Check that labels differ also without capitals: Excel finds columns by them."""
    for lang in LANGUAGES:
        labels = {key: entry.label[lang].casefold() for key, entry in entries.items()}
        differ(labels, section, "label", lang)


def differ(values: Mapping[str, str | None], section: str, *at: str) -> None:
    """Check that each value stands once; values: by the keys of the section."""
    taken = set[str]()
    for key, value in values.items():
        if value in taken:
            raise twice(value, section, key, *at)
        if value is not None:
            taken.add(value)


def declared() -> Benchmarks:
    """Return what the file says; DeclarationError names every slip in it."""
    return load("benchmarks.toml", Benchmarks)


def declared_indicators() -> Mapping[str, Indicator]:
    """Return the indicators by their keys, in their order."""
    return declared().indicators


def declared_cohort_kinds() -> Mapping[str, CohortKind]:
    """Return the kinds of cohorts by their keys, in their order."""
    return declared().cohort_kinds


def one_cohort_kinds() -> Mapping[str, CohortKind]:
    """Return the kinds of which a cluster is in one cohort at most, by their keys."""
    return {k: kind for k, kind in declared_cohort_kinds().items() if not kind.has_several}


def cohort_columns() -> list[str]:
    """Return the columns of clusters that name their cohort, of the kinds with one at most."""
    return [kind.column for kind in one_cohort_kinds().values() if kind.column is not None]
