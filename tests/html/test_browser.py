"""The office's page in a real browser: filter, sorting, address, reasons, map, keyboard."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import CLUSTERS, Open, violations
from playwright.sync_api import Locator, Page, expect

from pipeline.common.catalogue import load

FIRST = "table.matrix >> nth=0"


def rows(page: Page) -> Locator:
    """Return the rows of the first matrix that are shown."""
    return page.locator(FIRST).locator("tbody tr:visible")


def cells(page: Page, column: int) -> list[str]:
    """Return a column of the first matrix as it is shown."""
    texts = rows(page).locator(f":scope > :nth-child({column})").all_text_contents()
    return [text.strip() for text in texts]


def choose(page: Page, name: str) -> str:
    """Choose a filter's first option, return what it is."""
    select = page.locator(f"select[name={name}]")
    value = select.locator("option").nth(1).get_attribute("value")
    assert value
    select.select_option(value)
    return value


def column(page: Page, key: str) -> Locator:
    """Return a head of the first matrix."""
    return page.locator(FIRST).locator(f'thead th[data-key="{key}"]')


# ---- filter and address ----


def test_the_whole_page_follows_the_filter(opened: Open) -> None:
    page = opened()
    everything = rows(page).count()
    figure = page.locator("[data-figure=reviewed] .value")
    assert figure.text_content() == str(everything)
    state = choose(page, "land")
    chosen = rows(page).count()
    assert 0 < chosen < everything
    assert figure.text_content() == str(chosen)
    ids = {row.get_attribute("data-c") for row in rows(page).all()}
    marks = page.locator("#land .city:not(.off)").all()
    assert all(ids & set((mark.get_attribute("data-of") or "").split()) for mark in marks)
    numbers = page.locator("#land .city:not(.off) .sign").all_text_contents()
    assert 0 < sum(int(text) if text.isdecimal() else 1 for text in numbers) <= chosen
    page.locator("#map-table summary").click()
    places = page.locator("#map-table tbody tr:visible")
    assert places.count() == chosen
    assert all(state in text for text in places.all_text_contents())
    decided = [int(t) for t in page.locator(".figures [class^=s-] .value").all_text_contents()]
    assert sum(decided) == chosen
    expect(page.locator("#status")).to_have_text(f"{chosen} von {everything} Clustern ausgewählt")
    page.locator("button[type=reset]").click()
    expect(page.locator("#status")).to_have_text(f"Alle {everything} Cluster")
    assert rows(page).count() == everything


def test_totals_and_distinct_actors_follow(opened: Open) -> None:
    page = opened()
    memberships = page.locator("[data-figure=memberships] .value")
    whole = memberships.text_content()
    page.locator("select[name=ergebnis]").select_option("eligible")
    assert memberships.text_content() != whole
    fulfilled = [t for t in cells(page, 5) if t.startswith("✓")]
    total = page.locator(FIRST).locator("tfoot td.c").first.text_content()
    assert total == str(len(fulfilled))
    numbers = [
        int((page.locator(f"[data-figure={key}] .value").text_content() or "").replace(".", ""))
        for key in ("distinct", "memberships")
    ]
    assert numbers[0] <= numbers[1]


def test_the_choice_is_in_the_address_and_comes_back_from_it(opened: Open) -> None:
    page = opened()
    choose(page, "feld")
    page.locator("input[name=q]").fill("demo")
    column(page, "fulfilled").locator("button").click()
    before = [row.get_attribute("data-c") for row in rows(page).all()]
    query = page.url.partition("?")[2]
    assert {"feld", "q", "sort"} == {part.partition("=")[0] for part in query.split("&")}
    again = opened(f"index.html?{query}")
    assert [row.get_attribute("data-c") for row in rows(again).all()] == before
    assert column(again, "fulfilled").get_attribute("aria-sort") == "descending"


def test_clusters_are_chosen_by_the_state_of_a_criterion(opened: Open) -> None:
    page = opened()
    select = page.locator("select[name=kriterium]")
    option = select.locator("option", has_text=re.compile("^2.1 nicht erfüllt"))
    select.select_option(option.get_attribute("value"))
    assert rows(page).count() > 0
    assert all(sign.startswith("✗") for sign in cells(page, 6))
    expect(page.locator("#chosen button")).to_contain_text("2.1 nicht erfüllt")
    select.select_option("")
    assert any(sign.startswith("✓") for sign in cells(page, 6))


def test_the_matrix_has_one_line_per_cluster_those_nearest_to_the_mark_first(opened: Open) -> None:
    page = opened(viewport={"width": 1440, "height": 900})
    away = [abs(int(n) - load("go-cluster").pass_mark) for n in cells(page, 3)]
    assert away == sorted(away)
    heights = rows(page).evaluate_all("rows => rows.map(r => r.getBoundingClientRect().height)")
    assert max(heights) <= 27
    bands = (
        page.locator(FIRST)
        .locator(".bands th")
        .evaluate_all("heads => heads.map(head => head.getBoundingClientRect().left)")
    )
    first = [column(page, key).bounding_box() for key in ("1", "4.1", "8", "10.1")]
    assert bands == pytest.approx([box["x"] for box in first if box], abs=0.5)


def test_free_text_finds_by_id_and_nothing_is_found_for_nonsense(opened: Open) -> None:
    page = opened()
    page.locator("input[name=q]").fill("de-0003")
    assert [row.get_attribute("data-c") for row in rows(page).all()] == ["DE-0003"]
    (link,) = page.locator("#found a").all()
    assert (link.text_content() or "").startswith("DE-0003 ")
    page.locator("input[name=q]").fill("demo")
    expect(page.locator("#found a")).to_have_count(0)  # too many to be named
    page.locator("input[name=q]").fill("<script>")
    assert rows(page).count() == 0
    expect(page.locator("#found a")).to_have_count(0)
    page.locator("input[name=q]").fill("de-0003")
    link.click()
    expect(page.locator("h1")).to_contain_text("DE-0003")
    page.go_back()
    page.locator("input[name=q]").fill("<script>")
    expect(page.locator("#status")).to_contain_text("0 von")


def test_what_does_not_follow_says_so_and_empty_tables_too(opened: Open) -> None:
    page = opened()
    notes = page.locator(".whole")
    assert notes.count() > 10
    assert not [note for note in notes.all() if note.is_visible()]
    following = page.locator("table:has(tr[data-c])").count()
    for table in page.locator("main table:not(:has(tr[data-c]))").all():
        assert table.locator("xpath=ancestor::section//*[contains(@class, 'whole')]").count()
    page.locator("input[name=q]").fill("de-0003")
    assert page.locator(".whole[hidden]").count() == 0
    files = page.locator("#quality tr[data-c]")
    assert [row.get_attribute("data-c") for row in files.all()] == ["DE-0003"]
    page.locator("input[name=q]").fill("<script>")
    empty = page.get_by_text("Kein ausgewählter Cluster steht in dieser Tabelle.")
    assert empty.count() == following
    page.locator("button[type=reset]").click()
    assert not [note for note in empty.all() if note.is_visible()]


def test_the_matrix_is_one_stop_of_the_keyboard_and_its_cells_have_names(opened: Open) -> None:
    page = opened()
    table = page.locator(FIRST)
    assert table.locator("td a[tabindex='0']").count() == 1
    names = (
        table.locator("tbody tr >> nth=0")
        .locator("td > a")
        .evaluate_all("links => links.map(link => link.ariaLabel)")
    )
    assert len(names) == len(load("go-cluster").criteria)
    assert all(
        re.fullmatch(r"DE-\d{4}, [\d.]+ .+: (erfüllt|nicht erfüllt|offen)\b.*", n) for n in names
    )
    plain = opened(java_script_enabled=False)
    cell = plain.locator(FIRST).locator("td a").first
    assert cell.get_attribute("tabindex") is None
    assert cell.inner_text() in "✓✗?"


# ---- sorting ----


def test_any_column_sorts_both_ways(opened: Open) -> None:
    page = opened()
    head = column(page, "fulfilled")
    head.locator("button").click()
    numbers = [int(t) for t in cells(page, 3)]
    assert numbers == sorted(numbers, reverse=True)
    assert head.get_attribute("aria-sort") == "descending"
    head.locator("button").click()
    assert [int(t) for t in cells(page, 3)] == sorted(numbers)
    column(page, "decision").locator("button").click()
    order = ["rechnerisch erfüllt", "offen", "rechnerisch nicht erfüllt"]
    ranks = [order.index(text) for text in cells(page, 2)]
    assert ranks == sorted(ranks)
    column(page, "2.1").locator("button").click()
    signs = ["✓?✗".index(text[0]) for text in cells(page, 6)]
    assert signs == sorted(signs)
    expect(page.locator("#status")).to_contain_text("Sortiert nach 2.1 Anteil der KMU, aufsteigend")
    column(page, "cluster").locator("button").click()
    ids = [row.get_attribute("data-c") for row in rows(page).all()]
    assert ids == sorted(ids)


def test_applicants_are_sorted_by_what_cells_mean_and_follow_the_filter(opened: Open) -> None:
    page = opened()
    table = page.locator("#admission table")
    everyone = table.locator("tbody tr").count()
    assert everyone > 2
    for head, at, down in (("Tage", 5, True), ("Seit", 4, False), ("Nächster Schritt", 3, False)):
        button = table.locator("thead button", has_text=head)
        button.click()
        cells = table.locator(f"tbody tr > :nth-child({at})")
        keys = cells.evaluate_all("cells => cells.map(cell => cell.dataset.v || '')")
        known = [int(key) if key.isdecimal() else key for key in keys if key]
        assert known == sorted(known, reverse=down)
        assert keys[: len(known)] == [key for key in keys if key], "nothing comes last"
    page.locator("select[name=rolle]").select_option("Antrag")
    chosen = table.locator("tbody tr:visible")
    assert 0 < chosen.count() <= everyone
    assert all("Antrag" in text for text in chosen.all_text_contents())
    page.locator("select[name=rolle]").select_option("Ausgeschieden")
    assert chosen.count() == 0


# ---- why ----


def test_a_cell_opens_why_as_the_clusters_page_says(opened: Open) -> None:
    page = opened()
    link = rows(page).nth(2).locator("td a").nth(1)
    href = link.get_attribute("href")
    assert href
    link.click()
    dialog = page.locator("dialog[open]")
    expect(dialog.locator("h2")).to_contain_text("2.1 Anteil der KMU")
    assert violations(page, within="dialog[open]") == []
    said = dialog.locator("dd").all_inner_texts()
    dialog.get_by_role("link").click()
    criterion = page.locator(f"[id='{href.partition('#')[2]}']")
    assert criterion.locator(".value").first.inner_text() == said[0]
    assert any(re.fullmatch(r"Akteure [\d–, …]+", text) for text in said)


# ---- by keyboard ----


def test_everything_works_by_keyboard(opened: Open) -> None:
    page = opened(viewport={"width": 1440, "height": 900})
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.locator("select[name=ergebnis]").focus()
    page.keyboard.press("ArrowDown")
    assert "ergebnis=" in page.url
    column(page, "fulfilled").locator("button").focus()
    page.keyboard.press("Enter")
    assert column(page, "fulfilled").get_attribute("aria-sort") == "descending"
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('td a')"):
            break
    first = page.evaluate("document.activeElement.getAttribute('href')")
    assert first.endswith("#k1-1")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open] h2")).to_contain_text("2.1 Anteil der KMU")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    now = page.evaluate("document.activeElement.getAttribute('href')")
    assert now.endswith("#k1-2.1")
    assert now != first
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_a_link_within_the_page_leads_where_it_says(opened: Open) -> None:
    """The content in between is laid out for the jump, and keeps its size afterwards."""
    page = opened(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    for name in ("edge", "matrix", "benchmark"):
        page.locator(f"nav a[href='#{name}']").click()
        expect(page.locator("body:not(.jump)")).to_be_attached()
        top = page.locator(f"#{name}").evaluate("node => node.getBoundingClientRect().top")
        assert 0 <= top < 40, name


# ---- the map ----


def test_a_mark_on_the_map_lists_its_clusters_and_draws_their_circles(opened: Open) -> None:
    page = opened()
    mark = page.locator("#land .city").first
    clusters = (mark.get_attribute("data-of") or "").split()
    mark.click()
    listed = page.locator(".places:visible li")
    assert [item.get_attribute("data-c") for item in listed.all()] == clusters
    hrefs = [item.locator("a").first.get_attribute("href") for item in listed.all()]
    assert hrefs == [f"clusters/{cluster}.html" for cluster in clusters]
    listed.first.get_by_role("link", name="Umkreis zeigen").click()
    ring = page.locator(f"#ring-{clusters[0]}")
    expect(ring.locator("circle").first).to_be_visible()
    assert ring.locator("circle").first.get_attribute("r") == "150"
    expect(ring.locator("text")).to_contain_text("der Akteure im Umkreis von 150 km")
    page.get_by_role("link", name="Umkreis ausblenden").click()
    expect(ring.locator("circle").first).to_be_hidden()


# ---- scripts off ----


def test_without_scripts_all_is_there_but_filter_and_sorting(opened: Open) -> None:
    page = opened(java_script_enabled=False)
    assert page.locator("#filter").is_hidden()
    assert rows(page).count() == page.locator(FIRST).locator("tbody tr").count()
    for section in page.locator("main > section").all():
        assert (section.text_content() or "").strip()
    page.locator("#map-table summary").click()
    page.locator("#map-table a[href^='#ring']").first.click()
    expect(page.locator(".ring:visible")).to_have_count(1)
    pictures = page.locator(".indicator svg.chart")
    assert pictures.count() == page.locator(".indicator svg.chart:visible").count() > 1
    rows(page).first.locator("td a").first.click()
    assert page.url.endswith("#k1-1")
    expect(page.locator("[id='k1-1']")).to_be_visible()


def test_english_pages_speak_english(opened: Open, reports: Mapping[str, Path]) -> None:
    page = opened(lang="en")
    assert page.locator("html").get_attribute("lang") == "en"
    expect(page.locator("#status")).to_have_text(re.compile(r"All \d+ clusters"))
    assert len(list((reports["en"] / "clusters").iterdir())) <= CLUSTERS
    text = page.locator("main").text_content() or ""
    assert not re.findall(r"\b(?:erfüllt|offen|Zeilen|Maßnahmen|Kriterien)\b", text)


def test_what_has_the_focus_is_in_sight_backwards_too(opened: Open) -> None:
    """Sections on the way are laid out only then, which moves what follows them."""
    page = opened("index.html?ergebnis=eligible", reduced_motion="reduce")
    page.locator("#quality [tabindex='0']").last.focus()
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        expect(page.locator(":focus")).to_be_in_viewport()


# ---- what is chosen stays in sight ----


def test_the_choice_stays_in_sight_names_itself_and_is_dropped_piece_by_piece(opened: Open) -> None:
    page = opened("index.html?ergebnis=open&q=demo", reduced_motion="reduce")
    strip = page.locator("#chosen")
    every = page.locator("select[name=ergebnis] option[value=open]").text_content()
    shown = rows(page).count()
    expect(strip.locator("b")).to_have_text(re.compile(rf"^{shown} von \d+$"))
    assert strip.locator("button").all_text_contents() == [
        f"Ergebnis: {every} ×",
        "Freitext: demo ×",
    ]
    page.locator("#method").scroll_into_view_if_needed()
    page.locator("#method-head").evaluate("head => head.scrollIntoView()")
    expect(strip).to_be_in_viewport()
    top = strip.bounding_box()
    assert top is not None
    assert top["y"] < 20
    caption = page.locator("table.matrix caption").first
    expect(caption).to_contain_text(f"{shown} von")
    expect(caption).to_contain_text(f"Ergebnis: {every} · Freitext: demo")
    page.emulate_media(media="print")
    expect(strip).to_be_visible()
    page.emulate_media(media="screen")
    strip.locator("button").first.click()
    expect(strip.locator("button")).to_have_text(["Freitext: demo ×"])
    expect(strip.locator("button")).to_be_focused()
    assert "ergebnis" not in page.url
    strip.locator("button").click()
    expect(strip).to_be_hidden()
    expect(page.locator("input[name=q]")).to_be_focused()
    expect(caption).not_to_contain_text("von")
