"""The head of the index: three sentences, changes, lines over the quarters, pairs of bars."""

import datetime as dt
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import polars as pl
import pytest

from pipeline.common.catalogue import load
from pipeline.history.published import published_before
from pipeline.report.pages.overview import headline_sentences, role_bars
from pipeline.report.pages.trends import HEIGHT, WIDTH, fields_drawn, points_of, signed, trend
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.tables.headlines import FIGURE
from pipeline.tables.quarters import AT, FIELDS, ROLES, Quarters, earlier_quarters

DE, EN = Words("de"), Words("en")
FIRST = "go-cluster"


def publish(folder: Path, eligible: int, open_: int, **more: pl.DataFrame) -> None:
    """Write a publication of so many members that fulfil, and applicants that are open."""
    n = eligible + open_
    ids = [f"DE-{i:04}" for i in range(n)]
    decided = ["eligible"] * eligible + ["open"] * open_
    role = ["Mitglied"] * eligible + ["Antrag"] * open_
    tables = {
        "clusters": pl.DataFrame(
            {"cluster_id": ids, "role": role, "technology_field": "IKT", "federal_state": None}
        ),
        "decisions": pl.DataFrame(
            {
                "catalogue": FIRST,
                "cluster_id": ids,
                "decision": decided,
                "decision_confirmed": "open",
            }
        ),
        **more,
    }
    (folder / "data").mkdir(parents=True)
    (folder / "run.json").write_text("{}", encoding="utf-8")
    for name, table in tables.items():
        table.write_parquet(folder / "data" / f"{name}.parquet")


def test_figures_of_all_quarters_before_and_none_of_what_an_old_one_lacks(tmp_path: Path) -> None:
    publish(tmp_path / "2025-Q4", 3, 1)
    publish(tmp_path / "2026-Q2", 5, 2, coverage=pl.DataFrame({"state": ["reviewed"]}))
    publish(tmp_path / "2026-Q3", 9, 9)
    found = earlier_quarters(published_before(tmp_path, "2026-Q3"))
    assert found.headline_by_period("eligible", FIRST) == {"2025-Q4": 3, "2026-Q2": 5}
    assert found.headline_by_period("eligible_doubtful", FIRST) == {"2025-Q4": 3, "2026-Q2": 5}
    assert found.headline_by_period("clusters") == {"2025-Q4": 4, "2026-Q2": 7}
    assert found.headline_by_period("missing") == found.headline_by_period("memberships") == {}
    assert found.roles.select("at_period", "role", "clusters", "eligible", "open").rows() == [
        ("2025-Q4", "Mitglied", 3, 3, 0),
        ("2025-Q4", "Antrag", 1, 0, 1),
        ("2026-Q2", "Mitglied", 5, 5, 0),
        ("2026-Q2", "Antrag", 2, 0, 2),
    ]


def test_a_damaged_quarter_is_left_out(tmp_path: Path) -> None:
    publish(tmp_path / "2026-Q1", 3, 1)
    publish(tmp_path / "2026-Q2", 5, 2)
    (tmp_path / "2026-Q2" / "data" / "decisions.parquet").write_bytes(b"no table")
    earlier = published_before(tmp_path, "2026-Q3")
    assert earlier_quarters(earlier).headline_by_period("eligible", FIRST) == {"2026-Q1": 3}
    assert [path.name for path in earlier.damaged] == ["decisions.parquet"]


@pytest.mark.parametrize(
    ("difference", "text"), [(0, "±0"), (3, "+3"), (-2, "−2"), (1234, "+1.234")]
)
def test_a_change_has_its_sign(difference: int, text: str) -> None:
    assert signed(difference, DE) == text


def test_a_missing_quarter_is_a_gap_in_time() -> None:
    found = points_of({"2025-Q4": 1, "2026-Q1": 3, "2026-Q4": 2})
    across = [x for x, _ in found]
    assert across[2] - across[1] == pytest.approx(3 * (across[1] - across[0]))
    assert found[1][1] < found[2][1] < found[0][1]
    assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in found)
    assert {y for _, y in points_of({"2026-Q1": 5, "2026-Q2": 5})} == {HEIGHT / 2}


# ---- the head, of figures that are given ----

NOW = {
    **{"eligible": 57, "open": 13, "not_eligible": 16},
    **{"eligible_doubtful": 53, "open_doubtful": 0, "not_eligible_doubtful": 14},
    **{"clusters_reviewed": 86, "known": 90, "missing": 2},
    **{"quarantined": 2, "clusters_quarantined": 1},
}
BEFORE = {"eligible": 57, "open": 15, "not_eligible": 10, "clusters_reviewed": 87}


def reviewed(quarters: Quarters) -> Review:
    """Return what the head needs of a review."""
    fulfilled = [12] * 8 + [13] * 49 + [9] * 29
    ids = [f"DE-{n}" for n in range(1, len(fulfilled) + 1)]
    decided = pl.DataFrame({"catalogue": FIRST, "cluster_id": ids, "fulfilled": fulfilled})
    roles = [(FIRST, "Mitglied", 55, 41, 8, 6), (FIRST, None, 1, 0, 0, 1)]
    return cast(
        Review,
        SimpleNamespace(
            period="2026-Q3",
            last_day=dt.date(2026, 9, 30),
            catalogues=(load(FIRST),),
            tables={"decisions": decided},
            quarters=quarters,
            by_role=pl.DataFrame(roles, schema=ROLES, orient="row"),
            headline=lambda figure, catalogue=None: NOW[figure],
        ),
    )


def before() -> Quarters:
    """Return the figures of the quarter before."""
    of = {"eligible": FIRST, "open": FIRST, "not_eligible": FIRST}
    rows: list[Any] = [("2026-Q2", name, of.get(name), n) for name, n in BEFORE.items()]
    roles = [
        ("2026-Q2", FIRST, "Mitglied", 57, 42, 10, 5),
        ("2026-Q2", FIRST, "Antrag", 3, 1, 2, 0),
    ]
    return Quarters(
        pl.DataFrame(rows, schema={**AT, **FIGURE}, orient="row"),
        pl.DataFrame(roles, schema={**AT, **ROLES}, orient="row"),
    )


def test_three_sentences_with_numbers_and_their_changes() -> None:
    assert headline_sentences(reviewed(before()), DE) == [
        "57 von 86 Clustern erfüllen rechnerisch mindestens 12 von 19 Kriterien (±0 seit 2026-Q2), "
        "davon 41 Mitglieder; 8 erfüllen genau 12.",
        "Offen: 13 (−2 seit 2026-Q2); rechnerisch nicht erfüllt: 16 (+6 seit 2026-Q2). "
        "67 Ergebnisse hängen noch an weichen Kriterien ohne Gutachten.",
        "Bewertet: 86 (−1 seit 2026-Q2) von 90 bekannten Clustern; ohne Einreichung: 2; "
        "zurückgestellt: 2 Dateien von 1 Cluster.",
    ]
    assert headline_sentences(reviewed(Quarters()), EN)[0] == (
        "57 of 86 clusters fulfil at least 12 of 19 criteria by calculation, 41 of them members; "
        "8 fulfil exactly 12."
    )


def test_a_line_tells_every_quarter() -> None:
    found = trend(reviewed(before()), DE, "open", FIRST)
    assert found is not None
    assert (found.change, found.text) == ("−2 seit 2026-Q2", "2026-Q2: 15, 2026-Q3: 13")
    assert trend(reviewed(Quarters()), DE, "open", FIRST) is None


def test_each_role_has_a_pair_of_bars_with_their_numbers_behind() -> None:
    drawn = role_bars(reviewed(before()), DE)
    assert drawn is not None
    svg = str(drawn.svg)
    texts = re.findall(r">([^<>]+)</text>", svg)
    roles = ("Mitglied", "unbekannt", "Antrag")
    labels = [f"{role} {period}" for role in roles for period in ("2026-Q3", "2026-Q2")]
    assert [text for text in texts if re.search(r" 2026-Q\d$", text)] == labels
    assert [text for text in texts if " · " in text] == [
        *("✓ 41 · ? 8 · ✗ 6", "✓ 42 · ? 10 · ✗ 5"),
        *("✓ 0 · ? 0 · ✗ 1", "✓ 0 · ? 0 · ✗ 0"),
        *("✓ 0 · ? 0 · ✗ 0", "✓ 1 · ? 2 · ✗ 0"),
    ]
    # Parts are as long as their numbers.
    parts = re.findall(r'd="M[\d.]+,[\d.]+h([\d.]+)v20h[^"]*" fill="var\(--(good|open|bad)\)"', svg)
    longest = {colour: max(float(w) for w, c in parts if c == colour) for _, colour in parts}
    assert longest["good"] / 42 == pytest.approx(longest["open"] / 10, rel=0.02)
    assert longest["good"] / 42 == pytest.approx(longest["bad"] / 6, rel=0.02)


def test_without_a_quarter_before_each_role_has_one_bar() -> None:
    drawn = role_bars(reviewed(Quarters()), DE)
    assert drawn is not None
    behind = [text for text in re.findall(r">([^<>]+)</text>", str(drawn.svg)) if " · " in text]
    assert behind == ["✓ 41 · ? 8 · ✗ 6", "✓ 0 · ? 0 · ✗ 1"]


def of_fields(*rows: tuple[str, int, float | None]) -> pl.DataFrame:
    """Return the cohorts of fields: name, clusters, actors per FTE."""
    table = pl.DataFrame(rows, schema=FIELDS, orient="row")
    return table.with_columns(
        indicator=pl.lit("actors_per_fte"), cohort_kind=pl.lit("technology_field")
    )


def test_each_field_with_enough_clusters_has_a_line_over_the_quarters() -> None:
    earlier = [
        ("2026-Q1", "IKT", 6, 20.0),
        ("2026-Q2", "IKT", 6, 22.0),
        ("2026-Q2", "Bauwesen", 5, 9.0),
    ]
    fields = pl.DataFrame(earlier, schema={**AT, **FIELDS}, orient="row")
    now = of_fields(("IKT", 7, 30.0), ("Bauwesen", 5, 9.5), ("Biotechnologie", 2, None))
    review = reviewed(Quarters(fields=fields))
    review.tables["cohorts"] = now  # type: ignore[index]
    drawn = fields_drawn(review, DE)
    assert drawn is not None
    assert (
        drawn.caption.title == "Akteure je VZÄ seit 2026-Q1: größte Änderung in IKT (20,00 → 30,00)"
    )
    assert "n = 12 Cluster" in drawn.caption.unit
    svg = str(drawn.svg)
    texts = re.findall(r">([^<>]+)</text>", svg)
    assert {"IKT", "Bauwesen", "20,00", "30,00", "9,00", "9,50", "2026-Q1"} <= set(texts)
    assert not {"Biotechnologie", "22,00"} & set(texts)
    assert fields_drawn(reviewed(Quarters()), DE) is None
