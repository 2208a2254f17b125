"""Who is in the portfolio: per cluster its size, its field, and which criteria it is to meet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from math import exp, log
from random import Random

from pipeline.demo.model import period_end
from schemas.declaration import Entry, registers

CRITERIA = (
    *("1", "2.1", "2.2", "3", "4.1", "4.2", "5", "6.1", "6.2", "7.1", "7.2"),
    *("8", "9.1", "9.2", "10.1", "10.2", "11", "12", "13"),
)
MET, MISSED, UNKNOWN = "met", "missed", "unknown"
# Determined only by the profile: the composition of the whole portfolio depends on these.
FIXED = ("1", "2.1", "2.2", "4.1")
# Criteria that may change from one quarter to the next without a change of the past.
TURNING = ("5", "6.1", "6.2", "8", "9.2", "10.1", "10.2")

Aims = dict[str, str]


@dataclass(frozen=True)
class Profile:
    """A kind of cluster: what it misses, what it leaves open, and how often it misses others."""

    name: str
    missed: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    slips: float = 0.06
    gaps: float = 0.01
    fte: float = 1.0
    small: bool = False
    age: tuple[float, float] = (3.5, 21.0)
    roles: tuple[str, ...] = ("Mitglied",)


def _ids(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Every twelve clusters take one round of this deck. The two weak ones and the young one together
# miss each of the 19 criteria; the strong ones meet each.
DECK = (
    Profile("strong", slips=0.02, fte=1.3),
    Profile("average", _ids("7.1 10.1")),
    Profile(
        "weak and small",
        missed=_ids("1 2.2 4.1 4.2 5 6.1 7.1 8 9.1 10.1 11 12"),
        slips=0.0,
        gaps=0.0,
        fte=0.45,
        small=True,
        age=(1.6, 2.7),
        roles=("Ausgeschieden", "Antrag", "Beobachtung"),
    ),
    Profile("average", _ids("2.2 12"), slips=0.1),
    Profile("strong", slips=0.02, fte=1.2),
    Profile("strong", _ids("9.2"), slips=0.04),
    Profile(
        "borderline",
        missed=_ids("3 5 6.2 9.1 10.1 11 12"),
        slips=0.01,
        gaps=0.0,
        fte=1.3,
        roles=("Mitglied", "Mitglied", "Beobachtung"),
    ),
    Profile(
        "incomplete",
        missed=_ids("9.2"),
        unknown=_ids("5 6.1 7.1 7.2 10.1 10.2 11 12 13"),
        slips=0.02,
        roles=("Beobachtung", "Mitglied", "Antrag"),
    ),
    Profile(
        "gappy",
        missed=_ids("3 6.2 9.1 8 12"),
        unknown=_ids("4.1 7.2 13"),
        slips=0.04,
        gaps=0.05,
    ),
    Profile(
        "weak and dispersed",
        missed=_ids("2.1 3 5 6.2 7.2 8 9.2 10.2 12 13"),
        slips=0.0,
        gaps=0.0,
        roles=("Mitglied", "Beobachtung", "Mitglied"),
    ),
    Profile("coming of age", _ids("4.1"), age=(2.78, 2.98), roles=("Antrag",)),
    Profile(
        "young",
        _ids("4.1 7.2 9.1 12 13"),
        slips=0.07,
        age=(0.6, 1.6),
        roles=("Antrag",),
    ),
)

# Bound actors by share of the clusters (of those with 30 or more): log-linear between the knots.
SIZES = ((0.0, 33), (0.2, 50), (0.47, 82), (0.68, 152), (0.845, 315), (0.95, 712), (1.0, 1335))
GOLDEN = 0.6180339887498949
# Technology fields of many clusters, once every field has one: their cohorts are not suppressed.
FREQUENT = ("IKT", "Produktion und Engineering")
# Clusters by federal state; a deck of 45 in which every state occurs.
STATE_DECK = {
    **{"NW": 7, "BW": 6, "BY": 6, "SN": 4, "NI": 3, "HE": 3, "BE": 2, "RP": 2},
    **{"TH": 2, "ST": 2, "BB": 2, "HH": 2, "SH": 1, "MV": 1, "HB": 1, "SL": 1},
}


@dataclass(frozen=True)
class Plan:
    """One cluster of the portfolio with everything that does not change between quarters.

    measures: the measures it takes or took part in, see `demo.measures`.
    """

    seed: int
    number: int
    periods: tuple[str, ...]
    measures: tuple[str, ...] = ()

    @property
    def cluster_id(self) -> str:
        """The Cluster-ID, such as DE-0007."""
        return f"DE-{self.number:04d}"

    @property
    def name(self) -> str:
        """The name, which states that the cluster is made up."""
        return f"Demo-Cluster {self.number:02d} {self.field.de} (erfunden)"

    @property
    def file_name(self) -> str:
        """The name under which the cluster sends its workbook."""
        return f"{self.cluster_id}_Demo-Cluster-{self.number:02d}.xlsx"

    @property
    def profile(self) -> Profile:
        """The kind of cluster."""
        return DECK[(self.number - 1) % len(DECK)]

    @property
    def block(self) -> int:
        """Which round of the deck the cluster belongs to, from 0."""
        return (self.number - 1) // len(DECK)

    @property
    def role(self) -> str:
        """The role in the office's register."""
        return self.profile.roles[self.block % len(self.profile.roles)]

    @property
    def field(self) -> Entry:
        """The technology field."""
        fields = registers()["technology_fields"]
        many = [field for field in fields if field.de in FREQUENT]
        if many and self.number > len(fields) and self.number % 3 == 0:
            return many[self.number // 3 % len(many)]
        return fields[self.number * 5 % len(fields)]

    @property
    def state(self) -> Entry:
        """The federal state of the office."""
        code = _state_deck(self.seed)[self.number % sum(STATE_DECK.values())]
        return next(e for e in registers()["federal_states"] if e.extra["code"] == code)

    @property
    def first_end(self) -> date:
        """The last day of the first period."""
        return period_end(self.periods[0])

    def rng(self, *topic: object) -> Random:
        """Return a random number generator for a topic of this cluster."""
        return Random("/".join(map(str, (self.seed, self.number, *topic))))

    @property
    def size(self) -> int:
        """The number of bound actors in the first quarter."""
        rng = self.rng("size")
        if self.profile.small:
            return rng.randint(15, 28)
        level = (self.number * GOLDEN + 0.92) % 1.0
        return max(31, round(_quantile(level) * rng.uniform(0.97, 1.03)))


@cache
def _state_deck(seed: int) -> Sequence[str]:
    deck = [code for code, count in STATE_DECK.items() for _ in range(count)]
    Random(f"{seed}/states").shuffle(deck)
    return deck


def _quantile(level: float) -> float:
    for (left, low), (right, high) in pairwise(SIZES):
        if level <= right:
            part = (level - left) / (right - left)
            return exp(log(low) + part * (log(high) - log(low)))
    return SIZES[-1][1]


def aims(plan: Plan, index: int) -> Aims:
    """Return what the cluster is to meet, to miss and to leave open in the period of that index."""
    result = _first_aims(plan)
    for step in range(1, index + 1):
        _turn(result, plan.rng("turn", step))
    return result


def _first_aims(plan: Plan) -> Aims:
    rng, profile = plan.rng("aims"), plan.profile
    return {criterion: _aim(profile, criterion, rng.random()) for criterion in CRITERIA}


def _aim(profile: Profile, criterion: str, chance: float) -> str:
    if criterion in profile.missed:
        return MISSED
    if criterion in profile.unknown:
        return UNKNOWN
    if criterion in FIXED or chance > profile.slips + profile.gaps:
        return MET
    return MISSED if chance < profile.slips else UNKNOWN


def _turn(state: Aims, rng: Random) -> None:
    for criterion in TURNING:
        chance = rng.random()
        if state[criterion] == UNKNOWN and chance < 0.25:
            state[criterion] = MET
        elif chance < 0.03:
            state[criterion] = MISSED if state[criterion] == MET else MET
