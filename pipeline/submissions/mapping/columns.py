"""Which column of an export is which of our fields, and which of its words are which of ours."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from rapidfuzz import fuzz, process

from pipeline.submissions.mapping.content import Content, fits
from pipeline.submissions.mapping.hints import Names, field_names, pattern, word_names
from schemas.declaration import Field, Sheet
from schemas.words import collapse, word_key

CLEAR, WORTH_NAMING, CLEAR_WORD = 80.0, 55.0, 88.0
NEAREST = 3


@dataclass(frozen=True)
class Column:
    """A header or label of the export and what was found for it.

    basis: name (ours), hint, similar, content; empty where nothing is clear. near: fields by
    likelihood. left_out: why it is better not read ("personal", "scaled"), if so.
    """

    text: str
    key: str
    content: Content
    field: Field | None = None
    basis: str = ""
    score: float = 0.0
    near: tuple[Field, ...] = ()
    left_out: str = ""


@dataclass(frozen=True)
class Word:
    """A word of the export that is not ours: how often it stands there, and which it could be."""

    field: Field
    text: str
    count: int
    ours: str | None
    near: tuple[str, ...]


def matched(ours: Sheet, columns: Sequence[Column]) -> tuple[Column, ...]:
    """Return the columns with their fields; each field and each key of a header once."""
    scores = {i: scored(ours, column) for i, column in enumerate(columns)}
    pairs = [(score, i, key) for i, of in scores.items() for key, (score, _) in of.items()]
    fields: dict[int, str] = {}
    keys: set[str] = set()
    for score, i, key in sorted(pairs, key=lambda pair: (-pair[0], pair[1])):
        free = i not in fields and key not in fields.values() and columns[i].key not in keys
        if score >= CLEAR and free:
            fields[i] = key
            keys.add(columns[i].key)
    return tuple(
        judged(ours, column, scores[i], fields.get(i), set(fields.values()))
        for i, column in enumerate(columns)
    )


Scores = dict[str, tuple[float, str]]


def judged(
    ours: Sheet, column: Column, scores: Scores, chosen: str | None, given: set[str]
) -> Column:
    """Return the column with its field, or with the nearest of those that are left."""
    if chosen is not None:
        score, basis = scores[chosen]
        return replace(column, field=ours.field(chosen), score=min(score, 100.0), basis=basis)
    if why := better_left_out(column):
        return replace(column, left_out=why)
    order = sorted(scores, key=lambda key: -scores[key][0])
    near = [k for k in order if scores[k][0] >= WORTH_NAMING and k not in given]
    return replace(column, near=tuple(ours.field(key) for key in near[:NEAREST]))


def scored(ours: Sheet, column: Column) -> Scores:
    """Return the score (in percent) and its basis of every field that the column may be."""
    by_name = field_scores(ours.key, column.key)
    why = better_left_out(column)
    if why:
        own = {key: said for key, said in by_name.items() if said[1] == "name"}
        return own if why == "personal" else {}
    result = {}
    for one in ours.fields:
        score, basis = by_name.get(one.key, (0.0, "similar"))
        more, alone = fits(column.content, ours.key, one)
        named = score + more if score >= WORTH_NAMING or more < 0 else score
        result[one.key] = (named, basis) if named >= alone else (float(alone), "content")
    return result


@cache
def field_scores(sheet: str, key: str) -> Scores:
    """Return how near a header's key is to each field of the sheet."""
    return name_scores(field_names(sheet), key)


def name_scores(names: Names, key: str) -> Scores:
    """Return how near the key is to the nearest name of each thing named, and by what."""
    result: Scores = {}
    for _, score, index in process.extract(
        key, names.keys, scorer=fuzz.token_sort_ratio, limit=None, score_cutoff=WORTH_NAMING
    ):
        basis = ("name" if names.own[index] else "hint") if names.keys[index] == key else "similar"
        # A hint is somebody else's word: less certain than a name of ours.
        said = {"name": 120.0, "hint": 92.0}.get(basis, min(score, 95.0))
        if said > result.get(names.of[index], (0.0, ""))[0]:
            result[names.of[index]] = (said, basis)
    return result


def better_left_out(column: Column) -> str:
    """Return why a column should not be read: personal data, or figures in thousands or millions.

    Units are not converted: a turnover in T€ would be read as one in euros.
    """
    content = column.content
    by_cells = content.share("mail") >= 0.5 or content.share("phone") >= 0.7
    if by_cells or pattern("personal_words").search(column.key):
        return "personal"
    return "scaled" if pattern("scales").search(word_key(column.text)) else ""


# ------------------------------------------------------------------------------------------ words
def strange_words(column: Column) -> Iterator[Word]:
    """Yield the words of a list's column that would not be read, the frequent ones first."""
    field = column.field
    if field is None or not (field.list or field.type == "yes_no"):
        return
    names = word_names(field)
    own = {key for key, is_own in zip(names.keys, names.own, strict=True) if is_own}
    for key, (count, text) in parts_of_lists(column).items():
        if key not in own:
            yield word(names, field, key, count, text)


def word(names: Names, field: Field, key: str, count: int, text: str) -> Word:
    """Return a strange word with the word of ours that is clearly meant, and the nearest ones."""
    scores = name_scores(names, key)
    order = sorted(scores, key=lambda ours: -scores[ours][0])
    clear = bool(order) and scores[order[0]][0] >= CLEAR_WORD
    return Word(field, text, count, order[0] if clear else None, tuple(order[:NEAREST]))


def parts_of_lists(column: Column) -> dict[str, tuple[int, str]]:
    """Return the column's words; where cells hold lists their items."""
    if column.field is None or column.field.type != "choices":
        return dict(column.content.words)
    result: dict[str, tuple[int, str]] = {}
    for count, text in column.content.words.values():
        for item in filter(None, map(collapse, text.split(";"))):
            before = result.get(word_key(item), (0, ""))[0]
            result[word_key(item)] = (before + count, item)
    return result
