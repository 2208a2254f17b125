"""On English pages, what others wrote in German is marked as German (WCAG 3.1.2)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from zipfile import is_zipfile

import pytest
from conftest import Open
from openpyxl import load_workbook

from pipeline.report.pages.words import Words
from schemas.declaration import submission

FREE = ("text", "text_list")
VOID = {"br", "circle", "input", "link", "meta", "path", "polyline", "rect", "wbr"}
# Of drawings and of the head: their text has no parts that could be marked.
WITHOUT_PARTS = {"title", "desc", "style", "script"}
# Whose texts name a person's or a file's name, or an address, which are in no language.
WITHOUT_LANGUAGE = ("cluster_id", "postcode", "city", "reference", "legal_form")
SHORTEST = 4
# Words that clusters write and that stand in English texts or names, too.
ENGLISH_TOO = {"Newsletter", "Marketing", "Unternehmen"}


class Unmarked(HTMLParser):
    """Collects the texts of a page that are not inside an element with lang="de"."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[tuple[str, str | None]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """Go into an element."""
        if tag not in VOID:
            own = dict(attrs).get("lang")
            self.inside.append((tag, own or (self.inside[-1][1] if self.inside else None)))

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag not in VOID:
            while self.inside and self.inside.pop()[0] != tag:
                pass

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """Pass an element without content."""

    def handle_data(self, data: str) -> None:
        """Keep a text in another language."""
        tag, lang = self.inside[-1] if self.inside else ("", None)
        if lang != "de" and tag not in WITHOUT_PARTS and data.strip():
            self.texts.append(" ".join(data.split()))


def unmarked(page: str) -> set[str]:
    """Return the texts of a page that are not marked as German."""
    parser = Unmarked()
    parser.feed(page)
    return set(parser.texts)


def written(inputs: Path) -> set[str]:
    """Return what clusters and experts wrote freely, in the files of the made-up portfolio."""
    files = [path for path in sorted(inputs.rglob("submissions/*.xlsx")) if is_zipfile(path)]
    found = {text for path in files for text in texts_of(path)}
    (ratings,) = inputs.rglob("assessments.xlsx")
    for row in load_workbook(ratings, read_only=True)["Gutachten"].iter_rows(values_only=True):
        found |= {cell for cell in row if isinstance(cell, str) and cell.startswith("Demo:")}
    return found


def texts_of(path: Path) -> Iterator[str]:
    """Yield the texts under the headers of free fields of one submission."""
    book = load_workbook(path, read_only=True)
    for sheet in submission().sheets:
        if sheet.name["de"] not in book.sheetnames:
            continue
        rows = list(book[sheet.name["de"]].iter_rows(values_only=True))
        free = {
            name
            for field in sheet.fields
            if field.type in FREE and field.key not in WITHOUT_LANGUAGE
            for name in field.name.values()
        }
        if sheet.key == "master_data":
            cells = [row[1] for row in rows if row and row[0] in free]
        else:
            columns = [at for at, head in enumerate(rows[0]) if head in free]
            cells = [row[at] for row in rows[1:] for at in columns if at < len(row)]
        yield from (c for c in cells if isinstance(c, str) and len(c) >= SHORTEST)


def is_marked(page: str, texts: set[str]) -> list[tuple[str, str]]:
    """Return the pairs of a text of the page and the German in it that is not marked."""
    known = re.compile(
        rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(texts, key=len, reverse=True)))})(?!\w)"
    )
    return [(text, match[0]) for text in unmarked(page) if (match := known.search(text))]


@pytest.fixture(scope="module")
def german(reports: Mapping[str, Path]) -> set[str]:
    """Return the German texts of the portfolio, without words that are English, too."""
    found = written(reports["de"].parents[2] / "inputs")
    assert len(found) > 100
    return found - ENGLISH_TOO


def test_german_on_english_pages_is_marked(
    reports: Mapping[str, Path], cluster_page: str, dossier: str, german: set[str]
) -> None:
    for path in ("index.html", cluster_page, dossier):
        page = (reports["en"] / path).read_text(encoding="utf-8")
        assert '<span lang="de">' in page, path
        assert is_marked(page, german) == [], path


def test_on_german_pages_nothing_is_marked(reports: Mapping[str, Path], dossier: str) -> None:
    for path in ("index.html", dossier):
        page = (reports["de"] / path).read_text(encoding="utf-8")
        assert re.findall(r'<(?!html)[^>]* lang="', page.partition("<script")[0]) == []


def test_the_words_of_others_are_marked_within_a_sentence() -> None:
    said = "Actions “Tag der Technik” & Tage (Tag)"
    told = Words("en").marked(said, ["Tag", "Tag der Technik", "12"])
    mark = '<span lang="de">{}</span>'.format
    assert told == f"Actions “{mark('Tag der Technik')}” &amp; Tage ({mark('Tag')})"
    assert Words("de").marked(said, ["Tag"]) == said
    assert Words("en").marked("12 <b>", ["12"]) == "12 <b>"


def test_the_reasons_of_a_cell_are_marked_too(opened: Open) -> None:
    page = opened(lang="en")
    page.locator("table.matrix td.e a").first.click()
    dialog = page.locator("dialog[open]")
    assert dialog.locator("h2 [lang=de]").inner_text().startswith("Demo-Cluster")
    assert dialog.locator("dd [lang=de]").first.inner_text().startswith("Demo:")
