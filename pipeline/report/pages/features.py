"""A cluster by the six features that define one; counts without an evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.common.rows import Row
from pipeline.report.pages.words import Words

# The width of a full bar, in the units of the template's macro.
FULL = 100
STAGES_NAMED = 6


@dataclass(frozen=True)
class Feature:
    """A feature: sentences, and a share of the actors for a bar (hundredths, None without one).

    written: the parts of the sentences that clusters wrote, see `Words.marked`.
    """

    title: str
    sentences: Sequence[str]
    share: str = ""
    written: Sequence[str] = ()


def features(row: Row, stages: Sequence[Row], words: Words) -> list[Feature]:
    """Return the six features of a cluster.

    row: its row of `context.features`. stages: its rows of `context.stages`.
    """
    return [
        _feature("region", [_part("near_actors", row["near"], row, words)], words, row, "near"),
        _feature("companies", _companies(row, words), words, row, "companies"),
        _feature("science", _science(row, words), words, row, "science"),
        _feature("field", _field(row, words), words),
        replace(
            _feature("chain", _chain(row, stages, words), words, row, "stage_known"),
            written=[s["stage"] for s in stages[:STAGES_NAMED]],
        ),
        _feature("relations", _relations(row, words), words),
    ]


def _feature(
    name: str, sentences: Sequence[str], words: Words, row: Row | None = None, count: str = ""
) -> Feature:
    share = f"{FULL * row[count] / row['actors']:.0f}" if row and row["actors"] else ""
    return Feature(words(f"feature_{name}"), sentences, share)


def _part(key: str, n: int, row: Row, words: Words) -> str:
    return words(key, n=words.number(n), all=words.number(row["actors"]))


def _companies(row: Row, words: Words) -> list[str]:
    stages = words.count("on_stages", row["company_stages"])
    return [_part("company_actors", row["companies"], row, words), stages]


def _science(row: Row, words: Words) -> list[str]:
    research = words.count("of_them_research", row["research"])
    return [_part("science_actors", row["science"], row, words), research]


def _field(row: Row, words: Words) -> list[str]:
    fields = row["action_fields"]
    named = words("unknown") if fields is None else words.count("action_fields", fields)
    return [words.name("technology_fields", row["technology_field"]), named]


def _chain(row: Row, stages: Sequence[Row], words: Words) -> list[str]:
    named = [f"{s['stage']} ({words.number(s['actors'])})" for s in stages[:STAGES_NAMED]]
    more = len(stages) - len(named)
    if more:
        named.append(words("and_more", n=words.number(more)))
    known = _part("stage_actors", row["stage_known"], row, words)
    return [known, ", ".join(named)] if named else [known]


def _relations(row: Row, words: Words) -> list[str]:
    return [
        words("relation_unknown", what=words(key))
        if row[key] is None
        else words.count(f"{key}_count", row[key])
        for key in ("working_structures", "internal_communication", "innovation_projects")
    ]
