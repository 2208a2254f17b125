"""What files under schemas/ may say: a slip is a sentence with file, key and what is allowed."""

import copy
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.common.catalogue import CatalogueFile
from pipeline.publication.declarations import SHAPES, check_declarations
from schemas.checked import HERE, checked, keys_at, model_in
from schemas.declaration import Budget
from schemas.slips import DeclarationError

CATALOGUES = sorted((HERE / "catalogues").glob("*.toml"))
FILES: dict[str, Any] = {**SHAPES, **{f"catalogues/{p.name}": CatalogueFile for p in CATALOGUES}}
Place = tuple[str | int, ...]


@cache
def shipped(name: str) -> Any:
    """Return what a file says; it may only be read."""
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def said(name: str) -> Any:
    """Return what a file says, to be changed."""
    return copy.deepcopy(shipped(name))


def mistakes(name: str, raw: Any) -> DeclarationError:
    with pytest.raises(DeclarationError) as caught:
        checked(raw, FILES[name], Path(name).name)
    for message in caught.value.messages.values():
        assert all(line.startswith(Path(name).name) for line in message.splitlines())
    return caught.value


def said_of(name: str, raw: Any) -> str:
    """Return the message about a file, empty if it is right."""
    try:
        checked(raw, FILES[name], Path(name).name)
    except DeclarationError as error:
        return str(error)
    return ""


def places(raw: Any, at: Place = ()) -> Iterator[Place]:
    """Yield the positions of values; of lists and of entries that people name only the first."""
    inner = raw.items() if isinstance(raw, dict) else list(enumerate(raw))[:1]
    for key, value in inner:
        yield (*at, key)
        if isinstance(value, dict | list):
            yield from places(value, (*at, key))


def section(raw: Any, at: Place) -> Any:
    for step in at:
        raw = raw[step]
    return raw


def declared_keys() -> Iterator[Any]:
    """Yield every key that a structure names, at its first position in the shipped file."""
    for name, shape in FILES.items():
        seen = set()
        for at in places(shipped(name)):
            model = model_in(shape)
            keys = keys_at(shape, at[:-1]) if model is not None else []
            plain = tuple(step for step in at if isinstance(step, str) and step in keys)
            if at[-1] in keys and isinstance(section(shipped(name), at[:-1]), dict):
                form = (tuple(keys), at[-1])
                if form not in seen and plain:
                    seen.add(form)
                    yield pytest.param(name, at, id=f"{name} {'.'.join(map(str, at))}")


KEYS = list(declared_keys())
# Keys that need not be there.
OPTIONAL = {
    *("aliases", "company", "example", "examples", "group", "months_per_unit", "pattern", "remedy"),
    *("says_none", "goes_on", "often", "stated_in", "request"),
    *("about", "column", "drawn", "numerator", "trend", "variants"),
    *("required", "severity_optional", "start", "status", "suggestion", "with"),
    *("empty", "lever_units", "one", "thresholds"),
    # of a measure
    *("budget", "conditions", "field", "ministry", "participants", "places"),
}


def test_the_shipped_files_are_right() -> None:
    check_declarations()


def test_every_file_is_held_to_a_shape() -> None:
    there = {str(path.relative_to(HERE)) for path in HERE.rglob("*.toml")}
    assert there == set(FILES)


@pytest.mark.parametrize(("name", "at"), KEYS)
def test_a_misspelt_key_is_named_with_what_was_meant(name: str, at: Place) -> None:
    raw = said(name)
    own = section(raw, at[:-1])
    key = str(at[-1])
    own[wrong := f"{key[:-1]}q{key[-1]}"] = own.pop(key)
    error = mistakes(name, raw)
    assert wrong in error.messages["de"]
    assert f'Meinten Sie "{key}"?' in error.messages["de"]
    assert f'Did you mean "{key}"?' in error.messages["en"]


@pytest.mark.parametrize(("name", "at"), KEYS)
def test_a_value_of_another_type_is_named(name: str, at: Place) -> None:
    raw, refused = said(name), 0
    for wrong in ({"a": 1}, ["b", 2], True, 1.5, -1, "@"):
        changed = copy.deepcopy(raw)
        section(changed, at[:-1])[at[-1]] = copy.copy(wrong)
        refused += str(at[-1]) in said_of(name, changed)
    assert refused >= 4


@pytest.mark.parametrize(("name", "at"), KEYS)
def test_a_missing_key_is_named_or_may_be_missing(name: str, at: Place) -> None:
    raw = said(name)
    del section(raw, at[:-1])[at[-1]]
    message = said_of(name, raw)
    if at[-1] not in OPTIONAL or message:
        assert str(at[-1]) in message, f"{name}: {at} is neither named nor in OPTIONAL"


@pytest.mark.parametrize("name", FILES)
def test_an_unknown_section_is_named(name: str) -> None:
    raw = said(name)
    raw["no_such_thing"] = {"x": 1}
    assert "no_such_thing" in str(mistakes(name, raw))


def test_a_scenario_without_a_name_is_refused() -> None:
    raw = said("settings.toml")
    scenarios = raw["robustness"].setdefault("thresholds", [])
    scenarios.append({"variant": "x"})
    assert f"thresholds[{len(scenarios)}].name" in said_of("settings.toml", raw)


# By file: the present text (its first occurrence) => its replacement @ where : what is allowed, or
# with "?" what may have been meant.
RULES = {
    "settings": """
        ["Mitgliedschaft" => ["Mitgleidschaft" @ actors.bound_commitments[1] : ?Mitgliedschaft
        bound_commitments = [ => bound_commitments = [] # @ actors.bound_commitments : mindestens 1
        ["Aktive Mitwirkung"] => ["Mitgliedschaft"] @ actors.loose_commitments[1] : unter einem
        "Kooperationsvereinbarung", => "Mitgliedschaft", @ actors.bound_commitments[2] : jeder Wert
        "Sponsoring"] => "Sponsor"] @ funding.own_sources[4] : ?Sponsoring
        = "go-cluster" => = "go-clutser" @ review.first_catalogue : ?go-cluster
        [50, 100, 200, 500] => [100, 50] @ cohorts.size_bands[2] : über 100 (aufsteigend)
        [50, 100, 200, 500] => [50, 50] @ cohorts.size_bands[2] : über 50
        [50, 100, 200, 500] => [0, 50] @ cohorts.size_bands[1] : eine Zahl ab 1
        [50, 100, 200, 500] => [] @ cohorts.size_bands : eine Liste von mindestens 1
        minimum = 5 => minimum = 0 @ cohorts.minimum : eine Zahl ab 1
        minimum = 5 => minimum = 11 @ cohorts.cluster_page_minimum : eine ganze Zahl ab 11
        [3, 6, 12] => [3.5] @ robustness.outlook_months[1] : eine ganze Zahl
        [3, 6, 12] => [6, 3] @ robustness.outlook_months[2] : über 6
        [3, 6, 12] => [0] @ robustness.outlook_months[1] : eine Zahl ab 1
        [145.0, 155.0] => [145.0] @ robustness.radii_km : mindestens 2
        [145.0, 155.0] => [155.0, 145.0] @ robustness.radii_km[2] : über 155.0
        radius_km = 150.0 => radius_km = -1 @ actors.radius_km : eine Zahl über 0
        radius_km = 150.0 => radius_km = inf @ actors.radius_km : eine endliche Zahl
        minimum_share = 0.8 => minimum_share = 80 @ review.minimum_share : eine Zahl bis 1
        minimum_share = 0.8 => minimum_share = -0.1 @ review.minimum_share : eine Zahl ab 0
        workers = 0 => workers = -1 @ intake.workers : eine Zahl ab 0
        max_seconds = 60 => max_seconds = 0 @ intake.max_seconds : eine Zahl ab 1
        most_rows = 150_000 => most_rows = 2_000_000 @ workbook.most_rows : eine Zahl bis 1000000
        outdated_days = 180 => outdated_days = "180" @ review.outdated_days : eine ganze Zahl
    """,
    "workbook": """
        type = "postcode" => type = "postcod" @ type : ?postcode
        list = "countries" => list = "country" @ list : ?countries
        list = "countries" =>  @ fields["country"].list : fehlt
        max = 90 => max = -91 @ .max : eine Zahl ab -90
        key = "cluster_name" => key = "cluster_id" @ .key : jeder Wert einmal
        name = { de = "Clustername" => name = { de = "Cluster-ID" @ .name : jeder Wert einmal
        pattern = '^[A-Z]{2}- => pattern = '^[A-Z{2}- @ .pattern : ein regulärer Ausdruck
        summed = "seats" => summed = "seat" @ .summed : ?seats
        identifying = ["body", "seats"] => identifying = ["body", "seat"] @ .identifying[2] : ?seats
    """,
    "office": """
        list = "roles" => list = "rolls" @ .list : ?roles
    """,
    "registers/lists": """
        de = "Kontakt" => de = "Mitgliedschaft" @ .de : jeder Wert einmal
        read_as = "Unternehmen" => read_as = "Unternemen" @ .read_as : ?Unternehmen
        status = "fulfilled" => status = "fulfiled" @ .status : ?fulfilled
    """,
    "registers/measures": """
        end = 2012 => end = 1998 @ measures["Kompetenznetze Deutschland"].end : ein Jahr ab 1999
        end = 2012 =>  @ measures["Kompetenznetze Deutschland"].end : fehlt
        start = 1995 => start = 95 @ .start : eine Zahl ab 1900
        end_kind = "ended" => end_kind = "endet" @ .end_kind : ?ended
        end_kind = "ended" => end_kind = "running" @ .end : nicht erlaubt
        level = "Bund" => level = "Bnd" @ .level : ?Bund
        predecessors = ["NEMO"] => predecessors = ["NEMU"] @ .predecessors[1] : ?NEMO
        predecessors = ["NEMO"] => predecessors = ["ZIM-NEMO"] @ .predecessors[1] : "BioFuture"
        part_of = "Unternehmen Region" => part_of = "Regionen" @ .part_of : "Unternehmen Region"
        aliases = ["BioPharma"] => aliases = ["BioProfile"] @ measures["BioPharma : jeder Wert
        currency = "DEM" => currency = "DM" @ measures["BioRegio-Wettbewerb"].budget.cur : "EUR"
        amount = 266_000_000 => amount = 0 @ .budget.amount : eine Zahl über 0
        says = "about" => says = "abut" @ .budget.says : ?about
        places = 15 => places = 0 @ .places : eine Zahl ab 1
        year = 2016 => year = "2016" @ im Strukturwandel"].year : eine ganze Zahl
    """,
    "registers/countries": """
        code = "AD" => code = "Ad" @ .code : ein Text wie "DE"
    """,
    "metrics": """
        unit = "share" => unit = "shares" @ sme_share.unit : ?share
        lever_unit = "smes" => lever_unit = "sme" @ sme_share.lever_unit : ?smes
        "actors.name" => "actors.nam" @ reads[1] : ?actors.name
        [rnd_share] => [rnd_shares] @ rnd_share : fehlt
    """,
    "properties": """
        flag = "rnd" => flag = "rdn" @ rnd.flag : ?rnd
        flag = "rnd" => any_of = ["Hochschul"] @ rnd.any_of[1] : ?Hochschule
        flag = "rnd" =>  @ rnd : sonst genau eines
        field = "actor_type" => field = "actor_typ" @ rnd.field : ?actor_type
        field = "actor_type" => field = "sme_stated" @ rnd : Ja/Nein-Feld keines
        field = "actor_type" => field = "country" @ rnd.flag : "field", "any_of"
        [rnd] => [research] @ rnd : fehlt
    """,
    "efforts": """
        smes = { => documents = { @ growth.lever_units.documents : jeder Wert einmal
        [opinion] => [opinions] @ opinion : fehlt
    """,
    "benchmarks": """
        figure = "bound_actors" => figure = "bound_actor" @ indicators.actors.figure : ?bound_actors
        figure = "bound_actors" =>  @ indicators.actors.figure : fehlt
        figure = "bound_actors" => figure = "fte" @ indicators.fte.figure : jeder Wert einmal
        format = "count" => format = "whole" @ indicators.actors.format : "count", "share"
        denominator = "fte" =>  @ indicators.actors_per_fte.denominator : fehlt
        denominator = "actors" =>  @ indicators.sme_share.denominator : fehlt
        denominator = "fte" => denominator = "budget_per_fte" @ .denominator : mit figure: actors,
        de = "Akteure je VZÄ" => de = "Anteil KMU" @ sme_share.label.de : jeder Wert einmal
        de = "Akteure je VZÄ" => de = "Akteure [je] VZÄ" @ actors_per_fte.label.de : ohne
        column = "federal_state" => column = "federal_stat" @ .column : ?federal_state
        column = "federal_state" => column = "founded" @ .column : "legal_form"
        column = "federal_state" => column = "size_band" @ .column : jeder Wert einmal
        drawn = 2 => drawn = 0 @ size_band.drawn : eine Zahl ab 1
    """,
    "crosschecks": """
        rule = "before" => rule = "befor" @ .rule : ?before
        with = "first_day" => with = "firstday" @ .with : ?first_day
        with = "first_day" =>  @ .with : 1 bis
        field = "founded" => field = "foundet" @ .field : ?founded
        sheet = "actors" => sheet = "actor" @ .sheet : ?actors
        limits = { km = 30.0 } => limits = { km = 0 } @ .limits.km : eine Zahl über 0
        limits = { km = 30.0 } => limits = { least = 3 } @ .limits.km : fehlt
        limits = { km = 30.0 } => limits = { km = 3, least = 3 } @ .limits.least : erlaubt
        ["Innovationsprojekt"] => ["Innovationsprojekte"] @ kinds[1] : ?Innovationsprojekt
        id = "founded_after_as_of" => id = "as_of_before_period" @ .id : jeder Wert einmal
    """,
    "findings": """
        severity = "error" => severity = "eror" @ missing_value.severity : ?error
        [bad_date] => [bad_dat] @ bad_dat : ?bad_date
        {place}: „{field}“ ist => {plac}: „{field}“ ist @ missing_value.message : Platzhaltern
    """,
    "messages": """
        "master_data.founded" => "master_data.foundet" @ master_data.foundet : ?master_data.founded
        [types.date] => [types.dat] @ types : ?date
        codes = ["bad_type"] => codes = ["bad_typ"] @ codes[1] : ?bad_type
        types = ["date"] => types = ["dates"] @ types[1] : ?date
    """,
    "texts": """
        {cluster} => {clustr} @  : Platzhaltern
    """,
    "form": """
        [guide] => [gide] @ gide : ?guide
    """,
    "mapping_hints": """
        [fields.bodies] => [fields.body] @ fields.body : ?bodies
        "Hochschule" = => "Hochschul" = @ words.actor_types.Hochschul : ?Hochschule
    """,
    "functions": """
        "ABS" => "abs" @ plain : ein Text wie "SUM"
    """,
}
SLIPS = [
    pytest.param(file, *re.split(r" => | @ | : ", line.strip()), id=f"{file}: {line.strip()}")
    for file, lines in RULES.items()
    for line in lines.strip().splitlines()
]


@pytest.mark.parametrize(("file", "right", "wrong", "where", "allowed"), SLIPS)
def test_a_value_that_is_not_allowed_is_named(
    file: str, right: str, wrong: str, where: str, allowed: str
) -> None:
    name = f"{file}.toml"
    text = (HERE / name).read_text(encoding="utf-8")
    assert right in text
    error = mistakes(name, tomllib.loads(text.replace(right, wrong, 1)))
    german = next(line for line in error.messages["de"].splitlines() if where in line)
    assert (f'Meinten Sie "{allowed[1:]}"?' if allowed.startswith("?") else allowed) in german
    assert where in error.messages["en"]


def test_a_programme_of_a_state_is_added_by_data_alone() -> None:
    raw = said("registers/measures.toml")
    raw["measures"].append(
        {
            "de": "Landesclusterprogramm",
            "en": "State cluster programme",
            "level": "Land",
            "area": {"de": "ein Land", "en": "one state"},
            "end_kind": "unknown",
            "as_of": 2026,
            "source": {"de": "Richtlinie", "en": "guideline"},
        }
    )
    checked(raw, FILES["registers/measures.toml"], "measures.toml")


@pytest.mark.parametrize(
    ("amount", "currency", "euros"),
    [(150_000_000, "DEM", 76_693_782.18), (3_300_000, "EUR", 3_300_000.0), (1.95583, "DEM", 1.0)],
)
def test_a_budget_is_told_in_euros(amount: float, currency: str, euros: float) -> None:
    text = {"de": "x", "en": "x"}
    budget = Budget(
        amount=amount, currency=currency, says="exact", span=text, as_of=2018, source=text
    )
    assert budget.euros == euros
