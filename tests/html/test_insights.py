"""Figures about the portfolio, by hand on tables of a few rows."""

import polars as pl

from pipeline.report.pages.landmap import sectors
from pipeline.tables import insights

MARK = 3
# Three of four criteria are needed: A has them, B lacks one, C is open, D is far off.
STATUSES = {
    "A": "fff-",
    "B": "ff--",
    "C": "f??-",
    "D": "f---",
}
WORDS = {"f": "fulfilled", "-": "not_fulfilled", "?": "undetermined"}
REQUESTS = {
    "2": "Bitte ausfüllen: Akteure!B2, Akteure!B3",
    "3": "Bitte ausfüllen: Stammdaten!B5",
}


def criteria() -> pl.DataFrame:
    """Return the table of criteria."""
    return pl.DataFrame(
        [
            {
                "cluster_id": cluster,
                "criterion_id": str(number),
                "status": WORDS[sign],
                "request_de": REQUESTS.get(str(number), "") if sign == "?" else "",
                "request_en": "",
            }
            for cluster, signs in STATUSES.items()
            for number, sign in enumerate(signs, 1)
        ]
    )


def decisions() -> pl.DataFrame:
    """Return the decisions that follow from them."""
    return pl.DataFrame(
        [
            ("A", 3, 0, "eligible"),
            ("B", 2, 0, "not_eligible"),
            ("C", 1, 2, "open"),
            ("D", 1, 0, "not_eligible"),
        ],
        schema=["cluster_id", "fulfilled", "undetermined", "decision"],
        orient="row",
    )


def test_counts_of_every_criterion() -> None:
    found = {r[0]: r[1:] for r in insights.criteria_counts(criteria()).iter_rows()}
    assert found == {"1": (4, 0, 0), "2": (2, 1, 1), "3": (1, 2, 1), "4": (0, 4, 0)}


def test_the_single_lever_is_counted_for_those_who_lack_one_only() -> None:
    found = insights.single_levers(criteria(), decisions(), MARK)
    assert found.rows() == [("3", 1), ("4", 1)]


def test_within_one_of_the_mark_are_those_whom_one_criterion_may_turn() -> None:
    found = insights.within_one_of_mark(decisions(), MARK)
    assert found["cluster_id"].to_list() == ["A", "B"]


def test_the_smallest_requests_come_first_and_only_as_many_as_are_missing() -> None:
    found = insights.smallest_requests(criteria(), decisions(), MARK)
    assert found.select("cluster_id", "missing", "criterion_id").rows() == [
        ("C", 2, "3"),
        ("C", 2, "2"),
    ]
    one_less = insights.smallest_requests(criteria(), decisions(), MARK - 1)
    assert one_less["criterion_id"].to_list() == ["3"]


def test_shortfalls_are_the_spread_of_known_levers() -> None:
    conditions = pl.DataFrame(
        {
            "criterion_id": ["1"] * 5,
            "condition": [1] * 5,
            "status": ["not_fulfilled"] * 3 + ["fulfilled", "undetermined"],
            "lever_amount": [1.0, 4.0, 9.0, None, None],
            "lever_unit": ["smes"] * 3 + [None, None],
        }
    )
    assert insights.shortfalls(conditions).rows() == [("1", 1, "smes", 3, 1.0, 4.0, 9.0)]


# ---- who shares actors ----


def bound(*pairs: tuple[str, str | None]) -> pl.DataFrame:
    """Return bound actors of clusters."""
    return pl.DataFrame(
        [(cluster, key, True) for cluster, key in pairs],
        schema={"cluster_id": pl.String, "actor_key": pl.String, "bound": pl.Boolean},
        orient="row",
    )


def test_sharing() -> None:
    actors = bound(
        ("A", "x"), ("A", "y"), ("B", "x"), ("B", "y"), ("B", "z"), ("C", "x"), ("C", None)
    )
    found = insights.sharing(actors)
    assert (found.shared, found.clusters) == (2, 3)
    pairs = {r[:3]: r[3] for r in found.pairs.iter_rows()}
    assert pairs == {("A", "B", 2): 1.0, ("A", "C", 1): 1.0, ("B", "C", 1): 1.0}
    assert found.pairs.row(0)[:2] == ("A", "B")
    assert found.groups.rows() == [(["A", "B"], 1), (["A", "B", "C"], 1)]


def test_actors_of_several_clusters_by_name() -> None:
    ties = [("B", "x|01067"), ("A", "x|01067"), ("A", "y|"), ("B", "y|"), ("C", "y|"), ("A", "z|1")]
    actors = bound(*ties).with_columns(name=pl.Series(["X GmbH", "x gmbh", "Y", "Y", "Y", "Z"]))
    away = actors.head(1).with_columns(cluster_id=pl.lit("C"), bound=pl.lit(value=False))
    assert insights.actors_of_several(pl.concat([actors, away])).rows() == [
        ("Y", "", ["A", "B", "C"]),
        ("X GmbH", "01067", ["A", "B"]),
    ]


def test_an_actor_without_a_name_is_shared_with_nobody() -> None:
    found = insights.sharing(bound(("A", None), ("B", None)))
    assert found.shared == 0
    assert found.pairs.is_empty()


def test_actors_not_bound_do_not_count() -> None:
    actors = bound(("A", "x"), ("B", "x")).with_columns(bound=pl.lit(None, pl.Boolean))
    assert insights.sharing(actors).shared == 0


# ---- the marks on the map ----


def test_the_sectors_of_a_mark_are_its_decisions_in_hundredths() -> None:
    found = sectors({"eligible": 2, "open": 0, "not_eligible": 6})
    assert [(s.decision, s.dash, s.start) for s in found] == [
        ("eligible", "25.00", "0.00"),
        ("open", "0.00", "-25.00"),
        ("not_eligible", "75.00", "-25.00"),
    ]


def test_the_stages_that_nobody_of_a_field_covers() -> None:
    """Capitals do not part stages; a cluster without a field names stages for the others."""
    fields = {"a": "IKT", "b": "IKT", "c": "Bauwesen", "d": None, "e": "Ernährung"}
    named = [
        *(("a", "Handel"), ("a", "Herstellung"), ("b", "handel"), ("c", "HERSTELLUNG")),
        *(("d", "Entsorgung"), ("d", "Handel")),
    ]
    clusters = pl.DataFrame({"cluster_id": list(fields), "technology_field": list(fields.values())})
    stages = pl.DataFrame(named, schema=["cluster_id", "stage"], orient="row")
    found = insights.uncovered_stages(clusters, stages)
    assert found.rows() == [
        ("Bauwesen", 1, 1, ["Entsorgung", "Handel"]),
        ("Ernährung", 1, 0, ["Entsorgung", "HERSTELLUNG", "Handel"]),
        ("IKT", 2, 2, ["Entsorgung"]),
    ]
