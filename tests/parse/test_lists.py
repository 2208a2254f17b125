"""Cells with several items (contract 1.2, "Lists"): where they are parted, and what is told."""

from typing import Any

import polars as pl
import pytest

from pipeline.submissions.parse.lists import items_of
from schemas.declaration import submission
from schemas.words import word_key
from tests.making.frames import MASTER
from tests.parse.making import USUAL, Answered, Done, examined

FIELDS = ("Qualifizierung", "Internationalisierung", "Neue Märkte")
KNOWN = {word_key(field) for field in (*FIELDS, "Forschung und Transfer", "go-cluster")}
# The separators that part what is known, also where nothing is.
SURE = [
    *("{};{}", "{} ; {}", "{};\n{};", "{}\n{}", "{}\r\n\r\n{}", "{}|{}", "{} | {}", "• {} • {}"),
    *("•{}\n•{}", "· {}\n· {}", "{} · {}", "- {}\n- {}", "– {}\n– {}", "-{}\n-{}", "- {} - {}"),
    *("1. {}\n2. {}", "1. {}; 2. {}", "1) {}; 2) {}", "(1) {}\n(2) {}", "1. {} 2. {}"),
    *(
        "{};#12;#{};#7",
        "12;#{};#7;#{}",
        "{};#{}",
        "* {}\n* {}",
        "{}.;{}.",
        "a) {}; b) {}",
        "a) {}\nb) {}",
    ),
    *("a) {} b) {}", "{}; und {}", "{}\nsowie {}"),
]
DOUBTFUL = ["{}, {}", "{},{}", "{}, {},", "{}/{}", "{} / {}", "{} und {}", "{} & {}", "{} and {}"]
DOUBTFUL += ["{} sowie {}", "{}, und {}", "{}, and {}"]


def known(piece: str) -> bool:
    return word_key(piece) in KNOWN


@pytest.mark.parametrize("form", SURE)
def test_what_parts_without_doubt(form: str) -> None:
    for pair in (FIELDS[:2], ("Alpha", "Beta und Gamma"), ("3D-Druck", "Aus- und Weiterbildung")):
        assert items_of(form.format(*pair), known) == (list(pair), False)


@pytest.mark.parametrize("form", DOUBTFUL)
def test_what_parts_only_what_is_known(form: str) -> None:
    assert items_of(form.format(*FIELDS[:2]), known) == (list(FIELDS[:2]), False)
    for pair in (("Qualifizierung", "Fremdes"), ("Alpha", "Beta")):
        items, in_doubt = items_of(form.format(*pair), known)
        assert len(items) == 1
        assert in_doubt == ("," in form or "/" in form)


WHOLE: dict[str, tuple[list[str], bool]] = {
    "Forschung und Transfer": (["Forschung und Transfer"], False),
    "Forschung und Transfer; Neue Märkte": (["Forschung und Transfer", "Neue Märkte"], False),
    "Qualifizierung, Internationalisierung und Neue Märkte": (list(FIELDS), False),
    "Qualifizierung und Forschung und Transfer": (
        ["Qualifizierung und Forschung und Transfer"],
        False,
    ),
    "Forschung, Entwicklung; Qualifizierung, Neue Märkte": (
        ["Forschung, Entwicklung", "Qualifizierung", "Neue Märkte"],
        False,
    ),
    "Forschung, Entwicklung": (["Forschung, Entwicklung"], True),
    "Forschung/Entwicklung;": (["Forschung/Entwicklung"], True),
    "1. Qualifizierung": (["Qualifizierung"], False),
    "4.0 Industrie": (["4.0 Industrie"], False),
    "und dann?": (["und dann?"], False),
    "Undine; Andere": (["Undine", "Andere"], False),
    "Qualifizierung, Neue Märkte, und Internationalisierung": (
        ["Qualifizierung", "Neue Märkte", "Internationalisierung"],
        False,
    ),
    "Mitarbeiter·innen": (["Mitarbeiter·innen"], False),
    "Qualifizierung;": (["Qualifizierung"], False),
    "Qualifizierung,": (["Qualifizierung"], False),
    ";": ([], False),
}


@pytest.mark.parametrize("text", WHOLE)
def test_whole_cells(text: str) -> None:
    assert items_of(text, known) == WHOLE[text]


# -------------------------------------------------------------------------------- two sheets
HEAD = ["Art", "Bezeichnung", "Handlungsfeld", "Häufigkeit pro Jahr"]


def book(fields: Any, *named: Any, measures: Any = None) -> dict[str, list[list[Any]]]:
    """The usual workbook with action fields in Stammdaten and at services."""
    master = MASTER | {"Strategische Handlungsfelder": fields, "Exzellenzmaßnahmen": measures}
    rows = [["Service", f"Angebot {n}", field, 4] for n, field in enumerate(named, 1)]
    form = [[label, value] for label, value in master.items()]
    return {**USUAL, "Stammdaten": form, "Aktivitäten": [HEAD, *rows]}


def told(seen: Done, number: int) -> list[tuple[str, str, str, str | None]]:
    """Sheet, field, code, item of every finding about lists."""
    found = seen.examined.findings.filter(file=number).sort("sheet_key", "row", "detail")
    codes = ["list_separator", "unknown_field", "unknown_measure", "bad_value"]
    found = found.filter(pl.col("code").is_in(codes)).with_columns(pl.col("check").fill_null(""))
    return list(found.select("field", "code", "check", "detail").iter_rows())


def listed(seen: Done, number: int) -> tuple[list[str] | None, list[list[str] | None]]:
    (fields,) = seen.examined.master.filter(file=number)["action_fields"].to_list()
    return fields, seen.column(number, "Aktivitäten", "action_field")


Q, N = FIELDS[:2]
BOTH = [Q, N]
CASES: list[tuple[Any, list[Any], Any, list[Any], list[Any]]] = [
    # Stammdaten, Aktivitäten; the items there and here; what is told
    (f"{Q}, {N}", [Q, N], BOTH, [[Q], [N]], []),
    (f"{Q} und {N}", [Q, N], BOTH, [[Q], [N]], []),
    (f"{Q}/{N}", [Q, N], BOTH, [[Q], [N]], []),
    (f"{Q}\n{N}", [f"{Q}, {N}"], BOTH, [BOTH], []),
    (f"{Q}; {N}", [f"{Q} und {N}", f"{Q};{N}"], BOTH, [BOTH, BOTH], []),
    (f"{Q}; {N}", ["alle"], BOTH, [BOTH], []),
    (f"{Q}; {N}", [f"{Q}; übergreifend", None], BOTH, [BOTH, None], []),
    (f"{Q}; {N}", ["keine", "k. A."], BOTH, [[], None], []),
    (f"{Q} und {N}", [f"{Q} und {N}"], [f"{Q} und {N}"], [[f"{Q} und {N}"]], []),
    (f"Alle; {N}", ["alle"], ["Alle", N], [["alle"]], []),
    ("", ["alle", "Fremdes"], None, [["alle"], ["Fremdes"]], []),
    ("keine", ["Fremdes"], [], [["Fremdes"]], []),
    (
        f"{Q}, {N}",
        [Q],
        [f"{Q}, {N}"],
        [[Q]],
        [
            ("action_field", "unknown_field", "", Q),
            ("action_fields", "list_separator", "", None),
            ("action_fields", "unknown_field", "unnamed", f"{Q}, {N}"),
        ],
    ),
    (
        f"{Q}; {N}",
        ["Fremdes", Q, "FREMDES", "Anderes; Fremdes"],
        BOTH,
        [["Fremdes"], [Q], ["FREMDES"], ["Anderes", "Fremdes"]],
        [
            ("action_field", "unknown_field", "", "Fremdes"),
            ("action_field", "unknown_field", "", "Anderes"),
            ("action_fields", "unknown_field", "unnamed", N),
        ],
    ),
    (f"{Q}; {N}", [Q], BOTH, [[Q]], []),
]


@examined
def test_action_fields_of_both_sheets() -> Answered:
    seen = yield [book(fields, *named) for fields, named, *_ in CASES]
    for number, (fields, named, there, here, findings) in enumerate(CASES):
        assert listed(seen, number) == (there, here), (fields, named)
        assert told(seen, number) == findings, (fields, named)


@pytest.mark.parametrize("word", submission().words["all_fields"])
@examined
def test_words_for_all_fields(word: str) -> Answered:
    seen = yield [book(f"{Q}; {N}", word)]
    assert listed(seen, 0) == (BOTH, [BOTH])
    assert told(seen, 0) == []


@examined
def test_measures() -> Answered:
    cells = {
        "go-cluster, InnoRegio": (["go-cluster", "InnoRegio"], []),
        "go-cluster;": (["go-cluster"], []),
        "GO-CLUSTER\nInnoRegio": (["go-cluster", "InnoRegio"], []),
        "1;#go-cluster;#2;#InnoRegio": (["go-cluster", "InnoRegio"], []),
        "keine": ([], []),
        "k. A.": (None, []),
        "go-cluster; Landespreis": (
            ["go-cluster", "Landespreis"],
            [("unknown_measure", "Landespreis")],
        ),
        "go-cluster, Landespreis": (
            ["go-cluster, Landespreis"],
            [("list_separator", None), ("unknown_measure", "go-cluster, Landespreis")],
        ),
    }
    seen = yield [book(None, measures=cell) for cell in cells]
    lists = seen.examined.master.sort("file")["excellence_measures"].to_list()
    for number, (cell, (items, findings)) in enumerate(cells.items()):
        assert lists[number] == items, cell
        assert sorted((c, d) for _, c, _, d in told(seen, number)) == findings, cell
