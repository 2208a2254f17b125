"""The handout of each cluster: its letter, page, marked submission, next form; and the list."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.common import periods
from pipeline.common.texts import say
from pipeline.publication.publications import Work
from pipeline.publication.release.content import departed
from pipeline.publication.release.cover import LANG, write_covers
from pipeline.publication.release.forms import write_forms
from pipeline.publication.release.letter import letters, write_letters
from pipeline.report.pages.views import page_of

FOLDER, LIST = "handout", "Serienbrief.xlsx"
FILES = pl.Schema(dict.fromkeys(["cluster_id", "folder", "page", "marked", "form"], pl.String))


@dataclass(frozen=True)
class Handout:
    """The paths of the files of one reviewed cluster beside its letter."""

    page: Path
    marked: Path
    form: Path


def write_handouts(work: Work) -> list[str]:
    """Write handout/<cluster_id>/ for every cluster to write to, and the list for a serial letter.

    No folder contains anything of another cluster. A cluster that was not reviewed gets only its
    letter, because the owner of its file is not certain. One that has left gets no next form.
    Returns the other clusters without one.
    """
    sources = reviewed_sources(work)
    planned = {cluster: plan(work, cluster, source) for cluster, source in sources.items()}
    for cluster, handout in planned.items():
        handout.page.parent.mkdir(parents=True)
        shutil.copyfile(work.folder / "report" / page_of(cluster), handout.page)
        shutil.copyfile(work.feedback[sources[cluster]], handout.marked)
    left = departed(work.review)
    forms = {cluster: own.form for cluster, own in planned.items() if cluster not in left}
    without = write_forms(work, forms)
    files = pl.concat([files_of(planned), quarantined(work)])
    (work.folder / FOLDER).mkdir(exist_ok=True)
    rows = letters(work.review, files, work.lang)
    write_letters(rows, work.review, work.folder / FOLDER / LIST, work.lang)
    german = rows if work.lang == LANG else letters(work.review, files, LANG)
    write_covers(german, work.review, work.folder / FOLDER)
    return without


def reviewed_sources(work: Work) -> Mapping[str, str]:
    """Return the name of the reviewed submission of each cluster."""
    table = work.review.tables["submissions"].filter(pl.col("outcome") == "reviewed")
    return dict(table.select("cluster_id", "source_file").sort("cluster_id").iter_rows())


def plan(work: Work, cluster: str, source: str) -> Handout:
    """Return the paths of a cluster's files; source: its reviewed submission."""
    folder, after = work.folder / FOLDER / cluster, periods.after(work.review.period)
    form = say("release", "form_name", work.lang).format(cluster=cluster, period=after)
    marked = work.feedback[source].name
    return Handout(folder / f"{cluster}.html", folder / marked, folder / form)


def files_of(planned: Mapping[str, Handout]) -> pl.DataFrame:
    """Return cluster_id, folder, page, marked, form: the names of what was written."""
    rows = [
        (cluster, f"{FOLDER}/{cluster}", *(p.name if p.exists() else None for p in files))
        for cluster, handout in planned.items()
        for files in [(handout.page, handout.marked, handout.form)]
    ]
    return pl.DataFrame(rows, schema=FILES, orient="row")


def quarantined(work: Work) -> pl.DataFrame:
    """Return the same for clusters without a reviewed submission: the copies that state why."""
    tables = work.review.tables
    guessed = tables["coverage"].select("guessed_from", guess="cluster_id").drop_nulls()
    table = tables["submissions"].filter(pl.col("outcome") == "quarantined")
    table = table.join(guessed, left_on="source_file", right_on="guessed_from", how="left")
    table = table.with_columns(cluster_id=pl.coalesce("cluster_id", "guess"))
    reviewed = list(reviewed_sources(work))
    table = table.drop_nulls("cluster_id").filter(~pl.col("cluster_id").is_in(reviewed))
    names = {source: path.name for source, path in work.feedback.items()}
    table = table.with_columns(copy=pl.col("source_file").replace_strict(names, default=None))
    grouped = table.group_by("cluster_id")
    marked = grouped.agg(marked=pl.col("copy").str.join("; "))
    marked = marked.with_columns(folder=pl.lit("feedback"), page=None, form=None)
    return marked.select(*FILES).cast(FILES)
