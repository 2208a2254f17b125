"""Writes a scene as real workbooks, in the many ways in which people fill in cells."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from tests.making.workbooks import Book, Formula, Grid, save

from .cells import BAD, EMPTY, NONE, TABLES, Cell, Cluster, Rating, RegisterRow, known
from .generate import Layout, Scene

MASTER = {
    "cluster_id": ("Cluster-ID", "Cluster ID", "text"),
    "name": ("Clustername", "Cluster name", "text"),
    "as_of": ("Stichtag", "As of", "date"),
    "version": ("Version", "Version", "count"),
    "form_version": ("Formularversion", "Form version", "count"),
    "founded": ("Formale Gründung", "Founded", "date"),
    "legal_form": ("Rechtsform", "Legal form", "text"),
    "state": ("Bundesland", "Federal state", "list"),
    "technology_field": ("Technologiefeld", "Technology field", "list"),
    "postcode": ("PLZ", "Postcode", "postcode"),
    "latitude": ("Breitengrad", "Latitude", "degrees"),
    "longitude": ("Längengrad", "Longitude", "degrees"),
    "measures": ("Exzellenzmaßnahmen", "Excellence measures", "measures"),
    "action_fields": ("Strategische Handlungsfelder", "Strategic action fields", "items"),
    "strategy_date": ("Strategiedokument vom", "Strategy dated", "date"),
    "revision": ("Revisionskonzept vorhanden", "Revision concept", "yes_no"),
    "strategy_actors": ("Akteure im Strategieprozess", "Actors in strategy process", "count"),
    "secured_until": ("Finanzierung gesichert bis", "Funding secured until", "date"),
    "prospect": ("Langfristige Perspektive", "Long-term prospect", "text"),
}
SHEETS = {
    "actors": ("Akteure", "Actors"),
    "management": ("Management", "Management"),
    "bodies": ("Gremien", "Bodies"),
    "funding": ("Finanzierung", "Funding"),
    "activities": ("Aktivitäten", "Activities"),
    "evidence": ("Nachweise", "Evidence"),
}
COLUMNS = {
    "actors": {
        "name": ("Name", "Name", "text"),
        "type": ("Akteurstyp", "Actor type", "list"),
        "commitment": ("Bindung", "Commitment", "list"),
        "joined": ("Beitritt", "Joined", "date"),
        "left": ("Austritt", "Left", "date"),
        "postcode": ("PLZ", "Postcode", "postcode"),
        "city": ("Ort", "City", "text"),
        "country": ("Land", "Country", "country"),
        "latitude": ("Breitengrad", "Latitude", "degrees"),
        "longitude": ("Längengrad", "Longitude", "degrees"),
        "employees": ("Beschäftigte", "Employees", "count"),
        "turnover": ("Umsatz EUR", "Turnover EUR", "amount"),
        "balance": ("Bilanzsumme EUR", "Balance sheet EUR", "amount"),
        "sme": ("KMU", "SME", "yes_no"),
        "stage": ("Wertschöpfungsstufe", "Value chain stage", "text"),
    },
    "management": {
        "function": ("Funktion", "Function", "text"),
        "fte": ("VZÄ", "FTE", "decimal"),
        "from": ("Beginn", "From", "date"),
        "until": ("Ende", "Until", "date"),
    },
    "bodies": {
        "body": ("Gremium", "Body", "text"),
        "group": ("Akteursgruppe", "Group", "list"),
        "seats": ("Sitze", "Seats", "count"),
    },
    "funding": {
        "year": ("Jahr", "Year", "year"),
        "source": ("Quelle", "Source", "list"),
        "amount": ("Betrag EUR", "Amount EUR", "amount"),
        "status": ("Status", "Status", "list"),
    },
    "activities": {
        "kind": ("Art", "Kind", "list"),
        "title": ("Bezeichnung", "Title", "text"),
        "field": ("Handlungsfeld", "Action field", "items"),
        "from": ("Beginn", "From", "date"),
        "times": ("Häufigkeit pro Jahr", "Times per year", "decimal"),
        "participants": ("Teilnehmende", "Participants", "count"),
    },
    "evidence": {
        "kind": ("Art", "Kind", "list"),
        "title": ("Titel", "Title", "text"),
        "day": ("Datum", "Date", "date"),
        "until": ("Ende", "Until", "date"),
        "actors": ("Beteiligte Akteure", "Actors involved", "count"),
        "reach": ("Reichweite", "Reach", "list"),
        "reference": ("Verweis", "Reference", "text"),
    },
}
COUNTRIES = {"DE": ("DE", "de", "Deutschland"), "AT": ("AT", "Österreich"), "JP": ("JP", "Japan")}
VERDICTS = {"fulfilled": "erfüllt", "not_fulfilled": "nicht erfüllt", "open": "offen"}
UNREADABLE = "unklar"
UNKNOWN_MEASURE = "Wettbewerb der Weltraumbahnhöfe"
NO_BREAK_SPACE = "\u00a0"
TOTALS = {"funding": ("source", "amount"), "management": ("function", "fte")}


ERROR = Formula("=1/0", "#DIV/0!")
NOT_CALCULATED = Formula("=1+1", "")
GARBAGE: dict[str, tuple[Any, ...]] = {
    "text": (ERROR,),
    "postcode": (ERROR,),
    "foreign": (ERROR,),
    "items": (ERROR,),
    "measures": (ERROR, UNKNOWN_MEASURE),
    "list": ("irgendwas", "irgendwas", ERROR),
    "country": ("Nirgendwo", ERROR),
    "date": (UNREADABLE, 2019, "31.02.2025", ERROR),
    "yes_no": ("vielleicht", 2, ERROR),
    "count": (UNREADABLE, -3, 2.5, True, date(2025, 1, 1), ERROR),
    "amount": (UNREADABLE, -0.01, True, ERROR),
    "decimal": (UNREADABLE, -0.5, True, ERROR),
    "degrees": (UNREADABLE, 200, -181, True, ERROR),
    "year": (UNREADABLE, 1850, 2024.5, ERROR),
}


# ---- cells ----


def spelled(rng: Random, word: str) -> str:
    """A list value as somebody may write it."""
    spaced = f" {word.replace(' ', '  ')} "
    plain = word.replace("ß", "ss")
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ö", "Oe")):
        plain = plain.replace(umlaut, letters)
    return rng.choice((word, word, word, word.upper(), spaced, plain))


def german(number: Decimal) -> str:
    """A number with points between the thousands and a decimal comma."""
    whole, _, rest = f"{number:f}".partition(".")
    return f"{int(whole):,}".replace(",", ".") + (f",{rest}" if rest else "")


def write_date(rng: Random, day: date) -> Any:
    """A date cell, with a time of day at times, or a text."""
    texts = (f"{day.day}.{day.month}.{day.year}", f"{day:%d.%m.%Y}", day.isoformat())
    if rng.random() < 0.1:
        return rng.choice(texts)
    return datetime.combine(day, time(18, 30)) if rng.random() < 0.1 else day


def write_number(rng: Random, number: Decimal) -> Any:
    """A number cell, or the number as one of the texts people write."""
    text, digits = german(number), f"{number:f}".replace(".", ",")
    spaced = text.replace(".", rng.choice((" ", NO_BREAK_SPACE)))
    texts = (text, digits, spaced, f"{text} €", f"EUR {text}", f"+{text}")
    return rng.choice(texts) if rng.random() < 0.15 else float(number)


def write_decimal(rng: Random, number: Decimal | float) -> Any:
    """A number cell, or a text with a decimal comma or point."""
    text = rng.choice((f"{number}", f"{number}".replace(".", ",")))
    return text if rng.random() < 0.15 else float(number)


def write_text(rng: Random, text: str) -> Any:
    """A text; one of digits only may stand there as a number."""
    if text == NONE:
        return write_none(rng)
    return int(text) if text.isdecimal() and rng.random() < 0.5 else text


def write_measures(rng: Random, items: tuple[str, ...]) -> str:
    """A list of measures, with an unknown one among them at times."""
    words = [spelled(rng, item) for item in items]
    if rng.random() < 0.1:
        words.insert(rng.randrange(len(words) + 1), UNKNOWN_MEASURE)
    return "; ".join(words) or write_none(rng)


def write_none(rng: Random) -> Any:
    """That a list has no items, as somebody may write it."""
    return rng.choice((NONE, "Keine.", "derzeit keine", "nein", "entfällt", 0, False))


def write_postcode(rng: Random, code: str) -> Any:
    """A postcode as text, with the country's letter, or as a number."""
    return rng.choice((code, code, f"D-{code}", int(code))) if int(code) else code


WRITERS: dict[str, Callable[[Random, Any], Any]] = {
    "text": write_text,
    "foreign": lambda rng, code: code,
    "list": spelled,
    "items": lambda rng, items: rng.choice(("; ", ";", "\n", " | ")).join(items) or write_none(rng),
    "measures": write_measures,
    "country": lambda rng, code: rng.choice(COUNTRIES[code]),
    "date": write_date,
    "yes_no": lambda rng, yes: rng.choice(
        ("ja", "Ja", "x", True, 1) if yes else ("nein", False, 0)
    ),
    "count": lambda rng, number: write_number(rng, Decimal(number)),
    "amount": write_number,
    "decimal": write_decimal,
    "degrees": write_decimal,
    "year": lambda rng, year: year,
    "postcode": write_postcode,
}


def content(rng: Random, cell: Cell, kind: str) -> Any:
    """What to write for a typed cell."""
    if cell is BAD:
        return NOT_CALCULATED if rng.random() < 0.1 else rng.choice(GARBAGE[kind])
    if cell is EMPTY:
        if kind in ("text", "items") and rng.random() < 0.1:
            return rng.choice(("-", "k. A.", "n. a.", "unbekannt", "k.A., folgt", "noch offen"))
        return " " if rng.random() < 0.03 else None
    return WRITERS[kind](rng, cell)


# ---- submissions ----


def master_sheet(rng: Random, made: Cluster, layout: Layout) -> Grid:
    """The master data sheet, labels in any order; an empty cell may lack its label too."""
    labels = list(MASTER)
    rng.shuffle(labels)
    lines: Grid = []
    for label in labels:
        cell, kind = made.cell(label), MASTER[label][2]
        if cell is EMPTY and rng.random() < 0.3:
            continue
        lines.append([MASTER[label][layout.english], content(rng, cell, kind)])
    return lines


def postcode_kind(kind: str, row: dict[str, Cell]) -> str:
    """A foreign or unclear country's postcode is written as it is."""
    german_row = row.get("country", EMPTY) in (EMPTY, "DE")
    return "foreign" if kind == "postcode" and not german_row else kind


def table_sheet(rng: Random, made: Cluster, layout: Layout, table: str) -> Grid:
    """One sheet with a header and a row per entry."""
    rows = getattr(made, table)
    if table in layout.blank:
        return []
    columns = [name for name in COLUMNS[table] if name not in layout.dropped.get(table, ())]
    rng.shuffle(columns)
    lines: Grid = [["Bitte jede Zeile ausfüllen."]] * layout.lines_above.get(table, 0)
    heads: list[Any] = [COLUMNS[table][name][layout.english] for name in columns]
    lines = [*lines, [*heads, *(["Bemerkung"] if rng.random() < 0.2 else [])]]
    for row in rows:
        cells = [
            content(rng, row.get(name, EMPTY), postcode_kind(COLUMNS[table][name][2], row))
            for name in columns
        ]
        lines.append(cells)
    if rows and rng.random() < 0.15:
        lines += total_lines(columns, table)
    return lines


def total_lines(columns: list[str], table: str) -> Grid:
    """A line of totals, which counts for nothing, where the sheet has its columns."""
    label, total = TOTALS.get(table, ("", ""))
    if label not in columns or total not in columns:
        return []
    said = {label: "Summe", total: 123456}
    return [[said.get(name) for name in columns]]


EXAMPLE: Grid = [
    ["Name", "Akteurstyp", "Bindung"],
    ["Muster GmbH", "Unternehmen", "Mitgliedschaft"],
]
"""A sheet that is never read."""


def write_submission(path: Path, made: Cluster, layout: Layout) -> None:
    """One submission."""
    rng = Random(layout.seed)
    sheets = {"Beispiel": EXAMPLE} if rng.random() < 0.2 else {}
    sheets["Master data" if layout.english else "Stammdaten"] = master_sheet(rng, made, layout)
    for table in rng.sample(TABLES, len(TABLES)):
        if getattr(made, table) is not None:
            sheets[SHEETS[table][layout.english]] = table_sheet(rng, made, layout, table)
    save(path, Book(sheets))


# ---- the office's files ----


def write_register(path: Path, rows: list[RegisterRow]) -> None:
    """The office's list of clusters."""
    lines: Grid = [
        ["Cluster-ID", "Clustername", "Rolle", "Einreichung erwartet", "Exzellenzmaßnahmen"]
    ]
    for row in rows:
        measures = "; ".join(row.measures) if known(row.measures) else None
        expected = "ja" if row.expected else "nein"
        lines.append([row.cluster_id, f"Cluster {row.cluster_id}", row.role, expected, measures])
    save(path, Book({"Register": lines}))


def write_assessments(path: Path, rows: list[Rating], rng: Random) -> None:
    """The expert ratings, criteria as text or number."""
    heads: list[Any] = ["Katalog", "Cluster-ID", "Kriterium", "Bewertung", "Begründung"]
    lines: Grid = [[*heads, "Gutachter", "Datum", "Gültig bis"]]
    for row in rows:
        catalogue = row.catalogue if rng.random() < 0.5 or row.catalogue != "go-cluster" else None
        garbage = "vielleicht" if row.verdict is BAD else None
        criterion = rng.choice((row.criterion, float(row.criterion)))
        cells: list[Any] = [catalogue, row.cluster_id, criterion]
        cells.append(VERDICTS.get(row.verdict, garbage))
        last = [row.reason, "AB", row.day, row.valid_until]
        lines.append(cells + [cell if known(cell) else None for cell in last])
    save(path, Book({"Gutachten": lines}))


def write_scene(scene: Scene, inputs: Path) -> None:
    """All the files of a review under the folder of inputs."""
    portfolio = scene.portfolio
    folder = inputs / portfolio.period
    for made in portfolio.clusters:
        name = made.cluster_id
        write_submission(folder / "submissions" / f"{name}.xlsx", made, scene.layouts[name])
    for number, (made, layout) in enumerate(scene.ignored):
        name = f"{made.cluster_id}-alt{number}.xlsx"
        write_submission(folder / "submissions" / name, made, layout)
    if portfolio.register is not None:
        write_register(inputs / "register.xlsx", portfolio.register)
    if portfolio.ratings is not None:
        write_assessments(folder / "assessments.xlsx", portfolio.ratings, Random(scene.seed))
