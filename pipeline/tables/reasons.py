"""The reasons of statuses: the texts of the table `criteria` about conditions and ratings."""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import polars as pl

from pipeline.common.catalogue import Catalogue, Condition, Criterion, Metric, metrics
from pipeline.common.contacts import without_contacts
from pipeline.common.texts import LANGUAGES, number, percent, say, say_limit

CRITERION = ["catalogue", "file", "criterion_id"]
SAID = ["metric", "operator", "low", "high", "threshold", "limit_source", "status"]
LIMIT = {"de": {">=": "mindestens", "<=": "höchstens"}, "en": {">=": "at least", "<=": "at most"}}
UNKNOWN = {"de": "unbekannt", "en": "unknown"}
UP = {"de": "oder mehr", "en": "or more"}
TO = {"de": "bis", "en": "to"}
# What stands between an expert's own words and who wrote them.
RATED = {"de": " [Gutachten", "en": " [Expert's rating"}
DIGITS = {"actors": 0, "years": 0, "months": 0, "count": 0}


def with_reasons(
    criteria: pl.DataFrame,
    conditions: pl.DataFrame,
    ratings: pl.DataFrame,
    missing: pl.DataFrame,
) -> pl.DataFrame:
    """Add reason_de and reason_en: every condition in words; a rating's reason as it was given.

    missing: what a condition that is not fulfilled lacks by name, see `missing.missing_names`.
    """
    explained = conditions.join(condition_texts(conditions), on=SAID, nulls_equal=True, how="left")
    explained = explained.join(missing, on=["file", "metric"], how="left")
    lacks = (pl.col("status") != "fulfilled") & pl.col("low").is_not_null()
    explained = explained.with_columns(
        pl.when(lacks)
        .then(pl.concat_str(f"reason_{lang}", pl.format(" ({})", f"missing_{lang}").fill_null("")))
        .otherwise(f"reason_{lang}")
        .alias(f"reason_{lang}")
        for lang in LANGUAGES
    )
    columns = [f"reason_{lang}" for lang in LANGUAGES]
    computed = explained.group_by(CRITERION).agg(pl.col(columns).sort_by("condition"))
    computed = computed.with_columns(pl.col(columns).list.join("; "))
    table = criteria.join(computed, on=CRITERION, how="left")
    rated = ratings.drop_nulls("reason")
    rated = rated.select(
        *CRITERION, *(rated_text(lang).alias(f"rated_{lang}") for lang in LANGUAGES)
    )
    table = table.join(rated, on=CRITERION, how="left")
    return table.with_columns(
        pl.when(pl.col(f"rated_{lang}").is_not_null())
        .then(pl.concat_str(f"rated_{lang}", f"reason_{lang}", pl.lit("]")))
        .otherwise(f"reason_{lang}")
        .alias(f"reason_{lang}")
        for lang in LANGUAGES
    ).drop(f"rated_{lang}" for lang in LANGUAGES)


def rated_text(lang: str, *, signed: bool = True) -> pl.Expr:
    """The expert's reason, who gave it and when; the computed one is to follow.

    signed: whether the reason is unchanged and the expert's sign stands there; else mail addresses
    and telephone numbers are masked, too.
    """
    written = pl.col("rated_on").dt.strftime("%d.%m.%Y" if lang == "de" else "%Y-%m-%d")
    masked = pl.col("reason").map_elements(lambda text: without_contacts(text, lang), pl.String)
    return pl.concat_str(
        "reason" if signed else masked,
        pl.lit(RATED[lang]),
        pl.concat_str(pl.lit(" "), "assessor").fill_null("") if signed else pl.lit(""),
        pl.concat_str(pl.lit(", "), written).fill_null(""),
        pl.lit(f"; {'berechnet' if lang == 'de' else 'computed'}: "),
    )


def written_reason(text: str, lang: str) -> str:
    """Return what the expert wrote in a text of `rated_text`; empty if there is none."""
    return text.rpartition(RATED[lang])[0]


def unsigned_reasons(criteria: pl.DataFrame, ratings: pl.DataFrame) -> pl.DataFrame:
    """Return catalogue, cluster_id, criterion_id, reason_de, reason_en of what experts judged.

    They are for the clusters: without the expert's sign (contract 2.5), and without what leads to
    a person. criteria: the table. ratings: those in force.
    """
    key = ["catalogue", "cluster_id", "criterion_id"]
    rated = ratings.drop_nulls("reason").select(
        *key,
        *(
            rated_text(lang, signed=signed).alias(f"{lang} {signed}")
            for lang in LANGUAGES
            for signed in (True, False)
        ),
    )
    table = criteria.join(rated, on=key)
    return table.select(
        *key,
        *(
            pl.concat_str(
                f"{lang} False",
                pl.col(f"reason_{lang}").str.strip_prefix(pl.col(f"{lang} True")),
            ).alias(f"reason_{lang}")
            for lang in LANGUAGES
        ),
    )


def condition_texts(conditions: pl.DataFrame) -> pl.DataFrame:
    """Return each different condition in words: its figure, the value, the threshold."""
    different = conditions.select(SAID).unique()
    rows = different.rows()
    return different.with_columns(
        pl.Series(f"reason_{lang}", condition_lines(rows, lang), dtype=pl.String)
        for lang in LANGUAGES
    )


def condition_lines(rows: Sequence[tuple[Any, ...]], lang: str) -> list[str]:
    """Return conditions (their values of SAID) in words."""
    known = metrics()
    titles = {key: _capital(metric.title[lang]) for key, metric in known.items()}
    return [
        f"{titles[metric]}: {interval_text(known[metric], low, high, operator, lang)}; "
        f"{_wanted(metric, operator, threshold, source, lang)} – {say('status', status, lang)}"
        for metric, operator, low, high, threshold, source, status in rows
    ]


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


@lru_cache(maxsize=4096)
def _wanted(
    metric: str, operator: str, threshold: float | None, limit_source: str | None, lang: str
) -> str:
    """Return a threshold and its source in words; they are the same for many clusters."""
    requirement = wanted_text(metrics()[metric], operator, threshold, lang)
    source = say_limit(limit_source, lang) if threshold is not None else ""
    return f"{requirement} ({source})" if source else requirement


def wanted_text(metric: Metric, operator: str, threshold: float | None, lang: str) -> str:
    """Return what a condition asks for in words."""
    if metric.unit == "yes_no":
        return "verlangt" if lang == "de" else "required"
    word = "verlangt" if lang == "de" else "required:"
    if threshold is None:
        return word.removesuffix(":") + (": kein Grenzwert" if lang == "de" else ": no limit")
    return f"{word} {LIMIT[lang][operator]} {harder_value(metric, operator, threshold, lang)}"


def reason_text(condition: Condition, lang: str) -> str:
    """Return a condition's rule in words and where its number is from, as long as it is that one.

    A threshold that somebody changed is the catalogue's own, whatever the source says.
    """
    wording = fill_in(condition.reason[lang], {"threshold": threshold_text(condition, lang)})
    if condition.origin is None:
        return wording
    origin = condition.origin[lang] if condition.is_as_shipped else say("origin", "own", lang)
    return f"{wording} {origin}"


def asks_text(criterion: Criterion, lang: str) -> str:
    """Return what a criterion asks for, with the thresholds of its conditions."""
    numbers = [threshold_text(condition, lang) for condition in criterion.conditions]
    return fill_in(criterion.asks[lang], {str(n): text for n, text in enumerate(numbers, 1)})


def threshold_text(condition: Condition, lang: str) -> str:
    """Return a condition's threshold in its unit."""
    return harder_value(condition.metric, condition.operator, condition.threshold, lang)


def fill_in(text: str, parts: Mapping[str, str]) -> str:
    """Return the text with its named places filled."""
    for name, part in parts.items():
        text = text.replace(f"{{{name}}}", part)
    return text


def harder_value(metric: Metric, operator: str, threshold: float | None, lang: str) -> str:
    """Return a threshold, rounded towards what is harder to meet."""
    harder = "<=" if operator == ">=" else ">="
    return UNKNOWN[lang] if threshold is None else value_text(metric, threshold, lang, harder)


def interval_text(
    metric: Metric, low: float | None, high: float | None, operator: str, lang: str
) -> str:
    """Return an interval in words: one figure, from … to …, or unknown."""
    if low is None or high is None:
        return UNKNOWN[lang]
    if math.isinf(low):
        return "kein VZÄ" if lang == "de" else "no FTE"
    first = value_text(metric, low, lang, operator)
    if math.isinf(high):
        return f"{first} {UP[lang]}"
    if low == high:
        return first
    return f"{first} {TO[lang]} {value_text(metric, high, lang, operator)}"


def value_text(metric: Metric, value: float, lang: str, operator: str = ">=") -> str:
    """Return a figure in its unit, rounded away from the threshold so that it never seems met."""
    if metric.unit == "yes_no":
        return say_yes_no(value, lang)
    if metric.unit == "share":
        return percent(round_away(value, 4, operator), lang, 2)
    digits = DIGITS.get(metric.unit, 2)
    return number(round_away(value, digits, operator), digits, lang)


def round_away(value: float, digits: int, operator: str) -> float:
    """Return the value rounded away from the threshold: down for >=, up for <=."""
    scaled = round(value * 10**digits, 6)
    return (math.floor(scaled) if operator == ">=" else math.ceil(scaled)) / 10**digits


def say_yes_no(value: float, lang: str) -> str:
    """Return yes or no."""
    return {"de": ("nein", "ja"), "en": ("no", "yes")}[lang][bool(value)]


def catalogue_criteria(catalogues: tuple[Catalogue, ...]) -> pl.DataFrame:
    """Return catalogue, criterion_id, kind of every criterion."""
    rows = [(c.id, criterion.id, criterion.kind) for c in catalogues for criterion in c.criteria]
    schema = dict.fromkeys(("catalogue", "criterion_id", "kind"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")
