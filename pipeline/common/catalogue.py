"""Catalogues of criteria: the structure of their files; a mistake is an error on loading."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, model_validator

from pipeline.common.texts import texts
from schemas.checked import (
    HERE,
    Count,
    Declared,
    Filled,
    FromZero,
    Number,
    Text,
    checked,
    filled_from,
    holes,
    matching,
    missing,
    one_of,
    read_toml,
    twice,
)
from schemas.checked import load as load_declared
from schemas.declaration import number, submission, value_of
from schemas.properties import properties
from schemas.slips import DeclarationError, SlipError, as_written, instead, meant, unknown

FOLDER = HERE / "catalogues"
Status = Literal["fulfilled", "not_fulfilled", "undetermined"]
STATUSES = ("fulfilled", "not_fulfilled", "undetermined")
REFERENCE, ALL, UNKNOWN = "reference", "all", "unknown"
# Keys that only a condition with threshold = "reference" may have.
OF_REFERENCE = ("stand_in", "frozen_period", "reference_bands")
UNITS = (
    *("actors", "share", "years", "months", "fte", "actors_per_fte"),
    *("yes_no", "per_year", "count", "eur"),
)
Period = Annotated[str, matching(r"\d{4}-Q[1-4]", '"2026-Q3"')]


# ----------------------------------------------------------------------------------------- figures
def cells() -> list[str]:
    """Return every field of a submission as sheet.field."""
    return [f"{sheet.key}.{field.key}" for sheet in submission().sheets for field in sheet.fields]


class Figure(Declared):
    """A figure in schemas/metrics.toml."""

    title: Text
    unit: Annotated[str, one_of(lambda: UNITS)]
    lever: Literal["missing", "share", "groups", "months", "fte", "own_funds"]
    lever_unit: Annotated[str, one_of(lambda: texts("lever_unit"))]
    reads: tuple[Annotated[str, one_of(cells)], ...]
    months_per_unit: FromZero = 0
    request: Text | None = None


class Metric(Figure):
    """A figure that conditions may use, by its key."""

    key: str


def has_figures_of_properties(figures: dict[str, Figure]) -> dict[str, Figure]:
    """Check that the count and the share of each property of actors are declared."""
    for key in properties():
        for name in (f"{key}_count", f"{key}_share"):
            if name not in figures:
                raise missing(name)
    return figures


FIGURES = Annotated[dict[str, Figure], AfterValidator(has_figures_of_properties)]


@cache
def metrics() -> Mapping[str, Metric]:
    """Return every figure that conditions may use, by its key."""
    declared = load_declared("metrics.toml", FIGURES)
    return {k: Metric.model_construct(key=k, **dict(f)) for k, f in declared.items()}


def metric(name: object) -> Metric:
    """Return the figure of that name."""
    if not isinstance(name, str) or name not in metrics():
        raise unknown(name, metrics())
    return metrics()[name]


# ---------------------------------------------------------------------------------------- criteria
class Band(Declared):
    """A reference limit for clusters of up to so many actors (open-ended without `up_to`)."""

    limit: Number
    source: Filled
    up_to: float = float("inf")


def threshold(value: object) -> float | None:
    """Return a threshold; None: the reference limit of criterion 4.2."""
    if value == REFERENCE:
        return None
    try:
        return float(number(value))
    except SlipError as error:
        raise instead(
            value, f"eine Zahl oder {as_written(REFERENCE)}", f"a number or {as_written(REFERENCE)}"
        ) from error


class Condition(Declared):
    """A figure against a threshold; threshold None: the reference limit of criterion 4.2.

    reason: the rule in words, with the threshold filled in. origin: where the number is from, true
    of the threshold origin_of only.
    """

    metric: Annotated[Metric, BeforeValidator(metric)]
    operator: Literal[">=", "<="]
    threshold: Annotated[float | None, PlainValidator(threshold)]
    reason: Annotated[Text, filled_from("threshold")]
    source: Filled
    origin_of: Number | None = None
    origin: Annotated[Text, filled_from()] | None = None
    threshold_by_technology_field: Mapping[
        Annotated[str, value_of("technology_fields")], Number
    ] = Field(default_factory=dict)
    stand_in: Literal["quartile", "frozen", "none"] | None = None
    frozen_period: Period | None = None
    reference_bands: tuple[Band, ...] = ()

    @model_validator(mode="after")
    def refers_to_what_there_is(self) -> Self:
        """Check the reference limit, and that no other condition has its keys."""
        if self.threshold is not None:
            for key in OF_REFERENCE:
                if key in self.model_fields_set:
                    raise only_with_reference(key)
            return self
        if self.metric.lever != "fte":
            raise instead(
                REFERENCE,
                'eine Zahl; nur metric = "actors_per_fte" hat Referenzgrenzen',
                'a number; only metric = "actors_per_fte" has reference limits',
                "threshold",
            )
        if self.stand_in is None:
            raise missing("stand_in")
        if self.stand_in == "frozen" and self.frozen_period is None:
            raise SlipError(
                'fehlt; zu stand_in = "frozen" gehört ein Quartal wie "2026-Q3".',
                'is missing; stand_in = "frozen" needs frozen_period, a quarter such as "2026-Q3".',
                "frozen_period",
            )
        return self

    @model_validator(mode="after")
    def says_its_threshold(self) -> Self:
        """Check that the reason takes its number from the threshold, and the origin is of one."""
        names_threshold = "threshold" in holes(self.reason["de"])
        if names_threshold != (self.threshold is not None and self.metric.unit != "yes_no"):
            raise instead(
                self.reason["de"],
                f"ein Text {'ohne' if names_threshold else 'mit'} {{threshold}}",
                f"a text {'without' if names_threshold else 'with'} {{threshold}}",
                "reason",
            )
        for one, other in (("origin", "origin_of"), ("origin_of", "origin")):
            if getattr(self, one) is not None and getattr(self, other) is None:
                raise missing(other)
        return self

    @property
    def is_as_shipped(self) -> bool:
        """Whether the threshold is still the one whose origin is declared."""
        return self.origin is None or self.threshold == self.origin_of

    @property
    def one_for_all_fields(self) -> bool:
        """Whether thresholds may differ by technology field and none does."""
        by_field = "threshold_by_technology_field" in self.model_fields_set
        return by_field and not self.threshold_by_technology_field

    @model_validator(mode="after")
    def bands_ascend(self) -> Self:
        """Check that each band extends further than the one before; only the last is open."""
        ends = [band.up_to for band in self.reference_bands]
        for at, (one, end) in enumerate(zip(ends, ends[1:], strict=False), 1):
            if end <= one:
                raise SlipError(
                    "reicht nicht weiter als die Gruppe davor; erlaubt: aufsteigende up_to, "
                    "nur die letzte Gruppe darf ohne sein.",
                    "goes no further than the band before it; allowed: ascending up_to, "
                    "only the last band may be without.",
                    "reference_bands",
                    at,
                )
        return self


def only_with_reference(key: str) -> SlipError:
    """Return the error about a key that needs a reference threshold."""
    return SlipError(
        f"ist nur bei threshold = {as_written(REFERENCE)} erlaubt.",
        f"is allowed with threshold = {as_written(REFERENCE)} only.",
        key,
    )


def interval(value: object) -> tuple[float, float] | None:
    """Return a figure of an example as (low, high), None for unknown."""
    if value == UNKNOWN:
        return None
    match value:
        case (int() | float() as low, int() | float() as high) if low <= high:
            return float(low), float(high)
    raise instead(
        value,
        'zwei Zahlen wie [28, 31], die kleinere zuerst, oder "unknown"',
        'two numbers such as [28, 31], the lower first, or "unknown"',
    )


class Example(Declared):
    """Figures as (low, high), None for unknown, and the status that they must give."""

    status: Status
    given: Mapping[
        Annotated[str, one_of(metrics)],
        Annotated[tuple[float, float] | None, PlainValidator(interval)],
    ]
    limit: Number | None = None


class Criterion(Declared):
    """One criterion: all of its conditions must hold."""

    id: Filled
    category: Count
    kind: Literal["hard", "soft"]
    title: Text
    asks: Text
    conditions: Annotated[tuple[Condition, ...], Field(min_length=1)]
    examples: tuple[Example, ...] = ()

    @model_validator(mode="after")
    def asks_by_thresholds(self) -> Self:
        """Check that the numbers in the wording are thresholds of the criterion's conditions."""
        with_number = [str(n) for n, c in enumerate(self.conditions, 1) if c.threshold is not None]
        for lang, text in self.asks.items():
            for name in sorted(holes(text) - set(with_number)):
                known = [f"{{{number}}}" for number in with_number]
                raise unknown(f"{{{name}}}", known, "asks", lang)
        return self

    @model_validator(mode="after")
    def has_examples(self) -> Self:
        """Check that there is an example of each status, and that each has every figure."""
        for status in STATUSES:
            if all(example.status != status for example in self.examples):
                raise SlipError(
                    f"kein Beispiel hat status = {as_written(status)}; erlaubt: mindestens eines "
                    "je Status.",
                    f"has no example that is {as_written(status)}; allowed: at least one of each "
                    "status.",
                    "examples",
                )
        for at, example in enumerate(self.examples):
            for condition in self.conditions:
                if condition.metric.key not in example.given:
                    raise missing("examples", at, "given", condition.metric.key)
        return self


def pass_mark(value: object) -> object:
    """Check that a pass mark is a whole number or the word for all."""
    if value != ALL and (isinstance(value, bool) or not isinstance(value, int)):
        raise instead(value, 'eine ganze Zahl oder "all"', 'a whole number or "all"')
    return value


class CatalogueFile(Declared):
    """The structure of a catalogue's file."""

    id: Filled
    version: Filled
    title: Text
    source: Filled
    pass_mark: Annotated[int, PlainValidator(pass_mark)]
    categories: Annotated[tuple[Text, ...], Field(min_length=1)]
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def count_all(cls, raw: Any) -> Any:
        """Replace the word for all by the number of criteria."""
        criteria = raw.get("criteria") if isinstance(raw, dict) else None
        if isinstance(criteria, tuple) and raw.get("pass_mark") == ALL:
            return {**raw, "pass_mark": len(criteria)}
        return raw

    @model_validator(mode="after")
    def fits_together(self) -> Self:
        """Check numbers that depend on the number of criteria and categories."""
        most, ids = len(self.criteria), list[str]()
        if not 1 <= self.pass_mark <= most:
            raise instead(
                self.pass_mark, f'"all" oder 1 bis {most}', f'"all" or 1 to {most}', "pass_mark"
            )
        for at, criterion in enumerate(self.criteria):
            if criterion.id in ids:
                raise twice(criterion.id, "criteria", at, "id")
            ids.append(criterion.id)
            if criterion.category > len(self.categories):
                last = len(self.categories)
                place = ("criteria", at, "category")
                raise instead(criterion.category, f"1 bis {last}", f"1 to {last}", *place)
        return self


class Catalogue(CatalogueFile):
    """A set of criteria and how many of them must be fulfilled."""

    path: Path


# ----------------------------------------------------------------------------------------- loading
def shipped() -> list[str]:
    """Return the names of the catalogues that come with the project."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name: str) -> Catalogue:
    """Return the shipped catalogue of that name, or that of a file; DeclarationError if invalid."""
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        german, english = meant(name, shipped())
        raise DeclarationError(
            f"Einen Katalog {as_written(name)} gibt es nicht; "
            f"erlaubt: eine .toml-Datei und: {german}",
            f"there is no catalogue {as_written(name)}; allowed: a .toml file and: {english}",
        )
    content = read_toml(path)
    if content.get("id") not in (None, path.stem):
        found, stem = as_written(content["id"]), as_written(path.stem)
        raise DeclarationError(
            f"{path.name}, id: da steht {found}; erlaubt: der Name der Datei, {stem}.",
            f"{path.name}, id: it says {found}; allowed: the file's name, {stem}.",
        )
    return Catalogue.model_construct(path=path, **dict(checked(content, CatalogueFile, path.name)))


def load_all(names: Iterable[str]) -> tuple[Catalogue, ...]:
    """Return the catalogues in the given order, each once; two must not share an id."""
    catalogues = tuple(load(name) for name in dict.fromkeys(names))
    ids = [c.id for c in catalogues]
    if len(set(ids)) < len(ids):
        several = ", ".join(ids)
        raise DeclarationError(
            f"Zwei Kataloge haben dieselbe id: {several}.",
            f"two catalogues have the same id: {several}.",
        )
    return catalogues
