"""What differs between two publications, and which causes their records and tables prove."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.cli import main
from pipeline.common.texts import texts
from pipeline.history.causes import CAUSES
from pipeline.history.diff.compare import Difference, compare
from pipeline.history.diff.formatting import as_json, lines
from pipeline.history.diff.publication import TABLES, Publication
from pipeline.history.diff.sources import changed_sources
from schemas.benchmarks import declared_indicators
from tests.history.world import Says, state
from tests.making.frames import published

Row = dict[str, Any]
PERIOD, A, B = "2026-Q3", "DE-0001", "DE-0002"
RECORD: Row = {
    "period": PERIOD,
    "state": "draft",
    "language": "de",
    "started": "2026-10-15T06:00:00+02:00",
    "inputs": [
        {"source_file": "a.xlsx", "sha256": "a1"},
        {"source_file": "b.xlsx", "sha256": "b1"},
    ],
    "office_files": [{"source_file": "register.xlsx", "sha256": "r1"}],
    "mappings": [],
    "catalogues": [{"id": "go-cluster", "version": "1", "sha256": "c1"}],
    "declarations": {"settings.toml": "s1"},
    "versions": {"polars": "2.1.0"},
}
QUARTILE = "quartile: portfolio"


def criterion(cluster: str, **more: Any) -> Row:
    said = {"catalogue": "go-cluster", "cluster_id": cluster, "criterion_id": "4.2"}
    status = more.get("status", "fulfilled")
    usual = {"computed_status": status, "basis": "computed", "reason_de": "Weil.", "status": status}
    return said | usual | {"reason_en": "Because."} | more


def condition(cluster: str, **more: Any) -> Row:
    said = {"catalogue": "go-cluster", "cluster_id": cluster, "criterion_id": "4.2", "condition": 1}
    usual = {"metric": "actors_per_fte", "operator": "<=", "value_low": 4.0, "value_high": 4.0}
    return said | usual | {"threshold": 5.0, "limit_source": QUARTILE} | more


def tables(**changed: list[Row]) -> dict[str, list[Row]]:
    """Two clusters; changed: rows that replace those of a cluster, by table."""
    both = (A, "a"), (B, "b")
    usual: dict[str, list[Row]] = {
        "submissions": [
            {"cluster_id": c, "source_file": f"{f}.xlsx", "sha256": f"{f}1", "outcome": "reviewed"}
            for c, f in both
        ],
        "coverage": [
            {"cluster_id": c, "name": f"Cluster {c}", "state": "reviewed"} for c, _ in both
        ],
        "clusters": [
            {"cluster_id": c} | dict.fromkeys(declared_indicators(), 1.0) for c, _ in both
        ],
        "decisions": [
            {"catalogue": "go-cluster", "cluster_id": c, "fulfilled": 12, "decision": "eligible"}
            for c, _ in both
        ],
        "criteria": [criterion(c) for c, _ in both],
        "conditions": [condition(c) for c, _ in both],
    }
    for name, rows in changed.items():
        replaced = {row["cluster_id"] for row in rows}
        kept = [row for row in usual[name] if row["cluster_id"] not in replaced]
        usual[name] = kept + [row for row in rows if len(row) > 1]
    return usual


def publication(record: Row | None = None, **changed: list[Row]) -> Publication:
    found = {name: published(name, rows) for name, rows in tables(**changed).items()}
    assert set(found) == set(TABLES)
    return Publication("current", RECORD | (record or {}), found)


def sent(sha256: str = "b2", **more: Any) -> list[Row]:
    """The submission of B is another one."""
    usual = {"source_file": "b.xlsx", "outcome": "reviewed"}
    return [{"cluster_id": B, "sha256": sha256, **usual, **more}]


def difference(record: Row | None = None, **changed: list[Row]) -> Difference:
    return compare(publication(), publication(record, **changed))


def test_nothing_differs() -> None:
    found = difference({"started": "2026-10-16T06:00:00+02:00", "state": "released"})
    assert found.is_empty
    said = list(lines(publication(), publication(), found, "de"))
    assert "Kein Unterschied" in said[1]


# ---- what went in ----


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"inputs": RECORD["inputs"][:1]}, [("submission", "b.xlsx", "removed")]),
        (
            {"inputs": [*RECORD["inputs"], {"source_file": "c.xlsx", "sha256": "c1"}]},
            [("submission", "c.xlsx", "added")],
        ),
        (
            {"office_files": [{"source_file": "register.xlsx", "sha256": "r2"}]},
            [("office_file", "register.xlsx", "changed")],
        ),
        (
            {"catalogues": [{"id": "zim-nemo", "version": "1", "sha256": "z"}]},
            [
                ("catalogue", "go-cluster", "removed"),
                ("catalogue", "zim-nemo", "added"),
                ("request", "first_catalogue", "changed"),
            ],
        ),
        (
            {"versions": {"polars": "3"}, "declarations": {}},
            [("declaration", "settings.toml", "removed"), ("version", "polars", "changed")],
        ),
    ],
)
def test_what_went_in_otherwise(record: Row, expected: list[tuple[str, str, str]]) -> None:
    found = changed_sources(RECORD, RECORD | record)
    assert found.select("kind", "name", "change").rows() == expected


def test_of_what_an_older_record_does_not_say_nothing_is_said() -> None:
    older = {key: value for key, value in RECORD.items() if key not in ("declarations", "mappings")}
    assert changed_sources(older, RECORD).is_empty()


# ---- causes ----

MISSED: Row = {"status": "not_fulfilled"}
CHANGED_FILE = {"inputs": [RECORD["inputs"][0], {"source_file": "b.xlsx", "sha256": "b2"}]}
CHANGED_CATALOGUE = {"catalogues": [{"id": "go-cluster", "version": "2", "sha256": "c2"}]}
MAPPED = {"mappings": [{"name": "m.toml", "sha256": "m1", "submissions": ["b.xlsx"]}]}


@pytest.mark.parametrize(
    ("record", "changed", "causes"),
    [
        # other figures out of another submission
        (
            CHANGED_FILE,
            {"submissions": sent(), "conditions": [condition(B, value_low=9.0, value_high=9.0)]},
            ["own_data"],
        ),
        # the same figures, another limit
        ({}, {"conditions": [condition(B, threshold=3.0)]}, ["reference"]),
        # another submission with the same figures, another limit: the submission is not why
        (
            CHANGED_FILE,
            {"submissions": sent(), "conditions": [condition(B, threshold=3.0)]},
            ["reference"],
        ),
        # both: the causes cannot be distinguished
        (
            CHANGED_FILE,
            {
                "submissions": sent(),
                "conditions": [condition(B, value_low=9.0, value_high=9.0, threshold=3.0)],
            },
            ["own_data", "reference"],
        ),
        # the catalogue's own limit instead of a reference
        (
            CHANGED_CATALOGUE,
            {"conditions": [condition(B, threshold=3.0, limit_source=None)]},
            ["rule"],
        ),
        # a condition on another figure, or a new one
        (CHANGED_CATALOGUE, {"conditions": [condition(B, metric="actors")]}, ["rule"]),
        (
            CHANGED_CATALOGUE,
            {"conditions": [condition(B), condition(B, condition=2, metric="fte")]},
            ["rule"],
        ),
        # the same submission, read by another mapping
        (MAPPED, {"conditions": [condition(B, value_low=9.0, value_high=9.0)]}, ["mapping"]),
        # the same submission and mapping, another program
        (
            {"versions": {"polars": "3"}},
            {"conditions": [condition(B, value_low=None, value_high=9.0)]},
            ["program"],
        ),
        # changed texts explain no figure
        (
            {"declarations": RECORD["declarations"] | {"texts.toml": "t"}},
            {"conditions": [condition(B, value_low=9.0, value_high=9.0)]},
            ["unknown"],
        ),
        # nothing that is recorded explains it
        ({}, {"conditions": [condition(B, value_low=9.0, value_high=9.0)]}, ["unknown"]),
    ],
)
def test_why_a_computed_status_turned(
    record: Row, changed: dict[str, list[Row]], causes: list[str]
) -> None:
    found = difference(record, criteria=[criterion(B, **MISSED)], **changed)
    (row,) = found.criteria.to_dicts()
    assert (row["cluster_id"], row["status_before"], row["status_now"]) == (
        B,
        "fulfilled",
        "not_fulfilled",
    )
    assert row["causes"] == causes
    (cluster,) = found.clusters.to_dicts()
    assert cluster["causes"] == causes


def test_a_rating_is_the_cause_where_the_computed_status_stays() -> None:
    rated = criterion(B, status="not_fulfilled", computed_status="fulfilled", basis="assessed")
    (row,) = difference(criteria=[rated]).criteria.to_dicts()
    assert row["causes"] == ["assessment"]


def test_a_rating_and_other_figures_are_both_named() -> None:
    rated = criterion(B, **MISSED, basis="assessed")
    other = [condition(B, value_low=9.0, value_high=9.0)]
    found = difference(CHANGED_FILE, criteria=[rated], submissions=sent(), conditions=other)
    assert found.criteria["causes"].to_list() == [["own_data", "assessment"]]


# Both say and are asked something else, see `world`: what is evaluated again tells it apart.
EVALUATED: dict[str, tuple[Says, Says, list[str]]] = {
    "own data, and a lower limit that does not matter": (
        Says(fte=10.0),
        Says(fte=5.0),
        ["own_data"],
    ),
    "another limit, and other data that do not matter": (
        Says(fte=6.5),
        Says(fte=6.6),
        ["reference"],
    ),
}


@pytest.mark.parametrize("name", EVALUATED)
@pytest.mark.parametrize("kept", [True, False])
def test_states_tell_causes_apart_that_records_and_tables_do_not(name: str, kept: bool) -> None:
    then, now, causes = EVALUATED[name]
    turned = [criterion(B, **MISSED)]
    other = [condition(B, value_low=9.0, value_high=9.0, threshold=3.0)]
    before = publication()
    after = publication(CHANGED_FILE, submissions=sent(), criteria=turned, conditions=other)
    if kept:
        before = replace(before, state=state({B: then}, limits=(5.0, 3.0)))
        after = replace(after, state=state({B: now}, limits=(4.0, 3.0)))
    (row,) = compare(before, after).criteria.to_dicts()
    assert row["causes"] == (causes if kept else ["own_data", "reference"])


def test_where_evaluating_again_gives_something_else_the_records_tell() -> None:
    """Both states say that the criterion is fulfilled, the publication that it is not."""
    own = state({B: Says()})
    other = {"conditions": [condition(B, value_low=9.0, value_high=9.0)]}
    newer = publication({"versions": {"polars": "3"}}, criteria=[criterion(B, **MISSED)], **other)
    both = replace(publication(), state=own), replace(newer, state=own)
    assert compare(*both).criteria["causes"].to_list() == [["program"]]


def test_clusters_that_come_and_go() -> None:
    found = difference(
        submissions=[{"cluster_id": B}],
        coverage=[{"cluster_id": B, "name": None, "state": "missing"}],
        clusters=[{"cluster_id": B}],
        decisions=[{"cluster_id": B}],
        criteria=[{"cluster_id": B}],
        conditions=[{"cluster_id": B}],
    )
    (cluster,) = found.clusters.to_dicts()
    assert (cluster["state_before"], cluster["state_now"]) == ("reviewed", "missing")
    assert (cluster["name"], cluster["causes"]) == (f"Cluster {B}", ["own_data"])
    (decision,) = found.decisions.to_dicts()
    assert (decision["decision_before"], decision["decision_now"]) == ("eligible", None)
    assert found.criteria.is_empty()


def test_a_pass_mark_changes_decisions_alone() -> None:
    decided = {"catalogue": "go-cluster", "cluster_id": B, "fulfilled": 12}
    found = difference(CHANGED_CATALOGUE, decisions=[decided | {"decision": "not_eligible"}])
    assert found.clusters.select("cluster_id", "causes").rows() == [(B, ["rule"])]


def test_indicators_that_moved() -> None:
    moved = (
        {"cluster_id": B}
        | dict.fromkeys(declared_indicators(), 1.0)
        | {"fte": None, "sme_share": 0.6}
    )
    found = difference(CHANGED_FILE, submissions=sent(), clusters=[moved])
    expected = [(B, "fte", 1.0, None), (B, "sme_share", 1.0, 0.6)]
    assert found.indicators.rows() == expected
    assert found.clusters["causes"].to_list() == [["own_data"]]


# ---- said ----


def test_it_is_said_in_words_and_as_data() -> None:
    before = publication()
    now = publication(
        CHANGED_FILE | {"revision": 2},
        submissions=sent(source_file="neu.xlsx"),
        criteria=[criterion(B, **MISSED, reason_de="Zu viele.")],
        conditions=[condition(B, value_low=9.0, value_high=9.0)],
        clusters=[
            {"cluster_id": B} | dict.fromkeys(declared_indicators(), 1.0) | {"sme_share": 0.6}
        ],
        decisions=[
            {
                "catalogue": "go-cluster",
                "cluster_id": B,
                "fulfilled": 11,
                "decision": "not_eligible",
            }
        ],
    )
    found = compare(before, now)
    text = "\n".join(lines(before, now, found, "de"))
    for part in (
        "Revision 1 (Entwurf)",
        "Revision 2 (Entwurf)",
        "Einreichung b.xlsx: geändert",
        "bewertet wird jetzt neu.xlsx statt b.xlsx",
        "Cluster mit Änderungen: 1 von 2; andere Entscheidung: 1; Kriterien mit anderem Status: 1.",
        "Ursache: eigene Angaben",
        "rechnerisch erfüllt → rechnerisch nicht erfüllt (erfüllt: 12 → 11)",
        "4.2 erfüllt → nicht erfüllt (eigene Angaben)",
        "bisher: Weil.",
        "jetzt: Zu viele.",
        "Anteil KMU 100\u00a0% → 60\u00a0%",
    ):
        assert part in text
    data = json.loads(as_json(before, now, found))
    assert data["equal"] is False
    assert data["now"]["revision"] == 2
    assert data["criteria"][0]["causes"] == ["own_data"]
    states = {"state_before": "reviewed", "state_now": "reviewed"}
    assert data["submissions"] == [
        {"cluster_id": B, "file_before": "b.xlsx", "file_now": "neu.xlsx", **states}
    ]


@pytest.mark.parametrize(
    ("then", "now", "words"),
    [
        ("reviewed", "reviewed", "bewertet wird jetzt"),
        ("quarantined", "quarantined", "eingereicht ist jetzt"),
        ("reviewed", "quarantined", "eingereicht ist jetzt"),
        ("quarantined", "reviewed", "eingereicht ist jetzt"),
    ],
)
def test_only_what_was_reviewed_is_said_to_be(then: str, now: str, words: str) -> None:
    def sent_as(state: str, file: str, record: Row) -> Publication:
        row = {"cluster_id": B, "source_file": file, "sha256": file, "outcome": state}
        coverage = {"cluster_id": B, "name": "B", "state": state}
        return publication(record, submissions=[row], coverage=[coverage])

    both = sent_as(then, "alt.xlsx", {}), sent_as(now, "neu.xlsx", CHANGED_FILE)
    text = "\n".join(lines(*both, compare(*both), "de"))
    assert f"{B}: {words} neu.xlsx statt alt.xlsx" in text


def test_every_cause_has_a_text() -> None:
    assert list(texts("cause")) == CAUSES


# ---- the command ----


def write(folder: Path, found: Publication) -> None:
    (folder / "data").mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps(found.record))
    for name, table in found.tables.items():
        table.write_parquet(folder / "data" / f"{name}.parquet")


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    """Two former publications and the present one, whose names contain control characters."""
    evil = [{"cluster_id": B, "name": "\x1b[2Jx\u202e", "state": "quarantined"}]
    write(tmp_path / ".archive" / PERIOD / "2026-10-15T06-00-00", publication())
    write(tmp_path / ".archive" / PERIOD / "2026-10-16T06-00-00", publication())
    write(tmp_path / PERIOD, publication(CHANGED_FILE, submissions=sent(), coverage=evil))
    return tmp_path


def test_the_present_publication_against_the_one_before(
    outputs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", PERIOD, "--outputs", str(outputs)]) == 0
    said = capsys.readouterr().out
    assert "2026-10-16T06-00-00" in said.splitlines()[0]
    assert "bewertet → zurückgestellt" in said
    assert not {"\x1b", "\u202e"} & set(said)
    assert main(["diff", PERIOD, "--outputs", str(outputs), "--format", "json"]) == 0
    said = capsys.readouterr().out
    assert said.isascii()
    assert json.loads(said)["clusters"][0]["name"] == "\x1b[2Jx\u202e"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--after", "2026-10-16T06-00-00", "--lang", "en"], 0, "No difference"),
        (["--before", "2026-10-15T06-00-00"], 0, "zurückgestellt"),
        (["--after", "2026-10-15T06-00-00"], 1, "vor 2026-10-15T06-00-00 keine"),
        (["--before", "../../secret"], 2, "Es gibt: 2026-10-15T06-00-00,"),
    ],
)
def test_which_two_are_compared(
    arguments: list[str],
    code: int,
    said: str,
    outputs: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["diff", PERIOD, "--outputs", str(outputs), *arguments]) == code
    printed = capsys.readouterr()
    assert said in printed.out + printed.err


def test_what_cannot_be_compared(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (outputs / PERIOD / "data" / "criteria.parquet").write_bytes(b"no table")
    cases = [(PERIOD, 1, "criteria.parquet"), ("2026-Q1", 1, "nicht veröffentlicht"), ("x", 2, "x")]
    for period, code, said in cases:
        assert main(["diff", period, "--outputs", str(outputs)]) == code
        assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("table", "column", "code", "said"),
    [
        ("criteria", "computed_status", 1, "es fehlt: computed_status"),
        (
            "clusters",
            next(iter(declared_indicators())),
            0,
            "zurückgestellt",
        ),  # nothing can be said of it
    ],
)
def test_tables_of_another_version(
    table: str,
    column: str,
    code: int,
    said: str,
    outputs: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = outputs / ".archive" / PERIOD / "2026-10-16T06-00-00" / "data" / f"{table}.parquet"
    pl.read_parquet(path).drop(column).write_parquet(path)
    assert main(["diff", PERIOD, "--outputs", str(outputs)]) == code
    printed = capsys.readouterr()
    assert said in printed.out + printed.err
