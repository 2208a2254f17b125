"""The sheet Methodik & Begriffe: the questions, the calculations, the sources."""

from collections.abc import Iterable

from pipeline.common.catalogue import Band, Catalogue, Condition, Criterion
from pipeline.common.texts import number, percent, say, say_variant, texts
from pipeline.evaluation.benchmark import band_labels
from pipeline.evaluation.scenarios import other_rules
from pipeline.evaluation.statistics import QUANTILES
from pipeline.figures.scenarios import scenarios
from pipeline.report.workbook.assumptions import SIGNS
from pipeline.report.workbook.cells import Column
from pipeline.report.workbook.sheets import Book, new_sheet
from pipeline.report.workbook.stack import Stack
from pipeline.tables.reasons import asks_text, reason_text
from schemas.benchmarks import declared_cohort_kinds

Row = tuple[str | int, ...]
HEADERS = [
    ("criterion", "wrap"),
    ("asks", "wrap"),
    ("kind", "text"),
    ("condition", "int"),
    ("metric", "wrap"),
    ("operator", "sign"),
    ("threshold", "wrap"),
    ("unit", "text"),
    ("reason", "wrap"),
    ("source", "wrap"),
    ("category", "wrap"),
    ("catalogue", "text"),
]
# The first two are those of the terms, too.
WIDTHS = {"criterion": 34, "asks": 70, "metric": 26, "threshold": 30, "reason": 60}
WIDTHS |= {"source": 34, "category": 30}


def write_method(book: Book) -> None:
    """Write the sheet: first the words, in which the rules are written."""
    stack = Stack(book, new_sheet(book, "method"), ["rules", "terms"], keys=())
    put_rules(stack)
    put_terms(stack)
    stack.close()


def put_rules(stack: Stack) -> None:
    """Write the question of each criterion and the conditions by which it is evaluated."""
    book = stack.book
    rows = [
        row(book, catalogue, criterion, position)
        for catalogue in book.review.catalogues
        for criterion in catalogue.criteria
        for position in range(len(criterion.conditions))
    ]
    columns = [
        Column(book.text(f"h_{code}"), [r[at] for r in rows], kind, width=WIDTHS.get(code))
        for at, (code, kind) in enumerate(HEADERS)
    ]
    stack.add(columns, whole=True)


def row(book: Book, catalogue: Catalogue, criterion: Criterion, position: int) -> Row:
    """Return the sheet's row for one condition."""
    lang, condition = book.lang, criterion.conditions[position]
    return (
        f"{criterion.id} {criterion.title[lang]}",
        asks_text(criterion, lang),
        say("kind", criterion.kind, lang),
        position + 1,
        condition.metric.title[lang],
        SIGNS[condition.operator],
        threshold(book, condition),
        say("unit", condition.metric.unit, lang),
        reason_text(condition, lang),
        condition.source if condition.is_as_shipped else say("origin", "own", lang),
        catalogue.categories[criterion.category - 1][lang],
        catalogue.id,
    )


def threshold(book: Book, condition: Condition) -> str:
    """Return a threshold as text, with those of technology fields or the reference."""
    if condition.threshold is None:
        return "; ".join(reference(book, condition))
    is_share = condition.metric.unit == "share"
    fields = condition.threshold_by_technology_field
    names = book.words(list(fields))
    own = [(f"{name}: ", value) for name, value in zip(names, fields.values(), strict=True)]
    every = [("", condition.threshold), *own]
    show = percent if is_share else _number
    text = "; ".join(f"{name}{show(value, book.lang)}" for name, value in every)
    return f"{text} ({book.text('m_one_for_all')})" if condition.one_for_all_fields else text


def _number(value: float, lang: str) -> str:
    return number(value, 2, lang)


def reference(book: Book, condition: Condition) -> Iterable[str]:
    """Return a description of the limit of 4.2."""
    yield book.text("m_reference")
    yield from (band_text(book, band) for band in condition.reference_bands)
    if not condition.reference_bands:
        yield book.text(f"m_stand_in_{condition.stand_in}", period=condition.frozen_period)


def band_text(book: Book, band: Band) -> str:
    """Return one reference band as text."""
    limit = _number(band.limit, book.lang)
    if band.up_to == float("inf"):
        return book.text("m_beyond", limit=limit, source=band.source)
    up_to = _number(band.up_to, book.lang)
    return book.text("m_up_to", up_to=up_to, limit=limit, source=band.source)


# ----------------------------------------------------------------------------------------- terms
def put_terms(stack: Stack) -> None:
    """Write definitions, rules, sources and licences."""
    book = stack.book
    pairs = [*terms(book), *sources(book)]
    columns = [
        Column(book.text("h_term"), [term for term, _ in pairs], "wrap", width=WIDTHS["criterion"]),
        Column(
            book.text("h_meaning"), [meaning for _, meaning in pairs], "wrap", width=WIDTHS["asks"]
        ),
    ]
    stack.add(columns, whole=True)


def terms(book: Book) -> Iterable[tuple[str, str]]:
    """Return every term with its meaning, with numbers from the settings."""
    parts = numbers(book)
    for code in texts("workbook"):
        if code.startswith("d_"):
            key = code.removeprefix("d_")
            yield book.text(f"t_{key}"), book.text(code, **parts)


def numbers(book: Book) -> dict[str, str]:
    """Return the numbers in the definitions, as text."""
    settings, lang = book.review.settings, book.lang
    actors, cohorts = settings.actors, settings.cohorts
    plain = {
        "employees": actors.sme_employees_below,
        "turnover": actors.sme_turnover_max / 1e6,
        "balance": actors.sme_balance_max / 1e6,
        "ifm": actors.ifm_employees_below,
        "radius": actors.radius_km,
        "small": cohorts.small_fte,
        "minimum": cohorts.minimum,
        "days": settings.review.outdated_days,
    }
    lists = {
        "commitments": actors.bound_commitments,
        "loose": actors.loose_commitments,
        "sources": settings.funding.own_sources,
        "bands": band_labels(cohorts),
    }
    texts = {key: ", ".join(str(w) for w in book.words(words)) for key, words in lists.items()}
    tried = dict.fromkeys(s.variant for s in (*scenarios(settings), *other_rules(settings)))
    variants = "; ".join(say_variant(variant, lang) for variant in tried if variant)
    texts |= {"variants": variants, "quantiles": QUANTILES[lang]}
    kinds = (kind.about or kind.label for kind in declared_cohort_kinds().values())
    listed = ", ".join(about[lang].format(bands=texts["bands"]) for about in kinds)
    texts["kinds"] = listed[:1].upper() + listed[1:]
    return {key: number(n, 2, lang) for key, n in plain.items()} | texts


def sources(book: Book) -> Iterable[tuple[str, str]]:
    """Return the source of each catalogue."""
    for catalogue in book.review.catalogues:
        title = catalogue.title[book.lang]
        yield book.text("t_source_of", catalogue=title), catalogue.source
