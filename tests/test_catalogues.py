"""The shipped catalogues: their own examples and their form. The messages about mistakes in one.

All other tests have frozen catalogues (tests/catalogues): a threshold is changed in the shipped one
alone, and a criterion added there.
"""

from pathlib import Path

import polars as pl
import pytest

from pipeline.common.catalogue import Catalogue, Criterion, Example, load, metrics
from pipeline.evaluation.evaluate import combine, judge_conditions
from pipeline.tables.reasons import asks_text, reason_text
from schemas.declaration import HERE, DeclarationError, submission

SHIPPED = sorted((HERE / "catalogues").glob("*.toml"))
CASES = [
    pytest.param(catalogue, criterion, example, id=f"{path.stem} {criterion.id} {example.status}")
    for path in SHIPPED
    for catalogue in [load(str(path))]
    for criterion in catalogue.criteria
    for example in criterion.examples
]


def status_of(catalogue: Catalogue, criterion: Criterion, example: Example) -> str:
    clusters = pl.DataFrame({"file": [0], "technology_field": ["IKT"]}, schema_overrides=FILE)
    figures = pl.DataFrame(
        [
            (0, metric, *(interval or (None, None)), None, None)
            for metric, interval in example.given.items()
        ],
        schema=["file", "metric", "low", "high", "numerator", "denominator"],
        schema_overrides=FILE | dict.fromkeys(["numerator", "denominator"], pl.Float64),
        orient="row",
    ).cast({"low": pl.Float64, "high": pl.Float64})
    limits = pl.DataFrame(
        {"file": [0], "limit": [example.limit], "limit_source": ["bands: example"]},
        schema_overrides=FILE | {"limit": pl.Float64},
    )
    conditions = judge_conditions(catalogue, figures, clusters, limits)
    criteria = combine(conditions.lazy()).collect()
    return str(criteria.filter(pl.col("criterion_id") == criterion.id)["computed_status"].item())


FILE: dict[str, pl.DataType | type[pl.DataType]] = {"file": pl.UInt32}


@pytest.mark.parametrize(("catalogue", "criterion", "example"), CASES)
def test_example(catalogue: Catalogue, criterion: Criterion, example: Example) -> None:
    assert status_of(catalogue, criterion, example) == example.status


# As the source numbers them; the others are of its own.
SOURCE = "1 2.1 2.2 3 4.1 4.2 5 6.1 6.2 7.1 7.2 8 9.1 9.2 10.1 10.2 11 12 13"


def test_the_catalogues_are_there_with_the_criteria_of_the_source() -> None:
    by_name = {path.stem: load(str(path)) for path in SHIPPED}
    assert {"eccp-profile", "go-cluster", "zim-nemo"} <= set(by_name)
    assert set(SOURCE.split()) <= {c.id for c in by_name["go-cluster"].criteria}


def test_metrics_read_declared_cells() -> None:
    cells = {f"{s.key}.{f.key}" for s in submission().sheets for f in s.fields}
    for metric in metrics().values():
        assert set(metric.reads) <= cells, metric.key


FIRST, REFERENCE = 'criteria["1"]', 'criteria["4.2"].conditions[1]'
BANDS = 'bands = [{ limit = 9, source = "a" }, { limit = 9, up_to = 5, source = "a" }]'
SLIPS = [
    # (the present text, its replacement, where, what is allowed or may have been meant)
    ('metric = "bound_actors"', 'metric = "bound_actor"', f"{FIRST}.conditions[1]", "bound_actors"),
    ('operator = ">="', 'operator = "=>"', f"{FIRST}.conditions[1].operator", '">=", "<="'),
    (
        "threshold = 30",
        'threshold = "thirty"',
        "conditions[1].threshold",
        'a number or "reference"',
    ),
    ("threshold = 30", 'threshold = "reference"', "conditions[1].threshold", "actors_per_fte"),
    ("threshold = 30", "threshold = nan", "conditions[1].threshold", "a number"),
    ("threshold = 30", "threshold = true", "conditions[1].threshold", "a number"),
    ('kind = "hard"', 'kind = "heard"', f"{FIRST}.kind", 'Did you mean "hard"?'),
    ("pass_mark = 12", "pass_mark = 20", "pass_mark", '"all" or 1 to 19'),
    ("pass_mark = 12", 'pass_mark = "most"', "pass_mark", 'a whole number or "all"'),
    ("pass_mark = 12", "pass_mrak = 12", "pass_mrak", 'Did you mean "pass_mark"?'),
    ('stand_in = "quartile"', 'stand_in = "quartil"', f"{REFERENCE}.stand_in", '"quartile"'),
    ('stand_in = "quartile"', 'stand_in = "frozen"', f"{REFERENCE}.frozen_period", '"2026-Q3"'),
    ('stand_in = "quartile"', "", f"{REFERENCE}.stand_in", "is missing"),
    ("# frozen_period = ", "frozen_period = 1 # ", f"{REFERENCE}.frozen_period", "a text"),
    ("threshold = 30", 'threshold = 30\nstand_in = "none"', "conditions[1].stand_in", "only"),
    ("bands = []", "bands = [{ limit = 9 }]", "reference_bands[1].source", "is missing"),
    ("bands = []", BANDS, "reference_bands[2]", "ascending"),
    ("reason = { de =", "raeson = { de =", f"{FIRST}.conditions[1].raeson", '"reason"'),
    ("Mindestens {threshold} Akteure", "Mindestens 30 Akteure", "conditions[1].reason", "same"),
    ("{threshold} actors are", "30 actors are", f"{FIRST}.conditions[1].reason.en", "{threshold}"),
    ("mindestens {1} fest", "mindestens {2} fest", f"{FIRST}.asks", "{1}"),
    ("origin_of = 30", "", f"{FIRST}.conditions[1].origin_of", "is missing"),
    ('source = "go-cluster: Exzellent', 'source = "" # ', "source", "not empty"),
    ('status = "undetermined"', 'status = "fulfilled"', f"{FIRST}.examples", "undetermined"),
    ("bound_actors = [30, 30]", "bound = [30, 30]", "examples[1].given", '"bound_actors"'),
    ("bound_actors = [30, 30]", "fte = [30, 30]", "given.bound_actors", "is missing"),
    ("bound_actors = [30, 30]", "bound_actors = [31, 30]", "bound_actors", "the lower first"),
    ("category = 1", "category = 9", f"{FIRST}.category", "1 to 4"),
    ('id = "2.1"', 'id = "1"', f"{FIRST}.id", "each value once"),
    ('id = "go-cluster"', 'id = "gocluster"', "id", '"go-cluster"'),
    ("{}                # for", '{ "IKTT" = 0.03 } # for', "field.IKTT", '"IKT"'),
    ('en = "Commitment of the actors"', 'fr = "x"', f"{FIRST}.title", "fr"),
]


@pytest.mark.parametrize(("right", "wrong", "where", "allowed"), SLIPS)
def test_a_slip_is_an_error_that_names_the_place(
    right: str, wrong: str, where: str, allowed: str, tmp_path: Path
) -> None:
    text = load("go-cluster").path.read_text(encoding="utf-8")
    assert right in text
    path = tmp_path / "go-cluster.toml"
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(DeclarationError) as error:
        load(str(path))
    (english,) = [line for line in error.value.messages["en"].splitlines() if where in line][:1]
    assert english.startswith("go-cluster.toml, ")
    assert allowed in english
    assert where in error.value.messages["de"]


def test_no_such_catalogue() -> None:
    with pytest.raises(DeclarationError) as error:
        load("go-clutser")
    assert str(error.value).splitlines() == [
        'Einen Katalog "go-clutser" gibt es nicht; erlaubt: eine .toml-Datei und: "eccp-profile", '
        '"go-cluster", "zim-nemo". Meinten Sie "go-cluster"?',
        'there is no catalogue "go-clutser"; allowed: a .toml file and: "eccp-profile", '
        '"go-cluster", "zim-nemo". Did you mean "go-cluster"?',
    ]


@pytest.mark.parametrize(
    "content", [b"id = ", b"\xff", b"id = [[[", b"x = 1\nx = 2", b"[" * 5000, b"#" * (2**20 + 1)]
)
def test_a_file_that_is_none_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(content)
    with pytest.raises(DeclarationError) as error:
        load(str(path))
    assert all(message.startswith("own.toml: ") for message in error.value.messages.values())


def copied(tmp_path: Path, threshold: str) -> Criterion:
    """Return criterion 1 of a copy of the catalogue, with another threshold."""
    text = (HERE / "catalogues" / "go-cluster.toml").read_text(encoding="utf-8")
    text = text.replace("threshold = 30", f"threshold = {threshold}")
    path = tmp_path / "ours.toml"
    path.write_text(text.replace('id = "go-cluster"', 'id = "ours"'), encoding="utf-8")
    return load(str(path)).criteria[0]


@pytest.mark.parametrize(("threshold", "number"), [("30", "30"), ("50", "50"), ("30.0", "30")])
def test_a_reason_says_the_threshold_and_the_source_only_of_its_own(
    threshold: str, number: str, tmp_path: Path
) -> None:
    criterion = copied(tmp_path, threshold)
    for lang, source in (("de", "Quelle"), ("en", "source")):
        said = reason_text(criterion.conditions[0], lang)
        assert number in said
        assert (source in said) == (number == "30")
        assert ("30" in said) == (number == "30")
        assert number in asks_text(criterion, lang)


def test_the_sources_words_are_quoted_where_they_stand() -> None:
    quoted = {"angemessen": {"2.2", "5", "11"}, "bedarfsgerecht": {"8"}}
    for criterion in load("go-cluster").criteria:
        said = " ".join(reason_text(c, "de") for c in criterion.conditions)
        for word, where in quoted.items():
            assert (word in said) == (criterion.id in where), (criterion.id, word)
        if criterion.kind == "hard":
            assert "Vorschlag" not in said, criterion.id
