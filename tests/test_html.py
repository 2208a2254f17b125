"""The HTML report of a hand-made review: one eligible cluster, one open one with a hostile name."""

import base64
import datetime as dt
import hashlib
import json
import posixpath
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from markupsafe import Markup

from pipeline.common.catalogue import Catalogue, load
from pipeline.common.settings import load_settings
from pipeline.common.texts import NBSP
from pipeline.report.pages import figures
from pipeline.report.pages.cohort_position import quarters
from pipeline.report.pages.counting import actor_rows
from pipeline.report.pages.rendering import script
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.tables.reasons import asks_text
from tests.making.frames import beside, expert_tables, measure_tables, published
from tests.reports import write_report

pytestmark = pytest.mark.usefixtures("pictures")
PERIOD, DAY = "2026-Q3", dt.date(2026, 9, 30)
GOOD, BAD = "DE-0001", "DE-0002"
HOSTILE, FORMULA = "<script>alert(1)</script>", '=1+1"><img src=x onerror=alert(2)>'
DE, EN = Words("de"), Words("en")
OPEN_CRITERIA = ("1", "2.1", "2.2", "3", "4.1", "4.2", "5", "6.1")
VOID = {"meta", "br", "link", "img", "input", "hr"}
KINDS = ("style", "script")
Row = dict[str, Any]


# ---- a hand-made review ----


def criterion(cluster_id: str, criterion_id: str, kind: str) -> Row:
    """Return a criterion: all are fulfilled but eight open ones of the second cluster."""
    is_open = cluster_id == BAD and criterion_id in OPEN_CRITERIA
    status = "undetermined" if is_open else "fulfilled"
    said = {"reason_de": "Begründung", "reason_en": "reason"}
    asked = {"request_de": f"Zeile 4 {HOSTILE}", "request_en": "row 4"} if is_open else {}
    return {
        "catalogue": "go-cluster",
        "cluster_id": cluster_id,
        "criterion_id": criterion_id,
        "kind": kind,
        "status": status,
        "computed_status": status,
        "basis": "computed",
        "against_hard": False,
        **said,
        **asked,
    }


def conditions(catalogue: Catalogue) -> Iterator[Row]:
    """Yield every condition of both clusters; the share of SMEs is an interval with a lever."""
    for cluster_id in (GOOD, BAD):
        for c in catalogue.criteria:
            is_open = cluster_id == BAD and c.id in OPEN_CRITERIA
            for number, condition in enumerate(c.conditions, 1):
                row: Row = {
                    "catalogue": "go-cluster",
                    "cluster_id": cluster_id,
                    "criterion_id": c.id,
                    "condition": number,
                    "metric": condition.metric.key,
                    "operator": condition.operator,
                    "unit": condition.metric.unit,
                    "threshold": condition.threshold,
                    "limit_source": "catalogue" if condition.threshold else "none",
                    "status": "undetermined" if is_open else "fulfilled",
                }
                if c.id == "2.1" and is_open:
                    row |= {"value_low": 0.4, "value_high": 0.52}
                    row |= {"lever_amount": 4.0, "lever_unit": "smes"}
                yield row


def decision(cluster_id: str, fulfilled: int, soft: int) -> Row:
    """Return a decision."""
    return {
        "catalogue": "go-cluster",
        "cluster_id": cluster_id,
        "fulfilled_hard": fulfilled - soft,
        "fulfilled_soft": soft,
        "fulfilled_assessed": 0,
        "fulfilled": fulfilled,
        "not_fulfilled": 0,
        "undetermined": 19 - fulfilled,
        "decision": "eligible" if fulfilled >= 12 else "open",
        "decision_confirmed": "open",
    }


def actor(row: int, reason: str, *, bound: bool | None) -> Row:
    """Return a row of actors."""
    return {
        "cluster_id": BAD,
        "row": row,
        "name": HOSTILE if row == 2 else f"Actor {row}",
        "actor_type": "Unternehmen",
        "bound": bound,
        "sme": True,
        "near": True,
        "distance_km": 12.5,
        "actor_key": f"actor {row}|",
        "bound_reason": reason,
        "sme_reason": "stated_yes",
        "near_reason": "within_by_postcode",
    }


def ranked(kind: str, cohort: str, n: int) -> Row:
    """Return a cluster's position in a cohort."""
    numbers = {"value": 20.0, "percentile_rank": 60.0, "p25": 11.0, "median": 19.0, "p75": 31.0}
    place = {"cohort_kind": kind, "cohort": cohort, "n": n, "suppressed": False}
    return {"cluster_id": BAD, "indicator": "actors_per_fte", **place, **numbers}


def tables(catalogue: Catalogue) -> dict[str, list[Row]]:
    """Return the rows of every table."""
    names = {GOOD: "Gutes Cluster", BAD: HOSTILE}
    cohort = {"indicator": "actors_per_fte", "cohort_kind": "portfolio", "cohort": "all"}
    return {
        "submissions": [
            {"source_file": "a.xlsx", "cluster_id": GOOD, "outcome": "reviewed"},
            {"source_file": "b.xlsx", "cluster_id": BAD, "outcome": "reviewed"},
            {
                "source_file": f"{HOSTILE}.xlsx",
                "outcome": "quarantined",
                "code": "unreadable",
                "message_de": "Die Datei ist beschädigt.",
                "message_en": "The file is damaged.",
            },
        ],
        "unread": [
            {
                "source_file": f"{HOSTILE}.pdf",
                "reason": "other_extension",
                "message_de": f"{HOSTILE}.pdf ist keine Arbeitsmappe.",
                "message_en": f"{HOSTILE}.pdf is no workbook.",
            }
        ],
        "coverage": [
            {"cluster_id": i, "name": n, "role": "Mitglied", "expected": True, "state": "reviewed"}
            for i, n in names.items()
        ]
        + [{"cluster_id": "DE-0009", "name": FORMULA, "expected": True, "state": "missing"}],
        "admission": [
            {
                "cluster_id": GOOD,
                "name": "Gutes Cluster",
                "role": "Antrag",
                "next_step": "opinion",
                "since": dt.date(2026, 9, 1),
                "days": 29,
                "missing": [],
                "soft_unrated": 9,
                "decision": "eligible",
                "vote": "offen",
            },
            {
                "cluster_id": "DE-0009",
                "name": FORMULA,
                "next_step": "committee_vote",
                "since": dt.date(2023, 1, 4),
                "days": 1365,
                "overdue": True,
                "missing": ["strategy_document", "actor_list"],
                "vote": "Aufnahme",
                "vote_on": dt.date(2023, 1, 4),
            },
        ],
        "findings": [
            {
                "source_file": "b.xlsx",
                "cluster_id": BAD,
                "sheet": HOSTILE,
                "cell": "G17",
                "severity": "error",
                "code": "bad_type",
                "criterion_ids": ["1", "2.1"],
                "message_de": f"„{FORMULA}“ ist keine Zahl.",
                "message_en": f"“{FORMULA}” is no number.",
            }
        ],
        "clusters": [
            {
                **{"cluster_id": i, "name": n, "role": "Mitglied", "as_of": DAY, "fte": 0.4},
                "decision": "eligible" if i == GOOD else "open",
            }
            for i, n in names.items()
        ],
        "decisions": [decision(GOOD, 19, 10), decision(BAD, 11, 6)],
        "robustness": [
            {
                "catalogue": "go-cluster",
                "cluster_id": i,
                "variant": "radius_145",
                "decision": "open",
                "changed": i == GOOD,
            }
            for i in names
        ],
        "criteria": [criterion(i, c.id, c.kind) for i in names for c in catalogue.criteria],
        "conditions": list(conditions(catalogue)),
        "rows": [
            {
                "cluster_id": BAD,
                "metric": "competitors",
                "sheet": "Nachweise",
                "row": row,
                "counted": "no" if row == 5 else "yes",
                "reason_code": "same_title" if row == 5 else "counts",
            }
            for row in (2, 3, 4, 5)
        ],
        "actors": [
            actor(2, "bound", bound=True),
            actor(3, "bound", bound=True),
            actor(5, "contact_only", bound=False),
            actor(6, "commitment_unknown", bound=None),
        ],
        "benchmarks": [ranked("portfolio", "all", 10), ranked("federal_state", "Bremen", 9)],
        "cohorts": [{**cohort, "n": 4, "suppressed": True}],
        **measure_tables(),
        "other_measures": [{"measure": HOSTILE, "cluster_id": BAD}],
        "funding": [],
        "limits": [],
        "lapsed": [],
        **expert_tables(),
    }


def context() -> dict[str, pl.DataFrame]:
    """Return what pages show besides the tables."""
    dates = {"consultation_on": DAY, "strategy_dated": DAY, "as_of": DAY}
    counts = {"actors": 4, "near": 2, "companies": 3, "company_stages": 1, "research": 1}
    counts |= {"science": 1, "stages": 1, "stage_known": 2, "action_fields": 5}
    counts |= {"abroad": 1, "country_known": 3}
    counts |= {"working_structures": 2, "internal_communication": 1}
    known = {"technology_field": "IKT"}
    rows: dict[str, list[Row]] = {
        "offices": [
            {"cluster_id": GOOD, "city": "Kassel", "latitude": 51.31, "longitude": 9.49},
            {"cluster_id": BAD, "city": HOSTILE},
        ],
        "process": [{"cluster_id": i, **dates} for i in (GOOD, BAD)],
        "features": [{"cluster_id": i, **counts, **known} for i in (GOOD, BAD)],
        "stages": [{"cluster_id": BAD, "stage": HOSTILE, "actors": 2}],
    }
    return {name: beside(name, own) for name, own in rows.items()}


@pytest.fixture(scope="module")
def review() -> Review:
    """Return the review."""
    catalogue = load("go-cluster")
    found = {name: published(name, rows) for name, rows in tables(catalogue).items()}
    found |= {name: published(name, []) for name in ("limits", "funding", "lapsed")}
    return Review(PERIOD, DAY, (catalogue,), load_settings(), found, context=context())


@pytest.fixture(scope="module", params=["de", "en"])
def pages(
    request: pytest.FixtureRequest, review: Review, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, str]:
    """Return every page's text by its path, in one language."""
    folder = tmp_path_factory.mktemp(request.param)
    write_report(review, folder, request.param)
    found = {p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*"))}
    return {name: p.read_text(encoding="utf-8") for name, p in found.items() if p.is_file()}


@pytest.fixture(scope="module")
def german(review: Review, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the German report."""
    folder = tmp_path_factory.mktemp("german")
    write_report(review, folder, "de")
    return folder


def digest(text: str) -> str:
    """Return a text's hash as a policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


class Page(HTMLParser):
    """The tags of a page, their nesting checked."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] not in (["style"], ["script"]):
            self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts).replace(NBSP, " "))


def read(folder: Path, name: str) -> str:
    """Return the visible text of a page."""
    return Page((folder / name).read_text(encoding="utf-8")).text


# ---- every page ----


def test_an_index_and_one_page_per_reviewed_cluster(pages: Mapping[str, str]) -> None:
    own = [
        f"{folder}/{cluster}.html" for folder in ("clusters", "dossiers") for cluster in (GOOD, BAD)
    ]
    assert sorted(pages) == sorted([*own, "index.html"])


def test_tags_nest_and_nothing_foreign_becomes_a_tag(pages: Mapping[str, str]) -> None:
    for text in pages.values():
        page = Page(text)
        assert page.open == []
        assert not {tag for tag, _ in page.tags} & {"img", "iframe", "object", "base"}
        assert "alert(1)</script>" not in text


def test_only_the_index_has_a_script_and_it_is_ours(pages: Mapping[str, str]) -> None:
    for name, text in pages.items():
        found = re.findall(r"<script(.*?)>(.*?)</script>", text, re.DOTALL)
        if name != "index.html":
            assert found == []
            continue
        assert [attributes for attributes, _ in found] == [
            ' type="application/json" id="data"',
            ' type="text/plain" id="packed"',
            ' type="text/plain" id="why-data"',
            "",
        ]
        assert found[3][1] == script()
        assert not {"<", ">", "&"} & set(found[0][1])
        assert all(re.fullmatch(r"[A-Za-z0-9+/]+=*", packed) for _, packed in found[1:3])
        unpacked = json.loads(zlib.decompress(base64.b64decode(found[1][1])))
        assert HOSTILE in unpacked["clusters"][1]


def test_no_style_and_no_handler_stands_in_an_attribute(pages: Mapping[str, str]) -> None:
    for text in pages.values():
        names = {name for _, attributes in Page(text).tags for name in attributes}
        assert not [name for name in names if name == "style" or name.startswith("on")]


def test_the_policy_allows_the_pages_own_style_and_nothing_else(pages: Mapping[str, str]) -> None:
    for text in pages.values():
        own = {kind: re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL) for kind in KINDS}
        policies = [a["content"] for _, a in Page(text).tags if "http-equiv" in a]
        sources = [f"{k}-src '{digest(found[0])}'; " for k, found in own.items() if found]
        assert policies == [
            f"default-src 'none'; {''.join(sources)}base-uri 'none'; form-action 'none'"
        ]


def test_links_are_relative_and_lead_somewhere(pages: Mapping[str, str]) -> None:
    for name, text in pages.items():
        page = Page(text)
        ids = {a["id"] for _, a in page.tags if "id" in a}
        for link in (a["href"] for tag, a in page.tags if tag == "a"):
            assert link
            path, _, fragment = link.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
            there = ids if not path else {a.get("id") for _, a in Page(pages[target]).tags}
            assert not fragment or fragment in there, (name, link)


def test_ids_are_unique_and_tables_have_captions_and_scopes(pages: Mapping[str, str]) -> None:
    for text in pages.values():
        page = Page(text)
        ids = [a["id"] for _, a in page.tags if "id" in a]
        assert len(ids) == len(set(ids))
        tags = [tag for tag, _ in page.tags]
        assert tags.count("table") == tags.count("caption")
        assert all("scope" in a for tag, a in page.tags if tag == "th")


def test_headings_go_down_one_level_at_a_time(pages: Mapping[str, str]) -> None:
    for text in pages.values():
        levels = [int(tag[1]) for tag, _ in Page(text).tags if re.fullmatch("h[1-6]", tag)]
        assert levels.count(1) == 1
        assert all(b <= a + 1 for a, b in zip(levels, levels[1:], strict=False))


def test_every_page_is_marked_as_a_draft(pages: Mapping[str, str]) -> None:
    for text in pages.values():
        page = Page(text)
        language = page.tags[0][1]["lang"]
        assert {"de": "ENTWURF", "en": "DRAFT"}[str(language)] in page.text


def test_the_same_review_gives_the_same_bytes(german: Path, review: Review, tmp_path: Path) -> None:
    turned = {
        k: t.reverse() if k in ("criteria", "cohorts") else t for k, t in review.tables.items()
    }
    other = replace(review, tables=turned)
    write_report(other, tmp_path, "de")
    for path in german.rglob("*.html"):
        assert path.read_bytes() == (tmp_path / path.relative_to(german)).read_bytes()


# ---- the index ----


def test_the_index_counts_decisions_with_what_experts_have_not_seen(german: Path) -> None:
    text = read(german, "index.html")
    assert "rechnerisch erfüllt 1 davon 1 ohne Gutachten" in text
    assert "Mitgliedschaften 2" in text
    assert "3 Cluster im Register oder mit Einreichung: 2 bewertet, 0 zurückgestellt, 1" in text


def test_the_index_names_quarantined_files_members_below_and_who_turns(german: Path) -> None:
    text = read(german, "index.html")
    assert f"{HOSTILE}.xlsx – Datei nicht lesbar Die Datei ist beschädigt." in text
    assert f"{BAD} {HOSTILE} 11 8 offen" in text
    assert "Umkreis 145 km 1 von 2" in text
    assert f"{GOOD} Gutes Cluster Mitglied rechnerisch erfüllt offen" in text


def test_the_index_gives_decisions_by_role(german: Path) -> None:
    text = read(german, "index.html")
    assert "Ergebnisse nach Rolle Rolle Cluster rechnerisch erfüllt offen" in text
    assert "rechnerisch nicht erfüllt Mitglied 2 1 1 0" in text


def test_the_index_says_where_applicants_stand_overdue_ones_first(german: Path) -> None:
    """One is overdue that sent nothing: it has no page."""
    text = read(german, "index.html")
    overdue = (
        f"DE-0009 {FORMULA} unbekannt Votum Programmbegleitkreis 04.01.2023 1.365 überfällig "
        "aktuelles Strategiedokument, eingereicht; Liste der Akteure, eingereicht – nicht bewertet "
        "Aufnahme, 04.01.2023 – –"
    )
    waits = f"{GOOD} Gutes Cluster Antrag Gutachten 01.09.2026 29 9 rechnerisch erfüllt offen – –"
    assert f"{overdue} {waits}" in text
    assert "(1 überfällig)" in text
    page = (german / "index.html").read_text(encoding="utf-8")
    assert '<td class="n" data-v="1365">1.365</td>' in page
    assert '<td data-v="2023-01-04">04.01.2023</td>' in page


def test_the_index_suppresses_small_cohorts(german: Path) -> None:
    assert "Portfolio 4 zu wenige" in read(german, "index.html")


def test_the_method_tells_thresholds_reasons_and_licences(german: Path) -> None:
    text = read(german, "index.html")
    assert "Anteil der KMU: mindestens 50 %." in text
    assert "Postleitzahlen: GeoNames, CC BY 4.0." in text
    for criterion_ in load("go-cluster").criteria:
        assert asks_text(criterion_, "de").replace(NBSP, " ") in text


# ---- a cluster's page ----


def test_a_clusters_page_names_no_other_cluster(german: Path) -> None:
    text = (german / f"clusters/{GOOD}.html").read_text(encoding="utf-8")
    assert BAD not in text
    assert "alert(1)" not in text


def test_a_clusters_page_says_what_is_missing(german: Path) -> None:
    text = read(german, f"clusters/{BAD}.html")
    assert "11 von 19 Kriterien rechnerisch erfüllt, davon 6 ohne Gutachten." in text
    assert "40 % bis 52 % verlangt: mindestens 50 % noch 4 KMU bis 50 %" in text
    assert f"Rückfrage: Zeile 4 {HOSTILE}" in text


def test_a_clusters_page_says_which_rows_count(german: Path) -> None:
    text = read(german, f"clusters/{BAD}.html")
    assert "4 Zeilen, 2 zählen: 1 nur Kontakt, 1 Bindung unbekannt." in text
    assert "Wettbewerber. 4 Zeilen, 3 zählen: 1 Titel schon gezählt. zählt Nachweise 3 2–4" in text


def test_a_clusters_page_shows_quarters_of_large_cohorts_only(german: Path) -> None:
    text = read(german, f"clusters/{BAD}.html")
    assert "drittes Viertel 11 · 19 · 31 (n = 10)" in text
    assert "Nicht gezeigt werden Gruppen mit weniger als 10 Clustern: Bundesland Bremen." in text


def test_a_clusters_page_lists_its_findings_by_cell(german: Path) -> None:
    text = read(german, f"clusters/{BAD}.html")
    assert f"{HOSTILE} G17 Fehler „{FORMULA}“ ist keine Zahl. 1, 2.1" in text
    assert "Keine Befunde." in read(german, f"clusters/{GOOD}.html")


def test_of_many_findings_a_page_shows_the_first(review: Review, tmp_path: Path) -> None:
    one = review.tables["findings"]
    others = [one.with_columns(cell=pl.lit(f"G{row}")) for row in range(18, 48)]
    many = {**review.tables, "findings": pl.concat([one, *others])}
    write_report(replace(review, tables=many), tmp_path, "de")
    text = read(tmp_path, f"clusters/{BAD}.html")
    most = review.settings.findings.most_on_page
    more = f"und {31 - most} weitere derselben Art: Zellen G{17 + most} bis G47"
    assert more in text
    assert text.count("ist keine Zahl.") == most
    assert "31 Fehler" in text


# ---- figures and words ----


@pytest.mark.parametrize(
    ("low", "high", "unit", "expected"),
    [
        (None, None, "share", "unbekannt"),
        (30.0, 30.0, "actors", "30"),
        (0.49999, 0.49999, "share", "49,999 %"),  # never rounded up to the threshold
        (0.25, None, "share", "mindestens 25 %"),  # no upper limit
        (0.0, 1.0, "yes_no", "nein bis ja"),
        (1.0, 1.0, "years", "1 Jahr"),
    ],
)
def test_intervals(low: float | None, high: float | None, unit: str, expected: str) -> None:
    found = figures.interval(low, high, unit, DE, 0.5 if unit == "share" else None)
    assert found.replace(NBSP, " ") == expected


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(759 / 22.25, "34,11"), (34.1123, "34,1124"), (34.2, "34,11")],  # met exactly, missed, met
)
def test_a_limit_met_exactly_is_written_short(limit: float, expected: str) -> None:
    assert figures.figure(759 / 22.25, "actors_per_fte", DE, limit) == expected


@pytest.mark.parametrize(
    ("amount", "lever_unit", "threshold", "unit", "german", "english"),
    [
        (4.0, "smes", 0.5, "share", "noch 4 KMU bis 50 %", "4 SMEs missing to reach 50 %"),
        (1.0, "actors", 30.0, "actors", "noch 1 Akteur bis 30", "1 actor missing to reach 30"),
        (
            5.0,
            "months",
            3.0,
            "years",
            "noch 5 Monate bis 3 Jahre",
            "5 months missing to reach 3 years",
        ),
        (3.0, "competitors", 3.0, "count", "noch 3 Wettbewerber", "3 competitors missing"),
        (
            1.0,
            "groups",
            1.0,
            "share",
            "noch 1 Akteursgruppe mit Sitz",
            "1 group with a seat missing",
        ),
        (None, "smes", 0.5, "share", "", ""),
    ],
)
def test_levers(
    amount: float | None, lever_unit: str, threshold: float, unit: str, german: str, english: str
) -> None:
    for words, expected in ((DE, german), (EN, english)):
        found = figures.lever(amount, lever_unit, threshold, unit, words)
        assert found.replace(NBSP, " ") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (10.0, (1, 1)),
        (20.0, (1, 1)),  # on a boundary: the lower quarter
        (25.0, (2, 2)),
        (41.0, (4, 4)),
    ],
)
def test_quarters(value: float, expected: tuple[int, int]) -> None:
    assert quarters(value, [20.0, 30.0, 40.0]) == expected


def test_quarters_where_quartiles_coincide() -> None:
    assert quarters(3.0, [3.0, 3.0, 5.0]) == (2, 2)
    assert quarters(3.0, [3.0, 3.0, 3.0]) == (2, 3)


def test_quartiles_are_rounded() -> None:
    assert figures.rounded(738_570.0, "budget_eur", DE) == "740.000"
    assert figures.rounded(15.77, "actors_per_fte", DE) == "16"
    assert figures.rounded(3.75, "innovation_projects", DE) == "4"
    assert figures.rounded(0.731, "sme_share", EN) == f"73{NBSP}%"


def test_row_numbers_are_shortened() -> None:
    assert figures.ranges([9, 5, 6, 7]) == "5–7, 9"


def test_no_row_is_told_too() -> None:
    assert actor_rows([], Markup(), DE).summary == "0 Zeilen, 0 zählen."
