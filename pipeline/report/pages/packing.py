"""The data of the index for its script: its texts as plain JSON, all that is large compressed."""

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.common.settings import PageRules
from pipeline.report.pages.index import IndexView
from pipeline.report.pages.landmap import LandMap
from pipeline.report.pages.lists import Lists
from pipeline.report.pages.rendering import part
from pipeline.report.pages.views import page_of
from pipeline.report.pages.words import Words


@dataclass(frozen=True)
class Given:
    """The data of the page: plain JSON, and packed data by the ids of their elements.

    apart: whether the packed data include the circles of the map.
    """

    plain: Markup
    packed: Mapping[str, Markup]
    apart: bool


def given(view: IndexView, lists: Lists, rules: PageRules, words: Words) -> Given:
    """Return the data of the page; the rows of split tables and the circles are packed, too."""
    choose = dict(view.data.chosen_from)
    apart = view.map is not None and len(view.map.offices) > rules.rows_on_index
    choose["lists"] = {long.key: long.rows for long in lists.values()}
    choose["offices"] = offices(view.map, words) if view.map and apart else {}
    packed = {"packed": pack(choose)}
    if view.data.reasons is not None:
        packed["why-data"] = pack(view.data.reasons)
    start = plain({"first": rules.rows_at_first, "page": page_of("{id}"), **view.data.texts})
    return Given(start, packed, apart)


def offices(drawn: LandMap, words: Words) -> dict[str, str]:
    """Return by cluster the circle around its office."""
    rings = part("rings", words, drawn).splitlines()
    return {o.cluster_id: ring for o, ring in zip(drawn.offices, rings, strict=True)}


def plain(data: object) -> Markup:
    """Return data as JSON that is safe inside a page."""
    text = _json(data)
    # No text may close the script element that contains it.
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def pack(data: object) -> Markup:
    """Return data in the form that the page's script unpacks: JSON, compressed, as base64."""
    return Markup(base64.b64encode(zlib.compress(_json(data).encode(), level=9)).decode())


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
