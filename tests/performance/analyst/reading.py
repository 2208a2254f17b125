"""Reads the workbooks with pandas (and openpyxl under it) into one record per cluster."""

import datetime as dt
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from . import values as v


class UnusableError(Exception):
    """A submission that cannot be judged."""


def read_clusters(folder: Path, words: dict[str, Any], last_day: dt.date) -> dict[str, dict]:
    """Return by Cluster-ID the newest submission that can be used.

    words: sheets, headers and lists in both languages, as `words.json` has them.
    """
    newest: dict[str, dict] = {}
    tied = set()
    for path in sorted(folder.glob("*.xls[xm]")):
        try:
            cluster = read_cluster(path, words, last_day)
        except UnusableError:
            continue
        other = newest.get(cluster["id"])
        order = (cluster["as_of"], cluster["version"])
        if other is None or order > (other["as_of"], other["version"]):
            newest[cluster["id"]] = cluster
            tied.discard(cluster["id"])
        elif order == (other["as_of"], other["version"]) and other["content"] != cluster["content"]:
            tied.add(cluster["id"])
    return {name: c for name, c in newest.items() if name not in tied}


def read_cluster(path: Path, words: dict[str, Any], last_day: dt.date) -> dict[str, Any]:
    """Return the sheets of one workbook: Stammdaten as a dict, the others as lists of dicts."""
    try:
        sheets = pd.read_excel(path, sheet_name=None, header=None, keep_default_na=False)
    except Exception as error:
        raise UnusableError from error
    by_key = {v.key(name): frame for name, frame in reversed(sheets.items())}
    found = {
        sheet: next((by_key[name] for name in spec["names"] if name in by_key), None)
        for sheet, spec in words["sheets"].items()
    }
    if found["master_data"] is None or found["actors"] is None:
        raise UnusableError
    master = form(found["master_data"], words["sheets"]["master_data"]["fields"])
    cluster: dict[str, Any] = {
        "id": v.as_text(master.get("cluster_id")),
        "as_of": v.as_date(master.get("as_of")),
        "version": v.as_number(master.get("version"), whole=True, low=1),
        "master": master,
        "content": sha256(path.read_bytes()).hexdigest(),
    }
    if not v.known(cluster["id"]) or not v.known(cluster["as_of"]) or cluster["as_of"] > last_day:
        raise UnusableError
    cluster["version"] = cluster["version"] if v.known(cluster["version"]) else 1
    for sheet, frame in found.items():
        if sheet != "master_data":
            cluster[sheet] = None if frame is None else table(frame, words["sheets"][sheet])
    return cluster


def form(frame: pd.DataFrame, fields: dict[str, str]) -> dict[str, Any]:
    """Return label and value of Stammdaten."""
    result: dict[str, Any] = {}
    for row in frame.itertuples(index=False):
        cells = list(row)
        for at, cell in enumerate(cells[:-1]):
            field = fields.get(v.header_key(cell)) if isinstance(cell, str) else None
            if field is not None:
                result.setdefault(field, cells[at + 1])
                break
    return result


def table(frame: pd.DataFrame, spec: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a table below its header, without totals and headings."""
    for number in range(min(20, len(frame))):
        keys = [v.header_key(cell) for cell in frame.iloc[number]]
        places = reversed(list(enumerate(keys)))
        columns = {spec["fields"][k]: at for at, k in places if k in spec["fields"]}
        if len(columns) >= 2:
            break
    else:
        columns, number = {}, len(frame)
    if not set(spec["required"]) <= set(columns):
        raise UnusableError
    rows = []
    for values in frame.iloc[number + 1 :].itertuples(index=False):
        row = {field: values[at] for field, at in columns.items()}
        filled = [cell for cell in row.values() if v.raw(cell) is not v.EMPTY]
        is_total = any(v.key(cell) in ("summe", "gesamt", "total") for cell in filled)
        alone = len(filled) == 1 and v.raw(row.get(spec["heading"])) is not v.EMPTY
        if filled and not is_total and not alone:
            rows.append(row)
    return rows
