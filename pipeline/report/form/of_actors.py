"""Formulas of the bound actors: who counts, who is an SME (contract 2.2).

Three-valued results are 1 (yes), 0 (no) or in between (unknown): the AND of several is their
product.
"""

from pipeline.common.settings import load_settings
from pipeline.report.form.calculation import Calculation, Over, cell
from pipeline.report.form.cell_formulas import (
    UNKNOWN,
    is_empty_word,
    judged,
    looked_up,
    number_of,
    word,
)
from pipeline.report.form.words import NO_COMPANY, SAID_NO, SAID_YES, YES_NO
from schemas.declaration import Sheet, submission

# The lookup value of Excel's MATCH holds 255 characters.
LONGEST_NAME, LONGEST_POSTCODE = 200, 30


def add_actors(sums: Calculation) -> None:
    """Add the columns and figures of the bound actors and the SMEs.

    Who is near is left to the review: it knows the places of postcodes and the shape of the earth.
    """
    sheet = submission().sheet("actors")
    add_rules(sums)
    add_bound(sums, sheet)
    add_sme(sums, sheet)
    add_repeated(sums, sheet)
    add_actor_figures(sums)


def add_rules(sums: Calculation) -> None:
    """Add the numbers of the settings."""
    rules = load_settings().actors
    for name in ("sme_employees_below", "sme_turnover_max", "sme_balance_max"):
        sums.single(name, float(getattr(rules, name)))


def add_bound(sums: Calculation, sheet: Sheet) -> None:
    """Add whether each row is a bound actor on the as-of date, ignoring repeated rows.

    1 (yes), 0 (no), or in between (possibly): the product of the three tests.
    """
    joined, left = (cell(sheet, key) for key in ("joined", "left"))
    tests = [
        "[actors_row]",
        number_of(cell(sheet, "commitment"), "commitments"),
        judged(sheet.field("joined"), joined, f"INT({joined})<={{as_of}}", "1"),
        judged(sheet.field("left"), left, f"INT({left})>{{as_of}}", "1"),
    ]
    sums.column(sheet, "bound", "*".join(tests))


# ---------------------------------------------------------------------------------------- postcodes
def postcode_text(reference: str) -> str:
    """Return the formula of a postcode as typed, in capitals; empty for an unusable one."""
    formula = f'IF({is_empty_word(reference)},"",UPPER({word(reference)}))'
    return f'IFERROR({formula},"")'


def german_digits(text: str) -> str:
    """Return the formula of a German postcode without "D-", with its leading zero."""
    bare = f'TRIM(SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({text},"DE","",1),"D","",1),"-"," ",1))'
    full = f'RIGHT("00000"&{bare},5)'
    all_digits = f'(LEN({bare})<6)*(TEXT(VALUE({bare}),"00000")={full})'
    return f"IF(IFERROR({all_digits},0)=1,{full},{bare})"


def foreign_digits(text: str) -> str:
    """Return the formula of another country's postcode without "A-", blanks and hyphens."""
    at = f'FIND("-",SUBSTITUTE({text}," ","-"))'
    letter, digit = f"LEFT({text},1)", f"MID({text},{at}+1,1)"
    prefixed = f"ISERROR(VALUE({letter}))*({at}<=4)*ISNUMBER(VALUE({digit}))"
    bare = f"IFERROR(IF({prefixed},MID({text},{at}+1,99),{text}),{text})"
    return f'SUBSTITUTE(SUBSTITUTE({bare}," ",""),"-","")'


def digits(sheet: Sheet) -> str:
    """Return the formula of a row's postcode: equal ones of one name are one actor."""
    country = cell(sheet, "country")
    abroad = f'IFERROR(IF(TRIM({country})="",0,{looked_up(country, "countries")}),1)'
    own = f"IF({abroad}=0,{german_digits('[typed]')},{foreign_digits('[typed]')})"
    return f'IF([typed]="","",{own})'


# --------------------------------------------------------------------------------------------- SME
def add_sme(sums: Calculation, sheet: Sheet) -> None:
    """Add whether each actor is an SME (EU definition).

    Too large is who has too many employees, or too much of both turnover and balance sheet.
    """
    employees, turnover, balance = (
        judged(sheet.field(key), here, f"{here}{limit}")
        for key, limit in {
            "employees": ">={sme_employees_below}",
            "turnover_eur": ">{sme_turnover_max}",
            "balance_sheet_eur": ">{sme_balance_max}",
        }.items()
        for here in [cell(sheet, key)]
    )
    small = f"(1-{employees})*(1-{turnover}*{balance})"
    stated = number_of(cell(sheet, "sme_stated"), YES_NO)
    # What the actor says of itself is trusted, unless its size says no.
    unsaid = f"IF({stated}={UNKNOWN},IF({small}=1,1,{UNKNOWN}),{stated})"
    kind = number_of(cell(sheet, "actor_type"), "actor_types")
    company = f"IF({small}=0,0,IF({kind}={SAID_YES},1,{unsaid}))"
    never = f"({kind}={NO_COMPANY})+({kind}={SAID_NO})>0"
    sums.column(sheet, "sme", f"IF({kind}={UNKNOWN},{UNKNOWN},IF({never},0,{company}))")


# ---------------------------------------------------------------------------------- repeated actors
def add_repeated(sums: Calculation, sheet: Sheet) -> None:
    """Add which row of an actor listed several times counts, and what is known of it.

    The bound row counts, else the first. A property is known only if all candidate rows agree (see
    `pipeline.submissions.actors.actors.judge_duplicates`). `counted` is empty for a row that cannot
    count; for others 4 (bound) or 2 (possibly bound), and the property.
    """
    sums.column(
        sheet, "typed", f"LEFT({postcode_text(cell(sheet, 'postcode'))},{LONGEST_POSTCODE})"
    )
    name = cell(sheet, "name")
    key = f'"k"&LOWER(LEFT({word(name)},{LONGEST_NAME}))&"|"&{digits(sheet)}'
    alone = f"ISERROR({cell(sheet, 'postcode')})+{is_empty_word(name)}>0"
    identity = f'IFERROR(IF({alone},"r"&§,{key}),"r"&§)'
    sums.column(sheet, "state", f'IF([bound]=1,"b",IF([bound]=0,"n","p"))&{identity}')

    def first(state: str) -> str:
        return f'MATCH("{state}"&MID([state],2,255),[state],0)'

    # The number of the row; negative if no row is bound.
    unbound = f"-IFERROR({first('p')},{first('n')})"
    sums.column(sheet, "chosen", f"IFERROR({first('b')},{unbound})")
    possible = "([bound]>0)*([bound]<1)*(([chosen]<0)+(§<[chosen]))"
    sums.column(sheet, "candidate", f"IF((§=ABS([chosen]))+{possible}>0,[chosen],0)")
    same = "COUNTIFS([candidate],[chosen],[sme],[sme])"
    agreed = f"IF(COUNTIFS([candidate],[chosen])={same},[sme],{UNKNOWN})"
    counts = "(§=ABS([chosen]))*([bound]>0)"
    sums.column(sheet, "counted", f'IF({counts},IF([bound]=1,4,2)+{agreed},"")')


# ----------------------------------------------------------------------------------------- figures
def add_actor_figures(sums: Calculation) -> None:
    """Add the intervals of the number of bound actors and of the share of SMEs.

    The share as in `figures.of_actors`: k certain, u bound and unknown; p possibly bound, of these
    y with, n without, u with an unknown property.
    """
    counts: dict[str, str | Over] = {
        "n": 'COUNTIF([counted],">=4")',
        "possible": 'COUNTIFS([counted],">=2",[counted],"<4")',
    }
    sums.figure("bound_actors", "{n}", "{n}+{possible}", "{n}", None, counts)
    parts = {"k": 5, "u": 4.5, "py": 3, "pn": 2, "pu": 2.5}
    first: dict[str, str | Over] = {
        f"sme_{part}": f"COUNTIF([counted],{number})" for part, number in parts.items()
    }
    k, u, py, pn, pu = (f"{{{part}}}" for part in first)
    low, high = f"{k}/({{n}}+{pn}+{pu})", f"({k}+{u}+{py}+{pu})/({{n}}+{py}+{pu})"
    low, high, part, whole = (f'IF({{n}}>0,{end},"")' for end in (low, high, k, "{n}"))
    sums.figure("sme_share", low, high, part, whole, first)
