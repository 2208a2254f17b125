"""Loads what is declared as data: workbooks (sheets and fields) and registers (lists of words)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, PlainValidator, model_validator
from pydantic import Field as Key

from schemas.checked import (
    HERE,
    Above0,
    Count,
    Declared,
    Filled,
    Filleds,
    Text,
    exactly,
    load,
    matching,
    missing,
    no_such_key,
    one_of,
    regular_expression,
    twice,
)
from schemas.slips import DeclarationError, SlipError, as_written, instead, unknown
from schemas.words import choice_key, header_key, word_key

__all__ = ["HERE", "DeclarationError"]

FieldType = Literal[
    "text",
    "postcode",
    "country",
    "choice",
    "choices",
    "text_list",
    "number",
    "integer",
    "date",
    "yes_no",
    "criterion",
]
# Types whose values come from a list, and types that have limits.
LISTED = ("country", "choice", "choices")
NUMBERS = ("number", "integer")
# The sheet with the ratings that a template of ratings was made with.
KNOWN = {"de": "Stand der Gutachten", "en": "Known assessments"}
# Types whose cells hold several items.
LISTS = ("choices", "text_list")
# What only fields of some types can be.
ONLY_OF = {
    "says_none": ["text"],
    "goes_on": ["date"],
    "often": ["number"],
    "stated_in": ["text_list"],
}
# Between fields that identify a row only together.
TOGETHER = " + "


# --------------------------------------------------------------------------------------- workbooks
def number(value: object) -> float:
    """Check that a value is a number; a whole one stays whole."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise instead(value, "eine Zahl", "a number")
    return value


Bound = Annotated[float, PlainValidator(number)]
Pattern = Annotated[str, AfterValidator(regular_expression)]
Aliases = tuple[Filled, ...]


class Field(Declared):
    """One field of a sheet: a column of a table or a label of a form."""

    key: Filled
    name: Text
    type: FieldType
    required: bool = False
    aliases: Aliases = ()
    list: Annotated[str, one_of(lambda: registers())] | None = None
    min: Bound | None = None
    max: Bound | None = None
    pattern: Pattern | None = None
    decimal_point: bool = False
    says_none: bool = False
    goes_on: bool = False
    often: bool = False
    stated_in: Filled | None = None
    unit: Filled | None = None
    example: Filled | None = None
    note: Text = Key(default_factory=dict)

    @model_validator(mode="after")
    def fits_its_type(self) -> Self:
        """Check what hangs on the type."""
        if (self.list is None) == (self.type in LISTED):
            raise missing("list") if self.list is None else no_use("list", self.type)
        for key in ("min", "max", "decimal_point"):
            if getattr(self, key) not in (None, False) and self.type not in NUMBERS:
                raise no_use(key, self.type)
        for key, types in ONLY_OF.items():
            if getattr(self, key) and self.type not in types:
                raise no_use(key, self.type)
        if self.min is not None and self.max is not None and self.max < self.min:
            raise instead(self.max, f"eine Zahl ab {self.min}", f"at least {self.min}", "max")
        return self

    @cached_property
    def keys(self) -> set[str]:
        """Every key under which the field's header is found."""
        return {header_key(name) for name in (*self.name.values(), *self.aliases)}


class Sheet(Declared):
    """One sheet: a form (label, value) or a table (header row, rows)."""

    key: Filled
    name: Text
    layout: Literal["form", "table"]
    fields: Annotated[tuple[Field, ...], Key(min_length=1)]
    required: bool = False
    identifying: tuple[Filled, ...] = ()
    headings: bool = False
    summed: str | None = None
    title: str | None = None
    none_title: bool = False
    aliases: Aliases = ()
    intro: Text = Key(default_factory=dict)
    examples: tuple[Mapping[str, Any], ...] = ()

    @model_validator(mode="after")
    def names_its_fields(self) -> Self:
        """Check that fields differ, and that what names a field names one of them."""
        differ(self.fields, "fields")
        keys = [f.key for f in self.fields]
        for key in ("summed", "title"):
            if getattr(self, key) not in (None, *keys):
                raise unknown(getattr(self, key), keys, key)
        for at, together in enumerate(self.identifying):
            for key in together.split(TOGETHER):
                if key not in keys:
                    raise unknown(key, keys, "identifying", at)
        for at, row in enumerate(self.examples):
            for key in row:
                if key not in keys:
                    raise no_such_key(key, keys, "examples", at)
        return self

    @cached_property
    def keys(self) -> set[str]:
        """Every key under which the sheet is found."""
        return {word_key(name) for name in (*self.name.values(), *self.aliases)}

    def field(self, key: str) -> Field:
        """Return the field of that key; KeyError if there is none."""
        return next(f for f in self.fields if f.key == key)


class Sheets(Declared):
    """A file that declares sheets."""

    sheets: Annotated[tuple[Sheet, ...], Key(min_length=1)]

    @model_validator(mode="after")
    def all_differ(self) -> Self:
        """Check that no two sheets have a key or a name in common."""
        differ(self.sheets, "sheets")
        return self


class Submission(Sheets):
    """schemas/workbook.toml: the sheets, and the words that reading every workbook needs."""

    never_read: Filleds
    our_sheets: Filleds
    form_version: Count
    header_rows: Count
    no_answer: Filleds
    none: Filleds
    around: Filleds
    none_of: Filleds
    none_between: Filleds
    none_nouns: Filleds
    goes_on: Filleds
    all_fields: Filleds
    yes: Filleds
    no: Filleds
    organisation_pattern: Pattern
    office_fields: Filleds

    @model_validator(mode="after")
    def is_explained(self) -> Self:
        """Check that the form can say of every sheet and field what it is about."""
        for at, sheet in enumerate(self.sheets):
            if not sheet.intro:
                raise missing("sheets", at, "intro")
            for place, field in enumerate(sheet.fields):
                if not field.note:
                    raise missing("sheets", at, "fields", place, "note")
        return self

    @model_validator(mode="after")
    def lists_are_stated(self) -> Self:
        """Check that what a list's items are stated in is another list."""
        lists = [f"{s.key}.{f.key}" for s in self.sheets for f in s.fields if f.type in LISTS]
        for at, sheet in enumerate(self.sheets):
            for place, field in enumerate(sheet.fields):
                others = [name for name in lists if name != f"{sheet.key}.{field.key}"]
                if field.stated_in not in (None, *others):
                    raise unknown(
                        field.stated_in, others, "sheets", at, "fields", place, "stated_in"
                    )
        return self


class OfficeFiles(Sheets):
    """schemas/office.toml: the sheets, and columns that stand beside the ratings."""

    informing: tuple[Annotated[Mapping[str, Filled], exactly("key", "de", "en")], ...]


Named = TypeVar("Named", Field, Sheet)


@dataclass(frozen=True)
class Workbook:
    """All sheets of one kind of workbook and the words that reading them needs."""

    sheets: tuple[Sheet, ...]
    words: Mapping[str, Any]

    def sheet(self, key: str) -> Sheet:
        """Return the sheet of that key."""
        return next(s for s in self.sheets if s.key == key)

    @property
    def forms(self) -> list[str]:
        """The keys of its forms: sheets with one value beside each label."""
        return [sheet.key for sheet in self.sheets if sheet.layout == "form"]


def differ(items: tuple[Named, ...], key: str) -> None:
    """Check that no two sheets, or fields of a sheet, have a key or a name in common."""
    keys, names = set[str](), set[str]()
    for at, item in enumerate(items):
        if item.key in keys:
            raise twice(item.key, key, at, "key")
        both = sorted(names & item.keys)
        if both:
            raise twice(both[0], key, at, "name")
        keys.add(item.key)
        names |= item.keys


def no_use(key: str, kind: str) -> SlipError:
    """Return the slip of a key that a field of that type has no use for."""
    return SlipError(
        f"ist bei type = {as_written(kind)} nicht erlaubt.",
        f"is not allowed with type = {as_written(kind)}.",
        key,
    )


def _words(file: Sheets) -> Mapping[str, Any]:
    return {key: value for key, value in file if key != "sheets"}


@cache
def submission() -> Workbook:
    """Return the declaration of the submission (contract 1.1)."""
    file = load("workbook.toml", Submission)
    return Workbook(file.sheets, _words(file))


@cache
def office() -> Workbook:
    """Return the declaration of the office's files (contract 1.4 and 2.4)."""
    file = load("office.toml", OfficeFiles)
    return Workbook(file.sheets, {**submission().words, **_words(file)})


@cache
def views() -> Workbook:
    """Return the declaration of what `adopt` reads: views, and the ratings of a template."""
    own = load("views.toml", Sheets).sheets
    ratings = office().sheet("assessments")
    # what a template was made with stands on a sheet of its own, as the ratings do
    same = {name: getattr(ratings, name) for name in Sheet.model_fields}
    known = Sheet.model_construct(**same | {"key": "known", "name": KNOWN, "required": False})
    return Workbook((*own, ratings, known), submission().words)


def wanted_sheet_keys(workbook: Workbook) -> frozenset[str]:
    """Return the keys of all sheets to be read."""
    never = {word_key(name) for name in workbook.words["never_read"]}
    return frozenset(key for s in workbook.sheets for key in s.keys) - never


# --------------------------------------------------------------------------------------- registers
class Entry(Declared):
    """One word of a register with its translations and its further keys in the register."""

    de: Filled
    en: Filled
    aliases: Aliases = ()

    def name_in(self, lang: str) -> str:
        """Return the word in a language."""
        return self.de if lang == "de" else self.en

    @cached_property
    def extra(self) -> Mapping[str, Any]:
        """What only this register says."""
        return {key: getattr(self, key) for key in self.model_fields_set - set(Entry.model_fields)}

    @property
    def value(self) -> str:
        """What tables carry: the German name, or the one it is read as."""
        return self.de

    @cached_property
    def keys(self) -> set[str]:
        """Every key under which the word is found."""
        return {choice_key(name) for name in named(self)}


class ActorType(Entry):
    """A type of actors: its group of bodies, what it is, and what it is read as."""

    group: str | None = None
    company: bool = False
    rnd: bool = False
    sme: bool | None = None
    read_as: str | None = None

    @property
    def value(self) -> str:
        """The type that it is read as."""
        return self.read_as or self.de


class Place(Entry):
    """A country or federal state with its two letters."""

    code: Annotated[str, matching("[A-Z]{2}", '"DE"')]


Year = Annotated[int, Key(ge=1900, le=2100)]


# The official rate of 1999-01-01 (Council Regulation (EC) No 2866/98): how many make one euro.
PER_EURO = {"EUR": 1.0, "DEM": 1.95583}


class Budget(Declared):
    """What a source says that a measure costs: the amount as stated, what it is for, its year."""

    amount: Above0
    currency: Annotated[str, one_of(lambda: PER_EURO)]
    says: Literal["exact", "about", "up to", "expected"]
    span: Text
    as_of: Year
    source: Text

    @property
    def euros(self) -> float:
        """The amount in euros, to the cent."""
        return round(self.amount / PER_EURO[self.currency], 2)


class Event(Declared):
    """What happened to a measure in a year."""

    year: Year
    de: Filled
    en: Filled

    def name_in(self, lang: str) -> str:
        """Return what happened in a language."""
        return self.de if lang == "de" else self.en


EndKind = Literal["ended", "running", "spending horizon", "unknown"]


class Measure(Entry):
    """A measure of cluster policy; what its source does not say is None or empty.

    end: by end_kind the year in which it ended, until which money is spent, or (unknown) until
    which it ran at least.
    """

    level: Literal["EU", "Bund", "Land"]
    ministry: Filled | None = None
    field: Text | None = None
    area: Text | None = None
    start: Year | None = None
    end: Year | None = None
    end_kind: EndKind
    events: tuple[Event, ...] = ()
    predecessors: tuple[Filled, ...] = ()
    part_of: Filled | None = None
    budget: Budget | None = None
    places: Count | None = None
    rounds: Count | None = None
    own_contribution: Text | None = None
    conditions: Text | None = None
    participants: Text | None = None
    as_of: Year
    source: Text

    @model_validator(mode="after")
    def ends_as_it_says(self) -> Self:
        """Check that the end fits its kind, and the order of the years."""
        if self.end_kind in ("ended", "spending horizon") and self.end is None:
            raise missing("end")
        if self.end_kind == "running" and self.end is not None:
            raise SlipError(
                'ist bei end_kind = "running" nicht erlaubt.',
                'is not allowed with end_kind = "running".',
                "end",
            )
        if self.start is not None and self.end is not None and self.end < self.start:
            raise instead(self.end, f"ein Jahr ab {self.start}", f"a year from {self.start}", "end")
        return self


class Rating(Entry):
    """An expert's rating and the status that it gives."""

    status: Literal["fulfilled", "not_fulfilled"] | None = None


Word = TypeVar("Word", bound=Entry)


def each_once(entries: tuple[Word, ...]) -> tuple[Word, ...]:
    """Check that no word stands there twice."""
    seen = set[str]()
    for at, entry in enumerate(entries):
        if entry.de in seen:
            raise twice(entry.de, at, "de")
        seen.add(entry.de)
    return entries


Register = Annotated[tuple[Word, ...], Key(min_length=1), AfterValidator(each_once)]


class Lists(Declared):
    """schemas/registers/lists.toml."""

    actor_types: Register[ActorType]
    commitments: Register[Entry]
    actor_groups: Register[Entry]
    funding_sources: Register[Entry]
    funding_statuses: Register[Entry]
    activity_kinds: Register[Entry]
    evidence_kinds: Register[Entry]
    reaches: Register[Entry]
    roles: Register[Entry]
    votes: Register[Entry]
    esca_labels: Register[Entry]
    ratings: Register[Rating]

    @model_validator(mode="after")
    def actor_types_name_words(self) -> Self:
        """Check that a type is read as another one, and belongs to a group of bodies."""
        types, groups = [t.de for t in self.actor_types], [g.de for g in self.actor_groups]
        for at, entry in enumerate(self.actor_types):
            for key, known in (("read_as", types), ("group", groups)):
                word = getattr(entry, key)
                if word is not None and word not in known:
                    raise unknown(word, known, "actor_types", at, key)
        return self


class Countries(Declared):
    """schemas/registers/countries.toml."""

    countries: Register[Place]


class FederalStates(Declared):
    """schemas/registers/federal_states.toml."""

    federal_states: Register[Place]


class Measures(Declared):
    """schemas/registers/measures.toml."""

    measures: Register[Measure]

    @model_validator(mode="after")
    def names_measures(self) -> Self:
        """Check that no two have a name in common, and that what names a measure names another."""
        known = [m.de for m in self.measures]
        names = set[str]()
        for at, measure in enumerate(self.measures):
            if both := [n for n in named(measure) if word_key(n) in names]:
                raise twice(both[0], "measures", at)
            names |= measure.keys
            others = [name for name in known if name != measure.de]
            for place, name in enumerate(measure.predecessors):
                if name not in others:
                    raise unknown(name, others, "measures", at, "predecessors", place)
            if measure.part_of is not None and measure.part_of not in others:
                raise unknown(measure.part_of, others, "measures", at, "part_of")
        return self


def named(entry: Entry) -> tuple[str, ...]:
    """Return every name of an entry."""
    return (entry.de, entry.en, *entry.aliases)


class TechnologyFields(Declared):
    """schemas/registers/technology_fields.toml."""

    technology_fields: Register[Entry]


REGISTERS: Mapping[str, type[Declared]] = {
    "registers/countries.toml": Countries,
    "registers/federal_states.toml": FederalStates,
    "registers/lists.toml": Lists,
    "registers/measures.toml": Measures,
    "registers/technology_fields.toml": TechnologyFields,
}


@cache
def measures() -> Mapping[str, Measure]:
    """Return the measures by name, in the order of the register."""
    return {measure.de: measure for measure in load("registers/measures.toml", Measures).measures}


def successors(name: str) -> list[str]:
    """Return the measures that follow a measure."""
    return [measure.de for measure in measures().values() if name in measure.predecessors]


@cache
def registers() -> Mapping[str, tuple[Entry, ...]]:
    """Return every register by name: its entries in the order of the file."""
    files = [load(name, shape) for name, shape in REGISTERS.items()]
    return {name: entries for file in files for name, entries in file}


@cache
def values(register: str) -> set[str]:
    """Return what a column of the register's words may hold: of countries their codes."""
    if register == "countries":
        return {e.extra["code"] for e in registers()[register]}
    return {e.value for e in registers()[register]}


def value_of(register: str) -> AfterValidator:
    """Return the check that a text is a word as the tables of a register carry it."""
    return one_of(lambda: (entry.value for entry in registers()[register]))


def word_in(register: str, text: str, lang: str) -> str:
    """Return the word that a text stands for, in a language; the text itself if it is none."""
    entry = words(register).get(word_key(text))
    return entry.name_in(lang) if entry else text


@cache
def words(name: str) -> dict[str, Entry]:
    """Return a register by key of every name and alias; the first entry wins."""
    result: dict[str, Entry] = {}
    for entry in registers()[name]:
        for key in entry.keys:
            result.setdefault(key, entry)
    return result
