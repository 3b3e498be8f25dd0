"""What a starter defines, and whether an answer is still the starter."""

import ast
import dis
import functools
import inspect
import textwrap
import types

import numpy as np

from .compare import EXACTLY, compare
from .snapshot import snapshot

MISSING = object()


def entry_of(source):
    """Return (name, sort) of the last definition: sort function, class or value."""
    last = None
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            last = node.name, "function"
        elif isinstance(node, ast.ClassDef):
            last = node.name, "class"
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[-1] if isinstance(node, ast.Assign) else node.target
            last = (target.id, "value") if isinstance(target, ast.Name) else last
    if last is None:
        raise ValueError("the starter defines nothing: no function, class or name")
    return last


@functools.cache
def starter_object(source):
    """Run the starter; return what its entry is, or MISSING where it does not run."""
    namespace = {"np": np, "__name__": "starter"}
    try:
        exec(compile(source, "<starter>", "exec"), namespace)
    except Exception:  # it needs something that only the notebook has
        return MISSING
    return namespace[entry_of(source)[0]]


def is_untouched(source, answer):
    """Whether the answer's code is the starter's, or the value is `...`.

    Formatting, comments, docstrings and the names of unused parameters do not count. A
    bare `return None` compiles to what an empty body does; it is an attempt.
    """
    if answer is ...:
        return True
    if not _same(starter_object(source), answer):
        return False
    is_function = isinstance(answer, types.FunctionType)
    return not (is_function and _returns_more(answer, source))


def _same(a, b):
    if isinstance(a, types.FunctionType) and isinstance(b, types.FunctionType):
        same_code = _instructions(a.__code__) == _instructions(b.__code__)
        return same_code and _same(a.__defaults__, b.__defaults__)
    if inspect.isclass(a) and inspect.isclass(b):
        mine, yours = _members(a), _members(b)
        return list(mine) == list(yours) and all(_same(mine[k], yours[k]) for k in mine)
    if isinstance(a, staticmethod | classmethod) and type(a) is type(b):
        return _same(a.__func__, b.__func__)
    if isinstance(a, property) and isinstance(b, property):
        return _same(a.fget, b.fget)
    if callable(a) or callable(b) or a is MISSING:
        return False
    return compare(snapshot(a), snapshot(b), EXACTLY) is None


def _members(cls):
    """A class's functions and named values, without what Python itself adds."""
    functions = (types.FunctionType, staticmethod, classmethod, property)
    return {
        name: value
        for name, value in sorted(vars(cls).items())
        if not name.startswith("__")
        or (isinstance(value, functions) and not name.startswith("__annot"))
    }


def _instructions(code):
    """What the code does: names and constants, not line numbers or docstrings."""
    return [
        (step.opname, _instructions(step.argval))
        if isinstance(step.argval, types.CodeType)
        else (step.opname, repr(step.argval))
        for step in dis.get_instructions(code)
    ]


def _returns_more(function, starter):
    """Whether its source, where there is one, has a `return` that the starter lacks."""
    try:
        source = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError):  # defined where no source is kept
        return False
    except SyntaxError:  # a lambda, cut out of the middle of a line
        return True
    name = entry_of(starter)[0]
    given = [n for n in ast.parse(starter).body if getattr(n, "name", None) == name]
    return _returns(source) > _returns(given[-1])


def _returns(tree):
    return sum(isinstance(node, ast.Return | ast.Lambda) for node in ast.walk(tree))
