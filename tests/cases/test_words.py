"""Submissions as people send them: words for nothing, lists, times in words.

Each file is the base with one change. "Same": every figure and status of the base, which has three
competitors, one unique selling point, four success stories and 14 services a year.
"""

from typing import Any

import pytest

from tests.cases.test_rows import BASE, FILES, SAME, figures, file_of, statuses
from tests.intake.published import Published, publish

Changes = dict[str, Any]
NO_ANSWER = {("Stammdaten", "B19"), ("Nachweise", "B12"), ("Nachweise", "B13")}
UNKNOWN = {"7.2": "undetermined", "10.1": "not_fulfilled", "10.2": "undetermined"}
NONE = {"7.2": "not_fulfilled", "10.1": "not_fulfilled", "10.2": "not_fulfilled"}
NO_ANSWERS = ["1216_t04c", "1218_t04e", "1220_t04g", "1224_t04k", "1227_t04n"]
NO_ANSWERS += ["1228_t04o", "1232_t04s", "1234_t04u"]
# The file's beginning: the statuses and figures that differ from the base, and the findings.
CASES: dict[str, tuple[Changes, Changes, set[tuple[str, str, str]]]] = {
    "DE-1041_u09": (
        {
            **{"7.2": "undetermined", "10.1": "undetermined", "10.2": "undetermined"},
            **{"11": "not_fulfilled", "12": "not_fulfilled", "13": "not_fulfilled"},
        },
        {"success_stories": 0},
        {
            ("Stammdaten", "B19", "no_answer"),
            *(("Nachweise", f"B{row}", "no_answer") for row in range(2, 14)),
        },
    ),
    **{
        f"DE-{name}": (UNKNOWN, SAME, {(*place, "no_answer") for place in NO_ANSWER})
        for name in NO_ANSWERS
    },
    **{
        f"DE-{name}": (NONE, SAME, {("Nachweise", f"B{row}", "no_answer") for row in (12, 13)})
        for name in ("1230_t04q", "1237_t04x")
    },
    **{
        f"DE-{name}": (SAME, SAME, set())
        for name in ("1065_l20", "1067_l22", "1266_t14", "1267_t15a", "1269_t15c", "1271_t15e")
    },
    "DE-1278_t20": (
        {"9.2": "undetermined"},
        {"services_per_year": 76},
        {("Aktivitäten", "E6", "bad_type")},
    ),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Published:
    paths = [FILES / BASE, *map(file_of, CASES)]
    files = {path.name: path.read_bytes() for path in paths}
    return publish(tmp_path_factory.mktemp("words"), files)


@pytest.mark.parametrize("start", CASES)
def test_what_it_comes_to(run: Published, start: str) -> None:
    changed, other, places = CASES[start]
    name, cluster_id = file_of(start).name, start[:7]
    assert run.outcome(name) == ("reviewed", None)
    assert run.places(name) == places
    base = dict(statuses(run, "DE-1000"))
    assert dict(statuses(run, cluster_id)) == {**base, **changed}
    seen = figures(run, cluster_id)
    assert {key: seen[key] for key in other} == other
    if not changed:
        assert seen == figures(run, "DE-1000")


def test_a_number_that_says_no_period_is_named_as_it_is(run: Published) -> None:
    (found,) = run.rows("findings", source_file=file_of("DE-1278_t20").name)
    assert "(etwa 12)" in found["message_de"]
