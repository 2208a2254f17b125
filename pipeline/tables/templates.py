"""Texts with placeholders, filled for a whole column at once."""

import re

import polars as pl

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def fill(template: str, values: dict[str, pl.Expr]) -> pl.Expr:
    """Return the template with {name} replaced by the column of that name; null is nothing.

    What is filled in is never looked at for placeholders again.
    """
    parts: list[pl.Expr] = []
    end = 0
    for match in PLACEHOLDER.finditer(template):
        parts.append(pl.lit(template[end : match.start()]))
        parts.append(values[match[1]].cast(pl.String).fill_null(""))
        end = match.end()
    return pl.concat_str(*parts, pl.lit(template[end:]))
