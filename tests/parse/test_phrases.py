"""Texts in words: one text and a column of texts are parted alike."""

from pathlib import Path

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.keys import word_key_expr
from pipeline.submissions.parse.phrases import in_words, in_words_expr
from schemas.rows import row_words

NAMES = (Path(__file__).parent / "names.txt").read_text(encoding="utf-8").splitlines()
DECLARED = [
    word
    for _, section in row_words()
    for _, words in section
    for word in words
]  # fmt: skip


def column_in_words(texts: list[str]) -> list[str]:
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    words = in_words_expr(word_key_expr(pl.col("text")))
    return frame.select(words=words)["words"].to_list()


def test_declared_words_and_names() -> None:
    texts = [*DECLARED, *NAMES]
    assert column_in_words(texts) == [in_words(text) for text in texts]


@given(st.lists(st.text("aÄßé 1²½-–_/.,:;()[]%€$£°©Σ∑&+'\"\t\u00a0", max_size=12), min_size=1))
def test_any_text(texts: list[str]) -> None:
    assert column_in_words(texts) == [in_words(text) for text in texts]
