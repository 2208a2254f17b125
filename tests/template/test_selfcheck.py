"""The self-check of random forms, calculated by LibreOffice, against the review's own stages.

Left out are the differences that the sheet itself names: numbers and dates as text, dates before
1950, rows of totals.

More forms: `FORM_SEEDS=40 pytest -m thorough tests/template`.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from pipeline.common.texts import say
from pipeline.report.form import plan
from pipeline.report.form.form import write_form
from pipeline.report.form.plan import text
from pipeline.report.form.selfcheck import TOP, criterion_status
from pipeline.report.form.stored import Problems, Stored, stored_of
from pipeline.report.form.verdicts import lines
from schemas.declaration import submission
from tests.libreoffice import Recalculate
from tests.reading import examined

from .forms import check_sheet, random_form

SEEDS = int(os.environ.get("FORM_SEEDS", "4"))


def same(one: Any, other: Any) -> bool:
    """Whether two cells hold the same, numbers but for rounding."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return bool(one == pytest.approx(other, rel=1e-9, abs=1e-9))
    return (one or "") == (other or "")


def expected_rows(said: Stored, lang: str) -> Iterator[tuple[str, list[Any]]]:
    """What the criteria's rows must show: status, low, high, status of the figure, lever."""
    unknown = text("check", "unknown", lang)
    for line in lines():
        found = said.conditions.get((line.criterion.id, line.number), {})
        status = criterion_status(said, line.criterion.id) if line.is_first else None
        ends = [found.get(end) for end in ("low", "high")]
        yield (
            line.key,
            [
                say("status", status, lang),
                *(unknown if end is None else end for end in ends),
                say("status", found.get("status", "undetermined"), lang),
                found.get("lever_amount"),
            ],
        )


def expected_cells(said: Stored, lang: str) -> Iterator[tuple[str, list[Any]]]:
    """What the sheets' rows must show: counts and first addresses."""
    for sheet in submission().sheets:
        name = sheet.name[lang]
        both = [kind.get(name, Problems()) for kind in (said.missing, said.bad)]
        shown = [(p.count, f"{name}!{p.first}" if p.count else "") for p in both]
        yield sheet.key, [value for pair in shown for value in pair]


def differences(rows: list[list[Any]], said: Stored, lang: str) -> list[str]:
    """Where a self-check shows something else than is expected."""
    found = []
    for row, (key, wanted) in enumerate(expected_rows(said, lang), TOP + 1):
        shown = [rows[row][column] for column in (2, 4, 5, 7, 8)]
        if not all(map(same, shown, wanted)):
            found.append(f"{key}: {shown}, expected {wanted}")
    below = TOP + len(lines()) + 4
    for row, (key, wanted) in enumerate(expected_cells(said, lang), below):
        shown = rows[row][3:7]
        if not all(map(same, shown, wanted)):
            found.append(f"{key}: {shown}, expected {wanted}")
    return found


@dataclass(frozen=True)
class Made:
    """A written form."""

    path: Path
    lang: str

    @cached_property
    def said(self) -> Stored:
        """The result of the review's own stages for the form."""
        (one,) = stored_of(examined(self.path), 1, self.lang)
        return one


def random(seed: int, folder: Path) -> Made:
    """Write a random form with few empty rows."""
    lang = "de" if seed % 2 else "en"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "SPARE_ROWS", {"actors": (20, 20)})
        patch.setattr(plan, "OTHER_SPARE_ROWS", (5, 5))
        write_form(folder / f"seed{seed}.xlsx", lang, random_form(seed, lang))
    return Made(folder / f"seed{seed}.xlsx", lang)


def test_what_is_stored_is_what_the_review_says(tmp_path: Path) -> None:
    form = random(1, tmp_path)
    assert differences(check_sheet(form.path, form.lang), form.said, form.lang) == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("forms")


@pytest.fixture(scope="module")
def made(folder: Path) -> dict[str, Made]:
    """Random forms, and one with more rows than are calculated ("crowded")."""
    forms = {f"seed{seed}": random(seed, folder) for seed in range(SEEDS)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "SPARE_ROWS", {"actors": (-10, -10)})
        patch.setattr(plan, "OTHER_SPARE_ROWS", (5, 5))
        write_form(folder / "crowded.xlsx", "de", random_form(0, "de"))
    return forms | {"crowded": Made(folder / "crowded.xlsx", "de")}


@pytest.fixture(scope="module")
def calculated(made: dict[str, Made], folder: Path, recalculated: Recalculate) -> dict[str, Path]:
    """The forms as LibreOffice calculated them."""
    again = recalculated([form.path for form in made.values()], folder)
    return dict(zip(made, again, strict=True))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_self_check_agrees_with_the_review(
    made: dict[str, Made], calculated: dict[str, Path], seed: int
) -> None:
    form = made[f"seed{seed}"]
    for file in (form.path, calculated[f"seed{seed}"]):  # as stored, and as it is calculated
        assert differences(check_sheet(file, form.lang), form.said, form.lang) == []


@pytest.mark.thorough
def test_random_forms_have_every_status(made: dict[str, Made]) -> None:
    seen = set()
    for form in made.values():
        seen |= {(key[0], c["status"]) for key, c in form.said.conditions.items()}
    ours = {line.criterion.id for line in lines()}
    assert len({pair for pair in seen if pair[0] in ours}) >= 2 * len(ours)


def test_too_many_rows_leave_the_sheet_open(
    made: dict[str, Made], calculated: dict[str, Path]
) -> None:
    def crowded(path: Path) -> set[str]:
        rows = check_sheet(path, "de")[TOP + 1 : TOP + 1 + len(lines())]
        return {row[0] for row in rows if "zu viele Zeilen" in str(row[2])}

    assert crowded(calculated["crowded"]) == {"1", "2.1"}
    assert (
        crowded(made["crowded"].path) == set()
    )  # so the values above are calculated, not those stored
