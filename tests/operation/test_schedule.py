"""What is due is done, by a real server and a real worker; the office's other days: test_office."""

import json
from pathlib import Path

from pipeline.common.periods import before
from pipeline.operation.processes import descendants
from tests.operation.office import Office, lives, today

REVIEW = "quarterly-review"
PERIOD = before(today())
BAD = "\\[x\\]\\(javascript\\:1\\)\\.xlsx"


def test_a_scheduled_review_publishes_the_quarter_before(office: Office) -> None:
    run = office.wait_for(office.on_schedule(REVIEW))
    assert (run["state_type"], run["state_name"]) == ("COMPLETED", "Published, 1 quarantined")
    assert run["name"] == f"review {PERIOD}"
    assert run["auto_scheduled"]
    published = office.outputs / PERIOD
    assert (published / "portfolio.xlsx").is_file()
    assert json.loads((published / "run.json").read_text())["counts"]["quarantined"] == 1
    told_in_the_interface(office.artifacts(run), published)

    below = list(descendants(office.process.pid))
    assert len(below) >= 2
    assert office.stop() == 0
    assert [number for number in below if lives(number)] == []


def told_in_the_interface(shown: dict[str, str], published: Path) -> None:
    key = PERIOD.lower()
    (row,) = json.loads(shown[f"quarantined-{key}"])
    assert row["source_file"] == BAD
    assert len(json.loads(shown[f"decisions-{key}"])) == 2
    assert json.loads(shown[f"missing-{key}"]) == []
    assert shown["stage-read"] == 100
    report = published / "report" / "index.html"
    assert report.is_file()
    assert str(report) in shown[f"summary-{key}"]
