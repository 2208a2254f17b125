"""Matches the columns of an export to our fields, and its words to ours."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from rapidfuzz import fuzz, process

from pipeline.submissions.mapping.content import Content, fits
from pipeline.submissions.mapping.hints import (
    Names,
    field_names,
    hints,
    nouns,
    pattern,
    scale_of,
    word_names,
)
from pipeline.submissions.parse.lists import sure_pieces
from schemas.declaration import Field, Sheet, submission
from schemas.words import header_key, word_key

CLEAR, WORTH_NAMING, CLEAR_WORD = 80.0, 55.0, 88.0
# A name must be so near that what the cells hold may confirm it.
WORTH_A_BONUS = 72.0
NEAREST = 3
# How sure a name makes: a hint is somebody else's word, a noun stands among other words.
OF_NAME, OF_HINT, OF_NOUN, OF_SIMILAR = 120.0, 92.0, 84.0, 95.0
NUMBERS = ("number", "integer")
# So much of a column must be of a kind to be read as such.
MOSTLY = 0.7


# By field how sure it is (in percent), and its basis.
Scores = dict[str, tuple[float, str]]


@dataclass(frozen=True)
class Column:
    """A header or label of the export and what was found for it.

    basis: name (ours), hint, noun, similar, content; empty where nothing is clear. also: the second
    field, where a cell holds a postcode and a city. near: fields by likelihood. left_out: why it is
    better not read ("personal", "person_name"), if so.
    """

    text: str
    key: str
    content: Content
    field: Field | None = None
    basis: str = ""
    score: float = 0.0
    also: Field | None = None
    near: tuple[Field, ...] = ()
    left_out: str = ""

    @property
    def factor(self) -> int | None:
        """The factor of its numbers, by its header (1000 for thousands)."""
        counts = self.field is not None and self.field.type in NUMBERS
        return scale_of(self.text) if counts else None

    @property
    def years(self) -> bool:
        """Whether it holds years although its field needs dates."""
        dated = self.field is not None and self.field.type == "date"
        return dated and self.content.share("year") > 0


@dataclass(frozen=True)
class Word:
    """A word of the export that is not ours: how often it occurs, and which of ours it may be."""

    field: Field
    text: str
    count: int
    ours: str | None
    near: tuple[str, ...]


def matched(ours: Sheet, columns: Sequence[Column]) -> tuple[Column, ...]:
    """Return the columns with their fields; each field and each key of a header once."""
    columns = without_persons(ours, columns)
    scores = {i: scored(ours, column) for i, column in enumerate(columns)}
    lower_equals(columns, scores)
    pairs = [(score, i, key) for i, of in scores.items() for key, (score, _) in of.items()]
    fields: dict[int, str] = {}
    keys: set[str] = set()
    for score, i, key in sorted(pairs, key=lambda pair: (-pair[0], pair[1])):
        free = i not in fields and key not in fields.values() and columns[i].key not in keys
        if score >= CLEAR and free:
            fields[i] = key
            keys.add(columns[i].key)
    given = set(fields.values())
    return tuple(
        with_place(ours, judged(ours, column, scores[i], fields.get(i), given), given)
        for i, column in enumerate(columns)
    )


def with_place(ours: Sheet, column: Column, given: set[str]) -> Column:
    """Return the column with postcode and city, if both stand in it and in no other column."""
    pair = {"postcode": "city", "city": "postcode"}
    other = pair.get(column.field.key if column.field else "")
    if other is None or other in given or column.content.share("place") < MOSTLY:
        return column
    return replace(column, field=ours.field("postcode"), also=ours.field("city"))


def without_persons(ours: Sheet, columns: Sequence[Column]) -> list[Column]:
    """Return the columns with the reason why some are left out.

    In a table "Name" alone is a person's beside a given name, a salutation or the like, and where
    another column names the organisation.
    """
    judged = [replace(column, left_out=better_left_out(column)) for column in columns]
    plain = [i for i, column in enumerate(columns) if column.key in plain_names()]
    if ours.layout == "form" or not plain:
        return judged
    signs = any(pattern("person_signs").search(header_as_words(column.text)) for column in columns)
    others = [column for i, column in enumerate(judged) if i not in plain]
    if signs or (ours.key == "actors" and any(map(names_organisation, others))):
        for i in plain:
            judged[i] = replace(judged[i], left_out="person_name")
    return judged


@cache
def plain_names() -> frozenset[str]:
    """Return the keys of headers that may stand above names of persons."""
    return frozenset(map(word_key, hints().names_of_persons))


def names_organisation(column: Column) -> bool:
    """Whether a column can only hold the names of organisations."""
    return scored(submission().sheet("actors"), column).get("name", (0.0, ""))[0] >= CLEAR


def lower_equals(columns: Sequence[Column], scores: dict[int, Scores]) -> None:
    """Leave a field open that fits several columns equally ("Umsatz 2024", "Umsatz 2025")."""
    by_field: dict[str, list[int]] = {}
    for i, of in scores.items():
        for key, (score, basis) in of.items():
            if score >= CLEAR and basis != "name":
                by_field.setdefault(key, []).append(i)
    for key, several in by_field.items():
        most = max(scores[i][key][0] for i in several)
        alike = [i for i in several if scores[i][key][0] == most]
        if len({columns[i].key for i in alike}) > 1:
            for i in alike:
                scores[i][key] = (CLEAR - 1, scores[i][key][1])


def header_as_words(text: str) -> str:
    """Return the key of a header as a person would write it: NAME_ORG1, BillingCity, a_x0020_b."""
    text = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), text)
    return word_key(re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])", " ", text).replace("_", " "))


def judged(
    ours: Sheet, column: Column, scores: Scores, chosen: str | None, given: set[str]
) -> Column:
    """Return the column with its field, or with the nearest of those that are left."""
    if chosen is not None:
        score, basis = scores[chosen]
        field, score = ours.field(chosen), min(score, 100.0)
        return replace(column, field=field, score=score, basis=basis, left_out="")
    if column.left_out:
        return column
    order = sorted(scores, key=lambda key: -scores[key][0])
    near = [k for k in order if scores[k][0] >= WORTH_NAMING and k not in given]
    return replace(column, near=tuple(ours.field(key) for key in near[:NEAREST]))


def scored(ours: Sheet, column: Column) -> Scores:
    """Return the score (in percent) and its basis of every field that the column may be."""
    by_name = header_scores(ours.key, column)
    if column.left_out:
        own = {key: scores for key, scores in by_name.items() if scores[1] == "name"}
        return own if column.left_out == "personal" and is_own(column) else {}
    fit = {one.key: fits(column.content, ours.key, one) for one in ours.fields}
    doubt = any(score >= OF_NOUN and fit[key][0] < 0 for key, (score, _) in by_name.items())
    result = {}
    for key, (more, alone) in fit.items():
        score, basis = by_name.get(key, (0.0, "similar"))
        named = score + more if score >= WORTH_A_BONUS or more < 0 else score
        # a header that means another field casts doubt on what the content says
        by_content = min(float(alone), CLEAR - 1) if doubt else float(alone)
        result[key] = (named, basis) if named >= by_content else (by_content, "content")
    return result


def is_own(column: Column) -> bool:
    """Whether its header is a name alone, without a remark such as "(Ansprechpartner)"."""
    return word_key(column.text).rstrip("*: ") == column.key


def header_scores(sheet: str, column: Column) -> Scores:
    """Return the similarity of a header to each field of the sheet, as written and as words."""
    header = header_as_words(column.text)
    result = dict(field_scores(sheet, column.key))
    for key, of in field_scores(sheet, header_key(header)).items():
        result[key] = max(of, result.get(key, of))
    field = next((key for key, words in nouns(sheet).items() if words.search(header)), None)
    if field is not None and re.search(r"\W", header):
        # what a header asks for counts more than what other words are like
        for key, (score, basis) in result.items():
            result[key] = (min(score, CLEAR - 1) if basis == "similar" else score, basis)
        noun = (OF_NOUN, "noun")
        result[field] = max(noun, result.get(field, noun))
    return result


@cache
def field_scores(sheet: str, key: str) -> Scores:
    """Return the similarity of a header's key to each field of the sheet."""
    return name_scores(field_names(sheet), key)


def name_scores(names: Names, key: str) -> Scores:
    """Return by field the similarity of the key to its nearest name, and that name."""
    result: Scores = {}
    for _, score, index in process.extract(
        key, names.keys, scorer=fuzz.token_sort_ratio, limit=None, score_cutoff=WORTH_NAMING
    ):
        basis = ("name" if names.own[index] else "hint") if names.keys[index] == key else "similar"
        # A hint is somebody else's word: less certain than a name of ours.
        value = {"name": OF_NAME, "hint": OF_HINT}.get(basis, min(score, OF_SIMILAR))
        if value > result.get(names.of[index], (0.0, ""))[0]:
            result[names.of[index]] = (value, basis)
    return result


def better_left_out(column: Column) -> str:
    """Return why a column should not be read: it may hold personal data."""
    content = column.content
    by_cells = content.share("mail") >= 0.5 or content.share("phone") >= MOSTLY
    is_personal = pattern("personal_words").search(word_key(column.text))
    is_personal = is_personal or pattern("personal_words").search(header_as_words(column.text))
    return "personal" if by_cells or is_personal else ""


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
    """Return an unknown word with our word that it clearly means, if any, and the nearest ones."""
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
        for item in sure_pieces(text):
            before = result.get(word_key(item), (0, ""))[0]
            result[word_key(item)] = (before + count, item)
    return result
