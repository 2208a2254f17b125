"""What if: typing into Annahmen and Sichtweise gives what the pipeline gives by that rule.

Everything is typed first, so that LibreOffice is started once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from pipeline.cli import main
from pipeline.common.catalogue import Catalogue, load
from pipeline.common.texts import say
from pipeline.report.workbook.working import KEY_ROW, TOP
from pipeline.review import Review
from schemas.benchmarks import declared_indicators
from tests.declared import changed_in
from tests.libreoffice import Recalculate
from tests.workbook.conftest import Demo, review_of
from tests.workbook.office_suite import agree, cells, opened

QUARTILES = ("p25", "median", "p75")
Outcome = dict[str, tuple[object, ...]]


def typed(demo: Demo, target: Path, entries: dict[str, dict[str, object]]) -> Path:
    """Return the workbook with values typed into cells: sheet to cell to value."""
    book = openpyxl.load_workbook(demo.workbook)
    for sheet, own in entries.items():
        for cell, value in own.items():
            book[sheet][cell] = value
            if isinstance(value, str):  # also a reason that begins with =
                book[sheet][cell].data_type = "s"
    book.save(target)
    return target


def outcomes(path: Path) -> Outcome:
    """Return signs, counts and decisions by cluster as the matrix shows them."""
    sheet = opened(path, values=True)["Kriterien"]
    (table,) = sheet.tables.values()
    heads, *rows = [[cell.value for cell in row] for row in sheet[table.ref]]
    wanted = [c.id for c in load("go-cluster").criteria]
    wanted += ["erfüllt", "nicht erfüllt", "offen", "Entscheidung", "bestätigt"]
    return {row[0]: tuple(row[heads.index(h)] for h in wanted) for row in rows}


def expected(review: Review) -> Outcome:
    """Return the same of a review; signs without the mark of an expert."""
    signs: dict[str, list[object]] = {}
    for row in review.tables["criteria"].iter_rows(named=True):
        signs.setdefault(row["cluster_id"], []).append(say("status_sign", row["status"], "de"))
    result = {}
    for row in review.tables["decisions"].iter_rows(named=True):
        counts = [row[c] for c in ("fulfilled", "not_fulfilled", "undetermined")]
        said = [say("decision", row[c], "de") for c in ("decision", "decision_confirmed")]
        result[row["cluster_id"]] = (*signs[row["cluster_id"]], *counts, *said)
    return result


def bare(found: Outcome) -> Outcome:
    """Return outcomes without the marks of experts and views."""
    return {
        cluster: tuple(v[0] if isinstance(v, str) and v[1:2] == " " else v for v in values)
        for cluster, values in found.items()
    }


def threshold_cells(path: Path) -> dict[tuple[object, object], str]:
    """Return the cells of Annahmen to type thresholds into, by label and figure."""
    sheet = opened(path, values=False)["Annahmen"]
    return {(r[1].value, r[3].value): r[8].coordinate for r in sheet.iter_rows() if r[3].value}


def with_thresholds(changed: dict[tuple[str, str], float]) -> Catalogue:
    """Return go-cluster with thresholds changed, by criterion and figure."""
    catalogue = load("go-cluster")
    criteria = [
        changed_in(
            c,
            conditions=tuple(
                changed_in(k, threshold=changed.get((c.id, k.metric.key), k.threshold))
                for k in c.conditions
            ),
        )
        for c in catalogue.criteria
    ]
    return changed_in(catalogue, criteria=tuple(criteria))


def test_the_untouched_workbook_shows_the_review(demo: Demo) -> None:
    assert bare(outcomes(demo.workbook)) == expected(demo.review)


# label and figure on the sheet, what is typed, and the same as a change of the catalogue
THRESHOLDS = [
    ("2.1", "Anteil der KMU", 0.7, ("2.1", "sme_share")),
    ("2.2 b", "Anteil der Hochschulen und FuE-Einrichtungen", 0.14, ("2.2", "rnd_share")),
    ("4.2", "Akteure je VZÄ im Management", 12.0, ("4.2", "actors_per_fte")),
    ("8 b", "Services pro Jahr", 40.0, ("8", "services_per_year")),
]


PASS_MARK = 18
VIEWS = [
    ("A", "4.2", "nicht erfüllt", "Zwei Stellen sind unbesetzt."),
    ("B", "2.1", "nicht erfüllt", "=1+1 ist kein Grund, aber ein Text."),
    ("C", "10.2", "erfüllt", "Im Gespräch belegt."),
    ("D", "13", "offen", "Unterlagen fehlen noch."),
]


@dataclass(frozen=True)
class Typed:
    """A workbook with something typed into it, and the same as LibreOffice calculated it."""

    path: Path
    calculated: Path


@pytest.fixture(scope="module")
def what_if(
    demo: Demo, tmp_path_factory: pytest.TempPathFactory, recalculated: Recalculate
) -> dict[str, Typed]:
    """The workbook with thresholds, a pass mark and views typed into it."""
    folder = tmp_path_factory.mktemp("typed")
    cells_of = threshold_cells(demo.workbook)
    assumptions = {cells_of[label, name]: value for label, name, value, _ in THRESHOLDS}
    assumptions[cells_of[None, "Bestehensgrenze (von 19)"]] = PASS_MARK
    entries: dict[str, dict[str, dict[str, object]]] = {
        "assumptions": {"Annahmen": assumptions},
        "views": {"Sichtweise": typed_views(demo), "ESCA-Benchmark": chosen(demo)},
        "turning": {"Sichtweise": {"F4": "G9"} | rows_of_views(on_the_edge(demo))},
    }
    paths = [typed(demo, folder / f"{name}.xlsx", own) for name, own in entries.items()]
    again = recalculated(paths, folder)
    return {p.stem: Typed(p, a) for p, a in zip(paths, again, strict=True)}


def chosen(demo: Demo) -> dict[str, object]:
    """Return what is chosen on ESCA-Benchmark, by cell."""
    choices = {"Farbe zeigt": "Urteil zu 4.2", "Art wählen": "Größenklasse"}
    choices |= {"Gruppe 1 wählen": "alle Cluster", "Gruppe 2 wählen": largest_band(demo)}
    sheet = opened(demo.workbook, values=False)["ESCA-Benchmark"]
    labels = {row[0].value: row[1].coordinate for row in sheet.iter_rows()}
    return {labels[label]: value for label, value in choices.items()}


def largest_band(demo: Demo) -> str:
    """Return the size band with the most clusters."""
    bands = demo.review.tables["clusters"]["size_band"].drop_nulls().value_counts(sort=True)
    name: str = bands["size_band"][0]
    return name


def typed_views(demo: Demo) -> dict[str, object]:
    """Return what is typed into Sichtweise, by cell."""
    ids = demo.review.tables["clusters"]["cluster_id"].to_list()
    return rows_of_views([(ids["ABCD".index(place)], *rest) for place, *rest in VIEWS])


def rows_of_views(views: Sequence[tuple[object, ...]]) -> dict[str, object]:
    """Return the cells of views: cluster, criterion, view, reason."""
    return {f"{c}{row}": v for row, view in enumerate(views, 7)
            for c, v in zip("BCDE", view, strict=True)}  # fmt: skip


def on_the_edge(demo: Demo) -> list[tuple[str, str, str, str]]:
    """A cluster that one more criterion makes eligible, and one that one less makes not."""
    decisions, criteria = (demo.review.tables[n] for n in ("decisions", "criteria"))
    mark = load("go-cluster").pass_mark
    possible = pl.col("fulfilled") + pl.col("undetermined")
    below = decisions.filter((pl.col("fulfilled") == mark - 1) & (possible == mark - 1))
    above = decisions.filter(possible == mark)
    result = []
    for rows, status, view in ((below, "not_fulfilled", "erfüllt"),
                               (above, "fulfilled", "nicht erfüllt")):  # fmt: skip
        cluster = rows["cluster_id"][0]
        soft = criteria.filter(cluster_id=cluster, status=status, kind="soft")
        result.append((cluster, soft["criterion_id"][0], view, "Ein Grund."))
    return result


def test_assumptions_are_the_rule_and_the_overview_follows(
    demo: Demo, what_if: dict[str, Typed]
) -> None:
    path = what_if["assumptions"].calculated
    changed = {key: value for _, _, value, key in THRESHOLDS}
    by_rule = review_of(demo.inputs, changed_in(with_thresholds(changed), pass_mark=PASS_MARK))
    shown, usual = bare(outcomes(path)), expected(demo.review)
    assert shown == expected(by_rule)
    for criterion, _ in changed:  # none of the changes is without effect
        at = [c.id for c in load("go-cluster").criteria].index(criterion)
        assert [shown[i][at] for i in usual] != [usual[i][at] for i in usual]
    found = {a: c.value for a, c in cells(path, values=True).items() if a[0] == "Überblick"}
    row = next(a[1][1:] for a, v in found.items() if v == "rechnerisch erfüllt" and a[1][0] == "A")
    decisions = by_rule.tables["decisions"]
    eligible = (decisions["decision"] == "eligible").sum()
    assert found["Überblick", f"B{row}"] == eligible
    assert eligible != (decisions["fulfilled"] >= load("go-cluster").pass_mark).sum()


def test_a_view_is_a_rating_and_can_be_adopted(
    demo: Demo,
    what_if: dict[str, Typed],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    inputs = demo.copy(tmp_path)
    file = what_if["views"].path
    arguments = [str(file), "--inputs", str(inputs), "--by", "G9", "--date", "2026-10-15"]
    assert main(["adopt", *arguments]) == 0
    assert "4 Bewertungen" in capsys.readouterr().out
    signs = outcomes(what_if["views"].calculated)
    assert bare(signs) == expected(review_of(inputs))
    ids = demo.review.tables["clusters"]["cluster_id"].to_list()
    assert signs[ids[0]][5] == "✗ S"
    assert str(signs[ids[1]][1]).startswith("✗ S")


def test_a_view_granted_or_denied_turns_a_decision(
    demo: Demo, what_if: dict[str, Typed], tmp_path: Path
) -> None:
    views, inputs = on_the_edge(demo), demo.copy(tmp_path)
    file = what_if["turning"]
    arguments = [str(file.path), "--inputs", str(inputs), "--date", "2026-10-15"]
    assert main(["adopt", *arguments]) == 0
    shown = bare(outcomes(file.calculated))
    assert shown == expected(review_of(inputs))
    before = expected(demo.review)
    said = [say("decision", c, "de") for c in ("eligible", "not_eligible")]
    assert [shown[cluster][-2] for cluster, *_ in views] == said
    assert all(shown[cluster][-2] != before[cluster][-2] for cluster, *_ in views)


# ------------------------------------------------------------------------- the picture and the pair
def drawn(path: Path) -> dict[object, object]:
    """Return the name of the series in which each cluster has its point."""
    sheet = opened(path, values=True)["Rechnung"]
    heads = [cell.value for cell in sheet[TOP + 1]]
    places = [heads.index(say("decision", d, "de")) for d in ("eligible", "open", "not_eligible")]
    return {
        row[0].value: sheet[KEY_ROW + 1][at].value
        for row in sheet.iter_rows(TOP + 2)
        for at in places
        if isinstance(row[at].value, int | float)
    }


def limits_drawn(path: Path) -> tuple[object, list[object]]:
    """Return what the line of the limit is called, and the heights of its corners."""
    sheet = opened(path, values=True)["Rechnung"]
    at = [cell.value for cell in sheet[TOP + 1]].index("Stufen: Grenzwert im Bild")
    heights = [row[at].value for row in sheet.iter_rows(TOP + 2) if row[at].value is not None]
    return sheet[KEY_ROW + 1][at].value, heights


def above(demo: Demo, limit: float | None) -> str:
    """Return how the sentence begins if this, or else its own, is the limit of every cluster."""
    limits = demo.review.tables["conditions"].filter(metric="actors_per_fte")
    rows = demo.review.tables["clusters"].join(limits, on="cluster_id")
    rows = rows.filter(pl.col("actors") > 0, pl.col("actors_per_fte") > 0)
    held = pl.col("threshold") if limit is None else pl.lit(limit)
    counted = rows.select(held < pl.col("actors_per_fte")).to_series().drop_nulls()
    return f"{counted.sum()} von {len(counted)} Clustern liegen"


def test_the_picture_follows_the_assumptions(demo: Demo, what_if: dict[str, Typed]) -> None:
    path = what_if["assumptions"].calculated
    usual, found = drawn(demo.workbook), drawn(path)
    assert set(found) == set(usual)
    assert found == {cluster: outcomes(path)[str(cluster)][-2] for cluster in found}
    assert found != usual
    name, heights = limits_drawn(path)
    assert (name, set(heights)) == ("Grenzwert von 4.2, angenommen", {12.0})
    name, heights = limits_drawn(demo.workbook)
    steps = demo.review.tables["limits"]["limit"].drop_nulls()
    assert name == "Grenzwert von 4.2"
    assert heights
    assert all(any(agree(height, step) for step in steps) for height in heights)
    for book, limit in ((path, 12.0), (demo.workbook, None)):
        said = [str(row[0].value) for row in opened(book, values=True)["ESCA-Benchmark"].rows]
        assert [text for text in said if text.startswith(above(demo, limit))]


def test_the_colours_can_show_the_verdict_on_the_limit(
    demo: Demo, what_if: dict[str, Typed]
) -> None:
    path = what_if["views"].calculated
    at = [c.id for c in load("go-cluster").criteria].index("4.2")
    words = {"✓": "4.2 erfüllt", "✗": "4.2 nicht erfüllt", "?": "4.2 offen"}
    signs = {cluster: str(values[at])[0] for cluster, values in outcomes(path).items()}
    found = drawn(path)
    assert found == {cluster: words[signs[str(cluster)]] for cluster in found}
    assert len(set(found.values())) > 1


def test_two_cohorts_are_compared_as_chosen(demo: Demo, what_if: dict[str, Typed]) -> None:
    few = demo.review.settings.cohorts.minimum
    cohorts = demo.review.tables["cohorts"]
    own = pl.col("cohort_kind") == "size_band"
    pairs = (cohorts.filter(cohort_kind="portfolio"),
             cohorts.filter(own & (pl.col("cohort") == largest_band(demo))))  # fmt: skip
    sheet = opened(what_if["views"].calculated, values=True)["ESCA-Benchmark"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    top = next(at for at, row in enumerate(rows) if row[:2] == ["Einheit", "Kennzahl"])
    found = {row[1]: row[2:] for row in rows[top + 1 : top + 1 + len(declared_indicators())]}
    for key in declared_indicators():
        expected: list[object] = []
        for table in pairs:
            row = table.filter(indicator=key).row(0, named=True)
            shown = [f"n < {few}"] * 3 if row["suppressed"] else [row[c] for c in QUARTILES]
            expected += [row["n"], *shown]
        cells_of = next(cells for name, cells in found.items()
                        if str(name).startswith(say("indicator", key, "de")))  # fmt: skip
        assert all(agree(*pair) for pair in zip(cells_of, expected, strict=False)), key
