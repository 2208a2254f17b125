"""Finds names with a leading underscore that belong to somebody else: uses and overrides.

Such names are a library's own: it may change them at any time. Ours are those that a class of ours
defines and reads from `self` or `cls`; everything else counts as somebody else's.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeGuard

OWN = ("pipeline", "schemas")
# What reads a name, or a module, that is given as a text.
BY_TEXT = {"getattr", "setattr", "hasattr", "delattr", "attrgetter", "methodcaller"}
BY_TEXT |= {"import_module", "__import__"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Class:
    """A class of ours: its module, its bases by full name, the private names it defines."""

    node: ast.ClassDef
    bases: list[str] = field(default_factory=list)
    private: set[str] = field(default_factory=set)


def is_private(name: str) -> bool:
    """Whether any part of a dotted name begins with an underscore and is not like __this__."""
    parts = name.split(".")
    return any(p.startswith("_") and not (p.startswith("__") and p.endswith("__")) for p in parts)


def is_own(module: str) -> bool:
    return module.split(".")[0] in OWN


def module_of(path: Path) -> str:
    """Return the full name of the module in a file."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def private_names(sources: Mapping[str, str]) -> list[str]:
    """Return where private names of others are used or overridden. sources: module to its text."""
    trees = {module: ast.parse(text) for module, text in sources.items()}
    classes = {name: own for m, tree in trees.items() for name, own in classes_of(m, tree)}
    return [
        f"{module}:{line}: {what}"
        for module, tree in trees.items()
        for line, what in sorted({*imports(tree), *uses(module, tree, classes)})
    ]


# ---------------------------------------------------------------------------------------- imports
def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Find imports of private names and from private modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from ((node.lineno, f"import {n}") for n in names if is_private(n) and not is_own(n))


# ---------------------------------------------------------------------------------------- classes
def classes_of(module: str, tree: ast.AST) -> Iterator[tuple[str, Class]]:
    """Find the classes of a module by their full names."""
    known = names_of(module, tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            bases = [full_name(base, known) for base in node.bases]
            private = set(filter(is_private, defined(node)))
            yield f"{module}.{node.name}", Class(node, bases, private)


def names_of(module: str, tree: ast.AST) -> dict[str, str]:
    """Return the full names of what a module imports and of its own classes."""
    known = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            known |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
        elif isinstance(node, ast.Import):
            known |= {a.asname: a.name for a in node.names if a.asname}
        elif isinstance(node, ast.ClassDef):
            known[node.name] = f"{module}.{node.name}"
    return known


def full_name(base: ast.expr, known: Mapping[str, str]) -> str:
    """Return the full name of a base: of `Base[int]` that of Base."""
    first, dot, rest = ast.unparse(base).partition("[")[0].partition(".")
    return known.get(first, first) + dot + rest


def defined(node: ast.ClassDef) -> Iterator[str]:
    """Find the names that a class defines in its body and by `self.name = …`."""
    for statement in node.body:
        if isinstance(statement, Function):
            yield statement.name
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            yield from (n.id for n in ast.walk(statement) if is_stored(n))
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store):
            yield from [part.attr] if is_self(part.value) else []


def is_stored(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def is_self(value: ast.expr) -> bool:
    return isinstance(value, ast.Name) and value.id in ("self", "cls")


def family(name: str, classes: Mapping[str, Class]) -> tuple[set[str], list[str]]:
    """Return the private names of a class and its bases of ours, and its bases of others."""
    if name not in classes:
        return set(), [name]
    private, others = set(classes[name].private), []
    for base in classes[name].bases:
        more, foreign = family(base, classes)
        private |= more
        others += foreign
    return private, [base for base in others if base != "object"]


# ------------------------------------------------------------------------------------------- uses
def uses(
    module: str, node: ast.AST, classes: Mapping[str, Class], within: str | None = None
) -> Iterator[tuple[int, str]]:
    """Find attributes that are not ours, and private names in classes with bases of others."""
    for child in ast.iter_child_nodes(node):
        inner = within
        if isinstance(child, ast.ClassDef):
            inner = f"{module}.{child.name}"
            yield from overrides(inner, classes)
        own = family(inner, classes)[0] if inner else set()
        yield from ((child.lineno, what) for what in foreign_names(child, own))
        yield from uses(module, child, classes, inner)


def overrides(name: str, classes: Mapping[str, Class]) -> Iterator[tuple[int, str]]:
    """Find the private names of a class that may be those of a base of others."""
    others = family(name, classes)[1]
    if others:
        node = classes[name].node
        own = sorted(classes[name].private)
        yield from ((node.lineno, f"{node.name}({', '.join(others)}) defines {n}") for n in own)


def foreign_names(node: ast.AST, own: set[str]) -> Iterator[str]:
    """Find what a node itself reads, calls or matches that is private and not ours."""
    match node:
        case ast.Attribute(value=value, attr=name) if is_private(name):
            if not (is_self(value) and name in own):
                yield ast.unparse(node)
        case ast.Call(func=function, args=arguments):
            if ast.unparse(function).rpartition(".")[2] in BY_TEXT:
                yield from (ast.unparse(node) for a in arguments if is_private(text_of(a)))
        case ast.MatchClass(kwd_attrs=names):
            yield from (f"case {ast.unparse(node)}" for name in names if is_private(name))
        case ast.arg(annotation=ast.Constant(value=str(text))):
            yield from in_text(text)
        case ast.AnnAssign(annotation=ast.Constant(value=str(text))):
            yield from in_text(text)
        case ast.FunctionDef(returns=ast.Constant(value=str(text))):
            yield from in_text(text)


def text_of(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def in_text(annotation: str) -> Iterator[str]:
    """Find private attributes in an annotation that is a text."""
    for node in ast.walk(ast.parse(annotation, mode="eval")):
        yield from foreign_names(node, set())
