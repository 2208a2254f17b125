"""An index whose tables are too long for it: first rows, further pages, a choice from all rows."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import OF_COLOURS, Open, violations
from playwright.sync_api import Locator, Page, expect

FIRST, SPLIT = "index.html", "split"
CELL = re.compile(r"<tr data-c=\"([^\"]+)\"")


def rows(page: Page, table: str) -> Locator:
    """Return the rows of a table in the page."""
    return page.locator(f"{table} tbody tr")


def ids(page: Page, table: str = "#m1") -> list[str | None]:
    """Return the clusters of a table's rows."""
    return [row.get_attribute("data-c") for row in rows(page, table).all()]


@pytest.fixture
def split(opened: Open) -> Page:
    """Return the split index, its data unpacked."""
    return opened(lang=SPLIT)


def test_the_pages_of_a_table_have_all_its_rows(reports: Mapping[str, Path]) -> None:
    whole = (reports["de"] / FIRST).read_text(encoding="utf-8")
    body = whole[whole.index('id="m1"') :].partition("</tbody>")[0]
    parts = sorted((reports[SPLIT] / "lists").glob("*.html"))
    heads = "Cluster und Kriterien: Zeilen"
    own = [t for t in (p.read_text(encoding="utf-8") for p in parts) if heads in t]
    matrices = [CELL.findall(text) for text in own]
    assert [len(found) for found in matrices[:2]] == [10, 10]
    assert sum(matrices[:3], []) == CELL.findall(body)
    for text in own:
        links = re.findall(r'href="(?:\.\./)?([^"#]+)[^"]*"', text)
        assert all(
            (reports[SPLIT] / link).exists() or (reports["de"] / link).exists() for link in links
        )


def test_a_choice_looks_through_all_rows_as_in_a_page_that_is_not_split(
    split: Page, opened: Open
) -> None:
    whole = opened("index.html?ergebnis=not_eligible&sort=2.1.ab")
    again = opened("index.html?ergebnis=not_eligible&sort=2.1.ab", lang=SPLIT)
    expect(again.locator("#status")).to_have_text(whole.locator("#status").text_content() or "")
    again.evaluate("dispatchEvent(new Event('beforeprint'))")
    for table in ("#m1", "#m2", "#map-table", "#quality table >> nth=-1"):
        assert ids(again, table) == ids(whole, table)
        assert rows(again, table).all_text_contents() == rows(whole, table).all_text_contents()
    split.locator("input[name=q]").fill("de-0003")
    assert ids(split) == ["DE-0003"]
    split.locator("button[type=reset]").click()
    expect(split.locator("#status")).to_have_text(opened().locator("#status").text_content() or "")


def test_a_cell_leads_to_the_reasons_and_a_mark_draws_its_circle(split: Page) -> None:
    href = rows(split, "#m1").first.locator("td a").first.get_attribute("href")
    assert href
    assert href.endswith(".html#k1-1")
    mark = split.locator("#land .city").first
    cluster = (mark.get_attribute("data-of") or "").split()[0]
    mark.click()
    split.locator(".places:visible a[href^='#ring']").first.click()
    expect(split.locator(f"#ring-{cluster} circle")).to_be_visible()


def test_without_scripts_the_index_leads_to_all_rows(opened: Open) -> None:
    page = opened(lang=SPLIT, java_script_enabled=False)
    link = page.locator("#matrix .parts a").nth(1)
    link.press("Enter")  # the position of a click would depend on the layout
    expect(page.locator("h1")).to_contain_text("Zeilen 11–20 von")
    assert len(ids(page, "table")) == 10
    page.get_by_role("link", name="Zur Übersicht").click()
    expect(page.locator("#matrix")).to_be_visible()


def test_axe_finds_nothing(split: Page, opened: Open) -> None:
    assert violations(split) == []
    split.emulate_media(color_scheme="dark")
    assert violations(split, rules=OF_COLOURS) == []
    assert violations(opened("lists/1-1.html", lang=SPLIT)) == []


def test_more_rows_come_on_demand_and_all_on_paper(split: Page) -> None:
    table = split.locator("#m1")
    count = int(table.get_attribute("aria-rowcount") or 0) - 4  # its heads and two lines of sums
    assert (len(ids(split)), count > 15) == (5, True)
    more = split.locator("#matrix .more button").first
    expect(more).to_have_text(f"Weitere Zeilen zeigen ({count - 5} von {count - 5})")
    split.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(ids(split)) == len(set(ids(split))) == count
    split.evaluate("dispatchEvent(new Event('afterprint'))")
    assert len(ids(split)) == 5
    split.locator("#m1 td a").first.focus()
    for _ in range(6):
        split.keyboard.press("ArrowDown")
    assert split.evaluate("document.activeElement.closest('tr').sectionRowIndex") == 6
    assert len(ids(split)) == count
    expect(more).to_be_hidden()
