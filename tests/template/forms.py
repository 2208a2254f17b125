"""Random fillings of the form with every kind of slip, and how a spreadsheet program sees them."""

import datetime as dt
from pathlib import Path
from random import Random
from typing import Any

import python_calamine
from pyproj import Geod

from pipeline.report.form.plan import Filled, Value, own_sheet
from schemas.declaration import registers

WGS84 = Geod(ellps="WGS84")
OFFICE = (51.0504, 13.7373)
DAYS = [dt.date(2026, 9, 30), dt.date(2024, 2, 29), dt.date(2026, 2, 28), dt.date(2025, 12, 31)]
POSTCODES: list[Value] = ["01067", "1067", "D-01067", 1067, "80331", "DE 99084", "99999", None,
                          "k. A.", "A-1010", "1010", "8001", "??"]  # fmt: skip
COUNTRIES: list[Value] = [None] * 6 + ["DE", "Deutschland", "Österreich", "AT", "Schweiz",
                                       "Nirgendwo"]  # fmt: skip
NAMES: list[Value] = [f"Akteur {n}" for n in range(40)]
NAMES += ["akteur  1", " AKTEUR 2", "Muster*", "Muster?", "k. A.", None, "<b>&", "=1+1"]
NUMBERS: list[Value] = [None, None, 0, 10, 249, 250, 499, 2.5, -1, "viele"]
EUROS: list[Value] = [None, None, 1e6, 43e6, 43_000_000.01, 50e6, 50_000_000.01, 9e8, -5, "?", 1e13]


def words(register: str, rng: Random, lang: str) -> Value:
    """A word of a list in the form's language; seldom an alias, nothing, or none of the list."""
    entry = rng.choice(registers()[register])
    usual = entry.de if lang == "de" else entry.en
    return rng.choice([usual] * 8 + [*entry.aliases, usual.upper(), f" {usual} ", None, "Quatsch"])


def day(rng: Random, around: dt.date) -> Value:
    """A day near another, that very day, nothing, or no day."""
    near = around + dt.timedelta(days=rng.randint(-1100, 300))
    return rng.choice([near, near, near, around, None, None, "bald"])


def coordinates(rng: Random) -> tuple[Value, Value]:
    """A place about 150 km from the office, elsewhere, or slips."""
    lon, lat, _ = WGS84.fwd(OFFICE[1], OFFICE[0], rng.uniform(0, 360),
                            1000 * rng.choice([149.99, 150.01, 20.0, 600.0]))  # fmt: skip
    some: list[tuple[Value, Value]] = [(lat, lon), (lat, lon), (None, None), (None, None)]
    return rng.choice([*some, (lat, None), (95, 10), ("x", lon), (-33.9, 151.2), OFFICE])


def actor(rng: Random, as_of: dt.date, lang: str) -> dict[str, Value]:
    """A row of Akteure."""
    lat, lon = coordinates(rng)
    return {
        "name": rng.choice(NAMES),
        "actor_type": words("actor_types", rng, lang),
        "commitment": words("commitments", rng, lang),
        "joined": day(rng, as_of),
        "left": rng.choice([None, None, None, day(rng, as_of)]),
        "postcode": rng.choice(POSTCODES),
        "country": rng.choice(COUNTRIES),
        "latitude": lat,
        "longitude": lon,
        "employees": rng.choice(NUMBERS),
        "turnover_eur": rng.choice(EUROS),
        "balance_sheet_eur": rng.choice(EUROS),
        "sme_stated": rng.choice([True, False, None, None, "vielleicht", "x", 1, "WAHR"]),
        "value_chain_stage": "Stufe",
    }


def plain_actor(rng: Random, as_of: dt.date, lang: str) -> dict[str, Value]:
    """A row of Akteure without slips."""
    kind = registers()["actor_types"][rng.randrange(4)]
    return {
        "name": f"Gut {rng.random()}",
        "actor_type": kind.de if lang == "de" else kind.en,
        "commitment": "Mitgliedschaft" if lang == "de" else "Membership",
        "postcode": rng.choice(["01067", "80331", "04109"]),
        "employees": rng.choice([5, 300]),
        "turnover_eur": 1e6,
    }


def funding(rng: Random, as_of: dt.date, lang: str, *, slips: bool) -> dict[str, Value]:
    """A row of Finanzierung."""
    year: Value = as_of.year + rng.randint(-2, 1)
    status = rng.choice(registers()["funding_statuses"])
    source = rng.choice(registers()["funding_sources"])
    row: dict[str, Value] = {
        "year": year,
        "source": source.de if lang == "de" else source.en,
        "amount_eur": rng.choice([1000.0, 250.5, 0, 12_345.67]),
        "status": status.de if lang == "de" else status.en,
    }
    if slips and rng.random() < 0.25:
        slips_of: dict[str, list[Value]] = {
            "year": [1989, "bald", None],
            "amount_eur": [-1, "?"],
            "source": [None, "Quatsch"],
            "status": [None, "vielleicht"],
        }
        key = rng.choice(list(slips_of))
        row[key] = rng.choice(slips_of[key])
    return row


def evidence(rng: Random, as_of: dt.date, lang: str) -> dict[str, Value]:
    """A row of Nachweise."""
    kinds = [e.de if lang == "de" else e.en for e in registers()["evidence_kinds"]]
    return {
        "kind": rng.choice([kinds[0]] * 4 + [kinds[6]] * 4 + kinds + [None, "Quatsch"]),
        "title": rng.choice(["A", " a ", "B", "C c", "c  C", "D", "E*", "k. A.", None, 12]),
        "date": rng.choice([day(rng, as_of), as_of, months_before(as_of), None]),
        "until": day(rng, as_of),
        "actors_involved": rng.choice(NUMBERS),
        "reach": words("reaches", rng, lang),
        "reference": "Ablage",
    }


def months_before(as_of: dt.date) -> dt.date:
    """The first day of the window of 24 months."""
    last = 28 if as_of.month == 2 else as_of.day
    return as_of.replace(year=as_of.year - 2, day=min(last, as_of.day))


def random_form(seed: int, lang: str) -> Filled:
    """A form filled at random; every third is without slips in Akteure and Finanzierung."""
    rng = Random(seed)
    as_of = rng.choice(DAYS)
    slips = seed % 3 != 0
    make = actor if slips else plain_actor
    actors: list[dict[str, Value]] = [make(rng, as_of, lang) for _ in range(rng.randint(25, 50))]
    actors.insert(5, {})  # an empty row in between
    rows = {
        "actors": actors,
        "management": [{"role": "Leitung", "fte": rng.choice([1, 0.5, -1, "halb", None]),
                        "from": day(rng, as_of), "until": day(rng, as_of)} for _ in range(3)],
        "bodies": [{"body": "Beirat", "group": words("actor_groups", rng, lang),
                    "seats": rng.choice(NUMBERS)} for _ in range(4)],
        "funding": [funding(rng, as_of, lang, slips=slips) for _ in range(rng.randint(0, 12))],
        "activities": [{"kind": words("activity_kinds", rng, lang), "title": "Titel",
                        "from": day(rng, as_of), "times_per_year": rng.choice(NUMBERS),
                        "participants": rng.choice(NUMBERS)} for _ in range(5)],
        "evidence": [evidence(rng, as_of, lang) for _ in range(rng.randint(0, 25))],
    }  # fmt: skip
    return Filled(master_row(rng, as_of, lang), rows)


def master_row(rng: Random, as_of: dt.date, lang: str) -> dict[str, Value]:
    """The values of Stammdaten."""
    lat, lon = rng.choice([OFFICE, (None, None), (OFFICE[0], None)])
    return {
        "cluster_id": rng.choice(["DE-0042", "DE-0042", "de-0042", "DE-42", None]),
        "as_of": as_of,
        "version": rng.choice([None, 1, 0, 1.5, "neu"]),
        "founded": rng.choice([as_of.replace(year=as_of.year - 3, day=28), day(rng, as_of)]),
        "federal_state": words("federal_states", rng, lang),
        "technology_field": words("technology_fields", rng, lang),
        "postcode": rng.choice(["01067", 1067, None, "99999"]),
        "latitude": lat,
        "longitude": lon,
        "excellence_measures": rng.choice(["go-cluster; InnoRegio", "go-cluster; Quatsch; –",
                                           "Unsinn;Quatsch", None]),
        "revision_concept": rng.choice([True, "vielleicht", None]),
        "strategy_actors": rng.choice(NUMBERS),
        "funding_secured_until": rng.choice([as_of.replace(year=as_of.year + 2, day=28),
                                             day(rng, as_of + dt.timedelta(days=900))]),
        "long_term_prospect": rng.choice(["Beiträge", "k. A.", None]),
    }  # fmt: skip


# ---- a spreadsheet program ----


def check_sheet(path: Path, lang: str) -> list[list[Any]]:
    """The rows of the self-check, from its first row on."""
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    sheet = book.get_sheet_by_name(own_sheet("check", lang))
    return sheet.to_python(skip_empty_area=False)
