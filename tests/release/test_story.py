"""A draft is frozen as it was looked at; each cluster is handed out its own and nothing else."""

import datetime as dt
import html
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from docx import Document
from python_calamine import CalamineWorkbook

from pipeline.publication.release.letter import COLUMNS, LETTER
from tests.lived import SIGN, VOTE, Released

MARK = re.compile(
    r'<p class="(?:draft|watermark)".*?</p>\n|(?<=<title>)ENTWURF – ', flags=re.DOTALL
)
BOOK_MARK = " · ENTWURF – nicht freigegeben"
ANSWER = re.compile("(?:Bitte antworten Sie|Please send your answer) [^<]*")
MISSING = "DE-0003"
FORM = "Erhebungsbogen_{}_2026-Q4.xlsx"


def record(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "run.json").read_text())  # type: ignore[no-any-return]


def standing(folder: Path) -> tuple[str, int, str | None]:
    said = record(folder)
    return said["state"], said["revision"], said["released_by"]


def names(folder: Path, pattern: str) -> list[Path]:
    return sorted(p.relative_to(folder) for p in folder.glob(pattern))


# ---- drafts and releases ----


def test_each_publication_knows_its_standing(taken_back: Released) -> None:
    assert standing(taken_back.draft) == ("draft", 1, None)
    assert standing(taken_back.released) == ("released", 1, "KM")
    assert record(taken_back.released)["released_at"] >= record(taken_back.draft)["started"]


def test_the_command_says_what_it_did(taken_back: Released) -> None:
    assert taken_back.said["released"].code == 0
    assert "Freigegeben" in taken_back.said["released"].out
    assert "Released" not in taken_back.said["released"].out


def test_what_is_released_is_not_released_again(taken_back: Released) -> None:
    assert taken_back.said["released twice"].code == 1
    assert "schon freigegeben: Revision 1, von KM" in taken_back.said["released twice"].err


def test_tables_are_the_drafts(taken_back: Released) -> None:
    tables = names(taken_back.draft, "data/*.parquet")
    assert tables == names(taken_back.released, "data/*.parquet") != []
    for table in tables:
        assert (taken_back.released / table).read_bytes() == (taken_back.draft / table).read_bytes()


def test_pages_differ_by_the_mark_alone(taken_back: Released) -> None:
    pages = names(taken_back.draft, "report/**/*.html")
    assert pages == names(taken_back.released, "report/**/*.html") != []
    for page in pages:
        drafted, released = (
            (f / page).read_text() for f in (taken_back.draft, taken_back.released)
        )
        assert len(MARK.findall(drafted)) == 3
        assert "ENTWURF" not in released
        assert MARK.sub("", drafted) == released


@pytest.mark.parametrize("name", ["portfolio.xlsx", "assessments-template.xlsx"])
def test_sheets_differ_by_the_mark_alone(taken_back: Released, name: str) -> None:
    drafted, released = (parts(f / name) for f in (taken_back.draft, taken_back.released))
    assert drafted.keys() == released.keys()
    assert not [part for part, content in released.items() if "ENTWURF" in content]
    for part, content in drafted.items():
        if part != "docProps/core.xml":  # says it as a comment
            own = content.replace(f"&amp;R&amp;B{BOOK_MARK[3:]}", "").replace(BOOK_MARK, "")
            assert own == released[part], part
    listed = enumerate(re.findall(r"<sheet [^>]*>", drafted["xl/workbook.xml"]), 1)
    shown = [f"xl/worksheets/sheet{number}.xml" for number, tag in listed if "state=" not in tag]
    assert all("ENTWURF" in drafted[part] for part in shown)  # in the head of every page


def test_marked_copies_differ_by_the_mark_and_the_day_to_answer_alone(taken_back: Released) -> None:
    copies = names(taken_back.draft, "feedback/*.xlsx")
    assert copies == names(taken_back.released, "feedback/*.xlsx") != []
    for copy in copies:
        drafted, released = (parts(f / copy) for f in (taken_back.draft, taken_back.released))
        german = "Prüfprotokoll" in drafted["xl/worksheets/sheet1.xml"]
        mark = "ENTWURF" if german else "DRAFT"  # in the title, at the foot of every page
        ours = {part for part, text in drafted.items() if "cluster-review: protocol" in text}
        assert {part: drafted[part].count(mark) for part in ours} == dict.fromkeys(ours, 2)
        plain = {
            part: ANSWER.sub("", text.replace(f" · {mark}", "").replace(f"{mark} · ", ""))
            for part, text in drafted.items()
        }
        assert plain == {part: ANSWER.sub("", text) for part, text in released.items()}
        said = [text for part in ours for text in ANSWER.findall(released[part])]
        assert all(" bis zum " in text or " by " in text for text in said)  # as the letter does


def parts(path: Path) -> dict[str, str]:
    """The parts of a workbook as texts."""
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name).decode("utf-8", "replace") for name in file.namelist()}


# ---- hand-outs ----


def reviewed(taken_back: Released) -> list[tuple[str, str, str]]:
    """Cluster, its name and its submission."""
    data = taken_back.released / "data"
    clusters = pl.read_parquet(data / "clusters.parquet").select("cluster_id", "name")
    sent = pl.read_parquet(data / "submissions.parquet").filter(pl.col("outcome") == "reviewed")
    both = clusters.join(sent, on="cluster_id").sort("cluster_id")
    return both.select("cluster_id", "name", "source_file").rows()


def test_each_cluster_is_handed_out_its_letter_and_three_files(taken_back: Released) -> None:
    handout = taken_back.released / "handout"
    expected = ["Serienbrief.xlsx", f"{MISSING}/{LETTER}"]
    for cluster, _, source in reviewed(taken_back):
        own = [f"{cluster}.html", f"{source}.feedback.xlsx", FORM.format(cluster), LETTER]
        expected += [f"{cluster}/{name}" for name in own]
        page = (handout / cluster / own[0]).read_bytes()
        assert page == (taken_back.released / "report" / "clusters" / own[0]).read_bytes()
        copy = (handout / cluster / own[1]).read_bytes()
        assert copy == (taken_back.released / "feedback" / own[1]).read_bytes()
    found = [str(p.relative_to(handout)) for p in handout.rglob("*") if p.is_file()]
    assert sorted(found) == sorted(expected)
    assert len(expected) > 6
    assert not (taken_back.draft / "handout").exists()


def test_a_page_stands_on_its_own(taken_back: Released) -> None:
    for cluster, _, _ in reviewed(taken_back):
        text = (taken_back.released / "handout" / cluster / f"{cluster}.html").read_text()
        links = re.findall(r'(?:href|src|action)="([^"]*)"', text)
        assert links
        assert [link for link in links if not link.startswith("#")] == []


def test_nothing_of_another_cluster_is_in_a_hand_out(taken_back: Released) -> None:
    known = reviewed(taken_back)
    actors = pl.read_parquet(taken_back.released / "data" / "actors.parquet")
    of = {
        c: set(actors.filter(pl.col("cluster_id") == c)["name"].drop_nulls()) for c, _, _ in known
    }
    assert len(known) > 1
    for cluster, name, _ in known:
        text = "\n".join(texts(taken_back.released / "handout" / cluster))
        assert name in text
        assert any(actor in text for actor in of[cluster])
        for other, other_name, source in known:
            if other != cluster:
                strange = {other, other_name, source, *(of[other] - of[cluster])}
                assert [word for word in strange if word in text] == []


def texts(folder: Path) -> Iterator[str]:
    """All texts in the files of a folder, workbooks unpacked, and the file names."""
    for path in folder.iterdir():
        yield path.name
        if path.suffix in (".xlsx", ".docx"):
            yield from (html.unescape(content) for content in parts(path).values())
        else:
            yield html.unescape(path.read_text(encoding="utf-8"))


def test_no_expert_is_named_and_no_vote_that_is_not_told(taken_back: Released) -> None:
    for cluster, *_ in reviewed(taken_back):
        handed_out = "\n".join(texts(taken_back.released / "handout" / cluster))
        assert "Das Gutachten zu 10.2 [Gutachten, 02.09.2026; berechnet: " in handed_out
        assert SIGN not in handed_out
        assert VOTE not in handed_out
    offices = pl.read_parquet(taken_back.released / "data" / "criteria.parquet")
    assert offices["reason_de"].str.contains(f"Gutachten {SIGN}, 02").sum() == 4


def test_a_release_needs_an_office(taken_back: Released) -> None:
    refused = taken_back.said["refused"]
    assert refused.code == 2
    assert 'settings.toml, office.name: da steht ""; erlaubt: ein Text' in refused.err
    assert "settings.toml, office.answer_days: it says 0; allowed: a whole" in refused.err


def letter(taken_back: Released, cluster: str) -> str:
    document = Document(str(taken_back.released / "handout" / cluster / LETTER))
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


def test_a_letter_says_what_is_not_fulfilled_and_whom_to_answer(taken_back: Released) -> None:
    text = letter(taken_back, "DE-0001")
    assert "Cluster Nordlicht\nCluster DE-0001\nRolle: Mitglied\n" in text
    assert "Nicht erfüllt: 1\n10.2 " in text
    assert "nach Gutachten nicht erfüllt" in text
    released_on = dt.date.fromisoformat(record(taken_back.released)["released_at"][:10])
    until = released_on + dt.timedelta(days=14)
    assert f"bis zum {until:%d.%m.%Y} an Team Review (buero@example.org)" in text
    assert "bis zum 31.01.2099 an Programmbüro (" in letter(taken_back, "DE-0002")


def test_a_marked_copy_says_what_counts_and_whom_to_answer(taken_back: Released) -> None:
    said = {
        c: "\n".join(texts(taken_back.released / "handout" / c)) for c, *_ in reviewed(taken_back)
    }
    assert "Vielen Dank für Ihre Einreichung; sie ist bewertet. Von 19 Kriterien" in said["DE-0001"]
    (by,) = set(re.findall(r"bis zum (\S+) an Team Review \(", letter(taken_back, "DE-0001")))
    assert f"bis zum {by} an Team Review (buero@example.org)." in said["DE-0001"]
    assert "bis zum 31.01.2099 an Programmbüro (buero@example.org)." in said["DE-0002"]


def test_a_cluster_that_sent_nothing_is_reminded(taken_back: Released) -> None:
    text = letter(taken_back, MISSING)
    assert "für das Quartal 2026-Q3 liegt uns von Ihrem Cluster noch keine Einreichung vor." in text
    assert "erfüllt" not in text
    assert "{" not in text


def test_the_next_form_is_prefilled_but_for_the_day(taken_back: Released) -> None:
    cluster, name, _ = reviewed(taken_back)[0]
    path = taken_back.released / "handout" / cluster / FORM.format(cluster)
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Stammdaten")
    values = {str(row[0]).rstrip(" *"): row[1] for row in sheet.to_python()}
    assert (values["Cluster-ID"], values["Clustername"]) == (cluster, name)
    assert values["Stichtag"] == values["Version"] == ""


def test_the_list_can_be_merged(taken_back: Released) -> None:
    book = openpyxl.load_workbook(taken_back.released / "handout" / "Serienbrief.xlsx")
    (sheet,) = book.worksheets
    head, *rows = sheet.iter_rows(values_only=True)
    assert len(set(head)) == len(COLUMNS)
    assert all(re.fullmatch(r"\w{1,40}", str(header)) for header in head)
    assert all(len(str(value)) <= 255 for row in rows for value in row)
    expected = pl.read_parquet(taken_back.released / "data" / "coverage.parquet")
    assert [row[0] for row in rows] == expected["cluster_id"].to_list()
    decisions = pl.read_parquet(taken_back.released / "data" / "clusters.parquet")
    counts = dict(decisions.select("cluster_id", "fulfilled").iter_rows())
    at = list(head).index("Erfüllt")
    assert {row[0]: row[at] for row in rows if row[at] is not None} == counts
    files = [head.index(column) for column in ("Ordner", "Seite", "Markierte_Einreichung")]
    for row in rows:
        if row[files[1]]:
            for name in (row[files[1]], row[files[2]]):
                assert (taken_back.released / str(row[files[0]]) / str(name)).is_file()
