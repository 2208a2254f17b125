"""What the references need to know, from our declarations: they need none of our code."""

import json
from pathlib import Path
from typing import Any

from pipeline.actors.places import postcode_areas
from schemas.declaration import Sheet, registers, submission
from schemas.words import header_key, word_key


def words() -> dict[str, Any]:
    """Return the sheets, headers and lists of words by their keys, in both languages."""
    lists = {
        name: {key: entry.value for entry in entries for key in entry.keys}
        for name, entries in registers().items()
    }
    lists["countries"] = {
        key: entry.extra["code"] for entry in registers()["countries"] for key in entry.keys
    }
    lists["sme_types"] = {
        key: entry.extra["sme"]
        for entry in registers()["actor_types"]
        if "sme" in entry.extra
        for key in entry.keys
    }
    return {"lists": lists, "sheets": {sheet.key: of_sheet(sheet) for sheet in submission().sheets}}


def of_sheet(sheet: Sheet) -> dict[str, Any]:
    """Return a sheet's names and headers."""
    fields = {header_key(key): field.key for field in sheet.fields for key in field.keys}
    return {
        "names": sorted(word_key(name) for name in sheet.keys),
        "fields": fields,
        "heading": sheet.heading_column,
        "required": [field.key for field in sheet.fields if field.required],
    }


def write_words(folder: Path) -> tuple[Path, Path]:
    """Write words.json and places.csv for the analyst; returns where."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary, places = folder / "words.json", folder / "places.csv"
    vocabulary.write_text(json.dumps(words(), ensure_ascii=False), encoding="utf-8")
    columns = ("country", "postcode", "latitude", "longitude")
    postcode_areas().select(columns).write_csv(places)
    return vocabulary, places
