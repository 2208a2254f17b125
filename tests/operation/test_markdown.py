"""Strangers' texts are shown in Prefect's interface letter by letter."""

import pytest

from pipeline.operation.markdown import code, escaped, safe_rows, table


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Übersicht 2026", "Übersicht 2026"),
        ("[x](javascript:alert(1))", r"\[x\]\(javascript\:alert\(1\)\)"),
        ("![](http://evil/p.png)", r"\!\[\]\(http\:\/\/evil\/p\.png\)"),
        ("<script>1</script>", r"\<script\>1\<\/script\>"),
        ("a|b\n# c", r"a\|b \# c"),
        ("www.evil.de me@evil.de", r"www\.evil\.de me\@evil\.de"),
        ("`x` *y* _z_ ~~w~~", r"\`x\` \*y\* \_z\_ \~\~w\~\~"),
        ("&lt;b\x1b[31m\u202e", "\\&lt\\;b\ufffd\\[31m\ufffd"),
        ("\\", r"\\"),
    ],
)
def test_nothing_of_a_text_is_obeyed(text: str, expected: str) -> None:
    assert escaped(text) == expected


def test_a_path_as_code_ends_where_it_ends() -> None:
    assert code("out`s\n<b>") == "`out's <b>`"


def test_a_table_has_a_cell_for_each_value() -> None:
    assert table(["", "n"], [("a|b", 3)]) == ["|  | n |", "| --- | ---: |", r"| a\|b | 3 |"]


def test_rows_keep_what_is_no_text() -> None:
    assert safe_rows([{"a": "x.y", "b": 3, "c": None}]) == [{"a": r"x\.y", "b": 3, "c": None}]
