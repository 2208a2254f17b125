"""Which kinds of actors a cluster has, after the published composition of go-cluster's members."""

from random import Random
from typing import Any

from pipeline.demo.model import spread_counts, vocabulary
from pipeline.demo.profiles import MISSED, Aims

# Research is split by these weights; with education it makes up just under 15 % of the actors.
SCIENCE = {"university": 0.45, "institute": 0.55}


def kinds() -> dict[str, dict[str, Any]]:
    """Return the kinds of actors: their type, names and weight in the rest."""
    result: dict[str, dict[str, Any]] = vocabulary()["kinds"]
    return result


def composition(rng: Random, size: int, aims: Aims) -> dict[str, int]:
    """Return how many bound actors of each kind there are; the sum is the size."""
    science = _science(rng, size, aims["2.2"])
    education = round(size * rng.uniform(0.015, 0.05))
    smes = min(_smes(rng, size, aims["2.1"]), size - science - education)
    rest = size - science - education - smes
    return {
        "sme": smes,
        "education": education,
        **spread_counts(science, SCIENCE),
        **spread_counts(rest, _rest_weights(aims["2.1"])),
    }


def _rest_weights(aim: str) -> dict[str, float]:
    weights = {kind: float(entry["rest"]) for kind, entry in kinds().items() if "rest" in entry}
    if aim == MISSED:
        weights["large"] *= 3
    return weights


def _science(rng: Random, size: int, aim: str) -> int:
    if aim == MISSED:
        return int(size * rng.uniform(0.0, 0.04))
    share = min(0.2, max(0.07, rng.gauss(0.125, 0.022)))
    return max(round(size * share), -(-size * 6 // 100))


def _smes(rng: Random, size: int, aim: str) -> int:
    if aim == MISSED:
        return round(size * rng.uniform(0.38, 0.45))
    return round(size * min(0.84, max(0.57, rng.gauss(0.727, 0.04))))
