"""The content of run.json: the sources of a publication, its rules, and its results."""

import datetime as dt
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any
from xml.parsers.expat import EXPAT_VERSION

import polars as pl

from pipeline.history.published import Publication
from pipeline.history.standing import Standing
from pipeline.intake.discover import Found
from pipeline.publication import provenance
from pipeline.publication.cache import READERS
from pipeline.publication.request import Request
from pipeline.review import Review
from pipeline.submissions.mapping.model import ExportMapping
from schemas.tables import DECISIONS

COMPUTING = ["polars", "numpy", "pandera", "pyproj", "rapidfuzz"]
PACKAGES = [*READERS, *COMPUTING, "xlsxwriter", "lxml", "jinja2", "prefect"]


def count_outcomes(done: Review) -> dict[str, int]:
    """Return the number of submissions of each outcome, and of clusters of each decision."""
    first = done.catalogues[0].id
    return {
        **{name: done.headline(name) for name in ("reviewed", "quarantined", "superseded")},
        **{name: done.headline(name, first) for name in DECISIONS},
        **{name: done.headline(name) for name in ("missing", "findings")},
    }


def mappings_record(mappings: Sequence[ExportMapping], done: Review) -> list[dict[str, Any]]:
    """Return the entries of mappings in run.json: name, checksum, and the files they read."""
    files = dict(done.mapped.group_by("mapping").agg(pl.col("source_file").sort()).iter_rows())
    return [
        {"name": m.name, "sha256": m.sha256, "title": m.title, "submissions": files.get(m.name, [])}
        for m in mappings
    ]


def run_record(
    request: Request,
    done: Review,
    sent: pl.DataFrame,
    office_sent: pl.DataFrame,
    found: Found,
    counts: Mapping[str, int],
    standing: Standing,
    started: dt.datetime,
    earlier: Iterable[Publication],
) -> dict[str, Any]:
    """Return the content of run.json: the sources, the rules, the results.

    sent, office_sent: source_file, sha256 of the submissions and of the office's files.
    """

    def files(read: pl.DataFrame) -> list[dict[str, str]]:
        return read.select("source_file", "sha256").to_dicts()

    return {
        "period": request.period,
        **asdict(standing),
        "language": request.lang,
        "started": started.isoformat(timespec="seconds"),
        "inputs": files(sent),
        "office_files": files(office_sent),
        "ignored": list(found.ignored),
        "catalogues": [
            {
                "id": c.id,
                "asked_as": requested,
                "version": c.version,
                "sha256": provenance.of_file(c.path),
                "pass_mark": c.pass_mark,
                "criteria": len(c.criteria),
            }
            for requested, c in zip(dict.fromkeys(request.catalogues), done.catalogues, strict=True)
        ],
        "declarations": provenance.declarations(),
        "earlier": provenance.earlier_periods(earlier),
        "versions": {
            "cluster-review": version("cluster-review"),
            "python": platform.python_version(),
            "expat": EXPAT_VERSION.removeprefix("expat_"),  # comes with Python, reads XML
            **{name: version(name) for name in PACKAGES},
        },
        "counts": dict(counts),
        "decisions_by_role": done.by_role.to_dicts(),
    }
