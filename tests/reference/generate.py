"""Seeded random portfolios, with most values at or next to an edge of the rules."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from geographiclib.geodesic import Geodesic

from .actors import ACTOR_TYPES
from .cells import (
    BAD,
    EMPTY,
    NONE,
    TABLES,
    Cell,
    Cluster,
    Portfolio,
    Rating,
    RegisterRow,
    Rows,
    known,
)
from .figures import GROUPS, OWN_SOURCES
from .model import CATALOGUES
from .months import add_months
from .places import POSTCODES, Point, distance_km, has_coordinates, position

AS_OF_DAYS = (
    date(2026, 9, 30),
    date(2026, 8, 31),
    date(2026, 6, 30),
    date(2026, 2, 28),
    date(2025, 12, 31),
    date(2025, 2, 28),
    date(2024, 2, 29),
    date(2026, 7, 15),
)
STATES = ("Bayern", "Sachsen", "Nordrhein-Westfalen", "Baden-Württemberg")
FIELDS = (
    "Luft- und Raumfahrt",
    "IKT",
    "Mikro-, Nano- und optische Technologien",
    "Ernährung",
)
MEASURES = ("go-cluster", "Spitzencluster-Wettbewerb", "InnoRegio", "BioRegio-Wettbewerb")
ACTION_FIELDS = ("Digitalisierung", "Internationalisierung", "Neue Werkstoffe", "Start-ups")
COMMITMENTS = (
    *["Mitgliedschaft"] * 6,
    *["Kooperationsvereinbarung", "Absichtserklärung", "Regelmäßiger Beitrag"] * 2,
    "Aktive Mitwirkung",
    "Kontakt",
)
ACTIVITY_KINDS = (
    *["Service"] * 4,
    *["Arbeitsgruppe", "Clusterforum"],
    *["Interne Kommunikation", "Externe Kommunikation"] * 2,
    "Innovationsunterstützung",
)
EVIDENCE_KINDS = (
    *["Wettbewerber", "Erfolgsgeschichte", "Innovationsprojekt"] * 3,
    *["Alleinstellungsmerkmal", "Presse", "Plattform", "Messe", "Publikation", "Verankerung"] * 2,
)
OTHER_SOURCES = (
    "Förderung EU",
    "Förderung Bund",
    "Förderung Land",
    "Förderung Kommune",
    "Sonstige",
)
MANY_TIMES = ("0.1", "0.2", "0.25", "0.3", "0.5", "0.7", "1", "1", "1.75", "0")
EDGE_SIZES = (0, 1, 2, 5, 10, 14, 15, 16, 20, 29, 30, 31, 32, 40)
EDGE_KILOMETRES = (144.999, 145.001, 149.999, 150.001, 154.999, 155.001)
UNSAFE_KILOMETRES = (110, 190)  # postcodes are known to some kilometres only
KEPT = {"actors": {"name", "type", "commitment", "country"}}  # the others may be missing


@dataclass
class Layout:
    """How a submission is written, apart from what it says."""

    seed: int
    dropped: dict[str, set[str]] = field(default_factory=dict)
    lines_above: dict[str, int] = field(default_factory=dict)
    blank: set[str] = field(default_factory=set)
    english: bool = False


@dataclass
class Scene:
    """A portfolio and how its workbooks are written."""

    seed: int
    portfolio: Portfolio
    layouts: dict[str, Layout]
    ignored: list[tuple[Cluster, Layout]]  # superseded or quarantined submissions


class Office(NamedTuple):
    """Where a cluster's office is, and whether by its own coordinates."""

    point: Point | None
    exact: bool


class Maker:
    """Draws the cells of one cluster."""

    def __init__(self, rng: Random, as_of: date, big: float) -> None:
        self.rng = rng
        self.as_of = as_of
        self.big = big
        self.dirt = rng.choice((0, 0, 0.03, 0.1, 0.25))
        self.good = rng.choice((0.5, 0.8, 0.95))

    def chance(self, probability: float) -> bool:
        """Whether something of this probability happens."""
        return self.rng.random() < probability

    def cell(self, content: Any) -> Cell:
        """The content, or now and then nothing or something unusable."""
        if not self.chance(self.dirt):
            return content
        return self.rng.choice((EMPTY, BAD))

    def near_day(self, months: int, later_is_good: bool = False) -> date:
        """A day on or next to the edge `months` after the day of the submission."""
        edge = add_months(self.as_of, months)
        sign = 1 if later_is_good else -1
        if self.chance(0.5):
            return edge + sign * timedelta(days=self.rng.choice((0, 0, 1, -1, 2, -2, 31)))
        good = sign if self.chance(self.good) else -sign
        return edge + good * timedelta(days=self.rng.randrange(0, 900))

    def recent_day(self) -> date:
        """A day in or just out of the last 24 months."""
        if self.chance(self.good):
            return self.as_of - timedelta(days=self.rng.randrange(0, 730))
        edge = self.rng.choice((self.as_of, add_months(self.as_of, -24)))
        return edge + timedelta(days=self.rng.choice((0, 1, -1)))


# ---- actors ----


def place(maker: Maker, office: Office) -> dict[str, Cell]:
    """Where an actor sits: coordinates, a postcode, both, half of it or nothing."""
    rng, kind = maker.rng, maker.rng.random()
    row: dict[str, Cell] = {"postcode": EMPTY, "latitude": EMPTY, "longitude": EMPTY}
    row["country"] = rng.choice((EMPTY, EMPTY, "DE"))
    if kind < 0.6:
        row |= coordinates_around(maker, office)
        row["country"] = rng.choice((EMPTY, "DE", "AT", "JP"))
    if kind > 0.5:
        row["postcode"] = safe_postcode(rng, office.point)
    if kind > 0.95:
        row["postcode"] = rng.choice(("00000", safe_postcode(rng, office.point)))
        row["country"] = EMPTY if row["postcode"] == "00000" else "JP"
    row["latitude"] = maker.cell(row["latitude"])
    row["longitude"] = maker.cell(row["longitude"])
    row["postcode"] = maker.cell(row["postcode"])
    row["country"] = maker.cell(row["country"])
    return row


def coordinates_around(maker: Maker, office: Office) -> dict[str, Cell]:
    """Coordinates somewhere about, at an edge distance only where the office's are exact."""
    rng, (low, high) = maker.rng, UNSAFE_KILOMETRES
    km = rng.uniform(0, low) if maker.chance(maker.good) else rng.uniform(high, 900)
    if office.exact and maker.chance(0.3):
        km = rng.choice(EDGE_KILOMETRES)
    centre = office.point or POSTCODES["34117"]
    there = Geodesic.WGS84.Direct(*centre, rng.uniform(0, 360), km * 1000)
    return {"latitude": round(there["lat2"], 7), "longitude": round(there["lon2"], 7)}


def safe_postcode(rng: Random, office: Point | None) -> str:
    """A postcode whose distance from the office does not depend on a few kilometres."""
    low, high = UNSAFE_KILOMETRES
    codes = list(POSTCODES)
    if office is not None:
        codes = [c for c in codes if not low < distance_km(office, POSTCODES[c]) < high]
        codes.sort(key=lambda code: distance_km(office, POSTCODES[code]))
    return rng.choice(codes[: rng.choice((2, 2, len(codes)))])


def size(maker: Maker) -> dict[str, Cell]:
    """Employees, turnover, balance sheet and own statement, often at the limits."""
    rng = maker.rng
    employees = (0, 9, 120, 249, 249, 250, 250, 499, 499, 500, 500, 12000)
    turnover = ("1234567.89", "50000000", "50000000", "50000000.01", "49999999.99", "90000000")
    balance = ("900000", "43000000", "43000000", "43000000.01", "42999999.99", "70000000")
    row = {
        "employees": rng.choice(employees[: rng.choice((5, 12))]),
        "turnover": Decimal(rng.choice(turnover)),
        "balance": Decimal(rng.choice(balance)),
        "sme": maker.chance(maker.good),
    }
    gaps = rng.choice((0, 0.3, 0.6))
    return {name: EMPTY if maker.chance(gaps) else maker.cell(cell) for name, cell in row.items()}


def actor(maker: Maker, number: int, office: Office) -> dict[str, Cell]:
    """One row of the actors' sheet."""
    rng = maker.rng
    row: dict[str, Cell] = {"name": f"Firma {number:03d}", "stage": EMPTY, "city": "Musterstadt"}
    kinds = [*["Unternehmen"] * 8, *["KMU"] * 3, "Großunternehmen", *ACTOR_TYPES]
    row["type"] = maker.cell("Unternehmen" if maker.chance(maker.good - 0.4) else rng.choice(kinds))
    row["commitment"] = maker.cell(rng.choice(COMMITMENTS))
    row["joined"] = maker.cell(maker.near_day(0)) if maker.chance(0.2) else EMPTY
    row["left"] = maker.cell(maker.near_day(0, later_is_good=True)) if maker.chance(0.1) else EMPTY
    return row | place(maker, office) | size(maker)


def actors(maker: Maker, office: Office) -> Rows:
    """The actors' sheet: different names, then some of them repeated."""
    rng = maker.rng
    many = rng.choice(EDGE_SIZES) if maker.chance(0.5) else rng.randrange(20, 44)
    many = rng.randrange(45, 70) if maker.chance(maker.big) else many
    rows = [actor(maker, number, office) for number in range(many)]
    if rows and maker.chance(maker.dirt):
        rng.choice(rows)["name"] = rng.choice((EMPTY, BAD))
    for _ in range(rng.choice((0, 0, 1, 3)) if rows else 0):
        repeat(maker, rows, office)
    return rows


def repeat(maker: Maker, rows: Rows, office: Office) -> None:
    """List an actor once more, with other figures."""
    rng, row = maker.rng, maker.rng.choice(rows)
    if not known(row["name"]) or row["postcode"] in (BAD, "00000"):
        return
    fresh = actor(maker, 0, office)
    again = fresh | {column: row[column] for column in ("postcode", "country")}
    again |= {"latitude": row["latitude"], "longitude": row["longitude"]}
    again["name"] = rng.choice((row["name"], row["name"].upper(), row["name"].replace(" ", "  ")))
    if maker.chance(0.15):
        again["postcode"] = safe_postcode(rng, office.point)
    for line in (row, again):
        line["commitment"] = maker.cell(line["commitment"])
    rows.insert(rng.randrange(len(rows) + 1), again)


# ---- the other sheets ----


def management(maker: Maker) -> Rows:
    """Posts, with whole and part times."""
    rng, rows = maker.rng, []
    times = rng.choice((MANY_TIMES, MANY_TIMES, ("0.05",), ("0.1",)))  # ten of 0.05 make 0.5
    for _ in range(rng.choice((0, 1, 2, 4, 5, 10, 14))):
        row: dict[str, Cell] = {"function": "Clustermanagement"}
        row["fte"] = maker.cell(Decimal(rng.choice(times)))
        row["from"] = maker.cell(maker.near_day(0)) if maker.chance(0.5) else EMPTY
        until = maker.near_day(0, later_is_good=True)
        row["until"] = maker.cell(until) if maker.chance(0.3) else EMPTY
        rows.append(row)
    return rows


def bodies(maker: Maker) -> Rows:
    """Seats of the groups."""
    rng, rows = maker.rng, []
    for group in list(GROUPS) * rng.choice((1, 1, 2)):
        if maker.chance(maker.good):
            seats = rng.choice((0, 1, 1, 2, 5))
            rows.append({"body": "Beirat", "group": maker.cell(group), "seats": maker.cell(seats)})
    return rows


def funding(maker: Maker) -> Rows:
    """Sources and amounts; some plans only, some with exactly a fifth of own funds."""
    rng, year = maker.rng, maker.as_of.year
    statuses = rng.choice((("Ist",), ("Ist", "Plan"), ("Plan",)))
    rows = []
    for _ in range(rng.choice((0, 1, 2, 4, 9))):
        own = maker.chance(0.4)
        amount = Decimal(rng.choice(("0", "2000", "8000", "1999.99", "0.01", "0.04", "1234567.89")))
        if maker.chance(0.6):
            amount = Decimal(20000 if own else 80000)
        source = rng.choice(sorted(OWN_SOURCES)) if own else rng.choice(OTHER_SOURCES)
        row: dict[str, Cell] = {"year": year + rng.choice((-2, -1, -1, -1, 0, 0, 1))}
        row |= {"source": source, "amount": amount, "status": rng.choice(statuses)}
        spoiled = rng.choice(list(row))
        rows.append(row | {spoiled: maker.cell(row[spoiled])})
    return rows


def activities(maker: Maker, fields: Cell) -> Rows:
    """Services, groups and channels."""
    rng, rows = maker.rng, []
    names = (*(fields if known(fields) else ()), *(["Sonstiges"] if maker.chance(0.3) else []))
    for _ in range(rng.choice((0, 4, 12, 20, 28))):
        name = rng.choice(names) if names else "Sonstiges"
        times = rng.choice(("0", "0.5", "1", "1", "2", "2", "3.5", "4", "4", "6", "12"))
        row: dict[str, Cell] = {
            "kind": rng.choice(ACTIVITY_KINDS),
            "field": several(rng, rng.choice((name, name.upper(), f" {name}  ")), names),
            "from": rng.choice((maker.near_day(-12), maker.near_day(0), EMPTY)),
            "times": Decimal(times),
        }
        row = {column: maker.cell(cell) for column, cell in row.items()}
        rows.append(row | {"title": "Angebot", "participants": rng.choice((EMPTY, 12))})
    return rows


def several(rng: Random, name: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The action fields of an activity: mostly one, at times two, none, or all of them."""
    others = (rng.choice(names or ("Sonstiges",)), "Weiteres")
    return rng.choice(((name,), (name,), (name,), (name, rng.choice(others)), (), ("alle",)))


def evidence(maker: Maker) -> Rows:
    """Titles that partly repeat, on days around the windows' edges."""
    rng, rows = maker.rng, []
    for _ in range(rng.choice((0, 4, 20, 40, 60))):
        title = rng.choice(("2024", f"Beleg {rng.randrange(1, 7)}", f"Beleg {rng.randrange(1, 7)}"))
        ends: tuple[Cell, ...] = (EMPTY, EMPTY, add_months(maker.as_of, -24), maker.recent_day())
        end = rng.choice(ends)
        row: dict[str, Cell] = {
            "kind": rng.choice(EVIDENCE_KINDS),
            "title": rng.choice((title, title, title.lower(), title.replace(" ", "   "))),
            "day": EMPTY if maker.chance(0.1) else maker.recent_day(),
            "until": end - timedelta(days=rng.choice((0, 1))) if known(end) else EMPTY,
            "actors": rng.choice((0, 1, 2, 2, 3)),
        }
        row = {column: cell if cell is EMPTY else maker.cell(cell) for column, cell in row.items()}
        rows.append(row | {"reach": rng.choice((EMPTY, "national")), "reference": "Anlage"})
    return rows


# ---- master data, clusters, office ----


def master(maker: Maker, cluster_id: str) -> dict[str, Cell]:
    """The master data sheet."""
    rng = maker.rng
    chosen = tuple(rng.sample(ACTION_FIELDS, rng.choice((0, 1, 2, 3, 4, 4, 4))))
    office = rng.choice(list(POSTCODES))
    row: dict[str, Cell] = {
        "name": f"Cluster {cluster_id}",
        "form_version": rng.choice((EMPTY, 1, 2, 2, 2)),
        "founded": maker.near_day(-36),
        "legal_form": "e. V.",
        "state": rng.choice(STATES[: rng.choice((1, 4))]),
        "technology_field": rng.choice(FIELDS[: rng.choice((1, 4))]),
        "postcode": office,
        "latitude": EMPTY,
        "longitude": EMPTY,
        "measures": tuple(rng.sample(MEASURES, rng.choice((0, 1, 2, 2)))),
        "action_fields": chosen,
        "strategy_date": maker.near_day(0),
        "revision": maker.chance(maker.good),
        "strategy_actors": rng.choice((0, 1, 1, 7)),
        "secured_until": maker.near_day(24, later_is_good=True),
        "prospect": rng.choice(("Beiträge der Mitglieder", "Beiträge der Mitglieder", NONE)),
    }
    if maker.chance(0.7):
        row["latitude"] = round(POSTCODES[office][0] + 0.0123, 6)
        row["longitude"] = round(POSTCODES[office][1] - 0.0345, 6)
    row = {label: cell if cell is EMPTY else maker.cell(cell) for label, cell in row.items()}
    return row | {"cluster_id": cluster_id, "as_of": maker.as_of, "version": EMPTY}


def cluster(rng: Random, number: int, big: float) -> tuple[Cluster, Layout]:
    """One submission."""
    maker = Maker(rng, rng.choice(AS_OF_DAYS), big)
    sheet = master(maker, f"DE-{number:04d}")
    made = Cluster(
        sheet,
        actors=actors(maker, Office(position(sheet), has_coordinates(sheet))),
        management=management(maker),
        bodies=bodies(maker),
        funding=funding(maker),
        activities=activities(maker, sheet["action_fields"]),
        evidence=evidence(maker),
    )
    layout = Layout(rng.randrange(10**9), english=maker.chance(0.2))
    for table in TABLES:
        vary_sheet(maker, made, layout, table)
    return made, layout


def vary_sheet(maker: Maker, made: Cluster, layout: Layout, table: str) -> None:
    """Now and then no sheet, no rows, a column less, or lines above the header."""
    rng = maker.rng
    if table != "actors" and maker.chance(0.06):
        setattr(made, table, None)
        return
    if maker.chance(0.04):
        setattr(made, table, [])
    rows: Rows = getattr(made, table)
    layout.lines_above[table] = rng.choice((0, 0, 0, 1, 3))
    columns = sorted({name for row in rows for name in row} - KEPT.get(table, set()))
    if columns and maker.chance(0.12):
        layout.dropped[table] = {rng.choice(columns)}
        for row in rows:
            row |= dict.fromkeys(layout.dropped[table], EMPTY)
    filled = [row for row in rows if sum(cell is not EMPTY for cell in row.values()) >= 2]
    filled = [row for row in filled if is_row(table, row)]
    filled = [row for at, row in enumerate(filled) if at < 2 or not may_be_a_total(table, row)]
    setattr(made, table, filled)
    if not filled and table != "actors" and maker.chance(0.3):
        layout.blank.add(table)


# By which cells a row is one (contract 1.2, rule 5), and the name of what is added up.
IDENTIFYING = {
    "actors": ("name", "postcode", "city", "latitude", "longitude", "employees", "turnover"),
    "management": ("function", "fte"),
    "bodies": ("body", "seats"),
    "funding": ("amount",),
    "activities": ("title", "field", "times", "participants"),
    "evidence": ("title", "day", "until", "actors", "reference"),
}
NAMED = {"management": "function", "bodies": "body", "funding": "source"}


def is_row(table: str, row: dict[str, Cell]) -> bool:
    """Whether the row holds more than words of lists: a zero is none."""
    both = table == "funding" and EMPTY not in (row["year"], row["status"])
    return both or any(row.get(name, EMPTY) not in (EMPTY, 0) for name in IDENTIFYING[table])


def may_be_a_total(table: str, row: dict[str, Cell]) -> bool:
    """Whether the row has no name, so that its number may be the sum of rows above."""
    return table in NAMED and row[NAMED[table]] is EMPTY


def ratings(rng: Random, clusters: list[Cluster]) -> list[Rating]:
    """Expert ratings: newest and older ones, open, expired, without reason, for nobody."""
    rows = []
    for made in clusters:
        every = [(name, one.criterion_id) for name in CATALOGUES for one in CATALOGUES[name]]
        targets = rng.sample(every, rng.choice((0, 2, 5)))
        for target in targets + targets[: rng.choice((0, 2))]:
            rows.append(rating(rng, made, *target))
    if rows:
        rows.append(Rating("DE-9999", "1", "fulfilled", "Unbekannter Cluster"))
        rows.append(Rating(rows[0].cluster_id, "99", "fulfilled", "Unbekanntes Kriterium"))
    rng.shuffle(rows)
    return rows


def rating(rng: Random, made: Cluster, catalogue: str, criterion: str) -> Rating:
    """One expert rating."""
    days = (EMPTY, date(2026, 1, 15), date(2026, 5, 4), date(2026, 9, 1))
    ends = (EMPTY, EMPTY, made.as_of, made.as_of - timedelta(days=1), date(2027, 1, 1))
    verdicts = (*["fulfilled", "not_fulfilled"] * 3, "open", EMPTY, BAD)
    return Rating(
        made.cluster_id,
        criterion,
        rng.choice(verdicts),
        EMPTY if rng.random() < 0.15 else "Nach Aktenlage.",
        rng.choice(days),
        rng.choice(ends),
        catalogue,
    )


def register(rng: Random, clusters: list[Cluster]) -> list[RegisterRow]:
    """The office's list: nearly all of the clusters, and one that sent nothing."""
    rows = [RegisterRow("DE-7777", "Mitglied", expected=True)]
    for made in clusters:
        if rng.random() < 0.9:
            confirmed = tuple(rng.sample(MEASURES, 1)) if rng.random() < 0.3 else EMPTY
            role = rng.choice(("Mitglied", "Antrag", "Beobachtung"))
            rows.append(RegisterRow(made.cluster_id, role, rng.random() < 0.8, confirmed))
    return rows


def ignored(rng: Random, clusters: list[Cluster]) -> list[tuple[Cluster, Layout]]:
    """Submissions that do not count: earlier ones of a cluster, and one without a needed column."""
    out = []
    for made in rng.sample(clusters, rng.choice((0, 0, 1))):
        earlier = cluster(rng, int(made.cluster_id[3:]), big=0)
        earlier[0].master["as_of"] = made.as_of - timedelta(days=rng.choice((0, 1, 90)))
        if earlier[0].as_of == made.as_of:
            made.master["version"] = 2
        out.append(earlier)
    if rng.random() < 0.2:
        incomplete = cluster(rng, 8888, big=0)
        incomplete[1].dropped["actors"] = {rng.choice(("name", "type", "commitment"))}
        out.append(incomplete)
    return out


def scene(seed: int) -> Scene:
    """The portfolio of a seed."""
    rng = Random(seed)
    many = rng.choice((1, 4, 5, 6, 9, 10, 14))
    big = rng.choice((0.03, 0.03, 0.03, 0.6))
    made = [cluster(rng, number + 1, big) for number in range(many)]
    clusters = [item[0] for item in made]
    portfolio = Portfolio(
        clusters,
        ratings=ratings(rng, clusters) if rng.random() < 0.8 else None,
        register=register(rng, clusters) if rng.random() < 0.7 else None,
    )
    return Scene(
        seed, portfolio, {c.cluster_id: layout for c, layout in made}, ignored(rng, clusters)
    )
