"""Reads the usual form of an OOXML sheet by passes over the whole of it, not cell by cell.

A sheet is read here only if it consists of nothing but rows and cells in the form that programs
write: the lengths of what was found must add up to the length of what is there. Whatever differs
is left to `ooxml_exact`, so nothing can be overlooked.
"""

import math
import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import compress, islice, repeat
from operator import lt

from pipeline.intake.cells import DATE, NUMBER, PLACES, Cells, Value
from pipeline.intake.ooxml_strings import as_utf8, is_special, plain_text
from pipeline.intake.ooxml_values import STORED_TEXT, OoxmlValues
from pipeline.intake.refusal import BadCellError, Refusal
from pipeline.intake.values import NUMBER_FORM, number_value
from pipeline.intake.xml import NAMESPACES, SEPARATOR, Attributes, scan

BEGIN, END = "<sheetData>", "</sheetData>"
# One cell with a stored value: reference, other attributes, value.
CELL = re.compile(r'<c r="([A-Z]{1,3}[1-9][0-9]{0,6})"([^<>]*)><v>([^<]*)</v></c>')
AROUND_CELL = len('<c r=""><v></v></c>')
ATTRIBUTES = r'(?: [A-Za-z][\w:.]*="[^"<>&]*")*'
OF_ROW = r'(?: r="[0-9]{1,7}")?(?: (?!r=)[A-Za-z][\w:.]*="[^"<>&]*")*'
ROWS = re.compile(rf"(?:<row{OF_ROW}/>)*<row{OF_ROW}>")
LAST_ROWS = re.compile(rf"(?:<row{OF_ROW}/>)*")
EMPTY = re.compile(r'<c r="[A-Z]{1,3}[1-9][0-9]{0,6}"(?: s="[0-9]+")?(?:/>|></c>)')
INLINE = re.compile(r'( t="inlineStr"[^<>]*>)<is><t(?: xml:space="preserve")?>([^<]*)</t></is>')
FORMULA = re.compile(rf"><f({ATTRIBUTES})(?:/>|>[^<\x00-\x1f]*</f>)")
HEAD = re.compile(r'(?: s="([0-9]{1,9})"| t="([A-Za-z]+)"| (?:cm|vm)="[0-9]+")*(\x01?)(\x02?)')
# Attributes' values that cannot matter to a document's form.
VALUE = re.compile(r'"[A-Z0-9:. -]*"')
# Marks put in place of a formula, and of a value that is not stored; no XML can hold them.
HAS_FORMULA, WITHOUT_VALUE = "\x01", "\x02"
MOST_DAYS = 100_000
# Tags that differ in their digits only are of one form.
DIGITS = str.maketrans("123456789", "0" * 9)
NO_NUMERIC = str.maketrans("", "", "0123456789+-.eE")
CHUNK = 4_000_000


def read_sheet(data: bytes, part: str, index: int, heads: "Heads") -> bool:
    """Append the sheet's cells; False if the sheet is not in the usual form: nothing is added."""
    text = as_utf8(data, checked=True)
    if text is None:
        return False
    begin, end = text.find(BEGIN) + len(BEGIN), text.rfind(END)
    if begin < len(BEGIN) or end < begin:
        return False
    reader = _Sheet(heads)
    try:
        if not all(reader.read(chunk) for chunk in chunks(text, begin, end)):
            return False
    except (KeyError, ValueError, BadCellError):  # the exact reader says what and where
        return False
    if not has_form(text[:begin] + "".join(reader.samples.values()) + text[end:], part):
        return False
    heads.values_of.cells.extend(index, reader.places, bytes(reader.kinds), reader.numbers)
    return True


def chunks(text: str, begin: int, end: int) -> Iterator[str]:
    """Yield the rows in portions that do not fill the memory."""
    while end - begin > CHUNK:
        cut = text.rfind("</row>", begin, begin + CHUNK)
        if cut < 0:
            break
        yield text[begin : cut + len("</row>")]
        begin = cut + len("</row>")
    yield text[begin:end]


def has_form(skeleton: str, part: str) -> bool:
    """Whether a sheet, with one example of each kind of tag, is one; ill-formed is a Refusal."""
    declaration, mark, rest = skeleton.rpartition("?>")
    try:
        return is_sheet(declaration + mark + VALUE.sub('""', rest), part)
    except Refusal:
        return is_sheet(skeleton, part)


@lru_cache(maxsize=1000)
def is_sheet(skeleton: str, part: str) -> bool:
    """Whether the text is a well-formed sheet; without numbers many sheets are alike."""
    depth, found = 0, []

    def start(name: str, _: Attributes) -> None:
        nonlocal depth
        if depth < 2:
            found.append((depth, name))
        depth += 1

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    scan(skeleton.encode(), part, start, end)
    space, _, root = found[0][1].rpartition(SEPARATOR)
    good = space in NAMESPACES and root == "worksheet"
    return good and found.count((1, f"{space}{SEPARATOR}sheetData")) == 1


class _Sheet:
    """Collects a sheet's cells."""

    def __init__(self, heads: "Heads") -> None:
        self.heads = heads
        self.places: list[int] = []
        self.kinds = bytearray()
        self.numbers: list[float] = []
        # One tag of each form, by what is left of it without digits.
        self.samples: dict[str, str] = {}

    def read(self, rows: str) -> bool:
        """Read whole rows; False if they hold anything unusual."""
        if is_special(rows) or HAS_FORMULA in rows or WITHOUT_VALUE in rows:
            return False
        return self.read_plain(rows) or self.read_plain(self.simplified(rows))

    def read_plain(self, rows: str) -> bool:
        """Read rows in which every cell is of the usual form; False if there is any other."""
        found = CELL.findall(rows)
        if not found:
            return self.length_of_rows(rows) == len(rows)
        references, heads, texts = zip(*found, strict=True)
        length = len("".join(references)) + len("".join(heads)) + len("".join(texts))
        length += AROUND_CELL * len(found)
        if length > len(rows) or length + self.length_of_rows(rows) != len(rows):
            return False
        places = list(map(PLACES.__getitem__, references))
        if self.places and self.places[-1] >= places[0]:
            return False
        if not all(map(lt, places, islice(places, 1, None))):
            return False
        self.places += places
        return self.convert(heads, texts)

    def simplified(self, rows: str) -> str:
        """Return the rows without empty cells, formulas as marks, all values as <v>."""
        if '"/>' in rows or '"></c>' in rows:
            rows = EMPTY.sub("", rows)
        if "<is>" in rows:
            rows = INLINE.sub(r"\1<v>\2</v>", rows)
        if "<f" in rows:
            for attributes in set(FORMULA.findall(rows)):
                self.samples["<f" + attributes.translate(DIGITS)] = f"<f{attributes}/>"
            rows = FORMULA.sub(HAS_FORMULA + ">", rows)
            saved = f"{HAS_FORMULA}{WITHOUT_VALUE}><v></v></c>"
            rows = rows.replace(f"{HAS_FORMULA}></c>", saved)
        return rows

    def length_of_rows(self, rows: str) -> int:
        """Return how much of the text are the rows' own tags; -1 if there is anything unusual."""
        *pieces, rest = rows.split("</row>")
        ends = list(map(str.find, pieces, repeat(">")))
        begins = [piece[: end + 1] for piece, end in zip(pieces, ends, strict=True)]
        tags = "".join(begins)
        # One tag in each piece, at its beginning; a row without cells may close itself.
        if rest or rows.count("<row") != len(pieces) or not self.have_form(tags):
            return self.length_of_any_rows(pieces, rest)
        return len(tags) + len("</row>") * len(pieces)

    def length_of_any_rows(self, pieces: list[str], rest: str) -> int:
        """Return the same where some rows close themselves."""
        matches = [ROWS.match(piece) for piece in pieces]
        last = LAST_ROWS.fullmatch(rest)
        if last is None or not all(matches):
            return -1
        begins = "".join([match[0] for match in matches if match])
        known = self.have_form((begins + last[0]).replace("/>", ">"))
        return len(begins) + len(last[0]) + len("</row>") * len(pieces) if known else -1

    def have_form(self, tags: str) -> bool:
        """Whether tags of rows that follow one another are of the usual form; keep one of each."""
        if ' r="0' in tags:  # no row has this number, which a form does not tell
            return False
        for form in set(tags.translate(DIGITS).split(">")) - self.samples.keys() - {""}:
            if not ROWS.fullmatch(form + ">"):
                return False
            first = next(tag for tag in tags.split(">") if tag.translate(DIGITS) == form)
            self.samples[form] = first + "/>"
        return True

    def convert(self, heads: tuple[str, ...], texts: tuple[str, ...]) -> bool:
        """Append kinds and numbers; False if a number is not written as one."""
        for head in set(heads):
            self.samples.setdefault(head, self.heads.example(head))
        if not self.are_numbers(heads, texts):
            return False
        pairs = zip(map(self.heads.ways.__getitem__, heads), texts, strict=True)
        numbers = [make(text) for make, text in pairs]
        start = len(self.kinds)
        self.kinds += bytes(map(self.heads.kinds.__getitem__, heads))
        self.numbers += numbers
        if not math.isfinite(sum(numbers)):
            self.correct(start, heads, texts)
        return True

    def are_numbers(self, heads: tuple[str, ...], texts: tuple[str, ...]) -> bool:
        """Whether everything that is converted as a number is written as one."""
        chosen = self.heads.numeric
        joined = "".join(compress(texts, map(chosen.__contains__, heads)))
        return not joined.translate(NO_NUMERIC)

    def correct(self, start: int, heads: tuple[str, ...], texts: tuple[str, ...]) -> None:
        """Give the cells that are not of their type's usual kind their own; drop empty ones."""
        empty = []
        for at, number in enumerate(self.numbers[start:], start):
            if not math.isfinite(number):
                value = self.heads[heads[at - start]].value(texts[at - start])
                if value is None:
                    empty.append(at)
                else:
                    self.kinds[at], self.numbers[at] = value
        for at in reversed(empty):
            del self.kinds[at], self.numbers[at], self.places[at]


class Heads(dict[str, "_Head"]):
    """How the cells of a workbook are read, by what stands in their tags besides the reference."""

    def __init__(self, values: OoxmlValues) -> None:
        super().__init__()
        self.values_of = values
        self.ways: dict[str, Callable[[str], float]] = {}
        self.kinds: dict[str, int] = {}
        # Those whose texts are converted as they stand, once they have been looked at.
        self.numeric: set[str] = set()

    def __missing__(self, head: str) -> "_Head":
        self[head] = how = _Head(self.values_of, head)
        self.ways[head], self.kinds[head] = how.convert, how.kind
        if how.convert is float:
            self.numeric.add(head)
        return how

    def example(self, head: str) -> str:
        """Return an empty cell with such a tag."""
        return self[head].example


class _Days(dict[str, float]):
    """The days (since 1970) of stored numbers, the same for all workbooks; NaN where none is."""

    def __init__(self, shown: int, *, from_1904: bool) -> None:
        super().__init__()
        self.shown, self.from_1904 = shown, from_1904

    def __missing__(self, text: str) -> float:
        if not NUMBER_FORM.fullmatch(text):
            return math.nan
        number, nobody = float(text), Cells()
        kind, day = number_value(nobody, number, self.shown, text, from_1904=self.from_1904)
        if len(self) > MOST_DAYS:
            self.clear()
        self[text] = day = day if kind == DATE else math.nan
        return day


@cache
def days(shown: int, *, from_1904: bool) -> _Days:
    """Return the days known so far of a kind of format and system of dates."""
    return _Days(shown, from_1904=from_1904)


class _Head(dict[str, float]):
    """How cells of one type and format are read: the number of each text, each worked out once.

    A text that gives another kind than the usual one, or nothing, has no number (NaN).
    """

    def __init__(self, values: OoxmlValues, head: str) -> None:
        super().__init__()
        match = HEAD.fullmatch(head)
        if match is None:
            raise ValueError(head)
        self.make, self.style, self.type = values, match[1] or "", match[2] or ""
        self.example = f'<c r="A1"{head.rstrip(HAS_FORMULA + WITHOUT_VALUE)}/>'
        self.formula, self.without_value = bool(match[3]), bool(match[4])
        self.kind = values.usual_kind(self.type, self.style)
        self.convert: Callable[[str], float] = self.way()

    def way(self) -> Callable[[str], float]:
        """Return what gives the number of a text, the quickest way that is right."""
        if self.formula:
            return self.__getitem__
        if self.type == "s" and self.make.positions:
            return self.make.positions.__getitem__
        if self.kind == DATE and self.type in ("", "n"):
            shown = self.make.shown(self.style)
            return days(shown, from_1904=self.make.from_1904).__getitem__
        return float if self.kind == NUMBER else self.__getitem__

    def value(self, text: str) -> Value | None:
        """Return the value of a text as `OoxmlValues` gives it."""
        if self.type in STORED_TEXT or self.type == "e":
            if not text.isprintable():
                raise ValueError(text)
            text = plain_text(text)
        stored = None if self.without_value else text
        return self.make.value(self.type, self.style, stored, formula=self.formula)

    def __missing__(self, text: str) -> float:
        value = self.value(text)
        number = value[1] if value is not None and value[0] == self.kind else math.nan
        self[text] = number
        return number
