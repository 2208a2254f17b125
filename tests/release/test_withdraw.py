"""A release is taken back: marked everywhere, gone from the hand-outs, whole in the archive."""

import datetime as dt
import json
import re
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from pipeline.history.revised import CHANGES, Revised
from pipeline.history.standing import Standing, standing, withdrawn_before
from pipeline.publication.release.marks import UnmarkedError, mark_page, mark_sheet
from pipeline.report.revised import changed_text
from tests.handmade.build import PERIOD
from tests.lived import REASON, WITHDRAW, Lived, Released, on

from .test_publications import publication
from .test_story import names, parts, record

# ---- what is withdrawn ----


def test_only_a_release_can_be_withdrawn_and_only_once(taken_back: Released) -> None:
    for name in ("too early", "withdrawn twice", "withdrawn released"):
        assert taken_back.said[name].code == 1
    assert "ist ein Entwurf (Revision 1) und nicht freigegeben" in taken_back.said["too early"].err
    assert "schon zurückgezogen: Revision 1, von AB am " in taken_back.said["withdrawn twice"].err
    assert "ist zurückgezogen: Revision 1, von AB" in taken_back.said["withdrawn released"].err


def test_the_record_says_who_when_and_why(taken_back: Released) -> None:
    said = record(taken_back.withdrawn)
    keys = ("state", "revision", "released_by", "withdrawn_by", "withdrawn_reason")
    assert [said[key] for key in keys] == ["withdrawn", 1, "KM", "AB", REASON]
    assert said["withdrawn_at"] >= said["released_at"]
    own = set(said) - {key for key in said if key.startswith("withdrawn")} - {"state"}
    assert {key: said[key] for key in own} == {key: record(taken_back.released)[key] for key in own}


def test_the_archive_keeps_the_release_and_tables_stay_the_same(taken_back: Released) -> None:
    assert record(taken_back.released)["state"] == "released"
    assert names(taken_back.released, "handout/*/*.html")
    for name in names(taken_back.released, "data/*") + names(
        taken_back.released, "state/*.parquet"
    ):
        assert (taken_back.released / name).read_bytes() == (
            taken_back.withdrawn / name
        ).read_bytes()


def test_every_page_is_marked_and_nothing_else_changes(taken_back: Released) -> None:
    pages = names(taken_back.released, "report/**/*.html")
    assert pages == names(taken_back.withdrawn, "report/**/*.html") != []
    mark = re.compile(r'<p class="(?:draft|watermark).*?</p>\n|(?<=<title>)ZURÜCKGEZOGEN – ')
    for page in pages:
        text = (taken_back.withdrawn / page).read_text()
        assert text.count("ZURÜCKGEZOGEN") == 3
        assert mark.sub("", text) == (taken_back.released / page).read_text()
        # The reason may name a cluster.
        assert ("&lt;b&gt;falsch" in text) == (page == Path("report/index.html"))


@pytest.mark.parametrize("name", ["portfolio.xlsx", "assessments-template.xlsx"])
def test_every_sheet_that_is_seen_is_marked(taken_back: Released, name: str) -> None:
    was, now = (
        openpyxl.load_workbook(f / name) for f in (taken_back.released, taken_back.withdrawn)
    )
    mark = "ZURÜCKGEZOGEN – gilt nicht mehr"
    assert was.sheetnames == now.sheetnames
    seen = [n for n, sheet in enumerate(now.worksheets) if sheet.sheet_state == "visible"]
    assert seen
    for before, sheet in ((was.worksheets[n], now.worksheets[n]) for n in seen):
        assert sheet["A1"].value == f"{before['A1'].value} · {mark}"
        assert sheet["A1"].style_id == before["A1"].style_id
        assert sheet.oddHeader.right.text == f"&B{mark}"
        assert sheet.oddHeader.left.text == before.oddHeader.left.text
    one, other = (parts(f / name) for f in (taken_back.released, taken_back.withdrawn))
    differ = {part for part in one if one[part] != other[part]}
    assert differ == {f"xl/worksheets/sheet{n + 1}.xml" for n in seen}


def test_marked_copies_are_marked_on_their_own_sheet(taken_back: Released) -> None:
    copies = names(taken_back.withdrawn, "feedback/*.xlsx")
    assert copies == names(taken_back.released, "feedback/*.xlsx") != []
    for copy in copies:
        one, other = (parts(f / copy) for f in (taken_back.released, taken_back.withdrawn))
        differ = {part for part in one if one[part] != other[part]}
        assert differ == {part for part in one if "cluster-review: protocol" in one[part]}
        assert "xl/worksheets/sheet1.xml" in differ
        german = "Prüfprotokoll" in one["xl/worksheets/sheet1.xml"]
        word = "ZURÜCKGEZOGEN" if german else "WITHDRAWN"
        assert [other[part].count(word) for part in differ] == [2] * len(differ)


def test_hand_outs_are_gone_but_for_the_list_of_whom_to_tell(taken_back: Released) -> None:
    assert names(taken_back.withdrawn, "handout/**/*") == [Path("handout/Zurückgezogen.xlsx")]
    book = openpyxl.load_workbook(taken_back.withdrawn / "handout" / "Zurückgezogen.xlsx")
    head, *rows = book.worksheets[0].iter_rows(values_only=True)
    told = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    assert list(told) == ["DE-0001", "DE-0002", "DE-0003"]  # the third got a letter
    for cluster_id, row in told.items():
        files = names(taken_back.released / "handout" / cluster_id, "*")
        assert row["Ausgehaendigt"] == "; ".join(map(str, files))
        assert row["Grund"] == REASON
    assert [row["Ansprechperson"] for row in told.values()] == ["Team Review", None, None]
    cells = book.worksheets[0].iter_rows()
    assert all(cell.data_type in "sn" for row in cells for cell in row)
    assert taken_back.said["withdrawn"].code == 0
    assert "Zu benachrichtigende Cluster: 3" in taken_back.said["withdrawn"].out


def test_the_next_quarter_says_what_it_compares_itself_with(lived: Lived) -> None:
    index = (lived.later / "report" / "index.html").read_text()
    assert "Die Veröffentlichung 2026-Q3 ist zurückgezogen" in index


# ---- the next revision ----


def test_the_next_revision_says_what_has_changed(lived: Lived) -> None:
    assert "die zurückgezogene Revision 1" in lived.said["again"].out
    assert (record(lived.revised)["state"], record(lived.revised)["revision"]) == ("released", 2)
    book = openpyxl.load_workbook(lived.revised / "handout" / "Serienbrief.xlsx")
    head, *rows = book.worksheets[0].iter_rows(values_only=True)
    at = head.index("Seit_Rueckzug")
    said = {row[0]: str(row[at]) for row in rows}
    assert "Anders als in der zurückgezogenen Fassung vom " in said["DE-0001"]
    assert "eigene Angaben" in said["DE-0001"]
    assert "gleich geblieben" in said["DE-0003"]
    assert all(len(text) <= 250 for text in said.values())
    letter = parts(lived.revised / "handout" / "DE-0001" / "Anschreiben.docx")["word/document.xml"]
    assert "Anders als in der zurückgezogenen Fassung" in letter
    letter = parts(lived.released / "handout" / "DE-0001" / "Anschreiben.docx")["word/document.xml"]
    assert "zurückgezogen" not in letter
    page = (lived.revised / "handout" / "DE-0001" / "DE-0001.html").read_text()
    assert "gegenüber der zurückgezogenen Fassung geändert" in page
    assert "VZÄ im Management" in page[: page.index("<h2", page.index("<h2") + 1)]
    assert REASON[:10] not in page
    assert "ersetzt Revision 1" in (lived.revised / "report" / "index.html").read_text()


def test_a_first_release_says_nothing_of_a_withdrawal(taken_back: Released) -> None:
    page = (taken_back.released / "report" / "index.html").read_text()
    assert "zurückgezogen" not in page
    assert (
        "Rueckzug"
        in parts(taken_back.released / "handout" / "Serienbrief.xlsx")["xl/sharedStrings.xml"]
    )


# ---- small parts ----


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], None),
        (["draft", "released"], None),
        (["draft", "released", "withdrawn"], 2),
        (["draft", "released", "withdrawn", "draft", "draft"], 2),
        (["released", "withdrawn", "draft", "released"], None),
        (["released", "withdrawn", "released", "draft"], None),
    ],
)
def test_the_withdrawn_release_that_is_to_be_replaced(
    states: list[str], expected: int | None, tmp_path: Path
) -> None:
    places = [f".archive/{PERIOD}/2026-10-0{n}T08-00-00" for n in range(1, len(states))]
    folders = [
        publication(tmp_path, {"state": state, "revision": 1}, place)
        for state, place in zip(states, [*places, PERIOD], strict=False)
    ]
    assert withdrawn_before(tmp_path, PERIOD) == (None if expected is None else folders[expected])


def test_the_standing_of_a_withdrawn_release() -> None:
    stands = Standing("withdrawn", 2, "KM", "2026-10-05T08:00:00", "AB", "2026-10-06", "alt")
    said = {
        "state": "withdrawn",
        "revision": 2,
        "released_by": "KM",
        "released_at": "2026-10-05T08:00:00",
        "withdrawn_by": "AB",
        "withdrawn_at": "2026-10-06",
        "withdrawn_reason": "alt",
    }
    assert standing(said) == stands
    assert (stands.is_draft, stands.is_withdrawn) == (False, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--withdraw"], "--reason TEXT"),
        (["--withdraw", "--reason", " \n "], "--reason TEXT"),
        (["--withdraw", "--reason", "x" * 201], "höchstens 200"),
        (["--reason", "falsch"], "gehört zu --withdraw"),
        (["--withdraw", "--reason", "falsch", "--by", "Klara Muster"], "kurzes"),
    ],
)
def test_what_is_wrong_usage(arguments: list[str], said: str, tmp_path: Path) -> None:
    got = on("release", tmp_path, "--by", "KM", *arguments)
    assert got.code == 2
    assert said in got.err


def test_a_quarter_that_is_not_there_or_damaged_is_not_withdrawn(tmp_path: Path) -> None:
    got = on("release", tmp_path, *WITHDRAW)
    assert (got.code, "ist in" in got.err) == (1, True)
    got = on("release", tmp_path, *WITHDRAW, "--lang", "en")
    assert (got.err.startswith("Not withdrawn: "), "Nicht" in got.err) == (True, False)
    sums = {"tables": {"data/clusters.parquet": "0"}}
    folder = publication(tmp_path / "outputs", {"state": "released", **sums})
    got = on("release", tmp_path, *WITHDRAW)
    assert (got.code, "beschädigt" in got.err) == (1, True)
    assert json.loads((folder / "run.json").read_text())["state"] == "released"


def test_a_page_without_a_place_for_the_mark_is_an_error() -> None:
    with pytest.raises(UnmarkedError):
        mark_page("<title>x</title>", "de", dt.date(2026, 10, 5))


SHEET = b'<sheetData><c r="A1"%b</c></sheetData><headerFooter>%b</headerFooter>'


@pytest.mark.parametrize(
    ("cell", "header", "title", "head"),
    [
        (b' s="1" t="s"><v>1</v>', b"<oddHeader>&amp;La</oddHeader>", b"b &amp; c", b"&amp;La"),
        (b' t="inlineStr"><is><t>d</t></is>', b"<oddFooter>e</oddFooter>", b"d", b""),
    ],
)
def test_a_sheet_keeps_its_title_and_head(
    cell: bytes, header: bytes, title: bytes, head: bytes
) -> None:
    found = mark_sheet(SHEET % (cell, header), [b"<t>a</t>", b"<t>b &amp; c</t>"], "M & N")
    assert b">%b \xc2\xb7 M &amp; N</t>" % title in found
    assert b"<oddHeader>%b&amp;R&amp;BM &amp; N</oddHeader>" % head in found


def test_a_sheet_without_a_title_is_an_error() -> None:
    with pytest.raises(UnmarkedError):
        mark_sheet(b"<headerFooter></headerFooter>", [], "M")


WITHDRAWN = Standing("withdrawn", 1, "KM", "2026-10-05T08:00:00", "AB", "2026-10-06T08:00:00", "x")


@pytest.mark.parametrize(
    ("changes", "most", "said"),
    [
        ([], 250, "sind Entscheidung, Kriterien und Indikatoren gleich geblieben."),
        (["a", "b"], 250, "vom 05.10.2026: a; b"),
        (["a", "b" * 200], 250, "vom 05.10.2026: a … (alles auf der Seite)"),
        (["a" * 300], 250, "vom 05.10.2026: … (alles auf der Seite)"),
    ],
)
def test_a_letter_tells_whole_changes_only(changes: list[str], most: int, said: str) -> None:
    rows = [("DE-0001", "de", change) for change in changes]
    found = Revised(WITHDRAWN, pl.DataFrame(rows, CHANGES, orient="row"))
    text = changed_text(found, "DE-0001", "de", most)
    assert text.endswith(said)
    assert len(text) <= most


def test_where_nothing_can_be_compared_that_is_said() -> None:
    found = Revised(WITHDRAWN, None, {"de": "Beschädigt.", "en": "Damaged."})
    assert changed_text(found, "DE-0001", "de", 250).endswith("lässt sich nicht sagen.")
    assert changed_text(found, "DE-0001", "en", 250).endswith("cannot be told.")
