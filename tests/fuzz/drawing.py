"""Hypothesis strategies: cells that a field may contain, valid and invalid."""

import datetime as dt

from hypothesis import strategies as st

from schemas.declaration import Field, Sheet, registers, submission
from schemas.frequency import frequency_words
from schemas.rows import row_words

from .books import Drawn, book
from .oracle import Given

WORDS = submission().words
ODD = "\u00a0\u200b\u00ad\u2009\u2212\u2013\u0130\u1e9e\u0308\ufb01\u202e\ufeff\x00\x0b\U0001f600"
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cs"])
TEXTS = st.text(st.one_of(LETTERS, st.sampled_from(ODD + " äÄß.,;-0123456789€%")), max_size=12)
MEANT_AS_NUMBERS = [
    *("0", "7", "12,5", "12.5", "0.250", "1.234", "1,234", "1.234,5", "1 234,5", "1\u202f234"),
    *(
        "50.000.000",
        "50,000,000",
        "1,234.5",
        "012",
        "0.123",
        "+3",
        "-3",
        "−3",
        "–3",
        "€ 5",
        "5 EUR",
    ),
    *("1e5", "1.2.3", "12 %", "½", "٣", "1'000", "1_000", "0x10", "inf", "nan", "5 Mio.", "ca. 5"),
    *("1.23", "1234.567", "1.234.56", "1.2345", ".5", "5.", ",5", "12.", "0,0000001", "9" * 70),
    *("1 2345", "51,05°", "51° 3'", "2024", "1990", "2100", "2101"),
    *("84,000", "84,000.00", "1.234,50", "84.000,-", "84.000,--", "'1.234", "1\u2019234.50"),
    *("'€ 5", "84.000,– €", "12,-", "0,250", "0,123,456", "1\u02b9234", "+84,000"),
]
MEANT_AS_DATES = [
    *("31.12.2025", "1.3.2024", "2025-12-31", "31. 12. 2025", "2025-12-31T08:00:00", "31.12.25"),
    *("12/31/2025", "31.02.2025", "2025-13-01", "00.00.0000", "01.01.1699", "01.01.1700", "2025"),
    *("2026-09-30T22:00:00.000Z", "2026-09-30 22:00 +0200", "30.09.2026 22:00 UTC"),
    *("30.09.2026 10:00-12:00", "9999-12-31T23:30Z", "2026-03-29T23:30:00-02:00", "2025-1-1T1:00Z"),
    *("30.09.2026, 14:05 Uhr", "2026-09-30T25:00Z", "2026-09-30T21:59:59,9+00"),
    *("31.12.2025 24:00", "Dez 2025", "31.12.2025.", "9999-12-31", "1.1.20250", "2025-1-1"),
]
WORD_LIKE = [
    *WORDS["yes"],
    *WORDS["no"],
    *WORDS["no_answer"],
    *WORDS["none"],
    *WORDS["goes_on"],
    *frequency_words().words,
    *("derzeit keine", "k.A., folgt", "noch nicht bekannt", "kein Wettbewerber", "alle", "---"),
    *row_words().totals.strong,
    *row_words().totals.weak,
    *("Summe 2025", "Total Energies", "Name", "Akteurstyp", "Titel", "Betrag EUR", "Gesamt:"),
    *("=1+1", "<script>", "[red]x[/red]", "{file}", "%s", "\t", "\n", "''", "ja;nein", ";;", " "),
]
FIGURES = [
    0,
    1,
    -1,
    0.5,
    2019,
    1067,
    1e-7,
    1e13,
    5e-324,
    1e300,
    -0.0,
    45_000,
    1.234,
    2**53 + 1,
    2.9999999999999996,
    1e15,
]
DAYS = st.dates(dt.date(1600, 1, 1), dt.date(9999, 12, 31))


def like(text: str) -> st.SearchStrategy[str]:
    """The text as users write it: other case, blanks, an umlaut spelled out, a letter too many."""
    forms = [text, text.upper(), f"  {text} ", text.replace(" ", "\n"), text.replace("ä", "ae")]
    forms += [text.replace("ß", "ss"), text + "x", text.replace("-", "–"), text + ".,", text + " ;"]
    unseen = [f"{text[:2]}\u200e{text[2:]}", f"\u2066{text}\u2069", text + "\ufe0f"]
    folded = [
        text.replace(" und ", " & "),
        text.replace("fi", "\ufb01"),
        text.replace("A", "\uff21"),
    ]
    return st.sampled_from([*forms, *unseen, *folded])


@st.composite
def fitting(draw: st.DrawFn, field: Field) -> Given:
    """A cell that means something in the field, or nearly."""
    if field.list:
        entry = draw(st.sampled_from(registers()[field.list]))
        word = draw(like(draw(st.sampled_from([entry.de, entry.en, *entry.aliases]))))
        return Given("s", f"{word}; {draw(TEXTS)}" if field.type == "choices" else word)
    if field.type in ("number", "integer"):
        return draw(st.one_of(numbers(), st.sampled_from(MEANT_AS_NUMBERS).map(text_cell)))
    if field.type == "date":
        return draw(st.one_of(DAYS.map(date_cell), st.sampled_from(MEANT_AS_DATES).map(text_cell)))
    return Given("s", draw(st.one_of(TEXTS, st.sampled_from(WORD_LIKE))))


def text_cell(text: str) -> Given:
    """A cell of text."""
    return Given("s", text)


def date_cell(day: dt.date) -> Given:
    """A cell of a date."""
    return Given("d", day)


def numbers() -> st.SearchStrategy[Given]:
    """Cells of numbers."""
    some = st.sampled_from(FIGURES) | st.integers(-5, 3000) | st.floats(-1e12, 1e12, width=64)
    return some.map(lambda figure: Given("n", float(figure)))


ANY = st.one_of(
    TEXTS.map(text_cell),
    st.sampled_from([*MEANT_AS_NUMBERS, *MEANT_AS_DATES, *WORD_LIKE]).map(text_cell),
    numbers(),
    DAYS.map(date_cell),
    st.booleans().map(lambda flag: Given("b", flag)),
    st.sampled_from(["#REF!", "#DIV/0!", "#N/A", "#SPILL!"]).map(lambda e: Given("e", e)),
    st.just(Given("f")),
    st.sampled_from(["12:30:00", "2 days, 0:00:00", "PT288H"]).map(lambda t: Given("t", t)),
)


def row(sheet: Sheet) -> st.SearchStrategy[dict[str, Given]]:
    """Cells of a row, some of them left empty."""
    cells = {f.key: st.one_of(fitting(f), fitting(f), ANY) for f in sheet.fields}
    return st.fixed_dictionaries({}, optional=cells)


@st.composite
def books(draw: st.DrawFn) -> Drawn:
    """A workbook with all sheets and arbitrary cells below their headers."""
    most = {s.key: 1 if s.layout == "form" else 5 for s in submission().sheets}
    rows = {s.key: draw(st.lists(row(s), max_size=most[s.key])) for s in submission().sheets}
    return book(rows)
