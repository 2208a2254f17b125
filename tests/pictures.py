"""`make pictures`: renews the pictures of README and docs/ from a made-up portfolio of 90 clusters.

It needs what the tests need to look at our outputs: Chromium, LibreOffice and pdftoppm. The pages
and the workbook are those of a run; Prefect's interface is that of `serve`.
"""

import base64
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from pipeline.cli import main
from pipeline.common.periods import before, last_day
from pipeline.demo import write_portfolio
from tests.html.conftest import CHROMIUM
from tests.libreoffice import converted
from tests.operation.office import Office, today

TARGET = Path(__file__).parents[1] / "docs" / "pictures"
CLUSTERS = 90
WIDE = {"width": 1400, "height": 885}
# Milliseconds until the interface has drawn what it has asked for.
DRAWN = 6000


def pictures(folder: Path) -> None:
    """Make every picture; folder: for the portfolio and its outputs."""
    period = before(today())
    inputs, outputs = folder / "inputs", folder / "outputs"
    write_portfolio(inputs, CLUSTERS, [before(last_day(period)), period], seed=1)
    for one in (before(last_day(period)), period):
        options = ["--direct", "--inputs", str(inputs), "--outputs", str(outputs)]
        if main(["run", one, *options]):
            sys.exit(f"{one} was not published")
    published = outputs / period
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        of_pages(browser, published / "report")
        of_workbook(published / "portfolio.xlsx", folder)
        of_prefect(browser, folder, inputs)


def of_pages(browser: Browser, report: Path) -> None:
    """Show the first screen of the index and of a cluster's page."""
    page = browser.new_page(viewport=WIDE)
    cluster = sorted((report / "clusters").glob("*.html"))[0]
    for name, path in (("report", report / "index.html"), ("cluster", cluster)):
        page.goto(path.as_uri())
        page.screenshot(path=TARGET / f"{name}.png")


def of_workbook(workbook: Path, folder: Path) -> None:
    """Show the first page of the workbook as LibreOffice prints it."""
    (printed,) = converted([workbook], "pdf", folder)
    command = ["pdftoppm", "-png", "-singlefile", "-f", "1", "-l", "1", "-scale-to", "1040"]
    subprocess.run([*command, str(printed), str(TARGET / "workbook")], check=True)


def of_prefect(browser: Browser, folder: Path, inputs: Path) -> None:
    """Show a run, one that was refused, and the form of a run by hand."""
    office = Office(folder / "office", inputs)
    try:
        office.wait_until_serving()
        number = office.point("quarterly-review")
        done = office.wait_for(office.by_hand("quarterly-review"))
        refused = office.wait_for(
            office.by_hand("quarterly-review", inputs=str(folder / "nothing"))
        )
        page = browser.new_page(viewport=WIDE, color_scheme="light")
        address = f"http://127.0.0.1:{office.port}"
        word = base64.b64encode(office.password().encode()).decode()
        page.goto(address)
        page.evaluate("word => localStorage.setItem('prefect-password', word)", word)
        for name, place in (
            ("run", f"runs/flow-run/{done['id']}"),
            ("run-refused", f"runs/flow-run/{refused['id']}"),
            ("run-form", f"deployments/deployment/{number}/run"),
        ):
            show(page, f"{address}/{place}", TARGET / f"{name}.png")
    finally:
        office.close()


def show(page: Page, address: str, target: Path) -> None:
    """Take the picture of a page of Prefect's interface."""
    page.goto(address)
    page.wait_for_timeout(DRAWN)
    page.screenshot(path=target)


if __name__ == "__main__":
    if not CHROMIUM.exists():
        sys.exit(f"{CHROMIUM} is not installed (Debian: apt install chromium)")
    with tempfile.TemporaryDirectory() as scratch:
        pictures(Path(scratch))
