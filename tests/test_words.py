"""How names are compared: the rule for words and the rule for columns are the same."""

import sys
import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.keys import collapse_expr, header_key_expr, visible_expr, word_key_expr
from schemas.declaration import office, registers, submission
from schemas.words import collapse, header_key, visible, word_key

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
RULES = [
    (visible, visible_expr),
    (collapse, collapse_expr),
    (word_key, word_key_expr),
    (header_key, lambda text: header_key_expr(word_key_expr(text))),
]


@given(TEXTS)
def test_words_and_columns_agree(text: str) -> None:
    frame = pl.DataFrame({"x": [text]})
    found = frame.select(
        pl.struct(expression(pl.col("x")).alias(rule.__name__) for rule, expression in RULES)
    )
    assert found.item() == {rule.__name__: rule(text) for rule, _ in RULES}


def test_what_cannot_be_seen_is_left_out() -> None:
    letters = [chr(n) for n in range(sys.maxunicode + 1) if not 0xD800 <= n < 0xE000]
    selectors = {n for n in letters if "VARIATION SELECTOR" in unicodedata.name(n, "")}
    hidden = {n for n in letters if unicodedata.category(n) in ("Cf", "Cc")} | selectors
    hidden -= {n for n in letters if n.isspace()} - {chr(n) for n in range(0x1C, 0x20)}
    shown = [visible(n) for n in letters]
    left_out = {n for n, seen in zip(letters, shown, strict=True) if not seen}
    assert left_out >= hidden
    # of later Unicode, and \u180f
    assert {unicodedata.category(n) for n in left_out - hidden} <= {"Cn", "Mn"}
    column = pl.DataFrame({"x": letters}).select(visible_expr(pl.col("x")))["x"]
    assert column.to_list() == shown


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("VZÄ", "vzae"),
        ("VZÄ* [h]", "vzae"),
        ("  Umsatz\n EUR (in Euro) *", "umsatz eur"),
        ("Häufigkeit\u00a0pro  Jahr", "haeufigkeit pro jahr"),
        ("Großunternehmen", "grossunternehmen"),
        ("Betrag:", "betrag"),
        ("(nur Klammer)", "(nur klammer)"),
        ("Mu\u0308nchen", "muenchen"),  # combining form
        ("Mu\u200b\u0308nchen", "muenchen"),
        ("\u202eVZÄ\u2066\ufe0f", "vzae"),
    ],
)
def test_header_key(written: str, meant: str) -> None:
    assert header_key(written) == meant


def test_no_two_fields_of_a_sheet_share_a_header() -> None:
    for workbook in (submission(), office()):
        for sheet in workbook.sheets:
            keys = [key for field in sheet.fields for key in field.keys]
            assert len(keys) == len(set(keys)), sheet.key


def test_no_two_words_of_a_register_share_a_name() -> None:
    for name, entries in registers().items():
        keys = [key for entry in entries for key in entry.keys]
        assert len(keys) == len(set(keys)), name
