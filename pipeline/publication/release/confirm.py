"""A release must equal the draft that was inspected: the same inputs, rules and tables."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipeline.common.errors import NothingPublishedError
from pipeline.common.settings import OfficeRules
from pipeline.common.texts import LANGUAGES, day, say, say_count
from pipeline.history.diff.sources import changed_sources, readable_name
from pipeline.history.published import DamagedError, Record, is_published, sound
from pipeline.history.standing import Standing, day_of, standing
from schemas.slips import DeclarationError, SlipError, instead

SHOWN = 10
# What may stand where the office has entered nothing yet.
WANTED = {
    "name": ("ein Text, der nicht leer ist", "a text that is not empty"),
    "address": ("eine Liste von Zeilen", "a list of lines"),
    "mail": ('ein Text wie "buero@example.org"', 'a text such as "buero@example.org"'),
    "answer_days": ("eine ganze Zahl ab 1", "a whole number of at least 1"),
}


def refusal(code: str, **parts: str) -> NothingPublishedError:
    """Return the refusal of a release in both languages; parts without a language fit both."""
    return NothingPublishedError(*(say("release", code, one).format(**parts) for one in LANGUAGES))


def refused_as(code: str, period: str, stands: Standing) -> NothingPublishedError:
    """Return the refusal of a step that the state of a publication does not allow."""
    days = {name: day_of(getattr(stands, f"{name}_at")) for name in ("released", "withdrawn")}
    messages = (
        say("release", code, one).format(
            period=period,
            revision=stands.revision,
            released_by=stands.released_by,
            withdrawn_by=stands.withdrawn_by,
            released=day(days["released"], one),
            withdrawn=day(days["withdrawn"], one),
        )
        for one in LANGUAGES
    )
    return NothingPublishedError(*messages)


def draft_record(draft: Path) -> Record:
    """Return the record of the draft; NothingPublishedError if it is missing or damaged."""
    period = draft.name
    if not is_published(draft):
        raise refusal("unpublished", period=period, outputs=str(draft.parent))
    try:
        record = sound(draft).record
    except DamagedError as error:
        raise refusal("damaged", period=period, files=str(error)) from error
    assert record is not None
    stands = standing(record)
    if stands.is_withdrawn:
        raise refused_as("is_withdrawn", period, stands)
    if not stands.is_draft:
        raise refused_as("already_released", period, stands)
    return record


def refuse_without_office(office: OfficeRules, period: str) -> None:
    """Raise DeclarationError if the settings lack what letters say of the office."""
    given = {key: getattr(office, key) for key in WANTED}
    slips = [instead(value, *WANTED[key], key) for key, value in given.items() if not value]
    if slips:
        german, english = (
            "\n".join([*(sentence(slip, one) for slip in slips), text.format(period=period)])
            for one in LANGUAGES
            for text in [say("release", "without_office", one)]
        )
        raise DeclarationError(german, english)


def sentence(slip: SlipError, lang: str) -> str:
    """Return what is missing in the settings, with its file and key."""
    text = slip.german if lang == "de" else slip.english
    return f"settings.toml, office.{slip.at[0]}: {text}"


def confirm(draft: Path, folder: Path, record: Record) -> None:
    """Raise NothingPublishedError unless a new review equals the draft.

    draft: folder of the draft. folder: of the new review, with its tables. record: of the new
    review.
    """
    then = draft_record(draft)
    changed = changed_sources(then, record)
    if changed.height:
        raise changed_refusal(draft.name, changed)
    tables = differing_tables(draft / "data", folder / "data")
    if tables:
        raise refusal("tables", period=draft.name, tables=", ".join(tables))


def changed_refusal(period: str, changed: pl.DataFrame) -> NothingPublishedError:
    """Return the refusal that names what has changed since the draft."""
    german, english = (
        say("release", "changed", lang).format(period=period, what=named(changed, lang))
        for lang in LANGUAGES
    )
    return NothingPublishedError(german, english)


def named(changed: pl.DataFrame, lang: str) -> str:
    """Return the differences as text: the first ones by name, of the others the number."""
    rows = changed.select("kind", "name", "change").rows()
    differences = [
        f"{say('source_kind', kind, lang)} {readable_name(kind, name, lang)} "
        f"({say('source_change', change, lang)})"
        for kind, name, change in rows[:SHOWN]
    ]
    more = len(rows) - SHOWN
    return "; ".join(
        [*differences, say_count("release", "more", more, lang)] if more > 0 else differences
    )


def differing_tables(one: Path, other: Path) -> Sequence[str]:
    """Return the names of the tables that differ between both folders, byte for byte."""
    names = sorted({p.stem for folder in (one, other) for p in folder.glob("*.parquet")})
    return [n for n in names if bytes_of(one, n) != bytes_of(other, n)]


def bytes_of(folder: Path, name: str) -> bytes | None:
    """Return a table's file; None if it is missing."""
    path = folder / f"{name}.parquet"
    return path.read_bytes() if path.is_file() else None
