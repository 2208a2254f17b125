"""The letter to a cluster, Anschreiben.docx: in German, from schemas/letter.docx."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from pipeline.common.rows import Row
from pipeline.common.texts import day
from pipeline.publication.release.letter import LETTER
from pipeline.publication.release.word import Value, check_template, letter, opened
from pipeline.review import Review
from schemas.declaration import HERE

TEMPLATE, LANG = "letter.docx", "de"
# The fields of the template; docs/quarter.md says what each holds.
LISTS = ("Anschrift", "Nicht erfüllt", "Offen", "Vereinbart", "Anlagen")
FIELDS = (
    "Büro",
    "E-Mail",
    "Datum",
    "Quartal",
    "Cluster-ID",
    "Clustername",
    "Rolle",
    "Stand",
    "Anlass",
    "Seit Rückzug",
    "Entscheidung",
    "Zahl nicht erfüllt",
    "Zahl offen",
    "Zahl vereinbart",
    "Bitte",
    "Antwort",
    "Frist",
    "Ansprechperson",
    "Zahl Anlagen",
    *LISTS,
)


def check_letter() -> None:
    """Raise DeclarationError if the template cannot be read or has a field that does not exist."""
    check_template(HERE / TEMPLATE, FIELDS, LISTS)


def write_covers(rows: pl.DataFrame, review: Review, folder: Path) -> None:
    """Write <cluster_id>/Anschreiben.docx for every row of `letters`, which are German."""
    assert review.released_on is not None
    author, template = review.settings.office.name, opened(HERE / TEMPLATE)
    for row in rows.iter_rows(named=True):
        place = folder / row["cluster_id"]
        place.mkdir(exist_ok=True)
        values = values_of(row, review)
        document = letter(template, values, author, review.released_on)
        (place / LETTER).write_bytes(document)


def values_of(row: Row, review: Review) -> Mapping[str, Value]:
    """Return what stands in each field; an empty one leaves its paragraph out."""
    office = review.settings.office
    missed, open_ = row["missed_items"] or (), row["open_items"] or ()
    agreed = row["agreed_items"] or ()
    enclosed = [name for name in (row["page"], row["marked"], row["form"]) if name]
    return {
        "Büro": office.name,
        "E-Mail": office.mail,
        "Anschrift": office.address,
        "Datum": day(review.released_on, LANG),
        "Quartal": review.period,
        "Cluster-ID": row["cluster_id"],
        "Clustername": row["name"] or row["cluster_id"],
        "Rolle": row["role"] or "",
        "Stand": row["state"],
        "Anlass": row["opening"],
        "Seit Rückzug": row["changed"] or "",
        "Entscheidung": row["result"] or "",
        "Zahl nicht erfüllt": counted(missed),
        "Nicht erfüllt": missed,
        "Zahl offen": counted(open_),
        "Offen": open_,
        "Zahl vereinbart": counted(agreed),
        "Vereinbart": agreed,
        "Bitte": row["asked"],
        "Antwort": row["reply"],
        "Frist": row["deadline"],
        "Ansprechperson": row["contact"],
        "Zahl Anlagen": counted(enclosed),
        "Anlagen": enclosed,
    }


def counted(items: Value) -> str:
    """Return a number as text; an empty text for 0, so that its paragraph is left out."""
    return str(len(items)) if items else ""
