"""Formulas of the bound actors: who counts, who is an SME (contract 2.2).

Three-valued results are 1 (yes), 0 (no) or 0.5 (unknown): the AND of several is their minimum.
"""

from pipeline.common.settings import load_settings
from pipeline.report.form.calculation import Calculation, cell
from pipeline.report.form.usable import is_empty_word, word
from pipeline.report.form.words import (
    COMPANY_UNSAID,
    NO_COMPANY,
    SAID_NO,
    SAID_YES,
)
from schemas.declaration import Sheet, submission

# The lookup value of Excel's MATCH holds 255 characters.
LONGEST_NAME = 200


def add_actors(sums: Calculation) -> None:
    """Add the columns and figures of the bound actors and the SMEs.

    Who is near is left to the review: it knows the places of postcodes and the shape of the earth.
    """
    sheet = submission().sheet("actors")
    add_rules(sums)
    add_bound(sums, sheet)
    add_postcodes(sums, sheet)
    add_sme(sums, sheet)
    add_repeated(sums, sheet)
    add_actor_figures(sums)


def add_rules(sums: Calculation) -> None:
    """Add the numbers of the settings."""
    rules = load_settings().actors
    for name in ("sme_employees_below", "sme_turnover_max", "sme_balance_max"):
        sums.single(name, float(getattr(rules, name)))


def add_bound(sums: Calculation, sheet: Sheet) -> None:
    """Add whether each row is a bound actor on the as-of date, ignoring repeated rows."""
    tests = [
        "IF(ISNUMBER([actors_commitment]),[actors_commitment],0.5)",
        'IF([actors_joined]="",1,IF([actors_joined]="!",0.5,IF([actors_joined]<={as_of},1,0)))',
        'IF([actors_left]="",1,IF([actors_left]="!",0.5,IF([actors_left]>{as_of},1,0)))',
    ]
    sums.column(sheet, "bound", f"IF([actors_row]=0,0,MIN({','.join(tests)}))")


# ---------------------------------------------------------------------------------------- postcodes
def postcode_text(reference: str) -> str:
    """Return the formula of a postcode as typed, in capitals; empty for an unusable one."""
    formula = f'IF({is_empty_word(reference)},"",UPPER({word(reference)}))'
    return f'IFERROR({formula},"")'


def german_digits(text: str) -> str:
    """Return the formula of a German postcode without "D-", with its leading zero."""
    bare = f'TRIM(SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({text},"DE","",1),"D","",1),"-"," ",1))'
    full = f'RIGHT("00000"&{bare},5)'
    all_digits = f'AND(LEN({bare})<6,TEXT(VALUE({bare}),"00000")={full})'
    return f"IF(IFERROR({all_digits},FALSE),{full},{bare})"


def foreign_digits(text: str) -> str:
    """Return the formula of another country's postcode without "A-", blanks and hyphens."""
    at = f'FIND("-",SUBSTITUTE({text}," ","-"))'
    prefixed = f"AND(ISERROR(VALUE(LEFT({text},1))),{at}<=4,ISNUMBER(VALUE(MID({text},{at}+1,1))))"
    bare = f"IFERROR(IF({prefixed},MID({text},{at}+1,99),{text}),{text})"
    return f'SUBSTITUTE(SUBSTITUTE({bare}," ",""),"-","")'


def add_postcodes(sums: Calculation, sheet: Sheet) -> None:
    """Add each actor's postcode: equal ones of one name are one actor."""

    def column(name: str, formula: str) -> None:
        sums.column(sheet, name, f'IF([actors_row]=0,"",{formula})')

    column("country", 'IF([actors_country]="",0,[actors_country])')
    column("typed", postcode_text(cell(sheet, "postcode")))
    column(
        "digits",
        f'IF([typed]="","",IF([country]=0,{german_digits("[typed]")},{foreign_digits("[typed]")}))',
    )


# --------------------------------------------------------------------------------------------- SME
def add_sme(sums: Calculation, sheet: Sheet) -> None:
    """Add whether each actor is an SME by the EU's definition."""
    kind, stated = "[actors_actor_type]", "[actors_sme_stated]"
    said = f'IF({kind}={SAID_YES},1,IF({kind}={SAID_NO},0,IF(ISNUMBER({stated}),{stated},"")))'
    sums.column(sheet, "said", f'IF([actors_row]=0,"",{said})')
    employees, turnover, balance = (
        f"[actors_{name}]" for name in ("employees", "turnover_eur", "balance_sheet_eur")
    )

    def holds(number: str, comparison: str) -> str:
        return f"AND(ISNUMBER({number}),{number}{comparison})"

    rich = f"AND({holds(turnover, '>{sme_turnover_max}')},{holds(balance, '>{sme_balance_max}')})"
    poor = f"OR({holds(turnover, '<={sme_turnover_max}')},{holds(balance, '<={sme_balance_max}')})"
    no = f"OR({holds(employees, '>={sme_employees_below}')},{rich},[said]=0)"
    yes = f"OR([said]=1,AND({holds(employees, '<{sme_employees_below}')},{poor}))"
    company = f"IF({no},0,IF({yes},1,0.5))"
    is_sme = f"IF(NOT(ISNUMBER({kind})),0.5,IF({kind}={NO_COMPANY},0,{company}))"
    assert COMPANY_UNSAID not in (NO_COMPANY, SAID_YES, SAID_NO)
    sums.column(sheet, "sme", f'IF([actors_row]=0,"",{is_sme})')


# ---------------------------------------------------------------------------------- repeated actors
def add_repeated(sums: Calculation, sheet: Sheet) -> None:
    """Add which row of an actor listed several times counts, and by which properties.

    The bound row counts, else the first. A property is known only if all candidate rows agree (see
    `pipeline.submissions.actors.actors.judge_duplicates`).
    """
    name = f"LOWER(LEFT({word(cell(sheet, 'name'))},{LONGEST_NAME}))"
    alone = 'OR([actors_name]="!",[actors_name]="-",[actors_postcode]="!")'
    key = f'IF({alone},"r"&§,"k"&{name}&"|"&[digits])'

    def column(name: str, formula: str) -> None:
        sums.column(sheet, name, f'IF([actors_row]=0,"",{formula})')

    column("key", key)
    column("group", "MATCH([key],[key:],0)")
    column("if_bound", "IF([bound]=1,[group],0)")
    column("if_possible", "IF([bound]=0.5,[group],0)")
    column("first_bound", "IFERROR(MATCH([group],[if_bound:],0),0)")
    column("first_possible", "IFERROR(MATCH([group],[if_possible:],0),0)")
    first = "IF([first_possible]>0,[first_possible],[group])"
    column("chosen", f"IF([first_bound]>0,[first_bound],{first})")
    before = "OR([first_bound]=0,§<[first_bound])"
    column("candidate", f"IF(OR(§=[chosen],AND([bound]=0.5,{before})),[group],0)")
    sums.column(sheet, "counts", "IF([actors_row]=0,0,IF(§=[chosen],[bound],0))")
    column("judged_sme", agreed("sme"))


def agreed(prop: str) -> str:
    """Return the formula of a property, unknown if the candidate rows differ in it."""
    same = f"COUNTIFS([candidate:],[group],[{prop}:],[{prop}])"
    return f"IF(COUNTIFS([candidate:],[group])={same},[{prop}],0.5)"


# ----------------------------------------------------------------------------------------- figures
def add_actor_figures(sums: Calculation) -> None:
    """Add the intervals of the number of bound actors and of the share of SMEs."""
    sums.figure(
        "bound_actors",
        "{n}",
        "{n}+{possible}",
        "{n}",
        None,
        first={
            "n": "COUNTIF([counts:],1)",
            "possible": "COUNTIF([counts:],0.5)",
        },
    )
    add_share(sums, "sme", "{n}>0")


def add_share(sums: Calculation, name: str, known: str) -> None:
    """Add the interval of a share of the bound actors (see `measures.of_actors`)."""

    def together(counts: str, has: str) -> str:
        return f"COUNTIFS([counts:],{counts},[judged_{name}:],{has})"

    first = {
        f"{name}_k": together("1", "1"),
        f"{name}_u": together("1", "0.5"),
        f"{name}_py": together("0.5", "1"),
        f"{name}_pn": together("0.5", "0"),
        f"{name}_pu": together("0.5", "0.5"),
    }
    k, u, py, pn, pu = (f"{{{part}}}" for part in first)
    low = f'IF({known},{k}/({{n}}+{pn}+{pu}),"")'
    high = f'IF({known},({k}+{u}+{py}+{pu})/({{n}}+{py}+{pu}),"")'
    part, whole = f'IF({known},{k},"")', f'IF({known},{{n}},"")'
    sums.figure(f"{name}_share", low, high, part, whole, first)
