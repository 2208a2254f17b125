"""Nothing private of a library is used or overridden; and the check detects what it must."""

from pathlib import Path

import pytest

from tests.private_names import OWN, module_of, private_names

ROOT = Path(__file__).parent.parent
# What is still to go, without its line; whoever mends it takes it from here, too.

BELOW = "from lib import B\nclass A(B):\n    "
FOREIGN = {
    "an import": "from lib import _name",
    "an import within a function": "def f():\n    from lib import _name",
    "a private module": "from lib._inner import name",
    "a private module by its name": "import lib._inner",
    "of the standard library": "from collections import _tuplegetter",
    "of a module": "import lib\nlib._name()",
    "of the standard library's module": "import os\nos._exit(1)",
    "of an object": "from lib import Thing\nThing()._name",
    "of an argument": "def f(thing):\n    return thing._name",
    "of a field": "class A:\n    def f(self):\n        return self.thing._name",
    "of a result": "def f(g):\n    return g()._name",
    "set": "def f(thing):\n    thing._name = 1",
    "deleted": "def f(thing):\n    del thing._name",
    "two underscores": "def f(thing):\n    return thing.__name",
    "of a class of another": "def f(thing):\n    return thing._Class__name",
    "inherited": BELOW + "def f(self):\n        self._name()",
    "inherited, by super": BELOW + "def f(self):\n        super()._name()",
    "inherited, by cls": BELOW + "def f(cls):\n        cls._name",
    "inherited, by the class": BELOW + "def f(self):\n        B._name(self)",
    "inherited over a class of ours": (
        "from lib import B\nclass A(B): pass\nclass C(A):\n    def f(self):\n        self._name()"
    ),
    "self of no class": "def f(self):\n    return self._name",
    "a name that only another class defines": (
        "class A:\n    _name = 1\nclass B:\n    def f(self):\n        return self._name"
    ),
    "overridden": BELOW + "def _name(self): pass",
    "overridden, asynchronously": BELOW + "async def _name(self): pass",
    "overridden by a value": BELOW + "_name = 1",
    "overridden by a value with a type": BELOW + "_name: int = 1",
    "overridden in an object": (BELOW + "def f(self):\n        self._name = 1"),
    "overridden in a class of a module": "import lib\nclass A(lib.B):\n    def _name(self): pass",
    "overridden in a generic class": BELOW.replace("B)", "B[int])") + "def _name(self): pass",
    "overridden below a class of ours": (
        "from lib import B\nclass A(B): pass\nclass C(A):\n    def _name(self): pass"
    ),
    "overridden beside a class of ours": (
        "from lib import B\nclass A: pass\nclass C(A, B):\n    def _name(self): pass"
    ),
    "overridden below a class of another module of ours": (
        "from pipeline.other import Sheet\nclass A(Sheet):\n    def _name(self): pass"
    ),
    "a class of another named like ours": (
        "from lib import Plain\nclass A(Plain):\n    def _name(self): pass"
    ),
    "by text": "def f(thing):\n    return getattr(thing, '_name', None)",
    "set by text": "def f(thing):\n    setattr(thing, '_name', None)",
    "by a reader of attributes": "import operator\noperator.attrgetter('name._name')",
    "a module by text": "from importlib import import_module\nimport_module('lib._inner')",
    "by a pattern": "def f(thing):\n    match thing:\n        case list(_name=1): pass",
    "in an annotation": "from lxml import etree\ndef f(root: etree._Element): pass",
    "in an annotation as text": "from lxml import etree\ndef f(root: 'etree._Element'): pass",
    "in a result's annotation as text": "def f() -> 'list[etree._Element]': pass",
}
OURS = {
    "a method": "class A:\n    def f(self):\n        self._name()\n    def _name(self): pass",
    "a field": "class A:\n    def __init__(self):\n        self._name = 1\n        self._name += 1",
    "a field with a type": "class A:\n    _name: int\n    def f(self):\n        return self._name",
    "of a class": "class A:\n    _name = 1\n    @classmethod\n    def f(cls): return cls._name",
    "within a function": (
        "class A:\n    _name = 1\n    def f(self): return lambda: [self._name for _ in 'ab']"
    ),
    "inherited from a class of ours": (
        "class A:\n    def _name(self): pass\nclass B(A):\n    def f(self):\n        self._name()"
    ),
    "inherited from another module of ours": (
        "from pipeline.other import Plain\nclass A(Plain):\n    def f(self):\n        self._name()"
    ),
    "overridden from a class of ours": (
        "from pipeline import other\nclass A(other.Plain):\n    def _name(self): pass"
    ),
    "a function": "def _name(): pass\n_name()",
    "an import of ours": "from pipeline.other import _name\nfrom schemas._inner import name",
    "the language's own": "from __future__ import name\nclass A(dict):\n    __slots__ = ()",
    "the language's own of others": "import lib\nlib.__version__, super().__init__(), A.__doc__",
    "public names": BELOW + "def f(self):\n        return self.name.other",
    "names of values": "for _, _rest in []:\n    print(_rest)",
}
OTHER = """
from lib import B
class Sheet(B): pass
class Plain:
    def _name(self): pass
"""


def found(text: str) -> list[str]:
    return private_names({"pipeline.own": text, "pipeline.other": OTHER})


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN)
def test_a_private_name_of_others_is_found(text: str) -> None:
    assert [line for line in found(text) if line.startswith("pipeline.own:")]


@pytest.mark.parametrize("text", OURS.values(), ids=OURS)
def test_our_own_names_are_ours(text: str) -> None:
    assert found(text) == []


def test_the_program_uses_no_private_name_of_others() -> None:
    paths = [path for folder in OWN for path in sorted((ROOT / folder).rglob("*.py"))]
    assert len(paths) > 100
    sources = {module_of(p.relative_to(ROOT)): p.read_text(encoding="utf-8") for p in paths}
    found = private_names(sources)
    assert found == []
