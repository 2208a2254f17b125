"""Files that people write, checked: a shape says what may stand where, pydantic holds to it.

A shape is a `Declared` model, or a mapping of them, beside the code that uses it. All that pydantic
finds becomes sentences here, and nowhere else.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from schemas.slips import DeclarationError, SlipError, as_written, instead, meant, unknown


class Declared(BaseModel):
    """A section of a file: its keys are the fields, no other key may stand there."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


HERE = Path(__file__).parent
# A file that people write is never larger.
LARGEST_BYTES = 2**20
# What the reader of TOML says of a place.
PLACES = {"at line": "Zeile", "column": "Spalte", "at end of document": "am Ende der Datei"}
Shape = TypeVar("Shape")
Item = TypeVar("Item")

# ------------------------------------------------------------------------------------------ values
Filled = Annotated[str, Field(pattern=r"\S")]
Filleds = Annotated[tuple[Filled, ...], Field(min_length=1)]
Count = Annotated[int, Field(ge=1)]
FromZero = Annotated[int, Field(ge=0)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Above0 = Annotated[Number, Field(gt=0)]
Share = Annotated[Number, Field(ge=0, le=1)]


def exactly(*keys: str) -> AfterValidator:
    """Return the check that a section has these keys and no other."""

    def check(given: Mapping[str, Item]) -> Mapping[str, Item]:
        for slip in wrong_keys(given, keys):
            raise slip
        return given

    return AfterValidator(check)


def wrong_keys(given: Iterable[str], known: Sequence[str]) -> Iterator[SlipError]:
    """Yield the slips of keys that may not stand there, then of those that must."""
    for key in given:
        if key not in known:
            yield no_such_key(key, list(known))
    for key in known:
        if key not in given:
            yield missing(key)


def in_both_languages(text: Mapping[str, str]) -> Mapping[str, str]:
    """Check that a text stands there in both languages, with the same places to be filled in."""
    if set(text) != LANGUAGES:
        raise next(wrong_keys(text, sorted(LANGUAGES)))
    german, english = (holes(text[lang]) for lang in ("de", "en"))
    if german != english:
        wanted = ", ".join(f"{{{name}}}" for name in sorted(german)) or "–"
        raise instead(
            text["en"],
            f"ein Text mit denselben Platzhaltern wie de ({wanted})",
            f"a text with the same placeholders as de ({wanted})",
            "en",
        )
    return text


def holes(text: str) -> set[str]:
    """Return the names of the places that are to be filled in."""
    return set(HOLE.findall(text)) if "{" in text else set()


LANGUAGES = {"de", "en"}
HOLE = re.compile(r"\{(\w+)\}")
Text = Annotated[Mapping[str, Filled], AfterValidator(in_both_languages)]


def filled_from(*names: str) -> AfterValidator:
    """Return the check that a text leaves no other places to be filled in."""

    def check(text: Mapping[str, str]) -> Mapping[str, str]:
        for lang, template in text.items():
            for name in HOLE.findall(template):
                if name not in names:
                    raise unknown(f"{{{name}}}", [f"{{{known}}}" for known in names], lang)
        return text

    return AfterValidator(check)


def ascending(values: tuple[float, ...]) -> tuple[float, ...]:
    """Check that each value is greater than the one before it."""
    for at, (one, next_) in enumerate(zip(values, values[1:], strict=False), 1):
        if next_ <= one:
            above = f"über {as_written(one)} (aufsteigend)", f"above {as_written(one)} (ascending)"
            raise instead(next_, f"ein Wert {above[0]}", f"a value {above[1]}", at)
    return values


def once(values: tuple[Item, ...]) -> tuple[Item, ...]:
    """Check that no value stands there twice."""
    for at, value in enumerate(values):
        if value in values[:at]:
            raise twice(value, at)
    return values


def regular_expression(pattern: str) -> str:
    """Check that a text is a regular expression."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise instead(
            pattern, f"ein regulärer Ausdruck ({error})", f"a regular expression ({error})"
        ) from error
    return pattern


def matching(pattern: str, example: str) -> AfterValidator:
    """Return the check that a text is like the example."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise instead(text, f"ein Text wie {example}", f"a text such as {example}")
        return text

    return AfterValidator(check)


def one_of(known: Callable[[], Iterable[str]]) -> AfterValidator:
    """Return the check that a text is one of the words, which are read at the first check."""
    words = cache(lambda: dict.fromkeys(known()))

    def check(word: str) -> str:
        if word not in words():
            raise unknown(word, words())
        return word

    return AfterValidator(check)


def twice(value: object, *at: str | int) -> SlipError:
    """Return the slip of a value that stands there for the second time."""
    found = as_written(value)
    return SlipError(
        f"{found} steht schon weiter oben; erlaubt: jeder Wert einmal.",
        f"{found} stands further up already; allowed: each value once.",
        *at,
    )


def missing(*at: str | int) -> SlipError:
    """Return the slip of a key that must be there."""
    return SlipError(
        "fehlt; dieser Schlüssel muss dort stehen.", "is missing; this key must be there.", *at
    )


def no_such_key(key: str, known: list[str], *at: str | int) -> SlipError:
    """Return the slip of a key that means nothing where it stands."""
    german, english = meant(key, known)
    return SlipError(
        f"diesen Schlüssel gibt es dort nicht; erlaubt: {german}",
        f"there is no such key; allowed: {english}",
        *at,
        key,
    )


# ----------------------------------------------------------------------------------------- loading
def first_bytes(path: Path) -> bytes:
    """Return the bytes of a file, one more than LARGEST_BYTES at most; OSError if it is none."""
    if not path.is_file():  # a pipe would never end
        raise OSError("not a file")
    with path.open("rb") as stream:
        return stream.read(LARGEST_BYTES + 1)


def read_toml(path: Path) -> dict[str, Any]:
    """Return what a file says; DeclarationError if it cannot be read."""
    try:
        data = first_bytes(path)
        if len(data) > LARGEST_BYTES:
            raise OSError(f"larger than {LARGEST_BYTES} bytes")
        return tomllib.loads(data.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise DeclarationError(
            f"{path.name}: Die Datei kann nicht gelesen werden ({error}).",
            f"{path.name}: the file cannot be read ({error}).",
        ) from error
    except (ValueError, RecursionError) as error:  # also numbers of thousands of digits
        raise no_toml(path.name, error) from error


def no_toml(name: str, error: Exception) -> DeclarationError:
    """Return the error of a file that is no TOML."""
    return DeclarationError(
        f"{name}: Die Datei ist nicht richtig geschrieben ({in_german(str(error))}). Texte stehen "
        "in Anführungszeichen, jeder Schlüssel steht einmal.",
        f"{name}: the file is not written correctly ({error}). Texts stand in quotation marks, "
        "each key stands there once.",
    )


def in_german(place: str) -> str:
    """Return where the TOML reader stopped, in German."""
    for english, german in PLACES.items():
        place = place.replace(english, german)
    return place


def load(name: str, shape: type[Shape]) -> Shape:
    """Return a file below schemas/ as its shape; DeclarationError names every mistake in it."""
    loaded: Shape = _loaded(HERE, name, shape)  # type: ignore[arg-type]  # a type is hashable
    return loaded


@cache
def _loaded(folder: Path, name: str, shape: Any) -> Any:
    return checked(read_toml(folder / name), shape, name)


def load_table(name: str, table: str, shape: type[Shape]) -> Shape:
    """Return one table of a large file of which few are needed, as its shape."""
    tables = _tables(HERE / name)
    if table not in tables:
        raise not_there(f"{name}, {table}", table, list(tables))
    try:
        raw = tomllib.loads(tables[table])[table]
    except tomllib.TOMLDecodeError as error:
        raise no_toml(f"{name}, [{table}]", error) from error
    return checked(raw, shape, name, table)


@cache
def _tables(path: Path) -> Mapping[str, str]:
    """Return the text of each table of a file, from its header to the next."""
    text = path.read_text(encoding="utf-8")
    heads = list(re.finditer(r"^\[(\w+)\]", text, re.MULTILINE))
    ends = [*(head.start() for head in heads[1:]), len(text)]
    return {head[1]: text[head.start() : end] for head, end in zip(heads, ends, strict=True)}


def not_there(where: str, key: str, there: list[str]) -> DeclarationError:
    """Return the error of a file that lacks a key which is needed now."""
    german, english = meant(key, there)
    return DeclarationError(
        f"{where}: fehlt; dieser Schlüssel muss dort stehen. Dort stehen: {german}",
        f"{where}: is missing; this key must be there. There are: {english}",
    )


def checked(raw: Any, shape: type[Shape], file: str, *within: str) -> Shape:
    """Return what a file says as its shape; DeclarationError names every mistake in it.

    within: the keys under which it stands in the file.
    """
    given = as_tuples(raw)
    try:
        result: Shape = adapter(shape).validate_python(given)  # type: ignore[arg-type]
    except ValidationError as error:
        slips = [slip_of(dict(found), shape) for found in error.errors(include_url=False)]
    else:
        return result
    for key in reversed(within):
        given = {key: given}
    places = [f"{file}, {place((*within, *slip.at), given)}".rstrip(", ") for slip in slips]
    raise DeclarationError(
        "\n".join(f"{at}: {slip.german}" for at, slip in zip(places, slips, strict=True)),
        "\n".join(f"{at}: {slip.english}" for at, slip in zip(places, slips, strict=True)),
    )


@cache
def adapter(shape: Any) -> TypeAdapter[Any]:
    """Return what checks a shape."""
    return TypeAdapter(shape)


def as_tuples(raw: Any) -> Any:
    """Turn the lists in what a file says into tuples, which cannot change any more; return it."""
    if isinstance(raw, dict):
        for key, value in raw.items():
            if isinstance(value, dict | list):
                raw[key] = as_tuples(value)
    return tuple(map(as_tuples, raw)) if isinstance(raw, list) else raw


# --------------------------------------------------------------------------------------- sentences
# What is allowed where pydantic finds something else, by its name of the mistake.
ALLOWED = {
    "bool_type": ("true oder false", "true or false"),
    "int_type": ("eine ganze Zahl", "a whole number"),
    "float_type": ("eine Zahl", "a number"),
    "finite_number": ("eine endliche Zahl", "a finite number"),
    "greater_than": ("eine Zahl über {gt}", "a number above {gt}"),
    "greater_than_equal": ("eine Zahl ab {ge}", "a number of at least {ge}"),
    "less_than_equal": ("eine Zahl bis {le}", "a number of at most {le}"),
    "string_type": ("ein Text in Anführungszeichen", "a text in quotation marks"),
    "string_pattern_mismatch": ("ein Text, der nicht leer ist", "a text that is not empty"),
    "tuple_type": ("eine Liste in eckigen Klammern", "a list in square brackets"),
    "frozen_set_type": ("eine Liste in eckigen Klammern", "a list in square brackets"),
    "dict_type": ("ein Abschnitt mit Schlüsseln", "a section with keys"),
    "mapping_type": ("ein Abschnitt mit Schlüsseln", "a section with keys"),
    "model_type": ("ein Abschnitt mit Schlüsseln", "a section with keys"),
    "too_short": ("eine Liste von mindestens {min_length}", "a list of at least {min_length}"),
    "too_long": ("eine Liste von höchstens {max_length}", "a list of at most {max_length}"),
}


def slip_of(found: Mapping[str, Any], shape: Any) -> SlipError:
    """Return a mistake that pydantic found in words."""
    at, kind, context = found["loc"], found["type"], found.get("ctx", {})
    error = context.get("error")
    if isinstance(error, SlipError):
        return SlipError(error.german, error.english, *at, *error.at)
    if kind == "missing":
        return missing(*at)
    if kind == "extra_forbidden":
        return no_such_key(at[-1], keys_at(shape, at[:-1]), *at[:-1])
    if kind == "literal_error":
        return unknown(found["input"], re.findall(r"'([^']*)'", context["expected"]), *at)
    german, english = ALLOWED.get(kind, (found["msg"], found["msg"]))
    return instead(found["input"], german.format(**context), english.format(**context), *at)


def keys_at(shape: Any, at: tuple[str | int, ...]) -> list[str]:
    """Return the keys that may stand at a place of a shape."""
    model = model_in(shape)
    for step in at:
        fields = {field.alias or key: field for key, field in model.model_fields.items()}
        if step in fields:
            model = model_in(fields[str(step)].annotation) or model
    return [field.alias or key for key, field in model.model_fields.items()]


def model_in(annotation: Any) -> Any:
    """Return the model in an annotation, if there is one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(model_in, get_args(annotation))), None)


NAMES = ("id", "key", "de")


def place(at: tuple[str | int, ...], raw: Any) -> str:
    """Return where a value stands, as TOML writes it: criteria["4.2"].conditions[1].threshold.

    An entry of a list is named by its id, key or word where it has one, else by its number from 1.
    """
    result = ""
    for step in at:
        if step == "[key]":  # pydantic's mark: the key itself is wrong, not what stands there
            break
        raw = inside(raw, step)
        if isinstance(step, int):
            own = raw if isinstance(raw, dict) else {}
            name = next(
                (as_written(own[n]) for n in NAMES if isinstance(own.get(n), str)), step + 1
            )
            result += f"[{name}]"
        else:
            bare = re.fullmatch(r"[\w-]+", step)
            result += f"{'.' if result else ''}{step if bare else as_written(step)}"
    return result


def inside(raw: Any, step: str | int) -> Any:
    """Return what stands one step further in, None where nothing does."""
    try:
        return raw[step]
    except (KeyError, IndexError, TypeError):
        return None
