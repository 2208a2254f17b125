"""The filters of the page: the choices that exist in this review."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.evaluation.benchmark import band_labels
from pipeline.report.pages.comparison import cohort_name
from pipeline.report.pages.explain import measures_of, role_key
from pipeline.report.pages.matrix import CLASSES
from pipeline.report.pages.words import Words
from pipeline.review import Review
from schemas.declaration import registers
from schemas.tables import DECISIONS


@dataclass(frozen=True)
class Filter:
    """One choice: its name in the address, the data field it filters, its options.

    options: (value, text).
    """

    name: str
    field: str
    label: str
    options: Sequence[tuple[str, str]]


def filters(review: Review, words: Words) -> list[Filter]:
    """Return every choice, each with the values that occur."""
    clusters = review.tables["clusters"]
    there = {c: set(clusters[c].drop_nulls()) for c in ("federal_state", "technology_field")}
    taken = {m for own in measures_of(review.tables["benchmarks"]).values() for m in own}
    bands = [b for b in band_labels(review.settings.cohorts) if b in set(clusters["size_band"])]
    decided = set(clusters["decision"])
    return [
        _registered("federal_state", there["federal_state"], words),
        _registered("technology_field", there["technology_field"], words),
        _registered("measure", taken, words),
        Filter(
            words("address_decision"),
            "decision",
            words("decision"),
            [(d, words.code("decision", d)) for d in DECISIONS if d in decided],
        ),
        Filter(
            words("address_role"),
            "role",
            words("role"),
            roles(clusters["role"].to_list(), words),
        ),
        Filter(
            words("address_size_band"),
            "size_band",
            words.code("cohort_kind", "size_band"),
            [(b, cohort_name("size_band", b, words)) for b in bands],
        ),
        Filter(
            words("address_criterion"),
            "criterion",
            words("criterion"),
            list(criteria(review, words)),
        ),
    ]


def criteria(review: Review, words: Words) -> Iterator[tuple[str, str]]:
    """Yield every status that a criterion has somewhere: "12 nicht erfüllt (Erfolgsgeschichten)".

    The value names the catalogue and the criterion by their position, and the sign of the status.
    """
    found = review.tables["criteria"].select("catalogue", "criterion_id", "status").unique()
    there = set(found.iter_rows())
    for number, catalogue in enumerate(review.catalogues):
        for at, criterion in enumerate(catalogue.criteria):
            for status, sign in CLASSES.items():
                if (catalogue.id, criterion.id, status) in there:
                    title = words.of(criterion.title)
                    if number:
                        title = f"{words.of(catalogue.title)}: {title}"
                    text = f"{criterion.id} {words.code('status', status)} ({title})"
                    yield f"{number}.{at}.{sign}", text


def roles(values: Sequence[str | None], words: Words) -> list[tuple[str, str]]:
    """Return the roles that occur in the order of the register, the unknown one last."""
    there = set(values)
    known = [entry.value for entry in registers()["roles"] if entry.value in there]
    return [(role_key(r), words.role(r)) for r in (*known, *([None] if None in there else []))]


def _registered(kind: str, values: Iterable[str], words: Words) -> Filter:
    """Return a choice among a register's words, in the order of the alphabet."""
    named = sorted((cohort_name(kind, v, words), v) for v in values)
    field = "measures" if kind == "measure" else kind
    name, label = words(f"address_{kind}"), words.code("cohort_kind", kind)
    return Filter(name, field, label, [(v, text) for text, v in named])
