"""Which Python may be run: code that computes and prints, and has no way to anything else.

A language model wrote the code and a stranger's text may have led it, so this is a list of what is
allowed. What it must keep shut is every way to read an attribute whose name the code makes up as it
runs (`getattr`, `str.format`, `attrgetter`, class patterns, `wraps`), every way to a module that was
not asked for, and every way to have text compiled (`eval`, a dataclass with made-up field names).
Code that is refused is not run; nothing more is said of it.
"""

import ast
import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workers.generation.execution.python_names import (
    BUILTINS,
    CALLED_ONLY,
    DECORATORS_ONLY,
    DEFINED_ONLY,
    DUNDERS,
    MODULES,
    REFUSED_ATTRIBUTES,
    REFUSED_PREFIXES,
    SHOWN_BY,
    VARYING,
    WATCHED_ATTRIBUTES,
)

# Longer code is no question; and the parser is kept from deep nesting.
LONGEST = 4_000

# Of a name that an import binds: the module, and what of it; the empty text for the module itself.
Imports = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Program:
    """Code that may be run, the modules it asks for, and whether its output may differ from run to run."""

    tree: ast.Module
    modules: tuple[str, ...]
    may_vary: bool


def admitted(code: str) -> Program | None:
    """The program, or None where the code is no Python or does not keep to the subset. Never raises."""
    if len(code) > LONGEST:
        return None
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError, Warning):
        return None
    nodes = list(ast.walk(tree))
    imported = _imports(tree, nodes)
    if imported is None or not _is_admitted(nodes, imported):
        return None
    may_vary = any(
        isinstance(node, ast.Set | ast.SetComp) or (isinstance(node, ast.Name) and node.id in VARYING)
        for node in nodes
    )
    modules = {module for module, _ in imported.values()} - {"__future__"}
    return Program(tree, tuple(sorted(modules)), may_vary)


def _imports(tree: ast.Module, nodes: list[ast.AST]) -> Imports | None:
    """What is imported, or None where it is more, or elsewhere, than is allowed.

    Elsewhere: a module that a class or a function imports could be handed on as an attribute.
    """
    found: Imports = {}
    for node in nodes:
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        if node not in tree.body or (isinstance(node, ast.ImportFrom) and node.level):
            return None
        module = node.module if isinstance(node, ast.ImportFrom) else None
        for alias in node.names:
            source, name = (module, alias.name) if module else (alias.name, "")
            bound = alias.asname or alias.name
            # A name that is bound twice would be two things, of which only one is looked at.
            if bound in found or not _may_import(source, name, alias.asname):
                return None
            found[bound] = (source, name)
    return found


def _may_import(module: str, name: str, new_name: str | None) -> bool:
    if module not in MODULES or (not name and "." in module):
        return False
    if new_name and (name in CALLED_ONLY or name in DECORATORS_ONLY):
        return False
    return not name or name in MODULES[module]


def _is_admitted(nodes: list[ast.AST], imported: Imports) -> bool:
    modules = {name: module for name, (module, what) in imported.items() if not what}
    bound = _bound(nodes) | set(imported)
    proper = {id(node) for parent in nodes for node in _proper_below(parent, modules, bound)}
    return (
        not SHOWN_BY & bound
        and all(_is_clean(name) for node in nodes for name in _identifiers(node))
        and all(_is_proper(node, bound, modules, proper) for node in nodes)
        and (not any(module == "random" for module, _ in imported.values()) or _is_seeded(nodes))
    )


def _identifiers(node: ast.AST) -> Iterator[str]:
    """Every name that a node spells: of variables, attributes, arguments, patterns and so on."""
    if isinstance(node, ast.Constant):
        return
    for _, value in ast.iter_fields(node):
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (one for one in value if isinstance(one, str))


def _is_clean(name: str) -> bool:
    """Whether a name is no dunder name, or one of those that do no harm."""
    is_dunder = name.startswith("__") and name.endswith("__") and len(name) > 4
    return not is_dunder or name in DUNDERS or name in DEFINED_ONLY or name in ("__class__", "__future__")


def _is_readable(name: str) -> bool:
    """Whether an attribute of that name may be read, wherever that is."""
    return _is_clean(name) and not name.startswith(REFUSED_PREFIXES) and name not in REFUSED_ATTRIBUTES


def _is_plain(name: str) -> bool:
    """Whether a text may name an attribute."""
    is_name = name.isascii() and name.isidentifier() and not name.startswith("__")
    return is_name and _is_readable(name) and name not in WATCHED_ATTRIBUTES


def _is_special(name: str) -> bool:
    return name in CALLED_ONLY or name in DECORATORS_ONLY


def _bound(nodes: list[ast.AST]) -> set[str]:
    """The names that the code itself gives a meaning to."""
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(
            node, ast.FunctionDef | ast.ClassDef | ast.ExceptHandler | ast.MatchAs | ast.MatchStar
        ):
            names.add(node.name or "")
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.MatchMapping):
            names.add(node.rest or "")
    return names


def _is_proper(node: ast.AST, bound: set[str], modules: dict[str, str], proper: set[int]) -> bool:
    """Whether a node does no harm where it stands; `proper` are those that their parent vouches for."""
    if isinstance(node, ast.Name):
        is_known = isinstance(node.ctx, ast.Store) or node.id in bound | BUILTINS
        is_watched = _is_special(node.id) or node.id in modules
        return is_known and (not is_watched or id(node) in proper)
    if isinstance(node, ast.Attribute):
        is_watched = _is_special(node.attr) or node.attr in WATCHED_ATTRIBUTES
        return _is_readable(node.attr) and (not is_watched or id(node) in proper)
    if isinstance(node, ast.MatchClass):
        return not node.patterns and all(_is_plain(name) for name in node.kwd_attrs)
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return not _is_special(node.name)
    return not isinstance(node, ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith | ast.Await)


def _proper_below(parent: ast.AST, modules: dict[str, str], bound: set[str]) -> Iterator[ast.AST]:
    """The nodes right below `parent` that do no harm there, though they would elsewhere."""
    if isinstance(parent, ast.Call):
        yield from _proper_calls(parent)
    elif isinstance(parent, ast.FunctionDef | ast.ClassDef):
        yield from _proper_decorators(parent)
    elif isinstance(parent, ast.Attribute):
        yield from _proper_receivers(parent, modules)
    elif isinstance(parent, ast.Compare):
        yield from _proper_comparisons(parent, bound)
    elif isinstance(parent, ast.FormattedValue):
        yield from _classes([parent.value])


def _proper_calls(call: ast.Call) -> Iterator[ast.AST]:
    name = _name(call.func)
    if name in ("getattr", "hasattr", "setattr", "delattr") and len(call.args) > 1:
        if not isinstance(call.args[0], ast.Starred) and _is_plain_text(call.args[1]):
            yield call.func
    elif name == "attrgetter" and all(_is_plain_text(argument) for argument in call.args):
        yield call.func
    elif isinstance(call.func, ast.Name) and name in SHOWN_BY:
        yield from _classes(call.args)


def _proper_decorators(made: ast.FunctionDef | ast.ClassDef) -> Iterator[ast.AST]:
    """`@wraps(f)`, with that one argument, on a function; `@dataclass` as the only decorator of a class.

    Elsewhere wraps copies attributes of any name, and dataclass compiles whatever field names it finds.
    """
    for decorator in made.decorator_list:
        function = decorator.func if isinstance(decorator, ast.Call) else decorator
        arguments = decorator.args if isinstance(decorator, ast.Call) else []
        if (
            isinstance(made, ast.ClassDef)
            and _name(function) == "dataclass"
            and len(made.decorator_list) == 1
        ):
            yield function
        is_wraps = _name(function) == "wraps" and [type(one) for one in arguments] == [ast.Name]
        if isinstance(made, ast.FunctionDef) and is_wraps and not getattr(decorator, "keywords", []):
            yield function


def _proper_receivers(attribute: ast.Attribute, modules: dict[str, str]) -> Iterator[ast.AST]:
    """A module whose attribute is on the list; a class whose name is asked for; a sound format string."""
    receiver = attribute.value
    if isinstance(receiver, ast.Name) and receiver.id in modules:
        if attribute.attr in MODULES[modules[receiver.id]] and isinstance(attribute.ctx, ast.Load):
            yield receiver
    elif attribute.attr in ("__name__", "__qualname__"):
        yield from _classes([receiver])
    elif (
        attribute.attr == "format" and isinstance(receiver, ast.Constant) and _is_plain_format(receiver.value)
    ):
        yield attribute


def _proper_comparisons(comparison: ast.Compare, bound: set[str]) -> Iterator[ast.AST]:
    """Classes that are compared with classes: a thing's own `__eq__` would be handed the other side."""
    sides = [comparison.left, *comparison.comparators]
    others = [side for side in sides if not list(_classes([side]))]
    if all(isinstance(other, ast.Name) and other.id in BUILTINS - bound for other in others):
        yield from _classes(sides)


def _classes(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Of each `type(x)` the name `type`, and each `x.__class__`."""
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr == "__class__":
            yield node
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "type":
            yield from [node.func] if _is_one_thing(node) else []


def _is_one_thing(call: ast.Call) -> bool:
    return len(call.args) == 1 and not call.keywords and not isinstance(call.args[0], ast.Starred)


def _name(node: ast.AST) -> str:
    """The last name of `name` or `module.name`."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _is_plain_text(node: ast.AST) -> bool:
    """Whether it is the text of an attribute's name, or of a path of them."""
    text = node.value if isinstance(node, ast.Constant) else None
    return isinstance(text, str) and all(_is_plain(part) for part in text.split("."))


def _is_plain_format(text: object) -> bool:
    """Whether it is a format string that names attributes, if any, by plain names."""
    if not isinstance(text, str):
        return False
    try:
        fields = [part for field in string.Formatter().parse(text) for part in field[1:3] if part]
    except ValueError:
        return False
    # What follows a dot: an attribute, or the precision of a number.
    after_dots = [word for part in fields for word in re.findall(r"\.\s*(\w+)", part)]
    return all(word[0].isdecimal() or _is_plain(word) for word in after_dots)


def _is_seeded(nodes: list[ast.AST]) -> bool:
    """Whether a generator of random numbers is given a seed that the code spells out."""
    calls = [node for node in nodes if isinstance(node, ast.Call) and _name(node.func) in ("seed", "Random")]
    return bool(calls) and all(call.args and isinstance(call.args[0], ast.Constant) for call in calls)
