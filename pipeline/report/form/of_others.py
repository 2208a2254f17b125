"""Formulas of the figures from Stammdaten, Finanzierung and Nachweise (contract 2.3: 4.1 to 12)."""

from pipeline.figures.of_evidence import WINDOW_MONTHS
from pipeline.figures.of_funding import ACTUAL, PLANNED
from pipeline.report.form.calculation import Calculation, cell
from pipeline.report.form.plan import master
from pipeline.report.form.usable import is_empty_word, is_none, value_formula, word
from pipeline.report.form.words import position
from schemas.declaration import Sheet, submission

LONGEST_TITLE = 250


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
    """Add the share of own funds in the year that counts, in whole cents."""
    sheet = submission().sheet("funding")
    actual = position("funding_statuses", ACTUAL)
    planned = position("funding_statuses", PLANNED)

    def column(name: str, formula: str) -> None:
        sums.column(sheet, name, f"IF([funding_row]=0,0,{formula})")

    dated = "AND(ISNUMBER([funding_year]),ISNUMBER([funding_status]))"
    ended = "DATE([funding_year],12,31)<={as_of}"
    column("undated", f"IF({dated},0,1)")
    is_actual = f"IF([funding_status]={actual},IF({ended},[funding_year],0),0)"
    column("actual_year", f"IF([undated]=1,0,{is_actual})")
    column("planned_year", f"IF([undated]=1,0,IF([funding_status]={planned},[funding_year],0))")
    sums.single("last_actual", "MAX([actual_year:])")
    sums.single("last_planned", "MAX([planned_year:])")
    year = "IF({last_actual}>0,[actual_year]={last_actual},[planned_year]={last_planned})"
    column("of_year", f"IF(AND([actual_year]+[planned_year]>0,{year}),1,0)")
    column("cents", "IF([of_year]=1,IF(ISNUMBER([funding_amount_eur]),"
           "ROUND([funding_amount_eur]*100,0),0),0)")  # fmt: skip
    column("own_cents", "IF(ISNUMBER([funding_source]),[cents]*[funding_source],0)")
    gap = "OR(NOT(ISNUMBER([funding_amount_eur])),NOT(ISNUMBER([funding_source])))"
    column("gap", f"IF([undated]=1,1,IF([of_year]=1,IF({gap},1,0),0))")
    add_funding_figure(sums)


def add_funding_figure(sums: Calculation) -> None:
    """Add own_funds_share; figures of its known parts are separate, to show what is missing."""
    sums.single("funds_known", "IF(SUM([gap:])=0,1,0)")
    own = 'IF({funds_known}=1,SUM([own_cents:]),"")'
    total = 'IF({funds_known}=1,SUM([cents:]),"")'
    first = {"own_total": own, "all_total": total}
    share = 'IF({all_total}="","",IF({all_total}=0,"",{own_total}/{all_total}))'
    sums.figure("own_funds_share", share, share, "{own_total}", "{all_total}", first)


# --------------------------------------------------------------------------------------- Nachweise
def add_evidence(sums: Calculation) -> None:
    """Add the number of distinct competitors and of recent success stories."""
    sheet = submission().sheet("evidence")
    title = cell(sheet, "title")
    formula = f'IF({is_empty_word(title)},"",LOWER(LEFT({word(title)},{LONGEST_TITLE})))'
    sums.column(sheet, "no_title", f"IF({is_none(title)},1,0)")  # such a row is no row
    sums.column(sheet, "title", f'IF([evidence_row]=0,"",IFERROR({formula},""))')
    sums.single("window_start", f'IF({{ready}}=1,EDATE({{as_of}},-{WINDOW_MONTHS}),"")')
    inside = "AND([evidence_date]>={window_start},[evidence_date]<={as_of})"
    recent = f"IF(ISNUMBER([evidence_date]),IF({inside},1,0),0.5)"
    add_titles(sums, sheet, "competitors", "Wettbewerber", "1")
    add_titles(sums, sheet, "success_stories", "Erfolgsgeschichte", recent)


def add_titles(sums: Calculation, sheet: Sheet, metric: str, kind: str, holds: str) -> None:
    """Add the interval of the number of distinct titles of a kind (see `measures.of_evidence`).

    holds: the formula of whether a row counts, ignoring its kind. Every row without a title may add
    another title.
    """
    number = position("evidence_kinds", kind)
    of_kind = f"IF(ISNUMBER([evidence_kind]),IF([evidence_kind]={number},1,0),0.5)"
    no_row = "OR([evidence_row]=0,[no_title]=1)"
    sums.column(sheet, metric, f"IF({no_row},0,MIN({of_kind},{holds}))")
    tests = {"certain": f"[{metric}]=1", "live": f"[{metric}]>0"}
    for name, test in tests.items():
        own = f"{metric}_{name}"
        sums.column(sheet, own, f'IF([evidence_row]=0,"",IF({test},[title],""))')
        first = f"IF(MATCH([{own}],[{own}:],0)=§,1,0)"
        sums.column(sheet, f"{own}_first", f'IF([{own}]="",0,{first})')
    blank = f'IF([evidence_row]=0,0,IF(AND([{metric}]>0,[title]=""),1,0))'
    sums.column(sheet, f"{metric}_blank", blank)
    low = f"SUM([{metric}_certain_first:])"
    high = f"SUM([{metric}_live_first:])+SUM([{metric}_blank:])"
    sums.figure(metric, low, high, low, None)
