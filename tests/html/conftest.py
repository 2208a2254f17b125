"""A report of a small made-up portfolio in both languages, and a real browser without a network."""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from pipeline.common.settings import PageRules
from pipeline.common.stages import Direct
from pipeline.demo import write_portfolio
from pipeline.publication.request import Request
from pipeline.report.pages.pages import index_pages, make_pages, page_batches, write_pages
from pipeline.report.pages.words import Words
from pipeline.review import Review
from pipeline.run import run
from tests.shared import made_once
from tests.sparing import real_pictures, sparing

PERIOD, CLUSTERS = "2026-Q3", 24
# A page of 24 clusters is split as one of thousands would be.
SPLIT = PageRules(rows_at_first=5, rows_on_index=15, rows_on_list=10, explained_on_index=20)
CHROMIUM = Path("/usr/bin/chromium")
AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Return the folder of the report by language."""
    root = made_once(tmp_path_factory, "pages", write_reports)
    whole = root / "outputs" / PERIOD / "report"
    return {"de": whole, "en": root / "en", "split": root / "split"}


def write_reports(root: Path) -> None:
    """Review a made-up portfolio; write its pages, some in English, and an index that is split."""
    write_portfolio(root / "inputs", clusters=CLUSTERS, periods=[PERIOD])
    catalogues = ("go-cluster", "zim-nemo")
    request = Request(PERIOD, root / "inputs", root / "outputs", catalogues, accept_missing=True)
    with sparing("workbook", "copies"), real_pictures():
        published = run(request, Direct())
        others, *_, index = page_batches(published.review, "en")
        longest = longest_page(published.folder / "report").stem
        for batch in (index, replace(others, clusters=[longest])):
            write_pages(make_pages(batch), root / "en")
        write_pages(index_pages(with_limits(published.review, SPLIT), Words("de")), root / "split")


def longest_page(report: Path) -> Path:
    """Return the longest page of a cluster."""
    pages = (report / "clusters").glob("*.html")
    return max(pages, key=lambda path: (path.stat().st_size, path.name))


def with_limits(review: Review, limits: PageRules) -> Review:
    """Return the review with other limits of its pages."""
    return replace(review, settings=review.settings.model_copy(update={"pages": limits}))


@pytest.fixture(scope="module", autouse=True)
def _pictures(pictures: None) -> None:
    """Let pictures be drawn in all these tests."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return Debian's Chromium; nothing is downloaded.

    It ends with the file: its event loop would forbid one of their own to tests that follow.
    """
    if not CHROMIUM.exists() and os.environ.get("CI") != "true":
        pytest.skip(f"{CHROMIUM} is not installed (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, reports: Mapping[str, Path]) -> Iterator[Open]:
    """Return how to open a page of the report; at the end it must have asked for nothing.

    No console message, no error, no request but for the page itself.
    """
    heard: list[str] = []
    asked: list[str] = []
    contexts = []

    def open_page(path: str = "index.html", lang: str = "de", **options: object) -> Page:
        name, _, tail = path.partition("?")
        address = (reports[lang] / name).as_uri() + (f"?{tail}" if tail else "")
        context = browser.new_context(offline=True, locale="de-DE", **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        if name == "index.html" and options.get("java_script_enabled", True):
            expect(page.locator("#filter")).to_be_visible()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert heard == []
    assert [url for url in asked if not re.fullmatch(r"file:[^?#]+\.html([?#].*)?", url)] == []


@pytest.fixture(scope="session")
def cluster_page(reports: Mapping[str, Path]) -> str:
    """Return the path of a cluster's page: the longest, which has the most to show."""
    return f"clusters/{longest_page(reports['de']).name}"


@pytest.fixture(scope="session")
def dossier(cluster_page: str) -> str:
    """Return the path of the same cluster's dossier."""
    return cluster_page.replace("clusters/", "dossiers/")


def lay_out_all(page: Page) -> None:
    """Lay out what is out of sight too."""
    page.evaluate(
        "document.styleSheets[0].insertRule("
        "'section, tr { content-visibility: visible !important }')"
    )


def violations(page: Page, within: str = "html", rules: Sequence[str] = RULES) -> list[str]:
    """Return what axe finds wrong in a part of the page as it is shown now.

    rules: single ones or sets of them.
    """
    lay_out_all(page)
    page.evaluate(AXE)
    found = page.evaluate(
        "([part, rules]) => axe.run(part, {runOnly: rules, resultTypes: ['violations']})",
        [within, list(rules)],
    )
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:160]} ({len(v['nodes'])})" for v in found["violations"]
    ]
