"""The sheet Langform: a row for each cluster, quarter and indicator, ready for a pivot table."""

from collections.abc import Iterable, Mapping

import polars as pl

from pipeline.common.catalogue import metrics
from pipeline.common.declared_order import declared_order
from pipeline.common.texts import say
from pipeline.evaluation.benchmark import ALL
from pipeline.report.earlier import Earlier
from pipeline.report.workbook.cells import Column
from pipeline.report.workbook.changes_medians import median_format
from pipeline.report.workbook.portfolio import indicator_format
from pipeline.report.workbook.sheets import Book, new_sheet, print_heading, put_table
from schemas.benchmarks import declared_indicators, one_cohort_kinds

WHO = ["cluster_id", "name", "role"]


def write_langform(book: Book, earlier: Earlier) -> None:
    """Write the sheet; where its rows are too many, it says which files hold them."""
    if not has_langform(book, earlier):
        new_sheet(book, "langform", book.text("about_langform_apart"))
        return
    sheet = new_sheet(book, "langform")
    columns = list(long_columns(book, long_form(book, earlier)))
    put_table(book, sheet, book.text("table_langform"), columns)
    print_heading(book, sheet, len(columns))


def has_langform(book: Book, earlier: Earlier) -> bool:
    """Whether the file has room for the rows."""
    clusters = sum(tables["clusters"].height for tables in of_periods(book, earlier).values())
    return clusters * len(declared_indicators()) <= book.review.settings.workbook.most_rows


def of_periods(book: Book, earlier: Earlier) -> Mapping[str, Mapping[str, pl.DataFrame]]:
    """Return the tables of every earlier period that is published, and of this one."""
    return {**earlier, book.review.period: book.review.tables}


def long_form(book: Book, earlier: Earlier) -> pl.DataFrame:
    """Return WHO, period, indicator, value, and the median of each cluster's cohort by its kind."""
    parts = [long_form_of(tables, period) for period, tables in of_periods(book, earlier).items()]
    indicator = declared_order("indicator", declared_indicators())
    return pl.concat(parts).sort("cluster_id", "period", indicator)


def long_form_of(tables: Mapping[str, pl.DataFrame], period: str) -> pl.DataFrame:
    """Return the rows of a period; null where it did not publish an indicator or a kind."""
    clusters, cohorts = tables["clusters"], tables["cohorts"]
    kinds = one_cohort_kinds()
    names = {
        f"cohort {key}": pl.lit(ALL) if kind.column is None else column(clusters, kind.column)
        for key, kind in kinds.items()
    }
    values = {name: column(clusters, name, pl.Float64) for name in declared_indicators()}
    rows = clusters.select(*WHO, period=pl.lit(period), **names, **values)
    own = [*WHO, "period", *names]
    rows = rows.unpivot(index=own, variable_name="indicator", value_name="value")
    for key in kinds:
        medians = cohorts.filter(cohort_kind=key).select("indicator", "cohort", median="median")
        medians = medians.rename({"cohort": f"cohort {key}", "median": key})
        rows = rows.join(medians, on=["indicator", f"cohort {key}"], how="left")
    return rows.select(*WHO, "period", "indicator", "value", *kinds)


def column(table: pl.DataFrame, name: str, dtype: type[pl.DataType] = pl.String) -> pl.Expr:
    """Return a column, or nulls if an earlier period did not publish it."""
    found = pl.col(name) if name in table.columns else pl.lit(None)
    return found.cast(dtype)


# ----------------------------------------------------------------------------------- the columns
def long_columns(book: Book, rows: pl.DataFrame) -> Iterable[Column]:
    """Return the columns of the table."""
    text, indicators = book.text, rows["indicator"].to_list()
    values, medians = (
        [look[name] for name in indicators]
        for look in (
            {name: indicator_format(name) for name in declared_indicators()},
            {name: median_format(name) for name in declared_indicators()},
        )
    )
    yield Column(text("h_cluster_id"), rows["cluster_id"].to_list())
    yield Column(text("h_name"), rows["name"].to_list(), "foreign")
    yield Column(text("h_role"), book.words(rows["role"].to_list()))
    yield Column(text("h_period"), rows["period"].to_list())
    yield Column(text("h_indicator"), book.labels("indicator", indicators))
    yield Column(text("h_unit"), book.labels("unit", [unit(name) for name in indicators]))
    yield Column(text("h_indicator_value"), rows["value"].to_list(), values)
    for kind in one_cohort_kinds():
        name = say("cohort_kind", kind, book.lang)
        header = text("h_of_kind", statistic=text("h_median"), kind=name)
        yield Column(header, rows[kind].to_list(), medians)


def unit(indicator: str) -> str:
    """Return the unit of an indicator's figure; of a quotient that of what is divided."""
    declared = declared_indicators()[indicator]
    figure = declared.figure or declared_indicators()[str(declared.numerator)].figure
    return metrics()[str(figure)].unit
