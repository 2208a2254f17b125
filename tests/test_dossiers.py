"""The wording behind every criterion: in the dossiers, in the workbook, beside the ratings."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from pipeline.publication.release.content import contents
from pipeline.report.pages.dossier import dossier_of
from pipeline.report.pages.views import page_of
from pipeline.report.workbook.assessments import write_assessments
from pipeline.report.workbook.book import write_workbook
from pipeline.report.workbook.wording import MOST, shortened
from pipeline.review import Review
from pipeline.tables.wording import answer
from schemas.tables import ORDER
from tests.declared import changed_in
from tests.handmade.build import (
    Row,
    act,
    add,
    changed,
    fte,
    fund,
    master,
    proof,
    put,
    seats,
    write_inputs,
)
from tests.reports import write_report
from tests.workbook.conftest import review_of

ONE, OTHER = "DE-0001", "DE-0002"
FORMULA, SCRIPT = "=1+1", "<script>alert(1)</script>"
EDITS = [
    master(Langfristige_Perspektive="Rückfragen an Frau Muster, 0351 1234567, a@b.de"),
    add("Management", {**fte("halbtags"), "Funktion": "Assistenz"}),
    add("Gremien", {**seats("Wirtschaft", 0), "Gremium": "Beirat"}),
    add("Finanzierung", fund(2024, "Sponsoring", 5_000.5)),
    add(
        "Aktivitäten",
        {**act("Service", 0.5, "Digitalisierung"), "Bezeichnung": "Seltene Reihe"},
        {**act("Service", 12, "Sonstiges"), "Bezeichnung": "Fremde Reihe"},
        {**act("Clusterforum", 1), "Bezeichnung": FORMULA},
    ),
    add(
        "Nachweise",
        proof("Erfolgsgeschichte", "Alter Erfolg", date(2020, 5, 1), Verweis="https://x.org/0351"),
        proof("Presse", SCRIPT, Verweis="presse@example.org"),
    ),
]
RATINGS: list[Row] = [
    {
        "Cluster-ID": cluster_id,
        "Kriterium": "8",
        "Bewertung": "erfüllt",
        "Begründung": f"Begründung für {cluster_id}, Tel. 123456",
        "Gutachter": sign,
        "Datum": day,
    }
    for cluster_id, sign, day in (
        (ONE, "G1", date(2026, 1, 2)),
        (ONE, "G2", date(2026, 3, 4)),
        (OTHER, "G3", date(2026, 5, 6)),
    )
]


# Nobody knows its actors in the strategy process, and science (6 of 40 actors) has no seat.
OTHERS_EDITS = (
    master(Akteure_im_Strategieprozess=None),
    put("Gremien", seats("Wirtschaft", 4)),
)


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Review:
    folder = tmp_path_factory.mktemp("dossiers")
    clusters = {ONE: changed(*EDITS), OTHER: changed(*OTHERS_EDITS)}
    return review_of(write_inputs(folder / "inputs", clusters, ratings=RATINGS))


@pytest.fixture(scope="module")
def wording(review: Review) -> pl.DataFrame:
    return review.wording.unpacked()


@pytest.fixture(scope="module")
def report(review: Review, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_report(review, folder, "de")
    return folder


@pytest.fixture(scope="module")
def page(report: Path) -> Callable[[str], str]:
    return lambda cluster_id: (report / dossier_of(cluster_id)).read_text(encoding="utf-8")


# --------------------------------------------------------------------------------------- the table
@pytest.mark.parametrize(
    ("criterion", "places"),
    [
        ("1", set()),
        ("4.1", {"Stammdaten B"}),
        ("4.2", {"Management A"}),
        ("5", {"Gremien A"}),
        ("6.2", {"Stammdaten B"}),
        ("7.1", {"Finanzierung A"}),
        ("7.2", {"Stammdaten B"}),
        ("8", {"Stammdaten B", "Aktivitäten A"}),
        ("9.1", {"Aktivitäten A"}),
        ("10.1", {"Nachweise A"}),
        ("11", {"Aktivitäten A", "Nachweise A"}),
        ("12", {"Nachweise A"}),
        ("13", {"Stammdaten B", "Aktivitäten A", "Nachweise A"}),
    ],
)
def test_the_figures_of_a_criterion_say_what_belongs_to_it(
    wording: pl.DataFrame, criterion: str, places: set[str]
) -> None:
    own = wording.filter(cluster_id=ONE, criterion_id=criterion)
    column = own.select(pl.concat_str("sheet", pl.lit(" "), pl.col("cell").str.head(1)))
    assert set(column.to_series()) == places
    assert (own["cell"].str.slice(1) == own["row"].cast(pl.String)).all()


def test_the_rows_of_a_criterion_are_those_of_its_figures(
    review: Review, wording: pl.DataFrame
) -> None:
    """Also against the table that is published: no row is left out, none is added."""
    key = ["catalogue", "criterion_id", "cluster_id", "sheet", "row"]
    metrics = review.tables["conditions"].select(*key[:3], "metric").unique()
    behind = review.tables["rows"].join(metrics, on=["cluster_id", "metric"])
    told = wording.filter(pl.col("counted").is_not_null())
    assert set(told.select(key).rows()) == set(behind.select(key).rows())
    assert told.height == told.select(key).unique().height


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        ("4.1", ("Formale Gründung: 01.06.2015", None, None, "yes", "")),
        ("4.2", ("Assistenz · VZÄ: „halbtags“ (nicht als Angabe gelesen)",
                 None, None, "possible", "VZÄ unbekannt")),
        ("5", ("Beirat · Akteursgruppe: Wirtschaft · Sitze: 0", None, None, "no", "kein Sitz")),
        ("7.1", ("Jahr: 2024 · Quelle: Sponsoring · Betrag EUR: 5.000,5 · Status: Ist",
                 None, None, "no", "anderes Jahr oder anderer Status")),
        ("7.2", ("Langfristige Perspektive: Rückfragen an Frau Muster, [Telefonnummer], "
                 "[Mailadresse]", None, None, "yes", "")),
        ("8", ("Strategische Handlungsfelder: Digitalisierung, Fachkräfte",
               None, None, None, "Grundlage der Rechnung")),
        ("8", ("Seltene Reihe · Art: Service · Handlungsfeld: Digitalisierung · "
               "Häufigkeit pro Jahr: 0,5", date(2020, 1, 1), None, "partly",
               "Anteil der Handlungsfelder mit jährlichem Service: zu selten; "
               "Services pro Jahr: zählt")),
        ("9.1", ("=1+1 · Art: Clusterforum · Häufigkeit pro Jahr: 1", date(2020, 1, 1), None,
                 "yes", "")),
        ("11", (f"{SCRIPT} · Art: Presse", date(2026, 3, 1), "[Mailadresse]", "yes", "")),
        ("12", ("Alter Erfolg · Art: Erfolgsgeschichte", date(2020, 5, 1), "https://x.org/0351",
                "no", "nicht in den letzten 24 Monaten")),
    ],
)  # fmt: skip
def test_what_is_written_and_whether_it_counts(
    wording: pl.DataFrame, criterion: str, expected: tuple[object, ...]
) -> None:
    columns = ("wording_de", "date", "reference_de", "counted", "reason_de")
    own = wording.filter(cluster_id=ONE, criterion_id=criterion).select(columns)
    assert expected in own.rows()


def test_the_english_wording_has_english_names_and_words(wording: pl.DataFrame) -> None:
    own = wording.filter(cluster_id=ONE, criterion_id="7.1")["wording_en"]
    assert (
        "Year: 2024 · Source: Sponsorship · Amount EUR: 5,000.5 · Status: Actual" in own.to_list()
    )


def test_an_empty_cell_that_decides_is_told_with_its_place(wording: pl.DataFrame) -> None:
    (empty,) = wording.filter(cluster_id=OTHER, criterion_id="6.1").to_dicts()
    assert empty["wording_de"] == "Akteure im Strategieprozess: nichts angegeben"
    assert (empty["counted"], empty["reason_de"]) == ("possible", "Zelle leer oder unlesbar")
    assert empty["cell"].startswith("B")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([("success_stories", "yes", "counts")], ("yes", "", "")),
        ([("success_stories", "no", "too_rare")], ("no", "zu selten", "too rare")),
        (
            [("competitors", "no", "same_title"), ("anchoring", "no", "title_unknown")],
            (
                "no",
                "Wettbewerber: Titel schon gezählt; Nachweise der Verankerung: Titel fehlt",
                "competitors: title counted already; proofs of anchoring: title missing",
            ),
        ),
    ],
)
def test_several_figures_answer_together(
    said: list[tuple[str, ...]], expected: tuple[str, ...]
) -> None:
    assert answer(said) == expected


def test_it_is_not_published_as_a_table(review: Review) -> None:
    assert "wording" not in {*review.tables, *ORDER}


# --------------------------------------------------------------------------------------- the pages
def test_page_and_letter_name_the_groups_without_a_seat(review: Review, report: Path) -> None:
    names = "(ohne Sitz: Wissenschaft)"
    (fifth,) = (item for item in contents(review, "de")[OTHER].missed if item.criterion == "5")
    assert names in fifth.whole
    assert names in (report / page_of(OTHER)).read_text(encoding="utf-8")


def test_a_dossier_holds_nothing_of_another_cluster(page: Callable[[str], str]) -> None:
    for own, others in ((ONE, [OTHER, "G3"]), (OTHER, [ONE, "G1", "G2", "Alter Erfolg"])):
        text = page(own)
        assert own in text
        assert not [word for word in others if word in text]


def test_strangers_text_is_text(page: Callable[[str], str]) -> None:
    assert SCRIPT not in page(ONE)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page(ONE)


def test_earlier_ratings_stand_under_their_criterion_the_newest_first(
    page: Callable[[str], str],
) -> None:
    (text,) = [part for part in page(ONE).split("<article")[1:] if 'id="k1-8"' in part]
    assert text.index("04.03.2026") < text.index("02.01.2026")
    assert text.index("G2") < text.index("G1")
    assert f"Begründung für {ONE}, Tel. [Telefonnummer]" in text


def test_what_a_cluster_reads_of_an_experts_reason_leads_to_no_person(report: Path) -> None:
    text = (report / page_of(ONE)).read_text("utf-8")
    assert f"Begründung für {ONE}, Tel. [Telefonnummer] [Gutachten, 04.03.2026; berechnet:" in text
    assert "123456" not in text


def test_what_a_criterion_asks_names_its_thresholds(report: Path) -> None:
    for path in report.rglob("*.html"):
        _, text = path.read_text(encoding="utf-8").split("</style>")
        assert not re.search(r"\{\d\}", text.partition("<script")[0]), path
    assert "mindestens 30 fest gebundene Akteure" in (report / page_of(ONE)).read_text("utf-8")


def test_only_the_index_links_to_dossiers(report: Path) -> None:
    linking = {
        str(path.relative_to(report))
        for path in report.rglob("*.html")
        if "dossiers/" in path.read_text(encoding="utf-8")
    }
    assert linking == {"index.html"}
    index = (report / "index.html").read_text(encoding="utf-8")
    for cluster_id in (ONE, OTHER):
        assert f'href="{dossier_of(cluster_id)}"' in index
        assert (report / page_of(cluster_id)).is_file()


# ----------------------------------------------------------------------------------- the workbooks
def test_the_sheet_has_a_row_for_each_piece_and_no_formula(
    review: Review, wording: pl.DataFrame, tmp_path: Path
) -> None:
    write_workbook(review, tmp_path / "portfolio.xlsx", "de")
    sheet = openpyxl.load_workbook(tmp_path / "portfolio.xlsx")["Nachweise"]
    heads, *rows = list(sheet.iter_rows(5, max_row=5 + wording.height))
    at = {cell.value: n for n, cell in enumerate(heads)}
    assert [row[at["Wortlaut"]].value for row in rows] == wording["wording_de"].to_list()
    assert {cell.data_type for row in rows for cell in row} <= {"s", "n", "d"}
    (forum,) = [row for row in rows if row[at["Wortlaut"]].value.startswith(FORMULA)]
    assert forum[at["Wortlaut"]].quotePrefix


def test_too_many_rows_are_left_out_and_it_is_said(
    review: Review, wording: pl.DataFrame, tmp_path: Path
) -> None:
    rules = changed_in(review.settings.workbook, most_rows=wording.height - 1)
    settings = changed_in(review.settings, workbook=rules)
    write_workbook(replace(review, settings=settings), tmp_path / "portfolio.xlsx", "de")
    book = openpyxl.load_workbook(tmp_path / "portfolio.xlsx")
    assert "Nachweise" not in book.sheetnames
    values = [v for row in book["Überblick"].iter_rows(values_only=True) for v in row]
    assert any(isinstance(v, str) and "report/dossiers" in v for v in values)


def test_the_wording_stands_beside_the_ratings_to_be_given(review: Review, tmp_path: Path) -> None:
    write_assessments(review, {}, tmp_path / "template.xlsx", "de")
    (sheet, *_) = openpyxl.load_workbook(tmp_path / "template.xlsx").worksheets
    heads, *rows = list(sheet.iter_rows(5, values_only=True))
    at = {name: n for n, name in enumerate(heads)}
    told = {
        (row[at["Cluster-ID"]], row[at["Kriterium"]]): row[at["Wortlaut der Nachweise"]]
        for row in rows
        if row[at["Cluster-ID"]]
    }
    assert "Seltene Reihe" in told[ONE, "8"]
    assert "Seltene Reihe" not in told[OTHER, "8"]
    assert "Nachweise A7: Bericht A" in told[OTHER, "11"]


@pytest.mark.parametrize(
    ("lines", "kept", "remark"),
    [
        (["a"], 1, None),
        (["a" * 100] * 14, 14, None),
        (["a" * 100] * 15, 14, "14 von 15"),
        (["a" * (MOST + 1)], 1, "1 von 1"),
        (["a" * MOST, "b"], 1, "1 von 2"),
    ],
)
def test_a_long_wording_is_cut_with_a_remark(
    lines: list[str], kept: int, remark: str | None
) -> None:
    found = shortened(lines, "de").split("\n")
    assert len(found) == kept + (remark is not None)
    assert remark is None or remark in found[-1]
    assert sum(map(len, found[:kept])) <= MOST + 2
