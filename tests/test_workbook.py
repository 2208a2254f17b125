"""The comparative workbook of a hand-made review: its content, and that Excel would agree."""

import datetime as dt
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.common.catalogue import Condition, load
from pipeline.common.settings import FindingRules, load_settings
from pipeline.report.workbook.book import write_workbook
from pipeline.review import Review
from schemas.tables import table_models
from tests.declared import changed_in
from tests.libreoffice import Recalculate
from tests.making.frames import expert_tables, measure_tables, published
from tests.workbook.office_suite import cells, differing, formulas_of, table_rows

PERIOD, DAY = "2026-Q3", dt.date(2026, 9, 30)
A, B, C = "DE-0001", "DE-0002", "DE-0003"
FORMULA, HTML, MAIL, LINK = "=1+1", "<b>fett</b>", "@x", "https://example.org/"
LONG = "ä😀" * 20_000
# in the catalogue's order; upper case: rated by an expert
SIGNS = {A: "+++++-+++++++++++++", B: "?????-??+++?+++++++", C: "++---------------+-"}
RATED = {(A, "2.2"), (C, "12")}
# what the ratings replace
COMPUTED = {(A, "2.2"): "+", (C, "12"): "-"}
STATUS = {"+": "fulfilled", "-": "not_fulfilled", "?": "undetermined"}
VOLATILE = re.compile(r"\b(NOW|TODAY|RAND|RANDBETWEEN|OFFSET|INDIRECT|INFO|CELL)\(")
Row = dict[str, Any]


# ---- a hand-made review ----


def criteria() -> list[Row]:
    """Return every criterion of every cluster, the one of C rated against a hard one."""
    common: Row = {"catalogue": "go-cluster", "reason_de": "Grund", "reason_en": "reason"}
    return [
        common
        | {
            "cluster_id": cluster,
            "criterion_id": c.id,
            "kind": c.kind,
            "status": STATUS[sign],
            "computed_status": STATUS[COMPUTED.get((cluster, c.id), sign)],
            "basis": "assessed" if (cluster, c.id) in RATED else "computed",
            "against_hard": (cluster, c.id) == (C, "12"),
            "request_de": f"{FORMULA} eintragen" if sign == "?" else "",
            "request_en": f"enter {FORMULA}" if sign == "?" else "",
        }
        for cluster, signs in SIGNS.items()
        for c, sign in zip(load("go-cluster").criteria, signs, strict=True)
    ]


def conditions() -> list[Row]:
    """Return every condition of every cluster, those of B partly said in detail."""
    own = {(B, row["criterion_id"], row["condition"]): row for row in conditions_of_b()}
    rows = []
    for cluster, signs in SIGNS.items():
        for c, sign in zip(load("go-cluster").criteria, signs, strict=True):
            for number, condition in enumerate(c.conditions, 1):
                where = {"cluster_id": cluster, "criterion_id": c.id, "condition": number}
                usual = figure(condition, COMPUTED.get((cluster, c.id), sign))
                rows.append(where | usual | own.get((cluster, c.id, number), {}))
    return [{"catalogue": "go-cluster"} | row for row in rows]


def figure(condition: Condition, sign: str) -> Row:
    """Return a figure against its threshold (4.2: 9.5) that gives the sign."""
    threshold = 9.5 if condition.threshold is None else condition.threshold
    worse = threshold + 1 if condition.operator == "<=" else threshold / 2
    low, high = {"+": (threshold,) * 2, "-": (worse,) * 2}.get(sign, (worse, threshold))
    if condition.operator == "<=" and sign == "?":
        low, high = high, low
    return {
        "metric": condition.metric.key,
        "operator": condition.operator,
        "value_low": low,
        "value_high": high,
        "threshold": threshold,
        "unit": condition.metric.unit,
        "status": STATUS[sign],
        "limit_source": "quartile: size_band 0–50" if condition.threshold is None else "catalogue",
    }


def conditions_of_b() -> list[Row]:
    """Return the share of SMEs (an interval), actors per FTE (no FTE at all) and services."""
    common: Row = {"cluster_id": B, "status": "undetermined"}
    sme: Row = {"criterion_id": "2.1", "condition": 1, "value_low": 0.4, "value_high": 0.52}
    fte: Row = {"criterion_id": "4.2", "condition": 1, "status": "not_fulfilled"}
    services: Row = {"criterion_id": "8", "condition": 2, "value_low": 6.0, "value_high": None}
    return [
        common | sme | {"lever_amount": 4.0, "lever_unit": "smes"},
        common | fte | {"value_low": None, "value_high": None},
        common | services | {"lever_amount": 6.0, "lever_unit": "services_per_year"},
    ]


# What A has left when eight criteria have lapsed: below the pass mark of twelve.
LATER = "+++++-++++--------+"


def outlook() -> list[Row]:
    """Return the same statuses in six months; in twelve A has lost criteria."""
    return [
        {
            "catalogue": "go-cluster",
            "cluster_id": cluster,
            "criterion_id": c.id,
            "months": months,
            "status": STATUS[sign],
        }
        for months, signs in ((6, SIGNS), (12, SIGNS | {A: LATER}))
        for cluster, own in signs.items()
        for c, sign in zip(load("go-cluster").criteria, own, strict=True)
    ]


def decision(cluster: str, counts: tuple[int, ...], is_: str, confirmed: str) -> Row:
    """Return a decision; counts as in the table."""
    names = ["fulfilled_hard", "fulfilled_soft", "fulfilled_assessed"]
    names += ["fulfilled", "not_fulfilled", "undetermined"]
    said = dict(zip(names, counts, strict=True))
    where = {"catalogue": "go-cluster", "cluster_id": cluster}
    return where | said | {"decision": is_, "decision_confirmed": confirmed}


DECISIONS = [
    decision(A, (8, 9, 1, 18, 1, 0), "eligible", "open"),
    decision(B, (4, 6, 0, 10, 1, 8), "open", "open"),
    decision(C, (2, 0, 1, 3, 16, 0), "not_eligible", "open"),
]


def clusters() -> list[Row]:
    """Return the clusters: A reports all, B has unknown FTE, C few of them."""
    known: Row = {"role": "Mitglied", "as_of": DAY, "federal_state": "Bayern", "size_band": "0–50"}
    figures = {
        A: {"name": "Gut & klein", "actors": 40.0, "fte": 3.0, "actors_per_fte": 40 / 3},
        B: {"name": FORMULA, "actors": 30.0, "sme_share": 0.4, "as_of": dt.date(2026, 3, 1)},
        C: {
            "name": HTML,
            "federal_state": "Hessen",
            "actors": 10.0,
            "fte": 0.25,
            "actors_per_fte": 40.0,
        },
    }
    figures[C] |= {"federal_state": "Hessen"}
    counts = ["fulfilled", "not_fulfilled", "undetermined", "decision"]
    return [
        known
        | {"cluster_id": d["cluster_id"]}
        | figures[d["cluster_id"]]
        | {c: d[c] for c in counts}
        for d in DECISIONS
    ]


def actors() -> list[Row]:
    """Return 34 rows of B: 27 count, one may, three are contacts, two left, one is listed twice."""
    reasons = ["bound"] * 27 + ["commitment_unknown"] + ["contact_only"] * 3
    reasons += ["left"] * 2 + ["listed_twice"]
    why = {"sme_reason": "stated_yes", "near_reason": "within_by_postcode", "near": True}
    names = {2: FORMULA, 3: MAIL, 4: LINK, 5: "{=1}"}
    return [
        why
        | {
            "cluster_id": B,
            "row": row,
            "name": names.get(row, f"Akteur {row}"),
            "actor_type": "Unternehmen",
            "bound": {"bound": True, "commitment_unknown": None}.get(reason, False),
            "sme": None if row == 2 else row < 20,
            "distance_km": 12.5,
            "bound_reason": reason,
        }
        for row, reason in enumerate(reasons, 2)
    ]


def cohorts() -> list[Row]:
    """Return a cohort that is shown, of A and C, and two that are not."""
    shown: Row = {
        "indicator": "actors_per_fte",
        "cohort_kind": "portfolio",
        "cohort": "all",
        "n": 2,
    }
    shown |= {"min": 40 / 3, "p25": 20.0, "median": 80 / 3, "p75": 100 / 3, "max": 40.0}
    shown |= {"pooled": 50 / 3.25}
    hidden: Row = {
        "indicator": "sme_share",
        "cohort_kind": "size_band",
        "cohort": "0–50",
        "n": 1,
    }
    state: Row = {"indicator": "actors_per_fte", "cohort_kind": "federal_state", "n": 1}
    return [
        shown | {"suppressed": False},
        state | {"cohort": "Bayern", "suppressed": True},
        hidden | {"suppressed": True},
    ]


def benchmarks() -> list[Row]:
    """Return the position of A in its cohorts."""
    common: Row = {"cluster_id": A, "indicator": "actors_per_fte", "value": 40 / 3, "n": 2}
    rank: Row = {"percentile_rank": 25.0, "median": 80 / 3, "suppressed": False}
    state: Row = {"cohort_kind": "federal_state", "cohort": "Bayern", "n": 1, "suppressed": True}
    return [common | rank | {"cohort_kind": "portfolio", "cohort": "all"}, common | state]


def findings() -> list[Row]:
    """Return findings with hostile contents."""
    common: Row = {"source_file": "b.xlsx", "cluster_id": B, "sheet": "Akteure", "cell": "G17"}
    error: Row = {"severity": "error", "code": "bad_type", "criterion_ids": ["2.1", "3"]}
    warning: Row = {"severity": "warning", "code": "new_code", "criterion_ids": []}
    said = {"message_de": "Bitte prüfen.", "message_en": "Please check."}
    return [
        common | error | said | {"value": FORMULA},
        common | warning | said | {"value": LONG},
        common | warning | said | {"value": "12"},
    ]


def coverage() -> list[Row]:
    """Return four clusters, one of them missing."""
    there: Row = {"role": "Mitglied", "expected": True, "state": "reviewed", "outdated": False}
    return [
        there | {"cluster_id": A, "name": "Gut & klein", "as_of": DAY, "age_days": 0},
        there | {"cluster_id": B, "name": FORMULA, "age_days": 213, "outdated": True},
        there | {"cluster_id": C, "name": HTML, "as_of": DAY, "age_days": 0},
        there | {"cluster_id": "DE-0004", "state": "missing"},
    ]


def admission() -> list[Row]:
    """Return one that is overdue and sent nothing, and one that waits."""
    step: Row = {"role": "Antrag", "overdue": False, "missing": []}
    late: Row = {"next_step": "interview", "since": dt.date(2026, 1, 1), "days": 272}
    return [
        step | {"cluster_id": A, "name": FORMULA, "soft_unrated": 9, "decision": "eligible"},
        step | late | {"cluster_id": "DE-0004", "overdue": True, "missing": ["actor_list"]},
    ]


def submissions() -> list[Row]:
    """Return three that were reviewed and one that was not."""
    names = zip("abc", (A, B, C), strict=True)
    good = [{"source_file": f"{n}.xlsx", "cluster_id": c, "outcome": "reviewed"} for n, c in names]
    bad: Row = {"outcome": "quarantined", "code": "unreadable", "message_de": "Nicht lesbar."}
    return [*good, bad | {"source_file": f"{MAIL}.xlsx", "message_en": "Unreadable."}]


UNREAD = {
    "source_file": f"{MAIL}.pdf",
    "reason": "other_extension",
    "message_de": "Keine Arbeitsmappe.",
    "message_en": "No workbook.",
}


def review() -> Review:
    """Return the review."""
    radius: Row = {"catalogue": "go-cluster", "variant": "radius_145", "decision": "not_eligible"}
    row: Row = {"cluster_id": A, "metric": "success_stories", "sheet": "Nachweise", "row": 7}
    tables = {
        "submissions": submissions(),
        "unread": [UNREAD],
        "coverage": coverage(),
        "admission": admission(),
        "findings": findings(),
        "clusters": clusters(),
        "decisions": DECISIONS,
        "robustness": [radius | {"cluster_id": B, "changed": True}],
        "criteria": criteria(),
        "conditions": conditions(),
        "outlook": outlook(),
        "rows": [row | {"counted": "no", "reason_code": "outside_window"}],
        "actors": actors(),
        "benchmarks": benchmarks(),
        "cohorts": cohorts(),
        **measure_tables(),
        **expert_tables(),
    }
    frames = {name: published(name, rows) for name, rows in tables.items()}
    frames |= {name: published(name, []) for name in ("limits", "funding", "lapsed")}
    settings = load_settings()
    settings = changed_in(settings, cohorts=changed_in(settings.cohorts, minimum=2))
    return Review(PERIOD, DAY, (load("go-cluster"),), settings, frames)


# ---- reading it back ----


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the workbook in each language."""
    folder = tmp_path_factory.mktemp("workbook")
    for lang in ("de", "en"):
        write_workbook(review(), folder / f"{lang}.xlsx", lang)
    return folder


@pytest.fixture(scope="module", params=["de", "en"])
def path(request: pytest.FixtureRequest, written: Path) -> Path:
    """The workbook in each language."""
    return written / f"{request.param}.xlsx"


@pytest.fixture(scope="module")
def german(written: Path) -> openpyxl.Workbook:
    """The German workbook with its stored values."""
    return openpyxl.load_workbook(written / "de.xlsx", data_only=True)


def test_the_sheets_stand_in_coloured_groups(german: openpyxl.Workbook) -> None:
    """What most readers look for comes first, raw material last."""
    assert german.sheetnames[:3] == ["Überblick", "Portfolio", "Kriterien"]
    colours = [sheet.sheet_properties.tabColor.rgb for sheet in german]
    groups = [colour for colour, _ in groupby(colours)]
    assert len(groups) == len(set(groups)) == 4


def test_there_are_few_sheets(german: openpyxl.Workbook) -> None:
    """Without an earlier quarter one is absent."""
    assert len(german.sheetnames) <= 17


def test_names_of_clusters_leave_room_for_figures(german: openpyxl.Workbook) -> None:
    for sheet in german:
        first = sheet[sheet.freeze_panes or "A1"].column
        widths = {
            at: columns.width
            for columns in sheet.column_dimensions.values()
            for at in range(columns.min, columns.max + 1)  # of equal width they stand together
        }
        assert sum(widths[at] for at in range(1, first)) <= 36, sheet.title


def test_the_first_screen_of_the_portfolio(german: openpyxl.Workbook) -> None:
    heads = [cell.value for cell in german["Portfolio"][5]][:8]
    assert heads == [
        "Cluster-ID",
        "Cluster",
        "Rolle",
        "Entscheidung",
        "erfüllt",
        "fest gebundene Akteure",
        "VZÄ im Management",
        "Akteure je VZÄ",
    ]


def test_overview(german: openpyxl.Workbook) -> None:
    lines = {row[0].value: row[1].value for row in german["Überblick"].iter_rows(min_row=6)}
    expected = {
        "frühester Stichtag": dt.datetime(2026, 3, 1),
        "bewertete Cluster": 3,
        "Mitgliedschaften": 27,
        "davon KMU": 17,
        "davon KMU-Status unbekannt": 1,
        "Anteil KMU": pytest.approx(17 / 27),
        "rechnerisch erfüllt": 1,
        "davon bestätigt rechnerisch erfüllt": 0,
        "offen": 1,
        "rechnerisch nicht erfüllt": 1,
        "Entscheidung auf der Kippe": 1,
        "Cluster ohne Einreichung": 1,
        "Cluster mit veraltetem Stichtag": 1,
        "zurückgestellte Einreichungen": 1,
        "Fehler in Zellen und Dateien": 1,
        "Warnungen": 2,
    }
    assert {label: lines[label] for label in expected} == expected


def test_decisions_by_role(german: openpyxl.Workbook) -> None:
    rows = [[c.value for c in row[:4]] for row in german["Überblick"].iter_rows(min_row=6)]
    at = next(n for n, row in enumerate(rows) if str(row[0]).startswith("Nach Rolle"))
    head = ["rechnerisch erfüllt", "offen", "rechnerisch nicht erfüllt"]
    assert rows[at][1:] == head
    assert rows[at + 1] == ["Mitglied", 1, 1, 1]
    assert rows[at + 2] == [None] * 4


def test_who_falls_below_the_pass_mark_and_why(german: openpyxl.Workbook) -> None:
    (row,) = table_rows(german, "Unter_die_Grenze")
    names = ["Cluster-ID", "Rolle", "binnen Monaten", "dann erfüllt", "Entscheidung dann"]
    assert [row[name] for name in names] == [A, "Mitglied", 12, 10, "rechnerisch nicht erfüllt"]
    reasons = str(row["weil ausläuft"]).split("; ")
    lost = ["7.2", "8", "9.1", "9.2", "10.1", "10.2", "11", "12"]
    assert [reason.split(" ")[0] for reason in reasons] == lost
    rows = table_rows(german, "Auslaufendes")
    assert [row["Kriterium"] for row in rows] == lost
    assert {(row["Cluster-ID"], row["binnen Monaten"]) for row in rows} == {(A, 12)}
    assert {row["spätestens im Quartal"] for row in rows} == {"2027-Q3"}


def test_the_guide_leads_to_every_table_of_a_sheet(german: openpyxl.Workbook) -> None:
    sheet = german["Überblick"]
    links = {cell.value: cell.hyperlink.location for (cell, *_) in sheet.rows if cell.hyperlink}
    for title, name in (("Zeilen der Akteure", "Zeilen"), ("Geldgeber", "Maßnahmen & Geld")):
        there, cell = str(links[title]).rsplit("!", 1)
        assert there == f"'{name}'"
        assert german[name][cell].value == title


def test_applicants(german: openpyxl.Workbook) -> None:
    late, decided = table_rows(german, "Aufnahme")
    assert late["Cluster-ID"] == "DE-0004"
    assert [late[h] for h in ("Nächster Schritt", "Tage", "Überfällig", "Fehlt noch")] == [
        "Aufnahmegespräch",
        272,
        "ja",
        "Liste der Akteure, eingereicht",
    ]
    assert [late[h] for h in ("Rechnerisch", "Weiche Kriterien ohne Gutachten")] == [None, None]
    assert [decided[h] for h in ("Cluster", "Nächster Schritt", "Rechnerisch", "Überfällig")] == [
        FORMULA,
        "entschieden",
        "rechnerisch erfüllt",
        "nein",
    ]


def test_matrix_can_be_read_without_colour(german: openpyxl.Workbook) -> None:
    a, b, c = table_rows(german, "Kriterien")
    assert [a["1"], a["2.2"], a["4.2"]] == ["✓", "✓ G", "✗"]
    assert [b["1"], c["12"]] == ["?", "✓ G!"]
    assert [a[h] for h in ("erfüllt hart", "erfüllt laut Gutachten", "erfüllt")] == [8, 1, 18]
    assert [b[h] for h in ("erfüllt", "nicht erfüllt", "offen", "bestätigt")] == [10, 1, 8, "offen"]
    assert b["auf der Kippe bei"] == "Umkreis 145 km: rechnerisch nicht erfüllt"
    assert "Größenklasse 0–50" in b["Herkunft des Grenzwerts"]


def test_conditions_in_words(german: openpyxl.Workbook) -> None:
    table = table_rows(german, "Bedingungen")
    rows = {(r["Cluster-ID"], r["Kriterium"], r["Bedingung"]): r for r in table}
    share, ratio, services = (rows[B, *key] for key in (("2.1", 1), ("4.2", 1), ("8", 2)))
    shown = ["von (sicher)", "bis (möglich)", "es fehlen", "wovon", "Bedingung ist"]
    assert [share[h] for h in shown] == [0.4, 0.52, 4, "KMU", "offen"]
    assert share["Rückfrage an den Cluster"] == f"{FORMULA} eintragen"
    assert [ratio[h] for h in shown[:2]] == ["unbegrenzt", "unbegrenzt"]
    assert [services[h] for h in shown[:2]] == [6, "unbegrenzt"]
    assert services["Herkunft der Schwelle"] == "laut Katalog"


def test_conditions_say_which_rows_stand_behind_them(german: openpyxl.Workbook) -> None:
    rows = table_rows(german, "Bedingungen")
    own = {(r["Cluster-ID"], r["Kriterium"], r["Bedingung"]): r for r in rows}
    shown = ["Datei", "Blatt", "Zeilen: zählen", "Zeilen: möglich", "Zeilen: zählen nicht"]
    actors, stories = own[B, "1", 1], own[A, "12", 1]
    assert [actors[h] for h in shown] == ["b.xlsx", "Akteure", 27, 1, 6]
    assert "nur Kontakt: 3" in actors["zählen nicht, weil"]
    assert [stories[h] for h in shown] == ["a.xlsx", "Nachweise", 0, 0, 1]
    assert stories["zählen nicht, weil"] == "nicht in den letzten 24 Monaten: 1"
    assert own[A, "6.2", 1]["Zeilen: zählen"] is None


def test_which_rows_count_can_be_read_off(german: openpyxl.Workbook) -> None:
    _, row, _ = table_rows(german, "Zeilenzahl")
    expected = {"Zeilen": 34, "zählen": 27, "möglich": 1, "zählen nicht": 6}
    expected |= {"nur Kontakt": 3, "ausgetreten": 2, "doppelt aufgeführt": 1}
    assert {h: row[h] for h in expected} == expected


def test_benchmarks_mark_what_is_suppressed(german: openpyxl.Workbook) -> None:
    a, b, c = table_rows(german, "EscaBenchmark")
    assert [a["Prozentrang Portfolio"], a["Prozentrang Bundesland"]] == [25, "n < 2"]
    assert [a["VZÄ klein"], b["VZÄ klein"], c["VZÄ klein"]] == ["nein", None, "ja"]
    shown, _, hidden = table_rows(german, "Kennzahlen")
    assert [shown["Vergleichsgruppe"], shown["oberes Quartil"]] == [
        "alle Cluster",
        pytest.approx(100 / 3),
    ]
    note = "unterdrückt (n < 2): weniger als 2 bekannte Werte"
    assert [hidden["Median"], hidden["unterdrückt"]] == [None, note]


def test_coverage_names_who_is_below_the_mark(german: openpyxl.Workbook) -> None:
    below = [row["unter der Bestehensgrenze"] for row in table_rows(german, "Ruecklauf")]
    assert below == ["nein", "offen", "ja", None]


def test_coverage_is_counted_by_role(german: openpyxl.Workbook) -> None:
    (members,) = table_rows(german, "Ruecklauf_nach_Rolle")
    assert members == {
        "Rolle": "Mitglied",
        "Cluster": 4,
        "erwartet": 4,
        "eingereicht: ja": 3,
        "eingereicht: offen": 0,
        "eingereicht: nein": 1,
        "veraltet": 1,
        "unter der Grenze: ja": 1,
        "unter der Grenze: offen": 1,
        "unter der Grenze: nein": 1,
    }


def test_findings(german: openpyxl.Workbook) -> None:
    rows = table_rows(german, "Befunde")
    assert [r["Befund"] for r in rows] == ["Inhalt nicht lesbar", "new_code", "new_code"]
    assert [rows[0]["betrifft Kriterien"], rows[2]["Inhalt"]] == ["2.1, 3", "12"]


def test_of_many_findings_the_first_are_shown_and_all_are_counted(tmp_path: Path) -> None:
    rules = FindingRules(most_on_page=1, most_in_workbook=1)
    target = tmp_path / "short.xlsx"
    write_workbook(
        replace(review(), settings=changed_in(load_settings(), findings=rules)), target, "de"
    )
    book = openpyxl.load_workbook(target, data_only=True)
    rows = table_rows(book, "Befunde")
    assert [row["Anzahl"] for row in rows] == [1, 1, 1]
    assert [row["Zelle"] for row in rows] == ["G17", "G17", ""]
    said = "und ein weiterer derselben Art in der Zelle G17; alle stehen in data/findings.parquet"
    assert said in rows[2].values()
    lines = {row[0].value: row[1].value for row in book["Überblick"].iter_rows(min_row=6)}
    assert lines["Warnungen"] == 2


# ---- what others wrote stays what it is ----


@pytest.mark.parametrize("text", [FORMULA, HTML, MAIL, LINK, "{=1}", "12"])
def test_texts_of_strangers_are_texts(path: Path, text: str) -> None:
    found = [c for c in cells(path, values=False).values() if c.value == text]
    assert found
    assert all(c.data_type == "s" and c.hyperlink is None for c in found)


def test_very_long_texts_are_cut_and_say_so(german: openpyxl.Workbook) -> None:
    text = table_rows(german, "Befunde")[1]["Inhalt"]
    assert len(text.encode("utf-16-le")) // 2 <= 32_767
    assert text.startswith("ä😀")
    assert text.endswith("[gekürzt, 40000 Zeichen]")


def test_links_stay_inside(path: Path) -> None:
    links = {at: c.hyperlink for at, c in cells(path, values=False).items() if c.hyperlink}
    assert all(link.target is None and link.location for link in links.values())


def test_the_overview_leads_to_every_sheet_and_each_leads_back(path: Path) -> None:
    overview, *others = openpyxl.load_workbook(path, read_only=True).sheetnames
    links = [
        (sheet, cell.hyperlink.location.rpartition("!")[0].strip("'"))
        for (sheet, _), cell in cells(path, values=False).items()
        if cell.hyperlink
    ]
    assert {to for sheet, to in links if sheet == overview} - {overview} == set(others)
    assert {sheet for sheet, to in links if to == overview} - {overview} == set(others)


def test_links_to_pages_are_relative(path: Path) -> None:
    formulas = formulas_of(path)
    targets = {f.split('"')[1] for f in formulas if "HYPERLINK(" in f}
    assert "report/clusters/" in targets
    assert all(t.startswith(("report/", "#'")) for t in targets)


# ---- the file ----


def test_same_bytes(path: Path, tmp_path: Path) -> None:
    write_workbook(review(), tmp_path / "again.xlsx", path.stem)
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


def test_sheets_are_ready_to_read_and_print(path: Path) -> None:
    for sheet in openpyxl.load_workbook(path).worksheets:
        assert not sheet.merged_cells.ranges
        assert sheet.page_setup.orientation == "landscape"
        assert "&P" in sheet.oddFooter.right.text
        assert sheet.print_area
        tops = [int(re.findall(r"\d+", table.ref)[0]) for table in sheet.tables.values()]
        if len(tops) == 1:
            assert sheet.freeze_panes.endswith(str(tops[0] + 1))
            assert sheet.print_title_rows.endswith(f"${tops[0]}")
        elif tops:  # the way back stays visible
            assert sheet.freeze_panes.endswith("4")
        # Excel keeps page breaks only where a sheet is not fitted to its pages
        fitted = sheet.sheet_properties.pageSetUpPr.fitToPage is True
        assert fitted is not bool(sheet.row_breaks.brk), sheet.title


def test_marked_as_a_draft(german: openpyxl.Workbook) -> None:
    assert all("ENTWURF" in sheet["A1"].value for sheet in german)
    assert all("ENTWURF" in sheet.oddHeader.right.text for sheet in german)


@pytest.mark.parametrize("path", ["de"], indirect=True)
def test_valid_open_xml(path: Path, problems: Callable[[Path], list[str]]) -> None:
    assert problems(path) == []


def test_formulas_are_plain(path: Path) -> None:
    formulas = formulas_of(path)
    assert len(formulas) > 50
    assert not [f for f in formulas if VOLATILE.search(f) or "_xlfn" in f or "http" in f]


def test_an_empty_review_is_a_workbook_too(tmp_path: Path) -> None:
    frames = {name: published(name, []) for name in table_models()}
    empty = Review(PERIOD, DAY, (load("go-cluster"), load("zim-nemo")), load_settings(), frames)
    write_workbook(empty, tmp_path / "empty.xlsx", "de")
    book = openpyxl.load_workbook(tmp_path / "empty.xlsx")
    assert "Kriterien zim-nemo" in book.sheetnames


# ---- recalculated by another program ----


def plant(path: Path, target: Path) -> Path:
    """Copy the workbook with one stored value wrong: the number of clusters is 4."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as copy:
        for item in source.infolist():
            content = source.read(item)
            if item.filename == "xl/worksheets/sheet1.xml":
                wrong, number = re.subn(rb"(<f>COUNTA\([^<]*</f><v>)3<", rb"\g<1>4<", content)
                assert number == 1
                content = wrong
            copy.writestr(item, content)
    return target


@pytest.fixture(scope="module")
def again(written: Path, recalculated: Recalculate) -> dict[str, Path]:
    """The workbooks, and one with a wrong stored value, as LibreOffice calculates them."""
    wrong = plant(written / "de.xlsx", written / "wrong.xlsx")
    saved = recalculated([written / "de.xlsx", written / "en.xlsx", wrong], written)
    return {path.stem: path for path in saved}


def test_every_formula_recalculates_to_its_stored_value(path: Path, again: dict[str, Path]) -> None:
    assert differing(path, again[path.stem]) == []


def test_a_wrong_stored_value_is_noticed(written: Path, again: dict[str, Path]) -> None:
    ((sheet, cell),) = differing(written / "wrong.xlsx", again["wrong"])
    assert (sheet, cell[0]) == ("Überblick", "B")
