"""Finds and reads the submission that a published period reviewed, to fill the form."""

from pathlib import Path

import polars as pl

from pipeline.common.periods import last_day
from pipeline.common.settings import load_settings
from pipeline.common.texts import LANGUAGES, in_language
from pipeline.history.published import DamagedError, is_published, published_periods, sound
from pipeline.intake.discover import discover, distinct_names, fingerprint
from pipeline.intake.gather import detail, gather
from pipeline.intake.refusal import Refusal
from pipeline.intake.sent_file import numbered
from pipeline.intake.worker import Read
from pipeline.report.form.carry import carried_over
from pipeline.report.form.plan import Filled, text
from pipeline.report.form.translated import parse_translated
from pipeline.submissions.choose import REVIEWED
from pipeline.submissions.mapping.apply import submission_sheet_keys
from pipeline.submissions.mapping.files import FOLDER, mapping_files
from pipeline.submissions.mapping.load import load_mappings


class NoSourceError(Exception):
    """There is no submission to fill the form with; messages: the reason by language.

    parts: of the text; one may have a form for each language, see `texts.both`.
    """

    def __init__(self, refusal: str, **parts: object) -> None:
        details = {
            lang: {key: in_language(str(part), lang) for key, part in parts.items()}
            for lang in LANGUAGES
        }
        self.messages = {
            lang: text("refusal", refusal, lang, **details[lang]) for lang in LANGUAGES
        }
        super().__init__(" / ".join(self.messages.values()))


def filled_from(
    cluster: str, period: str, inputs: Path, outputs: Path, lang: str, read: Read
) -> Filled:
    """Return the values of the cluster's submission that the published period reviewed.

    An export of another system is read with the period's mappings and translated into our words.
    NoSourceError if there is none, or its file is gone or has changed since; `BadPeriodError` if
    the period is invalid, `MappingError` if a mapping is wrong.
    """
    last_day(period)  # raises if it is none
    name, sha256 = reviewed_file(cluster, period, outputs)
    path = submitted_file(cluster, period, inputs, name, sha256)
    mappings = load_mappings(mapping_files(inputs / period / FOLDER))
    (outcome,) = read([path], submission_sheet_keys(mappings))
    if isinstance(outcome, Refusal):
        raise NoSourceError("unreadable", file=name, why=detail(outcome))
    most = load_settings().intake.max_file_mb
    sent = gather(numbered([path], [name]), [outcome], most_mb=most)
    parsed = parse_translated(sent.files, sent.stacked(), mappings)
    return carried_over(parsed, cluster, lang, period)


def latest_period(cluster: str, outputs: Path) -> str:
    """Return the latest published period that reviewed a submission of the cluster.

    NoSourceError if none did, or if a later period is damaged: it may hold one.
    """
    periods = published_periods(outputs)
    for period in reversed(periods):
        if reviewed_in(cluster, period, outputs).height:
            return period
    raise NoSourceError(
        "never", cluster=cluster, outputs=outputs, periods=", ".join(periods) or "–"
    )


def reviewed_file(cluster: str, period: str, outputs: Path) -> tuple[str, str]:
    """Return name and checksum of the cluster's reviewed submission."""
    if not is_published(outputs / period):
        raise NoSourceError("unpublished", period=period, outputs=outputs)
    found = reviewed_in(cluster, period, outputs)
    if found.is_empty():
        raise NoSourceError("not_reviewed", cluster=cluster, period=period)
    return found["source_file"][0], found["sha256"][0]


def reviewed_in(cluster: str, period: str, outputs: Path) -> pl.DataFrame:
    """Return the row of the cluster's reviewed submission in `submissions`, if there is one."""
    of_cluster = (pl.col("cluster_id") == cluster) & (pl.col("outcome") == REVIEWED)
    try:
        return sound(outputs / period).table("submissions").filter(of_cluster)
    except DamagedError as error:
        raise NoSourceError("damaged", period=period, files=error) from error


def submitted_file(cluster: str, period: str, inputs: Path, name: str, sha256: str) -> Path:
    """Return the submission of that name, if it is unchanged since the review."""
    there = discover(inputs, period).submissions
    sent = dict(zip(distinct_names(there), there, strict=True))
    if name not in sent:
        folder = inputs / period / "submissions"
        raise NoSourceError("gone", file=name, cluster=cluster, period=period, folder=folder)
    if fingerprint(sent[name], load_settings().intake.max_file_mb) != sha256:
        raise NoSourceError("changed", file=name, period=period)
    return sent[name]
