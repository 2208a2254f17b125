"""What people add to a submission that means nothing, drawn by chance from the declared lists.

Each kind changes a workbook and says where it must be told, and by which code. A workbook is one of
grids of plain values, as in `tests.making.frames`.
"""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from schemas.declaration import registers, submission
from schemas.rows import row_words
from tests.making.frames import Grids

WORDS, ROWS = submission().words, row_words()
SHEETS = {sheet.name["de"]: sheet for sheet in submission().sheets if sheet.layout == "table"}
UNSEEN = "\u200b\u200e\u2060\ufeff\u00ad\ufe0f\u2066"
TITLES = [
    "Erhebungsbogen 2026",
    "Bitte ausfüllen!",
    "Cluster Nord e. V.",
    "Datenblatt",
    "Übersicht",
]
# Where a label and a number of a total stand, by the columns of the sheet.
TOTALS = {
    "Akteure": ("Name", "Beschäftigte"),
    "Management": ("Funktion", "VZÄ"),
    "Gremien": ("Gremium", "Sitze"),
    "Finanzierung": ("Quelle", "Betrag EUR"),
    "Aktivitäten": ("Bezeichnung", "Teilnehmende"),
    "Nachweise": ("Titel", "Beteiligte Akteure"),
}
SUMMED = {"Management": "VZÄ", "Gremien": "Sitze", "Finanzierung": "Betrag EUR"}
Told = tuple[str, int, str]
"""The sheet, the row and the code of a finding."""


@dataclass
class Work:
    """A workbook that grows: its grids; told: the findings it must have, by sheet, row and code.

    heads: the row of each sheet's header, from 0. A row that is put in moves those below it.
    """

    grids: Grids
    told: list[list[Any]] = field(default_factory=list)
    heads: dict[str, int] = field(default_factory=dict)
    data: dict[str, list[list[Any]]] = field(init=False)
    """The rows of data of each sheet, which stay the same lists."""

    def __post_init__(self) -> None:
        self.data = {sheet: grid[1:] for sheet, grid in self.grids.items()}

    def column(self, sheet: str, header: str) -> int:
        """Where a column of ours stands, from 0."""
        return self.grids[sheet][self.heads.get(sheet, 0)].index(header)

    def put(self, sheet: str, cells: dict[str, Any], at: int, *codes: str) -> None:
        """Put a row in before the row `at` (from 0), with the code that must be told there."""
        grid = self.grids[sheet]
        row: list[Any] = [None] * len(grid[self.heads.get(sheet, 0)])
        for header, value in cells.items():
            row[self.column(sheet, header)] = value
        for one in self.told:
            if one[0] == sheet and one[1] > at:
                one[1] += 1
        grid.insert(at, row)
        self.told += [[sheet, at + 1, code] for code in codes]

    def first(self, sheet: str) -> int:
        """The first row below the header, from 0."""
        return self.heads.get(sheet, 0) + 1


Kind = Callable[[Work, random.Random], None]


def workbook(chance: random.Random) -> Grids:
    """A workbook without a finding that means anything, of numbers and names by chance."""

    def day(year: int) -> dt.date:
        return dt.date(year, chance.randint(1, 12), chance.randint(1, 28))

    def some(register: str) -> str:
        return chance.choice(registers()[register]).de

    def rows(number: int, make: Callable[[int], dict[str, Any]]) -> list[dict[str, Any]]:
        return [make(at) for at in range(number)]

    several = chance.randint(3, 6)
    contents = {
        "Akteure": rows(several, lambda at: {
            "Name": f"Firma {'ABCDEFG'[at]} GmbH", "Akteurstyp": some("actor_types"),
            "Bindung": some("commitments"), "Beitritt": day(2020), "PLZ": "01067",
            "Ort": chance.choice(["Dresden", None]), "Beschäftigte": chance.randint(1, 900),
        }),
        "Management": rows(several, lambda at: {
            "Funktion": f"Aufgabe {'ABCDEFG'[at]}", "VZÄ": chance.randint(1, 99) / 100,
            "Beginn": day(2021), "Ende": chance.choice([None, day(2028)]),
        }),
        "Gremien": rows(several, lambda at: {
            "Gremium": chance.choice(["Vorstand", "Beirat", None]),
            "Akteursgruppe": some("actor_groups"), "Sitze": chance.randint(1, 9),
        }),
        "Finanzierung": rows(several, lambda at: {
            "Jahr": chance.randint(2024, 2027), "Quelle": some("funding_sources"),
            "Betrag EUR": chance.randint(1, 10**6), "Status": some("funding_statuses"),
        }),
        "Aktivitäten": rows(several, lambda at: {
            "Art": some("activity_kinds"), "Bezeichnung": f"Reihe {'ABCDEFG'[at]}",
            "Handlungsfeld": chance.choice(["Transfer", None]), "Beginn": day(2022),
            "Häufigkeit pro Jahr": chance.randint(1, 12), "Teilnehmende": chance.randint(3, 90),
        }),
        "Nachweise": rows(several, lambda at: {
            "Art": some("evidence_kinds"), "Titel": f"Nachweis {'ABCDEFG'[at]}",
            "Datum": day(2025), "Ende": chance.choice([None, day(2028)]),
            "Beteiligte Akteure": chance.randint(1, 9),
            "Verweis": chance.choice([None, "Anlage"]),
        }),
    }  # fmt: skip
    heads = {name: [f.name["de"] for f in sheet.fields] for name, sheet in SHEETS.items()}
    return {
        name: [list(heads[name]), *([row.get(head) for head in heads[name]] for row in lines)]
        for name, lines in contents.items()
    }


# ------------------------------------------------------------------------------------ the kinds
def total(work: Work, chance: random.Random) -> None:
    """A row of totals by its words."""
    sheet = chance.choice(list(TOTALS))
    label, number = TOTALS[sheet]
    said = ROWS.totals
    word = chance.choice([*said.strong, *said.part, *said.weak])
    forms = ["{}", "{}:", "{} 2025"]
    if word in said.strong and sheet != "Akteure":
        forms += ["{} aller Angaben", "{} laut Plan"]
    cells = {label: chance.choice(forms).format(word), number: chance.randint(1, 10**5)}
    at = chance.randint(work.first(sheet), len(work.grids[sheet]))
    work.put(sheet, cells, at, "total_row")


def bare_sum(work: Work, chance: random.Random) -> None:
    """The sum of all rows of data, without a label, at the end."""
    sheet = chance.choice(list(SUMMED))
    column = work.column(sheet, SUMMED[sheet])
    whole = round(sum(row[column] for row in work.data[sheet]), 2)
    work.put(sheet, {SUMMED[sheet]: whole}, len(work.grids[sheet]), "total_row")


def heading(work: Work, chance: random.Random) -> None:
    """A heading between actors or bodies."""
    sheet = chance.choice(["Akteure", "Gremien"])
    word = chance.choice([w for w in ROWS.headings.groups if len(w) > 3])
    form = chance.choice(["{}", "{} und Partner", "1. {}", "{} aus der Wirtschaft"])
    full = last_full(work, sheet)
    cells = {TOTALS[sheet][0]: form.format(word)}
    work.put(sheet, cells, chance.randint(work.first(sheet), full), "heading_row")


def other_heading(work: Work, chance: random.Random) -> None:
    """A heading that says that what follows are no members: the rows count, and it is told."""
    sheet = chance.choice(["Akteure", "Gremien"])
    word = chance.choice(ROWS.headings.no_members)
    form = chance.choice(["{}", "{} Mitglieder", "{} Partner bis 2024", "{}:"])
    text = form.format(word)
    at = chance.randint(work.first(sheet), last_full(work, sheet))
    work.put(sheet, {TOTALS[sheet][0]: text[0].upper() + text[1:]}, at, "heading_meaning")


def last_full(work: Work, sheet: str) -> int:
    """The last row of data, from 0: a heading has a row with two filled cells below it."""
    return work.grids[sheet].index(work.data[sheet][-1])


def again(work: Work, chance: random.Random) -> None:
    """The header again, in German or English, or a row of our units."""
    name = chance.choice(list(SHEETS))
    sheet = SHEETS[name]
    lang = chance.choice(["de", "en"])
    cells = {f.name["de"]: f.name[lang] for f in sheet.fields}
    if chance.random() < 0.3:
        cells = {TOTALS[name][1]: chance.choice(ROWS.headers.our_units)}
    at = chance.randint(work.first(name), len(work.grids[name]))
    work.put(name, cells, at, "heading_row")


def defaults(work: Work, chance: random.Random) -> None:
    """Rows with nothing but a form's defaults."""
    name, cells = chance.choice([
        ("Akteure", {"Land": "DE", "KMU": "nein"}),
        ("Akteure", {"Akteurstyp": "Unternehmen", "Bindung": chance.choice(WORDS["no_answer"])}),
        ("Akteure", {"Beschäftigte": 0, "KMU": False, "Name": chance.choice(WORDS["no_answer"])}),
        ("Akteure", {"Austritt": chance.choice(WORDS["goes_on"]), "Land": "DE"}),
        ("Management", {"VZÄ": chance.choice([0, "0", "0,00", False])}),
        ("Management", {"Ende": chance.choice(WORDS["goes_on"]), "VZÄ": 0}),
        ("Gremien", {"Akteursgruppe": "Wirtschaft", "Sitze": chance.choice([0, "0,0"])}),
        ("Finanzierung", {"Jahr": 2026, "Quelle": "Sponsoring"}),
        ("Finanzierung", {"Quelle": "Sponsoring", "Betrag EUR": "0,00 €", "Status": "Plan"}),
        ("Aktivitäten", {"Art": "Service"}),
        ("Nachweise", {"Art": "Messe", "Verweis": chance.choice(WORDS["none"])}),
        ("Nachweise", {"Art": "Messe", "Ende": chance.choice(WORDS["goes_on"])}),
    ])  # fmt: skip
    at = chance.randint(work.first(name), len(work.grids[name]))
    for _ in range(chance.randint(1, 3)):
        work.put(name, cells, at)
    work.told.append([name, 0, "default_rows"])


def none_title(work: Work, chance: random.Random) -> None:
    """A title that says that there is none."""
    name, title = chance.choice([("Aktivitäten", "Bezeichnung"), ("Nachweise", "Titel")])
    kind = chance.choice(registers()["evidence_kinds" if name == "Nachweise" else "activity_kinds"])
    word = chance.choice([*WORDS["none"], f"{chance.choice(WORDS['none_of'])} {kind.de}"])
    around = chance.choice(["{}", "derzeit {}", "{}.", "{} (Stand heute)"])
    text = word if word in ("0", "☐") else around.format(word)
    at = chance.randint(work.first(name), len(work.grids[name]))
    work.put(name, {"Art": kind.de, title: text}, at, "no_answer")


def nothing(work: Work, chance: random.Random) -> None:
    """A word for nothing in an empty cell of texts, or an open end."""
    name, header, kind = chance.choice([
        ("Akteure", "Ort", "text"), ("Akteure", "Wertschöpfungsstufe", "text"),
        ("Gremien", "Gremium", "text"), ("Nachweise", "Verweis", "text"),
        ("Aktivitäten", "Handlungsfeld", "no_answer"), ("Akteure", "Austritt", "end"),
        ("Management", "Ende", "end"), ("Nachweise", "Ende", "end"),
    ])  # fmt: skip
    words = {
        "text": [*WORDS["no_answer"], *WORDS["none"], "---", "./.", "?"],
        "no_answer": [*WORDS["no_answer"], "---", "…"],
        "end": [*WORDS["goes_on"], "-", "keine", "nein", 0],
    }
    column = work.column(name, header)
    empty = [row for row in work.data[name] if row[column] is None]
    if empty:
        row = chance.choice(empty)
        row[column] = chance.choice(words[kind])
        if kind == "end":
            at = [row is one for one in work.grids[name]].index(True)
            work.told.append([name, at + 1, "no_answer"])


def unseen(work: Work, chance: random.Random) -> None:
    """Characters that cannot be seen, in texts and headers."""
    for grid in work.grids.values():
        for row in grid:
            for column, cell in enumerate(row):
                if isinstance(cell, str) and cell and chance.random() < 0.1:
                    at = chance.randint(0, len(cell))
                    row[column] = cell[:at] + chance.choice(UNSEEN) + cell[at:]


def above(work: Work, chance: random.Random) -> None:
    """Titles above the header."""
    name = chance.choice(list(SHEETS))
    if name in work.heads:
        return
    lines = chance.randint(1, 8)
    width = len(work.grids[name][0])
    title: list[Any] = [None] * width
    title[chance.randrange(width)] = chance.choice(TITLES)
    work.grids[name][:0] = [title, *([None] * width for _ in range(lines - 1))]
    work.heads[name] = lines
    for one in work.told:
        if one[0] == name and one[1]:
            one[1] += lines


def strange(work: Work, chance: random.Random) -> None:
    """A column of somebody's own, beside the rows of data."""
    name = chance.choice(list(SHEETS))
    at = chance.randint(0, len(work.grids[name][0]))
    data = [id(row) for row in work.data[name]]
    for row, cells in enumerate(work.grids[name]):
        own = f"x{row}" if id(cells) in data else None
        cells.insert(at, "Kürzel" if row == work.heads.get(name, 0) else own)


def note(work: Work, chance: random.Random) -> None:
    """A note below a table."""
    name = chance.choice(list(SHEETS))
    word = chance.choice(ROWS.notes.first)
    forms = ["{}: eigene Erhebung", "{} 30.09.2026", "{} am 30.09.2026", "{}"]
    text = chance.choice([
        chance.choice(forms).format(word), f"{chance.choice(ROWS.notes.begins)} 2026, Nord e. V.",
        "* Angabe geschätzt", "1) laut Satzung", "Dresden, den 30.09.2026",
    ])  # fmt: skip
    heads = [f.name["de"] for f in SHEETS[name].fields]
    for _ in range(chance.randint(0, 2)):
        work.put(name, {}, len(work.grids[name]))
    work.put(name, {chance.choice(heads): text}, len(work.grids[name]), "note_row")


KINDS: tuple[Kind, ...] = (
    *(total, heading, other_heading, again, defaults, none_title, nothing, above, strange),
)
LAST: tuple[Kind, ...] = (bare_sum, note, note, unseen)
"""What stands at the end of a table, in this order, and what is put into texts."""


def added(grids: Grids, chance: random.Random) -> Work:
    """The workbook with some of all kinds."""
    work = Work({name: [list(row) for row in grid] for name, grid in grids.items()})
    for kind in chance.choices(KINDS, k=chance.randint(1, 6)):
        kind(work, chance)
    for kind in LAST:
        if chance.random() < 0.3:
            kind(work, chance)
    return work
