"""Formulas of the figures from Stammdaten, Finanzierung and Nachweise (contract 2.3: 4.1 to 12)."""

from pipeline.figures.of_evidence import WINDOW_MONTHS
from pipeline.figures.of_funding import ACTUAL, PLANNED
from pipeline.report.form.calculation import Calculation, Over, cell
from pipeline.report.form.cell_formulas import (
    BAD,
    UNKNOWN,
    is_empty_word,
    is_none,
    judged,
    looked_up,
    number_of,
    usable,
    value_formula,
    word,
)
from pipeline.report.form.plan import FIRST_ROW, master
from pipeline.report.form.words import position
from schemas.declaration import Sheet, submission

LONGEST_TITLE = 250
# Later than any year that has ended.
UNDATED = 9999


# -------------------------------------------------------------------------------------- Stammdaten
def add_master(sums: Calculation) -> None:
    """Add the value of each cell of Stammdaten as master_data_<field>."""
    sheet = master()
    for item in sheet.fields:
        reference = cell(sheet, item.key)
        if item.type in ("choices", "text_list"):
            formula = f'IF(ISERROR({reference}),"!","")'
        else:
            formula = value_formula(item, reference, '"-"' if item.required else '""')
        sums.single(f"{sheet.key}_{item.key}", formula)
    sums.single("as_of", "{master_data_as_of}")
    sums.single("ready", "IF(ISNUMBER({as_of}),1,0)")


def completed_months(start: str, end: str) -> str:
    """Return the formula of the largest n with start + n months <= end."""
    months = f"(YEAR({end})-YEAR({start}))*12+MONTH({end})-MONTH({start})"
    return f"{months}-IF(MIN(DAY({start}),DAY(EOMONTH({end},0)))>DAY({end}),1,0)"


def add_master_figures(sums: Calculation) -> None:
    """Add age, secured months and the long-term prospect; unknown if a cell is unusable."""
    dated = {
        "age": ("{master_data_founded}", "{as_of}"),
        "secured": ("{as_of}", "{master_data_funding_secured_until}"),
    }
    for name, (start, end) in dated.items():
        both = f"AND(ISNUMBER({start}),ISNUMBER({end}))"
        sums.single(f"{name}_in_months", f'IF({both},{completed_months(start, end)},"")')
    years = 'IF({age_in_months}="","",INT({age_in_months}/12))'
    sums.figure("age_years", years, years, "{age_in_months}", None)
    months = "{secured_in_months}"
    sums.figure("secured_months", months, months, months, None)
    prospect = "{master_data_long_term_prospect}"
    stated = f'IF(ISNUMBER({prospect}),{prospect},"")'
    sums.figure("long_term_prospect", stated, stated, stated, None)


# ------------------------------------------------------------------------------------ Finanzierung
def add_funding(sums: Calculation) -> None:
    """Add the share of own funds in the year that counts, in whole cents.

    A row's year is negative for planned funds; UNDATED where year or status is unknown.
    """
    sheet = submission().sheet("funding")
    year, status, amount = (cell(sheet, key) for key in ("year", "status", "amount_eur"))
    actual, planned = (position("funding_statuses", word) for word in (ACTUAL, PLANNED))
    which = looked_up(status, "funding_statuses")
    sign = f"IF({which}={actual},1,IF({which}={planned},-1,0))"
    known = f"ISNUMBER({year})*{usable(sheet.field('year'), year)}"
    dated = f"IFERROR(IF({known},{year}*{sign},{UNDATED}),{UNDATED})"
    sums.column(sheet, "dated", f"IF([funding_row]=0,0,{dated})")
    known = f"ISNUMBER({amount})*{usable(sheet.field('amount_eur'), amount)}"
    sums.column(sheet, "cents", f'IFERROR(IF({known},ROUND({amount}*100,0),"{BAD}"),"{BAD}")')
    own = number_of(cell(sheet, "source"), "funding_sources", f'"{BAD}"')
    sums.column(sheet, "own", own)
    # Years that ended on or before the as-of date.
    sums.single("ended", 'IF({ready}=1,YEAR({as_of}+1)-1,"")')
    sums.single("last_actual", 'IF({ready}=1,SUMPRODUCT(MAX(([dated]<={ended})*[dated])),"")')
    sums.single("of_year", "IF({ready}=1,IF({last_actual}>0,{last_actual},MIN([dated])),0)")
    add_funding_figure(sums)


def add_funding_figure(sums: Calculation) -> None:
    """Add own_funds_share; figures of its known parts are separate, to show what is missing."""
    gaps = [f'COUNTIFS([dated],{{of_year}},[{name}],"{BAD}")' for name in ("cents", "own")]
    none = f"IF({{of_year}}=0,0,{'+'.join(gaps)})"
    sums.single("gaps", f"COUNTIF([dated],{UNDATED})+{none}")
    own = "SUMIFS([cents],[dated],{of_year},[own],1)"
    total = "SUMIFS([cents],[dated],{of_year})"
    first = {
        name: f'IF({{gaps}}>0,"",IF({{of_year}}=0,0,{formula}))'
        for name, formula in {"own_total": own, "all_total": total}.items()
    }
    share = 'IF({all_total}="","",IF({all_total}=0,"",{own_total}/{all_total}))'
    sums.figure("own_funds_share", share, share, "{own_total}", "{all_total}", first)


# --------------------------------------------------------------------------------------- Nachweise
def add_evidence(sums: Calculation) -> None:
    """Add the number of distinct competitors and of recent success stories."""
    sheet = submission().sheet("evidence")
    title, date = cell(sheet, "title"), cell(sheet, "date")
    text = f'IF({is_empty_word(title)},"",LOWER(LEFT({word(title)},{LONGEST_TITLE})))'
    no_row = f"([evidence_row]=0)+{is_none(title)}>0"  # a title of none is no row
    sums.column(sheet, "title", f'IF({no_row},0,IFERROR({text},""))')
    sums.single("window_start", f'IF({{ready}}=1,EDATE({{as_of}},-{WINDOW_MONTHS}),"")')
    inside = f"(INT({date})>={{window_start}})*(INT({date})<={{as_of}})"
    recent = judged(sheet.field("date"), date, inside)
    add_titles(sums, sheet, "competitors", "Wettbewerber", "1")
    add_titles(sums, sheet, "success_stories", "Erfolgsgeschichte", recent)


def add_titles(sums: Calculation, sheet: Sheet, metric: str, kind: str, holds: str) -> None:
    """Add the interval of the number of distinct titles of a kind (see `figures.of_evidence`).

    holds: the formula of whether a row counts, ignoring its kind. Every row without a title may add
    another title. The column holds the title with b (certain), p (possible) or n (no) before it.
    """
    number = position("evidence_kinds", kind)
    which = looked_up(cell(sheet, "kind"), "evidence_kinds")
    of_kind = f"IFERROR(IF({which}={number},1,0),{UNKNOWN})"
    state = f'MID("npb",1+ROUNDUP(2*{of_kind}*{holds},0),1)'
    sums.column(sheet, metric, f'IF([title]=0,"",{state}&"|"&[title])')
    every = f"[{metric}]"
    first = f'(MATCH({every}&"",{every}&"",0)=ROW({every})-{FIRST_ROW - 1})'

    def distinct(state: str) -> str:
        return f'(LEFT({every},2)="{state}|")*(LEN({every})>2)*{first}'

    no_certain = f'ISNA(MATCH("b"&MID({every},2,{LONGEST_TITLE + 5}),{every},0))'
    low = Over(f"SUM({distinct('b')})")
    more = Over(f"SUM({distinct('p')}*{no_certain})")
    untitled = f'COUNTIF({every},"b|")+COUNTIF({every},"p|")'
    parts: dict[str, str | Over] = {"certain": low, "more": more, "untitled": untitled}
    first_of = {f"{metric}_{name}": formula for name, formula in parts.items()}
    low_, more_, untitled_ = (f"{{{name}}}" for name in first_of)
    sums.figure(metric, low_, f"{low_}+{more_}+{untitled_}", low_, None, first_of)
