"""Which cluster a submission is of: by its Cluster-ID, the register, its file name (contract 1.4).

A name alone decides nothing of a file that says itself whose it is: it only raises a question.
"""

import re
import unicodedata
from collections.abc import Collection

import polars as pl

from pipeline.common.findings import findings, join_findings
from pipeline.submissions.parse.foreign import FORM_ROW
from schemas.words import DASHES, visible

# DE-0042 somewhere in a name, also as de_0042 or DE0042.
ID_IN_NAME = re.compile(r"(?<![^\W\d_])([A-Z]{2})([-_ ]?)(\d{4})(?!\d)")
GUESSES = {"cluster_id": pl.String, "guessed_from": pl.String}


def ids_in(name: str, known: Collection[str]) -> list[str]:
    """Return the Cluster-IDs in a file's name, each once, in their order.

    known: the IDs of the register. Without a register an ID needs its hyphen: "Bogen de 2026" names
    no cluster.
    """
    text = re.sub(DASHES, "-", unicodedata.normalize("NFKC", visible(name))).upper()
    found = [(f"{m[1]}-{m[3]}", m[2]) for m in ID_IN_NAME.finditer(text)]
    taken = (one for one, between in found if (one in known if known else between == "-"))
    return list(dict.fromkeys(taken))


def guessed_clusters(
    register: pl.DataFrame, submissions: pl.DataFrame, unread: pl.DataFrame
) -> pl.DataFrame:
    """Return cluster_id, guessed_from: clusters whose submission only a file's name reveals.

    submissions: see `choose.choose_submissions`. unread: source_file, reason. Only files without a
    valid Cluster-ID count: they could not be read, or it is missing. A name with several IDs is
    ignored. guessed_from: the first such file of the cluster by name, workbooks first.
    """
    known = set(register["cluster_id"])
    nameless = submissions.filter(pl.col("cluster_id").is_null()).sort("source_file")
    names = nameless["source_file"].to_list()
    if known:  # a file that is no workbook may be anything: only IDs of the register count
        others = unread.filter(pl.col("reason") == "other_extension").sort("source_file")
        names += others["source_file"].to_list()
    ids = [(ids_in(name, known), name) for name in names]
    rows = [(found[0], name) for found, name in ids if len(found) == 1]
    guesses = pl.DataFrame(rows, schema=GUESSES, orient="row")
    guesses = guesses.unique("cluster_id", keep="first", maintain_order=True)
    return guesses.join(submissions, on="cluster_id", how="anti")


def identity_findings(register: pl.DataFrame, submissions: pl.DataFrame) -> pl.DataFrame:
    """Return findings at the Cluster-ID: not in the register, or not the ID in the file's name.

    submissions: see `choose.choose_submissions`. Without a register there are no findings.
    """
    known = set(register["cluster_id"])
    if not known:
        return join_findings()
    place = {"sheet_key": pl.lit("master_data"), "row": pl.lit(FORM_ROW)}
    sent = submissions.drop_nulls("cluster_id")
    sent = sent.with_columns(**place, field=pl.lit("cluster_id"))
    pairs = sent.select("source_file", "cluster_id").iter_rows()
    others = [[one for one in ids_in(name, known) if one != own] for name, own in pairs]
    detail = [" / ".join(ids) or None for ids in others]
    differing = sent.with_columns(detail=pl.Series(detail, dtype=pl.String))
    columns = ["file", "sheet_key", "row", "field"]
    return join_findings(
        findings(
            sent.filter(~pl.col("cluster_id").is_in(known)).select(columns), "not_in_register"
        ),
        findings(differing.drop_nulls("detail").select(*columns, "detail"), "id_differs_from_name"),
    )
